/*
 * main.c - judgectl: what an administrator or a teacher types. Any uid; what needs root says so.
 *
 * A command is a row of the table. Those that use the sandbox are judge_client in its local form: judgectl becomes it.
 */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "common/err.h"
#include "common/file.h"
#include "common/log.h"
#include "common/str.h"

#include "common/banned.h"

static const struct {
    const char *name;
    const char *help;
} commands[] = {
    {"judge", "judge sources against a problem's folder and print the verdicts"},
    {"run", "run a program in the sandbox and say what it did and used"},
    {"doctor", "check this box: what is missing, what is lost by it, what to type"},
};

enum { COMMANDS = sizeof commands / sizeof *commands };

static void print_help(void)
{
    printf("usage: judgectl COMMAND [OPTIONS]\n\n");
    for (size_t i = 0; i < COMMANDS; i++)
        printf("  %-8s %s\n", commands[i].name, commands[i].help);
    printf("\njudgectl COMMAND --help says more.\n");
}

/* judge_client lies beside this program, or where `make install` put it. */
static void become_client(char **argv)
{
    char self[PATH_MAX];
    char path[PATH_MAX];
    ssize_t length = readlink("/proc/self/exe", self, sizeof self - 1);
    self[length < 0 ? 0 : length] = '\0';
    char *slash = strrchr(self, '/');
    if (slash != NULL)
        *slash = '\0';
    if (slash == NULL || str_format(path, sizeof path, "%s/judge_client", self) != 0 || access(path, X_OK) != 0)
        (void)str_copy(path, sizeof path, JUDGE_PREFIX "/bin/judge_client"); /* it fits */
    (void)execv(path, argv);                                                 /* returns only when it fails */
    fatal("%s: %s (make install puts it there)", path, strerror(errno));
}

int main(int argc, char **argv)
{
    const char *names[COMMANDS + 1] = {NULL};
    struct err e;
    log_init("judgectl", 0);
    if (file_open_standard(&e) != 0)
        fatal("%s", e.text);
    if (argc < 2 || strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "help") == 0) {
        print_help();
        return argc < 2 ? 2 : 0;
    }
    for (size_t i = 0; i < COMMANDS; i++) {
        names[i] = commands[i].name;
        if (strcmp(argv[1], commands[i].name) == 0)
            become_client(argv);
    }
    const char *nearest = str_nearest(argv[1], names);
    fatal("unknown command '%s'%s%s%s: judgectl help lists them", argv[1], nearest == NULL ? "" : " (did you mean ",
          nearest == NULL ? "" : nearest, nearest == NULL ? "" : "?)");
}
