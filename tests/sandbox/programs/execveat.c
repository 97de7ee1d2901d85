/* expect: RE syscall=execveat */
/* expect threads: RE syscall=execveat */
/* expect everything: exit 7 */
/*
 * execveat(), the forgotten sister of execve.
 */
#include <fcntl.h>
#include <sys/syscall.h>

#include "tests/sandbox/programs/hostile.h"

#include "common/banned.h"

int main(int argc, char **argv)
{
    begin();
    if (argc > 1)
        return 7;
    int fd = open(argv[0], O_RDONLY);
    need("open itself", fd >= 0);
    char name[] = "x", again[] = "again", *args[] = {name, again, NULL}, env[] = "JUDGE_HOSTILE=1",
         *envp[] = {env, NULL};
    (void)syscall(SYS_execveat, fd, "", args, envp, AT_EMPTY_PATH);
    return 1;
}
