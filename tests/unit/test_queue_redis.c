/*
 * test_queue_redis.c - what a server of Redis can do to the queue: forget, stop, refuse, drop connections; and the site's list.
 *
 * Each test has a redis-server of its own.
 */
#include "queue/queue.h"

#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/un.h>
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
#define SAYS(word) UNIT_CHECK(strstr(bed->e.text, word) != NULL, "no '%s' in: %s", word, bed->e.text)

/* An open queue on a server of its own, or NULL with the test failed or skipped. */
static struct bed *start(void)
{
    static struct bed bed;
    int made = bed_init(&bed, BED_REDIS);
    if (made == 0)
        unit_skip("no redis-server here");
    UNIT_CHECK(made >= 0, "%s", bed.e.text);
    return made == 1 ? &bed : NULL;
}

static void reopen(struct bed *bed)
{
    queue_close(bed->queue);
    bed->queue = bed_queue(bed, "n1");
    CU_ASSERT_PTR_NOT_NULL_FATAL(bed->queue);
}

static void server_does(struct bed *bed, const char *command)
{
    char answer[256];
    struct err e = {""};
    UNIT_CHECK(redis_server_command(&bed->server, command, answer, sizeof answer, &e) == 0, "%s", e.text);
}

/* The number that a command answers. */
static int64_t server_says(struct bed *bed, const char *command)
{
    char answer[256] = "";
    struct err e = {""};
    int64_t number = -1;
    UNIT_CHECK(redis_server_command(&bed->server, command, answer, sizeof answer, &e) == 0, "%s", e.text);
    answer[strcspn(answer, "\r")] = '\0';
    UNIT_CHECK(str_to_int64(answer + 1, INT64_MIN, INT64_MAX, &number) == 0, "%s: '%s'", command, answer);
    return number;
}

static void add(struct bed *bed, const char *id, int language)
{
    UNIT_CHECK(bed_add(bed, id, QUEUE_LANE_CONTEST, language, "a") == 1, "add %s: %s", id, bed->e.text);
}

static struct queue_lease lease_of(const struct queue_job *job)
{
    struct queue_lease lease = {.source = job->source};
    memcpy(lease.id, job->id, sizeof lease.id);
    memcpy(lease.token, job->token, sizeof lease.token);
    return lease;
}

static void pause_ms(long ms)
{
    const struct timespec pause = {.tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000};
    (void)nanosleep(&pause, NULL); /* each use says why */
}

static void ends_well(pid_t pid)
{
    int status = -1;
    CU_ASSERT_EQUAL(waitpid(pid, &status, 0), pid);
    CU_ASSERT_EQUAL(status, 0);
}

/* ---- a server that forgets */

static void test_script_flush(void)
{
    struct bed *bed = start();
    struct queue_job job;
    if (bed == NULL)
        return;
    add(bed, "1", 0);
    server_does(bed, "SCRIPT FLUSH");
    GOOD(bed_take(bed, 0, &job));
    GOOD(queue_ack(bed->queue, &job, &bed->e));
    add(bed, "2", 0);
    server_does(bed, "SCRIPT FLUSH");
    add(bed, "3", 0);
    GOOD(bed_take(bed, 0, &job));
    bed_fini(bed);
}

static void test_wiped(void)
{
    struct bed *bed = start();
    struct queue_job jobs[4];
    struct queue_lease leases[4];
    if (bed == NULL)
        return;
    CU_ASSERT_EQUAL(queue_renew(bed->queue, leases, 0, &bed->e), 0); /* in contact */
    const char *const ids[] = {"0", "1", "2", "3"};
    for (int i = 0; i < 4; i++) {
        struct queue_entry entry = {.lane = QUEUE_LANE_CONTEST, .language = i, .inline_job = "{\"a\": 1}"};
        (void)str_copy(entry.id, sizeof entry.id, ids[i]); /* it fits */
        GOOD(queue_add(bed->queue, &entry, &bed->e));
        GOOD(bed_take(bed, 0, &jobs[i]));
        leases[i] = lease_of(&jobs[i]);
    }
    server_does(bed, "FLUSHALL");
    CU_ASSERT_EQUAL(queue_renew(bed->queue, leases, 4, &bed->e), 0);
    for (int i = 0; i < 4; i++) {
        CU_ASSERT_TRUE(leases[i].kept);
        CU_ASSERT_EQUAL(bed_state(bed, ids[i]), QUEUE_HELD);
    }
    /* Not put in a second time; its end is its end. */
    CU_ASSERT_EQUAL(bed_add(bed, "0", QUEUE_LANE_PRACTICE, 0, "a"), 0);
    GOOD(queue_ack(bed->queue, &jobs[0], &bed->e));
    CU_ASSERT_EQUAL(bed_state(bed, "0"), QUEUE_UNKNOWN);
    /* Given back: whole, as its holder knows it. */
    GOOD(queue_give_back(bed->queue, &jobs[1], true, "x", &bed->e));
    struct queue_job again;
    GOOD(bed_take(bed, 0, &again));
    UNIT_CHECK(strcmp(again.id, "1") == 0 && again.language == 1 && again.attempt == 2 && again.lane == jobs[1].lane &&
                   strcmp(again.previous, jobs[1].token) == 0 && again.inline_job != NULL &&
                   strcmp(again.inline_job, "{\"a\": 1}") == 0,
               "%s %d %d", again.id, again.language, again.attempt);
    /* Its worker died: nothing is known of the job, which the store's sweep finds. */
    GOOD(queue_recover_job(bed->queue, &leases[2], "dead", &bed->e));
    CU_ASSERT_EQUAL(bed_state(bed, "2"), QUEUE_UNKNOWN);
    /* The sweep found it before: the worker's death brings it back. */
    CU_ASSERT_EQUAL(bed_add(bed, "3", QUEUE_LANE_PRACTICE, 3, "a"), 0);
    GOOD(queue_recover_job(bed->queue, &leases[3], "dead", &bed->e));
    CU_ASSERT_EQUAL(bed_state(bed, "3"), QUEUE_WAITING);
    queue_job_fini(&again);
    GOOD(bed_take(bed, 0, &again));
    CU_ASSERT_STRING_EQUAL(again.id, "3");
    CU_ASSERT_EQUAL(again.language, 3);
    /* Nothing was wiped since: who ended his job does not get it back. */
    CU_ASSERT_EQUAL(queue_renew(bed->queue, leases, 1, &bed->e), 0);
    CU_ASSERT_FALSE(leases[0].kept);
    for (int i = 0; i < 4; i++)
        queue_job_fini(&jobs[i]);
    queue_job_fini(&again);
    bed_fini(bed);
}

