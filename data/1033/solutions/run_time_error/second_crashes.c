#include <stdio.h>
#include <stdlib.h>

int main(int argc, char **argv)
{
    if (atoi(argv[1]) == 1)
        abort();
    puts("ab");
    return 0;
}
