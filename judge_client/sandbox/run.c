/*
 * run.c - see run.h: sandbox_run's loop, from n started programs to n results.
 *
 * Runs in judge_client as root. It waits for four things at once: what ptrace tells, what the cells say, what the
 * programs print, and the next deadline. It makes no network call and takes no lock: limits act on time whatever else
 * is wrong.
 */
#include "judge_client/sandbox/run.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/clock.h"
#include "common/file.h"
#include "common/log.h"
#include "judge_client/sandbox/record.h"
#include "judge_client/sandbox/sandbox_parts.h"
#include "judge_client/sandbox/tracer.h"

#include "common/banned.h"

enum {
    TICK_US = 1000000,
    CPU_STEP_US = 1000,      /* the shortest time between two looks at the CPU time */
    LATE_US = 500000,        /* what a busy box may do to us */
    CELL_WAIT_US = 10000000, /* for a program to be met, and for its end */
    OUTPUT_MUCH = 4 << 10,   /* in one read, of a pipe that holds 64 KiB at first */
    OUTPUT_PIPE_BYTES = 1 << 20,
    REAP_MOST = 64, /* wait statuses between two looks at the deadlines: hundreds of threads can make more for ever */
};

struct loop {
    struct sandbox *sandbox;
    const struct sandbox_hooks *hooks;
    struct tracer tracer;
    struct run *runs;
    size_t n;
    bool failed; /* e holds the first fault; everything is being ended */
    struct err *e;
    int64_t next_tick_us;
    int64_t look_us; /* when the clock is to be looked at again, at the latest */
    bool more;       /* wait statuses may be left: nothing will wake us for them */
};

void run_set_end(struct run *run, enum run_end end, enum sandbox_limit limit)
{
    if (run->end != RUN_END_NONE || (end == RUN_END_LIMIT && limit == SANDBOX_LIMIT_NONE))
        return;
    run->end = end;
    run->result->limit = limit;
    run->since_us = clock_now_us();
}

static void end_run(struct loop *loop, size_t k, enum run_end end, enum sandbox_limit limit)
{
    run_set_end(&loop->runs[k], end, limit);
    tracer_kill(&loop->tracer, k);
}

static void end_all(struct loop *loop, enum run_end end)
{
    for (size_t k = 0; k < loop->n; k++)
        end_run(loop, k, end, SANDBOX_LIMIT_NONE);
}

/* Takes the fault in `fault`, unless there was one before, and ends everything. */
static void fail(struct loop *loop, const struct err *fault)
{
    if (!loop->failed && loop->e != NULL)
        *loop->e = *fault;
    loop->failed = true;
    end_all(loop, RUN_END_FAULT);
}

/* Reads what the program has printed; what passes the limit ends the run and is read no further. A short read means that
 * the pipe is empty, but where the program has made it one of packets: `all` reads on until it is. */
static void drain(struct loop *loop, size_t k, int stream, bool all)
{
    struct run *run = &loop->runs[k];
    char *buffer = loop->sandbox->drain;
    while (run->outputs[stream] >= 0) {
        ssize_t count = read(run->outputs[stream], buffer, SANDBOX_DRAIN_SIZE);
        if (count < 0 && errno == EINTR)
            continue;
        if (count < 0 && errno == EAGAIN)
            return;
        if (count <= 0) {
            file_close(&run->outputs[stream]);
            return;
        }
        /* Who prints much gets a larger pipe, and is stopped less often. A smaller one only makes it slower: a box may limit
         * what root's pipes hold. */
        if (count >= OUTPUT_MUCH && !run->printed_much[stream]) {
            run->printed_much[stream] = true;
            (void)fcntl(run->outputs[stream], F_SETPIPE_SZ, OUTPUT_PIPE_BYTES);
        }
        int64_t room = run->spec->limits.out_bytes - run->result->out_bytes;
        if (room < 0)
            room = 0; /* the other stream has passed the limit */
        run->result->out_bytes += count;
        size_t keep = count < room ? (size_t)count : (size_t)room;
        if (run->spec->sink[stream] >= 0 && file_write_all(run->spec->sink[stream], buffer, keep) != 0) {
            struct err fault;
            err_sys(&fault, errno, "write the program's output %d", stream);
            fail(loop, &fault);
            file_close(&run->outputs[stream]);
        } else if (count > room) {
            end_run(loop, k, RUN_END_LIMIT, SANDBOX_LIMIT_OUTPUT);
            file_close(&run->outputs[stream]);
        } else if (count < SANDBOX_DRAIN_SIZE && !all) {
            return; /* poll says when there is more, or the end */
        }
    }
}

