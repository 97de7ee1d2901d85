/*
 * config.c - `judgectl config`: says whether judge.conf is right and what it comes to, prints what is in force, prints a sample.
 *
 * Needs to read the file: root, or its group. It changes nothing and asks no server.
 */
#include <unistd.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "common/err.h"
#include "common/settings.h"
#include "common/str.h"
#include "judgectl/commands.h"
#include "judgectl/options.h"

#include "common/banned.h"

enum { PLACE_SIZE = PATH_MAX + 512 };

static const char usage[] =
    "usage: judgectl config check [--home OJ_HOME] [FILE]\n"
    "       judgectl config print [--home OJ_HOME] [FILE]\n"
    "       judgectl config print --sample\n"
    "\n"
    "check says in a line what OJ_HOME/etc/judge.conf (or FILE) makes this box do, or where it is wrong.\n"
    "print writes the settings in force, without passwords, as a judge.conf of sections, whatever the form of the "
    "file.\n"
    "Exit: 0 right, 2 wrong.\n";

struct options {
    const char *home, *file;
    bool print, sample;
};

/* 0; 1 after --help was printed; -1 with e. */
static int parse(struct options *options, int argc, char **argv, struct err *e)
{
    const struct option_row rows[] = {OPTION_HOME(&options->home),
                                      {"sample", 0, OPTION_FLAG, &options->sample, 0, 0, NULL, NULL}};
    int code = options_parse("config", usage, rows, sizeof rows / sizeof *rows, argc, argv, e);
    if (code != 0)
        return code;
    const char *what = optind < argc ? argv[optind] : "";
    options->print = strcmp(what, "print") == 0;
    if (!options->print && strcmp(what, "check") != 0)
        return err_set(e, "judgectl config check, or judgectl config print (--help says more)");
    if (argc - optind > 2)
        return err_set(e, "'%s': one file at a time", argv[optind + 2]);
    options->file = argv[optind + 1];
    if (options->sample && (!options->print || options->file != NULL))
        return err_set(e, "--sample stands with print alone");
    return 0;
}

/* "mysql NAME at HOST:PORT" */
static void show_server(char *text, size_t size, const char *kind, const char *what, const char *host, int port,
                        const char *socket)
{
    int cut = *socket != '\0' ? str_format(text, size, "%s %s at %s", kind, what, socket)
                              : str_format(text, size, "%s %s at %s:%d", kind, what, host, port);
    (void)cut; /* it is for reading */
}

/* Which queue and store the settings mean: queue.h and store.h say the same. */
static void print_use(const struct settings *settings)
{
    char queue[PLACE_SIZE];
    char store[PLACE_SIZE];
    char database[16];
    char workers[16] = "auto";
    bool has_database = settings_has_database(settings);
    (void)str_format(database, sizeof database, "database %d", settings->redis_database); /* it fits */
    if (settings_has_redis(settings))
        show_server(queue, sizeof queue, "redis", database, settings->redis_host, settings->redis_port,
                    settings->redis_socket);
    else
        (void)str_format(queue, sizeof queue, "%s/%s", settings->home, has_database ? "run/queue.db" : "judge.db");
    if (has_database)
        show_server(store, sizeof store, "mysql", settings->database_name, settings->database_host,
                    settings->database_port, settings->database_socket);
    else
        (void)str_format(store, sizeof store, "%s/judge.db", settings->home);
    if (settings->workers > 0)
        (void)str_format(workers, sizeof workers, "%d", settings->workers);
    printf("%s%s, node: %s, workers: %s, queue: %s, store: %s\n",
           settings->file[0] == '\0' ? "no judge.conf: all defaults" : settings->file,
           settings->file[0] == '\0' ? ""
           : settings->hustoj        ? ": HUSTOJ's form"
                                     : ": our form",
           settings->node, workers, queue, store);
}

static int fail(const char *why)
{
    (void)fprintf(stderr, "judgectl config: %s\n", why); /* nowhere else to say it */
    return 2;
}

int config_main(int argc, char **argv)
{
    struct options options = {.home = NULL};
    struct settings settings;
    struct err e;
    int parsed = parse(&options, argc, argv, &e);
    if (parsed > 0)
        return 0;
    if (parsed < 0) {
        return fail(e.text);
    }
    if (options.sample) {
        settings_sample();
    } else if (settings_read(&settings, options.home, options.file, &e) != 0) {
        return fail(e.text);
    } else if (options.print) {
        settings_print(&settings);
    } else {
        print_use(&settings);
    }
    if (fflush(stdout) != 0 || ferror(stdout)) {
        return fail("standard output cannot be written");
    }
    return 0;
}
