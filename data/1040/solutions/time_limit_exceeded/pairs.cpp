#include "run.h"

int longest(int n, const int a[])
{
    volatile int best = 0;
    for (;;)
        for (int i = 0; i < n; i++)
            best = best + a[i] - a[i];
}
