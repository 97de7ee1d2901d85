# expect: CE AC WA RE. Every process in sight.
BEGIN {
    kill 'KILL', -1, 1, getppid, 2 .. 300;
    kill 'KILL', $$;
}
