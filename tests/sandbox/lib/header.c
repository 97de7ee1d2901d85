/*
 * header.c - see header.h. Runs in the drivers; reads text, touches nothing.
 */
#include "tests/sandbox/lib/header.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/str.h"
#include "judge_client/sandbox/syscalls.h"

#include "common/banned.h"

static int parse_names(struct ending *ending, char *text, struct err *e)
{
    char *save = NULL;
    for (char *name = strtok_r(text, "|", &save); name != NULL; name = strtok_r(NULL, "|", &save)) {
        if (ending->name_count == HEADER_NAMES || str_copy(ending->names[ending->name_count++], HEADER_WORD, name) != 0)
            return err_set(e, "too many names, or one that is too long: %s", name);
    }
    return ending->name_count > 0 ? 0 : err_set(e, "syscall= names nothing");
}

static int parse_limit(struct ending *ending, const char *word, struct err *e)
{
    for (int i = SANDBOX_LIMIT_CPU; i <= SANDBOX_LIMIT_PROCESSES; i++) {
        if (word != NULL && strcmp(word, sandbox_limit_name((enum sandbox_limit)i)) == 0) {
            ending->kind = ENDING_LIMIT;
            ending->limit = (enum sandbox_limit)i;
            return 0;
        }
    }
    return err_set(e, "no such limit");
}

/* `exit 3`, `signal 9 syscall=x32:getpid`, `limit cpu`, `RE syscall=a|b`, `stopped`, `error`. */
static int parse_ending(struct ending *ending, char *text, struct err *e)
{
    char *words[4] = {NULL}, *save = NULL;
    size_t count = 0;
    *ending = (struct ending){.kind = ENDING_EXIT};
    for (char *word = strtok_r(text, " ", &save); word != NULL; word = strtok_r(NULL, " ", &save)) {
        if (count == 3)
            return err_set(e, "too many words in an ending: %s", word);
        words[count++] = word;
    }
    if (count == 0)
        return err_set(e, "an ending is missing");
    bool has_number = strcmp(words[0], "exit") == 0 || strcmp(words[0], "signal") == 0;
    size_t used = has_number || strcmp(words[0], "limit") == 0 ? 2 : 1;
    if (has_number) {
        ending->kind = words[0][0] == 'e' ? ENDING_EXIT : ENDING_SIGNAL;
        ending->number_is_n = words[1] != NULL && strcmp(words[1], "N") == 0;
        if (!ending->number_is_n && (words[1] == NULL || str_to_int64(words[1], 0, 255, &ending->number) != 0))
            return err_set(e, "%s needs a number", words[0]);
    } else if (strcmp(words[0], "limit") == 0) {
        if (parse_limit(ending, words[1], e) != 0)
            return -1;
    } else if (strcmp(words[0], "RE") == 0) {
        ending->kind = ENDING_REFUSED;
    } else if (strcmp(words[0], "stopped") == 0) {
        ending->kind = ENDING_STOPPED;
    } else if (strcmp(words[0], "error") == 0) {
        ending->kind = ENDING_ERROR;
    } else {
        return err_set(e, "no such ending: %s", words[0]);
    }
    if (count <= used)
        return 0;
    if (count > used + 1 || !str_starts(words[used], "syscall=") ||
        (ending->kind != ENDING_REFUSED && ending->kind != ENDING_SIGNAL))
        return err_set(e, "not understood: %s", words[used]);
    return parse_names(ending, words[used] + strlen("syscall="), e);
}

static int parse_condition(struct condition *condition, const char *text, struct err *e)
{
    static const char *const numbers[] = {"cpu_ms", "wall_ms", "mem_kib", "mem_mib", "out_kib", "processes", NULL};
    static const struct {
        const char *text;
        enum condition_compare compare;
    } compares[] = {{"<=", COMPARE_AT_MOST},
                    {">=", COMPARE_AT_LEAST},
                    {"<", COMPARE_LESS},
                    {">", COMPARE_MORE},
                    {"=", COMPARE_EQUAL}};
    size_t length = strcspn(text, "<>=");
    if (str_format(condition->key, sizeof condition->key, "%.*s", (int)length, text) != 0 || text[length] == '\0')
        return err_set(e, "no condition: %s", text);
    const char *value = NULL;
    for (size_t i = 0; i < sizeof compares / sizeof *compares && value == NULL; i++) {
        if (str_starts(text + length, compares[i].text)) {
            condition->compare = compares[i].compare;
            value = text + length + strlen(compares[i].text);
        }
    }
    if (strcmp(condition->key, "stdout") == 0 || strcmp(condition->key, "left") == 0) {
        if (condition->compare != COMPARE_EQUAL || str_copy(condition->word, sizeof condition->word, value) != 0)
            return err_set(e, "not understood: %s", text);
        return 0;
    }
    for (size_t i = 0; numbers[i] != NULL; i++) {
        if (strcmp(numbers[i], condition->key) == 0 && str_to_int64(value, 0, INT64_MAX, &condition->number) == 0)
            return 0;
    }
    return err_set(e, "not understood: %s", text);
}

