/*
 * local_record_print.c - what `judgectl record` says: tables for people, one object for programs, arrays for HUSTOJ.
 *
 * Runs in judge_client's local form. Names and arguments come from programs that nobody trusts: they are text without control
 * characters by now.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/str.h"
#include "judge_client/local_record_parts.h"
#include "judge_client/text.h"
#include "judge_client/verdict.h"

#include "common/banned.h"

static const char *const program_names[RECORD_PROGRAMS] = {"compiler", "program", "checker"};
static const char *const why_names[] = {"allowed", "answered", "refused", "argument", "limit", "unknown", "foreign"};

/* Worst first, then by how often. */
static int by_danger(const void *a, const void *b)
{
    const struct record_call *x = *(const struct record_call *const *)a;
    const struct record_call *y = *(const struct record_call *const *)b;
    int dx = (int)record_danger(x).class;
    int dy = (int)record_danger(y).class;
    if (dx != dy)
        return dy - dx;
    if (x->count != y->count)
        return x->count < y->count ? 1 : -1;
    return (x->nr > y->nr) - (x->nr < y->nr);
}

/* The calls that the policies lack, or those that they answer, in order. malloc'd; *count of them; NULL without memory. */
static const struct record_call **sorted(const struct record *record, bool lacks, size_t *count)
{
    const struct record_call **calls = calloc(record->count + 1, sizeof *calls);
    *count = 0;
    for (size_t i = 0; calls != NULL && i < record->count; i++) {
        const struct record_call *call = &record->calls[i];
        if (lacks ? record_lacks(call) : call->why == RECORD_ANSWERED)
            calls[(*count)++] = call;
    }
    if (calls != NULL)
        qsort(calls, *count, sizeof *calls, by_danger);
    return calls;
}

/* "socket", "i386:getpid", "x32:39", "470". */
static void call_name(const struct record_call *call, char *text, size_t size)
{
    bool prefixed = call->why == RECORD_FOREIGN || call->arch != syscall_arch_native();
    const char *arch = call->arch == NULL ? "unknown" : call->arch->name;
    uint64_t nr = (uint64_t)call->nr;
    if (call->why == RECORD_FOREIGN && call->arch != NULL && (nr & call->arch->foreign_bit) != 0) {
        arch = "x32"; /* the only ABI of its kind */
        nr &= ~(uint64_t)call->arch->foreign_bit;
    }
    if (call->name != NULL)
        (void)str_format(text, size, "%s%s%s", prefixed ? arch : "", prefixed ? ":" : "", call->name); /* cut is fine */
    else
        (void)str_format(text, size, "%s%s%lld", prefixed ? arch : "", prefixed ? ":" : "", (long long)nr);
}

static void print_call(const struct record_call *call)
{
    char name[64], by[64], argument[120], answer[64] = "";
    struct danger danger = record_danger(call);
    call_name(call, name, sizeof name);
    (void)str_format(by, sizeof by, "%s%s%s%s%s", program_names[call->program], call->child ? "'s child" : "",
                     call->comm[0] != '\0' ? " (" : "", call->comm, call->comm[0] != '\0' ? ")" : ""); /* cut is fine */
    record_argument(call, argument, sizeof argument);
    if (argument[0] == '\0')
        (void)str_copy(argument, sizeof argument, call->first); /* cut is fine */
    if (call->answer != 0)
        (void)str_format(answer, sizeof answer, " [told %s here]", strerrorname_np(call->answer)); /* it fits */
    else if (call->why == RECORD_FOREIGN)
        (void)str_copy(answer, sizeof answer, " [ended the run]");
    printf("%-18s %5lld %8llu  %-28s %-28s %-10s %s%s\n", name, (long long)call->nr, (unsigned long long)call->count,
           by, argument, danger_class_name(danger.class), danger.why, answer);
}

/* One line of what the policy itself answers with an errno: programs are meant to go on then. */
static void print_answered(const struct record *record)
{
    size_t count;
    const struct record_call **calls = sorted(record, false, &count);
    for (size_t i = 0; calls != NULL && i < count; i++) {
        char name[64], argument[120];
        call_name(calls[i], name, sizeof name);
        record_argument(calls[i], argument, sizeof argument);
        printf("%s%s%s%s (%s, %llu)%s", i == 0 ? "told an error, as the policy says: " : "", name,
               argument[0] != '\0' ? " " : "", argument, strerrorname_np(calls[i]->answer),
               (unsigned long long)calls[i]->count, i + 1 == count ? "\n" : ", ");
    }
    free(calls);
}

/* How many times as long: a program's own, and what counting its calls makes of it. 0: nothing was measured. */
static double slowdown(const struct local_record *local, enum record_program program)
{
    int64_t quiet_us = local->quiet.wall_us[program];
    return quiet_us > 0 ? (double)local->counted.wall_us[program] / (double)quiet_us : 0;
}

