/*
 * supervisor_pool.c - what concerns all slots at once, and the requests of the control socket. In judged, root.
 */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "common/clock.h"
#include "common/log.h"
#include "common/str.h"
#include "judged/daemon.h"
#include "judged/supervisor_parts.h"

#include "common/banned.h"

int supervisor_shown(const struct supervisor *supervisor)
{
    int count = SUPERVISOR_SLOTS;
    while (count > supervisor->target && supervisor->slots[count - 1].pid == 0)
        count--;
    return count;
}

int supervisor_workers(const struct supervisor *supervisor, const struct settings *settings)
{
    int count = settings->workers > 0 ? settings->workers : supervisor->cpu_count - 1;
    if (count > SUPERVISOR_SLOTS) {
        log_warnx("%d workers are more than the %d slots that a box has", count, SUPERVISOR_SLOTS);
        count = SUPERVISOR_SLOTS;
    }
    return count < 1 ? 1 : count;
}

int supervisor_read_settings(struct settings *settings, const char *home, struct err *e)
{
    int result = settings_read(settings, home, NULL, e);
    explicit_bzero(settings->database_password, sizeof settings->database_password);
    explicit_bzero(settings->redis_password, sizeof settings->redis_password);
    return result;
}

void supervisor_mend_names(struct supervisor *supervisor)
{
    struct err e;
    int file = daemon_mend(supervisor->config.daemon, supervisor->config.home, &e);
    int name = file < 0 ? -1 : control_mend(&supervisor->control, &e);
    if (file < 0 || name < 0)
        log_warnx("judged.pid and judged.sock are gone, and cannot be made again: %s", e.text);
    else if (file > 0 || name > 0)
        log_warnx("somebody has removed judged.pid or judged.sock from %s/run: made again", supervisor->config.home);
}

/* Every slot that runs and is not wanted any more is told to end. */
static void stop_unwanted(struct supervisor *supervisor, int64_t now_us)
{
    for (int i = 0; i < SUPERVISOR_SLOTS; i++) {
        struct slot *slot = &supervisor->slots[i];
        if (slot->state != POOL_DOWN && !supervisor_wants(supervisor, slot))
            supervisor_event(supervisor, slot, SLOT_STOP, now_us);
    }
}

void supervisor_scale(struct supervisor *supervisor, int target, int64_t now_us)
{
    if (target != supervisor->target)
        log_info("slots=%d before=%d", target, supervisor->target);
    supervisor->target = target;
    stop_unwanted(supervisor, now_us);
}

/* 0, or -1 with e: then what was in force stays. */
static int reload(struct supervisor *supervisor, int64_t now_us, struct err *e)
{
    struct settings settings;
    notify_reloading(supervisor->config.notify);
    supervisor_mend_names(supervisor);
    int result = supervisor_read_settings(&settings, supervisor->config.home, e);
    if (result == 0) {
        supervisor->settings = settings;
        log_info("configuration read again");
        supervisor_scale(supervisor, supervisor_workers(supervisor, &settings), now_us);
        for (int i = 0; i < SUPERVISOR_SLOTS; i++)
            supervisor_event(supervisor, &supervisor->slots[i], SLOT_RELOAD, now_us);
        supervisor_event(supervisor, &supervisor->node, supervisor->node.state == POOL_DOWN ? SLOT_RELOAD : SLOT_STOP,
                         now_us);
    } else {
        log_warnx("the configuration stays as it was: %s", e->text);
    }
    notify_must(supervisor->config.notify, "READY=1");
    return result;
}

void supervisor_reload(struct supervisor *supervisor, int64_t now_us)
{
    struct err e;
    if (!supervisor->stopping)
        (void)reload(supervisor, now_us, &e); /* it has been logged */
}

/* ---- each slot in turn */

/* Called at each turn of the loop: a slot is told to end when the one before it has said that it is up again. */
void supervisor_roll(struct supervisor *supervisor, int64_t now_us)
{
    if (supervisor->stopping || supervisor->draining)
        supervisor->roll.slot = -1;
    while (supervisor->roll.slot >= 0) {
        struct slot *slot = &supervisor->slots[supervisor->roll.slot];
        if (supervisor->roll.slot >= supervisor->target) {
            log_info("restarted=%d slots", supervisor->target);
            supervisor->roll.slot = -1;
            return;
        }
        if (!supervisor->roll.told) {
            if (slot->state != POOL_DOWN) {
                supervisor->roll.told = true;
                supervisor->roll.restarts = slot->restarts;
                supervisor_event(supervisor, slot, SLOT_STOP, now_us);
                return;
            }
        } else if (slot->restarts == supervisor->roll.restarts || slot->state == POOL_STARTING || slot->held > 0) {
            return;
        } else if (slot->state == POOL_DOWN) {
            log_warnx("slot=%d does not come up again (%s): the other slots are not restarted", slot->number,
                      slot->why);
            supervisor->roll.slot = -1;
            return;
        }
        supervisor->roll.slot++;
        supervisor->roll.told = false;
    }
}

/* ---- requests */

