/*
 * sandbox_bench.c - what a run in the sandbox costs beside the same program started bare, and how right its figures are.
 *
 * Runs as root on a box at rest, pinned to one core with everything it starts. A measurement, no test: a goal that is
 * missed is printed as OVER and is no failure; it exits 2 where something could not be run at all.
 *
 *     sandbox_bench [--quick] [--only WORD]     --quick: fewer rounds; --only: lines whose text has the word
 *
 * It is started in the project's folder, where the policies are.
 */
#include <fcntl.h>
#include <glob.h>
#include <limits.h>
#include <linux/seccomp.h>
#include <stdbool.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include "judge_client/sandbox/filter.h"
#include "tests/bench/bench.h"
#include "tests/bench/trial.h"

#include "common/banned.h"

enum { ROUNDS = 128, PER_ROUND = 32 };

/* Rounds of a block of ours and a block of theirs, in turns which comes first. */
static int compare(struct bench *bench, const struct trial *trial, struct err *e)
{
    double ours[PER_ROUND], bare[PER_ROUND], our_medians[ROUNDS], bare_medians[ROUNDS], ratios[ROUNDS];
    double our_best = 1e18, bare_best = 1e18;
    int rounds = bench->quick ? (trial->rounds + 7) / 8 : trial->rounds;
    struct sandbox_result result;
    if (!wanted(bench, trial->what))
        return 0;
    for (int i = -1; i < rounds; i++) { /* round -1 warms up */
        int per_round = i < 0 ? 1 : trial->per_round;
        for (int side = 0; side < 2; side++) {
            for (int j = 0; j < per_round; j++) {
                if ((side + i) % 2 == 0 ? run_ours_to_end(bench, trial, &result, &ours[j], e) != 0
                                        : run_bare(bench, trial, &bare[j], e) != 0)
                    return err_add(e, "%s", trial->what);
            }
        }
        if (i < 0)
            continue;
        our_medians[i] = bench_median(ours, (size_t)per_round);
        bare_medians[i] = bench_median(bare, (size_t)per_round);
        ratios[i] = our_medians[i] / bare_medians[i];
        our_best = ours[0] < our_best ? ours[0] : our_best; /* sorted by the median */
        bare_best = bare[0] < bare_best ? bare[0] : bare_best;
        if (ftruncate(bench->sink, 0) != 0 || lseek(bench->sink, 0, SEEK_SET) != 0)
            return err_sys(e, errno, "empty the file for reports");
    }
    struct bench_line line = {
        .what = trial->what,
        .ours = bench_median(our_medians, (size_t)rounds),
        .baseline = bench_median(bare_medians, (size_t)rounds),
        .ratio = bench_median(ratios, (size_t)rounds),
        .best = our_best / bare_best,
        .goal = trial->goal,
    };
    bench->over += bench_print(&line);
    return 0;
}

/* How many rounds of `work spin` are a second here; the fastest of a few tries. */
static int calibrate(struct bench *bench, struct err *e)
{
    const struct trial trial = {.what = "calibration", .argv = {"work", "spin", "30000000"}};
    double best = 1e18, elapsed_us;
    for (int i = 0; i < 5; i++) {
        if (run_bare(bench, &trial, &elapsed_us, e) != 0)
            return -1;
        best = elapsed_us < best ? elapsed_us : best;
    }
    bench->second = (long)(30000000 * 1e6 / best);
    return 0;
}

