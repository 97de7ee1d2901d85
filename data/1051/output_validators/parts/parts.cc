#include "parts.h"

bool is_right(std::istream &output, long long n, long long least)
{
    long long a, b;
    char more;
    return output >> a >> b && !(output >> more) && a >= least && b >= least && a <= n && b == n - a;
}
