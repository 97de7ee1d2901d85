/* @EXPECTED_RESULTS@: TIMELIMIT
 * It counts up to the half of it. */
#include <stdio.h>

int main(void)
{
    long long n;
    volatile long long half = 0;
    if (scanf("%lld", &n) != 1)
        return 1;
    while (half < n / 2)
        half++;
    printf("%lld %lld\n", half, n - half);
    return 0;
}