/* Lets the programs go on when all are ready: the time that making one takes is no other one's. */
static void start_met(struct loop *loop)
{
    struct err fault;
    for (size_t k = 0; k < loop->n; k++) {
        const struct run *run = &loop->runs[k];
        if (run->sent && !run->met && !run->clean && run->since_us > 0 && run->end == RUN_END_NONE)
            return;
    }
    for (size_t k = 0; k < loop->n; k++) {
        struct run *run = &loop->runs[k];
        if (!run->met || run->start_us > 0 || run->end != RUN_END_NONE)
            continue;
        run->start_us = run->written_check_us = clock_now_us();
        run->cpu_check_us = run->start_us + run->spec->limits.cpu_us;
        if (cell_send_go(run->cell, &fault) != 0)
            fail(loop, &fault);
    }
}

static void met(struct loop *loop, size_t k, pid_t pid)
{
    struct run *run = &loop->runs[k];
    struct err fault;
    if (tracer_seize(&loop->tracer, k, pid, &fault) != 0) {
        (void)kill(pid, SIGKILL); /* it waits for our answer, so it is there */
        fail(loop, &fault);
        return;
    }
    run->met = true;
    if (run->end != RUN_END_NONE)
        tracer_kill(&loop->tracer, k);
    start_met(loop);
}

static void drain_all(struct loop *loop, size_t k)
{
    for (int stream = 1; stream < 3; stream++)
        drain(loop, k, stream, true); /* nobody writes any more */
}

/* The program and all that came of it have ended; the run folder is still as they left it. */
static void ended(struct loop *loop, size_t k)
{
    struct run *run = &loop->runs[k];
    struct err fault;
    if (!loop->failed && loop->hooks->collect(loop->hooks->context, k, run->cell->box_fd, &fault) != 0)
        fail(loop, &fault);
    if (cell_send_reset(run->cell, &fault) != 0)
        fail(loop, &fault);
}

static void answered(struct loop *loop, size_t k, const struct cell_reply *reply)
{
    struct run *run = &loop->runs[k];
    struct err fault;
    run->left_bytes = reply->left_bytes;
    run->children_cpu_us = reply->children_cpu_us;
    run->reset_cpu_us = reply->reset_cpu_us;
    run->since_us = clock_now_us();
    if (reply->step == CELL_STEP_PROGRAM) {
        run->result->not_executed = reply->error;
    } else if (reply->step != CELL_STEP_NONE && !loop->failed) {
        cell_fault(reply, &fault);
        fail(loop, &fault);
    }
    drain_all(loop, k);
    if (reply->kind == CELL_ENDED)
        ended(loop, k);
    else if (reply->kind == CELL_CLEAN)
        run->clean = true;
}

/* Takes one wait status, of whichever program it is. False where there is none (WNOHANG), or nobody to wait for. */
static bool reap_one(struct loop *loop, int options)
{
    int status;
    struct rusage usage;
    struct trace_event event;
    pid_t pid = wait4(-1, &status, options | __WALL, &usage);
    if (pid < 0 && errno == EINTR)
        return true;
    if (pid <= 0)
        return false;
    trace_classify(pid, status, &usage, &event);
    if (event.kind == TRACE_EXITED || event.kind == TRACE_KILLED)
        cell_note_reaped(loop->sandbox->cells, SANDBOX_CELLS, pid);
    tracer_handle(&loop->tracer, &event);
    return true;
}

/* Kills the cell. Until it has ended, what the other programs' processes do meanwhile is acted upon as always: a stop that
 * is lost would last until the wall limit. */
static void end_cell(struct loop *loop, struct cell *cell)
{
    if (cell->pid > 0 && kill(cell->pid, SIGKILL) != 0)
        log_warn("sandbox cell=%d kill", cell->k);
    while (cell->pid > 0 && reap_one(loop, 0))
        continue;
    cell_kill(cell); /* what is left of it: its descriptors */
}

/* The cell ended in the middle: if it was for memory, that is the program's doing, and run_finish finds out. */
static void gone(struct loop *loop, size_t k, const struct cell_reply *reply)
{
    struct run *run = &loop->runs[k];
    run->fault = *reply;
    run->gone = true;
    run->clean = true; /* there is no cell: the next run makes one */
    end_cell(loop, run->cell);
    drain_all(loop, k);
}

