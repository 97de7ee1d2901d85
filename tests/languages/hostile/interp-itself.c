/* expect: RE AC MLE TLE. A loader that is the program itself. */
const char loader[] __attribute__((section(".interp"))) = "/program/Main";
#include <stdio.h>
int main(void) { for (int byte; (byte = getchar()) != EOF;) putchar(byte); }
