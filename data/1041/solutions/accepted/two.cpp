#include <algorithm>
#include <vector>

class Stack {
public:
    void push(long long x)
    {
        numbers.push_back(numbers.empty() ? x : std::min(x, numbers.back()));
    }
    void pop()
    {
        numbers.pop_back();
    }
    long long smallest() const
    {
        return numbers.back();
    }

private:
    std::vector<long long> numbers; // of each height the smallest
};
