/*
 * test_judged_control.c - judged's socket: status, drain, scale, reload, restart; clients that misbehave; HUP.
 *
 * Needs no root, but for what another user is refused.
 */
#include <pwd.h>
#include <stddef.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "judged/control.h"
#include "tests/unit/judged_box.h"

#include "common/banned.h"

#define ONE "[pool]\nworkers = 1\n"
#define TWO "[pool]\nworkers = 2\n"
#define THREE "[pool]\nworkers = 3\n"

/* ---- what it is told */

static void test_drain_and_resume(void)
{
    struct box box;
    struct err e;
    struct pool_status status;
    struct pool_slot slots[2];
    box_init(&box, TWO);
    box_file(&box, "fake.0", "judging:4:0 wait:go serve");
    box_start(&box);
    CU_ASSERT(box_await(&box, 0, POOL_JUDGING, 0) && box_await(&box, 1, POOL_IDLE, 0));
    CU_ASSERT_EQUAL(box_ask(&box, POOL_DRAIN, 0, &e), 0);
    CU_ASSERT(box_await(&box, 1, POOL_DOWN, 0));
    CU_ASSERT_EQUAL(box.last[0].state, POOL_ENDING);
    CU_ASSERT_EQUAL(pool_read_status(box.home, &status, slots, 2, &e), 2);
    CU_ASSERT_EQUAL(status.draining, 1);
    CU_ASSERT(status.node_pid > 0);
    box_file(&box, "go", "");
    CU_ASSERT(box_await(&box, 0, POOL_DOWN, 0));
    (void)poll(NULL, 0, 400); /* longer than any delay of a restart here: that nothing starts is what is to be seen */
    CU_ASSERT_EQUAL(pool_read_status(box.home, &status, slots, 2, &e), 2);
    CU_ASSERT(slots[0].pid == 0 && slots[1].pid == 0);
    CU_ASSERT_EQUAL(box_ask(&box, POOL_RESUME, 0, &e), 0);
    CU_ASSERT(box_await(&box, 0, POOL_IDLE, 1) && box_await(&box, 1, POOL_IDLE, 1));
    box_fini(&box);
}

static void test_scale(void)
{
    struct box box;
    struct err e;
    struct pool_status status;
    struct pool_slot slots[8];
    box_init(&box, ONE);
    box_file(&box, "fake.2", "judging:4:0 wait:go serve");
    box_start(&box);
    CU_ASSERT_EQUAL(box_ask(&box, POOL_SCALE, 3, &e), 0);
    for (int i = 0; i < 2; i++)
        CU_ASSERT(box_await(&box, i, POOL_IDLE, 0));
    CU_ASSERT(box_await(&box, 2, POOL_JUDGING, 0));
    CU_ASSERT_EQUAL(box_ask(&box, POOL_SCALE, 1, &e), 0);
    CU_ASSERT(box_await(&box, 1, POOL_DOWN, 0));
    CU_ASSERT_EQUAL(pool_read_status(box.home, &status, slots, 8, &e), 3); /* one of them still has a job */
    box_file(&box, "go", "");
    CU_ASSERT(box_await(&box, 2, POOL_DOWN, 0));
    CU_ASSERT_EQUAL(pool_read_status(box.home, &status, slots, 8, &e), 1);
    CU_ASSERT_EQUAL(slots[0].restarts, 0);
    static const int wrong[] = {0, -1, 101, INT32_MAX, INT32_MIN};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        UNIT_CHECK(box_ask(&box, POOL_SCALE, wrong[i], &e) != 0, "%d slots", wrong[i]);
        UNIT_CHECK(strstr(e.text, "1 to 100 can be") != NULL, "%d slots: %s", wrong[i], e.text);
    }
    /* Back again before the one that was told to end has ended. */
    CU_ASSERT_EQUAL(box_ask(&box, POOL_SCALE, 2, &e), 0);
    CU_ASSERT(box_await(&box, 1, POOL_IDLE, 1));
    box_fini(&box);
}

