/*
 * outcome.c - see outcome.h. Pure; runs in a worker.
 */
#include "judge_client/outcome.h"

#include <string.h>

#include "common/str.h"
#include "judge_client/judge.h"
#include "judge_client/problem.h"
#include "judge_client/text.h"

#include "common/banned.h"

enum { TAIL_BYTES = 256 }; /* kept free for the line that says how many rows are missing */

struct text {
    char *bytes;
    size_t size, used;
};

/* Appends the whole of line, or nothing: false where it does not fit. */
static bool append(struct text *text, const char *line)
{
    size_t length = strlen(line);
    if (length >= text->size - text->used)
        return false;
    memcpy(text->bytes + text->used, line, length + 1);
    text->used += length;
    return true;
}

/* What a case is besides, for the report. */
static const char *mark_of(const struct problem_case *test, enum ui_language ui)
{
    static const char *const marks[UI_COUNT][3] = {{"", " (sample)", " (pretest)"}, {"", "（样例）", "（预测试）"}};
    return marks[ui][test->sample ? 1 : test->pretest ? 2 : 0];
}

/* What was wrong with answers to questions. Four blanks make it literal, whatever it holds. */
static void report_answers(struct text *text, const struct judgement *judgement)
{
    char line[512];
    for (const char *at = judgement->report; at != NULL && *at != '\0';) {
        size_t length = strcspn(at, "\n");
        (void)str_format(line, sizeof line, "    %.*s\n", (int)length, at); /* a line of it is shorter */
        if (!append(text, line))
            break;
        at += length + (at[length] == '\n');
    }
    if (judgement->report != NULL)
        (void)append(text, "\n"); /* there is room: what is reported is half of it */
}

static void report_subtasks(struct text *text, const struct judgement *judgement, enum ui_language ui)
{
    static const char *const heads[UI_COUNT] = {"subtask|score\n--|--\n", "子任务|得分\n--|--\n"};
    char line[128];
    if (judgement->subtask_count == 0 || judgement->subtasks[0].subtask->number < 0)
        return;
    (void)append(text, heads[ui]); /* there are at most PROBLEM_SUBTASKS, and room for them */
    for (size_t i = 0; i < judgement->subtask_count; i++) {
        const struct subtask_judgement *row = &judgement->subtasks[i];
        (void)str_format(line, sizeof line, "%d|%lld.%03lld / %lld.%03lld\n", row->subtask->number,
                         (long long)row->score / 1000, (long long)row->score % 1000, (long long)row->full / 1000,
                         (long long)row->full % 1000); /* it fits */
        (void)append(text, line);
    }
    (void)append(text, "\n");
}

/* A cell of a Markdown table: '|' and line ends would end it. */
static void cell(char *out, size_t size, const char *name)
{
    (void)str_copy(out, size, name); /* a name is shorter than a cell */
    for (char *p = out; *p != '\0'; p++)
        *p = *p == '|' || *p == '\n' || *p == '\r' ? '_' : *p;
}

/* A note in Markdown: what a program or its author wrote is no tag, link or code there. */
static void escape(char *out, size_t size, const char *note)
{
    size_t used = 0;
    for (; *note != '\0' && used + 3 < size; note++) {
        if (strchr("<[`", *note) != NULL)
            out[used++] = '\\';
        out[used++] = *note == '\n' ? ' ' : *note;
    }
    out[used] = '\0';
}

/* What a program that failed wrote to standard error, as the traceback of an exception: each line behind four blanks, so that it is
 * text whatever it holds. At most a third of the report. */
static void report_error(struct text *text, const char *error, enum ui_language ui)
{
    static const char *const heads[UI_COUNT] = {"standard error:\n\n", "标准错误输出：\n\n"};
    const size_t most = text->used + text->size / 3;
    if (!append(text, heads[ui]))
        return;
    while (*error != '\0' && text->used < most) {
        size_t length = strcspn(error, "\n");
        char line[JUDGE_STDERR_SIZE + 8];
        (void)str_format(line, sizeof line, "    %.*s\n", (int)length, error); /* it fits: all of it is shorter */
        (void)append(text, line);                                              /* or it is left out */
        error += length + (error[length] == '\n');
    }
    (void)append(text, "\n");
}

