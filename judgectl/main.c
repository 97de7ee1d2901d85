/*
 * main.c - judgectl: what an administrator or a teacher types. Any uid; what needs root says so.
 *
 * A command is a row of the table. Those that use the sandbox are judge_client in its local form: judgectl becomes it. The
 * others are a file each.
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
#include "judgectl/commands.h"
#include "judgectl/languages.h"

#include "common/banned.h"

static const struct {
    const char *name;
    const char *help;
    int (*run)(int argc, char **argv); /* NULL: judge_client has it */
} commands[] = {
    {"submit", "put submissions in, and wait for their verdicts", submit_main},
    {"status", "the pool: slots, lanes, the last verdicts", status_main},
    {"watch", "what happens to submissions, as it happens, case by case", watch_main},
    {"top", "the pool at work, in a terminal", top_main},
    {"stats", "the same as JSON", stats_main},
    {"log", "what the log says about a submission", log_main},
    {"drain", "let the workers end after their jobs", pool_main},
    {"resume", "start the workers again", pool_main},
    {"scale", "so many workers, until judged is restarted", pool_main},
    {"reload", "read judge.conf, languages and policies again", pool_main},
    {"restart", "start one worker, or each in turn, anew", pool_main},
    {"why", "where a submission is: its place, who holds it, what became of it", why_main},
    {"rejudge", "judge submissions again: by number, problem, contest, result or time", rejudge_main},
    {"cancel", "end submissions that wait or are being judged", cancel_main},
    {"dead", "quarantine: list what failed too often, try it again, drop it", dead_main},
    {"judge", "judge sources against a problem's folder and print the verdicts", NULL},
    {"problem", "show what the judge understands of a problem's folder", NULL},
    {"run", "run a program in the sandbox and say what it did and used", NULL},
    {"languages", "the languages: numbers, names, what is installed", NULL},
    {"policy", "the policies: check them, what one allows, what two differ in", NULL},
    {"record", "what calls programs make that their policies lack, and the lines that allow them", NULL},
    {"config", "check judge.conf, print the settings in force or a sample", config_main},
    {"db", "make the tables in the site's database, check them and the rights", db_main},
    {"doctor", "check this box: what is missing, what is lost by it, what to type", NULL},
};

enum { COMMANDS = sizeof commands / sizeof *commands };

static void print_help(void)
{
    printf("usage: judgectl COMMAND [OPTIONS]\n\n");
    for (size_t i = 0; i < COMMANDS; i++)
        printf("  %-10s %s\n", commands[i].name, commands[i].help);
    printf("\njudgectl COMMAND --help says more.\n");
}

static void become_client(char **argv)
{
    char path[PATH_MAX];
    client_path(path);
    (void)execv(path, argv); /* returns only when it fails */
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
        if (strcmp(argv[1], commands[i].name) != 0)
            continue;
        if (commands[i].run != NULL)
            return commands[i].run(argc - 1, argv + 1);
        become_client(argv);
    }
    const char *nearest = str_nearest(argv[1], names);
    fatal("unknown command '%s'%s%s%s: judgectl help lists them", argv[1], nearest == NULL ? "" : " (did you mean ",
          nearest == NULL ? "" : nearest, nearest == NULL ? "" : "?)");
}
