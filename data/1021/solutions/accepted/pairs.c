#include <stdio.h>

int main(void)
{
    int n;
    if (scanf("%d", &n) != 1)
        return 1;
    for (int d = 1; d * d <= n; d++) {
        if (n % d != 0)
            continue;
        printf("%d\n", d);
        if (n / d != d)
            printf("%d\n", n / d);
    }
    return 0;
}
