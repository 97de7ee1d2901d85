class Stack {
public:
    void push(long long x)
    {
        last = x;
    }
    long long smallest() const
    {
        return last;
    }

private:
    long long last;
};
