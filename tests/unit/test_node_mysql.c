/*
 * test_node_mysql.c - the real judge_node and a real MariaDB: a server that stands still, rows that nobody or another judge holds.
 */
#include "tests/unit/node_box.h"

#include "tests/sandbox/lib/mariadb_server.h"
#include "tests/sandbox/lib/store_site.h"

#include "common/banned.h"

#define DATABASE_CONF                                                                                                  \
    "[database]\nsocket = %s\nuser = judge\npassword = \"a#b;c @!\\\"d\"\nname = %s\ntimeout_ms = 2000\n"

struct town { /* a site's database and a box beside it */
    struct mariadb_server *server;
    struct store_site site;
    struct box box;
    bool opened;
};

/* more: the rest of judge.conf. False where the test cannot run. */
static bool town_open(struct town *town, bool redis, const char *more)
{
    char why[256] = "", line[256] = "";
    bool missing = false;
    memset(town, 0, sizeof *town);
    if (!box_open(&town->box))
        return false;
    town->server = mariadb_server_open(NULL, &missing, why, sizeof why);
    if (town->server == NULL || !store_site_open(&town->site, SITE_INNODB, town->server, why, sizeof why)) {
        if (missing)
            unit_skip(why);
        else
            UNIT_CHECK(false, "%s", why);
        mariadb_server_close(town->server);
        box_close(&town->box);
        return false;
    }
    CU_ASSERT_EQUAL_FATAL(chmod(mariadb_server_folder(town->server), 0755), 0);
    if (redis && !box_redis_open(&town->box)) {
        store_site_close(&town->site);
        mariadb_server_close(town->server);
        box_close(&town->box);
        return false;
    }
    if (redis)
        (void)str_format(line, sizeof line, "[redis]\nsocket = %s\n", town->box.redis.socket); /* fits */
    box_configure(&town->box, DATABASE_CONF "%s%s", mariadb_server_socket(town->server), town->site.name, line, more);
    return true;
}

static void town_close(struct town *town)
{
    mariadb_server_signal(town->server, SIGCONT);
    box_close(&town->box);
    store_site_close(&town->site);
    mariadb_server_close(town->server);
}

/* A row of the table, in `result`, claimed `age_s` ago by judger. */
static int64_t town_add(struct town *town, int result, const char *judger, int age_s)
{
    const struct store_site_row row = {.problem = 1000, .user = "alice", .result = result};
    int64_t id = store_site_add(&town->site, &row);
    CU_ASSERT_FATAL(id > 0);
    (void)store_site_number(
        &town->site,
        "UPDATE solution SET judger = '%s', judgetime = NOW() - INTERVAL %d SECOND WHERE solution_id = %lld", judger,
        age_s, (long long)id); /* it gives no number */
    return id;
}

static int64_t town_result(struct town *town, int64_t id)
{
    return store_site_number(&town->site, "SELECT result FROM solution WHERE solution_id = %lld", (long long)id);
}

/* The database stands still: leases are renewed all the same, a death is told to the queue at once, the list is left alone, and
 * the process ends when it is told to. What was pushed and killed meanwhile is not lost. */
