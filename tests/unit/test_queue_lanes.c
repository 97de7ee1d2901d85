/*
 * test_queue_lanes.c - how long new submissions wait while 2,000 rejudges do: workers that only sleep, of two boxes on one Redis, and
 * of one on a file. The rejudges' share is of all workers that there are.
 */
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

#include "common/clock.h"
#include "common/file.h"
#include "common/str.h"
#include "tests/sandbox/lib/queue_bed.h"
#include "tests/unit/unit.h"

#include "common/banned.h"

/* Ten new ones a minute and judgings of six seconds, in a sixtieth of the time or less. */
enum { WORKERS = 4, JUDGING_MS = 50, NEW = 24, BETWEEN_MS = 100, REJUDGES = 2000, PATIENCE_S = 30 };

struct crowd {
    struct bed bed;
    struct queue *queues[WORKERS];
    pthread_t threads[WORKERS];
    atomic_int started, failures, rejudged, done;
    atomic_int rejudging, most; /* rejudges that are held, and the most at once */
    int nodes;
    int stop_fd;
    int64_t pushed_us[NEW];
    _Atomic int64_t ended_us[NEW];
};

struct crowd_worker {
    struct crowd *crowd;
    int number;
};

static void pause_ms(int64_t ms)
{
    const struct timespec pause = {.tv_sec = (time_t)(ms / 1000), .tv_nsec = (long)(ms % 1000 * 1000000)};
    (void)nanosleep(&pause, NULL);
}

static void judge(struct crowd *crowd, struct queue *queue, const struct queue_job *job)
{
    struct err e;
    bool again = job->lane == QUEUE_LANE_REJUDGE;
    int held = again ? ++crowd->rejudging : 0;
    if (held > crowd->most)
        crowd->most = held; /* two that write at once both found more than one */
    pause_ms(JUDGING_MS);
    if (again)
        crowd->rejudging--;
    if (queue_ack(queue, job, &e) != 1)
        crowd->failures++;
    if (again) {
        crowd->rejudged++;
        return;
    }
    int64_t number;
    if (str_to_int64(job->id, 0, NEW - 1, &number) != 0) {
        crowd->failures++;
        return;
    }
    crowd->ended_us[number] = clock_now_us();
    crowd->done++;
}

static void *work(void *argument)
{
    const struct crowd_worker *worker = argument;
    static const int languages[] = {0, 1};
    char owner[16];
    struct queue_job job;
    struct err e;
    struct queue *queue = worker->crowd->queues[worker->number];
    (void)str_format(owner, sizeof owner, "n%d/%d", 1 + worker->number % worker->crowd->nodes,
                     worker->number); /* it fits */
    for (int taken = 0; taken >= 0;) {
        taken = queue_take(queue, owner, languages, 2, 3000, worker->crowd->stop_fd, &job, &e);
        if (taken == 1)
            judge(worker->crowd, queue, &job);
        else if (taken < 0)
            worker->crowd->failures++;
        if (atomic_load(&worker->crowd->started) == 0)
            break;
    }
    return NULL;
}

static int by_time(const void *a, const void *b)
{
    int64_t left = *(const int64_t *)a, right = *(const int64_t *)b;
    return (left > right) - (left < right);
}

static void add_rejudges(struct crowd *crowd)
{
    char id[32], user[32];
    for (int i = 0; i < REJUDGES; i++) {
        (void)str_format(id, sizeof id, "again-%d", i); /* they fit */
        (void)str_format(user, sizeof user, "user-%d", i % 50);
        UNIT_CHECK(bed_add(&crowd->bed, id, QUEUE_LANE_REJUDGE, 0, user) == 1, "%s", crowd->bed.e.text);
    }
}

