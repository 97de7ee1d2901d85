-- jobs_refuse.lua - a member of the list of self-contained jobs that is none: its sender finds out why in its result.
-- ARGV: member, the id in it or "" (then it is malformed:SHA1-OF-THE-MEMBER), result, for how many seconds it is kept.
-- Returns 1, or 0 where the member is gone: another node has it.
if not call('ZSCORE', JOBS, ARGV[1]) then
    return 0
end
local id = ARGV[2] ~= '' and ARGV[2] or 'malformed:' .. redis.sha1hex(ARGV[1])
if ARGV[2] == '' or not call('HGET', job_key('j:' .. id), 'state') then -- a good one of the same id keeps its result
    call('SETEX', RESULT .. id, ARGV[4], ARGV[3])
end
call('ZREM', JOBS, ARGV[1])
return 1
