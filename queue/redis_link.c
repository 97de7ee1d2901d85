/*
 * redis_link.c - see redis_link.h. The only file that knows hiredis (0.14 suffices). Runs in every process that has a queue;
 * never writes a password anywhere but to the server.
 */
#include "queue/redis_link.h"

#include <errno.h>
#include <fcntl.h>
#include <hiredis/hiredis.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "common/clock.h"
#include "common/settings.h"
#include "common/str.h"

#include "common/banned.h"

#define STANDS "host, port and socket stand in [redis]"

enum { PAUSE_FIRST_MS = 10, PAUSE_LAST_MS = 500, STEP_MS = 100, SHA_SIZE = 48, NAME_SIZE = 128, HEAD = 4 };

struct redis_link {
    const struct settings *settings;
    char name[SETTINGS_TEXT + 32];
    char client[NAME_SIZE];
    redisContext *context; /* NULL: not connected */
    uint64_t connections;
    int64_t connect_ms, command_ms;
    int64_t until_us;          /* see redis_link_until */
    int64_t set_ms;            /* the time-out that the socket has */
    int64_t pause_ms, next_us; /* before the next try to connect */
    int64_t offset_us;         /* the server's clock less ours */
    bool lost;
    char sha[REDIS_SCRIPT_COUNT][SHA_SIZE]; /* "": not loaded by this handle */
};

/* ---- words */

void redis_args_clear(struct redis_args *args)
{
    args->count = HEAD; /* what a script needs before them */
    args->number_count = 0;
}

static void add_bytes(struct redis_args *args, const char *bytes, size_t size)
{
    if (args->count < REDIS_ARGS) { /* callers are bounded: see redis_link.h */
        args->texts[args->count] = bytes;
        args->sizes[args->count++] = size;
    }
}

void redis_args_text(struct redis_args *args, const char *text)
{
    add_bytes(args, text, strlen(text));
}

void redis_args_int(struct redis_args *args, int64_t number)
{
    char *text = args->numbers[args->number_count++ % (sizeof args->numbers / sizeof args->numbers[0])];
    (void)str_format(text, sizeof args->numbers[0], "%lld", (long long)number); /* it fits */
    redis_args_text(args, text);
}

/* ---- errors */

/* The words of Redis that begin an error, and what to do. In a script's error they stand in the middle. */
static const struct {
    const char *word, *text;
} hints[] = {
    {"LOADING ", "it is loading its data: wait until it has"},
    {"NOAUTH ", "it wants a password: set password or password_file in [redis] of judge.conf"},
    {"WRONGPASS ", "the password is wrong: see password and password_file in [redis] of judge.conf"},
    {"invalid password", "the password is wrong: see password and password_file in [redis] of judge.conf"},
    {"NOPERM ", "its user may not do this: see ACL LIST on the server"},
    {"READONLY ", "it is a read-only replica: give [redis] host of judge.conf the address of its master"},
    {"MASTERDOWN ", "it is a replica that has lost its master"},
    {"OOM ", "it has no memory left: raise maxmemory on the server, and keep maxmemory-policy noeviction"},
    {"MISCONF ", "it cannot save its data and takes no more: free the server's disk, or see its log"},
    {"NOREPLICAS ", "it has too few replicas to take data: see min-replicas-to-write on the server"},
    {"BUSY ", "somebody's script runs too long on it: SCRIPT KILL ends that"},
    {"WRONGTYPE ", "a key of ours has another type: another program uses it, set another prefix or queue name"},
    {"MOVED ", "it is part of a cluster: a single server, or the master of a replica, is needed"},
    {"CLUSTERDOWN ", "it is part of a cluster: a single server, or the master of a replica, is needed"},
    {"LATE ", "its clock was set, or it answers too late"},
};

static int answer_error(struct redis_link *link, const char *text, struct err *e)
{
    link->lost = false;
    for (size_t i = 0; i < sizeof hints / sizeof hints[0]; i++) {
        if (strstr(text, hints[i].word) != NULL)
            return err_set(e, "%s: %s (%.200s)", link->name, hints[i].text, text);
    }
    return err_set(e, "%s: %.300s", link->name, text);
}

void redis_link_drop(struct redis_link *link)
{
    if (link->context != NULL)
        redisFree(link->context);
    link->context = NULL;
}

