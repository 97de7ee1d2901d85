// expect: CE. A value of 8 GB.
struct table {
    long values[1 << 30];
    constexpr table() : values()
    {
        for (long i = 0; i < 1 << 30; i++)
            values[i] = i;
    }
};
constexpr table numbers;
int main()
{
    return numbers.values[1];
}
