/* The lines in the order in which they came. */
#include <stdio.h>

int main(void)
{
    int c;
    FILE *in = fopen("lines.in", "r");
    FILE *out = fopen("lines.out", "w");
    if (in == NULL || out == NULL)
        return 1;
    while ((c = getc(in)) != EOF)
        putc(c, out);
    return fclose(out) == 0 ? 0 : 1;
}
