/* Takes what fits, in the order in which it comes. */
#include <stdio.h>

int main(void)
{
    int n, m, weight, sum = 0;
    if (scanf("%d %d", &n, &m) != 2)
        return 1;
    while (n-- > 0 && scanf("%d", &weight) == 1) {
        if (sum + weight <= m)
            sum += weight;
    }
    printf("%d\n", sum);
    return 0;
}
