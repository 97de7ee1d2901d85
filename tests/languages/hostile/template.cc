// expect: CE. 2^400 instances.
template <int depth, typename A, typename B>
struct bomb {
    static const int value = bomb<depth - 1, bomb, A>::value + bomb<depth - 1, B, bomb>::value;
};
template <typename A, typename B>
struct bomb<0, A, B> {
    static const int value = 1;
};
int main()
{
    return bomb<400, int, char>::value;
}