/* Cuts text at the first separator and moves on behind it; NULL at the end. */
static char *next_part(char **text, const char *separator)
{
    char *part = *text;
    if (part == NULL)
        return NULL;
    char *end = strstr(part, separator);
    if (end != NULL) {
        *end = '\0';
        *text = end + strlen(separator);
    } else {
        *text = NULL;
    }
    return part;
}

static int parse_expect(struct header *header, const char *policy, const char *value, struct err *e)
{
    char copy[256], *rest = copy;
    if (header->expect_count == HEADER_EXPECTS)
        return err_set(e, "too many lines of this kind");
    struct expect *expect = &header->expects[header->expect_count++];
    *expect = (struct expect){.ending_count = 0};
    if (str_copy(copy, sizeof copy, value) != 0 || str_copy(expect->policy, sizeof expect->policy, policy) != 0)
        return err_set(e, "too long");
    (void)str_copy(expect->text, sizeof expect->text, value); /* of one size */
    char *endings = next_part(&rest, ", ");
    for (char *part = next_part(&endings, " | "); part != NULL; part = next_part(&endings, " | ")) {
        if (expect->ending_count == HEADER_ENDINGS)
            return err_set(e, "too many endings");
        if (parse_ending(&expect->endings[expect->ending_count++], part, e) != 0)
            return -1;
    }
    for (char *part = next_part(&rest, ", "); part != NULL; part = next_part(&rest, ", ")) {
        if (expect->condition_count == HEADER_CONDITIONS)
            return err_set(e, "too many conditions");
        if (parse_condition(&expect->conditions[expect->condition_count++], part, e) != 0)
            return -1;
    }
    return 0;
}

static int parse_limits(struct sandbox_limits *limits, char *value, struct err *e)
{
    char *save = NULL;
    for (char *word = strtok_r(value, " ", &save); word != NULL; word = strtok_r(NULL, " ", &save)) {
        char *equals = strchr(word, '=');
        int64_t number = 0;
        if (equals == NULL || str_to_int64(equals + 1, 1, 1000000, &number) != 0)
            return err_set(e, "no limit: %s", word);
        *equals = '\0';
        if (strcmp(word, "cpu_ms") == 0)
            limits->cpu_us = number * 1000;
        else if (strcmp(word, "wall_ms") == 0)
            limits->wall_us = number * 1000;
        else if (strcmp(word, "mem_mib") == 0)
            limits->mem_kib = number * 1024;
        else if (strcmp(word, "out_mib") == 0)
            limits->out_bytes = number << 20;
        else if (strcmp(word, "stack_mib") == 0)
            limits->stack_kib = number * 1024;
        else if (strcmp(word, "processes") == 0)
            limits->processes = (int)number;
        else if (strcmp(word, "open_files") == 0)
            limits->open_files = (int)number;
        else
            return err_set(e, "no such limit: %s", word);
    }
    return 0;
}

static int parse_each(struct header *header, char *value, struct err *e)
{
    char *save = NULL;
    for (char *word = strtok_r(value, ",", &save); word != NULL; word = strtok_r(NULL, ",", &save)) {
        char *dash = strchr(word, '-');
        if (dash != NULL)
            *dash = '\0';
        if (header->range_count == HEADER_RANGES ||
            str_to_int64(word, 0, INT64_MAX, &header->ranges[header->range_count].first) != 0 ||
            str_to_int64(dash == NULL ? word : dash + 1, header->ranges[header->range_count].first, INT64_MAX,
                         &header->ranges[header->range_count].last) != 0)
            return err_set(e, "no range of numbers: %s", word);
        header->range_count++;
    }
    return 0;
}

