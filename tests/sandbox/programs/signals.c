/* expect: signal N */
/* expect everything: signal N */
/* each: 1-16,24,26,27,29-64 */
/*
 * Not an attack: every signal that ends a program is told as it is. SIGXFSZ has a
 * program of its own. (SIGCHLD, SIGCONT, SIGURG and SIGWINCH end none.)
 */
#include <signal.h>
#include <sys/syscall.h>

#include "tests/sandbox/programs/hostile.h"

#include "common/banned.h"

int main(int argc, char **argv)
{
    begin();
    int number = (int)strtol(argv[argc - 1], NULL, 10);
    (void)syscall(SYS_kill, getpid(), number);
    return 0;
}
