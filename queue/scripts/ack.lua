-- ack.lua - ends a job. ARGV: id, token. Returns 1, or 0 where the token is not the holder's.
-- Needs no memory: it works on a server that has none left.
if call('HGET', job_key(ARGV[1]), 'token') ~= ARGV[2] then
    return 0
end
call('ZREM', P .. 'lease', ARGV[1])
call('DEL', job_key(ARGV[1]))
return 1
