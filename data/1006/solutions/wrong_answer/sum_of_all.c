/* No points: it would solve subtask 1, but not the sample, and nothing else is run. */
#include <stdio.h>

int main(void)
{
    int n;
    long long x, sum = 0;
    if (scanf("%d", &n) != 1)
        return 1;
    while (n-- > 0 && scanf("%lld", &x) == 1)
        sum += x;
    printf("%lld\n", sum);
    return 0;
}
