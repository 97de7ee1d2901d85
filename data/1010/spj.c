/* HUSTOJ's special judge: input, answer, output; 0 AC, 1 WA, 2 PE. */
#include <stdio.h>

int main(int argc, char **argv)
{
    long long n, a, b;
    FILE *in = fopen(argv[1], "r"), *out = argc == 4 ? fopen(argv[3], "r") : NULL;
    if (in == NULL || out == NULL || fscanf(in, "%lld", &n) != 1)
        return 255;
    if (fscanf(out, "%lld %lld", &a, &b) != 2)
        return 2;
    return a >= 1 && b >= 1 && a + b == n ? 0 : 1;
}
