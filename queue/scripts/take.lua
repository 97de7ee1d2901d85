-- take.lua - holds a job of an offered language for a taker: the first one of the first lane; or of a lane that was passed by for
-- long; no rejudge where these have their share of the workers while others come.
-- ARGV: owner, token, lease in ms, the latest time (us of this clock) at which the taker still waits for the answer, "1" where
-- an earlier call with this token may have been done without its answer being seen, the rejudges' share in percent, for how
-- many ms after the last other job it counts, then the languages offered.
-- Returns {id, lane, language, problem, user, attempt, previous, arrived in us, inline job}; {} where nothing waits, {"later"} where
-- only rejudges do that are not to be taken now. Its state: lanes, a hash of round:LANE (of the last that was taken),
-- passed:LANE:LANGUAGE (takes since that lane's turn), others (ms, when one that is no rejudge was taken); takers, a sorted set of
-- owners by when they took something.
local owner, token, lease_ms = ARGV[1], ARGV[2], ARGV[3]
local PASSED_MOST, TAKER_MS, FIRST_LANGUAGE = 9, 600000, 8 -- as in queue_sqlite_lanes.c
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
for i = FIRST_LANGUAGE, #ARGV do
    offered[ARGV[i]] = true
end
-- The first one, or nil. What is in a lane without its hash (a server that evicts keys) is dropped there.
local function first(lane)
    for _, language in ipairs(call('ZRANGE', P .. 'heads:' .. lane, 0, -1)) do
        if offered[language] then
            local id = call('ZRANGE', P .. 'ready:' .. lane .. ':' .. language, 0, 0)[1]
            local job = call('HMGET', job_key(id), 'user', 'score', 'arrived')
            return {id = id, lane = lane, language = language, user = job[1], score = job[2], arrived = job[3]}
        end
    end
end

-- Whether rejudges hold their share of those who take jobs, at least one.
local function share_is_held()
    local slots = call('ZCOUNT', P .. 'takers', now_ms - TAKER_MS, '+inf')
    if not call('ZSCORE', P .. 'takers', owner) then
        slots = slots + 1
    end
    local left = math.max(1, math.floor(slots * ARGV[6] / 100))
    for _, id in ipairs(call('ZRANGE', P .. 'lease', 0, -1)) do
        if call('HGET', job_key(id), 'lane') == 'rejudge' then
            left = left - 1
            if left == 0 then
                return true
            end
        end
    end
    return false
end

local waits, withheld = {}, false
for _, lane in ipairs(LANES) do
    local head = first(lane)
    while head and not head.user do
        ready_cut(head.id, lane, head.language, '')
        head = first(lane)
    end
    if head and lane == 'rejudge' then
        local quiet_ms = now_ms - (tonumber(call('HGET', P .. 'lanes', 'others') or nil) or -math.huge)
        withheld = (#waits > 0 or quiet_ms >= 0 and quiet_ms < tonumber(ARGV[7])) and share_is_held()
    end
    if head and not withheld then
        head.passed_key = 'passed:' .. lane .. ':' .. head.language
        head.passed = tonumber(call('HGET', P .. 'lanes', head.passed_key) or 0)
        waits[#waits + 1] = head
    end
end

local turn = 1
for i = 2, #waits do
    if waits[i].passed >= PASSED_MOST and (turn == 1 or waits[i].passed > waits[turn].passed) then
        turn = i
    end
end
local head = waits[turn]
if head then
    call('HSET', job_key(head.id), 'state', 'h', 'token', token, 'owner', owner)
    call('ZADD', P .. 'lease', now_ms + lease_ms, head.id)
    ready_cut(head.id, head.lane, head.language, head.user)
    call('ZADD', P .. 'takers', now_ms, owner)
    call('ZREMRANGEBYSCORE', P .. 'takers', '-inf', now_ms - TAKER_MS)
    call('HSET', P .. 'lanes', 'round:' .. head.lane, text(round_of(head.score, head.arrived)))
    call('HDEL', P .. 'lanes', head.passed_key)
    for i = turn + 1, #waits do
        call('HINCRBY', P .. 'lanes', waits[i].passed_key, 1)
    end
    local wake = P .. 'wake:' .. head.language
    if head.lane ~= 'rejudge' then
        call('HSET', P .. 'lanes', 'others', text(now_ms))
    elseif call('EXISTS', P .. 'ready:rejudge:' .. head.language) == 1 and call('LLEN', wake) == 0 then
        call('RPUSH', wake, '1') -- those who came when there were too many may try again
    end
    local taken = answer(head.id)
    if taken[9] then
        call('HSET', PROCESSING, string.sub(head.id, 3), '{"node_id":"' .. string.match(owner, '^[^/]*') ..
             '","start_time":' .. string.format('%.3f', now_us / 1000000) .. ',"job":' .. taken[9] .. '}')
    end
    return taken
end
-- Nothing is to be taken in these languages: no wake is due for them.
local wakes = {}
for i = FIRST_LANGUAGE, #ARGV do
    wakes[#wakes + 1] = P .. 'wake:' .. ARGV[i]
end
if #wakes > 0 then
    call('DEL', unpack(wakes))
end
return withheld and {'later'} or {}
