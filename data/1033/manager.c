/* CMS' way: two names for each process, what it reads from it and what it writes to it; the score on standard output, a message on
 * standard error. The input is its standard input. */
#include <stdio.h>
#include <string.h>

static int end(double score, const char *message)
{
    printf("%.2f\n", score);
    fprintf(stderr, "%s\n", message);
    return 0;
}

int main(int argc, char **argv)
{
    static char line[5000];
    int x, answer;
    FILE *from[2], *to[2];
    if (argc != 5 || scanf("%d", &x) != 1)
        return 1;
    for (int i = 0; i < 2; i++) {
        from[i] = fopen(argv[1 + 2 * i], "r");
        to[i] = fopen(argv[2 + 2 * i], "w");
        if (from[i] == NULL || to[i] == NULL)
            return 1;
    }
    fprintf(to[0], "%d\n", x);
    fflush(to[0]);
    if (fscanf(from[0], "%4998s", line) != 1)
        return end(0, "number 0 sent nothing");
    size_t length = strlen(line);
    if (strspn(line, "ab") != length || length > 4095)
        return end(0, "not a line of 1 to 4095 letters a and b");
    fprintf(to[1], "%s\n", line);
    fflush(to[1]);
    if (fscanf(from[1], "%d", &answer) != 1)
        return end(0, "number 1 said nothing");
    if (answer != x)
        return end(0, "number 1 is wrong");
    return end(length <= 12 ? 1 : length <= 100 ? 0.5 : 0.1, length <= 12 ? "right" : "right, and the line is long");
}
