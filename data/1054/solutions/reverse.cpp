#include <fstream>
#include <string>
#include <vector>

int main()
{
    std::ifstream in("reverse.in");
    std::ofstream out("reverse.out");
    std::vector<std::string> words;
    for (std::string word; in >> word;)
        words.push_back(word);
    while (!words.empty()) {
        out << words.back() << "\n";
        words.pop_back();
    }
}
