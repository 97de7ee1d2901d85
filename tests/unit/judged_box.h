/*
 * judged_box.h - for the tests of judged: a home in a temporary folder, a judged in a process of its own, watched over its
 * socket, and the fake worker that the test's own binary is when judged executes it.
 *
 * A fake does what OJ_HOME/fake.SLOT (or OJ_HOME/fake; of judge_node OJ_HOME/fake.node) says, words between blanks:
 *     starting idle judging:ID:MS storing:ID    reports (MS from now: the deadline; 0 none)
 *     wait:FILE     says the same again and again until OJ_HOME/FILE is there
 *     mute:FILE     the same without a word
 *     serve         idle until SIGTERM; with --once not at all
 *     lock          takes the slot's lock or exits with 75
 *     quiet:MS      asks for that much patience from the next report on
 *     halves:ID     a judging report in two parts       junk    bytes that are no report
 *     orphan        leaves a process behind whose parent ends before it
 *     loop exit:N kill:SIGNAL
 * and then ends with 0. Its life is told in OJ_HOME/fake.log: "start SLOT pid ...", "hup SLOT", "term SLOT", "end SLOT".
 */
#ifndef JUDGED_BOX_H
#define JUDGED_BOX_H

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/clock.h"
#include "common/file.h"
#include "common/log.h"
#include "common/pool.h"
#include "common/str.h"
#include "judged/daemon.h"
#include "judged/supervisor.h"
#include "tests/unit/unit.h"

#define BOX_PATIENCE_US (INT64_C(30) * 1000000)
#define BOX_USED __attribute__((unused)) /* not each program uses each function */

/* ---- the fake: a worker or judge_node */

static volatile sig_atomic_t fake_signalled[NSIG];

struct fake {
    const char *home, *slot; /* slot "node": judge_node */
    bool once;
    struct pool_report report;
};

static void fake_path(const struct fake *fake, char path[PATH_MAX], const char *name)
{
    if (str_format(path, PATH_MAX, "%s/%s", fake->home, name) != 0)
        _exit(99);
}

__attribute__((format(printf, 2, 3))) static void fake_log(const struct fake *fake, const char *format, ...)
{
    char path[PATH_MAX], line[2048];
    va_list args;
    va_start(args, format);
    int length = vsnprintf(line, sizeof line, format, args);
    va_end(args);
    fake_path(fake, path, "fake.log");
    int fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
    if (fd < 0 || write(fd, line, (size_t)length) != length)
        _exit(98);
    (void)close(fd);
}

static void fake_heard(int number)
{
    fake_signalled[number] = 1;
}

/* Tells of signals that have come. */
static void fake_look(const struct fake *fake)
{
    static const struct {
        int number;
        const char *name;
    } table[] = {{SIGHUP, "hup"}, {SIGTERM, "term"}};
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        if (fake_signalled[table[i].number] == 1) {
            fake_signalled[table[i].number] = 2;
            fake_log(fake, "%s %s\n", table[i].name, fake->slot);
            if (table[i].number == SIGHUP)
                fake_signalled[SIGHUP] = 0;
        }
    }
}

static void fake_send(const struct fake *fake, const void *bytes, size_t size)
{
    if (write(POOL_REPORT_FD, bytes, size) < 0 && errno == EPIPE) {
        fake_signalled[SIGTERM] = 2;
        fake_log(fake, "alone %s\n", fake->slot);
        (void)close(POOL_REPORT_FD);
    }
}

static void fake_say(struct fake *fake, enum pool_state state, const char *text)
{
    int64_t ms = 0;
    fake->report.magic = POOL_MAGIC;
    fake->report.state = (uint32_t)state;
    fake->report.id[0] = fake->report.token[0] = '\0';
    fake->report.deadline_us = 0;
    if (text != NULL) {
        size_t length = strcspn(text, ":");
        (void)str_format(fake->report.id, sizeof fake->report.id, "%.*s", (int)length, text);
        (void)str_format(fake->report.token, sizeof fake->report.token, "%s", "t:abcdefgh");
        if (text[length] == ':' && str_to_int64(text + length + 1, 0, 1000000, &ms) == 0 && ms > 0)
            fake->report.deadline_us = clock_now_us() + ms * 1000;
    }
    fake_send(fake, &fake->report, sizeof fake->report);
}

static void fake_pause(const struct fake *fake)
{
    (void)poll(NULL, 0, 20);
    fake_look(fake);
}

