/*
 * test_tracer.c - tracer.c: every wait status of a traced process becomes the right event. What is done about it needs
 * root and a cell: tests/sandbox/ shows that.
 */
#include "judge_client/sandbox/tracer.h"

#include <signal.h>
#include <string.h>
#include <sys/ptrace.h>

#include "tests/unit/unit.h"

#include "common/banned.h"

#define STOPPED(signal, event) ((int)((unsigned)(event) << 16 | (unsigned)(signal) << 8 | 0x7f))

static void test_classify(void)
{
    static const struct {
        const char *name;
        int status;
        enum trace_kind kind;
        int number;
    } rows[] = {
        {"exit 0", 0, TRACE_EXITED, 0},
        {"exit 255", 255 << 8, TRACE_EXITED, 255},
        {"SIGKILL", SIGKILL, TRACE_KILLED, SIGKILL},
        {"SIGSEGV with core", SIGSEGV | 0x80, TRACE_KILLED, SIGSEGV},
        {"seccomp", STOPPED(SIGTRAP, PTRACE_EVENT_SECCOMP), TRACE_SECCOMP, SIGTRAP},
        {"fork", STOPPED(SIGTRAP, PTRACE_EVENT_FORK), TRACE_FORKED, SIGTRAP},
        {"vfork", STOPPED(SIGTRAP, PTRACE_EVENT_VFORK), TRACE_FORKED, SIGTRAP},
        {"clone", STOPPED(SIGTRAP, PTRACE_EVENT_CLONE), TRACE_FORKED, SIGTRAP},
        {"exec", STOPPED(SIGTRAP, PTRACE_EVENT_EXEC), TRACE_EXECED, SIGTRAP},
        {"a new tracee", STOPPED(SIGTRAP, PTRACE_EVENT_STOP), TRACE_STARTED, SIGTRAP},
        {"group stop", STOPPED(SIGSTOP, PTRACE_EVENT_STOP), TRACE_STOPPED, SIGSTOP},
        {"group stop from a terminal", STOPPED(SIGTTIN, PTRACE_EVENT_STOP), TRACE_STOPPED, SIGTTIN},
        {"a signal", STOPPED(SIGUSR1, 0), TRACE_SIGNAL, SIGUSR1},
        {"SIGSTOP on its way", STOPPED(SIGSTOP, 0), TRACE_SIGNAL, SIGSTOP},
        {"SIGTRAP of its own", STOPPED(SIGTRAP, 0), TRACE_SIGNAL, SIGTRAP},
        {"at its end", STOPPED(SIGTRAP, PTRACE_EVENT_EXIT), TRACE_LEAVING, SIGTRAP},
        {"another event", STOPPED(SIGTRAP, PTRACE_EVENT_VFORK_DONE), TRACE_OTHER, SIGTRAP},
        {"a call begins or ends", STOPPED(SIGTRAP | 0x80, 0), TRACE_SYSCALL, SIGTRAP | 0x80},
        {"went on", 0xffff, TRACE_OTHER, 0},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct trace_event event;
        struct rusage usage;
        memset(&usage, 0, sizeof usage);
        usage.ru_maxrss = 77;
        trace_classify(42, rows[i].status, &usage, &event);
        UNIT_CHECK(event.kind == rows[i].kind, "%s: kind %d", rows[i].name, (int)event.kind);
        UNIT_CHECK(event.number == rows[i].number, "%s: number %d", rows[i].name, event.number);
        UNIT_CHECK(event.pid == 42, "%s: pid", rows[i].name);
        bool ended = event.kind == TRACE_EXITED || event.kind == TRACE_KILLED;
        UNIT_CHECK((event.usage.ru_maxrss == 77) == ended, "%s: usage", rows[i].name);
    }
}

static const struct unit_test tests[] = {{"classify", test_classify}};

UNIT_MAIN("tracer", tests)
