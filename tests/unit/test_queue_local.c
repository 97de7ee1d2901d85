/*
 * test_queue_local.c - a queue in a file beyond the contract: two users, a reboot, a file that is gone or damaged; and the pair:
 * what happens to jobs of Redis while it is gone, and to those of the file when it is back.
 */
#include "queue/queue.h"

#include <fcntl.h>
#include <grp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "common/clock.h"
#include "common/db_sqlite.h"
#include "common/file.h"
#include "common/str.h"
#include "queue/queue_backend.h"
#include "tests/sandbox/lib/queue_bed.h"
#include "tests/unit/unit.h"

#include "common/banned.h"

#define GOOD(call) UNIT_CHECK((call) == 1, "%s: %s", #call, bed->e.text)
#define SAYS(word) UNIT_CHECK(strstr(bed->e.text, word) != NULL, "no '%s' in: %s", word, bed->e.text)

enum { NOBODY = 65534 };

static struct bed *start(enum bed_kind kind)
{
    static struct bed bed;
    int made = bed_init(&bed, kind);
    if (made == 0)
        unit_skip("no redis-server here");
    UNIT_CHECK(made >= 0, "%s", bed.e.text);
    return made == 1 ? &bed : NULL;
}

static void reopen(struct bed *bed)
{
    queue_close(bed->queue);
    bed->queue = bed_queue(bed, "n1");
    CU_ASSERT_PTR_NOT_NULL_FATAL(bed->queue);
}

static void add(struct bed *bed, const char *id)
{
    UNIT_CHECK(bed_add(bed, id, QUEUE_LANE_PRACTICE, 0, "a") == 1, "add %s: %s", id, bed->e.text);
}

static void next_is(struct bed *bed, const char *id, int source)
{
    struct queue_job job;
    int taken = bed_take(bed, 0, &job);
    UNIT_CHECK(taken == 1 && strcmp(job.id, id) == 0 && job.source == source, "took %d '%s' of %d: %s", taken, job.id,
               job.source, bed->e.text);
    if (taken == 1)
        GOOD(queue_ack(bed->queue, &job, &bed->e));
}

static struct queue_lease lease_of(const struct queue_job *job)
{
    struct queue_lease lease = {.source = job->source};
    memcpy(lease.id, job->id, sizeof lease.id);
    memcpy(lease.token, job->token, sizeof lease.token);
    return lease;
}

static void pause_ms(long ms)
{
    const struct timespec pause = {.tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000};
    (void)nanosleep(&pause, NULL); /* each use says why */
}

static void file_of(const struct bed *bed, char *path, size_t size, const char *end)
{
    UNIT_CHECK(str_format(path, size, "%s/queue.db%s", bed->settings.home, end) == 0, "%s", bed->settings.home);
}

static void file_does(const struct bed *bed, const char *sql)
{
    char path[PATH_MAX];
    struct err e = {""};
    const struct db_options options = {.busy_ms = 0};
    file_of(bed, path, sizeof path, "");
    struct db *db = db_open(path, &options, &e);
    UNIT_CHECK(db != NULL && db_script(db, sql, &e) == 0, "%s", e.text);
    db_close(db);
}

/* ---- the file */

static void test_reboot(void)
{
    struct bed *bed = start(BED_SQLITE);
    struct queue_job job;
    if (bed == NULL)
        return;
    add(bed, "1");
    add(bed, "2");
    GOOD(bed_take(bed, 0, &job));
    CU_ASSERT_EQUAL(queue_recover_expired(bed->queue, &bed->e), 0);
    file_does(bed, "UPDATE queue_job SET boot = 'the boot before' WHERE id = '1'");
    CU_ASSERT_EQUAL(queue_recover_expired(bed->queue, &bed->e), 1);
    next_is(bed, "1", 0);
    next_is(bed, "2", 0);
    bed_fini(bed);
}

