/* In a folder of no known name; it says itself what it gets: @EXPECTED_RESULTS@: WRONG-ANSWER */
#include <stdio.h>

int main(void)
{
    float r, pi = 3.14159265F;
    if (scanf("%f", &r) != 1)
        return 1;
    printf("%.9f %.9f\n", (double)(2 * pi * r), (double)(pi * r * r));
    return 0;
}
