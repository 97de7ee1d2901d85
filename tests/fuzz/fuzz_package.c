/*
 * fuzz_package.c - packages of strangers under libFuzzer: any bytes as problem.xml, problem.yaml or a group's settings, in a folder
 * with what they may name. It is refused with one line, or is a problem whose cases lie in the folder and are in their subtasks.
 * The first byte says which file it is.
 */
#include "judge_client/problem_package.h"

#include <assert.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/file.h"
#include "common/str.h"

#include "common/banned.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct box {
    char path[64];
    int fd;
};

static void put(const struct box *box, const char *name, const void *bytes, size_t size)
{
    int fd = openat(box->fd, name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    assert(fd >= 0 && file_write_all(fd, bytes, size) == 0);
    file_close(&fd);
}

/* One package of each format. */
static void make(struct box *box, bool kattis)
{
    static const char *const folders[2][8] = {{"tests", "files", "solutions"},
                                              {"data", "data/sample", "data/secret", "data/secret/1", "data/secret/2",
                                               "output_validators", "input_validators"}};
    static const char *const files[2][12] = {{"tests/01", "tests/01.a", "tests/02", "tests/02.a", "tests/03",
                                              "tests/03.a", "files/check.cpp", "files/val.cpp"},
                                             {"data/sample/1.in", "data/sample/1.ans", "data/secret/1/1.in",
                                              "data/secret/1/1.ans", "data/secret/1/2.in", "data/secret/1/2.ans",
                                              "data/secret/2/3.in", "data/secret/2/3.ans", "output_validators/check.py",
                                              "input_validators/check.py"}};
    (void)str_copy(box->path, sizeof box->path, "/tmp/fuzz_package.XXXXXX"); /* it fits */
    assert(mkdtemp(box->path) != NULL);
    box->fd = open(box->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    assert(box->fd >= 0);
    for (size_t i = 0; folders[kattis][i] != NULL; i++)
        assert(mkdirat(box->fd, folders[kattis][i], 0700) == 0);
    for (size_t i = 0; files[kattis][i] != NULL; i++)
        put(box, files[kattis][i], "1\n", 2);
}

static void check(const struct problem *problem)
{
    size_t sum = 0;
    assert(problem->package != NULL && problem->case_count > 0 && problem->case_count <= 100000);
    assert(problem->limits.time_ms > 0 && problem->limits.memory_mib > 0 && problem->limits.output_mib > 0);
    for (size_t i = 0; i < problem->case_count; i++) {
        struct err e;
        int fd = problem_open_file(problem, problem->cases[i].input, &e);
        assert(fd >= 0 && problem->cases[i].score >= 0 && problem->cases[i].full >= 0);
        file_close(&fd);
        sum += problem->cases[i].shared;
    }
    for (size_t k = 0; k < problem->subtask_count; k++) {
        const struct problem_subtask *one = &problem->subtasks[k];
        assert(one->score >= 0 && one->score <= 1000000 && one->weight >= 0);
        for (size_t i = 0; i < one->case_count; i++)
            assert(one->cases[i] < problem->case_count && problem->cases[one->cases[i]].subtask == k);
        for (size_t other = k; other < problem->subtask_count; other++)
            assert(!problem_is_after(one, other));
        sum += one->case_count;
    }
    assert(problem->subtask_count == 0 || sum == problem->case_count);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const names[] = {"problem.yaml", "data/secret/testdata.yaml", "data/secret/1/test_group.yaml"};
    static struct box boxes[2]; /* made once; the last run of all leaves them in /tmp */
    struct problem problem;
    struct err e = {""};
    if (size == 0)
        return 0;
    bool kattis = data[0] != 'x';
    struct box *box = &boxes[kattis];
    if (box->path[0] == '\0')
        make(box, kattis);
    /* A group's settings belong to a scoring problem, of either format. */
    static const char *const heads[] = {"type: scoring\n", "problem_format_version: 2025-09\ntype: scoring\n"};
    for (size_t i = 0; kattis && i < 3; i++)
        (void)unlinkat(box->fd, names[i], 0); /* not there is fine */
    size_t which = data[0] % 5;
    if (kattis && which > 0)
        put(box, names[0], heads[which > 2], strlen(heads[which > 2]));
    put(box, kattis ? names[(which + 1) / 2] : "problem.xml", data + 1, size - 1);
    if (problem_open(&problem, box->path, &e) != 0) {
        assert(e.text[0] != '\0');
        for (const char *at = e.text; *at != '\0'; at++)
            assert((unsigned char)*at >= ' ');
        return 0;
    }
    assert(e.text[0] == '\0');
    check(&problem);
    problem_close(&problem);
    return 0;
}
