/*
 * checker.c - see checker.h: the table of protocols, and how each tells its verdict. Pure, any uid.
 */
#include "judge_client/checker.h"

#include <ctype.h>
#include <string.h>

#include "common/str.h"

#include "common/banned.h"

struct reading {
    const struct checker *checker;
    double case_score;
    const struct checker_left *left;
    struct checker_verdict *verdict;
};

/* ---- points */

/* A decimal number at the beginning of text, behind blanks: digits with a point, no sign but '-'. 0 with *value and where it
 * ends, or -1. */
static int read_number(const char *text, double *value, const char **end)
{
    double sum = 0;
    double place = 1;
    bool digits = false;
    bool negative = false;
    text += strspn(text, " \t\r\n");
    if (*text == '-') {
        negative = true;
        text++;
    }
    for (; isdigit((unsigned char)*text); text++, digits = true)
        sum = sum * 10 + (*text - '0');
    if (*text == '.') {
        for (text++; isdigit((unsigned char)*text); text++, digits = true)
            sum += (*text - '0') * (place /= 10);
    }
    *value = negative ? -sum : sum;
    *end = text;
    return digits && (*text == '\0' || isspace((unsigned char)*text) || *text == '"') ? 0 : -1;
}

/* Points become a share of the case; less than all of them is no AC. */
static int take_points(struct reading *reading, const char *text, enum checker_points points, struct err *e)
{
    static const char *const units[] = {"fraction (from 0 to 1)", "percent (from 0 to 100)",
                                        "absolute (up to the points of the case)"};
    const double full = points == CHECKER_FRACTION ? 1 : points == CHECKER_PERCENT ? 100 : reading->case_score;
    double value;
    const char *end;
    if (read_number(text, &value, &end) != 0)
        return err_set(e, "'%.40s' is no number of points", text);
    if (value < 0 || value > full)
        return err_set(e, "%.*s points, with points = %s", (int)(end - text), text, units[points]);
    int64_t share = full > 0 ? (int64_t)(value / full * CHECKER_WHOLE + 0.5) : 0;
    reading->verdict->share = share == CHECKER_WHOLE && value < full ? share - 1 : share;
    reading->verdict->verdict = value >= full ? VERDICT_AC : VERDICT_WA;
    return 0;
}

static int unknown_code(const struct reading *reading, struct err *e)
{
    return err_set(e, "exit code %d, which %s does not know", reading->left->exit_code,
                   checker_name(reading->checker->protocol));
}

/* ---- HUSTOJ */

static int read_spj(struct reading *reading, struct err *e)
{
    static const enum verdict verdicts[] = {VERDICT_AC, VERDICT_WA, VERDICT_PE, VERDICT_RE};
    int code = reading->left->exit_code;
    (void)e; /* any other code is WA there */
    reading->verdict->verdict = code < (int)(sizeof verdicts / sizeof *verdicts) ? verdicts[code] : VERDICT_WA;
    return 0;
}

static int read_upj(struct reading *reading, struct err *e)
{
    int code = reading->left->exit_code;
    if (code > 100)
        return unknown_code(reading, e);
    reading->verdict->share = (int64_t)code * (CHECKER_WHOLE / 100);
    reading->verdict->verdict = code == 100 ? VERDICT_AC : VERDICT_WA;
    return 0;
}

/* ---- testlib */

/* The value of an attribute of the report's <result>: `outcome = "accepted"`. False where it has none. */
static bool attribute(const char *report, const char *name, char *value, size_t size)
{
    const char *at = strstr(report, "<result");
    const char *end = at == NULL ? NULL : strchr(at, '>');
    for (at = end == NULL ? NULL : at + strlen("<result"); at != NULL; at = strstr(at, name)) {
        /* The name of an attribute stands behind a blank and before '='; `points` may be a value, too. */
        const char *behind = at + strlen(name) + strspn(at + strlen(name), " \t");
        if (str_starts(at, name) && (at[-1] == ' ' || at[-1] == '\t') && *behind == '=')
            break;
        at++;
    }
    if (at == NULL || at > end)
        return false;
    at += strlen(name);
    at += strspn(at, " \t") + 1;
    at += strspn(at, " \t");
    const char *quote = *at == '"' ? strchr(at + 1, '"') : NULL;
    return quote != NULL && quote < end && str_format(value, size, "%.*s", (int)(quote - at - 1), at + 1) == 0;
}

