/*
 * verdict.c - see verdict.h. Pure functions on tables; the rows are in verdict.def. Whatever a program did is said in words
 * for the student who wrote it; it never names a path, a limit of this box or another student's data.
 */
#include "judge_client/verdict.h"

#include <assert.h>
#include <ctype.h>
#include <errno.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "judge_client/sandbox/sandbox.h"

#include "common/banned.h"

struct verdict_row {
    const char *code;
    int hustoj;
    const char *names[UI_COUNT];
    const char *words;
    const char *why[UI_COUNT];
};

static const struct verdict_row verdict_rows[] = {
#define VERDICT(code, hustoj, en, zh, words, why_en, why_zh)                                                           \
    [VERDICT_##code] = {#code, hustoj, {en, zh}, words, {why_en, why_zh}},
#include "judge_client/verdict.def"
#undef VERDICT
};

_Static_assert(sizeof verdict_rows / sizeof *verdict_rows == VERDICT_COUNT, "verdict.def has every verdict");

static const struct {
    int number;
    const char *names[UI_COUNT];
} signal_rows[] = {
    {SIGHUP, {"hangup", "挂起信号"}},
    {SIGINT, {"interrupted", "被中断"}},
    {SIGQUIT, {"quit", "退出信号"}},
    {SIGILL, {"illegal instruction", "非法指令"}},
    {SIGTRAP, {"trap", "断点陷阱"}},
    {SIGABRT,
     {"aborted, as by a failed assertion or an exception that nobody caught", "异常中止，例如断言失败或异常未被捕获"}},
    {SIGBUS, {"bus error", "总线错误"}},
    {SIGFPE, {"division by zero or another arithmetic error", "除以零或其他算术错误"}},
    {SIGKILL, {"killed", "被强制结束"}},
    {SIGSEGV, {"segmentation fault", "段错误，例如数组越界、空指针或递归过深"}},
    {SIGPIPE, {"broken pipe", "管道已断开"}},
    {SIGALRM, {"alarm clock", "闹钟信号"}},
    {SIGTERM, {"terminated", "被终止"}},
    {SIGSTKFLT, {"stack fault", "栈错误"}},
    {SIGXCPU, {"processor time used up", "处理器时间用尽"}},
    {SIGXFSZ, {"a file became too large", "写出的文件过大"}},
    {SIGSYS, {"bad system call", "无效的系统调用"}},
};

static const struct verdict_row *row_of(enum verdict verdict)
{
    assert((unsigned)verdict < VERDICT_COUNT);
    return &verdict_rows[verdict];
}

const char *verdict_code(enum verdict verdict)
{
    return row_of(verdict)->code;
}

const char *verdict_name(enum verdict verdict, enum ui_language ui)
{
    return row_of(verdict)->names[ui];
}

int verdict_hustoj(enum verdict verdict)
{
    return row_of(verdict)->hustoj;
}

/* ---- words */

enum { WORD_SIZE = 64 };

/* Small letters, without '-', '_' and blanks. False where it does not fit. */
static bool simplify(char simple[WORD_SIZE], const char *word, size_t word_length)
{
    size_t length = 0;
    for (size_t i = 0; i < word_length; i++) {
        if (strchr("-_ ", word[i]) != NULL)
            continue;
        if (length == WORD_SIZE - 1)
            return false;
        simple[length++] = (char)tolower((unsigned char)word[i]);
    }
    simple[length] = '\0';
    return true;
}

static bool is_name(const char *simple, const char *name)
{
    char other[WORD_SIZE];
    return simplify(other, name, strlen(name)) && strcmp(simple, other) == 0;
}

int verdict_of_word(const char *word)
{
    char simple[WORD_SIZE];
    if (!simplify(simple, word, strlen(word)) || simple[0] == '\0')
        return -1;
    for (int i = 0; i < VERDICT_SKIPPED; i++) {
        const struct verdict_row *row = &verdict_rows[i];
        if (is_name(simple, row->code) || is_name(simple, row->names[UI_EN]) || is_name(simple, row->names[UI_ZH]))
            return i;
        size_t length;
        for (const char *at = row->words; *at != '\0'; at += length + (at[length] == ' ')) {
            length = strcspn(at, " ");
            if (strlen(simple) == length && strncmp(at, simple, length) == 0)
                return i;
        }
    }
    return -1;
}

/* ---- a run */

enum verdict verdict_of_run(const struct sandbox_result *result, int good_exit)
{
    if (result->cancelled)
        return VERDICT_SE;
    if (result->refused || result->stopped || result->not_executed != 0)
        return VERDICT_RE;
    switch (result->limit) {
    case SANDBOX_LIMIT_CPU:
    case SANDBOX_LIMIT_WALL:
        return VERDICT_TLE;
    case SANDBOX_LIMIT_MEMORY:
        return VERDICT_MLE;
    case SANDBOX_LIMIT_OUTPUT:
        return VERDICT_OLE;
    case SANDBOX_LIMIT_PROCESSES:
        return VERDICT_RE;
    case SANDBOX_LIMIT_NONE:
        break;
    }
    bool good = result->signal == 0 && (result->exit_code == 0 || result->exit_code == good_exit);
    return good && result->exit_code >= 0 ? VERDICT_AC : VERDICT_RE;
}

/* ---- sentences */

struct sentence {
    char *text;
    size_t size;
    bool chinese;
};

/* Where the text did not fit, the last character may be half there: it is taken off. */
static void cut_character(char *text, size_t length)
{
    size_t start = length;
    while (start > 0 && ((unsigned char)text[start - 1] & 0xc0) == 0x80)
        start--;
    if (start == 0)
        return;
    unsigned char lead = (unsigned char)text[start - 1];
    size_t wanted = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : lead >= 0xc0 ? 2 : 1;
    if (length - (start - 1) < wanted)
        text[start - 1] = '\0';
}

static void __attribute__((format(printf, 2, 3))) say(const struct sentence *s, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    int length = vsnprintf(s->text, s->size, format, args);
    va_end(args);
    if (length >= 0 && (size_t)length >= s->size)
        cut_character(s->text, s->size - 1);
}

static void say_time(const struct sentence *s, const struct sandbox_result *result)
{
    long long cpu_ms = (long long)result->cpu_us / 1000;
    long long wall_ms = (long long)result->wall_us / 1000;
    /* Who has computed for half of his time does not wait: the box was slow. */
    if (result->limit == SANDBOX_LIMIT_WALL && result->cpu_us > result->cpu_limit_us / 2)
        say(s,
            s->chinese ? "运行时间过长：已过去 %lld 毫秒，其中计算用了 %lld 毫秒"
                       : "the program took too long: %lld ms passed, and it computed for %lld ms of them",
            wall_ms, cpu_ms);
    else if (result->limit == SANDBOX_LIMIT_WALL)
        say(s,
            s->chinese ? "运行时间过长：已过去 %lld 毫秒，其中计算只用了 %lld 毫秒（是否在等待没有的输入，或在休眠？）"
                       : "the program took too long: %lld ms passed, and it computed for %lld ms of them (does it wait "
                         "for input that does not come, or sleep?)",
            wall_ms, cpu_ms);
    else
        say(s,
            s->chinese ? "超出时间限制（已用处理器时间 %lld 毫秒）"
                       : "the time limit was reached (%lld ms of processor time used)",
            cpu_ms);
}

static void say_memory(const struct sentence *s, const struct sandbox_result *result)
{
    long long mib = (long long)result->mem_kib / 1024;
    long long tenth = (long long)result->mem_kib % 1024 * 10 / 1024;
    say(s,
        s->chinese ? "超出内存限制（峰值 %lld.%lld MiB）"
                   : "the memory limit was reached (at most %lld.%lld MiB in use)",
        mib, tenth);
}

static void say_signal(const struct sentence *s, int number)
{
    const char *name = NULL;
    for (size_t i = 0; i < sizeof signal_rows / sizeof *signal_rows; i++) {
        if (signal_rows[i].number == number)
            name = signal_rows[i].names[s->chinese ? UI_ZH : UI_EN];
    }
    if (name == NULL)
        say(s, s->chinese ? "程序被信号 %d 结束" : "the program was ended by signal %d", number);
    else
        say(s, s->chinese ? "%s（信号 %d）" : "%s (signal %d)", name, number);
}

/* The compiler's work cannot be executed: most often a source that names a loader of its own. */
static void say_not_executed(const struct sentence *s, int number)
{
    static const char *const loader[UI_COUNT] = {
        "the program could not be started: the loader that it names is missing", "程序无法启动：它指定的加载器不存在"};
    static const char *const forbidden[UI_COUNT] = {
        "the program could not be started: the loader that it names may not be executed",
        "程序无法启动：它指定的加载器不允许执行"};
    static const char *const other[UI_COUNT] = {"the program could not be started: it is no program for this machine",
                                                "程序无法启动：它不是本机可以执行的程序"};
    bool missing = number == ENOENT || number == ENOTDIR || number == ENAMETOOLONG || number == ELOOP;
    bool denied = number == EACCES || number == EPERM || number == EISDIR;
    const char *const *text = missing ? loader : denied ? forbidden : other;
    say(s, "%s", text[s->chinese ? UI_ZH : UI_EN]);
}

/* False where the result does not tell why. */
static bool say_failure(const struct sentence *s, const struct sandbox_result *result)
{
    if (result->refused)
        say(s, s->chinese ? "使用了不允许的系统调用：%s" : "a system call that is not allowed: %s",
            result->refused_name);
    else if (result->stopped)
        say(s, "%s",
            s->chinese ? "程序把自己暂停了（SIGSTOP 一类的信号）"
                       : "the program stopped itself (a signal like SIGSTOP)");
    else if (result->limit == SANDBOX_LIMIT_PROCESSES)
        say(s,
            s->chinese ? "同时运行的进程或线程过多（已有 %d 个）"
                       : "too many processes or threads at once (there were %d already)",
            result->processes);
    else if (result->not_executed != 0)
        say_not_executed(s, result->not_executed);
    else if (result->signal != 0)
        say_signal(s, result->signal);
    else if (result->exit_code > 0)
        say(s, s->chinese ? "程序以退出码 %d 结束，而不是 0" : "the program ended with exit code %d instead of 0",
            result->exit_code);
    else if (result->exit_code == 0)
        say(s, "%s",
            s->chinese ? "程序向标准错误输出写了错误信息" : "the program wrote an error message to its standard error");
    else
        return false;
    return true;
}

void verdict_explain(char *text, size_t size, enum verdict verdict, const struct sandbox_result *result,
                     enum ui_language ui)
{
    struct sentence s = {.size = size, .chinese = ui == UI_ZH};
    s.text = text;
    if (size == 0)
        return;
    if (result != NULL && verdict == VERDICT_TLE)
        say_time(&s, result);
    else if (result != NULL && verdict == VERDICT_MLE)
        say_memory(&s, result);
    else if (result != NULL && verdict == VERDICT_OLE && result->out_bytes > 0)
        say(&s, s.chinese ? "输出过多（%lld 字节）" : "too much output (%lld bytes)", (long long)result->out_bytes);
    else if (result != NULL && verdict == VERDICT_SE && result->cancelled)
        say(&s, "%s", s.chinese ? "评测被取消" : "judging was cancelled");
    else if (result == NULL || verdict != VERDICT_RE || !say_failure(&s, result))
        say(&s, "%s", row_of(verdict)->why[ui]);
}
