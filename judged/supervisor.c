/*
 * supervisor.c - the loop of judged; see supervisor.h. Root. Links no database, queue or sandbox.
 *
 * Never waits for a child, a client or a file system in the loop; never ends while a child of its own lives, unless that
 * cannot be killed.
 */
#include "judged/supervisor.h"

#include <errno.h>
#include <poll.h>
#include <pwd.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <time.h>
#include <unistd.h>

#include "common/clock.h"
#include "common/file.h"
#include "common/log.h"
#include "common/str.h"
#include "judged/daemon.h"
#include "judged/supervisor_parts.h"

#include "common/banned.h"

enum {
    SUPERVISOR_NODE_US = 10000000, /* what judge_node has after the workers */
    SUPERVISOR_KILL_US = 10000000, /* how long a killed process may take to be gone */
    SUPERVISOR_LATE_US = 1000000,  /* later than this: it was us who did not run */
    SUPERVISOR_FDS = 2 + SUPERVISOR_SLOTS + 1 + CONTROL_CLIENTS
};

/* ---- start */

static void find_cpus(struct supervisor *supervisor)
{
    cpu_set_t set[SUPERVISOR_CPUS / CPU_SETSIZE];
    CPU_ZERO_S(sizeof set, set);
    if (sched_getaffinity(0, sizeof set, set) != 0)
        log_warn("ask for the processors"); /* then nobody is pinned */
    for (int i = 0; i < SUPERVISOR_CPUS; i++) {
        if (CPU_ISSET_S((size_t)i, sizeof set, set))
            supervisor->cpus[supervisor->cpu_count++] = i;
    }
}

static int take_signals(struct supervisor *supervisor, struct err *e)
{
    static const int taken[] = {SIGTERM, SIGINT, SIGHUP, SIGCHLD};
    sigset_t set;
    sigemptyset(&set);
    for (size_t i = 0; i < sizeof taken / sizeof *taken; i++) {
        sigaddset(&set, taken[i]);
        (void)signal(taken[i], SIG_DFL); /* an ignored SIGCHLD would leave nobody to reap */
    }
    /* What some services take for "reload" or "reopen the log" shall not end this one. */
    static const int ignored[] = {SIGPIPE, SIGQUIT, SIGUSR1, SIGUSR2, SIGALRM};
    for (size_t i = 0; i < sizeof ignored / sizeof *ignored; i++)
        (void)signal(ignored[i], SIG_IGN);      /* these exist */
    (void)sigprocmask(SIG_SETMASK, &set, NULL); /* fails for a wrong first argument only */
    supervisor->signal_fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
    return supervisor->signal_fd < 0 ? err_sys(e, errno, "make a descriptor for signals") : 0;
}

/* The group that may ask: judge_node's. */
static gid_t find_group(const char *user)
{
    const struct passwd *entry = getpwnam(user);
    if (entry != NULL)
        return entry->pw_gid;
    log_warnx("there is no user '%s' ([node] user): only root may ask for the pool's state", user);
    return (gid_t)-1;
}

struct supervisor *supervisor_new(const struct supervisor_config *config, const struct settings *settings,
                                  struct err *e)
{
    int64_t now_us = clock_now_us();
    struct supervisor *supervisor = calloc(1, sizeof *supervisor);
    if (supervisor == NULL) {
        (void)err_set(e, "no memory");
        return NULL;
    }
    supervisor->config = *config;
    supervisor->settings = *settings;
    supervisor->signal_fd = supervisor->control.fd = -1;
    supervisor->roll.slot = -1;
    supervisor->node_died = config->daemon->killed;
    supervisor->started_s = (int64_t)time(NULL);
    supervisor->ping_us = now_us;
    find_cpus(supervisor);
    supervisor->target = supervisor_workers(supervisor, settings);
    slot_init(&supervisor->node, -1, config->times, now_us);
    for (int i = 0; i < SUPERVISOR_SLOTS; i++)
        slot_init(&supervisor->slots[i], i, config->times, now_us);
    if (prctl(PR_SET_CHILD_SUBREAPER, 1) != 0)
        log_warn("become the reaper of orphans"); /* then init is */
    gid_t group = geteuid() == 0 ? find_group(settings->node_user) : (gid_t)-1;
    if (take_signals(supervisor, e) != 0 ||
        control_open(&supervisor->control, config->daemon->run_fd, group, supervisor_answer, supervisor, e) != 0) {
        supervisor_free(supervisor);
        return NULL;
    }
    return supervisor;
}

void supervisor_free(struct supervisor *supervisor)
{
    control_close(&supervisor->control);
    file_close(&supervisor->signal_fd);
    file_close(&supervisor->node.report_fd);
    for (int i = 0; i < SUPERVISOR_SLOTS; i++)
        file_close(&supervisor->slots[i].report_fd);
    free(supervisor);
}

