/* CUPOJ's: input, answer, output, source; 0 AC, 1 to 3 WA, else HUSTOJ's number of a verdict: 5 PE. */
#include <stdio.h>

int main(int argc, char **argv)
{
    long long n, a, b;
    FILE *in = fopen(argv[1], "r"), *out = argc == 5 ? fopen(argv[3], "r") : NULL;
    if (in == NULL || out == NULL || fscanf(in, "%lld", &n) != 1)
        return 255;
    if (fscanf(out, "%lld %lld", &a, &b) != 2)
        return 5;
    return a >= 1 && b >= 1 && a + b == n ? 0 : 1;
}
