/*
 * test_node_leases.c - judge_node's leases thread, a turn at a time: this program plays judged's socket, the queue is in memory.
 */
#include "tests/unit/unit.h"

#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "judge_node/leases.h"
#include "tests/unit/node_fake.h"

#include "common/banned.h"

#define SECOND 1000000

struct bench {
    struct settings settings;
    struct board board;
    struct leases *leases;
    char folder[64], before[PATH_MAX];
    int listener, stream; /* judged's end */
};

static void bench_open(struct bench *bench)
{
    struct err e;
    memset(&fake, 0, sizeof fake);
    memset(bench, 0, sizeof *bench);
    bench->settings = (struct settings){.node = "n1", .lease_ms = 15000};
    bench->listener = bench->stream = -1;
    (void)str_copy(bench->folder, sizeof bench->folder, "/tmp/test_node_leases.XXXXXX"); /* fits */
    CU_ASSERT_PTR_NOT_NULL_FATAL(getcwd(bench->before, sizeof bench->before));
    CU_ASSERT_FATAL(mkdtemp(bench->folder) != NULL && chdir(bench->folder) == 0 && mkdir("run", 0755) == 0);
    CU_ASSERT_EQUAL_FATAL(board_init(&bench->board, &e), 0);
    bench->leases = leases_new(&bench->settings, &bench->board);
    CU_ASSERT_PTR_NOT_NULL_FATAL(bench->leases);
}

static void bench_listen(struct bench *bench)
{
    const struct sockaddr_un address = {.sun_family = AF_UNIX, .sun_path = POOL_SOCKET};
    (void)unlink(POOL_SOCKET); /* of the judged before */
    bench->listener = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
    CU_ASSERT_EQUAL_FATAL(bind(bench->listener, (const struct sockaddr *)&address, sizeof address), 0);
    CU_ASSERT_EQUAL_FATAL(listen(bench->listener, 4), 0);
}

static void bench_accept(struct bench *bench)
{
    struct pool_request request = {0};
    bench->stream = accept4(bench->listener, NULL, NULL, SOCK_CLOEXEC);
    CU_ASSERT_FATAL(bench->stream >= 0);
    CU_ASSERT_EQUAL(recv(bench->stream, &request, sizeof request, 0), (ssize_t)sizeof request);
    CU_ASSERT(request.magic == POOL_MAGIC && request.command == POOL_WATCH);
}

static void bench_close(struct bench *bench)
{
    leases_free(bench->leases);
    board_fini(&bench->board);
    if (bench->stream >= 0)
        (void)close(bench->stream);
    if (bench->listener >= 0)
        (void)close(bench->listener);
    (void)unlink(POOL_SOCKET); /* where there is one */
    (void)rmdir("run");
    CU_ASSERT_EQUAL(chdir(bench->before), 0);
    CU_ASSERT_EQUAL(rmdir(bench->folder), 0);
}

static struct pool_slot slot_message(int event, int slot, int pid, int state, const char *id, const char *token)
{
    struct pool_slot message = {
        .magic = POOL_MAGIC, .event = (uint32_t)event, .slot = slot, .pid = pid, .state = state};
    (void)str_copy(message.report.id, sizeof message.report.id, id); /* these fit */
    (void)str_copy(message.report.token, sizeof message.report.token, token);
    (void)str_copy(message.why, sizeof message.why,
                   event == POOL_EVENT_DIED || state == POOL_DOWN ? "killed by signal 9" : "");
    return message;
}

static void tell_message(const struct bench *bench, const struct pool_slot *message)
{
    CU_ASSERT_EQUAL(send(bench->stream, message, sizeof *message, MSG_NOSIGNAL), (ssize_t)sizeof *message);
}

static void tell(const struct bench *bench, int event, int slot, int pid, int state, const char *id, const char *token)
{
    const struct pool_slot message = slot_message(event, slot, pid, state, id, token);
    tell_message(bench, &message);
}

static int turn(struct bench *bench)
{
    return leases_turn(bench->leases, contact_now_us());
}

