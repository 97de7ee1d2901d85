/* expect: RE syscall=setxattr|fsetxattr */
/* expect everything: exit 0 */
/* repeat: 2 */
/*
 * Attributes of files: on what is shared, and on the run folder itself, where emptying it would not remove them.
 */
#include <sys/xattr.h>

#include "tests/sandbox/programs/hostile.h"

#include "common/banned.h"

int main(int argc, char **argv)
{
    static const char *const shared[] = {"/", "/usr", "/bin/true", "/program", "/dev/null"};
    begin();
    for (size_t i = 0; i < sizeof shared / sizeof *shared; i++)
        attack(shared[i], setxattr(shared[i], "user.mark", "x", 1, 0));
    attack("the program", setxattr(argv[argc - 1], "user.mark", "x", 1, 0));
    char text[8];
    attack("an old mark", getxattr("/box", "user.mark", text, sizeof text));
    attack("an old mark", getxattr("/tmp", "user.mark", text, sizeof text));
    (void)setxattr("/box", "user.mark", "x", 1, 0);
    (void)setxattr("/tmp", "user.mark", "x", 1, 0);
    return outcome();
}
