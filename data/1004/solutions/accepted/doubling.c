/* F(2k) = F(k) (2 F(k+1) - F(k)), F(2k+1) = F(k)^2 + F(k+1)^2: from the highest bit of n down. */
#include <stdio.h>

int main(void)
{
    const long long m = 1000000007;
    long long n, a = 0, b = 1;
    if (scanf("%lld", &n) != 1)
        return 1;
    for (int bit = 62; bit >= 0; bit--) {
        long long c = a * ((2 * b - a + m) % m) % m;
        long long d = (a * a + b * b) % m;
        a = (n >> bit & 1) ? d : c;
        b = (n >> bit & 1) ? (c + d) % m : d;
    }
    printf("%lld\n", a);
    return 0;
}
