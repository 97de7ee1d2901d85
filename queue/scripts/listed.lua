-- listed.lua - whether a text was pushed and not taken in yet. ARGV: the site's list, the text, how many are looked at at each end.
-- Returns 1 in the list, 2 in a node's inbox, 0.
local most = tonumber(ARGV[3])

local function has(list)
    for _, range in ipairs({{0, most - 1}, {-most, -1}}) do
        for _, found in ipairs(call('LRANGE', list, range[1], range[2])) do
            if found == ARGV[2] then
                return true
            end
        end
    end
end

if has(ARGV[1]) then
    return 1
end
for _, node in ipairs(call('SMEMBERS', P .. 'nodes')) do
    if has(P .. 'inbox:' .. node) then
        return 2
    end
end
return 0