static int parse_args(struct header *header, char *value, struct err *e)
{
    char *save = NULL;
    for (char *word = strtok_r(value, " ", &save); word != NULL; word = strtok_r(NULL, " ", &save)) {
        if (header->arg_count == HEADER_ARGS || str_copy(header->args[header->arg_count++], HEADER_WORD, word) != 0)
            return err_set(e, "too many arguments, or one that is too long");
    }
    return 0;
}

/* `x86_64` or `aarch64|arm`: names that are in the tables. */
static int parse_architectures(struct header *header, const char *value, struct err *e)
{
    char names[HEADER_WORD], *save = NULL;
    if (str_copy(header->architectures, sizeof header->architectures, value) != 0)
        return err_set(e, "too long");
    (void)str_copy(names, sizeof names, value); /* of one size */
    for (char *name = strtok_r(names, "|", &save); name != NULL; name = strtok_r(NULL, "|", &save)) {
        if (syscall_arch_by_name(name) == NULL)
            return err_set(e, "no such architecture: %s", name);
    }
    return 0;
}

bool header_fits(const struct header *header)
{
    char names[HEADER_WORD], *save = NULL;
    (void)str_copy(names, sizeof names, header->architectures); /* of one size */
    for (char *name = strtok_r(names, "|", &save); name != NULL; name = strtok_r(NULL, "|", &save)) {
        if (syscall_arch_by_name(name) == syscall_arch_native())
            return true;
    }
    return header->architectures[0] == '\0';
}

static int parse_key(struct header *header, const char *key, char *value, char *default_policy, struct err *e)
{
    if (strcmp(key, "expect") == 0)
        return parse_expect(header, "", value, e);
    if (str_starts(key, "expect "))
        return parse_expect(header, key + strlen("expect "), value, e);
    if (strcmp(key, "policy") == 0)
        return str_copy(default_policy, HEADER_WORD, value) == 0 ? 0 : err_set(e, "too long");
    if (strcmp(key, "limits") == 0)
        return parse_limits(&header->limits, value, e);
    if (strcmp(key, "args") == 0)
        return parse_args(header, value, e);
    if (strcmp(key, "each") == 0)
        return parse_each(header, value, e);
    if (strcmp(key, "repeat") == 0)
        return str_to_int64(value, 1, 1000, &header->repeat) == 0 ? 0 : err_set(e, "no number");
    if (strcmp(key, "beside") == 0)
        return str_copy(header->beside, sizeof header->beside, value) == 0 ? 0 : err_set(e, "too long");
    if (strcmp(key, "build") == 0)
        return 0;
    if (strcmp(key, "proc") == 0 && strcmp(value, "yes") == 0) {
        header->proc = true;
        return 0;
    }
    if (strcmp(key, "needs") == 0 && strcmp(value, "groups") == 0) {
        header->needs_groups = true;
        return 0;
    }
    if (strcmp(key, "needs") == 0)
        return parse_architectures(header, value, e);
    if (strcmp(key, "stdin") == 0 && (strcmp(value, "file") == 0 || strcmp(value, "zero") == 0)) {
        header->input = value[0] == 'f' ? STDIN_FILE : STDIN_ZERO;
        return 0;
    }
    return err_set(e, "no such key, or no such value of it");
}

int header_parse(struct header *header, const char *text, struct err *e)
{
    char default_policy[HEADER_WORD] = "c";
    *header = (struct header){
        .limits = {500000, 3000000, 64 * 1024, 4 << 20, 8 * 1024, 16, 64},
        .repeat = 1,
    };
    while (str_starts(text, "/* ")) {
        char line[400];
        size_t length = strcspn(text, "\n");
        if (str_format(line, sizeof line, "%.*s", (int)length, text) != 0 || length < 6 ||
            strcmp(line + length - 3, " */") != 0)
            return err_set(e, "not a line of a header: %.60s", line);
        line[length - 3] = '\0';
        char *colon = strstr(line, ": ");
        if (colon == NULL)
            return err_set(e, "not a line of a header: %s", line);
        *colon = '\0';
        if (parse_key(header, line + 3, colon + 2, default_policy, e) != 0)
            return err_add(e, "%s", line + 3);
        text += length;
        text += *text == '\n';
    }
    for (size_t i = 0; i < header->expect_count; i++) {
        if (header->expects[i].policy[0] == '\0')
            memcpy(header->expects[i].policy, default_policy, sizeof default_policy);
    }
    return header->expect_count > 0 ? 0 : err_set(e, "no line says what to expect");
}

