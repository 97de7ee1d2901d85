/*
 * rules.c - see rules.h. Runs in judge_client as root; a problem's judge.conf is what a teacher uploads: it is read as a file of
 * the problem's folder, never followed out of it, and says nothing but how to judge.
 */
#include "judge_client/rules.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/file.h"
#include "common/settings.h"
#include "common/str.h"
#include "judge_client/language.h"
#include "judge_client/problem.h"

#include "common/banned.h"

#define PROBLEM_RULES "judge.conf"

#define LEAST_COMPENSATION 0.001

enum { MOST_BYTES = 64 << 10 };

/* HUSTOJ's numbers of languages. */
enum { LANGUAGE_C = 0, LANGUAGE_CPP = 1, FIRST_WITH_BONUS = 3, MLE_CODE = 8 };

const struct judge_rules rules_usual = {.use_max_time = true,
                                        .ignore_esol = true,
                                        .raw_text_diff = true,
                                        .first_failure_rate = true,
                                        .full_diff = 1,
                                        .auto_result = 4,
                                        .time_bonus_ms = -1,
                                        .memory_bonus_mib = -1,
                                        .cpu_compensation = 1};

/* ---- of settings */

/* A compiler's word that begins with `begin`, which may be left out: `-std=c11` or `c11`. What is none has no effect. */
static void set_word(char word[RULES_WORD], const char *begin, const char *text)
{
    word[0] = '\0';
    for (const char *at = text; *at != '\0'; at++) {
        if (*at <= ' ' || *at > '~')
            return;
    }
    if (text[0] != '\0' && str_format(word, RULES_WORD, "%s%s", text[0] == '-' ? "" : begin, text) != 0)
        word[0] = '\0';
}

void rules_of_site(struct judge_rules *rules, const struct settings *settings)
{
    *rules = (struct judge_rules){
        .oi_mode = settings->oi_mode,
        .use_max_time = settings->use_max_time,
        .time_limit_to_total = settings->time_limit_to_total,
        .ignore_esol = settings->ignore_esol,
        .internal_mark = settings->internal_mark,
        .sim_enable = settings->sim_enable,
        .copy_data = settings->copy_data,
        .raw_text_diff = settings->raw_text_diff,
        .first_failure_rate = !settings->hustoj,
        .full_diff = settings->full_diff,
        .auto_result = settings->auto_result,
        .time_bonus_ms = settings->java_time_bonus_ms < 0 ? -1 : settings->java_time_bonus_ms,
        .memory_bonus_mib = settings->java_memory_bonus_mib,
        .cpu_compensation =
            settings->cpu_compensation > LEAST_COMPENSATION ? settings->cpu_compensation : LEAST_COMPENSATION,
    };
    set_word(rules->cc_std, "-std=", settings->cc_std);
    set_word(rules->cpp_std, "-std=", settings->cpp_std);
    set_word(rules->cc_opt, settings->cc_opt[0] == 'O' ? "-" : "-O", settings->cc_opt);
}

/* The text of the problem's judge.conf, malloc'd; NULL without e: there is none; NULL with e set: *failed. */
static char *read_own(const struct problem *problem, bool *failed, struct err *e)
{
    struct stat info;
    *failed = false;
    if (problem->folder_fd < 0 ||
        (fstatat(problem->folder_fd, PROBLEM_RULES, &info, AT_SYMLINK_NOFOLLOW) != 0 && errno == ENOENT))
        return NULL;
    *failed = true;
    int fd = problem_open_file(problem, PROBLEM_RULES, e);
    char *text = fd < 0 ? NULL : malloc(MOST_BYTES + 1);
    ssize_t length = text == NULL ? -1 : pread(fd, text, MOST_BYTES, 0); /* a regular file: all that fits at once */
    if (text == NULL && fd >= 0)
        err_set(e, "out of memory");
    else if (fd >= 0 && length < 0)
        err_sys(e, errno, "read %s/%s", problem->folder, PROBLEM_RULES);
    file_close(&fd);
    if (length == MOST_BYTES || (length > 0 && memchr(text, '\0', (size_t)length) != NULL)) {
        err_set(e, "%s/%s: no text of less than %d bytes", problem->folder, PROBLEM_RULES, MOST_BYTES);
        length = -1;
    }
    if (length < 0) {
        free(text);
        return NULL;
    }
    text[length] = '\0';
    *failed = false;
    return text;
}

int rules_of_problem(struct judge_rules *rules, const struct settings *settings, struct problem *problem, struct err *e)
{
    bool failed;
    char file[PATH_MAX + sizeof PROBLEM_RULES];
    char *text = read_own(problem, &failed, e);
    if (failed)
        return -1;
    rules_of_site(rules, settings);
    if (text != NULL) {
        struct settings *own = malloc(sizeof *own); /* too large for a stack */
        if (own == NULL) {
            free(text);
            return err_set(e, "out of memory");
        }
        *own = *settings;
        (void)str_format(file, sizeof file, "%s/%s", problem->folder, PROBLEM_RULES); /* as large as it can be */
        settings_read_problem(own, file, text + (str_starts(text, "\xef\xbb\xbf") ? 3 : 0));
        rules_of_site(rules, own);
        free(own);
        free(text);
    }
    if (problem->has_scoring)
        rules->oi_mode = problem->scoring == PROBLEM_ALL;
    if (problem->limits.has_time) /* of a case, it says */
        rules->time_limit_to_total = false;
    if (problem->compare.mode == COMPARE_LINES && !problem->has_line_ends)
        problem->compare.strict_line_ends = !rules->ignore_esol;
    return 0;
}