static void print_costs(const struct local_record *local)
{
    for (int i = 0; i < RECORD_PROGRAMS; i++) {
        if (slowdown(local, (enum record_program)i) > 0)
            printf("counting made the %s %.1f times as slow (%lld ms instead of %lld)\n", program_names[i],
                   slowdown(local, (enum record_program)i), (long long)local->counted.wall_us[i] / 1000,
                   (long long)local->quiet.wall_us[i] / 1000);
        if (local->counted.ended[i] != SANDBOX_LIMIT_NONE)
            printf("a %s reached its limit of %s: it may want more than is shown\n", program_names[i],
                   sandbox_limit_name(local->counted.ended[i]));
    }
    if (local->counted.lost > 0)
        printf("%llu calls more were too many different ones to show\n", (unsigned long long)local->counted.lost);
}

void record_print_table(const struct local_record *local)
{
    size_t count;
    const struct record_call **calls = sorted(&local->counted, true, &count);
    for (size_t i = 0; i < local->subject_count; i++) {
        const struct record_subject *subject = &local->subjects[i];
        const struct record_verdict *before = &subject->passes[RECORD_BEFORE];
        printf("%s%s%s%s: %s%s%s; with everything allowed %s\n", subject->name,
               subject->language[0] != '\0' ? " (" : "", subject->language, subject->language[0] != '\0' ? ")" : "",
               before->judged ? verdict_code(before->verdict) : "no verdict",
               before->judged && before->note[0] == '\0' ? "" : ": ", before->judged ? before->note : before->why.text,
               verdict_code(subject->passes[RECORD_OPEN].verdict));
    }
    printf("%llu calls; ", (unsigned long long)local->counted.total);
    if (count == 0)
        printf("the policies lack none of them\n");
    else
        printf("%zu that the policies lack:\n\n%-18s %5s %8s  %-28s %-28s %-10s %s\n", count, "CALL", "NR", "COUNT",
               "BY", "ARGUMENT", "DANGER", "WHY");
    for (size_t i = 0; calls != NULL && i < count; i++)
        print_call(calls[i]);
    if (count > 0)
        printf("\n");
    print_answered(&local->counted);
    print_costs(local);
    free(calls);
}

/* The policies that have rows, each once, in turn; NULL after the last. */
static const char *policy_at(const struct record_rows *rows, size_t wanted)
{
    size_t found = 0;
    for (size_t i = 0; i < rows->count; i++) {
        bool first = true;
        for (size_t k = 0; k < i; k++)
            first = first && strcmp(rows->rows[k].policy, rows->rows[i].policy) != 0;
        if (first && found++ == wanted)
            return rows->rows[i].policy;
    }
    return NULL;
}

/* The languages whose programs or compilers a policy is for. */
static void print_users(const struct local_record *local, const char *policy)
{
    const struct language *language;
    int shown = 0;
    for (size_t i = 0; (language = languages_at(local->languages, i)) != NULL; i++) {
        bool uses = strcmp(language->run.policy, policy) == 0 ||
                    (language->compile.argv != NULL && strcmp(language->compile.policy, policy) == 0);
        if (uses && language->installed)
            printf("%s%s", shown++ == 0 ? ", which is for " : " ", language->name);
    }
}

void record_print_rows(const struct local_record *local)
{
    const struct record_rows *rows = &local->rows;
    const char *policy;
    struct err e;
    for (size_t i = 0; (policy = policy_at(rows, i)) != NULL; i++) {
        char *lines = record_rows_text(rows, policy, &e);
        printf("\nlines for policy %s", policy);
        print_users(local, policy);
        printf(":\n%s", lines == NULL ? "" : lines);
        for (size_t k = 0; k < rows->count; k++) {
            const struct record_row *row = &rows->rows[k];
            if (strcmp(row->policy, policy) == 0 && !record_row_counts(row))
                printf("# only with --yes-dangerous %s: %s %s%s\n", row->name, row->head, row->name, row->tail);
        }
        free(lines);
    }
    if (rows->count > 0 && !local->options->apply)
        printf("--apply writes them into %s, keeps the old file and tells the pool\n", local->places.policies[0]);
}

/* ---- JSON */

/* Without memory for it, null: the object stays valid. */
static void print_text(const char *key, const char *text)
{
    size_t size = strlen(text) * 6 + 3;
    char *out = malloc(size);
    printf("\"%s\":%s", key, out != NULL && text_json(out, size, text) >= 0 ? out : "null");
    free(out);
}

