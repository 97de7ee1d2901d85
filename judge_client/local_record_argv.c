/*
 * local_record_argv.c - `judgectl record --argv`: a program of the box, as it is. Runs in judge_client's local form, as root.
 *
 * What the sandbox shows of the system is executed where it lies; anything else is copied into the cell first.
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/err.h"
#include "common/file.h"
#include "common/str.h"
#include "judge_client/judge.h"
#include "judge_client/language.h"
#include "judge_client/local_record_parts.h"
#include "judge_client/sandbox/sandbox.h"
#include "judge_client/verdict.h"

#include "common/banned.h"

enum { CPU_MS = 10000, WALL_MS = 20000, MEM_MIB = 1024, OUT_MIB = 64, OPEN_FILES = 256 };

static bool is_visible(const char *path)
{
    static const char *const shown[] = {"/usr/", "/bin/", "/lib/", "/lib64/", "/sbin/"};
    for (size_t i = 0; i < sizeof shown / sizeof shown[0]; i++) {
        if (str_starts(path, shown[i]))
            return true;
    }
    return false;
}

/* A name without a slash is a program of the system. */
static int find(const char *name, char *path, size_t size, struct err *e)
{
    static const char *const folders[] = {"/usr/local/bin", "/usr/bin", "/bin"};
    if (strchr(name, '/') != NULL)
        return str_copy(path, size, name) == 0 ? 0 : err_set(e, "%.64s...: the name is too long", name);
    for (size_t i = 0; i < sizeof folders / sizeof folders[0]; i++) {
        if (str_format(path, size, "%s/%s", folders[i], name) == 0 && access(path, X_OK) == 0)
            return 0;
    }
    return err_set(e, "%.64s: no such program in /usr/local/bin, /usr/bin or /bin (a path has a slash: ./%.64s)", name,
                   name);
}

static int put(struct local_record *local, const char *path, struct err *e)
{
    const char *slash = strrchr(path, '/');
    struct stat info;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    int result = -1;
    if (fd < 0 || fstat(fd, &info) != 0)
        (void)err_sys(e, errno, "%s", path); /* -1, as result is */
    else if (!S_ISREG(info.st_mode))
        (void)err_set(e, "%s: not a file", path);
    else if ((info.st_mode & 0111) == 0)
        (void)err_set(e, "%s: not executable: chmod +x %s", path, path);
    else
        result = sandbox_put_program(local->sandbox, 0, slash + 1, fd, e);
    file_close(&fd);
    if (result == 0 &&
        str_format(local->program, sizeof local->program, "%s/%s", SANDBOX_PROGRAM_FOLDER, slash + 1) != 0)
        result = err_set(e, "%s: its name is too long", path);
    return result;
}

/* The policy that --policy names, or that the language of -l runs its programs under; else `c`. 0, or -1 with e. */
static int find_policy(struct local_record *local, struct err *e)
{
    const struct record_options *options = local->options;
    local->argv_policy = options->policy != NULL ? options->policy : "c";
    if (options->language == NULL)
        return 0;
    local->argv_language = languages_by_name(local->languages, options->language);
    const char *nearest = languages_nearest(local->languages, options->language);
    if (local->argv_language == NULL)
        return err_set(e, "unknown language '%.64s'%s%s%s", options->language, nearest == NULL ? "" : " (did you mean ",
                       nearest == NULL ? "" : nearest, nearest == NULL ? "" : "?)");
    if (options->policy == NULL)
        local->argv_policy = local->argv_language->run.policy;
    return 0;
}

int record_argv_prepare(struct local_record *local, struct err *e)
{
    const struct record_options *options = local->options;
    char path[PATH_MAX];
    if (options->argc > RECORD_ARGUMENTS)
        return err_set(e, "more than %d arguments", RECORD_ARGUMENTS);
    if (find_policy(local, e) != 0 || record_policy_named(local, local->argv_policy, e) == NULL ||
        find(options->argv[0], path, sizeof path, e) != 0)
        return -1;
    if (is_visible(path))
        return str_copy(local->program, sizeof local->program, path) == 0
                   ? 0
                   : err_set(e, "%s: the name is too long", path);
    return put(local, path, e);
}

/* One run, with input_fd, which is taken over, as its standard input. */
static int run_once(struct local_record *local, int input_fd, struct sandbox_result *result, struct err *e)
{
    static const char *const env[] = {"PATH=/usr/local/bin:/usr/bin:/bin",
                                      "HOME=" SANDBOX_RUN_FOLDER,
                                      "LANG=C.UTF-8",
                                      "LC_ALL=C.UTF-8",
                                      "ONLINE_JUDGE=1",
                                      NULL};
    const char *argv[RECORD_ARGUMENTS + 1] = {local->program};
    const struct language *language = local->argv_language;
    struct sandbox_mount mounts[LANGUAGE_LIST];
    struct sandbox_spec spec = {
        .argv = argv,
        .env = env,
        .fd = {input_fd, -1, -1},
        .sink = {-1, -1, -1},
        .policy = record_policy_named(local, local->argv_policy, e),
        .limits = {.cpu_us = CPU_MS * INT64_C(1000),
                   .wall_us = WALL_MS * INT64_C(1000),
                   .mem_kib = MEM_MIB * INT64_C(1024),
                   .out_bytes = OUT_MIB * (INT64_C(1) << 20),
                   .stack_kib = MEM_MIB * INT64_C(1024),
                   .processes = language != NULL && language->run.processes > 1 ? language->run.processes : 1,
                   .open_files = OPEN_FILES},
        .proc = language != NULL && language->run.proc,
        .mounts = mounts,
    };
    while (language != NULL && spec.mount_count < LANGUAGE_LIST && language->mounts[spec.mount_count] != NULL) {
        const char *path = language->mounts[spec.mount_count];
        mounts[spec.mount_count++] = (struct sandbox_mount){path, path};
    }
    for (int i = 1; i < local->options->argc; i++)
        argv[i] = local->options->argv[i];
    if (spec.policy == NULL) {
        file_close(&input_fd);
        return -1;
    }
    int code = sandbox_run(local->sandbox, &spec, result, 1, NULL, e);
    return code == 0 && result->not_executed != 0 ? sandbox_not_executed(&spec, result, e) : code;
}

int record_argv_run(struct local_record *local, struct record_verdict *verdict, struct err *e)
{
    struct sandbox_result result;
    bool cases = local->options->problem != NULL;
    size_t count = cases ? local->problem.case_count : 1;
    verdict->verdict = VERDICT_AC;
    for (size_t i = 0; i < count; i++) {
        int fd = cases ? problem_open_file(&local->problem, local->problem.cases[i].input, e) : -1;
        if ((cases && fd < 0) || run_once(local, fd, &result, e) != 0)
            return -1;
        enum verdict one = verdict_of_run(&result, 0);
        if (one > verdict->verdict) {
            verdict->verdict = one;
            verdict_explain(verdict->note, sizeof verdict->note, one, &result, UI_EN);
        }
    }
    return 0;
}
