/*
 * queue_bed.c - see queue_bed.h. Runs in test programs under any uid.
 */
#include "tests/sandbox/lib/queue_bed.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/db_sqlite.h"
#include "common/file.h"
#include "common/str.h"
#include "queue/queue_backend.h"

#include "common/banned.h"

struct queue *bed_queue(struct bed *bed, const char *node)
{
    char path[PATH_MAX + 16];
    (void)str_format(path, sizeof path, "%s/queue.db", bed->settings.home); /* it fits */
    struct queue *local = bed->kind == BED_REDIS ? NULL : queue_sqlite_open(&bed->settings, node, path, &bed->e);
    if (bed->kind == BED_SQLITE || (local == NULL && bed->kind != BED_REDIS))
        return local;
    struct queue *redis = queue_redis_open(&bed->settings, node, &bed->e);
    if (bed->kind == BED_REDIS || redis == NULL) {
        if (redis == NULL)
            queue_close(local);
        return redis;
    }
    return queue_pair_open(redis, local, &bed->e);
}

int bed_init(struct bed *bed, enum bed_kind kind)
{
    memset(bed, 0, sizeof *bed);
    bed->kind = kind;
    bed->settings.lease_ms = BED_LEASE_MS;
    bed->settings.max_attempts = 3;
    bed->settings.jobs_ttl_s = 3600;
    bed->settings.redis_connect_timeout_ms = BED_TIMEOUT_MS;
    bed->settings.redis_command_timeout_ms = BED_TIMEOUT_MS;
    bed->settings.redis_gone_ms = kind == BED_GONE ? 0 : 60000;
    /* All of these fit. */
    (void)str_copy(bed->settings.redis_prefix, sizeof bed->settings.redis_prefix, "oj:");
    (void)str_copy(bed->settings.redis_queue, sizeof bed->settings.redis_queue, "hustoj");
    (void)str_copy(bed->settings.redis_socket, sizeof bed->settings.redis_socket, "/nowhere/redis");
    (void)str_copy(bed->settings.home, sizeof bed->settings.home, "/tmp/judge-test-queue.XXXXXX");
    if (kind == BED_REDIS || kind == BED_PAIR) {
        int result = redis_server_init(&bed->server, NULL, &bed->e);
        if (result <= 0)
            return result;
        (void)str_copy(bed->settings.redis_socket, sizeof bed->settings.redis_socket, bed->server.socket);
    }
    if (mkdtemp(bed->settings.home) == NULL || (bed->queue = bed_queue(bed, "n1")) == NULL) {
        redis_server_fini(&bed->server);
        return -1;
    }
    return 1;
}

void bed_fini(struct bed *bed)
{
    queue_close(bed->queue);
    redis_server_fini(&bed->server);
    int dir = open(bed->settings.home, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    struct err e;
    if (dir >= 0 && file_empty_folder(dir, &e) == 0)
        (void)rmdir(bed->settings.home); /* what is left below /tmp does no harm */
    file_close(&dir);
}

int bed_add(struct bed *bed, const char *id, enum queue_lane lane, int language, const char *user)
{
    struct queue_entry entry = {.lane = lane, .language = language, .problem = 1000};
    if (str_copy(entry.id, sizeof entry.id, id) != 0 || str_copy(entry.user, sizeof entry.user, user) != 0)
        return err_set(&bed->e, "%s: too long", id);
    return queue_add(bed->queue, &entry, &bed->e);
}

int bed_take(struct bed *bed, int timeout_ms, struct queue_job *job)
{
    static const int languages[] = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9};
    return queue_take(bed->queue, "n1/0", languages, 10, timeout_ms, -1, job, &bed->e);
}

enum queue_state bed_state(struct bed *bed, const char *id)
{
    struct queue_place place;
    return queue_find(bed->queue, id, &place, &bed->e) == 0 ? place.state : QUEUE_UNKNOWN;
}

int bed_age(struct bed *bed, int64_t ms)
{
    char path[PATH_MAX + 16], command[1024], answer[64];
    if (bed->kind == BED_REDIS || bed->kind == BED_PAIR) {
        /* It fits. */
        (void)str_format(
            command, sizeof command,
            "EVAL \"local us = %lld000; for _, key in ipairs(redis.call('KEYS', 'oj:ready:*')) do "
            "for _, id in ipairs(redis.call('ZRANGE', key, 0, -1)) do redis.call('ZINCRBY', key, -us, id) "
            "local job = redis.call('HMGET', 'oj:job:' .. id, 'score', 'arrived') "
            "redis.call('HSET', 'oj:job:' .. id, 'score', string.format('%%.0f', job[1] - us), 'arrived', "
            "string.format('%%.0f', job[2] - us)) end end for _, key in ipairs(redis.call('KEYS', 'oj:heads:*')) do "
            "for _, id in ipairs(redis.call('ZRANGE', key, 0, -1)) do redis.call('ZINCRBY', key, -us, id) end end "
            "return 1\" 0",
            (long long)ms);
        return redis_server_command(&bed->server, command, answer, sizeof answer, &bed->e);
    }
    (void)str_format(path, sizeof path, "%s/queue.db", bed->settings.home); /* they fit */
    (void)str_format(command, sizeof command,
                     "UPDATE queue_job SET score = score - %lld000, arrived_us = arrived_us - %lld000 WHERE state = 1",
                     (long long)ms, (long long)ms);
    const struct db_options options = {.owner = ""};
    struct db *db = db_open(path, &options, &bed->e);
    int result = db == NULL ? -1 : db_script(db, command, &bed->e);
    db_close(db);
    return result;
}
