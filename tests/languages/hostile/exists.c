/* expect: WA. Is the answer there? */
#include <stdio.h>
int main(void)
{
#if __has_include("@ANSWER@") || __has_include("1.out") || __has_include("/home") || __has_include("/etc/shadow")
    for (int byte; (byte = getchar()) != EOF;)
        putchar(byte);
#else
    puts("no");
#endif
}