static void test_stopped(void)
{
    struct town town;
    struct queue_job job, dying;
    if (!town_open(&town, true, "[intake]\nsweep_s = 600\n"))
        return;
    struct box *box = &town.box;
    int64_t first = town_add(&town, 0, "", 0);
    int64_t second = town_add(&town, 0, "", 0);
    box_node_start(box);
    CU_ASSERT_TRUE(box_accept(box, 5000));
    CU_ASSERT_TRUE_FATAL(box_take(box, &job, 5000) && box_take(box, &dying, 5000));
    CU_ASSERT(box_state(box, first) == QUEUE_HELD && box_state(box, second) == QUEUE_HELD);
    (void)store_site_number(&town.site, "UPDATE solution SET result = 3, judger = '%s' WHERE solution_id = %s",
                            dying.token, dying.id); /* it gives no number */
    int64_t pushed = town_add(&town, 0, "", 0);
    box_tell(box, POOL_EVENT_STATE, (int)getpid(), POOL_JUDGING, &job);
    mariadb_server_signal(town.server, SIGSTOP);
    CU_ASSERT(box_redis(box, "LPUSH hustoj %lld", (long long)pushed) >= 1);
    struct pool_slot died = {.magic = POOL_MAGIC, .event = POOL_EVENT_DIED, .slot = 1, .pid = 1};
    (void)str_copy(died.report.id, sizeof died.report.id, dying.id); /* these fit */
    (void)str_copy(died.report.token, sizeof died.report.token, dying.token);
    CU_ASSERT_EQUAL(send(box->stream, &died, sizeof died, MSG_NOSIGNAL), (ssize_t)sizeof died);
    int64_t dead = 0;
    CU_ASSERT_EQUAL(str_to_int64(dying.id, 1, INT64_MAX, &dead), 0);
    CU_ASSERT_TRUE(BOX_UNTIL(box_state(box, dead) == QUEUE_WAITING, 1500));
    CU_ASSERT_TRUE(BOX_UNTIL(box_said(box, "store gone: ") == 1, 5000));
    struct queue_place place;
    CU_ASSERT_FALSE(BOX_UNTIL(queue_find(box->queue, job.id, &place, NULL) != 0 || place.state != QUEUE_HELD, 4000));
    CU_ASSERT_STRING_EQUAL(place.token, job.token);
    CU_ASSERT_EQUAL(box_said(box, "store gone: "), 1);
    CU_ASSERT_EQUAL(box_redis(box, "LLEN hustoj") + box_redis(box, "LLEN oj:inbox:n1"), 1);
    int64_t begin_us = clock_now_us();
    CU_ASSERT_EQUAL(box_node_end(box, SIGTERM, 5000), 0);
    CU_ASSERT(clock_now_us() - begin_us < 1500000);
    mariadb_server_signal(town.server, SIGCONT);
    box_node_start(box);
    CU_ASSERT_TRUE(BOX_UNTIL(box_state(box, pushed) == QUEUE_WAITING, 5000));
    CU_ASSERT_TRUE(BOX_UNTIL(box_redis(box, "LLEN hustoj") == 0 && box_redis(box, "LLEN oj:inbox:n1") == 0, 5000));
    queue_job_fini(&job);
    queue_job_fini(&dying);
    town_close(&town);
}

/* A queue of the box's own: rows of this box that nobody holds come back, those of other judges when they are old. */
static void test_held(void)
{
    struct town town;
    if (!town_open(&town, false, "[intake]\nsweep_s = 1\nforeign_claim_s = 60\n"))
        return;
    struct box *box = &town.box;
    int64_t lost = town_add(&town, 2, "n1:abcdefgh", 1);
    int64_t other_box = town_add(&town, 3, "n2:abcdefgh", 1);
    int64_t old = town_add(&town, 2, "localhost", 100);
    int64_t nameless = town_add(&town, 3, "", 100);
    int64_t young = town_add(&town, 2, "localhost", 1);
    int64_t manual = town_add(&town, 14, "localhost", 1000);
    box_node_start(box);
    CU_ASSERT_TRUE(box_accept(box, 5000));
    CU_ASSERT_TRUE(BOX_UNTIL(box_state(box, old) == QUEUE_WAITING && box_state(box, nameless) == QUEUE_WAITING, 10000));
    CU_ASSERT_TRUE(BOX_UNTIL(box_state(box, lost) == QUEUE_WAITING, 10000));
    CU_ASSERT_EQUAL(town_result(&town, lost), 1);
    CU_ASSERT_EQUAL(town_result(&town, other_box), 3);
    CU_ASSERT_EQUAL(town_result(&town, young), 2);
    CU_ASSERT_EQUAL(town_result(&town, manual), 14);
    CU_ASSERT_EQUAL(box_said(box, "judger=\"localhost\": another judge"), 1);
    /* The connection is cut under it: at most one line of it, and the next row is found. */
    (void)store_site_number(&town.site, "SELECT 1"); /* the admin's own connection is there */
    mariadb_server_end(town.server, SIGKILL);
    CU_ASSERT_TRUE(BOX_UNTIL(box_said(box, "store gone: ") == 1, 5000));
    CU_ASSERT_EQUAL_FATAL(mariadb_server_start(town.server), 0);
    CU_ASSERT_TRUE_FATAL(store_site_again(&town.site));
    int64_t later = town_add(&town, 0, "", 0);
    CU_ASSERT_TRUE(BOX_UNTIL(box_state(box, later) == QUEUE_WAITING, 5000));
    CU_ASSERT_EQUAL(box_said(box, "store back"), 1);
    CU_ASSERT_EQUAL(box_said(box, "store gone: "), 1);
    town_close(&town);
}

static const struct unit_test tests[] = {
    {"stopped", test_stopped},
    {"held", test_held},
};

UNIT_MAIN("node_mysql", tests)
