/*
 * faults.c - what the sandbox cannot do: it must say so in one line that names the step, never in a verdict, leave
 * nothing behind, and be fit for the next run.
 *
 * Runs as root.
 */
#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/file.h"
#include "common/str.h"
#include "judge_client/sandbox/policy.h"
#include "tests/sandbox/lib/cellrun.h"

#include "common/banned.h"

static int run_good(struct cells *cells, struct err *e)
{
    return cellrun_expect(cells, NULL, "c", "tool-write", "1", NULL, 0, e) == 0 ? 0 : err_add(e, "the next run");
}

/* Runs path in cell 0, which must not be executed, with words in the error about it; then a good run. What is there and is no
 * program is a result, what is not there a fault. */
static int fail_to_run(struct cells *cells, const char *path, bool there, const char *words, struct err *e)
{
    const char *argv[] = {path, NULL};
    struct sandbox_spec spec = {.argv = argv, .fd = {-1, -1, -1}, .sink = {-1, -1, -1}};
    struct sandbox_result result;
    struct err fault = {""};
    int code = cellrun_go(cells, &spec, &result, NULL, &fault);
    if (code == 0 && result.not_executed == 0)
        return cellrun_wrong("it came to a verdict", &result, e);
    if (code == 0 && (result.exit_code != -1 || result.signal != 0 || result.limit != SANDBOX_LIMIT_NONE))
        return cellrun_wrong("more than that it did not run", &result, e);
    if ((code == 0) != there)
        return err_set(e, "%s: %s", there ? "a fault, not a result" : "a result, not a fault", fault.text);
    if (code == 0)
        (void)sandbox_not_executed(&spec, &result, &fault); /* always -1 */
    if (strstr(fault.text, words) == NULL || strstr(fault.text, path) == NULL || strchr(fault.text, '\n') != NULL)
        return err_set(e, "the error says: %s", fault.text);
    return run_good(cells, e);
}

/* Puts these bytes as a program and runs it. */
static int fail_to_run_bytes(struct cells *cells, const void *bytes, size_t size, const char *words, struct err *e)
{
    int fd = drive_memory("program");
    if (fd < 0 || file_write_all(fd, bytes, size) != 0)
        return err_sys(e, errno, "make a program");
    int put = sandbox_put_program(cells->sandbox, 0, "thing", fd, e);
    file_close(&fd);
    return put != 0 ? -1 : fail_to_run(cells, "/program/thing", true, words, e);
}

static int test_missing(struct cells *cells, struct err *e)
{
    return fail_to_run(cells, "/program/none", false, "No such file", e);
}

static int test_folder(struct cells *cells, struct err *e)
{
    return fail_to_run(cells, "/box", true, "Permission denied", e);
}

static int test_text(struct cells *cells, struct err *e)
{
    static const char text[] = "int main(void) { return 0; }\n";
    return fail_to_run_bytes(cells, text, sizeof text - 1, "Exec format error", e);
}

static int test_empty(struct cells *cells, struct err *e)
{
    return fail_to_run_bytes(cells, "", 0, "Exec format error", e);
}

static int test_script_without_interpreter(struct cells *cells, struct err *e)
{
    static const char text[] = "#!/usr/bin/no-such-interpreter\n";
    return fail_to_run_bytes(cells, text, sizeof text - 1, "No such file", e);
}

/* A whole ELF header, of another machine. */
static int test_other_architecture(struct cells *cells, struct err *e)
{
    Elf64_Ehdr header = {
        .e_ident = {ELFMAG0, ELFMAG1, ELFMAG2, ELFMAG3, ELFCLASS64, ELFDATA2LSB, EV_CURRENT},
        .e_type = ET_EXEC,
        .e_machine = EM_AARCH64,
        .e_version = EV_CURRENT,
        .e_ehsize = sizeof header,
    };
    if (access("/proc/sys/fs/binfmt_misc/qemu-aarch64", F_OK) == 0) {
        err_set(e, "this box runs programs of aarch64");
        return 1;
    }
    return fail_to_run_bytes(cells, &header, sizeof header, "Exec format error", e);
}

