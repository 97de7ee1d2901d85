#include <fstream>

int main()
{
    std::ifstream in("reverse.in");
    std::ofstream out("reverse.out");
    out << in.rdbuf();
}
