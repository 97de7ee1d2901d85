/*
 * local_record_rows.c - see local_record_rows.h. Runs in judge_client's local form.
 *
 * It never proposes to allow what record mode did not let through: such a call was answered with an errno, and that is the line.
 */
#include "judge_client/local_record_rows.h"

#include <elf.h>
#include <stdlib.h>
#include <string.h>

#include "common/str.h"

#include "common/banned.h"

enum {
    VALUES = 32, /* policy.h: of one condition */
    LINE = 100,  /* columns */
    TEXT = 64 << 10,
};

bool record_lacks(const struct record_call *call)
{
    return call->why != RECORD_ALLOWED && call->why != RECORD_ANSWERED;
}

struct danger record_danger(const struct record_call *call)
{
    static const struct danger foreign = {DANGER_DANGEROUS, 0,
                                          "a call of another architecture than the policy names: a 32-bit program (its "
                                          "policy needs an `arch` line), or a "
                                          "way around the filter"};
    if (call->why == RECORD_FOREIGN)
        return foreign;
    if (call->why == RECORD_UNKNOWN || call->name == NULL)
        return danger_of(NULL);
    return call->selected ? danger_of_value(call->arch, call->name, call->value) : danger_of(call->name);
}

/* The number of a value as a policy would write it: its name where there is exactly this one. */
static void value_text(const struct record_call *call, uint64_t value, char *text, size_t size)
{
    static const struct {
        const char *call, *prefix;
    } families[] = {{"clone", "CLONE_"}, {"prctl", "PR_"}, {"ioctl", ""}};
    for (size_t f = 0; f < sizeof families / sizeof families[0]; f++) {
        const char *name;
        if (strcmp(families[f].call, call->name) != 0)
            continue;
        for (size_t i = 0; (name = syscall_value_name(i)) != NULL; i++) {
            uint64_t number;
            bool other = families[f].prefix[0] == '\0' && (str_starts(name, "CLONE_") || str_starts(name, "PR_"));
            if (str_starts(name, families[f].prefix) && !other && syscall_value(call->arch, name, &number) == 0 &&
                number == value && str_copy(text, size, name) == 0)
                return;
        }
    }
    (void)str_format(text, size, "0x%llx", (unsigned long long)value); /* 18 bytes: it fits */
}

static uint64_t whole_mask(const struct record_call *call)
{
    return call->arch->elf_class == ELFCLASS32 ? UINT32_MAX : UINT64_MAX;
}

/* "arg0 & 0x7e83a080" or "arg1". */
static void argument_head(const struct record_call *call, char *text, size_t size)
{
    if (call->mask == whole_mask(call))
        (void)str_format(text, size, "arg%u", (unsigned)call->arg); /* these fit */
    else
        (void)str_format(text, size, "arg%u & 0x%llx", (unsigned)call->arg, (unsigned long long)call->mask);
}

void record_argument(const struct record_call *call, char *text, size_t size)
{
    char head[40];
    char value[40];
    text[0] = '\0';
    if (!call->selected || call->name == NULL || call->arch == NULL)
        return;
    argument_head(call, head, sizeof head);
    value_text(call, call->value, value, sizeof value);
    (void)str_format(text, size, "%s = %s", head, value); /* cut is fine */
}

/* ---- rows */

struct making {
    struct record_rows *rows;
    const struct record *record;
    const struct policy *policy;
    const struct record_call *call;
    const char *const *yes;
    bool agreed; /* it was said that making->call may be allowed, however dangerous */
    struct err *e;
};

static bool is_in(const char *const *names, const char *name)
{
    for (size_t i = 0; names != NULL && names[i] != NULL; i++) {
        if (strcmp(names[i], name) == 0)
            return true;
    }
    return false;
}

/* Of one policy and architecture, the same call. */
static bool same_call(const struct record_call *a, const struct record_call *b)
{
    return a->nr == b->nr && a->arch == b->arch && strcmp(a->policy, b->policy) == 0;
}

static bool same_gate(struct danger a, struct danger b)
{
    return (a.class == DANGER_DANGEROUS) == (b.class == DANGER_DANGEROUS);
}

