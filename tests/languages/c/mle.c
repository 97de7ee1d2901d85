#include <stdlib.h>
#include <string.h>

int main(void)
{
    char *volatile last;
    for (;;) {
        last = malloc(1 << 20);
        memset(last, 1, 1 << 20);
    }
}
