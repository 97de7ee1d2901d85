/*
 * test_judged.c - judged with fake workers: how they are started, watched, killed, started again and told to end.
 *
 * Needs no root. The times are a tenth of the usual ones or less; test_slot.c has those.
 */
#include <dirent.h>

#include "tests/unit/judged_box.h"

#include "common/banned.h"

#define ONE "[pool]\nworkers = 1\n"
#define TWO "[pool]\nworkers = 2\n"

/* ---- start */

static void test_what_they_get(void)
{
    struct box box;
    struct err e;
    char text[256];
    box_init(&box, TWO);
    /* Whatever judged itself has, its children do not. */
    int stray = open("/dev/null", O_RDONLY); /* not close-on-exec: on purpose */
    (void)signal(SIGUSR1, SIG_IGN);
    box_start(&box);
    (void)signal(SIGUSR1, SIG_DFL);
    file_close(&stray);
    CU_ASSERT(box_await(&box, 0, POOL_IDLE, 0) && box_await(&box, 1, POOL_IDLE, 0));
    CU_ASSERT(box_await_text(&box, "fake.log", "start ", 3));
    CU_ASSERT_EQUAL(box_count(&box, "fake.log", "fds=0,1,2,3 zero=/dev/null leader=1 notify=0"), 3);
    CU_ASSERT_EQUAL(box_count(&box, "fake.log", "SigBlk:0000000000000000"), 3);
    CU_ASSERT_EQUAL(box_count(&box, "fake.log", "SigIgn:0000000000000000"), 3);
    for (int i = 0; i < 2; i++) {
        (void)str_format(text, sizeof text, " --slot %d --home %s --cpu ", i, box.home);
        CU_ASSERT_EQUAL(box_count(&box, "fake.log", text), 1);
    }
    (void)str_format(text, sizeof text, " --home %s --debug .\n", box.home);
    CU_ASSERT_EQUAL(box_count(&box, "fake.log", text), 1); /* judge_node */
    struct pool_status status;
    struct pool_slot slots[4];
    CU_ASSERT_EQUAL(pool_read_status(box.home, &status, slots, 4, &e), 2);
    CU_ASSERT_EQUAL(status.pid, box.pid);
    CU_ASSERT(status.node_pid > 0);
    CU_ASSERT_EQUAL(slots[1].pid, box.last[1].pid);
    box_fini(&box);
}

static void test_no_pinning(void)
{
    struct box box;
    box_init(&box, ONE "pin = no\n");
    box_start(&box);
    CU_ASSERT(box_await(&box, 0, POOL_IDLE, 0));
    CU_ASSERT_EQUAL(box_count(&box, "fake.log", "--cpu"), 0);
    box_fini(&box);
}

static void test_second_is_refused(void)
{
    struct box box, second;
    char text[128];
    box_init(&box, ONE);
    box_start(&box);
    second = box;
    (void)fflush(stdout);
    second.pid = fork();
    if (second.pid == 0)
        box_judged(&second);
    CU_ASSERT_EQUAL(box_wait(&second), 91);
    (void)str_format(text, sizeof text, "judged runs already for %s, as process %d\n", box.home, (int)box.pid);
    CU_ASSERT_EQUAL(box_count(&box, "log/judged.log", text), 1);
    CU_ASSERT(box_await(&box, 0, POOL_IDLE, 0)); /* and the first one does not mind */
    box_fini(&box);
}

/* A pid file of one that is dead, its number now another process'. */
static void test_stale_files(void)
{
    struct box box;
    box_init(&box, ONE);
    box_file(&box, "run/judged.pid", "1\n");
    box_file(&box, "run/judged.sock", "not even a socket");
    box_start(&box);
    CU_ASSERT(box_await(&box, 0, POOL_IDLE, 0));
    box_fini(&box);
}

/* ---- death and restart */

