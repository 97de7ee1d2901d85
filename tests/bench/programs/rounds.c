/*
 * rounds.c - rounds SIDE HOW N: one side of N exchanges of one line each way. SIDE is ask or answer, HOW raw (write and read) or lines
 * (the C library's, flushed).
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int say(int raw, long number)
{
    char line[24];
    if (!raw)
        return printf("%ld\n", number) < 0 || fflush(stdout) != 0;
    size_t length = (size_t)snprintf(line, sizeof line, "%ld\n", number);
    return write(1, line, length) != (ssize_t)length;
}

static int hear(int raw, long *number)
{
    char line[24];
    if (!raw)
        return scanf("%ld", number) != 1;
    ssize_t count = read(0, line, sizeof line - 1);
    if (count <= 0)
        return 1;
    line[count] = '\0';
    *number = strtol(line, NULL, 10);
    return 0;
}

int main(int argc, char **argv)
{
    if (argc != 4)
        return 2;
    int asks = strcmp(argv[1], "ask") == 0, raw = strcmp(argv[2], "raw") == 0;
    for (long i = 0, number, count = strtol(argv[3], NULL, 10); i < count; i++) {
        if ((asks && say(raw, i) != 0) || hear(raw, &number) != 0 || number != i || (!asks && say(raw, i) != 0))
            return 1;
    }
    return 0;
}
