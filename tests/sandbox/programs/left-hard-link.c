/* expect everything: exit 0, left=missing */
/* expect: RE syscall=link|linkat */
/*
 * A hard link to a file of the system, or to the program, stands where the result is expected.
 */
#include <fcntl.h>

#include "tests/sandbox/programs/hostile.h"

#include "common/banned.h"

int main(int argc, char **argv)
{
    static const char *const targets[] = {"/bin/true", "/usr/bin/env", "/etc/passwd", "/etc/shadow", "/dev/null"};
    begin();
    for (size_t i = 0; i < sizeof targets / sizeof *targets; i++)
        attack(targets[i], link(targets[i], "result"));
    attack("the program", link(argv[argc - 1], "result"));
    attack("standard input", linkat(0, "", AT_FDCWD, "result", AT_EMPTY_PATH));
    attack("the folder itself", link("/box", "result"));
    return outcome();
}
