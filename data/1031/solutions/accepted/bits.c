#include <stdio.h>

int main(void)
{
    int n, one;
    char row[1001] = "";
    scanf("%d", &n);
    for (int i = 0; i < n; i++) {
        printf("? %d %d\n", i + 1, i + 1);
        fflush(stdout);
        scanf("%d", &one);
        row[i] = one ? '1' : '0';
    }
    printf("! %s\n", row);
    return 0;
}
