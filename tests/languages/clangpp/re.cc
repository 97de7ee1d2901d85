#include <vector>

int main()
{
    std::vector<int> numbers(2);
    return numbers.at(2);
}
