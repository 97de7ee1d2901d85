/* expect: signal 9 */
/* expect everything: signal 9 */
/*
 * kill(0): its process group, which must have nobody in it but itself.
 */
#include <signal.h>

#include "tests/sandbox/programs/hostile.h"

#include "common/banned.h"

int main(void)
{
    begin();
    (void)kill(0, SIGKILL);
    return 1;
}
