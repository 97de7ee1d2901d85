/* expect: RE syscall=fchmod */
/* expect everything: exit 7 */
/*
 * Writes a program into the run folder, set-user-id for good measure, and executes it: the walls are around it too.
 */
#include <fcntl.h>
#include <sys/sendfile.h>
#include <sys/stat.h>

#include "tests/sandbox/programs/hostile.h"

#include "common/banned.h"

int main(int argc, char **argv)
{
    begin();
    if (argc > 1) {
        attack("setuid", setuid(0));
        attack("open /etc/shadow", open("/etc/shadow", O_RDONLY));
        if (geteuid() != getuid())
            worked("another effective user");
        return outcome() == 0 ? 7 : 1;
    }
    int in = open(argv[0], O_RDONLY), out = open("copy", O_WRONLY | O_CREAT, 0755);
    need("open", in >= 0 && out >= 0);
    while (sendfile(out, in, NULL, 1 << 20) > 0)
        ;
    need("chmod", fchmod(out, 06755) == 0 && close(out) == 0);
    char name[] = "copy", again[] = "again", *args[] = {name, again, NULL}, env[] = "JUDGE_HOSTILE=1",
         *envp[] = {env, NULL};
    (void)execve(name, args, envp);
    return 1;
}
