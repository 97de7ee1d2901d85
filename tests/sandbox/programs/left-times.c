/* expect: exit 0 */
/* expect everything: exit 0 */
/* repeat: 3 */
/*
 * What tells a program that another came before: its own number, the free space and files of the run folder, the numbers
 * of inodes. (Times pass, those it may read.)
 */
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/statfs.h>

#include "tests/sandbox/programs/hostile.h"

#include "common/banned.h"

int main(void)
{
    begin();
    struct statfs info;
    need("statfs", statfs("/box", &info) == 0);
    if (info.f_files - info.f_ffree > 1)
        worked("a file is there");
    if (info.f_blocks - info.f_bfree > 0)
        worked("space is taken");
    int fd = open("x", O_WRONLY | O_CREAT, 0644);
    struct stat file;
    need("fstat", fd >= 0 && fstat(fd, &file) == 0);
    if (file.st_ino > 16)
        worked("the inode's number is high");
    if (getpid() > 8)
        worked("the process's number is high");
    return outcome();
}
