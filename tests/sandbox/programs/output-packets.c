/* expect: exit 0, stdout=aaabbbcccdddeeefff */
/*
 * Makes its output a pipe of packets (O_DIRECT): each read gets one of them, however small. All must be there at the end.
 */
#include <fcntl.h>
#include <unistd.h>

int main(void)
{
    static const char *const packets[] = {"aaa", "bbb", "ccc", "ddd", "eee", "fff"};
    if (fcntl(1, F_SETFL, O_DIRECT) != 0)
        return 1;
    for (int i = 0; i < 6; i++) {
        if (write(1, packets[i], 3) != 3)
            return 2;
    }
    return 0;
}
