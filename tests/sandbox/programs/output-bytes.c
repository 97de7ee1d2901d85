/* expect: limit output | limit cpu | limit wall */
/*
 * Writes by the byte without end, in turns to both outputs: what drains them must keep up and see the limits.
 */
#include "tests/sandbox/programs/hostile.h"

#include "common/banned.h"

int main(void)
{
    begin();
    for (;;) {
        need("write", write(1, "x", 1) == 1);
        need("write", write(2, "y", 1) == 1);
    }
}
