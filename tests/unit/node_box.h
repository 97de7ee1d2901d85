/*
 * node_box.h - a box for the real judge_node: a home of its own, judged played by this program, a private Redis.
 *
 * To be included by one test program each. judge_node is started as judged does it, as root, and becomes "nobody".
 */
#ifndef JUDGE_NODE_BOX_H
#define JUDGE_NODE_BOX_H

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <pwd.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/clock.h"
#include "common/err.h"
#include "common/file.h"
#include "common/pool.h"
#include "common/settings.h"
#include "common/str.h"
#include "queue/queue.h"
#include "store/store.h"
#include "tests/sandbox/lib/redis_server.h"
#include "tests/unit/unit.h"

#define BOX_USER "nobody"

struct box {
    char home[64], program[PATH_MAX];
    struct settings settings;
    struct redis_server redis;
    pid_t node;
    int report_fd;        /* the pipe's end that judged reads */
    int listener, stream; /* judged's socket, and its connection with judge_node */
    struct queue *queue;  /* this program's own handle */
};

/* Waits until condition holds, at most ms milliseconds; its value. */
#define BOX_UNTIL(condition, ms)                                                                                       \
    __extension__({                                                                                                    \
        int64_t end_us = clock_now_us() + (int64_t)(ms)*1000;                                                          \
        bool met;                                                                                                      \
        while (!(met = (condition)) && clock_now_us() < end_us)                                                        \
            (void)poll(NULL, 0, 10);                                                                                   \
        met;                                                                                                           \
    })

/* Why the tests of this program cannot run here, or NULL. */
static inline const char *box_missing(char program[PATH_MAX])
{
    const char *build = getenv("JUDGE_BUILD"); /* NOLINT(concurrency-mt-unsafe): there is one thread */
    if (geteuid() != 0)
        return "judge_node is started as root";
    if (getpwnam(BOX_USER) == NULL) /* NOLINT(concurrency-mt-unsafe) */
        return "there is no user " BOX_USER;
    if (str_format(program, PATH_MAX, "%s/judge_node", build == NULL ? "build" : build) != 0 ||
        access(program, X_OK) != 0)
        return "judge_node is not built";
    return NULL;
}

static inline void box_write(const char *path, const char *text)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    CU_ASSERT_FATAL(fd >= 0 && file_write_all(fd, text, strlen(text)) == 0);
    (void)close(fd);
}

/* A home, judged's socket in it, and the start of its judge.conf. False where the test cannot run (it is then skipped). */
static inline bool box_open(struct box *box)
{
    memset(box, 0, sizeof *box);
    box->report_fd = box->listener = box->stream = -1;
    const char *missing = box_missing(box->program);
    if (missing != NULL) {
        unit_skip(missing);
        return false;
    }
    if (box->program[0] != '/') {
        char path[PATH_MAX];
        CU_ASSERT_PTR_NOT_NULL_FATAL(realpath(box->program, path));
        memcpy(box->program, path, sizeof path);
    }
    char path[PATH_MAX];
    (void)str_copy(box->home, sizeof box->home, "/tmp/test_node.XXXXXX"); /* fits */
    CU_ASSERT_FATAL(mkdtemp(box->home) != NULL && chmod(box->home, 0755) == 0);
    static const char *const folders[] = {"run", "etc", "data"};
    for (size_t i = 0; i < sizeof folders / sizeof folders[0]; i++) {
        (void)str_format(path, sizeof path, "%s/%s", box->home, folders[i]); /* fits */
        CU_ASSERT_EQUAL_FATAL(mkdir(path, 0755), 0);
    }
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    (void)str_format(address.sun_path, sizeof address.sun_path, "%s/%s", box->home, POOL_SOCKET); /* fits */
    box->listener = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
    CU_ASSERT_FATAL(bind(box->listener, (struct sockaddr *)&address, sizeof address) == 0 &&
                    chmod(address.sun_path, 0666) == 0 && listen(box->listener, 4) == 0);
    return true;
}

