-- inbox_take.lua - moves texts from the right end of the site's list to a node's inbox. What is there already comes first and alone.
-- ARGV: the site's list, the node, how many at most, the longest text. Returns the texts, oldest first, as they are in the
-- inbox: cut, and without control characters.
local list, inbox, max, longest = ARGV[1], P .. 'inbox:' .. ARGV[2], tonumber(ARGV[3]), tonumber(ARGV[4])
call('SADD', P .. 'nodes', ARGV[2])
if call('LLEN', inbox) == 0 then
    for _ = 1, max do
        if not call('RPOPLPUSH', list, inbox) then
            break
        end
    end
end
local texts = call('LRANGE', inbox, -max, -1)
local answer = {}
for i = #texts, 1, -1 do
    local clean = string.gsub(string.sub(texts[i], 1, longest), '[%z%c]', '?')
    if clean ~= texts[i] then
        call('LSET', inbox, i - 1 - #texts, clean)
    end
    answer[#answer + 1] = clean
end
return answer
