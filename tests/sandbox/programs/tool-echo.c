/* expect: exit 0 */
/*
 * Not an attack: copies its input to its output, for the tests of cells.
 */
#include "tests/sandbox/programs/hostile.h"

#include "common/banned.h"

static char block[65536];

int main(void)
{
    begin();
    for (;;) {
        ssize_t count = read(0, block, sizeof block);
        if (count <= 0)
            return count == 0 ? 0 : 1;
        for (ssize_t done = 0; done < count;) {
            ssize_t more = write(1, block + done, (size_t)(count - done));
            need("write", more > 0);
            done += more;
        }
    }
}
