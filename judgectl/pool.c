/*
 * pool.c - `judgectl drain|resume|scale|reload|restart`: tells the judged of a home what to do. Root; judged refuses others.
 *
 * Asks over OJ_HOME/run/judged.sock. It signals no process and changes no file.
 */
#include <getopt.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "common/err.h"
#include "common/file.h"
#include "common/pool.h"
#include "common/str.h"
#include "judgectl/commands.h"
#include "judgectl/languages.h"

#include "common/banned.h"

enum { EXIT_WRONG = 2, ARGUMENT_NONE, ARGUMENT_NUMBER, ARGUMENT_SLOT };

static const struct command {
    const char *name;
    enum pool_command command;
    int argument;
    bool waits;
    const char *usage;
} commands[] = {
    {"drain", POOL_DRAIN, ARGUMENT_NONE, true,
     "judgectl drain [--wait] [--home OJ_HOME]\n\nWorkers end after their jobs and are not started again until "
     "judgectl "
     "resume; nothing that waits is lost.\n--wait: returns when the last one has ended.\n"},
    {"resume", POOL_RESUME, ARGUMENT_NONE, false,
     "judgectl resume [--home OJ_HOME]\n\nStarts the workers again after judgectl drain.\n"},
    {"scale", POOL_SCALE, ARGUMENT_NUMBER, false,
     "judgectl scale NUMBER [--home OJ_HOME]\n\nSo many workers, until judged is restarted or reads its configuration "
     "again: [pool] workers in judge.conf is for good.\n"},
    {"reload", POOL_RELOAD, ARGUMENT_NONE, false,
     "judgectl reload [--home OJ_HOME]\n\nReads judge.conf again; workers read it, the languages and the policies "
     "after "
     "their jobs. A wrong file is refused and changes nothing.\n"},
    {"restart", POOL_RESTART, ARGUMENT_SLOT, true,
     "judgectl restart [SLOT] [--wait] [--home OJ_HOME]\n\nOne worker, or each in turn, ends after its job and is "
     "started "
     "anew: after an upgrade of judge_client no job is lost and no pause is seen.\n"
     "--wait: returns when they are up again; 1 where one does not come up.\n"},
};

enum { COMMANDS = sizeof commands / sizeof *commands };

struct options {
    const struct command *command;
    const char *home;
    int argument;
    bool wait;
};

/* 0; 1 after --help was printed; -1 with e. */
static int parse(struct options *options, int argc, char **argv, struct err *e)
{
    static const struct option table[] = {{"home", required_argument, NULL, 'H'},
                                          {"wait", no_argument, NULL, 'w'},
                                          {"help", no_argument, NULL, 'h'},
                                          {NULL, 0, NULL, 0}};
    const struct command *command = options->command;
    int64_t number = -1;
    int word;
    opterr = 0;
    optind = 1;
    while ((word = getopt_long(argc, argv, ":h", table, NULL)) != -1) {
        if (word == 'H') {
            options->home = optarg;
        } else if (word == 'w' && command->waits) {
            options->wait = true;
        } else if (word == 'h') {
            printf("usage: %s", command->usage);
            return 1;
        } else {
            return err_set(e, "%s '%s': judgectl %s --help lists what there is",
                           word == ':' ? "no value after" : "unknown option", argv[optind - 1], command->name);
        }
    }
    int left = argc - optind;
    bool given = command->argument != ARGUMENT_NONE && left == 1;
    if (given && str_to_int64(argv[optind], 0, POOL_SLOTS, &number) != 0)
        return err_set(e, "'%s' is no number from 0 to %d", argv[optind], POOL_SLOTS);
    if ((command->argument == ARGUMENT_NUMBER && left != 1) || (!given && left > 0))
        return err_set(e, "judgectl %s --help says what it takes", command->name);
    options->argument = (int)number;
    return 0;
}

/* ---- waiting: the state of each slot as judged tells it */

struct watch {
    int fd;
    int count; /* slots that judged has told of at the beginning */
    struct pool_slot first[POOL_SLOTS], now[POOL_SLOTS];
};

/* Asks for the state now, and for every change from here on. */
static int watch_open(struct watch *watch, const struct options *options, struct err *e)
{
    struct pool_status status;
    watch->fd = -1;
    watch->count = pool_read_status(options->home, &status, watch->first, POOL_SLOTS, e);
    if (watch->count < 0)
        return -1;
    memcpy(watch->now, watch->first, sizeof watch->now);
    watch->fd = pool_connect(options->home, e);
    return watch->fd < 0 ? -1 : pool_send(watch->fd, POOL_WATCH, 0, e);
}

/* 1: as it is wanted; 0: not yet; -1 with e: it will not be. */
static int slot_is_done(const struct watch *watch, const struct options *options, int i, struct err *e)
{
    const struct pool_slot *slot = &watch->now[i];
    if (options->command->command == POOL_DRAIN)
        return slot->state == POOL_DOWN;
    if (options->argument >= 0 && i != options->argument)
        return 1;
    if (slot->restarts == watch->first[i].restarts && watch->first[i].state != POOL_DOWN)
        return 0;
    if (slot->state == POOL_DOWN && slot->restarts > watch->first[i].restarts)
        return err_set(e, "slot %d does not come up again: %s", i, slot->why);
    return slot->state == POOL_IDLE || slot->state == POOL_JUDGING || slot->state == POOL_STORING;
}

/* 0, or -1 with e. */
static int watch_wait(struct watch *watch, const struct options *options, struct err *e)
{
    for (;;) {
        int done = 1;
        for (int i = 0; i < watch->count && done > 0; i++)
            done = slot_is_done(watch, options, i, e);
        if (done != 0)
            return done < 0 ? -1 : 0;
        struct pool_slot slot;
        if (pool_receive(watch->fd, &slot, sizeof slot, -1, e) != 1)
            return -1;
        if (slot.event == POOL_EVENT_STATE && slot.slot >= 0 && slot.slot < watch->count)
            watch->now[slot.slot] = slot;
    }
}

int pool_main(int argc, char **argv)
{
    struct options options = {.command = commands, .home = JUDGE_HOME};
    struct watch watch = {.fd = -1};
    struct pool_answer answer = {.text = ""};
    struct err e = {""};
    for (int i = 0; i < COMMANDS; i++) {
        if (strcmp(argv[0], commands[i].name) == 0)
            options.command = &commands[i];
    }
    int code = parse(&options, argc, argv, &e);
    if (code > 0)
        return 0;
    int fd = code == 0 ? pool_connect(options.home, &e) : -1;
    code = EXIT_WRONG;
    if (fd >= 0 && options.command->command == POOL_RELOAD && policies_check(options.home, &e) != 0) {
        (void)err_add(&e, "nothing is read again, all stays in force");
        file_close(&fd);
    }
    if (fd >= 0 && (!options.wait || watch_open(&watch, &options, &e) == 0) &&
        pool_ask(fd, options.command->command, options.argument, &answer, &e) == 0) {
        printf("%s\n", answer.text);
        code = 0;
        if (options.wait && (fflush(stdout) != 0 || watch_wait(&watch, &options, &e) != 0))
            code = 1;
    }
    if (code != 0)
        (void)fprintf(stderr, "judgectl: %s\n", e.text); /* there is nowhere else to say it */
    file_close(&watch.fd);
    file_close(&fd);
    return code;
}
