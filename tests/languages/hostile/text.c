/* expect: CE. A text of 16 GB. */
#define A(x) x x x x x x x x x x x x x x x x
#define B(x) A(A(x))
#define C(x) B(B(x))
const char *text = C(B("xxxxxxxxxxxxxxxx"));
int main(void) { return 0; }
