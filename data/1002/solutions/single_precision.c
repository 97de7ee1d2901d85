/* @EXPECTED_RESULTS@: WRONG-ANSWER
 * In no folder of a verdict: the line above says what is expected. A float has seven digits. */
#include <math.h>
#include <stdio.h>

int main(void)
{
    float r;
    float pi = acosf(-1);
    if (scanf("%f", &r) != 1)
        return 1;
    printf("%.12f %.12f\n", 2 * pi * r, pi * r * r);
    return 0;
}
