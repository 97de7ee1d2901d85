/*
 * test_node_rules.c - what judge_node decides without asking anybody: lanes, held rows, the roster of workers, contact, texts.
 */
#include "tests/unit/unit.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/str.h"
#include "judge_node/board.h"
#include "judge_node/contact.h"
#include "judge_node/held.h"
#include "judge_node/lane.h"
#include "judge_node/roster.h"
#include "judge_node/shown.h"

#include "common/banned.h"

#define SECOND 1000000

static void test_lane(void)
{
    static const struct {
        struct store_submission row;
        enum queue_lane lane;
    } rows[] = {
        {{.problem_id = 1000}, QUEUE_LANE_PRACTICE},
        {{.problem_id = -1000}, QUEUE_LANE_PRACTICE},
        {{.problem_id = 0}, QUEUE_LANE_TEST},
        {{.problem_id = 0, .result = STORE_REJUDGE}, QUEUE_LANE_TEST},
        {{.problem_id = 1000, .result = STORE_REJUDGE}, QUEUE_LANE_REJUDGE},
        {{.problem_id = 1000, .contest_id = 7}, QUEUE_LANE_PRACTICE},
        {{.problem_id = 1000, .contest_id = 7, .contest_running = true}, QUEUE_LANE_CONTEST},
        {{.problem_id = 1000, .result = STORE_REJUDGE, .contest_running = true}, QUEUE_LANE_CONTEST},
        {{.problem_id = 0, .contest_running = true}, QUEUE_LANE_CONTEST},
        {{.problem_id = 2000}, QUEUE_LANE_EXAM},
        {{.problem_id = 1000, .contest_id = 1001}, QUEUE_LANE_EXAM},
        {{.problem_id = 1000, .contest_id = 1001, .contest_running = true, .result = STORE_REJUDGE}, QUEUE_LANE_EXAM},
        {{.problem_id = 1001, .contest_id = 2000}, QUEUE_LANE_PRACTICE},
        {{.problem_id = 200}, QUEUE_LANE_PRACTICE},
    };
    static const struct settings settings = {.exam = "contest:1001  problem:2000 problem:7"};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        UNIT_CHECK(lane_of(&settings, &rows[i].row) == rows[i].lane, "row %zu: lane %d", i,
                   (int)lane_of(&settings, &rows[i].row));
}

