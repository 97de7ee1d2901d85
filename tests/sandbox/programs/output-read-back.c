/* expect everything: exit 0 */
/* proc: yes */
/*
 * Tries to read what lies in the pipes of its outputs, and to keep others from reading it.
 */
#include <fcntl.h>
#include <sys/file.h>

#include "tests/sandbox/programs/hostile.h"

#include "common/banned.h"

int main(void)
{
    begin();
    char byte;
    attack("read from standard output", read(1, &byte, 1));
    attack("read from standard error", read(2, &byte, 1));
    attack("open standard output for reading", open("/proc/self/fd/1", O_RDONLY | O_NONBLOCK));
    attack("open standard error for reading", open("/proc/self/fd/2", O_RDONLY | O_NONBLOCK));
    return outcome();
}
