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
    if (!outcome->judged) {
        printf(",\"verdict\":\"%s\",\"error\":", verdict_code(VERDICT_SE));
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
        printf("}");
    }
    printf("]}\n");
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

static void print_expected(unsigned expected)
{
    const char *separator = "";
    for (int v = 0; v < VERDICT_COUNT; v++) {
        if ((expected & 1U << v) != 0) {
            printf("%s%s", separator, verdict_code((enum verdict)v));
            separator = " ";
        }
    }
}

static void print_row(const struct local_source *source, const struct local_outcome *outcome, int width)
{
    static const char *const blank = "-";
    const struct judgement *judgement = &outcome->judgement;
    char number[48];
    print_cell(source->path, width);
    print_cell(source->language == NULL ? blank : source->language->name, 10);
    if (!outcome->judged) {
        printf("%s\n", outcome->skipped ? "skipped" : verdict_code(VERDICT_SE));
        return;
    }
    print_cell(verdict_code(judgement->verdict), 7);
    (void)str_format(number, sizeof number, "%lld.%lld", (long long)judgement->score / 1000,
                     (long long)judgement->score % 1000 / 100); /* it fits */
    print_cell(number, 6);
    (void)str_format(number, sizeof number, "%lld.%03lld s", (long long)judgement->cpu_us / 1000000,
                     (long long)judgement->cpu_us / 1000 % 1000); /* it fits */
    print_cell(number, 9);
    (void)str_format(number, sizeof number, "%lld.%lld MiB", (long long)judgement->mem_kib / 1024,
                     (long long)judgement->mem_kib % 1024 * 10 / 1024); /* it fits */
    print_cell(number, 10);
    if (source->expected != 0) {
        printf("%s ", outcome->differs ? "EXPECTED" : "as expected:");
        print_expected(source->expected);
    }
    printf("\n");
}

static void print_detail(const struct local_source *source, const struct local_outcome *outcome, enum ui_language ui)
{
    static const char *const answer[UI_COUNT] = {"answer", "答案"};
    static const char *const output[UI_COUNT] = {"output", "输出"};
    const struct judgement *judgement = &outcome->judgement;
    if (!outcome->judged || judgement->verdict == VERDICT_AC)
        return;
    printf("\n%s: %s\n", source->path, verdict_name(judgement->verdict, ui));
    if (!judgement->compiled) {
        printf("%s\n", judgement->compile_text);
        return;
    }
    if (judgement->failed >= judgement->case_count)
        return;
    const struct case_judgement *one = &judgement->cases[judgement->failed];
    printf("  %s.in: %s: %s\n", one->test->name, verdict_name(one->verdict, ui), one->note);
    if (judgement->has_difference) {
        const struct compare_difference *d = &judgement->difference;
        printf("    %s %lld:%lld  %s\n", output[ui], (long long)d->output_line, (long long)d->output_column, d->output);
        printf("    %s %lld:%lld  %s\n", answer[ui], (long long)d->answer_line, (long long)d->answer_column, d->answer);
    }
}

void local_report_table(const struct local_sources *sources, const struct local_outcome *outcomes, enum ui_language ui)
{
    static const char *const heads[UI_COUNT][6] = {
        {"source", "language", "verdict", "score", "time", "memory"},
        {"源文件", "语言", "结果", "得分", "时间", "内存"},
    };
    static const int widths[6] = {0, 10, 7, 6, 9, 10};
    int width = columns(heads[ui][0]);
    for (size_t i = 0; i < sources->count; i++) {
        int own = columns(sources->rows[i].path);
        width = own > width ? own : width;
    }
    for (int i = 0; i < 6; i++)
        print_cell(heads[ui][i], i == 0 ? width : widths[i]);
    printf("\n");
    for (size_t i = 0; i < sources->count; i++)
        print_row(&sources->rows[i], &outcomes[i], width);
    for (size_t i = 0; i < sources->count; i++)
        print_detail(&sources->rows[i], &outcomes[i], ui);
}

void local_report_progress(const char *text)
{
    (void)fprintf(stderr, "\r\033[K%s", text); /* a terminal that is gone shows nothing */
}
