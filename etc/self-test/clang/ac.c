/* Reading, printing, memory large and small, a file, the time, a signal's handler, a long jump. */
#define _GNU_SOURCE
#include <errno.h>
#include <math.h>
#include <setjmp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static jmp_buf place;
static volatile sig_atomic_t caught;

static void catch_signal(int number)
{
    caught = number;
}

int main(void)
{
    long long a, b, sum = 0;
    volatile char *touched;
    char *large = malloc(16 << 20), *small = strdup("text");
    FILE *file = fopen("x", "w+");
    struct timespec now;
    if (scanf("%lld %lld", &a, &b) != 2 || large == NULL || small == NULL || file == NULL)
        return 1;
    for (touched = large; touched < large + (16 << 20); touched += 4096)
        *touched = 1;
    large = realloc(large, 32 << 20);
    fprintf(file, "%lld %lld", a, b);
    rewind(file);
    if (large == NULL || fscanf(file, "%lld %lld", &a, &b) != 2 || fclose(file) != 0 || remove("x") != 0)
        return 2;
    signal(SIGUSR1, catch_signal);
    raise(SIGUSR1);
    srand((unsigned)time(NULL));
    if (setjmp(place) == 0)
        longjmp(place, 1);
    if (caught != SIGUSR1 || clock_gettime(CLOCK_MONOTONIC, &now) != 0 || clock() < 0 || localtime(&now.tv_sec) == NULL)
        return 3;
    if (sqrt(rand()) < 0 || usleep(1000) != 0 || isatty(0))
        return 4;
    sum = a + b;
    free(large);
    free(small);
    printf("%lld\n", sum);
    return fflush(stdout) == 0 && errno != ENOMEM ? 0 : 5;
}