static int measure_runs(struct bench *bench, struct err *e)
{
    char second[32];
    const struct trial trials[] = {
        {.what = "empty program", .policy = POLICY_C, .argv = {"empty"}, .rounds = 100, .per_round = 20, .goal = 1.35},
        {.what = "1,000,000 one-byte reads",
         .policy = POLICY_C,
         .argv = {"work", "read", "1000000"},
         .input = "/dev/zero",
         .rounds = 16,
         .per_round = 1,
         .goal = 1.25},
        {.what = "a second of CPU",
         .policy = POLICY_C,
         .argv = {"work", "spin", second},
         .rounds = 8,
         .per_round = 1,
         .goal = 1.01},
        {.what = "64 MiB to standard output",
         .policy = POLICY_C,
         .argv = {"work", "write", "64"},
         .rounds = 16,
         .per_round = 1,
         .drain = true},
        {.what = "two empty programs at once / in turn",
         .policy = POLICY_C,
         .argv = {"empty"},
         .at_once = 2,
         .rounds = 16,
         .per_round = 20},
        {.what = "empty program, a file put into its folder",
         .policy = POLICY_C,
         .argv = {"empty"},
         .rounds = 16,
         .per_round = 20,
         .put_file = true},
        {.what = "empty program with /proc",
         .policy = POLICY_C,
         .argv = {"empty"},
         .rounds = 16,
         .per_round = 20,
         .proc = true},
        {.what = "a program that writes a file",
         .policy = POLICY_C,
         .argv = {"work", "file", "1000"},
         .rounds = 16,
         .per_round = 20},
        {.what = "8 threads, policy threads",
         .policy = POLICY_THREADS,
         .argv = {"work", "threads", "1"},
         .rounds = 16,
         .per_round = 20},
        {.what = "100 forks, policy compiler",
         .policy = POLICY_COMPILER,
         .argv = {"work", "forks", "100"},
         .rounds = 16,
         .per_round = 4},
    };
    if (str_format(second, sizeof second, "%ld", bench->second / (bench->quick ? 5 : 1)) != 0)
        return err_set(e, "calibration: %ld rounds a second", bench->second);
    for (size_t i = 0; i < sizeof trials / sizeof *trials; i++) {
        if (compare(bench, &trials[i], e) != 0)
            return -1;
    }
    return 0;
}

/* ---- figures that have to be right: how far they are off, and how far they may be */

/* What the program printed of itself, at most 31 characters, as a number; the file is empty afterwards. */
static int read_report(const struct bench *bench, double *value, struct err *e)
{
    char text[32];
    int64_t number;
    ssize_t length = pread(bench->sink, text, sizeof text - 1, 0);
    if (length < 1 || ftruncate(bench->sink, 0) != 0 || lseek(bench->sink, 0, SEEK_SET) != 0)
        return err_set(e, "the program did not print what it used");
    text[length] = '\0';
    text[strcspn(text, "\n")] = '\0';
    if (str_to_int64(text, 0, INT64_MAX, &number) != 0)
        return err_set(e, "the program printed \"%s\", no number", text);
    *value = (double)number;
    return 0;
}

/* The worst of the figures so far, by what share of its allowance it is off. */
static void note_off(struct bench_line *line, double off, double allowed)
{
    off = off < 0 ? -off : off;
    if (off / allowed <= line->ratio)
        return;
    line->ours = off;
    line->baseline = allowed;
    line->ratio = off / allowed;
}

static int check_cpu(struct bench *bench, const struct trial *trial, double least_us, struct err *e)
{
    struct bench_line line = {.what = trial->what, .ratio = -1, .best = -1, .goal = 1};
    double elapsed_us, work_us = 0;
    struct sandbox_result result;
    if (!wanted(bench, trial->what))
        return 0;
    for (int i = 0; i < (bench->quick ? 2 : 10); i++) {
        if (run_ours_to_end(bench, trial, &result, &elapsed_us, e) != 0 || read_report(bench, &work_us, e) != 0)
            return err_add(e, "%s", trial->what);
        note_off(&line, (double)result.cpu_us - work_us, work_us * 0.02 > least_us ? work_us * 0.02 : least_us);
    }
    bench->over += bench_print(&line);
    return 0;
}

