/*
 * test_why.c - the words of `judgectl why`: whatever the facts are, there is a sentence with a reason, and the right state.
 */
#include "judgectl/why.h"

#include <stdio.h>
#include <string.h>

#include "common/str.h"
#include "tests/unit/unit.h"

#include "common/banned.h"

static struct settings settings;
static struct pool_slot slots[2];

static struct why_facts facts_of(int result, const char *judger, enum queue_state state)
{
    struct why_facts facts = {.settings = &settings, .id = "1001", .number = 1001, .row = 1, .slots = slots};
    facts.status = (struct store_status){.id = 1001, .result = result, .age_s = 12};
    (void)str_copy(facts.status.judger, sizeof facts.status.judger, judger); /* they fit */
    facts.submission.language = 6;
    facts.place = (struct queue_place){.state = state, .lane = QUEUE_LANE_PRACTICE, .language = 6, .attempt = 1};
    facts.place.lease_ms = 15000;
    (void)str_copy(facts.place.owner, sizeof facts.place.owner, state == QUEUE_HELD ? "b/1" : "");
    facts.pool.node_pid = 4711;
    facts.slot_count = 2;
    facts.offer_count = 1;
    facts.offers[0] = (struct queue_offer){.node = "a", .languages = ",0,6,"};
    return facts;
}

static void prepare(void)
{
    memset(&settings, 0, sizeof settings);
    memset(slots, 0, sizeof slots);
    (void)str_copy(settings.node, sizeof settings.node, "a"); /* it fits */
    settings.lease_ms = 15000;
    settings.sweep_ms = 5000;
    settings.foreign_claim_s = 600;
    settings.max_attempts = 3;
    settings.total = 1;
    settings.languages = -1;
    for (int i = 0; i < 2; i++) {
        slots[i].slot = i;
        slots[i].state = POOL_IDLE;
    }
}

static bool noted(const struct why_answer *answer, const char *text)
{
    for (int i = 0; i < answer->note_count; i++) {
        if (strstr(answer->notes[i], text) != NULL)
            return true;
    }
    return false;
}

