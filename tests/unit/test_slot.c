/*
 * test_slot.c - judged's table of states and events: every pair has an answer, and the delays and deadlines that follow.
 */
#include <signal.h>
#include <string.h>

#include "judged/slot.h"
#include "tests/unit/unit.h"

#include "common/banned.h"

#define SECOND INT64_C(1000000)

static const struct slot_times *const times = &slot_times_usual;

static struct pool_report report_of(enum pool_state state, const char *id)
{
    struct pool_report report = {.magic = POOL_MAGIC, .state = (uint32_t)state};
    memcpy(report.id, id, strlen(id));
    if (id[0] != '\0')
        memcpy(report.token, "n:abcdefgh", sizeof "n:abcdefgh");
    return report;
}

/* As the supervisor does it. */
static enum slot_action say(struct slot *slot, enum pool_state state, const char *id, int64_t now_us)
{
    struct pool_report report = report_of(state, id);
    int event = slot_hear(slot, &report, times, now_us);
    CU_ASSERT(event >= 0);
    return slot_take_event(slot, (enum slot_event)event, times, now_us);
}

static void start(struct slot *slot, int64_t now_us)
{
    slot_init(slot, 0, times, now_us);
    CU_ASSERT_EQUAL(slot_take_event(slot, SLOT_DUE, times, now_us), SLOT_START);
    slot->pid = 4711;
}

static void expect_next(const struct slot *slot, bool wanted, enum slot_event event, int64_t when_us, const char *what)
{
    enum slot_event is;
    int64_t next_us = slot_next(slot, times, wanted, &is);
    UNIT_CHECK(next_us == when_us, "%s: at %lld us, not %lld", what, (long long)next_us, (long long)when_us);
    if (when_us != INT64_MAX)
        UNIT_CHECK(is == event, "%s: %s", what, slot_event_name(is));
}

/* ---- the table */

static void test_every_pair(void)
{
    for (int state = 0; state < POOL_STATES; state++) {
        for (int event = 0; event < SLOT_EVENTS; event++) {
            const struct slot_row *row = &slot_table[state][event];
            const char *name = slot_event_name((enum slot_event)event);
            bool gone = row->action == SLOT_AGAIN || row->action == SLOT_LATER || row->action == SLOT_RETRY;
            bool end = event == SLOT_ENDED || event == SLOT_HELD || event == SLOT_DIED;
            if (row->action == SLOT_IMPOSSIBLE) {
                UNIT_CHECK((int)row->next == state, "%d %s: what cannot be changes nothing", state, name);
                continue;
            }
            UNIT_CHECK(end == gone, "%d %s: a process that is gone, and only that, is started again", state, name);
            if (state != POOL_DOWN)
                UNIT_CHECK((row->next == POOL_DOWN) == gone, "%d %s: DOWN is where no process is", state, name);
            if (row->action == SLOT_KILL || row->action == SLOT_HUP)
                UNIT_CHECK((int)row->next == state, "%d %s: a signal is no change yet", state, name);
            if (row->action == SLOT_TERM)
                UNIT_CHECK(row->next == POOL_ENDING, "%d %s: told to end is ENDING", state, name);
            if (row->action == SLOT_START)
                UNIT_CHECK(state == POOL_DOWN && row->next == POOL_STARTING, "%d %s: a second process", state, name);
        }
    }
}

/* A hole in the table would be a row of zeros, which no living state has. */
static void test_no_holes(void)
{
    static const struct slot_row hole;
    for (int state = POOL_STARTING; state < POOL_STATES; state++) {
        for (int event = 0; event < SLOT_EVENTS; event++) {
            const struct slot_row *row = &slot_table[state][event];
            UNIT_CHECK(row->next != hole.next || row->action != hole.action, "%d %s is not in the table", state,
                       slot_event_name((enum slot_event)event));
        }
    }
}