static void answer(struct supervisor *supervisor, struct control_client *client, int error, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

static void answer(struct supervisor *supervisor, struct control_client *client, int error, const char *format, ...)
{
    struct pool_answer message = {.magic = POOL_MAGIC, .error = error};
    va_list args;
    va_start(args, format);
    (void)vsnprintf(message.text, sizeof message.text, format, args); /* cut: still an answer */
    va_end(args);
    control_send(&supervisor->control, client, &message, sizeof message);
}

static void answer_slots(struct supervisor *supervisor, struct control_client *client)
{
    int count = supervisor_shown(supervisor);
    for (int i = 0; i < count; i++) {
        struct pool_slot message;
        slot_tell(&supervisor->slots[i], POOL_EVENT_STATE, &message);
        control_send(&supervisor->control, client, &message, sizeof message);
    }
}

static void ask_status(struct supervisor *supervisor, struct control_client *client, int argument, int64_t now_us)
{
    (void)argument;
    (void)now_us;
    struct pool_status status = {.magic = POOL_MAGIC,
                                 .pid = getpid(),
                                 .node_pid = supervisor->node.pid,
                                 .slots = supervisor_shown(supervisor),
                                 .draining = supervisor->draining || supervisor->stopping,
                                 .started = supervisor->started_s};
    control_send(&supervisor->control, client, &status, sizeof status);
    answer_slots(supervisor, client);
}

static void ask_watch(struct supervisor *supervisor, struct control_client *client, int argument, int64_t now_us)
{
    (void)argument;
    (void)now_us;
    client->watches = true;
    answer_slots(supervisor, client);
}

static void ask_drain(struct supervisor *supervisor, struct control_client *client, int argument, int64_t now_us)
{
    (void)argument;
    supervisor->draining = true;
    log_info("draining: workers end after their jobs, until judgectl resume");
    stop_unwanted(supervisor, now_us);
    answer(supervisor, client, 0, "workers end after their jobs");
}

static void ask_resume(struct supervisor *supervisor, struct control_client *client, int argument, int64_t now_us)
{
    (void)argument;
    (void)now_us;
    supervisor->draining = false;
    log_info("resumed");
    answer(supervisor, client, 0, "%d slots start", supervisor->target);
}

static void ask_scale(struct supervisor *supervisor, struct control_client *client, int argument, int64_t now_us)
{
    if (argument < 1 || argument > SUPERVISOR_SLOTS) {
        answer(supervisor, client, EINVAL, "%d slots: 1 to %d can be; judgectl drain ends all", argument,
               SUPERVISOR_SLOTS);
        return;
    }
    int before = supervisor->target;
    supervisor_scale(supervisor, argument, now_us);
    answer(supervisor, client, 0, "%d slots, before %d", argument, before);
}

static void ask_reload(struct supervisor *supervisor, struct control_client *client, int argument, int64_t now_us)
{
    struct err e;
    (void)argument;
    if (reload(supervisor, now_us, &e) != 0)
        answer(supervisor, client, EINVAL, "the configuration stays as it was: %.200s", e.text);
    else
        answer(supervisor, client, 0, "configuration read; workers follow after their jobs");
}

static void ask_restart(struct supervisor *supervisor, struct control_client *client, int argument, int64_t now_us)
{
    if (argument < -1 || argument >= supervisor->target) {
        answer(supervisor, client, EINVAL, "no slot %d: there are 0 to %d", argument, supervisor->target - 1);
    } else if (argument >= 0) {
        struct slot *slot = &supervisor->slots[argument];
        if (slot->state == POOL_DOWN)
            slot->due_us = now_us; /* it is not waited for any longer */
        else
            supervisor_event(supervisor, slot, SLOT_STOP, now_us);
        answer(supervisor, client, 0, "slot %d starts anew after its job", argument);
    } else {
        supervisor->roll.slot = 0;
        supervisor->roll.told = false;
        answer(supervisor, client, 0, "%d slots start anew, one after the other", supervisor->target);
    }
}

/* For everybody who may ask: nothing is lost by it, a job whose claim holds waits again. */
static void ask_cancel(struct supervisor *supervisor, struct control_client *client, const struct pool_request *request)
{
    char job[sizeof request->text + 1] = "";
    memcpy(job, request->text, sizeof request->text);
    int slot = supervisor_cancel(supervisor, job);
    if (client->watches)
        return;
    if (slot >= 0)
        answer(supervisor, client, 0, "slot %d ends its job", slot);
    else
        answer(supervisor, client, ESRCH, "no slot holds that job");
}

void supervisor_answer(void *context, struct control_client *client, const struct pool_request *request)
{
    static const struct {
        void (*ask)(struct supervisor *supervisor, struct control_client *client, int argument, int64_t now_us);
        bool changes;
    } table[] = {
        [POOL_STATUS] = {ask_status, false},  [POOL_WATCH] = {ask_watch, false}, [POOL_DRAIN] = {ask_drain, true},
        [POOL_RESUME] = {ask_resume, true},   [POOL_SCALE] = {ask_scale, true},  [POOL_RELOAD] = {ask_reload, true},
        [POOL_RESTART] = {ask_restart, true},
    };
    struct supervisor *supervisor = context;
    if (request->command == POOL_CANCEL)
        ask_cancel(supervisor, client, request);
    else if (request->command >= sizeof table / sizeof *table)
        answer(supervisor, client, ENOSYS, "judged knows no command %u", (unsigned)request->command);
    else if (table[request->command].changes && !client->may_change)
        answer(supervisor, client, EPERM, "only root may do that");
    else if (table[request->command].changes && supervisor->stopping)
        answer(supervisor, client, ESHUTDOWN, "judged is ending");
    else
        table[request->command].ask(supervisor, client, request->argument, clock_now_us());
}
