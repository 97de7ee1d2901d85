/*
 * test_interact.c - the protocols of interactors, what a problem's folder says of one, and whose word counts when a dialogue ends.
 */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/file.h"
#include "common/str.h"
#include "judge_client/interact.h"
#include "judge_client/problem.h"
#include "tests/unit/unit.h"

#include "common/banned.h"

static void test_protocols(void)
{
    static const struct {
        enum checker_protocol protocol;
        const char *name;
        int accepts;
        bool leaves;
    } rows[] = {{CHECKER_TESTLIB, "testlib", 0, true},
                {CHECKER_KATTIS, "kattis", 42, false},
                {CHECKER_SPJ, "hustoj", 0, true},
                {CHECKER_CMS, "cms", 0, false}};
    struct err e = {""};
    int spoken = 0;
    for (int i = 0; i < CHECKER_PROTOCOL_COUNT; i++)
        spoken += interactor_speaks((enum checker_protocol)i);
    CU_ASSERT_EQUAL(spoken, (int)(sizeof rows / sizeof *rows));
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        CU_ASSERT_STRING_EQUAL(interactor_name(rows[i].protocol), rows[i].name);
        CU_ASSERT_EQUAL(interactor_leaves_output(rows[i].protocol), rows[i].leaves);
        for (int code = 0; code < 256; code++)
            CU_ASSERT_EQUAL(interactor_accepts(rows[i].protocol, code), code == rows[i].accepts);
        CU_ASSERT(interactor_help(rows[i].protocol)[0] != '\0');
        int protocol = interactor_protocol_of_name(rows[i].name, &e);
        CU_ASSERT_EQUAL(protocol, rows[i].protocol == CHECKER_CMS ? -1 : (int)rows[i].protocol);
    }
    CU_ASSERT_EQUAL(interactor_protocol_of_name("spj", &e), -1);
}

/* ---- the table of docs/interactive.md */

static void test_table(void)
{
    static const struct {
        enum interact_program program;
        enum interact_interactor interactor;
        bool program_first, flooded, asleep;
        enum interact_word word;
    } rows[] = {
        /* Both end well, or only the interactor has something to say. */
        {PROGRAM_WELL, INTERACTOR_ACCEPTS, false, false, false, WORD_INTERACTOR},
        {PROGRAM_WELL, INTERACTOR_REJECTS, false, false, false, WORD_INTERACTOR},
        {PROGRAM_DISMISSED, INTERACTOR_REJECTS, false, false, false, WORD_INTERACTOR},
        {PROGRAM_PIPE, INTERACTOR_ACCEPTS, false, false, false, WORD_INTERACTOR},
        {PROGRAM_PIPE, INTERACTOR_REJECTS, false, false, false, WORD_INTERACTOR},
        {PROGRAM_EXIT, INTERACTOR_ACCEPTS, false, false, false, WORD_INTERACTOR},
        /* The program fails first, whatever the interactor makes of it. */
        {PROGRAM_EXIT, INTERACTOR_DISMISSED, true, false, false, WORD_PROGRAM},
        {PROGRAM_EXIT, INTERACTOR_ACCEPTS, true, false, false, WORD_PROGRAM},
        {PROGRAM_CRASH, INTERACTOR_DISMISSED, true, false, false, WORD_PROGRAM},
        {PROGRAM_CRASH, INTERACTOR_REJECTS, true, false, false, WORD_PROGRAM},
        {PROGRAM_CRASH, INTERACTOR_BROKEN, true, false, false, WORD_PROGRAM},
        {PROGRAM_LIMIT, INTERACTOR_DISMISSED, true, false, false, WORD_PROGRAM},
        {PROGRAM_WAITED, INTERACTOR_DISMISSED, true, false, false, WORD_PROGRAM},
        /* It has to end well after it was accepted; not after it was rejected. */
        {PROGRAM_CRASH, INTERACTOR_ACCEPTS, false, false, false, WORD_PROGRAM},
        {PROGRAM_LIMIT, INTERACTOR_ACCEPTS, false, false, false, WORD_PROGRAM},
        {PROGRAM_WAITED, INTERACTOR_ACCEPTS, false, false, false, WORD_PROGRAM},
        {PROGRAM_CRASH, INTERACTOR_REJECTS, false, false, false, WORD_INTERACTOR},
        {PROGRAM_LIMIT, INTERACTOR_REJECTS, false, false, false, WORD_INTERACTOR},
        /* Somebody has left. */
        {PROGRAM_WELL, INTERACTOR_PIPE, false, false, false, WORD_LEFT},
        {PROGRAM_DISMISSED, INTERACTOR_PIPE, false, false, false, WORD_LEFT},
        {PROGRAM_PIPE, INTERACTOR_PIPE, false, false, false, WORD_LEFT},
        /* The interactor is broken. */
        {PROGRAM_WELL, INTERACTOR_BROKEN, false, false, false, WORD_SYSTEM},
        {PROGRAM_PIPE, INTERACTOR_BROKEN, false, false, false, WORD_SYSTEM},
        {PROGRAM_DISMISSED, INTERACTOR_BROKEN, false, false, false, WORD_SYSTEM},
        {PROGRAM_DISMISSED, INTERACTOR_LIMIT, false, false, false, WORD_SYSTEM},
        {PROGRAM_WELL, INTERACTOR_LIMIT, false, false, false, WORD_SYSTEM},
        {PROGRAM_WAITED, INTERACTOR_DISMISSED, true, false, true, WORD_SYSTEM},
        /* A flood is the program's fault, where the interactor fails of it and not otherwise. */
        {PROGRAM_DISMISSED, INTERACTOR_LIMIT, false, true, false, WORD_FLOOD},
        {PROGRAM_LIMIT, INTERACTOR_LIMIT, true, true, false, WORD_FLOOD},
        {PROGRAM_WELL, INTERACTOR_REJECTS, false, true, false, WORD_INTERACTOR},
        {PROGRAM_WELL, INTERACTOR_BROKEN, false, true, false, WORD_SYSTEM},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct interact_ends ends = {.program = rows[i].program,
                                     .interactor = rows[i].interactor,
                                     .program_first = rows[i].program_first,
                                     .flooded = rows[i].flooded,
                                     .asleep = rows[i].asleep};
        enum interact_word word = interact_judge(&ends);
        (void)UNIT_CHECK(word == rows[i].word, "row %zu: %d", i, (int)word);
    }
}

