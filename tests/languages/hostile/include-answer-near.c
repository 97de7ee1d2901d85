/* expect: CE. Data beside the source. */
#include "1.out"
int main(void) { return 0; }