static void test_removed(void)
{
    static const char *const ends[] = {"", "-wal", "-shm", ".wake"};
    char path[PATH_MAX];
    struct bed *bed = start(BED_SQLITE);
    struct queue_job job;
    if (bed == NULL)
        return;
    add(bed, "1");
    add(bed, "2");
    GOOD(bed_take(bed, 0, &job));
    CU_ASSERT_EQUAL(bed_take(bed, 1, &job), 1); /* and it watches */
    struct queue_lease lease = lease_of(&job);
    CU_ASSERT_EQUAL(queue_renew(bed->queue, &lease, 1, &bed->e), 0);
    for (size_t i = 0; i < sizeof ends / sizeof ends[0]; i++) {
        file_of(bed, path, sizeof path, ends[i]);
        CU_ASSERT_EQUAL(unlink(path), 0);
    }
    CU_ASSERT_EQUAL(queue_renew(bed->queue, &lease, 1, &bed->e), 0);
    CU_ASSERT_TRUE(lease.kept);
    CU_ASSERT_EQUAL(bed_add(bed, "2", QUEUE_LANE_PRACTICE, 0, "a"), 0);
    GOOD(queue_ack(bed->queue, &job, &bed->e));
    (void)fflush(NULL); /* the child prints nothing */
    pid_t pid = fork();
    if (pid == 0) {
        pause_ms(100); /* the other shall be waiting by then; if not, the test still holds */
        bed->queue = bed_queue(bed, "n2");
        _exit(bed_add(bed, "3", QUEUE_LANE_PRACTICE, 0, "a") == 1 ? 0 : 1);
    }
    int64_t start_us = clock_now_us();
    GOOD(bed_take(bed, 20000, &job));
    UNIT_CHECK(clock_now_us() - start_us < 15000000, "%lld us", (long long)(clock_now_us() - start_us));
    CU_ASSERT_STRING_EQUAL(job.id, "3");
    CU_ASSERT_EQUAL(waitpid(pid, NULL, 0), pid);
    bed_fini(bed);
}

static void test_damaged(void)
{
    char path[PATH_MAX];
    static const char text[4096] = "no database";
    struct bed *bed = start(BED_SQLITE);
    if (bed == NULL)
        return;
    queue_close(bed->queue);
    file_of(bed, path, sizeof path, "");
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    CU_ASSERT_EQUAL(file_write_all(fd, text, sizeof text), 0);
    file_close(&fd);
    bed->queue = bed_queue(bed, "n1");
    CU_ASSERT_EQUAL(bed_add(bed, "1", QUEUE_LANE_PRACTICE, 0, "a"), -1);
    SAYS(path);
    CU_ASSERT_EQUAL(queue_check(bed->queue, &bed->e), -1);
    SAYS("no file of SQLite");
    bed_fini(bed);
}

/* In a process of its own, as nobody: adds, takes and ends, or wakes root. */
static void as_nobody(struct bed *bed, int (*step)(struct bed *bed))
{
    (void)fflush(NULL); /* the child prints only what fails */
    pid_t pid = fork();
    if (pid == 0) {
        if (setgroups(0, NULL) != 0 || setgid(NOBODY) != 0 || setuid(NOBODY) != 0)
            _exit(2);
        bed->queue = bed_queue(bed, "n2");
        int result = bed->queue == NULL ? -1 : step(bed);
        if (result != 0)
            fprintf(stderr, "# as nobody: %s\n", bed->e.text);
        queue_close(bed->queue);
        _exit(result == 0 ? 0 : 1);
    }
    int status = -1;
    CU_ASSERT_EQUAL(waitpid(pid, &status, 0), pid);
    CU_ASSERT_EQUAL(status, 0);
}

