/*
 * test_queue_offers.c - what people ask the queue for, of every kind of queue: taking a job from its holder, which languages are
 * offered, what was pushed and not taken in.
 */
#include "queue/queue.h"

#include <stdio.h>
#include <string.h>

#include "common/str.h"
#include "tests/sandbox/lib/queue_bed.h"
#include "tests/unit/unit.h"

#include "common/banned.h"

#define GOOD(call) UNIT_CHECK((call) == 1, "%s: %s", #call, bed->e.text)

static void contract_cancel(struct bed *bed)
{
    struct queue_job job;
    struct queue_stats stats;
    CU_ASSERT_EQUAL(queue_cancel(bed->queue, "1", &bed->e), 0);
    GOOD(bed_add(bed, "1", QUEUE_LANE_PRACTICE, 0, "a"));
    GOOD(queue_cancel(bed->queue, "1", &bed->e));
    CU_ASSERT_EQUAL(bed_state(bed, "1"), QUEUE_UNKNOWN);
    GOOD(bed_add(bed, "2", QUEUE_LANE_PRACTICE, 0, "a"));
    GOOD(bed_take(bed, 0, &job));
    struct queue_lease lease = {.source = job.source};
    (void)str_copy(lease.id, sizeof lease.id, job.id); /* of one size, as the next */
    (void)str_copy(lease.token, sizeof lease.token, job.token);
    CU_ASSERT_EQUAL(queue_renew(bed->queue, &lease, 1, &bed->e), 0);
    CU_ASSERT_TRUE(lease.kept);
    /* Its holder is not asked, and learns of it. */
    GOOD(queue_cancel(bed->queue, "2", &bed->e));
    CU_ASSERT_EQUAL(queue_renew(bed->queue, &lease, 1, &bed->e), 0);
    CU_ASSERT_FALSE(lease.kept);
    CU_ASSERT_EQUAL(queue_ack(bed->queue, &job, &bed->e), 0);
    CU_ASSERT_EQUAL(queue_recover_job(bed->queue, &lease, "dead", &bed->e), 0);
    CU_ASSERT_EQUAL(queue_stats(bed->queue, &stats, &bed->e), 0);
    UNIT_CHECK(stats.held == 0 && stats.dead == 0, "held %lld dead %lld", (long long)stats.held, (long long)stats.dead);
    CU_ASSERT_EQUAL(bed_state(bed, "2"), QUEUE_UNKNOWN);
    /* It may come again. */
    GOOD(bed_add(bed, "2", QUEUE_LANE_PRACTICE, 0, "a"));
    GOOD(bed_take(bed, 0, &job));
    CU_ASSERT_EQUAL(job.attempt, 1);
    GOOD(queue_ack(bed->queue, &job, &bed->e));
}

static void contract_offers(struct bed *bed)
{
    static const int some[] = {0, 1, 16}, one[] = {6};
    struct queue_offer offers[4];
    memset(offers, 0, sizeof offers);
    CU_ASSERT_EQUAL(queue_offers(bed->queue, offers, 4, &bed->e), 0);
    UNIT_CHECK(queue_announce(bed->queue, some, 3, &bed->e) == 0, "%s", bed->e.text);
    UNIT_CHECK(queue_offers(bed->queue, offers, 4, &bed->e) == 1, "%s", bed->e.text);
    UNIT_CHECK(strcmp(offers[0].node, "n1") == 0 && strcmp(offers[0].languages, ",0,1,16,") == 0, "%s '%s'",
               offers[0].node, offers[0].languages);
    UNIT_CHECK(offers[0].age_ms >= 0 && offers[0].age_ms < 60000, "age %lld", (long long)offers[0].age_ms);
    CU_ASSERT_TRUE(queue_offer_has(&offers[0], 0) && queue_offer_has(&offers[0], 16));
    CU_ASSERT_FALSE(queue_offer_has(&offers[0], 6) || queue_offer_has(&offers[0], 11));
    /* The same node says something else; another one is beside it. */
    CU_ASSERT_EQUAL(queue_announce(bed->queue, one, 1, &bed->e), 0);
    CU_ASSERT_EQUAL(queue_offers(bed->queue, offers, 4, &bed->e), 1);
    CU_ASSERT_TRUE(queue_offer_has(&offers[0], 6) && !queue_offer_has(&offers[0], 0));
    struct queue *other = bed_queue(bed, "n2");
    if (UNIT_CHECK(other != NULL, "%s", bed->e.text)) {
        CU_ASSERT_EQUAL(queue_announce(other, one, 0, &bed->e), 0);
        CU_ASSERT_EQUAL(queue_offers(bed->queue, offers, 4, &bed->e), 2);
        CU_ASSERT_EQUAL(queue_offers(bed->queue, offers, 1, &bed->e), 1);
        queue_close(other);
    }
    int many[200];
    for (int i = 0; i < 200; i++)
        many[i] = 1000000 + i;
    CU_ASSERT_EQUAL(queue_announce(bed->queue, many, 200, &bed->e), -1);
}

static void contract_listed(struct bed *bed)
{
    char texts[2][QUEUE_ID_SIZE];
    bool redis = bed->kind == BED_REDIS || bed->kind == BED_PAIR;
    CU_ASSERT_EQUAL(queue_listed(bed->queue, "1001", &bed->e), 0);
    if (!redis)
        return;
    char answer[64];
    UNIT_CHECK(redis_server_command(&bed->server, "LPUSH hustoj 1001 1002 1003", answer, sizeof answer, &bed->e) == 0,
               "%s", bed->e.text);
    CU_ASSERT_EQUAL(queue_listed(bed->queue, "1001", &bed->e), 1);
    CU_ASSERT_EQUAL(queue_listed(bed->queue, "100", &bed->e), 0);
    CU_ASSERT_EQUAL(queue_inbox_take(bed->queue, 0, -1, texts, 2, &bed->e), 2);
    CU_ASSERT_EQUAL(queue_listed(bed->queue, "1001", &bed->e), 2);
    CU_ASSERT_EQUAL(queue_listed(bed->queue, "1003", &bed->e), 1);
    CU_ASSERT_EQUAL(queue_inbox_add(bed->queue, "1001", NULL, &bed->e), 0);
    CU_ASSERT_EQUAL(queue_listed(bed->queue, "1001", &bed->e), 0);
}

static void on_each(void (*test)(struct bed *bed))
{
    static struct bed bed;
    for (int kind = 0; kind < BED_KINDS; kind++) {
        int made = bed_init(&bed, (enum bed_kind)kind);
        if (made == 0)
            continue; /* no redis-server here */
        if (UNIT_CHECK(made == 1, "%s", bed.e.text)) {
            test(&bed);
            bed_fini(&bed);
        }
    }
}

static void test_cancel(void)
{
    on_each(contract_cancel);
}

static void test_offers(void)
{
    on_each(contract_offers);
}

static void test_listed(void)
{
    on_each(contract_listed);
}

static const struct unit_test tests[] = {{"cancel", test_cancel}, {"offers", test_offers}, {"listed", test_listed}};

UNIT_MAIN("queue_offers", tests)
