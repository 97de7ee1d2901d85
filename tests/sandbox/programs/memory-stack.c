/* expect: signal 11, mem_mib<12 */
/* limits: stack_mib=8 mem_mib=64 */
/*
 * Recursion without end: the limit of the stack is met before that of the memory.
 */
#include "tests/sandbox/programs/hostile.h"

#include "common/banned.h"

static int deeper(int depth)
{
    volatile char block[4096];
    block[0] = (char)depth;
    return depth < 0 ? 0 : deeper(depth + 1) + block[0];
}

int main(void)
{
    begin();
    return deeper(0);
}
