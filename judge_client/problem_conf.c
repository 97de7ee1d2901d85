/*
 * problem_conf.c - a problem's problem.ini: its keys, and what they set. Runs in judge_client as root. A key that this
 * version cannot act on is an error, never silently ignored.
 */
#include "judge_client/problem_parts.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "common/file.h"
#include "common/str.h"
#include "judge_client/interact.h"

#include "common/banned.h"

enum { DEFAULT_TIME_MS = 1000, DEFAULT_MEMORY_MIB = 128, DEFAULT_TOTAL = 100, MOST_SAMPLES = 100 };
enum {
    MOST_MS = 3600000,
    MOST_MIB = 1048576,
    MOST_PROCESSES = 16384,
    MOST_TOTAL = 1000000,
    MOST_FACTOR = 1000,
    MOST_PASSES = 100
};

#define DEFAULT_ERROR 1e-6

static const struct conf_key problem_keys[] = {
    {"limits", "time_ms", CONF_INT, 1, MOST_MS, NULL, "processor time of a case"},
    {"limits", "wall_ms", CONF_INT, 1, MOST_MS, NULL, "real time of a case"},
    {"limits", "memory_mib", CONF_INT, 1, MOST_MIB, NULL, "memory of a case"},
    {"limits", "output_mib", CONF_INT, 1, MOST_MIB, NULL, "output of a case (twice the answer and 1 KiB)"},
    {"limits", "stack_mib", CONF_INT, 1, MOST_MIB, NULL, "stack (as much as memory)"},
    {"limits", "processes", CONF_INT, 1, MOST_PROCESSES, NULL, "processes and threads at once (the language's)"},
    {"limits.*", "factor", CONF_DECIMAL, 0, MOST_FACTOR, NULL, "times the time limit, for one language"},
    {"compare", "mode", CONF_CHOICE, 0, 0, "lines exact tokens float", "how output and answer are compared"},
    {"compare", "abs_error", CONF_DECIMAL, 0, INT64_MAX, NULL, "mode = float: accepted difference"},
    {"compare", "rel_error", CONF_DECIMAL, 0, INT64_MAX, NULL, "mode = float: accepted difference as a share"},
    {"compare", "ignore_case", CONF_BOOL, 0, 0, NULL, "A and a are the same"},
    {"compare", "strict_line_ends", CONF_BOOL, 0, 0, NULL, "mode = lines: blanks at a line's end are a PE"},
    {"files", "input", CONF_TEXT, 0, 0, NULL, "the file that the program reads"},
    {"files", "output", CONF_TEXT, 0, 0, NULL, "the file that the program writes"},
    {"scoring", "mode", CONF_CHOICE, 0, 0, "first_failure all subtasks", "which cases are run"},
    {"scoring", "total", CONF_INT, 1, MOST_TOTAL, NULL, "the full score"},
    {"cases", "order", CONF_CHOICE, 0, 0, "natural alphabetical", "2 before 10, or after it"},
    {"cases", "samples", CONF_WORDS, 0, 0, NULL, "cases that students see"},
    {"cases", "pretests", CONF_WORDS, 0, 0, NULL, "cases that are marked as pretests"},
    {"checker", "source", CONF_TEXT, 0, 0, NULL, "the checker"},
    {"checker", "protocol", CONF_TEXT, 0, 0, NULL, "how it is called"},
    {"checker", "args", CONF_WORDS, 0, 0, NULL, "its arguments"},
    {"checker", "points", CONF_CHOICE, 0, 0, "fraction percent absolute", "what its points mean"},
    {"checker", "builtin", CONF_WORDS, 0, 0, NULL, "a checker that needs no program"},
    {"checker", "time_ms", CONF_INT, 1, MOST_MS, NULL, "processor time of the checker"},
    {"checker", "memory_mib", CONF_INT, 1, MOST_MIB, NULL, "memory of the checker"},
    {"checker", "passes", CONF_INT, 1, MOST_PASSES, NULL, "runs of the program in a case, where it leaves nextpass.in"},
    {"checker", "tpj_argv", CONF_CHOICE, 0, 0, "testlib hustoj", "the order of a tpj's arguments"},
    {"interactor", "source", CONF_TEXT, 0, 0, NULL, "the interactor"},
    {"interactor", "protocol", CONF_TEXT, 0, 0, NULL, "how it is called"},
    {"interactor", "args", CONF_WORDS, 0, 0, NULL, "its arguments"},
    {"interactor", "points", CONF_CHOICE, 0, 0, "fraction percent absolute", "what its points mean"},
    {"interactor", "time_ms", CONF_INT, 1, MOST_MS, NULL, "processor time of the interactor"},
    {"interactor", "memory_mib", CONF_INT, 1, MOST_MIB, NULL, "memory of the interactor"},
    {"interactor", "keep_dialogue", CONF_BOOL, 0, 0, NULL, "keep who said what in a case that fails"},
    {"manager", "source", CONF_TEXT, 0, 0, NULL, "the manager of several processes"},
    {"manager", "processes", CONF_INT, 1, INTERACT_PROCESSES, NULL, "how many"},
    {"manager", "args", CONF_WORDS, 0, 0, NULL, "its arguments"},
    {"manager", "time_ms", CONF_INT, 1, MOST_MS, NULL, "processor time of the manager"},
    {"manager", "memory_mib", CONF_INT, 1, MOST_MIB, NULL, "memory of the manager"},
    {"manager", "keep_dialogue", CONF_BOOL, 0, 0, NULL, "keep who said what in a case that fails"},
    {"subtask.*", "score", CONF_INT, 0, MOST_TOTAL, NULL, "its score"},
    {"subtask.*", "type", CONF_CHOICE, 0, 0, "min sum max", "how its cases add up"},
    {"subtask.*", "cases", CONF_WORDS, 0, 0, NULL, "its cases"},
    {"subtask.*", "after", CONF_WORDS, 0, 0, NULL, "subtasks that must be passed first"},
    {"problem", "type", CONF_CHOICE, 0, 0, "program output_only raw_text", "what is submitted"},
    {"sources", "with", CONF_WORDS, 0, 0, NULL, "files that are compiled together with the submission"},
    {"sources", "name", CONF_TEXT, 0, 0, NULL, "the name under which the submission is compiled"},
    {"sources", "wrap", CONF_CHOICE, 0, 0, "auto yes no", "are prepend.EXT and append.EXT put around the submission"},
    {"sources.*", "with", CONF_WORDS, 0, 0, NULL, "the same, for one language"},
    {"sources.*", "name", CONF_TEXT, 0, 0, NULL, "the same, for one language"},
    {NULL, NULL, CONF_TEXT, 0, 0, NULL, NULL},
};

