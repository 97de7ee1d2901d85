/*
 * hostile.c - runs every hostile program in one cell in a row and checks what came of each; then that an honest program
 * comes to the same there as in a fresh cell, and that nothing is left behind.
 *
 * Runs as root. Takes the expectations from the sources' first lines (programs/README.md). It must never start a program
 * by itself: only sandbox_run does.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/str.h"
#include "tests/sandbox/lib/drive.h"
#include "tests/sandbox/lib/header.h"
#include "tests/sandbox/lib/program.h"
#include "tests/sandbox/lib/residue.h"

#include "common/banned.h"

enum { HONEST_RUNS = 7 };

struct hostile {
    struct drive drive;
    struct sandbox *sandbox;
    struct residue residue;
    struct program_list list;
    int input_fd;
    int sinks[2][3];     /* of both programs: what they write to standard output and error */
    const char *left[2]; /* what collect found */
};

/* The best of several runs of the honest program in one sandbox. */
struct honest {
    char output[64];
    int64_t cpu_us, wall_us, mem_kib;
};

static int collect(void *context, size_t k, int box_fd, struct err *e)
{
    struct hostile *hostile = context;
    struct stat info;
    struct err why;
    (void)e;
    if (fstatat(box_fd, "result", &info, AT_SYMLINK_NOFOLLOW) != 0) {
        hostile->left[k] = "missing";
        return 0;
    }
    int fd = sandbox_open_left(box_fd, "result", &why);
    hostile->left[k] = fd >= 0 ? "opened" : "refused";
    if (fd >= 0)
        (void)close(fd); /* nothing was written */
    return 0;
}

static int empty_sinks(struct hostile *hostile, struct err *e)
{
    for (int k = 0; k < 2; k++) {
        for (int i = 1; i < 3; i++) {
            if (ftruncate(hostile->sinks[k][i], 0) != 0 || lseek(hostile->sinks[k][i], 0, SEEK_SET) != 0)
                return err_sys(e, errno, "empty a sink");
        }
        hostile->left[k] = "missing";
    }
    return 0;
}

/* Joins the first program's output to the second one's input. */
static int add_beside(struct hostile *hostile, struct program_run runs[2], struct header *beside, const char *name,
                      struct err *e)
{
    int pipe_fds[2];
    if (program_header(&hostile->drive, name, beside, e) != 0)
        return -1;
    const struct policy *policy = drive_policy(&hostile->drive, beside->expects[0].policy, e);
    if (policy == NULL || program_fill(&runs[1], name, beside, policy, -1, -1, e) != 0)
        return -1;
    int put = drive_put(&hostile->drive, hostile->sandbox, 1, name, e);
    if (put != 0)
        return put > 0 ? err_set(e, "%s is not built", name) : -1;
    if (pipe2(pipe_fds, O_CLOEXEC) != 0)
        return err_sys(e, errno, "make a pipe");
    runs[0].spec.fd[1] = pipe_fds[1];
    runs[1].spec.fd[0] = pipe_fds[0];
    return 0;
}

static void set_sinks(const struct hostile *hostile, struct program_run runs[2])
{
    for (int k = 0; k < 2; k++) {
        for (int i = 1; i < 3; i++)
            runs[k].spec.sink[i] = hostile->sinks[k][i];
    }
}

/* What the program itself said of the attacks that worked, after the marker that it had begun. */
static int add_words(const struct hostile *hostile, int k, struct err *e)
{
    char words[256];
    if (drive_read(hostile->sinks[k][2], words, sizeof words) <= 0)
        return -1;
    for (char *p = words; *p != '\0'; p++)
        *p = *p == '\n' ? ';' : *p;
    struct err whole = *e;
    (void)err_set(e, "%s [%s]", whole.text, words);
    return -1;
}

static int check(struct hostile *hostile, int k, const struct expect *expect, const struct sandbox_result *result,
                 int64_t number, struct err *e)
{
    char output[128];
    if (drive_read(hostile->sinks[k][1], output, sizeof output) < 0)
        return err_sys(e, errno, "read what was written");
    struct outcome outcome = {
        .result = result, .output = output, .left = hostile->left[k], .n = number, .slow = hostile->drive.slow};
    return header_check(expect, &outcome, e) == 0 ? 0 : add_words(hostile, k, e);
}

