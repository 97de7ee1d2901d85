/*
 * test_store.c - the store's contract (store/store.h), the same tests on new tables, on an old site's and on SQLite.
 *
 * Starts a private MariaDB in a temporary folder and ends it; without one installed, only SQLite is tested.
 */
#include "store/store.h"

#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "common/clock.h"
#include "common/str.h"
#include "tests/sandbox/lib/store_site.h"
#include "tests/unit/unit.h"

#include "common/banned.h"

#define A "box1:aaaaaaaa"
#define B "box2:bbbbbbbb"
#define C "box2:cccccccc"

struct fixture {
    struct store_site site;
    struct store *store;
    struct err e;
};

static struct mariadb_server *server;
static bool server_tried, server_missing;
static char server_why[256];

static void end_server(void)
{
    mariadb_server_close(server);
    server = NULL;
}

static bool fixture_open(struct fixture *f, enum store_site_kind kind)
{
    char why[256];
    memset(f, 0, sizeof *f);
    if (kind != SITE_SQLITE && !server_tried) {
        server_tried = true;
        server = mariadb_server_open(NULL, &server_missing, server_why, sizeof server_why);
        (void)atexit(end_server); /* registering fails for want of memory alone; the server ends with its parent too */
    }
    if (kind != SITE_SQLITE && server == NULL) {
        if (server_missing)
            unit_skip(server_why);
        else
            UNIT_CHECK(false, "%s", server_why);
        return false;
    }
    bool good = store_site_open(&f->site, kind, server, why, sizeof why);
    if (!UNIT_CHECK(good, "%s", why))
        return false;
    f->store = store_open(&f->site.settings, &f->e);
    return UNIT_CHECK(f->store != NULL, "%s", f->e.text);
}

static void fixture_close(struct fixture *f)
{
    store_close(f->store);
    store_site_close(&f->site);
}

static void on(enum store_site_kind kind, void (*test)(struct fixture *))
{
    struct fixture f;
    if (fixture_open(&f, kind))
        test(&f);
    if (kind == SITE_SQLITE || server != NULL)
        fixture_close(&f);
}

#define CHECK_INT(f, expected, ...)                                                                                    \
    do {                                                                                                               \
        int64_t found_ = store_site_number(&(f)->site, __VA_ARGS__);                                                   \
        UNIT_CHECK(found_ == (expected), "%lld, not %lld: line %d", (long long)found_, (long long)(expected),          \
                   __LINE__);                                                                                          \
    } while (0)
