#include <stdio.h>

int main(void)
{
    long long low = 1, high;
    char answer[4];
    if (scanf("%lld", &high) != 1)
        return 1;
    for (;;) {
        long long guess = low + (high - low) / 2;
        printf("%lld\n", guess);
        fflush(stdout);
        if (scanf("%3s", answer) != 1)
            return 1;
        if (answer[0] == '=')
            return 0;
        if (answer[0] == '<')
            high = guess - 1;
        else
            low = guess + 1;
    }
}
