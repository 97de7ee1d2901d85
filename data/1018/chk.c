/* UOJ's: input, output, answer; standard error begins with ok, wrong answer, or points and a number from 0 to 1. */
#include <stdio.h>

int main(int argc, char **argv)
{
    long long n, a = 0, b = 0;
    FILE *in = fopen(argv[1], "r"), *out = argc == 4 ? fopen(argv[2], "r") : NULL;
    if (in == NULL || out == NULL || fscanf(in, "%lld", &n) != 1) {
        fprintf(stderr, "FAIL no input\n");
        return 3;
    }
    int sum = fscanf(out, "%lld %lld", &a, &b) == 2 && a + b == n;
    int parts = sum && a >= 1 && b >= 1;
    fprintf(stderr, "%s\n", parts ? "ok two parts" : sum ? "points 0.25 only the sum is right" : "wrong answer the sum is wrong");
    return parts ? 0 : 1;
}
