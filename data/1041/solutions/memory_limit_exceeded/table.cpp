#include <vector>

class Stack {
public:
    Stack() : numbers(8 << 20, 1)
    {
    }
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
