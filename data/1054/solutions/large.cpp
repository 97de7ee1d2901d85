#include <vector>

int main()
{
    std::vector<char> all(256 << 20, 1);
    return all[all.size() / 2] - 1;
}