static int step_all(struct bed *bed)
{
    struct queue_job job;
    if (bed_take(bed, 1000, &job) != 1 || queue_give_back(bed->queue, &job, true, "x", &bed->e) != 1 ||
        bed_take(bed, 0, &job) != 1 || queue_ack(bed->queue, &job, &bed->e) != 1 ||
        bed_add(bed, "of nobody", QUEUE_LANE_PRACTICE, 0, "a") != -1)
        return -1;
    return bed_add(bed, "nobodys", QUEUE_LANE_PRACTICE, 0, "a") == 1 ? 0 : -1;
}

/* NULL where the test is skipped. */
static struct bed *start_as_root(void)
{
    if (geteuid() == 0)
        return start(BED_SQLITE);
    unit_skip("needs root");
    return NULL;
}

/* Opens it again with an agent's user. */
static void share_with_nobody(struct bed *bed)
{
    (void)str_copy(bed->settings.node_user, sizeof bed->settings.node_user, "nobody"); /* it fits */
    CU_ASSERT_EQUAL(chmod(bed->settings.home, 0755), 0);
    reopen(bed);
}

/* The agent's user and root, in a folder that only root may write in; the agent may even be the last one to close. */
static void test_two_users(void)
{
    struct bed *bed = start_as_root();
    if (bed == NULL)
        return;
    const mode_t old = umask(0077);
    share_with_nobody(bed);
    add(bed, "1");
    as_nobody(bed, step_all);
    next_is(bed, "nobodys", 0);
    add(bed, "2");
    queue_close(bed->queue);
    as_nobody(bed, step_all);
    bed->queue = bed_queue(bed, "n1");
    next_is(bed, "nobodys", 0);
    (void)umask(old);
    bed_fini(bed);
}

/* Before root has made the file, another user's calls fail. */
static int step_early(struct bed *bed)
{
    bool failed = bed_add(bed, "1", QUEUE_LANE_PRACTICE, 0, "a") == -1;
    return failed && strstr(bed->e.text, "queue.db") != NULL ? 0 : -1;
}

static void test_too_early(void)
{
    struct bed *bed = start_as_root();
    if (bed == NULL)
        return;
    CU_ASSERT_EQUAL(chmod(bed->settings.home, 0755), 0);
    as_nobody(bed, step_early);
    bed_fini(bed);
}

static int step_add(struct bed *bed)
{
    return bed_add(bed, "1", QUEUE_LANE_PRACTICE, 0, "a") == 1 ? 0 : -1;
}

/* A worker has made the file a moment ago, and is about to make what wakes its takers: the agent waits for that. */
static void test_half_made(void)
{
    char path[PATH_MAX];
    struct bed *bed = start_as_root();
    if (bed == NULL)
        return;
    share_with_nobody(bed);
    add(bed, "0");                                                               /* makes all */
    (void)str_format(path, sizeof path, "%s/queue.db.wake", bed->settings.home); /* it fits */
    UNIT_CHECK(unlink(path) == 0, "%s is not there", path);
    (void)fflush(NULL); /* the child prints only what fails */
    pid_t maker = fork();
    if (maker == 0) {
        const struct timespec moment = {.tv_nsec = 200000000};
        (void)nanosleep(&moment, NULL);
        _exit(db_make_file(path, "nobody", &bed->e) == 0 ? 0 : 1);
    }
    as_nobody(bed, step_add);
    int status = -1;
    CU_ASSERT(waitpid(maker, &status, 0) == maker && status == 0);
    bed_fini(bed);
}

/* ---- which queue the settings ask for */

static void opens(struct bed *bed, const char *name, const char *file)
{
    char path[PATH_MAX + 32];
    struct queue *queue = queue_open(&bed->settings, "n1", &bed->e);
    if (!UNIT_CHECK(queue != NULL, "%s", bed->e.text))
        return;
    CU_ASSERT_STRING_EQUAL(queue->backend->name, name);
    queue_close(queue);
    static const char *const ends[] = {"", "-wal", "-shm", ".wake"};
    for (size_t i = 0; i < sizeof ends / sizeof ends[0]; i++) {
        (void)str_format(path, sizeof path, "%s/%s%s", bed->settings.home, file, ends[i]); /* it fits */
        UNIT_CHECK(unlink(path) == 0, "%s is not there", path);
    }
}

