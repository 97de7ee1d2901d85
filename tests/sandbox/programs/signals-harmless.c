/* expect: exit 0 */
/* each: 17,18,23,28 */
/*
 * Not an attack: signals that end no program unless it asked for it.
 */
#include <signal.h>

#include "tests/sandbox/programs/hostile.h"

#include "common/banned.h"

int main(int argc, char **argv)
{
    begin();
    return raise((int)strtol(argv[argc - 1], NULL, 10));
}
