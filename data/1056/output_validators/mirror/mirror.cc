// An output validator of two passes. Its first run turns the word around, and leaves it as the program's next input; its second
// compares the number. What it has to remember lies in its folder.
#include <algorithm>
#include <fstream>
#include <iostream>
#include <string>

static int reject(const std::string &folder, const std::string &why)
{
    std::ofstream(folder + "teammessage.txt") << why << std::endl;
    return 43;
}

int main(int, char **argv)
{
    std::ifstream input(argv[1]), answer(argv[2]);
    std::string folder = argv[3], command, word, more;
    long long said = -1, should = -1;
    input >> command;
    if (command == "receive") {
        size_t length = 0;
        std::ifstream(folder + "length") >> length;
        answer >> should;
        if (length == 0 || should < 0)
            return 1; /* our own fault */
        return std::cin >> said && !(std::cin >> more) && said == should ? 42 : reject(folder, "not the number that was sent");
    }
    if (!(std::cin >> word) || std::cin >> more)
        return reject(folder, "not one word");
    if (word.size() > 30 || word.find_first_not_of("ab") != std::string::npos)
        return reject(folder, "not a word of at most 30 letters a and b");
    std::reverse(word.begin(), word.end());
    std::ofstream(folder + "length") << word.size() << std::endl;
    std::ofstream(folder + "nextpass.in") << "receive " << word << std::endl;
    return 42;
}