/* Writes judge.conf: what every box has, then more, a format; reads it and opens this program's queue. */
__attribute__((format(printf, 2, 3))) static inline void box_configure(struct box *box, const char *format, ...)
{
    char text[4096], more[2048], path[PATH_MAX];
    struct err e = {""};
    va_list args;
    va_start(args, format);
    (void)vsnprintf(more, sizeof more, format, args); /* short */
    va_end(args);
    (void)str_format(path, sizeof path, "%s/etc/judge.conf", box->home); /* these fit */
    (void)str_format(text, sizeof text, "[node]\nname = n1\nuser = " BOX_USER "\n%s%s", more,
                     strstr(more, "[queue]") == NULL ? "[queue]\nlease_s = 3\n" : "");
    box_write(path, text);
    if (settings_read(&box->settings, box->home, NULL, &e) != 0)
        printf("# %s\n", e.text);
    CU_ASSERT_STRING_EQUAL_FATAL(e.text, "");
    box->queue = queue_open(&box->settings, "t1", &e);
    if (box->queue == NULL)
        printf("# %s\n", e.text);
    CU_ASSERT_PTR_NOT_NULL_FATAL(box->queue);
}

static inline void box_log_name(const struct box *box, char path[PATH_MAX])
{
    (void)str_format(path, PATH_MAX, "%s/log", box->home); /* fits */
}

