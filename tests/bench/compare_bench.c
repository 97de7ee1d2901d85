/*
 * compare_bench.c - what it costs to compare an output with an answer, beside cmp(1) and memcmp(3) on the same bytes.
 *
 * Two files of 100 MB are made in a temporary folder; after the first round they are in the page cache. A line's baseline is
 * cmp, started for the two equal files, which has to read all of them. Prints bench.h's table: a goal of 2 is half of cmp's
 * speed. Where the texts differ, cmp on the equal ones is still the baseline: it would stop at the first byte.
 */
#include "judge_client/compare.h"

#include <fcntl.h>
#include <limits.h>
#include <sched.h>
#include <stdbool.h>

#include "tests/bench/bench.h"
#include "tests/unit/printable.h"

#include "common/file.h"

#include "common/banned.h"

enum { ROUNDS_MAX = 15 };

struct bench {
    const char *only;
    size_t size;
    int rounds, over;
    char folder[PATH_MAX];
    char cmp[PATH_MAX];
    char *text, *other; /* size bytes, and what is written of them */
    int answer, output; /* files of the folder */
    int text_file;      /* equal to the answer, for cmp */
};

struct trial {
    const char *what;
    struct compare_options options;
    enum compare_result result; /* what has to come out */
    double goal;
    size_t (*make)(const struct bench *bench); /* other from text; returns its size */
};

/* ---- the texts */

static void make_text(char *text, size_t size)
{
    struct unit_random random = {1};
    for (size_t used = 0; used < size;) {
        uint64_t value = unit_random(&random);
        for (int i = 0; i < 2 && used < size; i++) {
            for (uint64_t number = (value >> 32 * i & 0xffffffff) | 1; number > 0 && used < size; number /= 10)
                text[used++] = (char)('0' + number % 10);
            if (used < size)
                text[used++] = i == 0 ? ' ' : '\n';
        }
    }
    text[size - 1] = '\n';
}

static size_t make_same(const struct bench *bench)
{
    memcpy(bench->other, bench->text, bench->size);
    return bench->size;
}

static size_t make_last_wrong(const struct bench *bench)
{
    (void)make_same(bench);
    bench->other[bench->size - 2] = '#';
    return bench->size;
}

/* Each line end as DOS writes it. */
static size_t make_returns(const struct bench *bench)
{
    size_t used = 0;
    for (size_t i = 0; i < bench->size; i++) {
        if (bench->text[i] == '\n')
            bench->other[used++] = '\r';
        bench->other[used++] = bench->text[i];
    }
    return used;
}

/* All on one line. */
static size_t make_blanks(const struct bench *bench)
{
    for (size_t i = 0; i < bench->size; i++)
        bench->other[i] = bench->text[i] == '\n' ? ' ' : bench->text[i];
    return bench->size;
}

/* Each number as a decimal. */
static size_t make_decimals(const struct bench *bench)
{
    size_t used = 0;
    for (size_t i = 0; i < bench->size; i++) {
        if (bench->text[i] == '\n' || bench->text[i] == ' ') {
            bench->other[used++] = '.';
            bench->other[used++] = '0';
        }
        bench->other[used++] = bench->text[i];
    }
    return used;
}

static const struct trial trials[] = {
    {"lines, equal", {.mode = COMPARE_LINES}, COMPARE_SAME, 2, make_same},
    {"exact, equal", {.mode = COMPARE_EXACT}, COMPARE_SAME, 2, make_same},
    {"tokens, equal", {.mode = COMPARE_TOKENS}, COMPARE_SAME, 2, make_same},
    {"float, equal", {.mode = COMPARE_FLOAT, .abs_error = 1e-6}, COMPARE_SAME, 2, make_same},
    {"lines, the last word wrong", {.mode = COMPARE_LINES}, COMPARE_DIFFERENT, 0, make_last_wrong},
    {"lines, the output with CRLF", {.mode = COMPARE_LINES}, COMPARE_SAME, 0, make_returns},
    {"tokens, the output on one line", {.mode = COMPARE_TOKENS}, COMPARE_SAME, 0, make_blanks},
    {"float, each number written otherwise",
     {.mode = COMPARE_FLOAT, .abs_error = 1e-6},
     COMPARE_SAME,
     0,
     make_decimals},
};

/* ---- the files */

static int open_file(const struct bench *bench, const char *name, char path[PATH_MAX], struct err *e)
{
    if (str_format(path, PATH_MAX, "%s/%s", bench->folder, name) != 0)
        return err_set(e, "%s: path too long", name);
    int fd = open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    return fd < 0 ? err_sys(e, errno, "make %s", path) : fd;
}

