/*
 * local_report.c - see local_report.h. Runs in judge_client's local form.
 */
#include "judge_client/local_report.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/str.h"
#include "judge_client/problem.h"
#include "judge_client/text.h"
#include "judge_client/verdict.h"

#include "common/banned.h"

/* Of the table's columns, without the two blanks between them. */
enum { WIDTH_LANGUAGE = 10, WIDTH_VERDICT = 7, WIDTH_SCORE = 5, WIDTH_TIME = 9, WIDTH_MEMORY = 10 };

/* Prints text as JSON. Without memory for it, null: the line stays valid. */
static void print_json_text(const char *text)
{
    size_t size = strlen(text) * 6 + 3;
    char *out = malloc(size);
    printf("%s", out != NULL && text_json(out, size, text) >= 0 ? out : "null");
    free(out);
}

/* Thousandths as a decimal number without needless zeros: 33.333, 100. */
static void print_score(int64_t score)
{
    if (score % 1000 == 0)
        printf("%lld", (long long)(score / 1000));
    else
        printf("%lld.%03lld", (long long)(score / 1000), (long long)(score % 1000));
}

static void print_figures(int64_t cpu_us, int64_t wall_us, int64_t mem_kib)
{
    printf("\"cpu_us\":%lld,\"wall_us\":%lld,\"mem_kib\":%lld", (long long)cpu_us, (long long)wall_us,
           (long long)mem_kib);
}

static bool has_subtasks(const struct judgement *judgement)
{
    return judgement->subtask_count > 0 && judgement->subtasks[0].subtask->number >= 0;
}

static void print_json_subtasks(const struct judgement *judgement)
{
    printf(",\"subtasks\":[");
    for (size_t i = 0; i < judgement->subtask_count; i++) {
        const struct subtask_judgement *row = &judgement->subtasks[i];
        printf("%s{\"number\":%d,\"score\":", i == 0 ? "" : ",", row->subtask->number);
        print_score(row->score);
        printf(",\"of\":");
        print_score(row->full);
        printf(",\"solved\":%s}", row->solved ? "true" : "false");
    }
    printf("]");
}

void local_report_json(const struct local_source *source, const struct local_outcome *outcome)
{
    const struct judgement *judgement = &outcome->judgement;
    printf("{\"source\":");
    print_json_text(source->path);
    printf(",\"language\":");
    if (source->language != NULL)
        print_json_text(source->language->name);
    else
        printf("null");
    /* The same members as ever, so that who reads them needs no second case, and why. */
    if (!outcome->judged) {
        printf(",\"verdict\":\"%s\",\"score\":0,", verdict_code(VERDICT_SE));
        print_figures(0, 0, 0);
        printf(",\"compile\":{\"ok\":false,\"text\":\"\",\"wall_us\":0},\"cases\":[],\"error\":");
        print_json_text(outcome->why.text);
        printf("}\n");
        return;
    }
    printf(",\"verdict\":\"%s\",\"score\":", verdict_code(judgement->verdict));
    print_score(judgement->score);
    printf(",");
    print_figures(judgement->cpu_us, judgement->wall_us, judgement->mem_kib);
    printf(",\"compile\":{\"ok\":%s,\"text\":", judgement->compiled ? "true" : "false");
    print_json_text(judgement->compile_text);
    printf(",\"wall_us\":%lld},\"cases\":[", (long long)judgement->compile_wall_us);
    for (size_t i = 0; i < judgement->case_count; i++) {
        const struct case_judgement *one = &judgement->cases[i];
        printf("%s{\"name\":", i == 0 ? "" : ",");
        print_json_text(one->test->name);
        printf(",\"verdict\":\"%s\",\"score\":", verdict_code(one->verdict));
        print_score(one->score);
        printf(",");
        print_figures(one->cpu_us, one->wall_us, one->mem_kib);
        printf(",\"note\":");
        print_json_text(one->note);
        if (one->test->sample || one->test->pretest)
            printf(",\"mark\":\"%s\"", one->test->sample ? "sample" : "pretest");
        printf("}");
    }
    printf("]");
    if (has_subtasks(judgement))
        print_json_subtasks(judgement);
    if (judgement->failed_dialogue != NULL) {
        printf(",\"dialogue\":");
        print_json_text(judgement->failed_dialogue);
    }
    printf("}\n");
}

