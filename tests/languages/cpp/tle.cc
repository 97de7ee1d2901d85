#include <set>

int main()
{
    std::set<unsigned> numbers;
    for (unsigned i = 0;; i++)
        numbers.insert(i % 1000);
}