static int check_memory(struct bench *bench, struct err *e)
{
    static const char *const sizes[] = {"1", "4", "16", "64", "256", "1024"};
    static const int mib[] = {1, 4, 16, 64, 256, 1024};
    struct bench_line line = {
        .what = "memory off by, worst of 1 MiB to 1 GiB", .unit = BENCH_KIB, .ratio = -1, .best = -1, .goal = 1};
    struct bench_line repeat = {
        .what = "memory of the same program again, apart by", .unit = BENCH_KIB, .ratio = -1, .best = -1, .goal = 1};
    if (!wanted(bench, line.what))
        return 0;
    for (size_t i = 0; i < (bench->quick ? 4 : sizeof sizes / sizeof *sizes); i++) {
        const struct trial trial = {.policy = POLICY_C, .argv = {"work", "touch", sizes[i]}, .mem_kib = 2048 * 1024};
        double elapsed_us, touched_kib = mib[i] * 1024.0, low = 1e18, high = 0;
        for (int j = 0; j < 4; j++) {
            struct sandbox_result result;
            if (run_ours_to_end(bench, &trial, &result, &elapsed_us, e) != 0)
                return err_add(e, "%s", line.what);
            double kib = (double)result.mem_kib;
            note_off(&line, kib - touched_kib, touched_kib * 0.05 > 1024 ? touched_kib * 0.05 : 1024);
            low = kib < low ? kib : low;
            high = kib > high ? kib : high;
        }
        note_off(&repeat, high - low, 64);
    }
    bench->over += bench_print(&line);
    bench->over += bench_print(&repeat);
    return 0;
}

static int check_output_memory(struct bench *bench, struct err *e)
{
    const struct trial trial = {.policy = POLICY_C, .argv = {"work", "write", "64"}, .drain = true};
    struct bench_line line = {
        .what = "64 MiB to standard output, memory / 4 MiB", .unit = BENCH_KIB, .ratio = -1, .best = -1, .goal = 1};
    double elapsed_us;
    struct sandbox_result result;
    if (!wanted(bench, line.what))
        return 0;
    for (int i = 0; i < 4; i++) {
        if (run_ours_to_end(bench, &trial, &result, &elapsed_us, e) != 0)
            return err_add(e, "%s", line.what);
        note_off(&line, (double)result.mem_kib, 4096);
    }
    bench->over += bench_print(&line);
    return 0;
}

static int check_limit(struct bench *bench, enum sandbox_limit limit, struct err *e)
{
    bool cpu = limit == SANDBOX_LIMIT_CPU;
    const struct trial trial = {.policy = POLICY_C, .argv = {"work", cpu ? "spin" : "sleep", "1000000000000"}};
    struct bench_line line = {.what = cpu ? "CPU limit passed by, spinning" : "wall limit passed by, sleeping",
                              .ratio = -1,
                              .best = -1,
                              .goal = 1};
    struct sandbox_limits limits = usual_limits;
    double elapsed_us;
    struct sandbox_result result;
    if (!wanted(bench, line.what))
        return 0;
    *(cpu ? &limits.cpu_us : &limits.wall_us) = 300000;
    for (int i = 0; i < (bench->quick ? 1 : 8); i++) {
        if (run_ours(bench, &trial, &limits, &result, &elapsed_us, e) != 0)
            return err_add(e, "%s", line.what);
        if (result.limit != limit)
            return err_set(e, "%s: exit %d, signal %d, limit %s", line.what, result.exit_code, result.signal,
                           sandbox_limit_name(result.limit));
        note_off(&line, (double)(cpu ? result.cpu_us : result.wall_us) - 300000, 20000);
    }
    bench->over += bench_print(&line);
    return 0;
}

static int check_figures(struct bench *bench, struct err *e)
{
    char tenth[32];
    const struct trial trials[] = {
        {.what = "CPU time off by, one process (wait4's)", .policy = POLICY_C, .argv = {"work", "usage", tenth}},
        {.what = "CPU time off by, 8 threads", .policy = POLICY_THREADS, .argv = {"work", "threads", tenth}},
        {.what = "CPU time off by, 8 children nobody waits for",
         .policy = POLICY_COMPILER,
         .argv = {"work", "orphans", tenth}},
    };
    if (str_format(tenth, sizeof tenth, "%ld", bench->second / 20) != 0)
        return err_set(e, "calibration: %ld rounds a second", bench->second);
    for (size_t i = 0; i < sizeof trials / sizeof *trials; i++) {
        if (check_cpu(bench, &trials[i], i == 0 ? 1000 : 4000, e) != 0)
            return -1;
    }
    if (check_memory(bench, e) != 0 || check_output_memory(bench, e) != 0)
        return -1;
    return check_limit(bench, SANDBOX_LIMIT_CPU, e) != 0 ? -1 : check_limit(bench, SANDBOX_LIMIT_WALL, e);
}

/* ---- what happens once a policy, a cell or a worker */

