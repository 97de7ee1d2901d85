/*
 * test_subtasks.c - subtasks from a problem's folder to a submission's score: which cases are run and in which order, what
 * each subtask gives, the verdict; and each mistake in a problem.ini with its line. Works in a temporary folder, as any user.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/file.h"
#include "common/str.h"
#include "judge_client/judge.h"
#include "judge_client/problem.h"
#include "judge_client/score.h"
#include "tests/unit/unit.h"

#include "common/banned.h"

#define FOLDER "p" /* below the temporary folder, where each test works */

enum { TEXT = 4096 };

static void write_file(const char *path, const char *text)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    (void)UNIT_CHECK(fd >= 0 && file_write_all(fd, text, strlen(text)) == 0, "write %s: %s", path, strerror(errno));
    file_close(&fd);
}

/* Also called where CUnit does not run. */
static bool remove_folder(const char *path)
{
    char folder[256];
    if (str_copy(folder, sizeof folder, path) != 0)
        return false;
    char *const argv[] = {(char[]){"/bin/rm"}, (char[]){"-rf"}, folder, NULL};
    int status = -1;
    pid_t pid = fork();
    if (pid == 0) {
        (void)execv(argv[0], argv); /* the status tells that it failed */
        _exit(127);
    }
    return pid > 0 && waitpid(pid, &status, 0) == pid && status == 0;
}

/* FOLDER anew, with these cases, parted by blanks, and this problem.ini where it is not empty. */
static void make_folder(const char *cases, const char *ini)
{
    char text[TEXT], path[256];
    CU_ASSERT_FATAL(remove_folder(FOLDER) && mkdir(FOLDER, 0755) == 0 && str_copy(text, sizeof text, cases) == 0);
    char *rest = text;
    for (char *word = strtok_r(text, " ", &rest); word != NULL; word = strtok_r(NULL, " ", &rest)) {
        CU_ASSERT_FATAL(str_format(path, sizeof path, FOLDER "/%s.in", word) == 0);
        write_file(path, "1\n");
        CU_ASSERT_FATAL(str_format(path, sizeof path, FOLDER "/%s.out", word) == 0);
        write_file(path, "1\n");
    }
    if (ini[0] != '\0')
        write_file(FOLDER "/problem.ini", ini);
}

static void add(char text[TEXT], const char *more)
{
    CU_ASSERT_FATAL(str_copy(text + strlen(text), TEXT - strlen(text), more) == 0);
}

/* What the program did in the case: as "2=WA" in `failing` says, or "2=500" thousandths of its points; else accepted. */
static void judge_case(struct case_judgement *result, const struct problem_case *test, const char *failing)
{
    char text[TEXT];
    *result = (struct case_judgement){.test = test, .verdict = VERDICT_AC};
    CU_ASSERT_FATAL(str_copy(text, sizeof text, failing) == 0);
    char *rest = text;
    for (char *word = strtok_r(text, " ", &rest); word != NULL; word = strtok_r(NULL, " ", &rest)) {
        char *equals = strchr(word, '=');
        CU_ASSERT_FATAL(equals != NULL);
        *equals = '\0';
        if (!problem_case_is(test, word))
            continue;
        int verdict = verdict_of_word(equals + 1);
        int64_t share = 0;
        CU_ASSERT_FATAL(verdict >= 0 || str_to_int64(equals + 1, 0, 999, &share) == 0);
        result->verdict = verdict >= 0 ? (enum verdict)verdict : VERDICT_WA;
        result->share = share * (CHECKER_WHOLE / 1000);
    }
}

