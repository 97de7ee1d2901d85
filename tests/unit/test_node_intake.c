/*
 * test_node_intake.c - judge_node's intake, a turn at a time, on a queue and a store in memory.
 */
#include "tests/unit/unit.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include "judge_node/intake.h"
#include "tests/unit/node_fake.h"

#include "common/banned.h"

#define SECOND 1000000

struct bench {
    struct settings settings;
    struct board board;
    struct intake *intake;
};

static void bench_open(struct bench *bench, bool redis)
{
    struct err e;
    memset(&fake, 0, sizeof fake);
    memset(bench, 0, sizeof *bench);
    bench->settings = (struct settings){.node = "n1",
                                        .lease_ms = 15000,
                                        .sweep_ms = 5000,
                                        .foreign_claim_s = 600,
                                        .total = 1,
                                        .languages = -1,
                                        .max_attempts = 3,
                                        .system_error_result = 14};
    if (redis)
        (void)str_copy(bench->settings.redis_host, sizeof bench->settings.redis_host, "127.0.0.1"); /* fits */
    CU_ASSERT_EQUAL_FATAL(board_init(&bench->board, &e), 0);
    bench->intake = intake_new(&bench->settings, &bench->board, &e);
    CU_ASSERT_PTR_NOT_NULL_FATAL(bench->intake);
}

static void bench_close(struct bench *bench)
{
    intake_free(bench->intake);
    board_fini(&bench->board);
}

/* Sends the log nowhere and returns where it went (fd -1), or back to fd. */
static int bench_quiet(int fd)
{
    int before = fd < 0 ? dup(STDERR_FILENO) : -1;
    int to = fd < 0 ? open("/dev/null", O_WRONLY | O_CLOEXEC) : fd;
    CU_ASSERT(dup2(to, STDERR_FILENO) == STDERR_FILENO);
    (void)close(to);
    return before;
}

/* Turns until there is nothing to do at once: then it says for how many milliseconds. */
static int bench_turns(struct bench *bench)
{
    for (int i = 0; i < 1000; i++) {
        int wait_ms = intake_turn(bench->intake, contact_now_us());
        if (wait_ms > 0)
            return wait_ms;
    }
    CU_FAIL("a thousand turns without a pause");
    return 0;
}

/* As if the sweep's time had come. */
static void bench_sweep(struct bench *bench)
{
    bench->intake->sweep.due_us = 0;
    (void)bench_turns(bench);
}

/* The leases thread has been in contact with the queue for long. */
static void bench_contact(struct bench *bench, int64_t for_us)
{
    atomic_store(&bench->board.contact_us, contact_now_us() - for_us);
    bench->intake->held_contact_us = atomic_load(&bench->board.contact_us);
    atomic_store(&bench->board.shared_us, bench->intake->held_contact_us);
    bench->intake->held_shared_us = bench->intake->held_contact_us;
}

/* As if every doubt about held rows were so much older. */
static void bench_age(struct bench *bench, int64_t by_us)
{
    for (size_t i = 0; i < bench->intake->held.before_count; i++)
        bench->intake->held.before[i].first_us -= by_us;
}

static void test_sweep(void)
{
    struct bench bench;
    bench_open(&bench, false);
    fake_add_row(1001, 0, "");
    fake_add_row(1002, 1, "n1:aaaaaaaa");
    fake_add_row(1003, 4, "n1:aaaaaaaa");
    fake_add_row(1004, 14, "");
    fake_add_row(1005, 0, "")->problem = 0;
    fake_add_row(1006, 0, "");
    fake_add_job("1006", QUEUE_HELD);
    CU_ASSERT(bench_turns(&bench) > 50);
    CU_ASSERT_EQUAL(fake.adds, 3);
    CU_ASSERT(fake_job("1001") != NULL && fake_job("1001")->lane == QUEUE_LANE_PRACTICE);
    CU_ASSERT(fake_job("1002") != NULL && fake_job("1002")->lane == QUEUE_LANE_REJUDGE);
    CU_ASSERT(fake_job("1005") != NULL && fake_job("1005")->lane == QUEUE_LANE_TEST);
    CU_ASSERT_EQUAL(fake_job("1006")->state, QUEUE_HELD);
    bench_sweep(&bench);
    CU_ASSERT_EQUAL(fake.adds, 3);
    fake_add_row(1007, 0, "");
    bench_sweep(&bench);
    CU_ASSERT_PTR_NOT_NULL(fake_job("1007"));
    bench_close(&bench);
}