static __attribute__((noinline)) double install_us(const struct filter *filter)
{
    struct sock_filter code[FILTER_SIZE];
    struct sock_fprog program = {.len = filter->length, .filter = code};
    volatile double elapsed_us = -1;
    memcpy(code, filter->code, sizeof code);
    pid_t pid = vfork();
    if (pid == 0) {
        double start = bench_now_us();
        if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
            syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_SPEC_ALLOW, &program) == 0)
            elapsed_us = bench_now_us() - start;
        _exit(0);
    }
    if (pid > 0)
        (void)waitpid(pid, NULL, 0); /* what it has to say is in elapsed_us */
    return elapsed_us;
}

/* One policy of the tree: 60 us at most. */
static int measure_filter(struct bench *bench, const char *name, struct err *e)
{
    const char *const tree[] = {bench->policy_folder, NULL};
    const double most_us = 60;
    double values[ROUNDS];
    struct policy policy;
    struct filter filter = {.length = 0};
    char what[96];
    if (policy_load(&policy, tree, name, e) != 0 || filter_build(&filter, &policy, e) != 0)
        return -1;
    for (int j = 0; j < ROUNDS; j++) {
        values[j] = install_us(&filter);
        if (values[j] < 0)
            return err_set(e, "policy %s: its filter could not be installed", name);
    }
    if (str_format(what, sizeof what, "filter of policy %s (%u instructions), installed", name,
                   (unsigned)filter.length) != 0)
        return err_set(e, "policy %s: name too long", name);
    double median = bench_median(values, ROUNDS);
    const struct bench_line line = {
        .what = what, .ours = median, .baseline = most_us, .ratio = median / most_us, .best = -1, .goal = 1};
    bench->over += bench_print(&line);
    return 0;
}

static int measure_filters(struct bench *bench, struct err *e)
{
    glob_t files;
    int result = 0;
    char pattern[PATH_MAX];
    if (!wanted(bench, "filter of policy"))
        return 0;
    if (str_format(pattern, sizeof pattern, "%s/*.policy", bench->policy_folder) != 0 ||
        glob(pattern, 0, NULL, &files) != 0)
        return err_set(e, "no policies in %s", bench->policy_folder);
    for (size_t i = 0; result == 0 && i < files.gl_pathc; i++) {
        char *name = strrchr(files.gl_pathv[i], '/') + 1;
        name[strcspn(name, ".")] = '\0';
        result = measure_filter(bench, name, e);
    }
    globfree(&files);
    return result;
}

static int put_programs(struct bench *bench, size_t k, struct err *e)
{
    static const char *const names[] = {"empty", "work"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        char path[PATH_MAX];
        if (str_format(path, sizeof path, "%s/%s", bench->programs, names[i]) != 0)
            return err_set(e, "%s: path too long", names[i]);
        int fd = open(path, O_RDONLY | O_CLOEXEC);
        if (fd < 0)
            return err_sys(e, errno, "open %s", path);
        int result = sandbox_put_program(bench->sandbox, k, names[i], fd, e);
        (void)close(fd); /* only read */
        if (result != 0)
            return -1;
    }
    return 0;
}

/* Opens and closes a few times; the last one stays open, with two cells. */
static int open_sandbox(struct bench *bench, struct err *e)
{
    enum { STEPS = 4, TIMES = 8 };
    static const char *const whats[STEPS] = {"sandbox opened", "first cell made, programs put",
                                             "second cell made, programs put", "sandbox closed"};
    double values[STEPS][TIMES];
    int times = bench->quick ? 2 : TIMES;
    for (int i = 0;; i++) {
        double start = bench_now_us(), opened, first, second;
        if ((bench->sandbox = sandbox_open(&bench->config, e)) == NULL)
            return -1;
        opened = bench_now_us();
        if (put_programs(bench, 0, e) != 0)
            return -1;
        first = bench_now_us();
        if (put_programs(bench, 1, e) != 0)
            return -1;
        second = bench_now_us();
        if (i == times)
            break;
        sandbox_close(bench->sandbox);
        bench->sandbox = NULL;
        values[0][i] = opened - start;
        values[1][i] = first - opened;
        values[2][i] = second - first;
        values[3][i] = bench_now_us() - second;
    }
    for (int i = 0; i < STEPS; i++) {
        const struct bench_line line = {
            .what = whats[i], .ours = bench_median(values[i], (size_t)times), .baseline = -1, .ratio = -1, .best = -1};
        if (wanted(bench, line.what))
            (void)bench_print(&line); /* it has no goal */
    }
    return 0;
}

