#include <algorithm>

#include "run.h"

int longest(int n, const int a[])
{
    int best = 0;
    for (int i = 0, run = 0; i < n; i++)
        best = std::max(best, run = i > 0 && a[i] == a[i - 1] ? run + 1 : 1);
    return best;
}
