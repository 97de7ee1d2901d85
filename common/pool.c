/*
 * pool.c - see pool.h: asking judged. In judgectl and judge_node, any uid that the socket's mode lets in.
 */
#include "common/pool.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include "common/clock.h"
#include "common/file.h"
#include "common/str.h"

#include "common/banned.h"

const char *pool_state_name(int state)
{
    static const char *const names[POOL_STATES] = {"down", "starting", "idle", "judging", "storing", "ending"};
    return state >= 0 && state < POOL_STATES ? names[state] : "unknown";
}

static int pool_say_why(int error, const char *home, struct err *e)
{
    if (error == ENOENT || error == ECONNREFUSED)
        return err_set(e, "judged does not run for %s", home);
    if (error == EACCES)
        return err_set(e, "%s/" POOL_SOCKET " is for root and judge_node: ask as root", home);
    if (error == EAGAIN)
        return err_set(e, "judged does not answer");
    return err_sys(e, error, "ask judged at %s/" POOL_SOCKET, home);
}

int pool_connect(const char *home, struct err *e)
{
    char path[PATH_MAX];
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    if (str_format(path, sizeof path, "%s/run", home) != 0)
        return err_set(e, "%s: the path is too long", home);
    int folder = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (folder < 0)
        return err_sys(e, errno, "open %s", path);
    /* A socket's address holds 107 bytes, OJ_HOME may be longer. */
    (void)str_format(address.sun_path, sizeof address.sun_path, "/proc/self/fd/%d/%s", folder,
                     strrchr(POOL_SOCKET, '/') + 1); /* it fits */
    int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
    int result = fd;
    /* A judged that is stopped takes nobody in: neither is connecting to it for ever. */
    const struct timeval patience = {.tv_sec = POOL_ANSWER_MS / 1000};
    if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience) != 0)
        result = err_sys(e, errno, "make a socket");
    else if (connect(fd, (const struct sockaddr *)&address, sizeof address) != 0)
        result = pool_say_why(errno, home, e);
    if (result < 0)
        file_close(&fd);
    file_close(&folder);
    return result;
}

int pool_send(int fd, enum pool_command command, int argument, struct err *e)
{
    struct pool_request request = {.magic = POOL_MAGIC, .command = (uint32_t)command, .argument = argument};
    if (send(fd, &request, sizeof request, MSG_NOSIGNAL) != (ssize_t)sizeof request)
        return err_sys(e, errno, "ask judged");
    return 0;
}

int pool_receive(int fd, void *message, size_t size, int timeout_ms, struct err *e)
{
    int64_t end_us = clock_now_us() + timeout_ms * INT64_C(1000);
    for (;;) {
        int64_t left_us = end_us - clock_now_us();
        struct pollfd ready = {.fd = fd, .events = POLLIN};
        int wait_ms = timeout_ms < 0 ? -1 : left_us <= 0 ? 0 : (int)((left_us + 999) / 1000);
        int count = poll(&ready, 1, wait_ms);
        if (count < 0 && errno != EINTR)
            return err_sys(e, errno, "wait for judged");
        if (count == 0 && left_us <= 0)
            return 0;
        if (count > 0)
            break;
    }
    struct {
        uint32_t magic, error;
        char rest[1024];
    } answer;
    ssize_t count = recv(fd, &answer, sizeof answer, MSG_DONTWAIT);
    if (count < 0 && errno != ECONNRESET)
        return err_sys(e, errno, "hear from judged");
    if (count <= 0)
        return err_set(e, "judged has closed the connection");
    if (count >= (ssize_t)sizeof answer.magic && answer.magic == POOL_MAGIC && count == (ssize_t)size) {
        memcpy(message, &answer, size);
        return 1;
    }
    /* Not what was asked for: a refusal, or a judged of another version. */
    struct pool_answer refusal;
    if (count == (ssize_t)sizeof refusal && answer.magic == POOL_MAGIC) {
        memcpy(&refusal, &answer, sizeof refusal);
        refusal.text[sizeof refusal.text - 1] = '\0';
        return err_set(e, "%s", refusal.text);
    }
    return err_set(e, "judged answers in another version's form: restart it");
}

int pool_ask(int fd, enum pool_command command, int argument, struct pool_answer *answer, struct err *e)
{
    if (pool_send(fd, command, argument, e) != 0)
        return -1;
    int got = pool_receive(fd, answer, sizeof *answer, POOL_ANSWER_MS, e);
    if (got == 0)
        return err_set(e, "judged does not answer");
    if (got < 0)
        return -1;
    answer->text[sizeof answer->text - 1] = '\0';
    return answer->error == 0 ? 0 : err_set(e, "%s", answer->text);
}

int pool_cancel(int fd, const char *job, struct err *e)
{
    struct pool_request request = {.magic = POOL_MAGIC, .command = POOL_CANCEL};
    struct pool_answer answer;
    if (str_copy(request.text, sizeof request.text, job) != 0)
        return err_set(e, "'%.64s...' is no job's id", job);
    if (send(fd, &request, sizeof request, MSG_NOSIGNAL) != (ssize_t)sizeof request)
        return err_sys(e, errno, "ask judged");
    int got = pool_receive(fd, &answer, sizeof answer, POOL_ANSWER_MS, e);
    if (got == 0)
        return err_set(e, "judged does not answer");
    if (got > 0 && answer.error != 0 && answer.error != ESRCH)
        return err_set(e, "%.*s", (int)sizeof answer.text - 1, answer.text);
    return got < 0 ? -1 : answer.error == 0;
}

int pool_read_status(const char *home, struct pool_status *status, struct pool_slot *slots, int room, struct err *e)
{
    int fd = pool_connect(home, e);
    if (fd < 0)
        return -1;
    int result = pool_send(fd, POOL_STATUS, 0, e);
    int got = result == 0 ? pool_receive(fd, status, sizeof *status, POOL_ANSWER_MS, e) : -1;
    int count = 0;
    while (got == 1 && count < status->slots && count < room) {
        got = pool_receive(fd, &slots[count], sizeof slots[count], POOL_ANSWER_MS, e);
        count += got == 1;
    }
    if (result == 0 && got == 0)
        result = err_set(e, "judged does not answer");
    file_close(&fd);
    return got == 1 && result == 0 ? count : -1;
}
