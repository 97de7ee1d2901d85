/*
 * hint.c - see hint.h. Runs in judge_node's intake thread, as the unprivileged user; never trusts a datagram.
 */
#include "judge_node/hint.h"

#include <errno.h>
#include <netdb.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#include "common/file.h"
#include "common/log.h"
#include "common/str.h"

#include "common/banned.h"

#define HINT_PAUSE_US 100000
#define HINT_RETRY_US 5000000
#define HINT_DRAIN 1024
#define HINT_BUFFER 4096 /* what comes while nobody listens says nothing new */

void hint_init(struct hint *hint, const struct settings *settings, int epoll_fd)
{
    memset(hint, 0, sizeof *hint);
    hint->settings = settings;
    hint->epoll_fd = epoll_fd;
    hint->fd = -1;
}

void hint_fini(struct hint *hint)
{
    file_close(&hint->fd);
}

/* Whether a datagram wakes the thread. */
static int hint_listen(struct hint *hint, int operation, bool on)
{
    struct epoll_event event = {.events = on ? EPOLLIN : 0};
    event.data.fd = hint->fd;
    hint->listening = on;
    return epoll_ctl(hint->epoll_fd, operation, hint->fd, &event);
}

/* Binds; what went wrong is in e. */
static int hint_bind(struct hint *hint, struct err *e)
{
    const struct addrinfo wanted = {
        .ai_family = AF_UNSPEC, .ai_socktype = SOCK_DGRAM, .ai_flags = AI_PASSIVE | AI_NUMERICHOST};
    const char *address = hint->settings->udp_address;
    struct addrinfo *found = NULL;
    char port[16];
    (void)str_format(port, sizeof port, "%d", hint->settings->udp_port); /* fits */
    int code = getaddrinfo(address[0] != '\0' ? address : NULL, port, &wanted, &found);
    if (code != 0)
        return err_set(e, "[intake] udp_address = %s: %s (an address in numbers is needed)", address,
                       gai_strerror(code));
    const int bytes = HINT_BUFFER;
    hint->fd = socket(found->ai_family, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (hint->fd < 0 || bind(hint->fd, found->ai_addr, found->ai_addrlen) != 0 ||
        setsockopt(hint->fd, SOL_SOCKET, SO_RCVBUF, &bytes, sizeof bytes) != 0 ||
        hint_listen(hint, EPOLL_CTL_ADD, true) != 0) {
        (void)err_sys(e, errno,
                      "no UDP hints on %s:%s ([intake] udp_address, udp_port; the sweep finds submissions without)",
                      address[0] != '\0' ? address : "*", port);
        freeaddrinfo(found);
        file_close(&hint->fd);
        return -1;
    }
    freeaddrinfo(found);
    return 0;
}

/* Takes what has come. True where there was anything. */
static bool hint_drain(const struct hint *hint)
{
    char byte;
    int n = 0;
    while (n < HINT_DRAIN && recv(hint->fd, &byte, sizeof byte, MSG_DONTWAIT) >= 0)
        n++;
    return n > 0;
}

bool hint_came(struct hint *hint, int64_t now_us)
{
    struct err e;
    if (!hint->settings->udp || now_us < hint->retry_us)
        return false;
    if (hint->fd < 0) {
        if (hint_bind(hint, &e) != 0) {
            if (!hint->failed)
                log_warnx("%s", e.text);
            hint->failed = true;
            hint->retry_us = now_us + HINT_RETRY_US;
            return false;
        }
        if (hint->failed)
            log_info("UDP hints are heard now");
        hint->failed = false;
    }
    if (!hint->listening)
        (void)hint_listen(hint, EPOLL_CTL_MOD, true); /* cannot fail for a descriptor that is in it */
    if (!hint_drain(hint))
        return false;
    (void)hint_listen(hint, EPOLL_CTL_MOD, false);
    hint->retry_us = now_us + HINT_PAUSE_US;
    return true;
}