static const char *broken_text(const redisContext *context, int error, char *text, size_t size)
{
    const char *why = context->err == 0 ? strerror(error) : context->errstr;
    bool other = context->err == REDIS_ERR_PROTOCOL;
    (void)str_format(text, size, "%s: %s%s", other ? "what listens there is no Redis" : "connection lost", why,
                     other ? ": " STANDS : ""); /* cut is fine */
    return text;
}

/* The connection failed: closes it, and tells a server that is silent from one that is gone. error: errno at that time. */
static int broken(struct redis_link *link, int error, struct err *e)
{
    const redisContext *context = link->context;
    char text[256];
    bool silent = context->err == REDIS_ERR_IO && (error == EAGAIN || error == EWOULDBLOCK || error == ETIMEDOUT);
    link->lost = !silent;
    if (silent)
        (void)err_set(e, "%s: no answer within %lld ms", link->name, (long long)link->set_ms);
    else
        (void)err_set(e, "%s: %s", link->name, broken_text(context, error, text, sizeof text));
    redis_link_drop(link);
    return -1;
}

/* ---- writing to a socket that may be closed: hiredis would let SIGPIPE end the process */

static void pipe_signal_hold(sigset_t *old)
{
    sigset_t set;
    (void)sigemptyset(&set); /* neither fails for a signal that there is */
    (void)sigaddset(&set, SIGPIPE);
    (void)sigprocmask(SIG_BLOCK, &set, old);
}

static void pipe_signal_let(const sigset_t *old)
{
    const int error = errno;
    const struct timespec now = {0};
    sigset_t set;
    (void)sigemptyset(&set);
    (void)sigaddset(&set, SIGPIPE);
    if (sigismember(old, SIGPIPE) == 0) {
        if (error == EPIPE)
            (void)sigtimedwait(&set, NULL, &now); /* there is one: it is ours */
        (void)sigprocmask(SIG_SETMASK, old, NULL);
    }
    errno = error;
}

/* ---- connecting */

struct redis_link *redis_link_open(const struct settings *settings, const char *name, struct err *e)
{
    struct redis_link *link = calloc(1, sizeof *link);
    if (link == NULL) {
        (void)err_set(e, "out of memory");
        return NULL;
    }
    link->settings = settings;
    (void)str_copy(link->client, sizeof link->client, name); /* a name that is cut still names it */
    if (settings->redis_socket[0] != '\0')
        (void)str_format(link->name, sizeof link->name, "redis %s", settings->redis_socket);
    else
        (void)str_format(link->name, sizeof link->name, "redis %s:%d", settings->redis_host, settings->redis_port);
    redis_link_patience(link, 0, 0);
    redis_link_until(link, clock_now_us() + link->command_ms * 1000);
    return link;
}

void redis_link_close(struct redis_link *link)
{
    if (link == NULL)
        return;
    redis_link_drop(link);
    free(link);
}

const char *redis_link_name(const struct redis_link *link)
{
    return link->name;
}

static struct timeval timeval_of(int64_t ms)
{
    return (struct timeval){.tv_sec = (time_t)(ms / 1000), .tv_usec = (suseconds_t)(ms % 1000 * 1000)};
}

void redis_link_patience(struct redis_link *link, int64_t connect_ms, int64_t command_ms)
{
    link->connect_ms = connect_ms > 0 ? connect_ms : link->settings->redis_connect_timeout_ms;
    link->command_ms = command_ms > 0 ? command_ms : link->settings->redis_command_timeout_ms;
}

void redis_link_until(struct redis_link *link, int64_t end_us)
{
    link->until_us = end_us;
}

int64_t redis_link_command_us(const struct redis_link *link)
{
    return link->command_ms * 1000;
}

/* What is left of ms, at least 1 ms, in steps: a step that is not over yet needs no system call. */
static int64_t left_of(const struct redis_link *link, int64_t ms)
{
    int64_t left_ms = (link->until_us - clock_now_us()) / 1000;
    left_ms = left_ms < 1 ? 1 : left_ms < STEP_MS ? left_ms : (left_ms + STEP_MS) / STEP_MS * STEP_MS;
    return left_ms < ms ? left_ms : ms;
}

