/*
 * queue_bench.c - the queue alone: adds, takes and ends a second, from an idle taker to a job in its hands, and what an idle taker
 * costs; on a redis-server of its own and on a file.
 *
 * The baseline of a figure of Redis is the same number of PINGs over the same socket; that of the file as many transactions
 * of one write each. A measurement, no test: a goal that is missed is printed as OVER and is no failure; it exits 2 where
 * something could not be run at all.
 *
 *     queue_bench [--quick]
 */
#include "queue/queue.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "common/db_sqlite.h"
#include "common/file.h"
#include "tests/bench/bench.h"
#include "tests/sandbox/lib/queue_bed.h"

#include "common/banned.h"

enum { ROUNDS = 20, JOBS = 500, IDLE_ROUNDS = 60, USERS = 40, TAKERS = 2 };

struct bench {
    struct bed bed;
    bool quick;
    int over;
};

struct figures {
    double add_us[ROUNDS], take_us[ROUNDS], base_us[ROUNDS], ratio[ROUNDS];
};

/* ---- baselines */

/* JOBS round trips to the server, or JOBS transactions on a file beside the queue's. */
static int ping(const struct bench *bench, double *us, struct err *e)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    char answer[64];
    (void)str_copy(address.sun_path, sizeof address.sun_path, bench->bed.server.socket); /* it fits */
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    int result = fd < 0 || connect(fd, (const struct sockaddr *)&address, sizeof address) != 0;
    double start_us = bench_now_us();
    for (int i = 0; i < JOBS && result == 0; i++)
        result = write(fd, "PING\r\n", 6) != 6 || read(fd, answer, sizeof answer) <= 0;
    *us = (bench_now_us() - start_us) / JOBS;
    if (result != 0)
        (void)err_sys(e, errno, "PING");
    file_close(&fd);
    return result == 0 ? 0 : -1;
}

static int transact(const struct bench *bench, double *us, struct err *e)
{
    char path[PATH_MAX + 16];
    const struct db_options options = {.busy_ms = 0};
    (void)str_format(path, sizeof path, "%s/bare.db", bench->bed.settings.home); /* it fits */
    struct db *db = db_open(path, &options, e);
    int result = db == NULL ? -1 : db_script(db, "CREATE TABLE IF NOT EXISTS t(a INTEGER PRIMARY KEY, b)", e);
    double start_us = bench_now_us();
    for (int i = 0; i < JOBS && result == 0; i++) {
        struct db_statement *write = db_prepare(db, "INSERT OR REPLACE INTO t VALUES(?, 'x')", e);
        if (write == NULL || db_begin(db, e) != 0)
            result = -1;
        else {
            db_bind_int(write, 1, i);
            result = db_run(write, e) == 1 && db_commit(db, e) == 0 ? 0 : -1;
        }
    }
    *us = (bench_now_us() - start_us) / JOBS;
    db_close(db);
    return result;
}

/* ---- the queue */

static int add_some(struct bench *bench, int round, int lanes, double *us)
{
    char id[32], user[32];
    double start_us = bench_now_us();
    for (int i = 0; i < JOBS; i++) {
        (void)str_format(id, sizeof id, "%d", round * JOBS + i); /* they fit */
        (void)str_format(user, sizeof user, "user%d", i % USERS);
        if (bed_add(&bench->bed, id, (enum queue_lane)(i % lanes), i % 3, user) != 1)
            return -1;
    }
    *us = (bench_now_us() - start_us) / JOBS;
    return 0;
}

static int take_all(struct bench *bench, double *us)
{
    struct queue_job job;
    double start_us = bench_now_us();
    for (int i = 0; i < JOBS; i++) {
        if (bed_take(&bench->bed, 0, &job) != 1 || queue_ack(bench->bed.queue, &job, &bench->bed.e) != 1)
            return -1;
    }
    *us = (bench_now_us() - start_us) / JOBS;
    return 0;
}

/* In a process of its own: says that it is connected, and begins when go_fd ends. */
static void take_beside(struct bench *bench, int ready_fd, int go_fd)
{
    struct queue_job job;
    char byte = 'r';
    int taken = -1;
    bench->bed.queue = bed_queue(&bench->bed, "n3");
    if (bench->bed.queue != NULL && write(ready_fd, &byte, 1) == 1 && read(go_fd, &byte, 1) == 0) {
        while ((taken = bed_take(&bench->bed, 0, &job)) == 1) {
            if (queue_ack(bench->bed.queue, &job, &bench->bed.e) != 1)
                _exit(1);
        }
    }
    _exit(taken == 0 ? 0 : 1);
}

