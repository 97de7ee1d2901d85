-- find.lua - where a job is. ARGV: id. Returns {} or {state, lane, language, attempt, arrived in us, token, owner, ms left of
-- the lease, reason, jobs to be taken before it whatever their language}.
local job = call('HMGET', job_key(ARGV[1]), 'state', 'lane', 'language', 'attempt', 'arrived', 'token', 'owner', 'reason', 'score')
if not job[1] then
    return {}
end
local lease_ms = (tonumber(call('ZSCORE', P .. 'lease', ARGV[1]) or nil) or now_ms) - now_ms
local ahead = 0
if job[1] == 'w' then
    for _, lane in ipairs(LANES) do
        if LANE_INDEX[lane] > LANE_INDEX[job[2]] then
            break
        end
        for _, language in ipairs(call('ZRANGE', P .. 'heads:' .. lane, 0, -1)) do
            local key = P .. 'ready:' .. lane .. ':' .. language
            ahead = ahead + (lane == job[2] and call('ZCOUNT', key, '-inf', '(' .. job[9]) or call('ZCARD', key))
        end
    end
end
return {job[1], job[2], job[3], job[4], job[5], job[6] or '', job[7] or '', text(lease_ms), job[8] or '', text(ahead)}