/* Told to end: what it says does not make it one that runs. */
static void test_ending_stays(void)
{
    struct slot slot;
    start(&slot, SECOND);
    (void)say(&slot, POOL_IDLE, "", SECOND);
    (void)say(&slot, POOL_JUDGING, "1001", SECOND);
    CU_ASSERT_EQUAL(slot_take_event(&slot, SLOT_STOP, times, SECOND), SLOT_TERM);
    CU_ASSERT_EQUAL(slot_take_event(&slot, SLOT_STOP, times, SECOND), SLOT_NONE);
    (void)say(&slot, POOL_STORING, "1001", SECOND);
    CU_ASSERT_EQUAL(slot.state, POOL_ENDING);
    CU_ASSERT(slot_has_job(&slot));
    (void)say(&slot, POOL_IDLE, "", SECOND);
    CU_ASSERT_EQUAL(slot.state, POOL_ENDING);
    CU_ASSERT_EQUAL(slot.jobs, 1);
    CU_ASSERT_EQUAL(slot_take_event(&slot, SLOT_ENDED, times, 2 * SECOND), SLOT_AGAIN);
    CU_ASSERT_EQUAL(slot.due_us, 2 * SECOND);
}

static void test_impossible(void)
{
    struct slot slot;
    slot_init(&slot, 0, times, SECOND);
    CU_ASSERT_EQUAL(slot_take_event(&slot, SLOT_REPORT_IDLE, times, SECOND), SLOT_IMPOSSIBLE);
    CU_ASSERT_EQUAL(slot.state, POOL_DOWN);
    start(&slot, SECOND);
    CU_ASSERT_EQUAL(slot_take_event(&slot, SLOT_DUE, times, SECOND), SLOT_IMPOSSIBLE);
    CU_ASSERT_EQUAL(slot.state, POOL_STARTING);
}

/* ---- delays */

static void test_delay_doubles(void)
{
    static const int expected_s[] = {1, 2, 4, 8, 16, 30, 30, 30};
    struct slot slot;
    int64_t now_us = SECOND;
    slot_init(&slot, 0, times, now_us);
    for (size_t i = 0; i < sizeof expected_s / sizeof *expected_s; i++) {
        CU_ASSERT_EQUAL(slot_take_event(&slot, SLOT_DUE, times, now_us), SLOT_START);
        now_us += SECOND;
        CU_ASSERT_EQUAL(slot_take_event(&slot, SLOT_DIED, times, now_us), SLOT_LATER);
        UNIT_CHECK(slot.due_us - now_us == expected_s[i] * SECOND, "death %zu: %lld us", i + 1,
                   (long long)(slot.due_us - now_us));
        now_us = slot.due_us;
    }
}

/* Dies n times at once, then lives for alive_us, with a finished job or not, and dies. Returns the delay in seconds. */
static int64_t delay_after(int deaths, int64_t alive_us, bool job)
{
    struct slot slot;
    int64_t now_us = SECOND;
    slot_init(&slot, 0, times, now_us);
    for (int i = 0; i < deaths; i++) {
        (void)slot_take_event(&slot, SLOT_DUE, times, now_us);
        (void)slot_take_event(&slot, SLOT_DIED, times, now_us);
        now_us = slot.due_us;
    }
    (void)slot_take_event(&slot, SLOT_DUE, times, now_us);
    if (job) {
        (void)say(&slot, POOL_JUDGING, "5", now_us);
        (void)say(&slot, POOL_IDLE, "", now_us);
    }
    now_us += alive_us;
    (void)slot_take_event(&slot, SLOT_DIED, times, now_us);
    return (slot.due_us - now_us) / SECOND;
}

static void test_delay_starts_anew(void)
{
    CU_ASSERT_EQUAL(delay_after(3, 59 * SECOND, false), 8);
    CU_ASSERT_EQUAL(delay_after(3, 60 * SECOND, false), 1);
    CU_ASSERT_EQUAL(delay_after(3, 0, true), 1);
}

/* The configuration is another: nobody waits out the delay of what may be mended. */
static void test_reload_of_down(void)
{
    struct slot slot;
    int64_t now_us = SECOND;
    slot_init(&slot, 0, times, now_us);
    for (int i = 0; i < 6; i++) {
        (void)slot_take_event(&slot, SLOT_DUE, times, now_us);
        (void)slot_take_event(&slot, SLOT_DIED, times, now_us);
        now_us = slot.due_us;
    }
    (void)slot_take_event(&slot, SLOT_DUE, times, now_us);
    (void)slot_take_event(&slot, SLOT_DIED, times, now_us);
    expect_next(&slot, true, SLOT_DUE, now_us + 30 * SECOND, "after many deaths");
    CU_ASSERT_EQUAL(slot_take_event(&slot, SLOT_RELOAD, times, now_us), SLOT_SOON);
    expect_next(&slot, true, SLOT_DUE, now_us, "another configuration");
    (void)slot_take_event(&slot, SLOT_DUE, times, now_us);
    (void)slot_take_event(&slot, SLOT_DIED, times, now_us);
    expect_next(&slot, true, SLOT_DUE, now_us + SECOND, "it has not helped");
}

