/*
 * test_node.c - the real judge_node on a box without a database: start, user, heartbeat, sweep, hints, recovery, end.
 */
#include "tests/unit/node_box.h"

#include <arpa/inet.h>
#include <ctype.h>

#include "common/banned.h"

/* The number after the name in a file of /proc, or -1. */
static int64_t proc_number(pid_t pid, const char *file, const char *name)
{
    char path[64], text[8192];
    struct err e;
    int64_t number = -1;
    (void)str_format(path, sizeof path, "/proc/%d/%s", (int)pid, file); /* fits */
    if (file_read(AT_FDCWD, path, text, sizeof text, &e) < 0)
        return -1;
    char *at = strstr(text, name);
    if (at == NULL)
        return -1;
    at += strlen(name);
    at += strspn(at, " \t:");
    at[strspn(at, "0123456789")] = '\0';
    (void)str_to_int64(at, 0, INT64_MAX, &number); /* else it stays -1 */
    return number;
}

/* The processor time of a process, in clock ticks. */
static int64_t proc_ticks(pid_t pid)
{
    char path[64], text[1024];
    struct err e;
    int64_t sum = 0;
    (void)str_format(path, sizeof path, "/proc/%d/stat", (int)pid); /* fits */
    if (file_read(AT_FDCWD, path, text, sizeof text, &e) < 0)
        return -1;
    char *at = strrchr(text, ')');
    for (int field = 2; at != NULL && field <= 14; field++) {
        at = strchr(at + 1, ' ');
        if (at != NULL && field >= 13) {
            char number[24];
            int64_t value = 0;
            (void)str_format(number, sizeof number, "%.*s", (int)strspn(at + 1, "0123456789"), at + 1); /* fits */
            (void)str_to_int64(number, 0, INT64_MAX, &value);                                           /* 0 else */
            sum += value;
        }
    }
    return sum;
}

/* Whose it is, that judged hears of it, what it uses where there is nothing to do, that it ends when told. */
static void test_life(void)
{
    struct box box;
    if (!box_open(&box))
        return;
    box_configure(&box, "%s", "");
    store_close(box_store(&box));
    box_node_start(&box);
    CU_ASSERT_TRUE(box_hears(&box, 5000));
    CU_ASSERT_TRUE(box_accept(&box, 5000));
    const struct passwd *user = getpwnam(BOX_USER); /* NOLINT(concurrency-mt-unsafe): there is one thread */
    CU_ASSERT_EQUAL(proc_number(box.node, "status", "\nUid"), user->pw_uid);
    CU_ASSERT_EQUAL(proc_number(box.node, "status", "\nGid"), user->pw_gid);
    CU_ASSERT_EQUAL(proc_number(box.node, "status", "\nNoNewPrivs"), 1);
    CU_ASSERT_EQUAL(proc_number(box.node, "status", "\nCapEff"), 0);
    int64_t ticks = proc_ticks(box.node);
    CU_ASSERT_TRUE(box_hears(&box, POOL_REPORT_MS));
    CU_ASSERT_TRUE(box_hears(&box, POOL_REPORT_MS));
    ticks = proc_ticks(box.node) - ticks;
    UNIT_CHECK(ticks <= 4 || UNIT_SANITIZED, "%lld ticks in four idle seconds", (long long)ticks);
    int64_t kib = proc_number(box.node, "status", "\nVmRSS");
    UNIT_CHECK((kib > 0 && kib < 10 << 10) || UNIT_SANITIZED, "%lld KiB resident", (long long)kib);
    int64_t begin_us = clock_now_us();
    CU_ASSERT_EQUAL(box_node_end(&box, SIGTERM, 5000), 0);
    CU_ASSERT(clock_now_us() - begin_us < 1500000);
    CU_ASSERT(box_said(&box, "warning") == 0 && box_said(&box, "started node=n1 queue=file store=file") == 1);
    box_close(&box);
}

static void test_bad_settings(void)
{
    struct box box;
    if (!box_open(&box))
        return;
    box_configure(&box, "%s", "");
    char path[PATH_MAX];
    (void)str_format(path, sizeof path, "%s/etc/judge.conf", box.home); /* fits */
    box_write(path, "[node]\nuser = no-such-user\n");
    box_node_start(&box);
    CU_ASSERT_EQUAL(box_node_wait(&box, 5000), 2);
    CU_ASSERT_EQUAL(box_said(&box, "no such user; make it with: useradd"), 1);
    box_write(path, "[node]\nuser = root\n");
    box_node_start(&box);
    CU_ASSERT_EQUAL(box_node_wait(&box, 5000), 2);
    box_write(path, "[node]\nuser = " BOX_USER "\nport = 1\n");
    box_node_start(&box);
    CU_ASSERT_EQUAL(box_node_wait(&box, 5000), 2);
    CU_ASSERT_EQUAL(box_said(&box, "\n"), 3); /* a line each */
    box_close(&box);
}

