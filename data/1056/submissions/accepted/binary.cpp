#include <algorithm>
#include <iostream>
#include <string>

int main()
{
    std::string command, word;
    long long number = 0;
    std::cin >> command;
    if (command == "send") {
        std::cin >> number;
        do
            word += number % 2 == 1 ? 'b' : 'a';
        while (number /= 2);
        std::reverse(word.begin(), word.end());
        std::cout << word << '\n';
        return 0;
    }
    std::cin >> word;
    for (size_t i = word.size(); i-- > 0;)
        number = 2 * number + (word[i] == 'b');
    std::cout << number << '\n';
}
