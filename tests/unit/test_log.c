/*
 * test_log.c - one event, one line, in one write; levels, errno, length; fatal's exit code.
 *
 * Each test logs in a child process whose standard error is a pipe, so that a line can be read back as it was written.
 */
#include "common/log.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/file.h"
#include "common/str.h"
#include "tests/unit/unit.h"

#include "common/banned.h"

enum { TEXT = 4096 };

/* Runs what in a child and reads its standard error, a packet a write(2), into text, each followed by '|'. Its exit code. */
static int logged(void (*what)(void), char *text)
{
    int ends[2];
    text[0] = '\0';
    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) != 0)
        return -1;
    pid_t child = fork();
    if (child == 0) {
        if (dup2(ends[1], STDERR_FILENO) < 0)
            _exit(99);
        what();
        _exit(0);
    }
    (void)close(ends[1]); /* the child's end */
    size_t length = 0;
    ssize_t count;
    while (child > 0 && length < TEXT - 2 && (count = read(ends[0], text + length, TEXT - 2 - length)) > 0) {
        length += (size_t)count;
        text[length++] = '|';
    }
    text[length] = '\0';
    (void)close(ends[0]); /* it was only read */
    int status = -1;
    if (child < 0 || waitpid(child, &status, 0) != child)
        return -1;
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static void log_levels(void)
{
    log_init("judged", 0);
    log_info("judged submission=%d verdict=%s", 1001, "TLE");
    log_warnx("key=%s unknown", "OJ_X");
    errno = ENOENT;
    log_warn("open path=%s", "etc/judge.conf");
    log_debug("not seen");
    log_init("judge_client", 1);
    log_debug("seen");
}

static void test_levels(void)
{
    char text[TEXT];
    CU_ASSERT_EQUAL(logged(log_levels, text), 0);
    CU_ASSERT_STRING_EQUAL(text, "judged: judged submission=1001 verdict=TLE\n|"
                                 "judged: warning: key=OJ_X unknown\n|"
                                 "judged: warning: open path=etc/judge.conf: No such file or directory\n|"
                                 "judge_client: debug: seen\n|");
}

static void log_lines(void)
{
    log_init("judge_node", 0);
    log_warnx("put back judger=\"%s\"", "a\n2026-01-01 judged: ended\r\x1b[2J\x7f\xc3\xa9");
}

/* Whatever a table or a site calls something, an event is one line, and no terminal is told what to do. */
static void test_one_line(void)
{
    char text[TEXT];
    CU_ASSERT_EQUAL(logged(log_lines, text), 0);
    CU_ASSERT_STRING_EQUAL(text,
                           "judge_node: warning: put back judger=\"a 2026-01-01 judged: ended  [2J \xc3\xa9\"\n|");
}

static void log_long(void)
{
    static char large[3000];
    memset(large, 'x', sizeof large - 1);
    log_init("judged", 0);
    log_info("%s", large);
    errno = ENOENT;
    log_warn("%s", large);
}

static void test_long_line_is_cut(void)
{
    char text[TEXT];
    CU_ASSERT_EQUAL(logged(log_long, text), 0);
    char *second = strchr(text, '|');
    CU_ASSERT_PTR_NOT_NULL_FATAL(second);
    CU_ASSERT_EQUAL(second[-1], '\n');
    size_t first_length = (size_t)(second - text);
    CU_ASSERT(first_length > 900 && first_length <= 1024);
    CU_ASSERT_EQUAL(strncmp(second + 1, "judged: warning: xxx", 20), 0);
    size_t length = strlen(second + 1);
    CU_ASSERT(length > 900 && length <= 1025);
    CU_ASSERT_STRING_EQUAL(second + 1 + length - 2, "\n|");
}

static void log_fatal(void)
{
    log_init("judgectl", 0);
    fatal("no such command: %s", "jugde");
}

static void test_fatal(void)
{
    char text[TEXT];
    CU_ASSERT_EQUAL(logged(log_fatal, text), 2);
    CU_ASSERT_STRING_EQUAL(text, "judgectl: no such command: jugde\n|");
}

static void log_timed(void)
{
    log_init("judged", 0);
    (void)unsetenv("JOURNAL_STREAM");  /* it exists or not */
    (void)setenv("TZ", "XXX-2:30", 1); /* it fits */
    log_service();
    log_warnx("x");
    (void)setenv("JOURNAL_STREAM", "1:1", 1); /* of another file: it was redirected */
    log_service();
    log_info("y");
}

static void test_timed(void)
{
    static const char form[] = "2###-##-##T##:##:##.###+0230 judged: warning: x\n|"
                               "2###-##-##T##:##:##.###+0230 judged: y\n|";
    char text[TEXT];
    CU_ASSERT_EQUAL(logged(log_timed, text), 0);
    CU_ASSERT_EQUAL_FATAL(strlen(text), sizeof form - 1);
    for (size_t i = 0; i < sizeof form - 1; i++)
        UNIT_CHECK(form[i] == '#' ? text[i] >= '0' && text[i] <= '9' : form[i] == text[i], "%s", text);
}

static void log_journal(void)
{
    struct stat info;
    char stream[64];
    if (fstat(STDERR_FILENO, &info) != 0 ||
        str_format(stream, sizeof stream, "%llu:%llu", (unsigned long long)info.st_dev,
                   (unsigned long long)info.st_ino) != 0)
        _exit(98);
    (void)setenv("JOURNAL_STREAM", stream, 1); /* it fits */
    log_init("judged", 1);
    log_service();
    log_warnx("w");
    log_info("i");
    log_debug("d");
    fatal("f");
}

static void test_journal(void)
{
    char text[TEXT];
    CU_ASSERT_EQUAL(logged(log_journal, text), 2);
    CU_ASSERT_STRING_EQUAL(text, "<4>judged: warning: w\n|<6>judged: i\n|<7>judged: debug: d\n|<3>judged: f\n|");
}

/* A log that cannot be written is no reason to die of a signal or to stop. */
static void log_nowhere(void)
{
    (void)close(STDERR_FILENO); /* that is the test */
    log_init("judged", 0);
    log_info("x");
}

static void test_closed(void)
{
    char text[TEXT];
    CU_ASSERT_EQUAL(logged(log_nowhere, text), 0);
    CU_ASSERT_STRING_EQUAL(text, "");
}

static const struct unit_test tests[] = {
    {"levels", test_levels}, {"one_line", test_one_line}, {"long_line_is_cut", test_long_line_is_cut},
    {"fatal", test_fatal},   {"timed", test_timed},       {"journal", test_journal},
    {"closed", test_closed},
};

UNIT_MAIN("log", tests)
