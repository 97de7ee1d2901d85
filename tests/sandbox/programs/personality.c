/* expect: RE syscall=personality */
/* expect threads: RE syscall=personality */
/* expect everything: exit 0 */
/*
 * Another personality: no random addresses, everything executable, other numbers of signals. It ends with the program.
 */
#include <sys/personality.h>

#include "tests/sandbox/programs/hostile.h"

#include "common/banned.h"

int main(void)
{
    begin();
    int before = personality(0xffffffff);
    if ((before & ~ADDR_LIMIT_32BIT) != 0) /* arm's kernel sets that for each */
        worked("born with a personality");
    need("personality", personality(ADDR_NO_RANDOMIZE | READ_IMPLIES_EXEC | MMAP_PAGE_ZERO) >= 0);
    return outcome();
}
