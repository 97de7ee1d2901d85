/*
 * supervisor_slot.c - carries out what slot_table says: starts, signals and buries processes. In judged, root.
 */
#include "judged/supervisor_parts.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/clock.h"
#include "common/file.h"
#include "common/log.h"
#include "common/str.h"
#include "judged/child.h"

#include "common/banned.h"

enum { SUPERVISOR_READ_REPORTS = 16, SUPERVISOR_READ_LAST = 32, SUPERVISOR_NAME = 24, SUPERVISOR_CANNOT_WORK = 2 };

bool supervisor_wants(const struct supervisor *supervisor, const struct slot *slot)
{
    if (slot->number < 0)
        return !supervisor->stopping;
    return !supervisor->stopping && !supervisor->draining && !slot->finished && slot->number < supervisor->target;
}

/* "slot=2" or "judge_node", for a line of the log. */
static const char *slot_name(const struct slot *slot, char name[SUPERVISOR_NAME])
{
    if (slot->number < 0)
        (void)str_copy(name, SUPERVISOR_NAME, "judge_node"); /* both fit */
    else
        (void)str_format(name, SUPERVISOR_NAME, "slot=%d", slot->number);
    return name;
}

static void tell(struct supervisor *supervisor, const struct slot *slot, enum pool_event event)
{
    struct pool_slot message;
    if (slot->number < 0)
        return;
    slot_tell(slot, event, &message);
    control_tell(&supervisor->control, &message, sizeof message);
}

/* ---- start */

/* Its processor: one more than its number, so that the first stays free as long as there are more of them than workers. */
static int slot_cpu(const struct supervisor *supervisor, const struct slot *slot)
{
    if (!supervisor->settings.pin || supervisor->cpu_count == 0)
        return -1;
    return supervisor->cpus[(slot->number + 1) % supervisor->cpu_count];
}

static pid_t execute(const struct supervisor *supervisor, struct slot *slot, struct err *e)
{
    const struct supervisor_config *config = &supervisor->config;
    char number[16];
    char cpu[16];
    const char *argv[16];
    int count = 0;
    int core = slot_cpu(supervisor, slot);
    (void)str_format(number, sizeof number, "%d", slot->number); /* these fit */
    (void)str_format(cpu, sizeof cpu, "%d", core);
    argv[count++] = slot->number < 0 ? config->node : config->client;
    if (slot->number >= 0) {
        argv[count++] = "--slot";
        argv[count++] = number;
    }
    argv[count++] = "--home";
    argv[count++] = config->home;
    if (slot->number >= 0 && core >= 0) {
        argv[count++] = "--cpu";
        argv[count++] = cpu;
    }
    if (slot->number >= 0 && config->cgroup_parent[0] != '\0') {
        argv[count++] = "--cgroup-parent";
        argv[count++] = config->cgroup_parent;
    }
    if (config->debug)
        argv[count++] = "--debug";
    if (slot->number < 0 && supervisor->node_died)
        argv[count++] = "--after-kill";
    if (slot->number >= 0 && config->once)
        argv[count++] = "--once";
    argv[count] = NULL;
    return child_start((char *const *)(const void *)argv, &slot->report_fd,
                       e); /* execv's old prototype: it changes none */
}

static void start(struct supervisor *supervisor, struct slot *slot, int64_t now_us)
{
    char name[SUPERVISOR_NAME];
    struct err e;
    bool again = slot->why[0] != '\0' || slot->jobs > 0 || slot->restarts > 0;
    if (slot->number < 0) /* which finds us by them, and tells the queue who lives */
        supervisor_mend_names(supervisor);
    pid_t pid = execute(supervisor, slot, &e);
    if (pid < 0) {
        (void)str_copy(slot->why, sizeof slot->why, e.text); /* cut: still a reason */
        log_warnx("%s cannot be started: %s", slot_name(slot, name), e.text);
        supervisor_event(supervisor, slot, SLOT_DIED, now_us);
        return;
    }
    slot->pid = pid;
    slot->restarts += again;
    if (slot->held == 0)
        log_debug("%s pid=%d started", slot_name(slot, name), (int)pid);
}

/* ---- events */

