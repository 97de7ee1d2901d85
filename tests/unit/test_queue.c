/*
 * test_queue.c - what queue.h says, of every kind of queue: Redis, a file, the pair with Redis and without it.
 *
 * Each test has a queue of its own, with a redis-server of its own where it needs one.
 */
#include "queue/queue.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "common/clock.h"
#include "common/file.h"
#include "common/str.h"
#include "tests/sandbox/lib/queue_bed.h"
#include "tests/unit/unit.h"

#include "common/banned.h"

#define GOOD(call) UNIT_CHECK((call) == 1, "%s: %s", #call, bed->e.text)

static void add(struct bed *bed, const char *id, enum queue_lane lane, int language, const char *user)
{
    UNIT_CHECK(bed_add(bed, id, lane, language, user) == 1, "add %s: %s", id, bed->e.text);
}

/* The next job is the one with this id; it is ended. */
static void next_is(struct bed *bed, const char *id)
{
    struct queue_job job;
    int taken = bed_take(bed, 0, &job);
    UNIT_CHECK(taken == 1 && strcmp(job.id, id) == 0, "took %d '%s' instead of %s: %s", taken, job.id, id, bed->e.text);
    if (taken == 1)
        UNIT_CHECK(queue_ack(bed->queue, &job, &bed->e) == 1, "ack %s: %s", id, bed->e.text);
    queue_job_fini(&job);
}

static void none_is_left(struct bed *bed)
{
    struct queue_job job;
    struct queue_stats stats;
    CU_ASSERT_EQUAL(bed_take(bed, 0, &job), 0);
    CU_ASSERT_EQUAL(queue_stats(bed->queue, &stats, &bed->e), 0);
    UNIT_CHECK(stats.held == 0 && stats.dead == 0 && stats.oldest_ms == 0, "held %lld dead %lld oldest %lld",
               (long long)stats.held, (long long)stats.dead, (long long)stats.oldest_ms);
}

/* ---- order */

static void contract_lanes(struct bed *bed)
{
    add(bed, "5", QUEUE_LANE_REJUDGE, 0, "a");
    add(bed, "4", QUEUE_LANE_PRACTICE, 1, "b");
    add(bed, "3", QUEUE_LANE_TEST, 2, "c");
    add(bed, "2", QUEUE_LANE_CONTEST, 1, "d");
    add(bed, "1", QUEUE_LANE_EXAM, 0, "e");
    add(bed, "6", QUEUE_LANE_REJUDGE, 3, "f");
    add(bed, "41", QUEUE_LANE_PRACTICE, 0, "g");
    const char *const order[] = {"1", "2", "3", "4", "41", "5", "6"};
    for (size_t i = 0; i < sizeof order / sizeof order[0]; i++)
        next_is(bed, order[i]);
    none_is_left(bed);
}

static void contract_users(struct bed *bed)
{
    char id[32];
    for (int i = 0; i < 100; i++) {
        (void)str_format(id, sizeof id, "many-%d", i); /* it fits */
        add(bed, id, QUEUE_LANE_PRACTICE, i % 3, "many");
    }
    add(bed, "one", QUEUE_LANE_PRACTICE, 1, "one");
    add(bed, "two-0", QUEUE_LANE_PRACTICE, 1, "two");
    add(bed, "two-1", QUEUE_LANE_PRACTICE, 0, "two");
    add(bed, "nobody-0", QUEUE_LANE_PRACTICE, 0, ""); /* no user: each counts as another's */
    add(bed, "nobody-1", QUEUE_LANE_PRACTICE, 0, "");
    const char *const order[] = {"many-0", "one", "two-0", "nobody-0", "nobody-1", "many-1", "two-1", "many-2"};
    for (size_t i = 0; i < sizeof order / sizeof order[0]; i++)
        next_is(bed, order[i]);
    /* Who has one waiting is before those who have many, at any time; and another lane is another line. */
    add(bed, "late", QUEUE_LANE_PRACTICE, 2, "late");
    add(bed, "first", QUEUE_LANE_CONTEST, 2, "many");
    next_is(bed, "first");
    next_is(bed, "late");
    for (int i = 3; i < 100; i++) {
        if (i == 95)
            add(bed, "again", QUEUE_LANE_REJUDGE, 2, "many");
        (void)str_format(id, sizeof id, "many-%d", i);
        next_is(bed, id);
    }
    next_is(bed, "again");
    none_is_left(bed);
}

/* How long ago they came does not matter: a user's hundred and then another's one. */
static void contract_users_later(struct bed *bed)
{
    char id[32];
    for (int i = 0; i < 100; i++) {
        (void)str_format(id, sizeof id, "many-%d", i); /* it fits */
        add(bed, id, QUEUE_LANE_PRACTICE, i % 2, "many");
    }
    UNIT_CHECK(bed_age(bed, INT64_C(2) * 3600 * 1000) == 0, "%s", bed->e.text);
    for (int i = 0; i < 20; i++) {
        (void)str_format(id, sizeof id, "many-%d", i);
        next_is(bed, id);
    }
    add(bed, "one", QUEUE_LANE_PRACTICE, 0, "one");
    add(bed, "two", QUEUE_LANE_PRACTICE, 1, "two");
    UNIT_CHECK(bed_age(bed, INT64_C(2) * 3600 * 1000) == 0, "%s", bed->e.text);
    add(bed, "three", QUEUE_LANE_PRACTICE, 1, "three");
    add(bed, "many-100", QUEUE_LANE_PRACTICE, 1, "many");
    next_is(bed, "one");
    next_is(bed, "two");
    next_is(bed, "three");
    for (int i = 20; i <= 100; i++) {
        (void)str_format(id, sizeof id, "many-%d", i);
        next_is(bed, id);
    }
    /* In an empty lane all begin alike. */
    add(bed, "four-0", QUEUE_LANE_PRACTICE, 1, "four");
    add(bed, "four-1", QUEUE_LANE_PRACTICE, 1, "four");
    add(bed, "five", QUEUE_LANE_PRACTICE, 1, "five");
    next_is(bed, "four-0");
    next_is(bed, "five");
    next_is(bed, "four-1");
    none_is_left(bed);
}

/* ---- lanes' shares */

enum { SLOTS = 10 };

static int take_as(struct bed *bed, int slot, struct queue_job *job)
{
    static const int languages[] = {0, 1, 2};
    char owner[32];
    (void)str_format(owner, sizeof owner, "n1/%d", slot); /* it fits */
    int taken = queue_take(bed->queue, owner, languages, 3, 0, -1, job, &bed->e);
    UNIT_CHECK(taken >= 0, "take: %s", bed->e.text);
    return taken;
}

/* A job of that lane goes through each slot: now the queue knows them. */
static void know_slots(struct bed *bed, int slots, enum queue_lane lane)
{
    struct queue_job job;
    for (int i = 0; i < slots; i++) {
        char id[32];
        (void)str_format(id, sizeof id, "known-%d", i); /* it fits */
        add(bed, id, lane, 0, "known");
        CU_ASSERT_EQUAL(take_as(bed, i, &job), 1);
        GOOD(queue_ack(bed->queue, &job, &bed->e));
    }
}