static int read_report(struct reading *reading, const char *outcome, struct err *e)
{
    static const struct {
        const char *outcome;
        enum verdict verdict;
    } rows[] = {
        {"accepted", VERDICT_AC},
        {"wrong-answer", VERDICT_WA},
        {"presentation-error", VERDICT_PE},
        {"unexpected-eof", VERDICT_WA},
    };
    char value[64];
    const char *report = reading->left->result;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        if (strcmp(outcome, rows[i].outcome) == 0) {
            reading->verdict->verdict = rows[i].verdict;
            return 0;
        }
    }
    if (strcmp(outcome, "points") == 0 && attribute(report, "points", value, sizeof value))
        return take_points(reading, value, reading->checker->points, e);
    /* testlib writes `points X message` to standard error as well, and an older one only there. */
    if (strcmp(outcome, "points") == 0 && str_starts(reading->left->error, "points "))
        return take_points(reading, reading->left->error + strlen("points "), reading->checker->points, e);
    if (strcmp(outcome, "partially-correct") == 0 && attribute(report, "pctype", value, sizeof value))
        return take_points(reading, value, CHECKER_PERCENT, e);
    if (strcmp(outcome, "fail") == 0)
        return err_set(e, "FAIL: %.*s", (int)strcspn(reading->verdict->message, "<"), reading->verdict->message);
    return err_set(e, "its report has the outcome '%.40s', which is none", outcome);
}

static int read_testlib(struct reading *reading, struct err *e)
{
    static const enum verdict codes[] = {
        [0] = VERDICT_AC, [1] = VERDICT_WA, [2] = VERDICT_PE, [4] = VERDICT_PE, [8] = VERDICT_WA};
    enum { FAIL = 3, DIRT = 4, POINTS = 7 };
    const struct checker_left *left = reading->left;
    char outcome[64];
    reading->verdict->message = left->error;
    if (left->exit_code != DIRT && left->has_result && attribute(left->result, "outcome", outcome, sizeof outcome)) {
        const char *text = strstr(left->result, "<result");
        text = strchr(text, '>'); /* attribute() found both */
        reading->verdict->message = text + 1;
        return read_report(reading, outcome, e);
    }
    if (left->exit_code == FAIL)
        return err_set(e, "FAIL");
    if (left->exit_code == POINTS && str_starts(left->error, "points "))
        return take_points(reading, left->error + strlen("points "), reading->checker->points, e);
    if (left->exit_code >= (int)(sizeof codes / sizeof *codes) || (left->exit_code > 4 && left->exit_code < 8))
        return unknown_code(reading, e);
    reading->verdict->verdict = codes[left->exit_code];
    return 0;
}

/* ---- others */

static int read_kattis(struct reading *reading, struct err *e)
{
    enum { ACCEPT = 42, REJECT = 43 };
    const struct checker_left *left = reading->left;
    reading->verdict->message = left->message;
    reading->verdict->verdict = left->exit_code == ACCEPT ? VERDICT_AC : VERDICT_WA;
    if (left->exit_code != ACCEPT && left->exit_code != REJECT)
        return unknown_code(reading, e);
    return left->exit_code == ACCEPT && left->has_result && !reading->checker->no_points
               ? take_points(reading, left->result, left->is_share ? CHECKER_FRACTION : reading->checker->points, e)
               : 0;
}

static int read_lemon(struct reading *reading, struct err *e)
{
    reading->verdict->message = reading->left->message;
    if (reading->left->exit_code != 0)
        return unknown_code(reading, e);
    return reading->left->has_result ? take_points(reading, reading->left->result, CHECKER_PERCENT, e)
                                     : err_set(e, "it left no score file");
}

static int read_qduoj(struct reading *reading, struct err *e)
{
    int code = reading->left->exit_code;
    reading->verdict->verdict = code == 0 ? VERDICT_AC : VERDICT_WA;
    return code <= 1 ? 0 : unknown_code(reading, e);
}

static int read_syzoj(struct reading *reading, struct err *e)
{
    reading->verdict->message = reading->left->error;
    return reading->left->exit_code != 0 ? unknown_code(reading, e)
                                         : take_points(reading, reading->left->out, CHECKER_PERCENT, e);
}

static int read_uoj(struct reading *reading, struct err *e)
{
    const char *error = reading->left->error;
    reading->verdict->message = error;
    if (str_starts(error, "ok")) {
        reading->verdict->verdict = VERDICT_AC;
        return 0;
    }
    if (str_starts(error, "points "))
        return take_points(reading, error + strlen("points "), reading->checker->points, e);
    if (str_starts(error, "FAIL") || error[0] == '\0' || reading->left->exit_code > 8)
        return err_set(e, "exit code %d, and a standard error that begins with neither ok nor points nor a verdict",
                       reading->left->exit_code);
    reading->verdict->verdict = VERDICT_WA;
    return 0;
}