/* A table of many pages: one a turn, and the list is served between them. */
static void test_sweep_pages(void)
{
    struct bench bench;
    bench_open(&bench, true);
    for (int i = 0; i < 1700; i++)
        fake_add_row(1000 + i, 0, "");
    int turns = 1;
    while (intake_turn(bench.intake, contact_now_us()) == 0 && turns < 100)
        turns++;
    CU_ASSERT(turns >= 4 && turns < 20);
    CU_ASSERT_EQUAL(fake.adds, 1700);
    bench_close(&bench);
}

static void test_hint_from_board(void)
{
    struct bench bench;
    bench_open(&bench, false);
    (void)bench_turns(&bench);
    fake_add_row(1001, 0, "");
    (void)bench_turns(&bench);
    CU_ASSERT_PTR_NULL(fake_job("1001")); /* the sweep's time has not come */
    board_wake(&bench.board, true);
    struct pollfd fd = {.fd = bench.intake->epoll_fd, .events = POLLIN};
    CU_ASSERT_EQUAL(poll(&fd, 1, 0), 1);
    int wait_ms = bench_turns(&bench);
    CU_ASSERT(wait_ms <= 101);
    CU_ASSERT_EQUAL(poll(&fd, 1, 0), 0); /* it was taken */
    bench.intake->sweep.soon_us = 0;
    (void)bench_turns(&bench);
    CU_ASSERT_PTR_NOT_NULL(fake_job("1001"));
    bench_close(&bench);
}

/* What the site pushes: duplicates, garbage, rows that are not ours to take. */
static void test_list(void)
{
    struct bench bench;
    bench_open(&bench, true);
    (void)bench_turns(&bench);
    fake_add_row(1001, 0, "");
    fake_add_row(1002, 2, "x");
    fake_add_row(1003, 4, "x");
    static const char *const texts[] = {"1001",  "1002",
                                        "1001",  "1003",
                                        "",      "-5",
                                        "0",     "1e3",
                                        " 1001", "1001\n",
                                        "0x3e9", "99999999999999999999",
                                        "abc",   "9223372036854775807"};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        fake_push(texts[i]);
    int reads = fake.reads;
    list_take(bench.intake, 0);
    CU_ASSERT_EQUAL(fake.inbox_count, 0);
    CU_ASSERT_EQUAL(fake.adds, 1);
    CU_ASSERT_EQUAL(fake.reads - reads, 5); /* a text that is no number is not asked for */
    CU_ASSERT_PTR_NOT_NULL(fake_job("1001"));
    CU_ASSERT_EQUAL(bench.intake->late_count, 1);
    bench_close(&bench);
}

/* The store is gone while the list is served: what it could not look at stays in the inbox, and comes later. */
static void test_list_store_gone(void)
{
    struct bench bench;
    bench_open(&bench, true);
    (void)bench_turns(&bench);
    for (int i = 0; i < 10; i++) {
        char text[16];
        fake_add_row(1001 + i, 0, "");
        (void)str_format(text, sizeof text, "%d", 1001 + i); /* fits */
        fake_push(text);
    }
    fake.store_gone = true;
    list_take(bench.intake, 0);
    CU_ASSERT_EQUAL(fake.inbox_count, 10);
    CU_ASSERT_EQUAL(bench.board.store_down, 1U << BOARD_INTAKE);
    CU_ASSERT(bench_turns(&bench) <= 1001);
    int calls = fake.queue_calls + fake.store_calls;
    list_take(bench.intake, 0); /* nothing is taken now */
    CU_ASSERT_EQUAL(fake.queue_calls + fake.store_calls, calls);
    fake.store_gone = false;
    bench.intake->store_contact.retry_us = 0;
    (void)bench_turns(&bench);
    CU_ASSERT_EQUAL(bench.board.store_down, 0);
    list_take(bench.intake, 0);
    CU_ASSERT_EQUAL(fake.inbox_count, 0);
    CU_ASSERT_EQUAL(fake.adds, 10);
    bench_close(&bench);
}