static void test_hundred(void)
{
    struct box box;
    struct err e;
    if (UNIT_SANITIZED) {
        unit_skip("a hundred processes of a sanitized program");
        return;
    }
    box_init(&box, ONE);
    box.times.silent_ms = 20000; /* they start all at once here */
    box_start(&box);
    CU_ASSERT_EQUAL(box_ask(&box, POOL_SCALE, SUPERVISOR_SLOTS, &e), 0);
    for (int i = 0; i < SUPERVISOR_SLOTS; i++)
        CU_ASSERT(box_await(&box, i, POOL_IDLE, 0));
    static struct pool_slot slots[POOL_SLOTS];
    struct pool_status status;
    CU_ASSERT_EQUAL(pool_read_status(box.home, &status, slots, POOL_SLOTS, &e), SUPERVISOR_SLOTS);
    CU_ASSERT_EQUAL(kill(box.pid, SIGTERM), 0);
    CU_ASSERT_EQUAL(box_wait(&box), 0);
    CU_ASSERT_EQUAL(box_count(&box, "fake.log", "end "), SUPERVISOR_SLOTS + 1);
    box_fini(&box);
}

static void test_restart_one(void)
{
    struct box box;
    struct err e;
    box_init(&box, TWO);
    box_file(&box, "fake.1", "judging:4:0 wait:go serve");
    box_start(&box);
    CU_ASSERT(box_await(&box, 1, POOL_JUDGING, 0));
    CU_ASSERT_EQUAL(box_ask(&box, POOL_RESTART, 1, &e), 0);
    CU_ASSERT(box_await(&box, 1, POOL_ENDING, 0));
    box_file(&box, "go", "");
    CU_ASSERT(box_await(&box, 1, POOL_IDLE, 1));
    CU_ASSERT_EQUAL(box.last[0].restarts, 0);
    CU_ASSERT_EQUAL(box.last[1].jobs, 2); /* the script has it a second time */
    CU_ASSERT(box_ask(&box, POOL_RESTART, 2, &e) != 0 && box_ask(&box, POOL_RESTART, -2, &e) != 0);
    box_fini(&box);
}

/* Never two of them at once. */
static void test_restart_in_turn(void)
{
    struct box box;
    struct err e;
    box_init(&box, THREE);
    box_start(&box);
    for (int i = 0; i < 3; i++)
        CU_ASSERT(box_await(&box, i, POOL_IDLE, 0));
    CU_ASSERT_EQUAL(box_ask(&box, POOL_RESTART, -1, &e), 0);
    struct pool_slot slot;
    bool good = true;
    box.end_us = clock_now_us() + BOX_PATIENCE_US;
    while (good && (box.last[2].restarts < 1 || box.last[2].state != POOL_IDLE)) {
        int away = 0;
        good = box_next(&box, &slot);
        for (int i = 0; i < 3; i++)
            away += box.last[i].state != POOL_IDLE;
        CU_ASSERT(away <= 1);
    }
    for (int i = 0; i < 3; i++)
        CU_ASSERT_EQUAL(box.last[i].restarts, 1);
    CU_ASSERT(box_await_text(&box, "log/judged.log", "restarted=3 slots", 1));
    box_fini(&box);
}

/* An upgrade that does not work takes one slot, not all. */
static void test_restart_stops(void)
{
    struct box box;
    struct err e;
    box_init(&box, TWO);
    box_start(&box);
    for (int i = 0; i < 2; i++)
        CU_ASSERT(box_await(&box, i, POOL_IDLE, 0));
    box_file(&box, "fake", "exit:2");
    CU_ASSERT_EQUAL(box_ask(&box, POOL_RESTART, -1, &e), 0);
    CU_ASSERT(box_await_text(&box, "log/judged.log", "slot=0 does not come up again (exited with 2)", 1));
    CU_ASSERT(box_await(&box, 0, POOL_DOWN, 2));
    CU_ASSERT_EQUAL(box.last[1].restarts, 0);
    CU_ASSERT_EQUAL(box.last[1].state, POOL_IDLE);
    box_fini(&box);
}

/* ---- SIGHUP */

