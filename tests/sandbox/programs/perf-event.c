/* expect: RE syscall=perf_event_open */
/* expect threads: RE syscall=perf_event_open */
/* expect everything: exit 0 */
/*
 * Measures what others do on the processor.
 */
#include <linux/perf_event.h>
#include <sys/syscall.h>

#include "tests/sandbox/programs/hostile.h"

#include "common/banned.h"

int main(void)
{
    begin();
    struct perf_event_attr event = {
        .size = sizeof event, .type = PERF_TYPE_SOFTWARE, .config = PERF_COUNT_SW_CPU_CLOCK};
    attack("all on processor 0", syscall(SYS_perf_event_open, &event, -1, 0, -1, 0));
    attack("the first process", syscall(SYS_perf_event_open, &event, 1, -1, -1, 0));
    return outcome();
}