/* It comes back with what it had saved before a job was taken and another one ended. */
static void test_older_data(void)
{
    struct bed *bed = start();
    struct queue_job job, other;
    if (bed == NULL)
        return;
    add(bed, "1", 0);
    add(bed, "2", 0);
    server_does(bed, "SAVE");
    GOOD(bed_take(bed, 0, &job));
    add(bed, "3", 0);
    GOOD(bed_take(bed, 0, &other));
    redis_server_kill(&bed->server);
    CU_ASSERT_EQUAL(bed_take(bed, 0, &other), -1);
    SAYS(bed->server.socket);
    UNIT_CHECK(redis_server_start(&bed->server, NULL, &bed->e) == 0, "%s", bed->e.text);
    struct queue_lease lease = lease_of(&job);
    CU_ASSERT_EQUAL(bed_state(bed, "1"), QUEUE_WAITING);
    CU_ASSERT_EQUAL(queue_renew(bed->queue, &lease, 1, &bed->e), 0);
    CU_ASSERT_TRUE(lease.kept);
    CU_ASSERT_EQUAL(bed_state(bed, "1"), QUEUE_HELD);
    GOOD(bed_take(bed, 0, &other));
    CU_ASSERT_STRING_EQUAL(other.id, "2");
    CU_ASSERT_EQUAL(bed_take(bed, 0, &other), 0);
    GOOD(queue_ack(bed->queue, &job, &bed->e));
    bed_fini(bed);
}

/* ---- a server that drops connections */

static void test_client_kill(void)
{
    struct bed *bed = start();
    struct queue_job job;
    if (bed == NULL)
        return;
    add(bed, "0", 0);
    server_does(bed, "CLIENT KILL TYPE normal");
    GOOD(bed_take(bed, 0, &job)); /* an idle connection that was closed is nobody's fault */
    (void)fflush(NULL);           /* the child prints nothing */
    pid_t pid = fork();
    if (pid == 0) {
        pause_ms(200); /* the other shall be waiting by then; if not, the test still holds */
        server_does(bed, "CLIENT KILL TYPE normal");
        pause_ms(100);
        bed->queue = bed_queue(bed, "n2");
        _exit(bed_add(bed, "1", QUEUE_LANE_PRACTICE, 0, "a") == 1 ? 0 : 1);
    }
    int64_t start_us = clock_now_us();
    GOOD(bed_take(bed, 20000, &job));
    CU_ASSERT_STRING_EQUAL(job.id, "1");
    UNIT_CHECK(clock_now_us() - start_us < 15000000, "%lld us", (long long)(clock_now_us() - start_us));
    ends_well(pid);
    CU_ASSERT_EQUAL(queue_renew(bed->queue, NULL, 0, &bed->e), 0);
    bed_fini(bed);
}

static void test_killed_while_waiting(void)
{
    struct bed *bed = start();
    struct queue_job job;
    if (bed == NULL)
        return;
    (void)fflush(NULL); /* the child prints nothing */
    pid_t server = bed->server.pid, pid = fork();
    if (pid == 0) {
        pause_ms(200); /* as above */
        _exit(kill(server, SIGKILL) == 0 ? 0 : 1);
    }
    int64_t start_us = clock_now_us();
    CU_ASSERT_EQUAL(bed_take(bed, 20000, &job), -1);
    SAYS(bed->server.socket);
    UNIT_CHECK(clock_now_us() - start_us < 15000000, "%lld us", (long long)(clock_now_us() - start_us));
    ends_well(pid);
    redis_server_kill(&bed->server);
    CU_ASSERT_EQUAL(bed_add(bed, "1", QUEUE_LANE_PRACTICE, 0, "a"), -1);
    UNIT_CHECK(redis_server_start(&bed->server, NULL, &bed->e) == 0, "%s", bed->e.text);
    add(bed, "1", 0);
    GOOD(bed_take(bed, 0, &job));
    bed_fini(bed);
}

/* A taker that is told to stop at the moment at which it is woken leaves the wake to another. */
static void test_woken_and_stopped(void)
{
    struct bed *bed = start();
    char answer[4096];
    int ends[2];
    if (bed == NULL)
        return;
    CU_ASSERT_EQUAL_FATAL(pipe2(ends, O_CLOEXEC), 0);
    (void)fflush(NULL); /* the child prints nothing */
    pid_t pid = fork();
    if (pid == 0) {
        const int language = 3;
        struct queue_job job;
        bed->queue = bed_queue(bed, "n2");
        _exit(queue_take(bed->queue, "n2/0", &language, 1, 20000, ends[0], &job, &bed->e) == 0 ? 0 : 1);
    }
    bool waits = false;
    for (int i = 0; i < 1000 && !waits; i++) {
        waits = redis_server_command(&bed->server, "CLIENT LIST", answer, sizeof answer, &bed->e) == 0 &&
                strstr(answer, "cmd=blpop") != NULL;
        pause_ms(waits ? 50 : 5); /* to the server, and then to poll */
    }
    CU_ASSERT_TRUE(waits);
    CU_ASSERT_EQUAL(kill(pid, SIGSTOP), 0);
    add(bed, "1", 3);
    CU_ASSERT_EQUAL(server_says(bed, "LLEN oj:wake:3"), 0); /* it is on its way to it */
    CU_ASSERT_EQUAL(write(ends[1], "x", 1), 1);
    CU_ASSERT_EQUAL(kill(pid, SIGCONT), 0);
    ends_well(pid);
    CU_ASSERT_EQUAL(server_says(bed, "LLEN oj:wake:3"), 1);
    CU_ASSERT_EQUAL(bed_state(bed, "1"), QUEUE_WAITING);
    file_close(&ends[0]);
    file_close(&ends[1]);
    bed_fini(bed);
}

