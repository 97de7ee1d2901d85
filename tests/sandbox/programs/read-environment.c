/* expect: exit 0 */
/* expect everything: exit 0 */
/*
 * What a program was born with: its environment is the one asked for, its ids are nobody else's, it has no privilege.
 */
#include <grp.h>
#include <sys/auxv.h>

#include "tests/sandbox/programs/hostile.h"

#include "common/banned.h"

extern char **environ;

int main(void)
{
    begin();
    for (char **entry = environ; *entry != NULL; entry++) {
        if (strncmp(*entry, "JUDGE_HOSTILE=", 14) != 0)
            worked(*entry);
    }
    if (getauxval(AT_UID) < 1000 || getauxval(AT_EUID) != getauxval(AT_UID) || getauxval(AT_GID) < 1000 ||
        getauxval(AT_EGID) != getauxval(AT_GID))
        worked("a user id of the system");
    if (getauxval(AT_SECURE) != 0)
        worked("secure mode");
    return outcome();
}
