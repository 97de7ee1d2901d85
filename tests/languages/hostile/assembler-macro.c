/* expect: CE. A macro that calls itself twice. */
__asm__(".macro bomb\n bomb\n bomb\n.endm\n bomb\n");
int main(void) { return 0; }
