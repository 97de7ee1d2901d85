-- add.lua - puts a job in, unless it waits, is held or is quarantined; a lane before its own raises it.
-- ARGV: id, lane, language, problem, user, "1" and the inline job or "0". Returns 1 added, 0 there already.
return add(ARGV[1], ARGV[2], ARGV[3], ARGV[4], ARGV[5], ARGV[6] == '1' and ARGV[7])
