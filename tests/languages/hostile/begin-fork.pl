# expect: CE. perl -c executes BEGIN: here it is no compiler that runs.
BEGIN {
    1 while defined fork;
    sleep 1000;
}
