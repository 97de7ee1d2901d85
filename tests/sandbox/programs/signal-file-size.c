/* expect: signal 25 */
/*
 * Not an attack: raises the signal of a file that is too large, without such a file. (Sent by kill() it looks like the
 * kernel's own.)
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
