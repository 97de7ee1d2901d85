-- dead_retry.lua - from the quarantine to its lane, with all attempts before it. ARGV: id. Returns 1, or 0 where it is not there.
local id, key = ARGV[1], job_key(ARGV[1])
local job = call('HMGET', key, 'state', 'lane', 'language', 'user', 'score', 'arrived')
if job[1] ~= 'd' then
    return 0
end
call('HSET', key, 'state', 'w', 'attempt', 1)
call('HDEL', key, 'reason')
ready_put(id, job[2], job[3], job[4], job[5], job[6])
call('ZREM', P .. 'dead', id)
call('ZREM', P .. 'untold', id)
return 1