static void test_which(void)
{
    char path[PATH_MAX + 16];
    struct bed *bed = start(BED_SQLITE);
    if (bed == NULL)
        return;
    bed->settings.redis_socket[0] = '\0';
    opens(bed, "sqlite", "judge.db");
    (void)str_copy(bed->settings.database_host, sizeof bed->settings.database_host, "db"); /* they fit */
    (void)str_format(path, sizeof path, "%s/run", bed->settings.home);
    if (geteuid() == 0) {
        CU_ASSERT_PTR_NULL(queue_open(&bed->settings, "n1", &bed->e)); /* no folder run */
        SAYS("/run/queue.db");
    }
    CU_ASSERT_EQUAL(mkdir(path, 0755), 0);
    opens(bed, "sqlite", "run/queue.db");
    (void)str_copy(bed->settings.redis_socket, sizeof bed->settings.redis_socket, "/nowhere/redis"); /* it fits */
    opens(bed, "redis and file", "run/queue.db");
    CU_ASSERT_PTR_NULL(queue_open(&bed->settings, "a b", &bed->e));
    SAYS("no name of a node");
    CU_ASSERT_PTR_NULL(queue_open(&bed->settings, "eight888", &bed->e));
    CU_ASSERT_EQUAL(rmdir(path), 0);
    bed_fini(bed);
}

/* ---- the pair */

/* Which of the two the pair works with shows in where a job comes from. */
static bool works_with(struct bed *bed, int source)
{
    const int language = 77;
    struct queue_job job;
    bool right = bed_add(bed, "probe", QUEUE_LANE_EXAM, language, "") == 1 &&
                 queue_take(bed->queue, "n1/0", &language, 1, 0, -1, &job, &bed->e) == 1 && job.source == source;
    (void)queue_ack(bed->queue, &job, &bed->e); /* the next look tells */
    return right;
}

/* Redis is there again, with what it saved; the pair looks once a second. */
static void come_back(struct bed *bed)
{
    UNIT_CHECK(redis_server_start(&bed->server, NULL, &bed->e) == 0, "%s", bed->e.text);
    for (int i = 0; i < 500; i++) {
        if (works_with(bed, 0))
            return;
        pause_ms(20); /* see above */
    }
    UNIT_CHECK(0, "redis is not seen again");
}

/* A pair that takes to its file at the first call that fails. */
static struct bed *start_pair(void)
{
    struct bed *bed = start(BED_PAIR);
    if (bed != NULL) {
        bed->settings.redis_gone_ms = 0;
        reopen(bed);
        CU_ASSERT_TRUE(works_with(bed, 0));
    }
    return bed;
}

static void server_does(struct bed *bed, const char *command)
{
    char answer[256];
    struct err e = {""};
    UNIT_CHECK(redis_server_command(&bed->server, command, answer, sizeof answer, &e) == 0, "%s", e.text);
}

