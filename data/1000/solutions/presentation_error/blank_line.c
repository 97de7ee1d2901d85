/* The right number, and an empty line before it. */
#include <stdio.h>

int main(void)
{
    long long a, b;
    if (scanf("%lld %lld", &a, &b) != 2)
        return 1;
    printf("\n%lld\n", a + b);
    return 0;
}
