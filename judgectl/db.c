/*
 * db.c - `judgectl db`: makes the tables of a new site, or what a site of HUSTOJ's lacks for us, and says whether the store can be used.
 *
 * Needs to read judge.conf: root, or its group. init and upgrade need the right CREATE, as the database's own administrator has
 * it; they never alter or drop a table of HUSTOJ.
 */
#include <unistd.h>
#include <stdio.h>
#include <string.h>

#include "common/err.h"
#include "common/settings.h"
#include "common/str.h"
#include "judgectl/commands.h"
#include "judgectl/options.h"
#include "store/store.h"

#include "common/banned.h"

static const char usage[] =
    "usage: judgectl db init [--home OJ_HOME]\n"
    "       judgectl db upgrade [--home OJ_HOME]\n"
    "       judgectl db check [--home OJ_HOME]\n"
    "\n"
    "init makes the tables of a new site in the database that judge.conf names. Where HUSTOJ's tables are there it "
    "makes only\n"
    "solution_case, which keeps what became of each case. Without a database it makes OJ_HOME/judge.db.\n"
    "upgrade does the same, but on an empty database it fails.\n"
    "check says whether the database answers, and has the tables and the rights that are needed.\n"
    "Exit: 0 done or right, 1 check found something, 2 it could not be done.\n";

enum action { INIT, UPGRADE, CHECK, ACTIONS };
static const char *const actions[ACTIONS + 1] = {"init", "upgrade", "check", NULL};

/* 0 with the action and the home (or NULL); 1 after --help was printed; -1 with e. */
static int parse(enum action *action, const char **home, int argc, char **argv, struct err *e)
{
    const struct option_row rows[] = {OPTION_HOME(home)};
    int code = options_parse("db", usage, rows, sizeof rows / sizeof *rows, argc, argv, e);
    if (code != 0)
        return code;
    if (optind != argc - 1)
        return err_set(e, "one of init, upgrade, check: judgectl db --help says more");
    for (int i = 0; i < ACTIONS; i++) {
        if (strcmp(argv[optind], actions[i]) == 0) {
            *action = (enum action)i;
            return 0;
        }
    }
    const char *nearest = str_nearest(argv[optind], actions);
    return err_set(e, "unknown '%s'%s%s%s", argv[optind], nearest == NULL ? "" : " (did you mean ",
                   nearest == NULL ? "" : nearest, nearest == NULL ? "" : "?)");
}

static int run(struct store *store, enum action action, struct err *e)
{
    char note[512];
    if (action != CHECK) {
        if (store_init(store, action == UPGRADE, note, sizeof note, e) != 0)
            return 2;
        printf("%s\n", note);
    }
    if (store_check(store, e) != 0)
        return 1;
    if (action == CHECK)
        printf("the store can be used\n");
    return 0;
}

int db_main(int argc, char **argv)
{
    struct settings settings;
    struct err e;
    enum action action = CHECK;
    const char *home = NULL;
    int parsed = parse(&action, &home, argc, argv, &e);
    if (parsed != 0) {
        if (parsed < 0)
            (void)fprintf(stderr, "judgectl db: %s\n", e.text);
        return parsed < 0 ? 2 : 0;
    }
    struct store *store = settings_read(&settings, home, NULL, &e) == 0 ? store_open(&settings, &e) : NULL;
    int code = store == NULL ? 2 : run(store, action, &e);
    if (code != 0)
        (void)fprintf(stderr, "judgectl db: %s\n", e.text);
    store_close(store);
    return code;
}
