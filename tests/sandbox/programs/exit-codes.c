/* expect: exit N */
/* each: 0-255 */
/*
 * Not an attack: every exit code is told as it is.
 */
#include "tests/sandbox/programs/hostile.h"

#include "common/banned.h"

int main(int argc, char **argv)
{
    begin();
    return (int)strtol(argv[argc - 1], NULL, 10);
}