static void test_delay_grows(void)
{
    static const int64_t expected_ms[] = {50, 100, 200, 400, 400};
    struct box box;
    box_init(&box, ONE);
    box.times.first_ms = 50;
    box.times.last_ms = 400;
    box_file(&box, "fake", "exit:3");
    box_start(&box);
    for (int i = 0; i < 5; i++) {
        CU_ASSERT(box_await(&box, 0, POOL_DOWN, i));
        CU_ASSERT_STRING_EQUAL(box.last[0].why, "exited with 3");
        int64_t down_us = box.last[0].since_us;
        CU_ASSERT(box_await(&box, 0, POOL_STARTING, i + 1));
        int64_t delay_us = box.last[0].since_us - down_us;
        UNIT_CHECK(delay_us >= expected_ms[i] * 1000, "death %d: again after %lld us", i, (long long)delay_us);
    }
    CU_ASSERT(box_count(&box, "log/judged.log", " died=\"exited with 3\" restart_ms=200\n") == 1);
    box_fini(&box);
}

static void test_dies_with_job(void)
{
    struct box box;
    box_init(&box, ONE);
    box_file(&box, "fake", "idle judging:1001:0 wait:go kill:9");
    box_start(&box);
    CU_ASSERT(box_await(&box, 0, POOL_JUDGING, 0));
    box_file(&box, "go", "");
    CU_ASSERT(box_await(&box, 0, POOL_DOWN, 0));
    /* The event that says which job it was came first. */
    CU_ASSERT_EQUAL(box.died.slot, 0);
    CU_ASSERT_STRING_EQUAL(box.died.report.id, "1001");
    CU_ASSERT_STRING_EQUAL(box.died.report.token, "t:abcdefgh");
    CU_ASSERT_STRING_EQUAL(box.last[0].report.id, "");
    CU_ASSERT_STRING_EQUAL(box.last[0].why, "killed by signal 9");
    CU_ASSERT_EQUAL(box.last[0].pid, 0);
    CU_ASSERT(
        box_await_text(&box, "log/judged.log", "died=\"killed by signal 9\" submission=1001 restart_ms=100\n", 1));
    box_file(&box, "fake", "serve");
    CU_ASSERT(box_await(&box, 0, POOL_IDLE, 1));
    box_fini(&box);
}

static void test_dies_without_job(void)
{
    struct box box;
    box_init(&box, ONE);
    box_file(&box, "fake", "judging:1001:0 wait:go storing:1001 idle kill:9");
    box_start(&box);
    CU_ASSERT(box_await(&box, 0, POOL_JUDGING, 0));
    box_file(&box, "go", "");
    CU_ASSERT(box_await(&box, 0, POOL_DOWN, 0));
    CU_ASSERT_EQUAL(box.died.slot, -1);
    CU_ASSERT_EQUAL(box.last[0].jobs, 1);
    box_fini(&box);
}

static void test_silent(void)
{
    struct box box;
    box_init(&box, ONE);
    box.times.silent_ms = 700;
    box_file(&box, "fake", "judging:7:0 wait:go mute:never");
    box_start(&box);
    CU_ASSERT(box_await(&box, 0, POOL_JUDGING, 0));
    box_file(&box, "go", "");
    CU_ASSERT(box_await(&box, 0, POOL_DOWN, 0));
    CU_ASSERT_STRING_EQUAL(box.last[0].why, "silent for 1 s");
    CU_ASSERT_STRING_EQUAL(box.died.report.id, "7");
    box_fini(&box);
}

/* One that asks for another patience gets it. */
static void test_patience(void)
{
    struct box box;
    box_init(&box, ONE);
    box.times.silent_ms = 20000;
    box_file(&box, "fake", "idle wait:go quiet:1500 storing:7 mute:never");
    box_start(&box);
    CU_ASSERT(box_await(&box, 0, POOL_IDLE, 0));
    box_file(&box, "go", "");
    CU_ASSERT(box_await(&box, 0, POOL_STORING, 0));
    int64_t since_us = clock_now_us();
    CU_ASSERT(box_await(&box, 0, POOL_DOWN, 0));
    CU_ASSERT(clock_now_us() - since_us > 1000000);
    CU_ASSERT_STRING_EQUAL(box.last[0].why, "silent for 2 s");
    box_fini(&box);
}