static void test_list_late(void)
{
    struct bench bench;
    bench_open(&bench, true);
    (void)bench_turns(&bench);
    fake_push("1001");
    fake_push("1002");
    fake_push("1001");
    list_take(bench.intake, 0);
    CU_ASSERT_EQUAL(fake.inbox_count, 0); /* it does not stand in the way of the next */
    CU_ASSERT_EQUAL(bench.intake->late_count, 2);
    CU_ASSERT(bench_turns(&bench) <= 201);
    fake_add_row(1001, 0, "");
    CU_ASSERT_EQUAL(list_work(bench.intake, contact_now_us() + SECOND), 0);
    CU_ASSERT_EQUAL(bench.intake->late_count, 1);
    CU_ASSERT_PTR_NOT_NULL(fake_job("1001"));
    CU_ASSERT_EQUAL(list_work(bench.intake, contact_now_us() + 11 * SECOND), 0);
    CU_ASSERT_EQUAL(bench.intake->late_count, 0);
    CU_ASSERT_EQUAL(bench.intake->gone.unsaid, 1);
    CU_ASSERT_EQUAL(list_work(bench.intake, list_due(bench.intake)), 0); /* said when no more come */
    CU_ASSERT_EQUAL(bench.intake->gone.unsaid, 0);
    CU_ASSERT_NOT_EQUAL(bench.intake->gone.said_us, 0);
    bench_close(&bench);
}

/* Thousands of numbers without a row, and as many texts: few reads, a line for each kind, the next ones a minute later. */
static void test_list_flood(void)
{
    enum { MANY = 3000 };
    struct bench bench;
    bench_open(&bench, true);
    (void)bench_turns(&bench);
    int log_fd = bench_quiet(-1);
    int64_t now_us = contact_now_us();
    for (int i = 0; i < MANY; i++) {
        char text[16];
        (void)str_format(text, sizeof text, i % 2 == 0 ? "%d" : "x%d", 5000 + i); /* fits */
        fake_push(text);
        list_take(bench.intake, 0);
    }
    CU_ASSERT_EQUAL(fake.inbox_count, 0);
    CU_ASSERT_EQUAL(bench.intake->late_count, INTAKE_LATE);
    CU_ASSERT_EQUAL(bench.intake->bad.unsaid, MANY / 2);
    CU_ASSERT_EQUAL(bench.intake->gone.unsaid, MANY / 2 - INTAKE_LATE);
    int reads = fake.reads;
    int64_t said_us = 0;
    while (list_due(bench.intake) != INT64_MAX) {
        int64_t due_us = list_due(bench.intake);
        now_us = due_us > now_us ? due_us : now_us;
        CU_ASSERT_EQUAL_FATAL(list_work(bench.intake, now_us), 0);
        CU_ASSERT(bench.intake->gone.said_us == 0 || bench.intake->late_count == 0);
    }
    UNIT_CHECK(fake.reads - reads <= 10 * INTAKE_LATE, "%d reads", fake.reads - reads);
    CU_ASSERT_EQUAL(bench.intake->bad.unsaid, 0);
    CU_ASSERT_EQUAL(bench.intake->gone.unsaid, 0);
    CU_ASSERT_EQUAL(list_due(bench.intake), INT64_MAX);
    said_us = bench.intake->bad.said_us;
    fake_push("still no number");
    list_take(bench.intake, 0);
    CU_ASSERT_EQUAL(list_due(bench.intake), said_us + 60 * SECOND);
    CU_ASSERT_EQUAL(list_work(bench.intake, said_us + 60 * SECOND - 1), 0);
    CU_ASSERT_EQUAL(bench.intake->bad.unsaid, 1);
    CU_ASSERT_EQUAL(list_work(bench.intake, said_us + 60 * SECOND), 0);
    CU_ASSERT_EQUAL(bench.intake->bad.unsaid, 0);
    (void)bench_quiet(log_fd);
    bench_close(&bench);
}

