/*
 * accuracy.c - whether the figures are right, and whether the limits act on time.
 *
 * Runs as root; runs programs that say themselves what they used (programs/measure-*.c). The bounds are those that the
 * sandbox promises; where others' work on the same machine could break one, the best of five runs counts.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/file.h"
#include "common/str.h"
#include "tests/sandbox/lib/drive.h"

#include "common/banned.h"

enum { TRIES = 5, REPEATS = 10, LATE_US = 20000 };

struct accuracy {
    struct drive drive;
    struct sandbox *sandbox;
    int sink;
    char test[64];
};

/* A program, its two arguments ("" for none), and where it needs them other limits. */
struct job {
    const char *program, *policy, *first, *second;
    int64_t cpu_us, wall_us, mem_kib, out_bytes;
};

/* Runs it; *said is the number that it printed, 0 where it printed none. 0, or -1 with e (also where it is not built). */
static int run_job(struct accuracy *accuracy, const struct job *job, struct sandbox_result *result, int64_t *said,
                   struct err *e)
{
    char path[128], text[64];
    const char *argv[4] = {path};
    size_t count = 1;
    if (job->first[0] != '\0')
        argv[count++] = job->first;
    if (job->second[0] != '\0')
        argv[count++] = job->second;
    (void)str_format(path, sizeof path, SANDBOX_PROGRAM_FOLDER "/%s", job->program); /* it fits */
    struct sandbox_spec spec = {.argv = argv, .fd = {-1, -1, -1}, .sink = {-1, accuracy->sink, -1}};
    spec.policy = drive_policy(&accuracy->drive, job->policy, e);
    int put = spec.policy == NULL ? -1 : drive_put(&accuracy->drive, accuracy->sandbox, 0, job->program, e);
    if (put != 0)
        return put > 0 ? err_set(e, "%s is not built", job->program) : -1;
    spec.limits = drive_limits(&accuracy->drive);
    spec.limits.cpu_us = job->cpu_us > 0 ? job->cpu_us : spec.limits.cpu_us;
    spec.limits.wall_us = job->wall_us > 0 ? job->wall_us : spec.limits.wall_us;
    spec.limits.mem_kib = job->mem_kib > 0 ? job->mem_kib : spec.limits.mem_kib;
    spec.limits.out_bytes = job->out_bytes > 0 ? job->out_bytes : spec.limits.out_bytes;
    if (ftruncate(accuracy->sink, 0) != 0 || lseek(accuracy->sink, 0, SEEK_SET) != 0)
        return err_set(e, "empty the sink");
    if (drive_run(&accuracy->drive, accuracy->sandbox, &spec, result, NULL, e) != 0)
        return -1;
    *said = drive_read(accuracy->sink, text, sizeof text) > 0 ? strtoll(text, NULL, 10) : 0;
    return 0;
}

static int need_exit_0(const struct sandbox_result *result, struct err *e)
{
    if (result->exit_code == 0 && result->limit == SANDBOX_LIMIT_NONE)
        return 0;
    return err_set(e, "exit %d signal %d limit %s refused %s", result->exit_code, result->signal,
                   sandbox_limit_name(result->limit), result->refused_name);
}

static int64_t distance(int64_t a, int64_t b)
{
    return a > b ? a - b : b - a;
}

/* Within 2 % or a number of us of what the program itself says. */
static int check_cpu(struct accuracy *accuracy, const struct job *job, int64_t floor_us, struct err *e)
{
    struct sandbox_result result;
    int64_t said;
    if (run_job(accuracy, job, &result, &said, e) != 0 || need_exit_0(&result, e) != 0)
        return -1;
    int64_t bound = said / 50 > floor_us ? said / 50 : floor_us;
    /* Emulated, a start and an end take tens of milliseconds, which the program cannot see. */
    int64_t above = accuracy->drive.slow ? said / 4 + 50000 : bound;
    if (said <= 0 || result.cpu_us < said - bound || result.cpu_us > said + above)
        return err_set(e, "cpu_us %lld, the program says %lld", (long long)result.cpu_us, (long long)said);
    return 0;
}