static int put_file(int fd, const char *bytes, size_t size, struct err *e)
{
    if (ftruncate(fd, 0) != 0 || lseek(fd, 0, SEEK_SET) != 0 || file_write_all(fd, bytes, size) != 0)
        return err_sys(e, errno, "write %zu bytes", size);
    return 0;
}

static int make_files(struct bench *bench, struct err *e)
{
    const char *parent = getenv("TMPDIR");
    char path[PATH_MAX];
    if (str_format(bench->folder, sizeof bench->folder, "%s/compare_bench.XXXXXX", parent == NULL ? "/tmp" : parent) !=
        0)
        return err_set(e, "TMPDIR: path too long");
    if (mkdtemp(bench->folder) == NULL) {
        int error = errno;
        bench->folder[0] = '\0';
        return err_sys(e, error, "make a folder in %s", parent == NULL ? "/tmp" : parent);
    }
    bench->text = malloc(bench->size);
    bench->other = malloc(2 * bench->size);
    if (bench->text == NULL || bench->other == NULL)
        return err_sys(e, errno, "get memory");
    make_text(bench->text, bench->size);
    if ((bench->answer = open_file(bench, "answer", path, e)) < 0 ||
        (bench->output = open_file(bench, "output", path, e)) < 0 ||
        (bench->text_file = open_file(bench, "same", path, e)) < 0)
        return -1;
    if (put_file(bench->answer, bench->text, bench->size, e) != 0)
        return -1;
    return put_file(bench->text_file, bench->text, bench->size, e);
}

static void remove_files(struct bench *bench)
{
    static const char *const names[] = {"answer", "output", "same"};
    char path[PATH_MAX];
    file_close(&bench->answer);
    file_close(&bench->output);
    file_close(&bench->text_file);
    free(bench->text);
    free(bench->other);
    if (bench->folder[0] == '\0')
        return;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        if (str_format(path, sizeof path, "%s/%s", bench->folder, names[i]) == 0)
            (void)unlink(path); /* rmdir tells */
    }
    if (rmdir(bench->folder) != 0)
        fprintf(stderr, "compare_bench: %s is left behind\n", bench->folder);
}

/* ---- the two sides */

static int run_cmp(const struct bench *bench, double *elapsed_us, struct err *e)
{
    char name[] = "cmp", paths[2][PATH_MAX];
    char *argv[] = {name, paths[0], paths[1], NULL};
    if (str_format(paths[0], PATH_MAX, "%s/answer", bench->folder) != 0 ||
        str_format(paths[1], PATH_MAX, "%s/same", bench->folder) != 0)
        return err_set(e, "%s: path too long", bench->folder);
    double start = bench_now_us();
    if (bench_wait(bench_spawn(bench->cmp, argv, -1, -1), bench->cmp, e) != 0)
        return -1;
    *elapsed_us = bench_now_us() - start;
    return 0;
}

static int run_ours(const struct bench *bench, const struct trial *trial, double *elapsed_us, struct err *e)
{
    enum compare_result result;
    struct compare_difference difference;
    double start = bench_now_us();
    if (compare_files(bench->answer, bench->output, &trial->options, &result, &difference, e) != 0)
        return -1;
    *elapsed_us = bench_now_us() - start;
    return result == trial->result ? 0 : err_set(e, "%s: the result is %d", trial->what, (int)result);
}

static int measure(struct bench *bench, const struct trial *trial, struct err *e)
{
    double ours[ROUNDS_MAX], theirs[ROUNDS_MAX], ratios[ROUNDS_MAX], least[2] = {1e18, 1e18};
    char what[64];
    if (bench->only != NULL && strstr(trial->what, bench->only) == NULL)
        return 0;
    if (put_file(bench->output, bench->other, trial->make(bench), e) != 0)
        return -1;
    for (int i = -1; i < bench->rounds; i++) {
        double ours_us = 0, cmp_us = 0;
        if (run_ours(bench, trial, &ours_us, e) != 0 || run_cmp(bench, &cmp_us, e) != 0)
            return -1;
        if (i < 0)
            continue; /* the caches were cold */
        ours[i] = ours_us;
        theirs[i] = cmp_us;
        ratios[i] = ours_us / cmp_us;
        least[0] = ours_us < least[0] ? ours_us : least[0];
        least[1] = cmp_us < least[1] ? cmp_us : least[1];
    }
    size_t count = (size_t)bench->rounds;
    if (str_format(what, sizeof what, "%zu MB: %s", bench->size / 1000000, trial->what) != 0)
        return err_set(e, "%s: name too long", trial->what);
    const struct bench_line line = {.what = what,
                                    .ours = bench_median(ours, count),
                                    .baseline = bench_median(theirs, count),
                                    .ratio = bench_median(ratios, count),
                                    .best = least[0] / least[1],
                                    .goal = trial->goal};
    bench->over += bench_print(&line);
    return 0;
}