static void test_never_speaks(void)
{
    struct box box;
    box_init(&box, ONE);
    box.times.start_ms = 1000;
    box.times.silent_ms = 100;
    box_file(&box, "fake", "mute:never");
    box_start(&box);
    CU_ASSERT(box_await(&box, 0, POOL_DOWN, 0));
    CU_ASSERT_STRING_EQUAL(box.last[0].why, "silent for 1 s");
    box_fini(&box);
}

static void test_stopped(void)
{
    struct box box;
    box_init(&box, ONE);
    box.times.silent_ms = 700;
    box_start(&box);
    CU_ASSERT(box_await(&box, 0, POOL_IDLE, 0));
    pid_t pid = box.last[0].pid;
    CU_ASSERT_EQUAL(kill(pid, SIGSTOP), 0);
    CU_ASSERT(box_await(&box, 0, POOL_IDLE, 1));
    CU_ASSERT_EQUAL(kill(pid, 0), -1);
    box_fini(&box);
}

static void test_overdue(void)
{
    struct box box;
    box_init(&box, ONE);
    box_file(&box, "fake", "idle wait:go judging:8:200 wait:never");
    box_start(&box);
    CU_ASSERT(box_await(&box, 0, POOL_IDLE, 0));
    box_file(&box, "go", "");
    CU_ASSERT(box_await(&box, 0, POOL_DOWN, 0));
    CU_ASSERT(strstr(box.last[0].why, "past its job's time") != NULL);
    CU_ASSERT_STRING_EQUAL(box.died.report.id, "8");
    box_fini(&box);
}

/* What is past its time but only waits for the store is not touched. */
static void test_storing_has_no_end(void)
{
    struct box box;
    box_init(&box, ONE);
    box_file(&box, "fake", "judging:8:200 storing:8 wait:go serve");
    box_start(&box);
    CU_ASSERT(box_await(&box, 0, POOL_STORING, 0));
    (void)poll(NULL, 0, 1000); /* past 200 + 300 ms: that nothing happens is what is to be seen */
    box_file(&box, "go", "");
    CU_ASSERT(box_await(&box, 0, POOL_IDLE, 0));
    CU_ASSERT_EQUAL(box.last[0].restarts, 0);
    box_fini(&box);
}

static void test_other_version(void)
{
    struct box box;
    box_init(&box, ONE);
    box_file(&box, "fake", "junk wait:never");
    box_start(&box);
    CU_ASSERT(box_await(&box, 0, POOL_DOWN, 0));
    CU_ASSERT(strstr(box.last[0].why, "not of this version") != NULL);
    box_fini(&box);
}

static void test_report_in_halves(void)
{
    struct box box;
    box_init(&box, ONE);
    box_file(&box, "fake", "idle halves:55 mute:go halves:56 serve");
    box_start(&box);
    CU_ASSERT(box_await(&box, 0, POOL_JUDGING, 0));
    CU_ASSERT_STRING_EQUAL(box.last[0].report.id, "55");
    box_file(&box, "go", "");
    CU_ASSERT(box_await(&box, 0, POOL_IDLE, 0));
    CU_ASSERT_EQUAL(box.last[0].jobs, 2);
    CU_ASSERT_EQUAL(box.last[0].restarts, 0);
    box_fini(&box);
}

/* The place is held: a short delay that stays, one line. */
static void test_held(void)
{
    struct box box;
    char path[PATH_MAX];
    box_init(&box, ONE);
    box_file(&box, "fake", "starting lock serve");
    (void)str_format(path, sizeof path, "%s/lock.0", box.home);
    int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0644);
    CU_ASSERT_FATAL(fd >= 0 && flock(fd, LOCK_EX) == 0);
    box.not_theirs = fd;
    box_start(&box);
    file_close(&box.fd); /* its states are too many to be all read */
    CU_ASSERT(box_await_text(&box, "fake.log", "start 0", 8));
    CU_ASSERT_EQUAL(box_count(&box, "log/judged.log", "still held"), 1);
    file_close(&fd);
    box_watch(&box);
    CU_ASSERT(box_await(&box, 0, POOL_IDLE, 7));
    box_fini(&box);
}

/* ---- judge_node */