/* Copies what comes from one to the other; 0 at its end. */
static int pass_on(int from, int to, char *bytes, size_t size, ssize_t *count)
{
    *count = read(from, bytes, size - 1);
    if (*count <= 0)
        return 0;
    bytes[*count] = '\0';
    return to < 0 || file_write_all(to, bytes, (size_t)*count) == 0;
}

/* A time-out with a fraction, which Redis 5 does not know. */
static bool is_fraction(const char *bytes, ssize_t count)
{
    const char *command = memmem(bytes, (size_t)count, "BLPOP", 5);
    if (command == NULL)
        command = memmem(bytes, (size_t)count, "BRPOPLPUSH", 10);
    return command != NULL && memchr(command, '.', (size_t)(bytes + count - command)) != NULL;
}

/* Between client and server. The first answer to what holds `word` is swallowed, and that connection closed. old: it answers as
 * Redis 5 where that is asked for what it does not know. */
static void relay(int listener, const struct sockaddr_un *upstream, const char *word, bool old)
{
    static const char refusal[] = "-ERR timeout is not an integer or out of range\r\n";
    static char bytes[65536];
    bool done = false;
    for (;;) {
        int client = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
        int server = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
        bool swallow = false, open = connect(server, (const struct sockaddr *)upstream, sizeof *upstream) == 0;
        while (open) {
            ssize_t count;
            struct pollfd files[2] = {{.fd = client, .events = POLLIN}, {.fd = server, .events = POLLIN}};
            (void)poll(files, 2, -1); /* the reads tell */
            if (files[0].revents != 0) {
                open = pass_on(client, -1, bytes, sizeof bytes, &count) != 0;
                if (open && old && is_fraction(bytes, count)) {
                    open = file_write_all(client, refusal, sizeof refusal - 1) == 0;
                    continue;
                }
                open = open && file_write_all(server, bytes, (size_t)count) == 0;
                swallow = !done && count > 0 && memmem(bytes, (size_t)count, word, strlen(word)) != NULL;
            }
            if (open && files[1].revents != 0) {
                open = pass_on(server, swallow ? -1 : client, bytes, sizeof bytes, &count) != 0;
                if (swallow && !str_starts(bytes, "-NOSCRIPT")) {
                    done = true;
                    open = false;
                } else if (swallow) {
                    open = file_write_all(client, bytes, (size_t)count) == 0;
                    swallow = false;
                }
            }
        }
        (void)close(client); /* nothing is left to be sent */
        (void)close(server);
    }
}

/* The bed's settings lead to a relay from now on. Its pid. */
static pid_t start_relay(struct bed *bed, const char *word, bool old)
{
    struct sockaddr_un here = {.sun_family = AF_UNIX}, upstream = {.sun_family = AF_UNIX};
    (void)str_copy(upstream.sun_path, sizeof upstream.sun_path, bed->server.socket); /* they fit */
    (void)str_format(here.sun_path, sizeof here.sun_path, "%s/relay", bed->settings.home);
    int listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    CU_ASSERT_EQUAL_FATAL(bind(listener, (const struct sockaddr *)&here, sizeof here), 0);
    CU_ASSERT_EQUAL_FATAL(listen(listener, 4), 0);
    (void)fflush(NULL); /* the child prints nothing */
    pid_t pid = fork();
    if (pid == 0)
        relay(listener, &upstream, word, old);
    (void)close(listener); /* the relay has it */
    (void)str_copy(bed->settings.redis_socket, sizeof bed->settings.redis_socket, here.sun_path);
    reopen(bed);
    return pid;
}

static void end_relay(const struct bed *bed, pid_t pid)
{
    (void)kill(pid, SIGKILL); /* ours, not waited for yet */
    (void)waitpid(pid, NULL, 0);
    CU_ASSERT_EQUAL(unlink(bed->settings.redis_socket), 0);
}

/* Done by the server, but the answer never came: it is asked for again, and no job is held by nobody. */
static void test_lost_answer(void)
{
    struct bed *bed = start();
    struct queue_job job;
    struct queue_stats stats;
    if (bed == NULL)
        return;
    add(bed, "1", 0);
    add(bed, "2", 0);
    pid_t pid = start_relay(bed, "n1/0", false);
    GOOD(bed_take(bed, 0, &job));
    CU_ASSERT_STRING_EQUAL(job.id, "1");
    CU_ASSERT_EQUAL(job.attempt, 1);
    CU_ASSERT_EQUAL(queue_stats(bed->queue, &stats, &bed->e), 0);
    CU_ASSERT_EQUAL(stats.held, 1);
    GOOD(queue_ack(bed->queue, &job, &bed->e));
    end_relay(bed, pid);
    bed_fini(bed);
}

/* Redis 5 knows only whole seconds: a wait of less ends all the same when it should, and wakes when it should. */
static void test_whole_seconds(void)
{
    struct bed *bed = start();
    struct queue_job job;
    char texts[2][QUEUE_ID_SIZE];
    if (bed == NULL)
        return;
    pid_t relay_pid = start_relay(bed, "no such word", true);
    for (int wait_ms = 100; wait_ms <= 1100; wait_ms += 1000) {
        int64_t start_us = clock_now_us();
        CU_ASSERT_EQUAL(bed_take(bed, wait_ms, &job), 0);
        int64_t waited_us = clock_now_us() - start_us;
        UNIT_CHECK(waited_us >= wait_ms * 1000 - 1000 && waited_us < 15000000, "%d ms: %lld us", wait_ms,
                   (long long)waited_us);
    }
    CU_ASSERT_EQUAL(queue_inbox_take(bed->queue, 100, -1, texts, 2, &bed->e), 0);
    (void)fflush(NULL); /* the child prints nothing */
    pid_t pid = fork();
    if (pid == 0) {
        pause_ms(100); /* the other shall be waiting by then; if not, the test still holds */
        (void)str_copy(bed->settings.redis_socket, sizeof bed->settings.redis_socket, bed->server.socket); /* fits */
        bed->queue = bed_queue(bed, "n2");
        _exit(bed_add(bed, "1", QUEUE_LANE_PRACTICE, 0, "a") == 1 ? 0 : 1);
    }
    int64_t start_us = clock_now_us();
    GOOD(bed_take(bed, 20500, &job));
    UNIT_CHECK(clock_now_us() - start_us < 15000000, "%lld us", (long long)(clock_now_us() - start_us));
    ends_well(pid);
    end_relay(bed, relay_pid);
    bed_fini(bed);
}

