/*
 * log.c - `judgectl log ID`: what the log holds about one submission, oldest first.
 *
 * Reads OJ_HOME/log/judged.log with its older ones (.1, .2, ...) and, where systemd keeps the log, what journalctl prints of the
 * unit. Needs to read them: root, or the journal's group.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/err.h"
#include "common/file.h"
#include "common/str.h"
#include "judgectl/commands.h"
#include "judgectl/options.h"
#include "queue/queue.h"

#include "common/banned.h"

enum { MOST_OLD = 99 };

static const char usage[] =
    "usage: judgectl log ID [--journal PROGRAM] [--home OJ_HOME]\n"
    "\n"
    "ID: a submission's number, or j:ID of a self-contained job. Without --journal, journalctl is\n"
    "asked where systemd runs. Old logs that are compressed are not read.\n"
    "Exit: 0 there are lines, 1 there is none, 2 the log cannot be read.\n";

struct log_search {
    const char *home, *journal;
    char word[QUEUE_ID_SIZE + 16]; /* "submission=ID" */
    int64_t found;
};

/* Whether the line is about the submission: its word, and then its end, a blank, or a mark before one. */
static bool is_about(const struct log_search *search, const char *line)
{
    size_t length = strlen(search->word);
    for (const char *at = line; (at = strstr(at, search->word)) != NULL; at += length) {
        const char *after = at + length;
        after += *after != '\0' && strchr(":;,\"", *after) != NULL;
        if ((at == line || at[-1] == ' ') && (*after == '\0' || *after == ' ' || *after == '\n'))
            return true;
    }
    return false;
}

static void read_lines(struct log_search *search, FILE *file)
{
    char *line = NULL;
    size_t size = 0;
    while (getline(&line, &size, file) > 0) {
        if (!is_about(search, line))
            continue;
        search->found++;
        (void)fputs(line, stdout); /* the end asks whether it was written */
    }
    free(line);
}

/* 1, 0 where there is no such file, -1 with e. */
static int read_log(struct log_search *search, const char *path, struct err *e)
{
    FILE *file = fopen(path, "re");
    if (file == NULL)
        return errno == ENOENT ? 0 : err_sys(e, errno, "open %s", path);
    read_lines(search, file);
    int result = ferror(file) ? err_set(e, "%s: it cannot be read", path) : 1;
    (void)fclose(file); /* it was only read */
    return result;
}

/* The oldest comes first. How many files there are, or -1 with e. */
static int read_logs(struct log_search *search, struct err *e)
{
    char path[PATH_MAX];
    int count = 0;
    for (int i = MOST_OLD; i >= 0; i--) {
        char end[8] = "";
        if (i > 0)
            (void)str_format(end, sizeof end, ".%d", i); /* it fits */
        if (str_format(path, sizeof path, "%s/log/judged.log%s", search->home, end) != 0)
            return err_set(e, "%s: the path is too long", search->home);
        int got = read_log(search, path, e);
        if (got < 0)
            return -1;
        count += got;
    }
    return count;
}

/* In the child: the unit's lines that may be meant; which of them are is seen here. */
static void become_journal(const struct log_search *search, int out)
{
    char name[] = "journalctl", unit[] = "--unit=judged", form[] = "--output=short-iso", no_pager[] = "--no-pager",
         quiet[] = "--quiet";
    char *argv[] = {name, unit, form, no_pager, quiet, NULL};
    if (dup2(out, STDOUT_FILENO) == STDOUT_FILENO)
        (void)execv(search->journal, argv); /* returns only when it fails */
    _exit(127);
}

/* 1, or -1 with e. */
static int read_journal(struct log_search *search, struct err *e)
{
    int ends[2], status = 0;
    if (pipe2(ends, O_CLOEXEC) != 0)
        return err_sys(e, errno, "ask %s", search->journal);
    pid_t pid = fork();
    if (pid == 0)
        become_journal(search, ends[1]);
    file_close(&ends[1]);
    FILE *file = pid > 0 ? fdopen(ends[0], "re") : NULL;
    if (file == NULL)
        file_close(&ends[0]);
    else
        read_lines(search, file);
    if (file != NULL)
        (void)fclose(file); /* it was only read */
    if (pid < 0 || waitpid(pid, &status, 0) != pid)
        return err_sys(e, errno, "ask %s", search->journal);
    return WIFEXITED(status) && WEXITSTATUS(status) != 127
               ? 1
               : err_set(e, "%s cannot be started (--journal names another)", search->journal);
}

/* 0; 1 after --help was printed; -1 with e. */
static int parse(struct log_search *search, int argc, char **argv, struct err *e)
{
    const struct option_row rows[] = {{"journal", 0, OPTION_TEXT, &search->journal, 0, 0, NULL, NULL},
                                      OPTION_HOME(&search->home)};
    int code = options_parse("log", usage, rows, sizeof rows / sizeof *rows, argc, argv, e);
    if (code != 0)
        return code;
    if (optind + 1 != argc)
        return err_set(e, "of which submission? judgectl log ID");
    int64_t number;
    const char *id = argv[optind];
    bool job = str_starts(id, QUEUE_JOB_PREFIX) && id[strlen(QUEUE_JOB_PREFIX)] != '\0';
    if ((!job && str_to_int64(id, 1, INT64_MAX, &number) != 0) || strpbrk(id, " \t\n") != NULL ||
        strlen(id) >= QUEUE_ID_SIZE)
        return err_set(e, "'%s' is no id: a submission's number, or " QUEUE_JOB_PREFIX "ID", id);
    (void)str_format(search->word, sizeof search->word, "submission=%s", id); /* it fits */
    return 0;
}

static int search_all(struct log_search *search, struct err *e)
{
    int files = read_logs(search, e);
    if (files < 0)
        return -1;
    bool systemd = access("/run/systemd/system", F_OK) == 0;
    if (search->journal == NULL && systemd)
        search->journal = "/usr/bin/journalctl";
    if (search->journal != NULL && read_journal(search, e) < 0)
        return -1;
    return files == 0 && search->journal == NULL
               ? err_set(e, "%s/log/judged.log: there is no log; judged in the foreground writes to its terminal",
                         search->home)
               : 0;
}

int log_main(int argc, char **argv)
{
    struct err e = {""};
    struct log_search search = {.home = JUDGE_HOME};
    int code = parse(&search, argc, argv, &e);
    if (code > 0)
        return 0;
    if (code != 0 || search_all(&search, &e) != 0) {
        (void)fprintf(stderr, "judgectl log: %s\n", e.text); /* nowhere else to say it */
        return 2;
    }
    if (fflush(stdout) != 0)
        return 2;
    if (search.found == 0)
        (void)fprintf(stderr, "judgectl log: nothing about %s\n", search.word); /* as above */
    return search.found > 0 ? 0 : 1;
}
