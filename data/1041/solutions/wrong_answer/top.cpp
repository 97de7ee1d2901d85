#include <vector>

class Stack {
public:
    void push(long long x)
    {
        numbers.push_back(x);
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
    std::vector<long long> numbers;
};