static void send_signal(struct slot *slot, int number)
{
    if (slot->pid > 0 && kill(slot->pid, number) != 0)
        log_warn("signal %d to process %d", number, (int)slot->pid);
}

void supervisor_kill(struct supervisor *supervisor, struct slot *slot, const char *why)
{
    char name[SUPERVISOR_NAME];
    if (slot->pid <= 0 || slot->killed)
        return;
    slot->killed = true;
    (void)str_copy(slot->why, sizeof slot->why, why); /* ours are short */
    log_warnx("%s pid=%d is killed: %s", slot_name(slot, name), (int)slot->pid, why);
    send_signal(slot, SIGKILL);
    tell(supervisor, slot, POOL_EVENT_STATE);
}

/* Why a slot is killed, for its log line and for status. */
static void say_why(const struct slot *slot, enum slot_event event, int64_t now_us, char *why, size_t size)
{
    if (event == SLOT_SILENT)
        (void)str_format(why, size, "silent for %lld s", (long long)((now_us - slot->heard_us + 500000) / 1000000));
    else
        (void)str_format(why, size, "%lld ms past its job's time",
                         (long long)((now_us - slot->report.deadline_us) / 1000));
}

void supervisor_event(struct supervisor *supervisor, struct slot *slot, enum slot_event event, int64_t now_us)
{
    char why[sizeof slot->why];
    enum pool_state before = slot->state;
    switch (slot_take_event(slot, event, supervisor->config.times, now_us)) {
    case SLOT_START:
        start(supervisor, slot, now_us);
        break;
    case SLOT_TERM:
        send_signal(slot, SIGTERM);
        break;
    case SLOT_KILL:
        say_why(slot, event, now_us, why, sizeof why);
        supervisor_kill(supervisor, slot, why);
        return;
    case SLOT_HUP:
        slot->reload = !slot->spoke;
        if (slot->spoke)
            send_signal(slot, SIGHUP);
        return;
    case SLOT_HEAR:
        if (slot->reload)
            send_signal(slot, SIGHUP);
        slot->reload = false;
        break;
    case SLOT_IMPOSSIBLE:
        log_warnx("slot=%d: %s in state %s cannot be: a fault of judged", slot->number, slot_event_name(event),
                  pool_state_name((int)slot->state));
        return;
    default:
        break;
    }
    if (slot->state != before)
        tell(supervisor, slot, POOL_EVENT_STATE);
}

int supervisor_cancel(struct supervisor *supervisor, const char *job)
{
    for (int i = 0; i < SUPERVISOR_SLOTS; i++) {
        struct slot *slot = &supervisor->slots[i];
        if (slot->pid <= 0 || !slot_has_job(slot) ||
            (strcmp(slot->report.id, job) != 0 && strcmp(slot->report.token, job) != 0))
            continue;
        log_info("slot=%d pid=%d is told to end submission=%s", slot->number, (int)slot->pid, slot->report.id);
        send_signal(slot, SIGUSR1);
        return i;
    }
    return -1;
}

/* ---- reports */

static void hear(struct supervisor *supervisor, struct slot *slot, const struct pool_report *report, int64_t now_us)
{
    struct pool_report old = slot->report;
    enum pool_state before = slot->state;
    int event = slot_hear(slot, report, supervisor->config.times, now_us);
    if (event < 0) {
        supervisor_kill(supervisor, slot, "its reports are not of this version: judged must be restarted");
        return;
    }
    supervisor_event(supervisor, slot, (enum slot_event)event, now_us);
    if (slot->state == before && memcmp(&old, &slot->report, sizeof old) != 0)
        tell(supervisor, slot, POOL_EVENT_STATE);
}

/* Whatever judge_node says is a sign of life; only what has the form of a report may ask for patience. */
static void hear_node(struct supervisor *supervisor, struct slot *slot, const unsigned char *bytes, size_t size,
                      int64_t now_us)
{
    struct pool_report report = {.magic = 0};
    if (size >= sizeof report)
        memcpy(&report, bytes + size - sizeof report, sizeof report);
    struct pool_report idle = {.magic = POOL_MAGIC, .state = POOL_IDLE};
    if (report.magic == POOL_MAGIC)
        idle.quiet_ms = report.quiet_ms;
    hear(supervisor, slot, &idle, now_us);
}

