#include <iostream>

int main()
{
    long long n;
    volatile long long half = 0;
    std::cin >> n;
    while (half < n / 2)
        half++;
    std::cout << half << ' ' << n - half << std::endl;
}