/* A row for making->call, without a tail, that has danger; NULL with e. */
static struct record_row *add_row(const struct making *making, const char *verb, struct danger danger)
{
    const struct record_call *call = making->call;
    struct record_rows *rows = making->rows;
    struct record_row *more = realloc(rows->rows, (rows->count + 1) * sizeof *more);
    if (more == NULL) {
        (void)err_set(making->e, "out of memory");
        return NULL;
    }
    rows->rows = more;
    struct record_row *row = &rows->rows[rows->count++];
    bool narrow = making->policy != NULL && making->policy->arch_count > 1;
    memset(row, 0, sizeof *row);
    (void)str_copy(row->policy, sizeof row->policy, call->policy); /* sizes are the same, or the names short */
    (void)str_format(row->head, sizeof row->head, "%s%s%s%s", narrow ? "on " : "", narrow ? call->arch->name : "",
                     narrow ? " " : "", verb);
    (void)str_copy(row->name, sizeof row->name, call->name);
    row->danger = danger;
    row->agreed = making->agreed;
    return row;
}

static int add_errno(const struct making *making, struct danger danger)
{
    char verb[40];
    (void)str_format(verb, sizeof verb, "errno %s", strerrorname_np(making->call->answer)); /* it fits */
    return add_row(making, verb, danger) == NULL ? -1 : 0;
}

/* The values of the calls like making->call that the record has and that pass the same gate, each once. */
static size_t gather(const struct making *making, struct danger danger, uint64_t values[VALUES + 1], size_t count)
{
    for (size_t i = 0; i < making->record->count; i++) {
        const struct record_call *other = &making->record->calls[i];
        bool known = false;
        if (!record_lacks(other) || !other->selected || !same_call(other, making->call) || other->answer != 0 ||
            (!making->agreed && !same_gate(record_danger(other), danger)))
            continue;
        for (size_t k = 0; k < count; k++)
            known = known || values[k] == other->value;
        if (!known && count <= VALUES)
            values[count++] = other->value;
    }
    return count;
}

/* `allow NAME unless arg & mask`, with the mask less the bits that were seen. */
static int add_unless(const struct making *making, const struct policy_rule *rule, struct danger danger)
{
    uint64_t values[VALUES + 1];
    size_t count = gather(making, danger, values, 0);
    uint64_t mask = rule->mask;
    struct record_row *row = add_row(making, "allow", danger);
    for (size_t i = 0; i < count; i++)
        mask &= ~values[i];
    if (row != NULL && mask != 0)
        (void)str_format(row->tail, sizeof row->tail, " unless arg%u & 0x%llx", (unsigned)rule->arg,
                         (unsigned long long)mask); /* it fits */
    return row == NULL ? -1 : 0;
}

/* `allow NAME arg & mask = VALUES`, with those that the policy has already. */
static int add_values(const struct making *making, const struct policy_rule *rule, struct danger danger)
{
    uint64_t values[VALUES + 1];
    size_t count = 0;
    if (rule != NULL && rule->mask != 0) {
        for (; count < rule->count; count++)
            values[count] = making->policy->values[rule->first + count];
    }
    size_t old = count;
    count = gather(making, danger, values, count);
    /* All that is allowed is one condition: a later line would undo an earlier one. */
    if (danger.class == DANGER_DANGEROUS && !making->agreed)
        count = gather(making, (struct danger){DANGER_HARMLESS, 0, NULL}, values, count);
    struct record_row *row = count == old || count > VALUES ? NULL : add_row(making, "allow", danger);
    if (row == NULL)
        return count == old || count > VALUES ? 0 : -1;
    char head[40];
    argument_head(making->call, head, sizeof head);
    (void)str_format(row->tail, sizeof row->tail, " %s =", head); /* it fits */
    for (size_t i = 0; i < count; i++) {
        char value[40];
        size_t length = strlen(row->tail);
        value_text(making->call, values[i], value, sizeof value);
        (void)str_format(row->tail + length, sizeof row->tail - length, " %s", value); /* 32 of them fit */
    }
    return 0;
}

