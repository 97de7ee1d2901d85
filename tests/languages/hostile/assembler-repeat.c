/* expect: CE. Some hundred bytes of source, a terabyte of program. */
__asm__(".data\n.rept 1000000\n.rept 1000000\n.byte 1\n.endr\n.endr\n");
int main(void) { return 0; }
