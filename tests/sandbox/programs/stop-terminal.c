/* expect threads: stopped | exit 0 */
/* expect everything: stopped | exit 0 */
/* expect: stopped | exit 0 */
/* each: 20-22 */
/* limits: wall_ms=2000 */
/*
 * SIGTSTP, SIGTTIN and SIGTTOU: they stop a program too, unless its process group has nobody outside who would wake it.
 */
#include <signal.h>

#include "tests/sandbox/programs/hostile.h"

#include "common/banned.h"

int main(int argc, char **argv)
{
    begin();
    (void)raise((int)strtol(argv[argc - 1], NULL, 10));
    return 0;
}