static void test_list_mask(void)
{
    struct bench bench;
    bench_open(&bench, true);
    bench.settings.total = 2;
    bench.settings.mod = 1;
    bench.settings.languages = 1 << 0 | 1 << 1;
    (void)bench_turns(&bench);
    for (int i = 0; i < 4; i++)
        fake_add_row(1000 + i, 0, "")->language = i;
    static const char *const texts[] = {"1000", "1001", "1002", "1003"};
    for (size_t i = 0; i < 4; i++)
        fake_push(texts[i]);
    list_take(bench.intake, 0);
    CU_ASSERT_EQUAL(fake.inbox_count, 0);
    CU_ASSERT_EQUAL(fake.adds, 1);
    CU_ASSERT_PTR_NOT_NULL(fake_job("1001"));
    bench_close(&bench);
}

/* The queue is emptied while it is away: all is there again once it is back. */
static void test_queue_wiped(void)
{
    struct bench bench;
    bench_open(&bench, true);
    for (int i = 0; i < 700; i++)
        fake_add_row(1000 + i, 0, "");
    (void)bench_turns(&bench);
    CU_ASSERT_EQUAL(fake.job_count, 700);
    fake.queue_gone = true;
    bench_sweep(&bench);
    CU_ASSERT_EQUAL(bench.board.queue_down, 1U << BOARD_INTAKE);
    fake.job_count = 0;
    fake.queue_gone = false;
    bench.intake->queue_contact.retry_us = 0;
    (void)bench_turns(&bench);
    CU_ASSERT_EQUAL(bench.board.queue_down, 0);
    CU_ASSERT_EQUAL(fake.job_count, 700);
    /* The same within a sweep: it begins anew. */
    bench.intake->sweep.due_us = 0;
    while (bench.intake->sweep.after_id == 0 && intake_turn(bench.intake, contact_now_us()) == 0)
        ;
    CU_ASSERT(bench.intake->sweep.after_id > 0);
    fake.queue_gone = true;
    (void)bench_turns(&bench);
    fake.job_count = 0;
    fake.queue_gone = false;
    bench.intake->queue_contact.retry_us = 0;
    (void)bench_turns(&bench);
    CU_ASSERT_EQUAL(fake.job_count, 700);
    bench_close(&bench);
}

static void test_held(void)
{
    struct bench bench;
    bench_open(&bench, true);
    fake_add_row(1001, 2, "n1:aaaaaaaa");            /* lost */
    fake_add_row(1002, 3, "n1:bbbbbbbb");            /* leased */
    fake_add_row(1003, 3, "n1:cccccccc");            /* held by a living worker whose lease a wipe took */
    fake_add_row(1004, 2, "localhost")->age_s = 601; /* another judge's */
    fake_add_row(1005, 2, "localhost")->age_s = 599;
    fake_add_job("1002", QUEUE_HELD);
    const struct queue_lease live[] = {{.token = "n1:cccccccc"}};
    board_set_live(&bench.board, live, 1);
    (void)bench_turns(&bench);
    CU_ASSERT_EQUAL(fake_row(1004)->result, 2); /* contact with the queue is young: nothing is doubted */
    bench_contact(&bench, 16 * SECOND);
    bench_sweep(&bench);
    CU_ASSERT_EQUAL(fake_row(1001)->result, 2);
    CU_ASSERT_EQUAL(fake_row(1004)->result, 1);
    bench_age(&bench, 17 * SECOND);
    bench_sweep(&bench);
    CU_ASSERT_EQUAL(fake_row(1001)->result, 1);
    CU_ASSERT_EQUAL(fake_row(1002)->result, 3);
    CU_ASSERT_EQUAL(fake_row(1003)->result, 3);
    CU_ASSERT_EQUAL(fake_row(1005)->result, 2);
    CU_ASSERT_TRUE(bench.intake->sweep.wanted); /* it is to be added soon */
    bench.intake->sweep.soon_us = 0;
    (void)bench_turns(&bench);
    CU_ASSERT_PTR_NOT_NULL(fake_job("1001"));
    CU_ASSERT_PTR_NOT_NULL(fake_job("1004"));
    bench_close(&bench);
}