/* Columns of a text, where a byte that continues a UTF-8 character takes none and a wide one takes two. */
static int columns(const char *text)
{
    int count = 0;
    for (const unsigned char *p = (const unsigned char *)text; *p != '\0'; p++)
        count += (*p & 0xc0) == 0x80 ? 0 : *p >= 0xe3 ? 2 : 1;
    return count;
}

static void print_cell(const char *text, int width)
{
    printf("%s%*s", text, width - columns(text) + 2, "");
}

/* A file's name may hold anything; a terminal gets one line of it. */
static void shown(char *text, size_t size, const char *path)
{
    text_clean(text, size, path, strlen(path));
    for (char *p = text; *p != '\0'; p++)
        *p = *p == '\n' || *p == '\t' ? '?' : *p;
}

static void print_expected(const struct local_source *source, const struct local_outcome *outcome, enum ui_language ui)
{
    static const char *const heads[UI_COUNT][2] = {{"as expected:", "EXPECTED:"}, {"符合预期：", "预期应为："}};
    static const char *const unknown[UI_COUNT] = {"nothing expected: no verdict is called", "无预期：没有这样的结果："};
    static const char *const part[UI_COUNT] = {"part of the points", "部分分"};
    const char *separator = " ";
    char folder[sizeof source->unknown];
    shown(folder, sizeof folder, source->unknown);
    if (folder[0] != '\0')
        printf("  %s %s", unknown[ui], folder);
    if (source->expected == 0 && !source->partial)
        return;
    printf("  %s", heads[ui][outcome->differs]);
    if (source->partial)
        printf(" %s", part[ui]);
    for (int v = 0; v < VERDICT_COUNT; v++) {
        if ((source->expected & 1U << v) != 0) {
            printf("%s%s", separator, verdict_code((enum verdict)v));
            separator = ", ";
        }
    }
}

/* Score, time and memory; what did not compile has used none. */
static void print_numbers(const struct judgement *judgement)
{
    char score[48], time[48] = "-", memory[48] = "-";
    long long cpu_us = judgement->cpu_us, kib = judgement->mem_kib;
    /* Cut, not rounded: 100.0 is all of it. All of them fit. */
    (void)str_format(score, sizeof score, "%lld.%lld", (long long)judgement->score / 1000,
                     (long long)judgement->score % 1000 / 100);
    if (judgement->compiled) {
        (void)str_format(time, sizeof time, "%lld.%03lld s", cpu_us / 1000000, cpu_us / 1000 % 1000);
        (void)str_format(memory, sizeof memory, "%lld.%lld MiB", kib / 1024, kib % 1024 * 10 / 1024);
    }
    printf("%*s  %*s  %*s", WIDTH_SCORE, score, WIDTH_TIME, time, WIDTH_MEMORY, memory);
}

static void print_row(const struct local_source *source, const struct local_outcome *outcome, int width,
                      enum ui_language ui)
{
    static const char *const skipped[UI_COUNT] = {"skipped: not installed here: apt-get install %s\n",
                                                  "跳过：本机未安装：apt-get install %s\n"};
    static const char *const left_out[UI_COUNT] = {"skipped: ", "跳过："};
    const struct language *language = source->language;
    char path[PATH_MAX];
    shown(path, sizeof path, source->path);
    print_cell(path, width);
    print_cell(language == NULL ? "-" : language->name, WIDTH_LANGUAGE);
    if (source->skipped) {
        const char *why = strrchr(source->why.text, ':'); /* behind the path */
        printf("%s%s\n", left_out[ui], why == NULL ? source->why.text : why + 2);
        return;
    }
    if (outcome->skipped && language != NULL) {
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
        printf(skipped[ui], language->package);
#pragma GCC diagnostic pop
        return;
    }
    if (!outcome->judged) {
        if (outcome->meant) {
            print_cell(verdict_code(VERDICT_SE), WIDTH_VERDICT);
            printf("%*s  %*s  %*s", WIDTH_SCORE, "-", WIDTH_TIME, "-", WIDTH_MEMORY, "-");
            print_expected(source, outcome, ui);
        } else {
            printf("%s", verdict_code(VERDICT_SE));
        }
        printf("\n");
        return;
    }
    print_cell(verdict_code(outcome->judgement.verdict), WIDTH_VERDICT);
    print_numbers(&outcome->judgement);
    print_expected(source, outcome, ui);
    printf("\n");
}

