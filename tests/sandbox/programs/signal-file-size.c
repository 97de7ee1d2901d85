/* expect: limit output */
/*
 * Not an attack: the signal of a file that is too large, here without such a file. Nobody can tell it from the real one.
 */
#include <signal.h>

#include "tests/sandbox/programs/hostile.h"

#include "common/banned.h"

int main(void)
{
    begin();
    (void)raise(SIGXFSZ);
    return 0;
}
