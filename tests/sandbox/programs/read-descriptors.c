/* expect: exit 0 */
/* expect everything: exit 0 */
/*
 * Descriptors that somebody left open: a data base, a lock, the folder of the box.
 */
#include <fcntl.h>
#include <sys/stat.h>

#include "tests/sandbox/programs/hostile.h"

#include "common/banned.h"

int main(void)
{
    begin();
    for (int fd = 3; fd < 4096; fd++) {
        struct stat info;
        if (fstat(fd, &info) == 0) {
            char text[32];
            (void)snprintf(text, sizeof text, "descriptor %d is open", fd);
            worked(text);
        }
    }
    return outcome();
}
