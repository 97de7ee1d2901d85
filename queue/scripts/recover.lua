-- recover.lua - leases past their deadline: their jobs go back, counted. ARGV: lease in ms, the attempts that a job has, how
-- many at most. Returns how many there were.
-- A deadline far ahead is from a clock that has been set back since.
local far_ms = now_ms + 10 * ARGV[1]
for _, id in ipairs(call('ZRANGEBYSCORE', P .. 'lease', '(' .. text(far_ms), '+inf', 'LIMIT', 0, ARGV[3])) do
    call('ZADD', P .. 'lease', now_ms + ARGV[1], id)
end
local expired = call('ZRANGEBYSCORE', P .. 'lease', '-inf', now_ms, 'LIMIT', 0, ARGV[3])
for _, id in ipairs(expired) do
    local owner = call('HGET', job_key(id), 'owner')
    put_back(id, true, tonumber(ARGV[2]), 'the lease of ' .. (owner or 'an unknown worker') .. ' ran out')
end
return #expired