/* ---- a server that stops */

static void test_stopped(void)
{
    enum { TIMEOUT_MS = 300 };
    struct bed *bed = start();
    struct queue_job job;
    struct queue_stats stats;
    if (bed == NULL)
        return;
    bed->settings.redis_command_timeout_ms = TIMEOUT_MS;
    reopen(bed);
    CU_ASSERT_EQUAL(bed_take(bed, 0, &job), 0); /* the server has the script */
    for (int i = 0; i < 3; i++)
        add(bed, i == 0 ? "0" : i == 1 ? "1" : "2", 0);
    CU_ASSERT_EQUAL(kill(bed->server.pid, SIGSTOP), 0);
    for (int i = 0; i < 3; i++) {
        int64_t start_us = clock_now_us();
        CU_ASSERT_EQUAL(bed_take(bed, 10000, &job), -1);
        SAYS("no answer");
        UNIT_CHECK(clock_now_us() - start_us >= (TIMEOUT_MS - 1) * 1000, "%lld us",
                   (long long)(clock_now_us() - start_us));
    }
    CU_ASSERT_EQUAL(kill(bed->server.pid, SIGCONT), 0);
    /* What nobody waits for any more was not taken. */
    for (int i = 0; i < 3; i++) {
        GOOD(bed_take(bed, 0, &job));
        CU_ASSERT_EQUAL(job.attempt, 1);
        CU_ASSERT_EQUAL(job.id[0], '0' + i);
    }
    /* Stopped in the middle of a wait. */
    (void)fflush(NULL); /* the child prints nothing */
    pid_t server = bed->server.pid, pid = fork();
    if (pid == 0) {
        pause_ms(100); /* as above */
        _exit(kill(server, SIGSTOP) == 0 ? 0 : 1);
    }
    int64_t start_us = clock_now_us();
    CU_ASSERT_EQUAL(bed_take(bed, 1000, &job), -1);
    UNIT_CHECK(clock_now_us() - start_us < 15000000, "%lld us", (long long)(clock_now_us() - start_us));
    ends_well(pid);
    CU_ASSERT_EQUAL(kill(bed->server.pid, SIGCONT), 0);
    CU_ASSERT_EQUAL(queue_stats(bed->queue, &stats, &bed->e), 0);
    CU_ASSERT_EQUAL(stats.held, 3);
    add(bed, "3", 0);
    GOOD(bed_take(bed, 0, &job));
    bed_fini(bed);
}

/* A host that does not answer at all: connecting ends with the time-out of a command, however long its own is. */
static void test_no_connection(void)
{
    enum { TIMEOUT_MS = 300, FILL = 8 };
    struct bed *bed = start();
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof address;
    struct queue_job job;
    int fill[FILL];
    if (bed == NULL)
        return;
    int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    CU_ASSERT_EQUAL(bind(listener, (const struct sockaddr *)&address, size), 0);
    CU_ASSERT_EQUAL(listen(listener, 0), 0);
    CU_ASSERT_EQUAL(getsockname(listener, (struct sockaddr *)&address, &size), 0);
    for (int i = 0; i < FILL; i++) { /* its backlog is full: what comes now is dropped */
        fill[i] = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
        (void)connect(fill[i], (const struct sockaddr *)&address, size); /* under way at best */
    }
    bed->settings.redis_socket[0] = '\0';
    (void)str_copy(bed->settings.redis_host, sizeof bed->settings.redis_host, "127.0.0.1"); /* it fits */
    bed->settings.redis_port = ntohs(address.sin_port);
    bed->settings.redis_connect_timeout_ms = 60000;
    bed->settings.redis_command_timeout_ms = TIMEOUT_MS;
    reopen(bed);
    int64_t start_us = clock_now_us();
    CU_ASSERT_EQUAL(bed_add(bed, "1", QUEUE_LANE_EXAM, 0, "a"), -1);
    CU_ASSERT_EQUAL(bed_take(bed, 100, &job), -1);
    CU_ASSERT_EQUAL(queue_renew(bed->queue, NULL, 0, &bed->e), -1);
    UNIT_CHECK(clock_now_us() - start_us < 15000000, "%lld us", (long long)(clock_now_us() - start_us));
    for (int i = 0; i < FILL; i++)
        file_close(&fill[i]);
    file_close(&listener);
    bed_fini(bed);
}

/* ---- a server that refuses */

static void test_password(void)
{
    struct bed *bed = start();
    struct queue_job job;
    if (bed == NULL)
        return;
    (void)str_copy(bed->settings.redis_password, sizeof bed->settings.redis_password, "S3cret,word"); /* it fits */
    reopen(bed);
    CU_ASSERT_EQUAL(queue_check(bed->queue, &bed->e), 0); /* the server has none: fine */
    server_does(bed, "CONFIG SET requirepass right");
    reopen(bed);
    CU_ASSERT_EQUAL(bed_add(bed, "1", QUEUE_LANE_EXAM, 0, "a"), -1);
    SAYS("the password is wrong");
    CU_ASSERT_PTR_NULL(strstr(bed->e.text, "S3cret"));
    CU_ASSERT_EQUAL(queue_check(bed->queue, &bed->e), -1);
    SAYS("the password is wrong");
    bed->settings.redis_password[0] = '\0';
    reopen(bed);
    CU_ASSERT_EQUAL(bed_take(bed, 1000, &job), -1);
    SAYS("wants a password");
    (void)str_copy(bed->settings.redis_password, sizeof bed->settings.redis_password, "right"); /* it fits */
    bed->settings.redis_database = 3;
    reopen(bed);
    add(bed, "1", 0);
    GOOD(bed_take(bed, 0, &job));
    bed->settings.redis_database = 77;
    reopen(bed);
    CU_ASSERT_EQUAL(queue_check(bed->queue, &bed->e), -1);
    SAYS("DB index");
    bed_fini(bed);
}

static void test_eviction_policy(void)
{
    struct bed *bed = start();
    if (bed == NULL)
        return;
    CU_ASSERT_EQUAL(queue_check(bed->queue, &bed->e), 0);
    server_does(bed, "CONFIG SET maxmemory-policy allkeys-lru");
    CU_ASSERT_EQUAL(queue_check(bed->queue, &bed->e), -1);
    SAYS("allkeys-lru");
    SAYS("CONFIG SET maxmemory-policy noeviction");
    server_does(bed, "CONFIG SET maxmemory-policy noeviction");
    CU_ASSERT_EQUAL(queue_check(bed->queue, &bed->e), 0);
    bed_fini(bed);
}