static void add_rejudges(struct bed *bed, int count)
{
    char id[32];
    for (int i = 0; i < count; i++) {
        (void)str_format(id, sizeof id, "re-%d", i); /* it fits */
        add(bed, id, QUEUE_LANE_REJUDGE, i % 3, "");
    }
}

/* Takes for all slots: how many got a rejudge. */
static int take_all(struct bed *bed, struct queue_job jobs[SLOTS])
{
    int rejudges = 0;
    for (int i = 0; i < SLOTS; i++) {
        if (take_as(bed, i, &jobs[i]) != 1)
            jobs[i].id[0] = '\0';
        else
            rejudges += jobs[i].lane == QUEUE_LANE_REJUDGE;
    }
    return rejudges;
}

static void ack_all(struct bed *bed, struct queue_job jobs[SLOTS])
{
    for (int i = 0; i < SLOTS; i++) {
        if (jobs[i].id[0] != '\0')
            GOOD(queue_ack(bed->queue, &jobs[i], &bed->e));
    }
}

static void contract_share(struct bed *bed)
{
    struct queue_job jobs[SLOTS], one;
    queue_close(bed->queue);
    bed->settings.rejudge_max_share = 30;
    bed->settings.rejudge_quiet_ms = 3600000;
    bed->queue = bed_queue(bed, "n1");
    add_rejudges(bed, 40);
    /* Nobody else came: all of them. */
    CU_ASSERT_EQUAL(take_all(bed, jobs), SLOTS);
    ack_all(bed, jobs);
    /* Others came: three of ten, whichever they are. */
    know_slots(bed, 1, QUEUE_LANE_PRACTICE);
    CU_ASSERT_EQUAL(take_all(bed, jobs), 3);
    CU_ASSERT_EQUAL(take_as(bed, 9, &one), 0);
    /* The other slots are for the others. */
    add(bed, "new", QUEUE_LANE_PRACTICE, 0, "a");
    CU_ASSERT_EQUAL(take_as(bed, 9, &one), 1);
    CU_ASSERT_STRING_EQUAL(one.id, "new");
    GOOD(queue_ack(bed->queue, &one, &bed->e));
    /* One that ends makes room for one. */
    for (int i = 0; i < SLOTS; i++) {
        if (jobs[i].id[0] == '\0')
            continue;
        GOOD(queue_ack(bed->queue, &jobs[i], &bed->e));
        CU_ASSERT_EQUAL(take_as(bed, i, &jobs[i]), 1);
        CU_ASSERT_EQUAL(jobs[i].lane, QUEUE_LANE_REJUDGE);
        CU_ASSERT_EQUAL(take_as(bed, 9, &one), 0);
        break;
    }
    /* Long after the last of the others: all. */
    queue_close(bed->queue);
    bed->settings.rejudge_quiet_ms = 0;
    bed->queue = bed_queue(bed, "n1");
    CU_ASSERT_EQUAL(take_as(bed, 9, &one), 1);
    GOOD(queue_ack(bed->queue, &one, &bed->e));
    /* But while others wait, their turn comes only below their share. */
    for (int i = 0; i < 40; i++) {
        char id[32];
        (void)str_format(id, sizeof id, "other-%d", i); /* it fits */
        add(bed, id, QUEUE_LANE_CONTEST, 0, "");
        CU_ASSERT_EQUAL(take_as(bed, 9, &one), 1);
        CU_ASSERT_EQUAL(one.lane, QUEUE_LANE_CONTEST);
        GOOD(queue_ack(bed->queue, &one, &bed->e));
    }
    ack_all(bed, jobs);
}

/* A single worker judges everything: in its turn, each lane. */
static void contract_no_lane_starves(struct bed *bed)
{
    int taken[QUEUE_LANES] = {0}, longest[QUEUE_LANES] = {0}, last[QUEUE_LANES] = {0};
    struct queue_job job;
    queue_close(bed->queue);
    bed->settings.rejudge_max_share = 30;
    bed->settings.rejudge_quiet_ms = 3600000;
    bed->queue = bed_queue(bed, "n1");
    for (int i = 0; i < 30; i++) {
        for (int lane = 0; lane < QUEUE_LANES; lane++) {
            char id[32];
            (void)str_format(id, sizeof id, "%d-%d", lane, i); /* it fits */
            if (lane != QUEUE_LANE_TEST)
                add(bed, id, (enum queue_lane)lane, lane % 3, "");
        }
    }
    for (int i = 1; i <= 40; i++) {
        CU_ASSERT_EQUAL(take_as(bed, 0, &job), 1);
        taken[job.lane]++;
        longest[job.lane] = i - last[job.lane] > longest[job.lane] ? i - last[job.lane] : longest[job.lane];
        last[job.lane] = i;
        GOOD(queue_ack(bed->queue, &job, &bed->e));
    }
    UNIT_CHECK(taken[QUEUE_LANE_EXAM] >= 26, "exam: %d of 40", taken[QUEUE_LANE_EXAM]);
    for (int lane = QUEUE_LANE_CONTEST; lane < QUEUE_LANES; lane++)
        UNIT_CHECK(lane == QUEUE_LANE_TEST ? taken[lane] == 0 : taken[lane] >= 3 && longest[lane] <= 13,
                   "%s: %d of 40, once after %d", queue_lane_name((enum queue_lane)lane), taken[lane], longest[lane]);
}

/* Who waits while rejudges are withheld takes one when there is room, and not before. */
static void contract_waits_for_room(struct bed *bed)
{
    struct queue_job held, job;
    queue_close(bed->queue);
    bed->settings.rejudge_max_share = 30;
    bed->settings.rejudge_quiet_ms = 3600000;
    bed->queue = bed_queue(bed, "n1");
    know_slots(bed, 2, QUEUE_LANE_EXAM);
    add_rejudges(bed, 3);
    CU_ASSERT_EQUAL(take_as(bed, 0, &held), 1);
    CU_ASSERT_EQUAL(bed_take(bed, 1200, &job), 0);
    pid_t pid = fork();
    if (pid == 0) {
        struct queue *other = bed_queue(bed, "n2");
        _exit(other != NULL && queue_ack(other, &held, &bed->e) == 1 ? 0 : 1);
    }
    CU_ASSERT_EQUAL(bed_take(bed, 20000, &job), 1);
    CU_ASSERT_EQUAL(job.lane, QUEUE_LANE_REJUDGE);
    int status = 0;
    CU_ASSERT(waitpid(pid, &status, 0) == pid && status == 0);
}

