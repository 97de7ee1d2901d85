/* expect: RE syscall=clone */
/* expect everything: exit 0 */
/*
 * The set-user-id programs of the system: their mark must mean nothing here.
 */
#include <dirent.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/wait.h>

#include "tests/sandbox/programs/hostile.h"

#include "common/banned.h"

int main(void)
{
    begin();
    if (fork() == 0) {
        char su[] = "/bin/su", c[] = "-c", id[] = "exit 55", *argv[] = {su, c, id, NULL}, *envp[] = {NULL};
        (void)execve(su, argv, envp);
        _exit(1);
    }
    int status = 0;
    (void)wait(&status);
    if (WIFEXITED(status) && WEXITSTATUS(status) == 55)
        worked("su");
    static const char *const folders[] = {"/", "/usr", "/bin", "/box", "/tmp", "/program", "/dev", "/etc", "/lib"};
    for (size_t i = 0; i < sizeof folders / sizeof *folders; i++) {
        struct statvfs info;
        if (statvfs(folders[i], &info) == 0 && (info.f_flag & ST_NOSUID) == 0)
            worked(folders[i]);
    }
    if (prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) != 1)
        worked("new privileges");
    return outcome();
}
