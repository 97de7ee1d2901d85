/*
 * dead.c - `judgectl dead`: the quarantine, where jobs are that failed too often.
 *
 * Needs what judge.conf gives access to: root, or its group. Retrying is `judgectl rejudge` for those that are rows.
 */
#include <unistd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/err.h"
#include "common/settings.h"
#include "common/str.h"
#include "judgectl/commands.h"
#include "judgectl/options.h"
#include "judgectl/refused.h"
#include "queue/queue.h"
#include "store/store.h"

#include "common/banned.h"

enum { LIST_MOST = 1000 };

static const char usage[] = "usage: judgectl dead list [--json] [--home OJ_HOME]\n"
                            "       judgectl dead retry [--home OJ_HOME] ID...\n"
                            "       judgectl dead drop [--home OJ_HOME] ID...\n"
                            "\n"
                            "list: what failed in each of its attempts, the newest first, and why. retry: judged "
                            "again, with all attempts. drop: "
                            "taken out;\n"
                            "its row stays as it is.\n"
                            "Exit: 0 done, 2 one could not be.\n";

enum action { LIST, RETRY, DROP, ACTIONS };
static const char *const actions[ACTIONS + 1] = {"list", "retry", "drop", NULL};

struct quarantine {
    struct settings settings;
    enum action action;
    bool json;
    struct queue *queue;
    struct store *store; /* of RETRY */
    struct refused refused;
};

static void print_text(const char *text, bool json)
{
    for (const unsigned char *p = (const unsigned char *)text; *p != '\0'; p++) {
        if (json && (*p == '"' || *p == '\\'))
            putchar('\\');
        putchar(*p < ' ' || *p == 0x7f ? ' ' : *p);
    }
}

static int list(struct quarantine *quarantine, struct err *e)
{
    struct queue_dead *dead = calloc(LIST_MOST, sizeof *dead);
    if (dead == NULL)
        return err_set(e, "out of memory");
    int count = queue_dead_list(quarantine->queue, false, dead, LIST_MOST, e);
    bool json = quarantine->json;
    printf("%s", json && count >= 0 ? "[" : "");
    for (int i = 0; i < count; i++) {
        printf(json ? "%s{\"id\":\"" : "%s", i > 0 && json ? ",\n" : "");
        print_text(dead[i].id, json);
        printf(json ? "\",\"attempts\":%d,\"reason\":\"" : "  %d attempts  ", dead[i].attempt);
        print_text(dead[i].reason, json);
        printf(json ? "\"}" : "\n");
    }
    printf("%s", json && count >= 0 ? "]\n" : "");
    if (!json && count == 0)
        printf("none is quarantined\n");
    if (!json && count == LIST_MOST)
        printf("and perhaps more: these are the newest %d\n", LIST_MOST);
    free(dead);
    return count < 0 ? -1 : 0;
}

/* The row first: a job whose row is final would only be dropped. */
static int retry(struct quarantine *quarantine, const char *text, struct err *e)
{
    int64_t id;
    if (str_to_int64(text, 1, INT64_MAX, &id) == 0 && store_rejudge(quarantine->store, &id, 1, e) < 0)
        return -1;
    int again = queue_dead_retry(quarantine->queue, text, e);
    if (again == 1)
        printf("%s: waits again\n", text);
    return again;
}

static int drop(struct quarantine *quarantine, const char *text, struct err *e)
{
    int gone = queue_remove(quarantine->queue, text, e);
    if (gone == 1)
        printf("%s: dropped\n", text);
    return gone;
}

/* 0, or -1 with e. */
static int change(struct quarantine *quarantine, const char *text, struct err *e)
{
    struct queue_place place;
    if (queue_find(quarantine->queue, text, &place, e) != 0)
        return -1;
    int done = 0;
    if (place.state == QUEUE_DEAD)
        done = quarantine->action == RETRY ? retry(quarantine, text, e) : drop(quarantine, text, e);
    if (done == 0)
        refused_add(&quarantine->refused, text, "is not quarantined");
    return done < 0 ? -1 : 0;
}

/* 0; 1 after --help was printed; -1 with e. */
static int parse(struct quarantine *quarantine, const char **home, int argc, char **argv, struct err *e)
{
    const struct option_row rows[] = {OPTION_HOME(home), OPTION_JSON(&quarantine->json)};
    int code = options_parse("dead", usage, rows, sizeof rows / sizeof *rows, argc, argv, e);
    if (code != 0)
        return code;
    int action = 0;
    while (optind < argc && action < ACTIONS && strcmp(argv[optind], actions[action]) != 0)
        action++;
    if (optind == argc || action == ACTIONS)
        return err_set(e, "one of list, retry, drop: judgectl dead --help says more");
    quarantine->action = (enum action)action;
    optind++;
    if ((action == LIST) != (optind == argc))
        return err_set(e, action == LIST ? "judgectl dead list takes no number" : "which? judgectl dead %s ID...",
                       actions[action]);
    return 0;
}

int dead_main(int argc, char **argv)
{
    struct quarantine quarantine = {.json = false};
    struct err e;
    const char *home = NULL;
    int code = parse(&quarantine, &home, argc, argv, &e);
    if (code > 0)
        return 0;
    if (code == 0)
        code = settings_read_quiet(&quarantine.settings, home, NULL, &e);
    if (code == 0) {
        quarantine.queue = queue_open(&quarantine.settings, quarantine.settings.node, &e);
        if (quarantine.queue != NULL && quarantine.action == RETRY)
            quarantine.store = store_open(&quarantine.settings, &e);
        code = quarantine.queue == NULL || (quarantine.action == RETRY && quarantine.store == NULL) ? -1 : 0;
    }
    if (code == 0 && quarantine.action == LIST)
        code = list(&quarantine, &e);
    for (int i = optind; code == 0 && i < argc; i++)
        code = change(&quarantine, argv[i], &e);
    bool any = refused_print(&quarantine.refused, "judgectl dead");
    if (code != 0)
        (void)fprintf(stderr, "judgectl dead: %s\n", e.text); /* nowhere else to say it */
    store_close(quarantine.store);
    queue_close(quarantine.queue);
    return fflush(stdout) != 0 || any || code != 0 ? 2 : 0;
}