static pid_t node_pid(const struct box *box)
{
    struct pool_status status = {.node_pid = 0};
    struct pool_slot slots[1];
    struct err e;
    return pool_read_status(box->home, &status, slots, 1, &e) < 0 ? -1 : status.node_pid;
}

static void test_node_dies(void)
{
    struct box box;
    char text[128];
    box_init(&box, ONE);
    box_start(&box);
    CU_ASSERT(box_await_text(&box, "fake.log", "start node", 1));
    pid_t pid = node_pid(&box);
    CU_ASSERT_EQUAL(kill(pid, SIGKILL), 0);
    CU_ASSERT(box_await_text(&box, "fake.log", "start node", 2));
    (void)str_format(text, sizeof text, "judge_node pid=%d died=\"killed by signal 9\" restart_ms=100", (int)pid);
    CU_ASSERT_EQUAL(box_count(&box, "log/judged.log", text), 1);
    box_fini(&box);
}

static void test_node_hangs(void)
{
    struct box box;
    box_init(&box, ONE);
    box.times.silent_ms = 700;
    box_file(&box, "fake.node", "idle mute:never");
    box_start(&box);
    CU_ASSERT(box_await_text(&box, "fake.log", "start node", 2));
    CU_ASSERT(box_count(&box, "log/judged.log", "judge_node pid=") >= 1);
    CU_ASSERT(box_count(&box, "log/judged.log", "silent for 1 s") >= 1);
    box_fini(&box);
}

/* ---- the end */

static void test_term_drains(void)
{
    struct box box;
    box_init(&box, TWO);
    box_file(&box, "fake.0", "judging:9:0 wait:go storing:9 serve");
    box_start(&box);
    CU_ASSERT(box_await(&box, 0, POOL_JUDGING, 0) && box_await(&box, 1, POOL_IDLE, 0));
    CU_ASSERT(box_await_text(&box, "fake.log", "start node", 1));
    CU_ASSERT_EQUAL(kill(box.pid, SIGTERM), 0);
    CU_ASSERT(box_await(&box, 1, POOL_DOWN, 0)); /* the idle one goes at once */
    CU_ASSERT_EQUAL(box.last[0].state, POOL_ENDING);
    CU_ASSERT_STRING_EQUAL(box.last[0].report.id, "9");
    CU_ASSERT_EQUAL(box_count(&box, "fake.log", "term node"), 0); /* judge_node stays as long as a job is held */
    box_file(&box, "go", "");
    CU_ASSERT(box_await(&box, 0, POOL_DOWN, 0));
    CU_ASSERT_EQUAL(box.last[0].jobs, 1);
    CU_ASSERT_EQUAL(box.died.slot, -1);
    CU_ASSERT_EQUAL(box_wait(&box), 0);
    CU_ASSERT_EQUAL(box_count(&box, "fake.log", "end "), 3);
    CU_ASSERT_EQUAL(box_count(&box, "fake.log", "term node"), 1);
    CU_ASSERT_EQUAL(box_count(&box, "run/judged.pid", ""), 0); /* removed, as is the socket */
    box_fini(&box);
}

static void test_second_term_kills(void)
{
    struct box box;
    box_init(&box, ONE);
    box_file(&box, "fake", "judging:9:0 wait:never");
    box_start(&box);
    CU_ASSERT(box_await(&box, 0, POOL_JUDGING, 0));
    pid_t pid = box.last[0].pid;
    CU_ASSERT_EQUAL(kill(box.pid, SIGTERM), 0);
    CU_ASSERT(box_await(&box, 0, POOL_ENDING, 0));
    CU_ASSERT_EQUAL(kill(box.pid, SIGINT), 0);
    CU_ASSERT(box_await(&box, 0, POOL_DOWN, 0));
    CU_ASSERT_STRING_EQUAL(box.died.report.id,
                           "9"); /* judge_node hears of it before it is killed itself, or the next one */
    CU_ASSERT_EQUAL(box_wait(&box), 0);
    CU_ASSERT_EQUAL(kill(pid, 0), -1);
    box_fini(&box);
}

