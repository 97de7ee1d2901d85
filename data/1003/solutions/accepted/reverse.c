#include <stdio.h>

int main(void)
{
    static char lines[101][256];
    int count = 0;
    FILE *in = fopen("lines.in", "r");
    FILE *out = fopen("lines.out", "w");
    if (in == NULL || out == NULL)
        return 1;
    while (count < 101 && fgets(lines[count], sizeof lines[count], in) != NULL)
        count++;
    while (count > 0)
        fputs(lines[--count], out);
    return fclose(out) == 0 ? 0 : 1;
}
