-- take.lua - holds the first job of an offered language for a taker.
-- ARGV: owner, token, lease in ms, the latest time (us of this clock) at which the taker still waits for the answer, "1" where
-- an earlier call with this token may have been done without its answer being seen, then the languages offered.
-- Returns {id, lane, language, problem, user, attempt, previous, arrived in us, inline job}, or an empty list.
local owner, token, lease_ms = ARGV[1], ARGV[2], ARGV[3]
if now_us > tonumber(ARGV[4]) then
    return redis.error_reply('LATE nobody waits for this answer any more')
end

local function answer(id)
    local job = call('HMGET', job_key(id), 'lane', 'language', 'problem', 'user', 'attempt', 'previous', 'arrived', 'job')
    return {id, job[1], job[2], job[3], job[4], job[5], job[6] or '', job[7], job[8]}
end

if ARGV[5] == '1' then
    for _, id in ipairs(call('ZRANGE', P .. 'lease', 0, -1)) do
        if call('HGET', job_key(id), 'token') == token then
            return answer(id)
        end
    end
end

local offered = {}
for i = 6, #ARGV do
    offered[ARGV[i]] = true
end
-- The first one, or nil. What is in a lane without its hash (a server that evicts keys) is dropped there.
local function first(lane)
    for _, language in ipairs(call('ZRANGE', P .. 'heads:' .. lane, 0, -1)) do
        if offered[language] then
            local id = call('ZRANGE', P .. 'ready:' .. lane .. ':' .. language, 0, 0)[1]
            return id, language, call('HGET', job_key(id), 'user')
        end
    end
end

for _, lane in ipairs(LANES) do
    local id, language, user = first(lane)
    while id and not user do
        ready_cut(id, lane, language, '')
        id, language, user = first(lane)
    end
    if id then
        call('HSET', job_key(id), 'state', 'h', 'token', token, 'owner', owner)
        call('ZADD', P .. 'lease', now_ms + lease_ms, id)
        ready_cut(id, lane, language, user)
        local taken = answer(id)
        if taken[9] then
            call('HSET', PROCESSING, string.sub(id, 3), '{"node_id":"' .. string.match(owner, '^[^/]*') ..
                 '","start_time":' .. string.format('%.3f', now_us / 1000000) .. ',"job":' .. taken[9] .. '}')
        end
        return taken
    end
end
-- Nothing waits in these languages: no wake is due for them.
local wakes = {}
for i = 6, #ARGV do
    wakes[#wakes + 1] = P .. 'wake:' .. ARGV[i]
end
if #wakes > 0 then
    call('DEL', unpack(wakes))
end
return {}
