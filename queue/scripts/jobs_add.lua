-- jobs_add.lua - a member of the list of self-contained jobs becomes a job in a lane, in one step.
-- ARGV: member, then as add.lua. Returns 1 added, 0 a job of this id waits or runs already (the member is gone all the same), 2
-- where the member is gone: another node has it.
if not call('ZSCORE', JOBS, ARGV[1]) then
    return 2
end
local id = ARGV[2]
local state = call('HGET', job_key(id), 'state')
if state == 'd' then -- asked for once more
    call('ZREM', P .. 'dead', id)
    call('ZREM', P .. 'untold', id)
    call('DEL', job_key(id))
end
local added = add(id, ARGV[3], ARGV[4], ARGV[5], ARGV[6], ARGV[7] == '1' and ARGV[8])
if added == 1 then
    call('DEL', RESULT .. string.sub(id, 3)) -- of an earlier one
end
call('ZREM', JOBS, ARGV[1])
return added
