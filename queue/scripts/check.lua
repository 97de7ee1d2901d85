-- check.lua - a write that changes nothing: a server that cannot take jobs refuses it. Returns 1.
call('SET', P .. 'check', '1', 'PX', 1000)
return 1