/* Sets e to `data/1000/problem.ini:LINE: what e says`. Always returns -1. */
static int at_line(const struct problem *problem, const struct conf *conf, const char *section, const char *key,
                   struct err *e)
{
    return err_add(e, "%s/%s:%d", problem->folder, PROBLEM_CONF, conf_line(conf, section, key));
}

int problem_open_conf(const struct problem *problem, struct conf **conf, struct err *e)
{
    char path[PATH_MAX + sizeof PROBLEM_CONF];
    struct stat info;
    *conf = NULL;
    if (fstatat(problem->folder_fd, PROBLEM_CONF, &info, AT_SYMLINK_NOFOLLOW) != 0 && errno == ENOENT)
        return 0;
    int fd = problem_open_file(problem, PROBLEM_CONF, e);
    if (fd < 0)
        return -1;
    (void)str_format(path, sizeof path, "%s/%s", problem->folder, PROBLEM_CONF); /* as large as it can be */
    *conf = conf_open_fd(fd, path, problem_keys, e);
    file_close(&fd);
    return *conf == NULL ? -1 : 0;
}

/* ---- sections */

static int apply_limits(struct problem *problem, const struct conf *conf, struct err *e)
{
    struct problem_limits *limits = &problem->limits;
    limits->time_ms = conf_int(conf, "limits", "time_ms", DEFAULT_TIME_MS);
    limits->has_time = conf_line(conf, "limits", "time_ms") != 0;
    limits->has_memory = conf_line(conf, "limits", "memory_mib") != 0;
    limits->wall_ms = conf_int(conf, "limits", "wall_ms", 0);
    limits->memory_mib = conf_int(conf, "limits", "memory_mib", DEFAULT_MEMORY_MIB);
    limits->output_mib = conf_int(conf, "limits", "output_mib", 0);
    limits->stack_mib = conf_int(conf, "limits", "stack_mib", 0);
    limits->processes = (int)conf_int(conf, "limits", "processes", 0);
    const char *section;
    for (size_t i = 0; (section = conf_section(conf, i)) != NULL; i++) {
        static const char prefix[] = "limits.";
        if (!str_starts(section, prefix) || conf_line(conf, section, "factor") == 0)
            continue;
        struct problem_factor factor = {.factor = conf_decimal(conf, section, "factor", 1),
                                        .line = conf_line(conf, section, "factor")};
        int result = 0;
        if (problem->factor_count == PROBLEM_LANGUAGES)
            result = err_set(e, "more than %d sections of this kind", PROBLEM_LANGUAGES);
        else if (str_copy(factor.language, sizeof factor.language, section + sizeof prefix - 1) != 0)
            result = err_set(e, "no language has so long a name");
        else if (!(factor.factor > 0))
            result = err_set(e, "factor = %s: must be more than 0", conf_text(conf, section, "factor", ""));
        if (result != 0)
            return at_line(problem, conf, section, "factor", e);
        problem->factors[problem->factor_count++] = factor;
    }
    return 0;
}