static void hold(const char *id, const char *token)
{
    struct fake_job *job = fake_add_job(id, QUEUE_HELD);
    (void)str_copy(job->token, sizeof job->token, token); /* fits */
}

static void test_renews(void)
{
    struct bench bench;
    bench_open(&bench);
    int wait_ms = turn(&bench); /* no judged yet */
    CU_ASSERT(wait_ms > 0 && wait_ms <= 1001);
    bench_listen(&bench);
    bench.leases->watch_us = 0;
    (void)turn(&bench);
    bench_accept(&bench);
    tell(&bench, POOL_EVENT_STATE, 0, 77, POOL_JUDGING, "1001", "n1:aaaaaaaa");
    tell(&bench, POOL_EVENT_STATE, 1, 78, POOL_IDLE, "", "");
    tell(&bench, POOL_EVENT_STATE, 2, 79, POOL_STORING, "1002", "n1:bbbbbbbb");
    bench.leases->renew_us = 0;
    (void)turn(&bench);
    CU_ASSERT_EQUAL(fake.renewals, 1);
    CU_ASSERT_EQUAL(fake.renewed_count, 2);
    CU_ASSERT_STRING_EQUAL(fake.renewed[1].token, "n1:bbbbbbbb");
    CU_ASSERT_TRUE(board_is_live(&bench.board, "n1:aaaaaaaa"));
    (void)turn(&bench);
    CU_ASSERT_EQUAL(fake.renewals, 1); /* the next is due in a third of a lease */
    int64_t left_us = bench.leases->renew_us - contact_now_us();
    CU_ASSERT(left_us > 3 * SECOND && left_us <= 5 * SECOND);
    tell(&bench, POOL_EVENT_STATE, 0, 77, POOL_IDLE, "", "");
    bench.leases->renew_us = 0;
    (void)turn(&bench);
    CU_ASSERT_EQUAL(fake.renewed_count, 1);
    CU_ASSERT_FALSE(board_is_live(&bench.board, "n1:aaaaaaaa"));
    CU_ASSERT(fake.adoptions == 1 && fake.expired_calls == 0);
    bench_close(&bench);
}

/* A program that runs for a while is on the board; the turn says when to come back for that. */
static void test_runs(void)
{
    struct bench bench;
    struct board_row runs[POOL_SLOTS];
    bench_open(&bench);
    bench_listen(&bench);
    (void)turn(&bench);
    bench_accept(&bench);
    struct pool_slot message = slot_message(POOL_EVENT_STATE, 0, 77, POOL_JUDGING, "1001", "n1:aaaaaaaa");
    message.report.running = 1;
    tell_message(&bench, &message);
    int wait_ms = turn(&bench);
    CU_ASSERT(wait_ms > 0 && wait_ms <= 51);
    CU_ASSERT_EQUAL(board_take_runs(&bench.board, runs), 0);
    bench.leases->roster.slots[0].run_us -= SECOND;
    (void)turn(&bench);
    CU_ASSERT_EQUAL_FATAL(board_take_runs(&bench.board, runs), 1);
    CU_ASSERT_STRING_EQUAL(runs[0].id, "1001");
    CU_ASSERT_STRING_EQUAL(runs[0].token, "n1:aaaaaaaa");
    (void)turn(&bench);
    CU_ASSERT_EQUAL(board_take_runs(&bench.board, runs), 0);
    bench_close(&bench);
}

