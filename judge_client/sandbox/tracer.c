/*
 * tracer.c - see tracer.h. Runs in judge_client as root, in the thread that waits.
 *
 * It never reads a program's memory or registers (record.c does, to show them): what decides is the number and the architecture of a call, which the
 * kernel has copied before another thread could change them.
 */
#include "judge_client/sandbox/tracer.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "common/clock.h"
#include "common/file.h"
#include "common/str.h"
#include "judge_client/sandbox/filter.h"
#include "judge_client/sandbox/policy.h"
#include "judge_client/sandbox/record.h"
#include "judge_client/sandbox/run.h"

#include "common/banned.h"

void trace_classify(pid_t pid, int status, const struct rusage *usage, struct trace_event *event)
{
    *event = (struct trace_event){.kind = TRACE_OTHER, .pid = pid};
    if (WIFEXITED(status) || WIFSIGNALED(status)) {
        event->kind = WIFEXITED(status) ? TRACE_EXITED : TRACE_KILLED;
        event->number = WIFEXITED(status) ? WEXITSTATUS(status) : WTERMSIG(status);
        event->usage = *usage;
        return;
    }
    if (!WIFSTOPPED(status))
        return;
    event->number = WSTOPSIG(status);
    switch ((unsigned)status >> 16) {
    case 0:
        event->kind = event->number == (SIGTRAP | 0x80) ? TRACE_SYSCALL : TRACE_SIGNAL; /* PTRACE_O_TRACESYSGOOD */
        break;
    case PTRACE_EVENT_SECCOMP:
        event->kind = TRACE_SECCOMP;
        break;
    case PTRACE_EVENT_FORK:
    case PTRACE_EVENT_VFORK:
    case PTRACE_EVENT_CLONE:
        event->kind = TRACE_FORKED;
        break;
    case PTRACE_EVENT_EXEC:
        event->kind = TRACE_EXECED;
        break;
    case PTRACE_EVENT_EXIT:
        event->kind = TRACE_LEAVING;
        break;
    case PTRACE_EVENT_STOP:
        event->kind = event->number == SIGTRAP ? TRACE_STARTED : TRACE_STOPPED;
        break;
    default:
        break;
    }
}

void tracer_init(struct tracer *tracer, struct run *runs, size_t run_count, bool counting)
{
    *tracer = (struct tracer){.runs = runs, .run_count = run_count, .counting = counting};
}

void tracer_fini(struct tracer *tracer)
{
    free(tracer->tracees);
    tracer->tracees = NULL;
}

static struct tracee *tracer_find(const struct tracer *tracer, pid_t pid)
{
    for (size_t i = 0; i < tracer->count; i++) {
        if (tracer->tracees[i].pid == pid)
            return &tracer->tracees[i];
    }
    return NULL;
}

/* NULL where there is no memory: the caller kills the process instead. */
static struct tracee *tracer_add(struct tracer *tracer, pid_t pid, int run)
{
    if (tracer->count == tracer->size) {
        size_t size = tracer->size == 0 ? 64 : tracer->size * 2;
        struct tracee *more = realloc(tracer->tracees, size * sizeof *more);
        if (more == NULL)
            return NULL;
        tracer->tracees = more;
        tracer->size = size;
    }
    struct tracee *tracee = &tracer->tracees[tracer->count++];
    *tracee = (struct tracee){.pid = pid, .run = run};
    return tracee;
}

static void tracer_remove(struct tracer *tracer, struct tracee *tracee)
{
    *tracee = tracer->tracees[--tracer->count];
}

/* A tracee that was killed meanwhile answers ESRCH: its end is on its way. */
static void tracer_continue(const struct tracer *tracer, pid_t pid, int signal_number)
{
    (void)ptrace(tracer->counting ? PTRACE_SYSCALL : PTRACE_CONT, pid, NULL, (void *)(intptr_t)signal_number);
}

void tracer_let_go(const struct tracer *tracer, size_t k)
{
    struct run *run = &tracer->runs[k];
    if (!run->leaving)
        return;
    run->leaving = false;
    run->left = true;
    run->since_us = clock_now_us();
    tracer_continue(tracer, run->main, 0);
}

void tracer_kill(const struct tracer *tracer, size_t k)
{
    const struct run *run = &tracer->runs[k];
    /* ESRCH where it has just ended; the main process may not have been reaped, so its number is still its own. */
    if (run->main > 0 && !run->main_ended)
        (void)kill(run->main, SIGKILL);
    for (size_t i = 0; i < tracer->count; i++) {
        if (tracer->tracees[i].run == (int)k)
            (void)kill(tracer->tracees[i].pid, SIGKILL); /* as above: reaped tracees leave the table at once */
    }
    tracer_let_go(tracer, k);
}

