/* expect everything: exit 0 */
/*
 * What is in /: nothing but the few folders that a program needs. And no way above it.
 */
#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>

#include "tests/sandbox/programs/hostile.h"

#include "common/banned.h"

int main(void)
{
    static const char *const known[] = {".",     "..",     "bin",  "box",     "dev",  "etc", "lib", "lib32",
                                        "lib64", "libx32", "proc", "program", "sbin", "tmp", "usr"};
    begin();
    DIR *root = opendir("/");
    need("opendir", root != NULL);
    for (struct dirent *entry = readdir(root); entry != NULL; entry = readdir(root)) {
        size_t i = 0;
        while (i < sizeof known / sizeof *known && strcmp(known[i], entry->d_name) != 0)
            i++;
        if (i == sizeof known / sizeof *known)
            worked(entry->d_name);
    }
    struct stat here, above;
    need("stat", stat("/", &here) == 0 && stat("/../../../../..", &above) == 0);
    if (here.st_ino != above.st_ino || here.st_dev != above.st_dev)
        worked("something is above /");
    need("chdir", chdir("/") == 0 && chdir("../../..") == 0 && stat(".", &above) == 0);
    if (here.st_ino != above.st_ino || here.st_dev != above.st_dev)
        worked("chdir(..) from /");
    return outcome();
}