/* A gap in the contact with the queue between two looks: the first does not count. */
static void test_held_gap(void)
{
    struct bench bench;
    bench_open(&bench, true);
    fake_add_row(1001, 2, "n1:aaaaaaaa");
    (void)bench_turns(&bench);
    bench_contact(&bench, 16 * SECOND);
    bench_sweep(&bench);
    bench_age(&bench, 60 * SECOND);
    atomic_store(&bench.board.contact_us, contact_now_us() - 20 * SECOND); /* another contact */
    bench_sweep(&bench);
    CU_ASSERT_EQUAL(fake_row(1001)->result, 2);
    atomic_store(&bench.board.contact_us, -1);
    bench_age(&bench, 60 * SECOND);
    bench_sweep(&bench);
    CU_ASSERT_EQUAL(fake_row(1001)->result, 2);
    bench_close(&bench);
}

/* Redis is gone, the box's own file answers: of another box's rows it knows nothing, and they are left alone. */
static void test_held_redis_gone(void)
{
    struct bench bench;
    bench_open(&bench, true);
    fake_add_row(1001, 2, "n1:aaaaaaaa");
    fake_add_row(1002, 2, "n2:bbbbbbbb");
    fake_add_row(1003, 2, "n2:bbbbbbbb")->age_s = -1;
    (void)bench_turns(&bench);
    bench_contact(&bench, 16 * SECOND);
    atomic_store(&bench.board.shared_us, -1);
    bench.intake->held_shared_us = -1;
    bench_sweep(&bench);
    bench_age(&bench, 17 * SECOND);
    bench_sweep(&bench);
    CU_ASSERT_EQUAL(fake_row(1001)->result, 1);
    CU_ASSERT_EQUAL(fake_row(1002)->result, 2);
    bench_age(&bench, 17 * SECOND);
    atomic_store(&bench.board.shared_us, contact_now_us() - 16 * SECOND); /* it is back: from the start */
    bench_sweep(&bench);
    CU_ASSERT_EQUAL(fake_row(1003)->result, 2);
    bench_age(&bench, 17 * SECOND);
    bench_sweep(&bench);
    CU_ASSERT_EQUAL(fake_row(1002)->result, 1);
    CU_ASSERT_EQUAL(fake_row(1003)->result, 1);
    bench_close(&bench);
}

/* The store goes between two looks, in the middle of one: the doubts stay in order, and the row is put back later. */
static void test_held_store_gone(void)
{
    struct bench bench;
    bench_open(&bench, true);
    int log_fd = bench_quiet(-1); /* a line a row */
    for (int i = 0; i < 600; i++)
        fake_add_row(1001 + i, 2, "n1:aaaaaaaa");
    (void)bench_turns(&bench);
    bench_contact(&bench, 16 * SECOND);
    bench_sweep(&bench);
    bench_age(&bench, 17 * SECOND);
    bench.intake->sweep.due_us = 0;
    while (bench.intake->sweep.after_id < 1500 && intake_turn(bench.intake, contact_now_us()) == 0)
        ;
    fake.store_gone = true;
    (void)bench_turns(&bench);
    fake.store_gone = false;
    bench.intake->store_contact.retry_us = 0;
    (void)bench_turns(&bench);
    int back = 0;
    for (int i = 0; i < 600; i++)
        back += fake_row(1001 + i)->result == 1;
    (void)bench_quiet(log_fd);
    CU_ASSERT_EQUAL(back, 600);
    bench_close(&bench);
}