/* Judges as judge() does, and writes "60000 WA | 1.1 1.2=WA 2.1=- | 1:30000/30000 2:0/70000". */
static void judge_problem(const struct problem *problem, const char *failing, bool all, char said[TEXT])
{
    char word[256];
    const struct score_scale scale = score_scale(problem);
    struct judgement judgement = {.verdict = VERDICT_CE};
    judgement.cases = calloc(problem->case_count, sizeof *judgement.cases);
    judgement.subtasks = calloc(problem->subtask_count + 1, sizeof *judgement.subtasks);
    CU_ASSERT_FATAL(judgement.cases != NULL && judgement.subtasks != NULL);
    score_begin(&scale, &judgement);
    for (size_t i = 0; i < problem->case_count; i++) {
        struct case_judgement *result = &judgement.cases[i];
        if (problem->skip && !all && !score_needs(&scale, &judgement, i))
            *result = (struct case_judgement){.test = &problem->cases[i], .verdict = VERDICT_SKIPPED};
        else
            judge_case(result, &problem->cases[i], failing);
        judgement.case_count++;
        score_case(&scale, result);
        score_take(&scale, &judgement, i);
        if (result->verdict != VERDICT_AC && problem->scoring == PROBLEM_FIRST_FAILURE && !all)
            break;
    }
    score_all(&scale, &judgement);
    (void)str_format(said, TEXT, "%lld %s |", (long long)judgement.score, verdict_code(judgement.verdict));
    for (size_t i = 0; i < judgement.case_count; i++) {
        enum verdict verdict = judgement.cases[i].verdict;
        (void)str_format(word, sizeof word, " %s%s%s", problem->cases[i].name, verdict == VERDICT_AC ? "" : "=",
                         verdict == VERDICT_AC        ? ""
                         : verdict == VERDICT_SKIPPED ? "-"
                                                      : verdict_code(verdict));
        add(said, word);
    }
    for (size_t i = 0; i < judgement.subtask_count && problem->subtasks[0].number >= 0; i++) {
        const struct subtask_judgement *row = &judgement.subtasks[i];
        (void)str_format(word, sizeof word, "%s%d:%lld/%lld", i == 0 ? " | " : " ", row->subtask->number,
                         (long long)row->score, (long long)row->full);
        add(said, word);
    }
    bool accepted = judgement.verdict == VERDICT_AC;
    CU_ASSERT((judgement.failed == judgement.case_count) == accepted);
    if (!accepted && problem->skip)
        CU_ASSERT(judgement.cases[judgement.failed].verdict == judgement.verdict);
    free(judgement.cases);
    free(judgement.subtasks);
}

struct row {
    const char *cases, *ini, *failing;
    const char *said;
};

static void check_rows(const struct row *rows, size_t count, bool all)
{
    for (size_t i = 0; i < count; i++) {
        struct problem problem;
        struct err e = {""};
        char said[TEXT];
        make_folder(rows[i].cases, rows[i].ini);
        if (!UNIT_CHECK(problem_open(&problem, FOLDER, &e) == 0, "%s: %s", rows[i].ini, e.text))
            continue;
        judge_problem(&problem, rows[i].failing, all, said);
        (void)UNIT_CHECK(strcmp(said, rows[i].said) == 0, "%s, %s: %s", rows[i].cases, rows[i].ini, said);
        problem_close(&problem);
    }
}

/* ---- HUSTOJ's names */

#define ALL "[scoring]\nmode = all\n"

