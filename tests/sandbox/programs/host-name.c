/* expect: RE syscall=sethostname */
/* expect everything: exit 0 */
/* repeat: 2 */
/*
 * The names of the box: not to be seen, not to be set.
 */
#include <sys/utsname.h>

#include "tests/sandbox/programs/hostile.h"

#include "common/banned.h"

int main(void)
{
    begin();
    attack_errno("sethostname", sethostname("mark", 4), EPERM, EPERM);
    attack_errno("setdomainname", setdomainname("mark", 4), EPERM, EPERM);
    return outcome();
}