static void hear(struct loop *loop, size_t k)
{
    struct run *run = &loop->runs[k];
    struct cell_reply reply;
    pid_t pid = 0;
    while (!run->clean) {
        switch (cell_read(run->cell, false, &pid, &reply)) {
        case CELL_NEWS_NONE:
            return;
        case CELL_NEWS_MET:
            met(loop, k, pid);
            return; /* the next word comes after the program's end */
        case CELL_NEWS_REPLY:
            answered(loop, k, &reply);
            break;
        case CELL_NEWS_GONE:
            gone(loop, k, &reply);
            break;
        }
    }
}

static void look_at_cpu(struct loop *loop, size_t k, int64_t now_us)
{
    struct run *run = &loop->runs[k];
    /* v1's counter lags behind, a process's own clock does not; a group's counter holds those that have ended. */
    int64_t used_us = run->several ? cgroup_run_cpu_us(&run->cell->cgroup) : -1;
    int64_t clock_us = tracer_cpu_us(&loop->tracer, k, run->several);
    if (clock_us > used_us)
        used_us = clock_us;
    int64_t left_us = run->spec->limits.cpu_us - used_us;
    if (left_us <= 0)
        end_run(loop, k, RUN_END_LIMIT, SANDBOX_LIMIT_CPU);
    else
        run->cpu_check_us = now_us + (left_us > CPU_STEP_US ? left_us : CPU_STEP_US);
}

/* The cell does not answer: it is thrown away with all in it. */
static void give_up(struct loop *loop, size_t k)
{
    struct run *run = &loop->runs[k];
    struct err fault;
    err_set(&fault, "cell %d does not answer: its program could not be %s", run->cell->k,
            run->start_us == 0 ? "started" : "ended");
    fail(loop, &fault);
    run->clean = true;
    end_cell(loop, run->cell);
    cell_close(run->cell);
}

/* Acts on what of a running program is due, and returns when the next thing is. */
static int64_t check_running(struct loop *loop, size_t k, int64_t now_us)
{
    struct run *run = &loop->runs[k];
    if (run->leaving)
        return run_check_leaving(&loop->tracer, k, now_us);
    int64_t wall_us = run->start_us + run->spec->limits.wall_us;
    if (now_us >= wall_us + run->served_us && run->spec->waits_for != 0)
        run->served_us = run_served_us(&loop->tracer, k);
    int64_t deadline_us = wall_us + run->served_us;
    bool watched = run->spec->written_bytes > 0 || run->spec->waits_for != 0;
    bool looks = watched && now_us >= run->written_check_us;
    bool locked = looks && run->spec->waits_for != 0 && run_is_locked(&loop->tracer, now_us);
    if (loop->n > 1 && (locked || now_us >= deadline_us))
        run_note_waiting(&loop->tracer);
    run->result->dead_lock = locked;
    if (locked || now_us >= deadline_us)
        end_run(loop, k, RUN_END_LIMIT, SANDBOX_LIMIT_WALL);
    else if (now_us >= run->cpu_check_us)
        look_at_cpu(loop, k, now_us);
    if (looks && run_wrote_too_much(run, now_us))
        end_run(loop, k, RUN_END_LIMIT, SANDBOX_LIMIT_OUTPUT);
    int64_t due_us = deadline_us < run->cpu_check_us ? deadline_us : run->cpu_check_us;
    return watched && run->written_check_us < due_us ? run->written_check_us : due_us;
}

/* Acts on what is due, and returns when the next thing is. */
static int64_t check_deadlines(struct loop *loop, int64_t now_us)
{
    int64_t next_us = now_us + TICK_US;
    if (loop->hooks->tick != NULL && now_us >= loop->next_tick_us) {
        loop->hooks->tick(loop->hooks->context);
        loop->next_tick_us = now_us + TICK_US / 2;
    }
    if (loop->hooks->tick != NULL && loop->next_tick_us < next_us)
        next_us = loop->next_tick_us;
    for (size_t k = 0; k < loop->n; k++) {
        struct run *run = &loop->runs[k];
        int64_t due_us;
        if (!run->sent || run->clean)
            continue;
        if (run->end != RUN_END_NONE || run->main_ended || run->left || run->start_us == 0) {
            due_us = run->since_us + CELL_WAIT_US;
            if (now_us >= due_us) {
                give_up(loop, k);
                continue;
            }
        } else {
            due_us = check_running(loop, k, now_us);
        }
        if (due_us < next_us)
            next_us = due_us;
    }
    return next_us;
}

