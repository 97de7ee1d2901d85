/* The input is standard input; exits with 0 where it is fine, else with 3. */
#include <cstdio>
#include <iostream>
#include <string>

#include "parts.h"

int main()
{
    std::string line, more;
    if (!std::getline(std::cin, line) || std::getline(std::cin, more) || line.empty() || line.size() > 19 ||
        line.find_first_not_of("0123456789") != std::string::npos || std::stoll(line) < LEAST || std::stoll(line) > MOST) {
        fprintf(stderr, "FAIL one number from %lld to %lld is expected\n", LEAST, MOST);
        return 3;
    }
    return 0;
}
