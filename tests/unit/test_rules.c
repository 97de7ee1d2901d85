/*
 * test_rules.c - the site's rules, a problem's own judge.conf over them, and problem.ini over both. Works in a temporary
 * folder, any uid.
 */
#include "judge_client/rules.h"

#include <fcntl.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/file.h"
#include "judge_client/language.h"
#include "judge_client/problem.h"
#include "tests/unit/settings_home.h"
#include "tests/unit/unit.h"

#include "common/banned.h"

/* A home with the problem `1`, a case and these two files; NULL: without. What is warned about is in home.warnings. */
struct made {
    struct settings_home home;
    struct problem problem;
    struct judge_rules rules;
    int result;
    struct err e;
};

static void put(const char *folder, const char *name, const char *text)
{
    char path[256];
    (void)str_format(path, sizeof path, "%s/%s", folder, name);
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    CU_ASSERT_FATAL(fd >= 0 && file_write_all(fd, text, strlen(text)) == 0);
    file_close(&fd);
}

static struct made *make(const char *site, const char *own, const char *ini)
{
    static const char *const names[] = {"1.in", "1.out", "judge.conf", "problem.ini"};
    struct made *made = calloc(1, sizeof *made);
    char folder[128];
    CU_ASSERT_FATAL(made != NULL);
    settings_home_init(&made->home);
    CU_ASSERT_EQUAL(settings_home_read(&made->home, site), 0);
    (void)str_format(folder, sizeof folder, "%s/1", made->home.path);
    CU_ASSERT_FATAL(mkdir(folder, 0755) == 0);
    put(folder, "1.in", "");
    put(folder, "1.out", "");
    if (own != NULL)
        put(folder, "judge.conf", own);
    if (ini != NULL)
        put(folder, "problem.ini", ini);
    CU_ASSERT_FATAL(problem_open(&made->problem, folder, &made->e) == 0);
    made->home.settings.quiet = true;
    made->result = rules_of_problem(&made->rules, &made->home.settings, &made->problem, &made->e);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        char path[256];
        (void)str_format(path, sizeof path, "%s/%s", folder, names[i]);
        (void)unlink(path); /* some are not there */
    }
    CU_ASSERT(rmdir(folder) == 0);
    return made;
}

static void fini(struct made *made)
{
    problem_close(&made->problem);
    settings_home_fini(&made->home);
    free(made);
}

/* Each key: what the site's file says, and then another value in the problem's. */
static void test_keys(void)
{
    static const char site[] =
        "OJ_OI_MODE=0\nOJ_USE_MAX_TIME=0\nOJ_TIME_LIMIT_TO_TOTAL=1\nOJ_IGNORE_ESOL=1\n"
        "OJ_INTERNAL_MARK=0\nOJ_COPY_DATA=0\nOJ_SIM_ENABLE=0\nOJ_RAW_TEXT_DIFF=1\nOJ_FULL_DIFF=1\n"
        "OJ_AUTO_RESULT=4\nOJ_JAVA_TIME_BONUS=2\nOJ_JAVA_MEMORY_BONUS=64\nOJ_CPU_COMPENSATION=1.0\n"
        "OJ_CC_STD=-std=c17\nOJ_CPP_STD=-std=c++14\nOJ_CC_OPT=-O2\n";
    static const char own[] =
        "# ours\r\nOJ_OI_MODE=1\r\nOJ_USE_MAX_TIME = 1\nOJ_TIME_LIMIT_TO_TOTAL=0\nOJ_IGNORE_ESOL=0\n"
        "OJ_INTERNAL_MARK=1\nOJ_COPY_DATA=1\nOJ_SIM_ENABLE=1\nOJ_RAW_TEXT_DIFF=0\nOJ_FULL_DIFF=3\n"
        "OJ_AUTO_RESULT=14\nOJ_JAVA_TIME_BONUS=0\nOJ_JAVA_MEMORY_BONUS=100\nOJ_CPU_COMPENSATION=2.5x\n"
        "OJ_CC_STD=-std=c99 no more\nOJ_CPP_STD=-std=c++20\nOJ_CC_OPT=-O0\n"
        "OJ_TURBO_MODE=1\nOJ_PASSWORD=x\nOJ_LANG_SET=6\n";
    struct made *made = make(site, NULL, NULL);
    const struct judge_rules *r = &made->rules;
    CU_ASSERT_EQUAL(made->result, 0);
    CU_ASSERT(!r->oi_mode && !r->use_max_time && r->time_limit_to_total && r->ignore_esol && !r->internal_mark);
    CU_ASSERT(!r->copy_data && !r->sim_enable && r->raw_text_diff && !r->first_failure_rate);
    CU_ASSERT(r->full_diff == 1 && r->auto_result == 4 && r->time_bonus_ms == 2000 && r->memory_bonus_mib == 64);
    CU_ASSERT(fabs(r->cpu_compensation - 1) < 1e-9 && !made->problem.compare.strict_line_ends);
    CU_ASSERT_STRING_EQUAL(r->cc_std, "-std=c17");
    fini(made);
    made = make(site, own, NULL);
    r = &made->rules;
    CU_ASSERT_EQUAL(made->result, 0);
    CU_ASSERT(r->oi_mode && r->use_max_time && !r->time_limit_to_total && !r->ignore_esol && r->internal_mark);
    CU_ASSERT(r->copy_data && r->sim_enable && !r->raw_text_diff && made->problem.compare.strict_line_ends);
    CU_ASSERT(r->full_diff == 3 && r->auto_result == 14 && r->time_bonus_ms == 0 && r->memory_bonus_mib == 100);
    CU_ASSERT(fabs(r->cpu_compensation - 2.5) < 1e-9);
    CU_ASSERT_STRING_EQUAL(r->cc_std, "-std=c99");
    CU_ASSERT_STRING_EQUAL(r->cpp_std, "-std=c++20");
    CU_ASSERT_STRING_EQUAL(r->cc_opt, "-O0");
    /* The site's own are as they were. */
    CU_ASSERT(!made->home.settings.turbo && !made->home.settings.oi_mode && made->home.settings.languages == 0x4b);
    fini(made);
}

