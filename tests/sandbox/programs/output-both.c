/* expect: limit output */
/* expect everything: limit output */
/* repeat: 20 */
/*
 * Output without end to both streams in turn: what is left in one when the other has passed the limit is cut off too.
 */
#include "tests/sandbox/programs/hostile.h"

#include "common/banned.h"

int main(void)
{
    static char bytes[60000];
    begin();
    memset(bytes, 'x', sizeof bytes);
    for (;;) {
        need("write to stdout", write(1, bytes, sizeof bytes) > 0);
        need("write to stderr", write(2, bytes, sizeof bytes) > 0);
    }
}
