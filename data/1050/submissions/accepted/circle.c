#include <math.h>
#include <stdio.h>

int main(void)
{
    double r;
    double pi = acos(-1);
    if (scanf("%lf", &r) != 1)
        return 1;
    printf("%.15g %.15g\n", 2 * pi * r, pi * r * r);
    return 0;
}
