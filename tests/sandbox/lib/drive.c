/*
 * drive.c - see drive.h. Runs in the drivers, as root.
 */
#include "tests/sandbox/lib/drive.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "common/str.h"
#include "judge_client/sandbox/cgroup.h"
#include "judge_client/sandbox/policy.h"

#include "common/banned.h"

const char *const drive_env[] = {"JUDGE_HOSTILE=1", NULL};

static int set_tier(struct drive *drive, const char *word)
{
    static const char *const names[] = {[CGROUP_NONE] = "none", [CGROUP_V1] = "v1", [CGROUP_V2] = "v2"};
    for (int i = CGROUP_NONE; i <= CGROUP_V2; i++) {
        if (strcmp(word, names[i]) == 0) {
            drive->tier = i;
            return 0;
        }
    }
    return -1;
}

static int read_option(struct drive *drive, const char *option, const char *value)
{
    if (strcmp(option, "--programs") == 0)
        return str_copy(drive->programs, sizeof drive->programs, value);
    if (strcmp(option, "--sources") == 0)
        return str_copy(drive->sources, sizeof drive->sources, value);
    if (strcmp(option, "--policies") == 0)
        return str_copy(drive->policies, sizeof drive->policies, value);
    if (strcmp(option, "--own-policies") == 0)
        return str_copy(drive->own_policies, sizeof drive->own_policies, value);
    if (strcmp(option, "--cell") == 0)
        return str_copy(drive->cell, sizeof drive->cell, value);
    if (strcmp(option, "--tier") == 0)
        return set_tier(drive, value);
    if (strcmp(option, "--only") == 0) {
        drive->only = value;
        return 0;
    }
    return -1;
}

/* BUILD/tests/sandbox/DRIVER: the programs lie in BUILD/tests/programs, the cell in BUILD. */
static void find_build(struct drive *drive)
{
    char self[PATH_MAX];
    ssize_t length = readlink("/proc/self/exe", self, sizeof self - 1);
    self[length < 0 ? 0 : length] = '\0';
    for (int i = 0; i < 2; i++) {
        char *slash = strrchr(self, '/');
        if (slash != NULL)
            *slash = '\0';
    }
    if (str_format(drive->programs, sizeof drive->programs, "%s/programs", self) != 0 ||
        str_format(drive->cell, sizeof drive->cell, "%s/../judge_cell", self) != 0)
        drive->programs[0] = drive->cell[0] = '\0';
}

int drive_init(struct drive *drive, const char *name, int argc, char **argv)
{
    *drive = (struct drive){.name = name, .only = "", .tier = -1, .slow = getenv("JUDGE_TEST_SLOW") != NULL};
    find_build(drive);
    (void)str_copy(drive->sources, sizeof drive->sources, "tests/sandbox/programs"); /* they fit */
    (void)str_copy(drive->policies, sizeof drive->policies, "syscall_tables/policy");
    (void)str_copy(drive->own_policies, sizeof drive->own_policies, "tests/sandbox/policies");
    (void)setvbuf(stdout, NULL, _IOLBF, 0); /* fails for a wrong mode only */
    for (int i = 1; i < argc; i += 2) {
        if (i + 1 == argc || read_option(drive, argv[i], argv[i + 1]) != 0) {
            fprintf(stderr, "%s: no such option, or no such value: %s\n", name, argv[i]);
            return 2;
        }
    }
    return 0;
}

int drive_fini(struct drive *drive)
{
    for (size_t i = 0; i < DRIVE_POLICIES; i++)
        free(drive->loaded[i]);
    return drive->failed > 0 ? 1 : 0;
}

void drive_ok(struct drive *drive, const char *test)
{
    drive->passed++;
    printf("ok %s %s\n", drive->name, test);
}

void drive_not_ok(struct drive *drive, const char *test, const char *format, ...)
{
    va_list args;
    drive->failed++;
    printf("not ok %s %s - ", drive->name, test);
    va_start(args, format);
    vprintf(format, args);
    va_end(args);
    printf("\n");
}

