-- dead_told.lua - somebody was told of a quarantined job. ARGV: id. Returns 1, or 0 where that was so already.
return call('ZREM', P .. 'untold', ARGV[1])
