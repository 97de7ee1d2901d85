/* Speaks testlib's protocol by itself, as testlib.h is not brought along: input, output, answer. Exits with 0, 1, 2 or 3. */
#include <cstdio>
#include <fstream>

#include "parts.h"

int main(int argc, char **argv)
{
    long long n, a, b;
    std::ifstream input(argc > 3 ? argv[1] : ""), output(argc > 3 ? argv[2] : "");
    if (!(input >> n) || n < LEAST || n > MOST) {
        fprintf(stderr, "FAIL no input\n");
        return 3;
    }
    if (!(output >> a >> b)) {
        fprintf(stderr, "wrong output format two numbers were expected\n");
        return 2;
    }
    if (a < 1 || b < 1 || a > n || b != n - a) {
        fprintf(stderr, "wrong answer %lld and %lld are not two parts of %lld\n", a, b, n);
        return 1;
    }
    fprintf(stderr, "ok two parts\n");
    return 0;
}
