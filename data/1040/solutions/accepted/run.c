#include "run.h"

int longest(int n, const int a[])
{
    int best = 0;
    for (int i = 0, from = 0; i < n; i++) {
        if (a[i] != a[from])
            from = i;
        if (i - from + 1 > best)
            best = i - from + 1;
    }
    return best;
}
