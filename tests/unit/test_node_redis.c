/*
 * test_node_redis.c - the real judge_node and a real Redis: the site's list, a wipe, a server that stands still, boxes that died.
 */
#include "tests/unit/node_box.h"

#include "common/banned.h"

#define REDIS_CONF "[redis]\nsocket = %s\ncommand_timeout_ms = 500\nconnect_timeout_ms = 500\n"

static bool open_box(struct box *box, const char *more)
{
    if (!box_open(box))
        return false;
    if (box_redis_open(box)) {
        box_configure(box, REDIS_CONF "%s", box->redis.socket, more);
        return true;
    }
    box_close(box);
    return false;
}

/* Pushed ids become jobs; what is no id of a waiting row does not, and nothing stays in the list or the inbox. */
static void test_list(void)
{
    struct box box;
    struct queue_job job;
    if (!open_box(&box, "[intake]\nsweep_s = 600\n"))
        return;
    struct store *store = box_store(&box);
    box_node_start(&box);
    CU_ASSERT_TRUE(box_accept(&box, 5000));
    CU_ASSERT_TRUE(BOX_UNTIL(box_redis(&box, "EXISTS oj:alive:n1") == 1, 5000));
    CU_ASSERT_TRUE(box_settles(&box));
    int64_t first = box_submit(store);
    int64_t second = box_submit(store);
    static const char *const garbage[] = {"-1",
                                          "0",
                                          "\"\"",
                                          "abc",
                                          "1e3",
                                          "99999999999999999999",
                                          "\"1\\n2\"",
                                          "\"\\xff\\x00\"",
                                          "9223372036854775807",
                                          "123456"};
    for (size_t i = 0; i < sizeof garbage / sizeof garbage[0]; i++)
        CU_ASSERT(box_redis(&box, "LPUSH hustoj %s", garbage[i]) >= 1);
    static char huge[400];
    memset(huge, '7', sizeof huge - 1);
    CU_ASSERT(box_redis(&box, "LPUSH hustoj %s", huge) >= 1);
    for (int i = 0; i < 3; i++)
        CU_ASSERT(box_redis(&box, "LPUSH hustoj %lld", (long long)first) >= 1);
    CU_ASSERT_TRUE(BOX_UNTIL(box_state(&box, first) == QUEUE_WAITING, 5000));
    CU_ASSERT_TRUE(BOX_UNTIL(box_redis(&box, "LLEN hustoj") == 0 && box_redis(&box, "LLEN oj:inbox:n1") == 0, 5000));
    CU_ASSERT_EQUAL(box_state(&box, second), QUEUE_UNKNOWN); /* nobody pushed it, and the sweep is far */
    CU_ASSERT_TRUE_FATAL(box_take(&box, &job, 1000));
    CU_ASSERT_EQUAL(queue_ack(box.queue, &job, NULL), 1);
    queue_job_fini(&job);
    CU_ASSERT_FALSE(box_take(&box, &job, 0)); /* pushed three times, there once */
    CU_ASSERT_TRUE(BOX_UNTIL(box_said(&box, "not a submission's number") == 1, 15000));
    int64_t begin_us = clock_now_us();
    CU_ASSERT(box_redis(&box, "LPUSH hustoj %lld", (long long)second) >= 1);
    CU_ASSERT_TRUE_FATAL(box_take(&box, &job, 5000));
    printf("# pushed to taken: %lld us\n", (long long)(clock_now_us() - begin_us));
    CU_ASSERT(clock_now_us() - begin_us < 1000000);
    queue_job_fini(&job);
    CU_ASSERT_TRUE(box_hears(&box, POOL_REPORT_MS));
    store_close(store);
    box_close(&box);
}

/* An inbox that a crash left, and that of a box that is no more: nobody's ids are lost. */
static void test_inboxes(void)
{
    struct box box;
    if (!open_box(&box, "[intake]\nsweep_s = 600\n"))
        return;
    struct store *store = box_store(&box);
    int64_t late[3];
    box_node_start(&box); /* with its sweep done, only the inboxes can bring them */
    CU_ASSERT_TRUE(box_accept(&box, 5000));
    CU_ASSERT_TRUE(box_settles(&box));
    CU_ASSERT_EQUAL(box_node_end(&box, SIGKILL, 5000), 128 + SIGKILL);
    for (int i = 0; i < 3; i++)
        late[i] = box_submit(store);
    CU_ASSERT_EQUAL(box_redis(&box, "LPUSH oj:inbox:n1 %lld", (long long)late[0]), 1);
    CU_ASSERT_EQUAL(box_redis(&box, "LPUSH hustoj %lld", (long long)late[1]), 1);
    CU_ASSERT_EQUAL(box_redis(&box, "LPUSH oj:inbox:n9 %lld", (long long)late[2]), 1);
    CU_ASSERT_EQUAL(box_redis(&box, "SADD oj:nodes n9"), 1);
    box_node_start(&box);
    for (int i = 0; i < 3; i++)
        CU_ASSERT_TRUE(BOX_UNTIL(box_state(&box, late[i]) == QUEUE_WAITING, 5000));
    CU_ASSERT_TRUE(
        BOX_UNTIL(box_redis(&box, "EXISTS oj:inbox:n1") == 0 && box_redis(&box, "EXISTS oj:inbox:n9") == 0, 5000));
    store_close(store);
    box_close(&box);
}

