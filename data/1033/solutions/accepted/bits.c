#include <stdio.h>
#include <stdlib.h>

int main(int argc, char **argv)
{
    int x = 0;
    char line[16];
    if (argc == 2 && atoi(argv[1]) == 0) {
        scanf("%d", &x);
        for (int i = 11; i >= 0; i--)
            putchar("ab"[x >> i & 1]);
        putchar('\n');
        return 0;
    }
    scanf("%15s", line);
    for (int i = 0; i < 12; i++)
        x = 2 * x + (line[i] == 'b');
    printf("%d\n", x);
    return 0;
}
