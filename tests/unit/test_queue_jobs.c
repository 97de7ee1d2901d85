/*
 * test_queue_jobs.c - self-contained jobs in a real Redis: from the list to a lane, their results, what a crash between leaves.
 */
#include "queue/queue.h"

#include <stdlib.h>
#include <string.h>

#include "common/str.h"
#include "tests/sandbox/lib/queue_bed.h"
#include "tests/unit/unit.h"

#include "common/banned.h"

#define MOST 8

static struct bed *start(void)
{
    static struct bed bed;
    int made = bed_init(&bed, BED_REDIS);
    if (made == 0)
        unit_skip("no redis-server here");
    UNIT_CHECK(made >= 0, "%s", bed.e.text);
    return made == 1 ? &bed : NULL;
}

static const char *server(struct bed *bed, const char *command)
{
    static char answer[512];
    struct err e = {""};
    answer[0] = '\0';
    UNIT_CHECK(redis_server_command(&bed->server, command, answer, sizeof answer, &e) == 0, "%s: %s", command, e.text);
    return answer;
}

static void push(struct bed *bed, const char *member, int score)
{
    char command[256];
    CU_ASSERT_EQUAL(str_format(command, sizeof command, "ZADD oj_job_queue %d %s", score, member), 0);
    (void)server(bed, command); /* it checks itself */
}

static int look(struct bed *bed, struct queue_text *texts)
{
    int count = queue_jobs_look(bed->queue, texts, MOST, &bed->e);
    UNIT_CHECK(count >= 0, "%s", bed->e.text);
    return count;
}

static void forget(struct queue_text *texts, int count)
{
    for (int i = 0; i < count; i++)
        free(texts[i].bytes);
}

static int move(struct bed *bed, const char *member, const char *id)
{
    char copy[64];
    struct queue_entry entry = {.lane = QUEUE_LANE_PRACTICE, .language = 1, .inline_job = "{\"n\":1}"};
    CU_ASSERT(str_copy(copy, sizeof copy, member) == 0 && str_copy(entry.id, sizeof entry.id, id) == 0);
    const struct queue_text text = {.bytes = copy, .size = strlen(copy)};
    return queue_jobs_add(bed->queue, &text, &entry, &bed->e);
}

static int take(struct bed *bed, struct queue_job *job)
{
    const int languages[] = {1};
    return queue_take(bed->queue, "n1/0", languages, 1, 0, -1, job, &bed->e);
}

#define SAYS(command, text)                                                                                            \
    do {                                                                                                               \
        const char *said = server(bed, command);                                                                       \
        UNIT_CHECK(strstr(said, text) != NULL, "%s says %s", command, said);                                           \
    } while (0)
#define NOTHING "$-1"

static void test_order(void)
{
    struct bed *bed = start();
    struct queue_text texts[MOST];
    if (bed == NULL)
        return;
    CU_ASSERT_EQUAL(look(bed, texts), 0);
    push(bed, "second", 0);
    push(bed, "third", 4);
    push(bed, "first", -4);
    int count = look(bed, texts);
    CU_ASSERT_EQUAL_FATAL(count, 3);
    CU_ASSERT(strcmp(texts[0].bytes, "first") == 0 && strcmp(texts[1].bytes, "second") == 0);
    CU_ASSERT(texts[2].size == 5);
    forget(texts, count);
    bed_fini(bed);
}

static void test_life(void)
{
    struct bed *bed = start();
    struct queue_job job, none;
    if (bed == NULL)
        return;
    push(bed, "m", 0);
    CU_ASSERT_EQUAL(move(bed, "m", "j:a"), 1);
    CU_ASSERT_EQUAL(move(bed, "m", "j:a"), 2); /* another node was quicker */
    SAYS("ZCARD oj_job_queue", ":0");
    push(bed, "m2", 0);
    CU_ASSERT_EQUAL(move(bed, "m2", "j:a"), 0); /* it waits */
    SAYS("ZCARD oj_job_queue", ":0");
    SAYS("HLEN oj_processing_jobs", ":0");
    CU_ASSERT_EQUAL_FATAL(take(bed, &job), 1);
    CU_ASSERT(strcmp(job.id, "j:a") == 0 && strcmp(job.inline_job, "{\"n\":1}") == 0);
    SAYS("HGET oj_processing_jobs a", "{\"node_id\":\"n1\",\"start_time\":");
    SAYS("HGET oj_processing_jobs a", ",\"job\":{\"n\":1}}");
    CU_ASSERT_EQUAL(queue_jobs_end(bed->queue, &job, "{}", &bed->e), 1);
    CU_ASSERT_EQUAL(queue_jobs_end(bed->queue, &job, "{}", &bed->e), 1); /* the answer was lost: once more */
    CU_ASSERT_EQUAL(queue_jobs_end(bed->queue, &job, "{2}", &bed->e), 0);
    SAYS("GET job_result:a", "{}");
    SAYS("HLEN oj_processing_jobs", ":0");
    SAYS("EXISTS oj:job:j:a", ":0");
    SAYS("ZCARD oj:lease", ":0");
    int64_t left = 0;
    const char *ttl = server(bed, "TTL job_result:a");
    char digits[16];
    (void)str_format(digits, sizeof digits, "%.*s", (int)strcspn(ttl + 1, "\r"), ttl + 1);
    CU_ASSERT(str_to_int64(digits, 1, bed->settings.jobs_ttl_s, &left) == 0);
    CU_ASSERT_EQUAL(take(bed, &none), 0);
    push(bed, "m3", 0); /* asked for once more: the old result is gone */
    CU_ASSERT_EQUAL(move(bed, "m3", "j:a"), 1);
    SAYS("GET job_result:a", NOTHING);
    queue_job_fini(&job);
    bed_fini(bed);
}

