/*
 * test_similar.c - what the tester of similar sources says, and what a source under a folder of the web's becomes. Any uid.
 */
#include "judge_client/similar.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/file.h"
#include "common/str.h"
#include "judge_client/judge.h"
#include "judge_client/language.h"
#include "judge_client/problem.h"
#include "tests/unit/unit.h"

#include "common/banned.h"

static void test_read(void)
{
    static const struct {
        const char *text;
        int64_t id;
        int percent;
    } rows[] = {
        {"", 0, 0},
        {"Total input: 3 files (1 new, 2 old), 245 tokens\n\n", 0, 0},
        {"Main.c consists for 97 % of 1001.c material\n", 1001, 97},
        {"Main.c consists for 97 % of 1001.c material\nMain.c consists for 100 % of 1005.c material\n", 1005, 100},
        {"Main.c consists for 100 % of 1005.c material\nMain.c consists for 100 % of 1001.cc material\n", 1001, 100},
        {"Main.c consists for 101 % of 1001.c material\n", 0, 0},
        {"Main.c consists for -1 % of 1001.c material\n", 0, 0},
        {"Main.c consists for 90 % of x.c material\n", 0, 0},
        {"Main.c consists for 90 % of 99999999999999999999999999.c material\n", 0, 0},
        {"Main.c consists for ", 0, 0},
        {"Main.c consists for 90 % of ", 0, 0},
        {" consists for  consists for 85 % of 7", 7, 85},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct similar found = {0, 0};
        similar_read(rows[i].text, &found);
        (void)UNIT_CHECK(found.id == rows[i].id && found.percent == rows[i].percent, "row %zu: %lld %d", i,
                         (long long)found.id, found.percent);
    }
}

static bool is_there(const char *folder, const char *name, const char *text)
{
    char path[256], got[64];
    struct err e;
    (void)str_format(path, sizeof path, "%s/%s", folder, name);
    return file_read(AT_FDCWD, path, got, sizeof got, &e) >= 0 && strcmp(got, text) == 0;
}

static void test_keep(void)
{
    char folder[] = "/tmp/similar.XXXXXX", path[128];
    const struct language language = {.name = "c", .suffixes = {"c"}};
    struct problem problem = {.folder_fd = -1};
    struct submission submission = {.language = &language, .problem = &problem, .source = "one", .source_bytes = 3};
    struct err e = {""};
    CU_ASSERT_PTR_NOT_NULL_FATAL(mkdtemp(folder));
    (void)str_copy(problem.folder, sizeof problem.folder, folder);
    problem.folder_fd = open(folder, O_PATH | O_DIRECTORY | O_CLOEXEC);
    (void)UNIT_CHECK(similar_keep(&submission, 1001, -1, &e) == 0, "%s", e.text);
    CU_ASSERT(is_there(folder, "ac/1001.c", "one"));
    /* Once more, as after a rejudge, and where a worker died while it wrote. */
    (void)str_format(path, sizeof path, "%s/ac/.1001.c.new", folder);
    int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    file_close(&fd);
    submission.source = "two";
    (void)UNIT_CHECK(similar_keep(&submission, 1001, -1, &e) == 0, "%s", e.text);
    CU_ASSERT(is_there(folder, "ac/1001.c", "two") && access(path, F_OK) != 0);
    (void)str_format(path, sizeof path, "%s/ac/1001.c", folder);
    CU_ASSERT_EQUAL(unlink(path), 0);
    (void)str_format(path, sizeof path, "%s/ac", folder);
    CU_ASSERT_EQUAL(rmdir(path), 0);
    /* Never through a link. */
    CU_ASSERT_EQUAL(symlink("/tmp", path), 0);
    CU_ASSERT(similar_keep(&submission, 1001, -1, &e) == -1 && strstr(e.text, "/ac: ") != NULL);
    CU_ASSERT(access("/tmp/1001.c", F_OK) != 0 && unlink(path) == 0);
    file_close(&problem.folder_fd);
    CU_ASSERT_EQUAL(rmdir(folder), 0);
}

static const struct unit_test tests[] = {{"read", test_read}, {"keep", test_keep}};

UNIT_MAIN("similar", tests)
