/*
 * judge_bench.c - what judging costs beside the same compiler and the same program started bare.
 *
 * In each round, in turns which comes first: judge() on a + b in C with 101 cases, and the compiler bare, with the same
 * words, in a folder in memory. After each block of ten cases comes the same block bare: the program with its input
 * redirected, its output into a file in memory. Runs as root on a box at rest, pinned to one core with everything it starts. A measurement, no test: a goal
 * that is missed is printed as OVER and is no failure; it exits 2 where something could not be run at all.
 *
 *     judge_bench [--quick]
 *
 * It is started in the project's folder, where the languages and the policies are.
 */
#include "judge_client/judge.h"

#include <fcntl.h>
#include <limits.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include "common/file.h"
#include "judge_client/language.h"
#include "judge_client/problem.h"
#include "judge_client/sandbox/sandbox.h"
#include "tests/bench/bench.h"

#include "common/banned.h"

enum { ROUNDS = 40, CASES = 101, BLOCK = 10, TRIALS = 3 };

static const char source[] = "#include <stdio.h>\n"
                             "int main(void)\n"
                             "{\n"
                             "    long long a, b;\n"
                             "    if (scanf(\"%lld %lld\", &a, &b) != 2)\n"
                             "        return 1;\n"
                             "    printf(\"%lld\\n\", a + b);\n"
                             "    return 0;\n"
                             "}\n";

/* The same with files: what putting in and taking out costs. */
static const char source_files[] = "#include <stdio.h>\n"
                                   "int main(void)\n"
                                   "{\n"
                                   "    long long a, b;\n"
                                   "    FILE *in = fopen(\"a.in\", \"r\"), *out = fopen(\"a.out\", \"w\");\n"
                                   "    if (in == NULL || out == NULL || fscanf(in, \"%lld %lld\", &a, &b) != 2)\n"
                                   "        return 1;\n"
                                   "    fprintf(out, \"%lld\\n\", a + b);\n"
                                   "    return fclose(out);\n"
                                   "}\n";

/* What a checker does at least: it reads what it is given. */
static const char checker[] =
    "#include <fstream>\n"
    "int main(int argc, char **argv)\n"
    "{\n"
    "    std::ifstream in(argv[1]), answer(argv[2]), output(argv[3]);\n"
    "    long long a, b, right, sum;\n"
    "    return argc == 4 && in >> a >> b && answer >> right && output >> sum && sum == right ? 0 : 1;\n"
    "}\n";

struct trial {
    const char *source;
    const char *folder;  /* below that of the bench */
    const char *conf;    /* problem.ini, or NULL */
    const char *checker; /* spj.cc, or NULL */
    struct problem problem;
};

struct bench {
    char folder[64]; /* in memory; empty before it is made */
    char cell_path[PATH_MAX];
    char tmpdir[96];
    struct languages *languages;
    const struct language *c;
    struct sandbox *sandbox;
    struct judge *judge;
    struct trial trials[TRIALS];
    int output; /* of bare programs: a file in memory */
    bool quick;
    int over;
    double case_us, case_best_us; /* of the first trial */
};

/* One judging, with the bare program in between: how long each part took. */
struct marks {
    const struct bench *bench;
    const struct trial *trial;
    double since_us; /* the end of the part before */
    double compile_us, case_us[CASES], bare_us[CASES];
    bool failed;
    struct err e;
};

static int run_bare(const struct bench *bench, const struct trial *trial, size_t first, double elapsed_us[CASES],
                    struct err *e);

static bool is_plain(const struct trial *trial)
{
    return trial->conf == NULL && trial->checker == NULL;
}

/* ---- our side */

/* After a block of cases, the same block bare: what disturbs the box hits both. */
static void mark(void *context, const struct judgement *so_far, size_t cases)
{
    struct marks *marks = context;
    double now_us = bench_now_us();
    size_t done = so_far->case_count;
    (void)cases; /* known */
    if (done == 0)
        marks->compile_us = now_us - marks->since_us;
    else
        marks->case_us[done - 1] = now_us - marks->since_us;
    if (done > 1 && done % BLOCK == 1 && is_plain(marks->trial) && !marks->failed)
        marks->failed = run_bare(marks->bench, marks->trial, done - BLOCK, marks->bare_us, &marks->e) != 0;
    marks->since_us = bench_now_us();
}

