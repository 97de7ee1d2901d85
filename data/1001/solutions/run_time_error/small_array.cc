// Room for 1,000 numbers: at() sees it, and nobody catches its exception.
#include <iostream>
#include <vector>

int main()
{
    int n;
    long long sum = 0;
    std::vector<long long> numbers(1000);
    std::cin >> n;
    for (int i = 0; i < n; i++)
        std::cin >> numbers.at(i);
    for (int i = 0; i < n; i++)
        sum += numbers[i];
    std::cout << sum << std::endl;
}