/* A key that is missing has HUSTOJ's default in HUSTOJ's form, ours in ours. */
static void test_defaults(void)
{
    struct made *made = make("OJ_DB_NAME=jol\n", "", NULL);
    CU_ASSERT(made->rules.time_limit_to_total && !made->rules.use_max_time && made->rules.full_diff == 1);
    CU_ASSERT(made->rules.time_bonus_ms == 5000 && made->rules.memory_bonus_mib == 512);
    fini(made);
    made = make("[judging]\ncc_std = c11\ncc_opt = O3\n", NULL, NULL);
    CU_ASSERT(!made->rules.time_limit_to_total && made->rules.use_max_time && made->rules.first_failure_rate);
    CU_ASSERT(made->rules.time_bonus_ms == -1 && made->rules.memory_bonus_mib == -1);
    CU_ASSERT_STRING_EQUAL(made->rules.cc_std, "-std=c11");
    CU_ASSERT_STRING_EQUAL(made->rules.cc_opt, "-O3");
    fini(made);
    made = make("[judging]\ncc_opt = 1\n", NULL, NULL);
    CU_ASSERT_STRING_EQUAL(made->rules.cc_opt, "-O1");
    fini(made);
    /* What holds without settings is what holds with none of them set. */
    made = make("[judging]\n", NULL, NULL);
    const struct judge_rules *r = &made->rules, *u = &rules_usual;
    CU_ASSERT(r->oi_mode == u->oi_mode && r->use_max_time == u->use_max_time && r->full_diff == u->full_diff);
    CU_ASSERT(r->time_limit_to_total == u->time_limit_to_total && r->ignore_esol == u->ignore_esol);
    CU_ASSERT(r->internal_mark == u->internal_mark && r->copy_data == u->copy_data);
    CU_ASSERT(r->first_failure_rate == u->first_failure_rate && r->auto_result == u->auto_result);
    CU_ASSERT(r->time_bonus_ms == u->time_bonus_ms && r->memory_bonus_mib == u->memory_bonus_mib);
    CU_ASSERT(fabs(r->cpu_compensation - u->cpu_compensation) < 1e-9);
    CU_ASSERT(r->cc_std[0] == '\0' && r->cpp_std[0] == '\0' && r->cc_opt[0] == '\0');
    fini(made);
}

