-- stats.lua - ARGV: the site's list, the node. Returns waiting of each lane, held, dead, in the list and the inbox, age of the oldest
-- in ms.
local answer = {}
for i, lane in ipairs(LANES) do
    local count = 0
    for _, language in ipairs(call('ZRANGE', P .. 'heads:' .. lane, 0, -1)) do
        count = count + call('ZCARD', P .. 'ready:' .. lane .. ':' .. language)
    end
    answer[i] = count
end
local oldest = call('ZRANGE', P .. 'oldest', 0, 0, 'WITHSCORES')[2]
answer[6] = call('ZCARD', P .. 'lease')
answer[7] = call('ZCARD', P .. 'dead')
answer[8] = call('LLEN', ARGV[1]) + call('LLEN', P .. 'inbox:' .. ARGV[2])
answer[9] = oldest and math.max(0, now_ms - math.floor(oldest / 1000)) or 0
return answer
