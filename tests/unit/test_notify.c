/*
 * test_notify.c - what systemd would hear from judged, on a socket with a path and on an abstract one.
 */
#include <errno.h>
#include <limits.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "common/file.h"
#include "common/str.h"
#include "judged/notify.h"
#include "tests/unit/unit.h"

#include "common/banned.h"

/* As systemd listens: `name` with '@' for an abstract one. */
static int listen_at(const char *name)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    CU_ASSERT_FATAL(fd >= 0 && strlen(name) < sizeof address.sun_path);
    memcpy(address.sun_path, name, strlen(name));
    if (name[0] == '@')
        address.sun_path[0] = '\0';
    socklen_t size = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + strlen(name) + (name[0] == '/'));
    CU_ASSERT_FATAL(bind(fd, (const struct sockaddr *)&address, size) == 0);
    return fd;
}

static void hear(int fd, char *text, size_t size)
{
    ssize_t count = recv(fd, text, size - 1, 0);
    text[count < 0 ? 0 : count] = '\0';
}

static void speak_at(const char *name)
{
    struct notify notify;
    char text[256];
    int fd = listen_at(name);
    CU_ASSERT_FATAL(setenv("NOTIFY_SOCKET", name, 1) == 0 && setenv("WATCHDOG_USEC", "3000000", 1) == 0);
    notify_open(&notify);
    CU_ASSERT_PTR_NULL(getenv("NOTIFY_SOCKET"));
    CU_ASSERT_PTR_NULL(getenv("WATCHDOG_USEC"));
    CU_ASSERT_EQUAL(notify.watchdog_us, 1500000);
    notify_must(&notify, "READY=1");
    hear(fd, text, sizeof text);
    CU_ASSERT_STRING_EQUAL(text, "READY=1");
    notify_send(&notify, "WATCHDOG=1\nSTATUS=3 slots");
    hear(fd, text, sizeof text);
    CU_ASSERT_STRING_EQUAL(text, "WATCHDOG=1\nSTATUS=3 slots");
    notify_reloading(&notify);
    hear(fd, text, sizeof text);
    CU_ASSERT(str_starts(text, "RELOADING=1\nMONOTONIC_USEC="));
    notify_close(&notify);
    file_close(&fd);
}

static void test_path(void)
{
    char folder[] = "/tmp/test_notify.XXXXXX";
    char name[64];
    CU_ASSERT_FATAL(mkdtemp(folder) != NULL);
    (void)str_format(name, sizeof name, "%s/notify", folder);
    speak_at(name);
    CU_ASSERT_EQUAL(unlink(name) | rmdir(folder), 0);
}

static void test_abstract(void)
{
    char name[64];
    (void)str_format(name, sizeof name, "@judge-test-notify-%d", (int)getpid());
    speak_at(name);
}

/* Nobody listens, or what is there is no address: nothing is sent, nothing fails. */
static void test_nobody(void)
{
    static const char *const names[] = {NULL, "", "@", "relative/path", "/tmp/test_notify.absent/socket"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        struct notify notify;
        (void)unsetenv("NOTIFY_SOCKET");
        if (names[i] != NULL)
            CU_ASSERT_FATAL(setenv("NOTIFY_SOCKET", names[i], 1) == 0);
        notify_open(&notify);
        UNIT_CHECK((notify.fd >= 0) == (i == 4), "'%s' taken for an address", names[i] == NULL ? "" : names[i]);
        notify_send(&notify, "WATCHDOG=1");
        notify_must(&notify, "READY=1");
        notify_close(&notify);
    }
}

static void test_long_name(void)
{
    char name[300];
    struct notify notify;
    memset(name, 'x', sizeof name - 1);
    name[0] = '/';
    name[sizeof name - 1] = '\0';
    CU_ASSERT_FATAL(setenv("NOTIFY_SOCKET", name, 1) == 0);
    notify_open(&notify);
    CU_ASSERT_EQUAL(notify.fd, -1);
}

/* A queue that nobody empties does not stop judged. */
static void test_full(void)
{
    struct notify notify;
    char name[64];
    (void)str_format(name, sizeof name, "@judge-test-full-%d", (int)getpid());
    int fd = listen_at(name);
    CU_ASSERT_FATAL(setenv("NOTIFY_SOCKET", name, 1) == 0);
    notify_open(&notify);
    for (int i = 0; i < 5000; i++)
        notify_send(&notify, "WATCHDOG=1");
    notify_close(&notify);
    file_close(&fd);
}

static void test_watchdog_pid(void)
{
    static const struct {
        const char *usec;
        int pid; /* 0: none, else added to ours */
        int64_t watchdog_us;
    } rows[] = {{"30000000", 0, 15000000}, {"30000000", 1, 0}, {"x", 0, 0}, {"-5", 0, 0}, {"1", 0, 1}};
    char name[64], pid[32];
    (void)str_format(name, sizeof name, "@judge-test-watchdog-%d", (int)getpid());
    int fd = listen_at(name);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct notify notify;
        (void)str_format(pid, sizeof pid, "%d", (int)getpid() + rows[i].pid);
        CU_ASSERT_FATAL(setenv("NOTIFY_SOCKET", name, 1) == 0 && setenv("WATCHDOG_USEC", rows[i].usec, 1) == 0);
        CU_ASSERT_FATAL(setenv("WATCHDOG_PID", pid, 1) == 0);
        notify_open(&notify);
        UNIT_CHECK(notify.watchdog_us == rows[i].watchdog_us, "row %zu: %lld", i, (long long)notify.watchdog_us);
        notify_close(&notify);
    }
    file_close(&fd);
}

static const struct unit_test tests[] = {
    {"path", test_path}, {"abstract", test_abstract},   {"nobody", test_nobody},
    {"full", test_full}, {"long_name", test_long_name}, {"watchdog_pid", test_watchdog_pid},
};

UNIT_MAIN("notify", tests)
