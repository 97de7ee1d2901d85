/* expect everything: exit 0 */
/* expect: RE syscall=chmod|fchmodat */
/* repeat: 2 */
/*
 * Rights where it has none: on the system, on the program, on its input. A set-user-id copy of itself stays its own.
 */
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>

#include "tests/sandbox/programs/hostile.h"

#include "common/banned.h"

int main(int argc, char **argv)
{
    static const char *const names[] = {"/",    "/usr",      "/usr/bin", "/bin/true", "/etc",   "/etc/passwd",
                                        "/dev", "/dev/null", "/program", "/lib",      "/tmp/.."};
    begin();
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        attack(names[i], chmod(names[i], 0777));
    attack("the program", chmod(argv[argc - 1], 0777));
    attack("the input", fchmod(0, 0666));
    int fd = open("suid", O_WRONLY | O_CREAT, 0755);
    need("create", fd >= 0);
    need("chmod", fchmod(fd, 06755) == 0);
    struct statvfs info;
    need("statvfs", statvfs("/box", &info) == 0);
    if ((info.f_flag & ST_NOSUID) == 0 || (info.f_flag & ST_NODEV) == 0)
        worked("/box is mounted with suid or dev");
    return outcome();
}