static int run_once(struct hostile *hostile, const char *name, struct header *header, const struct expect *expect,
                    int64_t number, struct err *e)
{
    struct program_run runs[2];
    struct header beside;
    struct sandbox_result results[2];
    struct err fault = {""};
    struct sandbox_hooks hooks = {.stop_fd = -1, .collect = collect, .context = hostile};
    size_t n = header->beside[0] == '\0' ? 1 : 2;
    const struct policy *policy = drive_policy(&hostile->drive, expect->policy, e);
    if (policy == NULL || empty_sinks(hostile, e) != 0 ||
        program_fill(&runs[0], name, header, policy, number, hostile->input_fd, e) != 0)
        return -1;
    if (n == 2 && add_beside(hostile, runs, &beside, header->beside, e) != 0)
        return -1;
    set_sinks(hostile, runs);
    struct sandbox_spec specs[2] = {runs[0].spec, n == 2 ? runs[1].spec : runs[0].spec};
    int ran = sandbox_run(hostile->sandbox, specs, results, n, &hooks, &fault);
    if (check(hostile, 0, expect, ran == 0 ? &results[0] : NULL, number, e) != 0)
        return ran == 0 ? -1 : err_add(e, "%s", fault.text);
    if (n == 2 && check(hostile, 1, &beside.expects[0], &results[1], -1, e) != 0)
        return err_add(e, "%s", header->beside);
    return program_check_input(hostile->input_fd, e);
}

/* All numbers of `each`, each as often as `repeat` says. */
static int run_expect(struct hostile *hostile, const char *name, struct header *header, const struct expect *expect,
                      struct err *e)
{
    if (header->range_count == 0) {
        header->range_count = 1;
        header->ranges[0].first = header->ranges[0].last = -1;
    }
    for (size_t i = 0; i < header->range_count; i++) {
        for (int64_t number = header->ranges[i].first; number <= header->ranges[i].last; number++) {
            for (int64_t round = 1; round <= header->repeat; round++) {
                if (run_once(hostile, name, header, expect, number, e) == 0)
                    continue;
                return header->repeat > 1 || number >= 0
                           ? err_add(e, "number %lld, run %lld", (long long)number, (long long)round)
                           : -1;
            }
        }
    }
    return 0;
}

static void run_program(struct hostile *hostile, const char *name)
{
    struct header header;
    struct err e;
    if (program_header(&hostile->drive, name, &header, &e) != 0) {
        drive_not_ok(&hostile->drive, name, "%s", e.text);
        return;
    }
    if (header.needs_groups && strcmp(sandbox_tier_name(hostile->sandbox), "none") == 0) {
        drive_skip(&hostile->drive, name, "no cgroup counts and limits here");
        return;
    }
    if (!header_fits(&header)) {
        drive_skip(&hostile->drive, name, "a program of %s only", header.architectures);
        return;
    }
    int put = drive_put(&hostile->drive, hostile->sandbox, 0, name, &e);
    if (put > 0)
        drive_skip(&hostile->drive, name, "not built in %s", hostile->drive.programs);
    else if (put < 0)
        drive_not_ok(&hostile->drive, name, "%s", e.text);
    for (size_t i = 0; i < header.expect_count && put == 0; i++) {
        char test[PROGRAM_NAME_SIZE + HEADER_WORD + 2];
        (void)str_format(test, sizeof test, "%s %s", name, header.expects[i].policy); /* it fits */
        drive_say(&hostile->drive, test, run_expect(hostile, name, &header, &header.expects[i], &e), &e);
    }
}