/* A key that only acts in one mode, in another mode: somebody meant something else. */
static int check_mode(const struct problem *problem, const struct conf *conf, const char *key, enum compare_mode mode,
                      const char *mode_name, struct err *e)
{
    if (conf_line(conf, "compare", key) == 0 || problem->compare.mode == mode)
        return 0;
    (void)err_set(e, "%s needs mode = %s", key, mode_name);
    return at_line(problem, conf, "compare", key, e);
}

static int apply_compare(struct problem *problem, const struct conf *conf, struct err *e)
{
    struct compare_options *compare = &problem->compare;
    _Static_assert(COMPARE_LINES == 0 && COMPARE_EXACT == 1 && COMPARE_TOKENS == 2 && COMPARE_FLOAT == 3,
                   "as in the choices of mode");
    compare->mode = (enum compare_mode)conf_choice(conf, "compare", "mode", COMPARE_LINES);
    compare->ignore_case = conf_bool(conf, "compare", "ignore_case", false);
    compare->strict_line_ends = conf_bool(conf, "compare", "strict_line_ends", false);
    problem->has_line_ends = conf_line(conf, "compare", "strict_line_ends") != 0;
    bool none = conf_line(conf, "compare", "abs_error") == 0 && conf_line(conf, "compare", "rel_error") == 0;
    double otherwise = none && compare->mode == COMPARE_FLOAT ? DEFAULT_ERROR : 0;
    compare->abs_error = conf_decimal(conf, "compare", "abs_error", otherwise);
    compare->rel_error = conf_decimal(conf, "compare", "rel_error", otherwise);
    if (check_mode(problem, conf, "abs_error", COMPARE_FLOAT, "float", e) != 0 ||
        check_mode(problem, conf, "rel_error", COMPARE_FLOAT, "float", e) != 0 ||
        check_mode(problem, conf, "strict_line_ends", COMPARE_LINES, "lines", e) != 0)
        return -1;
    return 0;
}

static int apply_file(struct problem *problem, const struct conf *conf, const char *key, char name[PROBLEM_NAME_SIZE],
                      struct err *e)
{
    const char *text = conf_text(conf, "files", key, "");
    if (problem_check_name(text, e) != 0) {
        (void)err_add(e, "%s", key);
        return at_line(problem, conf, "files", key, e);
    }
    (void)str_copy(name, PROBLEM_NAME_SIZE, text); /* it was checked to fit */
    return 0;
}

static void apply_scoring(struct problem *problem, const struct conf *conf)
{
    int mode = conf_choice(conf, "scoring", "mode", 0);
    problem->has_scoring = conf_line(conf, "scoring", "mode") != 0;
    problem->scoring = mode == 0 ? PROBLEM_FIRST_FAILURE : PROBLEM_ALL;
    problem->skip = mode == 2;
    problem->total = conf_int(conf, "scoring", "total", DEFAULT_TOTAL);
    problem->has_total = conf_line(conf, "scoring", "total") != 0;
}

int problem_apply_conf(struct problem *problem, const struct conf *conf, struct err *e)
{
    apply_scoring(problem, conf);
    if (apply_limits(problem, conf, e) != 0 || apply_compare(problem, conf, e) != 0 ||
        apply_file(problem, conf, "input", problem->input_file, e) != 0 ||
        apply_file(problem, conf, "output", problem->output_file, e) != 0)
        return -1;
    return 0;
}

/* ---- samples and pretests */

static int mark_case(struct problem *problem, const char *key, bool pretest, const char *name, struct err *e)
{
    bool found = false;
    for (size_t i = 0; i < problem->case_count; i++) {
        struct problem_case *one = &problem->cases[i];
        if (!problem_case_is(one, name))
            continue;
        *(pretest ? &one->pretest : &one->sample) = true;
        found = true;
    }
    return found ? 0 : err_set(e, "%s: there is no case '%.64s'", key, name);
}

static int mark_cases(struct problem *problem, const struct conf *conf, const char *key, bool pretest, struct err *e)
{
    char **words = conf_words(conf_text(conf, "cases", key, ""), e);
    if (words == NULL)
        return -1;
    int result = 0;
    for (size_t i = 0; words[i] != NULL && result == 0; i++)
        result = i < MOST_SAMPLES ? mark_case(problem, key, pretest, words[i], e)
                                  : err_set(e, "more than %d %s", MOST_SAMPLES, key);
    free(words);
    return result == 0 ? 0 : at_line(problem, conf, "cases", key, e);
}

int problem_mark_samples(struct problem *problem, const struct conf *conf, struct err *e)
{
    return mark_cases(problem, conf, "samples", false, e) != 0 ? -1 : mark_cases(problem, conf, "pretests", true, e);
}