/* problem.ini wins over the problem's judge.conf. */
static void test_problem_ini(void)
{
    static const char own[] = "OJ_OI_MODE=1\nOJ_TIME_LIMIT_TO_TOTAL=1\nOJ_IGNORE_ESOL=0\n";
    struct made *made = make("OJ_DB_NAME=jol\n", own, "[limits]\nmemory_mib = 64\n");
    CU_ASSERT(made->rules.oi_mode && made->rules.time_limit_to_total && made->problem.compare.strict_line_ends);
    fini(made);
    made = make("OJ_DB_NAME=jol\n", own,
                "[limits]\ntime_ms = 500\n[scoring]\nmode = first_failure\n[compare]\nstrict_line_ends = no\n");
    CU_ASSERT(!made->rules.oi_mode && !made->rules.time_limit_to_total && !made->problem.compare.strict_line_ends);
    fini(made);
    made = make("OJ_OI_MODE=0\n", NULL, "[scoring]\nmode = all\n[compare]\nmode = tokens\n");
    CU_ASSERT(made->rules.oi_mode && !made->problem.compare.strict_line_ends);
    fini(made);
}

/* What is wrong in a problem's file leaves the site's value. */
static void test_wrong(void)
{
    static const struct {
        const char *own;
        bool readable;
    } rows[] = {
        {"OJ_OI_MODE=yes\n", true},
        {"OJ_OI_MODE=\n", true},
        {"OJ_OI_MODE\n=1\n[judging]\noi_mode = no\n", true},
        {"OJ_FULL_DIFF=9\nOJ_FULL_DIFF=-1\nOJ_FULL_DIFF=99999999999999999999\n", true},
        {"OJ_AUTO_RESULT=3\nOJ_AUTO_RESULT=x\n", true},
        {"OJ_JAVA_TIME_BONUS=-4\n", true},
        {"OJ_CPU_COMPENSATION=0\n", true},
        {"OJ_CPU_COMPENSATION=-2\n", true},
        {"OJ_CPU_COMPENSATION=nan\n", true},
        {"\xef\xbb\xbf# nothing\n", true},
        {"\xff\xfe\x01\x02", true},
        {"a\x01", true},
        {"", true},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct made *made =
            make("OJ_OI_MODE=1\nOJ_FULL_DIFF=2\nOJ_AUTO_RESULT=14\nOJ_JAVA_TIME_BONUS=7\nOJ_CPU_COMPENSATION=1.5\n",
                 rows[i].own, NULL);
        const struct judge_rules *r = &made->rules;
        UNIT_CHECK((made->result == 0) == rows[i].readable, "row %zu: %s", i, made->e.text);
        UNIT_CHECK(r->oi_mode && r->full_diff == 2 && r->auto_result == 14 && r->time_bonus_ms == 7000 &&
                       fabs(r->cpu_compensation - 1.5) < 1e-9,
                   "row %zu", i);
        fini(made);
    }
}

static void test_too_large(void)
{
    char *text = malloc(70001);
    CU_ASSERT_FATAL(text != NULL);
    memset(text, '\n', 70000);
    text[70000] = '\0';
    struct made *made = make("", text, NULL);
    CU_ASSERT(made->result == -1 && strstr(made->e.text, "/1/judge.conf: no text of less than") != NULL);
    fini(made);
    free(text);
}

static void test_limits(void)
{
    static const struct {
        int id;
        bool bonus;
    } rows[] = {{0, false}, {1, false}, {2, false},  {3, true},   {4, true},  {6, true},   {9, true},  {10, false},
                {11, true}, {12, true}, {13, false}, {14, false}, {16, true}, {17, false}, {18, true}, {24, true}};
    struct judge_rules rules = rules_usual;
    struct problem problem = {.limits = {.time_ms = 1000, .memory_mib = 128}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const struct language language = {
            .id = rows[i].id, .time_factor = 2, .time_bonus_ms = 10, .memory_bonus_mib = 1};
        rules.time_bonus_ms = rules.memory_bonus_mib = -1;
        UNIT_CHECK(rules_cpu_us(&rules, &problem, &language) == 2010000, "%d", rows[i].id);
        UNIT_CHECK(rules_memory_mib(&rules, &problem, &language) == 129, "%d", rows[i].id);
        rules.time_bonus_ms = 500;
        rules.memory_bonus_mib = 0;
        UNIT_CHECK(rules_cpu_us(&rules, &problem, &language) == (rows[i].bonus ? 2500000 : 2010000), "%d", rows[i].id);
        UNIT_CHECK(rules_memory_mib(&rules, &problem, &language) == (rows[i].bonus ? 128 : 129), "%d", rows[i].id);
    }
}