static void contract_languages(struct bed *bed)
{
    const int some[] = {1, 17, 23};
    struct queue_job job;
    add(bed, "python", QUEUE_LANE_EXAM, 6, "a");
    add(bed, "r", QUEUE_LANE_PRACTICE, 22, "b");
    add(bed, "go", QUEUE_LANE_PRACTICE, 17, "c");
    add(bed, "far", QUEUE_LANE_REJUDGE, 171, "d");
    CU_ASSERT_EQUAL(queue_take(bed->queue, "n1/0", some, 3, 0, -1, &job, &bed->e), 1);
    CU_ASSERT_STRING_EQUAL(job.id, "go");
    GOOD(queue_ack(bed->queue, &job, &bed->e));
    CU_ASSERT_EQUAL(queue_take(bed->queue, "n1/0", some, 3, 0, -1, &job, &bed->e), 0);
    CU_ASSERT_EQUAL(queue_take(bed->queue, "n1/0", some, 0, 0, -1, &job, &bed->e), 0);
    const int far = 171;
    CU_ASSERT_EQUAL(queue_take(bed->queue, "n1/0", &far, 1, 0, -1, &job, &bed->e), 1);
    CU_ASSERT_EQUAL(job.language, 171);
    GOOD(queue_ack(bed->queue, &job, &bed->e));
    next_is(bed, "python");
}

/* ---- what a job is */

static void contract_values(struct bed *bed)
{
    enum { BYTES = 100000 };
    struct queue_entry entry = {.id = "a-0_9.z", .lane = QUEUE_LANE_TEST, .language = 3, .problem = INT64_MAX};
    struct queue_job job;
    struct timespec now;
    char *text = malloc(BYTES);
    CU_ASSERT_PTR_NOT_NULL_FATAL(text);
    memset(text, 'x', BYTES);
    (void)str_copy(text, BYTES, "{\"source\": \"\xe4\xbd\xa0\\n\"}"); /* it fits */
    text[strlen(text)] = ' ';
    text[BYTES - 1] = '\0';
    entry.inline_job = text;
    (void)str_copy(entry.user, sizeof entry.user, "user with: blanks, \xe4\xbd\xa0 and 'quotes'"); /* it fits */
    (void)clock_gettime(CLOCK_REALTIME, &now);                                                     /* there is one */
    GOOD(queue_add(bed->queue, &entry, &bed->e));
    GOOD(bed_take(bed, 0, &job));
    CU_ASSERT_STRING_EQUAL(job.id, entry.id);
    CU_ASSERT_EQUAL(job.lane, QUEUE_LANE_TEST);
    CU_ASSERT_EQUAL(job.language, 3);
    CU_ASSERT_EQUAL(job.problem, INT64_MAX);
    CU_ASSERT_STRING_EQUAL(job.user, entry.user);
    CU_ASSERT_EQUAL(job.attempt, 1);
    CU_ASSERT_STRING_EQUAL(job.previous, "");
    UNIT_CHECK(strncmp(job.token, "n1:", 3) == 0 && strlen(job.token) == 11, "%s", job.token);
    UNIT_CHECK(job.enqueued_ms / 1000 - now.tv_sec >= -2 && job.enqueued_ms / 1000 - now.tv_sec <= 20, "%lld",
               (long long)job.enqueued_ms);
    UNIT_CHECK(job.inline_job != NULL && strcmp(job.inline_job, text) == 0, "the inline job");
    /* It is still there at the next delivery, and gone at the end. */
    GOOD(queue_give_back(bed->queue, &job, false, "", &bed->e));
    queue_job_fini(&job);
    GOOD(bed_take(bed, 0, &job));
    UNIT_CHECK(job.inline_job != NULL && strcmp(job.inline_job, text) == 0, "the inline job");
    GOOD(queue_ack(bed->queue, &job, &bed->e));
    queue_job_fini(&job);
    free(text);
    none_is_left(bed);
    CU_ASSERT_EQUAL(bed_add(bed, "", QUEUE_LANE_TEST, 0, "a"), -1);
    CU_ASSERT_EQUAL(bed_add(bed, "two words", QUEUE_LANE_TEST, 0, "a"), -1);
    CU_ASSERT_EQUAL(bed_add(bed, "a\n", QUEUE_LANE_TEST, 0, "a"), -1);
}

static void contract_ack(struct bed *bed)
{
    struct queue_job job, stranger;
    add(bed, "1", QUEUE_LANE_PRACTICE, 0, "a");
    GOOD(bed_take(bed, 0, &job));
    CU_ASSERT_EQUAL(bed_take(bed, 0, &stranger), 0);
    stranger = job;
    (void)str_copy(stranger.token, sizeof stranger.token, "n1:aaaaaaaa"); /* it fits */
    CU_ASSERT_EQUAL(queue_ack(bed->queue, &stranger, &bed->e), 0);
    CU_ASSERT_EQUAL(queue_give_back(bed->queue, &stranger, true, "", &bed->e), 0);
    CU_ASSERT_EQUAL(bed_state(bed, "1"), QUEUE_HELD);
    CU_ASSERT_EQUAL(bed_add(bed, "1", QUEUE_LANE_PRACTICE, 0, "a"), 0);
    GOOD(queue_ack(bed->queue, &job, &bed->e));
    CU_ASSERT_EQUAL(queue_ack(bed->queue, &job, &bed->e), 0);
    CU_ASSERT_EQUAL(bed_state(bed, "1"), QUEUE_UNKNOWN);
    add(bed, "1", QUEUE_LANE_PRACTICE, 0, "a");
    next_is(bed, "1");
}

static void contract_give_back(struct bed *bed)
{
    struct queue_job job, second;
    add(bed, "1", QUEUE_LANE_PRACTICE, 0, "a");
    add(bed, "2", QUEUE_LANE_PRACTICE, 0, "b");
    GOOD(bed_take(bed, 0, &job));
    GOOD(queue_give_back(bed->queue, &job, false, "the disk is full", &bed->e));
    CU_ASSERT_EQUAL(queue_give_back(bed->queue, &job, false, "", &bed->e), 0);
    CU_ASSERT_EQUAL(queue_ack(bed->queue, &job, &bed->e), 0);
    GOOD(bed_take(bed, 0, &second)); /* at its old place */
    CU_ASSERT_STRING_EQUAL(second.id, "1");
    CU_ASSERT_EQUAL(second.attempt, 1);
    CU_ASSERT_STRING_EQUAL(second.previous, job.token);
    CU_ASSERT_STRING_NOT_EQUAL(second.token, job.token);
    GOOD(queue_give_back(bed->queue, &second, true, "crashed", &bed->e));
    GOOD(bed_take(bed, 0, &job));
    CU_ASSERT_EQUAL(job.attempt, 2);
    GOOD(queue_give_back(bed->queue, &job, true, "crashed", &bed->e));
    GOOD(bed_take(bed, 0, &job));
    CU_ASSERT_EQUAL(job.attempt, 3);
    GOOD(queue_give_back(bed->queue, &job, true, "crashed again", &bed->e));
    CU_ASSERT_EQUAL(bed_state(bed, "1"), QUEUE_DEAD);
    next_is(bed, "2");
}