static void tracer_end_run(struct tracer *tracer, int k, enum run_end end, enum sandbox_limit limit)
{
    run_set_end(&tracer->runs[k], end, limit);
    tracer_kill(tracer, (size_t)k);
}

int tracer_seize(struct tracer *tracer, size_t k, pid_t pid, struct err *e)
{
    struct run *run = &tracer->runs[k];
    unsigned long options =
        PTRACE_O_EXITKILL | PTRACE_O_TRACESECCOMP | PTRACE_O_TRACECLONE | PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK;
    /* Where a program may execute others, a thread that does so takes its leader's number: that has to be seen. Else
     * the one execve that starts it is a stop of the filter already. */
    if (run->execs || run->record != NULL)
        options |= PTRACE_O_TRACEEXEC;
    if (tracer->counting)
        options |= PTRACE_O_TRACESYSGOOD;
    if (run->spec->last_words)
        options |= PTRACE_O_TRACEEXIT;
    if (ptrace(PTRACE_SEIZE, pid, NULL, (void *)options) != 0)
        return err_sys(e, errno, "trace the program (ptrace)");
    if (tracer_add(tracer, pid, (int)k) == NULL)
        return err_set(e, "trace the program: out of memory");
    run->main = pid;
    run->tasks = run->peak_tasks = 1;
    return 0;
}

static void check_tasks(struct tracer *tracer, int k, int tasks)
{
    struct run *run = &tracer->runs[k];
    if (tasks > run->peak_tasks)
        run->peak_tasks = tasks;
    if (tasks > run->spec->limits.processes)
        tracer_end_run(tracer, k, RUN_END_LIMIT, SANDBOX_LIMIT_PROCESSES);
}

/* A thread of the main process answers to its group's number, a process of its own does not: true. */
static bool check_several(struct run *run, pid_t pid)
{
    bool other = syscall(SYS_tgkill, run->main, pid, 0) != 0;
    run->several = run->several || other;
    return other;
}

/* The run that the tracee pid, which has just stopped for the first time, belongs to: the one whose cell has its uid, which
 * a program cannot change. Its parent is no help: it may have been killed before it could tell of the child. -1: none. */
static int run_of(const struct tracer *tracer, pid_t pid)
{
    char path[32];
    char text[4096];
    if (tracer->run_count == 1)
        return 0;
    (void)str_format(path, sizeof path, "/proc/%d/status", (int)pid); /* it fits */
    if (file_read(AT_FDCWD, path, text, sizeof text, NULL) < 0)
        return -1;
    const char *line = strstr(text, "\nUid:\t");
    unsigned long uid = line == NULL ? 0 : strtoul(line + 6, NULL, 10); /* the kernel's own form */
    for (size_t k = 0; k < tracer->run_count; k++) {
        if (tracer->runs[k].cell->uid == uid)
            return (int)k;
    }
    return -1;
}

/* A new process or thread. Only here does it come into the table: what was killed before it could stop never does, so
 * that each number in the table is that of a process which has not been reaped. */
static struct tracee *adopt(struct tracer *tracer, pid_t pid)
{
    int k = run_of(tracer, pid);
    struct tracee *tracee = k < 0 ? NULL : tracer_add(tracer, pid, k);
    if (tracee == NULL) {
        (void)kill(pid, SIGKILL); /* it is a tracee of ours that nobody has reaped, so it is there */
        if (k >= 0)
            tracer_end_run(tracer, k, RUN_END_FAULT, SANDBOX_LIMIT_NONE);
        return NULL;
    }
    struct run *run = &tracer->runs[k];
    tracee->child = check_several(run, pid);
    check_tasks(tracer, k, ++run->tasks);
    if (run->end != RUN_END_NONE)
        (void)kill(pid, SIGKILL); /* it may have come after the others were killed */
    return tracee;
}

/* A process tells of its child, which may be killed before it stops for the first time: it has been there all the same. */
static void handle_forked(struct tracer *tracer, const struct tracee *parent)
{
    unsigned long child = 0;
    pid_t pid = parent->pid;
    int k = parent->run;
    if (ptrace(PTRACE_GETEVENTMSG, pid, NULL, &child) == 0 && tracer_find(tracer, (pid_t)child) == NULL) {
        (void)check_several(&tracer->runs[k], (pid_t)child); /* it is asked again when it comes */
        check_tasks(tracer, k, tracer->runs[k].tasks + 1);
    }
    tracer_continue(tracer, pid, 0);
}