static void test_put_back(void)
{
    struct bench bench;
    bench_open(&bench, true);
    fake_add_row(1001, 2, "n1:aaaaaaaa");
    fake_add_row(1002, 3, "n1:cccccccc");
    (void)bench_turns(&bench);
    fake.store_gone = true;
    board_add_put_back(&bench.board, "1001", "n1:aaaaaaaa");
    board_add_put_back(&bench.board, "job-without-a-row", "n1:aaaaaaaa");
    board_add_put_back(&bench.board, "1002", "n1:bbbbbbbb"); /* another delivery has it */
    (void)bench_turns(&bench);
    CU_ASSERT_EQUAL(bench.intake->put_back_count, 3);
    fake.store_gone = false;
    fake.queue_gone = true; /* it is not needed for this */
    bench.intake->store_contact.retry_us = 0;
    (void)bench_turns(&bench);
    CU_ASSERT_EQUAL(bench.intake->put_back_count, 0);
    CU_ASSERT_EQUAL(fake_row(1001)->result, 1);
    CU_ASSERT_EQUAL(fake_row(1002)->result, 3);
    bench_close(&bench);
}

/* What runs is said of rows whose claim holds and whose worker has not ended, once, and never tried again. */
static void test_runs(void)
{
    struct bench bench;
    const struct queue_lease live[] = {
        {.token = "n1:aaaaaaaa"}, {.token = "n1:bbbbbbbb"}, {.token = "n1:dddddddd"}, {.token = "n1:eeeeeeee"}};
    bench_open(&bench, true);
    fake_add_row(1001, 2, "n1:aaaaaaaa");
    fake_add_row(1002, 2, "n1:cccccccc"); /* another delivery has it */
    fake_add_row(1003, 2, "n1:ffffffff"); /* its worker has ended the job since */
    fake_add_row(1004, 4, "n1:dddddddd"); /* final */
    (void)bench_turns(&bench);
    board_set_live(&bench.board, live, sizeof live / sizeof *live);
    board_add_run(&bench.board, "1001", "n1:aaaaaaaa");
    board_add_run(&bench.board, "1002", "n1:bbbbbbbb");
    board_add_run(&bench.board, "1003", "n1:ffffffff");
    board_add_run(&bench.board, "1004", "n1:dddddddd");
    board_add_run(&bench.board, "job-without-a-row", "n1:eeeeeeee");
    (void)bench_turns(&bench);
    CU_ASSERT_EQUAL(fake_row(1001)->result, 3);
    CU_ASSERT_EQUAL(fake_row(1002)->result, 2);
    CU_ASSERT_EQUAL(fake_row(1003)->result, 2);
    CU_ASSERT_EQUAL(fake_row(1004)->result, 4);
    fake_row(1001)->result = 2;
    fake.store_gone = true;
    board_add_run(&bench.board, "1001", "n1:aaaaaaaa");
    (void)bench_turns(&bench);
    fake.store_gone = false;
    bench.intake->store_contact.retry_us = 0;
    (void)bench_turns(&bench);
    CU_ASSERT(fake_row(1001)->result == 2 && bench.intake->board->run_count == 0);
    bench_close(&bench);
}

