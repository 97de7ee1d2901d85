/*
 * checker_build.c - see checker_build.h: which compiler, what goes in, and the name of what comes out. Runs in judge_client
 * as root; executes nothing outside the sandbox.
 */
#include "judge_client/checker_build.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "common/file.h"
#include "common/sha256.h"
#include "common/str.h"
#include "judge_client/checker_store.h"
#include "judge_client/judge_parts.h"
#include "judge_client/problem.h"
#include "judge_client/text.h"

#include "common/banned.h"

enum { BUILD_MS = 60000, BUILD_MIB = 2048, BUILD_OUT_MIB = 128, BUILD_PROCESSES = 64, WORDS = 16, BUILD_FILES = 256 };

#define BUILT "built" /* what a compiler leaves */

/* {sources} is every source of the folder with the suffix, {source} the one alone. */
static const struct builder {
    const char *suffix;
    const char *argv[WORDS];
    const char *mount; /* beside the system, or NULL */
} builders[] = {
    {".cc", {"/usr/bin/g++", "-std=gnu++17", "-O2", "-I.", "-static", "-o", BUILT, "{sources}", NULL}, NULL},
    {".cpp", {"/usr/bin/g++", "-std=gnu++17", "-O2", "-I.", "-static", "-o", BUILT, "{sources}", NULL}, NULL},
    {".cxx", {"/usr/bin/g++", "-std=gnu++17", "-O2", "-I.", "-static", "-o", BUILT, "{sources}", NULL}, NULL},
    {".c", {"/usr/bin/gcc", "-std=gnu17", "-O2", "-I.", "-static", "-o", BUILT, "{sources}", "-lm", NULL}, NULL},
    {".pas", {"/usr/bin/fpc", "-l-", "-v0ewn", "-Sh", "-O2", "-o" BUILT, "{source}", NULL}, "/etc/fpc.cfg"},
};

/* What is run from its source. */
static const struct interpreter {
    const char *suffix, *path, *policy;
    int processes;
} interpreters[] = {{".py", "/usr/bin/python3", "python", 64}};

static const char *const header_suffixes[] = {".h", ".hpp", ".hh", ".inc", NULL};

struct building {
    struct judge *judge;
    const struct problem *problem;
    const struct judge_options *options;
    const struct builder *builder;
    struct sandbox_file files[BUILD_FILES]; /* names are ours to free */
    size_t file_count;
    size_t source_count; /* the first of the files, the one that was asked for before all */
    char folder[CHECKER_PATH_SIZE];
    int result_fd; /* what the compiler left */
};

static bool is_header(const char *name)
{
    for (size_t i = 0; header_suffixes[i] != NULL; i++) {
        if (str_ends(name, header_suffixes[i]))
            return true;
    }
    return false;
}

/* ---- what goes in */

static int add_file(struct building *building, const char *name, int fd, struct err *e)
{
    char *copy = building->file_count < BUILD_FILES ? strdup(name) : NULL;
    if (copy == NULL) {
        file_close(&fd);
        return err_set(e, "more than %d files beside a checker, or out of memory", BUILD_FILES);
    }
    building->files[building->file_count++] = (struct sandbox_file){copy, fd, 0644};
    return 0;
}

static void close_files(struct building *building)
{
    for (size_t i = 0; i < building->file_count; i++) {
        (void)close(building->files[i].fd);               /* it was only read */
        free((void *)(uintptr_t)building->files[i].name); /* add_file's copy */
    }
    building->file_count = 0;
}

static bool has_file(const struct building *building, const char *name)
{
    for (size_t i = 0; i < building->file_count; i++) {
        if (strcmp(building->files[i].name, name) == 0)
            return true;
    }
    return false;
}

static int visible(const struct dirent *entry)
{
    return entry->d_name[0] != '.';
}

/* The files of a folder below the problem's ("": itself) with that suffix, or its headers (suffix NULL), in the order of their
 * names. */
static int add_folder(struct building *building, const char *suffix, struct err *e)
{
    const struct problem *problem = building->problem;
    struct dirent **entries = NULL;
    const char *folder = building->folder[0] == '\0' ? "." : building->folder;
    int count = scandirat(problem->folder_fd, folder, &entries, visible, alphasort);
    int result = count < 0 ? err_sys(e, errno, "open %s/%s", problem->folder, folder) : 0;
    for (int i = 0; i < count && result == 0; i++) {
        char path[CHECKER_PATH_SIZE];
        const char *name = entries[i]->d_name;
        bool wanted = suffix == NULL ? is_header(name) : str_ends(name, suffix);
        if (!wanted || entries[i]->d_type == DT_DIR || has_file(building, name) ||
            str_format(path, sizeof path, "%s%s%s", building->folder, building->folder[0] == '\0' ? "" : "/", name) !=
                0)
            continue;
        int fd = problem_open_file(problem, path, e);
        result = fd < 0 ? -1 : add_file(building, name, fd, e);
    }
    for (int i = 0; i < count; i++)
        free(entries[i]);
    free(entries);
    return result;
}