static void test_names(void)
{
    static const char dotted[] = "1.1[20] 1.2[20] 2.1[30] 2.2[30]";
    static const struct row rows[] = {
        {dotted, ALL, "1.2=WA", "60000 WA | 1.1[20] 1.2[20]=WA 2.1[30] 2.2[30]"},
        {"a1[20] a2[20] b1[30] b2[30]", ALL, "a2=WA", "80000 WA | a1[20] a2[20]=WA b1[30] b2[30]"},
        {dotted, ALL, "", "100000 AC | 1.1[20] 1.2[20] 2.1[30] 2.2[30]"},
        {dotted, ALL, "1.1=WA 1.2=TLE", "60000 TLE | 1.1[20]=WA 1.2[20]=TLE 2.1[30] 2.2[30]"},
        {dotted, ALL, "1.1=WA 2.2=PE", "0 WA | 1.1[20]=WA 1.2[20] 2.1[30] 2.2[30]=PE"},
        /* Part of a case's points: all or nothing where there are several, its part where it is alone. */
        {dotted, ALL, "1.1=900", "60000 WA | 1.1[20]=WA 1.2[20] 2.1[30] 2.2[30]"},
        {"a[40] b[60]", ALL, "b=600", "76000 WA | a[40] b[60]=WA"},
        /* No name has a score: no subtasks. */
        {"1.1 1.2 2.1 2.2", ALL, "1.2=WA", "75000 WA | 1.1 1.2=WA 2.1 2.2"},
        /* One has: ten points for the others. */
        {"1.1[20] 1.2 2.1 2.2", ALL, "2.2=WA", "30000 WA | 1.1[20] 1.2 2.1 2.2=WA"},
        {"1.1[100] 1.2[100] 2.1[200]", ALL, "2.1=WA", "50000 WA | 1.1[100] 1.2[100] 2.1[200]=WA"},
        /* 10 is behind 9, and of the same subtask. */
        {"1.9[20] 1.10[20] 2.1[60]", ALL, "1.9=WA", "60000 WA | 1.9[20]=WA 1.10[20] 2.1[60]"},
        {dotted, "", "1.2=WA", "0 WA | 1.1[20] 1.2[20]=WA"},
        {dotted, "", "2.1=WA", "40000 WA | 1.1[20] 1.2[20] 2.1[30]=WA"},
        {dotted, "[scoring]\nmode = subtasks\n", "1.1=WA", "60000 WA | 1.1[20]=WA 1.2[20]=- 2.1[30] 2.2[30]"},
        {"a[10] b[20]", ALL, "", "30000 AC | a[10] b[20]"},
        {"a[10] b[20]", ALL "total = 60\n", "", "100000 AC | a[10] b[20]"},
        {"a[10] b[20]", ALL "total = 60\n", "a=WA", "66666 WA | a[10]=WA b[20]"},
    };
    check_rows(rows, sizeof rows / sizeof *rows, false);
}

/* ---- [subtask.N] */

#define TWO "[subtask.1]\nscore = 30\ncases = 1-2\n[subtask.2]\nscore = 70\ncases = 3-4\n"
#define SAMPLE "[subtask.0]\ncases = s\n"
#define TYPE(type) "[subtask.1]\nscore = 30\ntype = " type "\ncases = 1-3\n[subtask.2]\nscore = 70\ncases = 4\n"

static void test_types(void)
{
    static const struct row rows[] = {
        {"1 2 3 4", TWO, "", "100000 AC | 1 2 3 4 | 1:30000/30000 2:70000/70000"},
        {"1 2 3 4", TWO, "1=WA", "70000 WA | 1=WA 2=- 3 4 | 1:0/30000 2:70000/70000"},
        {"1 2 3 4", TWO, "2=TLE 3=WA", "0 TLE | 1 2=TLE 3=WA 4=- | 1:0/30000 2:0/70000"},
        /* The first failing case, not the gravest; a PE is one. */
        {"1 2 3 4", TWO, "1=PE 4=RE", "0 PE | 1=PE 2=- 3 4=RE | 1:0/30000 2:0/70000"},
        /* Part of the points: the least. */
        {"1 2 3 4", TWO, "1=500 2=200", "76000 WA | 1=WA 2=WA 3 4 | 1:6000/30000 2:70000/70000"},
        {"1 2 3 4", TWO, "3=999", "99930 WA | 1 2 3=WA 4 | 1:30000/30000 2:69930/70000"},
        {"1 2 3 4", TYPE("sum"), "2=WA", "90000 WA | 1 2=WA 3 4 | 1:20000/30000 2:70000/70000"},
        {"1 2 3 4", TYPE("sum"), "1=500 2=WA", "85000 WA | 1=WA 2=WA 3 4 | 1:15000/30000 2:70000/70000"},
        {"1[10] 2[15] 3[5] 4", TYPE("sum"), "2=WA", "85000 WA | 1[10] 2[15]=WA 3[5] 4 | 1:15000/30000 2:70000/70000"},
        {"1 2 3 4", TYPE("max"), "", "100000 AC | 1 2=- 3=- 4 | 1:30000/30000 2:70000/70000"},
        /* What was wrong in a subtask that is solved after all does not count. */
        {"1 2 3 4", TYPE("max"), "1=WA", "100000 AC | 1=WA 2 3=- 4 | 1:30000/30000 2:70000/70000"},
        {"1 2 3 4", TYPE("max"), "1=RE 4=WA", "30000 WA | 1=RE 2 3=- 4=WA | 1:30000/30000 2:0/70000"},
        {"1 2 3 4", TYPE("max"), "1=100 2=700 3=WA", "91000 WA | 1=WA 2=WA 3=WA 4 | 1:21000/30000 2:70000/70000"},
        /* Thirds make a whole, and two of three of 30 are 20. */
        {"1 2 3 4 5 6 7",
         "[subtask.1]\nscore=10\ntype=sum\ncases=1-3\n[subtask.2]\nscore=20\ntype=sum\ncases=4-6\n"
         "[subtask.3]\nscore=70\ncases=7\n",
         "1=WA 2=WA 4=WA 7=WA", "16666 WA | 1=WA 2=WA 3 4=WA 5 6 7=WA | 1:3333/10000 2:13333/20000 3:0/70000"},
        {"1 2 3 4 5 6 7",
         "[subtask.1]\nscore=10\ntype=sum\ncases=1-3\n[subtask.2]\nscore=20\ntype=sum\ncases=4-6\n"
         "[subtask.3]\nscore=70\ncases=7\n",
         "1=WA 2=WA 4=WA 5=WA 7=WA", "10000 WA | 1=WA 2=WA 3 4=WA 5=WA 6 7=WA | 1:3333/10000 2:6666/20000 3:0/70000"},
    };
    check_rows(rows, sizeof rows / sizeof *rows, false);
}