void drive_skip(struct drive *drive, const char *test, const char *format, ...)
{
    va_list args;
    drive->skipped++;
    printf("skip %s %s - ", drive->name, test);
    va_start(args, format);
    vprintf(format, args);
    va_end(args);
    printf("\n");
}

void drive_say(struct drive *drive, const char *test, int result, const struct err *e)
{
    if (result == 0)
        drive_ok(drive, test);
    else
        drive_not_ok(drive, test, "%s", e->text);
}

bool drive_ready(struct drive *drive)
{
    if (geteuid() != 0) {
        drive_skip(drive, "all", "needs root");
        return false;
    }
    if (access(drive->cell, X_OK) != 0) {
        drive_not_ok(drive, "all", "%s is not built", drive->cell);
        return false;
    }
    return true;
}

struct sandbox *drive_open(const struct drive *drive, int slot, struct err *e)
{
    struct sandbox_config config = {.slot = slot,
                                    .cpu = -1,
                                    .tier = drive->tier,
                                    .home = DRIVE_HOME,
                                    .cell_path = drive->cell,
                                    .cgroup_parent = ""};
    return sandbox_open(&config, e);
}

const struct policy *drive_policy(struct drive *drive, const char *name, struct err *e)
{
    const char *folders[] = {drive->policies, drive->own_policies, NULL};
    size_t i = 0;
    while (i < DRIVE_POLICIES && drive->loaded[i] != NULL) {
        if (strcmp(drive->loaded_names[i], name) == 0)
            return drive->loaded[i];
        i++;
    }
    if (i == DRIVE_POLICIES || str_copy(drive->loaded_names[i], sizeof drive->loaded_names[i], name) != 0) {
        err_set(e, "too many policies");
        return NULL;
    }
    struct policy *policy = calloc(1, sizeof *policy);
    if (policy == NULL || policy_load(policy, folders, name, e) != 0) {
        free(policy);
        return NULL;
    }
    drive->loaded[i] = policy;
    return policy;
}

int drive_put(const struct drive *drive, struct sandbox *sandbox, size_t k, const char *name, struct err *e)
{
    char path[PATH_MAX];
    if (str_format(path, sizeof path, "%s/%s", drive->programs, name) != 0)
        return err_set(e, "%s: the path is too long", name);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return errno == ENOENT ? 1 : err_sys(e, errno, "open %s", path);
    int result = sandbox_clear_program(sandbox, k, e);
    if (result == 0)
        result = sandbox_put_program(sandbox, k, name, fd, e);
    (void)close(fd); /* it was only read */
    return result;
}

struct sandbox_limits drive_limits(const struct drive *drive)
{
    int64_t factor = drive->slow ? 4 : 1;
    return (struct sandbox_limits){
        .cpu_us = 10000000 * factor,
        .wall_us = 20000000 * factor,
        .mem_kib = 256 * 1024,
        .out_bytes = 16 << 20,
        .stack_kib = 8 * 1024,
        .processes = 16,
        .open_files = 64,
    };
}

int drive_memory(const char *name)
{
    return memfd_create(name, MFD_CLOEXEC);
}

int64_t drive_read(int fd, char *text, size_t size)
{
    size_t length = 0;
    while (length < size - 1) {
        ssize_t count = pread(fd, text + length, size - 1 - length, (off_t)length);
        if (count < 0)
            return -1;
        if (count == 0)
            break;
        length += (size_t)count;
    }
    text[length] = '\0';
    return (int64_t)length;
}

int drive_run(struct drive *drive, struct sandbox *sandbox, struct sandbox_spec *spec, struct sandbox_result *result,
              const struct sandbox_hooks *hooks, struct err *e)
{
    if (spec->env == NULL)
        spec->env = drive_env;
    if (spec->limits.cpu_us == 0)
        spec->limits = drive_limits(drive);
    if (spec->policy == NULL) {
        spec->policy = drive_policy(drive, "c", e);
        if (spec->policy == NULL) {
            for (int i = 0; i < 3; i++) {
                if (spec->fd[i] >= 0)
                    (void)close(spec->fd[i]); /* as sandbox_run would have */
            }
            return -1;
        }
    }
    return sandbox_run(sandbox, spec, result, 1, hooks, e);
}