static int run_honest(struct hostile *hostile, struct honest *honest, struct err *e)
{
    struct header header;
    *honest = (struct honest){.cpu_us = INT64_MAX, .wall_us = INT64_MAX, .mem_kib = INT64_MAX};
    if (program_header(&hostile->drive, "sum", &header, e) != 0)
        return -1;
    int put = drive_put(&hostile->drive, hostile->sandbox, 0, "sum", e);
    if (put != 0)
        return put > 0 ? err_set(e, "the program sum is not built") : -1;
    for (int i = 0; i < HONEST_RUNS; i++) {
        struct program_run run;
        struct sandbox_result result;
        const struct policy *policy = drive_policy(&hostile->drive, "c", e);
        if (policy == NULL || empty_sinks(hostile, e) != 0 ||
            program_fill(&run, "sum", &header, policy, -1, -1, e) != 0)
            return -1;
        run.spec.sink[1] = hostile->sinks[0][1];
        if (sandbox_run(hostile->sandbox, &run.spec, &result, 1, NULL, e) != 0 ||
            check(hostile, 0, &header.expects[0], &result, -1, e) != 0)
            return -1;
        if (drive_read(hostile->sinks[0][1], honest->output, sizeof honest->output) < 0)
            return err_sys(e, errno, "read what was written");
        honest->cpu_us = result.cpu_us < honest->cpu_us ? result.cpu_us : honest->cpu_us;
        honest->wall_us = result.wall_us < honest->wall_us ? result.wall_us : honest->wall_us;
        honest->mem_kib = result.mem_kib < honest->mem_kib ? result.mem_kib : honest->mem_kib;
    }
    return 0;
}

/* The best of some runs, on a machine where others work as well: a half more is not the cell's doing,
 * and by the wall even more. */
static int compare_honest(const struct honest *fresh, const struct honest *used, bool slow, struct err *e)
{
    if (strcmp(fresh->output, used->output) != 0)
        return err_set(e, "it printed %s in the place of %s", used->output, fresh->output);
    if (used->mem_kib > fresh->mem_kib + 64)
        return err_set(e, "it took %lld KiB in the place of %lld", (long long)used->mem_kib, (long long)fresh->mem_kib);
    if (!slow && (used->cpu_us > fresh->cpu_us * 3 / 2 + 2000 || used->wall_us > fresh->wall_us * 3 + 20000))
        return err_set(e, "it took %lld us of CPU, %lld us in the place of %lld, %lld", (long long)used->cpu_us,
                       (long long)used->wall_us, (long long)fresh->cpu_us, (long long)fresh->wall_us);
    return 0;
}

static int in_fresh_cell(struct hostile *hostile, struct honest *honest, struct err *e)
{
    hostile->sandbox = drive_open(&hostile->drive, -1, e);
    if (hostile->sandbox == NULL)
        return -1;
    int result = run_honest(hostile, honest, e);
    sandbox_close(hostile->sandbox);
    return result;
}

static int make_all(struct hostile *hostile, struct err *e)
{
    for (int k = 0; k < 2; k++) {
        for (int i = 1; i < 3; i++) {
            hostile->sinks[k][i] = drive_memory("sink");
            if (hostile->sinks[k][i] < 0)
                return err_sys(e, errno, "make a sink");
        }
    }
    hostile->input_fd = program_make_input(e);
    if (hostile->input_fd < 0 || program_list(&hostile->drive, &hostile->list, e) != 0)
        return -1;
    return residue_note(&hostile->residue, e);
}

static void run_all(struct hostile *hostile)
{
    struct honest fresh, used;
    struct err e;
    int made = make_all(hostile, &e) != 0 ? -1 : in_fresh_cell(hostile, &fresh, &e);
    drive_say(&hostile->drive, "honest-in-a-fresh-cell", made, &e);
    if (made != 0)
        return;
    hostile->sandbox = drive_open(&hostile->drive, -1, &e);
    if (hostile->sandbox == NULL) {
        drive_not_ok(&hostile->drive, "open", "%s", e.text);
        return;
    }
    for (size_t i = 0; i < hostile->list.count; i++)
        run_program(hostile, hostile->list.names[i]);
    int result = run_honest(hostile, &used, &e);
    drive_say(&hostile->drive, "honest-after-all",
              result != 0 ? result : compare_honest(&fresh, &used, hostile->drive.slow, &e), &e);
    result = residue_note_sandbox(&hostile->residue, sandbox_slot(hostile->sandbox), &e);
    sandbox_close(hostile->sandbox);
    drive_say(&hostile->drive, "nothing-left", result != 0 ? result : residue_wait(&hostile->residue, 10000, &e), &e);
}

int main(int argc, char **argv)
{
    static struct hostile hostile; /* too large for the stack */
    if (drive_init(&hostile.drive, "hostile", argc, argv) != 0)
        return 2;
    if (drive_ready(&hostile.drive))
        run_all(&hostile);
    return drive_fini(&hostile.drive);
}