/* A place that is still held: each second, without end; it says nothing against the program. */
static void test_held(void)
{
    struct slot slot;
    int64_t now_us = SECOND;
    slot_init(&slot, 0, times, now_us);
    for (int i = 1; i <= 40; i++) {
        (void)slot_take_event(&slot, SLOT_DUE, times, now_us);
        (void)say(&slot, POOL_STARTING, "", now_us);
        CU_ASSERT_EQUAL(slot_take_event(&slot, SLOT_HELD, times, now_us), SLOT_RETRY);
        CU_ASSERT_EQUAL(slot.due_us - now_us, SECOND);
        CU_ASSERT_EQUAL(slot.held, i);
        now_us = slot.due_us;
    }
    (void)slot_take_event(&slot, SLOT_DUE, times, now_us);
    (void)say(&slot, POOL_IDLE, "", now_us);
    CU_ASSERT_EQUAL(slot.held, 0);
    (void)slot_take_event(&slot, SLOT_DIED, times, now_us);
    CU_ASSERT_EQUAL(slot.due_us - now_us, SECOND);
}

/* ---- deadlines */

static void test_silence(void)
{
    struct slot slot;
    start(&slot, SECOND);
    expect_next(&slot, true, SLOT_SILENT, 31 * SECOND, "no word yet");
    (void)say(&slot, POOL_STARTING, "", 2 * SECOND);
    expect_next(&slot, true, SLOT_SILENT, 32 * SECOND, "starting");
    (void)say(&slot, POOL_IDLE, "", 3 * SECOND);
    expect_next(&slot, true, SLOT_SILENT, 13 * SECOND, "idle");
    expect_next(&slot, false, SLOT_SILENT, 13 * SECOND, "idle, and not wanted");
    struct pool_report report = report_of(POOL_STORING, "1");
    report.quiet_ms = 25000;
    CU_ASSERT_EQUAL(slot_hear(&slot, &report, times, 4 * SECOND), SLOT_REPORT_STORING);
    expect_next(&slot, true, SLOT_SILENT, 29 * SECOND, "asked for patience");
    report.quiet_ms = INT32_MAX;
    (void)slot_hear(&slot, &report, times, 4 * SECOND);
    expect_next(&slot, true, SLOT_SILENT, 604 * SECOND, "asked for too much");
    report.quiet_ms = -5;
    (void)slot_hear(&slot, &report, times, 4 * SECOND);
    expect_next(&slot, true, SLOT_SILENT, 14 * SECOND, "asked for nonsense");
    slot.killed = true;
    expect_next(&slot, true, SLOT_SILENT, INT64_MAX, "killed once is enough");
}

static void test_overdue(void)
{
    struct slot slot;
    start(&slot, SECOND);
    struct pool_report report = report_of(POOL_JUDGING, "1");
    report.deadline_us = 3 * SECOND;
    (void)slot_hear(&slot, &report, times, SECOND);
    (void)slot_take_event(&slot, SLOT_REPORT_JUDGING, times, SECOND);
    expect_next(&slot, true, SLOT_OVERDUE, 5 * SECOND, "judging");
    report.deadline_us = 60 * SECOND;
    (void)slot_hear(&slot, &report, times, SECOND);
    expect_next(&slot, true, SLOT_SILENT, 11 * SECOND, "silence comes first");
    report.deadline_us = INT64_MAX;
    (void)slot_hear(&slot, &report, times, SECOND);
    expect_next(&slot, true, SLOT_SILENT, 11 * SECOND, "a deadline beyond all time");
    report.deadline_us = 3 * SECOND;
    report.state = POOL_STORING;
    (void)slot_hear(&slot, &report, times, SECOND);
    expect_next(&slot, true, SLOT_SILENT, 11 * SECOND, "storing has no deadline");
}

