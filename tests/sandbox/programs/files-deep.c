/* expect everything: exit 0 | limit memory | limit output */
/* expect: exit 0 | limit memory | limit output */
/* limits: cpu_ms=5000 wall_ms=20000 mem_mib=256 */
/* repeat: 2 */
/*
 * Folders in folders, deeper than any path can name or any recursion can go, with names as long as they can be.
 */
#include <sys/stat.h>

#include "tests/sandbox/programs/hostile.h"

#include "common/banned.h"

int main(void)
{
    begin();
    char name[256];
    memset(name, 'x', 255);
    name[255] = '\0';
    for (int i = 0; i < 1000000; i++) {
        if (mkdir(name, 0700) != 0 || chdir(name) != 0) {
            need("not the first folder", i > 100);
            return 0;
        }
    }
    worked("a million folders");
    return outcome();
}
