// Forgets one of the remainders.
#include <iostream>

int main()
{
    const long long m = 1000000007;
    long long n;
    unsigned long long a = 0, b = 1;
    std::cin >> n;
    for (int bit = 62; bit >= 0; bit--) {
        unsigned long long c = a * (2 * b - a);
        unsigned long long d = (a * a + b * b) % m;
        a = (n >> bit & 1) ? d : c;
        b = (n >> bit & 1) ? (c + d) % m : d;
    }
    std::cout << a % m << std::endl;
}
