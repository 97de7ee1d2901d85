-- inbox_adopt.lua - a node says that it lives, and takes over the inboxes of those that do not. ARGV: node, seconds.
-- Returns how many texts it took over.
call('SET', P .. 'alive:' .. ARGV[1], '1', 'EX', ARGV[2])
call('SADD', P .. 'nodes', ARGV[1])
local moved = 0
for _, node in ipairs(call('SMEMBERS', P .. 'nodes')) do
    if node ~= ARGV[1] and call('EXISTS', P .. 'alive:' .. node) == 0 then
        while moved < 10000 and call('RPOPLPUSH', P .. 'inbox:' .. node, P .. 'inbox:' .. ARGV[1]) do
            moved = moved + 1
        end
        if call('LLEN', P .. 'inbox:' .. node) == 0 then
            call('SREM', P .. 'nodes', node)
        end
    end
end
return moved