/* judge_node does not end: a third one ends it. */
static void test_third_term_kills(void)
{
    struct box box;
    box_init(&box, ONE);
    box_file(&box, "fake.node", "idle wait:never");
    box_start(&box);
    CU_ASSERT(box_await(&box, 0, POOL_IDLE, 0));
    CU_ASSERT(box_await_text(&box, "fake.log", "start node", 1));
    CU_ASSERT_EQUAL(kill(box.pid, SIGTERM), 0);
    CU_ASSERT(box_await_text(&box, "fake.log", "term node", 1));
    CU_ASSERT_EQUAL(kill(box.pid, SIGTERM), 0);
    CU_ASSERT(box_await_text(&box, "log/judged.log", "ending", 1));
    CU_ASSERT_EQUAL(kill(box.pid, 0), 0);
    int64_t end_us = clock_now_us() + BOX_PATIENCE_US;
    while (waitpid(box.pid, NULL, WNOHANG) == 0 && clock_now_us() < end_us) {
        CU_ASSERT_EQUAL(kill(box.pid, SIGTERM), 0); /* two at once may be one */
        (void)poll(NULL, 0, 20);
    }
    box.pid = 0;
    CU_ASSERT_EQUAL(box_count(&box, "log/judged.log", "is killed: asked to end a third time"), 1);
    box_fini(&box);
}

static void test_grace(void)
{
    struct box box;
    box_init(&box, ONE "grace_s = 1\n");
    box_file(&box, "fake", "judging:9:0 wait:never");
    box_start(&box);
    CU_ASSERT(box_await(&box, 0, POOL_JUDGING, 0));
    CU_ASSERT_EQUAL(kill(box.pid, SIGTERM), 0);
    int64_t since_us = clock_now_us();
    CU_ASSERT_EQUAL(box_wait(&box), 0);
    CU_ASSERT(clock_now_us() - since_us >= 1000000);
    CU_ASSERT(box_count(&box, "log/judged.log", "still there after the time of grace") >= 1);
    box_fini(&box);
}

static void test_once(void)
{
    struct box box;
    box_init(&box, TWO);
    box.once = true;
    box_file(&box, "fake.0", "judging:1:0 wait:go serve");
    box_start(&box);
    CU_ASSERT(box_await(&box, 0, POOL_JUDGING, 0) && box_await(&box, 1, POOL_DOWN, 0));
    box_file(&box, "go", "");
    CU_ASSERT_EQUAL(box_wait(&box), 0);
    CU_ASSERT_EQUAL(box_count(&box, "fake.log", "start 1"), 1);
    CU_ASSERT_EQUAL(box_count(&box, "fake.log", "end "), 3);
    CU_ASSERT_EQUAL(box_count(&box, "fake.log", "--once"), 2);
    box_fini(&box);
}

/* Nobody can work: once is not done, and says so. */
static void test_once_in_vain(void)
{
    struct box box;
    box_init(&box, ONE);
    box.once = true;
    box_file(&box, "fake", "exit:2");
    (void)fflush(stdout);
    box.pid = fork(); /* it may be over before anybody has connected */
    if (box.pid == 0)
        box_judged(&box);
    CU_ASSERT_EQUAL(box_wait(&box), 1);
    CU_ASSERT_EQUAL(box_count(&box, "fake.log", "start 0"), 1);
    box_fini(&box);
}

/* Killed itself: the workers go on and end by themselves; the next judged finds a held place, waits, and has it. */
static void test_judged_killed(void)
{
    struct box box;
    box_init(&box, ONE);
    box_file(&box, "fake", "lock judging:1:0 wait:go exit:0");
    box_start(&box);
    CU_ASSERT(box_await(&box, 0, POOL_JUDGING, 0));
    pid_t old = box.last[0].pid;
    CU_ASSERT_EQUAL(kill(box.pid, SIGKILL), 0);
    CU_ASSERT_EQUAL(box_wait(&box), 128 + SIGKILL);
    file_close(&box.fd);
    CU_ASSERT(box_await_text(&box, "fake.log", "alone 0", 1));
    CU_ASSERT_EQUAL(kill(old, 0), 0);
    box_file(&box, "fake.0", "lock serve");
    memset(box.last, 0, sizeof box.last);
    box_start(&box);
    CU_ASSERT(box_await(&box, 0, POOL_DOWN, 1));
    CU_ASSERT_EQUAL(kill(old, 0), 0); /* nobody takes its job from it */
    box_file(&box, "go", "");
    CU_ASSERT(box_await(&box, 0, POOL_IDLE, 1));
    box_fini(&box);
}

