/* Exits with 42 where standard input is one number of the right size. */
#include <iostream>
#include <string>

int main()
{
    std::string line, more;
    if (!std::getline(std::cin, line) || std::getline(std::cin, more) || line.empty() || line.size() > 19 || line[0] == '0' ||
        line.find_first_not_of("0123456789") != std::string::npos)
        return 43;
    long long n = std::stoll(line);
    return n >= 2 && n <= 1000000000000000000 ? 42 : 43;
}
