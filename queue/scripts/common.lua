-- common.lua - what all scripts share; each is loaded with this before it.
--
-- KEYS[1] is the prefix of all keys; the others are made from it, so a cluster, which needs them named, is not supported.
-- Keys (docs/queue.md): ready:LANE:LANGUAGE and its index heads:LANE, oldest, waiting, lease, dead, untold, job:ID,
-- wake:LANGUAGE, epoch, nodes, alive:NODE, inbox:NODE, offers, lanes, takers.
-- Rule: the first write of a script is one that a server without memory refuses (HSET, ZADD, RPUSH), or there is none of these
-- in it: so a script is done whole or not at all.
if redis.replicate_commands then
    redis.replicate_commands() -- TIME before a write, in Redis 5 and 6
end
local call = redis.call
local P = KEYS[1]
local LANES = {'exam', 'contest', 'test', 'practice', 'rejudge'}
local LANE_INDEX = {exam = 1, contest = 2, test = 3, practice = 4, rejudge = 5}
-- Users take turns: a job's round is that which the lane is at, and one later for each that its user has waiting there before
-- it. Its score is its arrival and a day for each round: so nobody waits for ever. queue_sqlite_lanes.c does the same.
local ROUND_US, ROUNDS_MAX = 24 * 3600 * 1000000, 144
local WAKE_MAX = 64
local PREVIOUS_MAX = 4
-- Self-contained jobs (docs/jobs.md): these names are other programs' too, so no prefix; an id of ours is "j:" and theirs.
local JOBS, PROCESSING, RESULT = 'oj_job_queue', 'oj_processing_jobs', 'job_result:'

local clock = call('TIME')
local now_us = clock[1] * 1000000 + clock[2]
local now_ms = math.floor(now_us / 1000)

-- Lua's own form of a number has 14 digits.
local function text(number)
    return string.format('%.0f', number)
end

local function job_key(id)
    return P .. 'job:' .. id
end

local function heads_update(lane, language)
    local head = call('ZRANGE', P .. 'ready:' .. lane .. ':' .. language, 0, 0, 'WITHSCORES')
    if head[1] then
        call('ZADD', P .. 'heads:' .. lane, head[2], language)
    else
        call('ZREM', P .. 'heads:' .. lane, language)
    end
end

local function round_of(score, arrived_us)
    return math.max(0, math.floor((tonumber(score) - tonumber(arrived_us)) / ROUND_US + 0.5))
end

-- The round of the last that was taken there, or of the first that waits, where that is an earlier one.
local function round_now(lane)
    local language = call('ZRANGE', P .. 'heads:' .. lane, 0, 0)[1]
    local id = language and call('ZRANGE', P .. 'ready:' .. lane .. ':' .. language, 0, 0)[1]
    local head = id and call('HMGET', job_key(id), 'score', 'arrived')
    if not head or not head[1] then
        return 0
    end
    return math.min(tonumber(call('HGET', P .. 'lanes', 'round:' .. lane) or 0), round_of(head[1], head[2]))
end

local function score_of(lane, user, arrived_us)
    local before = user ~= '' and tonumber(call('HGET', P .. 'waiting', lane .. ':' .. user)) or 0
    return text(tonumber(arrived_us) + (round_now(lane) + math.min(before, ROUNDS_MAX)) * ROUND_US)
end

local function ready_put(id, lane, language, user, score, arrived_us)
    call('ZADD', P .. 'ready:' .. lane .. ':' .. language, score, id)
    call('ZADD', P .. 'oldest', arrived_us, id)
    if user ~= '' then
        call('HINCRBY', P .. 'waiting', lane .. ':' .. user, 1)
    end
    heads_update(lane, language)
    if call('LLEN', P .. 'wake:' .. language) < WAKE_MAX then
        call('RPUSH', P .. 'wake:' .. language, '1')
    end
end

local function ready_cut(id, lane, language, user)
    call('ZREM', P .. 'ready:' .. lane .. ':' .. language, id)
    call('ZREM', P .. 'oldest', id)
    if user ~= '' and call('HINCRBY', P .. 'waiting', lane .. ':' .. user, -1) <= 0 then
        call('HDEL', P .. 'waiting', lane .. ':' .. user)
    end
    heads_update(lane, language)
end

-- The tokens of earlier deliveries, newest first.
local function previous_with(token, previous)
    local tokens = {token}
    for word in string.gmatch(previous or '', '%S+') do
        if #tokens < PREVIOUS_MAX then
            tokens[#tokens + 1] = word
        end
    end
    return table.concat(tokens, ' ')
end

-- Ends a delivery: back to its old place, or to the quarantine. Returns 1 waiting, 2 dead. Of a lease that was made again after
-- a wipe nothing is known: it is only forgotten, and the store's sweep finds the row.
local function put_back(id, counts, max_attempts, reason)
    local key = job_key(id)
    local job = call('HMGET', key, 'lane', 'language', 'user', 'attempt', 'score', 'arrived', 'token', 'previous', 'bare')
    local previous = previous_with(job[7] or '', job[8])
    local attempt = (tonumber(job[4]) or 1) + (counts and 1 or 0)
    local bare = job[9] == '1' or not job[4]
    if bare then
        call('DEL', key)
    elseif attempt > max_attempts then
        call('HSET', key, 'state', 'd', 'reason', reason, 'previous', previous)
        call('ZADD', P .. 'dead', now_us, id)
        call('ZADD', P .. 'untold', now_us, id)
    else
        call('HSET', key, 'state', 'w', 'attempt', attempt, 'previous', previous, 'reason', reason)
        ready_put(id, job[1], job[2], job[3], job[5], job[6])
    end
    call('ZREM', P .. 'lease', id)
    call('HDEL', key, 'token', 'owner')
    if string.sub(id, 1, 2) == 'j:' then
        call('HDEL', PROCESSING, string.sub(id, 3))
    end
    return not bare and attempt > max_attempts and 2 or 1
end

-- Puts a job in: 1, or 0 where it is there already, which may raise its lane.
local function add(id, lane, language, problem, user, inline)
    local key = job_key(id)
    local job = call('HMGET', key, 'state', 'lane', 'language', 'user', 'arrived', 'bare')
    if not job[1] then
        local score = score_of(lane, user, now_us)
        call('HSET', key, 'state', 'w', 'lane', lane, 'language', language, 'problem', problem, 'user', user,
             'attempt', 1, 'arrived', text(now_us), 'score', score)
        if inline then
            call('HSET', key, 'job', inline)
        end
        ready_put(id, lane, language, user, score, text(now_us))
        return 1
    end
    if job[6] == '1' then -- a lease without its job: now it has one again
        call('HSET', key, 'lane', lane, 'language', language, 'problem', problem, 'user', user, 'bare', '0')
        if inline then
            call('HSET', key, 'job', inline)
        end
    elseif job[1] ~= 'd' and LANE_INDEX[lane] < LANE_INDEX[job[2]] then
        local score = score_of(lane, job[4], job[5])
        call('HSET', key, 'lane', lane, 'score', score)
        if job[1] == 'w' then
            ready_put(id, lane, job[3], job[4], score, job[5])
            ready_cut(id, job[2], job[3], job[4])
            call('ZADD', P .. 'oldest', job[5], id)
        end
    end
    return 0
end
