/* expect everything: exit 0 */
/*
 * Writes to the system: programs, libraries, configuration, devices' folder.
 */
#include <fcntl.h>
#include <sys/stat.h>

#include "tests/sandbox/programs/hostile.h"

#include "common/banned.h"

int main(void)
{
    static const char *const folders[] = {"/",        "/usr",     "/usr/bin", "/usr/lib", "/lib", "/lib64",
                                          "/bin",     "/sbin",    "/etc",     "/dev",     "/var", "/home",
                                          "/root",    "/run",     "/proc",    "/sys",     "/opt", "/usr/local",
                                          "/usr/tmp", "/var/tmp", "/dev/shm", "/mnt"};
    static const char *const files[] = {"/bin/true",          "/etc/passwd",       "/etc/group",
                                        "/etc/ld.so.cache",   "/bin/sh",           "/lib64/ld-linux-x86-64.so.2",
                                        "/etc/ld.so.preload", "/etc/nsswitch.conf"};
    begin();
    for (size_t i = 0; i < sizeof folders / sizeof *folders; i++) {
        char name[64];
        (void)snprintf(name, sizeof name, "%s/hostile", folders[i]);
        attack(name, open(name, O_WRONLY | O_CREAT, 0666));
        attack(name, mkdir(name, 0777));
        attack(name, open(folders[i], O_RDWR | O_TMPFILE, 0600));
    }
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        attack(files[i], open(files[i], O_WRONLY));
        attack(files[i], truncate(files[i], 0));
        attack(files[i], unlink(files[i]));
    }
    return outcome();
}
