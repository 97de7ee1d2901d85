/* expect: exit 0 */
/*
 * Not an attack: prints its arguments and its environment, a line each.
 */
#include "tests/sandbox/programs/hostile.h"

#include "common/banned.h"

extern char **environ;

int main(int argc, char **argv)
{
    begin();
    for (int i = 0; i < argc; i++)
        printf("argv %s\n", argv[i]);
    for (char **entry = environ; *entry != NULL; entry++)
        printf("env %s\n", *entry);
    char here[256];
    need("getcwd", getcwd(here, sizeof here) != NULL);
    printf("cwd %s\n", here);
    return 0;
}