static inline void box_node_start(struct box *box)
{
    int fds[2];
    char log[PATH_MAX];
    box_log_name(box, log);
    CU_ASSERT_EQUAL_FATAL(pipe2(fds, O_CLOEXEC | O_NONBLOCK), 0);
    int log_fd = open(log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
    CU_ASSERT_FATAL(log_fd >= 0);
    box->node = fork();
    if (box->node == 0) {
        const char *const argv[] = {"judge_node", "--home", box->home, NULL};
        if (dup2(fds[1], POOL_REPORT_FD) == POOL_REPORT_FD && fcntl(POOL_REPORT_FD, F_SETFD, 0) == 0 &&
            dup2(log_fd, 2) == 2)
            (void)execv(box->program, (char *const *)(uintptr_t)argv);
        _exit(127);
    }
    CU_ASSERT_FATAL(box->node > 0);
    (void)close(log_fd);
    (void)close(fds[1]);
    file_close(&box->report_fd);
    box->report_fd = fds[0];
}

/* judge_node's exit code, or 128 + the signal that ended it; -1 where it does not end within ms. */
static inline int box_node_wait(struct box *box, int ms)
{
    int status = 0;
    if (box->node <= 0 || !BOX_UNTIL(waitpid(box->node, &status, WNOHANG) == box->node, ms))
        return -1;
    box->node = 0;
    file_close(&box->stream);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

static inline int box_node_end(struct box *box, int signal_number, int ms)
{
    if (box->node > 0)
        (void)kill(box->node, signal_number); /* it is a child that was not waited for */
    return box_node_wait(box, ms);
}

/* The next report of judge_node comes within ms: a heartbeat. */
static inline bool box_hears(struct box *box, int ms)
{
    struct pollfd fd = {.fd = box->report_fd, .events = POLLIN};
    struct pool_report report;
    return poll(&fd, 1, ms) == 1 && read(box->report_fd, &report, sizeof report) == (ssize_t)sizeof report &&
           report.magic == POOL_MAGIC && report.state == POOL_IDLE;
}

/* The sweeps that a start brings are over: two heartbeats. */
static inline bool box_settles(struct box *box)
{
    bool first = box_hears(box, 5000);
    return first && box_hears(box, 5000);
}

/* judge_node asks for the stream. */
static inline bool box_accept(struct box *box, int ms)
{
    struct pollfd fd = {.fd = box->listener, .events = POLLIN};
    struct pool_request request = {0};
    if (poll(&fd, 1, ms) != 1)
        return false;
    box->stream = accept4(box->listener, NULL, NULL, SOCK_CLOEXEC);
    return box->stream >= 0 && recv(box->stream, &request, sizeof request, 0) == (ssize_t)sizeof request &&
           request.command == POOL_WATCH;
}

/* judged says something of slot 0. */
static inline void box_tell(struct box *box, int event, int pid, int state, const struct queue_job *job)
{
    struct pool_slot message = {.magic = POOL_MAGIC, .event = (uint32_t)event, .pid = pid, .state = state};
    if (job != NULL) {
        message.report.source = job->source;
        (void)str_copy(message.report.id, sizeof message.report.id, job->id); /* these fit */
        (void)str_copy(message.report.token, sizeof message.report.token, job->token);
    }
    if (event == POOL_EVENT_DIED)
        (void)str_copy(message.why, sizeof message.why, "killed by signal 9");
    CU_ASSERT_EQUAL(send(box->stream, &message, sizeof message, MSG_NOSIGNAL), (ssize_t)sizeof message);
}

static inline bool box_take(struct box *box, struct queue_job *job, int ms)
{
    static const int languages[] = {0, 1, 2, 3, 6};
    struct err e = {""};
    int code = queue_take(box->queue, "t1/0", languages, sizeof languages / sizeof languages[0], ms, -1, job, &e);
    if (code < 0)
        printf("# %s\n", e.text);
    return code == 1;
}

static inline enum queue_state box_state(struct box *box, int64_t id)
{
    enum queue_state state = QUEUE_UNKNOWN;
    struct err e;
    return queue_states(box->queue, &id, 1, &state, &e) == 0 ? state : QUEUE_UNKNOWN;
}

/* ---- the store */

/* This program's own handle on the store, with its tables. NULL with a line of why. */
static inline struct store *box_store(const struct box *box)
{
    char note[256];
    struct err e = {""};
    struct store *store = store_open(&box->settings, &e);
    if (store == NULL || store_init(store, false, note, sizeof note, &e) != 0)
        printf("# %s\n", e.text);
    CU_ASSERT_STRING_EQUAL_FATAL(e.text, "");
    return store;
}

static inline int64_t box_submit(struct store *store)
{
    char source[] = "int main(void) { return 0; }";
    struct err e = {""};
    const struct store_submission submission = {
        .problem_id = 1000, .user = "alice", .source = source, .source_bytes = sizeof source - 1, .contest_number = -1};
    int64_t id = store_submit(store, &submission, &e);
    if (id < 1)
        printf("# %s\n", e.text);
    CU_ASSERT_FATAL(id >= 1);
    return id;
}

/* ---- the log */

/* How often word is in the log. */
static inline int box_said(const struct box *box, const char *word)
{
    static char text[1 << 20];
    char path[PATH_MAX];
    struct err e;
    int n = 0;
    box_log_name(box, path);
    if (file_read(AT_FDCWD, path, text, sizeof text, &e) < 0)
        return 0;
    for (const char *at = text; (at = strstr(at, word)) != NULL; at++)
        n++;
    return n;
}

static inline void box_print_log(const struct box *box)
{
    static char text[1 << 16];
    char path[PATH_MAX];
    struct err e;
    box_log_name(box, path);
    if (file_read(AT_FDCWD, path, text, sizeof text, &e) > 0)
        printf("# ---- log of judge_node:\n%s# ----\n", text);
}

/* ---- Redis */

/* Starts a private server that judge_node's user can reach. False where the test cannot run. */
static inline bool box_redis_open(struct box *box)
{
    static const char *const options[] = {"--unixsocketperm", "777", "--save", "", NULL};
    struct err e = {""};
    int code = redis_server_init(&box->redis, options, &e);
    if (code == 0)
        unit_skip("redis-server is not installed");
    if (code < 0)
        printf("# %s\n", e.text);
    CU_ASSERT_FATAL(code >= 0);
    CU_ASSERT_FATAL(code == 0 || chmod(box->redis.folder, 0755) == 0);
    return code == 1;
}

/* An inline command; the number that it answers, or -1. */
__attribute__((format(printf, 2, 3))) static inline int64_t box_redis(const struct box *box, const char *format, ...)
{
    static char command[64 << 10];
    char answer[256] = "";
    int64_t number = -1;
    struct err e = {""};
    va_list args;
    va_start(args, format);
    (void)vsnprintf(command, sizeof command, format, args); /* short */
    va_end(args);
    if (redis_server_command(&box->redis, command, answer, sizeof answer, &e) != 0)
        printf("# %s\n", e.text);
    answer[strcspn(answer, "\r\n")] = '\0';
    if (answer[0] == ':')
        (void)str_to_int64(answer + 1, INT64_MIN, INT64_MAX, &number); /* else it stays -1 */
    return number;
}

/* ---- */

static inline void box_remove(const char *folder, const char *name)
{
    char path[PATH_MAX];
    struct err e;
    (void)str_format(path, sizeof path, "%s/%s", folder, name); /* fits */
    int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd >= 0 && file_empty_folder(fd, &e) != 0)
        printf("# %s\n", e.text);
    file_close(&fd);
    CU_ASSERT_EQUAL(rmdir(path), 0);
}

static inline void box_close(struct box *box)
{
    if (box->home[0] == '\0')
        return;
    if (CU_get_number_of_failures() > 0)
        box_print_log(box);
    if (box->node > 0)
        (void)box_node_end(box, SIGKILL, 5000);
    redis_server_fini(&box->redis);
    queue_close(box->queue);
    file_close(&box->stream);
    file_close(&box->listener);
    file_close(&box->report_fd);
    box_remove(box->home, "run");
    box_remove(box->home, "etc");
    box_remove(box->home, "data");
    box_remove(box->home, "");
}

#endif
