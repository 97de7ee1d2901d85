/*
 * local_run.c - see local_run.h. Runs in judge_client's local form, as root; needs no server and no configuration.
 */
#include "judge_client/local_run.h"

#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/err.h"
#include "common/file.h"
#include "common/str.h"
#include "judge_client/places.h"
#include "judge_client/sandbox/policy.h"
#include "judge_client/sandbox/sandbox.h"

#include "common/banned.h"

enum { MOST_ARGUMENTS = 4096, MOST_RUNS = 1000000 };

struct local_options {
    const char *policy;
    int64_t cpu_ms, wall_ms, mem_mib, out_mib, stack_mib, processes, repeat; /* 0: not given */
    const char *files[3];
    const char *home;
    const char *tier;
    bool proc;
    bool json;
    char **argv; /* the program and its arguments */
    int argc;
};

static const char usage[] =
    "usage: judgectl run [--policy P] [--cpu-ms N] [--wall-ms N] [--mem-mib N] [--out-mib N] [--stack-mib N]\n"
    "                    [--processes N] [--stdin F] [--stdout F] [--stderr F] [--proc] [--repeat N] [--json]\n"
    "                    [--home OJ_HOME] [--cgroup v2|v1|none] -- PROGRAM ARGS...\n";

struct number_option {
    const char *name;
    size_t offset;
    int64_t low, high, otherwise;
};

static const struct number_option number_options[] = {
    {"cpu-ms", offsetof(struct local_options, cpu_ms), 1, 86400000, 10000},
    {"wall-ms", offsetof(struct local_options, wall_ms), 1, 86400000, 0},
    {"mem-mib", offsetof(struct local_options, mem_mib), 1, 1048576, 256},
    {"out-mib", offsetof(struct local_options, out_mib), 1, 1048576, 64},
    {"stack-mib", offsetof(struct local_options, stack_mib), 1, 1048576, 0},
    {"processes", offsetof(struct local_options, processes), 1, 16384, 64},
    {"repeat", offsetof(struct local_options, repeat), 1, MOST_RUNS, 0},
};

enum { NUMBER_OPTIONS = sizeof number_options / sizeof *number_options };

enum word_option {
    WORD_POLICY = NUMBER_OPTIONS,
    WORD_STDIN,
    WORD_STDOUT,
    WORD_STDERR,
    WORD_HOME,
    WORD_CGROUP,
    WORD_PROC,
    WORD_JSON,
    WORD_HELP
};

static int64_t *number_at(struct local_options *options, size_t i)
{
    return (int64_t *)(void *)((char *)options + number_options[i].offset);
}

static int set_number(struct local_options *options, size_t i, const char *text, struct err *e)
{
    const struct number_option *row = &number_options[i];
    if (str_to_int64(text, row->low, row->high, number_at(options, i)) != 0)
        return err_set(e, "--%s %s: must be a whole number from %lld to %lld", row->name, text, (long long)row->low,
                       (long long)row->high);
    return 0;
}

static void set_defaults(struct local_options *options)
{
    for (size_t i = 0; i < NUMBER_OPTIONS; i++) {
        if (*number_at(options, i) == 0)
            *number_at(options, i) = number_options[i].otherwise;
    }
    if (options->wall_ms == 0)
        options->wall_ms = options->cpu_ms * 2 + 1000;
    if (options->stack_mib == 0)
        options->stack_mib = options->mem_mib;
}

static int set_word(struct local_options *options, int word, const char *text)
{
    switch (word) {
    case WORD_POLICY:
        options->policy = text;
        break;
    case WORD_STDIN:
    case WORD_STDOUT:
    case WORD_STDERR:
        options->files[word - WORD_STDIN] = text;
        break;
    case WORD_HOME:
        options->home = text;
        break;
    case WORD_CGROUP:
        options->tier = text;
        break;
    case WORD_PROC:
        options->proc = true;
        break;
    case WORD_JSON:
        options->json = true;
        break;
    default:
        return -1;
    }
    return 0;
}

