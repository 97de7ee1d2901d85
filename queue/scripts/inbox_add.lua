-- inbox_add.lua - a text of the inbox becomes a job, or nothing, in one step. ARGV: node, text, "1" with a job as add.lua has it, or
-- "0". Returns add's answer, or 0.
local added = 0
if ARGV[3] == '1' then
    added = add(ARGV[4], ARGV[5], ARGV[6], ARGV[7], ARGV[8], ARGV[9] == '1' and ARGV[10])
end
call('LREM', P .. 'inbox:' .. ARGV[1], -1, ARGV[2])
return added
