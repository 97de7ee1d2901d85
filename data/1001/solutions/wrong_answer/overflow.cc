// A sum of 32 bits: right in the first six cases, 60 points.
#include <iostream>

int main()
{
    int n;
    unsigned number, sum = 0;
    std::cin >> n;
    while (n-- > 0 && std::cin >> number)
        sum += number;
    std::cout << static_cast<int>(sum) << std::endl;
}