/* It and all its children were stopped, as by a machine that slept: nobody is killed for that. */
static void test_all_stopped(void)
{
    struct box box;
    box_init(&box, ONE);
    box.times.silent_ms = 800;
    box_start(&box);
    CU_ASSERT(box_await(&box, 0, POOL_IDLE, 0));
    pid_t pids[3] = {box.pid, box.last[0].pid, node_pid(&box)};
    for (int i = 0; i < 3; i++)
        CU_ASSERT_EQUAL(kill(pids[i], SIGSTOP), 0);
    (void)poll(NULL, 0, 2500); /* what the machine's sleep is */
    for (int i = 0; i < 3; i++)
        CU_ASSERT_EQUAL(kill(pids[i], SIGCONT), 0);
    CU_ASSERT(box_await_text(&box, "log/judged.log", "was not running for", 1));
    CU_ASSERT_EQUAL(kill(pids[1], 0), 0);
    CU_ASSERT_EQUAL(node_pid(&box), pids[2]);
    CU_ASSERT_EQUAL(box_count(&box, "log/judged.log", "is killed"), 0);
    box_fini(&box);
}

static void test_orphans(void)
{
    struct box box;
    char text[4096], path[PATH_MAX];
    int64_t pid;
    box_init(&box, ONE);
    box_file(&box, "fake", "orphan serve");
    box_start(&box);
    CU_ASSERT(box_await(&box, 0, POOL_IDLE, 0));
    (void)str_format(path, sizeof path, "%s/fake.log", box.home);
    CU_ASSERT_FATAL(file_read(AT_FDCWD, path, text, sizeof text, NULL) > 0);
    char *at = strstr(text, "orphan ");
    CU_ASSERT_FATAL(at != NULL);
    at += strlen("orphan ");
    at[strcspn(at, "\n")] = '\0';
    CU_ASSERT_FATAL(str_to_int64(at, 1, INT32_MAX, &pid) == 0);
    CU_ASSERT(box_is_gone((pid_t)pid)); /* not even a zombie */
    CU_ASSERT_EQUAL(kill(box.pid, SIGTERM), 0);
    CU_ASSERT_EQUAL(box_wait(&box), 0);
    CU_ASSERT_EQUAL(box_count(&box, "log/judged.log", "orphans=1"), 1);
    box_fini(&box);
}

/* ---- for months */

static int64_t resident_kib(pid_t pid)
{
    char path[64], text[4096];
    int64_t kib = -1;
    (void)str_format(path, sizeof path, "/proc/%d/status", (int)pid);
    if (file_read(AT_FDCWD, path, text, sizeof text, NULL) < 0)
        return -1;
    char *at = strstr(text, "VmRSS:");
    if (at == NULL)
        return -1;
    at += strspn(at + 6, " \t") + 6;
    at[strcspn(at, " ")] = '\0';
    return str_to_int64(at, 0, INT64_MAX, &kib) == 0 ? kib : -1;
}

static int descriptors(pid_t pid)
{
    char path[64];
    int count = 0;
    (void)str_format(path, sizeof path, "/proc/%d/fd", (int)pid);
    DIR *folder = opendir(path);
    CU_ASSERT_FATAL(folder != NULL);
    while (readdir(folder) != NULL)
        count++;
    (void)closedir(folder);
    return count;
}

