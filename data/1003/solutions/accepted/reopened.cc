// The usual way of contests: the files in place of standard input and output.
#include <cstdio>
#include <iostream>
#include <string>
#include <vector>

int main()
{
    if (!freopen("lines.in", "r", stdin) || !freopen("lines.out", "w", stdout))
        return 1;
    std::vector<std::string> lines;
    for (std::string line; std::getline(std::cin, line);)
        lines.push_back(line);
    for (auto line = lines.rbegin(); line != lines.rend(); ++line)
        std::cout << *line << '\n';
}