static void test_reload(void)
{
    struct box box;
    box_init(&box, TWO);
    box_file(&box, "fake.0", "judging:4:0 wait:go serve");
    box_start(&box);
    CU_ASSERT(box_await(&box, 0, POOL_JUDGING, 0) && box_await(&box, 1, POOL_IDLE, 0));
    CU_ASSERT(box_await_text(&box, "fake.log", "start node", 1));
    box_file(&box, "etc/judge.conf", THREE);
    CU_ASSERT_EQUAL(kill(box.pid, SIGHUP), 0);
    CU_ASSERT(box_await(&box, 2, POOL_IDLE, 0));
    CU_ASSERT(box_await_text(&box, "fake.log", "hup 0", 1) && box_await_text(&box, "fake.log", "hup 1", 1));
    CU_ASSERT(box_await_text(&box, "fake.log", "start node", 2));
    CU_ASSERT_EQUAL(box.last[0].state, POOL_JUDGING);
    box_file(&box, "etc/judge.conf", ONE);
    CU_ASSERT_EQUAL(kill(box.pid, SIGHUP), 0);
    CU_ASSERT(box_await(&box, 1, POOL_DOWN, 0) && box_await(&box, 2, POOL_DOWN, 0));
    box_file(&box, "go", "");
    CU_ASSERT(box_await(&box, 0, POOL_IDLE, 0));
    CU_ASSERT_EQUAL(box.last[0].restarts, 0);
    CU_ASSERT_EQUAL(box.died.slot, -1);
    box_fini(&box);
}

static void test_reload_of_nonsense(void)
{
    struct box box;
    struct err e;
    box_init(&box, TWO);
    box_start(&box);
    CU_ASSERT(box_await(&box, 0, POOL_IDLE, 0) && box_await(&box, 1, POOL_IDLE, 0));
    CU_ASSERT(box_await_text(&box, "fake.log", "start node", 1));
    box_file(&box, "etc/judge.conf", "[pool]\nworkers = 1\nworker = 3\n");
    CU_ASSERT_EQUAL(kill(box.pid, SIGHUP), 0);
    CU_ASSERT(box_await_text(&box, "log/judged.log", "the configuration stays as it was", 1));
    CU_ASSERT(box_count(&box, "log/judged.log", "judge.conf:3: ") >= 1);
    CU_ASSERT(box_ask(&box, POOL_RELOAD, 0, &e) != 0);
    CU_ASSERT(strstr(e.text, "stays as it was") != NULL);
    CU_ASSERT_EQUAL(box_count(&box, "fake.log", "hup"), 0);
    CU_ASSERT_EQUAL(box_count(&box, "fake.log", "start"), 3);
    struct pool_status status;
    struct pool_slot slots[2];
    CU_ASSERT_EQUAL(pool_read_status(box.home, &status, slots, 2, &e), 2);
    box_fini(&box);
}

/* Nobody can work, and the delays are long: once the configuration is mended, they start at once, judge_node too. */
static void test_reload_mends(void)
{
    struct box box;
    box_init(&box, ONE);
    box.times.first_ms = box.times.last_ms = 1000000;
    box_file(&box, "fake", "exit:2");
    box_file(&box, "fake.node", "exit:2");
    box_start(&box);
    CU_ASSERT(box_await(&box, 0, POOL_DOWN, 0));
    CU_ASSERT(box_await_text(&box, "log/judged.log", "died=\"exited with 2\"", 2));
    box_file(&box, "fake", "serve");
    box_file(&box, "fake.node", "serve");
    CU_ASSERT_EQUAL(kill(box.pid, SIGHUP), 0);
    CU_ASSERT(box_await(&box, 0, POOL_IDLE, 1));
    CU_ASSERT(box_await_text(&box, "fake.log", "start node", 2));
    box_fini(&box);
}

/* One that is still starting hears of it when it listens. */
static void test_reload_of_starting(void)
{
    struct box box;
    box_init(&box, ONE);
    box_file(&box, "fake", "mute:go serve");
    box_start(&box);
    CU_ASSERT(box_await_text(&box, "fake.log", "start 0", 1));
    CU_ASSERT_EQUAL(kill(box.pid, SIGHUP), 0);
    CU_ASSERT(box_await_text(&box, "log/judged.log", "configuration read again", 1));
    CU_ASSERT_EQUAL(box_count(&box, "fake.log", "hup 0"), 0);
    box_file(&box, "go", "");
    CU_ASSERT(box_await(&box, 0, POOL_IDLE, 0));
    CU_ASSERT(box_await_text(&box, "fake.log", "hup 0", 1));
    box_fini(&box);
}