/* ---- limits */

/* Java and what is interpreted: HUSTOJ's numbers from 3 on, without these. */
static bool has_bonus(const struct language *language)
{
    static const int compiled[] = {10, 13, 14, 17};
    for (size_t i = 0; i < sizeof compiled / sizeof *compiled; i++) {
        if (language->id == compiled[i])
            return false;
    }
    return language->id >= FIRST_WITH_BONUS;
}

int64_t rules_cpu_us(const struct judge_rules *rules, const struct problem *problem, const struct language *language)
{
    double own = problem_factor(problem, language->name);
    double factor = (own > 0 ? own : 1) * language->time_factor;
    bool told = rules->time_bonus_ms >= 0 && has_bonus(language);
    int64_t bonus_ms = told ? rules->time_bonus_ms : language->time_bonus_ms;
    return ((int64_t)((double)problem->limits.time_ms * factor) + bonus_ms) * 1000;
}

int64_t rules_memory_mib(const struct judge_rules *rules, const struct problem *problem,
                         const struct language *language)
{
    bool told = rules->memory_bonus_mib >= 0 && has_bonus(language);
    return problem->limits.memory_mib + (told ? rules->memory_bonus_mib : language->memory_bonus_mib);
}

/* ---- compilers */

/* Puts word in place of those that begin with `begin`, or behind the program's name. "": nothing. */
static void replace(char **words, size_t *count, const char *begin, const char *word)
{
    bool found = false;
    if (word[0] == '\0')
        return;
    for (size_t i = 1; i < *count; i++) {
        if (!str_starts(words[i], begin))
            continue;
        words[i] = (char *)(uintptr_t)word; /* nobody writes to them: an argv is not const */
        found = true;
    }
    if (found)
        return;
    memmove(words + 2, words + 1, (*count - 1) * sizeof *words);
    words[1] = (char *)(uintptr_t)word;
    (*count)++;
}

char **rules_compiler(const struct judge_rules *rules, const struct language *language, char *const *argv)
{
    enum { MORE = 2 };
    size_t count = 0;
    while (argv[count] != NULL)
        count++;
    char **words = calloc(count + MORE + 1, sizeof *words);
    if (words == NULL)
        return NULL;
    for (size_t i = 0; i < count; i++)
        words[i] = argv[i];
    if (language->id == LANGUAGE_C || language->id == LANGUAGE_CPP) {
        replace(words, &count, "-O", rules->cc_opt);
        replace(words, &count, "-std=", language->id == LANGUAGE_C ? rules->cc_std : rules->cpp_std);
    }
    words[count] = NULL;
    return words;
}

/* Does a line say so: `gcc: error: unrecognized command-line option '-std=c71'`? A message about a source has its name first. */
static bool line_blames(const char *line, size_t length, const char *word)
{
    static const char *const speakers[] = {
        "gcc: error: ",           "g++: error: ",   "cc1: error: ", "cc1plus: error: ",
        "cc1plus: fatal error: ", "clang: error: ", "error: "};
    const char *found = memmem(line, length, word, strlen(word));
    bool speaks = false;
    for (size_t i = 0; i < sizeof speakers / sizeof *speakers; i++)
        speaks = speaks || (length > strlen(speakers[i]) && str_starts(line, speakers[i]));
    return speaks && found != NULL;
}

const char *rules_blamed(const struct judge_rules *rules, const struct language *language, const char *messages)
{
    const char *std = language->id == LANGUAGE_C ? rules->cc_std : rules->cpp_std;
    /* -O's complaint names no more than -O. */
    const char *const words[][2] = {{std, std},
                                    {rules->cc_opt, str_starts(rules->cc_opt, "-O") ? "argument to" : rules->cc_opt}};
    if (language->id != LANGUAGE_C && language->id != LANGUAGE_CPP)
        return NULL;
    for (const char *line = messages; *line != '\0'; line += strcspn(line, "\n"), line += *line == '\n') {
        for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
            if (words[i][0][0] != '\0' && line_blames(line, strcspn(line, "\n"), words[i][1]))
                return words[i][0];
        }
    }
    return NULL;
}

/* ---- results */

int rules_result(const struct judge_rules *rules, enum verdict verdict, int64_t mem_kib)
{
    if (verdict == VERDICT_AC)
        return rules->auto_result;
    /* It never began: what it needs at the start was more than the limit. */
    return verdict == VERDICT_TLE && mem_kib == 0 ? MLE_CODE : verdict_hustoj(verdict);
}
