/* One addition a step: 40 points. */
#include <stdio.h>

int main(void)
{
    long long n, a = 0, b = 1;
    if (scanf("%lld", &n) != 1)
        return 1;
    for (long long i = 0; i < n; i++) {
        long long c = (a + b) % 1000000007;
        a = b;
        b = c;
    }
    printf("%lld\n", a);
    return 0;
}
