/* expect: limit wall, wall_ms>=300, cpu_ms<200 */
/* limits: wall_ms=300 */
/*
 * Sleeps for ever.
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
