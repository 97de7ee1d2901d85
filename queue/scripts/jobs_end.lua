-- jobs_end.lua - the result of a self-contained job, and its end, in one step.
-- ARGV: id, token ("": of a quarantined one, which stays there), result, for how many seconds it is kept. Returns 1, also where
-- an earlier try had done it; 0 where the token is not the holder's.
local id, key, name = ARGV[1], job_key(ARGV[1]), RESULT .. string.sub(ARGV[1], 3)
local job = call('HMGET', key, 'state', 'token')
if ARGV[2] == '' then
    if job[1] ~= 'd' then
        return 0
    end
    call('SETEX', name, ARGV[4], ARGV[3])
    call('ZREM', P .. 'untold', id)
    return 1
end
if job[1] and job[2] ~= ARGV[2] then
    return 0
end
local known = not job[1] and call('GET', name)
if known then
    return known == ARGV[3] and 1 or 0
end
-- Held with this token; or this server has forgotten the job, and nobody else has a result.
call('SETEX', name, ARGV[4], ARGV[3])
call('HDEL', PROCESSING, string.sub(id, 3))
call('ZREM', P .. 'lease', id)
call('DEL', key)
return 1