static void test_total(void)
{
    static const struct row rows[] = {
        {"1 2", "[subtask.1]\nscore=10\ncases=1\n[subtask.2]\nscore=20\ncases=2\n", "",
         "30000 AC | 1 2 | 1:10000/10000 2:20000/20000"},
        {"1 2", "[subtask.1]\nscore=100\ncases=1\n[subtask.2]\nscore=300\ncases=2\n", "1=WA",
         "75000 WA | 1=WA 2 | 1:0/25000 2:75000/75000"},
        {"1 2", "[scoring]\ntotal=60\n[subtask.1]\nscore=10\ncases=1\n[subtask.2]\nscore=20\ncases=2\n", "1=WA",
         "66666 WA | 1=WA 2 | 1:0/33333 2:66666/66666"},
        {"1 2", "[scoring]\ntotal=60\n[subtask.1]\nscore=10\ncases=1\n[subtask.2]\nscore=20\ncases=2\n", "",
         "100000 AC | 1 2 | 1:33333/33333 2:66666/66666"},
        /* A part less never looks like the whole. */
        {"1[1000000] 2[1]", "[subtask.1]\nscore=1000000\ntype=sum\ncases=1 2\n", "2=WA",
         "99999 WA | 1[1000000] 2[1]=WA | 1:99999/100000"},
    };
    check_rows(rows, sizeof rows / sizeof *rows, false);
}

#define CHAIN                                                                                                          \
    SAMPLE "[subtask.1]\nscore = 20\ncases = 1-2\nafter = 0\n[subtask.2]\nscore = 30\ncases = 3\nafter = 1\n"          \
           "[subtask.3]\nscore = 50\ncases = 4 1\nafter = 0 2\n"

