// Counts equal numbers wherever they are.
#include <algorithm>
#include <map>

#include "run.h"

int longest(int n, const int a[])
{
    std::map<int, int> count;
    int best = 0;
    for (int i = 0; i < n; i++)
        best = std::max(best, ++count[a[i]]);
    return best;
}