static void test_due(void)
{
    struct slot slot;
    slot_init(&slot, 0, times, 7 * SECOND);
    expect_next(&slot, true, SLOT_DUE, 7 * SECOND, "new");
    expect_next(&slot, false, SLOT_DUE, INT64_MAX, "new, and not wanted");
}

/* ---- reports and ends */

static void test_hear(void)
{
    struct slot slot;
    struct pool_report report = report_of(POOL_IDLE, "");
    start(&slot, SECOND);
    report.magic++;
    CU_ASSERT_EQUAL(slot_hear(&slot, &report, times, SECOND), -1);
    report.magic--;
    for (uint32_t state = 0; state < 10; state++) {
        bool good = state >= POOL_STARTING && state <= POOL_STORING;
        report.state = state;
        CU_ASSERT_EQUAL(slot_hear(&slot, &report, times, SECOND) >= 0, good);
    }
    report.state = UINT32_MAX;
    CU_ASSERT_EQUAL(slot_hear(&slot, &report, times, SECOND), -1);
    report.state = POOL_JUDGING;
    memset(report.id, 'x', sizeof report.id);
    memset(report.note, '\n', sizeof report.note);
    CU_ASSERT_EQUAL(slot_hear(&slot, &report, times, SECOND), SLOT_REPORT_JUDGING);
    CU_ASSERT_EQUAL(strlen(slot.report.id), sizeof report.id - 1);
    CU_ASSERT_EQUAL(strspn(slot.report.note, "?"), sizeof report.note - 1);
}

static void test_jobs(void)
{
    struct slot slot;
    start(&slot, SECOND);
    (void)say(&slot, POOL_IDLE, "", SECOND);
    (void)say(&slot, POOL_JUDGING, "1", SECOND);
    (void)say(&slot, POOL_JUDGING, "1", SECOND);
    (void)say(&slot, POOL_STORING, "1", SECOND);
    CU_ASSERT_EQUAL(slot.jobs, 0);
    (void)say(&slot, POOL_JUDGING, "2", SECOND); /* without a word in between */
    CU_ASSERT_EQUAL(slot.jobs, 1);
    struct pool_report again = report_of(POOL_JUDGING, "2");
    again.token[0] = 'x'; /* the same one delivered a second time */
    (void)slot_hear(&slot, &again, times, SECOND);
    CU_ASSERT_EQUAL(slot.jobs, 2);
    (void)say(&slot, POOL_IDLE, "", SECOND);
    CU_ASSERT_EQUAL(slot.jobs, 3);
}

/* Exit code and signal as waitpid has them. */
#define EXITED(code) ((code) << 8)

