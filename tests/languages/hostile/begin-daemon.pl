# expect: CE WA RE. A process that would wait for the next one's run.
BEGIN {
    if (!fork) {
        setpgrp;
        fork and exit;
        close STDOUT;
        close STDERR;
        1 while 1;
    }
}
print "mine\n";
