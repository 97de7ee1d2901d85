#include <iostream>

int main()
{
    long long low = 1, high;
    std::cin >> high;
    for (std::string answer; answer != "=";) {
        long long guess = low + (high - low) / 2;
        std::cout << guess << std::endl;
        std::cin >> answer;
        if (answer == "<")
            high = guess - 1;
        if (answer == ">")
            low = guess + 1;
    }
}