/* Returns what it has read, 0 where there is nothing now. */
static ssize_t read_some(struct supervisor *supervisor, struct slot *slot, int64_t now_us)
{
    unsigned char bytes[SUPERVISOR_READ_REPORTS * sizeof(struct pool_report)];
    size_t size = slot->part_size;
    memcpy(bytes, slot->part, size);
    ssize_t count = read(slot->report_fd, bytes + size, sizeof bytes - size);
    if (count == 0)
        file_close(&slot->report_fd); /* it ends, or it will be silent */
    if (count <= 0)
        return 0;
    size += (size_t)count;
    if (slot->number < 0) {
        hear_node(supervisor, slot, bytes, size, now_us);
        return count;
    }
    size_t at = 0;
    for (; size - at >= sizeof(struct pool_report); at += sizeof(struct pool_report)) {
        struct pool_report report;
        memcpy(&report, bytes + at, sizeof report);
        hear(supervisor, slot, &report, now_us);
    }
    slot->part_size = size - at;
    memcpy(slot->part, bytes + at, slot->part_size);
    return count;
}

void supervisor_read(struct supervisor *supervisor, struct slot *slot, int64_t now_us)
{
    if (slot->report_fd >= 0)
        (void)read_some(supervisor, slot, now_us); /* the rest at the next turn: others wait as well */
}

/* ---- ends */

static void bury(struct supervisor *supervisor, struct slot *slot, int status, int64_t now_us)
{
    char name[SUPERVISOR_NAME];
    char why[sizeof slot->why];
    pid_t pid = slot->pid;
    /* What it said before it died comes first: at most a pipe's content, whoever else may hold the other end. */
    for (int i = 0; i < SUPERVISOR_READ_LAST && slot->report_fd >= 0 && read_some(supervisor, slot, now_us) > 0; i++)
        ;
    file_close(&slot->report_fd);
    enum slot_event event = slot_end(slot, status, why, sizeof why);
    if (!slot->killed)
        (void)str_copy(slot->why, sizeof slot->why, why); /* of one size */
    struct pool_report last = slot->report;
    bool orderly = event == SLOT_ENDED;
    bool told = slot->state == POOL_ENDING;
    if (slot_has_job(slot) && orderly)
        slot->jobs++;
    else if (slot_has_job(slot))
        tell(supervisor, slot, POOL_EVENT_DIED);
    /* One that cannot work, and has said why, will not be able to the next time. */
    bool cannot = WIFEXITED(status) && WEXITSTATUS(status) == SUPERVISOR_CANNOT_WORK;
    if (supervisor->config.once && slot->number >= 0 && (orderly || cannot))
        slot->finished = true;
    if (slot->number < 0)
        supervisor->node_died = WIFSIGNALED(status);
    supervisor->failed = supervisor->failed || (slot->finished && cannot);
    supervisor_event(supervisor, slot, event, now_us);
    if (event == SLOT_HELD && slot->held > 1)
        return;
    bool wanted = supervisor_wants(supervisor, slot);
    char restart[48] = "";
    if (wanted)
        (void)str_format(restart, sizeof restart, " restart_ms=%lld", (long long)((slot->due_us - now_us) / 1000));
    if (orderly && (told || !wanted))
        log_info("%s pid=%d ended%s", slot_name(slot, name), (int)pid, restart);
    else
        log_warnx("%s pid=%d died=\"%s\"%s%s%s", slot_name(slot, name), (int)pid, slot->why,
                  last.id[0] == '\0' ? "" : " submission=", last.id, restart);
}

void supervisor_reap(struct supervisor *supervisor, int64_t now_us)
{
    int status;
    pid_t pid;
    while ((pid = waitpid(-1, &status, WNOHANG)) > 0) {
        struct slot *slot = NULL;
        for (int i = 0; i < SUPERVISOR_SLOTS && slot == NULL; i++) {
            if (supervisor->slots[i].pid == pid)
                slot = &supervisor->slots[i];
        }
        if (slot == NULL && supervisor->node.pid == pid)
            slot = &supervisor->node;
        if (slot != NULL)
            bury(supervisor, slot, status, now_us);
        else
            supervisor->orphans++;
    }
}
