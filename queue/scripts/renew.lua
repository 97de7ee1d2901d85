-- renew.lua - the leases of living workers. After a wipe, or the return of older data, they are made again.
-- ARGV: lease in ms, the epoch that the caller saw last ("" after a new connection), a new one where there is none, then pairs of
-- id and token. Returns {epoch, "1" kept or "0" for each pair}.
local deadline_ms = now_ms + ARGV[1]
local epoch = call('GET', P .. 'epoch')
if not epoch then
    epoch = ARGV[3]
    call('SET', P .. 'epoch', epoch)
end
local wiped = epoch ~= ARGV[2]
local answer = {epoch}
for i = 4, #ARGV, 2 do
    local id, token = ARGV[i], ARGV[i + 1]
    local key = job_key(id)
    local job = call('HMGET', key, 'state', 'token', 'previous', 'lane', 'language', 'user')
    local kept = job[1] == 'h' and job[2] == token
    if not kept and wiped then
        local owner = string.match(token, '^[^:]*') .. '/?'
        if not job[1] then
            kept = true
            call('HSET', key, 'state', 'h', 'token', token, 'owner', owner, 'bare', '1', 'lane', 'practice', 'language', '-1',
                 'problem', '0', 'user', '', 'attempt', 1, 'arrived', text(now_us), 'score', text(now_us))
        elseif job[1] == 'w' and not string.find(' ' .. (job[3] or '') .. ' ', ' ' .. token .. ' ', 1, true) then
            kept = true -- older data: it waits there, but has been taken since
            call('HSET', key, 'state', 'h', 'token', token, 'owner', owner)
            ready_cut(id, job[4], job[5], job[6])
        end
    end
    if kept then
        call('ZADD', P .. 'lease', deadline_ms, id)
    end
    answer[#answer + 1] = kept and '1' or '0'
end
return answer
