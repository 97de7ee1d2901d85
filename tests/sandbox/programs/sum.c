/* expect: exit 0, stdout=499999500000 */
/*
 * Not an attack: an honest program, which the driver also runs before and after all the others.
 */
#include "tests/sandbox/programs/hostile.h"

#include "common/banned.h"

int main(void)
{
    begin();
    long long sum = 0;
    for (int round = 0; round < 20; round++) {
        volatile long long part = 0;
        for (int i = 0; i < 1000000; i++)
            part += i;
        sum = part;
    }
    printf("%lld\n", sum);
    return 0;
}