/* An ELF file that ends in the middle of its segments: the kernel kills it in execve, when there is no way back. */
static int test_cut_program(struct cells *cells, struct err *e)
{
    char path[PATH_MAX], bytes[4096];
    if (str_format(path, sizeof path, "%s/tool-write", cells->drive.programs) != 0)
        return err_set(e, "the path is too long");
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t count = fd < 0 ? -1 : read(fd, bytes, sizeof bytes);
    file_close(&fd);
    int out = drive_memory("program");
    if (count <= 0 || file_write_all(out, bytes, (size_t)count) != 0)
        return err_sys(e, errno, "cut %s", path);
    int put = sandbox_put_program(cells->sandbox, 0, "thing", out, e);
    file_close(&out);
    const char *argv[] = {"/program/thing", NULL};
    struct sandbox_spec spec = {.argv = argv, .fd = {-1, -1, -1}, .sink = {-1, -1, -1}};
    struct sandbox_result result;
    struct err fault;
    /* It is the program that is broken or it cannot be run: both are true. A success or a wait is not. */
    if (put != 0 || (cellrun_go(cells, &spec, &result, NULL, &fault) == 0 && result.signal == 0))
        return err_set(e, "it ran");
    return run_good(cells, e);
}

static int test_limits(struct cells *cells, struct err *e)
{
    static const struct sandbox_limits good = {1000000, 1000000, 65536, 1 << 20, 8192, 4, 16};
    struct sandbox_limits rows[16];
    size_t count = 0;
    for (int i = 0; i < 2; i++) {
        int64_t bad = i == 0 ? 0 : -1;
        for (int j = 0; j < 7; j++)
            rows[count + (size_t)j] = good;
        rows[count++].cpu_us = bad;
        rows[count++].wall_us = bad;
        rows[count++].mem_kib = bad;
        rows[count++].out_bytes = bad;
        rows[count++].stack_kib = bad;
        rows[count++].processes = (int)bad;
        rows[count++].open_files = (int)bad;
    }
    for (size_t i = 1; i < count; i++) { /* the first one, cpu_us 0, is drive_run's "as you like" */
        char path[128];
        const char *argv[CELLRUN_ARGV];
        struct sandbox_spec spec = {.argv = argv, .fd = {-1, -1, -1}, .sink = {-1, -1, -1}, .limits = rows[i]};
        struct sandbox_result result;
        struct err fault;
        if (cellrun_put(cells, 0, "tool-write", path, argv, "1", NULL, e) != 0)
            return -1;
        if (cellrun_go(cells, &spec, &result, NULL, &fault) == 0)
            return err_set(e, "row %zu was run", i);
        if (strstr(fault.text, "limit") == NULL)
            return err_set(e, "row %zu: %s", i, fault.text);
    }
    return run_good(cells, e);
}

static int test_counts(struct cells *cells, struct err *e)
{
    static struct sandbox_spec specs[SANDBOX_CELLS + 1];
    static struct sandbox_result results[SANDBOX_CELLS + 1];
    struct err fault;
    for (size_t i = 0; i <= SANDBOX_CELLS; i++)
        specs[i] = (struct sandbox_spec){.fd = {-1, -1, -1}, .sink = {-1, -1, -1}};
    if (sandbox_run(cells->sandbox, specs, results, 0, NULL, &fault) == 0 ||
        sandbox_run(cells->sandbox, specs, results, SANDBOX_CELLS + 1, NULL, &fault) == 0)
        return err_set(e, "no programs, or more than there are cells, were run");
    return run_good(cells, e);
}

static int test_unknown_policy(struct cells *cells, struct err *e)
{
    const char *folders[] = {cells->drive.policies, NULL};
    static struct policy policy;
    struct err fault;
    if (policy_load(&policy, folders, "treads", &fault) == 0)
        return err_set(e, "a policy that is not there was loaded");
    return strstr(fault.text, "treads") != NULL && strstr(fault.text, "threads") != NULL
               ? 0
               : err_set(e, "the error says: %s", fault.text);
}

/* A run folder of 64 KiB, and more to be put into it. */
static int test_no_space(struct cells *cells, struct err *e)
{
    static char large[1 << 20];
    struct sandbox_config config = {.slot = -1,
                                    .cpu = -1,
                                    .tier = cells->drive.tier,
                                    .home = DRIVE_HOME,
                                    .cell_path = cells->drive.cell,
                                    .cgroup_parent = "",
                                    .box_bytes = 64 * 1024,
                                    .box_files = 16};
    struct sandbox *sandbox = sandbox_open(&config, e);
    if (sandbox == NULL)
        return -1;
    int fd = drive_memory("large"), result = 0;
    struct err fault;
    if (fd < 0 || file_write_all(fd, large, sizeof large) != 0)
        result = err_sys(e, errno, "make a file");
    if (result == 0 && sandbox_put_program(sandbox, 0, "large", fd, &fault) == 0)
        result = err_set(e, "a program larger than the folder was put");
    if (result == 0 && strstr(fault.text, "No space left") == NULL)
        result = err_set(e, "put program: %s", fault.text);
    struct sandbox_file file = {"large", fd, 0644};
    const char *argv[] = {"/bin/true", NULL};
    struct sandbox_spec spec = {
        .argv = argv, .fd = {-1, -1, -1}, .sink = {-1, -1, -1}, .files = &file, .file_count = 1};
    struct sandbox_result ran;
    if (result == 0 && drive_run(&cells->drive, sandbox, &spec, &ran, NULL, &fault) == 0)
        result = cellrun_wrong("a file larger than the folder was put", &ran, e);
    if (result == 0 && (strstr(fault.text, "No space left") == NULL || strstr(fault.text, "large") == NULL))
        result = err_set(e, "put file: %s", fault.text);
    spec.file_count = 0;
    if (result == 0 && drive_run(&cells->drive, sandbox, &spec, &ran, NULL, e) != 0)
        result = err_add(e, "the next run");
    file_close(&fd);
    sandbox_close(sandbox);
    return result;
}

