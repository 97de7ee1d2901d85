/* expect: RE. A loader that is text. */
const char loader[] __attribute__((section(".interp"))) = "/etc/ld.so.conf";
#include <stdio.h>
int main(void) { for (int byte; (byte = getchar()) != EOF;) putchar(byte); }