static void test_after(void)
{
    static const struct row rows[] = {
        {"1 2 3 4 s", CHAIN, "", "100000 AC | s 1 2 3 4 | 0:0/0 1:20000/20000 2:30000/30000 3:50000/50000"},
        {"1 2 3 4 s", CHAIN, "s=WA", "0 WA | s=WA 1=- 2=- 3=- 4=- | 0:0/0 1:0/20000 2:0/30000 3:0/50000"},
        {"1 2 3 4 s", CHAIN, "2=TLE", "0 TLE | s 1 2=TLE 3=- 4=- | 0:0/0 1:0/20000 2:0/30000 3:0/50000"},
        {"1 2 3 4 s", CHAIN, "3=RE 4=WA", "20000 RE | s 1 2 3=RE 4=- | 0:0/0 1:20000/20000 2:0/30000 3:0/50000"},
        {"1 2 3 4 s", CHAIN, "4=WA", "50000 WA | s 1 2 3 4=WA | 0:0/0 1:20000/20000 2:30000/30000 3:0/50000"},
        /* Solved means all its points. */
        {"1 2 3 4 s", CHAIN, "3=500", "35000 WA | s 1 2 3=WA 4=- | 0:0/0 1:20000/20000 2:15000/30000 3:0/50000"},
        /* A subtask with a larger number may come first. */
        {"1 2", "[subtask.1]\nscore=50\ncases=1\nafter=2\n[subtask.2]\nscore=50\ncases=2\n", "2=WA",
         "0 WA | 2=WA 1=- | 2:0/50000 1:0/50000"},
        /* A case that another subtask needs is run, once. */
        {"1 2 3", "[subtask.1]\nscore=40\ncases=1-2\n[subtask.2]\nscore=60\ntype=sum\ncases=2-3\n", "1=WA",
         "60000 WA | 1=WA 2 3 | 1:0/40000 2:60000/60000"},
        {"1 2 3", "[subtask.1]\nscore=40\ncases=1-2\n[subtask.2]\nscore=60\ncases=1-3\nafter=1\n", "2=WA",
         "0 WA | 1 2=WA 3=- | 1:0/40000 2:0/60000"},
        /* One that waits for a subtask with max waits for one whole case. */
        {"1 2 3", "[subtask.1]\nscore=40\ntype=max\ncases=1-2\n[subtask.2]\nscore=60\ncases=3\nafter=1\n", "1=WA",
         "100000 AC | 1=WA 2 3 | 1:40000/40000 2:60000/60000"},
        {"1 2 3", "[subtask.1]\nscore=40\ntype=max\ncases=1-2\n[subtask.2]\nscore=60\ncases=3\nafter=1\n", "1=WA 2=900",
         "36000 WA | 1=WA 2=WA 3=- | 1:36000/40000 2:0/60000"},
    };
    check_rows(rows, sizeof rows / sizeof *rows, false);
}

static void test_modes(void)
{
    static const struct row asked[] = {
        {"1 2 3 4", TWO, "1=WA", "70000 WA | 1=WA 2 3 4 | 1:0/30000 2:70000/70000"},
        {"1 2 3 4 s", CHAIN, "s=PE 4=RE", "0 PE | s=PE 1 2 3 4=RE | 0:0/0 1:0/20000 2:0/30000 3:0/50000"},
    };
    static const struct row rows[] = {
        /* All are run: the gravest decides. */
        {"1 2 3 4", ALL TWO, "1=WA 3=RE", "0 RE | 1=WA 2 3=RE 4 | 1:0/30000 2:0/70000"},
        {"1 2 3 4", "[scoring]\nmode = first_failure\n" TWO, "3=WA", "30000 WA | 1 2 3=WA | 1:30000/30000 2:0/70000"},
        {"1 2 3 4", "[scoring]\nmode = first_failure\n" TWO, "2=WA", "0 WA | 1 2=WA | 1:0/30000 2:0/70000"},
    };
    check_rows(rows, sizeof rows / sizeof *rows, false);
    check_rows(asked, sizeof asked / sizeof *asked, true);
}

/* ---- words that name cases */

