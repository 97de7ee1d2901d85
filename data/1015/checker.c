/* Lemon's: input, output, answer, the full score, the file for the score, the file for a message. */
#include <stdio.h>
#include <stdlib.h>

int main(int argc, char **argv)
{
    long long n, a = 0, b = 0;
    if (argc < 7)
        return 1;
    FILE *in = fopen(argv[1], "r"), *out = fopen(argv[2], "r"), *score = fopen(argv[5], "w"), *message = fopen(argv[6], "w");
    int full = atoi(argv[4]);
    if (in == NULL || out == NULL || score == NULL || message == NULL || fscanf(in, "%lld", &n) != 1)
        return 1;
    int sum = fscanf(out, "%lld %lld", &a, &b) == 2 && a + b == n;
    int parts = sum && a >= 1 && b >= 1;
    fprintf(score, "%d\n", parts ? full : sum ? full / 2 : 0);
    fprintf(message, "%s\n", parts ? "two parts" : sum ? "only the sum is right" : "the sum is wrong");
    return fclose(score) == 0 && fclose(message) == 0 ? 0 : 1;
}