static void test_death(void)
{
    struct bench bench;
    struct board_row back[4];
    bench_open(&bench);
    bench_listen(&bench);
    (void)turn(&bench);
    bench_accept(&bench);
    hold("1001", "n1:aaaaaaaa");
    hold("1002", "n1:bbbbbbbb");
    fake.recover_code = 1;
    tell(&bench, POOL_EVENT_STATE, 0, 77, POOL_JUDGING, "1001", "n1:aaaaaaaa");
    tell(&bench, POOL_EVENT_STATE, 1, 78, POOL_JUDGING, "1002", "n1:bbbbbbbb");
    tell(&bench, POOL_EVENT_DIED, 0, 77, POOL_JUDGING, "1001", "n1:aaaaaaaa");
    tell(&bench, POOL_EVENT_STATE, 0, 0, POOL_DOWN, "", "");
    (void)turn(&bench);
    CU_ASSERT_EQUAL(fake_job("1001")->state, QUEUE_WAITING);
    CU_ASSERT_EQUAL(fake_job("1002")->state, QUEUE_HELD);
    CU_ASSERT_EQUAL_FATAL(board_take_put_backs(&bench.board, back, 4), 1);
    CU_ASSERT_STRING_EQUAL(back[0].id, "1001");
    CU_ASSERT_STRING_EQUAL(back[0].token, "n1:aaaaaaaa");
    /* Quarantined: the row gets its result from the intake thread, which is woken. */
    fake.recover_code = 2;
    atomic_store(&bench.board.look, false);
    tell(&bench, POOL_EVENT_DIED, 1, 78, POOL_JUDGING, "1002", "n1:bbbbbbbb");
    (void)turn(&bench);
    CU_ASSERT_EQUAL(fake_job("1002")->state, QUEUE_DEAD);
    CU_ASSERT_EQUAL(board_take_put_backs(&bench.board, back, 4), 0);
    CU_ASSERT_TRUE(atomic_load(&bench.board.look));
    bench_close(&bench);
}

/* The queue is gone when workers die: their jobs are given back when it returns. */
static void test_death_queue_gone(void)
{
    struct bench bench;
    struct board_row back[4];
    bench_open(&bench);
    bench_listen(&bench);
    (void)turn(&bench);
    bench_accept(&bench);
    hold("1001", "n1:aaaaaaaa");
    fake.recover_code = 1;
    fake.queue_gone = true;
    tell(&bench, POOL_EVENT_DIED, 0, 77, POOL_JUDGING, "1001", "n1:aaaaaaaa");
    int calls = fake.queue_calls;
    int wait_ms = turn(&bench);
    CU_ASSERT(wait_ms > 0 && wait_ms <= 101);
    CU_ASSERT_EQUAL(fake.queue_calls, calls + 1);
    (void)turn(&bench);
    CU_ASSERT_EQUAL(fake.queue_calls, calls + 1); /* not again before its time */
    CU_ASSERT_EQUAL(atomic_load(&bench.board.contact_us), -1);
    fake.queue_gone = false;
    bench.leases->contact.retry_us = 0;
    (void)turn(&bench);
    CU_ASSERT_EQUAL(fake_job("1001")->state, QUEUE_WAITING);
    CU_ASSERT_EQUAL(board_take_put_backs(&bench.board, back, 4), 1);
    CU_ASSERT_TRUE(atomic_load(&bench.board.look)); /* it may have been wiped */
    CU_ASSERT(atomic_load(&bench.board.contact_us) > 0);
    bench_close(&bench);
}

/* Expired leases are looked at after one lease of unbroken contact, and not after a gap. */
static void test_expired(void)
{
    struct bench bench;
    bench_open(&bench);
    (void)turn(&bench);
    CU_ASSERT_EQUAL(fake.expired_calls, 0);
    bench.leases->expired_us = 0;
    bench.leases->contact.since_us -= 14 * SECOND;
    (void)turn(&bench);
    CU_ASSERT_EQUAL(fake.expired_calls, 0);
    bench.leases->expired_us = 0;
    bench.leases->contact.since_us -= 2 * SECOND;
    (void)turn(&bench);
    CU_ASSERT_EQUAL(fake.expired_calls, 1);
    bench.leases->expired_us = 0;
    bench.leases->contact.seen_us -= 3 * SECOND; /* as after a SIGSTOP */
    (void)turn(&bench);
    CU_ASSERT_EQUAL(fake.expired_calls, 1);
    bench.leases->expired_us = 0;
    bench.leases->contact.since_us -= 16 * SECOND;
    (void)turn(&bench);
    CU_ASSERT_EQUAL(fake.expired_calls, 2);
    fake.queue_gone = true;
    bench.leases->renew_us = bench.leases->expired_us = 0;
    (void)turn(&bench);
    fake.queue_gone = false;
    bench.leases->contact.retry_us = 0;
    (void)turn(&bench);
    CU_ASSERT_EQUAL(fake.expired_calls, 2);
    bench_close(&bench);
}