/* JOBS that are there, by TAKERS at once. */
static int take_together(struct bench *bench, double *us, struct err *e)
{
    int ready[2], go[2], status, result = 0;
    pid_t pids[TAKERS];
    char byte;
    if (pipe2(ready, O_CLOEXEC) != 0 || pipe2(go, O_CLOEXEC) != 0)
        return err_sys(e, errno, "make a pipe");
    for (int i = 0; i < TAKERS; i++) {
        pids[i] = fork();
        if (pids[i] == 0) {
            file_close(&go[1]);
            take_beside(bench, ready[1], go[0]);
        }
    }
    file_close(&ready[1]);
    for (int i = 0; i < TAKERS; i++)
        result |= read(ready[0], &byte, 1) != 1;
    double start_us = bench_now_us();
    file_close(&go[1]);
    for (int i = 0; i < TAKERS; i++)
        result |= waitpid(pids[i], &status, 0) != pids[i] || status != 0;
    *us = (bench_now_us() - start_us) / JOBS;
    file_close(&go[0]);
    file_close(&ready[0]);
    return result == 0 ? 0 : err_set(e, "a taker failed");
}

/* The median of what was measured, beside the time that it may take. */
static void print_beside(struct bench *bench, const char *what, double *us, size_t count, double most_us)
{
    double median_us = bench_median(us, count);
    struct bench_line line = {.what = what,
                              .unit = BENCH_US,
                              .ours = median_us,
                              .baseline = most_us,
                              .ratio = median_us / most_us,
                              .best = us[0] / most_us, /* bench_median has sorted them */
                              .goal = 1};
    bench->over += bench_print(&line);
}

static int measure_together(struct bench *bench, const char *name, struct err *e)
{
    static double each_us[ROUNDS];
    size_t rounds = bench->quick ? ROUNDS / 5 : ROUNDS;
    char what[64];
    double add_us;
    for (size_t i = 0; i < rounds; i++) {
        /* No rejudges: they are kept to a share of the takers. */
        if (add_some(bench, (int)i, QUEUE_LANES - 1, &add_us) != 0)
            return err_set(e, "%s: %s", name, bench->bed.e.text);
        if (take_together(bench, &each_us[i], e) != 0)
            return err_add(e, "%s", name);
    }
    (void)str_format(what, sizeof what, "%s: take and ack by %d / 200 us (5,000 a second)", name, TAKERS); /* it fits */
    print_beside(bench, what, each_us, rounds, 200);
    return 0;
}

static int measure_rate(struct bench *bench, const char *name, struct err *e)
{
    static struct figures figures; /* large for a stack */
    size_t rounds = bench->quick ? ROUNDS / 5 : ROUNDS;
    char what[64];
    bool redis = bench->bed.kind == BED_REDIS;
    for (size_t i = 0; i < rounds; i++) {
        if ((redis ? ping : transact)(bench, &figures.base_us[i], e) != 0)
            return -1;
        if (add_some(bench, (int)i, QUEUE_LANES, &figures.add_us[i]) != 0 || take_all(bench, &figures.take_us[i]) != 0)
            return err_set(e, "%s: %s", name, bench->bed.e.text);
        figures.ratio[i] = figures.add_us[i] / figures.base_us[i];
    }
    double base_us = bench_median(figures.base_us, rounds);
    (void)str_format(what, sizeof what, "%s: add / %s", name, redis ? "a PING" : "a transaction"); /* it fits */
    struct bench_line line = {.what = what,
                              .unit = BENCH_US,
                              .ours = bench_median(figures.add_us, rounds),
                              .baseline = base_us,
                              .ratio = bench_median(figures.ratio, rounds),
                              .best = -1};
    bench->over += bench_print(&line);
    (void)str_format(what, sizeof what, "%s: take and ack by one", name); /* it fits */
    line.ours = bench_median(figures.take_us, rounds);
    line.baseline = line.ratio = -1;
    bench->over += bench_print(&line);
    return 0;
}

/* ---- from an idle taker to the job in its hands */