static void report_failure(struct text *text, const struct judgement *judgement, bool difference, enum ui_language ui)
{
    char line[2 * JUDGE_NOTE_SIZE + PROBLEM_NAME_SIZE + 256];
    char note[2 * JUDGE_NOTE_SIZE];
    char name[PROBLEM_NAME_SIZE];
    if (judgement->failed >= judgement->case_count)
        return;
    const struct case_judgement *one = &judgement->cases[judgement->failed];
    cell(name, sizeof name, one->test->input);
    escape(note, sizeof note, one->note);
    /* The longest note fits. The note of a difference shows the answer. */
    bool shows_answer = judgement->has_difference && !difference;
    (void)str_format(line, sizeof line, "**%s**: %s%s%s\n\n", name, verdict_name(one->verdict, ui),
                     shows_answer ? "" : ": ", shows_answer ? "" : note);
    (void)append(text, line);
    if (difference && judgement->shown != NULL)
        (void)append(text, judgement->shown); /* DIFFERENCE_BYTES are less than OUTCOME_TEXT_BYTES */
    else if (difference && one->verdict == VERDICT_RE && judgement->failed_stderr != NULL &&
             judgement->failed_stderr[0] != '\0')
        report_error(text, judgement->failed_stderr, ui);
}

void outcome_report(char *text_bytes, size_t size, const struct judgement *judgement, bool difference,
                    enum ui_language ui)
{
    static const char *const left_out[UI_COUNT] = {"%zu more cases are not shown\n", "另有 %zu 个测试点未列出\n"};
    struct text text = {.bytes = text_bytes, .size = size};
    char line[PROBLEM_NAME_SIZE + 256];
    char name[PROBLEM_NAME_SIZE];
    text_bytes[0] = '\0';
    report_failure(&text, judgement, difference, ui);
    report_answers(&text, judgement);
    report_subtasks(&text, judgement, ui);
    if (judgement->case_count > 0)
        (void)append(&text, "filename|size|result|memory|time\n--|--|--|--|--\n");
    size_t i = 0;
    for (; i < judgement->case_count; i++) {
        const struct case_judgement *one = &judgement->cases[i];
        cell(name, sizeof name, one->test->input);
        if (one->verdict == VERDICT_SKIPPED)
            (void)str_format(line, sizeof line, "%s%s|%lld|-|-|-\n", name, mark_of(one->test, ui),
                             (long long)one->test->input_bytes);
        else
            (void)str_format(line, sizeof line, "%s%s|%lld|%s|%lldKB|%lldms\n", name, mark_of(one->test, ui),
                             (long long)one->test->input_bytes, verdict_code(one->verdict), (long long)one->mem_kib,
                             (long long)one->cpu_us / 1000);
        if (text.size - text.used < strlen(line) + TAIL_BYTES)
            break;
        (void)append(&text, line); /* there is room */
    }
    if (i < judgement->case_count) {
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
        (void)str_format(line, sizeof line, left_out[ui], judgement->case_count - i);
#pragma GCC diagnostic pop
        (void)append(&text, line); /* there is room */
    }
}

void outcome_test_run(char *text_bytes, size_t size, const struct judgement *judgement, enum ui_language ui)
{
    static const char *const heads[UI_COUNT] = {"[standard error]\n", "[标准错误输出]\n"};
    struct text text = {.bytes = text_bytes, .size = size};
    const struct case_judgement *one = judgement->case_count > 0 ? &judgement->cases[0] : NULL;
    text_bytes[0] = '\0';
    if (one == NULL) {
        (void)str_copy(text_bytes, size, judgement->compile_text); /* it is shorter */
        return;
    }
    bool failed = one->verdict != VERDICT_AC;
    const char *output = judgement->output == NULL ? "" : judgement->output;
    const char *error = judgement->failed_stderr;
    char line[JUDGE_NOTE_SIZE + 64];
    if (failed) {
        (void)str_format(line, sizeof line, "%s: %s\n", verdict_name(one->verdict, ui), one->note); /* it fits */
        (void)append(&text, line);                                                                  /* and these */
    }
    if (error[0] != '\0') {
        (void)append(&text, heads[ui]);
        (void)append(&text, error);
        (void)append(&text, error[strlen(error) - 1] == '\n' ? "" : "\n");
    }
    if (text.used > 0 && output[0] != '\0')
        (void)append(&text, "\n");
    text_clean(text.bytes + text.used, text.size - text.used, output, strlen(output)); /* cuts what does not fit */
}

int64_t outcome_time_ms(const struct judgement *judgement, bool most)
{
    int64_t sum_us = 0;
    for (size_t i = 0; i < judgement->case_count; i++)
        sum_us += judgement->cases[i].cpu_us;
    return (most ? judgement->cpu_us : sum_us) / 1000;
}

int64_t outcome_pass_rate(const struct judgement *judgement)
{
    enum { WHOLE = 100000, ALMOST = 999 };
    int64_t rate = (judgement->score + 50) / 100;
    return judgement->score < WHOLE && rate > ALMOST ? ALMOST : rate;
}