/* A slot has one owner, and who asks for it is told so. */
static int test_slot_taken(struct cells *cells, struct err *e)
{
    struct err fault;
    int slot = sandbox_slot(cells->sandbox);
    struct sandbox *second = drive_open(&cells->drive, slot, &fault);
    if (second != NULL) {
        sandbox_close(second);
        return err_set(e, "slot %d was opened twice", slot);
    }
    return strstr(fault.text, "in use") != NULL ? run_good(cells, e) : err_set(e, "the error says: %s", fault.text);
}

static int test_other_slot(struct cells *cells, struct err *e)
{
    struct sandbox *second = drive_open(&cells->drive, -1, e);
    if (second == NULL)
        return -1;
    int slot = sandbox_slot(second);
    sandbox_close(second);
    return slot != sandbox_slot(cells->sandbox) ? run_good(cells, e) : err_set(e, "both have slot %d", slot);
}

/* The same home with another first_uid, as after a change of judge.conf while an old worker still judges. */
static int test_other_first_uid(struct cells *cells, struct err *e)
{
    struct sandbox_config config = {.slot = sandbox_slot(cells->sandbox),
                                    .cpu = -1,
                                    .tier = cells->drive.tier,
                                    .home = DRIVE_HOME,
                                    .cell_path = cells->drive.cell,
                                    .cgroup_parent = "",
                                    .first_uid = 900000000};
    if (run_good(cells, e) != 0)
        return -1;
    struct sandbox *second = sandbox_open(&config, e);
    if (second == NULL)
        return -1;
    int result = run_good(cells, e);
    sandbox_close(second);
    return result == 0 ? run_good(cells, e) : -1;
}

static int test_not_root(struct cells *cells, struct err *e)
{
    pid_t pid = fork();
    if (pid < 0)
        return err_sys(e, errno, "fork");
    if (pid == 0) {
        struct err fault = {""};
        if (setgroups(0, NULL) != 0 || setgid(65534) != 0 || setuid(65534) != 0)
            _exit(3);
        _exit(drive_open(&cells->drive, -1, &fault) != NULL ? 1 : strstr(fault.text, "root") == NULL ? 2 : 0);
    }
    int status = 0;
    while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
        continue;
    return WIFEXITED(status) && WEXITSTATUS(status) == 0
               ? 0
               : err_set(e, "status %x: no line about root", (unsigned)status);
}

static int test_cell_missing(struct cells *cells, struct err *e)
{
    struct sandbox_config config = {.slot = -1,
                                    .cpu = -1,
                                    .tier = cells->drive.tier,
                                    .home = DRIVE_HOME,
                                    .cell_path = "/none/judge_cell",
                                    .cgroup_parent = ""};
    struct err fault;
    struct sandbox *sandbox = sandbox_open(&config, &fault);
    if (sandbox != NULL) {
        sandbox_close(sandbox);
        return err_set(e, "it was opened");
    }
    return strstr(fault.text, "/none/judge_cell") != NULL ? 0 : err_set(e, "the error says: %s", fault.text);
}

static const struct cells_test tests[] = {
    {"missing", test_missing},
    {"folder", test_folder},
    {"text", test_text},
    {"empty", test_empty},
    {"script-without-interpreter", test_script_without_interpreter},
    {"other-architecture", test_other_architecture},
    {"cut-program", test_cut_program},
    {"limits", test_limits},
    {"counts", test_counts},
    {"unknown-policy", test_unknown_policy},
    {"no-space", test_no_space},
    {"slot-taken", test_slot_taken},
    {"other-slot", test_other_slot},
    {"other-first-uid", test_other_first_uid},
    {"not-root", test_not_root},
    {"cell-missing", test_cell_missing},
};

int main(int argc, char **argv)
{
    return cells_main("faults", tests, sizeof tests / sizeof *tests, argc, argv);
}
