/* SYZOJ's: the files input, user_out, answer, code; the score, 0 to 100, on standard output, a message on standard error. */
#include <stdio.h>

int main(void)
{
    long long n, a = 0, b = 0;
    FILE *in = fopen("input", "r"), *out = fopen("user_out", "r"), *code = fopen("code", "r");
    if (in == NULL || out == NULL || code == NULL || fscanf(in, "%lld", &n) != 1)
        return 1;
    int sum = fscanf(out, "%lld %lld", &a, &b) == 2 && a + b == n;
    int parts = sum && a >= 1 && b >= 1;
    printf("%d\n", parts ? 100 : sum ? 50 : 0);
    fprintf(stderr, "%s\n", parts ? "two parts" : sum ? "only the sum is right" : "the sum is wrong");
    return 0;
}
