/*
 * test_pool.c - the asking side of judged's socket, against a judged that answers what the test says.
 */
#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/clock.h"
#include "common/file.h"
#include "common/pool.h"
#include "common/str.h"
#include "tests/unit/unit.h"

#include "common/banned.h"

static void pair(int ends[2])
{
    CU_ASSERT_FATAL(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) == 0);
}

static void close_pair(int ends[2])
{
    file_close(&ends[0]);
    file_close(&ends[1]);
}

static void test_state_names(void)
{
    CU_ASSERT_STRING_EQUAL(pool_state_name(POOL_DOWN), "down");
    CU_ASSERT_STRING_EQUAL(pool_state_name(POOL_ENDING), "ending");
    for (int state = 0; state < POOL_STATES; state++)
        CU_ASSERT_STRING_NOT_EQUAL(pool_state_name(state), "unknown");
    CU_ASSERT_STRING_EQUAL(pool_state_name(POOL_STATES), "unknown");
    CU_ASSERT_STRING_EQUAL(pool_state_name(-1), "unknown");
}

static void test_ask(void)
{
    static const struct {
        struct pool_answer answer;
        size_t size;
        int result;
        const char *says;
    } rows[] = {
        {{POOL_MAGIC, 0, "2 slots"}, sizeof(struct pool_answer), 0, "2 slots"},
        {{POOL_MAGIC, EPERM, "only root may do that"}, sizeof(struct pool_answer), -1, "only root may do that"},
        {{POOL_MAGIC + 1, 0, "2 slots"}, sizeof(struct pool_answer), -1, "another version"},
        {{POOL_MAGIC, 0, "2 slots"}, sizeof(struct pool_answer) - 1, -1, "another version"},
        {{POOL_MAGIC, 0, "2 slots"}, 2, -1, "another version"},
        {{POOL_MAGIC, 0, "2 slots"}, 0, -1, "has closed"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        int ends[2];
        struct err e = {""};
        struct pool_answer answer = {.text = ""};
        struct pool_request request;
        pair(ends);
        bool sent = rows[i].size > 0 ? send(ends[1], &rows[i].answer, rows[i].size, 0) == (ssize_t)rows[i].size
                                     : shutdown(ends[1], SHUT_WR) == 0;
        CU_ASSERT_FATAL(sent);
        UNIT_CHECK(pool_ask(ends[0], POOL_SCALE, 2, &answer, &e) == rows[i].result, "row %zu", i);
        const char *says = rows[i].result == 0 ? answer.text : e.text;
        UNIT_CHECK(strstr(says, rows[i].says) != NULL, "row %zu: '%s'", i, says);
        CU_ASSERT_EQUAL(recv(ends[1], &request, sizeof request, 0), (ssize_t)sizeof request);
        CU_ASSERT(request.magic == POOL_MAGIC && request.command == POOL_SCALE && request.argument == 2);
        close_pair(ends);
    }
}

/* A text without an end, as no judged of ours sends it. */
static void test_text_without_end(void)
{
    int ends[2];
    struct err e;
    struct pool_answer answer = {.magic = POOL_MAGIC};
    memset(answer.text, 'x', sizeof answer.text);
    pair(ends);
    CU_ASSERT_EQUAL(send(ends[1], &answer, sizeof answer, 0), (ssize_t)sizeof answer);
    CU_ASSERT_EQUAL(pool_ask(ends[0], POOL_DRAIN, 0, &answer, &e), 0);
    CU_ASSERT_EQUAL(strlen(answer.text), sizeof answer.text - 1);
    close_pair(ends);
}

static void test_receive(void)
{
    int ends[2];
    struct err e = {""};
    struct pool_slot slot = {.magic = POOL_MAGIC, .slot = 3, .state = POOL_IDLE}, got;
    const struct pool_answer refusal = {.magic = POOL_MAGIC, .error = EBUSY, .text = "judged: too many connections"};
    pair(ends);
    int64_t since_us = clock_now_us();
    CU_ASSERT_EQUAL(pool_receive(ends[0], &got, sizeof got, 50, &e), 0);
    CU_ASSERT(clock_now_us() - since_us >= 50000);
    CU_ASSERT_EQUAL(pool_receive(ends[0], &got, sizeof got, 0, &e), 0);
    CU_ASSERT_EQUAL(send(ends[1], &slot, sizeof slot, 0), (ssize_t)sizeof slot);
    CU_ASSERT_EQUAL(pool_receive(ends[0], &got, sizeof got, -1, &e), 1);
    CU_ASSERT(memcmp(&got, &slot, sizeof got) == 0);
    CU_ASSERT_EQUAL(send(ends[1], &refusal, sizeof refusal, 0), (ssize_t)sizeof refusal);
    CU_ASSERT_EQUAL(pool_receive(ends[0], &got, sizeof got, -1, &e), -1);
    CU_ASSERT_STRING_EQUAL(e.text, "judged: too many connections");
    file_close(&ends[1]);
    CU_ASSERT_EQUAL(pool_receive(ends[0], &got, sizeof got, -1, &e), -1);
    CU_ASSERT_EQUAL(pool_send(ends[0], POOL_STATUS, 0, &e), -1); /* and no SIGPIPE */
    file_close(&ends[0]);
}

/* Where a name is, longer than a socket's address: nobody listens, nobody is there, and then somebody is. */
static void test_connect(void)
{
    char home[PATH_MAX], folder[] = "/tmp/test_pool.XXXXXX";
    char path[PATH_MAX];
    struct err e = {""};
    CU_ASSERT_FATAL(mkdtemp(folder) != NULL);
    CU_ASSERT_EQUAL(pool_connect(folder, &e), -1);
    CU_ASSERT(strstr(e.text, "No such file") != NULL);
    CU_ASSERT_FATAL(str_format(home, sizeof home, "%s/%0120d", folder, 1) == 0);
    CU_ASSERT_FATAL(str_format(path, sizeof path, "%s/run", home) == 0 && file_make_folders(path, 0755, &e) == 0);
    CU_ASSERT_EQUAL(pool_connect(home, &e), -1);
    CU_ASSERT(str_starts(e.text, "judged does not run for /tmp/test_pool."));

    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int here = chdir(path);
    int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
    CU_ASSERT_FATAL(here == 0 && fd >= 0 && str_copy(address.sun_path, sizeof address.sun_path, "judged.sock") == 0);
    CU_ASSERT_FATAL(bind(fd, (const struct sockaddr *)&address, sizeof address) == 0 && listen(fd, 4) == 0);
    int client = pool_connect(home, &e);
    CU_ASSERT(client >= 0);
    file_close(&client);
    if (geteuid() == 0) {
        (void)fflush(stdout);
        pid_t pid = fork();
        if (pid == 0)
            _exit(chmod(folder, 0755) != 0 || chmod("judged.sock", 0660) != 0 || setgid(65534) != 0 ||
                  setuid(65534) != 0 || pool_connect(home, &e) != -1 || strstr(e.text, "ask as root") == NULL);
        int status = -1;
        CU_ASSERT_EQUAL(waitpid(pid, &status, 0), pid);
        CU_ASSERT_EQUAL(status, 0);
    }
    file_close(&fd);
    CU_ASSERT_EQUAL(pool_connect(home, &e), -1); /* the socket of one that was killed */
    CU_ASSERT(str_starts(e.text, "judged does not run for /tmp/test_pool."));
    CU_ASSERT_EQUAL(unlink("judged.sock") | chdir("/") | rmdir(path) | rmdir(home) | rmdir(folder), 0);
}

static const struct unit_test tests[] = {
    {"state_names", test_state_names}, {"ask", test_ask},         {"text_without_end", test_text_without_end},
    {"receive", test_receive},         {"connect", test_connect},
};

UNIT_MAIN("pool", tests)