static void test_many_restarts(void)
{
    struct box box;
    int few = UNIT_SANITIZED ? 30 : 100, many = UNIT_SANITIZED ? 200 : 1000;
    box_init(&box, ONE);
    box.times.first_ms = box.times.last_ms = 0;
    box_file(&box, "fake", "judging:1:0 kill:9");
    box_start(&box);
    CU_ASSERT(box_await(&box, 0, POOL_STARTING, few));
    int64_t before_kib = resident_kib(box.pid);
    int before = descriptors(box.pid);
    CU_ASSERT(box_await(&box, 0, POOL_STARTING, many));
    int64_t after_kib = resident_kib(box.pid);
    /* A page or two may be touched late. The sanitizers keep what was freed. */
    if (!UNIT_SANITIZED)
        UNIT_CHECK(after_kib - before_kib <= 64, "%lld KiB, then %lld", (long long)before_kib, (long long)after_kib);
    int after = descriptors(box.pid);
    UNIT_CHECK(after <= before + 1, "%d descriptors, then %d", before, after); /* one may be there at the moment */
    box_fini(&box);
}

/* There are no descriptors left: a worker is tried again, a client waits, nothing spins. */
static void test_no_descriptors(void)
{
    enum { CLIENTS = 30 };
    struct box box;
    struct err e;
    struct rusage before, after;
    int fds[CLIENTS], open_now = 0;
    box_init(&box, ONE);
    for (int fd = 0; fd < 100; fd++)
        open_now = fcntl(fd, F_GETFD) >= 0 ? fd + 1 : open_now;
    box.descriptors = (rlim_t)open_now + 16; /* its own, two children, and some of the clients */
    CU_ASSERT_EQUAL(getrusage(RUSAGE_CHILDREN, &before), 0);
    box_start(&box);
    CU_ASSERT(box_await(&box, 0, POOL_IDLE, 0));
    for (int i = 0; i < CLIENTS; i++) {
        fds[i] = pool_connect(box.home, &e);
        CU_ASSERT_FATAL(fds[i] >= 0 && pool_send(fds[i], POOL_WATCH, 0, &e) == 0);
    }
    CU_ASSERT_EQUAL(kill(box.last[0].pid, SIGKILL), 0);
    CU_ASSERT(box_await_text(&box, "log/judged.log", "slot=0 cannot be started: make a pipe: Too many open files", 2));
    for (int i = 0; i < CLIENTS; i++)
        file_close(&fds[i]);
    CU_ASSERT(box_await(&box, 0, POOL_IDLE, 1));
    CU_ASSERT_EQUAL(kill(box.pid, SIGTERM), 0);
    CU_ASSERT_EQUAL(box_wait(&box), 0);
    CU_ASSERT_EQUAL(getrusage(RUSAGE_CHILDREN, &after), 0);
    int64_t cpu_us = (after.ru_utime.tv_sec - before.ru_utime.tv_sec) * 1000000 + after.ru_utime.tv_usec -
                     before.ru_utime.tv_usec + (after.ru_stime.tv_sec - before.ru_stime.tv_sec) * 1000000 +
                     after.ru_stime.tv_usec - before.ru_stime.tv_usec;
    if (!UNIT_SANITIZED)
        UNIT_CHECK(cpu_us < 150000, "%lld us of CPU time", (long long)cpu_us);
    box_fini(&box);
}

static const struct unit_test tests[] = {
    {"what_they_get", test_what_they_get},
    {"no_pinning", test_no_pinning},
    {"second_is_refused", test_second_is_refused},
    {"stale_files", test_stale_files},
    {"delay_grows", test_delay_grows},
    {"dies_with_job", test_dies_with_job},
    {"dies_without_job", test_dies_without_job},
    {"silent", test_silent},
    {"patience", test_patience},
    {"never_speaks", test_never_speaks},
    {"stopped", test_stopped},
    {"overdue", test_overdue},
    {"storing_has_no_end", test_storing_has_no_end},
    {"other_version", test_other_version},
    {"report_in_halves", test_report_in_halves},
    {"held", test_held},
    {"node_dies", test_node_dies},
    {"node_hangs", test_node_hangs},
    {"term_drains", test_term_drains},
    {"second_term_kills", test_second_term_kills},
    {"third_term_kills", test_third_term_kills},
    {"grace", test_grace},
    {"once", test_once},
    {"once_in_vain", test_once_in_vain},
    {"judged_killed", test_judged_killed},
    {"all_stopped", test_all_stopped},
    {"orphans", test_orphans},
    {"no_descriptors", test_no_descriptors},
    {"many_restarts", test_many_restarts},
};

BOX_MAIN("judged", tests)
