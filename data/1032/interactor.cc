// HUSTOJ's interactor: found by its name. The exit code is the verdict: 0 accepted, 1 wrong answer, 2 presentation error.
#include <fstream>
#include <iostream>

int main(int, char **argv)
{
    int n, take;
    std::ifstream in(argv[1]);
    std::ofstream out(argv[2]);
    in >> n;
    std::cout << n << std::endl;
    while (n > 0) {
        if (!(std::cin >> take))
            return std::cin.eof() ? 1 : 2;
        if (take < 1 || take > 3 || take > n)
            return 1;
        n -= take;
        if (n == 0)
            return 0;
        take = n % 4 == 0 ? 1 : n % 4;
        n -= take;
        out << take << "\n";
        std::cout << take << std::endl;
    }
    return 1; // the judge has taken the last one
}
