/* expect: RE. A loader that is nowhere: the kernel refuses the program. */
const char loader[] __attribute__((section(".interp"))) = "/box/none";
#include <stdio.h>
int main(void) { for (int byte; (byte = getchar()) != EOF;) putchar(byte); }
