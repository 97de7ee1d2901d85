#include <stdio.h>

int main(void)
{
    int n, other;
    scanf("%d", &n);
    for (;;) {
        printf("%d\n", n % 4);
        fflush(stdout);
        n -= n % 4;
        if (n == 0 || scanf("%d", &other) != 1)
            return 0;
        n -= other;
    }
}