/* 0; 1 after --help was printed; -1 with e. */
static int parse(struct local_options *options, int argc, char **argv, struct err *e)
{
    struct option table[WORD_HELP + 2] = {
        [WORD_POLICY] = {"policy", required_argument, NULL, WORD_POLICY},
        [WORD_STDIN] = {"stdin", required_argument, NULL, WORD_STDIN},
        [WORD_STDOUT] = {"stdout", required_argument, NULL, WORD_STDOUT},
        [WORD_STDERR] = {"stderr", required_argument, NULL, WORD_STDERR},
        [WORD_HOME] = {"home", required_argument, NULL, WORD_HOME},
        [WORD_CGROUP] = {"cgroup", required_argument, NULL, WORD_CGROUP},
        [WORD_PROC] = {"proc", no_argument, NULL, WORD_PROC},
        [WORD_JSON] = {"json", no_argument, NULL, WORD_JSON},
        [WORD_HELP] = {"help", no_argument, NULL, WORD_HELP},
    };
    for (int i = 0; i < NUMBER_OPTIONS; i++)
        table[i] = (struct option){number_options[i].name, required_argument, NULL, i};
    opterr = 0;
    optind = 1;
    int word;
    while ((word = getopt_long(argc, argv, "+:", table, NULL)) != -1) {
        if (word == WORD_HELP) {
            (void)fputs(usage, stdout); /* nothing follows it */
            return 1;
        }
        if (word == '?' || word == ':')
            return err_set(e, "%s '%s': judgectl run --help lists what there is",
                           word == ':' ? "no value after" : "unknown option", argv[optind - 1]);
        if (word < NUMBER_OPTIONS ? set_number(options, (size_t)word, optarg, e) : set_word(options, word, optarg))
            return -1;
    }
    options->argv = argv + optind;
    options->argc = argc - optind;
    if (options->argc == 0)
        return err_set(e, "no program: judgectl run [OPTIONS] -- PROGRAM ARGS...");
    if (options->argc > MOST_ARGUMENTS)
        return err_set(e, "more than %d arguments", MOST_ARGUMENTS);
    set_defaults(options);
    return 0;
}

static const char *machine_name(unsigned machine, unsigned class)
{
    static const struct {
        unsigned machine, class;
        const char *name;
    } rows[] = {
        {EM_X86_64, ELFCLASS64, "x86_64"}, {EM_X86_64, ELFCLASS32, "x32"},  {EM_386, ELFCLASS32, "i386"},
        {EM_AARCH64, ELFCLASS64, "arm64"}, {EM_ARM, ELFCLASS32, "arm"},     {EM_RISCV, ELFCLASS64, "riscv64"},
        {EM_MIPS, ELFCLASS64, "mips64"},   {EM_PPC64, ELFCLASS64, "ppc64"}, {EM_S390, ELFCLASS64, "s390x"},
        {258, ELFCLASS64, "loongarch64"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        if (rows[i].machine == machine && rows[i].class == class)
            return rows[i].name;
    }
    return "an unknown architecture";
}

/* A program is an ELF file of an architecture that the policy names, or a script with a #! line. */
static int check_program(int fd, const char *path, const struct policy *policy, struct err *e)
{
    struct stat info;
    Elf64_Ehdr header; /* what is read of it lies at the same place in a 32-bit file */
    memset(&header, 0, sizeof header);
    if (fstat(fd, &info) != 0)
        return err_sys(e, errno, "%s", path);
    if (!S_ISREG(info.st_mode))
        return err_set(e, "%s: not a file", path);
    ssize_t count = pread(fd, &header, sizeof header, 0);
    if (count < 0)
        return err_sys(e, errno, "read %s", path);
    if (memcmp(header.e_ident, "#!", 2) != 0) {
        if (count < 20 || memcmp(header.e_ident, ELFMAG, SELFMAG) != 0)
            return err_set(e, "%s: not a program (neither ELF nor a script with #!): compile it first", path);
        bool known = false;
        for (int i = 0; i < policy->arch_count; i++) {
            const struct syscall_arch *arch = policy->arches[i].arch;
            known = known || (arch->elf_machine == header.e_machine && arch->elf_class == header.e_ident[EI_CLASS]);
        }
        if (!known)
            return err_set(e, "%s: a program for %s, which policy %s does not name (it has %s%s%s)", path,
                           machine_name(header.e_machine, header.e_ident[EI_CLASS]), policy->name,
                           policy->arches[0].arch->name, policy->arch_count > 1 ? " and " : "",
                           policy->arch_count > 1 ? policy->arches[1].arch->name : "");
        if (header.e_type != ET_EXEC && header.e_type != ET_DYN)
            return err_set(e, "%s: an ELF file, but not a program: link it first", path);
    }
    if ((info.st_mode & 0111) == 0)
        return err_set(e, "%s: not executable: chmod +x %s", path, path);
    return 0;
}

static int open_program(const char *path, const struct policy *policy, struct err *e)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0)
        return err_sys(e, errno, "%s", path);
    if (check_program(fd, path, policy, e) != 0)
        file_close(&fd);
    return fd;
}