/* What was built lies around this program: BUILD/tests/bench/sandbox_bench, BUILD/judge_cell. */
static int find_files(struct bench *bench, struct err *e)
{
    static const char *const folders[] = {"syscall_tables/policy", NULL};
    char own[PATH_MAX];
    ssize_t length = readlink("/proc/self/exe", own, sizeof own - 1);
    if (length < 0)
        return err_sys(e, errno, "read /proc/self/exe");
    own[length] = '\0';
    char *slash = strrchr(own, '/');
    if (slash != NULL)
        *slash = '\0';
    if (str_format(bench->programs, sizeof bench->programs, "%s/programs", own) != 0 ||
        str_format(bench->cell_path, sizeof bench->cell_path, "%s/../../judge_cell", own) != 0)
        return err_set(e, "%s: path too long", own);
    if (realpath(folders[0], bench->policy_folder) == NULL)
        return err_sys(e, errno, "find %s", folders[0]);
    for (int i = 0; i < POLICY_COUNT; i++) {
        if (policy_load(&bench->policies[i], folders, policy_names[i], e) != 0)
            return -1;
    }
    bench->config = (struct sandbox_config){.slot = -1,
                                            .cpu = -1,
                                            .tier = -1,
                                            .home = "/tmp/sandbox_bench",
                                            .cell_path = bench->cell_path,
                                            .cgroup_parent = ""};
    bench->sink = memfd_create("reports", MFD_CLOEXEC);
    bench->buffer = malloc(PIPE_BYTES);
    return bench->sink < 0 || bench->buffer == NULL ? err_sys(e, errno, "get memory") : 0;
}

/* Bare programs write into the folder they are started in: one in memory, as in the sandbox. */
static int enter_folder(struct bench *bench, struct err *e)
{
    (void)str_copy(bench->folder, sizeof bench->folder, "/dev/shm/sandbox_bench.XXXXXX"); /* it fits */
    if (mkdtemp(bench->folder) == NULL) {
        bench->folder[0] = '\0';
        return err_sys(e, errno, "make a folder in /dev/shm");
    }
    return chdir(bench->folder) == 0 ? 0 : err_sys(e, errno, "enter %s", bench->folder);
}

static void leave_folder(const struct bench *bench)
{
    if (bench->folder[0] == '\0')
        return;
    (void)unlink("result.txt"); /* not there where nothing was run */
    if (chdir("/") != 0 || rmdir(bench->folder) != 0)
        fprintf(stderr, "sandbox_bench: %s is left behind\n", bench->folder);
}

int main(int argc, char **argv)
{
    struct bench bench = {.sink = -1};
    struct err e = {""};
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--quick") == 0) {
            bench.quick = true;
        } else if (strcmp(argv[i], "--only") == 0 && i + 1 < argc) {
            bench.only = argv[++i];
        } else {
            fprintf(stderr, "usage: sandbox_bench [--quick] [--only WORD]\n");
            return 2;
        }
    }
    /* Before anything is started, so that all of it inherits this: other work on the box then disturbs both sides less. */
    (void)setpriority(PRIO_PROCESS, 0, -20);
    bench_print_head();
    int result = find_files(&bench, &e) == 0 && enter_folder(&bench, &e) == 0 && open_sandbox(&bench, &e) == 0 &&
                         calibrate(&bench, &e) == 0 && measure_runs(&bench, &e) == 0 && check_figures(&bench, &e) == 0
                     ? measure_filters(&bench, &e)
                     : -1;
    if (result == 0)
        printf("counted on cgroup %s; %d over\n", sandbox_tier_name(bench.sandbox), bench.over);
    else
        fprintf(stderr, "sandbox_bench: %s\n", e.text);
    sandbox_close(bench.sandbox);
    leave_folder(&bench);
    free(bench.buffer);
    if (bench.sink >= 0)
        (void)close(bench.sink); /* in memory */
    return result == 0 ? 0 : 2;
}
