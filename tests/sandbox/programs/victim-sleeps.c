/* expect: limit wall */
/* limits: wall_ms=1000 */
/*
 * The other program of a run: reads nothing and does not end.
 */
#include <time.h>

#include "tests/sandbox/programs/hostile.h"

#include "common/banned.h"

int main(void)
{
    begin();
    for (;;) {
        struct timespec long_time = {.tv_sec = 1000};
        (void)nanosleep(&long_time, NULL);
    }
}