static void contract_previous(struct bed *bed)
{
    char tokens[7][QUEUE_TOKEN_SIZE], expected[QUEUE_PREVIOUS_SIZE];
    struct queue_job job;
    add(bed, "1", QUEUE_LANE_PRACTICE, 0, "a");
    for (int i = 0; i < 7; i++) {
        GOOD(bed_take(bed, 0, &job));
        memcpy(tokens[i], job.token, sizeof tokens[i]);
        if (i < 6)
            GOOD(queue_give_back(bed->queue, &job, false, "", &bed->e));
    }
    (void)str_format(expected, sizeof expected, "%s %s %s %s", tokens[5], tokens[4], tokens[3], tokens[2]); /* fits */
    CU_ASSERT_STRING_EQUAL(job.previous, expected);
}

/* ---- leases */

static struct queue_lease lease_of(const struct queue_job *job)
{
    struct queue_lease lease = {.source = job->source};
    memcpy(lease.id, job->id, sizeof lease.id);
    memcpy(lease.token, job->token, sizeof lease.token);
    return lease;
}

/* Recovers until something comes of it. */
static int recover_soon(struct bed *bed)
{
    const struct timespec pause = {.tv_nsec = 5000000};
    for (int i = 0; i < 2000; i++) {
        int count = queue_recover_expired(bed->queue, &bed->e);
        if (count != 0)
            return count;
        (void)nanosleep(&pause, NULL); /* a deadline is no event */
    }
    return 0;
}

static void reopen(struct bed *bed, const char *node)
{
    queue_close(bed->queue);
    bed->queue = bed_queue(bed, node);
    CU_ASSERT_PTR_NOT_NULL_FATAL(bed->queue);
}

/* An agent that was away does not blame a job for its own node's leases, but for another's, and not for ever. */
static void contract_forgiven(struct bed *bed)
{
    struct queue_job job;
    struct queue_place place;
    bed->settings.lease_ms = 20;
    reopen(bed, "n1");
    add(bed, "1", QUEUE_LANE_PRACTICE, 0, "a");
    for (int i = 0; i < QUEUE_FORGIVEN + 1; i++) {
        GOOD(bed_take(bed, 0, &job));
        CU_ASSERT_EQUAL(job.attempt, 1);
        queue_forgive(bed->queue, true);
        CU_ASSERT_EQUAL(recover_soon(bed), 1);
    }
    CU_ASSERT_EQUAL(queue_find(bed->queue, "1", &place, &bed->e), 0);
    CU_ASSERT(place.state == QUEUE_WAITING && place.attempt == 2);
    add(bed, "2", QUEUE_LANE_EXAM, 0, "a");
    GOOD(bed_take(bed, 0, &job));
    CU_ASSERT_STRING_EQUAL(job.id, "2");
    reopen(bed, "n");
    queue_forgive(bed->queue, true);
    CU_ASSERT_EQUAL(recover_soon(bed), 1);
    CU_ASSERT_EQUAL(queue_find(bed->queue, "2", &place, &bed->e), 0);
    CU_ASSERT_EQUAL(place.attempt, 2);
}

static void contract_expiry(struct bed *bed)
{
    struct queue_job job, second;
    struct queue_place place;
    bed->settings.lease_ms = 200;
    reopen(bed, "n1");
    add(bed, "1", QUEUE_LANE_PRACTICE, 0, "a");
    int64_t start_us = clock_now_us();
    GOOD(bed_take(bed, 0, &job));
    CU_ASSERT_EQUAL(queue_recover_expired(bed->queue, &bed->e), 0);
    CU_ASSERT_EQUAL(recover_soon(bed), 1);
    UNIT_CHECK(clock_now_us() - start_us >= 199000, "%lld us", (long long)(clock_now_us() - start_us));
    CU_ASSERT_EQUAL(queue_find(bed->queue, "1", &place, &bed->e), 0);
    CU_ASSERT_EQUAL(place.state, QUEUE_WAITING);
    CU_ASSERT_EQUAL(place.attempt, 2);
    UNIT_CHECK(strstr(place.reason, "n1/0") != NULL, "'%s'", place.reason);
    CU_ASSERT_EQUAL(queue_ack(bed->queue, &job, &bed->e), 0);
    GOOD(bed_take(bed, 0, &second));
    CU_ASSERT_EQUAL(second.attempt, 2);
    CU_ASSERT_STRING_EQUAL(second.previous, job.token);
    struct queue_lease late = lease_of(&job);
    CU_ASSERT_EQUAL(queue_renew(bed->queue, &late, 1, &bed->e), 0);
    CU_ASSERT_FALSE(late.kept);
    CU_ASSERT_EQUAL(queue_ack(bed->queue, &job, &bed->e), 0);
    GOOD(queue_ack(bed->queue, &second, &bed->e));
}

static void contract_renew(struct bed *bed)
{
    enum { JOBS = 150 };
    static struct queue_job jobs[JOBS];
    static struct queue_lease leases[JOBS + 2];
    char id[16];
    bed->settings.lease_ms = 1000;
    reopen(bed, "n1");
    CU_ASSERT_EQUAL(queue_renew(bed->queue, leases, 0, &bed->e), 0);
    for (int i = 0; i < JOBS; i++) {
        (void)str_format(id, sizeof id, "%d", i); /* it fits */
        add(bed, id, QUEUE_LANE_PRACTICE, i % 5, "");
    }
    for (int i = 0; i < JOBS; i++)
        GOOD(bed_take(bed, 0, &jobs[i]));
    /* The third was given back, and nobody ever had the last two. */
    GOOD(queue_give_back(bed->queue, &jobs[2], false, "", &bed->e));
    GOOD(queue_ack(bed->queue, &jobs[3], &bed->e));
    for (int i = 0; i < JOBS; i++)
        leases[i] = lease_of(&jobs[i]);
    leases[JOBS] = (struct queue_lease){.id = "0", .token = "n2:aaaaaaaa", .source = jobs[0].source};
    leases[JOBS + 1] = (struct queue_lease){.id = "5000", .token = "n2:aaaaaaaa", .source = jobs[0].source};
    int64_t end_us = clock_now_us() + 1200000; /* over one lease */
    while (clock_now_us() < end_us) {
        const struct timespec pause = {.tv_nsec = 100000000};
        CU_ASSERT_EQUAL(queue_renew(bed->queue, leases, JOBS + 2, &bed->e), 0);
        for (int i = 0; i < JOBS + 2; i++)
            UNIT_CHECK(leases[i].kept == (i != 2 && i != 3 && i < JOBS), "lease %d", i);
        CU_ASSERT_EQUAL(queue_recover_expired(bed->queue, &bed->e), 0);
        (void)nanosleep(&pause, NULL); /* time has to pass */
    }
    for (int i = 0; i < JOBS; i++) {
        if (i != 2 && i != 3)
            GOOD(queue_ack(bed->queue, &jobs[i], &bed->e));
    }
    next_is(bed, "2");
    none_is_left(bed);
}