/* No step is done by half on a server without memory; and what frees memory works. */
static void test_no_memory(void)
{
    struct bed *bed = start();
    struct queue_job job, other;
    struct queue_lease lease;
    if (bed == NULL)
        return;
    add(bed, "1", 0);
    GOOD(bed_take(bed, 0, &job));
    lease = lease_of(&job);
    add(bed, "2", 0);
    server_does(bed, "CONFIG SET maxmemory 1");
    CU_ASSERT_EQUAL(bed_add(bed, "3", QUEUE_LANE_EXAM, 0, "a"), -1);
    SAYS("no memory left");
    CU_ASSERT_EQUAL(bed_state(bed, "3"), QUEUE_UNKNOWN);
    CU_ASSERT_EQUAL(bed_take(bed, 0, &other), -1);
    CU_ASSERT_EQUAL(bed_state(bed, "2"), QUEUE_WAITING);
    CU_ASSERT_EQUAL(queue_give_back(bed->queue, &job, true, "", &bed->e), -1);
    CU_ASSERT_EQUAL(queue_recover_job(bed->queue, &lease, "", &bed->e), -1);
    CU_ASSERT_EQUAL(bed_add(bed, "2", QUEUE_LANE_EXAM, 0, "a"), -1);
    CU_ASSERT_EQUAL(bed_state(bed, "1"), QUEUE_HELD);
    CU_ASSERT_EQUAL(queue_check(bed->queue, &bed->e), -1);
    SAYS("raise maxmemory");
    GOOD(queue_ack(bed->queue, &job, &bed->e));
    server_does(bed, "CONFIG SET maxmemory 0");
    GOOD(bed_take(bed, 0, &job));
    CU_ASSERT_STRING_EQUAL(job.id, "2");
    CU_ASSERT_EQUAL(job.lane, QUEUE_LANE_CONTEST);
    CU_ASSERT_EQUAL(job.attempt, 1);
    bed_fini(bed);
}

static void test_replica(void)
{
    struct bed *bed = start();
    struct queue_job job;
    if (bed == NULL)
        return;
    add(bed, "1", 0);
    server_does(bed, "REPLICAOF 127.0.0.1 1");
    CU_ASSERT_EQUAL(bed_add(bed, "2", QUEUE_LANE_EXAM, 0, "a"), -1);
    SAYS("read-only replica");
    CU_ASSERT_EQUAL(bed_take(bed, 0, &job), -1);
    SAYS("read-only replica");
    CU_ASSERT_EQUAL(queue_check(bed->queue, &bed->e), -1);
    server_does(bed, "REPLICAOF NO ONE");
    GOOD(bed_take(bed, 0, &job));
    bed_fini(bed);
}

/* Its data is loaded slowly: 20 keys, 50 ms each. */
static void test_loading(void)
{
    static const char *const slow[] = {
        "--key-load-delay", "50000", "--loading-process-events-interval-bytes", "1024", "--rdbcompression", "no", NULL};
    struct bed *bed = start();
    struct queue_job job;
    int result = -1;
    bool seen = false;
    if (bed == NULL)
        return;
    static char large[2000];
    memset(large, 'x', sizeof large - 1);
    for (int i = 0; i < 20; i++) {
        struct queue_entry entry = {.id = {(char)('a' + i)}, .inline_job = large};
        GOOD(queue_add(bed->queue, &entry, &bed->e));
    }
    server_does(bed, "CONFIG SET rdbcompression no");
    server_does(bed, "SAVE");
    redis_server_kill(&bed->server);
    bed->server.may_load = true;
    UNIT_CHECK(redis_server_start(&bed->server, slow, &bed->e) == 0, "%s", bed->e.text);
    for (int64_t end_us = clock_now_us() + 15000000; result != 1 && clock_now_us() < end_us;) {
        result = bed_take(bed, 0, &job);
        seen = seen || (result < 0 && strstr(bed->e.text, "loading its data") != NULL);
        pause_ms(20); /* it is asked again and again */
    }
    CU_ASSERT_EQUAL(result, 1);
    queue_job_fini(&job);
    if (!seen)
        unit_skip("this redis-server was done with loading at once");
    bed_fini(bed);
}

static void test_other_type(void)
{
    struct bed *bed = start();
    char texts[4][QUEUE_ID_SIZE];
    if (bed == NULL)
        return;
    server_does(bed, "SET hustoj text");
    CU_ASSERT_EQUAL(queue_inbox_take(bed->queue, 0, -1, texts, 4, &bed->e), -1);
    SAYS("another type");
    bed_fini(bed);
}

/* A server that answers a command it does not know with all its words. */
static void test_password_repeated(void)
{
    static const char *const without[] = {"--rename-command", "AUTH", "", NULL};
    struct bed *bed = start();
    if (bed == NULL)
        return;
    redis_server_kill(&bed->server);
    UNIT_CHECK(redis_server_start(&bed->server, without, &bed->e) == 0, "%s", bed->e.text);
    (void)str_copy(bed->settings.redis_password, sizeof bed->settings.redis_password, "S3cret"); /* it fits */
    reopen(bed);
    CU_ASSERT_EQUAL(queue_check(bed->queue, &bed->e), -1);
    UNIT_CHECK(strstr(bed->e.text, "S3cret") == NULL && strstr(bed->e.text, "AUTH") != NULL, "%s", bed->e.text);
    bed_fini(bed);
}

/* Its clock was ahead and is right again: a lease from that time ends as well. */
static void test_clock_set_back(void)
{
    struct bed *bed = start();
    struct queue_job job;
    if (bed == NULL)
        return;
    bed->settings.lease_ms = 200;
    reopen(bed);
    add(bed, "1", 0);
    GOOD(bed_take(bed, 0, &job));
    server_does(bed, "ZADD oj:lease 9999999999999 1");
    int count = 0;
    for (int i = 0; i < 1000 && count == 0; i++) {
        count = queue_recover_expired(bed->queue, &bed->e);
        pause_ms(10); /* a deadline is no event */
    }
    CU_ASSERT_EQUAL(count, 1);
    GOOD(bed_take(bed, 0, &job));
    CU_ASSERT_EQUAL(job.attempt, 2);
    bed_fini(bed);
}