/* On bytes that are in memory: compare_bytes beside memcmp. */
static int measure_memory(struct bench *bench, struct err *e)
{
    static const char what[] = "in memory: lines, equal; baseline memcmp";
    const struct compare_options options = {.mode = COMPARE_LINES};
    double ours[ROUNDS_MAX], theirs[ROUNDS_MAX], ratios[ROUNDS_MAX], least[2] = {1e18, 1e18};
    if (bench->only != NULL && strstr(what, bench->only) == NULL)
        return 0;
    (void)make_same(bench);
    for (int i = 0; i < bench->rounds; i++) {
        double start = bench_now_us();
        enum compare_result result = compare_bytes(bench->text, bench->size, bench->other, bench->size, &options, NULL);
        double middle = bench_now_us();
        int order = memcmp(bench->text, bench->other, bench->size);
        double end = bench_now_us();
        if (result != COMPARE_SAME || order != 0)
            return err_set(e, "equal bytes are not equal");
        ours[i] = middle - start;
        theirs[i] = end - middle;
        ratios[i] = ours[i] / theirs[i];
        least[0] = ours[i] < least[0] ? ours[i] : least[0];
        least[1] = theirs[i] < least[1] ? theirs[i] : least[1];
    }
    size_t count = (size_t)bench->rounds;
    const struct bench_line line = {.what = what,
                                    .ours = bench_median(ours, count),
                                    .baseline = bench_median(theirs, count),
                                    .ratio = bench_median(ratios, count),
                                    .best = least[0] / least[1]};
    (void)bench_print(&line); /* it has no goal */
    return 0;
}

/* A usual case, a line or two. There is nothing to compare it with. */
static int measure_small(struct bench *bench, struct err *e)
{
    enum { TIMES = 1000 };
    static const char what[] = "6 bytes: lines, equal";
    const struct trial trial = {what, {.mode = COMPARE_LINES}, COMPARE_SAME, 0, NULL};
    double values[ROUNDS_MAX];
    if (bench->only != NULL && strstr(what, bench->only) == NULL)
        return 0;
    if (put_file(bench->answer, "12345\n", 6, e) != 0 || put_file(bench->output, "12345\n", 6, e) != 0)
        return -1;
    for (int i = 0; i < bench->rounds; i++) {
        values[i] = 0;
        for (int j = 0; j < TIMES; j++) {
            double elapsed_us = 0;
            if (run_ours(bench, &trial, &elapsed_us, e) != 0)
                return -1;
            values[i] += elapsed_us / TIMES;
        }
    }
    const struct bench_line line = {
        .what = what, .ours = bench_median(values, (size_t)bench->rounds), .baseline = -1, .ratio = -1, .best = -1};
    (void)bench_print(&line); /* it has no goal */
    return 0;
}

static int measure_all(struct bench *bench, struct err *e)
{
    for (size_t i = 0; i < sizeof trials / sizeof *trials; i++) {
        if (measure(bench, &trials[i], e) != 0)
            return -1;
    }
    return measure_memory(bench, e) != 0 ? -1 : measure_small(bench, e);
}

static int find_cmp(struct bench *bench, struct err *e)
{
    static const char *const paths[] = {"/usr/bin/cmp", "/bin/cmp"};
    for (size_t i = 0; i < sizeof paths / sizeof *paths; i++) {
        if (access(paths[i], X_OK) == 0)
            return str_copy(bench->cmp, sizeof bench->cmp, paths[i]);
    }
    return err_set(e, "cmp is not installed (package diffutils)");
}

int main(int argc, char **argv)
{
    struct bench bench = {.size = 100000000, .rounds = 9, .answer = -1, .output = -1, .text_file = -1};
    struct err e = {""};
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--quick") == 0) {
            bench.rounds = 3;
        } else if (strcmp(argv[i], "--only") == 0 && i + 1 < argc) {
            bench.only = argv[++i];
        } else {
            fprintf(stderr, "usage: compare_bench [--quick] [--only WORD]\n");
            return 2;
        }
    }
    /* As in sandbox_bench: one processor, and other work on the box disturbs less. Both fail without harm. */
    cpu_set_t cpus;
    CPU_ZERO(&cpus);
    CPU_SET((size_t)sched_getcpu(), &cpus);
    (void)sched_setaffinity(0, sizeof cpus, &cpus);
    (void)setpriority(PRIO_PROCESS, 0, -20);
    bench_print_head();
    int result = find_cmp(&bench, &e) == 0 && make_files(&bench, &e) == 0 ? measure_all(&bench, &e) : -1;
    if (result == 0)
        printf("%d over\n", bench.over);
    else
        fprintf(stderr, "compare_bench: %s\n", e.text);
    remove_files(&bench);
    return result == 0 ? 0 : 2;
}