/* Its messages may be marked for translation, "translate:wrong": what stands behind is shown. */
static int read_cms(struct reading *reading, struct err *e)
{
    static const char mark[] = "translate:";
    const char *message = reading->left->error;
    reading->verdict->message = message + (str_starts(message, mark) ? sizeof mark - 1 : 0);
    return reading->left->exit_code != 0 ? unknown_code(reading, e)
                                         : take_points(reading, reading->left->out, CHECKER_FRACTION, e);
}

static int read_cupoj(struct reading *reading, struct err *e)
{
    enum { OWN = 4 };
    int code = reading->left->exit_code;
    reading->verdict->verdict = code == 0 ? VERDICT_AC : VERDICT_WA;
    if (code < OWN)
        return 0;
    for (int verdict = 0; verdict < VERDICT_CE; verdict++) {
        if (verdict_hustoj((enum verdict)verdict) == code) {
            reading->verdict->verdict = (enum verdict)verdict;
            return 0;
        }
    }
    return unknown_code(reading, e);
}

/* ---- the table */

static const struct protocol {
    const char *name, *arguments;
    bool reads_output;
    const char *result, *message;
    enum checker_points points;
    int (*read)(struct reading *reading, struct err *e);
    const char *help;
} protocols[] = {
#define CHECKER(name, word, arguments, input, result, message, points, read, help)                                     \
    {word, arguments, input, result, message, CHECKER_##points, read_##read, help},
#include "judge_client/checker.def"
#undef CHECKER
};
_Static_assert(sizeof protocols / sizeof *protocols == CHECKER_PROTOCOL_COUNT, "a row a protocol");

const char *checker_name(enum checker_protocol protocol)
{
    return protocols[protocol].name;
}

const char *checker_arguments(const struct checker *checker)
{
    bool hustoj = checker->protocol == CHECKER_TPJ && checker->hustoj_argv;
    return protocols[hustoj ? CHECKER_SPJ : checker->protocol].arguments;
}

bool checker_reads_output(enum checker_protocol protocol)
{
    return protocols[protocol].reads_output;
}

const char *checker_result_file(enum checker_protocol protocol)
{
    return protocols[protocol].result;
}

const char *checker_message_file(enum checker_protocol protocol)
{
    return protocols[protocol].message;
}

const char *checker_help(enum checker_protocol protocol)
{
    return protocols[protocol].help;
}

enum checker_points checker_usual_points(enum checker_protocol protocol)
{
    return protocols[protocol].points;
}

const char *checker_builtin_name(enum checker_builtin builtin)
{
    static const char *const names[] = {[CHECKER_LINES_UNORDERED] = "lines unordered",
                                        [CHECKER_PERMUTATION] = "permutation",
                                        [CHECKER_YES_NO] = "yes/no",
                                        [CHECKER_NUMBERS] = "numbers"};
    _Static_assert(sizeof names / sizeof *names == CHECKER_BUILTIN_COUNT, "a name each");
    return names[builtin];
}

int checker_protocol_of_name(const char *name, struct err *e)
{
    const char *names[CHECKER_PROTOCOL_COUNT + 1] = {NULL};
    if (strcmp(name, "hustoj") == 0 || strcmp(name, "hustoj spj") == 0)
        return CHECKER_SPJ;
    for (int i = 0; i < CHECKER_PROTOCOL_COUNT; i++) {
        names[i] = protocols[i].name;
        if (strcmp(name, names[i]) == 0)
            return i;
    }
    const char *nearest = str_nearest(name, names);
    return err_set(e, "unknown protocol '%.40s'%s%s%s", name, nearest == NULL ? "" : " (did you mean ",
                   nearest == NULL ? "" : nearest, nearest == NULL ? "" : "?)");
}

int checker_read(const struct checker *checker, double case_score, const struct checker_left *left,
                 struct checker_verdict *verdict, struct err *e)
{
    struct reading reading = {.checker = checker, .case_score = case_score, .left = left, .verdict = verdict};
    *verdict = (struct checker_verdict){.verdict = VERDICT_WA, .message = ""};
    if (protocols[checker->protocol].read(&reading, e) != 0)
        return -1;
    if (verdict->verdict == VERDICT_AC)
        verdict->share = CHECKER_WHOLE;
    return 0;
}