/* Waits for jobs and says at once when it has one: the time. */
static void idle_taker(struct bench *bench, int fd)
{
    struct queue_job job;
    bench->bed.queue = bed_queue(&bench->bed, "n2");
    while (bench->bed.queue != NULL && bed_take(&bench->bed, 3000, &job) >= 0) {
        double now_us = bench_now_us();
        if (job.id[0] != '\0' && (write(fd, &now_us, sizeof now_us) != sizeof now_us ||
                                  queue_ack(bench->bed.queue, &job, &bench->bed.e) != 1))
            break;
    }
    _exit(1);
}

static double cpu_of(pid_t pid)
{
    char path[64], text[1024];
    struct err e;
    int64_t ns = 0;
    (void)str_format(path, sizeof path, "/proc/%d/schedstat", (int)pid); /* it fits */
    if (file_read(AT_FDCWD, path, text, sizeof text, &e) < 0)
        return -1;
    text[strcspn(text, " ")] = '\0';
    return str_to_int64(text, 0, INT64_MAX, &ns) == 0 ? (double)ns / 1e3 : -1;
}

static int measure_idle(struct bench *bench, const char *name, struct err *e)
{
    static double waited_us[IDLE_ROUNDS];
    size_t rounds = bench->quick ? IDLE_ROUNDS / 4 : IDLE_ROUNDS, count = 0;
    const struct timespec pause = {.tv_nsec = 30000000};
    char what[64], id[32];
    int ends[2];
    pid_t pids[TAKERS];
    double taken_us, cpu_us = 0;
    if (pipe2(ends, O_CLOEXEC) != 0)
        return err_sys(e, errno, "make a pipe");
    for (int i = 0; i < TAKERS; i++) {
        pids[i] = fork();
        if (pids[i] == 0)
            idle_taker(bench, ends[1]);
    }
    for (; count < rounds; count++) {
        (void)nanosleep(&pause, NULL);                     /* they are idle */
        (void)str_format(id, sizeof id, "idle%zu", count); /* it fits */
        double start_us = bench_now_us();
        if (bed_add(&bench->bed, id, QUEUE_LANE_PRACTICE, 1, "a") != 1 ||
            read(ends[0], &taken_us, sizeof taken_us) != sizeof taken_us)
            break;
        waited_us[count] = taken_us - start_us;
    }
    const struct timespec second = {.tv_sec = 1};
    for (int i = 0; i < TAKERS; i++)
        cpu_us -= cpu_of(pids[i]);
    (void)nanosleep(&second, NULL); /* of doing nothing */
    for (int i = 0; i < TAKERS; i++) {
        cpu_us += cpu_of(pids[i]);
        (void)kill(pids[i], SIGKILL); /* ours, not waited for yet */
        (void)waitpid(pids[i], NULL, 0);
    }
    file_close(&ends[0]);
    file_close(&ends[1]);
    if (count < rounds)
        return err_set(e, "%s: %s", name, bench->bed.e.text);
    (void)str_format(what, sizeof what, "%s: idle to taken / 5 ms", name); /* they fit */
    print_beside(bench, what, waited_us, rounds, 5000);
    (void)str_format(what, sizeof what, "%s: CPU time of an idle taker a second", name);
    const struct bench_line line = {
        .what = what, .unit = BENCH_US, .ours = cpu_us / TAKERS, .baseline = -1, .ratio = -1, .best = -1};
    (void)bench_print(&line); /* it has no goal */
    return 0;
}

static int measure(struct bench *bench, enum bed_kind kind, const char *name, struct err *e)
{
    int made = bed_init(&bench->bed, kind);
    if (made == 0) {
        printf("%s: there is none here\n", name);
        return 0;
    }
    if (made < 0)
        return err_set(e, "%s", bench->bed.e.text);
    int result = measure_rate(bench, name, e);
    if (result == 0 && kind == BED_REDIS)
        result = measure_together(bench, name, e);
    if (result == 0)
        result = measure_idle(bench, name, e);
    bed_fini(&bench->bed);
    return result;
}

int main(int argc, char **argv)
{
    static struct bench bench;
    struct err e = {""};
    (void)bench_spawn; /* bench.h's, for those that start programs */
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--quick") == 0) {
            bench.quick = true;
        } else {
            fprintf(stderr, "usage: queue_bench [--quick]\n");
            return 2;
        }
    }
    bench_print_head();
    int result = measure(&bench, BED_REDIS, "redis", &e) == 0 && measure(&bench, BED_SQLITE, "file", &e) == 0 ? 0 : 2;
    if (result == 0)
        printf("%d over\n", bench.over);
    else
        fprintf(stderr, "queue_bench: %s\n", e.text);
    return result;
}
