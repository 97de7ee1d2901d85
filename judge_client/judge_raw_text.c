/*
 * judge_raw_text.c - a case of a problem that is answered in text: nothing is compiled, nothing runs. Runs in judge_client.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/file.h"
#include "common/str.h"
#include "judge_client/judge_parts.h"
#include "judge_client/problem.h"
#include "judge_client/raw_text.h"
#include "judge_client/rules.h"

#include "common/banned.h"

enum { MOST_BYTES = 4 << 20, REPORT_BYTES = 8 << 10, WHOLE = 1000000 };

/* A file of the problem, malloc'd. 0, or -1 with e. */
static int read_file(const struct problem *problem, const char *name, struct raw_text *text, struct err *e)
{
    struct stat info;
    char *bytes = NULL;
    int fd = problem_open_file(problem, name, e);
    if (fd < 0)
        return -1;
    if (fstat(fd, &info) != 0)
        err_sys(e, errno, "%s/%s", problem->folder, name);
    else if (info.st_size > MOST_BYTES)
        err_set(e, "%s/%s: more than %d MiB of questions", problem->folder, name, MOST_BYTES >> 20);
    else if ((bytes = malloc((size_t)info.st_size + 1)) == NULL)
        err_set(e, "out of memory");
    ssize_t count = bytes == NULL ? -1 : pread(fd, bytes, (size_t)info.st_size, 0);
    if (bytes != NULL && count < 0)
        err_sys(e, errno, "read %s/%s", problem->folder, name);
    file_close(&fd);
    if (count < 0) {
        free(bytes);
        return -1;
    }
    *text = (struct raw_text){bytes, (size_t)count};
    return 0;
}

static int keep_report(struct judgement *judgement, const char *report, struct err *e)
{
    if (report[0] == '\0' || judgement->report != NULL)
        return 0; /* of several cases the first that has one */
    judgement->report = strdup(report);
    return judgement->report == NULL ? err_set(e, "out of memory") : 0;
}

int judge_raw_text_case(struct judge *judge, const struct submission *submission, const struct problem_case *test,
                        const struct judge_options *options, struct judgement *judgement, struct case_judgement *result,
                        struct err *e)
{
    static const char *const form[UI_COUNT] = {"%s of %s points", "得分 %s / %s"};
    const struct problem *problem = submission->problem;
    const struct raw_text own = {submission->source, submission->source_bytes};
    struct raw_text input = {NULL, 0}, answer = {NULL, 0};
    struct raw_text_mark mark;
    char report[REPORT_BYTES], got[32], total[32];
    *result = (struct case_judgement){.test = test};
    /* What the last submission's program wrote is none of this one's. */
    if (judge_rewind(judge->error_fd, e) != 0 || read_file(problem, test->input, &input, e) != 0)
        return -1;
    int code = read_file(problem, test->answer, &answer, e);
    if (code == 0 && raw_text_judge(&input, &answer, &own, options->rules->raw_text_diff, report, sizeof report,
                                    options->ui, &mark, e) != 0)
        code = err_add(e, "%s", problem->folder);
    free((void *)(uintptr_t)input.bytes);
    free((void *)(uintptr_t)answer.bytes);
    if (code != 0)
        return -1;
    result->verdict = mark.mark == mark.total ? VERDICT_AC : VERDICT_WA;
    result->share = result->verdict == VERDICT_WA ? mark.mark * WHOLE / mark.total : 0;
    judgement->mark += mark.mark;
    judgement->mark_total += mark.total;
    raw_text_number(got, sizeof got, mark.mark);
    raw_text_number(total, sizeof total, mark.total);
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
    (void)str_format(result->note, sizeof result->note, form[options->ui], got, total); /* it fits */
#pragma GCC diagnostic pop
    return keep_report(judgement, report, e);
}