/* Redis is back after a time in which the file answered: what ran out there meanwhile is left for one lease more. */
static void test_expired_redis_gone(void)
{
    struct bench bench;
    bench_open(&bench);
    (void)str_copy(bench.settings.redis_host, sizeof bench.settings.redis_host, "127.0.0.1"); /* fits */
    fake.redis_gone = true;
    (void)turn(&bench);
    CU_ASSERT_EQUAL(atomic_load(&bench.board.shared_us), -1);
    bench.leases->expired_us = 0;
    bench.leases->contact.since_us -= 16 * SECOND;
    (void)turn(&bench);
    CU_ASSERT_EQUAL(fake.expired_calls, 1); /* those of the file */
    fake.redis_gone = false;
    bench.leases->renew_us = bench.leases->expired_us = 0;
    (void)turn(&bench);
    CU_ASSERT_EQUAL(fake.expired_calls, 1);
    CU_ASSERT(atomic_load(&bench.board.shared_us) > 0);
    bench.leases->expired_us = 0;
    bench.leases->shared.since_us -= 16 * SECOND;
    (void)turn(&bench);
    CU_ASSERT_EQUAL(fake.expired_calls, 2);
    bench_close(&bench);
}

/* judged ends and a new one listens on another socket of the same name. */
static void test_reconnects(void)
{
    struct bench bench;
    bench_open(&bench);
    bench_listen(&bench);
    (void)turn(&bench);
    bench_accept(&bench);
    hold("1001", "n1:aaaaaaaa");
    fake.recover_code = 1;
    tell(&bench, POOL_EVENT_STATE, 0, 77, POOL_JUDGING, "1001", "n1:aaaaaaaa");
    (void)turn(&bench);
    (void)close(bench.stream);
    (void)close(bench.listener);
    (void)turn(&bench);
    CU_ASSERT_EQUAL(bench.leases->watcher.fd, -1);
    bench.leases->renew_us = 0;
    (void)turn(&bench);
    CU_ASSERT_EQUAL(fake.renewed_count, 1); /* what was known last is renewed meanwhile */
    bench_listen(&bench);
    bench.leases->watch_us = 0;
    (void)turn(&bench);
    bench_accept(&bench);
    tell(&bench, POOL_EVENT_STATE, 0, 99, POOL_IDLE, "", ""); /* another process: the job's worker died unseen */
    (void)turn(&bench);
    CU_ASSERT_EQUAL(fake_job("1001")->state, QUEUE_WAITING);
    bench_close(&bench);
}

/* Workers die over three jobs in a row: the first two deaths are counted, from then on somebody else is to blame. */
static void test_storm_of_deaths(void)
{
    static const char *const ids[] = {"1001", "1002", "1003"};
    struct bench bench;
    bench_open(&bench);
    bench_listen(&bench);
    (void)turn(&bench);
    bench_accept(&bench);
    fake.recover_code = 1;
    for (int i = 0; i < 3; i++) {
        hold(ids[i], "n1:aaaaaaaa");
        tell(&bench, POOL_EVENT_STATE, i, 77 + i, POOL_JUDGING, ids[i], "n1:aaaaaaaa");
        tell(&bench, POOL_EVENT_DIED, i, 77 + i, POOL_JUDGING, ids[i], "n1:aaaaaaaa");
        (void)turn(&bench);
        CU_ASSERT_EQUAL(fake_job(ids[i])->state, QUEUE_WAITING);
        CU_ASSERT_EQUAL(fake.uncounted, i == 2);
    }
    bench_close(&bench);
}

