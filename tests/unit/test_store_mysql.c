/*
 * test_store_mysql.c - the store when its server fails: killed connections and servers, pauses, missing rights, old tables.
 *
 * Starts a private MariaDB in a temporary folder and ends it. Each test says on which tables it runs: new ones (InnoDB) or an old
 * site's (MyISAM, where a statement that was interrupted may have been done).
 */
#include "store/store.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/clock.h"
#include "common/str.h"
#include "store/store_mysql_parts.h"
#include "tests/sandbox/lib/store_site.h"
#include "tests/unit/unit.h"

#include "common/banned.h"

#define A "box1:aaaaaaaa"
#define B "box2:bbbbbbbb"

enum { WAIT_MS = 15000 };

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

static bool have_server(void)
{
    static const char *const arguments[] = {"--myisam-recover-options=OFF", NULL};
    if (!server_tried) {
        server_tried = true;
        server = mariadb_server_open(arguments, &server_missing, server_why, sizeof server_why);
        (void)atexit(end_server); /* the server ends with its parent too */
    }
    if (server == NULL && server_missing)
        unit_skip(server_why);
    else if (server == NULL)
        UNIT_CHECK(false, "%s", server_why);
    return server != NULL && UNIT_CHECK(mariadb_server_start(server) == 0, "the server does not start again");
}

static bool open_fixture(struct fixture *f, enum store_site_kind kind, int64_t timeout_ms)
{
    char why[256];
    memset(f, 0, sizeof *f);
    if (!have_server())
        return false;
    bool good = store_site_open(&f->site, kind, server, why, sizeof why);
    if (!UNIT_CHECK(good, "%s", why))
        return false;
    f->site.settings.database_timeout_ms = timeout_ms;
    f->store = store_open(&f->site.settings, &f->e);
    return UNIT_CHECK(f->store != NULL, "%s", f->e.text);
}