static void test_cpu(struct accuracy *accuracy)
{
    static const struct {
        const char *name;
        struct job job;
        int64_t floor_us;
    } rows[] = {
        {"cpu-1-ms", {.program = "measure-cpu", .policy = "c", .first = "1", .second = ""}, 1000},
        {"cpu-10-ms", {.program = "measure-cpu", .policy = "c", .first = "10", .second = ""}, 1000},
        {"cpu-100-ms", {.program = "measure-cpu", .policy = "c", .first = "100", .second = ""}, 1000},
        {"cpu-1000-ms", {.program = "measure-cpu", .policy = "c", .first = "1000", .second = ""}, 1000},
        {"cpu-threads", {.program = "measure-threads", .policy = "threads", .first = "4", .second = "60"}, 4000},
        {"cpu-many-threads", {.program = "measure-threads", .policy = "threads", .first = "14", .second = "10"}, 4000},
        {"cpu-children", {.program = "measure-children", .policy = "compiler", .first = "4", .second = "60"}, 4000},
        {"cpu-left-files",
         {.program = "measure-left-files", .policy = "compiler", .first = "12000", .second = ""},
         4000},
        {"cpu-many-children",
         {.program = "measure-children", .policy = "compiler", .first = "8", .second = "20"},
         4000},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct err e;
        if (strstr(rows[i].name, accuracy->drive.only) != NULL)
            drive_say(&accuracy->drive, rows[i].name, check_cpu(accuracy, &rows[i].job, rows[i].floor_us, &e), &e);
    }
}

/* Memory that is free in MiB, for the largest test. */
static int64_t available_mib(void)
{
    char text[4096];
    if (file_read(AT_FDCWD, "/proc/meminfo", text, sizeof text, NULL) < 0)
        return 0;
    const char *at = strstr(text, "MemAvailable:");
    return at == NULL ? 0 : strtoll(at + strlen("MemAvailable:"), NULL, 10) / 1024;
}

/* Within 5 % or 1 MiB of what is touched, and for one process the same in each run to 64 KiB. */
static int check_memory(struct accuracy *accuracy, const struct job *job, int64_t mib, bool repeats, struct err *e)
{
    int64_t touched = mib * 1024, least = INT64_MAX, most = 0;
    int64_t bound = touched / 20 > 1024 ? touched / 20 : 1024;
    for (int i = 0; i < (mib > 100 ? 3 : REPEATS); i++) {
        struct sandbox_result result;
        int64_t said;
        if (run_job(accuracy, job, &result, &said, e) != 0 || need_exit_0(&result, e) != 0)
            return -1;
        if (distance(result.mem_kib, touched) > bound)
            return err_set(e, "mem_kib %lld, touched were %lld", (long long)result.mem_kib, (long long)touched);
        least = result.mem_kib < least ? result.mem_kib : least;
        most = result.mem_kib > most ? result.mem_kib : most;
    }
    if (repeats && most - least > 64)
        return err_set(e, "mem_kib from %lld to %lld", (long long)least, (long long)most);
    return 0;
}

static void test_memory(struct accuracy *accuracy)
{
    static const struct {
        int64_t mib;
        const char *text, *children;
    } rows[] = {{1, "1", "0"},     {4, "4", "0"},       {16, "16", "0"}, {64, "64", "0"},
                {256, "256", "0"}, {1024, "1024", "0"}, {64, "64", "4"}, {256, "256", "8"}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct err e;
        bool one = rows[i].children[0] == '0';
        struct job job = {.program = "measure-memory",
                          .policy = one ? "c" : "compiler",
                          .first = rows[i].text,
                          .second = rows[i].children,
                          .mem_kib = rows[i].mib * 1024 * 2 + 65536};
        (void)str_format(accuracy->test, sizeof accuracy->test, "memory-%s-mib%s%s", rows[i].text,
                         one ? "" : "-children-", one ? "" : rows[i].children); /* it fits */
        if (strstr(accuracy->test, accuracy->drive.only) == NULL)
            continue;
        if (available_mib() < rows[i].mib * 3 / 2)
            drive_skip(&accuracy->drive, accuracy->test, "only %lld MiB are free", (long long)available_mib());
        else if (!one && strcmp(sandbox_tier_name(accuracy->sandbox), "none") == 0)
            drive_skip(&accuracy->drive, accuracy->test,
                       "without cgroups nobody counts the memory of several processes");
        else
            drive_say(&accuracy->drive, accuracy->test, check_memory(accuracy, &job, rows[i].mib, one, &e), &e);
    }
}