static bool all_clean(const struct loop *loop)
{
    for (size_t k = 0; k < loop->n; k++) {
        if (loop->runs[k].sent && !loop->runs[k].clean)
            return false;
    }
    return true;
}

/* Looks at the clock. Where it is much later than it should be, we were stopped, or the machine was: that is not the programs' time,
 * and what they do was not looked at. Their CPU time tells what they have used meanwhile. */
static int64_t look_up(struct loop *loop)
{
    int64_t now_us = clock_now_us();
    int64_t due_us = loop->look_us;
    int64_t late_us = now_us - due_us;
    loop->look_us = now_us;
    if (late_us <= LATE_US)
        return now_us;
    for (size_t k = 0; k < loop->n; k++) {
        struct run *run = &loop->runs[k];
        if (run->since_us > 0 && run->since_us <= due_us)
            run->since_us += late_us;
        if (run->start_us > 0 && run->start_us <= due_us && (!run->main_ended || run->end_us > due_us))
            run->start_us += late_us;
    }
    return now_us;
}

/* Some end because others have ended. Only when all that has ended is known. */
static void tell_ended(struct loop *loop)
{
    if (loop->more || loop->failed)
        return;
    uint32_t end = run_tell_ended(&loop->tracer, loop->hooks);
    for (size_t k = 0; k < loop->n; k++) {
        if ((end >> k & 1) != 0)
            end_run(loop, k, RUN_END_DISMISSED, SANDBOX_LIMIT_NONE);
    }
}

/* Waits once, and acts on all that came. */
static void turn(struct loop *loop)
{
    enum { MOST = SANDBOX_CELLS * 3 + 2 };
    struct pollfd polled[MOST];
    int64_t now_us = look_up(loop);
    int64_t wait_us = check_deadlines(loop, now_us) - now_us;
    if (all_clean(loop))
        return;
    nfds_t count = 0;
    bool cancelling = loop->hooks->stop_fd >= 0 && loop->runs[0].end != RUN_END_CANCELLED;
    polled[count++] = (struct pollfd){.fd = cancelling ? loop->hooks->stop_fd : -1, .events = POLLIN};
    for (size_t k = 0; k < loop->n; k++) {
        const struct run *run = &loop->runs[k];
        polled[count++] = (struct pollfd){.fd = run->sent && !run->clean ? run->cell->control : -1, .events = POLLIN};
        polled[count++] = (struct pollfd){.fd = run->outputs[1], .events = POLLIN};
        polled[count++] = (struct pollfd){.fd = run->outputs[2], .events = POLLIN};
    }
    const nfds_t children = count;
    polled[count++] = (struct pollfd){.fd = loop->sandbox->child_fd, .events = POLLIN};
    if (wait_us < 0 || loop->more)
        wait_us = 0;
    loop->look_us = now_us + wait_us;
    struct timespec wait = {(time_t)(wait_us / 1000000), (long)(wait_us % 1000000 * 1000)};
    int ready = ppoll(polled, count, &wait, &loop->sandbox->wait_mask);
    if (ready < 0 && errno != EINTR) {
        struct err fault;
        err_sys(&fault, errno, "wait for the programs (ppoll)");
        fail(loop, &fault);
    }
    (void)look_up(loop);
    if (ready > 0 && polled[0].revents != 0)
        end_all(loop, RUN_END_CANCELLED);
    for (size_t k = 0; k < loop->n && ready > 0; k++) {
        if (polled[1 + 3 * k + 1].revents != 0)
            drain(loop, k, 1, false);
        if (polled[1 + 3 * k + 2].revents != 0)
            drain(loop, k, 2, false);
        if (polled[1 + 3 * k].revents != 0)
            hear(loop, k);
    }
    if (ready > 0 && polled[children].revents != 0) {
        struct signalfd_siginfo info;
        (void)!read(loop->sandbox->child_fd, &info, sizeof info); /* which child it is wait4 tells */
    }
    int reaped = 0;
    while (reaped < REAP_MOST && reap_one(loop, WNOHANG))
        reaped++;
    loop->more = reaped == REAP_MOST;
    (void)look_up(loop);
    start_met(loop);
    if (loop->n > 1)
        tell_ended(loop);
}