/* Gives the socket the time-out of the next command. 0, or -1 with errno. */
static int set_timeout(struct redis_link *link)
{
    int64_t ms = left_of(link, link->command_ms);
    if (ms != link->set_ms && redisSetTimeout(link->context, timeval_of(ms)) != REDIS_OK)
        return -1;
    link->set_ms = ms;
    return 0;
}

uint64_t redis_link_connections(const struct redis_link *link)
{
    return link->connections;
}

bool redis_link_lost(const struct redis_link *link)
{
    return link->lost;
}

int64_t redis_link_late_us(const struct redis_link *link)
{
    return clock_now_us() + link->offset_us + left_of(link, link->command_ms) * 1000;
}

/* What comes first on a connection. The answers come in the order of the questions. */
static int greet(struct redis_link *link, struct err *e)
{
    const struct settings *settings = link->settings;
    bool password = settings->redis_password[0] != '\0', database = settings->redis_database != 0;
    redisContext *context = link->context;
    int64_t sent_us = clock_now_us();
    /* Only without memory do these fail, and then so do the answers. */
    if (password)
        (void)redisAppendCommand(context, "AUTH %s", settings->redis_password);
    if (database)
        (void)redisAppendCommand(context, "SELECT %d", settings->redis_database);
    (void)redisAppendCommand(context, "CLIENT SETNAME %s", link->client);
    (void)redisAppendCommand(context, "TIME");
    int result = 0;
    for (int i = 0, n = password + database + 2; i < n; i++) {
        redisReply *reply = NULL;
        sigset_t old;
        pipe_signal_hold(&old);
        int got = redisGetReply(context, (void **)&reply);
        pipe_signal_let(&old);
        if (got != REDIS_OK)
            return broken(link, errno, e);
        bool set_name = i == n - 2;
        /* A server without a password, where the settings have one, lets everybody in. */
        if (reply->type == REDIS_REPLY_ERROR && result == 0 && !set_name &&
            strstr(reply->str, "no password is set") == NULL &&
            strstr(reply->str, "without any password configured") == NULL)
            result = i == 0 && password && strstr(reply->str, settings->redis_password) != NULL
                         ? err_set(e, "%s: it does not know AUTH", link->name) /* its text repeats the password */
                         : answer_error(link, reply->str, e);
        if (i == n - 1 && reply->type == REDIS_REPLY_ARRAY && reply->elements == 2)
            link->offset_us = redis_reply_int(reply->element[0]) * 1000000 + redis_reply_int(reply->element[1]) -
                              (sent_us + clock_now_us()) / 2;
        freeReplyObject(reply);
    }
    if (result != 0)
        redis_link_drop(link);
    return result;
}

static int connect_once(struct redis_link *link, struct err *e)
{
    const struct settings *settings = link->settings;
    struct timeval timeout = timeval_of(left_of(link, link->connect_ms));
    bool local = settings->redis_socket[0] != '\0';
    redisContext *context = local ? redisConnectUnixWithTimeout(settings->redis_socket, timeout)
                                  : redisConnectWithTimeout(settings->redis_host, settings->redis_port, timeout);
    if (context == NULL)
        return err_set(e, "%s: out of memory", link->name);
    if (context->err != 0) {
        (void)err_set(e, "%s: connect: %s: is it running? " STANDS, link->name, context->errstr);
        redisFree(context);
        return -1;
    }
    link->context = context;
    link->set_ms = 0;
    /* hiredis opens its socket without this; nothing is started between the two: one thread has the handle. */
    if (fcntl(context->fd, F_SETFD, FD_CLOEXEC) != 0 || set_timeout(link) != 0 ||
        (!local && redisEnableKeepAlive(context) != REDIS_OK)) {
        (void)err_sys(e, errno, "%s: set up the socket", link->name);
        redis_link_drop(link);
        return -1;
    }
    return greet(link, e);
}

int redis_link_ready(struct redis_link *link, struct err *e)
{
    if (link->context != NULL)
        return 0;
    int64_t left_us = link->next_us - clock_now_us(), most_us = left_of(link, PAUSE_LAST_MS) * 1000;
    if (left_us > most_us)
        left_us = most_us;
    if (left_us > 0) {
        const struct timespec pause = {.tv_sec = (time_t)(left_us / 1000000),
                                       .tv_nsec = (long)(left_us % 1000000 * 1000)};
        (void)nanosleep(&pause, NULL); /* cut short by a signal: the try comes a little early */
    }
    if (connect_once(link, e) == 0) {
        link->pause_ms = 0;
        link->next_us = 0;
        link->connections++;
        return 0;
    }
    link->lost = false;
    link->pause_ms = link->pause_ms == 0 ? PAUSE_FIRST_MS : link->pause_ms * 2;
    if (link->pause_ms > PAUSE_LAST_MS)
        link->pause_ms = PAUSE_LAST_MS;
    link->next_us = clock_now_us() + link->pause_ms * 1000;
    return -1;
}

