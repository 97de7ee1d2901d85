/* expect everything: exit 0 */
/* repeat: 2 */
/*
 * Renames, removes and replaces the run folder and the folder of the program.
 */
#include <fcntl.h>
#include <sys/stat.h>

#include "tests/sandbox/programs/hostile.h"

#include "common/banned.h"

int main(int argc, char **argv)
{
    const char *self = argv[argc - 1];
    begin();
    attack("rename /box", rename("/box", "/box2"));
    attack("rename /box into /tmp", rename("/box", "/tmp/box"));
    attack("rmdir /box", rmdir("/box"));
    attack("symlink /box2", symlink("/etc", "/box2"));
    attack("mkdir /x", mkdir("/x", 0777));
    attack("rename /program", rename("/program", "/program2"));
    attack("unlink the program", unlink(self));
    attack("rename the program", rename(self, "moved"));
    attack("write the program", open(self, O_WRONLY));
    attack("truncate the program", truncate(self, 0));
    attack("create beside the program", open("/program/other", O_WRONLY | O_CREAT, 0777));
    attack("replace the program", rename("/bin/true", self));
    return outcome();
}