/* Until the file is there; name NULL: until SIGTERM. */
static void fake_wait(struct fake *fake, const char *name, bool speaks)
{
    char path[PATH_MAX];
    fake_path(fake, path, name == NULL ? "" : name);
    for (int i = 1; name == NULL ? !fake_signalled[SIGTERM] : access(path, F_OK) != 0; i++) {
        fake_pause(fake);
        if (access(fake->home, F_OK) != 0)
            _exit(94); /* the test is over */
        if (speaks && i % 5 == 0)
            fake_send(fake, &fake->report, sizeof fake->report);
    }
    fake_look(fake);
}

/* What it was given: descriptors, signals, process group, arguments. */
static void fake_describe(const struct fake *fake, int argc, char **argv)
{
    char text[1024] = "", status[4096], zero[64] = "";
    for (int fd = 0; fd < 1024; fd++) {
        size_t length = strlen(text);
        if (fcntl(fd, F_GETFD) >= 0)
            (void)str_format(text + length, sizeof text - length, "%s%d", length == 0 ? "fds=" : ",", fd);
    }
    ssize_t count = readlink("/proc/self/fd/0", zero, sizeof zero - 1);
    size_t length = strlen(text);
    (void)str_format(text + length, sizeof text - length, " zero=%s leader=%d notify=%d", count > 0 ? zero : "?",
                     getpgrp() == getpid(), getenv("NOTIFY_SOCKET") != NULL || getenv("WATCHDOG_USEC") != NULL);
    static const char *const lines[] = {"SigBlk:", "SigIgn:"};
    if (file_read(AT_FDCWD, "/proc/self/status", status, sizeof status, NULL) < 0)
        _exit(97);
    for (size_t i = 0; i < 2; i++) {
        const char *at = strstr(status, lines[i]);
        length = strlen(text);
        if (at != NULL)
            (void)str_format(text + length, sizeof text - length, " %.7s%.16s", lines[i], at + 8);
    }
    for (int i = 1; i < argc; i++) {
        length = strlen(text);
        (void)str_format(text + length, sizeof text - length, " %s", argv[i]);
    }
    fake_log(fake, "start %s %d %s .\n", fake->slot, (int)getpid(), text);
}

static void fake_lock(const struct fake *fake)
{
    char path[PATH_MAX], name[64];
    (void)str_format(name, sizeof name, "lock.%s", fake->slot);
    fake_path(fake, path, name);
    int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0644);
    if (fd < 0 || flock(fd, LOCK_EX | LOCK_NB) != 0)
        _exit(75);
}

static void fake_orphan(const struct fake *fake)
{
    int ends[2];
    char byte;
    if (pipe2(ends, O_CLOEXEC) != 0)
        _exit(96);
    pid_t middle = fork();
    if (middle == 0) {
        if (fork() != 0)
            _exit(0);
        fake_log(fake, "orphan %d\n", (int)getpid());
        (void)close(ends[0]);
        (void)close(ends[1]);
        (void)poll(NULL, 0, 200); /* longer than its parent, who ends at once */
        _exit(0);
    }
    (void)close(ends[1]);
    (void)waitpid(middle, NULL, 0);
    (void)!read(ends[0], &byte, 1); /* until it is about to end as well */
    (void)close(ends[0]);
}

static void fake_halves(struct fake *fake, const char *id)
{
    char whole[sizeof fake->report];
    fake->report.magic = POOL_MAGIC;
    fake->report.state = POOL_JUDGING;
    (void)str_copy(fake->report.id, sizeof fake->report.id, id);
    memcpy(whole, &fake->report, sizeof whole);
    fake_send(fake, whole, 100);
    fake_pause(fake);
    fake_pause(fake);
    fake_send(fake, whole + 100, sizeof whole - 100);
}