static void contract_recover_job(struct bed *bed)
{
    struct queue_job job;
    add(bed, "1", QUEUE_LANE_PRACTICE, 0, "a");
    for (int attempt = 1; attempt <= 3; attempt++) {
        GOOD(bed_take(bed, 0, &job));
        CU_ASSERT_EQUAL(job.attempt, attempt);
        struct queue_lease lease = lease_of(&job), stranger = lease;
        (void)str_copy(stranger.token, sizeof stranger.token, "n1:aaaaaaaa"); /* it fits */
        CU_ASSERT_EQUAL(queue_recover_job(bed->queue, &stranger, "killed by signal 9", &bed->e), 0);
        CU_ASSERT_EQUAL(queue_recover_job(bed->queue, &lease, "killed by signal 9", &bed->e), attempt < 3 ? 1 : 2);
        CU_ASSERT_EQUAL(queue_recover_job(bed->queue, &lease, "killed by signal 9", &bed->e), 0);
    }
    CU_ASSERT_EQUAL(bed_take(bed, 0, &job), 0);
    CU_ASSERT_EQUAL(bed_state(bed, "1"), QUEUE_DEAD);
}

/* ---- the quarantine, removal, looking */

static void kill_job(struct bed *bed, const char *id, const char *reason)
{
    struct queue_job job;
    add(bed, id, QUEUE_LANE_EXAM, 0, "poison");
    for (int i = 0; i < 3; i++) {
        GOOD(bed_take(bed, 0, &job));
        CU_ASSERT_STRING_EQUAL(job.id, id);
        struct queue_lease lease = lease_of(&job);
        CU_ASSERT_EQUAL(queue_recover_job(bed->queue, &lease, reason, &bed->e), i < 2 ? 1 : 2);
    }
}

static void contract_quarantine(struct bed *bed)
{
    struct queue_dead dead[4];
    struct queue_place place;
    struct queue_stats stats;
    kill_job(bed, "1", "killed by signal 9");
    kill_job(bed, "2", "silent for 10 s");
    kill_job(bed, "3", "killed by signal 11");
    CU_ASSERT_EQUAL(queue_dead_list(bed->queue, false, dead, 4, &bed->e), 3);
    CU_ASSERT_STRING_EQUAL(dead[0].id, "3");
    CU_ASSERT_STRING_EQUAL(dead[1].id, "2");
    CU_ASSERT_STRING_EQUAL(dead[1].reason, "silent for 10 s");
    CU_ASSERT_EQUAL(dead[1].attempt, 3);
    UNIT_CHECK(strlen(dead[1].previous) == 35, "'%s'", dead[1].previous); /* three tokens */
    CU_ASSERT_EQUAL(queue_dead_list(bed->queue, false, dead, 2, &bed->e), 2);
    CU_ASSERT_EQUAL(queue_dead_told(bed->queue, "2", &bed->e), 0);
    CU_ASSERT_EQUAL(queue_dead_list(bed->queue, true, dead, 4, &bed->e), 2);
    CU_ASSERT_STRING_EQUAL(dead[0].id, "3");
    CU_ASSERT_STRING_EQUAL(dead[1].id, "1");
    CU_ASSERT_EQUAL(queue_find(bed->queue, "2", &place, &bed->e), 0);
    CU_ASSERT_EQUAL(place.state, QUEUE_DEAD);
    CU_ASSERT_STRING_EQUAL(place.reason, "silent for 10 s");
    CU_ASSERT_EQUAL(queue_stats(bed->queue, &stats, &bed->e), 0);
    CU_ASSERT_EQUAL(stats.dead, 3);
    CU_ASSERT_EQUAL(bed_add(bed, "2", QUEUE_LANE_EXAM, 0, "poison"), 0);
    GOOD(queue_dead_retry(bed->queue, "2", &bed->e));
    CU_ASSERT_EQUAL(queue_dead_retry(bed->queue, "2", &bed->e), 0);
    CU_ASSERT_EQUAL(queue_dead_retry(bed->queue, "77", &bed->e), 0);
    struct queue_job job;
    GOOD(bed_take(bed, 0, &job));
    CU_ASSERT_STRING_EQUAL(job.id, "2");
    CU_ASSERT_EQUAL(job.attempt, 1);
    UNIT_CHECK(strlen(job.previous) == 35, "'%s'", job.previous); /* the fence still knows who had it */
    GOOD(queue_ack(bed->queue, &job, &bed->e));
    GOOD(queue_remove(bed->queue, "1", &bed->e));
    GOOD(queue_remove(bed->queue, "3", &bed->e));
    CU_ASSERT_EQUAL(queue_dead_list(bed->queue, true, dead, 4, &bed->e), 0);
    none_is_left(bed);
}

static void contract_duplicates(struct bed *bed)
{
    struct queue_place place;
    struct queue_job job;
    add(bed, "1", QUEUE_LANE_REJUDGE, 0, "a");
    add(bed, "2", QUEUE_LANE_PRACTICE, 0, "b");
    CU_ASSERT_EQUAL(bed_add(bed, "1", QUEUE_LANE_REJUDGE, 0, "a"), 0);
    CU_ASSERT_EQUAL(bed_add(bed, "2", QUEUE_LANE_REJUDGE, 0, "b"), 0); /* never lowered */
    CU_ASSERT_EQUAL(bed_add(bed, "1", QUEUE_LANE_CONTEST, 0, "a"), 0); /* raised */
    CU_ASSERT_EQUAL(queue_find(bed->queue, "1", &place, &bed->e), 0);
    CU_ASSERT_EQUAL(place.lane, QUEUE_LANE_CONTEST);
    CU_ASSERT_EQUAL(place.ahead, 0);
    GOOD(bed_take(bed, 0, &job));
    CU_ASSERT_STRING_EQUAL(job.id, "1");
    /* Raised while it is held: counts when it is given back. */
    CU_ASSERT_EQUAL(bed_add(bed, "1", QUEUE_LANE_EXAM, 0, "a"), 0);
    add(bed, "3", QUEUE_LANE_CONTEST, 0, "c");
    GOOD(queue_give_back(bed->queue, &job, false, "", &bed->e));
    GOOD(bed_take(bed, 0, &job));
    CU_ASSERT_STRING_EQUAL(job.id, "1");
    CU_ASSERT_EQUAL(job.lane, QUEUE_LANE_EXAM);
    GOOD(queue_ack(bed->queue, &job, &bed->e));
    next_is(bed, "3");
    next_is(bed, "2");
    none_is_left(bed);
}

