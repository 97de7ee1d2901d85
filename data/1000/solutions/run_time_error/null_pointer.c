#include <stdio.h>

int main(void)
{
    long long *volatile a = NULL; /* scanf writes through it */
    if (scanf("%lld", a) != 1)
        return 1;
    printf("%lld\n", *a);
    return 0;
}