/* From the table to the lane; a worker dies, three times; the row says so. */
static void test_sweep_and_death(void)
{
    struct box box;
    struct queue_job job;
    struct store_submission submission;
    struct store_status status;
    struct err e = {""};
    if (!box_open(&box))
        return;
    box_configure(&box, "%s", "[intake]\nsweep_s = 1\n");
    struct store *store = box_store(&box);
    int64_t id = box_submit(store);
    box_node_start(&box);
    CU_ASSERT_TRUE(box_accept(&box, 5000));
    for (int attempt = 1; attempt <= 3; attempt++) {
        if (!UNIT_CHECK(box_take(&box, &job, 5000), "attempt %d is taken", attempt))
            break;
        CU_ASSERT_EQUAL(job.attempt, attempt);
        CU_ASSERT_EQUAL(store_claim(store, id, job.token, job.previous, &submission, &e), 1);
        store_submission_fini(&submission);
        CU_ASSERT_EQUAL(store_running(store, id, job.token, &e), 1);
        box_tell(&box, POOL_EVENT_STATE, (int)getpid(), POOL_JUDGING, &job);
        int64_t begin_us = clock_now_us();
        box_tell(&box, POOL_EVENT_DIED, (int)getpid(), POOL_JUDGING, &job);
        CU_ASSERT_TRUE(BOX_UNTIL(box_state(&box, id) != QUEUE_HELD, 5000));
        CU_ASSERT(clock_now_us() - begin_us < 2500000); /* without its lease's end */
        queue_job_fini(&job);
    }
    CU_ASSERT_EQUAL(box_state(&box, id), QUEUE_DEAD);
    CU_ASSERT_TRUE(BOX_UNTIL(store_status(store, id, false, &status, &e) == 1 && status.result == 14, 5000));
    CU_ASSERT_EQUAL_FATAL(store_status(store, id, true, &status, &e), 1);
    CU_ASSERT(status.run_text != NULL && strstr(status.run_text, "killed by signal 9") != NULL);
    store_status_fini(&status);
    CU_ASSERT_TRUE(BOX_UNTIL(box_said(&box, "gave up submission=") == 1, 5000));
    store_close(store);
    box_close(&box);
}

/* A living worker's lease outlives its time; once judged is gone, so does the worker's and then judge_node ends. */
static void test_leases(void)
{
    struct box box;
    struct queue_job job;
    struct queue_place place;
    struct err e = {""};
    if (!box_open(&box))
        return;
    box_configure(&box, "%s", "[intake]\nsweep_s = 1\n");
    struct store *store = box_store(&box);
    int64_t id = box_submit(store);
    box_node_start(&box);
    CU_ASSERT_TRUE(box_accept(&box, 5000));
    CU_ASSERT_TRUE_FATAL(box_take(&box, &job, 5000));
    pid_t worker = fork();
    if (worker == 0) {
        (void)pause();
        _exit(0);
    }
    CU_ASSERT_FATAL(worker > 0);
    box_tell(&box, POOL_EVENT_STATE, (int)worker, POOL_JUDGING, &job);
    CU_ASSERT_FALSE(BOX_UNTIL(box_state(&box, id) != QUEUE_HELD, 4000)); /* a lease is three seconds */
    file_close(&box.stream);
    file_close(&box.listener);
    file_close(&box.report_fd);
    CU_ASSERT_FALSE(BOX_UNTIL(box_state(&box, id) != QUEUE_HELD, 4000));
    CU_ASSERT_EQUAL(queue_find(box.queue, job.id, &place, &e), 0);
    CU_ASSERT_STRING_EQUAL(place.token, job.token);
    CU_ASSERT_EQUAL(kill(worker, SIGKILL), 0);
    CU_ASSERT_EQUAL(waitpid(worker, NULL, 0), worker);
    CU_ASSERT_EQUAL(box_node_wait(&box, 5000), 0);
    queue_job_fini(&job);
    store_close(store);
    box_close(&box);
}

/* A hint is heard long before the sweep's time, also within a flood of them, and the flood costs little. */
static void test_hint(void)
{
    struct box box;
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t length = sizeof address;
    if (!box_open(&box))
        return;
    int sender = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    int taken = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    CU_ASSERT_FATAL(bind(taken, (struct sockaddr *)&address, sizeof address) == 0 &&
                    getsockname(taken, (struct sockaddr *)&address, &length) == 0);
    (void)close(taken);
    box_configure(&box, "[intake]\nsweep_s = 600\nudp = yes\nudp_port = %d\n", ntohs(address.sin_port));
    struct store *store = box_store(&box);
    int64_t first = box_submit(store);
    box_node_start(&box);
    CU_ASSERT_TRUE(box_accept(&box, 5000));
    CU_ASSERT_TRUE(BOX_UNTIL(box_state(&box, first) == QUEUE_WAITING, 5000));
    CU_ASSERT_TRUE(box_settles(&box));
    int64_t second = box_submit(store);
    CU_ASSERT_FALSE(BOX_UNTIL(box_state(&box, second) != QUEUE_UNKNOWN, 300));
    (void)sendto(sender, "1002", 4, 0, (struct sockaddr *)&address, sizeof address);
    CU_ASSERT_TRUE(BOX_UNTIL(box_state(&box, second) == QUEUE_WAITING, 5000));
    int64_t third = box_submit(store);
    int64_t ticks = proc_ticks(box.node);
    int64_t begin_us = clock_now_us();
    int64_t sent = 0;
    for (; clock_now_us() - begin_us < 1000000; sent++)
        (void)sendto(sender, "\xff\xff", (size_t)(sent % 3), 0, (struct sockaddr *)&address, sizeof address);
    ticks = proc_ticks(box.node) - ticks;
    UNIT_CHECK(ticks < 30, "%lld ticks in a second of %lld hints", (long long)ticks, (long long)sent);
    CU_ASSERT_EQUAL(box_state(&box, third), QUEUE_WAITING);
    (void)close(sender);
    store_close(store);
    box_close(&box);
}

static const struct unit_test tests[] = {
    {"life", test_life},
    {"bad_settings", test_bad_settings},
    {"sweep_and_death", test_sweep_and_death},
    {"leases", test_leases},
    {"hint", test_hint},
};

UNIT_MAIN("node", tests)
