-- recover.lua - leases past their deadline: their jobs go back, counted. ARGV: lease in ms, the attempts that a job has, how
-- many at most, a node whose own leases are not counted ("": none), of how many deliveries at most. Returns how many there were.
-- A deadline far ahead is from a clock that has been set back since.
local far_ms = now_ms + 10 * ARGV[1]
for _, id in ipairs(call('ZRANGEBYSCORE', P .. 'lease', '(' .. text(far_ms), '+inf', 'LIMIT', 0, ARGV[3])) do
    call('ZADD', P .. 'lease', now_ms + ARGV[1], id)
end
local expired = call('ZRANGEBYSCORE', P .. 'lease', '-inf', now_ms, 'LIMIT', 0, ARGV[3])
for _, id in ipairs(expired) do
    local job = call('HMGET', job_key(id), 'owner', 'previous')
    local owner = job[1]
    local _, deliveries = string.gsub(job[2] or '', '%S+', '')
    local forgiven = owner and string.match(owner, '^[^/]*') == ARGV[4] and deliveries < tonumber(ARGV[5])
    put_back(id, not forgiven, tonumber(ARGV[2]), 'the lease of ' .. (owner or 'an unknown worker') .. ' ran out')
end
return #expired
