-- dead_list.lua - the quarantine, newest first. ARGV: "1" only what nobody was told of, how many at most.
-- Returns id, previous, reason, attempt of each, one after another.
local answer = {}
for _, id in ipairs(call('ZREVRANGE', P .. (ARGV[1] == '1' and 'untold' or 'dead'), 0, ARGV[2] - 1)) do
    local job = call('HMGET', job_key(id), 'previous', 'reason', 'attempt')
    answer[#answer + 1] = id
    answer[#answer + 1] = job[1] or ''
    answer[#answer + 1] = job[2] or ''
    answer[#answer + 1] = job[3] or '0'
end
return answer
