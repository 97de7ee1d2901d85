/* A checker with a fault, on purpose: it divides by the second number. Whoever prints a 0 is not to blame for that. */
#include <stdio.h>

int main(int argc, char **argv)
{
    long long n, a = 0, b = 0;
    FILE *in = fopen(argv[1], "r"), *out = argc == 4 ? fopen(argv[3], "r") : NULL;
    if (in == NULL || out == NULL || fscanf(in, "%lld", &n) != 1 || fscanf(out, "%lld %lld", &a, &b) != 2)
        return 1;
    fprintf(stderr, "looks at %lld and %lld\n", a, b);
    return n % b >= 0 && a >= 1 && b >= 1 && a + b == n ? 0 : 1;
}
