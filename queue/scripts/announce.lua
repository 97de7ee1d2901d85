-- announce.lua - a node says which languages it offers. ARGV: node, languages as ",0,1,6,", for how many ms what a node said is kept.
-- Returns 1.
call('HSET', P .. 'offers', ARGV[1], text(now_ms) .. ' ' .. ARGV[2])
local offers = call('HGETALL', P .. 'offers')
for i = 1, #offers, 2 do
    local said_ms = tonumber(string.match(offers[i + 1], '^%d+')) or 0
    if now_ms - said_ms > tonumber(ARGV[3]) then
        call('HDEL', P .. 'offers', offers[i])
    end
end
return 1
