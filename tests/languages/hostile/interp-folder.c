/* expect: RE. A loader that is a folder. */
const char loader[] __attribute__((section(".interp"))) = "/box";
#include <stdio.h>
int main(void) { for (int byte; (byte = getchar()) != EOF;) putchar(byte); }