#define CHECK_CALL(f, expected, call)                                                                                  \
    do {                                                                                                               \
        long long got_ = (long long)(call);                                                                            \
        UNIT_CHECK(got_ == (expected), "%s is %lld: %s", #call, got_, got_ < 0 ? (f)->e.text : "");                    \
    } while (0)

static int64_t add(struct fixture *f, int64_t problem, const char *user, int result)
{
    return store_site_add(&f->site, &(struct store_site_row){.problem = problem, .user = user, .result = result});
}

static int claim(struct fixture *f, int64_t id, const char *token, const char *previous)
{
    struct store_submission submission;
    int claimed = store_claim(f->store, id, token, previous, &submission, &f->e);
    store_submission_fini(&submission);
    return claimed;
}

static void add_problem(struct fixture *f, int64_t problem, const char *time_s, int memory_mib, int special)
{
    CHECK_INT(f, -1, "INSERT INTO problem (problem_id, time_limit, memory_limit, spj) VALUES (%lld, %s, %d, %d)",
              (long long)problem, time_s, memory_mib, special);
}

static void add_user(struct fixture *f, const char *user)
{
    CHECK_INT(f, -1, "INSERT INTO users (user_id, nick) VALUES ('%s', 'Nick')", user);
}

/* from, to: seconds from now. */
static void add_contest(struct fixture *f, int64_t contest, int from, int to, int type)
{
    if (f->site.kind == SITE_SQLITE)
        CHECK_INT(f, -1,
                  "INSERT INTO contest (contest_id, start_time, end_time, contest_type) VALUES (%lld, strftime('%%s', "
                  "'now') + %d, strftime('%%s', 'now') + %d, %d)",
                  (long long)contest, from, to, type);
    else
        CHECK_INT(f, -1,
                  "INSERT INTO contest (contest_id, start_time, end_time, contest_type) VALUES (%lld, NOW() + "
                  "INTERVAL %d SECOND, NOW() + INTERVAL %d SECOND, %d)",
                  (long long)contest, from, to, type);
}

static struct store_outcome outcome_of(int64_t id, const char *token, int result)
{
    return (struct store_outcome){.id = id,
                                  .token = token,
                                  .result = result,
                                  .time_ms = 15,
                                  .mem_kib = 1024,
                                  .pass_rate = result == 4 ? 1000 : 0,
                                  .data_version = "",
                                  .counters = true};
}

static int save(struct fixture *f, int64_t id, const char *token, int result)
{
    struct store_outcome outcome = outcome_of(id, token, result);
    return store_save(f->store, &outcome, &f->e);
}

/* Claimed, run and saved. */
static void judge(struct fixture *f, int64_t id, const char *token, int result)
{
    CHECK_CALL(f, 1, claim(f, id, token, ""));
    CHECK_CALL(f, 1, store_running(f->store, id, token, &f->e));
    CHECK_CALL(f, 1, save(f, id, token, result));
}

static int64_t result_of(struct fixture *f, int64_t id)
{
    return store_site_number(&f->site, "SELECT result FROM solution WHERE solution_id = %lld", (long long)id);
}

/* ---- claims */

static void claim_reads_all(struct fixture *f)
{
    struct store_submission s;
    add_problem(f, 1000, "1.5", 64, 1);
    add_contest(f, 1001, -60, 3600, 0);
    CHECK_INT(f, -1, "INSERT INTO contest_problem (contest_id, problem_id, num) VALUES (1001, 1000, 2)");
    int64_t id =
        store_site_add(&f->site, &(struct store_site_row){.problem = 1000,
                                                          .contest = 1001,
                                                          .user = "li'ming",
                                                          .language = 6,
                                                          .source = "print('\xe4\xbd\xa0\xe5\xa5\xbd\\n')\n\t"});
    CHECK_INT(f, -1, "UPDATE solution SET num = 2 WHERE solution_id = %lld", (long long)id);
    CHECK_CALL(f, 1, store_read(f->store, id, &s, &f->e));
    CU_ASSERT_PTR_NULL(s.source);
    CU_ASSERT_EQUAL(s.result, 0);
    CU_ASSERT_EQUAL(s.language, 6);
    CHECK_CALL(f, 1, store_claim(f->store, id, A, "", &s, &f->e));
    CU_ASSERT_EQUAL(s.id, id);
    CU_ASSERT_EQUAL(s.problem_id, 1000);
    CU_ASSERT_EQUAL(s.contest_id, 1001);
    CU_ASSERT_EQUAL(s.contest_number, 2);
    CU_ASSERT_TRUE(s.contest_running);
    CU_ASSERT_STRING_EQUAL(s.user, "li'ming");
    CU_ASSERT_EQUAL(s.time_ms, 1500);
    CU_ASSERT_EQUAL(s.memory_mib, 64);
    CU_ASSERT_EQUAL(s.special, 1);
    CU_ASSERT_EQUAL(s.source_bytes, 19);
    if (s.source != NULL)
        CU_ASSERT_STRING_EQUAL(s.source, "print('\xe4\xbd\xa0\xe5\xa5\xbd\\n')\n\t");
    CU_ASSERT_PTR_NULL(s.input);
    store_submission_fini(&s);
    CU_ASSERT_EQUAL(result_of(f, id), 2);
    CHECK_CALL(f, 0, store_read(f->store, 999999, &s, &f->e));
}

static void claim_once(struct fixture *f)
{
    int64_t id = add(f, 1000, "u", 0);
    CHECK_CALL(f, 1, claim(f, id, A, ""));
    CHECK_CALL(f, 0, claim(f, id, B, ""));
    CHECK_CALL(f, 1, claim(f, id, A, ""));
    CHECK_CALL(f, 0, claim(f, id, B, C));
    CHECK_CALL(f, 1, claim(f, id, B, C " " A " box3:dddddddd box3:eeeeeeee"));
    CHECK_CALL(f, 0, store_running(f->store, id, A, &f->e));
    CHECK_CALL(f, 1, store_running(f->store, id, B, &f->e));
    CHECK_CALL(f, 1, store_running(f->store, id, B, &f->e));
    CU_ASSERT_EQUAL(result_of(f, id), 3);
    CHECK_CALL(f, 1, claim(f, id, C, "box3:dddddddd " B));
    CU_ASSERT_EQUAL(result_of(f, id), 2);
    CHECK_CALL(f, 1, save(f, id, C, 6));
    CHECK_CALL(f, 0, claim(f, id, C, ""));
    CHECK_CALL(f, 0, claim(f, id, A, C " " B));
    CHECK_CALL(f, 0, claim(f, 999999, A, ""));
    for (int result = 4; result <= 17; result++) {
        id = add(f, 1000, "u", result);
        CHECK_CALL(f, 0, claim(f, id, A, ""));
    }
    id = add(f, 1000, "u", 1);
    CHECK_CALL(f, 1, claim(f, id, A, ""));
    /* A row of another judge, whose claim wrote no token: "" among the previous ones must not take it over. */
    id = add(f, 1000, "u", 2);
    CHECK_INT(f, -1, "UPDATE solution SET judger = '' WHERE solution_id = %lld", (long long)id);
    CHECK_CALL(f, 0, claim(f, id, A, ""));
    CHECK_CALL(f, 0, claim(f, id, A, " "));
}

static const struct store_case some_cases[] = {
    {"1.in", "AC", 10000, 1234, 5678, 900, ""},
    {"2.in", "WA", 0, 22, 33, 44, "line 3"},
};

static void check_nothing_shows(struct fixture *f, int64_t id)
{
    static const char *const tables[] = {"compileinfo", "runtimeinfo", "solution_case"};
    for (size_t i = 0; i < 3; i++)
        CHECK_INT(f, 0, "SELECT COUNT(*) FROM %s WHERE solution_id = %lld", tables[i], (long long)id);
}

static void fence(struct fixture *f)
{
    struct store_outcome lost, won;
    int64_t id = add(f, 1000, "u", 0);
    lost = outcome_of(id, A, 4);
    lost.run_text = "lost";
    lost.compile_text = "lost";
    lost.cases = some_cases;
    lost.case_count = 2;
    CHECK_CALL(f, 1, claim(f, id, A, ""));
    CHECK_CALL(f, 1, claim(f, id, B, A));
    CHECK_CALL(f, 0, store_running(f->store, id, A, &f->e));
    CHECK_CALL(f, 0, store_save(f->store, &lost, &f->e));
    check_nothing_shows(f, id);
    lost.run_text = NULL;
    CHECK_CALL(f, 0, store_save(f->store, &lost, &f->e));
    lost.compile_text = NULL;
    CHECK_CALL(f, 0, store_save(f->store, &lost, &f->e));
    CHECK_CALL(f, 0, store_put_back(f->store, id, A, &f->e));
    check_nothing_shows(f, id);
    CU_ASSERT_EQUAL(result_of(f, id), 2);
    won = outcome_of(id, B, 6);
    won.run_text = "won";
    CHECK_CALL(f, 1, store_save(f->store, &won, &f->e));
    CHECK_CALL(f, 0, store_save(f->store, &lost, &f->e));
    CU_ASSERT_EQUAL(result_of(f, id), 6);
    CHECK_INT(f, 1, "SELECT error = 'won' FROM runtimeinfo WHERE solution_id = %lld", (long long)id);
    CHECK_INT(f, 1, "SELECT judger = '" B "' FROM solution WHERE solution_id = %lld", (long long)id);
    CHECK_INT(f, 0, "SELECT COUNT(*) FROM solution_case WHERE solution_id = %lld", (long long)id);
    CHECK_CALL(f, 0, save(f, 999999, A, 4));
}

static void put_back(struct fixture *f)
{
    int64_t id = add(f, 1000, "u", 0);
    CHECK_CALL(f, 0, store_put_back(f->store, id, A, &f->e));
    CHECK_CALL(f, 1, claim(f, id, A, ""));
    CHECK_CALL(f, 0, store_put_back(f->store, id, B, &f->e));
    CHECK_CALL(f, 1, store_running(f->store, id, A, &f->e));
    CHECK_CALL(f, 1, store_put_back(f->store, id, A, &f->e));
    CU_ASSERT_EQUAL(result_of(f, id), 1);
    /* One who claims it now without a name is not taken for us. */
    struct store_status status;
    CHECK_CALL(f, 1, store_status(f->store, id, false, &status, &f->e));
    CU_ASSERT_STRING_EQUAL(status.judger, "LOCAL");
    CHECK_CALL(f, 0, store_put_back(f->store, id, A, &f->e));
    CHECK_CALL(f, 0, save(f, id, A, 4));
    judge(f, id, B, 4);
    CHECK_CALL(f, 0, store_put_back(f->store, id, B, &f->e));
    CU_ASSERT_EQUAL(result_of(f, id), 4);
}

static void give_up(struct fixture *f)
{
    int64_t waiting = add(f, 1000, "u", 0), held = add(f, 1000, "u", 0), final = add(f, 1000, "u", 4);
    struct store_status status;
    CHECK_CALL(f, 1, claim(f, held, A, ""));
    CHECK_CALL(f, 0, store_give_up(f->store, held, B, 14, "text", &f->e));
    CU_ASSERT_EQUAL(result_of(f, held), 2);
    CHECK_CALL(f, 1, store_give_up(f->store, held, B " " A, 14, "three times", &f->e));
    CHECK_CALL(f, 1, store_give_up(f->store, waiting, "", 14, "text", &f->e));
    CHECK_CALL(f, 0, store_give_up(f->store, final, A, 14, "text", &f->e));
    CU_ASSERT_EQUAL(result_of(f, final), 4);
    CHECK_CALL(f, 1, store_status(f->store, held, true, &status, &f->e));
    CU_ASSERT_EQUAL(status.result, 14);
    UNIT_CHECK(status.run_text != NULL && strcmp(status.run_text, "three times") == 0, "the text");
    CU_ASSERT_PTR_NULL(status.compile_text);
    store_status_fini(&status);
    CHECK_CALL(f, 0, save(f, held, A, 4));
    /* One that was interrupted after its claim goes on. */
    int64_t again = add(f, 1000, "u", 2);
    CHECK_INT(f, -1, "UPDATE solution SET judger = 'box1:givenup2' WHERE solution_id = %lld", (long long)again);
    CHECK_CALL(f, 1, store_give_up(f->store, again, A, 14, "text", &f->e));
}

static void cancel(struct fixture *f)
{
    int64_t waiting = add(f, 1000, "u", 0), rejudge = add(f, 1000, "u", 1), held = add(f, 1000, "u", 0),
            final = add(f, 1000, "u", 4), foreign = add(f, 1000, "u", 3), site = add(f, 1000, "u", 16);
    struct store_status status;
    CHECK_INT(f, -1, "UPDATE solution SET judger = 'admin' WHERE solution_id = %lld", (long long)foreign);
    CHECK_CALL(f, 1, claim(f, held, A, ""));
    CHECK_CALL(f, 1, store_running(f->store, held, A, &f->e));
    const int64_t ended[] = {waiting, rejudge, held};
    for (size_t i = 0; i < 3; i++) {
        CHECK_CALL(f, 1, store_cancel(f->store, ended[i], 14, "cancelled by a test", &f->e));
        CHECK_CALL(f, 1, store_status(f->store, ended[i], true, &status, &f->e));
        UNIT_CHECK(status.result == 14 && store_writer(status.judger) == STORE_BY_CANCEL, "%d by %s", status.result,
                   status.judger);
        UNIT_CHECK(status.run_text != NULL && strcmp(status.run_text, "cancelled by a test") == 0, "the text");
        store_status_fini(&status);
        CHECK_CALL(f, 0, store_cancel(f->store, ended[i], 14, "again", &f->e));
    }
    /* Its worker can write nothing any more, and claim nothing. */
    CHECK_CALL(f, 0, save(f, held, A, 4));
    CHECK_CALL(f, 0, store_put_back(f->store, held, A, &f->e));
    CHECK_CALL(f, 0, claim(f, waiting, B, A));
    const int64_t left[] = {final, foreign, site, site + 1000};
    const int results[] = {4, 3, 16};
    for (size_t i = 0; i < 4; i++)
        CHECK_CALL(f, 0, store_cancel(f->store, left[i], 14, "text", &f->e));
    for (size_t i = 0; i < 3; i++)
        CU_ASSERT_EQUAL(result_of(f, left[i]), results[i]);
    /* One that was interrupted after its claim goes on. */
    int64_t again = add(f, 1000, "u", 2);
    CHECK_INT(f, -1, "UPDATE solution SET judger = 'box1:canceled' WHERE solution_id = %lld", (long long)again);
    CHECK_CALL(f, 1, store_cancel(f->store, again, 14, "text", &f->e));
}

static void rejudge(struct fixture *f)
{
    static const struct {
        int result;
        const char *judger;
        bool again;
    } rows[] = {{0, "", false}, {1, "", false},     {2, A, false},      {3, A, false},
                {4, A, true},   {6, "admin", true}, {11, "", true},     {13, A, true},
                {14, A, true},  {14, "", false},    {14, "web", false}, {14, "box1:canceled", true},
                {15, A, false}, {16, A, false},     {17, "", false}};
    enum { ROWS = sizeof rows / sizeof *rows };
    int64_t ids[ROWS];
    struct store_submission found[ROWS];
    struct store_filter any = {.result = -1};
    int wanted = 0;
    add_user(f, "u");
    for (int i = 0; i < ROWS; i++) {
        ids[i] = add(f, 1000 + i % 2, "u", rows[i].result);
        CHECK_INT(f, -1, "UPDATE solution SET judger = '%s' WHERE solution_id = %lld", rows[i].judger,
                  (long long)ids[i]);
        wanted += rows[i].again;
    }
    CHECK_CALL(f, wanted, store_select(f->store, &any, 0, found, ROWS, &f->e));
    for (int i = 0, k = 0; i < ROWS; i++) {
        if (rows[i].again)
            UNIT_CHECK(found[k].id == ids[i] && found[k].result == rows[i].result &&
                           found[k].problem_id == 1000 + i % 2 && strcmp(found[k].user, "u") == 0,
                       "row %d", i),
                k++;
    }
    /* Pages, and each part of the filter. */
    CHECK_CALL(f, 2, store_select(f->store, &any, 0, found, 2, &f->e));
    CHECK_CALL(f, wanted - 2, store_select(f->store, &any, found[1].id, found, ROWS, &f->e));
    struct store_filter part = any;
    part.result = 14;
    CHECK_CALL(f, 2, store_select(f->store, &part, 0, found, ROWS, &f->e));
    part = any;
    part.problem_id = 1001;
    part.up_to_id = ids[7];
    CHECK_CALL(f, 2, store_select(f->store, &part, 0, found, ROWS, &f->e));
    part = any;
    part.contest_id = 7;
    CHECK_CALL(f, 0, store_select(f->store, &part, 0, found, ROWS, &f->e));
    int64_t contest =
        store_site_add(&f->site, &(struct store_site_row){.problem = 1000, .user = "u", .result = 6, .contest = 7});
    CHECK_CALL(f, 1, store_select(f->store, &part, 0, found, ROWS, &f->e));
    CU_ASSERT_EQUAL(found[0].id, contest);
    part = any;
    part.since_s = time(NULL) - 600;
    CHECK_CALL(f, wanted + 1, store_select(f->store, &part, 0, found, ROWS, &f->e));
    part.since_s = time(NULL) + 600;
    CHECK_CALL(f, 0, store_select(f->store, &part, 0, found, ROWS, &f->e));

    CHECK_CALL(f, wanted, store_rejudge(f->store, ids, ROWS, &f->e));
    for (int i = 0; i < ROWS; i++)
        UNIT_CHECK(result_of(f, ids[i]) == (rows[i].again ? 1 : rows[i].result), "row %d", i);
    CHECK_CALL(f, 0, store_rejudge(f->store, ids, ROWS, &f->e));
    /* More than fit in a statement. */
    int64_t many[150];
    for (int i = 0; i < 150; i++)
        many[i] = add(f, 1000, "u", 6);
    CHECK_CALL(f, 150, store_rejudge(f->store, many, 150, &f->e));
    CHECK_INT(f, 0, "SELECT COUNT(*) FROM solution WHERE solution_id >= %lld AND result <> 1", (long long)many[0]);
}

/* A rejudge that ends otherwise takes away what the first verdict gave. */
static void rejudge_counts(struct fixture *f)
{
    add_user(f, "u");
    add_problem(f, 1000, "1", 128, 0);
    int64_t id = add(f, 1000, "u", 0);
    judge(f, id, A, 4);
    CHECK_INT(f, 1, "SELECT solved FROM users WHERE user_id = 'u'");
    CHECK_INT(f, 1, "SELECT accepted FROM problem WHERE problem_id = 1000");
    CHECK_CALL(f, 1, store_rejudge(f->store, &id, 1, &f->e));
    judge(f, id, B, 6);
    CHECK_INT(f, 0, "SELECT solved FROM users WHERE user_id = 'u'");
    CHECK_INT(f, 0, "SELECT accepted FROM problem WHERE problem_id = 1000");
    CHECK_INT(f, 1, "SELECT submit FROM users WHERE user_id = 'u'");
}

static void writers(void)
{
    static const struct {
        const char *judger;
        enum store_writer writer;
    } rows[] = {{A, STORE_BY_DELIVERY},
                {"a-1:abcd2345", STORE_BY_DELIVERY},
                {"a:givenup2", STORE_BY_GIVE_UP},
                {"a:canceled", STORE_BY_CANCEL},
                {"", STORE_BY_OTHER},
                {"admin", STORE_BY_OTHER},
                {":abcdefgh", STORE_BY_OTHER},
                {"a:abcdefg", STORE_BY_OTHER},
                {"a:abcdefghi", STORE_BY_OTHER},
                {"a:ABCDEFGH", STORE_BY_OTHER},
                {"::1", STORE_BY_OTHER},
                {"10.0.0.1", STORE_BY_OTHER}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        UNIT_CHECK(store_writer(rows[i].judger) == rows[i].writer, "'%s' is %d", rows[i].judger,
                   (int)store_writer(rows[i].judger));
}

/* ---- verdicts */

static void save_writes_all(struct fixture *f)
{
    struct store_status status;
    struct store_case cases[100];
    char names[100][16];
    int64_t id = add(f, 1000, "u", 0);
    for (int i = 0; i < 100; i++) {
        (void)str_format(names[i], sizeof names[i], "%d.in", i + 1);
        cases[i] = (struct store_case){names[i], i % 2 == 0 ? "AC" : "WA", i * 1000, i, 2LL * i,
                                       3LL * i,  i == 99 ? "last" : ""};
    }
    struct store_outcome outcome = outcome_of(id, A, 6);
    outcome.pass_rate = 333;
    outcome.run_text = "1.in|5|WA\n'\\";
    outcome.compile_text = "warning: \xe4\xbd\xa0";
    outcome.cases = cases;
    outcome.case_count = 100;
    outcome.data_version = "v1";
    CHECK_CALL(f, 1, claim(f, id, A, ""));
    CHECK_CALL(f, 1, store_save(f->store, &outcome, &f->e));
    CHECK_CALL(f, 1, store_save(f->store, &outcome, &f->e));
    CHECK_CALL(f, 1, store_status(f->store, id, true, &status, &f->e));
    CU_ASSERT_EQUAL(status.result, 6);
    CU_ASSERT_EQUAL(status.time_ms, 15);
    CU_ASSERT_EQUAL(status.mem_kib, 1024);
    CU_ASSERT_EQUAL(status.pass_rate, 333);
    CU_ASSERT_STRING_EQUAL(status.judger, A);
    UNIT_CHECK(status.age_s >= 0 && status.age_s < 100, "age %lld", (long long)status.age_s);
    UNIT_CHECK(status.run_text != NULL && strcmp(status.run_text, outcome.run_text) == 0, "run text");
    UNIT_CHECK(status.compile_text != NULL && strcmp(status.compile_text, outcome.compile_text) == 0, "compile text");
    store_status_fini(&status);
    CHECK_INT(f, 100, "SELECT COUNT(*) FROM solution_case WHERE solution_id = %lld", (long long)id);
    CHECK_INT(f, 1,
              "SELECT COUNT(*) FROM solution_case WHERE solution_id = %lld AND case_no = 100 AND name = '100.in' "
              "AND verdict = 'WA' AND score = 99000 AND cpu_us = 99 AND wall_us = 198 AND mem_kib = 297 AND "
              "note = 'last' AND data_version = 'v1'",
              (long long)id);
    /* A rejudge replaces everything, also by nothing. */
    CHECK_INT(f, -1, "UPDATE solution SET result = 1 WHERE solution_id = %lld", (long long)id);
    judge(f, id, B, 4);
    check_nothing_shows(f, id);
}

static void pass_rate_may_stay(struct fixture *f)
{
    int64_t id = add(f, 1000, "u", 0);
    struct store_outcome outcome = outcome_of(id, A, 6);
    CHECK_INT(f, -1, "UPDATE solution SET pass_rate = 0.25 WHERE solution_id = %lld", (long long)id);
    outcome.pass_rate = -1;
    CHECK_CALL(f, 1, claim(f, id, A, ""));
    CHECK_CALL(f, 1, store_save(f->store, &outcome, &f->e));
    CHECK_INT(f, 1, "SELECT pass_rate = 0.25 FROM solution WHERE solution_id = %lld", (long long)id);
}

static void numbers_are_clamped(struct fixture *f)
{
    struct store_status status;
    int64_t id = add(f, 1000, "u", 0);
    struct store_outcome outcome = outcome_of(id, A, 6);
    struct store_case one = {NULL, NULL, -5, 1LL << 40, 0, 0, NULL};
    outcome.time_ms = -5;
    outcome.mem_kib = 1LL << 40;
    outcome.pass_rate = 5000;
    outcome.cases = &one;
    outcome.case_count = 1;
    CHECK_CALL(f, 1, claim(f, id, A, ""));
    CHECK_CALL(f, 1, store_save(f->store, &outcome, &f->e));
    CHECK_CALL(f, 1, store_status(f->store, id, false, &status, &f->e));
    CU_ASSERT_EQUAL(status.time_ms, 0);
    CU_ASSERT_EQUAL(status.mem_kib, 2147483647);
    CU_ASSERT_EQUAL(status.pass_rate, 1000);
    CU_ASSERT_PTR_NULL(status.run_text);
    CHECK_INT(f, 0, "SELECT score FROM solution_case WHERE solution_id = %lld", (long long)id);
}

static void texts_are_cut(struct fixture *f)
{
    static char long_text[STORE_TEXT_BYTES + 100];
    static char name[200];
    struct store_status status;
    int64_t id = add(f, 1000, "u", 0);
    struct store_outcome outcome = outcome_of(id, A, 10);
    for (size_t i = 0; i + 3 < sizeof long_text; i += 3)
        memcpy(long_text + i, "\xe4\xbd\xa0", 3);
    memset(name, 'n', sizeof name - 1);
    struct store_case one = {name, "AC", 0, 0, 0, 0, long_text};
    outcome.run_text = long_text;
    outcome.compile_text = "ok \xff\xfe \xe4\xbd end \xc0\x80 \xed\xa0\x80 \xe4\xbd";
    outcome.cases = &one;
    outcome.case_count = 1;
    CHECK_CALL(f, 1, claim(f, id, A, ""));
    CHECK_CALL(f, 1, store_save(f->store, &outcome, &f->e));
    CHECK_CALL(f, 1, store_status(f->store, id, true, &status, &f->e));
    if (UNIT_CHECK(status.run_text != NULL && status.compile_text != NULL, "texts")) {
        CU_ASSERT_EQUAL(strlen(status.run_text), STORE_TEXT_BYTES / 3 * 3);
        CU_ASSERT_NSTRING_EQUAL(status.run_text, long_text, STORE_TEXT_BYTES / 3 * 3);
        CU_ASSERT_STRING_EQUAL(status.compile_text, "ok ?? ?? end ?? ??? ??");
    }
    store_status_fini(&status);
    CHECK_INT(f, 64, "SELECT LENGTH(name) FROM solution_case WHERE solution_id = %lld", (long long)id);
}

static void characters_of_four_bytes(struct fixture *f)
{
    struct store_status status;
    int64_t id = add(f, 1000, "u", 0);
    struct store_outcome outcome = outcome_of(id, A, 10);
    outcome.run_text = "a\xf0\x9f\x98\x80"
                       "b";
    CHECK_CALL(f, 1, claim(f, id, A, ""));
    CHECK_CALL(f, 1, store_save(f->store, &outcome, &f->e));
    CHECK_CALL(f, 1, store_status(f->store, id, true, &status, &f->e));
    UNIT_CHECK(status.run_text != NULL &&
                   strcmp(status.run_text, f->site.kind == SITE_MYISAM ? "a?b" : outcome.run_text) == 0,
               "text %s", status.run_text == NULL ? "(none)" : status.run_text);
    store_status_fini(&status);
}

/* ---- limits, sources */

static void limits(struct fixture *f)
{
    static const struct {
        const char *time_s;
        int memory_mib;
        int64_t time_ms, rule_mib;
    } rows[] = {
        {"1", 128, 1000, 128},         {"0.25", 1, 250, 1},   {"300", 2048, 300000, 2048},
        {"300.001", 2049, 1000, 2048}, {"-1", 0, 1000, 2048}, {"2.5", -7, 2500, 2048},
    };
    struct store_submission s;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        add_problem(f, 2000 + (int64_t)i, rows[i].time_s, rows[i].memory_mib, 0);
        CHECK_CALL(f, 1, store_claim(f->store, add(f, 2000 + (int64_t)i, "u", 0), A, "", &s, &f->e));
        UNIT_CHECK(s.time_ms == rows[i].time_ms && s.memory_mib == rows[i].rule_mib, "%s s %d MiB: %lld ms %lld MiB",
                   rows[i].time_s, rows[i].memory_mib, (long long)s.time_ms, (long long)s.memory_mib);
        CU_ASSERT_FALSE(s.contest_running);
        CU_ASSERT_EQUAL(s.contest_number, -1);
        store_submission_fini(&s);
    }
    CHECK_CALL(f, 1, store_claim(f->store, add(f, -2000, "u", 0), A, "", &s, &f->e)); /* "make its answers" */
    CU_ASSERT_EQUAL(s.problem_id, -2000);
    CU_ASSERT_EQUAL(s.memory_mib, 128);
    store_submission_fini(&s);
    CHECK_CALL(f, 1, store_claim(f->store, add(f, 77777, "u", 0), A, "", &s, &f->e)); /* no such problem */
    CU_ASSERT_EQUAL(s.time_ms, 0);
    CU_ASSERT_EQUAL(s.memory_mib, 0);
    store_submission_fini(&s);
    int64_t id = store_site_add(&f->site, &(struct store_site_row){.user = "u", .input = "1 2\n"});
    CHECK_CALL(f, 1, store_claim(f->store, id, A, "", &s, &f->e));
    CU_ASSERT_EQUAL(s.time_ms, 5000);
    CU_ASSERT_EQUAL(s.memory_mib, 512);
    UNIT_CHECK(s.input != NULL && s.input_bytes == 4 && strcmp(s.input, "1 2\n") == 0, "the input");
    store_submission_fini(&s);
    id = add(f, 2000, "u", 0);
    CHECK_INT(f, -1, "DELETE FROM source_code WHERE solution_id = %lld", (long long)id);
    CHECK_CALL(f, 1, store_claim(f->store, id, A, "", &s, &f->e));
    CU_ASSERT_PTR_NULL(s.source);
    store_submission_fini(&s);
}

static void long_sources(struct fixture *f)
{
    static char source[60000];
    struct store_submission s;
    for (size_t i = 0; i + 1 < sizeof source; i++)
        source[i] = "int main()\r\n{\t}\n"[i % 16];
    int64_t id = store_site_add(&f->site, &(struct store_site_row){.problem = 1000, .user = "u", .source = source});
    for (int i = 0; i < 2; i++) {
        CHECK_CALL(f, 1, store_claim(f->store, id, A, "", &s, &f->e));
        UNIT_CHECK(s.source != NULL && s.source_bytes == sizeof source - 1 && strcmp(s.source, source) == 0, "source");
        store_submission_fini(&s);
    }
    id = store_site_add(&f->site, &(struct store_site_row){.problem = 1000, .user = "u", .source = ""});
    CHECK_CALL(f, 1, store_claim(f->store, id, A, "", &s, &f->e));
    UNIT_CHECK(s.source != NULL && s.source_bytes == 0, "an empty source is one");
    store_submission_fini(&s);
}

/* ---- counters */

static void counters(struct fixture *f)
{
    add_problem(f, 1000, "1", 64, 0);
    add_problem(f, 1001, "1", 64, 0);
    add_user(f, "u");
    add_user(f, "v");
    add_contest(f, 3000, -60, 3600, 0);
    add_contest(f, 3016, -60, 3600, 16); /* hidden while it runs */
    CHECK_INT(f, -1, "INSERT INTO contest_problem (contest_id, problem_id, num) VALUES (3000, 1000, 0)");
    CHECK_INT(f, -1, "INSERT INTO contest_problem (contest_id, problem_id, num) VALUES (3016, 1001, 0)");
    judge(f, add(f, 1000, "u", 0), A, 6);
    CHECK_INT(f, 0, "SELECT solved FROM users WHERE user_id = 'u'");
    CHECK_INT(f, 1, "SELECT submit FROM users WHERE user_id = 'u'");
    judge(f, add(f, 1000, "u", 0), A, 4);
    judge(f, add(f, 1000, "u", 0), A, 4);
    CHECK_INT(f, 1, "SELECT solved FROM users WHERE user_id = 'u'");
    CHECK_INT(f, 2, "SELECT accepted FROM problem WHERE problem_id = 1000");
    CHECK_INT(f, 3, "SELECT submit FROM problem WHERE problem_id = 1000");
    int64_t id = store_site_add(&f->site, &(struct store_site_row){.problem = 1000, .contest = 3000, .user = "v"});
    judge(f, id, A, 4);
    CHECK_INT(f, 1, "SELECT c_accepted FROM contest_problem WHERE contest_id = 3000");
    CHECK_INT(f, 1, "SELECT c_submit FROM contest_problem WHERE contest_id = 3000");
    CHECK_INT(f, 1, "SELECT solved FROM users WHERE user_id = 'v'");
    CHECK_INT(f, 3, "SELECT accepted FROM problem WHERE problem_id = 1000");
    id = store_site_add(&f->site, &(struct store_site_row){.problem = 1001, .contest = 3016, .user = "v"});
    judge(f, id, A, 4);
    CHECK_INT(f, 1, "SELECT c_accepted FROM contest_problem WHERE contest_id = 3016");
    CHECK_INT(f, 1, "SELECT solved FROM users WHERE user_id = 'v'");
    CHECK_INT(f, 0, "SELECT accepted FROM problem WHERE problem_id = 1001");
    /* A test run counts nowhere. */
    judge(f, store_site_add(&f->site, &(struct store_site_row){.user = "v", .input = ""}), A, 13);
    CHECK_INT(f, 1, "SELECT submit FROM users WHERE user_id = 'v'");
    /* Not asked for. */
    id = add(f, 1000, "w", 0);
    struct store_outcome outcome = outcome_of(id, A, 4);
    outcome.counters = false;
    CHECK_CALL(f, 1, claim(f, id, A, ""));
    CHECK_CALL(f, 1, store_save(f->store, &outcome, &f->e));
    CHECK_INT(f, 3, "SELECT accepted FROM problem WHERE problem_id = 1000");
    /* Its worker died before it counted: who comes next finds a verdict, and counts. */
    CHECK_CALL(f, 0, claim(f, id, B, A));
    if (f->site.kind != SITE_SQLITE) /* there it is one step */
        CHECK_INT(f, 4, "SELECT accepted FROM problem WHERE problem_id = 1000");
}

/* ---- lists */

static void waiting(struct fixture *f)
{
    struct store_submission rows[10];
    int64_t first = add(f, 1000, "u", 0);
    CHECK_CALL(f, 1, claim(f, add(f, 1000, "u", 0), A, ""));
    for (int result = 4; result <= 17; result++)
        (void)add(f, 1000, "u", result);
    int64_t second =
        store_site_add(&f->site, &(struct store_site_row){.problem = 1001, .user = "v", .language = 6, .result = 1});
    int64_t third = store_site_add(&f->site, &(struct store_site_row){.user = "w", .language = 17, .input = "x"});
    CHECK_CALL(f, 3, store_waiting(f->store, 0, rows, 10, &f->e));
    UNIT_CHECK(rows[0].id == first && rows[1].id == second && rows[2].id == third, "by number");
    CU_ASSERT_EQUAL(rows[1].problem_id, 1001);
    CU_ASSERT_EQUAL(rows[1].language, 6);
    CU_ASSERT_EQUAL(rows[1].result, 1);
    CU_ASSERT_STRING_EQUAL(rows[1].user, "v");
    CU_ASSERT_PTR_NULL(rows[1].source);
    CHECK_CALL(f, 2, store_waiting(f->store, first, rows, 10, &f->e));
    CU_ASSERT_EQUAL(rows[0].id, second);
    CHECK_CALL(f, 2, store_waiting(f->store, 0, rows, 2, &f->e));
    CHECK_CALL(f, 0, store_waiting(f->store, third, rows, 2, &f->e));

    struct settings settings = f->site.settings;
    settings.languages = 1 << 6 | 1 << 1;
    struct store *other = store_open(&settings, &f->e);
    if (UNIT_CHECK(other != NULL, "%s", f->e.text)) {
        CHECK_CALL(f, 1, store_waiting(other, 0, rows, 10, &f->e));
        CU_ASSERT_EQUAL(rows[0].id, second);
    }
    store_close(other);
    settings.languages = -1;
    int found = 0;
    for (int mod = 0; mod < 3; mod++) {
        settings.total = 3;
        settings.mod = mod;
        other = store_open(&settings, &f->e);
        if (!UNIT_CHECK(other != NULL, "%s", f->e.text))
            return;
        int count = store_waiting(other, 0, rows, 10, &f->e);
        for (int i = 0; i < count; i++)
            CU_ASSERT_EQUAL(rows[i].id % 3, mod);
        found += count;
        store_close(other);
    }
    CU_ASSERT_EQUAL(found, 3);
    settings.mod = 3;
    CU_ASSERT_PTR_NULL(store_open(&settings, &f->e));
}

static void held(struct fixture *f)
{
    struct store_status rows[10];
    int64_t first = add(f, 1000, "u", 0), second = add(f, 1000, "u", 0), foreign = add(f, 1000, "u", 3);
    CHECK_CALL(f, 1, claim(f, first, A, ""));
    CHECK_CALL(f, 1, claim(f, second, B, ""));
    CHECK_CALL(f, 1, store_running(f->store, second, B, &f->e));
    bool sqlite = f->site.kind == SITE_SQLITE;
    CHECK_INT(
        f, -1,
        sqlite
            ? "UPDATE solution SET judgetime = strftime('%%s', 'now') - 700, judger = 'LOCAL' WHERE solution_id = %lld"
            : "UPDATE solution SET judgetime = NOW() - INTERVAL 700 SECOND WHERE solution_id = %lld",
        (long long)foreign);
    CHECK_CALL(f, 3, store_held(f->store, 0, rows, 10, &f->e));
    CU_ASSERT_EQUAL(rows[0].id, first);
    CU_ASSERT_EQUAL(rows[0].result, 2);
    CU_ASSERT_STRING_EQUAL(rows[0].judger, A);
    UNIT_CHECK(rows[0].age_s >= 0 && rows[0].age_s < 100, "age %lld", (long long)rows[0].age_s);
    CU_ASSERT_EQUAL(rows[1].result, 3);
    CU_ASSERT_STRING_EQUAL(rows[2].judger, "LOCAL");
    UNIT_CHECK(rows[2].age_s >= 700 && rows[2].age_s < 800, "age %lld", (long long)rows[2].age_s);
    CHECK_INT(f, -1, "UPDATE solution SET judgetime = NULL WHERE solution_id = %lld", (long long)foreign);
    CHECK_CALL(f, 1, store_held(f->store, second, rows, 10, &f->e));
    UNIT_CHECK(rows[0].age_s >= 0 && rows[0].age_s < 100, "without a time, since it came: %lld",
               (long long)rows[0].age_s);
}

static void last(struct fixture *f)
{
    struct store_status rows[5], status;
    int64_t id = 0;
    for (int i = 0; i < 8; i++)
        id = add(f, 1000, "u", 0);
    CHECK_CALL(f, 5, store_last(f->store, rows, 5, &f->e));
    for (int i = 0; i < 5; i++)
        CU_ASSERT_EQUAL(rows[i].id, id - i);
    CHECK_CALL(f, 0, store_status(f->store, id + 1, true, &status, &f->e));
    CHECK_CALL(f, 1, store_status(f->store, id, true, &status, &f->e));
    CU_ASSERT_PTR_NULL(status.run_text);
}

/* ---- submitting */

static void submit(struct fixture *f)
{
    struct store_submission s = {.problem_id = 1000, .language = 1, .contest_id = 0};
    struct store_submission rows[10];
    char source[] = "int main(){}\n\xe4\xbd\xa0\0x";
    char input[] = "3 4\n";
    s.source = source;
    s.source_bytes = strlen(source);
    add_contest(f, 3000, -60, 3600, 0);
    CHECK_INT(f, -1, "INSERT INTO contest_problem (contest_id, problem_id, num) VALUES (3000, 1000, 4)");
    CHECK_CALL(f, -1, store_submit(f->store, &s, &f->e)); /* nobody's */
    (void)str_copy(s.user, sizeof s.user, "u");
    if (f->site.kind != SITE_SQLITE) { /* there both rows are made */
        add_user(f, "u");
        add_problem(f, 1000, "1", 64, 0);
    }
    int64_t id = store_submit(f->store, &s, &f->e);
    UNIT_CHECK(id >= 1000, "%s", f->e.text);
    s.contest_id = 3000;
    int64_t contest = store_submit(f->store, &s, &f->e);
    s.contest_id = 0;
    s.problem_id = 0;
    s.input = input;
    s.input_bytes = 4;
    int64_t test_run = store_submit(f->store, &s, &f->e);
    CHECK_CALL(f, 3, store_waiting(f->store, 0, rows, 10, &f->e));
    UNIT_CHECK(rows[0].id == id && rows[1].id == contest && rows[2].id == test_run, "in order");
    CU_ASSERT_EQUAL(rows[1].contest_number, 4);
    CHECK_CALL(f, 1, store_claim(f->store, id, A, "", &rows[0], &f->e));
    UNIT_CHECK(rows[0].source != NULL && strcmp(rows[0].source, source) == 0, "source");
    CU_ASSERT_EQUAL(rows[0].time_ms, f->site.kind == SITE_SQLITE ? 0 : 1000);
    CU_ASSERT_PTR_NULL(rows[0].input);
    store_submission_fini(&rows[0]);
    CHECK_CALL(f, 1, store_claim(f->store, test_run, A, "", &rows[0], &f->e));
    UNIT_CHECK(rows[0].input != NULL && strcmp(rows[0].input, input) == 0, "input");
    store_submission_fini(&rows[0]);
    CHECK_INT(f, 2, "SELECT submit FROM problem WHERE problem_id = 1000");
    CHECK_INT(f, 1, "SELECT c_submit FROM contest_problem WHERE contest_id = 3000");
    CHECK_CALL(f, 1, save(f, id, A, 4));
    CHECK_INT(f, 1, "SELECT solved FROM users WHERE user_id = 'u'");
    CHECK_INT(f, 1, "SELECT accepted FROM problem WHERE problem_id = 1000");
    s.problem_id = -1;
    CHECK_CALL(f, -1, store_submit(f->store, &s, &f->e));
}

static void sim(struct fixture *f)
{
    int64_t first = add(f, 1000, "u", 4), second = add(f, 1000, "v", 4), own = add(f, 1000, "u", 4);
    CHECK_CALL(f, 1, store_save_sim(f->store, second, first, 81, &f->e));
    CHECK_INT(f, 1, "SELECT COUNT(*) FROM sim WHERE s_id = %lld AND sim_s_id = %lld AND sim = 81", (long long)second,
              (long long)first);
    /* Once more, as after a rejudge. */
    CHECK_CALL(f, 1, store_save_sim(f->store, second, first, 100, &f->e));
    CHECK_INT(f, 100, "SELECT sim FROM sim WHERE s_id = %lld", (long long)second);
    CHECK_INT(f, 1, "SELECT COUNT(*) FROM sim");
    /* A user's own is no copy. */
    CHECK_CALL(f, 1, store_save_sim(f->store, own, first, 90, &f->e));
    CHECK_INT(f, 0, "SELECT COUNT(*) FROM sim WHERE s_id = %lld", (long long)own);
    CHECK_INT(f, 90, "SELECT sim FROM sim WHERE s_id = 0");
    CHECK_CALL(f, 1, store_save_sim(f->store, second, first, 85, &f->e));
    CHECK_INT(f, 85, "SELECT sim FROM sim WHERE s_id = %lld", (long long)second);
}

static void no_sim(struct fixture *f)
{
    int64_t first = add(f, 1000, "u", 4);
    if (f->site.kind == SITE_SQLITE) { /* it makes its tables itself */
        CHECK_CALL(f, 0, store_save_sim(f->store, first + 1, first, 99, &f->e));
        return;
    }
    CHECK_INT(f, -1, "DROP TABLE sim");
    CHECK_CALL(f, 0, store_save_sim(f->store, first + 1, first, 99, &f->e));
    CHECK_CALL(f, 0, store_check(f->store, &f->e));
}

static void check(struct fixture *f)
{
    char note[256];
    CHECK_CALL(f, 0, store_check(f->store, &f->e));
    CHECK_CALL(f, 0, store_init(f->store, true, note, sizeof note, &f->e));
    CHECK_CALL(f, 0, store_check(f->store, &f->e));
}

/* ---- several at once */

enum { JUDGES = 4, SUBMISSIONS = 60, USERS = 3, PROBLEMS = 2 };

/* One judge: takes what it can get, and gives every fifth back once, in its first round: in the second it comes by again, should
 * the others have ended. Exit 0: every call said 0 or 1. */
static int be_judge(const struct settings *settings, int64_t first, int number)
{
    struct err e;
    char token[STORE_TOKEN_SIZE];
    bool backs[SUBMISSIONS] = {false};
    struct store *store = store_open(settings, &e);
    if (store == NULL)
        return 1;
    (void)str_format(token, sizeof token, "box1:judge%d", number);
    for (int i = 0; i < 2 * SUBMISSIONS; i++) {
        int64_t id = first + (i * 7 + number * 13) % SUBMISSIONS;
        struct store_submission submission;
        int claimed = store_claim(store, id, token, "", &submission, &e);
        if (claimed == 0)
            continue;
        struct store_outcome outcome = outcome_of(id, token, id % 3 == 0 ? 6 : 4);
        outcome.run_text = "text";
        outcome.cases = some_cases;
        outcome.case_count = 2;
        store_submission_fini(&submission);
        if (claimed < 0 || store_running(store, id, token, &e) != 1) {
            fprintf(stderr, "# judge %d: claim of %lld: %s\n", number, (long long)id, e.text);
            return 1;
        }
        if (i < SUBMISSIONS && id % 5 == 0 && !backs[id - first]) {
            backs[id - first] = true;
            if (store_put_back(store, id, token, &e) == 1)
                continue;
        }
        if (store_save(store, &outcome, &e) != 1) {
            fprintf(stderr, "# judge %d: save of %lld: %s\n", number, (long long)id, e.text);
            return 1;
        }
    }
    store_close(store);
    return 0;
}

/* One of the old kind: claims what waits, writes no token, and asks for no fence. */
static int be_old_judge(struct store_site *site, int64_t first)
{
    site->admin = NULL; /* the parent's */
    if (!store_site_again(site))
        return 1;
    for (int64_t id = first; id < first + SUBMISSIONS; id++) {
        (void)store_site_number(site,
                                "UPDATE solution SET result = 2, time = 0, memory = 0, judgetime = NOW() WHERE "
                                "solution_id = %lld AND result < 2 LIMIT 1",
                                (long long)id);
        if (store_site_number(site, "SELECT ROW_COUNT()") == 1 &&
            store_site_number(site, "UPDATE solution SET result = 10, judger = 'LOCAL' WHERE solution_id = %lld",
                              (long long)id) == INT64_MIN)
            return 1;
    }
    store_site_close(site);
    return 0;
}

static void at_once(struct fixture *f)
{
    pid_t pids[JUDGES];
    bool mysql = f->site.kind != SITE_SQLITE;
    char user[8];
    int64_t first = 0;
    for (int i = 0; i < USERS; i++) {
        (void)str_format(user, sizeof user, "u%d", i);
        add_user(f, user);
    }
    for (int i = 0; i < PROBLEMS; i++)
        add_problem(f, 1000 + i, "1", 64, 0);
    if (mysql) {
        CHECK_INT(f, -1, "CREATE TABLE writes (id INT NOT NULL) ENGINE=MyISAM");
        CHECK_INT(f, -1,
                  "CREATE TRIGGER counts AFTER UPDATE ON solution FOR EACH ROW BEGIN IF NEW.result > 3 THEN "
                  "INSERT INTO writes VALUES (NEW.solution_id); END IF; END");
    }
    for (int i = 0; i < SUBMISSIONS; i++) {
        (void)str_format(user, sizeof user, "u%d", i % USERS);
        int64_t id = add(f, 1000 + i % PROBLEMS, user, 0);
        first = i == 0 ? id : first;
    }
    store_close(f->store); /* its connection is not for children */
    f->store = NULL;
    (void)fflush(stdout); /* or children print it too */
    for (int i = 0; i < JUDGES; i++) {
        pids[i] = fork();
        if (pids[i] == 0)
            _exit(mysql && i == 0 ? be_old_judge(&f->site, first) : be_judge(&f->site.settings, first, i));
    }
    for (int i = 0; i < JUDGES; i++) {
        int status = -1;
        UNIT_CHECK(waitpid(pids[i], &status, 0) == pids[i] && status == 0, "judge %d: 0x%x", i, (unsigned)status);
    }
    CHECK_INT(f, 0, "SELECT COUNT(*) FROM solution WHERE result < 4");
    CHECK_INT(f, 0,
              "SELECT COUNT(*) FROM solution WHERE result <> 10 AND result <> CASE WHEN solution_id %% 3 = 0 "
              "THEN 6 ELSE 4 END");
    if (mysql) {
        CHECK_INT(f, SUBMISSIONS, "SELECT COUNT(*) FROM writes");
        CHECK_INT(f, SUBMISSIONS, "SELECT COUNT(DISTINCT id) FROM writes");
        CHECK_INT(f, 0, "SELECT COUNT(*) FROM solution WHERE (result = 10) <> (judger = 'LOCAL')");
    }
    CHECK_INT(f, 0,
              "SELECT COUNT(*) FROM solution WHERE result <> 10 AND (SELECT COUNT(*) FROM solution_case c WHERE "
              "c.solution_id = solution.solution_id) <> 2");
    CHECK_INT(f, 0,
              "SELECT COUNT(*) FROM solution WHERE result <> 10 AND NOT EXISTS (SELECT 1 FROM runtimeinfo r WHERE "
              "r.solution_id = solution.solution_id)");
    for (int i = 0; i < PROBLEMS; i++)
        CHECK_INT(f, 1,
                  "SELECT accepted = (SELECT COUNT(*) FROM solution s WHERE s.problem_id = %d AND s.result = 4) "
                  "FROM problem WHERE problem_id = %d",
                  1000 + i, 1000 + i);
    for (int i = 0; i < USERS; i++)
        CHECK_INT(f, 1,
                  "SELECT solved = (SELECT COUNT(DISTINCT s.problem_id) FROM solution s WHERE s.user_id = 'u%d' "
                  "AND s.result = 4) FROM users WHERE user_id = 'u%d'",
                  i, i);
}

/* ---- SQLite alone */

/* A disk that is full: nothing of the call shows, and the next one works. */
static void sqlite_disk_full(void)
{
    static char text[STORE_TEXT_BYTES];
    struct fixture f;
    struct rlimit old, small = {.rlim_cur = 4096};
    if (!fixture_open(&f, SITE_SQLITE))
        return;
    int64_t id = add(&f, 1000, "u", 0);
    struct store_outcome outcome = outcome_of(id, A, 6);
    memset(text, 'x', sizeof text - 1);
    outcome.run_text = text;
    CHECK_CALL(&f, 1, claim(&f, id, A, ""));
    (void)signal(SIGXFSZ, SIG_IGN); /* the write fails instead */
    UNIT_CHECK(getrlimit(RLIMIT_FSIZE, &old) == 0, "getrlimit");
    small.rlim_max = old.rlim_max;
    UNIT_CHECK(setrlimit(RLIMIT_FSIZE, &small) == 0, "setrlimit");
    int saved = store_save(f.store, &outcome, &f.e);
    UNIT_CHECK(setrlimit(RLIMIT_FSIZE, &old) == 0, "setrlimit back");
    CU_ASSERT_EQUAL(saved, -1);
    UNIT_CHECK(strstr(f.e.text, "judge.db") != NULL, "%s", f.e.text);
    CU_ASSERT_EQUAL(result_of(&f, id), 2);
    check_nothing_shows(&f, id);
    CHECK_CALL(&f, 1, store_save(f.store, &outcome, &f.e));
    CU_ASSERT_EQUAL(result_of(&f, id), 6);
    fixture_close(&f);
}

/* The file is put back from a backup under an open handle. */
static void sqlite_replaced(void)
{
    struct fixture f;
    char path[PATH_MAX];
    static const char *const ends[] = {"", "-wal", "-shm"};
    struct store_submission rows[2];
    if (!fixture_open(&f, SITE_SQLITE))
        return;
    (void)add(&f, 1000, "u", 0);
    CHECK_CALL(&f, 1, store_waiting(f.store, 0, rows, 2, &f.e));
    for (size_t i = 0; i < 3; i++) {
        (void)str_format(path, sizeof path, "%s/judge.db%s", f.site.settings.home, ends[i]);
        UNIT_CHECK(unlink(path) == 0, "%s", path);
    }
    CHECK_CALL(&f, 0, store_waiting(f.store, 0, rows, 2, &f.e));
    CHECK_CALL(&f, 0, store_check(f.store, &f.e));
    fixture_close(&f);
}

/* Made for the agent's user, and for nobody else. */
static void sqlite_mode(void)
{
    struct fixture f;
    struct stat status;
    char path[PATH_MAX];
    if (!fixture_open(&f, SITE_SQLITE))
        return;
    (void)str_format(path, sizeof path, "%s/judge.db", f.site.settings.home);
    UNIT_CHECK(stat(path, &status) == 0 && (status.st_mode & 07777) == 0660, "mode %o", (unsigned)status.st_mode);
    CHECK_INT(&f, 1000,
              "INSERT INTO solution (problem_id, user_id, language, in_date, code_length, result) VALUES (1, "
              "'u', 1, 0, 0, 0) RETURNING solution_id");
    fixture_close(&f);
}

/* clang-format off */
#define CONTRACT(CASE)                                                                                                 \
    CASE(claim_reads_all) CASE(claim_once) CASE(fence) CASE(put_back) CASE(give_up) CASE(save_writes_all)              \
    CASE(pass_rate_may_stay) CASE(numbers_are_clamped) CASE(texts_are_cut) CASE(characters_of_four_bytes)              \
    CASE(limits) CASE(long_sources) CASE(counters) CASE(waiting) CASE(held) CASE(last) CASE(submit) CASE(check)        \
    CASE(at_once) CASE(cancel) CASE(rejudge) CASE(rejudge_counts) CASE(sim) CASE(no_sim)
/* clang-format on */

#define ON_EACH(name)                                                                                                  \
    static void sqlite_##name(void)                                                                                    \
    {                                                                                                                  \
        on(SITE_SQLITE, name);                                                                                         \
    }                                                                                                                  \
    static void innodb_##name(void)                                                                                    \
    {                                                                                                                  \
        on(SITE_INNODB, name);                                                                                         \
    }                                                                                                                  \
    static void myisam_##name(void)                                                                                    \
    {                                                                                                                  \
        on(SITE_MYISAM, name);                                                                                         \
    }
CONTRACT(ON_EACH)

static const struct unit_test tests[] = {
#define ROW(name) {"sqlite_" #name, sqlite_##name}, {"innodb_" #name, innodb_##name}, {"myisam_" #name, myisam_##name},
    CONTRACT(ROW){"sqlite_disk_full", sqlite_disk_full},
    {"sqlite_replaced", sqlite_replaced},
    {"sqlite_mode", sqlite_mode},
    {"writers", writers},
};

UNIT_MAIN("store", tests)
