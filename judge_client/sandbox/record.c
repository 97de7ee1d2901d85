/*
 * record.c - see record.h. Runs in judge_client as root, called by the loop and the tracer of a run.
 *
 * It looks into a program's memory and reads its name, both only to show them, as text without control characters: nothing is
 * decided by them. What is let through is the filter's business; here it is worked out and counted.
 */
#include "judge_client/sandbox/record.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/uio.h>

#include "common/file.h"
#include "common/str.h"
#include "judge_client/sandbox/danger.h"

#include "common/banned.h"

enum {
    WIDE_FACTOR = 10, /* two stops a call cost a program that does little else some fifty times its time */
    WIDE_US = 10000000,
    WIDE_PROCESSES = 64,
    SMALL = 4096, /* numbers below are shown in decimal */
};

#define OPEN_HASH UINT64_C(0x9e3779b97f4a7c15)

void record_init(struct record *record, bool counting)
{
    *record = (struct record){.counting = counting};
}

void record_fini(struct record *record)
{
    free(record->calls);
    *record = (struct record){.counting = false};
}

/* ---- what is let through */

static struct policy_rule open_rule(const char *name, const struct policy_rule *rule)
{
    struct policy_rule open = *rule;
    uint16_t error = danger_of(name).error;
    uint8_t arg = 0;
    uint64_t mask = 0;
    bool plain = rule->action == POLICY_ALLOW && rule->mask == 0;
    bool answers = rule->action == POLICY_ERRNO || (rule->action == POLICY_ALLOW && rule->value != 0);
    if (plain || answers)
        return open;
    uint32_t bits = danger_bits(name, &error);
    if (bits != 0 && danger_selector(name, &arg, &mask))
        return (struct policy_rule){.action = POLICY_ALLOW, .arg = arg, .mask = bits, .value = error};
    if (error == 0)
        return (struct policy_rule){.action = POLICY_ALLOW};
    if (rule->action == POLICY_REFUSE)
        return (struct policy_rule){.action = POLICY_ERRNO, .value = error};
    if (rule->action == POLICY_ALLOW)
        open.value = error; /* only with the arguments that the policy allows */
    return open;
}

void record_open_policy(const struct policy *policy, struct policy *open)
{
    *open = *policy;
    open->unknown_error = ENOSYS;
    open->hash = policy->hash ^ OPEN_HASH;
    for (int a = 0; a < open->arch_count; a++) {
        const struct syscall_arch *arch = open->arches[a].arch;
        for (size_t row = 0; row < arch->row_count; row++)
            open->arches[a].rules[row] = open_rule(arch->rows[row].name, &policy->arches[a].rules[row]);
    }
}

struct record_specs *record_open_specs(const struct sandbox_spec *specs, size_t n, struct err *e)
{
    struct record_specs *opened = calloc(1, sizeof *opened);
    if (opened == NULL) {
        (void)err_set(e, "out of memory");
        return NULL;
    }
    for (size_t k = 0; k < n; k++) {
        struct sandbox_limits *limits = &opened->specs[k].limits;
        opened->asked[k] = specs[k].policy;
        opened->specs[k] = specs[k];
        record_open_policy(specs[k].policy, &opened->open[k]);
        opened->specs[k].policy = &opened->open[k];
        limits->cpu_us = limits->cpu_us * WIDE_FACTOR + WIDE_US;
        limits->wall_us = limits->wall_us * WIDE_FACTOR + 2 * WIDE_US;
        if (limits->processes < WIDE_PROCESSES)
            limits->processes = WIDE_PROCESSES;
    }
    return opened;
}

void record_ended(struct record *record, size_t cell, const struct sandbox_result *result)
{
    enum record_program program = cell == RECORD_CHECKER_CELL ? RECORD_CHECKER : record->program;
    record->wall_us[program] += result->wall_us;
    if (result->limit != SANDBOX_LIMIT_NONE)
        record->ended[program] = result->limit;
}

/* ---- what is counted */

/* What the policy says of the call, and which argument of it counts. */
static void judge_call(const struct policy *policy, uint16_t (*calls)[SYSCALL_ROWS], const struct record_event *event,
                       struct record_call *call)
{
    int a = policy_arch(policy, event->audit);
    int row = a < 0 ? -1 : syscall_index(policy->arches[a].arch, (int64_t)event->nr);
    uint32_t foreign_bit = a < 0 ? 0 : policy->arches[a].arch->foreign_bit;
    call->why = RECORD_UNKNOWN;
    call->answer = ENOSYS;
    if (a < 0 || (foreign_bit != 0 && event->nr >> 31 == 0 && (event->nr & foreign_bit) != 0)) {
        call->why = RECORD_FOREIGN;
        call->answer = 0;
        return;
    }
    if (row < 0)
        return;
    const struct policy_rule *rule = &policy->arches[a].rules[row];
    bool holds = rule->action != POLICY_ALLOW || policy_holds(policy, call->arch, rule, event->args[rule->arg]);
    call->answer = 0;
    call->selected = danger_selector(call->name, &call->arg, &call->mask);
    if (rule->action == POLICY_ALLOW && rule->mask != 0) {
        call->selected = true;
        call->arg = rule->arg;
        call->mask = rule->mask;
    }
    call->value = call->selected ? event->args[call->arg] & call->mask : 0;
    if (rule->action == POLICY_LIMIT) {
        bool more = calls[a][row] >= rule->value;
        call->why = more ? RECORD_LIMIT : RECORD_ALLOWED;
        calls[a][row] = (uint16_t)(calls[a][row] + !more);
    } else if (rule->action == POLICY_ERRNO || (!holds && rule->value != 0)) {
        call->why = RECORD_ANSWERED;
        call->answer = rule->value;
    } else {
        call->why = rule->action == POLICY_REFUSE ? RECORD_REFUSED : holds ? RECORD_ALLOWED : RECORD_ARGUMENT;
    }
}

