// expect: CE. Endless, in the compiler.
constexpr long forever(long n)
{
    long sum = 0;
    for (long i = 0; i < n; i++)
        for (long j = 0; j < n; j++)
            sum += i ^ j;
    return sum;
}
constexpr long sum = forever(1000000000);
int main()
{
    return sum;
}
