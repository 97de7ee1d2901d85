#include <stdio.h>

int main(void)
{
    int n, other;
    scanf("%d", &n);
    while (n > 0) {
        printf("1\n");
        fflush(stdout);
        n--;
        if (n == 0 || scanf("%d", &other) != 1)
            return 0;
        n -= other;
    }
}
