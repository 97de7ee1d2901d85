/*
 * test_problem.c - folders of problems as teachers upload them: what is read from a good one, and for each bad one the
 * exact line. Works in a temporary folder, as any user; some rows need root.
 */
#include "judge_client/problem.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/file.h"
#include "common/str.h"
#include "tests/unit/unit.h"

#include "common/banned.h"

#define FOLDER "data/1000" /* below the temporary folder, where each test works */

enum { NOBODY = 65534 };

/* ---- folders */

static void write_file(const char *path, const char *text)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    (void)UNIT_CHECK(fd >= 0 && file_write_all(fd, text, strlen(text)) == 0, "write %s: %s", path, strerror(errno));
    file_close(&fd);
}

static void make_socket(const char *path)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    CU_ASSERT_FATAL(str_copy(address.sun_path, sizeof address.sun_path, path) == 0);
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    CU_ASSERT_FATAL(fd >= 0 && bind(fd, (struct sockaddr *)&address, sizeof address) == 0);
    file_close(&fd);
}

/* Makes one thing in FOLDER: "name" a file, "name=text" one with this text, "name/" a folder, "name|" a fifo, "name@" a
 * socket, "name>target" a link. */
static void make_one(const char *word)
{
    char path[512];
    CU_ASSERT_FATAL(str_format(path, sizeof path, FOLDER "/%s", word) == 0);
    char *name = path + strlen(FOLDER "/");
    char *mark = name + strcspn(name, "=/|@>");
    char kind = *mark;
    *mark = '\0';
    int result = 0;
    switch (kind) {
    case '/':
        result = mkdir(path, 0755);
        break;
    case '|':
        result = mkfifo(path, 0644);
        break;
    case '@':
        make_socket(path);
        break;
    case '>':
        result = symlink(mark + 1, path);
        break;
    default:
        write_file(path, kind == '=' ? mark + 1 : "");
        break;
    }
    (void)UNIT_CHECK(result == 0, "%s: %s", word, strerror(errno));
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

/* FOLDER anew, with the things in `things`, parted by blanks. A '~' in a text stands for a blank. */
static void make_folder(const char *things)
{
    char text[2048];
    CU_ASSERT_FATAL(str_copy(text, sizeof text, things) == 0);
    CU_ASSERT_FATAL(remove_folder("data") && mkdir("data", 0755) == 0 && mkdir(FOLDER, 0755) == 0);
    char *rest = text;
    for (char *word = strtok_r(text, " ", &rest); word != NULL; word = strtok_r(NULL, " ", &rest)) {
        for (char *at = word; *at != '\0'; at++)
            *at = *at == '~' ? ' ' : *at;
        make_one(word);
    }
}

static bool opens(struct problem *problem, const char *things)
{
    struct err e = {""};
    make_folder(things);
    return UNIT_CHECK(problem_open(problem, FOLDER, &e) == 0, "%s: %s", things, e.text);
}

/* True where the cases' names are these, parted by blanks. */
static bool has_cases(const struct problem *problem, const char *names)
{
    char list[512] = "";
    for (size_t i = 0; i < problem->case_count; i++) {
        size_t length = strlen(list);
        (void)str_format(list + length, sizeof list - length, "%s%s", i == 0 ? "" : " ", problem->cases[i].name);
    }
    return UNIT_CHECK(strcmp(list, names) == 0, "%s instead of %s", list, names);
}

/* ---- good ones */

static void test_cases(void)
{
    struct problem problem;
    if (!opens(&problem, "1.in=1~2\n 1.out=3\n 2.in 2.ans=5 3.in 3.out=1 3.ans=12 x.out x.in.bak readme.txt in .in .out"
                         " ._1.in .DS_Store sub/"))
        return;
    CU_ASSERT_STRING_EQUAL(problem.folder, FOLDER);
    CU_ASSERT(has_cases(&problem, "1 2 3"));
    const struct problem_case *one = problem.cases;
    CU_ASSERT_STRING_EQUAL(one[0].input, "1.in");
    CU_ASSERT_STRING_EQUAL(one[0].answer, "1.out");
    CU_ASSERT_EQUAL(one[0].input_bytes, 4);
    CU_ASSERT_EQUAL(one[0].answer_bytes, 2);
    CU_ASSERT_EQUAL(one[0].score, 10);
    CU_ASSERT_FALSE(one[0].has_score);
    CU_ASSERT_FALSE(one[0].sample);
    CU_ASSERT_STRING_EQUAL(one[1].answer, "2.ans");
    CU_ASSERT_EQUAL(one[1].answer_bytes, 1);
    CU_ASSERT_STRING_EQUAL(one[2].answer, "3.out");
    CU_ASSERT_EQUAL(one[2].answer_bytes, 1);
    problem_close(&problem);
    problem_close(&problem); /* twice does no harm */
}

static void test_defaults(void)
{
    struct problem problem;
    if (!opens(&problem, "1.in 1.out"))
        return;
    CU_ASSERT_EQUAL(problem.limits.time_ms, 1000);
    CU_ASSERT_EQUAL(problem.limits.wall_ms, 0);
    CU_ASSERT_EQUAL(problem.limits.memory_mib, 128);
    CU_ASSERT_EQUAL(problem.limits.output_mib, 0);
    CU_ASSERT_EQUAL(problem.limits.stack_mib, 0);
    CU_ASSERT_EQUAL(problem.limits.processes, 0);
    CU_ASSERT_EQUAL(problem.factor_count, 0);
    CU_ASSERT_EQUAL(problem_factor(&problem, "python"), 1);
    CU_ASSERT_EQUAL(problem.compare.mode, COMPARE_LINES);
    CU_ASSERT_FALSE(problem.compare.ignore_case);
    CU_ASSERT_FALSE(problem.compare.strict_line_ends);
    CU_ASSERT_STRING_EQUAL(problem.input_file, "");
    CU_ASSERT_STRING_EQUAL(problem.output_file, "");
    CU_ASSERT_EQUAL(problem.scoring, PROBLEM_FIRST_FAILURE);
    CU_ASSERT_EQUAL(problem.total, 100);
    CU_ASSERT_EQUAL(problem.header_count, 0);
    problem_close(&problem);
}

static void test_order(void)
{
    static const struct {
        const char *names; /* in natural order */
        const char *alphabetical;
    } rows[] = {
        {"1 2 10", "1 10 2"},
        {"1 02 3", "02 1 3"},
        {"01 1 002 2", "002 01 1 2"},
        {"a a1 a2 a10 b", "a a1 a10 a2 b"},
        {"t2-3 t2-10 t10-1", "t10-1 t2-10 t2-3"},
        {"1.1 1.2 1.10 2.1", "1.1 1.10 1.2 2.1"},
        {"s1[30] s2[5] s10[20]", "s10[20] s1[30] s2[5]"},
        {"99999999999999999999999998 99999999999999999999999999 100000000000000000000000000",
         "100000000000000000000000000 99999999999999999999999998 99999999999999999999999999"},
        {"a[20] a1[5] a2[5] a3[5] a4[5]", "a1[5] a2[5] a3[5] a4[5] a[20]"},
        {"0 00 000", "0 00 000"},
        {"A a", "A a"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        for (int alphabetical = 0; alphabetical < 2; alphabetical++) {
            char things[1024] = "";
            char names[512];
            (void)str_copy(names, sizeof names, rows[i].names);
            char *rest = names;
            for (char *name = strtok_r(names, " ", &rest); name != NULL; name = strtok_r(NULL, " ", &rest)) {
                char pair[256]; /* put in front: the last is made first */
                (void)str_format(pair, sizeof pair, "%s.in %s.out ", name, name);
                memmove(things + strlen(pair), things, strlen(things) + 1);
                memcpy(things, pair, strlen(pair));
            }
            struct problem problem;
            if (alphabetical == 1)
                (void)str_copy(things + strlen(things), 64, "problem.ini=[cases]\norder~=~alphabetical");
            if (!opens(&problem, things))
                continue;
            CU_ASSERT(has_cases(&problem, alphabetical == 1 ? rows[i].alphabetical : rows[i].names));
            problem_close(&problem);
        }
    }
}

static void test_scores(void)
{
    static const struct {
        const char *name;
        int64_t score;
        bool has_score;
    } rows[] = {
        {"a", 10, false},
        {"a[30]", 30, true},
        {"a[0]", 0, true},
        {"1.2[5]", 5, true},
        {"a[007]b", 7, true},
        {"[30]", 30, true},
        {"a[1000000]", 1000000, true},
        {"a]", 10, false},
        {"a[3][4]", 3, true},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char things[128];
        struct problem problem;
        (void)str_format(things, sizeof things, "%s.in %s.out", rows[i].name, rows[i].name);
        if (!opens(&problem, things))
            continue;
        (void)UNIT_CHECK(problem.cases[0].score == rows[i].score && problem.cases[0].has_score == rows[i].has_score,
                         "%s: %lld", rows[i].name, (long long)problem.cases[0].score);
        CU_ASSERT_STRING_EQUAL(problem.cases[0].name, rows[i].name);
        problem_close(&problem);
    }
}

static void test_conf(void)
{
    struct problem problem;
    if (!opens(&problem, "1.in 1.out 2[30].in 2[30].out 3.in 3.out problem.ini="
                         "[limits]\ntime_ms=2500\nwall_ms=9000\nmemory_mib=64\noutput_mib=3\nstack_mib=8\nprocesses=4\n"
                         "[limits.python]\nfactor=3\n[limits.java]\nfactor=1.5\n[limits.go]\n"
                         "[compare]\nmode=float\nabs_error=0.001\nignore_case=yes\n"
                         "[files]\ninput=sum.in\noutput=sum.out\n"
                         "[scoring]\nmode=all\ntotal=50\n[cases]\norder=natural\nsamples=1~2\n"))
        return;
    CU_ASSERT_EQUAL(problem.limits.time_ms, 2500);
    CU_ASSERT_EQUAL(problem.limits.wall_ms, 9000);
    CU_ASSERT_EQUAL(problem.limits.memory_mib, 64);
    CU_ASSERT_EQUAL(problem.limits.output_mib, 3);
    CU_ASSERT_EQUAL(problem.limits.stack_mib, 8);
    CU_ASSERT_EQUAL(problem.limits.processes, 4);
    CU_ASSERT_EQUAL(problem.factor_count, 2);
    CU_ASSERT_EQUAL(problem_factor(&problem, "python"), 3);
    CU_ASSERT_EQUAL(problem_factor(&problem, "java"), 1.5);
    CU_ASSERT_EQUAL(problem_factor(&problem, "go"), 1);
    CU_ASSERT_EQUAL(problem.compare.mode, COMPARE_FLOAT);
    CU_ASSERT_EQUAL(problem.compare.abs_error, 0.001);
    CU_ASSERT_EQUAL(problem.compare.rel_error, 0);
    CU_ASSERT(problem.compare.ignore_case);
    CU_ASSERT_STRING_EQUAL(problem.input_file, "sum.in");
    CU_ASSERT_STRING_EQUAL(problem.output_file, "sum.out");
    CU_ASSERT_EQUAL(problem.scoring, PROBLEM_ALL);
    CU_ASSERT_EQUAL(problem.total, 50);
    CU_ASSERT(problem.cases[0].sample && problem.cases[1].sample && !problem.cases[2].sample);
    problem_close(&problem);
}

static void test_compare(void)
{
    static const struct {
        const char *text;
        struct compare_options expected;
    } rows[] = {
        {"mode=lines\nstrict_line_ends=yes", {.mode = COMPARE_LINES, .strict_line_ends = true}},
        {"mode=exact", {.mode = COMPARE_EXACT}},
        {"mode=tokens\nignore_case=1", {.mode = COMPARE_TOKENS, .ignore_case = true}},
        {"mode=float", {.mode = COMPARE_FLOAT, .abs_error = 1e-6, .rel_error = 1e-6}},
        {"mode=float\nrel_error=1e-9", {.mode = COMPARE_FLOAT, .rel_error = 1e-9}},
        {"mode=float\nrel_error=0\nabs_error=2", {.mode = COMPARE_FLOAT, .abs_error = 2}},
        {"mode=float\nabs_error=1000000000", {.mode = COMPARE_FLOAT, .abs_error = 1e9}},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char things[256];
        struct problem problem;
        (void)str_format(things, sizeof things, "1.in 1.out problem.ini=[compare]\n%s\n", rows[i].text);
        if (!opens(&problem, things))
            continue;
        const struct compare_options *got = &problem.compare;
        const struct compare_options *want = &rows[i].expected;
        (void)UNIT_CHECK(got->mode == want->mode && got->ignore_case == want->ignore_case &&
                             got->strict_line_ends == want->strict_line_ends && got->abs_error == want->abs_error &&
                             got->rel_error == want->rel_error,
                         "%s", rows[i].text);
        problem_close(&problem);
    }
}

static void test_file_names(void)
{
    static const struct {
        const char *things;
        const char *input, *output;
    } rows[] = {
        {"input.name=sum.in\r\n output.name=sum.out\r\n", "sum.in", "sum.out"},
        {"input.name=\n~~sum.in", "sum.in", ""},
        {"output.name=\xef\xbb\xbfsum.out~x\n", "", "sum.out"},
        {"input.name=a output.name=b problem.ini=[files]\ninput=c\n", "c", "b"},
        {"input.name=a output.name=b problem.ini=[files]\ninput=\noutput=\n", "", ""},
        {"input.name=../x problem.ini=[files]\ninput=c\n", "c", ""},
        {"input.name>n n=real.in", "real.in", ""},
        {"problem.ini=[files]\ninput=\"a~b;c\"~#~x\n", "a b;c", ""},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char things[256];
        struct problem problem;
        (void)str_format(things, sizeof things, "1.in 1.out %s", rows[i].things);
        if (!opens(&problem, things))
            continue;
        (void)UNIT_CHECK(strcmp(problem.input_file, rows[i].input) == 0, "%s: %s", things, problem.input_file);
        (void)UNIT_CHECK(strcmp(problem.output_file, rows[i].output) == 0, "%s: %s", things, problem.output_file);
        problem_close(&problem);
    }
}

static void test_headers(void)
{
    struct problem problem;
    if (!opens(&problem, "1.in 1.out b.h a.h words.dic x.hh h .h"))
        return;
    CU_ASSERT_EQUAL_FATAL(problem.header_count, 3);
    CU_ASSERT_STRING_EQUAL(problem.headers[0], "a.h");
    CU_ASSERT_STRING_EQUAL(problem.headers[1], "b.h");
    CU_ASSERT_STRING_EQUAL(problem.headers[2], "words.dic");
    problem_close(&problem);
}

static void test_special_judges(void)
{
    struct problem problem;
    if (opens(&problem, "1.in 1.out spj spj.cc problem.ini=[compare]\nmode=lines\n"))
        problem_close(&problem);
    if (opens(&problem, "1.in 1.out spj.txt spj2 xspj"))
        problem_close(&problem);
}

/* Which checker a folder has, and what it speaks. */
static void test_checkers(void)
{
    static const struct {
        const char *things;
        enum checker_kind kind;
        enum checker_protocol protocol;
        const char *file, *why;
    } rows[] = {
        {"1.in 1.out", CHECKER_NONE, 0, "", ""},
        {"1.in 1.out spj.cc", CHECKER_PROGRAM, CHECKER_SPJ, "spj.cc", "by the name spj.cc"},
        {"1.in 1.out spj.cc spj tpj.cc", CHECKER_PROGRAM, CHECKER_TPJ, "tpj.cc", "by the name tpj.cc"},
        {"1.in 1.out spj.cc tpj.cc upj.c", CHECKER_PROGRAM, CHECKER_UPJ, "upj.c", "by the name upj.c"},
        {"1.in 1.out spj.cc=#include~<testlib.h>", CHECKER_PROGRAM, CHECKER_TESTLIB, "spj.cc",
         "spj.cc includes testlib.h"},
        {"1.in 1.out spj", CHECKER_PROGRAM, CHECKER_SPJ, "spj", "by the name spj"},
        {"1.in 1.out check.cpp=#include\"testlib.h\"", CHECKER_PROGRAM, CHECKER_TESTLIB, "check.cpp",
         "check.cpp includes testlib.h"},
        {"1.in 1.out check.cpp checker.cc chk", CHECKER_NONE, 0, "", ""},
        {"1.in 1.out a.cc problem.ini=[checker]\nsource=a.cc\nprotocol=hustoj\n", CHECKER_PROGRAM, CHECKER_SPJ, "a.cc",
         "[checker] protocol = hustoj"},
        {"1.in 1.out spj.cc problem.ini=[checker]\nprotocol=uoj\n", CHECKER_PROGRAM, CHECKER_UOJ, "spj.cc",
         "[checker] protocol = uoj"},
        {"1.in 1.out spj.cc problem.ini=[checker]\npoints=percent\n", CHECKER_PROGRAM, CHECKER_SPJ, "spj.cc",
         "by the name spj.cc"},
        {"1.in 1.out upj.cc spj.cc problem.ini=[checker]\nsource=spj.cc\n", CHECKER_PROGRAM, CHECKER_SPJ, "spj.cc",
         "by the name spj.cc"},
        {"1.in 1.out spj.cc problem.ini=[checker]\nbuiltin=lines~unordered\n", CHECKER_BUILTIN, 0, "",
         "[checker] builtin"},
        {"1.in 1.out problem.ini=[checker]\nbuiltin=float~1e-3\n", CHECKER_NONE, 0, "", "[checker] builtin"},
        {"1.in 1.out problem.ini=[checker]\nprotocol=kattis\nargs=float_tolerance~1e-3\n", CHECKER_NONE, 0, "",
         "Kattis' default validator"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct problem problem;
        if (!opens(&problem, rows[i].things))
            continue;
        const struct checker *checker = &problem.checker;
        (void)UNIT_CHECK(checker->kind == rows[i].kind && checker->protocol == rows[i].protocol &&
                             strcmp(checker->source[0] != '\0' ? checker->source : checker->binary, rows[i].file) ==
                                 0 &&
                             strcmp(checker->why, rows[i].why) == 0,
                         "%s: kind %d, %s, %s%s, '%s'", rows[i].things, (int)checker->kind,
                         checker_name(checker->protocol), checker->source, checker->binary, checker->why);
        problem_close(&problem);
    }
}

/* What the site says counts where problem.ini says nothing. */
static void test_site(void)
{
    static const struct {
        const char *things;
        bool special, tpj_hustoj, uses, hustoj_argv;
    } rows[] = {
        {"1.in 1.out tpj.cc", true, false, true, false},
        {"1.in 1.out tpj.cc", true, true, true, true},
        {"1.in 1.out tpj.cc", false, true, false, true},
        {"1.in 1.out tpj.cc problem.ini=[checker]\npoints=percent\n", false, true, true, true},
        {"1.in 1.out tpj.cc problem.ini=[checker]\ntpj_argv=testlib\n", true, true, true, false},
        {"1.in 1.out tpj.cc problem.ini=[checker]\ntpj_argv=hustoj\n", true, false, true, true},
        {"1.in 1.out", true, false, false, false},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct problem problem;
        if (!opens(&problem, rows[i].things))
            continue;
        problem_apply_site(&problem, rows[i].special, rows[i].tpj_hustoj);
        (void)UNIT_CHECK((problem.checker.kind == CHECKER_PROGRAM) == rows[i].uses &&
                             problem.checker.hustoj_argv == rows[i].hustoj_argv &&
                             (problem.limits.output_mib > 0) == rows[i].uses,
                         "row %zu, %s", i, rows[i].things);
        problem_close(&problem);
    }
}

/* The flags of Kattis' default validator, and the builtins that are a way to compare. */
static void test_validator_flags(void)
{
    static const struct {
        const char *keys;
        struct compare_options compare;
    } rows[] = {
        {"protocol=kattis", {.mode = COMPARE_TOKENS, .ignore_case = true}},
        {"protocol=kattis\nargs=case_sensitive", {.mode = COMPARE_TOKENS}},
        {"protocol=kattis\nargs=space_change_sensitive", {.mode = COMPARE_EXACT, .ignore_case = true}},
        {"protocol=kattis\nargs=float_tolerance~0.5",
         {.mode = COMPARE_FLOAT, .ignore_case = true, .abs_error = 0.5, .rel_error = 0.5}},
        {"protocol=kattis\nargs=float_absolute_tolerance~0.5~float_relative_tolerance~0.25~case_sensitive",
         {.mode = COMPARE_FLOAT, .abs_error = 0.5, .rel_error = 0.25}},
        {"builtin=tokens", {.mode = COMPARE_TOKENS}},
        {"builtin=case", {.mode = COMPARE_TOKENS, .ignore_case = true}},
        {"builtin=float~0.5", {.mode = COMPARE_FLOAT, .abs_error = 0.5}},
        {"builtin=float~0~0.5", {.mode = COMPARE_FLOAT, .rel_error = 0.5}},
        {"builtin=float", {.mode = COMPARE_FLOAT, .abs_error = 1e-6, .rel_error = 1e-6}},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct problem problem;
        char things[256];
        (void)str_format(things, sizeof things, "1.in 1.out problem.ini=[checker]\n%s\n", rows[i].keys);
        if (!opens(&problem, things))
            continue;
        const struct compare_options *got = &problem.compare;
        const struct compare_options *wanted = &rows[i].compare;
        (void)UNIT_CHECK(got->mode == wanted->mode && got->ignore_case == wanted->ignore_case &&
                             !(got->abs_error < wanted->abs_error) && !(got->abs_error > wanted->abs_error) &&
                             !(got->rel_error < wanted->rel_error) && !(got->rel_error > wanted->rel_error),
                         "%s: mode %d, case %d, %g, %g", rows[i].keys, (int)got->mode, got->ignore_case, got->abs_error,
                         got->rel_error);
        problem_close(&problem);
    }
}

static void test_links(void)
{
    struct problem problem;
    struct err e = {""};
    char text[8] = "";
    make_folder("1.in=abc 1.out 2.in>1.in sub/ 2.out>sub/answer 3.in>sub/up 3.out>./sub/.././1.out");
    write_file(FOLDER "/sub/answer", "answer");
    CU_ASSERT_EQUAL(symlink("../1.in", FOLDER "/sub/up"), 0);
    CU_ASSERT_EQUAL_FATAL(problem_open(&problem, FOLDER, &e), 0);
    CU_ASSERT_EQUAL(problem.cases[1].answer_bytes, 6);
    CU_ASSERT_EQUAL(problem.cases[2].input_bytes, 3);
    int fd = problem_open_file(&problem, "3.in", &e);
    CU_ASSERT(fd >= 0);
    CU_ASSERT_EQUAL(read(fd, text, sizeof text), 3);
    CU_ASSERT_STRING_EQUAL(text, "abc");
    CU_ASSERT_EQUAL(fcntl(fd, F_GETFL) & (O_NONBLOCK | O_ACCMODE), O_RDONLY);
    CU_ASSERT(fcntl(fd, F_GETFD) & FD_CLOEXEC);
    file_close(&fd);
    /* What a name from elsewhere may not reach. */
    static const char *const outside[] = {"../1000/1.in", "/etc/passwd", "sub/../../1000/1.in", ""};
    for (size_t i = 0; i < sizeof outside / sizeof *outside; i++) {
        fd = problem_open_file(&problem, outside[i], &e);
        (void)UNIT_CHECK(fd == -1, "'%s' was opened", outside[i]);
        file_close(&fd);
    }
    /* The folder may be changed while a submission is judged. */
    CU_ASSERT_EQUAL(unlink(FOLDER "/1.in"), 0);
    CU_ASSERT_EQUAL(problem_open_file(&problem, "1.in", &e), -1);
    CU_ASSERT_STRING_EQUAL(e.text, "open " FOLDER "/1.in: No such file or directory");
    CU_ASSERT_EQUAL(problem_open_file(&problem, "2.in", &e), -1);
    CU_ASSERT_STRING_EQUAL(e.text, FOLDER "/2.in is a link to a file that is not there");
    CU_ASSERT_EQUAL(mkfifo(FOLDER "/1.in", 0644), 0);
    CU_ASSERT_EQUAL(problem_open_file(&problem, "2.in", &e), -1);
    CU_ASSERT_STRING_EQUAL(e.text, FOLDER "/2.in is a fifo, not a file");
    problem_close(&problem);
}

static void test_folder_paths(void)
{
    struct problem problem;
    struct err e = {""};
    make_folder("1.in 1.out");
    CU_ASSERT_EQUAL(problem_open(&problem, FOLDER "//", &e), 0);
    CU_ASSERT_STRING_EQUAL(problem.folder, FOLDER);
    problem_close(&problem);
    CU_ASSERT_EQUAL(symlink("1000", "data/link"), 0); /* a folder that is a link is the administrator's doing */
    CU_ASSERT_EQUAL(problem_open(&problem, "data/link", &e), 0);
    CU_ASSERT_STRING_EQUAL(problem.folder, "data/link");
    problem_close(&problem);
    CU_ASSERT_EQUAL(problem_open(&problem, "data/1001", &e), -1);
    CU_ASSERT_STRING_EQUAL(e.text, "open data/1001: No such file or directory");
    CU_ASSERT_EQUAL(problem_open(&problem, "", &e), -1);
    CU_ASSERT_STRING_EQUAL(e.text, "open : No such file or directory");
    CU_ASSERT_EQUAL(problem_open(&problem, FOLDER "/1.in/", &e), -1);
    CU_ASSERT_STRING_EQUAL(e.text, FOLDER "/1.in: not a folder");
    static char deep[PATH_MAX + 8];
    memset(deep, 'x', sizeof deep - 1);
    CU_ASSERT_EQUAL(problem_open(&problem, deep, &e), -1);
    CU_ASSERT_PTR_NOT_NULL(strstr(e.text, "File name too long"));
    problem_close(&problem); /* after a failure it does no harm */
}

static void test_sources(void)
{
    struct problem problem;
    if (!opens(&problem, "1.in 1.out"))
        return;
    CU_ASSERT(problem.type == PROBLEM_PROGRAM && problem.wrap == PROBLEM_WRAP_AUTO && problem.source_count == 0);
    problem_close(&problem);
    if (!opens(&problem, "1.in 1.out g.c g.h G.java problem.ini=[sources]\nwith=g.c~g.h\nname=s\nwrap=no\n"
                         "[sources.java]\nwith=./G.java\n[sources.lua]\nwith=\n[problem]\ntype=output_only\n"))
        return;
    CU_ASSERT(problem.type == PROBLEM_OUTPUT_ONLY && problem.has_type && problem.wrap == PROBLEM_WRAP_NO);
    CU_ASSERT_EQUAL_FATAL(problem.source_count, 3);
    const struct problem_sources *all = &problem.sources[0], *java = &problem.sources[1], *lua = &problem.sources[2];
    CU_ASSERT_STRING_EQUAL(all->language, "");
    CU_ASSERT_STRING_EQUAL(all->name, "s");
    CU_ASSERT(all->with != NULL && strcmp(all->with[0], "g.c") == 0 && strcmp(all->with[1], "g.h") == 0 &&
              all->with[2] == NULL);
    CU_ASSERT(strcmp(java->language, "java") == 0 && strcmp(java->with[0], "./G.java") == 0 && java->line == 5);
    CU_ASSERT(strcmp(lua->language, "lua") == 0 && lua->with != NULL && lua->with[0] == NULL);
    problem_close(&problem);
    CU_ASSERT(problem.sources == NULL && problem.source_count == 0);
}

static void test_passes(void)
{
    struct problem problem;
    if (opens(&problem, "1.in 1.out spj.c problem.ini=[limits]\ntime_ms=5\n")) {
        CU_ASSERT_EQUAL(problem.checker.passes, 1);
        problem_close(&problem);
    }
    if (opens(&problem, "1.in 1.out v.py problem.ini=[checker]\nsource=v.py\nprotocol=kattis\n")) {
        CU_ASSERT_EQUAL(problem.checker.passes, 2);
        problem_close(&problem);
    }
    if (opens(&problem, "1.in 1.out v.py problem.ini=[checker]\nsource=v.py\nprotocol=spj\npasses=7\n")) {
        CU_ASSERT_EQUAL(problem.checker.passes, 7);
        problem_close(&problem);
    }
}

/* ---- bad ones */

static void check_message(const char *things, const char *message)
{
    struct problem problem;
    struct err e = {""};
    int result = problem_open(&problem, FOLDER, &e);
    (void)UNIT_CHECK(result == -1 && strcmp(e.text, message) == 0, "%s: %s", things, e.text);
    if (result == 0)
        problem_close(&problem);
    CU_ASSERT(problem.folder_fd == -1 && problem.cases == NULL && problem.headers == NULL);
}

struct bad_row {
    const char *things;
    const char *message;
};

static void check_rows(const struct bad_row *rows, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        make_folder(rows[i].things);
        check_message(rows[i].things, rows[i].message);
    }
}

static void test_bad_folders(void)
{
    static const struct bad_row rows[] = {
        {"", FOLDER ": no test data (no *.in)"},
        {"1.out 1.txt .in ._1.in IN", FOLDER ": no test data (no *.in)"},
        {"1.in 1.out 3.in", FOLDER "/3.in has no 3.out (nor 3.ans)"},
        {"10.in 9.in 1.in 1.ans 9.OUT", FOLDER "/9.in has no 9.out (nor 9.ans)"},
        {"a[30].in a.out", FOLDER "/a[30].in has no a[30].out (nor a[30].ans)"},
        {"3.in/ 3.out", FOLDER "/3.in is a folder, not a file"},
        {"3.in 3.out/ 3.ans", FOLDER "/3.out is a folder, not a file"},
        {"3.in| 3.out", FOLDER "/3.in is a fifo, not a file"},
        {"3.in 3.ans|", FOLDER "/3.ans is a fifo, not a file"},
        {"3.in@ 3.out", FOLDER "/3.in is a socket, not a file"},
        {"3.in>/etc/passwd 3.out", FOLDER "/3.in is a link out of the folder (or not a relative one)"},
        {"3.in>../../../../../../../../etc/passwd 3.out",
         FOLDER "/3.in is a link out of the folder (or not a relative one)"},
        {"3.in>../1000/1.in 1.in 1.out 3.out", FOLDER "/3.in is a link out of the folder (or not a relative one)"},
        {"3.in 3.out>../x", FOLDER "/3.out is a link out of the folder (or not a relative one)"},
        {"3.in>4.in 4.in>/etc/shadow 3.out 4.out", FOLDER "/3.in is a link out of the folder (or not a relative one)"},
        {"3.in>/proc/self/exe 3.out", FOLDER "/3.in is a link out of the folder (or not a relative one)"},
        {"3.in>nothing 3.out", FOLDER "/3.in is a link to a file that is not there"},
        {"3.in 3.out>nothing 3.ans", FOLDER "/3.out is a link to a file that is not there"},
        {"3.in>3.in 3.out", "open " FOLDER "/3.in: Too many levels of symbolic links"},
        {"3.in>sub sub/ 3.out", FOLDER "/3.in is a folder, not a file"},
        {"3.in>f f| 3.out", FOLDER "/3.in is a fifo, not a file"},
        {"1\n.in 1\n.out", FOLDER "/1?.in: a control character in a file's name"},
        {"\x1b[2J.in", FOLDER "/?[2J.in: a control character in a file's name"},
        {"\x7f.in", FOLDER "/?.in: a control character in a file's name"},
        {"a[].in", FOLDER "/a[].in: the score in brackets must be a whole number from 0 to 1000000"},
        {"a[x].in", FOLDER "/a[x].in: the score in brackets must be a whole number from 0 to 1000000"},
        {"a[30.in", FOLDER "/a[30.in: the score in brackets must be a whole number from 0 to 1000000"},
        {"a]30[.in", FOLDER "/a]30[.in: the score in brackets must be a whole number from 0 to 1000000"},
        {"a[-5].in", FOLDER "/a[-5].in: the score in brackets must be a whole number from 0 to 1000000"},
        {"a[+5].in", FOLDER "/a[+5].in: the score in brackets must be a whole number from 0 to 1000000"},
        {"a[1.5].in", FOLDER "/a[1.5].in: the score in brackets must be a whole number from 0 to 1000000"},
        {"a[~5].in", FOLDER "/a[ 5].in: the score in brackets must be a whole number from 0 to 1000000"},
        {"a[1000001].in", FOLDER "/a[1000001].in: the score in brackets must be a whole number from 0 to 1000000"},
        {"a[99999999999999999999].in",
         FOLDER "/a[99999999999999999999].in: the score in brackets must be a whole number from 0 to 1000000"},
        {"1.in 1.out a.h/", FOLDER "/a.h is a folder, not a file"},
        {"1.in 1.out a.dic>/etc/passwd", FOLDER "/a.dic is a link out of the folder (or not a relative one)"},
        {"1.in 1.out a\t.h", FOLDER "/a?.h: a control character in a file's name"},
        {"1.in 1.out spj.cc/ spj", FOLDER "/spj.cc is a folder, not a file"},
        {"1.in 1.out spj.cc>/etc/passwd", FOLDER "/spj.cc is a link out of the folder (or not a relative one)"},
    };
    check_rows(rows, sizeof rows / sizeof *rows);
}

static void test_bad_file_names(void)
{
    static const struct bad_row rows[] = {
        {"1.in 1.out input.name", FOLDER "/input.name holds no file's name"},
        {"1.in 1.out output.name=\r\n~~\r\n", FOLDER "/output.name holds no file's name"},
        {"1.in 1.out input.name=a/b", FOLDER "/input.name: 'a/b': must be a file's name without a folder"},
        {"1.in 1.out input.name=../x", FOLDER "/input.name: '../x': must be a file's name without a folder"},
        {"1.in 1.out output.name=..", FOLDER "/output.name: '..': must be a file's name without a folder"},
        {"1.in 1.out output.name=.", FOLDER "/output.name: '.': must be a file's name without a folder"},
        {"1.in 1.out output.name=/etc/passwd",
         FOLDER "/output.name: '/etc/passwd': must be a file's name without a folder"},
        {"1.in 1.out output.name=a\x1b[1m", FOLDER "/output.name: a control character in a file's name"},
        {"1.in 1.out output.name/", FOLDER "/output.name is a folder, not a file"},
        {"1.in 1.out input.name>/etc/hostname",
         FOLDER "/input.name is a link out of the folder (or not a relative one)"},
        {"1.in 1.out input.name=x output.name=x\n", FOLDER ": 'x' is to be both the input and the output file"},
        {"1.in 1.out problem.ini=[files]\ninput=a/b\n",
         FOLDER "/problem.ini:2: input: 'a/b': must be a file's name without a folder"},
        {"1.in 1.out problem.ini=[files]\ninput=a\noutput=..\n",
         FOLDER "/problem.ini:3: output: '..': must be a file's name without a folder"},
    };
    check_rows(rows, sizeof rows / sizeof *rows);
}

static void test_bad_conf(void)
{
    static const struct bad_row rows[] = {
        {"1.in 1.out problem.ini=[limits]\n\n\ntim_ms=1\n",
         FOLDER "/problem.ini:4: unknown key 'tim_ms' in [limits] (did you mean time_ms?)"},
        {"1.in 1.out problem.ini=[limits]\ntime_limit=1\n",
         FOLDER "/problem.ini:2: unknown key 'time_limit' in [limits] (did you mean time_ms?)"},
        {"1.in 1.out problem.ini=[limit]\n", FOLDER "/problem.ini:1: unknown section [limit] (did you mean [limits]?)"},
        {"1.in 1.out problem.ini=[limits]\ntime_ms=0\n",
         FOLDER "/problem.ini:2: time_ms = 0: must be a whole number from 1 to 3600000"},
        {"1.in 1.out problem.ini=[limits]\ntime_ms=1s\n",
         FOLDER "/problem.ini:2: time_ms = 1s: must be a whole number from 1 to 3600000"},
        {"1.in 1.out problem.ini=[limits]\nmemory_mib=-1\n",
         FOLDER "/problem.ini:2: memory_mib = -1: must be a whole number from 1 to 1048576"},
        {"1.in 1.out problem.ini=[limits.c]\ntime_ms=5\n",
         FOLDER "/problem.ini:2: unknown key 'time_ms' in [limits.c] (it belongs in [limits])"},
        {"1.in 1.out problem.ini=[limits.c]\nfactor=0\n", FOLDER "/problem.ini:2: factor = 0: must be more than 0"},
        {"1.in 1.out problem.ini=[limits.an-awfully-long-name-of-a-language]\nfactor=1\n",
         FOLDER "/problem.ini:2: no language has so long a name"},
        {"1.in 1.out problem.ini=[compare]\nmode=tokens\nabs_error=1\n",
         FOLDER "/problem.ini:3: abs_error needs mode = float"},
        {"1.in 1.out problem.ini=[compare]\nrel_error=1\n", FOLDER "/problem.ini:2: rel_error needs mode = float"},
        {"1.in 1.out problem.ini=[compare]\nmode=exact\nstrict_line_ends=no\n",
         FOLDER "/problem.ini:3: strict_line_ends needs mode = lines"},
        {"1.in 1.out problem.ini=[compare]\nmode=word\n",
         FOLDER "/problem.ini:2: mode = word: must be one of: lines exact tokens float"},
        {"1.in 1.out problem.ini=[scoring]\ntotal=0\n",
         FOLDER "/problem.ini:2: total = 0: must be a whole number from 1 to 1000000"},
        {"1.in 1.out problem.ini=\n[checker]\nsource=c.cc\n",
         FOLDER "/problem.ini:2: [checker]: source: open " FOLDER "/c.cc: No such file or directory"},
        {"1.in 1.out problem.ini=[checker]\nsource=../c.cc\n",
         FOLDER "/problem.ini:1: [checker]: source: open " FOLDER "/../c.cc: No such file or directory"},
        {"1.in 1.out c.cc problem.ini=[checker]\nsource=c.cc\n",
         FOLDER "/problem.ini:1: [checker]: protocol is missing (spj, upj, tpj, testlib, kattis, lemon, qduoj, syzoj, "
                "uoj, cupoj, cms)"},
        {"1.in 1.out c.cc problem.ini=[checker]\nsource=c.cc\nprotocol=testlip\n",
         FOLDER "/problem.ini:1: [checker]: unknown protocol 'testlip' (did you mean testlib?)"},
        {"1.in 1.out problem.ini=[checker]\nprotocol=spj\n",
         FOLDER "/problem.ini:1: [checker]: no source, and the folder has no checker"},
        {"1.in 1.out problem.ini=[checker]\nbuiltin=tokens\n[compare]\nmode=lines\n",
         FOLDER "/problem.ini:1: [checker]: there is [compare] mode, too: one of the two must go"},
        {"1.in 1.out problem.ini=[checker]\nbuiltin=lines\n",
         FOLDER "/problem.ini:1: [checker]: builtin = lines: must be lines unordered"},
        {"1.in 1.out problem.ini=[checker]\nbuiltin=tokens~all\n",
         FOLDER "/problem.ini:1: [checker]: builtin = tokens: 'all' is one word too many"},
        {"1.in 1.out problem.ini=[checker]\nbuiltin=float~x\n",
         FOLDER "/problem.ini:1: [checker]: 'x' is no accepted difference, as 1e-6"},
        {"1.in 1.out problem.ini=[checker]\nprotocol=kattis\nargs=float_tolerance\n",
         FOLDER "/problem.ini:1: [checker]: float_tolerance needs a number, as 1e-6"},
        {"1.in 1.out problem.ini=[checker]\nprotocol=kattis\nargs=strict\n",
         FOLDER "/problem.ini:1: [checker]: 'strict' is no flag of the default validator"},
        {"1.in 1.out problem.ini=[checker]\nsorce=c.cc\n",
         FOLDER "/problem.ini:2: unknown key 'sorce' in [checker] (did you mean source?)"},
        {"1.in 1.out problem.ini=[interactor]\n",
         FOLDER "/problem.ini:1: [interactor]: no source, and the folder has no interactor"},
        {"1.in 1.out problem.ini=[manager]\n",
         FOLDER "/problem.ini:1: [manager]: no source, and the folder has no manager"},
        {"1.in 1.out problem.ini=\n[interactor]\nprotocol=kattis\nsource=i.py\n",
         FOLDER "/problem.ini:4: [interactor]: source: open " FOLDER "/i.py: No such file or directory"},
        {"1.in 1.out i.py problem.ini=[interactor]\nsource=i.py\nprotocol=testlip\n",
         FOLDER "/problem.ini:3: [interactor]: unknown protocol 'testlip': an interactor has testlib, kattis or hustoj "
                "(did you mean testlib?)"},
        {"1.in 1.out i.py problem.ini=[interactor]\nsource=i.py\nprotocol=cms\n",
         FOLDER "/problem.ini:3: [interactor]: unknown protocol 'cms': an interactor has testlib, kattis or hustoj"},
        {"1.in 1.out manager.py i.py problem.ini=[interactor]\nsource=i.py\n[manager]\nsource=manager.py\n",
         FOLDER "/problem.ini:3: [manager]: there is [interactor], too: one of the two must go"},
        {"1.in 1.out manager.py problem.ini=[manager]\nprocesses=16\n",
         FOLDER "/problem.ini:2: processes = 16: must be a whole number from 1 to 15"},
        {"1.in 1.out interactor.cc problem.ini=[compare]\nmode=tokens\n[interactor]\nprotocol=testlib\n",
         FOLDER "/problem.ini:3: [interactor]: there is [compare] mode, too: one of the two must go"},
        {"1.in 1.out interactor.cc problem.ini=[files]\ninput=a.in\n",
         FOLDER ": the program talks to interactor.cc on standard input and output: it can have no input or output "
                "file"},
        {"1.in 1.out i.py c.c problem.ini=[interactor]\nsource=i.py\nprotocol=kattis\n[checker]\nsource=c.c\n"
         "protocol=spj\n",
         FOLDER ": [checker] has nothing to check: i.py (kattis) leaves no file for it"},
        {"1.in 1.out problem.ini=[sources]\nwith=a.cpp\n",
         FOLDER "/problem.ini:1: [sources]: with: open " FOLDER "/a.cpp: No such file or directory"},
        {"1.in 1.out a.cpp problem.ini=[limits]\n[sources.c]\nname=a/b.c\nwith=a.cpp\n",
         FOLDER "/problem.ini:2: [sources.c]: name: 'a/b.c': must be a file's name without a folder"},
        {"1.in 1.out a.cpp problem.ini=[sources]\nwith=a.cpp~./a.cpp\n",
         FOLDER "/problem.ini:1: [sources]: with: two files are called a.cpp"},
        {"1.in 1.out b/ problem.ini=[sources]\nwith=b\n",
         FOLDER "/problem.ini:1: [sources]: with: " FOLDER "/b is a folder, not a file"},
        {"1.in 1.out b/ problem.ini=[sources]\nwith=\"\"\n",
         FOLDER "/problem.ini:1: [sources]: with: '' is no file's name"},
        {"1.in 1.out b/ problem.ini=[sources]\nwith=../1.in\n",
         FOLDER "/problem.ini:1: [sources]: with: open " FOLDER "/../1.in: No such file or directory"},
        {"1.in 1.out a.cpp>/etc/passwd problem.ini=[sources]\nwith=a.cpp\n", FOLDER
         "/problem.ini:1: [sources]: with: " FOLDER "/a.cpp is a link out of the folder (or not a relative one)"},
        {"1.in 1.out problem.ini=[sources.an-awfully-long-name-of-a-language]\nname=a\n",
         FOLDER "/problem.ini:1: [sources.an-awfully-long-name-of-a-language]: no language has so long a name"},
        {"1.in 1.out interactor.cc problem.ini=[problem]\ntype=output_only\n",
         FOLDER "/problem.ini:2: type: there is an interactor, which needs a program: one of the two must go"},
        {"1.in 1.out problem.ini=[problem]\ntype=output\n",
         FOLDER "/problem.ini:2: type = output: must be one of: program output_only raw_text"},
        {"1.in 1.out problem.ini=[cases]\nsamples=1~2\n", FOLDER "/problem.ini:2: samples: there is no case '2'"},
        {"2[30].in 2[30].out problem.ini=[cases]\nsamples=22\n",
         FOLDER "/problem.ini:2: samples: there is no case '22'"},
        {"1.in 1.out problem.ini=[cases]\norder=random\n",
         FOLDER "/problem.ini:2: order = random: must be one of: natural alphabetical"},
        {"1.in 1.out problem.ini/", FOLDER "/problem.ini is a folder, not a file"},
        {"1.in 1.out problem.ini|", FOLDER "/problem.ini is a fifo, not a file"},
        {"1.in 1.out problem.ini>/etc/passwd",
         FOLDER "/problem.ini is a link out of the folder (or not a relative one)"},
        {"1.in 1.out problem.ini>nothing", FOLDER "/problem.ini is a link to a file that is not there"},
    };
    check_rows(rows, sizeof rows / sizeof *rows);
}

static void test_counts(void)
{
    char text[4096] = "";
    for (int i = 0; i < 33; i++)
        (void)str_format(text + strlen(text), 64, "[limits.l%d]\nfactor=2\n", i);
    make_folder("1.in 1.out");
    write_file(FOLDER "/problem.ini", text);
    check_message("factors", FOLDER "/problem.ini:66: more than 32 sections of this kind");
    (void)str_copy(text, sizeof text, "[cases]\nsamples =");
    for (int i = 0; i < 101; i++)
        (void)str_copy(text + strlen(text), 8, " 1");
    write_file(FOLDER "/problem.ini", text);
    check_message("samples", FOLDER "/problem.ini:2: more than 100 samples");
}

static void test_long_names(void)
{
    char name[256];
    char path[512];
    char message[600];
    struct problem problem;
    struct err e = {""};
    make_folder("");
    memset(name, 'n', sizeof name);
    name[PROBLEM_NAME_SIZE - 5] = '\0'; /* with .out it just fits */
    (void)str_format(path, sizeof path, FOLDER "/%s.in", name);
    write_file(path, "");
    (void)str_format(path, sizeof path, FOLDER "/%s.out", name);
    write_file(path, "x");
    CU_ASSERT_EQUAL_FATAL(problem_open(&problem, FOLDER, &e), 0);
    CU_ASSERT_STRING_EQUAL(problem.cases[0].name, name);
    CU_ASSERT_EQUAL(strlen(problem.cases[0].answer), PROBLEM_NAME_SIZE - 1);
    CU_ASSERT_EQUAL(problem.cases[0].answer_bytes, 1);
    problem_close(&problem);

    name[PROBLEM_NAME_SIZE - 5] = 'n';
    name[PROBLEM_NAME_SIZE - 4] = '\0';
    (void)str_format(path, sizeof path, FOLDER "/%s.in", name);
    write_file(path, "");
    (void)str_format(message, sizeof message, "%s: the name is longer than 126 characters", path);
    check_message("long", message);

    make_folder("1.in 1.out");
    (void)str_format(path, sizeof path, FOLDER "/%s%s.h", name, "nnn");
    write_file(path, "");
    (void)str_format(message, sizeof message, "%s: the name is longer than 127 characters", path);
    check_message("long header", message);

    make_folder("1.in 1.out");
    name[PROBLEM_NAME_SIZE - 4] = 'n';
    name[PROBLEM_NAME_SIZE] = '\0';
    write_file(FOLDER "/input.name", name);
    check_message("input.name", FOLDER "/input.name: a file's name of more than 127 characters");
}

static void test_unreadable(void)
{
    bool root = geteuid() == 0;
    make_folder("1.in 1.out 3.in 3.out");
    CU_ASSERT_EQUAL(chmod(FOLDER "/3.in", 0), 0);
    CU_ASSERT_FATAL(!root || seteuid(NOBODY) == 0);
    check_message("3.in", "open " FOLDER "/3.in: Permission denied");
    CU_ASSERT_FATAL(!root || seteuid(0) == 0);
    CU_ASSERT_EQUAL(chmod(FOLDER "/3.in", 0644), 0);
    CU_ASSERT_EQUAL(chmod(FOLDER "/3.out", 0), 0);
    CU_ASSERT_FATAL(!root || seteuid(NOBODY) == 0);
    check_message("3.out", "open " FOLDER "/3.out: Permission denied");
    CU_ASSERT_FATAL(!root || seteuid(0) == 0);
    CU_ASSERT_EQUAL(chmod(FOLDER, 0111), 0);
    CU_ASSERT_FATAL(!root || seteuid(NOBODY) == 0);
    check_message("folder", "open " FOLDER ": Permission denied");
    CU_ASSERT_FATAL(!root || seteuid(0) == 0);
    CU_ASSERT_EQUAL(chmod(FOLDER, 0755), 0);
    /* Reading is all that is needed. */
    CU_ASSERT_EQUAL(chmod(FOLDER "/3.out", 0644), 0);
    CU_ASSERT_FATAL(!root || seteuid(NOBODY) == 0);
    struct problem problem;
    struct err e = {""};
    (void)UNIT_CHECK(problem_open(&problem, FOLDER, &e) == 0, "%s", e.text);
    problem_close(&problem);
    CU_ASSERT_FATAL(!root || seteuid(0) == 0);
}

static void test_device(void)
{
    make_folder("1.in 1.out 3.out");
    if (mknod(FOLDER "/3.in", S_IFCHR | 0666, makedev(1, 3)) != 0) {
        unit_skip("a device cannot be made here (no CAP_MKNOD)");
        return;
    }
    check_message("3.in", FOLDER "/3.in is a device, not a file");
}

static int open_descriptors(void)
{
    int count = 0;
    for (int fd = 0; fd < 256; fd++)
        count += fcntl(fd, F_GETFD) >= 0;
    return count;
}

static void test_descriptors(void)
{
    static const char *const things[] = {
        "1.in 1.out input.name=x a.h problem.ini=[limits]\n",
        "1.in",
        "1.in| 1.out",
        "1.in>/etc/passwd",
        "1.in 1.out problem.ini=x",
        "1.in 1.out input.name",
    };
    int before = open_descriptors();
    for (size_t i = 0; i < sizeof things / sizeof *things; i++) {
        struct problem problem;
        struct err e = {""};
        make_folder(things[i]);
        if (problem_open(&problem, FOLDER, &e) == 0)
            problem_close(&problem);
        (void)UNIT_CHECK(open_descriptors() == before, "%s: %d descriptors more", things[i],
                         open_descriptors() - before);
    }
}

static int64_t cpu_ms(void)
{
    struct rusage usage;
    CU_ASSERT_EQUAL(getrusage(RUSAGE_SELF, &usage), 0);
    return ((int64_t)usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1000 +
           (usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1000;
}

static void test_thousands(void)
{
    enum { CASES = 10000 };
    make_folder("");
    int fd = open(FOLDER, O_PATH | O_DIRECTORY | O_CLOEXEC);
    for (int i = 0; i < CASES; i++) {
        static const char *const suffixes[] = {"in", "out"};
        for (int k = 0; k < 2; k++) {
            char name[32];
            (void)str_format(name, sizeof name, "%d.%s", i, suffixes[k]);
            int file = openat(fd, name, O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
            CU_ASSERT_FATAL(file >= 0);
            file_close(&file);
        }
    }
    file_close(&fd);
    struct problem problem;
    struct err e = {""};
    int64_t before = cpu_ms();
    CU_ASSERT_EQUAL_FATAL(problem_open(&problem, FOLDER, &e), 0);
    int64_t spent = cpu_ms() - before;
    (void)UNIT_CHECK(spent < 1000, "%lld ms of processor time", (long long)spent);
    CU_ASSERT_EQUAL(problem.case_count, CASES);
    CU_ASSERT_STRING_EQUAL(problem.cases[CASES - 1].name, "9999");
    CU_ASSERT_STRING_EQUAL(problem.cases[1234].name, "1234");
    problem_close(&problem);
}

static const struct unit_test tests[] = {
    {"sources", test_sources},
    {"passes", test_passes},
    {"cases", test_cases},
    {"defaults", test_defaults},
    {"order", test_order},
    {"scores", test_scores},
    {"conf", test_conf},
    {"compare", test_compare},
    {"file_names", test_file_names},
    {"headers", test_headers},
    {"special_judges", test_special_judges},
    {"checkers", test_checkers},
    {"site", test_site},
    {"validator_flags", test_validator_flags},
    {"links", test_links},
    {"folder_paths", test_folder_paths},
    {"bad_folders", test_bad_folders},
    {"bad_file_names", test_bad_file_names},
    {"bad_conf", test_bad_conf},
    {"counts", test_counts},
    {"long_names", test_long_names},
    {"unreadable", test_unreadable},
    {"device", test_device},
    {"descriptors", test_descriptors},
    {"thousands", test_thousands},
};

int main(int argc, char **argv)
{
    char home[] = "/tmp/test_problem.XXXXXX";
    if (mkdtemp(home) == NULL || chmod(home, 0755) != 0 || chdir(home) != 0) {
        printf("not ok problem - %s: %s\n", home, strerror(errno));
        return 1;
    }
    int code = unit_main("problem", tests, sizeof tests / sizeof *tests, argc, argv);
    if (chdir("/") == 0 && remove_folder(home))
        return code;
    printf("not ok problem - cannot remove %s\n", home);
    return 1;
}