/* ---- commands */

/* Sends these words and waits for the answer, which may be an error. 0 or -1. */
static int exchange(struct redis_link *link, size_t count, const char **texts, const size_t *sizes, redisReply **reply,
                    struct err *e)
{
    if (redis_link_ready(link, e) != 0)
        return -1;
    if (set_timeout(link) != 0)
        return broken(link, errno, e);
    sigset_t old;
    pipe_signal_hold(&old);
    *reply = redisCommandArgv(link->context, (int)count, texts, sizes);
    pipe_signal_let(&old);
    return *reply == NULL ? broken(link, errno, e) : 0;
}

/* The answer, or -1 with e and the answer freed. */
static int accepted(struct redis_link *link, redisReply *answer, struct redisReply **reply, struct err *e)
{
    if (answer->type != REDIS_REPLY_ERROR) {
        *reply = answer;
        return 0;
    }
    int result = answer_error(link, answer->str, e);
    freeReplyObject(answer);
    return result;
}

int redis_link_command(struct redis_link *link, const struct redis_args *args, struct redisReply **reply, struct err *e)
{
    redisReply *answer = NULL;
    const char *texts[REDIS_ARGS];
    memcpy(texts, args->texts, args->count * sizeof *texts);
    for (int i = 0;; i++) {
        if (exchange(link, args->count - HEAD, texts + HEAD, args->sizes + HEAD, &answer, e) == 0)
            return accepted(link, answer, reply, e);
        if (i > 0 || !link->lost)
            return -1;
    }
}

/* Gives the server a script's text. 0 with link->sha, or -1. */
static int load(struct redis_link *link, enum redis_script script, struct err *e)
{
    size_t size = 0;
    char *text = redis_script_text(script, &size);
    if (text == NULL)
        return err_set(e, "out of memory");
    const char *texts[] = {"SCRIPT", "LOAD", text};
    const size_t sizes[] = {6, 4, size};
    redisReply *answer = NULL;
    int result = exchange(link, 3, texts, sizes, &answer, e);
    free(text);
    if (result != 0)
        return -1;
    if (answer->type == REDIS_REPLY_ERROR)
        result = answer_error(link, answer->str, e);
    else if (answer->type != REDIS_REPLY_STRING || str_copy(link->sha[script], SHA_SIZE, answer->str) != 0)
        result = err_set(e, "%s: SCRIPT LOAD was not understood", link->name);
    freeReplyObject(answer);
    return result;
}

static int script_once(struct redis_link *link, enum redis_script script, const struct redis_args *args,
                       struct redisReply **reply, struct err *e)
{
    const char *texts[REDIS_ARGS];
    size_t sizes[REDIS_ARGS];
    redisReply *answer = NULL;
    memcpy(texts, args->texts, args->count * sizeof *texts);
    memcpy(sizes, args->sizes, args->count * sizeof *sizes);
    const char *head[HEAD] = {"EVALSHA", link->sha[script], "1", link->settings->redis_prefix};
    for (int i = 0; i < 3; i++) {
        if (link->sha[script][0] == '\0' && load(link, script, e) != 0)
            return -1;
        for (int k = 0; k < HEAD; k++) {
            texts[k] = head[k];
            sizes[k] = strlen(head[k]);
        }
        if (exchange(link, args->count, texts, sizes, &answer, e) != 0)
            return -1;
        if (answer->type != REDIS_REPLY_ERROR || !str_starts(answer->str, "NOSCRIPT"))
            return accepted(link, answer, reply, e);
        freeReplyObject(answer); /* forgotten by the server: SCRIPT FLUSH, a restart */
        link->sha[script][0] = '\0';
    }
    link->lost = false;
    return err_set(e, "%s: forgets the script %s again and again", link->name, redis_script_name(script));
}