static void test_rows(void)
{
    static const struct {
        int result;
        const char *judger;
        enum queue_state queue;
        enum why_state state;
        const char *text;
    } rows[] = {
        {0, "", QUEUE_WAITING, WHY_WAITING, "waiting at place 1 of practice"},
        {1, "a:abcdefgh", QUEUE_WAITING, WHY_WAITING, "waiting at place 1 of practice"},
        {0, "", QUEUE_HELD, WHY_HELD, "held by node b slot 1, attempt 1"},
        {2, "b:abcdefgh", QUEUE_HELD, WHY_HELD, "held by node b slot 1 for 12 s, attempt 1"},
        {3, "b:abcdefgh", QUEUE_WAITING, WHY_WAITING, "waiting at place 1"},
        {0, "", QUEUE_UNKNOWN, WHY_TABLE, "the sweep takes it in within 6 s"},
        {2, "b:abcdefgh", QUEUE_UNKNOWN, WHY_HELD, "no queue has it: the sweep puts it back"},
        {3, "admin", QUEUE_UNKNOWN, WHY_HELD, "another judge, 'admin', for 12 s; put back in 9 min"},
        {0, "", QUEUE_DEAD, WHY_QUARANTINED, "quarantined after 1 attempts"},
        {14, "a:givenup2", QUEUE_DEAD, WHY_QUARANTINED, "quarantined"},
        {14, "a:givenup2", QUEUE_UNKNOWN, WHY_UNJUDGED, "given up 12 s ago by node a"},
        {14, "a:canceled", QUEUE_UNKNOWN, WHY_CANCELLED, "cancelled 12 s ago on node a"},
        {14, "a:abcdefgh", QUEUE_UNKNOWN, WHY_UNJUDGED, "left to a person to confirm 12 s ago by node a"},
        {14, "", QUEUE_UNKNOWN, WHY_SITE, "the site's: in result 14"},
        {4, "a:abcdefgh", QUEUE_UNKNOWN, WHY_DONE, "done: AC 12 s ago, by node a (a:abcdefgh)"},
        {7, "LOCAL", QUEUE_UNKNOWN, WHY_DONE, "done: TLE 12 s ago, by LOCAL"},
        {13, "a:abcdefgh", QUEUE_UNKNOWN, WHY_DONE, "done: test run"},
        {15, "", QUEUE_UNKNOWN, WHY_SITE, "still submitting"},
        {16, "", QUEUE_UNKNOWN, WHY_SITE, "another site's (result 16)"},
        {17, "", QUEUE_UNKNOWN, WHY_SITE, "another site's (result 17)"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct why_answer answer;
        prepare();
        struct why_facts facts = facts_of(rows[i].result, rows[i].judger, rows[i].queue);
        why_say(&facts, &answer);
        UNIT_CHECK(answer.state == rows[i].state && strstr(answer.text, rows[i].text) != NULL, "row %zu: %s: %s", i,
                   why_state_name(answer.state), answer.text);
        UNIT_CHECK(rows[i].state == WHY_QUARANTINED || answer.note_count == 0, "row %zu: %s", i, answer.notes[0]);
    }
}

/* Each fact that stands in the way is said. */
static void test_notes(void)
{
    struct why_answer answer;
    prepare();
    struct why_facts facts = facts_of(0, "", QUEUE_WAITING);
    facts.submission.language = facts.place.language = 3;
    (void)str_copy(facts.language, sizeof facts.language, "java"); /* it fits */
    facts.job_s = 2;
    why_say(&facts, &answer);
    CU_ASSERT(noted(&answer, "language 3 (java) is offered by no node (1 asked): install.sh --languages java"));
    CU_ASSERT_EQUAL(answer.eta_s, 0);

    facts.failed = true;
    facts.self_test = (struct selftest_record){.state = SELFTEST_REFUSED,
                                               .language = 3,
                                               .name = "java",
                                               .call = "getrandom",
                                               .step = "run",
                                               .policy = "java",
                                               .source = "/s/java/ac.java",
                                               .problem = "/s"};
    why_say(&facts, &answer);
    CU_ASSERT(noted(&answer,
                    "language 3 (java) is offered by no node (1 asked): on this box its self-test failed: the system "
                    "call getrandom was refused when ac.java ran"));
    CU_ASSERT(noted(&answer, "-l java -p /s --apply /s/java/ac.java"));
    (void)str_copy(facts.offers[0].languages, sizeof facts.offers[0].languages, ",3,"); /* it fits: another node's */
    why_say(&facts, &answer);
    CU_ASSERT(!noted(&answer, "self-test"));

    facts = facts_of(0, "", QUEUE_WAITING);
    facts.place.ahead = 11;
    facts.job_s = 2;
    why_say(&facts, &answer);
    UNIT_CHECK(strcmp(answer.text, "waiting at place 12 of practice, about 25 s") == 0 && answer.note_count == 0, "%s",
               answer.text);
    facts.pool.draining = 1; /* nobody else works */
    why_say(&facts, &answer);
    CU_ASSERT(answer.eta_s == 0 && noted(&answer, "drained: judgectl resume"));

    facts = facts_of(0, "", QUEUE_WAITING);
    facts.offers[0].age_ms = QUEUE_OFFER_MS + 1; /* it judges something long: its slots are there */
    why_say(&facts, &answer);
    CU_ASSERT_EQUAL(answer.note_count, 0);
    slots[0].state = slots[1].state = POOL_DOWN;
    (void)str_copy(slots[1].why, sizeof slots[1].why, "exited with 2"); /* it fits */
    why_say(&facts, &answer);
    CU_ASSERT(noted(&answer, "no node has had a worker for 10 minutes"));
    CU_ASSERT(noted(&answer, "no worker runs, the last one exited with 2"));

    prepare();
    slots[0].state = slots[1].state = POOL_JUDGING;
    why_say(&facts, &answer);
    CU_ASSERT(noted(&answer, "all slots judge others"));
    facts.slot_count = -1;
    (void)err_set(&facts.pool_why, "judged does not run for /home/judge"); /* it returns -1 always */
    facts.without = true;
    (void)err_set(&facts.redis_why, "Connection refused");
    (void)str_copy(facts.place.reason, sizeof facts.place.reason, "its worker died"); /* it fits */
    facts.place.attempt = 2;
    why_say(&facts, &answer);
    CU_ASSERT(noted(&answer, "on this box: judged does not run") && noted(&answer, "Redis does not answer") &&
              noted(&answer, "last: its worker died"));
    CU_ASSERT_PTR_NOT_NULL(strstr(answer.text, "attempt 2 of 3"));
}

static void test_slots(void)
{
    struct why_answer answer;
    prepare();
    struct why_facts facts = facts_of(3, "a:abcdefgh", QUEUE_HELD);
    (void)str_copy(facts.place.owner, sizeof facts.place.owner, "a/1"); /* it fits, as the next */
    facts.slot = &slots[1];
    slots[1].state = POOL_JUDGING;
    slots[1].report = (struct pool_report){.case_no = 7, .case_count = 10, .attempt = 1};
    facts.status.age_s = 3;
    why_say(&facts, &answer);
    UNIT_CHECK(strcmp(answer.text, "held by node a slot 1 for 3 s, case 7 of 10, attempt 1") == 0, "%s", answer.text);
    CU_ASSERT_EQUAL(answer.note_count, 0);
    facts.agent_stopped = true;
    facts.place.lease_ms = 6000;
    slots[1].state = POOL_STORING;
    (void)str_copy(slots[1].report.note, sizeof slots[1].report.note, "database: gone");
    why_say(&facts, &answer);
    CU_ASSERT(noted(&answer, "judge_node (process 4711) is stopped") && noted(&answer, "it waits: database: gone") &&
              noted(&answer, "not renewed for 9 s: without that it goes to another worker in 7 s"));
    /* Its slot is gone, and nobody has said so yet. */
    facts.slot = NULL;
    facts.place.lease_ms = -1;
    facts.agent_stopped = false;
    facts.pool.node_pid = 0;
    why_say(&facts, &answer);
    CU_ASSERT(noted(&answer, "no slot of this box says that it has it") && noted(&answer, "judge_node does not run") &&
              noted(&answer, "its lease ran out"));
}

static void test_table(void)
{
    struct why_answer answer;
    prepare();
    struct why_facts facts = facts_of(0, "", QUEUE_UNKNOWN);
    settings.total = 2;
    settings.mod = 0;
    why_say(&facts, &answer);
    CU_ASSERT_PTR_NOT_NULL(strstr(answer.text, "for the box whose [intake] mod is 1, this one's is 0"));
    settings.total = 1;
    settings.languages = 1;
    why_say(&facts, &answer);
    CU_ASSERT_PTR_NOT_NULL(strstr(answer.text, "leaves out its language, 6"));
    facts.listed = 1;
    why_say(&facts, &answer);
    CU_ASSERT(answer.state == WHY_LISTED && strstr(answer.text, "in the site's list") != NULL);
    facts.listed = 2;
    why_say(&facts, &answer);
    CU_ASSERT_PTR_NOT_NULL(strstr(answer.text, "in a node's inbox"));
    facts.listed = 0;
    facts.known = -1;
    (void)err_set(&facts.queue_why, "redis: gone"); /* it returns -1 always */
    why_say(&facts, &answer);
    CU_ASSERT_PTR_NOT_NULL(strstr(answer.text, "the queue does not answer: redis: gone"));
    facts.row = -1;
    (void)err_set(&facts.store_why, "database: gone");
    why_say(&facts, &answer);
    CU_ASSERT(answer.state == WHY_UNCLEAR && noted(&answer, "redis: gone"));
    facts.known = 0;
    facts.place.state = QUEUE_WAITING;
    why_say(&facts, &answer);
    CU_ASSERT(answer.state == WHY_WAITING && noted(&answer, "the database does not answer: database: gone"));
    facts.row = 0;
    facts.place.state = QUEUE_UNKNOWN;
    why_say(&facts, &answer);
    CU_ASSERT(answer.state == WHY_UNKNOWN && strcmp(answer.text, "there is no such submission") == 0);
}

/* Whatever comes together: a state, a sentence that ends, no note that is empty. */
static void test_walk(void)
{
    static const char *const judgers[] = {"", "admin", "a:abcdefgh", "b:abcdefgh", "a:givenup2", "a:canceled"};
    static const char *const owners[] = {"", "a/0", "b/1", "b/?"};
    static char text[] = "one\n\ntwo \n\n";
    int count = 0;
    prepare();
    slots[1].state = POOL_JUDGING;
    for (int i = 0; i < 3 * 18 * 6 * 4 * 2 * 3 * 4; i++) {
        int n = i;
        struct why_answer answer;
        struct why_facts facts = facts_of(n % 18, judgers[n / 18 % 6], (enum queue_state)(n / 108 % 4));
        n /= 432;
        facts.row = n % 3 - 1;
        facts.known = n / 3 % 2 - 1;
        facts.slot_count = n / 6 % 3 - 1;
        facts.slot = facts.slot_count == 1 ? &slots[1] : NULL;
        (void)str_copy(facts.place.owner, sizeof facts.place.owner, owners[n / 18 % 4]); /* they fit */
        facts.status.run_text = i % 2 == 0 ? text : NULL;
        facts.place.lease_ms = i % 7 * 3000 - 3000;
        facts.status.age_s = i % 5 - 1;
        why_say(&facts, &answer);
        bool good = strlen(answer.text) > 10 && strlen(answer.text) < WHY_TEXT - 1 &&
                    strcmp(why_state_name(answer.state), "") != 0 && strstr(answer.text, "pending") == NULL;
        for (int k = 0; k < answer.note_count; k++)
            good = good && answer.notes[k][0] != '\0';
        if (!UNIT_CHECK(good, "%d: %s: '%s'", i, why_state_name(answer.state), answer.text))
            return;
        count++;
    }
    CU_ASSERT_EQUAL(count, 31104);
}

static void test_time(void)
{
    static const struct {
        int64_t seconds;
        const char *text;
    } rows[] = {{0, "0 s"}, {119, "119 s"}, {120, "2 min"}, {7199, "119 min"}, {7200, "2 h"}, {172800, "2 days"}};
    char text[32];
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        UNIT_CHECK(strcmp(why_time(rows[i].seconds, text), rows[i].text) == 0, "%s is not %s", text, rows[i].text);
}

static const struct unit_test tests[] = {{"rows", test_rows},   {"notes", test_notes}, {"slots", test_slots},
                                         {"table", test_table}, {"walk", test_walk},   {"time", test_time}};

UNIT_MAIN("why", tests)
