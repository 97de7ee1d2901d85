-- jobs_cancel.lua - ends a self-contained job that waits, is held or is quarantined, with a result, in one step. Who holds it can
-- neither end nor give it back. ARGV: id, result, for how many seconds it is kept. Returns 1 it waited, 2 it was held, 3 it was
-- quarantined, 0 it is unknown.
local id, key = ARGV[1], job_key(ARGV[1])
local job = call('HMGET', key, 'state', 'lane', 'language', 'user')
local code
if job[1] == 'w' then
    ready_cut(id, job[2], job[3], job[4])
    code = 1
elseif job[1] == 'h' then
    call('ZREM', P .. 'lease', id)
    code = 2
elseif job[1] == 'd' then
    call('ZREM', P .. 'dead', id)
    call('ZREM', P .. 'untold', id)
    code = 3
else
    return 0
end
call('SETEX', RESULT .. string.sub(id, 3), ARGV[3], ARGV[2])
call('HDEL', PROCESSING, string.sub(id, 3))
call('DEL', key)
return code