/* Workers that are killed with nothing in hand say that somebody kills them; a job's own deaths never do. */
static void test_idle_deaths(void)
{
    struct bench bench;
    bench_open(&bench);
    bench_listen(&bench);
    (void)turn(&bench);
    bench_accept(&bench);
    fake.recover_code = 1;
    for (int i = 0; i < 5; i++) {
        hold("1001", "n1:aaaaaaaa");
        fake_job("1001")->state = QUEUE_HELD;
        if (i == 3) {
            for (int k = 1; k < 3; k++) {
                tell(&bench, POOL_EVENT_STATE, k, 50 + k, POOL_IDLE, "", "");
                tell(&bench, POOL_EVENT_STATE, k, 0, POOL_DOWN, "", "");
            }
        }
        tell(&bench, POOL_EVENT_STATE, 0, 77 + i, POOL_JUDGING, "1001", "n1:aaaaaaaa");
        tell(&bench, POOL_EVENT_DIED, 0, 77 + i, POOL_JUDGING, "1001", "n1:aaaaaaaa");
        tell(&bench, POOL_EVENT_STATE, 0, 0, POOL_DOWN, "", "");
        (void)turn(&bench);
        CU_ASSERT_EQUAL(fake.uncounted, i < 3 ? 0 : i - 2);
    }
    bench_close(&bench);
}

/* A job that has lost a worker before is given back a little later: by then others may have lost theirs, which excuses it. Its row
 * waits and its lease is renewed meanwhile. */
static void test_doubt(void)
{
    struct bench bench;
    struct board_row rows[4];
    bench_open(&bench);
    bench_listen(&bench);
    (void)turn(&bench);
    bench_accept(&bench);
    fake.recover_code = 1;
    hold("1001", "n1:aaaaaaaa");
    struct pool_slot message = slot_message(POOL_EVENT_DIED, 0, 77, POOL_JUDGING, "1001", "n1:aaaaaaaa");
    message.report.attempt = 2;
    tell_message(&bench, &message);
    int wait_ms = turn(&bench);
    CU_ASSERT(wait_ms > 0 && wait_ms <= 2001);
    CU_ASSERT_EQUAL(fake_job("1001")->state, QUEUE_HELD);
    CU_ASSERT_EQUAL(board_take_put_backs(&bench.board, rows, 4), 1);
    CU_ASSERT_STRING_EQUAL(rows[0].token, "n1:aaaaaaaa");
    fake.renewed_count = 0;
    bench.leases->renew_us = 0;
    (void)turn(&bench);
    CU_ASSERT_EQUAL(fake.renewed_count, 1);
    for (int i = 1; i < 3; i++) {
        tell(&bench, POOL_EVENT_STATE, i, 77 + i, POOL_IDLE, "", "");
        tell(&bench, POOL_EVENT_STATE, i, 0, POOL_DOWN, "", "");
    }
    (void)turn(&bench);
    CU_ASSERT_EQUAL(fake_job("1001")->state, QUEUE_HELD);
    bench.leases->died[0].due_us = contact_now_us();
    (void)turn(&bench);
    CU_ASSERT_EQUAL(fake_job("1001")->state, QUEUE_WAITING);
    CU_ASSERT_EQUAL(fake.uncounted, 1);
    CU_ASSERT_EQUAL(bench.leases->died_count, 0);
    bench_close(&bench);
}

/* The agent before was killed: its workers may have been, too. */
static void test_after_kill(void)
{
    struct bench bench;
    bench_open(&bench);
    bench_listen(&bench);
    leases_note_killed(bench.leases, contact_now_us());
    (void)turn(&bench);
    bench_accept(&bench);
    fake.recover_code = 1;
    hold("1001", "n1:aaaaaaaa");
    tell(&bench, POOL_EVENT_DIED, 0, 77, POOL_JUDGING, "1001", "n1:aaaaaaaa");
    (void)turn(&bench);
    CU_ASSERT(fake_job("1001")->state == QUEUE_WAITING && fake.uncounted == 1);
    for (int i = 0; i < 2; i++) {
        bench.leases->expired_us = 0;
        bench.leases->contact.since_us -= 16 * SECOND;
        (void)turn(&bench);
        CU_ASSERT(fake.expired_calls == i + 1 && fake.forgives == (i == 0));
        bench.leases->forgive_us -= 60 * SECOND;
    }
    bench_close(&bench);
}