/* Everything in Redis is gone: the rows that wait are there again, and the lease of a worker that lives is, too. */
static void test_wiped(void)
{
    struct box box;
    struct queue_job job;
    int64_t ids[40];
    char answer[64];
    struct err e;
    if (!open_box(&box, "[intake]\nsweep_s = 1\n"))
        return;
    struct store *store = box_store(&box);
    for (int i = 0; i < 40; i++)
        ids[i] = box_submit(store);
    box_node_start(&box);
    CU_ASSERT_TRUE(box_accept(&box, 5000));
    CU_ASSERT_TRUE_FATAL(box_take(&box, &job, 5000));
    struct store_submission submission;
    int64_t held = 0;
    CU_ASSERT_EQUAL(str_to_int64(job.id, 1, INT64_MAX, &held), 0);
    CU_ASSERT_EQUAL_FATAL(store_claim(store, held, job.token, "", &submission, &e), 1);
    store_submission_fini(&submission);
    box_tell(&box, POOL_EVENT_STATE, (int)getpid(), POOL_JUDGING, &job);
    for (int i = 0; i < 40; i++)
        CU_ASSERT_TRUE(BOX_UNTIL(box_state(&box, ids[i]) != QUEUE_UNKNOWN, 5000));
    CU_ASSERT_EQUAL(redis_server_command(&box.redis, "FLUSHALL", answer, sizeof answer, &e), 0);
    for (int i = 0; i < 40; i++)
        CU_ASSERT_TRUE(BOX_UNTIL(box_state(&box, ids[i]) == (ids[i] == held ? QUEUE_HELD : QUEUE_WAITING), 5000));
    queue_job_fini(&job);
    store_close(store);
    box_close(&box);
}

/* Redis stands still for longer than a lease: afterwards the job of a worker that lives is still its own. One box waits for Redis,
 * the other one (more: redis_gone_s) works from its file meanwhile. */
static void test_stopped(void)
{
    static const char *const more[] = {"[intake]\nsweep_s = 1\n[queue]\nlease_s = 3\nredis_gone_s = 60\n",
                                       "[intake]\nsweep_s = 1\n[queue]\nlease_s = 3\nredis_gone_s = 1\n"};
    struct box boxes[2];
    struct queue_job jobs[2];
    struct store *stores[2] = {NULL, NULL};
    int64_t ids[2];
    int opened = 0;
    while (opened < 2 && open_box(&boxes[opened], more[opened])) {
        struct box *box = &boxes[opened];
        stores[opened] = box_store(box);
        ids[opened] = box_submit(stores[opened]);
        box_node_start(box);
        CU_ASSERT_TRUE(box_accept(box, 5000));
        CU_ASSERT_TRUE_FATAL(box_take(box, &jobs[opened], 5000));
        box_tell(box, POOL_EVENT_STATE, (int)getpid(), POOL_JUDGING, &jobs[opened]);
        opened++;
    }
    if (opened < 2)
        return;
    /* The rows are in nobody's hands, as far as the table says: a sweep adds what the queue does not know. */
    for (int i = 0; i < 2; i++)
        CU_ASSERT_EQUAL(kill(boxes[i].redis.pid, SIGSTOP), 0);
    CU_ASSERT_TRUE(BOX_UNTIL(box_said(&boxes[0], "queue gone: ") == 1, 5000));
    CU_ASSERT_TRUE(BOX_UNTIL(box_said(&boxes[1], "working without redis") >= 1, 5000));
    int64_t second = box_submit(stores[1]);
    (void)poll(NULL, 0, 3500); /* more than a lease: what is waited for is that nothing happens */
    for (int i = 0; i < 2; i++)
        CU_ASSERT_EQUAL(kill(boxes[i].redis.pid, SIGCONT), 0);
    CU_ASSERT_TRUE(BOX_UNTIL(box_said(&boxes[0], "queue back") == 1, 5000));
    CU_ASSERT_TRUE(BOX_UNTIL(box_said(&boxes[1], "redis is back") >= 1, 5000));
    for (int64_t end_us = clock_now_us() + 4500000; clock_now_us() < end_us;) {
        for (int i = 0; i < 2; i++) {
            struct queue_place place;
            struct err e = {""};
            CU_ASSERT_EQUAL(queue_find(boxes[i].queue, jobs[i].id, &place, &e), 0);
            UNIT_CHECK(place.state == QUEUE_HELD && strcmp(place.token, jobs[i].token) == 0, "box %d: state %d, %s", i,
                       (int)place.state, place.token);
        }
        (void)poll(NULL, 0, 100);
    }
    CU_ASSERT_NOT_EQUAL(box_state(&boxes[1], second), QUEUE_UNKNOWN);
    CU_ASSERT_EQUAL(box_said(&boxes[0], "queue gone: "), 1);
    for (int i = 0; i < 2; i++) {
        CU_ASSERT_EQUAL(queue_ack(boxes[i].queue, &jobs[i], NULL), 1);
        queue_job_fini(&jobs[i]);
        store_close(stores[i]);
        CU_ASSERT(ids[i] > 0);
        box_close(&boxes[i]);
    }
}

static const struct unit_test tests[] = {
    {"list", test_list},
    {"inboxes", test_inboxes},
    {"wiped", test_wiped},
    {"stopped", test_stopped},
};

UNIT_MAIN("node_redis", tests)