/* ---- systemd */

/* Hears messages until one is, or begins with, the text. */
static bool heard(int fd, const char *text)
{
    char message[256];
    struct pollfd ready = {.fd = fd, .events = POLLIN};
    while (poll(&ready, 1, (int)(BOX_PATIENCE_US / 1000)) > 0) {
        ssize_t count = recv(fd, message, sizeof message - 1, 0);
        if (count < 0)
            return false;
        message[count] = '\0';
        if (str_starts(message, text))
            return true;
    }
    return false;
}

static void test_systemd(void)
{
    struct box box;
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    char name[64];
    (void)str_format(name, sizeof name, "@judge-test-systemd-%d", (int)getpid());
    memcpy(address.sun_path + 1, name + 1, strlen(name) - 1);
    int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    CU_ASSERT_FATAL(fd >= 0);
    CU_ASSERT_FATAL(bind(fd, (const struct sockaddr *)&address,
                         (socklen_t)(offsetof(struct sockaddr_un, sun_path) + strlen(name))) == 0);
    box_init(&box, ONE);
    CU_ASSERT_FATAL(setenv("NOTIFY_SOCKET", name, 1) == 0 && setenv("WATCHDOG_USEC", "200000", 1) == 0);
    box_start(&box);
    (void)unsetenv("NOTIFY_SOCKET");
    (void)unsetenv("WATCHDOG_USEC");
    CU_ASSERT(heard(fd, "READY=1"));
    CU_ASSERT(box_await(&box, 0, POOL_IDLE, 0));
    for (int i = 0; i < 3; i++)
        CU_ASSERT(heard(fd, "WATCHDOG=1\nSTATUS="));
    CU_ASSERT_EQUAL(kill(box.pid, SIGHUP), 0);
    CU_ASSERT(heard(fd, "RELOADING=1\nMONOTONIC_USEC="));
    CU_ASSERT(heard(fd, "READY=1"));
    box_file(&box, "etc/judge.conf", "nonsense\n");
    CU_ASSERT_EQUAL(kill(box.pid, SIGHUP), 0);
    CU_ASSERT(heard(fd, "RELOADING=1"));
    CU_ASSERT(heard(fd, "READY=1")); /* what was in force is */
    CU_ASSERT_EQUAL(kill(box.pid, SIGTERM), 0);
    CU_ASSERT(heard(fd, "STOPPING=1"));
    CU_ASSERT_EQUAL(box_wait(&box), 0);
    CU_ASSERT(box_count(&box, "fake.log", "notify=0") >= 2);
    CU_ASSERT_EQUAL(box_count(&box, "fake.log", "notify=1"), 0);
    file_close(&fd);
    box_fini(&box);
}

/* ---- clients */

/* True where the other side has closed, whatever came before. */
static bool is_closed(int fd)
{
    struct err e;
    char byte[2048];
    struct pollfd ready = {.fd = fd, .events = POLLIN};
    (void)e;
    for (;;) {
        if (poll(&ready, 1, (int)(BOX_PATIENCE_US / 1000)) <= 0)
            return false;
        ssize_t count = recv(fd, byte, sizeof byte, 0);
        if (count <= 0)
            return count == 0 || errno == ECONNRESET;
    }
}

static void test_nonsense(void)
{
    struct box box;
    struct err e;
    box_init(&box, ONE);
    box_start(&box);
    struct pool_request request = {.magic = POOL_MAGIC + 1, .command = POOL_STATUS};
    static const size_t sizes[] = {1, sizeof request - 1, sizeof request, sizeof request + 1, 60000};
    static char bytes[60000];
    memcpy(bytes, &request, sizeof request);
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        int fd = pool_connect(box.home, &e);
        CU_ASSERT_FATAL(fd >= 0);
        CU_ASSERT_EQUAL(send(fd, bytes, sizes[i], MSG_NOSIGNAL), (ssize_t)sizes[i]);
        UNIT_CHECK(is_closed(fd), "%zu bytes are not refused", sizes[i]);
        file_close(&fd);
    }
    CU_ASSERT(box_ask(&box, (enum pool_command)4711, 0, &e) != 0);
    CU_ASSERT(strstr(e.text, "no command 4711") != NULL);
    CU_ASSERT(box_ask(&box, (enum pool_command) - 1, 0, &e) != 0);
    CU_ASSERT(box_await(&box, 0, POOL_IDLE, 0));
    box_fini(&box);
}