static void test_fence(void)
{
    struct bed *bed = start();
    struct queue_job first, second;
    if (bed == NULL)
        return;
    push(bed, "m", 0);
    CU_ASSERT_EQUAL(move(bed, "m", "j:a"), 1);
    CU_ASSERT_EQUAL_FATAL(take(bed, &first), 1);
    CU_ASSERT_EQUAL(queue_give_back(bed->queue, &first, true, "why", &bed->e), 1);
    SAYS("HLEN oj_processing_jobs", ":0");
    CU_ASSERT_EQUAL_FATAL(take(bed, &second), 1);
    CU_ASSERT(second.attempt == 2 && second.inline_job != NULL);
    SAYS("HLEN oj_processing_jobs", ":1");
    CU_ASSERT_EQUAL(queue_jobs_end(bed->queue, &first, "{\"old\"}", &bed->e), 0);
    SAYS("GET job_result:a", NOTHING);
    SAYS("HLEN oj_processing_jobs", ":1");
    CU_ASSERT_EQUAL(queue_jobs_end(bed->queue, &second, "{\"new\"}", &bed->e), 1);
    SAYS("GET job_result:a", "new");
    queue_job_fini(&first);
    queue_job_fini(&second);
    bed_fini(bed);
}

static void test_wiped(void)
{
    struct bed *bed = start();
    struct queue_job job;
    if (bed == NULL)
        return;
    push(bed, "m", 0);
    CU_ASSERT_EQUAL(move(bed, "m", "j:a"), 1);
    CU_ASSERT_EQUAL_FATAL(take(bed, &job), 1);
    (void)server(bed, "FLUSHALL"); /* it checks itself */
    CU_ASSERT_EQUAL(queue_jobs_end(bed->queue, &job, "{\"kept\"}", &bed->e), 1);
    SAYS("GET job_result:a", "kept");
    queue_job_fini(&job);
    bed_fini(bed);
}

static void test_quarantine(void)
{
    struct bed *bed = start();
    struct queue_job job;
    struct queue_dead dead[2];
    if (bed == NULL)
        return;
    push(bed, "m", 0);
    CU_ASSERT_EQUAL(move(bed, "m", "j:a"), 1);
    for (int i = 0; i < bed->settings.max_attempts; i++) {
        CU_ASSERT_EQUAL_FATAL(take(bed, &job), 1);
        CU_ASSERT_EQUAL(queue_jobs_tell(bed->queue, "j:a", "{\"early\"}", &bed->e), 0);
        CU_ASSERT_EQUAL(queue_give_back(bed->queue, &job, true, "why", &bed->e), 1);
        queue_job_fini(&job);
    }
    SAYS("HLEN oj_processing_jobs", ":0");
    CU_ASSERT_EQUAL(queue_dead_list(bed->queue, true, dead, 2, &bed->e), 1);
    CU_ASSERT_EQUAL(queue_jobs_tell(bed->queue, "j:a", "{\"sorry\"}", &bed->e), 1);
    CU_ASSERT_EQUAL(queue_dead_list(bed->queue, true, dead, 2, &bed->e), 0);
    CU_ASSERT_EQUAL(queue_dead_list(bed->queue, false, dead, 2, &bed->e), 1);
    SAYS("GET job_result:a", "sorry");
    push(bed, "m", 0); /* asked for once more */
    CU_ASSERT_EQUAL(move(bed, "m", "j:a"), 1);
    CU_ASSERT_EQUAL(queue_dead_list(bed->queue, false, dead, 2, &bed->e), 0);
    CU_ASSERT_EQUAL_FATAL(take(bed, &job), 1);
    CU_ASSERT_EQUAL(job.attempt, 1);
    queue_job_fini(&job);
    bed_fini(bed);
}

