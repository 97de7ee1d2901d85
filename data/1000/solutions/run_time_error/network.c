/* A judged program has no network: the system call ends it, and is named. */
#include <stdio.h>
#include <sys/socket.h>

int main(void)
{
    if (socket(AF_INET, SOCK_STREAM, 0) < 0)
        puts("no socket");
    puts("3");
    return 0;
}