static void contract_find(struct bed *bed)
{
    char id[16];
    struct queue_place place;
    struct queue_job job;
    for (int i = 0; i < 12; i++) {
        (void)str_format(id, sizeof id, "%d", i); /* it fits */
        add(bed, id, i % 2 == 0 ? QUEUE_LANE_REJUDGE : QUEUE_LANE_CONTEST, i % 5, i < 6 ? "x" : "");
    }
    CU_ASSERT_EQUAL(queue_find(bed->queue, "12", &place, &bed->e), 0);
    CU_ASSERT_EQUAL(place.state, QUEUE_UNKNOWN);
    /* Who is told that n are before him is taken after n others. */
    int64_t ahead[12];
    for (int i = 0; i < 12; i++) {
        (void)str_format(id, sizeof id, "%d", i);
        CU_ASSERT_EQUAL(queue_find(bed->queue, id, &place, &bed->e), 0);
        CU_ASSERT_EQUAL(place.state, QUEUE_WAITING);
        CU_ASSERT_EQUAL(place.language, i % 5);
        ahead[i] = place.ahead;
    }
    for (int64_t turn = 0; turn < 12; turn++) {
        int64_t number = -1;
        GOOD(bed_take(bed, 0, &job));
        UNIT_CHECK(str_to_int64(job.id, 0, 11, &number) == 0 && ahead[number] == turn, "%s at turn %lld", job.id,
                   (long long)turn);
    }
    CU_ASSERT_EQUAL(queue_find(bed->queue, job.id, &place, &bed->e), 0);
    CU_ASSERT_EQUAL(place.state, QUEUE_HELD);
    CU_ASSERT_STRING_EQUAL(place.token, job.token);
    CU_ASSERT_STRING_EQUAL(place.owner, "n1/0");
    UNIT_CHECK(place.lease_ms > 0 && place.lease_ms <= BED_LEASE_MS, "%lld", (long long)place.lease_ms);
    CU_ASSERT_EQUAL(place.enqueued_ms, job.enqueued_ms);
}

static void contract_remove(struct bed *bed)
{
    struct queue_job job;
    add(bed, "1", QUEUE_LANE_PRACTICE, 0, "a");
    add(bed, "2", QUEUE_LANE_PRACTICE, 0, "a");
    add(bed, "3", QUEUE_LANE_PRACTICE, 0, "b");
    GOOD(queue_remove(bed->queue, "1", &bed->e));
    CU_ASSERT_EQUAL(queue_remove(bed->queue, "1", &bed->e), 0);
    /* His next one counts only what waits now: one. */
    add(bed, "4", QUEUE_LANE_PRACTICE, 0, "a");
    next_is(bed, "3");
    GOOD(bed_take(bed, 0, &job));
    CU_ASSERT_EQUAL(queue_remove(bed->queue, job.id, &bed->e), 0);
    GOOD(queue_ack(bed->queue, &job, &bed->e));
    GOOD(queue_remove(bed->queue, strcmp(job.id, "2") == 0 ? "4" : "2", &bed->e));
    none_is_left(bed);
    /* He has none waiting now: first come, first served. */
    add(bed, "5", QUEUE_LANE_PRACTICE, 0, "a");
    add(bed, "6", QUEUE_LANE_PRACTICE, 0, "c");
    next_is(bed, "5");
    next_is(bed, "6");
}

static void contract_states(struct bed *bed)
{
    enum { IDS = 300 };
    static int64_t ids[IDS];
    static enum queue_state states[IDS];
    char id[16];
    struct queue_job job;
    kill_job(bed, "1299", "x");
    for (int i = 0; i < IDS; i++) {
        ids[i] = 1000 + i;
        (void)str_format(id, sizeof id, "%d", 1000 + i); /* it fits */
        if (i % 3 == 0 && i != 299)
            add(bed, id, QUEUE_LANE_PRACTICE, 0, "");
    }
    GOOD(bed_take(bed, 0, &job));
    CU_ASSERT_STRING_EQUAL(job.id, "1000");
    CU_ASSERT_EQUAL(queue_states(bed->queue, ids, IDS, states, &bed->e), 0);
    for (int i = 0; i < IDS; i++) {
        enum queue_state right = i == 0       ? QUEUE_HELD
                                 : i == 299   ? QUEUE_DEAD
                                 : i % 3 == 0 ? QUEUE_WAITING
                                              : QUEUE_UNKNOWN;
        UNIT_CHECK(states[i] == right, "%d is %d", i, (int)states[i]);
    }
    CU_ASSERT_EQUAL(queue_states(bed->queue, ids, 0, states, &bed->e), 0);
}

static void contract_stats(struct bed *bed)
{
    struct queue_stats stats;
    struct queue_job job;
    const struct timespec pause = {.tv_nsec = 50000000};
    add(bed, "1", QUEUE_LANE_EXAM, 0, "a");
    add(bed, "2", QUEUE_LANE_PRACTICE, 1, "a");
    add(bed, "3", QUEUE_LANE_PRACTICE, 2, "a");
    GOOD(bed_take(bed, 0, &job));
    (void)nanosleep(&pause, NULL); /* the age is about time */
    CU_ASSERT_EQUAL(queue_stats(bed->queue, &stats, &bed->e), 0);
    CU_ASSERT_EQUAL(stats.waiting[QUEUE_LANE_EXAM], 0);
    CU_ASSERT_EQUAL(stats.waiting[QUEUE_LANE_PRACTICE], 2);
    CU_ASSERT_EQUAL(stats.held, 1);
    UNIT_CHECK(stats.oldest_ms >= 49 && stats.oldest_ms < 60000, "%lld", (long long)stats.oldest_ms);
    GOOD(queue_remove(bed->queue, "2", &bed->e));
    GOOD(queue_remove(bed->queue, "3", &bed->e));
    GOOD(queue_give_back(bed->queue, &job, false, "", &bed->e)); /* as old as before */
    CU_ASSERT_EQUAL(queue_stats(bed->queue, &stats, &bed->e), 0);
    UNIT_CHECK(stats.oldest_ms >= 49 && stats.oldest_ms < 60000, "%lld", (long long)stats.oldest_ms);
    CU_ASSERT_EQUAL(queue_check(bed->queue, &bed->e), bed->kind == BED_GONE ? -1 : 0);
}

/* ---- waiting */

/* Adds a job from another process, after a while. */
static pid_t add_later(struct bed *bed, const char *id, int language, long delay_ms)
{
    (void)fflush(NULL); /* the child prints nothing */
    pid_t pid = fork();
    if (pid == 0) {
        const struct timespec pause = {.tv_sec = delay_ms / 1000, .tv_nsec = delay_ms % 1000 * 1000000};
        (void)nanosleep(&pause, NULL); /* the other shall be waiting by then; if not, the test still holds */
        bed->queue = bed_queue(bed, "n2");
        _exit(bed->queue != NULL && bed_add(bed, id, QUEUE_LANE_PRACTICE, language, "a") == 1 ? 0 : 1);
    }
    return pid;
}

static void ends_well(pid_t pid)
{
    int status = -1;
    CU_ASSERT_EQUAL(waitpid(pid, &status, 0), pid);
    CU_ASSERT_EQUAL(status, 0);
}

