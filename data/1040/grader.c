#include "run.h"

#include <stdio.h>

static int numbers[100000];

int main(void)
{
    int n;
    if (scanf("%d", &n) != 1 || n < 1 || n > 100000)
        return 1;
    for (int i = 0; i < n; i++)
        if (scanf("%d", &numbers[i]) != 1)
            return 1;
    printf("%d\n", longest(n, numbers));
    return 0;
}
