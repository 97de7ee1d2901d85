/* expect: RE | signal 31 */
/* expect everything: RE | signal 31 */
/* each: 1-3 */
/*
 * The numbers -1, -2 and the lowest there is (the kernel looks at 32 bits): the kernel and a tracer use such numbers for themselves.
 */
#include <limits.h>

#include "tests/sandbox/programs/hostile.h"

#include "common/banned.h"

int main(int argc, char **argv)
{
    begin();
    static const long numbers[] = {-1, -2, INT_MIN};
    long i = strtol(argv[argc - 1], NULL, 10);
    (void)syscall(numbers[i - 1], 0, 0, 0, 0, 0, 0);
    return 1;
}
