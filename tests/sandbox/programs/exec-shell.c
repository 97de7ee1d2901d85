/* expect: RE syscall=execve */
/* expect threads: RE syscall=execve */
/* expect everything: exit 7 */
/*
 * A shell. With every call allowed it is one more program without rights.
 */
#include "tests/sandbox/programs/hostile.h"

#include "common/banned.h"

int main(void)
{
    begin();
    char sh[] = "/bin/sh", c[] = "-c", command[] = "exit 7", *argv[] = {sh, c, command, NULL}, *envp[] = {NULL};
    (void)execve(sh, argv, envp);
    return 1;
}