/* Only the slot that holds the job hears of it; a client that watches gets no answer, or it would not know it from a slot. */
static void test_cancel(void)
{
    struct box box;
    struct err e;
    box_init(&box, ONE);
    box_file(&box, "fake", "idle judging:1001:0 wait:go");
    box_start(&box);
    CU_ASSERT(box_await(&box, 0, POOL_JUDGING, 0));
    int fd = pool_connect(box.home, &e);
    CU_ASSERT_FATAL(fd >= 0);
    static const char *const others[] = {"", "100", "10011", "t:abcdefg"};
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        CU_ASSERT_EQUAL(pool_cancel(fd, others[i], &e), 0);
    char name[100];
    memset(name, 'x', sizeof name - 1);
    name[sizeof name - 1] = '\0';
    CU_ASSERT_EQUAL(pool_cancel(fd, name, &e), -1);
    struct pool_request request = {.magic = POOL_MAGIC, .command = POOL_CANCEL, .text = "1002"};
    CU_ASSERT_EQUAL(send(box.fd, &request, sizeof request, MSG_NOSIGNAL), (ssize_t)sizeof request);
    memset(request.text, 'y', sizeof request.text); /* not terminated */
    CU_ASSERT_EQUAL(send(box.fd, &request, sizeof request, MSG_NOSIGNAL), (ssize_t)sizeof request);
    CU_ASSERT_EQUAL(box_count(&box, "log/judged.log", "is told to end"), 0);
    /* The fake dies of the signal. By its token as by its id. */
    UNIT_CHECK(pool_cancel(fd, "1001", &e) == 1, "%s", e.text);
    CU_ASSERT(box_await(&box, 0, POOL_JUDGING, 1));
    UNIT_CHECK(pool_cancel(fd, "t:abcdefgh", &e) == 1, "%s", e.text);
    CU_ASSERT(box_await_text(&box, "log/judged.log", "killed by signal 10", 2));
    file_close(&fd);
    box_fini(&box);
}

/* It watches and never reads, while a slot changes all the time: it is dropped, and nobody has waited for it. */
static void test_never_reads(void)
{
    struct box box;
    struct err e;
    box_init(&box, ONE);
    box_file(&box, "fake", "idle judging:1:0 loop");
    box_start(&box);
    file_close(&box.fd);
    int fd = pool_connect(box.home, &e);
    CU_ASSERT_FATAL(fd >= 0 && pool_send(fd, POOL_WATCH, 0, &e) == 0);
    CU_ASSERT(box_await_text(&box, "log/judged.log", "does not read is dropped", 1));
    CU_ASSERT(is_closed(fd));
    file_close(&fd);
    struct pool_status status;
    struct pool_slot slots[1];
    CU_ASSERT_EQUAL(pool_read_status(box.home, &status, slots, 1, &e), 1);
    CU_ASSERT(slots[0].jobs > 100);
    CU_ASSERT_EQUAL(slots[0].restarts, 0);
    box_fini(&box);
}

static void test_many_watch(void)
{
    enum { MANY = 50 };
    struct box box;
    struct err e;
    int fds[MANY];
    box_init(&box, ONE);
    box_file(&box, "fake", "idle wait:go judging:77:0 wait:end");
    box_start(&box);
    CU_ASSERT(box_await(&box, 0, POOL_IDLE, 0));
    for (int i = 0; i < MANY; i++) {
        struct pool_slot slot;
        fds[i] = pool_connect(box.home, &e);
        CU_ASSERT_FATAL(fds[i] >= 0 && pool_send(fds[i], POOL_WATCH, 0, &e) == 0);
        CU_ASSERT_EQUAL(pool_receive(fds[i], &slot, sizeof slot, POOL_ANSWER_MS, &e), 1);
        CU_ASSERT_EQUAL(slot.state, POOL_IDLE);
    }
    box_file(&box, "go", "");
    for (int i = 0; i < MANY; i++) {
        struct pool_slot slot;
        CU_ASSERT_EQUAL(pool_receive(fds[i], &slot, sizeof slot, POOL_ANSWER_MS, &e), 1);
        CU_ASSERT_EQUAL(slot.state, POOL_JUDGING);
        CU_ASSERT_STRING_EQUAL(slot.report.id, "77");
        file_close(&fds[i]);
    }
    box_file(&box, "end", "");
    box_fini(&box);
}

