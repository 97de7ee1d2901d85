#include <iostream>
#include <vector>

#include "run.h"

int main()
{
    int n;
    std::ios::sync_with_stdio(false);
    std::cin >> n;
    std::vector<int> numbers(n);
    for (int &number : numbers)
        std::cin >> number;
    std::cout << longest(n, numbers.data()) << '\n';
}
