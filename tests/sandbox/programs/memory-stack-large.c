/* expect: limit memory, mem_mib>=60 */
/* limits: stack_mib=1024 mem_mib=64 */
/* needs: groups */
/*
 * Recursion without end where the stack may be as large as it likes: it is memory as any other.
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
