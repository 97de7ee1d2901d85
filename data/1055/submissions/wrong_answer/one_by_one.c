#include <stdio.h>

int main(void)
{
    long long n;
    char answer[4];
    scanf("%lld", &n);
    for (long long guess = 1; guess <= n; guess++) {
        printf("%lld\n", guess);
        fflush(stdout);
        if (scanf("%3s", answer) != 1 || answer[0] == '=')
            break;
    }
    return 0;
}
