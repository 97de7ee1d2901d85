-- remove.lua - takes a waiting or quarantined job out. ARGV: id, "1" also a held one. Returns 1, or 0 where it is held or unknown.
local id, key = ARGV[1], job_key(ARGV[1])
local job = call('HMGET', key, 'state', 'lane', 'language', 'user')
if job[1] == 'w' then
    ready_cut(id, job[2], job[3], job[4])
elseif job[1] == 'd' then
    call('ZREM', P .. 'dead', id)
    call('ZREM', P .. 'untold', id)
elseif job[1] == 'h' and ARGV[2] == '1' then
    call('ZREM', P .. 'lease', id)
else
    return 0
end
call('DEL', key)
return 1
