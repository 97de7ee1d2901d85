/* expect: CE. The assembler reads files as well. */
#include <stdio.h>
__asm__(".data\ntext: .incbin \"/etc/shadow\"\n.byte 0\n");
extern const char text[];
int main(void)
{
    puts(text);
}