int redis_link_script(struct redis_link *link, enum redis_script script, const struct redis_args *args, bool once,
                      struct redisReply **reply, struct err *e)
{
    if (script_once(link, script, args, reply, e) == 0)
        return 0;
    return once || !link->lost ? -1 : script_once(link, script, args, reply, e);
}

/* ---- waiting */

/* Until there is something to read (1), fd is readable or end_us has passed (0). -1 with errno. */
static int wait_readable(const struct redis_link *link, int64_t end_us, int fd, bool *ended)
{
    for (;;) {
        struct pollfd files[2] = {{.fd = link->context->fd, .events = POLLIN}, {.fd = fd, .events = POLLIN}};
        int64_t left_us = end_us - clock_now_us();
        int ready = poll(files, 2, left_us <= 0 ? 0 : (int)(left_us > 3600000000 ? 3600000 : (left_us + 999) / 1000));
        if (ready < 0 && errno != EINTR)
            return -1;
        if (ready > 0 && files[0].revents != 0)
            return 1;
        *ended = ready > 0;
        if (ready > 0 || (ready == 0 && left_us <= 0))
            return 0;
    }
}

static int send_command(struct redis_link *link, const struct redis_args *args, struct err *e)
{
    const char *texts[REDIS_ARGS];
    sigset_t old;
    int done = 0, result = REDIS_OK;
    memcpy(texts, args->texts, args->count * sizeof *texts);
    if (redisAppendCommandArgv(link->context, (int)(args->count - HEAD), texts + HEAD, args->sizes + HEAD) != REDIS_OK)
        return broken(link, errno, e);
    pipe_signal_hold(&old);
    while (done == 0 && result == REDIS_OK)
        result = redisBufferWrite(link->context, &done);
    pipe_signal_let(&old);
    return result == REDIS_OK ? 0 : broken(link, errno, e);
}

int redis_link_wait(struct redis_link *link, const struct redis_args *args, int64_t end_us, bool may_end, int fd,
                    struct redisReply **reply, struct err *e)
{
    redisReply *answer = NULL;
    if (redis_link_ready(link, e) != 0 || send_command(link, args, e) != 0)
        return -1;
    int64_t last_us = may_end ? end_us : link->until_us;
    for (;;) {
        bool ended = false;
        if (redisGetReplyFromReader(link->context, (void **)&answer) != REDIS_OK)
            return broken(link, errno, e);
        if (answer != NULL)
            return accepted(link, answer, reply, e) == 0 ? 1 : -1;
        int ready = wait_readable(link, last_us, fd, &ended);
        if (ready == 0) {
            redis_link_drop(link); /* an answer that comes later must not be taken for another's */
            link->lost = false;
            return ended || may_end
                       ? 0
                       : err_set(e, "%s: no answer within %lld ms", link->name, (long long)link->command_ms);
        }
        if (ready < 0 || redisBufferRead(link->context) != REDIS_OK)
            return broken(link, errno, e);
    }
}

/* ---- answers */

size_t redis_reply_count(const struct redisReply *reply)
{
    return reply != NULL && reply->type == REDIS_REPLY_ARRAY ? reply->elements : 0;
}

const struct redisReply *redis_reply_item(const struct redisReply *reply, size_t i)
{
    return i < redis_reply_count(reply) ? reply->element[i] : NULL;
}

const char *redis_reply_text(const struct redisReply *reply)
{
    bool text = reply != NULL && (reply->type == REDIS_REPLY_STRING || reply->type == REDIS_REPLY_STATUS);
    return text ? reply->str : "";
}

size_t redis_reply_size(const struct redisReply *reply)
{
    bool text = reply != NULL && (reply->type == REDIS_REPLY_STRING || reply->type == REDIS_REPLY_STATUS);
    return text ? (size_t)reply->len : 0;
}

int64_t redis_reply_int(const struct redisReply *reply)
{
    int64_t value = 0;
    if (reply != NULL && reply->type == REDIS_REPLY_INTEGER)
        return reply->integer;
    return str_to_int64(redis_reply_text(reply), INT64_MIN, INT64_MAX, &value) == 0 ? value : 0;
}

bool redis_reply_is_nil(const struct redisReply *reply)
{
    return reply == NULL || reply->type == REDIS_REPLY_NIL;
}

void redis_reply_free(struct redisReply *reply)
{
    if (reply != NULL)
        freeReplyObject(reply);
}
