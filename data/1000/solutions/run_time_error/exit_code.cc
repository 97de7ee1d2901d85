// The right number, but the program says that it failed.
#include <iostream>

int main()
{
    long long a, b;
    std::cin >> a >> b;
    std::cout << a + b << std::endl;
    return 3;
}