static void close_fixture(struct fixture *f)
{
    store_close(f->store);
    store_site_close(&f->site);
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
        UNIT_CHECK(got_ == (expected), "line %d: %s is %lld: %s", __LINE__, #call, got_, got_ < 0 ? (f)->e.text : ""); \
    } while (0)
#define CHECK_SAYS(f, word)                                                                                            \
    UNIT_CHECK(strstr((f)->e.text, (word)) != NULL, "line %d: no '%s' in: %s", __LINE__, (word), (f)->e.text)

static int64_t add(struct fixture *f, int64_t problem, const char *user)
{
    return store_site_add(&f->site, &(struct store_site_row){.problem = problem, .user = user});
}

static int claim(struct fixture *f, int64_t id, const char *token, const char *previous)
{
    struct store_submission submission;
    int claimed = store_claim(f->store, id, token, previous, &submission, &f->e);
    if (claimed == 1)
        UNIT_CHECK(submission.source != NULL, "a claim has its source");
    store_submission_fini(&submission);
    return claimed;
}

static const struct store_case some_cases[] = {
    {"1.in", "AC", 10000, 1234, 5678, 900, ""},
    {"2.in", "WA", 0, 22, 33, 44, "line 3"},
};

static int save(struct fixture *f, int64_t id, const char *token, int result)
{
    struct store_outcome outcome = {.id = id,
                                    .token = token,
                                    .result = result,
                                    .time_ms = 15,
                                    .mem_kib = 1024,
                                    .pass_rate = 1000,
                                    .run_text = "text",
                                    .cases = some_cases,
                                    .case_count = 2,
                                    .data_version = "",
                                    .counters = true};
    return store_save(f->store, &outcome, &f->e);
}

static int64_t result_of(struct fixture *f, int64_t id)
{
    return store_site_number(&f->site, "SELECT result FROM solution WHERE solution_id = %lld", (long long)id);
}

/* Counts the verdicts that are written, and pauses where lint_error says at which result, while root holds the lock `pause`. */
static void count_writes(struct fixture *f)
{
    CHECK_INT(f, -1, "CREATE TABLE writes (id INT NOT NULL, result INT NOT NULL) ENGINE=MyISAM");
    CHECK_INT(f, -1,
              "CREATE TRIGGER counts AFTER UPDATE ON solution FOR EACH ROW BEGIN IF NEW.result > 3 THEN INSERT INTO "
              "writes VALUES (NEW.solution_id, NEW.result); END IF; IF NEW.lint_error = NEW.result AND "
              "IS_FREE_LOCK('pause') = 0 THEN DO SLEEP(20); END IF; END");
}

#define WRITES "SELECT COUNT(*) FROM writes WHERE id = %lld"

/* ---- connections that are killed */

/* Those that are there now: one that is made meanwhile stays. A trigger's user is its maker, so the user says nothing. */
static void kill_connections(struct store_site *site)
{
    char ids[256];
    char *rest = NULL;
    (void)store_site_text(site, ids, sizeof ids,
                          "SELECT GROUP_CONCAT(ID) FROM information_schema.PROCESSLIST WHERE ID <> CONNECTION_ID() AND "
                          "USER <> 'system user' AND COMMAND <> 'Killed'");
    for (char *id = strtok_r(ids, ",", &rest); id != NULL; id = strtok_r(NULL, ",", &rest))
        (void)store_site_number(site, "KILL CONNECTION %s", id); /* one that is gone is fine */
}

static void killed_before_each_call(enum store_site_kind kind)
{
    struct fixture f;
    struct store_submission rows[4];
    struct store_status status;
    if (!open_fixture(&f, kind, 5000))
        return;
    count_writes(&f);
    int64_t id = add(&f, 1000, "u");
    CHECK_CALL(&f, 1, store_waiting(f.store, 0, rows, 4, &f.e));
    kill_connections(&f.site);
    CHECK_CALL(&f, 1, store_waiting(f.store, 0, rows, 4, &f.e));
    kill_connections(&f.site);
    CHECK_CALL(&f, 1, claim(&f, id, A, ""));
    kill_connections(&f.site);
    CHECK_CALL(&f, 1, store_running(f.store, id, A, &f.e));
    kill_connections(&f.site);
    CHECK_CALL(&f, 1, store_held(f.store, 0, &status, 1, &f.e));
    kill_connections(&f.site);
    CHECK_CALL(&f, 1, store_put_back(f.store, id, A, &f.e));
    CHECK_CALL(&f, 1, claim(&f, id, B, ""));
    kill_connections(&f.site);
    CHECK_CALL(&f, 1, save(&f, id, B, 4));
    kill_connections(&f.site);
    CHECK_CALL(&f, 1, save(&f, id, B, 4));
    kill_connections(&f.site);
    CHECK_CALL(&f, 1, store_status(f.store, id, true, &status, &f.e));
    UNIT_CHECK(status.run_text != NULL && strcmp(status.run_text, "text") == 0, "the text");
    store_status_fini(&status);
    kill_connections(&f.site);
    CHECK_CALL(&f, 0, store_check(f.store, &f.e));
    struct store_submission submission = {.problem_id = 1000, .language = 1, .user = "u"};
    char source[] = "int main;";
    submission.source = source;
    submission.source_bytes = sizeof source - 1;
    kill_connections(&f.site);
    UNIT_CHECK(store_submit(f.store, &submission, &f.e) > id, "%s", f.e.text);
    CHECK_INT(&f, 1, WRITES, (long long)id);
    close_fixture(&f);
}

static void killed_before_innodb(void)
{
    killed_before_each_call(SITE_INNODB);
}

static void killed_before_myisam(void)
{
    killed_before_each_call(SITE_MYISAM);
}

/* Waits in a thread for a state of the store's connection, and then does something to it. */
struct interrupter {
    struct store_site *site;
    const char *state;
    void (*act)(struct store_site *site);
    bool saw;
    pthread_t thread;
};

static void *interrupt(void *argument)
{
    struct interrupter *interrupter = argument;
    for (int64_t end_us = clock_now_us() + WAIT_MS * 1000LL; clock_now_us() < end_us && !interrupter->saw;)
        interrupter->saw = store_site_number(interrupter->site,
                                             "SELECT COUNT(*) FROM information_schema.PROCESSLIST WHERE ID <> "
                                             "CONNECTION_ID() AND STATE LIKE '%s'",
                                             interrupter->state) > 0;
    interrupter->act(interrupter->site); /* also where it was not seen, so that the call ends */
    return NULL;
}

static void start_interrupter(struct interrupter *interrupter, struct fixture *f, const char *state,
                              void (*act)(struct store_site *site))
{
    *interrupter = (struct interrupter){.site = &f->site, .state = state, .act = act};
    UNIT_CHECK(pthread_create(&interrupter->thread, NULL, interrupt, interrupter) == 0, "thread");
}

static void end_interrupter(struct interrupter *interrupter)
{
    (void)pthread_join(interrupter->thread, NULL); /* it was made */
    UNIT_CHECK(interrupter->saw, "the state '%s' was not seen", interrupter->state);
}

static void kill_and_unlock(struct store_site *site)
{
    kill_connections(site);
    (void)store_site_number(site, "UNLOCK TABLES");
}

/* Before the statement has done anything: it waits for a lock. */
static void killed_while_waiting(void)
{
    struct fixture f;
    struct interrupter interrupter;
    if (!open_fixture(&f, SITE_MYISAM, 5000))
        return;
    count_writes(&f);
    int64_t id = add(&f, 1000, "u");
    CHECK_CALL(&f, 0, store_check(f.store, &f.e));
    CHECK_INT(&f, -1, "LOCK TABLES solution WRITE");
    start_interrupter(&interrupter, &f, "Waiting for%lock", kill_and_unlock);
    CHECK_CALL(&f, 1, claim(&f, id, A, ""));
    end_interrupter(&interrupter);
    CHECK_INT(&f, -1, "LOCK TABLES solution WRITE");
    start_interrupter(&interrupter, &f, "Waiting for%lock", kill_and_unlock);
    CHECK_CALL(&f, 1, save(&f, id, A, 4));
    end_interrupter(&interrupter);
    CHECK_INT(&f, 1, WRITES, (long long)id);
    CU_ASSERT_EQUAL(result_of(&f, id), 4);
    close_fixture(&f);
}

static void release_and_kill(struct store_site *site)
{
    (void)store_site_number(site, "SELECT RELEASE_LOCK('pause')");
    kill_connections(site);
}

/* The next write of that result pauses. */
static void pause_at(struct fixture *f, int64_t id, int result)
{
    CHECK_INT(f, -1, "UPDATE solution SET lint_error = %d WHERE solution_id = %lld", result, (long long)id);
    CHECK_INT(f, 1, "SELECT GET_LOCK('pause', 0)");
}

/* After it: on old tables it is done, on new ones it is taken back. Either way the call succeeds and is done once. */
static void killed_when_done(enum store_site_kind kind)
{
    struct fixture f;
    struct interrupter interrupter;
    if (!open_fixture(&f, kind, 10000))
        return;
    count_writes(&f);
    CHECK_INT(&f, -1, "INSERT INTO problem (problem_id, time_limit, memory_limit) VALUES (1000, 1, 64)");
    int64_t id = add(&f, 1000, "u");
    pause_at(&f, id, 2);
    start_interrupter(&interrupter, &f, "User sleep", release_and_kill);
    CHECK_CALL(&f, 1, claim(&f, id, A, ""));
    end_interrupter(&interrupter);
    pause_at(&f, id, 1);
    start_interrupter(&interrupter, &f, "User sleep", release_and_kill);
    CHECK_CALL(&f, 1, store_put_back(f.store, id, A, &f.e));
    end_interrupter(&interrupter);
    CHECK_CALL(&f, 1, claim(&f, id, B, ""));
    pause_at(&f, id, 3);
    start_interrupter(&interrupter, &f, "User sleep", release_and_kill);
    CHECK_CALL(&f, 1, store_running(f.store, id, B, &f.e));
    end_interrupter(&interrupter);
    pause_at(&f, id, 4);
    start_interrupter(&interrupter, &f, "User sleep", release_and_kill);
    CHECK_CALL(&f, 1, save(&f, id, B, 4));
    end_interrupter(&interrupter);
    CHECK_INT(&f, kind == SITE_MYISAM ? 1 : 2, WRITES,
              (long long)id); /* `writes` is MyISAM: it keeps what was taken back */
    CHECK_INT(&f, 1, "SELECT accepted FROM problem WHERE problem_id = 1000");
    CHECK_INT(&f, 2, "SELECT COUNT(*) FROM solution_case WHERE solution_id = %lld", (long long)id);
    CU_ASSERT_EQUAL(result_of(&f, id), 4);
    close_fixture(&f);
}

static void killed_when_done_innodb(void)
{
    killed_when_done(SITE_INNODB);
}

static void killed_when_done_myisam(void)
{
    killed_when_done(SITE_MYISAM);
}

/* ---- several judges, and a server that fails again and again */

enum { JUDGES = 3, SUBMISSIONS = 90, FAULTS = 12 };

/* A worker: its calls are tried until they answer. Now and then it takes over what another one holds, as after an expired lease. */
static int be_judge(const struct settings *settings, int64_t first, int number)
{
    struct err e;
    char token[STORE_TOKEN_SIZE], previous[64];
    struct store *store = store_open(settings, &e);
    if (store == NULL)
        return 1;
    (void)str_format(token, sizeof token, "box1:judge%d", number);
    (void)str_format(previous, sizeof previous, "box1:judge%d", (number + 1) % JUDGES);
    for (int i = 0; i < SUBMISSIONS; i++) {
        int64_t id = first + (i + number * 5) % SUBMISSIONS;
        struct store_submission submission;
        int claimed;
        while ((claimed = store_claim(store, id, token, i % 7 == 0 ? previous : "", &submission, &e)) < 0)
            (void)usleep(2000);
        if (claimed == 0)
            continue;
        if (submission.source == NULL)
            return 1;
        store_submission_fini(&submission);
        (void)store_running(store, id, token, &e); /* as a worker: only for show */
        struct store_outcome outcome = {.id = id,
                                        .token = token,
                                        .result = id % 3 == 0 ? 6 : 4,
                                        .pass_rate = 1000,
                                        .run_text = token,
                                        .cases = some_cases,
                                        .case_count = 1 + (size_t)(id % 2),
                                        .data_version = token,
                                        .counters = true};
        while (store_save(store, &outcome, &e) < 0)
            (void)usleep(2000);
    }
    store_close(store);
    return 0;
}

static void faults(struct fixture *f, int64_t first, bool kill_server_too)
{
    int64_t done = 0;
    for (int i = 0; i < FAULTS && done < SUBMISSIONS; i++) {
        int64_t want = done + SUBMISSIONS / (FAULTS + 2);
        want = want > SUBMISSIONS ? SUBMISSIONS : want;
        for (int64_t end_us = clock_now_us() + WAIT_MS * 1000LL; done < want && clock_now_us() < end_us;)
            done = store_site_number(&f->site, "SELECT COUNT(*) FROM solution WHERE result > 3 AND solution_id >= %lld",
                                     (long long)first);
        if (!UNIT_CHECK(done >= want, "they do not go on after fault %d", i))
            return;
        if (!kill_server_too || i % 3 != 2) {
            kill_connections(&f->site);
        } else {
            mariadb_server_end(server, SIGKILL);
            if (!UNIT_CHECK(mariadb_server_start(server) == 0 && store_site_again(&f->site), "starts again"))
                return;
        }
    }
}

static void judges_and_faults(enum store_site_kind kind)
{
    struct fixture f;
    pid_t pids[JUDGES];
    int64_t first = 0;
    if (!open_fixture(&f, kind, 5000))
        return;
    CHECK_INT(&f, -1, "CREATE TABLE writes (id INT NOT NULL, result INT NOT NULL) ENGINE=%s",
              kind == SITE_INNODB ? "InnoDB" : "MyISAM");
    CHECK_INT(&f, -1,
              "CREATE TRIGGER counts AFTER UPDATE ON solution FOR EACH ROW BEGIN IF NEW.result > 3 THEN INSERT "
              "INTO writes VALUES (NEW.solution_id, NEW.result); END IF; END");
    CHECK_INT(&f, -1, "INSERT INTO problem (problem_id, time_limit, memory_limit) VALUES (1000, 1, 64)");
    CHECK_INT(&f, -1, "INSERT INTO users (user_id) VALUES ('u')");
    for (int i = 0; i < SUBMISSIONS; i++) {
        int64_t id = add(&f, 1000, "u");
        first = i == 0 ? id : first;
    }
    (void)fflush(stdout); /* or children print it too */
    for (int i = 0; i < JUDGES; i++) {
        pids[i] = fork();
        if (pids[i] == 0)
            _exit(be_judge(&f.site.settings, first, i));
    }
    faults(&f, first, kind == SITE_INNODB);
    for (int i = 0; i < JUDGES; i++) {
        int status = -1;
        UNIT_CHECK(waitpid(pids[i], &status, 0) == pids[i] && status == 0, "judge %d: 0x%x", i, (unsigned)status);
    }
    CHECK_INT(&f, 0, "SELECT COUNT(*) FROM solution WHERE result <> IF(solution_id %% 3 = 0, 6, 4)");
    /* On MyISAM a statement that is killed between the row and the trigger is written and not counted. */
    CHECK_INT(&f, 0, "SELECT COUNT(*) - COUNT(DISTINCT id) FROM writes");
    if (kind == SITE_INNODB)
        CHECK_INT(&f, SUBMISSIONS, "SELECT COUNT(*) FROM writes");
    CHECK_INT(&f, 1, "SELECT accepted = (SELECT COUNT(*) FROM solution WHERE result = 4) FROM problem");
    CHECK_INT(&f, 1, "SELECT solved FROM users");
    CHECK_INT(&f, 0,
              "SELECT COUNT(*) FROM solution s JOIN runtimeinfo r ON r.solution_id = s.solution_id WHERE "
              "r.error <> s.judger");
    CHECK_INT(&f, SUBMISSIONS, "SELECT COUNT(*) FROM runtimeinfo");
    CHECK_INT(&f, 0,
              "SELECT COUNT(*) FROM solution s WHERE (SELECT COUNT(*) FROM solution_case c WHERE c.solution_id = "
              "s.solution_id AND c.data_version = s.judger) <> 1 + s.solution_id %% 2 OR (SELECT COUNT(*) FROM "
              "solution_case c WHERE c.solution_id = s.solution_id) <> 1 + s.solution_id %% 2");
    close_fixture(&f);
}

static void judges_and_faults_innodb(void)
{
    judges_and_faults(SITE_INNODB);
}

static void judges_and_faults_myisam(void)
{
    judges_and_faults(SITE_MYISAM);
}

/* ---- the server */

static void server_killed(void)
{
    struct fixture f;
    if (!open_fixture(&f, SITE_INNODB, 5000))
        return;
    count_writes(&f);
    int64_t id = add(&f, 1000, "u");
    CHECK_CALL(&f, 1, claim(&f, id, A, ""));
    mariadb_server_end(server, SIGKILL);
    CHECK_CALL(&f, -1, store_running(f.store, id, A, &f.e));
    CHECK_CALL(&f, -1, save(&f, id, A, 4));
    CHECK_SAYS(&f, "is it running?");
    CHECK_CALL(&f, -1, store_check(f.store, &f.e));
    UNIT_CHECK(mariadb_server_start(server) == 0, "starts again");
    CHECK_CALL(&f, 1, store_running(f.store, id, A, &f.e));
    CHECK_CALL(&f, 1, save(&f, id, A, 4));
    UNIT_CHECK(store_site_again(&f.site), "root's connection");
    CU_ASSERT_EQUAL(result_of(&f, id), 4);
    close_fixture(&f);
}

static void kill_server(struct store_site *site)
{
    mariadb_server_end(site->server, SIGKILL);
}

static void server_killed_within(void)
{
    struct fixture f;
    struct interrupter interrupter;
    if (!open_fixture(&f, SITE_INNODB, 5000))
        return;
    CHECK_INT(&f, -1,
              "CREATE TRIGGER pauses AFTER UPDATE ON solution FOR EACH ROW BEGIN IF NEW.lint_error = NEW.result THEN "
              "DO SLEEP(10); END IF; END");
    int64_t id = add(&f, 1000, "u");
    CHECK_CALL(&f, 1, claim(&f, id, A, ""));
    CHECK_INT(&f, -1, "UPDATE solution SET lint_error = 6 WHERE solution_id = %lld", (long long)id);
    start_interrupter(&interrupter, &f, "User sleep", kill_server);
    CHECK_CALL(&f, -1, save(&f, id, A, 6));
    end_interrupter(&interrupter);
    UNIT_CHECK(mariadb_server_start(server) == 0 && store_site_again(&f.site), "starts again");
    CU_ASSERT_EQUAL(result_of(&f, id), 2);
    CHECK_INT(&f, -1, "DROP TRIGGER pauses");
    CHECK_CALL(&f, 1, save(&f, id, A, 6));
    CHECK_INT(&f, 2, "SELECT COUNT(*) FROM solution_case WHERE solution_id = %lld", (long long)id);
    CU_ASSERT_EQUAL(result_of(&f, id), 6);
    close_fixture(&f);
}

static void server_paused(void)
{
    struct fixture f;
    if (!open_fixture(&f, SITE_INNODB, 1000))
        return;
    int64_t id = add(&f, 1000, "u");
    CHECK_CALL(&f, 1, claim(&f, id, A, ""));
    mariadb_server_signal(server, SIGSTOP);
    int64_t begun_us = clock_now_us();
    CHECK_CALL(&f, -1, save(&f, id, A, 4));
    CHECK_SAYS(&f, "no answer");
    int64_t first_ms = (clock_now_us() - begun_us) / 1000;
    begun_us = clock_now_us();
    CHECK_CALL(&f, -1, save(&f, id, A, 4)); /* a connection that is not greeted */
    int64_t second_ms = (clock_now_us() - begun_us) / 1000;
    UNIT_CHECK(first_ms >= 900 && first_ms < 8000 && second_ms < 8000, "%lld ms and %lld ms", (long long)first_ms,
               (long long)second_ms);
    mariadb_server_signal(server, SIGCONT);
    CHECK_CALL(&f, 1, save(&f, id, A, 4));
    CU_ASSERT_EQUAL(result_of(&f, id), 4);
    close_fixture(&f);
}

static void read_only(void)
{
    struct fixture f;
    if (!open_fixture(&f, SITE_MYISAM, 5000))
        return;
    int64_t id = add(&f, 1000, "u"), other = add(&f, 1000, "u");
    CHECK_CALL(&f, 1, claim(&f, id, A, ""));
    CHECK_INT(&f, -1, "SET GLOBAL read_only = 1");
    CHECK_CALL(&f, -1, claim(&f, other, A, ""));
    CHECK_SAYS(&f, "read_only=0");
    CHECK_CALL(&f, -1, save(&f, id, A, 4));
    CHECK_CALL(&f, -1, store_check(f.store, &f.e));
    CHECK_SAYS(&f, "read_only=0");
    CHECK_INT(&f, -1, "SET GLOBAL read_only = 0");
    CHECK_CALL(&f, 1, save(&f, id, A, 4));
    CHECK_CALL(&f, 1, claim(&f, other, A, ""));
    close_fixture(&f);
}

/* ---- what an administrator is told */

static void wrong_settings(void)
{
    struct fixture f;
    if (!open_fixture(&f, SITE_EMPTY, 5000))
        return;
    static const struct {
        const char *user, *password, *name, *socket, *says;
    } rows[] = {
        {"judge", "wrong", "jol", NULL, "user and password stand in [database]"},
        {"nobody", "", "jol", NULL, "user and password stand in [database]"},
        {"judge", NULL, "other", NULL, "GRANT"},
        {"root", "", "other", NULL, "judgectl db init"},
        {"judge", NULL, "jol", "/nowhere/socket", "is it running?"},
        {"judge", NULL, "jol", "", "is it running?"},
        {"judge", NULL, "jol", NULL, "judgectl db init"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct settings settings = f.site.settings;
        settings.database_port = 1;
        (void)str_copy(settings.database_user, sizeof settings.database_user, rows[i].user);
        (void)str_copy(settings.database_name, sizeof settings.database_name, rows[i].name);
        if (rows[i].password != NULL)
            (void)str_copy(settings.database_password, sizeof settings.database_password, rows[i].password);
        if (rows[i].socket != NULL && rows[i].socket[0] == '\0')
            (void)str_copy(settings.database_host, sizeof settings.database_host, "127.0.0.1");
        if (rows[i].socket != NULL)
            (void)str_copy(settings.database_socket, sizeof settings.database_socket, rows[i].socket);
        struct store *store = store_open(&settings, &f.e);
        if (UNIT_CHECK(store != NULL, "%s", f.e.text))
            CHECK_CALL(&f, -1, store_check(store, &f.e));
        CHECK_SAYS(&f, rows[i].says);
        UNIT_CHECK(strstr(f.e.text, "a#b") == NULL, "the password in: %s", f.e.text);
        store_close(store);
    }
    close_fixture(&f);
}

/* A port that somebody else has: the line says what to look at. */
static void other_server(void)
{
    struct fixture f;
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof address;
    if (!open_fixture(&f, SITE_EMPTY, 5000))
        return;
    int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    CU_ASSERT_EQUAL(bind(listener, (const struct sockaddr *)&address, size), 0);
    CU_ASSERT_EQUAL(listen(listener, 8), 0);
    CU_ASSERT_EQUAL(getsockname(listener, (struct sockaddr *)&address, &size), 0);
    struct settings settings = f.site.settings;
    settings.database_socket[0] = '\0';
    (void)str_copy(settings.database_host, sizeof settings.database_host, "127.0.0.1"); /* it fits */
    settings.database_port = ntohs(address.sin_port);
    settings.database_timeout_ms = 1000;
    struct store *store = store_open(&settings, &f.e);
    if (UNIT_CHECK(store != NULL, "%s", f.e.text)) {
        CHECK_CALL(&f, -1, store_check(store, &f.e));
        CHECK_SAYS(&f, "is it MySQL or MariaDB that listens there?");
        store_close(store);
    }
    (void)close(listener);
    close_fixture(&f);
}

static void each_right(void)
{
    static const struct {
        const char *table, *rights; /* a letter each: Select, Update, Insert, Delete */
    } rows[] = {{"solution", "SU"},        {"source_code", "S"}, {"problem", "SU"},       {"contest", "S"},
                {"contest_problem", "SU"}, {"users", "SU"},      {"compileinfo", "SUID"}, {"runtimeinfo", "SUID"},
                {"solution_case", "SID"},  {"custominput", "S"}};
    struct fixture f;
    char says[128];
    if (!open_fixture(&f, SITE_MYISAM, 5000))
        return;
    CHECK_CALL(&f, 0, store_check(f.store, &f.e));
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        for (const char *letter = rows[i].rights; *letter != '\0'; letter++) {
            static const char *const words[] = {"SELECT", "UPDATE", "INSERT", "DELETE"};
            const char *word = words[strchr("SUID", *letter) - "SUID"];
            CHECK_INT(&f, -1, "REVOKE %s ON jol.%s FROM judge@localhost", word, rows[i].table);
            CHECK_CALL(&f, -1, store_check(f.store, &f.e));
            (void)str_format(says, sizeof says, "GRANT %s ON jol.%s TO", word, rows[i].table);
            CHECK_SAYS(&f, says);
            CHECK_INT(&f, -1, "GRANT %s ON jol.%s TO judge@localhost", word, rows[i].table);
            CHECK_CALL(&f, 0, store_check(f.store, &f.e));
        }
    }
    close_fixture(&f);
}

/* A right that is missing for the counters costs no verdict. */
static void counters_without_right(void)
{
    struct fixture f;
    if (!open_fixture(&f, SITE_INNODB, 5000))
        return;
    CHECK_INT(&f, -1, "REVOKE UPDATE ON jol.users FROM judge@localhost");
    CHECK_INT(&f, -1, "INSERT INTO problem (problem_id, time_limit, memory_limit) VALUES (1000, 1, 64)");
    int64_t id = add(&f, 1000, "u");
    CHECK_CALL(&f, 1, claim(&f, id, A, ""));
    CHECK_CALL(&f, 1, save(&f, id, A, 4));
    CU_ASSERT_EQUAL(result_of(&f, id), 4);
    CHECK_INT(&f, 1, "SELECT accepted FROM problem WHERE problem_id = 1000");
    close_fixture(&f);
}

/* Counters that never end within the time-out do not hold a worker for ever. */
static void counters_too_slow(void)
{
    struct fixture f;
    int saved = -1, tries = 0;
    if (!open_fixture(&f, SITE_INNODB, 1000))
        return;
    CHECK_INT(&f, -1, "INSERT INTO users (user_id) VALUES ('u')");
    CHECK_INT(&f, -1, "CREATE TRIGGER slow BEFORE UPDATE ON users FOR EACH ROW SET @slow = SLEEP(30)");
    int64_t id = add(&f, 1000, "u");
    CHECK_CALL(&f, 1, claim(&f, id, A, ""));
    while (saved < 0 && tries++ < 10)
        saved = save(&f, id, A, 4);
    CU_ASSERT_EQUAL(saved, 1);
    CU_ASSERT_EQUAL(tries, 3);
    CU_ASSERT_EQUAL(result_of(&f, id), 4);
    kill_connections(&f.site); /* the server goes on with them */
    close_fixture(&f);
}

static void crashed_table(void)
{
    struct fixture f;
    char path[256];
    if (!open_fixture(&f, SITE_MYISAM, 5000))
        return;
    int64_t id = add(&f, 1000, "u");
    CHECK_CALL(&f, 0, store_check(f.store, &f.e));
    CHECK_INT(&f, -1, "FLUSH TABLES");
    (void)str_format(path, sizeof path, "%s/data/jol/source_code.MYI", mariadb_server_folder(server));
    int fd = open(path, O_WRONLY | O_CLOEXEC);
    UNIT_CHECK(fd >= 0 && ftruncate(fd, 300) == 0, "%s", path);
    (void)close(fd);
    CHECK_CALL(&f, -1, store_check(f.store, &f.e));
    CHECK_SAYS(&f, "REPAIR TABLE source_code");
    CHECK_CALL(&f, -1, claim(&f, id, A, ""));
    CHECK_SAYS(&f, "REPAIR TABLE");
    CHECK_INT(&f, -1, "SET @ignored = 0");
    UNIT_CHECK(store_site_number(&f.site, "REPAIR TABLE source_code USE_FRM") != INT64_MIN, "repair");
    CHECK_CALL(&f, 1, claim(&f, id, A, ""));
    close_fixture(&f);
}

/* ---- tables */

static void makes_tables(void)
{
    struct fixture f;
    char note[256];
    if (!open_fixture(&f, SITE_EMPTY, 5000))
        return;
    CHECK_CALL(&f, -1, store_check(f.store, &f.e));
    CHECK_CALL(&f, -1, store_init(f.store, true, note, sizeof note, &f.e));
    CHECK_SAYS(&f, "judgectl db init");
    CHECK_CALL(&f, 0, store_init(f.store, false, note, sizeof note, &f.e));
    CU_ASSERT_STRING_EQUAL(note, "jol: made 12 tables");
    CHECK_CALL(&f, 0, store_check(f.store, &f.e));
    CHECK_INT(&f, 12,
              "SELECT COUNT(*) FROM information_schema.TABLES WHERE TABLE_SCHEMA = 'jol' AND ENGINE = 'InnoDB'");
    CHECK_INT(&f, 2, "SELECT COUNT(*) FROM information_schema.TRIGGERS WHERE TRIGGER_SCHEMA = 'jol'");
    CHECK_CALL(&f, 0, store_init(f.store, false, note, sizeof note, &f.e));
    CU_ASSERT_STRING_EQUAL(note, "jol: nothing to do");
    int64_t id = add(&f, 1000, "u"), other = add(&f, 1000, "u");
    CHECK_CALL(&f, 1, claim(&f, id, A, ""));
    CHECK_CALL(&f, 1, save(&f, id, A, 4));
    CHECK_CALL(&f, 1, claim(&f, other, A, ""));
    CHECK_CALL(&f, 1, save(&f, other, A, 4));
    CHECK_INT(&f, id, "SELECT solution_id FROM solution WHERE first_time = 1");
    CHECK_INT(&f, -1, "INSERT INTO sim VALUES (%lld, %lld, 90)", (long long)other, (long long)id);
    CHECK_INT(&f, 0, "SELECT s_id FROM sim");
    close_fixture(&f);
}

static void makes_only_ours(void)
{
    struct fixture f;
    char note[256], before[2048], after[2048];
    static const char shape[] =
        "SELECT MD5(GROUP_CONCAT(TABLE_NAME, COLUMN_NAME, COLUMN_TYPE ORDER BY 1 SEPARATOR ' ')) "
        "FROM information_schema.COLUMNS WHERE TABLE_SCHEMA = 'jol' AND TABLE_NAME <> "
        "'solution_case'";
    if (!open_fixture(&f, SITE_MYISAM, 5000))
        return;
    CHECK_INT(&f, -1, "DROP TABLE solution_case");
    CHECK_INT(&f, -1, "SET SESSION group_concat_max_len = 100000");
    (void)store_site_text(&f.site, before, sizeof before, "%s", shape);
    int64_t id = add(&f, 1000, "u");
    CHECK_CALL(&f, 0, store_check(f.store, &f.e)); /* without it, cases are not kept */
    CHECK_CALL(&f, 1, claim(&f, id, A, ""));
    CHECK_CALL(&f, 1, save(&f, id, A, 4));
    CHECK_CALL(&f, -1, store_init(f.store, true, note, sizeof note, &f.e));
    CHECK_SAYS(&f, "CREATE");
    CHECK_INT(&f, -1, "GRANT CREATE ON jol.* TO judge@localhost");
    kill_connections(&f.site);
    CHECK_CALL(&f, 0, store_init(f.store, true, note, sizeof note, &f.e));
    CU_ASSERT_STRING_EQUAL(note, "jol: made the table solution_case");
    id = add(&f, 1000, "u");
    CHECK_CALL(&f, 1, claim(&f, id, A, ""));
    CHECK_CALL(&f, 1, save(&f, id, A, 4));
    CHECK_INT(&f, 2, "SELECT COUNT(*) FROM solution_case WHERE solution_id = %lld", (long long)id);
    (void)store_site_text(&f.site, after, sizeof after, "%s", shape);
    UNIT_CHECK(before[0] != '\0' && strcmp(before, after) == 0, "HUSTOJ's tables were altered");
    close_fixture(&f);
}

/* A source that the site's column cannot hold is not put in: the server would cut it, and the rest would be judged. */
static void submits(void)
{
    struct fixture f;
    if (!open_fixture(&f, SITE_MYISAM, 5000))
        return;
    char *source = malloc(65536);
    CU_ASSERT_PTR_NOT_NULL_FATAL(source);
    memset(source, '/', 65536);
    struct store_submission submission = {.problem_id = 1000, .language = 1, .user = "u", .source = source};
    submission.source_bytes = 65536;
    CHECK_INT(&f, -1, "ALTER TABLE source_code MODIFY source TEXT NOT NULL");
    kill_connections(&f.site);
    CHECK_CALL(&f, -1, (int)store_submit(f.store, &submission, &f.e));
    CHECK_SAYS(&f, "65536 bytes");
    CHECK_SAYS(&f, "holds 65535");
    CHECK_INT(&f, 0, "SELECT COUNT(*) FROM solution");
    submission.source_bytes = 65535;
    int64_t id = store_submit(f.store, &submission, &f.e);
    UNIT_CHECK(id > 0, "%s", f.e.text);
    CHECK_INT(&f, 65535, "SELECT LENGTH(source) FROM source_code WHERE solution_id = %lld", (long long)id);
    /* What judging needs is not enough for it, and judgectl db check asks for no more. */
    CHECK_INT(&f, -1, "REVOKE INSERT ON jol.solution FROM judge@localhost");
    CHECK_CALL(&f, 0, store_check(f.store, &f.e));
    CHECK_CALL(&f, -1, (int)store_submit(f.store, &submission, &f.e));
    CHECK_SAYS(&f, "GRANT INSERT ON jol.solution");
    free(source);
    close_fixture(&f);
}

static void older_tables(void)
{
    struct fixture f;
    struct store_status status;
    struct store_submission rows[4];
    if (!open_fixture(&f, SITE_MYISAM, 5000))
        return;
    static const char *const alters[] = {
        "DROP TRIGGER firstAC",
        "ALTER TABLE solution DROP pass_rate, DROP nick, DROP judgetime, DROP first_time",
        "ALTER TABLE contest DROP contest_type",
        "ALTER TABLE contest_problem DROP c_accepted, DROP c_submit",
        "ALTER TABLE problem MODIFY time_limit INT NOT NULL DEFAULT 0",
        "DROP TABLE solution_case",
        "DROP TABLE source_code_user",
        "DROP TABLE custominput",
        "INSERT INTO problem (problem_id, time_limit, memory_limit) VALUES (1000, 2, 64)",
    };
    for (size_t i = 0; i < sizeof alters / sizeof *alters; i++)
        CHECK_INT(&f, -1, "%s", alters[i]);
    int64_t id = store_site_add(&f.site, &(struct store_site_row){.problem = 1000, .user = "u", .contest = 1});
    CHECK_INT(&f, -1, "UPDATE solution SET in_date = 0 WHERE solution_id = %lld", (long long)id);
    f.e.text[0] = '\0';
    CHECK_CALL(&f, 0, store_check(f.store, &f.e));
    CU_ASSERT_STRING_EQUAL(f.e.text, ""); /* what may be missing is no error: judgectl status would show it */
    CHECK_CALL(&f, 1, store_waiting(f.store, 0, rows, 4, &f.e));
    CHECK_CALL(&f, 1, store_claim(f.store, id, A, "", &rows[0], &f.e));
    CU_ASSERT_EQUAL(rows[0].time_ms, 2000);
    CU_ASSERT_FALSE(rows[0].contest_running);
    store_submission_fini(&rows[0]);
    CHECK_CALL(&f, 1, store_held(f.store, 0, &status, 1, &f.e));
    CU_ASSERT_EQUAL(status.age_s, -1); /* a date of zero */
    CHECK_CALL(&f, 1, store_running(f.store, id, A, &f.e));
    CHECK_CALL(&f, 1, save(&f, id, A, 4));
    CHECK_INT(&f, 1, "SELECT accepted FROM problem WHERE problem_id = 1000");
    CHECK_CALL(&f, 1, store_status(f.store, id, true, &status, &f.e));
    CU_ASSERT_EQUAL(status.pass_rate, -1);
    store_status_fini(&status);
    CHECK_INT(&f, -1, "ALTER TABLE solution DROP judger");
    kill_connections(&f.site);
    CHECK_CALL(&f, -1, store_check(f.store, &f.e));
    CHECK_SAYS(&f, "ALTER TABLE solution ADD judger CHAR(16)");
    CHECK_CALL(&f, -1, store_waiting(f.store, 0, rows, 4, &f.e));
    close_fixture(&f);
}

/* An administrator alters tables while the store is open. */
static void tables_that_change(void)
{
    struct fixture f;
    if (!open_fixture(&f, SITE_MYISAM, 5000))
        return;
    int64_t first = add(&f, 1000, "u"), second = add(&f, 1000, "u");
    CHECK_CALL(&f, 1, claim(&f, first, A, ""));
    CHECK_CALL(&f, 1, save(&f, first, A, 4));
    CHECK_CALL(&f, 1, claim(&f, second, A, ""));
    CHECK_INT(&f, -1, "DROP TABLE solution_case");
    CHECK_INT(&f, -1, "DROP TRIGGER firstAC");
    CHECK_INT(&f, -1, "ALTER TABLE solution DROP pass_rate");
    CHECK_CALL(&f, 1, save(&f, second, A, 4));
    CHECK_CALL(&f, 1, save(&f, first, A, 4));
    CU_ASSERT_EQUAL(result_of(&f, second), 4);
    CHECK_INT(&f, -1, "DROP TABLE source_code");
    CHECK_CALL(&f, -1, store_check(f.store, &f.e));
    CHECK_SAYS(&f, "source_code");
    close_fixture(&f);
}

/* What a worker starts must not inherit the site's database. */
static void closes_on_exec(void)
{
    struct fixture f;
    int before[64], seen = 0;
    if (!open_fixture(&f, SITE_INNODB, 5000))
        return;
    for (int fd = 0; fd < 64; fd++)
        before[fd] = fcntl(fd, F_GETFD) >= 0;
    CHECK_CALL(&f, 0, store_check(f.store, &f.e));
    for (int fd = 0; fd < 64; fd++) {
        int flags = fcntl(fd, F_GETFD);
        if (flags < 0 || before[fd])
            continue;
        seen++;
        UNIT_CHECK((flags & FD_CLOEXEC) != 0, "descriptor %d", fd);
    }
    CU_ASSERT_EQUAL(seen, 1);
    close_fixture(&f);
}

/* What the web put in through a connection that asked for no conversion is what is judged. */
static void sources_as_bytes(void)
{
    struct fixture f;
    struct store_submission s;
    char hex[64];
    if (!open_fixture(&f, SITE_MYISAM, 5000))
        return;
    CHECK_INT(&f, -1, "ALTER TABLE source_code MODIFY source TEXT CHARACTER SET latin1 NOT NULL");
    int64_t id = add(&f, 1000, "u");
    CHECK_INT(&f, -1,
              "UPDATE source_code SET source = CAST(x'22E4BDA0D6D022' AS CHAR CHARACTER SET latin1) WHERE "
              "solution_id = %lld",
              (long long)id);
    (void)store_site_text(&f.site, hex, sizeof hex, "SELECT HEX(source) FROM source_code WHERE solution_id = %lld",
                          (long long)id);
    CU_ASSERT_STRING_EQUAL(hex, "22E4BDA0D6D022");
    CHECK_CALL(&f, 1, store_claim(f.store, id, A, "", &s, &f.e));
    UNIT_CHECK(s.source != NULL && s.source_bytes == 7 && memcmp(s.source, "\"\xe4\xbd\xa0\xd6\xd0\"", 7) == 0,
               "%zu bytes", s.source_bytes);
    store_submission_fini(&s);
    close_fixture(&f);
}

/* A page sets a row to 1 and leaves the name of the judging before, by which an old-style judge's claim would look like ours. */
static void page_rejudges(void)
{
    struct fixture f;
    struct store_submission rows[4];
    if (!open_fixture(&f, SITE_MYISAM, 5000))
        return;
    int64_t id = add(&f, 1000, "u"), held = add(&f, 1000, "u");
    CHECK_CALL(&f, 1, claim(&f, id, A, ""));
    CHECK_CALL(&f, 1, save(&f, id, A, 6));
    CHECK_CALL(&f, 1, claim(&f, held, B, ""));
    CHECK_INT(&f, -1, "UPDATE solution SET result = 1, pass_rate = 0 WHERE solution_id = %lld", (long long)id);
    CHECK_CALL(&f, 1, store_waiting(f.store, 0, rows, 4, &f.e));
    CHECK_INT(&f, 1, "SELECT judger = 'LOCAL' AND result = 1 FROM solution WHERE solution_id = %lld", (long long)id);
    CHECK_INT(&f, 1, "SELECT judger = '" B "' AND result = 2 FROM solution WHERE solution_id = %lld", (long long)held);
    CHECK_CALL(&f, 1, claim(&f, id, B, A));
    CHECK_CALL(&f, 1, save(&f, id, B, 4));
    close_fixture(&f);
}

static int64_t rows_read(struct fixture *f)
{
    return store_site_number(&f->site, "SELECT COALESCE(SUM(ROWS_READ), 0) FROM information_schema.TABLE_STATISTICS "
                                       "WHERE TABLE_SCHEMA = 'jol' AND TABLE_NAME = 'solution'");
}

/* The lists must not walk through the table, and a count not through every AC of the site. */
static void uses_indexes(enum store_site_kind kind)
{
    struct fixture f;
    struct store_submission rows[8];
    struct store_status held[8];
    if (!open_fixture(&f, kind, 5000))
        return;
    for (int i = 0; i < 13; i++)
        CHECK_INT(&f, -1, "INSERT INTO solution (problem_id, user_id, ip, result, in_date) %s",
                  i == 0 ? "VALUES (2000, 'v', '', 4, NOW())"
                         : "SELECT problem_id + 1, 'v', '', 4, NOW() FROM solution");
    int64_t id = add(&f, 1000, "u"), other = add(&f, 1000, "u");
    CHECK_INT(&f, -1, "UPDATE solution SET result = 1, judger = 'n1:aaaaaaaa' WHERE solution_id = %lld",
              (long long)other);
    CHECK_CALL(&f, 0, store_check(f.store, &f.e));
    CHECK_INT(&f, -1, "ANALYZE TABLE solution");
    CHECK_INT(&f, -1, "SET GLOBAL userstat = 1");
    kill_connections(&f.site); /* a session keeps what it began with */
    CHECK_CALL(&f, 0, store_check(f.store, &f.e));
    int64_t before = rows_read(&f);
    CHECK_CALL(&f, 2, store_waiting(f.store, 0, rows, 8, &f.e));
    CHECK_CALL(&f, 0, store_held(f.store, 0, held, 8, &f.e));
    CHECK_CALL(&f, 2, store_last(f.store, held, 2, &f.e));
    kill_connections(&f.site); /* what it read is summed up when it ends */
    CHECK_CALL(&f, 0, store_check(f.store, &f.e));
    int64_t lists = rows_read(&f) - before;
    UNIT_CHECK(lists > 0 && lists < 50, "%lld rows read by the lists", (long long)lists);
    CHECK_CALL(&f, 1, claim(&f, id, A, ""));
    CHECK_CALL(&f, 1, save(&f, id, A, 4));
    CHECK_CALL(&f, 1, claim(&f, other, A, ""));
    CHECK_CALL(&f, 1, save(&f, other, A, 4));
    kill_connections(&f.site);
    CHECK_CALL(&f, 0, store_check(f.store, &f.e));
    int64_t saves = rows_read(&f) - before - lists;
    /* The old site's own trigger may look at more. */
    UNIT_CHECK(saves > 0 && (kind == SITE_MYISAM || saves < 100), "%lld rows read by two verdicts", (long long)saves);
    CHECK_INT(&f, -1, "SET GLOBAL userstat = 0");
    close_fixture(&f);
}

static void uses_indexes_innodb(void)
{
    uses_indexes(SITE_INNODB);
}

static void uses_indexes_myisam(void)
{
    uses_indexes(SITE_MYISAM);
}

/* ---- the texts of statements */

static bool has_word(const void *context, const char *word, size_t length)
{
    return strlen(context) == length && memcmp(context, word, length) == 0;
}

static void statement_texts(void)
{
    static const struct {
        struct sql_statement statement;
        const char *text;
        const char *places;
    } rows[] = {
        {{"SELECT ?2, ?1 WHERE ?2", NULL, 0, 0, 0}, "SELECT ?, ? WHERE ?", "101"},
        {{"A{yes| B ?3}{no| C ?1}{!no| D}{!yes| E} F", NULL, 0, 0, 0}, "A B ? D F", "2"},
        {{"{yes|{no|X}{yes|Y?1}}", NULL, 0, 0, 0}, "Y?", "0"},
        {{"?1 [, |(?2, ?3, ?1)] ?1", NULL, 3, 2, 2}, "? (?, ?, ?), (?, ?, ?), (?, ?, ?) ?", "01203405600"},
        {{"{yes|open", NULL, 0, 0, 0}, NULL, NULL},
        {{"{yes}", NULL, 0, 0, 0}, NULL, NULL},
        {{"?", NULL, 0, 0, 0}, NULL, NULL},
        {{"?0", NULL, 0, 0, 0}, NULL, NULL},
        {{"[,|?1]", NULL, 600, 1, 1}, NULL, NULL},
    };
    static struct sql_ready ready;
    struct err e;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        int made = sql_text_ready(&rows[i].statement, has_word, "yes", &ready, &e);
        if (!UNIT_CHECK(made == (rows[i].text == NULL ? -1 : 0), "row %zu: %d", i, made) || made != 0)
            continue;
        UNIT_CHECK(strcmp(ready.text, rows[i].text) == 0, "row %zu: %s", i, ready.text);
        UNIT_CHECK(ready.places == strlen(rows[i].places), "row %zu: %zu places", i, ready.places);
        for (size_t k = 0; k < ready.places && rows[i].places[k] != '\0'; k++)
            UNIT_CHECK(ready.value[k] == rows[i].places[k] - '0', "row %zu place %zu: %d", i, k, ready.value[k]);
    }
}