/* With what record mode's filter has answered a call that the policy lacks. */
static uint16_t answer_of(const struct policy *asked, const struct record_call *call, const struct record_event *event)
{
    const struct policy_rule *rule = policy_rule(asked, event->audit, (int64_t)event->nr);
    struct policy_rule open = open_rule(call->name, rule);
    if (open.action == POLICY_ERRNO)
        return open.value;
    return open.action == POLICY_ALLOW && !policy_holds(asked, call->arch, &open, event->args[open.arg]) ? open.value
                                                                                                         : 0;
}

static bool same_row(const struct record_call *a, const struct record_call *b)
{
    bool valued = a->why != RECORD_ALLOWED && a->selected;
    return a->nr == b->nr && a->why == b->why && a->program == b->program && a->child == b->child &&
           a->arch == b->arch && a->selected == b->selected &&
           (!valued || (a->value == b->value && a->arg == b->arg)) && strcmp(a->policy, b->policy) == 0;
}

/* Text for people: what cannot be printed is a dot. */
static void make_printable(char *text)
{
    for (char *at = text; *at != '\0'; at++) {
        if (!isprint((unsigned char)*at))
            *at = '.';
    }
}

/* The text at this address of the program, as far as it lies in one page. */
static bool read_text(pid_t pid, uint64_t address, char *text, size_t size)
{
    size_t room = 4096 - (size_t)(address & 4095);
    struct iovec local = {text, room < size - 1 ? room : size - 1};
    /* An address of another process: it is not ours to look at. */
    struct iovec remote = {(void *)(uintptr_t)address, local.iov_len};
    ssize_t count = process_vm_readv(pid, &local, 1, &remote, 1, 0);
    if (count <= 0)
        return false;
    text[count] = '\0';
    make_printable(text);
    return true;
}

static void show_first(const struct record_event *event, struct record_call *call)
{
    enum danger_first kind = danger_first(call->name);
    uint64_t first = event->args[0];
    char text[RECORD_TEXT - 2];
    bool path = kind == DANGER_FIRST_PATH || kind == DANGER_FIRST_PATH_SECOND;
    if (kind == DANGER_FIRST_NONE || (path && event->pid == 0))
        return;
    if (path && read_text(event->pid, event->args[kind == DANGER_FIRST_PATH_SECOND], text, sizeof text))
        (void)str_format(call->first, sizeof call->first, "\"%s\"", text); /* it fits */
    else if ((int32_t)first < SMALL && (int32_t)first > -SMALL &&
             (first >> 32 == 0 || first >> 31 == UINT64_C(0x1ffffffff)))
        (void)str_format(call->first, sizeof call->first, "%s%d", kind == DANGER_FIRST_DESCRIPTOR ? "fd " : "",
                         (int)(int32_t)first); /* it fits */
    else
        (void)str_format(call->first, sizeof call->first, "0x%llx", (unsigned long long)first); /* it fits */
}

static void show_comm(pid_t pid, struct record_call *call)
{
    char path[40];
    char text[32];
    (void)str_format(path, sizeof path, "/proc/%d/comm", (int)pid); /* it fits */
    if (pid <= 0 || file_read(AT_FDCWD, path, text, sizeof text, NULL) <= 0)
        return; /* it was killed meanwhile: no name is shown */
    text[strcspn(text, "\n")] = '\0';
    (void)str_copy(call->comm, sizeof call->comm, text); /* the kernel's have 15 bytes */
    make_printable(call->comm);
}

/* A row for a call that has none yet; NULL where there is no room. */
static struct record_call *add_row(struct record *record, const struct record_call *call)
{
    if (record->count == record->size) {
        size_t size = record->size == 0 ? 64 : record->size * 2;
        struct record_call *more = size > RECORD_CALLS ? NULL : realloc(record->calls, size * sizeof *more);
        if (more == NULL)
            return NULL;
        record->calls = more;
        record->size = size;
    }
    record->calls[record->count] = *call;
    return &record->calls[record->count++];
}

void record_take(struct record *record, const struct policy *asked, uint16_t (*calls)[SYSCALL_ROWS],
                 const struct record_event *event)
{
    struct record_call call = {.program = event->cell == RECORD_CHECKER_CELL ? RECORD_CHECKER : record->program,
                               .child = event->child,
                               .arch = syscall_arch_by_audit(event->audit),
                               .nr = (int64_t)event->nr};
    call.name = call.arch == NULL ? NULL : syscall_name(call.arch, call.nr);
    (void)str_copy(call.policy, sizeof call.policy, asked->name); /* of the same size */
    judge_call(asked, calls, event, &call);
    record->total++;
    for (size_t i = 0; i < record->count; i++) {
        if (same_row(&record->calls[i], &call)) {
            record->calls[i].count++;
            return;
        }
    }
    if (call.why == RECORD_REFUSED || call.why == RECORD_ARGUMENT)
        call.answer = answer_of(asked, &call, event);
    call.count = 1;
    show_first(event, &call);
    show_comm(event->pid, &call);
    if (add_row(record, &call) == NULL)
        record->lost++;
}
