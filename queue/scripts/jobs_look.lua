-- jobs_look.lua - what waits in the list of self-contained jobs, smallest score first. ARGV: how many at most. Returns the members.
return call('ZRANGE', JOBS, 0, ARGV[1] - 1)