/* A word that nothing knows would silently leave its part out. */
static void statement_words(void)
{
    static const char *const known[] = {
#define FEATURE(word, table, column) #word,
        STORE_MYSQL_FEATURES(FEATURE)
#undef FEATURE
            "raw_source",
        "raw_input"};
    int seen = 0;
    for (size_t i = 0; i < SQL_STATEMENTS; i++) {
        const char *at = store_mysql_statements[i].text;
        if (!UNIT_CHECK(at != NULL, "statement %zu has no text", i))
            continue;
        while ((at = strchr(at, '{')) != NULL) {
            at += at[1] == '!' ? 2 : 1;
            size_t length = strcspn(at, "|");
            bool found = false;
            for (size_t k = 0; k < sizeof known / sizeof *known; k++)
                found = found || (strlen(known[k]) == length && memcmp(known[k], at, length) == 0);
            UNIT_CHECK(found, "statement %zu: %.20s", i, at);
            seen++;
        }
    }
    UNIT_CHECK(seen > 20, "%d", seen);
}

static const struct unit_test tests[] = {
    {"statement_words", statement_words},
    {"statement_texts", statement_texts},
    {"killed_before_innodb", killed_before_innodb},
    {"killed_before_myisam", killed_before_myisam},
    {"killed_while_waiting", killed_while_waiting},
    {"killed_when_done_innodb", killed_when_done_innodb},
    {"killed_when_done_myisam", killed_when_done_myisam},
    {"judges_and_faults_innodb", judges_and_faults_innodb},
    {"judges_and_faults_myisam", judges_and_faults_myisam},
    {"read_only", read_only},
    {"wrong_settings", wrong_settings},
    {"other_server", other_server},
    {"each_right", each_right},
    {"counters_without_right", counters_without_right},
    {"counters_too_slow", counters_too_slow},
    {"makes_tables", makes_tables},
    {"makes_only_ours", makes_only_ours},
    {"submits", submits},
    {"older_tables", older_tables},
    {"tables_that_change", tables_that_change},
    {"closes_on_exec", closes_on_exec},
    {"sources_as_bytes", sources_as_bytes},
    {"page_rejudges", page_rejudges},
    {"uses_indexes_innodb", uses_indexes_innodb},
    {"uses_indexes_myisam", uses_indexes_myisam},
    {"crashed_table", crashed_table},
    {"server_paused", server_paused},
    {"server_killed_within", server_killed_within},
    {"server_killed", server_killed},
};

UNIT_MAIN("store_mysql", tests)
