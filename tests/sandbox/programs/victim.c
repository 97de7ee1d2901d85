/* expect: exit 0 */
/*
 * Not an attack: the other program of a run in which one attacks. It reads to the end of its input, and that is all.
 */
#include "tests/sandbox/programs/hostile.h"

#include "common/banned.h"

int main(void)
{
    begin();
    char text[4096];
    while (read(0, text, sizeof text) > 0)
        ;
    return 0;
}
