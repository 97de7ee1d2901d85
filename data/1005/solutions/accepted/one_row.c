#include <stdio.h>

int main(void)
{
    static char reached[4000001];
    int n, m, weight;
    if (scanf("%d %d", &n, &m) != 2)
        return 1;
    reached[0] = 1;
    while (n-- > 0 && scanf("%d", &weight) == 1) {
        for (int sum = m; sum >= weight; sum--)
            reached[sum] |= reached[sum - weight];
    }
    while (!reached[m])
        m--;
    printf("%d\n", m);
    return 0;
}
