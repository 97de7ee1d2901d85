/*
 * test_verdict.c - the table of verdicts, what each end of a run means, and the sentences about it, to the letter.
 */
#include "judge_client/verdict.h"

#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "common/str.h"
#include "judge_client/sandbox/sandbox.h"
#include "tests/unit/unit.h"

#include "common/banned.h"

static bool is_utf8(const char *text)
{
    for (const unsigned char *at = (const unsigned char *)text; *at != '\0';) {
        int more = *at < 0x80 ? 0 : *at >= 0xf0 ? 3 : *at >= 0xe0 ? 2 : *at >= 0xc2 ? 1 : -1;
        if (more < 0)
            return false;
        for (at++; more > 0; more--, at++) {
            if ((*at & 0xc0) != 0x80)
                return false;
        }
    }
    return true;
}

static void test_table(void)
{
    static const struct {
        enum verdict verdict;
        const char *code;
        int hustoj;
        const char *en, *zh;
    } rows[] = {
        {VERDICT_AC, "AC", 4, "Accepted", "正确"},
        {VERDICT_PE, "PE", 5, "Presentation Error", "格式错误"},
        {VERDICT_WA, "WA", 6, "Wrong Answer", "答案错误"},
        {VERDICT_TLE, "TLE", 7, "Time Limit Exceeded", "时间超限"},
        {VERDICT_MLE, "MLE", 8, "Memory Limit Exceeded", "内存超限"},
        {VERDICT_OLE, "OLE", 9, "Output Limit Exceeded", "输出超限"},
        {VERDICT_RE, "RE", 10, "Runtime Error", "运行错误"},
        {VERDICT_CE, "CE", 11, "Compile Error", "编译错误"},
        {VERDICT_SE, "SE", -1, "System Error", "系统错误"},
        {VERDICT_SKIPPED, "SKIPPED", -1, "Skipped", "未评测"},
    };
    CU_ASSERT_EQUAL(sizeof rows / sizeof *rows, VERDICT_COUNT);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        /* No submission is skipped. */
        int word = rows[i].verdict == VERDICT_SKIPPED ? -1 : (int)rows[i].verdict;
        /* The gravest of several is the largest: the order is part of the contract. */
        CU_ASSERT_EQUAL(rows[i].verdict, i);
        CU_ASSERT_STRING_EQUAL(verdict_code(rows[i].verdict), rows[i].code);
        CU_ASSERT_STRING_EQUAL(verdict_name(rows[i].verdict, UI_EN), rows[i].en);
        CU_ASSERT_STRING_EQUAL(verdict_name(rows[i].verdict, UI_ZH), rows[i].zh);
        CU_ASSERT_EQUAL(verdict_hustoj(rows[i].verdict), rows[i].hustoj);
        CU_ASSERT_EQUAL(verdict_of_word(rows[i].code), word);
        CU_ASSERT_EQUAL(verdict_of_word(rows[i].en), word);
        CU_ASSERT_EQUAL(verdict_of_word(rows[i].zh), word);
    }
}

