/* The interactor takes its guesses one by one and has enough of them soon. */
#include <stdio.h>

int main(void)
{
    for (;;)
        puts("1");
}
