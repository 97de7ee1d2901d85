/* QDUOJ's: input, output; 0 AC, 1 WA, 255 it failed. */
#include <stdio.h>

int main(int argc, char **argv)
{
    long long n, a, b;
    FILE *in = fopen(argv[1], "r"), *out = argc == 3 ? fopen(argv[2], "r") : NULL;
    if (in == NULL || out == NULL || fscanf(in, "%lld", &n) != 1)
        return 255;
    return fscanf(out, "%lld %lld", &a, &b) == 2 && a >= 1 && b >= 1 && a + b == n ? 0 : 1;
}