/* An earlier call of the record has made the row already. */
static bool is_made(const struct making *making, size_t i)
{
    for (size_t k = 0; k < i; k++) {
        const struct record_call *earlier = &making->record->calls[k];
        if (record_lacks(earlier) && same_call(earlier, making->call) && earlier->selected == making->call->selected &&
            (earlier->answer != 0) == (making->call->answer != 0) &&
            (making->agreed || same_gate(record_danger(earlier), record_danger(making->call))))
            return true;
    }
    return false;
}

static int add_call(const struct making *making)
{
    const struct record_call *call = making->call;
    struct danger danger = record_danger(call);
    const struct policy_rule *rule =
        making->policy == NULL ? NULL : policy_rule(making->policy, call->arch->audit, call->nr);
    if (call->answer != 0 && (call->selected || call->why == RECORD_ARGUMENT))
        return 0; /* told no for its argument: a line with its errno would take the other arguments away */
    if (call->answer != 0)
        return add_errno(making, danger);
    if (!call->selected)
        return add_row(making, "allow", danger) == NULL ? -1 : 0;
    if (rule != NULL && rule->action == POLICY_ALLOW && rule->mask != 0 && rule->count == 0)
        return add_unless(making, rule, danger);
    return add_values(making, rule != NULL && rule->action == POLICY_ALLOW ? rule : NULL, danger);
}

int record_rows_make(struct record_rows *rows, const struct record *record, record_policy_of *policy_of, void *context,
                     const char *const *yes, struct err *e)
{
    struct making making = {.rows = rows, .record = record, .yes = yes, .e = e};
    *rows = (struct record_rows){.count = 0};
    for (size_t i = 0; i < record->count; i++) {
        making.call = &record->calls[i];
        making.agreed = making.call->name != NULL && is_in(yes, making.call->name);
        if (!record_lacks(making.call) || making.call->arch == NULL || making.call->name == NULL ||
            making.call->why == RECORD_FOREIGN || is_made(&making, i))
            continue;
        making.policy = policy_of(context, making.call->policy);
        if (add_call(&making) != 0) {
            record_rows_fini(rows);
            return -1;
        }
    }
    return 0;
}

void record_rows_fini(struct record_rows *rows)
{
    free(rows->rows);
    *rows = (struct record_rows){.count = 0};
}

bool record_row_counts(const struct record_row *row)
{
    return row->danger.class != DANGER_DANGEROUS || row->agreed;
}

/* ---- lines */

struct lines {
    char *text;
    size_t used, column;
    char head[80]; /* of the line that is being written; "": none */
};

static void put(struct lines *lines, const char *text)
{
    if (lines->used + strlen(text) + 1 >= TEXT)
        return; /* there are not so many names */
    (void)str_copy(lines->text + lines->used, TEXT - lines->used, text);
    lines->used += strlen(text);
    lines->column += strlen(text);
}

static void end_line(struct lines *lines)
{
    if (lines->head[0] != '\0')
        put(lines, "\n");
    lines->head[0] = '\0';
    lines->column = 0;
}

static void put_row(struct lines *lines, const struct record_row *row)
{
    bool joins =
        row->tail[0] == '\0' && strcmp(lines->head, row->head) == 0 && lines->column + 1 + strlen(row->name) <= LINE;
    if (!joins) {
        end_line(lines);
        put(lines, row->head);
    }
    put(lines, " ");
    put(lines, row->name);
    put(lines, row->tail);
    (void)str_copy(lines->head, sizeof lines->head, row->head); /* of the same size */
    if (row->tail[0] != '\0')
        end_line(lines);
}

char *record_rows_text(const struct record_rows *rows, const char *policy, struct err *e)
{
    struct lines lines = {.text = calloc(1, TEXT)};
    if (lines.text == NULL) {
        (void)err_set(e, "out of memory");
        return NULL;
    }
    for (int tails = 0; tails < 2; tails++) {
        for (size_t i = 0; i < rows->count; i++) {
            const struct record_row *row = &rows->rows[i];
            if (strcmp(row->policy, policy) == 0 && record_row_counts(row) && (row->tail[0] != '\0') == (tails == 1))
                put_row(&lines, row);
        }
        end_line(&lines);
    }
    return lines.text;
}