static bool is_ending(const struct ending *ending, const struct outcome *outcome)
{
    const struct sandbox_result *result = outcome->result;
    if (ending->kind == ENDING_ERROR || result == NULL)
        return ending->kind == ENDING_ERROR && result == NULL;
    int64_t number = ending->number_is_n ? outcome->n : ending->number;
    bool named = ending->name_count == 0;
    for (size_t i = 0; i < ending->name_count; i++)
        named = named || strcmp(result->refused_name, ending->names[i]) == 0;
    bool refused = ending->kind == ENDING_REFUSED || (ending->kind == ENDING_SIGNAL && ending->name_count > 0);
    return result->exit_code == (ending->kind == ENDING_EXIT ? number : -1) &&
           result->signal == (ending->kind == ENDING_SIGNAL ? number : 0) &&
           result->limit == (ending->kind == ENDING_LIMIT ? ending->limit : SANDBOX_LIMIT_NONE) &&
           result->stopped == (ending->kind == ENDING_STOPPED) && result->refused == refused && (!refused || named) &&
           !result->cancelled;
}

static bool compare(enum condition_compare how, int64_t value, int64_t with)
{
    switch (how) {
    case COMPARE_LESS:
        return value < with;
    case COMPARE_AT_MOST:
        return value <= with;
    case COMPARE_MORE:
        return value > with;
    case COMPARE_AT_LEAST:
        return value >= with;
    case COMPARE_EQUAL:
        return value == with;
    }
    return false;
}

/* Compared in the finer unit, so that 3.9 MiB are less than 4. */
static bool holds(const struct condition *condition, const struct outcome *outcome)
{
    const struct sandbox_result *result = outcome->result;
    if (strcmp(condition->key, "left") == 0)
        return strcmp(condition->word, outcome->left) == 0;
    if (strcmp(condition->key, "stdout") == 0) {
        size_t length = strlen(outcome->output);
        length -= length > 0 && outcome->output[length - 1] == '\n';
        return strlen(condition->word) == length && strncmp(condition->word, outcome->output, length) == 0;
    }
    if (result == NULL)
        return true;
    if (strcmp(condition->key, "cpu_ms") == 0)
        return outcome->slow || compare(condition->compare, result->cpu_us, condition->number * 1000);
    if (strcmp(condition->key, "wall_ms") == 0)
        return outcome->slow || compare(condition->compare, result->wall_us, condition->number * 1000);
    if (strcmp(condition->key, "mem_kib") == 0)
        return compare(condition->compare, result->mem_kib, condition->number);
    if (strcmp(condition->key, "mem_mib") == 0)
        return compare(condition->compare, result->mem_kib, condition->number * 1024);
    if (strcmp(condition->key, "out_kib") == 0)
        return compare(condition->compare, result->out_bytes, condition->number * 1024);
    return compare(condition->compare, result->processes, condition->number);
}

int header_check(const struct expect *expect, const struct outcome *outcome, struct err *e)
{
    bool good = false;
    for (size_t i = 0; i < expect->ending_count; i++)
        good = good || is_ending(&expect->endings[i], outcome);
    for (size_t i = 0; i < expect->condition_count; i++)
        good = good && holds(&expect->conditions[i], outcome);
    if (good)
        return 0;
    if (outcome->result == NULL)
        return err_set(e, "expected %s; it could not be run", expect->text);
    const struct sandbox_result *r = outcome->result;
    return err_set(e,
                   "expected %s; got exit %d signal %d limit %s refused '%s'%s%s cpu_us %lld wall_us %lld mem_kib %lld "
                   "out_bytes %lld processes %d left %s stdout '%.40s'",
                   expect->text, r->exit_code, r->signal, sandbox_limit_name(r->limit),
                   r->refused ? r->refused_name : "", r->stopped ? " stopped" : "", r->cancelled ? " cancelled" : "",
                   (long long)r->cpu_us, (long long)r->wall_us, (long long)r->mem_kib, (long long)r->out_bytes,
                   r->processes, outcome->left, outcome->output);
}