static void start_all(struct loop *loop, const struct sandbox_spec *specs, const struct record_specs *opened,
                      struct sandbox_result *results, int (*fds)[3])
{
    for (size_t k = 0; k < loop->n; k++) {
        struct run *run = &loop->runs[k];
        *run = (struct run){.spec = opened != NULL ? &opened->specs[k] : &specs[k],
                            .record = opened != NULL ? loop->sandbox->record : NULL,
                            .asked = opened != NULL ? opened->asked[k] : NULL,
                            .result = &results[k],
                            .cell = &loop->sandbox->cells[loop->hooks->first_cell + k],
                            .outputs = {-1, -1, -1},
                            .exit_code = -1};
        results[k] = (struct sandbox_result){.exit_code = -1, .cpu_limit_us = specs[k].limits.cpu_us};
    }
    for (size_t k = 0; k < loop->n; k++) {
        struct err fault;
        if (run_start(loop->sandbox, &loop->runs[k], fds[k], loop->hooks->collect != NULL, &fault) != 0) {
            fail(loop, &fault);
            if (loop->runs[k].sent) {
                end_cell(loop, loop->runs[k].cell);
                cell_close(loop->runs[k].cell);
            }
            loop->runs[k].clean = true;
            return;
        }
    }
}

static int run_specs(struct sandbox *sandbox, const struct sandbox_spec *specs, const struct record_specs *opened,
                     struct sandbox_result *results, size_t n, const struct sandbox_hooks *hooks, struct err *e)
{
    static const struct sandbox_hooks no_hooks = {.stop_fd = -1};
    int fds[SANDBOX_CELLS][3];
    struct loop loop = {.sandbox = sandbox, .hooks = hooks == NULL ? &no_hooks : hooks, .n = n, .e = e};
    for (size_t k = 0; k < n && k < SANDBOX_CELLS; k++)
        memcpy(fds[k], specs[k].fd, sizeof fds[k]);
    loop.runs = calloc(n, sizeof *loop.runs);
    loop.failed = loop.runs == NULL;
    if (loop.failed) {
        err_set(e, "out of memory");
    } else {
        tracer_init(&loop.tracer, loop.runs, n, opened != NULL && sandbox->record->counting);
        start_all(&loop, specs, opened, results, fds);
        loop.look_us = clock_now_us();
        while (!all_clean(&loop))
            turn(&loop);
        tracer_fini(&loop.tracer);
    }
    for (size_t k = 0; k < n && !loop.failed; k++) {
        if (loop.runs[k].end != RUN_END_FAULT)
            continue;
        err_set(e, "cell %zu: a new process of the program could not be followed (is memory short?)", k);
        loop.failed = true;
    }
    for (size_t k = 0; k < n; k++) {
        struct err fault;
        for (int i = 0; i < 3; i++) {
            file_close(&fds[k][i]);
            if (loop.runs != NULL)
                file_close(&loop.runs[k].outputs[i]);
        }
        bool none = false;
        run_close_more(&specs[k], loop.runs != NULL ? &loop.runs[k].more_closed : &none);
        if (loop.runs == NULL || !loop.runs[k].sent || !loop.runs[k].cell->has_group)
            continue;
        if (run_finish(&loop.runs[k], &fault) != 0) {
            if (!loop.failed && e != NULL)
                *e = fault;
            loop.failed = true;
            cell_close(loop.runs[k].cell);
        }
    }
    free(loop.runs);
    return loop.failed ? -1 : 0;
}

/* The descriptors of specs that do not come to run. */
static void close_all(const struct sandbox_spec *specs, size_t n)
{
    for (size_t k = 0; k < n; k++) {
        for (int i = 0; i < 3; i++) {
            int fd = specs[k].fd[i];
            file_close(&fd);
        }
    }
}

int sandbox_run(struct sandbox *sandbox, const struct sandbox_spec *specs, struct sandbox_result *results, size_t n,
                const struct sandbox_hooks *hooks, struct err *e)
{
    size_t first = hooks == NULL ? 0 : hooks->first_cell;
    struct record_specs *opened = NULL;
    int result = -1;
    if (n == 0 || n > SANDBOX_CELLS || first > SANDBOX_CELLS - n)
        return err_set(e, "%zu programs at once: must be from 1 to %d", n, SANDBOX_CELLS);
    if (sandbox->record != NULL)
        opened = record_open_specs(specs, n, e);
    if (sandbox->record != NULL && opened == NULL)
        close_all(specs, n);
    else
        result = run_specs(sandbox, specs, opened, results, n, hooks, e);
    for (size_t k = 0; k < n && result == 0 && opened != NULL; k++)
        record_ended(sandbox->record, first + k, &results[k]);
    free(opened);
    return result;
}