/* ---- the connection */

static void test_port(void)
{
    struct bed *bed = start();
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof address;
    char port[16];
    struct queue_job job;
    if (bed == NULL)
        return;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    CU_ASSERT_EQUAL(bind(fd, (const struct sockaddr *)&address, size), 0);
    CU_ASSERT_EQUAL(getsockname(fd, (struct sockaddr *)&address, &size), 0);
    (void)close(fd);                                                    /* free again; the server asks for it at once */
    (void)str_format(port, sizeof port, "%d", ntohs(address.sin_port)); /* it fits */
    const char *const options[] = {"--port", port, "--bind", "127.0.0.1", NULL};
    redis_server_kill(&bed->server);
    UNIT_CHECK(redis_server_start(&bed->server, options, &bed->e) == 0, "%s", bed->e.text);
    bed->settings.redis_socket[0] = '\0';
    (void)str_copy(bed->settings.redis_host, sizeof bed->settings.redis_host, "127.0.0.1"); /* it fits */
    bed->settings.redis_port = ntohs(address.sin_port);
    reopen(bed);
    add(bed, "1", 0);
    GOOD(bed_take(bed, 0, &job));
    redis_server_kill(&bed->server);
    CU_ASSERT_EQUAL(queue_ack(bed->queue, &job, &bed->e), -1);
    SAYS(port);
    reopen(bed);
    CU_ASSERT_EQUAL(queue_check(bed->queue, &bed->e), -1);
    SAYS("is it running? host, port and socket stand in [redis]");
    bed_fini(bed);
}

static void test_descriptor(void)
{
    struct bed *bed = start();
    char answer[2048] = "";
    int sockets = 0;
    if (bed == NULL)
        return;
    add(bed, "1", 0);
    for (int fd = 3; fd < 64; fd++) {
        int type;
        socklen_t size = sizeof type;
        if (getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &size) == 0) {
            sockets++;
            UNIT_CHECK((fcntl(fd, F_GETFD) & FD_CLOEXEC) != 0, "descriptor %d", fd);
        }
    }
    CU_ASSERT_EQUAL(sockets, 1);
    CU_ASSERT_EQUAL(redis_server_command(&bed->server, "CLIENT LIST", answer, sizeof answer, &bed->e), 0);
    CU_ASSERT_PTR_NOT_NULL(strstr(answer, "name=judge:n1:"));
    bed_fini(bed);
}

/* What is over leaves nothing behind; what waits for nobody does not pile up. */
static void test_keys(void)
{
    struct bed *bed = start();
    struct queue_job job;
    char id[16];
    if (bed == NULL)
        return;
    for (int i = 0; i < 200; i++) {
        (void)str_format(id, sizeof id, "%d", i); /* it fits */
        add(bed, id, 0);
    }
    CU_ASSERT_EQUAL(server_says(bed, "LLEN oj:wake:0"), 64);
    for (int i = 0; i < 200; i++) {
        GOOD(bed_take(bed, 0, &job));
        GOOD(queue_ack(bed->queue, &job, &bed->e));
    }
    CU_ASSERT_EQUAL(bed_take(bed, 0, &job), 0);
    CU_ASSERT_EQUAL(server_says(bed, "DEL oj:lanes oj:takers"), 2); /* a field a lane, a member a worker */
    CU_ASSERT_EQUAL(server_says(bed, "DBSIZE"), 0);
    bed_fini(bed);
}

/* ---- all of it at once */

enum { CHAOS_JOBS = 300, CHAOS_TAKERS = 3 };

struct chaos { /* shared: the store, with its fence */
    int writes[CHAOS_JOBS];
    int deliveries;
};

/* Judges what it gets, until it is killed. */
static void chaos_taker(struct bed *bed, struct chaos *chaos)
{
    const struct timespec work = {.tv_nsec = 8000000};
    struct queue_job job;
    bed->queue = bed_queue(bed, "n2");
    for (;;) {
        int64_t number = 0;
        if (bed_take(bed, 1000, &job) != 1)
            continue; /* a server that is away: again */
        (void)__atomic_add_fetch(&chaos->deliveries, 1, __ATOMIC_SEQ_CST);
        (void)nanosleep(&work, NULL); /* it is only to be killed in it */
        int none = 0;
        if (str_to_int64(job.id, 0, CHAOS_JOBS - 1, &number) == 0)
            (void)__atomic_compare_exchange_n(&chaos->writes[number], &none, 1, false, __ATOMIC_SEQ_CST,
                                              __ATOMIC_SEQ_CST);
        for (int i = 0; i < 100 && queue_ack(bed->queue, &job, &bed->e) < 0; i++)
            continue; /* it pauses by itself */
    }
}

/* Adds what the queue does not know and nobody has judged. How many are not judged. */
static int chaos_sweep(struct bed *bed, const struct chaos *chaos)
{
    static int64_t ids[CHAOS_JOBS];
    static enum queue_state states[CHAOS_JOBS];
    char id[16];
    size_t count = 0;
    for (int i = 0; i < CHAOS_JOBS; i++) {
        if (__atomic_load_n(&chaos->writes[i], __ATOMIC_SEQ_CST) == 0)
            ids[count++] = i;
    }
    if (queue_recover_expired(bed->queue, &bed->e) < 0 || queue_states(bed->queue, ids, count, states, &bed->e) != 0)
        return (int)count;
    for (size_t i = 0; i < count; i++) {
        (void)str_format(id, sizeof id, "%lld", (long long)ids[i]); /* it fits */
        if (states[i] == QUEUE_UNKNOWN && bed_add(bed, id, QUEUE_LANE_PRACTICE, (int)ids[i] % 3, "a") < 0)
            break; /* the next sweep */
    }
    return (int)count;
}

