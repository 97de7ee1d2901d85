#include <stdio.h>

int main(void)
{
    char command[8];
    if (scanf("%7s", command) == 1 && command[0] == 's')
        return puts("ab") < 0;
    for (volatile int i = 0;; i++)
        ;
}
