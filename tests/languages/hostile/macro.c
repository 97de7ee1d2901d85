/* expect: CE. 2^32 words. */
#define A(x) x x x x x x x x x x x x x x x x
#define B(x) A(A(x))
#define C(x) B(B(x))
#define D(x) C(C(x))
int main(void)
{
    int i = 0;
    D(i++;)
    return i;
}