/* Reads the input once, so that its pages are this process's memory and not the program's. */
static int warm_input(const char *path, struct err *e)
{
    struct stat info;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0 || fstat(fd, &info) != 0) {
        int error = errno;
        file_close(&fd);
        return err_sys(e, error, "%s", path);
    }
    char buffer[4096]; /* the stack may be small until the sandbox has looked at it */
    ssize_t count = 1;
    while (S_ISREG(info.st_mode) && count > 0)
        count = read(fd, buffer, sizeof buffer);
    int error = errno;
    (void)close(fd); /* it was only read */
    if (S_ISDIR(info.st_mode))
        return err_set(e, "%s: a folder, not an input", path);
    return count < 0 ? err_sys(e, error, "read %s", path) : 0;
}

struct local {
    const struct local_options *options;
    struct policy *policy;
    struct sandbox *sandbox;
    char program[512]; /* its path in the cell */
    const char **argv;
    struct sandbox_result *results;
    int64_t *sorted;
    size_t runs;
};

static int open_stream(const char *path, int flags, int *fd, struct err *e)
{
    if (path == NULL)
        return 0;
    *fd = open(path, flags | O_CLOEXEC | O_NOCTTY, 0644);
    return *fd < 0 ? err_sys(e, errno, "%s", path) : 0;
}

static int run_once(struct local *local, struct sandbox_result *result, struct err *e)
{
    static const char *const env[] = {"PATH=/usr/local/bin:/usr/bin:/bin", "HOME=" SANDBOX_RUN_FOLDER, "LANG=C.UTF-8",
                                      "LC_ALL=C.UTF-8", NULL};
    const struct local_options *options = local->options;
    struct sandbox_spec spec = {
        .argv = local->argv,
        .env = env,
        .fd = {-1, -1, -1},
        .sink = {-1, -1, -1},
        .policy = local->policy,
        .limits = {.cpu_us = options->cpu_ms * 1000,
                   .wall_us = options->wall_ms * 1000,
                   .mem_kib = options->mem_mib * 1024,
                   .out_bytes = options->out_mib << 20,
                   .stack_kib = options->stack_mib * 1024,
                   .processes = (int)options->processes,
                   .open_files = 256},
        .proc = options->proc,
    };
    enum { TO_FILE = O_WRONLY | O_CREAT | O_TRUNC };
    int result_code = -1;
    if (open_stream(options->files[0], O_RDONLY, &spec.fd[0], e) == 0 &&
        open_stream(options->files[1], TO_FILE, &spec.sink[1], e) == 0 &&
        open_stream(options->files[2], TO_FILE, &spec.sink[2], e) == 0) {
        result_code = sandbox_run(local->sandbox, &spec, result, 1, NULL, e);
        if (result_code == 0 && result->not_executed != 0)
            result_code = sandbox_not_executed(&spec, result, e);
        spec.fd[0] = -1; /* taken over */
    }
    file_close(&spec.fd[0]);
    for (int i = 1; i < 3; i++) {
        if (spec.sink[i] >= 0 && close(spec.sink[i]) != 0 && result_code == 0)
            result_code = err_sys(e, errno, "close %s", options->files[i]);
    }
    return result_code;
}