/* ---- end */

static bool workers_are_gone(const struct supervisor *supervisor)
{
    for (int i = 0; i < SUPERVISOR_SLOTS; i++) {
        if (supervisor->slots[i].state != POOL_DOWN)
            return false;
    }
    return true;
}

static void kill_workers(struct supervisor *supervisor, const char *why, int64_t now_us)
{
    supervisor->killing = true;
    supervisor->end_us = now_us + SUPERVISOR_KILL_US;
    for (int i = 0; i < SUPERVISOR_SLOTS; i++)
        supervisor_kill(supervisor, &supervisor->slots[i], why);
}

static void stop(struct supervisor *supervisor, int64_t now_us)
{
    if (supervisor->killing)
        supervisor_kill(supervisor, &supervisor->node, "asked to end a third time");
    else if (supervisor->stopping)
        kill_workers(supervisor, "asked to end a second time", now_us);
    if (supervisor->stopping)
        return;
    log_info("ending: workers end after their jobs, for at most %lld s",
             (long long)(supervisor->settings.grace_ms / 1000));
    notify_must(supervisor->config.notify, "STOPPING=1\nSTATUS=ending: workers end after their jobs");
    supervisor->stopping = true;
    supervisor->end_us = now_us + supervisor->settings.grace_ms * 1000;
    for (int i = 0; i < SUPERVISOR_SLOTS; i++)
        supervisor_event(supervisor, &supervisor->slots[i], SLOT_STOP, now_us);
}

/* `once`: all workers have found nothing more to do. */
static bool once_is_done(const struct supervisor *supervisor)
{
    for (int i = 0; i < supervisor->target; i++) {
        if (!supervisor->slots[i].finished)
            return false;
    }
    return supervisor->config.once;
}

/* Its time is over: a worker's, or, once they are gone, judge_node's. True where killing has not helped either. */
static bool lose_patience(struct supervisor *supervisor, bool gone, int64_t now_us)
{
    bool killed = gone ? supervisor->node.killed : supervisor->killing;
    if (killed) {
        supervisor_kill(supervisor, &supervisor->node, "the workers cannot be killed");
        return true;
    }
    if (!gone) {
        kill_workers(supervisor, "still there after the time of grace", now_us);
    } else {
        supervisor->end_us = now_us + SUPERVISOR_KILL_US;
        supervisor_kill(supervisor, &supervisor->node, "still there after the workers");
    }
    return false;
}

/* Workers first, then judge_node, which gives back what they held. True where nobody is left, or cannot be ended. */
static bool is_over(struct supervisor *supervisor, int64_t now_us)
{
    if (!supervisor->stopping && once_is_done(supervisor))
        stop(supervisor, now_us);
    if (!supervisor->stopping)
        return false;
    bool gone = workers_are_gone(supervisor);
    if (gone && supervisor->node.state == POOL_DOWN)
        return true;
    if (gone && supervisor->node.state != POOL_ENDING) {
        supervisor->end_us = now_us + SUPERVISOR_NODE_US;
        supervisor_event(supervisor, &supervisor->node, SLOT_STOP, now_us);
    }
    return now_us >= supervisor->end_us && lose_patience(supervisor, gone, now_us);
}

/* ---- the clock */

static int64_t earlier(int64_t a_us, int64_t b_us)
{
    return a_us < b_us ? a_us : b_us;
}

/* Does what is due for a slot; returns when it is next to be looked at. */
static int64_t look_at_slot(struct supervisor *supervisor, struct slot *slot, int64_t now_us)
{
    enum slot_event event;
    const struct slot_times *times = supervisor->config.times;
    if (slot_next(slot, times, supervisor_wants(supervisor, slot), &event) <= now_us)
        supervisor_event(supervisor, slot, event, now_us);
    return slot_next(slot, times, supervisor_wants(supervisor, slot), &event);
}

static void ping(struct supervisor *supervisor)
{
    int counts[POOL_STATES] = {0};
    char text[160];
    int shown = supervisor_shown(supervisor);
    for (int i = 0; i < shown; i++)
        counts[supervisor->slots[i].state]++;
    (void)str_format(text, sizeof text, "WATCHDOG=1\nSTATUS=%s%d slots: %d judging, %d storing, %d idle, %d down",
                     supervisor->stopping   ? "ending, "
                     : supervisor->draining ? "drained, "
                                            : "",
                     shown, counts[POOL_JUDGING], counts[POOL_STORING], counts[POOL_IDLE],
                     counts[POOL_DOWN]); /* it fits */
    notify_send(supervisor->config.notify, text);
}

