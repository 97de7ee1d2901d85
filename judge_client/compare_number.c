/*
 * compare_number.c - decimal numbers, and when two are near enough. Runs in the worker, needs no privilege.
 *
 * Not strtod(3): that knows the locale's decimal point, hexadecimal numbers, nan and inf, wants a terminated string and
 * is slower. A long double has 64 bits or more (where it has the 53 of a double, less exact): the first 19 digits count.
 */
#include "judge_client/compare_parts.h"

#include <math.h>

#include "common/banned.h"

/* value * 10^exponent: rounded once for the usual exponents, right to 17 digits for any. */
static long double scale(uint64_t digits, int exponent)
{
    static const long double powers[] = {1e0L,  1e1L,  1e2L,  1e3L,  1e4L,  1e5L,  1e6L,  1e7L,  1e8L,  1e9L,
                                         1e10L, 1e11L, 1e12L, 1e13L, 1e14L, 1e15L, 1e16L, 1e17L, 1e18L, 1e19L,
                                         1e20L, 1e21L, 1e22L, 1e23L, 1e24L, 1e25L, 1e26L, 1e27L};
    const int count = sizeof powers / sizeof *powers;
    int left = exponent < 0 ? -exponent : exponent;
    long double power = left < count ? powers[left] : 1;
    if (left >= count) {
        long double square = 10;
        for (; left > 0; left >>= 1) {
            if ((left & 1) != 0)
                power *= square;
            square *= square;
        }
    }
    return exponent < 0 ? (long double)digits / power : (long double)digits * power;
}

/* The part behind the digits, from 'e' on. False where it is none. */
static bool read_exponent(const unsigned char *word, size_t size, int *exponent)
{
    enum { MOST = 100000 }; /* far over what any type holds */
    size_t i = 1;
    if (word[0] != 'e' && word[0] != 'E')
        return false;
    bool negative = i < size && word[i] == '-';
    if (i < size && (word[i] == '-' || word[i] == '+'))
        i++;
    if (i == size)
        return false;
    int value = 0;
    for (; i < size; i++) {
        if (word[i] < '0' || word[i] > '9')
            return false;
        if (value < MOST)
            value = value * 10 + (word[i] - '0');
    }
    *exponent += negative ? -value : value;
    return true;
}

/* Reads digits from word[i] on. Returns where they end; *more counts those that no longer fit in *value. */
static size_t read_digits(const unsigned char *word, size_t i, size_t size, uint64_t *value, int *more)
{
    const uint64_t full = 1000000000000000000U; /* no further digit fits */
    for (; i < size && word[i] >= '0' && word[i] <= '9'; i++) {
        if (*value < full)
            *value = *value * 10 + (uint64_t)(word[i] - '0');
        else
            ++*more;
    }
    return i;
}

bool compare_read_number(const unsigned char *word, size_t size, long double *value)
{
    uint64_t digits = 0;
    int more = 0;
    size_t start = size > 0 && (word[0] == '-' || word[0] == '+');
    size_t i = read_digits(word, start, size, &digits, &more);
    bool any = i > start;
    int exponent = more;
    if (i < size && word[i] == '.') {
        start = i + 1;
        more = 0;
        i = read_digits(word, start, size, &digits, &more);
        any = any || i > start;
        exponent -= (int)(i - start) - more;
    }
    if (!any || (i < size && !read_exponent(word + i, size - i, &exponent)))
        return false;
    *value = digits == 0 ? 0 : scale(digits, exponent);
    if (!isfinite(*value))
        return false;
    if (word[0] == '-')
        *value = -*value;
    return true;
}

bool compare_near(long double answer, long double output, const struct compare_options *options)
{
    /* 0.4 for 0.3 with 0.1 is right on the limit, whichever way these are rounded: a billionth more is allowed. */
    const long double slack = 1 + 1e-9L;
    long double apart = fabsl(answer - output);
    return apart <= (long double)options->abs_error * slack ||
           apart <= (long double)options->rel_error * fabsl(answer) * slack;
}
