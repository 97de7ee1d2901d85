/* expect: exit 0 */
/* policy: compiler */
/* limits: cpu_ms=4000 wall_ms=8000 */
/* beside: victim-sleeps */
/*
 * As kill-in-fork, with a program in the next cell: whose child it is that no parent has told of must be found out.
 */
#include "tests/sandbox/programs/kill-in-fork.c"