/* The limit ended it, and the figure is no less than the limit and at most 20 ms more, in the best of five runs. */
static int check_limit(struct accuracy *accuracy, const struct job *job, enum sandbox_limit limit, struct err *e)
{
    int64_t bound = limit == SANDBOX_LIMIT_CPU ? job->cpu_us : job->wall_us;
    int64_t best = INT64_MAX;
    for (int i = 0; i < TRIES && best > bound + LATE_US; i++) {
        struct sandbox_result result;
        int64_t said;
        if (run_job(accuracy, job, &result, &said, e) != 0)
            return -1;
        if (result.limit != limit || result.exit_code != -1 || result.signal != 0)
            return err_set(e, "limit %s, exit %d, signal %d", sandbox_limit_name(result.limit), result.exit_code,
                           result.signal);
        int64_t figure = limit == SANDBOX_LIMIT_CPU ? result.cpu_us : result.wall_us;
        if (figure < bound)
            return err_set(e, "ended at %lld us, before its limit of %lld", (long long)figure, (long long)bound);
        best = figure < best ? figure : best;
    }
    return best <= bound + LATE_US
               ? 0
               : err_set(e, "ended at %lld us at best, its limit is %lld", (long long)best, (long long)bound);
}

static void test_limits(struct accuracy *accuracy)
{
    static const struct {
        const char *name;
        struct job job;
        enum sandbox_limit limit;
    } rows[] = {
        {"limit-cpu-50-ms", {"spin", "c", "", "", 50000, 0, 0, 0}, SANDBOX_LIMIT_CPU},
        {"limit-cpu-300-ms", {"spin", "c", "", "", 300000, 0, 0, 0}, SANDBOX_LIMIT_CPU},
        {"limit-cpu-1000-ms", {"spin", "c", "", "", 1000000, 0, 0, 0}, SANDBOX_LIMIT_CPU},
        {"limit-cpu-ignoring", {"ignore-signals-spin", "c", "", "", 200000, 0, 0, 0}, SANDBOX_LIMIT_CPU},
        {"limit-cpu-threads", {"spin-in-threads", "threads", "", "", 300000, 0, 0, 0}, SANDBOX_LIMIT_CPU},
        {"limit-cpu-children", {"spin-in-children", "compiler", "", "", 300000, 0, 0, 0}, SANDBOX_LIMIT_CPU},
        {"limit-wall-20-ms", {"sleep-for-ever", "c", "", "", 0, 20000, 0, 0}, SANDBOX_LIMIT_WALL},
        {"limit-wall-200-ms", {"sleep-for-ever", "c", "", "", 0, 200000, 0, 0}, SANDBOX_LIMIT_WALL},
        {"limit-wall-ignoring", {"ignore-signals", "c", "", "", 0, 200000, 0, 0}, SANDBOX_LIMIT_WALL},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct err e;
        if (strstr(rows[i].name, accuracy->drive.only) == NULL)
            continue;
        if (accuracy->drive.slow)
            drive_skip(&accuracy->drive, rows[i].name, "an emulated machine: no time is checked");
        else
            drive_say(&accuracy->drive, rows[i].name, check_limit(accuracy, &rows[i].job, rows[i].limit, &e), &e);
    }
}

/* 64 MiB of output are not the program's memory; and each of them was counted. */
static void test_output(struct accuracy *accuracy)
{
    struct job job = {.program = "output-64mib", .policy = "c", .first = "", .second = "", .out_bytes = 128 << 20};
    struct sandbox_result result;
    struct err e;
    int64_t said;
    if (strstr("output-64-mib", accuracy->drive.only) == NULL)
        return;
    int ran = run_job(accuracy, &job, &result, &said, &e);
    if (ran == 0)
        ran = need_exit_0(&result, &e);
    if (ran == 0 && (result.mem_kib >= 4096 || result.out_bytes != (64 << 20) + 1024))
        ran = err_set(&e, "mem_kib %lld, out_bytes %lld", (long long)result.mem_kib, (long long)result.out_bytes);
    drive_say(&accuracy->drive, "output-64-mib", ran, &e);
}

int main(int argc, char **argv)
{
    struct accuracy accuracy = {.sink = -1};
    struct err e;
    if (drive_init(&accuracy.drive, "accuracy", argc, argv) != 0)
        return 2;
    if (!drive_ready(&accuracy.drive))
        return drive_fini(&accuracy.drive);
    accuracy.sink = drive_memory("sink");
    accuracy.sandbox = drive_open(&accuracy.drive, -1, &e);
    if (accuracy.sandbox == NULL || accuracy.sink < 0) {
        drive_not_ok(&accuracy.drive, "open", "%s", accuracy.sandbox == NULL ? e.text : "no memfd");
    } else {
        test_cpu(&accuracy);
        test_memory(&accuracy);
        test_limits(&accuracy);
        test_output(&accuracy);
    }
    sandbox_close(accuracy.sandbox);
    return drive_fini(&accuracy.drive);
}