static void test_pair_there_and_back(void)
{
    struct bed *bed = start_pair();
    const int64_t ids[] = {1, 2, 3, 4};
    enum queue_state states[4];
    struct queue_stats stats;
    if (bed == NULL)
        return;
    add(bed, "1");
    server_does(bed, "SAVE");
    redis_server_kill(&bed->server);
    add(bed, "2");
    add(bed, "3");
    next_is(bed, "2", 1);
    CU_ASSERT_EQUAL(queue_states(bed->queue, ids, 4, states, &bed->e), 0);
    CU_ASSERT_EQUAL(states[0], QUEUE_UNKNOWN);
    CU_ASSERT_EQUAL(states[2], QUEUE_WAITING);
    come_back(bed);
    CU_ASSERT_EQUAL(bed_add(bed, "3", QUEUE_LANE_PRACTICE, 0, "a"), 0); /* it waits in the file */
    CU_ASSERT_EQUAL(bed_add(bed, "4", QUEUE_LANE_EXAM, 0, "a"), 1);
    CU_ASSERT_EQUAL(queue_states(bed->queue, ids, 4, states, &bed->e), 0);
    CU_ASSERT_TRUE(states[0] == QUEUE_WAITING && states[1] == QUEUE_UNKNOWN && states[2] == QUEUE_WAITING &&
                   states[3] == QUEUE_WAITING);
    CU_ASSERT_EQUAL(queue_stats(bed->queue, &stats, &bed->e), 0);
    CU_ASSERT_EQUAL(stats.waiting[QUEUE_LANE_PRACTICE], 2);
    CU_ASSERT_EQUAL(stats.waiting[QUEUE_LANE_EXAM], 1);
    next_is(bed, "3", 1); /* first what is in the file */
    next_is(bed, "4", 0);
    next_is(bed, "1", 0);
    bed_fini(bed);
}

/* Jobs of Redis that are held while it goes: kept from being put in again, ended, given back, lost. */
static void test_pair_held(void)
{
    static const char *const names[] = {"1", "2", "3", "4"};
    struct bed *bed = start_pair();
    struct queue_job jobs[4], job;
    struct queue_lease leases[5];
    if (bed == NULL)
        return;
    for (int i = 0; i < 4; i++) {
        add(bed, names[i]);
        GOOD(bed_take(bed, 0, &jobs[i]));
        leases[i] = lease_of(&jobs[i]);
    }
    redis_server_kill(&bed->server);
    add(bed, "5");
    GOOD(bed_take(bed, 0, &job));
    CU_ASSERT_EQUAL(job.source, 1);
    leases[4] = lease_of(&job);
    for (int round = 0; round < 2; round++) {
        CU_ASSERT_EQUAL(queue_renew(bed->queue, leases, 5, &bed->e), 0);
        for (int i = 0; i < 5; i++)
            CU_ASSERT_TRUE(leases[i].kept);
    }
    for (int i = 0; i < 4; i++) {
        CU_ASSERT_EQUAL(bed_state(bed, names[i]), QUEUE_HELD);
        CU_ASSERT_EQUAL(bed_add(bed, names[i], QUEUE_LANE_PRACTICE, 0, "a"), 0);
    }
    GOOD(queue_ack(bed->queue, &job, &bed->e));
    GOOD(queue_ack(bed->queue, &jobs[0], &bed->e));
    CU_ASSERT_EQUAL(bed_state(bed, "1"), QUEUE_UNKNOWN);
    GOOD(queue_give_back(bed->queue, &jobs[1], true, "x", &bed->e));
    GOOD(bed_take(bed, 0, &job));
    UNIT_CHECK(strcmp(job.id, "2") == 0 && job.attempt == 2 && strcmp(job.previous, jobs[1].token) == 0, "%s %d %s",
               job.id, job.attempt, job.previous);
    GOOD(queue_recover_job(bed->queue, &leases[2], "dead", &bed->e));
    CU_ASSERT_EQUAL(bed_state(bed, "3"), QUEUE_WAITING); /* the sweep had put it in */
    /* Redis is back, empty: what is held there is made again, and its end is its end. */
    come_back(bed);
    CU_ASSERT_EQUAL(queue_renew(bed->queue, &leases[3], 1, &bed->e), 0);
    CU_ASSERT_TRUE(leases[3].kept);
    GOOD(queue_ack(bed->queue, &jobs[3], &bed->e));
    GOOD(queue_ack(bed->queue, &job, &bed->e));
    next_is(bed, "3", 1);
    bed_fini(bed);
}