static void test_quarantine(void)
{
    struct bench bench;
    bench_open(&bench, true);
    fake_add_row(1001, 2, "n1:aaaaaaaa");
    fake_add_row(1002, 0, "");
    fake_add_row(1003, 2, "n2:bbbbbbbb"); /* somebody else's by now */
    static const char *const ids[] = {"1001", "1002", "1003", "a-job-of-its-own"};
    for (size_t i = 0; i < 4; i++) {
        struct fake_job *job = fake_add_job(ids[i], QUEUE_DEAD);
        (void)str_copy(job->previous, sizeof job->previous, "n1:aaaaaaaa"); /* these fit */
        (void)str_copy(job->reason, sizeof job->reason, "its worker died: killed by signal 9");
    }
    fake.store_gone = true;
    (void)bench_turns(&bench);
    CU_ASSERT_FALSE(fake_job("1001")->told);
    fake.store_gone = false;
    bench.intake->store_contact.retry_us = 0;
    (void)bench_turns(&bench);
    CU_ASSERT_EQUAL(fake_row(1001)->result, 14);
    CU_ASSERT_EQUAL(fake_row(1002)->result, 14);
    CU_ASSERT_EQUAL(fake_row(1003)->result, 2);
    CU_ASSERT_PTR_NOT_NULL(strstr(fake_row(1001)->text, "killed by signal 9"));
    for (size_t i = 0; i < 4; i++)
        CU_ASSERT(fake_job(ids[i]) != NULL && fake_job(ids[i])->told && fake_job(ids[i])->state == QUEUE_DEAD);
    /* A teacher sets the row back to wait: once more, from the start. */
    fake_row(1001)->result = 1;
    bench_sweep(&bench);
    CU_ASSERT(fake_job("1001") != NULL && fake_job("1001")->state == QUEUE_WAITING);
    CU_ASSERT_EQUAL(fake_job("1001")->lane, QUEUE_LANE_REJUDGE);
    CU_ASSERT_EQUAL(fake_job("1002")->state, QUEUE_DEAD);
    bench_close(&bench);
}

/* A row of a quarantined job that waits is no rejudge while its result has not been written. */
static void test_quarantine_untold(void)
{
    struct bench bench;
    bench_open(&bench, true);
    (void)bench_turns(&bench);
    CU_ASSERT_EQUAL(quarantine_untold(bench.intake, 1001), 0);
    fake_add_row(1001, 1, "");
    fake_add_job("1001", QUEUE_DEAD);
    CU_ASSERT_EQUAL(quarantine_untold(bench.intake, 1001), 1);
    CU_ASSERT_EQUAL(quarantine_untold(bench.intake, 1002), 0);
    bench.intake->sweep.phase = SWEEP_WAITING; /* it died after the quarantine was looked at */
    bench.intake->sweep.after_id = 0;
    CU_ASSERT_EQUAL(sweep_step(bench.intake, contact_now_us()), 1);
    CU_ASSERT(fake_job("1001") != NULL && fake_job("1001")->state == QUEUE_DEAD);
    fake.queue_gone = true;
    CU_ASSERT_EQUAL(quarantine_untold(bench.intake, 1001), -1);
    bench_close(&bench);
}

/* Both servers are gone: few calls, and none too late after their return. */
static void test_both_gone(void)
{
    struct bench bench;
    bench_open(&bench, true);
    fake.queue_gone = fake.store_gone = true;
    for (int i = 0; i < 50; i++) {
        int wait_ms = bench_turns(&bench);
        CU_ASSERT(wait_ms > 0 && wait_ms <= 1001);
        bench.intake->queue_contact.retry_us = bench.intake->store_contact.retry_us = 0;
    }
    CU_ASSERT(fake.queue_calls + fake.store_calls <= 150);
    bench_close(&bench);
}

