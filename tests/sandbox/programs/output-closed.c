/* expect: exit 3, wall_ms<2000 */
/*
 * Closes all its descriptors and goes on for a while: the end of an output is not the end of the program.
 */
#include <time.h>

#include "tests/sandbox/programs/hostile.h"

#include "common/banned.h"

int main(void)
{
    begin();
    for (int fd = 0; fd < 3; fd++)
        (void)close(fd);
    struct timespec start, now;
    (void)clock_gettime(CLOCK_MONOTONIC, &start);
    do {
        (void)clock_gettime(CLOCK_MONOTONIC, &now);
    } while ((now.tv_sec - start.tv_sec) * 1000 + (now.tv_nsec - start.tv_nsec) / 1000000 < 100);
    return 3;
}
