/*
 * store_bench.c - what the store costs a submission: claim, running and save with its counters, and finding what waits.
 *
 * Starts a private MariaDB in a temporary folder. The tables hold 2^N rows of final submissions (--rows N, 16), each
 * problem and each user a thousandth of them. A line's baseline is what DESIGN.md lets it cost: 3 ms; the rest is for information.
 */
#include <stdbool.h>

#include "store/store.h"
#include "tests/bench/bench.h"
#include "tests/sandbox/lib/store_site.h"

#include "common/banned.h"

enum { ROUNDS_MAX = 501, BUDGET_US = 3000, STEPS = 3 };

#define TOKEN "box1:aaaaaaaa"

static int make_rows(struct store_site *site, int power)
{
    bool sqlite = site->kind == SITE_SQLITE;
    const char *ip = sqlite ? "" : ", ip";
    const char *address = sqlite ? "" : ", '::1'";
    const char *number = sqlite ? "CAST(substr(user_id, 2) AS INTEGER)" : "CAST(SUBSTR(user_id, 2) AS SIGNED)";
    if (store_site_number(site,
                          "INSERT INTO solution (problem_id, user_id, in_date, result, language, code_length%s) VALUES "
                          "(1000, 'u1', %s, 4, 1, 9%s)",
                          ip, sqlite ? "0" : "NOW()", address) == INT64_MIN)
        return -1;
    for (int i = 0; i < power; i++) {
        int half = 1 << i;
        if (store_site_number(
                site,
                "INSERT INTO solution (problem_id, user_id, in_date, result, language, code_length%s) "
                "SELECT 1000 + (problem_id - 1000 + %d) %% 1000, %s, in_date, 4 + (problem_id + %d) %% 7, "
                "1, 9%s FROM solution",
                ip, half, sqlite ? "'u' || (random() & 1023)" : "CONCAT('u', FLOOR(RAND() * 1000))", i,
                address) == INT64_MIN)
            return -1;
    }
    return store_site_number(site, "INSERT INTO problem (problem_id, time_limit, memory_limit) VALUES (1000, 1, 64)") ==
                       INT64_MIN ||
                   store_site_number(site, "INSERT INTO users (user_id) VALUES ('u1')") == INT64_MIN ||
                   store_site_number(site, "SELECT COUNT(*) FROM solution WHERE %s < 0", number) == INT64_MIN
               ? -1
               : 0;
}

static int one_submission(struct store *store, int64_t id, double *steps, struct err *e)
{
    struct store_submission submission;
    struct store_case one = {"1.in", "AC", 100000, 1200, 3000, 900, ""};
    struct store_outcome outcome = {.id = id,
                                    .token = TOKEN,
                                    .result = 4,
                                    .time_ms = 1,
                                    .mem_kib = 900,
                                    .pass_rate = 1000,
                                    .run_text =
                                        "filename|size|result|memory|time\n--|--|--|--|--\n1.in|4|AC|900k|1ms\n",
                                    .cases = &one,
                                    .case_count = 1,
                                    .data_version = "v1",
                                    .counters = true};
    double times[STEPS + 1];
    times[0] = bench_now_us();
    if (store_claim(store, id, TOKEN, "", &submission, e) != 1)
        return err_add(e, "claim");
    store_submission_fini(&submission);
    times[1] = bench_now_us();
    if (store_running(store, id, TOKEN, e) != 1)
        return err_add(e, "running");
    times[2] = bench_now_us();
    if (store_save(store, &outcome, e) != 1)
        return err_add(e, "save");
    times[3] = bench_now_us();
    for (int i = 0; i < STEPS; i++)
        steps[i] = times[i + 1] - times[i];
    return 0;
}

static int measure(struct store_site *site, const char *name, int rounds, int *over, struct err *e)
{
    static const char *const words[STEPS] = {"claim", "running", "save"};
    static double values[STEPS][ROUNDS_MAX], all[ROUNDS_MAX], lists[ROUNDS_MAX];
    struct store_submission rows[64];
    char what[96];
    struct store *store = store_open(&site->settings, e);
    if (store == NULL || store_check(store, e) != 0)
        return -1;
    for (int i = -1; i < rounds; i++) { /* the first prepares the statements */
        double steps[STEPS];
        int64_t id = store_site_add(site, &(struct store_site_row){.problem = 1000, .user = "u1"});
        double begun_us = bench_now_us();
        if (store_waiting(store, 0, rows, 64, e) != 1)
            return err_set(e, "waiting: %s", "not one row");
        double list_us = bench_now_us() - begun_us;
        if (one_submission(store, id, steps, e) != 0)
            return -1;
        if (i < 0)
            continue;
        lists[i] = list_us;
        all[i] = 0;
        for (int k = 0; k < STEPS; k++) {
            values[k][i] = steps[k];
            all[i] += steps[k];
        }
    }
    (void)str_format(what, sizeof what, "%s: claim, running, save", name);
    double median = bench_median(all, (size_t)rounds);
    *over += bench_print(&(struct bench_line){.what = what,
                                              .ours = median,
                                              .baseline = BUDGET_US,
                                              .ratio = median / BUDGET_US,
                                              .best = all[0] / BUDGET_US,
                                              .goal = 1});
    for (int k = 0; k <= STEPS; k++) {
        (void)str_format(what, sizeof what, "%s:   %s", name, k < STEPS ? words[k] : "what waits");
        (void)bench_print(&(struct bench_line){.what = what,
                                               .ours = bench_median(k < STEPS ? values[k] : lists, (size_t)rounds),
                                               .baseline = -1,
                                               .ratio = -1,
                                               .best = -1});
    }
    store_close(store);
    return 0;
}

int main(int argc, char **argv)
{
    static const struct {
        enum store_site_kind kind;
        const char *name;
    } kinds[] = {{SITE_INNODB, "InnoDB"}, {SITE_MYISAM, "MyISAM"}, {SITE_SQLITE, "SQLite"}};
    struct err e = {""};
    char why[256] = "";
    int64_t rounds = 201, power = 16;
    int over = 0, result = 0;
    (void)bench_spawn; /* nothing is started here */
    bool missing;
    static const char *const arguments[] = {"--innodb-buffer-pool-size=128M", NULL}; /* MariaDB's default */
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--quick") == 0) {
            rounds = 51;
        } else if (strcmp(argv[i], "--rows") != 0 || i + 1 == argc || str_to_int64(argv[++i], 0, 24, &power) != 0) {
            fprintf(stderr, "usage: store_bench [--quick] [--rows POWER]\n");
            return 2;
        }
    }
    struct mariadb_server *server = mariadb_server_open(arguments, &missing, why, sizeof why);
    bench_print_head();
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds && result == 0; i++) {
        struct store_site site;
        if (kinds[i].kind != SITE_SQLITE && server == NULL) {
            printf("%s: %s\n", kinds[i].name, why);
            continue;
        }
        bool made = store_site_open(&site, kinds[i].kind, server, why, sizeof why);
        struct store *first = made ? store_open(&site.settings, &e) : NULL; /* makes SQLite's tables */
        store_close(first);
        result = first == NULL || make_rows(&site, (int)power) != 0
                     ? -1
                     : measure(&site, kinds[i].name, (int)rounds, &over, &e);
        if (made)
            store_site_close(&site);
    }
    if (result == 0)
        printf("%d over\n", over);
    else
        fprintf(stderr, "store_bench: %s %s\n", e.text, why);
    mariadb_server_close(server);
    return result == 0 ? 0 : 2;
}
