/* 83.333 points: too slow for 50,000 numbers, not for 6,000. */
#include <stdio.h>

static long long numbers[50000];

int main(void)
{
    int n;
    if (scanf("%d", &n) != 1)
        return 1;
    for (int i = 0; i < n; i++) {
        if (scanf("%lld", &numbers[i]) != 1)
            return 1;
    }
    volatile long long best = numbers[0]; /* kept from being found in fewer steps */
    for (int i = 0; i < n; i++) {
        volatile long long sum = 0;
        for (int k = i; k < n; k++) {
            sum += numbers[k];
            if (sum > best)
                best = sum;
        }
    }
    printf("%lld\n", best);
    return 0;
}