static void test_other_version(void)
{
    struct bench bench;
    bench_open(&bench);
    bench_listen(&bench);
    (void)turn(&bench);
    bench_accept(&bench);
    CU_ASSERT_EQUAL(send(bench.stream, "hello", 5, MSG_NOSIGNAL), 5);
    (void)turn(&bench);
    CU_ASSERT_EQUAL(bench.leases->watcher.fd, -1);
    CU_ASSERT_TRUE(bench.leases->watcher.failed);
    /* It connects again and again, and says it once: until a good message comes. */
    for (int i = 0; i < 3; i++) {
        const struct pool_answer answer = {.magic = POOL_MAGIC, .error = 1, .text = "root only"};
        (void)close(bench.stream);
        bench.leases->watch_us = 0;
        (void)turn(&bench);
        bench_accept(&bench);
        CU_ASSERT_TRUE(bench.leases->watcher.failed);
        CU_ASSERT_EQUAL(send(bench.stream, &answer, i == 1 ? 7 : sizeof answer, MSG_NOSIGNAL),
                        i == 1 ? 7 : (ssize_t)sizeof answer);
        (void)turn(&bench);
        CU_ASSERT_EQUAL(bench.leases->watcher.fd, -1);
    }
    (void)close(bench.stream);
    bench.leases->watch_us = 0;
    (void)turn(&bench);
    bench_accept(&bench);
    tell(&bench, POOL_EVENT_STATE, 1, 78, POOL_IDLE, "", "");
    (void)turn(&bench);
    CU_ASSERT_FALSE(bench.leases->watcher.failed);
    bench_close(&bench);
}

/* At the end, what judged said last is still done: it ends its workers before this process. */
static void test_last_words(void)
{
    struct bench bench;
    struct board_row back[4];
    bench_open(&bench);
    bench_listen(&bench);
    (void)turn(&bench);
    bench_accept(&bench);
    hold("1001", "n1:aaaaaaaa");
    fake.recover_code = 1;
    tell(&bench, POOL_EVENT_DIED, 0, 77, POOL_JUDGING, "1001", "n1:aaaaaaaa");
    board_stop(&bench.board);
    CU_ASSERT_PTR_NULL(leases_run(bench.leases));
    CU_ASSERT_EQUAL(fake_job("1001")->state, QUEUE_WAITING);
    CU_ASSERT_EQUAL(board_take_put_backs(&bench.board, back, 4), 1);
    struct pollfd fd = {.fd = bench.board.done_fd, .events = POLLIN};
    CU_ASSERT_EQUAL(poll(&fd, 1, 0), 1);
    bench_close(&bench);
}

/* judged is gone, and so are its workers: the thread ends by itself. */
static void test_orphaned(void)
{
    struct bench bench;
    bench_open(&bench);
    bench_listen(&bench);
    (void)turn(&bench);
    bench_accept(&bench);
    tell(&bench, POOL_EVENT_STATE, 0, (int)getpid(), POOL_JUDGING, "1001", "n1:aaaaaaaa");
    (void)turn(&bench);
    atomic_store(&bench.board.orphaned, true);
    int adoptions = fake.adoptions;
    bench.leases->renew_us = bench.leases->adopt_us = 0;
    (void)turn(&bench);
    CU_ASSERT_EQUAL(fake.renewals, 1);
    CU_ASSERT_EQUAL(fake.adoptions, adoptions);
    CU_ASSERT_EQUAL(bench.leases->watcher.fd, -1);
    bench.leases->roster.slots[0].pid = INT_MAX; /* no such process */
    CU_ASSERT_PTR_NULL(leases_run(bench.leases));
    bench_close(&bench);
}

static const struct unit_test tests[] = {
    {"renews", test_renews},
    {"runs", test_runs},
    {"death", test_death},
    {"death_queue_gone", test_death_queue_gone},
    {"expired", test_expired},
    {"expired_redis_gone", test_expired_redis_gone},
    {"reconnects", test_reconnects},
    {"storm_of_deaths", test_storm_of_deaths},
    {"idle_deaths", test_idle_deaths},
    {"doubt", test_doubt},
    {"after_kill", test_after_kill},
    {"other_version", test_other_version},
    {"last_words", test_last_words},
    {"orphaned", test_orphaned},
};

UNIT_MAIN("node_leases", tests)
