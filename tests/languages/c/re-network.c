#include <stdio.h>
#include <sys/socket.h>

int main(void)
{
    long long a, b;
    if (scanf("%lld %lld", &a, &b) == 2)
        printf("%lld\n", a + b);
    fflush(stdout);
    return socket(AF_INET, SOCK_STREAM, 0) < 0;
}