/* Cancelled where it waits, is held, is quarantined: its sender has that result, and who held it can write no other. */
static void test_cancelled(void)
{
    struct bed *bed = start();
    struct queue_job job;
    struct queue_dead dead[2];
    struct queue_place place;
    if (bed == NULL)
        return;
    CU_ASSERT_EQUAL(queue_jobs_cancel(bed->queue, "j:a", "{\"no\"}", &bed->e), 0);
    SAYS("GET job_result:a", NOTHING);
    push(bed, "m", 0);
    CU_ASSERT_EQUAL(move(bed, "m", "j:a"), 1);
    CU_ASSERT_EQUAL(queue_jobs_cancel(bed->queue, "j:a", "{\"waited\"}", &bed->e), 1);
    SAYS("GET job_result:a", "waited");
    CU_ASSERT_EQUAL(take(bed, &job), 0);
    push(bed, "m", 0);
    CU_ASSERT_EQUAL(move(bed, "m", "j:a"), 1);
    CU_ASSERT_EQUAL_FATAL(take(bed, &job), 1);
    CU_ASSERT_EQUAL(queue_jobs_cancel(bed->queue, "j:a", "{\"held\"}", &bed->e), 2);
    SAYS("HLEN oj_processing_jobs", ":0");
    CU_ASSERT_EQUAL(queue_jobs_end(bed->queue, &job, "{\"late\"}", &bed->e), 0);
    CU_ASSERT_EQUAL(queue_give_back(bed->queue, &job, true, "why", &bed->e), 0);
    SAYS("GET job_result:a", "held");
    CU_ASSERT_EQUAL(queue_find(bed->queue, "j:a", &place, &bed->e), 0);
    CU_ASSERT_EQUAL(place.state, QUEUE_UNKNOWN);
    queue_job_fini(&job);
    push(bed, "m", 0);
    CU_ASSERT_EQUAL(move(bed, "m", "j:a"), 1);
    for (int i = 0; i < bed->settings.max_attempts; i++) {
        CU_ASSERT_EQUAL_FATAL(take(bed, &job), 1);
        CU_ASSERT_EQUAL(queue_give_back(bed->queue, &job, true, "why", &bed->e), 1);
        queue_job_fini(&job);
    }
    CU_ASSERT_EQUAL(queue_jobs_cancel(bed->queue, "j:a", "{\"dead\"}", &bed->e), 3);
    CU_ASSERT_EQUAL(queue_dead_list(bed->queue, false, dead, 2, &bed->e), 0);
    SAYS("GET job_result:a", "dead");
    bed_fini(bed);
}

static void test_refused(void)
{
    struct bed *bed = start();
    char bytes[] = "bad\0one";
    const struct queue_text odd = {.bytes = bytes, .size = sizeof bytes - 1};
    char word[] = "bad";
    const struct queue_text text = {.bytes = word, .size = 3};
    if (bed == NULL)
        return;
    push(bed, "bad", 0);
    CU_ASSERT_EQUAL(queue_jobs_refuse(bed->queue, &odd, "", "{}", &bed->e), 0); /* not there */
    CU_ASSERT_EQUAL(queue_jobs_refuse(bed->queue, &text, "", "{\"why\"}", &bed->e), 1);
    SAYS("KEYS job_result:malformed:*", "job_result:malformed:");
    SAYS("ZCARD oj_job_queue", ":0");
    push(bed, "good", 0);
    CU_ASSERT_EQUAL(move(bed, "good", "j:a"), 1);
    push(bed, "bad", 0); /* with the id of one that waits: that one's result stays its own */
    CU_ASSERT_EQUAL(queue_jobs_refuse(bed->queue, &text, "a", "{\"why\"}", &bed->e), 1);
    SAYS("GET job_result:a", NOTHING);
    push(bed, "bad", 0);
    CU_ASSERT_EQUAL(queue_jobs_refuse(bed->queue, &text, "b", "{\"why\"}", &bed->e), 1);
    SAYS("GET job_result:b", "why");
    bed_fini(bed);
}

static void test_other_type(void)
{
    struct bed *bed = start();
    struct queue_text texts[MOST];
    if (bed == NULL)
        return;
    (void)server(bed, "LPUSH oj_job_queue x"); /* it checks itself */
    CU_ASSERT_EQUAL(queue_jobs_look(bed->queue, texts, MOST, &bed->e), -1);
    UNIT_CHECK(strstr(bed->e.text, "another program uses it") != NULL, "%s", bed->e.text);
    bed_fini(bed);
}

/* A queue without Redis: nothing comes, and who asks for more is told. */
static void test_file(void)
{
    static struct bed bed;
    struct queue_text texts[MOST];
    char word[] = "x";
    const struct queue_text text = {.bytes = word, .size = 1};
    const struct queue_entry entry = {.id = "j:a"};
    CU_ASSERT_EQUAL_FATAL(bed_init(&bed, BED_SQLITE), 1);
    CU_ASSERT_EQUAL(queue_jobs_look(bed.queue, texts, MOST, &bed.e), 0);
    CU_ASSERT_EQUAL(queue_jobs_add(bed.queue, &text, &entry, &bed.e), -1);
    UNIT_CHECK(strstr(bed.e.text, "[redis]") != NULL, "%s", bed.e.text);
    bed_fini(&bed);
}

static const struct unit_test tests[] = {
    {"order", test_order},         {"life", test_life},       {"fence", test_fence},
    {"wiped", test_wiped},         {"refused", test_refused}, {"quarantine", test_quarantine},
    {"cancelled", test_cancelled}, {"file", test_file},       {"other_type", test_other_type},
};
UNIT_MAIN("queue_jobs", tests)