static int64_t cpu_us(void)
{
    struct rusage usage;
    (void)getrusage(RUSAGE_SELF, &usage); /* cannot fail */
    return (usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * INT64_C(1000000) + usage.ru_utime.tv_usec +
           usage.ru_stime.tv_usec;
}

static void contract_waits(struct bed *bed)
{
    struct queue_job job;
    int64_t start_us = clock_now_us();
    CU_ASSERT_EQUAL(bed_take(bed, 150, &job), 0);
    UNIT_CHECK(clock_now_us() - start_us >= 149000, "%lld us", (long long)(clock_now_us() - start_us));
    /* Woken by the push, long before its time is over; and idle until then. */
    for (int round = 0; round < 2; round++) {
        pid_t pid = add_later(bed, "1", 3, 150);
        int64_t before_us = cpu_us();
        start_us = clock_now_us();
        GOOD(bed_take(bed, 20000, &job));
        UNIT_CHECK(clock_now_us() - start_us < 15000000, "%lld us", (long long)(clock_now_us() - start_us));
        UNIT_CHECK(UNIT_SANITIZED || cpu_us() - before_us < 50000, "%lld us of CPU", (long long)(cpu_us() - before_us));
        CU_ASSERT_STRING_EQUAL(job.id, "1");
        GOOD(queue_ack(bed->queue, &job, &bed->e));
        ends_well(pid);
    }
}

/* A job that it does not offer neither comes nor keeps the next one away. */
static void contract_waits_for_language(struct bed *bed)
{
    struct queue_job job;
    const int offered[] = {1, 2};
    pid_t other = add_later(bed, "other", 7, 100), ours = add_later(bed, "ours", 2, 300);
    int64_t start_us = clock_now_us();
    CU_ASSERT_EQUAL(queue_take(bed->queue, "n1/0", offered, 2, 20000, -1, &job, &bed->e), 1);
    UNIT_CHECK(clock_now_us() - start_us < 15000000, "%lld us", (long long)(clock_now_us() - start_us));
    CU_ASSERT_STRING_EQUAL(job.id, "ours");
    ends_well(other);
    ends_well(ours);
    next_is(bed, "other");
}

/* What is given back wakes as well. */
static void contract_waits_for_returned(struct bed *bed)
{
    struct queue_job job, held;
    add(bed, "1", QUEUE_LANE_PRACTICE, 0, "a");
    GOOD(bed_take(bed, 0, &held));
    (void)fflush(NULL); /* the child prints nothing */
    for (int way = 0; way < 2; way++) {
        pid_t pid = fork();
        if (pid == 0) {
            const struct timespec pause = {.tv_nsec = 100000000};
            struct queue_lease lease = lease_of(&held);
            (void)nanosleep(&pause, NULL); /* as in add_later */
            bed->queue = bed_queue(bed, "n2");
            if (bed->kind == BED_GONE) { /* it learns that by a call */
                struct queue_stats stats;
                (void)queue_stats(bed->queue, &stats, &bed->e);
            }
            int done = way == 0 ? queue_give_back(bed->queue, &held, false, "", &bed->e)
                                : queue_recover_job(bed->queue, &lease, "dead", &bed->e);
            _exit(done == 1 ? 0 : 1);
        }
        int64_t start_us = clock_now_us();
        GOOD(bed_take(bed, 20000, &job));
        UNIT_CHECK(clock_now_us() - start_us < 15000000, "%lld us", (long long)(clock_now_us() - start_us));
        held = job;
        ends_well(pid);
    }
}

static void contract_stops(struct bed *bed)
{
    const int offered[] = {0};
    int ends[2];
    struct queue_job job;
    CU_ASSERT_EQUAL_FATAL(pipe2(ends, O_CLOEXEC), 0);
    (void)fflush(NULL); /* the child prints nothing */
    pid_t pid = fork();
    if (pid == 0) {
        const struct timespec pause = {.tv_nsec = 100000000};
        (void)nanosleep(&pause, NULL); /* as in add_later */
        _exit(write(ends[1], "x", 1) == 1 ? 0 : 1);
    }
    int64_t start_us = clock_now_us();
    CU_ASSERT_EQUAL(queue_take(bed->queue, "n1/0", offered, 1, 20000, ends[0], &job, &bed->e), 0);
    UNIT_CHECK(clock_now_us() - start_us < 15000000, "%lld us", (long long)(clock_now_us() - start_us));
    ends_well(pid);
    /* Readable already: takes nothing, even where there is something. */
    add(bed, "1", QUEUE_LANE_PRACTICE, 0, "a");
    CU_ASSERT_EQUAL(queue_take(bed->queue, "n1/0", offered, 1, 20000, ends[0], &job, &bed->e), 0);
    CU_ASSERT_EQUAL(bed_state(bed, "1"), QUEUE_WAITING);
    next_is(bed, "1");
    file_close(&ends[0]);
    file_close(&ends[1]);
}

/* ---- many at once */

enum { TAKERS = 4 };

/* Takes jobs, works on each and ends it, until none comes for a while; says each id that it ended, in one write. */
static void taker(struct bed *bed, int fd, int slot, long work_us)
{
    const struct timespec work = {.tv_nsec = work_us * 1000};
    static const int languages[] = {0, 1, 2};
    char owner[16];
    struct queue_job job;
    (void)str_format(owner, sizeof owner, "n%d/%d", slot, slot); /* it fits */
    bed->queue = bed_queue(bed, "n2");
    while (bed->queue != NULL && queue_take(bed->queue, owner, languages, 3, 500, -1, &job, &bed->e) == 1) {
        int64_t number = 0;
        if (work_us > 0)
            (void)nanosleep(&work, NULL); /* it is only to be killed in it */
        int acked = queue_ack(bed->queue, &job, &bed->e);
        if (acked < 0 || str_to_int64(job.id, 0, 100000, &number) != 0)
            _exit(1);
        int32_t said = (int32_t)number;
        if (acked == 1 && write(fd, &said, sizeof said) != sizeof said)
            _exit(1);
    }
    _exit(bed->queue == NULL ? 1 : 0);
}

static void contract_many(struct bed *bed)
{
    enum { JOBS = 2000 };
    static int counts[JOBS];
    int ends[2];
    pid_t pids[TAKERS];
    int32_t said;
    memset(counts, 0, sizeof counts);
    CU_ASSERT_EQUAL_FATAL(pipe2(ends, O_CLOEXEC), 0);
    (void)fflush(NULL); /* the children print nothing */
    for (int i = 0; i < TAKERS; i++) {
        pids[i] = fork();
        if (pids[i] == 0)
            taker(bed, ends[1], i, 0);
    }
    file_close(&ends[1]);
    for (int i = 0; i < JOBS; i++) {
        char id[16];
        (void)str_format(id, sizeof id, "%d", i); /* it fits */
        add(bed, id, (enum queue_lane)(i % QUEUE_LANES), i % 3, i % 7 == 0 ? "" : "user");
    }
    while (read(ends[0], &said, sizeof said) == sizeof said)
        counts[said]++;
    for (int i = 0; i < TAKERS; i++)
        ends_well(pids[i]);
    for (int i = 0; i < JOBS; i++)
        UNIT_CHECK(counts[i] == 1, "job %d was ended %d times", i, counts[i]);
    file_close(&ends[0]);
    none_is_left(bed);
}

/* Takers die at random points. What they held comes back by its lease; nothing is lost, and who had lost it ended none. */
static void contract_killed(struct bed *bed)
{
    enum { JOBS = 300 };
    static int counts[JOBS];
    int ends[2];
    pid_t pids[TAKERS];
    int32_t said;
    int ended = 0, kills = 0;
    memset(counts, 0, sizeof counts);
    bed->settings.lease_ms = 300;
    bed->settings.max_attempts = 1000;
    reopen(bed, "n1");
    CU_ASSERT_EQUAL_FATAL(pipe2(ends, O_CLOEXEC), 0);
    for (int i = 0; i < JOBS; i++) {
        char id[16];
        (void)str_format(id, sizeof id, "%d", i); /* it fits */
        add(bed, id, QUEUE_LANE_PRACTICE, i % 3, "");
    }
    (void)fflush(NULL); /* the children print nothing */
    memset(pids, 0, sizeof pids);
    unsigned seed = 1;
    for (int64_t end_us = clock_now_us() + 15000000; ended < JOBS && clock_now_us() < end_us;) {
        for (int i = 0; i < TAKERS; i++) {
            if (pids[i] == 0 && (pids[i] = fork()) == 0)
                taker(bed, ends[1], i, 2000);
        }
        struct pollfd file = {.fd = ends[0], .events = POLLIN};
        while (poll(&file, 1, rand_r(&seed) % 5) == 1 && read(ends[0], &said, sizeof said) == sizeof said) {
            counts[said]++;
            ended++;
            if (rand_r(&seed) % 10 == 0)
                break;
        }
        int victim = rand_r(&seed) % TAKERS;
        (void)kill(pids[victim], SIGKILL); /* ours, not waited for yet */
        (void)waitpid(pids[victim], NULL, 0);
        pids[victim] = 0;
        kills++;
        UNIT_CHECK(queue_recover_expired(bed->queue, &bed->e) >= 0, "%s", bed->e.text);
        /* Ended, and killed before it could say so. */
        struct queue_stats stats;
        struct pollfd none = {.fd = ends[0], .events = POLLIN};
        if (queue_stats(bed->queue, &stats, &bed->e) == 0 && stats.held + stats.waiting[QUEUE_LANE_PRACTICE] == 0 &&
            poll(&none, 1, 0) == 0)
            break;
    }
    for (int i = 0; i < TAKERS; i++) {
        if (pids[i] > 0 && kill(pids[i], SIGKILL) == 0)
            (void)waitpid(pids[i], NULL, 0);
    }
    int unsaid = 0;
    for (int i = 0; i < JOBS; i++) {
        unsaid += counts[i] == 0;
        UNIT_CHECK(counts[i] <= 1, "job %d was ended %d times", i, counts[i]);
    }
    UNIT_CHECK(unsaid < JOBS / 2 && kills >= 20, "%d jobs were ended without a word, %d kills", unsaid, kills);
    file_close(&ends[0]);
    file_close(&ends[1]);
    none_is_left(bed);
}

/* ---- every test with every kind */

static void with_bed(enum bed_kind kind, void (*test)(struct bed *bed))
{
    static struct bed bed;
    int made = bed_init(&bed, kind);
    if (made == 0) {
        unit_skip("no redis-server here");
        return;
    }
    if (!UNIT_CHECK(made == 1, "%s", bed.e.text))
        return;
    int error_fd = -1;
    if (kind == BED_GONE) { /* it finds out at its first call, and each process of a test says so */
        struct queue_stats stats;
        int null_fd = open("/dev/null", O_WRONLY | O_CLOEXEC);
        error_fd = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 3);
        CU_ASSERT_EQUAL(dup2(null_fd, STDERR_FILENO), STDERR_FILENO);
        file_close(&null_fd);
        CU_ASSERT_EQUAL(queue_stats(bed.queue, &stats, &bed.e), 0);
    }
    test(&bed);
    bed_fini(&bed);
    if (error_fd >= 0)
        CU_ASSERT_EQUAL(dup2(error_fd, STDERR_FILENO), STDERR_FILENO);
    file_close(&error_fd);
}

