#include <vector>

int main()
{
    std::vector<long long> numbers;
    for (;;)
        numbers.push_back(1);
}
