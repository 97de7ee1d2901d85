/* expect: RE syscall=execve */
/* expect everything: exit 0 */
/*
 * execve() of what cannot be executed; a policy that allows one must not count only those that succeed.
 */
#include "tests/sandbox/programs/hostile.h"

#include "common/banned.h"

int main(void)
{
    begin();
    char name[] = "/box/none", *argv[] = {name, NULL}, *envp[] = {NULL};
    attack("execute what is not there", execve(name, argv, envp));
    attack("execute a folder", execve("/box", argv, envp));
    attack("execute nothing", execve("", argv, envp));
    return outcome();
}