static void fake_do(struct fake *fake, const char *word)
{
    const char *rest = strchr(word, ':');
    int64_t number = 0;
    size_t length = rest == NULL ? strlen(word) : (size_t)(rest - word);
    rest = rest == NULL ? NULL : rest + 1;
    if (rest != NULL)
        (void)str_to_int64(rest, 0, 1000000, &number);
#define FAKE_IS(name) (length == sizeof(name) - 1 && strncmp(word, name, length) == 0)
    if (FAKE_IS("starting"))
        fake_say(fake, POOL_STARTING, NULL);
    else if (FAKE_IS("idle"))
        fake_say(fake, POOL_IDLE, NULL);
    else if (FAKE_IS("judging"))
        fake_say(fake, POOL_JUDGING, rest);
    else if (FAKE_IS("storing"))
        fake_say(fake, POOL_STORING, rest);
    else if (FAKE_IS("wait"))
        fake_wait(fake, rest, true);
    else if (FAKE_IS("mute"))
        fake_wait(fake, rest, false);
    else if (FAKE_IS("lock"))
        fake_lock(fake);
    else if (FAKE_IS("quiet"))
        fake->report.quiet_ms = (int32_t)number;
    else if (FAKE_IS("halves"))
        fake_halves(fake, rest);
    else if (FAKE_IS("junk"))
        for (int i = 0; i < 40; i++)
            fake_send(fake, "junkjunkjunkjunkjunk", 20);
    else if (FAKE_IS("orphan"))
        fake_orphan(fake);
    else if (FAKE_IS("serve")) {
        fake_say(fake, POOL_IDLE, NULL);
        if (!fake->once)
            fake_wait(fake, NULL, true);
    } else if (FAKE_IS("exit"))
        _exit((int)number);
    else if (FAKE_IS("kill"))
        (void)raise((int)number);
    else
        _exit(95);
}

static int fake_main(int argc, char **argv)
{
    static char text[4096];
    struct fake fake = {.home = "/", .slot = "node"};
    char path[PATH_MAX], name[64];
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--slot") == 0 && i + 1 < argc)
            fake.slot = argv[++i];
        else if (strcmp(argv[i], "--home") == 0 && i + 1 < argc)
            fake.home = argv[++i];
        else if (strcmp(argv[i], "--once") == 0)
            fake.once = true;
    }
    struct sigaction action = {.sa_handler = fake_heard};
    (void)sigaction(SIGTERM, &action, NULL);
    (void)sigaction(SIGHUP, &action, NULL);
    fake_describe(&fake, argc, argv);
    (void)signal(SIGPIPE, SIG_IGN);
    (void)str_format(name, sizeof name, "fake.%s", fake.slot);
    fake_path(&fake, path, name);
    if (file_read(AT_FDCWD, path, text, sizeof text, NULL) < 0) {
        fake_path(&fake, path, "fake");
        if (strcmp(fake.slot, "node") == 0 || file_read(AT_FDCWD, path, text, sizeof text, NULL) < 0)
            (void)str_copy(text, sizeof text, "serve");
    }
    for (;;) {
        static char words[sizeof text];
        char *save = NULL;
        bool again = false;
        memcpy(words, text, sizeof words);
        for (char *word = strtok_r(words, " \n", &save); word != NULL; word = strtok_r(NULL, " \n", &save)) {
            again = strcmp(word, "loop") == 0 && !fake_signalled[SIGTERM];
            if (strcmp(word, "loop") != 0)
                fake_do(&fake, word);
            fake_look(&fake);
        }
        if (!again)
            break;
    }
    /* judged ends judge_node with the last worker: not before it can say so. */
    fake_path(&fake, path, "fake.log");
    for (int i = 0; i < 250 && fake.once; i++) {
        bool there = file_read(AT_FDCWD, path, text, sizeof text, NULL) >= 0 && strstr(text, "start node") != NULL;
        if (there)
            break;
        (void)poll(NULL, 0, 20); /* only a pause */
    }
    fake_log(&fake, "end %s\n", fake.slot);
    return 0;
}

/* The main of a test program with a fake in it. */
#define BOX_MAIN(module, tests)                                                                                        \
    int main(int argc, char **argv)                                                                                    \
    {                                                                                                                  \
        if (argc > 1 && argv[1][0] == '-')                                                                             \
            return fake_main(argc, argv);                                                                              \
        (void)signal(SIGPIPE, SIG_IGN);                                                                                \
        return unit_main(module, tests, sizeof(tests) / sizeof((tests)[0]), argc, argv);                               \
    }

/* ---- the box */

/* Long enough for a busy machine, short enough to be waited for. */
static const struct slot_times box_times = {.start_ms = 20000,
                                            .silent_ms = 2000,
                                            .slack_ms = 300,
                                            .first_ms = 100,
                                            .last_ms = 800,
                                            .held_ms = 50,
                                            .healthy_ms = 60000};

struct box {
    char home[64];
    pid_t pid;
    int fd; /* watches */
    struct slot_times times;
    bool once;
    rlim_t descriptors; /* how many judged may have, 0: as many as the test */
    int not_theirs;     /* a descriptor of the test that judged must not keep open, or -1 */
    int64_t end_us;
    struct pool_slot last[SUPERVISOR_SLOTS];
    struct pool_slot died; /* the last such event, slot -1: none */
};

