/* expect: signal 31 syscall=x32:521 */
/* expect everything: signal 31 syscall=x32:521 */
/* limits: wall_ms=2000 */
/* needs: x86_64 */
/*
 * x32 has numbers of its own above 511: 521 is its ptrace, 520 its execve.
 */
#include "tests/sandbox/programs/hostile.h"

#include "common/banned.h"

int main(void)
{
    begin();
    (void)syscall(0x40000000L + 521, 0, 0, 0, 0);
    return 1;
}