static void chaos_step(struct bed *bed, struct chaos *chaos, pid_t *pids, unsigned *seed)
{
    static const char *const commands[] = {"SCRIPT FLUSH", "FLUSHALL", "CLIENT KILL TYPE normal"};
    char answer[64];
    int what = rand_r(seed) % 8;
    int victim = rand_r(seed) % CHAOS_TAKERS;
    if (what < 3) {
        (void)redis_server_command(&bed->server, commands[what], answer, sizeof answer, &bed->e); /* or not */
    } else if (what == 3) {
        redis_server_kill(&bed->server);
        pause_ms(rand_r(seed) % 50); /* it is away */
        UNIT_CHECK(redis_server_start(&bed->server, NULL, &bed->e) == 0, "%s", bed->e.text);
    } else if (what == 4) {
        CU_ASSERT_EQUAL(kill(bed->server.pid, SIGSTOP), 0);
        pause_ms(rand_r(seed) % 300); /* it is silent */
        CU_ASSERT_EQUAL(kill(bed->server.pid, SIGCONT), 0);
    } else {
        (void)kill(pids[victim], SIGKILL); /* ours, not waited for yet */
        (void)waitpid(pids[victim], NULL, 0);
        if ((pids[victim] = fork()) == 0)
            chaos_taker(bed, chaos);
    }
}