/* Names the call that ended the run: "socket", or "i386:socket" where it is not of this box's architecture. */
static void set_refused(struct run *run, const struct __ptrace_syscall_info *info, bool foreign)
{
    struct sandbox_result *result = run->result;
    const struct syscall_arch *arch = syscall_arch_by_audit(info->arch);
    uint64_t nr = info->seccomp.nr;
    const char *prefix = arch == NULL ? "unknown" : arch->name;
    bool native = arch != NULL && arch == syscall_arch_native();
    if (native && foreign && (nr & arch->foreign_bit) != 0) {
        prefix = "x32"; /* the only ABI of its kind */
        nr &= ~(uint64_t)arch->foreign_bit;
    }
    result->refused = true;
    result->refused_nr = (int)nr;
    const char *name = arch != NULL ? syscall_name(arch, (int64_t)nr) : NULL;
    char number[24] = "";
    if (name == NULL)
        (void)str_format(number, sizeof number, "%lld", (long long)(int64_t)nr); /* it fits */
    (void)str_format(result->refused_name, sizeof result->refused_name, "%s%s%s", native && !foreign ? "" : prefix,
                     native && !foreign ? "" : ":", name == NULL ? number : name); /* cut is fine */
}

static void handle_seccomp(struct tracer *tracer, pid_t pid, int k)
{
    struct run *run = &tracer->runs[k];
    struct __ptrace_syscall_info info;
    memset(&info, 0, sizeof info);
    if (ptrace(PTRACE_GET_SYSCALL_INFO, pid, (void *)sizeof info, &info) <= 0 || info.op != PTRACE_SYSCALL_INFO_SECCOMP)
        return; /* it was killed meanwhile: its end is on its way */
    uint64_t nr = info.seccomp.nr;
    const struct policy *policy = run->spec->policy;
    int a = policy_arch(policy, info.arch);
    int row = a < 0 ? -1 : syscall_index(policy->arches[a].arch, (int64_t)nr);
    if (info.seccomp.ret_data == FILTER_LIMITED && row >= 0) {
        if (run->calls[a][row] < policy->arches[a].rules[row].value) {
            run->calls[a][row]++;
            tracer_continue(tracer, pid, 0);
            return;
        }
    }
    bool foreign = info.seccomp.ret_data == FILTER_FOREIGN;
    if (run->end == RUN_END_NONE) {
        set_refused(run, &info, foreign);
        run->signal = foreign ? SIGSYS : 0;
    }
    tracer_end_run(tracer, k, RUN_END_REFUSED, SANDBOX_LIMIT_NONE);
}

/* What comes before the first program is the cell's, but for the call that started it: the policy has to allow that. */
static void begin_recording(struct run *run)
{
    if (run->record == NULL || run->recording)
        return;
    run->recording = true;
    const struct syscall_arch *native = run->asked->arches[0].arch;
    struct record_event event = {
        .cell = (size_t)run->cell->k, .audit = native->audit, .nr = (uint64_t)syscall_number(native, "execve")};
    if (run->record->counting)
        record_take(run->record, run->asked, run->calls, &event);
}

/* A call begins, or has ended. */
static void handle_syscall(struct tracer *tracer, const struct tracee *tracee)
{
    struct run *run = &tracer->runs[tracee->run];
    struct __ptrace_syscall_info info;
    pid_t pid = tracee->pid;
    memset(&info, 0, sizeof info);
    /* Where it was killed meanwhile, its end is on its way. */
    if (run->recording && ptrace(PTRACE_GET_SYSCALL_INFO, pid, (void *)sizeof info, &info) > 0 &&
        info.op == PTRACE_SYSCALL_INFO_ENTRY) {
        struct record_event event = {
            .pid = pid, .cell = (size_t)run->cell->k, .child = tracee->child, .audit = info.arch, .nr = info.entry.nr};
        for (size_t i = 0; i < 6; i++)
            event.args[i] = info.entry.args[i];
        record_take(run->record, run->asked, run->calls, &event);
    }
    tracer_continue(tracer, pid, 0);
}

static void handle_execed(struct tracer *tracer, const struct tracee *tracee)
{
    unsigned long former = 0;
    pid_t pid = tracee->pid;
    int k = tracee->run;
    begin_recording(&tracer->runs[k]);
    if (ptrace(PTRACE_GETEVENTMSG, pid, NULL, &former) == 0 && (pid_t)former != pid) {
        struct tracee *thread = tracer_find(tracer, (pid_t)former);
        if (thread != NULL) {
            tracer_remove(tracer, thread);
            tracer->runs[k].tasks--;
        }
    }
    tracer_continue(tracer, pid, 0);
}