/* Shorter than redis_gone_s: calls fail, and nothing goes to the file. */
static void test_pair_short_absence(void)
{
    struct bed *bed = start(BED_PAIR);
    struct queue_job job;
    if (bed == NULL)
        return;
    add(bed, "1");
    server_does(bed, "SAVE");
    redis_server_kill(&bed->server);
    CU_ASSERT_EQUAL(bed_add(bed, "2", QUEUE_LANE_PRACTICE, 0, "a"), -1);
    CU_ASSERT_EQUAL(bed_take(bed, 100, &job), -1);
    CU_ASSERT_EQUAL(queue_renew(bed->queue, NULL, 0, &bed->e), -1);
    SAYS(bed->server.socket);
    UNIT_CHECK(redis_server_start(&bed->server, NULL, &bed->e) == 0, "%s", bed->e.text);
    next_is(bed, "1", 0);
    bed_fini(bed);
}

/* A server that is silent costs a call its time-out only until it is known to be gone. */
static void test_pair_silent(void)
{
    enum { TIMEOUT_MS = 500, CALLS = 40 };
    struct bed *bed = start_pair();
    struct queue_job job;
    if (bed == NULL)
        return;
    bed->settings.redis_command_timeout_ms = TIMEOUT_MS;
    reopen(bed);
    CU_ASSERT_TRUE(works_with(bed, 0));
    CU_ASSERT_EQUAL(kill(bed->server.pid, SIGSTOP), 0);
    add(bed, "1");
    int64_t start_us = clock_now_us();
    for (int i = 0; i < CALLS; i++) {
        CU_ASSERT_TRUE(works_with(bed, 1));
        pause_ms(5); /* some time has to pass */
    }
    UNIT_CHECK(clock_now_us() - start_us < CALLS * TIMEOUT_MS * 1000 / 2, "%lld us",
               (long long)(clock_now_us() - start_us));
    CU_ASSERT_EQUAL(bed_take(bed, 1500, &job), 1);
    CU_ASSERT_EQUAL(kill(bed->server.pid, SIGCONT), 0);
    for (int i = 0; i < 500 && !works_with(bed, 0); i++)
        pause_ms(20); /* it looks once a second */
    CU_ASSERT_TRUE(works_with(bed, 0));
    bed_fini(bed);
}

/* A job that comes to the file wakes who waits there, and Redis coming back wakes him as well. */
static void test_pair_waits(void)
{
    struct bed *bed = start_pair();
    struct queue_job job;
    if (bed == NULL)
        return;
    redis_server_kill(&bed->server);
    CU_ASSERT_TRUE(works_with(bed, 1));
    (void)fflush(NULL); /* the child prints nothing */
    pid_t pid = fork();
    if (pid == 0) {
        struct redis_server server = bed->server;
        pause_ms(100); /* the other shall be waiting by then; if not, the test still holds */
        bed->queue = bed_queue(bed, "n2");
        if (bed_add(bed, "1", QUEUE_LANE_PRACTICE, 0, "a") != 1)
            _exit(1);
        pause_ms(100);
        bed->queue = NULL;
        if (redis_server_start(&server, NULL, &bed->e) != 0)
            _exit(2);
        bed->queue = bed_queue(bed, "n2");
        int added = bed_add(bed, "2", QUEUE_LANE_PRACTICE, 0, "a");
        pause_ms(3000); /* the server goes with its parent */
        _exit(added == 1 ? 0 : 3);
    }
    int64_t start_us = clock_now_us();
    GOOD(bed_take(bed, 20000, &job));
    UNIT_CHECK(strcmp(job.id, "1") == 0 && job.source == 1, "'%s' %d", job.id, job.source);
    GOOD(bed_take(bed, 20000, &job));
    UNIT_CHECK(strcmp(job.id, "2") == 0 && job.source == 0, "'%s' %d: %s", job.id, job.source, bed->e.text);
    UNIT_CHECK(clock_now_us() - start_us < 15000000, "%lld us", (long long)(clock_now_us() - start_us));
    int status = -1;
    CU_ASSERT_EQUAL(waitpid(pid, &status, 0), pid);
    CU_ASSERT_EQUAL(status, 0);
    bed_fini(bed);
}

