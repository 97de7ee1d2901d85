/* input, answer, folder, flags; the output is standard input. Exits with 42 or 43. */
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <iostream>
#include <string>

#include "parts.h"

int main(int argc, char **argv)
{
    long long n;
    std::ifstream input(argc > 3 ? argv[1] : "");
    if (!(input >> n) || argc != 6 || strcmp(argv[4], "at_least") != 0)
        return 1;
    if (is_right(std::cin, n, atoll(argv[5])))
        return 42;
    std::ofstream(std::string(argv[3]) + "teammessage.txt") << "these are not two parts of " << n << "\n";
    return 43;
}