static int compare_int64(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a;
    int64_t y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

static int64_t median(struct local *local, size_t offset)
{
    for (size_t i = 0; i < local->runs; i++)
        local->sorted[i] = *(const int64_t *)(const void *)((const char *)&local->results[i] + offset);
    qsort(local->sorted, local->runs, sizeof *local->sorted, compare_int64);
    return local->sorted[local->runs / 2];
}

/* The figures are the medians; how it ended is what the first run says, or the first that did not just exit with 0. */
static struct sandbox_result summary(struct local *local)
{
    struct sandbox_result sum = local->results[0];
    for (size_t i = 0; i < local->runs; i++) {
        if (local->results[i].exit_code != 0) {
            sum = local->results[i];
            break;
        }
    }
    sum.cpu_us = median(local, offsetof(struct sandbox_result, cpu_us));
    sum.wall_us = median(local, offsetof(struct sandbox_result, wall_us));
    sum.mem_kib = median(local, offsetof(struct sandbox_result, mem_kib));
    return sum;
}

static void print_json_number(const char *name, bool known, int64_t number)
{
    if (known)
        printf("\"%s\":%lld,", name, (long long)number);
    else
        printf("\"%s\":null,", name);
}

static void print_json(const struct sandbox_result *r, size_t runs, bool repeated)
{
    printf("{");
    print_json_number("exit", r->exit_code >= 0, r->exit_code);
    print_json_number("signal", r->signal > 0, r->signal);
    if (r->limit != SANDBOX_LIMIT_NONE)
        printf("\"limit\":\"%s\",", sandbox_limit_name(r->limit));
    else
        printf("\"limit\":null,");
    if (r->refused) /* the name is of a table: letters, digits, '_' and ':' */
        printf("\"refused\":{\"nr\":%d,\"name\":\"%s\"},", r->refused_nr, r->refused_name);
    else
        printf("\"refused\":null,");
    printf("\"stopped\":%s,", r->stopped ? "true" : "false");
    printf("\"cpu_us\":%lld,\"wall_us\":%lld,\"mem_kib\":%lld,\"processes\":%d", (long long)r->cpu_us,
           (long long)r->wall_us, (long long)r->mem_kib, r->processes);
    if (repeated)
        printf(",\"runs\":%zu", runs);
    printf("}\n");
}

static void print_text(const struct sandbox_result *r, size_t runs, bool repeated)
{
    if (r->limit != SANDBOX_LIMIT_NONE)
        printf("limit reached: %s", sandbox_limit_name(r->limit));
    else if (r->refused)
        printf("a system call that is not allowed: %s (%d)", r->refused_name, r->refused_nr);
    else if (r->stopped)
        printf("stopped itself");
    else if (r->signal > 0)
        printf("ended by signal %d (%s)", r->signal, strsignal(r->signal));
    else
        printf("exit %d", r->exit_code);
    printf("; cpu %lld.%03lld ms, wall %lld.%03lld ms, memory %lld KiB, processes %d", (long long)r->cpu_us / 1000,
           (long long)r->cpu_us % 1000, (long long)r->wall_us / 1000, (long long)r->wall_us % 1000,
           (long long)r->mem_kib, r->processes);
    if (repeated)
        printf(" (medians of %zu runs)", runs);
    printf("\n");
}

static int prepare(struct local *local, int program_fd, struct err *e)
{
    const struct local_options *options = local->options;
    const char *slash = strrchr(options->argv[0], '/');
    const char *name = slash == NULL ? options->argv[0] : slash + 1;
    if (str_format(local->program, sizeof local->program, "%s/%s", SANDBOX_PROGRAM_FOLDER, name) != 0)
        return err_set(e, "%s: its name is too long", options->argv[0]);
    local->argv[0] = local->program;
    for (int i = 1; i < options->argc; i++)
        local->argv[i] = options->argv[i];
    if (options->files[0] != NULL && warm_input(options->files[0], e) != 0)
        return -1;
    return sandbox_put_program(local->sandbox, 0, name, program_fd, e);
}

static int run_all(struct local *local, struct err *e)
{
    const struct local_options *options = local->options;
    struct places places;
    struct sandbox_config config = {.slot = -1, .cpu = -1, .home = options->home};
    int result = -1;
    places_find(&places, options->home);
    config.home = places.home;
    config.tier = sandbox_tier_of_name(options->tier, e);
    if (config.tier < -1 || policy_load(local->policy, places.policies, options->policy, e) != 0)
        return -1;
    int program_fd = open_program(options->argv[0], local->policy, e);
    if (program_fd < 0)
        return -1;
    local->sandbox = sandbox_open(&config, e);
    if (local->sandbox != NULL && sandbox_check_tier(local->sandbox, options->tier, e) == 0 &&
        prepare(local, program_fd, e) == 0)
        result = 0;
    for (size_t i = 0; i < local->runs && result == 0; i++)
        result = run_once(local, &local->results[i], e);
    (void)close(program_fd); /* it was only read */
    sandbox_close(local->sandbox);
    return result;
}

int local_run(int argc, char **argv)
{
    struct err e = {""};
    struct local_options options = {.policy = "c"};
    int status = parse(&options, argc, argv, &e);
    if (status != 0) {
        if (status < 0)
            (void)fprintf(stderr, "judgectl run: %s\n", e.text); /* nowhere else to say it */
        return status < 0 ? 2 : 0;
    }
    bool repeated = options.repeat > 0;
    struct local local = {.options = &options, .runs = repeated ? (size_t)options.repeat : 1};
    local.policy = malloc(sizeof *local.policy);
    local.argv = calloc((size_t)options.argc + 1, sizeof *local.argv);
    local.results = calloc(local.runs, sizeof *local.results);
    local.sorted = calloc(local.runs, sizeof *local.sorted);
    int result = -1;
    if (local.policy == NULL || local.argv == NULL || local.results == NULL || local.sorted == NULL)
        err_set(&e, "out of memory");
    else
        result = run_all(&local, &e);
    if (result == 0) {
        struct sandbox_result sum = summary(&local);
        if (options.json)
            print_json(&sum, local.runs, repeated);
        else
            print_text(&sum, local.runs, repeated);
        if (fflush(stdout) != 0)
            result = err_sys(&e, errno, "print the result");
    }
    if (result != 0)
        (void)fprintf(stderr, "judgectl run: %s\n", e.text); /* nowhere else to say it */
    free(local.policy);
    free(local.argv);
    free(local.results);
    free(local.sorted);
    return result == 0 ? 0 : 2;
}