/* With a sweep that adds what is lost, every job is judged, whatever is killed, wiped, dropped and stopped. */
static void test_chaos(void)
{
    struct bed *bed = start();
    pid_t pids[CHAOS_TAKERS];
    unsigned seed = (unsigned)getpid();
    int left = CHAOS_JOBS;
    struct queue_stats stats = {0};
    if (bed == NULL)
        return;
    struct chaos *chaos = mmap(NULL, sizeof *chaos, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    CU_ASSERT_NOT_EQUAL_FATAL(chaos, MAP_FAILED);
    bed->settings.lease_ms = 300;
    bed->settings.max_attempts = 1000;
    bed->settings.redis_command_timeout_ms = 150;
    reopen(bed);
    (void)fflush(NULL); /* the children print nothing */
    for (int i = 0; i < CHAOS_TAKERS; i++) {
        if ((pids[i] = fork()) == 0)
            chaos_taker(bed, chaos);
    }
    for (int64_t end_us = clock_now_us() + 30000000; left > 0 && clock_now_us() < end_us;) {
        left = chaos_sweep(bed, chaos);
        if (left > CHAOS_JOBS / 10) /* then in peace */
            chaos_step(bed, chaos, pids, &seed);
        pause_ms(10); /* as a sweep comes now and then */
    }
    UNIT_CHECK(left == 0, "seed %u: %d jobs are not judged", (unsigned)getpid(), left);
    for (int i = 0; i < 500 && queue_stats(bed->queue, &stats, &bed->e) == 0 &&
                    stats.held + stats.waiting[QUEUE_LANE_PRACTICE] > 0;
         i++) {
        (void)queue_recover_expired(bed->queue, &bed->e); /* the last of the dead */
        pause_ms(10);
    }
    CU_ASSERT_EQUAL(stats.held + stats.waiting[QUEUE_LANE_PRACTICE] + stats.dead, 0);
    for (int i = 0; i < CHAOS_TAKERS; i++) {
        (void)kill(pids[i], SIGKILL); /* ours, not waited for yet */
        (void)waitpid(pids[i], NULL, 0);
    }
    (void)munmap(chaos, sizeof *chaos); /* it is whole */
    bed_fini(bed);
}

/* ---- the site's list */

enum { TEXTS = 8 };

static int inbox(struct bed *bed, int timeout_ms, char (*texts)[QUEUE_ID_SIZE])
{
    int count = queue_inbox_take(bed->queue, timeout_ms, -1, texts, TEXTS, &bed->e);
    UNIT_CHECK(count >= 0, "%s", bed->e.text);
    return count;
}

static int inbox_done(struct bed *bed, const char *text, bool job)
{
    struct queue_entry entry = {.lane = QUEUE_LANE_PRACTICE};
    (void)str_copy(entry.id, sizeof entry.id, job ? text : ""); /* of that size */
    int added = queue_inbox_add(bed->queue, text, job ? &entry : NULL, &bed->e);
    UNIT_CHECK(added >= 0, "%s", bed->e.text);
    return added;
}

static void test_inbox(void)
{
    struct bed *bed = start();
    char texts[TEXTS][QUEUE_ID_SIZE];
    struct queue_job job;
    struct queue_stats stats;
    if (bed == NULL)
        return;
    CU_ASSERT_EQUAL(inbox(bed, 0, texts), 0);
    server_does(bed, "LPUSH hustoj 1001 1002 1003 1002 1004 1005 1006 1007 1008 1009");
    CU_ASSERT_EQUAL(queue_stats(bed->queue, &stats, &bed->e), 0);
    CU_ASSERT_EQUAL(stats.inbox, 10);
    CU_ASSERT_EQUAL(inbox(bed, 0, texts), TEXTS);
    CU_ASSERT_STRING_EQUAL(texts[0], "1001");
    CU_ASSERT_STRING_EQUAL(texts[3], "1002");
    CU_ASSERT_STRING_EQUAL(texts[7], "1007");
    CU_ASSERT_EQUAL(inbox_done(bed, "1001", true), 1);
    CU_ASSERT_EQUAL(inbox_done(bed, "1002", true), 1);
    CU_ASSERT_EQUAL(inbox_done(bed, "1003", false), 0);
    /* A crash here: what is left comes first, and nothing else with it. */
    reopen(bed);
    CU_ASSERT_EQUAL(inbox(bed, 0, texts), 5);
    CU_ASSERT_STRING_EQUAL(texts[0], "1002");
    CU_ASSERT_STRING_EQUAL(texts[4], "1007");
    CU_ASSERT_EQUAL(inbox_done(bed, "1002", true), 0); /* there already */
    for (int i = 1; i < 5; i++)
        CU_ASSERT_EQUAL(inbox_done(bed, texts[i], true), 1);
    CU_ASSERT_EQUAL(inbox(bed, 0, texts), 2);
    CU_ASSERT_STRING_EQUAL(texts[0], "1008");
    CU_ASSERT_EQUAL(inbox_done(bed, "1008", true), 1);
    CU_ASSERT_EQUAL(inbox_done(bed, "1009", true), 1);
    CU_ASSERT_EQUAL(inbox(bed, 0, texts), 0);
    CU_ASSERT_EQUAL(queue_stats(bed->queue, &stats, &bed->e), 0);
    CU_ASSERT_EQUAL(stats.inbox, 0);
    CU_ASSERT_EQUAL(stats.waiting[QUEUE_LANE_PRACTICE], 8);
    GOOD(bed_take(bed, 0, &job));
    CU_ASSERT_STRING_EQUAL(job.id, "1001");
    bed_fini(bed);
}

/* Anybody may push anything: it arrives cut and printable, and can be taken out as it arrived. */
static void test_inbox_odd(void)
{
    struct bed *bed = start();
    char texts[TEXTS][QUEUE_ID_SIZE], command[400], digits[201];
    if (bed == NULL)
        return;
    memset(digits, '7', sizeof digits - 1);
    digits[sizeof digits - 1] = '\0';
    (void)str_format(command, sizeof command, "LPUSH hustoj %s \"a\\x00b\\nc\" \"\" \"two words\"", digits); /* fits */
    server_does(bed, command);
    CU_ASSERT_EQUAL_FATAL(inbox(bed, 0, texts), 4);
    UNIT_CHECK(strlen(texts[0]) == QUEUE_ID_SIZE - 1 && strspn(texts[0], "7") == QUEUE_ID_SIZE - 1, "%s", texts[0]);
    CU_ASSERT_STRING_EQUAL(texts[1], "a?b?c");
    CU_ASSERT_STRING_EQUAL(texts[2], "");
    CU_ASSERT_STRING_EQUAL(texts[3], "two words");
    for (int i = 0; i < 4; i++)
        CU_ASSERT_EQUAL(inbox_done(bed, texts[i], false), 0);
    CU_ASSERT_EQUAL(inbox(bed, 0, texts), 0);
    bed_fini(bed);
}

static void test_inbox_waits(void)
{
    struct bed *bed = start();
    char texts[TEXTS][QUEUE_ID_SIZE];
    int ends[2];
    if (bed == NULL)
        return;
    int64_t start_us = clock_now_us();
    CU_ASSERT_EQUAL(inbox(bed, 200, texts), 0);
    UNIT_CHECK(clock_now_us() - start_us >= 199000, "%lld us", (long long)(clock_now_us() - start_us));
    CU_ASSERT_EQUAL_FATAL(pipe2(ends, O_CLOEXEC), 0);
    (void)fflush(NULL); /* the child prints nothing */
    pid_t pid = fork();
    if (pid == 0) {
        pause_ms(200); /* the other shall be waiting by then; if not, the test still holds */
        server_does(bed, "LPUSH hustoj 1001");
        pause_ms(300);
        _exit(write(ends[1], "x", 1) == 1 ? 0 : 1);
    }
    CU_ASSERT_EQUAL(inbox(bed, 20000, texts), 1);
    CU_ASSERT_STRING_EQUAL(texts[0], "1001");
    CU_ASSERT_EQUAL(inbox_done(bed, "1001", true), 1);
    CU_ASSERT_EQUAL(queue_inbox_take(bed->queue, 20000, ends[0], texts, TEXTS, &bed->e), 0); /* by the pipe */
    UNIT_CHECK(clock_now_us() - start_us < 15000000, "%lld us", (long long)(clock_now_us() - start_us));
    ends_well(pid);
    /* The wait that ended holds nothing. */
    server_does(bed, "LPUSH hustoj 1002");
    CU_ASSERT_EQUAL(inbox(bed, 0, texts), 1);
    CU_ASSERT_STRING_EQUAL(texts[0], "1002");
    file_close(&ends[0]);
    file_close(&ends[1]);
    bed_fini(bed);
}

static void test_inbox_adopt(void)
{
    struct bed *bed = start();
    char texts[TEXTS][QUEUE_ID_SIZE];
    if (bed == NULL)
        return;
    struct queue *other = bed_queue(bed, "n2");
    CU_ASSERT_PTR_NOT_NULL_FATAL(other);
    CU_ASSERT_EQUAL(queue_inbox_adopt(bed->queue, &bed->e), 0);
    CU_ASSERT_EQUAL(queue_inbox_adopt(other, &bed->e), 0);
    server_does(bed, "LPUSH hustoj 1001 1002");
    CU_ASSERT_EQUAL(queue_inbox_take(other, 0, -1, texts, TEXTS, &bed->e), 2);
    CU_ASSERT_EQUAL(queue_inbox_adopt(bed->queue, &bed->e), 0);
    CU_ASSERT_EQUAL(inbox(bed, 0, texts), 0); /* it lives */
    int64_t left_s = server_says(bed, "TTL oj:alive:n2");
    UNIT_CHECK(left_s > 20 && left_s <= 30, "%lld s", (long long)left_s);
    server_does(bed, "DEL oj:alive:n2");
    CU_ASSERT_EQUAL(queue_inbox_adopt(bed->queue, &bed->e), 0);
    CU_ASSERT_EQUAL(inbox(bed, 0, texts), 2);
    CU_ASSERT_STRING_EQUAL(texts[0], "1001");
    CU_ASSERT_EQUAL(queue_inbox_take(other, 0, -1, texts, TEXTS, &bed->e), 0);
    queue_close(other);
    bed_fini(bed);
}

static const struct unit_test tests[] = {
    {"script_flush", test_script_flush},
    {"wiped", test_wiped},
    {"older_data", test_older_data},
    {"client_kill", test_client_kill},
    {"killed_while_waiting", test_killed_while_waiting},
    {"woken_and_stopped", test_woken_and_stopped},
    {"lost_answer", test_lost_answer},
    {"whole_seconds", test_whole_seconds},
    {"no_connection", test_no_connection},
    {"stopped", test_stopped},
    {"password", test_password},
    {"password_repeated", test_password_repeated},
    {"clock_set_back", test_clock_set_back},
    {"eviction_policy", test_eviction_policy},
    {"no_memory", test_no_memory},
    {"replica", test_replica},
    {"loading", test_loading},
    {"other_type", test_other_type},
    {"port", test_port},
    {"descriptor", test_descriptor},
    {"keys", test_keys},
    {"chaos", test_chaos},
    {"inbox", test_inbox},
    {"inbox_odd", test_inbox_odd},
    {"inbox_waits", test_inbox_waits},
    {"inbox_adopt", test_inbox_adopt},
};

UNIT_MAIN("queue_redis", tests)
