/* expect: CE. */
__asm__(".data\n.incbin \"/dev/zero\"\n");
int main(void) { return 0; }
