/*
 * watcher.c - see watcher.h. Runs in judge_node's leases thread, as the unprivileged user; never waits for judged.
 */
#include "judge_node/watcher.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "common/file.h"
#include "common/log.h"
#include "common/str.h"

#include "common/banned.h"

void watcher_init(struct watcher *watcher)
{
    watcher->fd = -1;
    watcher->failed = false;
}

void watcher_fini(struct watcher *watcher)
{
    file_close(&watcher->fd);
}

bool watcher_connect(struct watcher *watcher)
{
    const struct sockaddr_un address = {.sun_family = AF_UNIX, .sun_path = POOL_SOCKET};
    const struct pool_request request = {.magic = POOL_MAGIC, .command = POOL_WATCH};
    watcher->fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (watcher->fd >= 0 && connect(watcher->fd, (const struct sockaddr *)&address, sizeof address) == 0 &&
        send(watcher->fd, &request, sizeof request, MSG_NOSIGNAL) == (ssize_t)sizeof request)
        return true;
    if (!watcher->failed)
        log_warn("judged does not answer on %s below the home", POOL_SOCKET);
    watcher->failed = true;
    file_close(&watcher->fd);
    return false;
}

void watcher_cancel(const struct watcher *watcher, const char *token)
{
    struct pool_request request = {.magic = POOL_MAGIC, .command = POOL_CANCEL};
    (void)str_copy(request.text, sizeof request.text, token); /* it fits */
    if (watcher->fd < 0 || send(watcher->fd, &request, sizeof request, MSG_NOSIGNAL) != (ssize_t)sizeof request)
        log_debug("judged was not told to end %s", token); /* its verdict will not be written */
}

_Static_assert(sizeof(struct pool_answer) < sizeof(struct pool_slot), "an answer fits where a slot is read");

/* What ended the stream: said once, until a good message comes again. */
static void watcher_say(struct watcher *watcher, const void *message, ssize_t length)
{
    struct pool_answer answer;
    if (watcher->failed || length <= 0) /* an end without a word: judged ends, or starts anew */
        return;
    watcher->failed = true;
    if (length == (ssize_t)sizeof answer) {
        memcpy(&answer, message, sizeof answer);
        if (answer.magic == POOL_MAGIC && memchr(answer.text, '\0', sizeof answer.text) != NULL) {
            log_warnx("judged refuses to tell of its workers: %s", answer.text);
            return;
        }
    }
    log_warnx("judged sends what this judge_node does not understand (%zd bytes): install both from one version, then "
              "restart judged",
              length);
}

int watcher_read(struct watcher *watcher, struct pool_slot *said)
{
    struct pool_slot message;
    ssize_t length;
    do {
        length = recv(watcher->fd, &message, sizeof message, MSG_TRUNC);
    } while (length < 0 && errno == EINTR);
    if (length < 0 && errno == EAGAIN)
        return 0;
    if (length == (ssize_t)sizeof message && message.magic == POOL_MAGIC) {
        if (watcher->failed)
            log_info("judged answers");
        watcher->failed = false;
        *said = message;
        return 1;
    }
    watcher_say(watcher, &message, length);
    file_close(&watcher->fd);
    return -1;
}