/* More than there is room for: refused, and let in again when others have gone. */
static void test_too_many(void)
{
    struct box box;
    struct err e;
    static int fds[CONTROL_CLIENTS + 10];
    int refused = 0;
    box_init(&box, ONE);
    box_start(&box);
    CU_ASSERT(box_await(&box, 0, POOL_IDLE, 0));
    for (size_t i = 0; i < sizeof fds / sizeof *fds; i++) {
        struct pool_status status;
        fds[i] = pool_connect(box.home, &e);
        CU_ASSERT_FATAL(fds[i] >= 0);
        (void)pool_send(fds[i], POOL_STATUS, 0, &e); /* fails where it was closed already */
        if (pool_receive(fds[i], &status, sizeof status, POOL_ANSWER_MS, &e) != 1) {
            /* Where our question came first, there is only the closing. */
            UNIT_CHECK(strstr(e.text, "too many connections") != NULL || strstr(e.text, "has closed") != NULL, "%s",
                       e.text);
            refused++;
        }
    }
    CU_ASSERT_EQUAL(refused, 10 + 1); /* the box's own watches */
    for (size_t i = 0; i < sizeof fds / sizeof *fds; i++)
        file_close(&fds[i]);
    CU_ASSERT_EQUAL(box_ask(&box, POOL_RESUME, 0, &e), 0);
    box_fini(&box);
}

/* The socket is for root and the group of judge_node's user. */
static void test_group_of_socket(void)
{
    struct box box;
    struct stat info;
    char path[PATH_MAX];
    const struct passwd *user = getpwnam("nobody");
    if (geteuid() != 0 || user == NULL) {
        unit_skip("needs root, and the user nobody");
        return;
    }
    gid_t group = user->pw_gid;
    box_init(&box, ONE "[node]\nuser = nobody\n");
    box_start(&box);
    (void)str_format(path, sizeof path, "%s/run/judged.sock", box.home);
    CU_ASSERT_EQUAL(stat(path, &info), 0);
    CU_ASSERT(info.st_uid == 0 && info.st_gid == group && (info.st_mode & 07777) == 0660);
    box_fini(&box);
}

/* Another user may ask and not change. */
static void test_other_user(void)
{
    static const struct {
        enum pool_command command;
        bool may;
    } rows[] = {{POOL_DRAIN, false},  {POOL_RESUME, false},  {POOL_SCALE, false},
                {POOL_RELOAD, false}, {POOL_RESTART, false}, {POOL_STATUS, true}};
    struct box box;
    struct stat info;
    char path[PATH_MAX];
    if (geteuid() != 0) {
        unit_skip("becoming another user needs root");
        return;
    }
    box_init(&box, ONE);
    box_start(&box);
    CU_ASSERT(box_await(&box, 0, POOL_IDLE, 0));
    (void)str_format(path, sizeof path, "%s/run/judged.sock", box.home);
    CU_ASSERT_EQUAL(stat(path, &info), 0);
    CU_ASSERT_EQUAL(info.st_mode & 07777, 0660);
    CU_ASSERT_EQUAL(chmod(path, 0666), 0);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        (void)fflush(stdout);
        pid_t pid = fork();
        CU_ASSERT_FATAL(pid >= 0);
        if (pid == 0) {
            struct err e = {""};
            struct pool_status status;
            struct pool_slot slots[1];
            if (setgid(65534) != 0 || setuid(65534) != 0)
                _exit(3);
            if (rows[i].command == POOL_STATUS)
                _exit(pool_read_status(box.home, &status, slots, 1, &e) == 1 ? 0 : 1);
            bool done = box_ask(&box, rows[i].command, 1, &e) == 0;
            _exit(done ? 0 : strstr(e.text, "only root") != NULL ? 1 : 2);
        }
        int code = -1;
        CU_ASSERT_EQUAL(waitpid(pid, &code, 0), pid);
        UNIT_CHECK(code == (rows[i].may ? 0 : 1 << 8), "row %zu: %x", i, (unsigned)code);
    }
    box_fini(&box);
}