static void test_quarantine_text(void)
{
    char text[1024];
    for (int ui = -1; ui <= 2; ui++) {
        quarantine_text(text, sizeof text, ui, 3, "its worker died: Judge_client PHP passed away, PASS judge");
        UNIT_CHECK(strstr(text, "3") != NULL && strstr(text, "its worker died: ") != NULL, "%s", text);
        UNIT_CHECK(strcasestr(text, "judge") == NULL && strcasestr(text, "php") == NULL && strstr(text, "PASS") == NULL,
                   "%s", text);
    }
    char reason[QUEUE_REASON_SIZE];
    for (size_t i = 0; i + 1 < sizeof reason; i++)
        reason[i] = "php"[i % 3];
    reason[sizeof reason - 1] = '\0';
    quarantine_text(text, sizeof text, 1, 3, reason);
    CU_ASSERT_PTR_NULL(strstr(text, "php"));
    quarantine_text(text, sizeof text, 0, 3,
                    "rphphp jujudgedge paphpss PAPASSSS PAphpSS"); /* what is put in makes none with its neighbours */
    UNIT_CHECK(strstr(text, "php") == NULL && strstr(text, "judge") == NULL && strstr(text, "PASS") == NULL, "%s",
               text);
}

static void test_hint(void)
{
    struct bench bench;
    bench_open(&bench, false);
    bench.settings.udp = true;
    (void)str_copy(bench.settings.udp_address, sizeof bench.settings.udp_address, "127.0.0.1"); /* fits */
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t length = sizeof address;
    int taken = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    CU_ASSERT_EQUAL_FATAL(bind(taken, (struct sockaddr *)&address, sizeof address), 0);
    CU_ASSERT_EQUAL_FATAL(getsockname(taken, (struct sockaddr *)&address, &length), 0);
    bench.settings.udp_port = ntohs(address.sin_port);
    struct hint *hint = &bench.intake->hint;
    int64_t now = contact_now_us();
    CU_ASSERT_FALSE(hint_came(hint, now)); /* taken: said, and tried again later */
    CU_ASSERT_EQUAL(hint->fd, -1);
    CU_ASSERT_TRUE(hint->failed);
    (void)close(taken);
    CU_ASSERT_FALSE(hint_came(hint, now + 4 * SECOND));
    CU_ASSERT_EQUAL(hint->fd, -1);
    now += 6 * SECOND;
    CU_ASSERT_FALSE(hint_came(hint, now));
    CU_ASSERT_FATAL(hint->fd >= 0);
    struct pollfd fd = {.fd = bench.intake->epoll_fd, .events = POLLIN};
    CU_ASSERT_EQUAL(poll(&fd, 1, 0), 0);
    int sender = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    int came = 0;
    for (int i = 0; i < 1000; i++) { /* a second of a flood, a datagram a millisecond; some are empty */
        (void)sendto(sender, "1001", (size_t)(i % 5), 0, (struct sockaddr *)&address, sizeof address);
        if (i == 0)
            CU_ASSERT_EQUAL(poll(&fd, 1, 1000), 1);
        came += hint_came(hint, now + i * 1000);
        if (!hint->listening)
            UNIT_CHECK(poll(&fd, 1, 0) == 0, "a datagram wakes it within the pause, %d", i);
    }
    CU_ASSERT(came >= 5 && came <= 11);
    (void)close(sender);
    bench_close(&bench);
}

static const struct unit_test tests[] = {
    {"sweep", test_sweep},
    {"sweep_pages", test_sweep_pages},
    {"hint_from_board", test_hint_from_board},
    {"hint", test_hint},
    {"list", test_list},
    {"list_store_gone", test_list_store_gone},
    {"list_late", test_list_late},
    {"list_flood", test_list_flood},
    {"list_mask", test_list_mask},
    {"queue_wiped", test_queue_wiped},
    {"held", test_held},
    {"held_gap", test_held_gap},
    {"held_redis_gone", test_held_redis_gone},
    {"held_store_gone", test_held_store_gone},
    {"put_back", test_put_back},
    {"runs", test_runs},
    {"quarantine", test_quarantine},
    {"quarantine_untold", test_quarantine_untold},
    {"quarantine_text", test_quarantine_text},
    {"both_gone", test_both_gone},
};

UNIT_MAIN("node_intake", tests)