static void test_words(void)
{
    static const struct {
        const char *cases, *words, *said; /* indices of the first subtask's cases; the others are in the second */
    } rows[] = {
        {"1 2 3 10", "1-3", "1 2 3"},
        {"1 2 3 10", "10 2", "2 10"},
        {"01 02 3", "1-2", "01 02"},
        {"s1_a s1_b s2_a", "s1_*", "s1_a s1_b"},
        {"s1_a s1_b s2_a", "s?_a", "s1_a s2_a"},
        {"a1 a2 a3 b1", "a1-a3", "a1 a2 a3"},
        {"a1 a2 a3 b1", "a2-3", "a2 a3"},
        {"1-2 1 2", "1-2", "1-2"},
        {"1[30] 2[70] 3", "1-2", "1[30] 2[70]"},
        {"1[30] 2[70] 3", "2[70]", "2[70]"},
        {"1.1 1.2 2.1", "1.*", "1.1 1.2"},
        {"1.1 1.2 2.1", "1.1-1.2", "1.1 1.2"},
        {"x", "x", "x"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct problem problem;
        struct err e = {""};
        char ini[TEXT], said[TEXT] = "";
        (void)str_format(ini, sizeof ini, "[subtask.1]\nscore=1\ncases=%s\n[subtask.2]\nscore=1\ncases=*\n",
                         rows[i].words);
        make_folder(rows[i].cases, ini);
        if (!UNIT_CHECK(problem_open(&problem, FOLDER, &e) == 0, "%s: %s", rows[i].words, e.text))
            continue;
        for (size_t k = 0; k < problem.subtasks[0].case_count; k++) {
            add(said, k == 0 ? "" : " ");
            add(said, problem.cases[problem.subtasks[0].cases[k]].name);
        }
        (void)UNIT_CHECK(strcmp(said, rows[i].said) == 0, "%s: %s", rows[i].words, said);
        CU_ASSERT(problem.skip && problem.has_scoring && problem.scoring == PROBLEM_ALL);
        CU_ASSERT_EQUAL(problem.subtasks[1].case_count, problem.case_count);
        problem_close(&problem);
    }
}

static void test_marks(void)
{
    struct problem problem;
    struct err e = {""};
    make_folder("1 2[5] 3", "[cases]\nsamples = 1\npretests = 1 2\n");
    CU_ASSERT_FATAL(problem_open(&problem, FOLDER, &e) == 0);
    CU_ASSERT(problem.cases[0].sample && problem.cases[0].pretest && !problem.cases[1].sample);
    CU_ASSERT(problem.cases[1].pretest && !problem.cases[2].pretest && !problem.cases[2].sample);
    problem_close(&problem);
}

/* ---- mistakes */

#define AT(line) FOLDER "/problem.ini:" line ": "

static void test_bad(void)
{
    static const struct {
        const char *ini, *message;
    } rows[] = {
        {"[subtask.1]\nscore=5\ncases=1-3 9\n", AT("3") "cases: there is no case '9'"},
        {"[subtask.1]\nscore=5\ncases=1-3 a45\n", AT("3") "cases: there is no case 'a45' (did you mean a4?)"},
        {"[subtask.1]\nscore=5\ncases=2-5\n", AT("3") "cases: 2-5: there is no case '4'"},
        {"[subtask.1]\nscore=5\ncases=1-99\n", AT("3") "cases: 1-99: there are only 4 cases"},
        {"[subtask.1]\nscore=5\ncases=3-1\n", AT("3") "cases: 3-1: the first number is larger than the second"},
        {"[subtask.1]\nscore=5\ncases=1-2 2-3\n", AT("3") "2-3: cases: case '2' is named twice"},
        {"[subtask.1]\nscore=5\ncases=1 1\n", AT("3") "cases: case '1' is named twice"},
        {"[subtask.1]\nscore=5\ncases=b*\n", AT("3") "cases: no case has a name like 'b*'"},
        {"[subtask.1]\nscore=5\ncases=1-3\n", AT("3") "case 'a4' is in no subtask"},
        {"[subtask.1]\nscore=5\n", AT("1") "a subtask needs cases, as in: cases = 1-5 s1_*"},
        {"[subtask.1]\nscore=5\ncases=\n", AT("3") "a subtask needs cases, as in: cases = 1-5 s1_*"},
        {"[subtask.1]\nscore=5\ncases=\"1\n", AT("3") "cases: a double quote that is not closed"},
        {"[subtask.1]\ncases=*\n", AT("1") "[subtask.1] has no score, as in: score = 30"},
        {"[subtask.0]\ncases=*\n", AT("1") "no subtask has a score above 0"},
        {"[subtask.1]\nscore=-1\ncases=*\n", AT("2") "score = -1: must be a whole number from 0 to 1000000"},
        {"[subtask.1]\nscore=5\ncases=*\n[subtask.1]\nscore=6\ncases=*\n",
         AT("4") "section [subtask.1] again (it begins in line 1)"},
        {"[subtask.01]\nscore=5\ncases=*\n",
         AT("1") "[subtask.01]: subtasks have numbers from 0 to 999, as in [subtask.1]"},
        {"\n[subtask.one]\nscore=5\ncases=*\n",
         AT("2") "[subtask.one]: subtasks have numbers from 0 to 999, as in [subtask.1]"},
        {"[subtask.1000]\nscore=5\ncases=*\n",
         AT("1") "[subtask.1000]: subtasks have numbers from 0 to 999, as in [subtask.1]"},
        {"[subtask.1]\nscore=5\ncases=*\ntype=avg\n", AT("4") "type = avg: must be one of: min sum max"},
        {"[subtask.1]\nscore=5\ncases=*\nscor=5\n", AT("4") "unknown key 'scor' in [subtask.1] (did you mean score?)"},
        {"[subtask.1]\nscore=5\ncases=*\nafter=7\n", AT("4") "after: there is no [subtask.7]"},
        {"[subtask.11]\nscore=5\ncases=*\nafter=12\n", AT("4") "after: there is no [subtask.12] (did you mean 11?)"},
        {"[subtask.1]\nscore=5\ncases=*\nafter=1\n", AT("4") "after: a subtask cannot wait for itself: 1 after 1"},
        {"[subtask.1]\nscore=5\ncases=*\nafter=2\n[subtask.2]\nscore=5\ncases=*\nafter=3\n"
         "[subtask.3]\nscore=5\ncases=*\nafter=2\n[subtask.4]\nscore=5\ncases=*\n",
         AT("12") "after: a subtask cannot wait for itself: 3 after 2 after 3"},
        {"[scoring]\nmode = subtasks\n",
         AT("2") "mode = subtasks needs [subtask.1] and so on, or scores in the cases' names (1.1[20].in)"},
        {"[cases]\npretests = 1 8\n", AT("2") "pretests: there is no case '8'"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct problem problem;
        struct err e = {""};
        make_folder("1 2 3 a4", rows[i].ini);
        if (!UNIT_CHECK(problem_open(&problem, FOLDER, &e) == -1, "%s: opens", rows[i].ini)) {
            problem_close(&problem);
            continue;
        }
        (void)UNIT_CHECK(strcmp(e.text, rows[i].message) == 0, "%s: %s", rows[i].ini, e.text);
    }
}

/* The most subtasks that there may be, each after the one before it, and one more. */
static void test_most(void)
{
    static char ini[16384];
    struct problem problem;
    struct err e = {""};
    ini[0] = '\0';
    for (int i = 1; i <= PROBLEM_SUBTASKS + 1; i++) {
        char section[128];
        (void)str_format(section, sizeof section, "[subtask.%d]\nscore=1\ncases=*\nafter=%s\n", i, i > 1 ? "1" : "");
        CU_ASSERT_FATAL(str_copy(ini + strlen(ini), sizeof ini - strlen(ini), section) == 0);
        if (i < PROBLEM_SUBTASKS)
            continue;
        make_folder("1 2", ini);
        bool opens = problem_open(&problem, FOLDER, &e) == 0;
        CU_ASSERT_EQUAL(opens, i == PROBLEM_SUBTASKS);
        if (opens) {
            char said[TEXT];
            judge_problem(&problem, "2=WA", false, said);
            CU_ASSERT(str_starts(said, "0 WA | 1 2=WA"));
            judge_problem(&problem, "", false, said);
            CU_ASSERT(str_starts(said, "100000 AC | 1 2 |"));
            problem_close(&problem);
        }
    }
    CU_ASSERT_STRING_EQUAL(e.text, AT("401") "more than 100 subtasks");
}

static const struct unit_test tests[] = {
    {"names", test_names}, {"types", test_types}, {"total", test_total}, {"after", test_after}, {"modes", test_modes},
    {"words", test_words}, {"marks", test_marks}, {"bad", test_bad},     {"most", test_most},
};

int main(int argc, char **argv)
{
    char home[] = "/tmp/test_subtasks.XXXXXX";
    if (mkdtemp(home) == NULL || chmod(home, 0755) != 0 || chdir(home) != 0) {
        printf("not ok subtasks - %s: %s\n", home, strerror(errno));
        return 1;
    }
    int code = unit_main("subtasks", tests, sizeof tests / sizeof *tests, argc, argv);
    if (chdir("/") == 0 && remove_folder(home))
        return code;
    printf("not ok subtasks - cannot remove %s\n", home);
    return 1;
}