static int judge_once(const struct bench *bench, const struct trial *trial, struct marks *marks, struct err *e)
{
    const struct submission submission = {.language = bench->c,
                                          .problem = &trial->problem,
                                          .source = trial->source,
                                          .source_bytes = strlen(trial->source)};
    const struct judge_options options = {.stop_fd = -1, .progress = mark, .context = marks};
    struct judgement judgement;
    marks->bench = bench;
    marks->trial = trial;
    marks->failed = false;
    marks->since_us = bench_now_us();
    if (judge(bench->judge, &submission, &options, &judgement, e) != 0)
        return -1;
    int result = 0;
    if (judgement.verdict != VERDICT_AC || judgement.case_count != CASES)
        result = err_set(e, "a + b got %s after %zu cases", verdict_code(judgement.verdict), judgement.case_count);
    if (marks->failed) {
        *e = marks->e;
        result = -1;
    }
    judgement_fini(&judgement);
    return result;
}

/* ---- the bare side, in the bench's folder */

static __attribute__((noinline)) pid_t spawn(char *const *argv, char *const *env)
{
    pid_t pid = vfork();
    if (pid == 0) {
        execve(argv[0], argv, env);
        _exit(127);
    }
    return pid;
}

static int compile_bare(const struct bench *bench, const struct trial *trial, double *elapsed_us, struct err *e)
{
    char path[] = "PATH=/usr/local/bin:/usr/bin:/bin", locale[] = "LC_ALL=C.UTF-8", tmpdir[sizeof bench->tmpdir];
    char *const env[] = {path, locale, tmpdir, NULL};
    memcpy(tmpdir, bench->tmpdir, sizeof tmpdir);
    char **argv = language_command(bench->c->compile.argv,
                                   &(struct language_words){.source = bench->c->source, .binary = bench->c->binary});
    if (argv == NULL)
        return err_set(e, "out of memory");
    int fd = open(bench->c->source, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    int result = fd < 0 || file_write_all(fd, trial->source, strlen(trial->source)) != 0
                     ? err_sys(e, errno, "write %s", bench->c->source)
                     : 0;
    file_close(&fd);
    if (result == 0) {
        (void)unlink(bench->c->binary); /* not there in the first round */
        double start = bench_now_us();
        result = bench_wait(spawn(argv, env), argv[0], e);
        *elapsed_us = bench_now_us() - start;
    }
    free(argv);
    return result;
}

/* A block of cases, from case `first` on. */
static int run_bare(const struct bench *bench, const struct trial *trial, size_t first, double elapsed_us[CASES],
                    struct err *e)
{
    char path[] = "./Main";
    char *const argv[] = {path, NULL};
    for (size_t i = first; i < first + BLOCK; i++) {
        double start = bench_now_us();
        int fd = problem_open_file(&trial->problem, trial->problem.cases[i].input, e);
        if (fd < 0)
            return -1;
        int result = bench_wait(bench_spawn(path, argv, fd, bench->output), path, e);
        (void)close(fd); /* it was only read */
        if (result != 0)
            return -1;
        elapsed_us[i] = bench_now_us() - start;
    }
    return ftruncate(bench->output, 0) != 0 || lseek(bench->output, 0, SEEK_SET) != 0
               ? err_sys(e, errno, "empty the file for outputs")
               : 0;
}

/* ---- rounds and lines */

enum { COMPILE, CASE, WHOLE, FLOOR, FIGURES };

struct figures {
    double ours[FIGURES][ROUNDS], bare[FIGURES][ROUNDS], ratios[FIGURES][ROUNDS];
    double ours_best[FIGURES], bare_best[FIGURES];
};

/* The medians of a round's cases, or its only figure; and the smallest ones so far. */
static void note(struct figures *figures, int figure, int round, double *ours, double *bare, size_t count)
{
    double our_median = bench_median(ours, count), bare_median = bench_median(bare, count);
    if (round < 0)
        return; /* it warms up */
    if (round == 0 || ours[0] < figures->ours_best[figure])
        figures->ours_best[figure] = ours[0]; /* sorted by the median */
    if (round == 0 || bare[0] < figures->bare_best[figure])
        figures->bare_best[figure] = bare[0];
    figures->ours[figure][round] = our_median;
    figures->bare[figure][round] = bare_median;
    figures->ratios[figure][round] = our_median / bare_median;
}

static int one_round(const struct bench *bench, const struct trial *trial, struct figures *figures, int round,
                     struct err *e)
{
    static struct marks marks; /* too large for a stack */
    double compile_us = 0;
    for (int side = 0; side < 2; side++) {
        if ((side + round) % 2 == 0 ? judge_once(bench, trial, &marks, e) != 0
                                    : compile_bare(bench, trial, &compile_us, e) != 0)
            return -1;
    }
    double whole_us = marks.compile_us, floor_us = compile_us;
    for (int i = 1; i < CASES; i++) {
        whole_us += marks.case_us[i];
        floor_us += marks.bare_us[i];
    }
    note(figures, WHOLE, round, &whole_us, &compile_us, 1);
    note(figures, FLOOR, round, &floor_us, &compile_us, 1);
    note(figures, COMPILE, round, &marks.compile_us, &compile_us, 1);
    note(figures, CASE, round, marks.case_us + 1, marks.bare_us + 1, CASES - 1);
    return 0;
}

static void print(struct bench *bench, struct figures *figures, int figure, size_t rounds, const char *what,
                  double goal)
{
    const struct bench_line line = {
        .what = what,
        .ours = bench_median(figures->ours[figure], rounds),
        .baseline = bench_median(figures->bare[figure], rounds),
        .ratio = bench_median(figures->ratios[figure], rounds),
        .best = figures->ours_best[figure] / figures->bare_best[figure],
        .goal = goal,
    };
    bench->over += bench_print(&line);
}

static int measure(struct bench *bench, const struct trial *trial, struct err *e)
{
    static struct figures figures; /* too large for a stack */
    size_t rounds = bench->quick ? ROUNDS / 8 : ROUNDS;
    for (int i = -1; i < (int)rounds; i++) {
        if (one_round(bench, trial, &figures, i, e) != 0)
            return err_add(e, "%s", trial->folder);
    }
    double case_us = bench_median(figures.ours[CASE], rounds);
    struct bench_line line = {.what = "a further case with an input and an output file",
                              .ours = case_us,
                              .baseline = -1,
                              .ratio = -1,
                              .best = -1};
    if (trial->conf != NULL) {
        (void)bench_print(&line); /* it has no goal */
        return 0;
    }
    if (trial->checker != NULL) {
        /* Two runs more: what a case costs without it is one. */
        line = (struct bench_line){.what = "a further case with a C++ checker / without it",
                                   .ours = case_us,
                                   .baseline = bench->case_us,
                                   .ratio = case_us / bench->case_us,
                                   .best = figures.ours_best[CASE] / bench->case_best_us,
                                   .goal = 3};
        bench->over += bench_print(&line);
        return 0;
    }
    bench->case_us = case_us;
    bench->case_best_us = figures.ours_best[CASE];
    print(bench, &figures, CASE, rounds, "a further case of a + b / the program bare", 1.6);
    line = (struct bench_line){.what = "a further case of a + b / a millisecond",
                               .ours = case_us,
                               .baseline = 1000,
                               .ratio = case_us / 1000,
                               .best = figures.ours_best[CASE] / 1000,
                               .goal = 1};
    bench->over += bench_print(&line);
    print(bench, &figures, WHOLE, rounds, "100 cases of a + b in C / the compiler bare", 2);
    print(bench, &figures, FLOOR, rounds, "the compiler bare, 100 times the program bare / the compiler", 0);
    print(bench, &figures, COMPILE, rounds, "compiling a + b in C / the compiler bare", 1.05);
    return 0;
}

/* ---- what is there to judge */

static int write_file(const char *folder, const char *name, const char *text, struct err *e)
{
    char path[PATH_MAX];
    if (str_format(path, sizeof path, "%s/%s", folder, name) != 0)
        return err_set(e, "%s: path too long", name);
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
    int result = fd < 0 || file_write_all(fd, text, strlen(text)) != 0 ? err_sys(e, errno, "write %s", path) : 0;
    file_close(&fd);
    return result;
}

static int make_problem(struct trial *trial, struct err *e)
{
    char name[32], text[64];
    if (mkdir(trial->folder, 0755) != 0)
        return err_sys(e, errno, "make %s", trial->folder);
    for (int i = 1; i <= CASES; i++) {
        /* All of these fit. */
        (void)str_format(name, sizeof name, "%d.in", i);
        (void)str_format(text, sizeof text, "%d %d\n", i, 1000 * i);
        if (write_file(trial->folder, name, text, e) != 0)
            return -1;
        (void)str_format(name, sizeof name, "%d.out", i);
        (void)str_format(text, sizeof text, "%d\n", 1001 * i);
        if (write_file(trial->folder, name, text, e) != 0)
            return -1;
    }
    if (trial->conf != NULL && write_file(trial->folder, "problem.ini", trial->conf, e) != 0)
        return -1;
    if (trial->checker != NULL && write_file(trial->folder, "spj.cc", trial->checker, e) != 0)
        return -1;
    return problem_open(&trial->problem, trial->folder, e);
}

static int open_all(struct bench *bench, struct err *e)
{
    static char tree[PATH_MAX], languages[PATH_MAX + 32], policies[PATH_MAX + 32];
    static const char *language_folders[] = {languages, NULL}, *policy_folders[] = {policies, NULL};
    ssize_t length = readlink("/proc/self/exe", bench->cell_path, sizeof bench->cell_path - 32);
    if (length < 0 || getcwd(tree, sizeof tree) == NULL)
        return err_sys(e, errno, "find this program's folder");
    bench->cell_path[length] = '\0';
    char *slash = strrchr(bench->cell_path, '/');
    (void)str_copy(slash, 32, "/../../judge_cell");                            /* the 32 bytes that were left */
    (void)str_format(languages, sizeof languages, "%s/etc/languages.d", tree); /* they are as large as it can be */
    (void)str_format(policies, sizeof policies, "%s/syscall_tables/policy", tree);
    const struct sandbox_config config = {.slot = -1,
                                          .cpu = -1,
                                          .tier = -1,
                                          .home = "/tmp/judge_bench",
                                          .cell_path = bench->cell_path,
                                          .cgroup_parent = ""};
    if ((bench->languages = languages_open(language_folders, e)) == NULL)
        return -1;
    bench->c = languages_by_name(bench->languages, "c");
    if (bench->c == NULL || !bench->c->installed)
        return err_set(e, "no C compiler here");
    (void)str_copy(bench->folder, sizeof bench->folder, "/dev/shm/judge_bench.XXXXXX"); /* it fits */
    if (mkdtemp(bench->folder) == NULL) {
        bench->folder[0] = '\0';
        return err_sys(e, errno, "make a folder in /dev/shm");
    }
    (void)str_format(bench->tmpdir, sizeof bench->tmpdir, "TMPDIR=%s", bench->folder); /* it fits */
    if (chdir(bench->folder) != 0)
        return err_sys(e, errno, "enter %s", bench->folder);
    for (int i = 0; i < TRIALS; i++) {
        if (make_problem(&bench->trials[i], e) != 0)
            return -1;
    }
    bench->output = memfd_create("output", MFD_CLOEXEC);
    if (bench->output < 0)
        return err_sys(e, errno, "make a file in memory");
    if ((bench->sandbox = sandbox_open(&config, e)) == NULL)
        return -1;
    bench->judge = judge_open(bench->sandbox, policy_folders, e);
    return bench->judge == NULL ? -1 : 0;
}

static void remove_problem(const struct trial *trial)
{
    char path[PATH_MAX];
    for (int i = 0; i < 2 * CASES; i++) {
        (void)str_format(path, sizeof path, "%s/%d.%s", trial->folder, i / 2 + 1, i % 2 == 0 ? "in" : "out");
        (void)unlink(path); /* not there where something failed */
    }
    (void)str_format(path, sizeof path, "%s/problem.ini", trial->folder);
    (void)unlink(path);
    (void)str_format(path, sizeof path, "%s/spj.cc", trial->folder);
    (void)unlink(path);
    (void)rmdir(trial->folder); /* main's rmdir tells */
}

static void close_all(struct bench *bench)
{
    judge_close(bench->judge);
    sandbox_close(bench->sandbox);
    languages_close(bench->languages);
    file_close(&bench->output);
    for (int i = 0; i < TRIALS; i++)
        problem_close(&bench->trials[i].problem);
    if (bench->folder[0] == '\0')
        return;
    for (int i = 0; i < TRIALS; i++)
        remove_problem(&bench->trials[i]);
    (void)unlink("Main.c"); /* rmdir tells */
    (void)unlink("Main");
    if (chdir("/") != 0 || rmdir(bench->folder) != 0)
        fprintf(stderr, "judge_bench: %s is left behind\n", bench->folder);
}

int main(int argc, char **argv)
{
    static struct bench bench = {
        .output = -1,
        .trials = {{.source = source, .folder = "standard", .problem = {.folder_fd = -1}},
                   {.source = source_files,
                    .folder = "files",
                    .conf = "[files]\ninput = a.in\noutput = a.out\n",
                    .problem = {.folder_fd = -1}},
                   {.source = source, .folder = "checker", .checker = checker, .problem = {.folder_fd = -1}}},
    };
    struct err e = {""};
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--quick") == 0) {
            bench.quick = true;
        } else {
            fprintf(stderr, "usage: judge_bench [--quick]\n");
            return 2;
        }
    }
    /* As in sandbox_bench: other work on the box then disturbs both sides less. */
    (void)setpriority(PRIO_PROCESS, 0, -20);
    bench_print_head();
    int result = open_all(&bench, &e);
    for (int i = 0; result == 0 && i < TRIALS; i++)
        result = measure(&bench, &bench.trials[i], &e);
    if (result == 0)
        printf("%d over\n", bench.over);
    else
        fprintf(stderr, "judge_bench: %s\n", e.text);
    close_all(&bench);
    return result == 0 ? 0 : 2;
}
