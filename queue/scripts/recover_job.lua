-- recover_job.lua - the worker that holds a job is dead. ARGV: id, token, the attempts that a job has, reason.
-- Returns 1 waiting again, 2 quarantined, 0 not held with that token.
if call('HGET', job_key(ARGV[1]), 'token') ~= ARGV[2] then
    return 0
end
return put_back(ARGV[1], true, tonumber(ARGV[3]), ARGV[4])