static void test_end(void)
{
    static const struct {
        enum pool_state state;
        const char *job;
        int status;
        enum slot_event event;
        const char *why;
    } rows[] = {
        {POOL_IDLE, "", EXITED(0), SLOT_ENDED, "exited with 0"},
        {POOL_JUDGING, "1", EXITED(2), SLOT_DIED, "exited with 2"},
        {POOL_STARTING, "", EXITED(75), SLOT_HELD, "its place is still held by the worker before it"},
        {POOL_STARTING, "", EXITED(127), SLOT_DIED, "exited with 127"},
        {POOL_JUDGING, "1", SIGKILL, SLOT_DIED, "killed by signal 9"},
        {POOL_JUDGING, "1", SIGSEGV | 0x80, SLOT_DIED, "killed by signal 11"},
        {POOL_ENDING, "", SIGTERM, SLOT_ENDED, "killed by signal 15"},
        {POOL_ENDING, "1", SIGTERM, SLOT_DIED, "killed by signal 15"},
        {POOL_IDLE, "", SIGTERM, SLOT_DIED, "killed by signal 15"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct slot slot;
        char why[128];
        start(&slot, SECOND);
        slot.state = rows[i].state;
        slot.report = report_of(POOL_IDLE, rows[i].job);
        UNIT_CHECK(slot_end(&slot, rows[i].status, why, sizeof why) == rows[i].event, "row %zu: the event", i);
        UNIT_CHECK(strcmp(why, rows[i].why) == 0, "row %zu: '%s'", i, why);
    }
}

/* ---- whatever comes */

static uint64_t next_random(uint64_t *seed)
{
    *seed ^= *seed << 13;
    *seed ^= *seed >> 7;
    *seed ^= *seed << 17;
    return *seed;
}

/* What a worker might say at worst. */
static struct pool_report any_report(uint64_t *seed)
{
    static const int64_t extremes[] = {0, 1, -1, INT64_MAX, INT64_MIN, INT64_MAX - 1999999, INT64_MAX - 2000000};
    struct pool_report report = {.magic = 0};
    unsigned char bytes[sizeof report] = {0};
    for (size_t i = 0; i < sizeof bytes; i++)
        bytes[i] = (unsigned char)next_random(seed);
    memcpy(&report, bytes, sizeof report);
    if (next_random(seed) % 8 != 0)
        report.magic = POOL_MAGIC;
    report.state = (uint32_t)(next_random(seed) % (POOL_STATES + 1));
    report.deadline_us = extremes[next_random(seed) % (sizeof extremes / sizeof *extremes)];
    if (next_random(seed) % 2 == 0)
        report.id[0] = '\0';
    return report;
}

static void check_invariants(const struct slot *slot, int64_t now_us, uint64_t step)
{
    enum slot_event event;
    struct pool_slot told;
    int64_t next_us = slot_next(slot, times, true, &event);
    bool down = slot->state == POOL_DOWN;
    UNIT_CHECK(slot->delay_ms >= times->first_ms && slot->delay_ms <= times->last_ms, "step %llu: a delay of %d ms",
               (unsigned long long)step, slot->delay_ms);
    UNIT_CHECK(!down || (slot->pid == 0 && !slot_has_job(slot)), "step %llu: nobody holds a job",
               (unsigned long long)step);
    UNIT_CHECK(!down || (event == SLOT_DUE && next_us <= now_us + times->last_ms * INT64_C(1000)),
               "step %llu: never started again", (unsigned long long)step);
    UNIT_CHECK(down || slot->killed || next_us <= slot->heard_us + 600 * SECOND, "step %llu: never killed",
               (unsigned long long)step);
    slot_tell(slot, POOL_EVENT_STATE, &told);
    UNIT_CHECK(memchr(told.report.id, '\0', sizeof told.report.id) != NULL &&
                   memchr(told.report.note, '\0', sizeof told.report.note) != NULL,
               "step %llu: a text without an end", (unsigned long long)step);
}

static void test_anything(void)
{
    uint64_t seed = 88172645463325252u;
    struct slot slot;
    int64_t now_us = SECOND;
    slot_init(&slot, 0, times, now_us);
    for (uint64_t step = 0; step < 200000; step++) {
        now_us += (int64_t)(next_random(&seed) % (40 * SECOND));
        if (next_random(&seed) % 2 == 0 && slot.state != POOL_DOWN) {
            struct pool_report report = any_report(&seed);
            int event = slot_hear(&slot, &report, times, now_us);
            if (event >= 0)
                (void)slot_take_event(&slot, (enum slot_event)event, times, now_us);
        } else {
            enum slot_event event = (enum slot_event)(SLOT_SILENT + next_random(&seed) % (SLOT_EVENTS - SLOT_SILENT));
            enum slot_action action = slot_take_event(&slot, event, times, now_us);
            if (action == SLOT_START)
                slot.pid = 4711;
            slot.killed = slot.killed || action == SLOT_KILL;
        }
        check_invariants(&slot, now_us, step);
    }
}

static const struct unit_test tests[] = {
    {"every_pair", test_every_pair},
    {"no_holes", test_no_holes},
    {"ending_stays", test_ending_stays},
    {"impossible", test_impossible},
    {"delay_doubles", test_delay_doubles},
    {"delay_starts_anew", test_delay_starts_anew},
    {"reload_of_down", test_reload_of_down},
    {"held", test_held},
    {"silence", test_silence},
    {"overdue", test_overdue},
    {"due", test_due},
    {"hear", test_hear},
    {"jobs", test_jobs},
    {"end", test_end},
    {"anything", test_anything},
};

UNIT_MAIN("slot", tests)