static void test_compiler(void)
{
    static const struct {
        int id;
        const char *words[8], *result[8];
    } rows[] = {
        {0, {"/usr/bin/gcc", "-std=c17", "-O2", "x"}, {"/usr/bin/gcc", "-std=c11", "-O3", "x"}},
        {1, {"/usr/bin/g++", "-O2", "-std=c++14"}, {"/usr/bin/g++", "-O3", "-std=c++17"}},
        {1, {"/usr/bin/g++"}, {"/usr/bin/g++", "-std=c++17", "-O3"}},
        {13, {"/usr/bin/clang", "-std=c17", "-O2"}, {"/usr/bin/clang", "-std=c17", "-O2"}},
        {6, {"/usr/bin/python3", "-O"}, {"/usr/bin/python3", "-O"}},
    };
    struct judge_rules rules = rules_usual;
    (void)str_copy(rules.cc_std, sizeof rules.cc_std, "-std=c11");
    (void)str_copy(rules.cpp_std, sizeof rules.cpp_std, "-std=c++17");
    (void)str_copy(rules.cc_opt, sizeof rules.cc_opt, "-O3");
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char *argv[9] = {NULL};
        for (size_t k = 0; rows[i].words[k] != NULL; k++)
            argv[k] = (char *)(uintptr_t)rows[i].words[k];
        const struct language language = {.id = rows[i].id, .compile = {.argv = argv}};
        char **words = rules_compiler(&rules, &language, language.compile.argv);
        CU_ASSERT_FATAL(words != NULL);
        size_t k = 0;
        for (; rows[i].result[k] != NULL; k++)
            UNIT_CHECK(words[k] != NULL && strcmp(words[k], rows[i].result[k]) == 0, "row %zu word %zu: %s", i, k,
                       words[k] == NULL ? "(none)" : words[k]);
        UNIT_CHECK(words[k] == NULL, "row %zu: more words", i);
        free(words);
    }
}

static void test_blamed(void)
{
    static const struct {
        int id;
        const char *messages, *word;
    } rows[] = {
        {0, "gcc: error: unrecognized command-line option \u2018-std=c71\u2019\n", "-std=c71"},
        {0, "Main.c:1: warning: x\ncc1: error: argument to \u2018-O\u2019 should be a non-negative integer", "-O2;rm"},
        {0, "Main.c:1:2: error: #error gcc: error: -std=c71\n", NULL},
        {0, "Main.c:1:2: error: expected ';'\n", NULL},
        {0, "gcc: error: unrecognized command-line option \u2018-fno\u2019\n", NULL},
        {1, "g++: error: unrecognized command-line option \u2018-std=c++71\u2019; did you mean", "-std=c++71"},
        {1, "g++: error: unrecognized command-line option \u2018-std=c71\u2019\n", NULL},
        {6, "gcc: error: unrecognized command-line option \u2018-std=c71\u2019\n", NULL},
        {0, "", NULL},
    };
    struct judge_rules rules = rules_usual;
    (void)str_copy(rules.cc_std, sizeof rules.cc_std, "-std=c71");
    (void)str_copy(rules.cpp_std, sizeof rules.cpp_std, "-std=c++71");
    (void)str_copy(rules.cc_opt, sizeof rules.cc_opt, "-O2;rm");
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const struct language language = {.id = rows[i].id};
        const char *word = rules_blamed(&rules, &language, rows[i].messages);
        (void)UNIT_CHECK(rows[i].word == NULL ? word == NULL : word != NULL && strcmp(word, rows[i].word) == 0,
                         "row %zu: %s", i, word == NULL ? "none" : word);
        CU_ASSERT_PTR_NULL(rules_blamed(&rules_usual, &language, rows[i].messages));
    }
}

static void test_result(void)
{
    struct judge_rules rules = rules_usual;
    rules.auto_result = 14;
    CU_ASSERT(rules_result(&rules, VERDICT_AC, 600) == 14 && rules_result(&rules, VERDICT_PE, 600) == 5);
    CU_ASSERT(rules_result(&rules, VERDICT_TLE, 600) == 7 && rules_result(&rules, VERDICT_TLE, 0) == 8);
    CU_ASSERT(rules_result(&rules, VERDICT_RE, 0) == 10 && rules_result(&rules, VERDICT_CE, 0) == 11);
}

static const struct unit_test tests[] = {
    {"keys", test_keys},         {"defaults", test_defaults},   {"problem_ini", test_problem_ini},
    {"wrong", test_wrong},       {"too_large", test_too_large}, {"limits", test_limits},
    {"compiler", test_compiler}, {"blamed", test_blamed},       {"result", test_result},
};

UNIT_MAIN("rules", tests)