/* No student is blamed by a verdict of an interactor that gave none, and none is accepted without it. */
static void test_every_end(void)
{
    for (int bits = 0; bits < PROGRAM_COUNT * INTERACTOR_COUNT * 8; bits++) {
        struct interact_ends ends = {.program = (enum interact_program)(bits / 8 % PROGRAM_COUNT),
                                     .interactor = (enum interact_interactor)(bits / 8 / PROGRAM_COUNT),
                                     .program_first = (bits & 1) != 0,
                                     .flooded = (bits & 2) != 0,
                                     .asleep = (bits & 4) != 0};
        enum interact_word word = interact_judge(&ends);
        bool said = ends.interactor == INTERACTOR_ACCEPTS || ends.interactor == INTERACTOR_REJECTS;
        if (word == WORD_INTERACTOR)
            CU_ASSERT(said);
        if (word == WORD_PROGRAM)
            CU_ASSERT(ends.program != PROGRAM_WELL && ends.program != PROGRAM_DISMISSED &&
                      ends.program != PROGRAM_PIPE);
        if (ends.interactor == INTERACTOR_BROKEN && !ends.program_first)
            CU_ASSERT_EQUAL(word, WORD_SYSTEM);
    }
}

/* ---- a folder */

static void put(const char *name, const char *text)
{
    int fd = open(name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    CU_ASSERT_FATAL(fd >= 0 && file_write_all(fd, text, strlen(text)) == 0);
    file_close(&fd);
}

/* A folder of its own, which becomes the current one. */
static void enter_folder(char folder[32])
{
    (void)str_copy(folder, 32, "/tmp/judge-interact-XXXXXX"); /* it fits */
    CU_ASSERT_FATAL(mkdtemp(folder) != NULL && chdir(folder) == 0);
}

static void leave_folder(const char *folder)
{
    struct err e = {""};
    int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    CU_ASSERT(fd >= 0 && file_empty_folder(fd, &e) == 0);
    file_close(&fd);
    CU_ASSERT(chdir("/") == 0 && rmdir(folder) == 0);
}

static void test_by_name(void)
{
    struct problem problem;
    struct err e = {""};
    char folder[32];
    enter_folder(folder);
    put("1.in", "1\n");
    put("interactor.cc", "int main() {}\n");
    CU_ASSERT_FATAL(problem_open(&problem, ".", &e) == 0);
    CU_ASSERT_EQUAL(problem.interactor.kind, CHECKER_PROGRAM);
    CU_ASSERT_EQUAL(problem.interactor.protocol, CHECKER_SPJ);
    CU_ASSERT_STRING_EQUAL(problem.interactor.source, "interactor.cc");
    CU_ASSERT_STRING_EQUAL(problem.cases[0].answer, "");
    CU_ASSERT_EQUAL(problem.limits.output_mib, 64);
    problem_apply_site(&problem, true, false);
    CU_ASSERT_EQUAL(problem.interactor.kind, CHECKER_PROGRAM);
    problem_apply_site(&problem, false, false); /* the database calls it an ordinary one */
    CU_ASSERT_EQUAL(problem.interactor.kind, CHECKER_NONE);
    CU_ASSERT_EQUAL(problem.limits.output_mib, 0);
    problem_close(&problem);
    put("interactor.cc", "#include \"testlib.h\"\n");
    CU_ASSERT_FATAL(problem_open(&problem, ".", &e) == 0);
    CU_ASSERT_EQUAL(problem.interactor.protocol, CHECKER_TESTLIB);
    problem_close(&problem);
    put("problem.ini", "[compare]\nmode = tokens\n"); /* somebody wants it compared: then there must be an answer */
    CU_ASSERT_EQUAL(problem_open(&problem, ".", &e), -1);
    put("1.out", "1\n");
    CU_ASSERT_FATAL(problem_open(&problem, ".", &e) == 0);
    CU_ASSERT_EQUAL(problem.interactor.kind, CHECKER_NONE);
    problem_close(&problem);
    leave_folder(folder);
}

static void test_by_conf(void)
{
    struct problem problem;
    struct err e = {""};
    char folder[32];
    enter_folder(folder);
    put("1.in", "1\n");
    put("talk.py", "");
    put("spj.c", "");
    put("problem.ini", "[interactor]\nsource = talk.py\nprotocol = kattis\nargs = a b\ntime_ms = 7\nmemory_mib = 8\n"
                       "keep_dialogue = yes\npoints = percent\n");
    CU_ASSERT_FATAL(problem_open(&problem, ".", &e) == 0);
    CU_ASSERT_STRING_EQUAL(problem.interactor.source, "talk.py");
    CU_ASSERT_EQUAL(problem.interactor.protocol, CHECKER_KATTIS);
    CU_ASSERT_STRING_EQUAL(problem.interactor.args, "a b");
    CU_ASSERT_EQUAL(problem.interactor.time_ms, 7);
    CU_ASSERT_EQUAL(problem.interactor.memory_mib, 8);
    CU_ASSERT_EQUAL(problem.interactor.points, CHECKER_PERCENT);
    CU_ASSERT(problem.keep_dialogue);
    CU_ASSERT_EQUAL(problem.processes, 0);
    CU_ASSERT_EQUAL(problem.checker.kind, CHECKER_NONE); /* a Kattis interactor leaves nothing for spj.c */
    problem_apply_site(&problem, false, false);
    CU_ASSERT_EQUAL(problem.interactor.kind, CHECKER_PROGRAM); /* problem.ini wins over the database */
    problem_close(&problem);
    put("problem.ini", "[interactor]\nsource = talk.py\nprotocol = testlib\n");
    CU_ASSERT_FATAL(problem_open(&problem, ".", &e) == 0);
    CU_ASSERT_EQUAL(problem.checker.kind, CHECKER_PROGRAM); /* and a testlib one tout */
    CU_ASSERT(!problem.keep_dialogue);
    problem_close(&problem);
    put("manager.c", "");
    put("problem.ini", "[manager]\nprocesses = 3\ntime_ms = 9\n");
    CU_ASSERT_FATAL(problem_open(&problem, ".", &e) == 0);
    CU_ASSERT_STRING_EQUAL(problem.interactor.source, "manager.c");
    CU_ASSERT_EQUAL(problem.interactor.protocol, CHECKER_CMS);
    CU_ASSERT_EQUAL(problem.interactor.time_ms, 9);
    CU_ASSERT_EQUAL(problem.processes, 3);
    problem_close(&problem);
    leave_folder(folder);
}

static const struct unit_test tests[] = {
    {"protocols", test_protocols}, {"table", test_table},     {"every_end", test_every_end},
    {"by_name", test_by_name},     {"by_conf", test_by_conf},
};

UNIT_MAIN("interact", tests)