/* Signals that mean nothing here do nothing here. */
static void test_other_signals(void)
{
    static const int numbers[] = {SIGUSR1, SIGUSR2, SIGALRM, SIGQUIT, SIGPIPE};
    struct box box;
    struct err e;
    struct pool_status status;
    struct pool_slot slots[1];
    box_init(&box, ONE);
    box_start(&box);
    CU_ASSERT(box_await(&box, 0, POOL_IDLE, 0));
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        CU_ASSERT_EQUAL(kill(box.pid, numbers[i]), 0);
        UNIT_CHECK(pool_read_status(box.home, &status, slots, 1, &e) == 1, "signal %d: %s", numbers[i], e.text);
    }
    box_fini(&box);
}

/* Somebody cleans up in OJ_HOME/run, and judge_node ends: the next one finds judged, or the leases of what is judged would run out. */
static void test_names_removed(void)
{
    static const char *const commands[][2] = {{"judged.sock", NULL}, {"judged.sock", "judged.pid"}};
    struct box box;
    struct err e;
    struct pool_status status;
    struct pool_slot slots[1];
    char path[PATH_MAX], moved[PATH_MAX];
    box_init(&box, ONE);
    box_start(&box);
    CU_ASSERT(box_await(&box, 0, POOL_IDLE, 0));
    for (size_t i = 0; i < 3; i++) {
        CU_ASSERT(
            box_await_text(&box, "fake.log", "start node", (int)i + 1)); /* one that is killed later tells no more */
        if (pool_read_status(box.home, &status, slots, 1, &e) != 1)
            break; /* which the round before has told */
        for (size_t k = 0; i < 2 && k < 2 && commands[i][k] != NULL; k++) {
            (void)str_format(path, sizeof path, "%s/run/%s", box.home, commands[i][k]);
            CU_ASSERT_EQUAL(unlink(path), 0);
        }
        (void)str_format(path, sizeof path, "%s/run", box.home);
        (void)str_format(moved, sizeof moved, "%s/run.old", box.home);
        if (i == 2)
            CU_ASSERT_EQUAL(rename(path, moved), 0);
        CU_ASSERT_EQUAL(kill(status.node_pid, SIGKILL), 0);
        CU_ASSERT(box_await_text(&box, "fake.log", "start node", (int)i + 2));
        UNIT_CHECK(pool_read_status(box.home, &status, slots, 1, &e) == 1, "%zu: %s", i, e.text);
        char pid[32] = "", want[32];
        (void)str_format(path, sizeof path, "%s/run/judged.pid", box.home);
        (void)str_format(want, sizeof want, "%d\n", (int)status.pid);
        UNIT_CHECK(file_read(AT_FDCWD, path, pid, sizeof pid, NULL) >= 0 && strcmp(pid, want) == 0, "%zu: %s", i, pid);
    }
    box_fini(&box);
}

static const struct unit_test tests[] = {
    {"drain_and_resume", test_drain_and_resume},
    {"scale", test_scale},
    {"hundred", test_hundred},
    {"restart_one", test_restart_one},
    {"restart_in_turn", test_restart_in_turn},
    {"restart_stops", test_restart_stops},
    {"reload", test_reload},
    {"reload_of_nonsense", test_reload_of_nonsense},
    {"reload_mends", test_reload_mends},
    {"reload_of_starting", test_reload_of_starting},
    {"systemd", test_systemd},
    {"nonsense", test_nonsense},
    {"cancel", test_cancel},
    {"never_reads", test_never_reads},
    {"many_watch", test_many_watch},
    {"too_many", test_too_many},
    {"group_of_socket", test_group_of_socket},
    {"names_removed", test_names_removed},
    {"other_signals", test_other_signals},
    {"other_user", test_other_user},
};

BOX_MAIN("judged_control", tests)
