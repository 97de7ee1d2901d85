#include <stdlib.h>

int main(int argc, char **argv)
{
    for (volatile int i = 0; atoi(argv[1]) == 0; i++)
        ;
    return 0;
}
