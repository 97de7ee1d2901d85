/* expect everything: exit 7 */
/* expect threads: RE syscall=execve */
/* repeat: 5 */
/*
 * A thread that is not the first executes a program: the kernel ends all others and gives it the first one's number.
 */
#include <pthread.h>

#include "tests/sandbox/programs/hostile.h"

#include "common/banned.h"

static char **arguments;

static void *start(void *argument)
{
    char name[] = "exec-in-thread", again[] = "again", env[] = "JUDGE_HOSTILE=1";
    char *argv[] = {name, again, NULL}, *envp[] = {env, NULL};
    (void)execve(arguments[0], argv, envp);
    perror("execve");
    _exit(96);
    return argument;
}

static void *wait_for_ever(void *argument)
{
    for (;;)
        pause();
    return argument;
}

int main(int argc, char **argv)
{
    begin();
    if (argc > 1)
        return 7;
    arguments = argv;
    pthread_t thread;
    for (int i = 0; i < 4; i++)
        need("pthread_create", pthread_create(&thread, NULL, wait_for_ever, NULL) == 0);
    need("pthread_create", pthread_create(&thread, NULL, start, NULL) == 0);
    for (;;)
        pause();
}