/* The site's own headers: testlib.h and its like. Those of the problem come first. */
static int add_site_headers(struct building *building, struct err *e)
{
    char folder[PATH_MAX];
    struct dirent **entries = NULL;
    struct stat info;
    if (str_format(folder, sizeof folder, "%s/include", sandbox_home(building->judge->sandbox)) != 0)
        return 0;
    int dir_fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (dir_fd < 0)
        return errno == ENOENT || errno == ENOTDIR ? 0 : err_sys(e, errno, "open %s", folder);
    int count = scandirat(dir_fd, ".", &entries, visible, alphasort);
    int result = count < 0 ? err_sys(e, errno, "open %s", folder) : 0;
    for (int i = 0; i < count && result == 0; i++) {
        const char *name = entries[i]->d_name;
        if (!is_header(name) || has_file(building, name))
            continue;
        int fd = openat(dir_fd, name, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
        if (fd < 0 || fstat(fd, &info) != 0 || !S_ISREG(info.st_mode)) {
            file_close(&fd); /* nothing to include */
            continue;
        }
        result = add_file(building, name, fd, e);
    }
    for (int i = 0; i < count; i++)
        free(entries[i]);
    free(entries);
    file_close(&dir_fd);
    return result;
}

/* A folder of validators is one program, as is each folder among those of inputs. Elsewhere (Polygon's files/, the problem's own
 * folder) a source stands alone among others. */
static bool is_one_program(const char *folder)
{
    return str_starts(folder, "output_validator") || (str_starts(folder, "input_") && strchr(folder, '/') != NULL);
}

static int gather(struct building *building, const char *source, struct err *e)
{
    const char *slash = strrchr(source, '/');
    const char *name = slash == NULL ? source : slash + 1;
    /* It fits: of the same size. */
    (void)str_format(building->folder, sizeof building->folder, "%.*s", slash == NULL ? 0 : (int)(slash - source),
                     source);
    int fd = problem_open_file(building->problem, source, e);
    if (fd < 0 || add_file(building, name, fd, e) != 0)
        return -1;
    if (is_one_program(building->folder) && add_folder(building, building->builder->suffix, e) != 0)
        return -1;
    building->source_count = building->file_count;
    return add_folder(building, NULL, e) != 0 ? -1 : add_site_headers(building, e);
}

/* ---- its name */

static void hash_text(struct sha256 *hash, const char *text)
{
    sha256_add(hash, text, strlen(text) + 1);
}

static int hash_file(struct building *building, struct sha256 *hash, int fd, const char *name, struct err *e)
{
    char *piece = building->judge->scratch;
    off_t at = 0;
    ssize_t count;
    while ((count = pread(fd, piece, sizeof building->judge->scratch, at)) > 0) {
        sha256_add(hash, piece, (size_t)count);
        at += count;
    }
    if (count < 0)
        return err_sys(e, errno, "read %s", name);
    sha256_add(hash, &at, sizeof at); /* where it ends */
    return 0;
}

/* Another compiler, or another version of it: another file, or another time and size. */
static void hash_program(struct sha256 *hash, const char *path)
{
    char real[PATH_MAX];
    struct stat info;
    if (realpath(path, real) == NULL || stat(real, &info) != 0)
        return; /* it is not there: compiling says so */
    hash_text(hash, real);
    sha256_add(hash, &info.st_size, sizeof info.st_size);
    sha256_add(hash, &info.st_mtim, sizeof info.st_mtim);
}

static int name_of(struct building *building, char key[SHA256_TEXT], struct err *e)
{
    static const char *const system_headers[] = {"/usr/include/testlib.h", "/usr/local/include/testlib.h"};
    unsigned char digest[SHA256_BYTES];
    struct utsname machine;
    struct sha256 hash;
    sha256_init(&hash);
    hash_text(&hash, "built 1");
    hash_text(&hash, uname(&machine) == 0 ? machine.machine : "");
    for (size_t i = 0; building->builder->argv[i] != NULL; i++)
        hash_text(&hash, building->builder->argv[i]);
    hash_program(&hash, building->builder->argv[0]);
    for (size_t i = 0; i < sizeof system_headers / sizeof *system_headers; i++)
        hash_program(&hash, system_headers[i]);
    for (size_t i = 0; i < building->file_count; i++) {
        hash_text(&hash, building->files[i].name);
        hash_text(&hash, i < building->source_count ? "source" : "header");
        if (hash_file(building, &hash, building->files[i].fd, building->files[i].name, e) != 0)
            return -1;
    }
    sha256_end(&hash, digest);
    sha256_text(digest, key);
    return 0;
}

/* ---- compiling */

static int take_built(void *context, size_t k, int box_fd, struct err *e)
{
    struct building *building = context;
    struct err why;
    (void)k; /* there is one */
    int fd = sandbox_open_left(box_fd, BUILT, &why);
    if (fd < 0)
        return 0; /* the compiler says why itself */
    building->result_fd = memfd_create("built", MFD_CLOEXEC);
    int result = 0;
    if (building->result_fd < 0 || file_copy(fd, building->result_fd) < 0)
        result = err_sys(e, errno, "keep what the compiler left");
    (void)close(fd); /* it was only read */
    return result;
}

static void tick(void *context)
{
    judge_tick(((struct building *)context)->options);
}

/* The words of the compiler, with the sources in their place. */
static size_t fill_argv(const struct building *building, const char *argv[WORDS + BUILD_FILES + 1])
{
    size_t count = 0;
    for (size_t i = 0; building->builder->argv[i] != NULL; i++) {
        const char *word = building->builder->argv[i];
        size_t sources = strcmp(word, "{sources}") == 0 ? building->source_count : strcmp(word, "{source}") == 0;
        for (size_t s = 0; s < sources; s++)
            argv[count++] = building->files[s].name;
        if (sources == 0)
            argv[count++] = word;
    }
    argv[count] = NULL;
    return count;
}

/* Why there is no program: what the compiler said first, in one line. */
static int explain(struct building *building, const struct sandbox_result *result, struct err *e)
{
    char text[320], why[JUDGE_NOTE_SIZE];
    ssize_t count = pread(building->judge->output_fd, building->judge->scratch, sizeof text, 0);
    text_clean(text, sizeof text, building->judge->scratch, count < 0 ? 0 : (size_t)count);
    text_hide_folders(text);
    for (char *at = text; *at != '\0'; at++)
        *at = *at == '\n' || *at == '\t' ? ' ' : *at;
    verdict_explain(why, sizeof why, verdict_of_run(result, 0), result, UI_EN);
    if (result->exit_code < 0 || text[0] == '\0')
        return err_set(e, "does not compile: %s%s%s", why, text[0] == '\0' ? "" : ": ", text);
    return err_set(e, "does not compile: %s", text);
}

static int compile(struct building *building, struct err *e)
{
    static const char *const env[] = {"PATH=/usr/local/bin:/usr/bin:/bin", "HOME=" SANDBOX_RUN_FOLDER, "TMPDIR=/tmp",
                                      "LC_ALL=C.UTF-8", NULL};
    struct judge *judge = building->judge;
    const char *argv[WORDS + BUILD_FILES + 1];
    const struct sandbox_mount mount = {building->builder->mount, building->builder->mount};
    struct sandbox_result result;
    const struct policy *policy = judge_policy(judge, "compiler", e);
    if (policy == NULL || judge_rewind(judge->output_fd, e) != 0)
        return -1;
    (void)fill_argv(building, argv);
    if (access(building->builder->argv[0], X_OK) != 0)
        return err_sys(e, errno, "%s", building->builder->argv[0]);
    const struct sandbox_spec spec = {
        .argv = argv,
        .env = env,
        .fd = {-1, -1, -1},
        .sink = {-1, judge->output_fd, judge->output_fd},
        .policy = policy,
        .limits = {.cpu_us = BUILD_MS * 1000,
                   .wall_us = 2 * BUILD_MS * 1000,
                   .mem_kib = BUILD_MIB * 1024,
                   .out_bytes = (int64_t)BUILD_OUT_MIB << 20,
                   .stack_kib = BUILD_MIB * 1024,
                   .processes = BUILD_PROCESSES,
                   .open_files = 256},
        .files = building->files,
        .file_count = building->file_count,
        .mounts = &mount,
        .mount_count = mount.source != NULL,
    };
    const struct sandbox_hooks hooks = {.stop_fd = building->options->stop_fd,
                                        .tick = tick,
                                        .collect = take_built,
                                        .context = building,
                                        .first_cell = CHECKER_CELL};
    if (sandbox_run(judge->sandbox, &spec, &result, 1, &hooks, e) != 0)
        return -1;
    if (result.cancelled)
        return err_set(e, "cancelled");
    if (result.not_executed != 0)
        return sandbox_not_executed(&spec, &result, e);
    return result.exit_code == 0 && building->result_fd >= 0 ? 0 : explain(building, &result, e);
}

/* ---- from a source to a program */

static int build(struct building *building, const char *source, int *fd, struct err *e)
{
    char key[SHA256_TEXT];
    struct judge *judge = building->judge;
    if (gather(building, source, e) != 0 || name_of(building, key, e) != 0)
        return -1;
    struct checker_store store;
    if (checker_store_take(&store, judge, key, building->options, fd, e) != 0)
        return -1;
    if (*fd >= 0)
        return 0;
    int result = compile(building, e);
    if (result == 0) {
        *fd = building->result_fd;
        building->result_fd = -1;
        checker_store_keep(&store, judge, *fd);
    }
    checker_store_done(&store);
    return result;
}

/* A descriptor of its own position, for a program that is given away. */
static int program_of_file(const struct problem *problem, const char *path, struct checker_program *program,
                           struct err *e)
{
    const char *slash = strrchr(path, '/');
    program->fd = problem_open_file(problem, path, e);
    if (program->fd < 0)
        return -1;
    if (str_copy(program->file, sizeof program->file, slash == NULL ? path : slash + 1) == 0)
        return 0;
    file_close(&program->fd);
    return err_set(e, "a name of more than %zu characters", sizeof program->file - 1);
}

int checker_build(struct judge *judge, const struct problem *problem, const char *source, const char *binary,
                  const struct judge_options *options, struct checker_program *program, struct err *e)
{
    *program = (struct checker_program){.fd = -1, .file = "checker", .policy = "checker", .processes = 1};
    if (source[0] == '\0')
        return program_of_file(problem, binary, program, e);
    for (size_t i = 0; i < sizeof interpreters / sizeof *interpreters; i++) {
        if (!str_ends(source, interpreters[i].suffix))
            continue;
        program->interpreter = interpreters[i].path;
        program->policy = interpreters[i].policy;
        program->processes = interpreters[i].processes;
        return program_of_file(problem, source, program, e);
    }
    struct building *building = calloc(1, sizeof *building);
    if (building == NULL)
        return err_set(e, "out of memory");
    *building = (struct building){.judge = judge, .problem = problem, .options = options, .result_fd = -1};
    for (size_t i = 0; i < sizeof builders / sizeof *builders; i++) {
        if (str_ends(source, builders[i].suffix))
            building->builder = &builders[i];
    }
    int result = building->builder == NULL ? err_set(e, "no compiler is known for it")
                                           : build(building, source, &program->fd, e);
    close_files(building);
    file_close(&building->result_fd);
    free(building);
    return result == 0 ? 0 : err_add(e, "%s/%s", problem->folder, source);
}

/* The other files of a program of several that is run from its sources: what it imports. */
static int put_beside(struct judge *judge, const struct problem *problem, const char *source, struct err *e)
{
    char folder[CHECKER_PATH_SIZE], path[CHECKER_PATH_SIZE];
    const char *slash = strrchr(source, '/'), *dot = strrchr(source, '.');
    struct dirent **entries = NULL;
    (void)str_format(folder, sizeof folder, "%.*s", slash == NULL ? 0 : (int)(slash - source),
                     source); /* a part of it */
    if (slash == NULL || dot == NULL || !is_one_program(folder))
        return 0;
    int count = problem_list(problem, folder, &entries, e);
    int result = count < 0 ? -1 : 0;
    for (int i = 0; i < count; i++) {
        const char *name = entries[i]->d_name;
        bool fits = str_format(path, sizeof path, "%s/%s", folder, name) == 0;
        if (result == 0 && fits && str_ends(name, dot) && strcmp(path, source) != 0) {
            int fd = problem_open_file(problem, path, e);
            result = fd < 0 ? -1 : sandbox_put_program(judge->sandbox, CHECKER_CELL, name, fd, e);
            file_close(&fd);
        }
        free(entries[i]);
    }
    free(entries);
    return result;
}

int checker_put(struct judge *judge, const struct problem *problem, const char *source, const char *name,
                struct checker_program *program, struct err *e)
{
    int result = sandbox_put_program(judge->sandbox, CHECKER_CELL, name, program->fd, e);
    file_close(&program->fd);
    return result == 0 && program->interpreter != NULL ? put_beside(judge, problem, source, e) : result;
}
