/* expect: RE syscall=execve */
/* expect threads: RE syscall=execve */
/* expect compiler: limit cpu | limit wall */
/* expect everything: limit cpu | limit wall */
/* limits: wall_ms=3000 */
/*
 * Executes itself without end: each time its memory and its counters begin anew.
 */
#include "tests/sandbox/programs/hostile.h"

#include "common/banned.h"

int main(int argc, char **argv)
{
    (void)argc;
    begin();
    char env[] = "JUDGE_HOSTILE=1", *envp[] = {env, NULL};
    (void)execve(argv[0], argv, envp);
    return 1;
}