/* Lines of a text, each behind these blanks; an empty line stays empty. */
static void print_lines(const char *blanks, const char *text)
{
    for (size_t length; *text != '\0'; text += length + (text[length] == '\n')) {
        length = strcspn(text, "\n");
        printf("%s%.*s\n", length > 0 ? blanks : "", (int)length, text);
    }
}

/* `  subtasks: 0: 0/0, 1: 30/30, 2: 0/70` */
static void print_subtasks(const struct judgement *judgement, enum ui_language ui)
{
    static const char *const head[UI_COUNT] = {"  subtasks:", "  子任务："};
    if (!has_subtasks(judgement))
        return;
    printf("%s", head[ui]);
    for (size_t i = 0; i < judgement->subtask_count; i++) {
        const struct subtask_judgement *row = &judgement->subtasks[i];
        printf("%s %d: ", i == 0 ? "" : ",", row->subtask->number);
        print_score(row->score);
        printf("/");
        print_score(row->full);
    }
    printf("\n");
}

static void print_detail(const struct local_source *source, const struct local_outcome *outcome, enum ui_language ui)
{
    static const char *const answer[UI_COUNT] = {"answer", "答案"};
    static const char *const output[UI_COUNT] = {"output", "输出"};
    static const char *const said[UI_COUNT] = {"dialogue:", "交互过程："};
    static const char *const wrote[UI_COUNT] = {"standard error:", "标准错误输出："};
    const struct judgement *judgement = &outcome->judgement;
    char path[PATH_MAX];
    if (outcome->meant) {
        printf("\n%s\n", outcome->why.text); /* it begins with the path */
        return;
    }
    if (!outcome->judged || judgement->verdict == VERDICT_AC)
        return;
    shown(path, sizeof path, source->path);
    printf("\n%s: %s\n", path, verdict_name(judgement->verdict, ui));
    if (!judgement->compiled) {
        print_lines("  ", judgement->compile_text);
        return;
    }
    print_subtasks(judgement, ui);
    if (judgement->failed >= judgement->case_count)
        return;
    const struct case_judgement *one = &judgement->cases[judgement->failed];
    printf("  %s: %s: %s\n", one->test->input, verdict_name(one->verdict, ui), one->note);
    if (judgement->has_difference) {
        const struct compare_difference *d = &judgement->difference;
        printf("    %s %lld:%lld  %s\n", output[ui], (long long)d->output_line, (long long)d->output_column, d->output);
        printf("    %s %lld:%lld  %s\n", answer[ui], (long long)d->answer_line, (long long)d->answer_column, d->answer);
    }
    if (judgement->report != NULL)
        print_lines("    ", judgement->report);
    if (judgement->failed_stderr[0] != '\0') {
        printf("    %s\n", wrote[ui]);
        print_lines("      ", judgement->failed_stderr);
    }
    if (judgement->failed_dialogue != NULL) {
        printf("    %s\n", said[ui]);
        print_lines("      ", judgement->failed_dialogue);
    }
}

void local_report_table(const struct local_sources *sources, const struct local_outcome *outcomes, enum ui_language ui)
{
    static const char *const heads[UI_COUNT][6] = {
        {"source", "language", "verdict", "score", "time", "memory"},
        {"源文件", "语言", "结果", "得分", "时间", "内存"},
    };
    static const int widths[6] = {0, WIDTH_LANGUAGE, WIDTH_VERDICT, WIDTH_SCORE, WIDTH_TIME, WIDTH_MEMORY};
    char path[PATH_MAX];
    int width = columns(heads[ui][0]);
    for (size_t i = 0; i < sources->count; i++) {
        shown(path, sizeof path, sources->rows[i].path);
        int own = columns(path);
        width = own > width ? own : width;
    }
    for (int i = 0; i < 3; i++)
        print_cell(heads[ui][i], i == 0 ? width : widths[i]);
    for (int i = 3; i < 6; i++)
        printf("%*s%s%s", widths[i] - columns(heads[ui][i]), "", heads[ui][i], i < 5 ? "  " : "\n");
    for (size_t i = 0; i < sources->count; i++)
        print_row(&sources->rows[i], &outcomes[i], width, ui);
    for (size_t i = 0; i < sources->count; i++)
        print_detail(&sources->rows[i], &outcomes[i], ui);
}

void local_report_progress(const char *text)
{
    (void)fprintf(stderr, "\r\033[K%s", text); /* a terminal that is gone shows nothing */
}
