-- give_back.lua - the holder puts a job back at its old place.
-- ARGV: id, token, "1" where the delivery counts, the attempts that a job has, reason, then the job as its holder knows it: lane, language,
-- problem, user, attempt, previous, arrived in ms, "1" and the inline job or "0". Returns 1 waiting, 2 quarantined, 0 where
-- the token is not the holder's.
local id, key = ARGV[1], job_key(ARGV[1])
local job = call('HMGET', key, 'token', 'bare')
if job[1] ~= ARGV[2] then
    return 0
end
if job[2] == '1' then -- a wipe took the job, the holder still has it
    local arrived_us = ARGV[12] .. '000'
    call('HSET', key, 'lane', ARGV[6], 'language', ARGV[7], 'problem', ARGV[8], 'user', ARGV[9], 'attempt', ARGV[10],
         'previous', ARGV[11], 'arrived', arrived_us, 'score', arrived_us, 'bare', '0')
    if ARGV[13] == '1' then
        call('HSET', key, 'job', ARGV[14])
    end
end
return put_back(id, ARGV[3] == '1', tonumber(ARGV[4]), ARGV[5])