/* Without its file it works with Redis alone. */
static void test_pair_damaged_file(void)
{
    char path[PATH_MAX];
    static const char text[4096] = "no database";
    struct bed *bed = start(BED_PAIR);
    struct queue_stats stats;
    if (bed == NULL)
        return;
    queue_close(bed->queue);
    file_of(bed, path, sizeof path, "");
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    CU_ASSERT_EQUAL(file_write_all(fd, text, sizeof text), 0);
    file_close(&fd);
    bed->queue = bed_queue(bed, "n1");
    const int64_t id = 1;
    enum queue_state state;
    add(bed, "1");
    CU_ASSERT_EQUAL(queue_states(bed->queue, &id, 1, &state, &bed->e), 0);
    CU_ASSERT_EQUAL(state, QUEUE_WAITING);
    next_is(bed, "1", 0);
    CU_ASSERT_EQUAL(queue_recover_expired(bed->queue, &bed->e), 0);
    CU_ASSERT_EQUAL(queue_stats(bed->queue, &stats, &bed->e), 0);
    CU_ASSERT_EQUAL(queue_check(bed->queue, &bed->e), -1);
    SAYS(path);
    bed_fini(bed);
}

/* Texts of the site's list that were in work when Redis went. */
static void test_pair_inbox(void)
{
    char texts[4][QUEUE_ID_SIZE];
    struct queue_entry entry = {.id = "1001"};
    struct bed *bed = start_pair();
    if (bed == NULL)
        return;
    server_does(bed, "LPUSH hustoj 1001");
    CU_ASSERT_EQUAL(queue_inbox_take(bed->queue, 0, -1, texts, 4, &bed->e), 1);
    server_does(bed, "SAVE");
    redis_server_kill(&bed->server);
    CU_ASSERT_EQUAL(queue_inbox_add(bed->queue, "1001", &entry, &bed->e), 1);
    CU_ASSERT_EQUAL(bed_state(bed, "1001"), QUEUE_WAITING);
    int64_t start_us = clock_now_us();
    CU_ASSERT_EQUAL(queue_inbox_take(bed->queue, 200, -1, texts, 4, &bed->e), 0);
    UNIT_CHECK(clock_now_us() - start_us >= 199000, "%lld us", (long long)(clock_now_us() - start_us));
    CU_ASSERT_EQUAL(queue_inbox_adopt(bed->queue, &bed->e), 0);
    UNIT_CHECK(redis_server_start(&bed->server, NULL, &bed->e) == 0, "%s", bed->e.text);
    int count = 0;
    for (int i = 0; i < 500 && count == 0; i++)
        count = queue_inbox_take(bed->queue, 100, -1, texts, 4, &bed->e);
    CU_ASSERT_EQUAL(count, 1);
    CU_ASSERT_EQUAL(queue_inbox_add(bed->queue, "1001", &entry, &bed->e), 0); /* it is in the file */
    CU_ASSERT_EQUAL(queue_inbox_take(bed->queue, 0, -1, texts, 4, &bed->e), 0);
    next_is(bed, "1001", 1);
    CU_ASSERT_EQUAL(bed_state(bed, "1001"), QUEUE_UNKNOWN);
    bed_fini(bed);
}

static const struct unit_test tests[] = {
    {"reboot", test_reboot},
    {"removed", test_removed},
    {"damaged", test_damaged},
    {"two_users", test_two_users},
    {"too_early", test_too_early},
    {"half_made", test_half_made},
    {"which", test_which},
    {"pair_there_and_back", test_pair_there_and_back},
    {"pair_held", test_pair_held},
    {"pair_short_absence", test_pair_short_absence},
    {"pair_silent", test_pair_silent},
    {"pair_waits", test_pair_waits},
    {"pair_damaged_file", test_pair_damaged_file},
    {"pair_inbox", test_pair_inbox},
};

UNIT_MAIN("queue_local", tests)
