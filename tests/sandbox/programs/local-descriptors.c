/* expect: RE syscall=modify_ldt */
/* expect threads: RE syscall=modify_ldt */
/* needs: x86_64 */
/*
 * A code segment of its own making.
 */
#include <asm/ldt.h>
#include <sys/syscall.h>

#include "tests/sandbox/programs/hostile.h"

#include "common/banned.h"

int main(void)
{
    begin();
    struct user_desc segment = {.limit = 0xfffff, .seg_32bit = 1, .contents = 2, .limit_in_pages = 1};
    (void)syscall(SYS_modify_ldt, 1, &segment, sizeof segment);
    return 1;
}
