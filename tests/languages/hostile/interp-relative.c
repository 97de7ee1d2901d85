/* expect: RE. A loader below a file. */
const char loader[] __attribute__((section(".interp"))) = "/program/Main/none";
#include <stdio.h>
int main(void) { for (int byte; (byte = getchar()) != EOF;) putchar(byte); }