static void test_words(void)
{
    static const struct {
        const char *word;
        int verdict;
    } rows[] = {
        /* folders of problem packages */
        {"accepted", VERDICT_AC},
        {"wrong_answer", VERDICT_WA},
        {"time_limit_exceeded", VERDICT_TLE},
        {"memory_limit_exceeded", VERDICT_MLE},
        {"output_limit_exceeded", VERDICT_OLE},
        {"run_time_error", VERDICT_RE},
        {"runtime_error", VERDICT_RE},
        {"compile_error", VERDICT_CE},
        {"presentation_error", VERDICT_PE},
        /* @EXPECTED_RESULTS@ */
        {"CORRECT", VERDICT_AC},
        {"WRONG-ANSWER", VERDICT_WA},
        {"NO-OUTPUT", VERDICT_WA},
        {"TIMELIMIT", VERDICT_TLE},
        {"TIME-LIMIT", VERDICT_TLE},
        {"MEMORY-LIMIT", VERDICT_MLE},
        {"OUTPUT-LIMIT", VERDICT_OLE},
        {"RUN-ERROR", VERDICT_RE},
        {"RUN_TIME_ERROR", VERDICT_RE},
        {"COMPILER-ERROR", VERDICT_CE},
        /* what people write */
        {"Time Limit Exceeded", VERDICT_TLE},
        {"tle", VERDICT_TLE},
        {"Ac", VERDICT_AC},
        {"wrong", VERDICT_WA},
        {"rte", VERDICT_RE},
        {"Compilation Error", VERDICT_CE},
        {"judge error", VERDICT_SE},
        {" - accepted _ ", VERDICT_AC},
        /* no verdict */
        {"", -1},
        {"-", -1},
        {"correct ok", -1},
        {"correctok", -1},
        {"acc", -1},
        {"accepte", -1},
        {"acceptedx", -1},
        {"time", -1},
        {"solutions", -1},
        {"4", -1},
        {"wwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwww", -1},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        (void)UNIT_CHECK(verdict_of_word(rows[i].word) == rows[i].verdict, "'%s': %d", rows[i].word,
                         verdict_of_word(rows[i].word));
}

/* What a program that ended by itself looks like. */
#define EXITED .exit_code = 0, .cpu_us = 1004999, .wall_us = 3001000, .mem_kib = 1536, .out_bytes = 12, .processes = 1
#define ENDED .exit_code = -1, .cpu_us = 1004999, .wall_us = 3001000, .mem_kib = 1536, .out_bytes = 12, .processes = 5

static void test_runs(void)
{
    static const struct {
        const char *what;
        int good_exit;
        struct sandbox_result result;
        enum verdict verdict;
        const char *en, *zh; /* NULL: not looked at */
    } rows[] = {
        {"exit 0", 0, {EXITED}, VERDICT_AC, "the output is right", "输出正确"},
        {"exit 0, good 3", 3, {EXITED}, VERDICT_AC, NULL, NULL},
        {"exit 3, good 3", 3, {.exit_code = 3}, VERDICT_AC, NULL, NULL},
        {"exit 3",
         0,
         {.exit_code = 3},
         VERDICT_RE,
         "the program ended with exit code 3 instead of 0",
         "程序以退出码 3 结束，而不是 0"},
        {"exit 255, good 3",
         3,
         {.exit_code = 255},
         VERDICT_RE,
         "the program ended with exit code 255 instead of 0",
         "程序以退出码 255 结束，而不是 0"},
        {"no exit", 0, {ENDED}, VERDICT_RE, "the program failed while it ran", "程序运行时出错"},
        {"no exit, good -1", -1, {ENDED}, VERDICT_RE, NULL, NULL},
        {"cpu",
         0,
         {ENDED, .limit = SANDBOX_LIMIT_CPU},
         VERDICT_TLE,
         "the time limit was reached (1004 ms of processor time used)",
         "超出时间限制（已用处理器时间 1004 毫秒）"},
        {"wall, computing",
         0,
         {ENDED, .limit = SANDBOX_LIMIT_WALL, .cpu_limit_us = 2000000},
         VERDICT_TLE,
         "the program took too long: 3001 ms passed, and it computed for 1004 ms of them",
         "运行时间过长：已过去 3001 毫秒，其中计算用了 1004 毫秒"},
        {"wall",
         0,
         {ENDED, .limit = SANDBOX_LIMIT_WALL, .cpu_limit_us = 2010000},
         VERDICT_TLE,
         "the program took too long: 3001 ms passed, and it computed for 1004 ms of them (does it wait for input that "
         "does not come, or sleep?)",
         "运行时间过长：已过去 3001 毫秒，其中计算只用了 1004 毫秒（是否在等待没有的输入，或在休眠？）"},
        {"memory",
         0,
         {ENDED, .limit = SANDBOX_LIMIT_MEMORY},
         VERDICT_MLE,
         "the memory limit was reached (at most 1.5 MiB in use)",
         "超出内存限制（峰值 1.5 MiB）"},
        {"output",
         0,
         {ENDED, .limit = SANDBOX_LIMIT_OUTPUT},
         VERDICT_OLE,
         "too much output (12 bytes)",
         "输出过多（12 字节）"},
        {"processes",
         0,
         {ENDED, .limit = SANDBOX_LIMIT_PROCESSES},
         VERDICT_RE,
         "too many processes or threads at once (there were 5 already)",
         "同时运行的进程或线程过多（已有 5 个）"},
        {"refused",
         0,
         {ENDED, .refused = true, .refused_nr = 41, .refused_name = "socket"},
         VERDICT_RE,
         "a system call that is not allowed: socket",
         "使用了不允许的系统调用：socket"},
        {"refused before a limit",
         0,
         {ENDED, .refused = true, .refused_name = "i386:getpid", .limit = SANDBOX_LIMIT_CPU, .signal = SIGSYS},
         VERDICT_RE,
         "a system call that is not allowed: i386:getpid",
         "使用了不允许的系统调用：i386:getpid"},
        {"stopped",
         0,
         {ENDED, .stopped = true},
         VERDICT_RE,
         "the program stopped itself (a signal like SIGSTOP)",
         "程序把自己暂停了（SIGSTOP 一类的信号）"},
        {"no loader",
         0,
         {ENDED, .not_executed = ENOENT},
         VERDICT_RE,
         "the program could not be started: the loader that it names is missing",
         "程序无法启动：它指定的加载器不存在"},
        {"no loader for it",
         0,
         {ENDED, .not_executed = EACCES},
         VERDICT_RE,
         "the program could not be started: the loader that it names may not be executed",
         "程序无法启动：它指定的加载器不允许执行"},
        {"no program",
         0,
         {ENDED, .not_executed = ENOEXEC},
         VERDICT_RE,
         "the program could not be started: it is no program for this machine",
         "程序无法启动：它不是本机可以执行的程序"},
        {"cancelled", 0, {ENDED, .cancelled = true}, VERDICT_SE, "judging was cancelled", "评测被取消"},
        {"cancelled after all", 0, {EXITED, .cancelled = true}, VERDICT_SE, NULL, NULL},
        {"11", 0, {ENDED, .signal = SIGSEGV}, VERDICT_RE, "segmentation fault (signal 11)", NULL},
        {"8",
         0,
         {ENDED, .signal = SIGFPE},
         VERDICT_RE,
         "division by zero or another arithmetic error (signal 8)",
         NULL},
        {"6",
         0,
         {ENDED, .signal = SIGABRT},
         VERDICT_RE,
         "aborted, as by a failed assertion or an exception that nobody caught (signal 6)",
         NULL},
        {"9", 0, {ENDED, .signal = SIGKILL}, VERDICT_RE, "killed (signal 9)", "被强制结束（信号 9）"},
        {"4", 0, {ENDED, .signal = SIGILL}, VERDICT_RE, "illegal instruction (signal 4)", NULL},
        {"5", 0, {ENDED, .signal = SIGTRAP}, VERDICT_RE, "trap (signal 5)", NULL},
        {"7", 0, {ENDED, .signal = SIGBUS}, VERDICT_RE, "bus error (signal 7)", NULL},
        {"13", 0, {ENDED, .signal = SIGPIPE}, VERDICT_RE, "broken pipe (signal 13)", NULL},
        {"24", 0, {ENDED, .signal = SIGXCPU}, VERDICT_RE, "processor time used up (signal 24)", NULL},
        {"25", 0, {ENDED, .signal = SIGXFSZ}, VERDICT_RE, "a file became too large (signal 25)", NULL},
        {"31", 0, {ENDED, .signal = SIGSYS}, VERDICT_RE, "bad system call (signal 31)", NULL},
        {"unnamed", 0, {ENDED, .signal = 42}, VERDICT_RE, "the program was ended by signal 42", "程序被信号 42 结束"},
        {"good exit and signal", 0, {.exit_code = 0, .signal = SIGSEGV}, VERDICT_RE, NULL, NULL},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        enum verdict verdict = verdict_of_run(&rows[i].result, rows[i].good_exit);
        (void)UNIT_CHECK(verdict == rows[i].verdict, "%s: %s", rows[i].what, verdict_code(verdict));
        for (int ui = 0; ui < UI_COUNT; ui++) {
            const char *expected = ui == UI_EN ? rows[i].en : rows[i].zh;
            char text[256];
            verdict_explain(text, sizeof text, verdict, &rows[i].result, (enum ui_language)ui);
            (void)UNIT_CHECK(expected == NULL || strcmp(text, expected) == 0, "%s: %s", rows[i].what, text);
            (void)UNIT_CHECK(text[0] != '\0' && is_utf8(text) && strchr(text, '\n') == NULL, "%s: %s", rows[i].what,
                             text);
        }
    }
}

/* Verdicts that somebody else found: by the output, by what stderr says, by the compiler. */
static void test_other_verdicts(void)
{
    static const struct sandbox_result exited = {EXITED};
    static const struct sandbox_result failed = {.exit_code = 1, .mem_kib = 131072, .cpu_us = 5000};
    static const struct {
        enum verdict verdict;
        const struct sandbox_result *result;
        const char *en, *zh;
    } rows[] = {
        {VERDICT_WA, &exited, "the output differs from the answer", "输出与答案不同"},
        {VERDICT_PE, &exited, "only white space differs from the answer", "只有空白字符（空格、换行）与答案不同"},
        {VERDICT_RE, &exited, "the program wrote an error message to its standard error",
         "程序向标准错误输出写了错误信息"},
        {VERDICT_MLE, &failed, "the memory limit was reached (at most 128.0 MiB in use)",
         "超出内存限制（峰值 128.0 MiB）"},
        {VERDICT_TLE, &failed, "the time limit was reached (5 ms of processor time used)",
         "超出时间限制（已用处理器时间 5 毫秒）"},
        {VERDICT_OLE, &failed, "too much output", "输出过多"},
        {VERDICT_CE, &failed, "the source does not compile", "源代码无法编译"},
        {VERDICT_SE, &failed, "the judge failed: this is no fault of the program", "评测系统出错，与提交的程序无关"},
        {VERDICT_AC, NULL, "the output is right", "输出正确"},
        {VERDICT_TLE, NULL, "the time limit was reached", "超出时间限制"},
        {VERDICT_MLE, NULL, "the memory limit was reached", "超出内存限制"},
        {VERDICT_OLE, NULL, "too much output", "输出过多"},
        {VERDICT_RE, NULL, "the program failed while it ran", "程序运行时出错"},
        {VERDICT_CE, NULL, "the source does not compile", "源代码无法编译"},
        {VERDICT_SE, NULL, "the judge failed: this is no fault of the program", "评测系统出错，与提交的程序无关"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char text[256];
        verdict_explain(text, sizeof text, rows[i].verdict, rows[i].result, UI_EN);
        (void)UNIT_CHECK(strcmp(text, rows[i].en) == 0, "row %zu: %s", i, text);
        verdict_explain(text, sizeof text, rows[i].verdict, rows[i].result, UI_ZH);
        (void)UNIT_CHECK(strcmp(text, rows[i].zh) == 0, "row %zu: %s", i, text);
    }
}

/* Every signal has words in both languages. */
static void test_signals(void)
{
    for (int number = 1; number <= 64; number++) {
        struct sandbox_result result = {ENDED, .signal = number};
        for (int ui = 0; ui < UI_COUNT; ui++) {
            char text[256];
            char shown[16];
            verdict_explain(text, sizeof text, VERDICT_RE, &result, (enum ui_language)ui);
            (void)str_format(shown, sizeof shown, " %d", number);
            (void)UNIT_CHECK(strstr(text, shown) != NULL && is_utf8(text), "signal %d: %s", number, text);
        }
    }
}

/* However small the room is, what is there is a beginning of the whole sentence, in whole characters. */
static void test_cut(void)
{
    static const struct sandbox_result result = {ENDED, .limit = SANDBOX_LIMIT_WALL};
    for (int ui = 0; ui < UI_COUNT; ui++) {
        char whole[256];
        verdict_explain(whole, sizeof whole, VERDICT_TLE, &result, (enum ui_language)ui);
        for (size_t size = 1; size <= strlen(whole) + 1; size++) {
            char text[256];
            memset(text, '!', sizeof text);
            verdict_explain(text, size, VERDICT_TLE, &result, (enum ui_language)ui);
            size_t length = strnlen(text, size);
            (void)UNIT_CHECK(length < size && length + 3 >= size - 1 && strncmp(text, whole, length) == 0 &&
                                 is_utf8(text) && text[size] == '!',
                             "size %zu: %.*s", size, (int)size, text);
        }
    }
    char text[2] = "!";
    verdict_explain(text, 0, VERDICT_TLE, &result, UI_EN);
    CU_ASSERT_EQUAL(text[0], '!');
}

static const struct unit_test tests[] = {
    {"table", test_table},     {"words", test_words}, {"runs", test_runs}, {"other_verdicts", test_other_verdicts},
    {"signals", test_signals}, {"cut", test_cut},
};
UNIT_MAIN("verdict", tests)