static void handle_ended(struct tracer *tracer, const struct trace_event *event, struct tracee *tracee)
{
    int k = tracee->run;
    tracer_remove(tracer, tracee);
    struct run *run = &tracer->runs[k];
    run->tasks--;
    if (event->pid != run->main) {
        /* The kernel takes one process at a time when memory runs out; the others might wait for it until the end. */
        if (event->kind == TRACE_KILLED && event->number == SIGKILL && run->end == RUN_END_NONE && run->cell != NULL &&
            cgroup_run_oom_kills(&run->cell->cgroup) > 0)
            tracer_end_run(tracer, k, RUN_END_LIMIT, SANDBOX_LIMIT_MEMORY);
        return;
    }
    run->main_ended = true;
    run->end_us = run->since_us = clock_now_us();
    run->usage = event->usage;
    if (run->end == RUN_END_NONE) {
        run->exit_code = event->kind == TRACE_EXITED ? event->number : -1;
        run->signal = event->kind == TRACE_KILLED ? event->number : 0;
    }
}

/* A process ends: it waits for tracer_let_go, if it is the main one. Where there are other threads or processes, it goes on: a main
 * thread may end long before the others. */
static void handle_leaving(struct tracer *tracer, const struct tracee *tracee)
{
    struct run *run = &tracer->runs[tracee->run];
    unsigned long status = 0;
    if (tracee->pid != run->main || run->tasks > 1 || run->end != RUN_END_NONE || run->left ||
        ptrace(PTRACE_GETEVENTMSG, tracee->pid, NULL, &status) != 0) {
        tracer_continue(tracer, tracee->pid, 0);
        return;
    }
    run->leaving = true;
    run->leave_status = (int)status;
    run->let_go_us = INT64_MAX; /* until hooks->ended has been asked */
}

/* SIGXFSZ: the kernel's, for a file that grew too large, or one that the program sent with raise()? kill() looks like the
 * kernel's and counts as such. */
static void note_file_limit(struct run *run, pid_t pid)
{
    siginfo_t info;
    memset(&info, 0, sizeof info);
    if (ptrace(PTRACE_GETSIGINFO, pid, NULL, &info) == 0)
        run->file_limit = info.si_code != SI_TKILL;
}

void tracer_handle(struct tracer *tracer, const struct trace_event *event)
{
    struct tracee *tracee = tracer_find(tracer, event->pid);
    /* A thread that is born while its process is being stopped tells of the stop at once. */
    if (tracee == NULL && (event->kind == TRACE_STARTED || event->kind == TRACE_STOPPED))
        tracee = adopt(tracer, event->pid);
    if (tracee == NULL)
        return; /* a cell, or what was killed at once */
    switch (event->kind) {
    case TRACE_EXITED:
    case TRACE_KILLED:
        handle_ended(tracer, event, tracee);
        break;
    case TRACE_SECCOMP:
        handle_seccomp(tracer, event->pid, tracee->run);
        break;
    case TRACE_SYSCALL:
        handle_syscall(tracer, tracee);
        break;
    case TRACE_EXECED:
        handle_execed(tracer, tracee);
        break;
    case TRACE_STOPPED:
        tracer_end_run(tracer, tracee->run, RUN_END_STOPPED, SANDBOX_LIMIT_NONE);
        break;
    case TRACE_SIGNAL:
        if (event->number == SIGXFSZ)
            note_file_limit(&tracer->runs[tracee->run], event->pid);
        tracer_continue(tracer, event->pid, event->number);
        break;
    case TRACE_FORKED:
        handle_forked(tracer, tracee);
        break;
    case TRACE_LEAVING:
        handle_leaving(tracer, tracee);
        break;
    case TRACE_STARTED:
    case TRACE_OTHER:
        tracer_continue(tracer, event->pid, 0);
        break;
    }
}

/* The CPU clock of a whole process; EINVAL for a thread that is not its first, ESRCH for one that is gone: 0. */
static int64_t process_cpu_us(pid_t pid)
{
    clockid_t clock;
    struct timespec time;
    if (clock_getcpuclockid(pid, &clock) != 0 || clock_gettime(clock, &time) != 0)
        return 0;
    return (int64_t)time.tv_sec * 1000000 + time.tv_nsec / 1000;
}

int64_t tracer_cpu_us(const struct tracer *tracer, size_t k, bool all)
{
    const struct run *run = &tracer->runs[k];
    if (!all)
        return run->main > 0 && !run->main_ended ? process_cpu_us(run->main) : 0;
    int64_t total = 0;
    for (size_t i = 0; i < tracer->count; i++) {
        if (tracer->tracees[i].run == (int)k)
            total += process_cpu_us(tracer->tracees[i].pid);
    }
    return total;
}
