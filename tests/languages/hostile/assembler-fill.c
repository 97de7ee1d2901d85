/* expect: CE. */
__asm__(".data\n.fill 0x7fffffff, 8, 1\n");
int main(void) { return 0; }