/* New ones come, one after another; their 95th percentile from the push to the end, in us. */
static int64_t push_new(struct crowd *crowd)
{
    char id[32];
    int64_t waits[NEW] = {0};
    crowd->done = 0;
    for (int i = 0; i < NEW; i++) {
        (void)str_format(id, sizeof id, "%d", i); /* it fits */
        crowd->pushed_us[i] = clock_now_us();
        UNIT_CHECK(bed_add(&crowd->bed, id, QUEUE_LANE_PRACTICE, 1, "student") == 1, "%s", crowd->bed.e.text);
        pause_ms(BETWEEN_MS);
    }
    int64_t end_us = clock_now_us() + (int64_t)PATIENCE_S * 1000000;
    while (crowd->done < NEW && clock_now_us() < end_us)
        pause_ms(5);
    UNIT_CHECK(crowd->done == NEW, "%d of %d judged", atomic_load(&crowd->done), NEW);
    for (int i = 0; i < NEW; i++)
        waits[i] = crowd->ended_us[i] - crowd->pushed_us[i];
    qsort(waits, NEW, sizeof waits[0], by_time);
    return waits[NEW * 95 / 100];
}

static void observe(struct crowd *crowd)
{
    struct crowd_worker workers[WORKERS];
    struct queue_stats stats;
    int running = 0;
    crowd->started = 1;
    for (; running < WORKERS; running++) {
        workers[running] = (struct crowd_worker){crowd, running};
        if (pthread_create(&crowd->threads[running], NULL, work, &workers[running]) != 0)
            break;
    }
    CU_ASSERT_EQUAL(running, WORKERS);
    int64_t idle_us = push_new(crowd);
    add_rejudges(crowd);
    int64_t busy_us = push_new(crowd);
    int rejudged = crowd->rejudged;
    crowd->started = 0;
    (void)eventfd_write(crowd->stop_fd, 1);
    for (int i = 0; i < running; i++)
        (void)pthread_join(crowd->threads[i], NULL);
    CU_ASSERT_EQUAL(queue_stats(crowd->bed.queue, &stats, &crowd->bed.e), 0);
    printf("# p95 of the new ones %.1f ms, idle %.1f ms; %d rejudged meanwhile\n", (double)busy_us / 1000,
           (double)idle_us / 1000, rejudged);
    UNIT_CHECK(busy_us < 2 * idle_us, "p95 %lld us, idle %lld us", (long long)busy_us, (long long)idle_us);
    UNIT_CHECK(stats.waiting[QUEUE_LANE_REJUDGE] > REJUDGES / 2, "%lld wait",
               (long long)stats.waiting[QUEUE_LANE_REJUDGE]);
    UNIT_CHECK(rejudged >= NEW / 2, "%d rejudged meanwhile", rejudged);
    UNIT_CHECK(crowd->most == 1, "%d rejudges at once: 30 %% of %d workers is one", atomic_load(&crowd->most), WORKERS);
    UNIT_CHECK(crowd->failures == 0, "%d calls failed", atomic_load(&crowd->failures));
}

static void with_crowd(enum bed_kind kind)
{
    static struct crowd crowd; /* of one test at a time */
    memset(&crowd, 0, sizeof crowd);
    crowd.nodes = kind == BED_REDIS ? 2 : 1;
    int made = bed_init(&crowd.bed, kind);
    if (made == 0) {
        unit_skip("no redis-server");
        return;
    }
    CU_ASSERT_EQUAL_FATAL(made, 1);
    queue_close(crowd.bed.queue);
    crowd.bed.settings.rejudge_max_share = 30;
    crowd.bed.settings.rejudge_quiet_ms = 30000;
    crowd.bed.queue = bed_queue(&crowd.bed, "n1");
    crowd.stop_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    bool ready = crowd.bed.queue != NULL && crowd.stop_fd >= 0;
    for (int i = 0; i < WORKERS; i++)
        ready = (crowd.queues[i] = bed_queue(&crowd.bed, i % crowd.nodes == 0 ? "n1" : "n2")) != NULL && ready;
    CU_ASSERT(ready);
    if (ready)
        observe(&crowd);
    for (int i = 0; i < WORKERS; i++)
        queue_close(crowd.queues[i]);
    file_close(&crowd.stop_fd);
    bed_fini(&crowd.bed);
}

static void test_redis(void)
{
    with_crowd(BED_REDIS);
}

static void test_file(void)
{
    with_crowd(BED_SQLITE);
}

static const struct unit_test tests[] = {{"redis", test_redis}, {"file", test_file}};

UNIT_MAIN("queue_lanes", tests)