#define CONTRACTS(X)                                                                                                   \
    X(lanes)                                                                                                           \
    X(users)                                                                                                           \
    X(users_later)                                                                                                     \
    X(share)                                                                                                           \
    X(no_lane_starves)                                                                                                 \
    X(waits_for_room)                                                                                                  \
    X(languages)                                                                                                       \
    X(values)                                                                                                          \
    X(ack)                                                                                                             \
    X(give_back)                                                                                                       \
    X(previous)                                                                                                        \
    X(expiry)                                                                                                          \
    X(forgiven)                                                                                                        \
    X(recover_job)                                                                                                     \
    X(quarantine)                                                                                                      \
    X(duplicates)                                                                                                      \
    X(find)                                                                                                            \
    X(remove)                                                                                                          \
    X(states)                                                                                                          \
    X(stats)                                                                                                           \
    X(waits)                                                                                                           \
    X(waits_for_language)                                                                                              \
    X(waits_for_returned)                                                                                              \
    X(stops)

/* These take a second each; a pair whose Redis works only hands them on. */
#define LONG_CONTRACTS(X)                                                                                              \
    X(renew)                                                                                                           \
    X(many)                                                                                                            \
    X(killed)

#define FUNCTION(kind, bed, name)                                                                                      \
    static void kind##_##name(void)                                                                                    \
    {                                                                                                                  \
        with_bed(bed, contract_##name);                                                                                \
    }
#define FUNCTIONS(name)                                                                                                \
    FUNCTION(redis, BED_REDIS, name)                                                                                   \
    FUNCTION(sqlite, BED_SQLITE, name)                                                                                 \
    FUNCTION(gone, BED_GONE, name)
#define PAIR_FUNCTION(name) FUNCTION(pair, BED_PAIR, name)

CONTRACTS(FUNCTIONS)
LONG_CONTRACTS(FUNCTIONS)
CONTRACTS(PAIR_FUNCTION)

static void test_lane_names(void)
{
    for (int i = 0; i < QUEUE_LANES; i++)
        CU_ASSERT_EQUAL(queue_lane_of(queue_lane_name((enum queue_lane)i)), i);
    CU_ASSERT_EQUAL(queue_lane_of("fast"), -1);
    CU_ASSERT_EQUAL(queue_lane_of(""), -1);
}

#define ROWS(name) {"redis_" #name, redis_##name}, {"sqlite_" #name, sqlite_##name}, {"gone_" #name, gone_##name},
#define PAIR_ROW(name) {"pair_" #name, pair_##name},

static const struct unit_test tests[] = {{"lane_names", test_lane_names},
                                         CONTRACTS(ROWS) LONG_CONTRACTS(ROWS) CONTRACTS(PAIR_ROW)};

UNIT_MAIN("queue", tests)