static void json_call(const struct record_call *call)
{
    struct danger danger = record_danger(call);
    char argument[120];
    record_argument(call, argument, sizeof argument);
    printf("{");
    if (call->name != NULL)
        print_text("name", call->name);
    else
        printf("\"name\":null");
    printf(",\"nr\":%lld,\"arch\":\"%s\",\"count\":%llu,\"program\":\"%s\",\"child\":%s,", (long long)call->nr,
           call->arch == NULL ? "unknown" : call->arch->name, (unsigned long long)call->count,
           program_names[call->program], call->child ? "true" : "false");
    print_text("comm", call->comm);
    printf(",\"policy\":\"%s\",\"lacks\":\"%s\",", call->policy, why_names[call->why]);
    print_text("first", call->first);
    printf(",");
    print_text("argument", argument);
    printf(",\"answer\":");
    if (call->answer != 0)
        printf("\"%s\"", strerrorname_np(call->answer));
    else
        printf("null");
    printf(",\"class\":\"%s\",", danger_class_name(danger.class));
    print_text("why", danger.why);
    printf("}");
}

static void json_calls(const struct local_record *local, const char *key, bool lacks)
{
    size_t count;
    const struct record_call **calls = sorted(&local->counted, lacks, &count);
    printf("\"%s\":[", key);
    for (size_t i = 0; calls != NULL && i < count; i++) {
        printf("%s", i == 0 ? "" : ",");
        json_call(calls[i]);
    }
    printf("]");
    free(calls);
}

static void json_verdict(const char *key, const struct record_verdict *verdict)
{
    printf(",\"%s\":{\"verdict\":\"%s\",", key, verdict_code(verdict->judged ? verdict->verdict : VERDICT_SE));
    print_text("note", verdict->judged ? verdict->note : verdict->why.text);
    printf("}");
}

static void json_rows(const struct local_record *local)
{
    printf("\"rows\":[");
    for (size_t i = 0; i < local->rows.count; i++) {
        const struct record_row *row = &local->rows.rows[i];
        char line[1200];
        (void)str_format(line, sizeof line, "%s %s%s", row->head, row->name, row->tail); /* it fits */
        printf("%s{\"policy\":\"%s\",\"name\":\"%s\",\"class\":\"%s\",\"proposed\":%s,", i == 0 ? "" : ",", row->policy,
               row->name, danger_class_name(row->danger.class), record_row_counts(row) ? "true" : "false");
        print_text("line", line);
        printf("}");
    }
    printf("]");
}

void record_print_json(const struct local_record *local)
{
    printf("{\"sources\":[");
    for (size_t i = 0; i < local->subject_count; i++) {
        const struct record_subject *subject = &local->subjects[i];
        printf("%s{", i == 0 ? "" : ",");
        print_text("source", subject->name);
        printf(",");
        print_text("language", subject->language);
        json_verdict("before", &subject->passes[RECORD_BEFORE]);
        json_verdict("open", &subject->passes[RECORD_OPEN]);
        if (local->options->apply)
            json_verdict("after", &subject->passes[RECORD_AFTER]);
        printf("}");
    }
    printf("],\"total\":%llu,\"lost\":%llu,", (unsigned long long)local->counted.total,
           (unsigned long long)local->counted.lost);
    json_calls(local, "calls", true);
    printf(",");
    json_calls(local, "answered", false);
    printf(",");
    json_rows(local);
    printf(",\"slowdown\":{");
    for (int i = 0; i < RECORD_PROGRAMS; i++)
        printf("%s\"%s\":%.2f", i == 0 ? "" : ",", program_names[i], slowdown(local, (enum record_program)i));
    printf("},\"written\":[");
    for (size_t i = 0; i < local->written_count; i++) {
        printf("%s{", i == 0 ? "" : ",");
        print_text("file", local->written[i]);
        printf("}");
    }
    printf("]}\n");
}

/* ---- HUSTOJ */

/* How often the programs made the call of this number. */
static uint64_t uses_of(const struct record *record, int64_t nr)
{
    const struct syscall_arch *native = syscall_arch_native();
    uint64_t uses = 0;
    for (size_t i = 0; i < record->count; i++) {
        const struct record_call *call = &record->calls[i];
        if (call->program == RECORD_PROGRAM && call->arch == native && call->why != RECORD_FOREIGN && call->nr == nr)
            uses += call->count;
    }
    return uses;
}

/* The next number after nr that was used, or -1. */
static int64_t next_number(const struct record *record, int64_t nr)
{
    int64_t next = -1;
    for (size_t i = 0; i < record->count; i++) {
        int64_t other = record->calls[i].nr;
        if (other > nr && uses_of(record, other) > 0 && (next < 0 || other < next))
            next = other;
    }
    return next;
}

void record_print_hustoj(const struct record *record, const char *name)
{
    printf("int LANG_%sV[CALL_ARRAY_SIZE]={", name);
    for (int64_t nr = next_number(record, -1); nr >= 0; nr = next_number(record, nr))
        printf("%lld,", (long long)nr);
    printf("0};\nint LANG_%sC[CALL_ARRAY_SIZE]={", name);
    for (int64_t nr = next_number(record, -1); nr >= 0; nr = next_number(record, nr))
        printf("%llu,", (unsigned long long)uses_of(record, nr));
    printf("0};\n");
}