/* Everything that is due now. Returns when the next is. */
static int64_t look_at_clock(struct supervisor *supervisor, int64_t now_us)
{
    supervisor_roll(supervisor, now_us);
    int64_t next_us = supervisor->stopping ? supervisor->end_us : INT64_MAX;
    for (int i = 0; i < SUPERVISOR_SLOTS; i++)
        next_us = earlier(next_us, look_at_slot(supervisor, &supervisor->slots[i], now_us));
    next_us = earlier(next_us, look_at_slot(supervisor, &supervisor->node, now_us));
    control_expire(&supervisor->control, now_us);
    next_us = earlier(next_us, control_next(&supervisor->control));
    int64_t watchdog_us = supervisor->config.notify->watchdog_us;
    if (watchdog_us > 0) {
        if (supervisor->ping_us <= now_us) {
            ping(supervisor);
            supervisor->ping_us = now_us + watchdog_us;
        }
        next_us = earlier(next_us, supervisor->ping_us);
    }
    return next_us;
}

/* The time. Where it is much later than it should be, we were stopped, or the machine was: nobody else is to be blamed. */
static int64_t look_up(struct supervisor *supervisor, int64_t expected_us)
{
    int64_t now_us = clock_now_us();
    int64_t late_us = now_us - expected_us;
    if (late_us <= SUPERVISOR_LATE_US)
        return now_us;
    log_warnx("was not running for %lld ms", (long long)(late_us / 1000));
    for (int i = -1; i < SUPERVISOR_SLOTS; i++) {
        struct slot *slot = i < 0 ? &supervisor->node : &supervisor->slots[i];
        slot->heard_us = now_us;
        if (slot->report.deadline_us > 0 && slot->report.deadline_us < INT64_MAX - late_us)
            slot->report.deadline_us += late_us;
    }
    return now_us;
}

/* ---- the loop */

static void take_signal(struct supervisor *supervisor, int64_t now_us)
{
    struct signalfd_siginfo info;
    while (read(supervisor->signal_fd, &info, sizeof info) == (ssize_t)sizeof info) {
        switch (info.ssi_signo) {
        case SIGCHLD:
            break; /* many deaths may be one signal: all are looked for below */
        case SIGHUP:
            supervisor_reload(supervisor, now_us);
            break;
        default:
            stop(supervisor, now_us);
        }
    }
    supervisor_reap(supervisor, now_us);
}

/* One poll, until next_us at most, and what it brings. Returns when that came. */
static int64_t turn(struct supervisor *supervisor, int64_t now_us, int64_t next_us)
{
    struct pollfd fds[SUPERVISOR_FDS];
    struct slot *slots[SUPERVISOR_FDS];
    size_t count = 0;
    fds[count++] = (struct pollfd){.fd = supervisor->signal_fd, .events = POLLIN};
    for (int i = -1; i < SUPERVISOR_SLOTS; i++) {
        struct slot *slot = i < 0 ? &supervisor->node : &supervisor->slots[i];
        if (slot->report_fd < 0)
            continue;
        slots[count] = slot;
        fds[count++] = (struct pollfd){.fd = slot->report_fd, .events = POLLIN};
    }
    size_t first_client = count;
    count += control_poll(&supervisor->control, fds + count, now_us);
    struct timespec left = {.tv_sec = 0};
    if (next_us > now_us) {
        left.tv_sec = (time_t)((next_us - now_us) / 1000000);
        left.tv_nsec = (long)((next_us - now_us) % 1000000 * 1000);
    }
    int ready = ppoll(fds, count, next_us == INT64_MAX ? NULL : &left, NULL);
    now_us = look_up(supervisor, next_us > now_us ? next_us : now_us);
    if (ready <= 0)
        return now_us;
    for (size_t i = 1; i < first_client; i++) {
        if (fds[i].revents != 0)
            supervisor_read(supervisor, slots[i], now_us);
    }
    take_signal(supervisor, now_us);
    control_ready(&supervisor->control, fds + first_client, count - first_client, now_us);
    return now_us;
}

int supervisor_run(struct supervisor *supervisor)
{
    log_info("pid=%d home=%s slots=%d", (int)getpid(), supervisor->config.home, supervisor->target);
    int64_t now_us = clock_now_us();
    while (!is_over(supervisor, now_us)) {
        now_us = turn(supervisor, now_us, look_at_clock(supervisor, now_us));
        now_us = look_up(supervisor, now_us); /* what it brought may have taken its time */
    }
    bool left = !workers_are_gone(supervisor) || supervisor->node.state != POOL_DOWN;
    if (left)
        log_warnx("a process cannot be killed (state D in ps): it is left behind");
    log_info("pid=%d ended orphans=%lld", (int)getpid(), (long long)supervisor->orphans);
    return left || supervisor->failed ? 1 : 0;
}