static void box_file(const struct box *box, const char *name, const char *text)
{
    char path[PATH_MAX], other[PATH_MAX];
    (void)str_format(path, sizeof path, "%s/%s", box->home, name);
    (void)str_format(other, sizeof other, "%s/new", box->home);
    int fd = open(other, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    CU_ASSERT_FATAL(fd >= 0 && file_write_all(fd, text, strlen(text)) == 0);
    file_close(&fd);
    CU_ASSERT_FATAL(rename(other, path) == 0);
}

static void box_init(struct box *box, const char *conf)
{
    static const char *const folders[] = {"etc", "run", "log"};
    char path[PATH_MAX];
    *box = (struct box){.fd = -1, .times = box_times, .not_theirs = -1, .died.slot = -1};
    (void)str_copy(box->home, sizeof box->home, "/tmp/test_judged.XXXXXX");
    CU_ASSERT_FATAL(mkdtemp(box->home) != NULL && chmod(box->home, 0755) == 0);
    for (size_t i = 0; i < 3; i++) {
        (void)str_format(path, sizeof path, "%s/%s", box->home, folders[i]);
        CU_ASSERT_FATAL(mkdir(path, 0755) == 0);
    }
    box_file(box, "etc/judge.conf", conf);
}

/* The child's side: what judged's main does, with the test as its programs. */
__attribute__((noreturn)) static void box_judged(const struct box *box)
{
    static char self[PATH_MAX], log[PATH_MAX];
    static struct settings settings;
    struct daemon daemon = {.home_fd = -1, .run_fd = -1, .pid_fd = -1, .ready_fd = -1};
    struct notify notify;
    struct err e;
    (void)str_format(log, sizeof log, "%s/log/judged.log", box->home);
    int not_theirs = box->not_theirs;
    struct rlimit limit = {.rlim_cur = box->descriptors, .rlim_max = box->descriptors};
    if (box->descriptors > 0 && setrlimit(RLIMIT_NOFILE, &limit) != 0)
        _exit(93);
    log_init("judged", 1);
    file_close(&not_theirs);
    int fd = open(log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
    ssize_t length = readlink("/proc/self/exe", self, sizeof self - 1);
    if (fd < 0 || dup2(fd, STDERR_FILENO) < 0 || length < 0)
        _exit(90);
    notify_open(&notify);
    if (supervisor_read_settings(&settings, box->home, &e) != 0 || daemon_lock(&daemon, box->home, &e) != 0) {
        (void)fprintf(stderr, "%s\n", e.text);
        _exit(91);
    }
    const struct supervisor_config config = {.home = box->home,
                                             .client = self,
                                             .node = self,
                                             .cgroup_parent = "",
                                             .times = &box->times,
                                             .notify = &notify,
                                             .daemon = &daemon,
                                             .debug = true,
                                             .once = box->once};
    struct supervisor *supervisor = supervisor_new(&config, &settings, &e);
    if (supervisor == NULL) {
        (void)fprintf(stderr, "%s\n", e.text);
        _exit(92);
    }
    notify_must(&notify, "READY=1");
    int code = supervisor_run(supervisor);
    notify_close(&notify);
    supervisor_free(supervisor);
    daemon_unlock(&daemon);
    _exit(code);
}

static void box_watch(struct box *box)
{
    struct err e;
    box->end_us = clock_now_us() + BOX_PATIENCE_US;
    while ((box->fd = pool_connect(box->home, &e)) < 0 && clock_now_us() < box->end_us &&
           waitpid(box->pid, NULL, WNOHANG) == 0)
        (void)poll(NULL, 0, 2); /* there is nothing to wait on before the socket is there */
    CU_ASSERT_FATAL(box->fd >= 0);
    CU_ASSERT_FATAL(pool_send(box->fd, POOL_WATCH, 0, &e) == 0);
}

static void box_start(struct box *box)
{
    (void)fflush(stdout); /* or it would be printed twice */
    box->pid = fork();
    CU_ASSERT_FATAL(box->pid >= 0);
    if (box->pid == 0)
        box_judged(box);
    box_watch(box);
}

/* The last that judged and its children have said, for a failure's sake. */
static void box_show(const struct box *box)
{
    static const char *const names[] = {"log/judged.log", "fake.log"};
    static char text[1 << 20];
    for (size_t i = 0; i < 2; i++) {
        char path[PATH_MAX];
        char *save = NULL;
        (void)str_format(path, sizeof path, "%s/%s", box->home, names[i]);
        ssize_t length = file_read(AT_FDCWD, path, text, sizeof text, NULL);
        char *at = length > 3000 ? text + length - 3000 : text;
        for (char *line = length < 0 ? NULL : strtok_r(at, "\n", &save); line != NULL;
             line = strtok_r(NULL, "\n", &save))
            printf("# %s\n", line);
    }
}

/* The next message; false where none came in time, or judged closed. */
static bool box_next(struct box *box, struct pool_slot *slot)
{
    struct err e = {"nothing came"};
    int64_t left_ms = (box->end_us - clock_now_us()) / 1000;
    if (pool_receive(box->fd, slot, sizeof *slot, left_ms < 0 ? 0 : (int)left_ms, &e) != 1) {
        UNIT_CHECK(0, "judged: %s", e.text);
        box_show(box);
        return false;
    }
    if (slot->slot >= 0 && slot->slot < SUPERVISOR_SLOTS) {
        if (slot->event == POOL_EVENT_DIED)
            box->died = *slot;
        else
            box->last[slot->slot] = *slot;
    }
    return true;
}

/* Until the slot is in that state, having been restarted at least so often. */
static bool box_await(struct box *box, int slot, enum pool_state state, int restarts)
{
    struct pool_slot message;
    box->end_us = clock_now_us() + BOX_PATIENCE_US;
    while (box->last[slot].magic != POOL_MAGIC || box->last[slot].state != (int32_t)state ||
           box->last[slot].restarts < restarts) {
        if (!box_next(box, &message)) {
            printf("# slot %d did not become %s\n", slot, pool_state_name((int)state));
            return false;
        }
    }
    return true;
}

/* How often the text is in the file of the home. */
static int box_count(const struct box *box, const char *name, const char *text)
{
    static char whole[1 << 20];
    char path[PATH_MAX];
    int count = 0;
    (void)str_format(path, sizeof path, "%s/%s", box->home, name);
    if (file_read(AT_FDCWD, path, whole, sizeof whole, NULL) < 0)
        return 0;
    for (const char *at = whole; (at = strstr(at, text)) != NULL; at++)
        count++;
    return count;
}

/* Until it is there so often. */
static bool box_await_text(const struct box *box, const char *name, const char *text, int count)
{
    int64_t end_us = clock_now_us() + BOX_PATIENCE_US;
    while (box_count(box, name, text) < count) {
        if (clock_now_us() > end_us) {
            UNIT_CHECK(0, "'%s' is not %d times in %s", text, count, name);
            box_show(box);
            return false;
        }
        (void)poll(NULL, 0, 5); /* a file tells nobody */
    }
    return true;
}

/* Waits for judged's end; its exit code, or 128 + signal, or -1. */
static int box_wait(struct box *box)
{
    int status;
    int64_t end_us = clock_now_us() + BOX_PATIENCE_US;
    pid_t pid;
    while ((pid = waitpid(box->pid, &status, WNOHANG)) == 0) {
        if (clock_now_us() > end_us) {
            UNIT_CHECK(0, "judged does not end");
            box_show(box);
            return -1;
        }
        (void)poll(NULL, 0, 2); /* as above */
    }
    CU_ASSERT_FATAL(pid == box->pid);
    box->pid = 0;
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

static int box_remove_one(const char *path, const struct stat *info, int kind, struct FTW *where)
{
    (void)info;
    (void)kind;
    (void)where;
    return remove(path);
}

/* Ends what is left and removes the home. */
static void box_fini(struct box *box)
{
    file_close(&box->fd);
    if (box->pid > 0) {
        (void)kill(box->pid, SIGCONT);
        (void)kill(box->pid, SIGTERM);
        (void)kill(box->pid, SIGTERM);
        CU_ASSERT_EQUAL(box_wait(box), 0);
    }
    CU_ASSERT_EQUAL(nftw(box->home, box_remove_one, 16, FTW_DEPTH | FTW_PHYS), 0);
}

/* A request with its answer; 0 done. */
BOX_USED static int box_ask(const struct box *box, enum pool_command command, int argument, struct err *e)
{
    struct pool_answer answer;
    int fd = pool_connect(box->home, e);
    int result = fd < 0 ? -1 : pool_ask(fd, command, argument, &answer, e);
    file_close(&fd);
    return result;
}

/* True where the process is gone, which is waited for. */
BOX_USED static bool box_is_gone(pid_t pid)
{
    int64_t end_us = clock_now_us() + BOX_PATIENCE_US;
    while (kill(pid, 0) == 0) {
        if (clock_now_us() > end_us)
            return false;
        (void)poll(NULL, 0, 2); /* not ours: nothing tells */
    }
    return errno == ESRCH;
}

#endif
