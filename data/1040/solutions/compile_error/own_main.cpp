#include "run.h"

int longest(int, const int[])
{
    return 1;
}

int main()
{
}
