/* testlib's arguments: input, tout, answer, report. testlib itself makes this shorter. The number lies in the input behind n. */
#include <stdarg.h>
#include <stdio.h>

enum { OK = 0, WRONG = 1, PRESENTATION = 2, FAIL = 3, GUESSES = 31 };

static int end(const char *report, int code, const char *format, ...)
{
    static const char *const outcomes[] = {"accepted", "wrong-answer", "presentation-error", "fail"};
    va_list args;
    FILE *out = report == NULL ? NULL : fopen(report, "w");
    if (out == NULL)
        return FAIL;
    fprintf(out, "<?xml version=\"1.0\" encoding=\"windows-1251\"?><result outcome = \"%s\">", outcomes[code]);
    va_start(args, format);
    vfprintf(out, format, args);
    va_end(args);
    fprintf(out, "</result>");
    return fclose(out) == 0 ? code : FAIL;
}

int main(int argc, char **argv)
{
    long long n, number, guess;
    const char *report = argc >= 5 ? argv[4] : NULL;
    FILE *in = argc < 5 ? NULL : fopen(argv[1], "r"), *tout = argc < 5 ? NULL : fopen(argv[2], "w");
    if (in == NULL || tout == NULL || fscanf(in, "%lld %lld", &n, &number) != 2)
        return end(report, FAIL, "the input is not there");
    printf("%lld\n", n);
    fflush(stdout);
    for (int i = 1; i <= GUESSES; i++) {
        int got = scanf("%lld", &guess);
        if (got == EOF)
            return end(report, WRONG, "it ended after %d guesses", i - 1);
        if (got != 1)
            return end(report, PRESENTATION, "guess %d is no number", i);
        if (guess < 1 || guess > n)
            return end(report, WRONG, "guess %d is %lld, and not from 1 to %lld", i, guess, n);
        printf("%s\n", number < guess ? "<" : number > guess ? ">" : "=");
        fflush(stdout);
        if (guess == number) {
            fprintf(tout, "%lld\n", guess);
            return fclose(tout) == 0 ? end(report, OK, "%d guesses", i) : FAIL;
        }
    }
    return end(report, WRONG, "not found in %d guesses", GUESSES);
}