static void test_token(void)
{
    static const struct {
        const char *judger;
        bool ours;
    } rows[] = {
        {"n1:abcdefgh", true},        {"a-b-c-7:a2b3c4d5", true},
        {"toolong8:abcdefgh", false}, {":abcdefgh", false},
        {"n1:abcdefg", false},        {"n1:abcdefghi", false},
        {"N1:abcdefgh", false},       {"n1:ABCDEFGH", false},
        {"n1:abcd-fgh", false},       {"", false},
        {"localhost", false},         {"admin", false},
        {"n1:abc:efgh", false},       {"n 1:abcdefgh", false},
        {"n1abcdefgh", false},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        UNIT_CHECK(held_is_token(rows[i].judger) == rows[i].ours, "judger '%s'", rows[i].judger);
}

/* One row of a table of looks: what is seen at `at_s`, and what is to come of it. */
struct look {
    int64_t at_s;
    const char *judger;
    int64_t age_s;
    enum queue_state state;
    bool live;
    enum held_answer answer;
};

static void look_all(bool shared, const char *name, const struct look *looks, size_t n)
{
    const struct held_rule rule = {.node = "n1", .shared = shared, .lease_us = 15 * SECOND, .foreign_s = 600};
    struct held held;
    CU_ASSERT_EQUAL_FATAL(held_init(&held), 0);
    for (size_t i = 0; i < n; i++) {
        struct store_status row = {.id = 1001, .result = STORE_COMPILING, .age_s = looks[i].age_s};
        (void)str_copy(row.judger, sizeof row.judger, looks[i].judger); /* fits */
        held_restart(&held);
        enum held_answer answer = held_row(&held, &rule, &row, looks[i].state, looks[i].live, looks[i].at_s * SECOND);
        UNIT_CHECK(answer == looks[i].answer, "%s, look %zu: %d", name, i, (int)answer);
        held_end(&held);
    }
    held_fini(&held);
}

#define LOOK_ALL(shared, looks) look_all(shared, #looks, looks, sizeof(looks) / sizeof((looks)[0]))

static void test_held_ours(void)
{
    const struct look lost[] = {{0, "n1:abcdefgh", 1, QUEUE_UNKNOWN, false, HELD_LEAVE},
                                {5, "n1:abcdefgh", 6, QUEUE_UNKNOWN, false, HELD_LEAVE},
                                {16, "n1:abcdefgh", 17, QUEUE_UNKNOWN, false, HELD_LEAVE},
                                {17, "n1:abcdefgh", 18, QUEUE_UNKNOWN, false, HELD_LOST}};
    const struct look leased[] = {{0, "n1:abcdefgh", 1, QUEUE_UNKNOWN, false, HELD_LEAVE},
                                  {10, "n1:abcdefgh", 11, QUEUE_HELD, false, HELD_LEAVE},
                                  {20, "n1:abcdefgh", 21, QUEUE_UNKNOWN, false, HELD_LEAVE},
                                  {37, "n1:abcdefgh", 38, QUEUE_UNKNOWN, false, HELD_LOST}};
    const struct look alive[] = {{0, "n1:abcdefgh", 1, QUEUE_UNKNOWN, true, HELD_LEAVE},
                                 {1000, "n1:abcdefgh", 1000, QUEUE_UNKNOWN, true, HELD_LEAVE}};
    const struct look another[] = {{0, "n1:abcdefgh", 1, QUEUE_UNKNOWN, false, HELD_LEAVE},
                                   {20, "n1:bbbbbbbb", 1, QUEUE_UNKNOWN, false, HELD_LEAVE},
                                   {37, "n1:bbbbbbbb", 18, QUEUE_UNKNOWN, false, HELD_LOST}};
    const struct look waiting[] = {{0, "n1:abcdefgh", 1, QUEUE_WAITING, false, HELD_LEAVE},
                                   {1000, "n1:abcdefgh", 1000, QUEUE_WAITING, false, HELD_LEAVE}};
    const struct look dead[] = {{0, "n1:abcdefgh", 1, QUEUE_DEAD, false, HELD_LEAVE},
                                {17, "n1:abcdefgh", 18, QUEUE_DEAD, false, HELD_LOST}};
    LOOK_ALL(true, lost);
    LOOK_ALL(false, lost);
    LOOK_ALL(true, leased);
    LOOK_ALL(true, alive);
    LOOK_ALL(true, another);
    LOOK_ALL(true, waiting);
    LOOK_ALL(true, dead);
}

static void test_held_foreign(void)
{
    const struct look old[] = {{0, "localhost", 600, QUEUE_UNKNOWN, false, HELD_LEAVE},
                               {1, "localhost", 601, QUEUE_UNKNOWN, false, HELD_FOREIGN}};
    const struct look empty[] = {{0, "", 601, QUEUE_UNKNOWN, false, HELD_FOREIGN}};
    const struct look held[] = {{0, "localhost", 9999, QUEUE_HELD, false, HELD_LEAVE}};
    const struct look ageless[] = {{0, "localhost", -1, QUEUE_UNKNOWN, false, HELD_LEAVE},
                                   {600, "localhost", -1, QUEUE_UNKNOWN, false, HELD_LEAVE},
                                   {601, "localhost", -1, QUEUE_UNKNOWN, false, HELD_FOREIGN}};
    const struct look box[] = {{0, "n2:abcdefgh", 1, QUEUE_UNKNOWN, false, HELD_LEAVE},
                               {100, "n2:abcdefgh", 101, QUEUE_UNKNOWN, false, HELD_LEAVE},
                               {601, "n2:abcdefgh", 601, QUEUE_UNKNOWN, false, HELD_FOREIGN}};
    const struct look shared_box[] = {{0, "n2:abcdefgh", 1, QUEUE_UNKNOWN, false, HELD_LEAVE},
                                      {17, "n2:abcdefgh", 18, QUEUE_UNKNOWN, false, HELD_LOST}};
    const struct look prefix[] = {{0, "n12:abcdefg", 1, QUEUE_UNKNOWN, false, HELD_LEAVE},
                                  {99, "n12:abcdefgh", 1, QUEUE_UNKNOWN, false, HELD_LEAVE},
                                  {199, "n12:abcdefgh", 1, QUEUE_UNKNOWN, false, HELD_LEAVE}};
    LOOK_ALL(true, old);
    LOOK_ALL(false, old);
    LOOK_ALL(true, empty);
    LOOK_ALL(true, held);
    LOOK_ALL(true, ageless);
    LOOK_ALL(false, box);
    LOOK_ALL(true, shared_box);
    LOOK_ALL(false, prefix);
}

/* Many rows: those that stay are found again among those that come and go; a gap forgets all. */
static void test_held_many(void)
{
    const struct held_rule rule = {.node = "n1", .shared = true, .lease_us = 15 * SECOND, .foreign_s = 600};
    struct store_status row = {.judger = "n1:abcdefgh", .age_s = 1};
    struct held held;
    CU_ASSERT_EQUAL_FATAL(held_init(&held), 0);
    for (row.id = 2; row.id <= 9000; row.id += 2)
        CU_ASSERT_EQUAL(held_row(&held, &rule, &row, QUEUE_UNKNOWN, false, 0), HELD_LEAVE);
    held_end(&held);
    int lost = 0;
    for (row.id = 1; row.id <= 9000; row.id++)
        lost += held_row(&held, &rule, &row, QUEUE_UNKNOWN, false, 20 * SECOND) == HELD_LOST;
    held_end(&held);
    CU_ASSERT_EQUAL(lost, HELD_DOUBTS); /* the others' turn comes later */
    held_forget(&held);
    row.id = 2;
    CU_ASSERT_EQUAL(held_row(&held, &rule, &row, QUEUE_UNKNOWN, false, 40 * SECOND), HELD_LEAVE);
    held_fini(&held);
}

static struct pool_slot said(int event, int slot, int pid, int state, const char *id, const char *token)
{
    struct pool_slot message = {
        .magic = POOL_MAGIC, .event = (uint32_t)event, .slot = slot, .pid = pid, .state = state};
    (void)str_copy(message.report.id, sizeof message.report.id, id);          /* fits */
    (void)str_copy(message.report.token, sizeof message.report.token, token); /* fits */
    return message;
}

static size_t held_count(const struct roster *roster)
{
    struct queue_lease leases[POOL_SLOTS];
    int slots[POOL_SLOTS];
    return roster_leases(roster, leases, slots);
}

static void test_roster(void)
{
    static struct roster roster;
    struct roster_job died;
    struct pool_slot message = said(POOL_EVENT_STATE, 3, 77, POOL_JUDGING, "1001", "n1:aaaaaaaa");
    message.report.source = 1;
    CU_ASSERT_FALSE(roster_apply(&roster, &message, 1, &died));
    message = said(POOL_EVENT_STATE, 255, 78, POOL_STORING, "1002", "n1:bbbbbbbb");
    CU_ASSERT_FALSE(roster_apply(&roster, &message, 1, &died));
    message = said(POOL_EVENT_STATE, 0, 79, POOL_IDLE, "", "");
    CU_ASSERT_FALSE(roster_apply(&roster, &message, 1, &died));
    struct queue_lease leases[POOL_SLOTS];
    int slots[POOL_SLOTS];
    CU_ASSERT_EQUAL_FATAL(roster_leases(&roster, leases, slots), 2);
    CU_ASSERT(slots[0] == 3 && slots[1] == 255);
    CU_ASSERT_STRING_EQUAL(leases[0].id, "1001");
    CU_ASSERT_STRING_EQUAL(leases[0].token, "n1:aaaaaaaa");
    CU_ASSERT_EQUAL(leases[0].source, 1);
    /* An idle worker holds nothing, one that is told to end may. */
    message = said(POOL_EVENT_STATE, 3, 77, POOL_ENDING, "1001", "n1:aaaaaaaa");
    CU_ASSERT_FALSE(roster_apply(&roster, &message, 1, &died));
    CU_ASSERT_EQUAL(held_count(&roster), 2);
    message = said(POOL_EVENT_STATE, 3, 77, POOL_IDLE, "1001", "n1:aaaaaaaa");
    CU_ASSERT_FALSE(roster_apply(&roster, &message, 1, &died));
    CU_ASSERT_EQUAL(held_count(&roster), 1);
    /* A death names the job. */
    message = said(POOL_EVENT_DIED, 255, 78, POOL_STORING, "1002", "n1:bbbbbbbb");
    (void)str_copy(message.why, sizeof message.why, "killed by signal 9"); /* fits */
    CU_ASSERT_TRUE(roster_apply(&roster, &message, 1, &died));
    CU_ASSERT_STRING_EQUAL(died.id, "1002");
    CU_ASSERT_STRING_EQUAL(died.token, "n1:bbbbbbbb");
    CU_ASSERT_STRING_EQUAL(died.why, "its worker died: killed by signal 9");
    CU_ASSERT_EQUAL(died.slot, 255);
    CU_ASSERT_EQUAL(held_count(&roster), 0);
    message = said(POOL_EVENT_STATE, 255, 0, POOL_DOWN, "", "");
    CU_ASSERT_FALSE(roster_apply(&roster, &message, 1, &died));
}

/* While the stream was broken, a worker died and another one is in its slot. */
static void test_roster_missed(void)
{
    static struct roster roster;
    struct roster_job died;
    struct pool_slot message = said(POOL_EVENT_STATE, 1, 77, POOL_JUDGING, "1001", "n1:aaaaaaaa");
    CU_ASSERT_FALSE(roster_apply(&roster, &message, 1, &died));
    message = said(POOL_EVENT_STATE, 1, 78, POOL_JUDGING, "1005", "n1:cccccccc");
    CU_ASSERT_TRUE(roster_apply(&roster, &message, 1, &died));
    CU_ASSERT_STRING_EQUAL(died.id, "1001");
    CU_ASSERT_EQUAL(held_count(&roster), 1);
    /* The same process with another job ended the one before itself. */
    message = said(POOL_EVENT_STATE, 1, 78, POOL_JUDGING, "1006", "n1:dddddddd");
    CU_ASSERT_FALSE(roster_apply(&roster, &message, 1, &died));
}

static void test_roster_garbage(void)
{
    static struct roster roster;
    struct roster_job died;
    struct pool_slot good = said(POOL_EVENT_STATE, 1, 77, POOL_JUDGING, "1001", "n1:aaaaaaaa");
    struct pool_slot bad = good;
    bad.magic++;
    CU_ASSERT_FALSE(roster_apply(&roster, &bad, 1, &died));
    bad = good;
    bad.slot = POOL_SLOTS;
    CU_ASSERT_FALSE(roster_apply(&roster, &bad, 1, &died));
    bad.slot = -1;
    CU_ASSERT_FALSE(roster_apply(&roster, &bad, 1, &died));
    bad = good;
    bad.state = POOL_STATES;
    CU_ASSERT_FALSE(roster_apply(&roster, &bad, 1, &died));
    bad = good;
    bad.event = 9;
    CU_ASSERT_FALSE(roster_apply(&roster, &bad, 1, &died));
    bad = good;
    memset(bad.report.id, '1', sizeof bad.report.id);
    CU_ASSERT_FALSE(roster_apply(&roster, &bad, 1, &died));
    bad = good;
    memset(bad.report.token, 'a', sizeof bad.report.token - 1);
    CU_ASSERT_FALSE(roster_apply(&roster, &bad, 1, &died));
    CU_ASSERT_EQUAL(held_count(&roster), 0);
}

/* Who runs is told of once, after a while, and not where the job has ended by then. */
static void test_roster_runs(void)
{
    static struct roster roster;
    struct roster_job died;
    int64_t due_us = 5000;
    struct pool_slot message = said(POOL_EVENT_STATE, 1, 77, POOL_JUDGING, "1001", "n1:aaaaaaaa");
    (void)roster_apply(&roster, &message, 1000, &died); /* no deaths in here */
    CU_ASSERT(roster_runs(&roster, 9000, 100, &due_us) == NULL && due_us == 5000);
    message.report.running = 1;
    (void)roster_apply(&roster, &message, 2000, &died);
    CU_ASSERT(roster_runs(&roster, 2050, 100, &due_us) == NULL && due_us == 2100);
    message.report.case_no = 1; /* later reports do not put it off */
    (void)roster_apply(&roster, &message, 2090, &died);
    const struct roster_job *job = roster_runs(&roster, 2100, 100, &due_us);
    CU_ASSERT_PTR_NOT_NULL_FATAL(job);
    CU_ASSERT_STRING_EQUAL(job->token, "n1:aaaaaaaa");
    (void)roster_apply(&roster, &message, 2200, &died);
    CU_ASSERT_PTR_NULL(roster_runs(&roster, 9000, 100, &due_us));
    message = said(POOL_EVENT_STATE, 1, 77, POOL_JUDGING, "1002", "n1:bbbbbbbb");
    message.report.running = 1;
    (void)roster_apply(&roster, &message, 3000, &died);
    message.state = POOL_STORING;
    (void)roster_apply(&roster, &message, 3010, &died);
    CU_ASSERT_PTR_NULL(roster_runs(&roster, 9000, 100, &due_us));
    message = said(POOL_EVENT_STATE, 1, 77, POOL_IDLE, "", "");
    message.report.running = 1;
    (void)roster_apply(&roster, &message, 4000, &died);
    CU_ASSERT_PTR_NULL(roster_runs(&roster, 9000, 100, &due_us));
}

static void test_roster_renewed(void)
{
    static struct roster roster;
    struct roster_job died;
    struct pool_slot message = said(POOL_EVENT_STATE, 1, 77, POOL_JUDGING, "1001", "n1:aaaaaaaa");
    (void)roster_apply(&roster, &message, 1, &died); /* a new job */
    struct queue_lease lease = {.id = "1001", .token = "n1:aaaaaaaa", .kept = true};
    CU_ASSERT_FALSE(roster_renewed(&roster, 1, &lease));
    lease.kept = false;
    CU_ASSERT_TRUE(roster_renewed(&roster, 1, &lease));
    CU_ASSERT_FALSE(roster_renewed(&roster, 1, &lease)); /* said once */
    lease.kept = true;
    CU_ASSERT_FALSE(roster_renewed(&roster, 1, &lease));
    lease.kept = false;
    CU_ASSERT_TRUE(roster_renewed(&roster, 1, &lease));
}

/* judged is gone: the job of a process that lives is kept, that of one that is gone is not. */
static void test_roster_orphaned(void)
{
    static struct roster roster;
    struct roster_job died;
    pid_t child = fork();
    if (child == 0)
        _exit(0);
    CU_ASSERT_FATAL(child > 0 && waitpid(child, NULL, 0) == child);
    struct pool_slot message = said(POOL_EVENT_STATE, 1, (int)getpid(), POOL_JUDGING, "1001", "n1:aaaaaaaa");
    (void)roster_apply(&roster, &message, 1, &died); /* new jobs */
    message = said(POOL_EVENT_STATE, 2, (int)child, POOL_JUDGING, "1002", "n1:bbbbbbbb");
    (void)roster_apply(&roster, &message, 1, &died);
    message = said(POOL_EVENT_STATE, 3, 1, POOL_JUDGING, "1003", "n1:cccccccc"); /* init: EPERM is alive */
    (void)roster_apply(&roster, &message, 1, &died);
    CU_ASSERT_EQUAL(roster_forget_dead(&roster), 2);
    struct queue_lease lost = {.id = "1001", .token = "n1:aaaaaaaa", .kept = false};
    CU_ASSERT_TRUE(roster_renewed(&roster, 1, &lost));
    CU_ASSERT_EQUAL(roster_forget_dead(&roster), 1);
}

static void test_contact(void)
{
    atomic_uint down = 0;
    struct contact contact;
    const struct err e = {"refused"};
    int64_t now = 100 * SECOND;
    contact_init(&contact, "queue", &down, 1);
    CU_ASSERT_TRUE(contact_due(&contact, now));
    CU_ASSERT_FALSE(contact_whole(&contact, now, 0));
    CU_ASSERT_TRUE(contact_good(&contact, now));
    for (int i = 0; i < 15; i++) {
        CU_ASSERT_FALSE(contact_whole(&contact, now, 15 * SECOND));
        now += SECOND;
        CU_ASSERT_FALSE(contact_good(&contact, now));
    }
    CU_ASSERT_TRUE(contact_whole(&contact, now, 15 * SECOND));
    /* A turn that came three seconds late begins it anew. */
    now += 3 * SECOND;
    contact_tick(&contact, now);
    CU_ASSERT_FALSE(contact_whole(&contact, now, 15 * SECOND));
    CU_ASSERT_TRUE(contact_whole(&contact, now, 0));
    /* So does a failure. */
    contact_bad(&contact, now, &e);
    CU_ASSERT_EQUAL(down, 1);
    CU_ASSERT_FALSE(contact_whole(&contact, now, 0));
    CU_ASSERT_FALSE(contact_due(&contact, now));
    CU_ASSERT_TRUE(contact_due(&contact, now + 100000));
    for (int i = 0; i < 20; i++) {
        contact_bad(&contact, now, &e);
        CU_ASSERT(contact.retry_us - now >= 100000 && contact.retry_us - now <= SECOND);
    }
    CU_ASSERT_TRUE(contact_good(&contact, now + SECOND));
    CU_ASSERT_EQUAL(down, 0);
    CU_ASSERT_EQUAL(contact.since_us, now + SECOND);
}

static void test_shown(void)
{
    CU_ASSERT_STRING_EQUAL(shown_of("n1:abc").text, "n1:abc");
    CU_ASSERT_STRING_EQUAL(shown_of("a b\"\n\x1b\xe4").text, "a?b????");
    CU_ASSERT_EQUAL(strlen(shown_of("0123456789012345678901234567890123456789").text), 32);
    CU_ASSERT_STRING_EQUAL(shown_of("").text, "");
}

static void test_board(void)
{
    static struct board board;
    struct err e;
    CU_ASSERT_EQUAL_FATAL(board_init(&board, &e), 0);
    char id[16];
    for (int i = 0; i < BOARD_PUT_BACKS + 5; i++) {
        (void)str_format(id, sizeof id, "%d", i); /* fits */
        board_add_put_back(&board, id, "n1:aaaaaaaa");
    }
    static struct board_row got[BOARD_PUT_BACKS];
    CU_ASSERT_EQUAL(board_take_put_backs(&board, got, 10), 10);
    CU_ASSERT_STRING_EQUAL(got[9].id, "9");
    CU_ASSERT_EQUAL(board_take_put_backs(&board, got, BOARD_PUT_BACKS), BOARD_PUT_BACKS - 10);
    CU_ASSERT_STRING_EQUAL(got[0].id, "10");
    CU_ASSERT_EQUAL(board_take_put_backs(&board, got, 10), 0);
    const struct queue_lease live[] = {{.token = "n1:aaaaaaaa"}, {.token = "n1:bbbbbbbb"}};
    board_set_live(&board, live, 2);
    CU_ASSERT_TRUE(board_is_live(&board, "n1:bbbbbbbb"));
    CU_ASSERT_FALSE(board_is_live(&board, "n1:cccccccc"));
    board_set_live(&board, live, 1);
    CU_ASSERT_FALSE(board_is_live(&board, "n1:bbbbbbbb"));
    board_fini(&board);
}

static const struct unit_test tests[] = {
    {"lane", test_lane},
    {"token", test_token},
    {"held_ours", test_held_ours},
    {"held_foreign", test_held_foreign},
    {"held_many", test_held_many},
    {"roster", test_roster},
    {"roster_missed", test_roster_missed},
    {"roster_garbage", test_roster_garbage},
    {"roster_renewed", test_roster_renewed},
    {"roster_runs", test_roster_runs},
    {"roster_orphaned", test_roster_orphaned},
    {"contact", test_contact},
    {"shown", test_shown},
    {"board", test_board},
};

UNIT_MAIN("node_rules", tests)
