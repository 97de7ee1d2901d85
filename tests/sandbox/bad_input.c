/*
 * bad_input.c - `judgectl run` on what cannot be run: one line on standard error, exit code 2, nothing left behind.
 *
 * Runs as root. It makes files in a folder of its own below /tmp, and a user namespace in which a namespace is missing.
 */
#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/file.h"
#include "common/str.h"
#include "tests/sandbox/lib/command.h"

#include "common/banned.h"

#define FILES "/tmp/judge-bad-input"

struct row {
    const char *name;
    const char *word; /* that the line must hold */
    const char *args[8];
};

static const struct row rows[] = {
    {"policy-unknown", "treads", {"--policy", "treads", "--", "/bin/true"}},
    {"policy-unknown-nearest", "threads", {"--policy", "treads", "--", "/bin/true"}},
    {"policy-path", "../c", {"--policy", "../c", "--", "/bin/true"}},
    {"policy-empty", "policy", {"--policy", "", "--", "/bin/true"}},
    {"option-unknown", "--colour", {"--colour", "--", "/bin/true"}},
    {"option-short", "-x", {"-x", "--", "/bin/true"}},
    {"option-without-value", "--cpu-ms", {"--cpu-ms"}},
    {"no-program", "program", {NULL}},
    {"no-program-after-dashes", "program", {"--"}},
    {"cpu-zero", "cpu-ms", {"--cpu-ms", "0", "--", "/bin/true"}},
    {"cpu-negative", "cpu-ms", {"--cpu-ms", "-1", "--", "/bin/true"}},
    {"cpu-beyond", "cpu-ms", {"--cpu-ms", "99999999999", "--", "/bin/true"}},
    {"cpu-no-number", "cpu-ms", {"--cpu-ms", "1s", "--", "/bin/true"}},
    {"cpu-empty", "cpu-ms", {"--cpu-ms", "", "--", "/bin/true"}},
    {"cpu-fraction", "cpu-ms", {"--cpu-ms", "1.5", "--", "/bin/true"}},
    {"cpu-overflow", "cpu-ms", {"--cpu-ms", "18446744073709551617", "--", "/bin/true"}},
    {"wall-zero", "wall-ms", {"--wall-ms", "0", "--", "/bin/true"}},
    {"wall-beyond", "wall-ms", {"--wall-ms", "99999999999", "--", "/bin/true"}},
    {"mem-zero", "mem-mib", {"--mem-mib", "0", "--", "/bin/true"}},
    {"mem-negative", "mem-mib", {"--mem-mib", "-64", "--", "/bin/true"}},
    {"mem-beyond", "mem-mib", {"--mem-mib", "9999999999", "--", "/bin/true"}},
    {"out-zero", "out-mib", {"--out-mib", "0", "--", "/bin/true"}},
    {"out-beyond", "out-mib", {"--out-mib", "9999999999", "--", "/bin/true"}},
    {"stack-zero", "stack-mib", {"--stack-mib", "0", "--", "/bin/true"}},
    {"stack-beyond", "stack-mib", {"--stack-mib", "9999999999", "--", "/bin/true"}},
    {"processes-zero", "processes", {"--processes", "0", "--", "/bin/true"}},
    {"processes-beyond", "processes", {"--processes", "1000000", "--", "/bin/true"}},
    {"repeat-zero", "repeat", {"--repeat", "0", "--", "/bin/true"}},
    {"repeat-beyond", "repeat", {"--repeat", "99999999999", "--", "/bin/true"}},
    {"cgroup-unknown", "v3", {"--cgroup", "v3", "--", "/bin/true"}},
    {"program-missing", FILES "/none", {"--", FILES "/none"}},
    {"program-empty-name", "", {"--", ""}},
    {"program-folder", "/tmp", {"--", "/tmp"}},
    {"program-text", FILES "/text", {"--", FILES "/text"}},
    {"program-empty", FILES "/empty", {"--", FILES "/empty"}},
    {"program-other-architecture", "arm64", {"--", FILES "/arm64"}},
    {"program-not-executable", FILES "/plain", {"--", FILES "/plain"}},
    {"program-object-file", FILES "/object", {"--", FILES "/object"}},
    {"program-device", "/dev/zero", {"--", "/dev/zero"}},
    {"program-fifo", FILES "/fifo", {"--", FILES "/fifo"}},
    {"program-broken-link", FILES "/link", {"--", FILES "/link"}},
    {"program-without-interpreter", "interpreter", {"--", FILES "/script"}},
    {"stdin-missing", FILES "/none", {"--stdin", FILES "/none", "--", "/bin/true"}},
    {"stdin-folder", "/tmp", {"--stdin", "/tmp", "--", "/bin/true"}},
    {"stdout-nowhere", FILES "/none/out", {"--stdout", FILES "/none/out", "--", "/bin/true"}},
    {"stdout-folder", "/tmp", {"--stdout", "/tmp", "--", "/bin/true"}},
    {"stderr-nowhere", FILES "/none/out", {"--stderr", FILES "/none/out", "--", "/bin/true"}},
    {"disk-full", "No space left", {"--stdout", "/dev/full", "--", "/bin/echo", "text"}},
};

static int make_file(const char *path, const void *bytes, size_t size, mode_t mode)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode);
    if (fd < 0)
        return -1;
    int result = file_write_all(fd, bytes, size);
    if (close(fd) != 0)
        result = -1;
    return result;
}

static int make_files(struct err *e)
{
    static const char text[] = "int main(void) { return 0; }\n", script[] = "#!/usr/bin/no-such-interpreter\n";
    Elf64_Ehdr header = {
        .e_ident = {ELFMAG0, ELFMAG1, ELFMAG2, ELFMAG3, ELFCLASS64, ELFDATA2LSB, EV_CURRENT},
        .e_type = ET_EXEC,
        .e_machine = EM_AARCH64,
        .e_version = EV_CURRENT,
        .e_ehsize = sizeof header,
    };
    Elf64_Ehdr native = header;
    native.e_machine = EM_X86_64;
    Elf64_Ehdr object = native;
    object.e_type = ET_REL;
    if ((mkdir(FILES, 0755) != 0 && errno != EEXIST) || make_file(FILES "/text", text, sizeof text - 1, 0755) != 0 ||
        make_file(FILES "/empty", "", 0, 0755) != 0 || make_file(FILES "/arm64", &header, sizeof header, 0755) != 0 ||
        make_file(FILES "/plain", &native, sizeof native, 0644) != 0 ||
        make_file(FILES "/object", &object, sizeof object, 0755) != 0 ||
        make_file(FILES "/script", script, sizeof script - 1, 0755) != 0 || mkfifo(FILES "/fifo", 0755) != 0 ||
        symlink("nowhere", FILES "/link") != 0)
        return err_sys(e, errno, "make the files in " FILES);
    return 0;
}

static void remove_files(void)
{
    static const char *const names[] = {"text", "empty", "arm64", "plain", "object", "script", "fifo", "link"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        char path[64];
        (void)str_format(path, sizeof path, FILES "/%s", names[i]); /* it fits */
        (void)unlink(path);                                         /* what was not made is not there */
    }
    (void)rmdir(FILES); /* as above */
}

static void test_rows(struct command *command)
{
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct err e;
        if (strstr(rows[i].name, command->drive->only) == NULL)
            continue;
        int result = command_run_home(command, rows[i].args, &e);
        if (result == 0)
            result = command_is_refusal(command, rows[i].word, &e);
        drive_say(command->drive, rows[i].name, result, &e);
    }
}

/* A policy in a home of its own with a call that no architecture knows: file, line and the name's neighbour are told. */
static int bad_policy(struct command *command, struct err *e)
{
    static const char text[] = "include c\nallow opennat\n";
    const char *args[] = {"run", "--home", FILES, "--policy", "bad", "--", "/bin/true", NULL};
    if (mkdir(FILES "/etc", 0755) != 0 || mkdir(FILES "/etc/policy", 0755) != 0 ||
        make_file(FILES "/etc/policy/bad.policy", text, sizeof text - 1, 0644) != 0)
        return err_sys(e, errno, "make a policy");
    /* `include c` is found where the others are, or not at all: so the line is complained of before it is asked for. */
    char policies[PATH_MAX];
    if (realpath(command->drive->policies, policies) == NULL ||
        str_format(policies + strlen(policies), sizeof policies - strlen(policies), "/c.policy") != 0 ||
        symlink(policies, FILES "/etc/policy/c.policy") != 0)
        return err_sys(e, errno, "link the policy c");
    char *slash = strrchr(policies, '/');
    (void)str_copy(slash, 16, "/base.policy"); /* there is room for both */
    if (symlink(policies, FILES "/etc/policy/base.policy") != 0)
        return err_sys(e, errno, "link the policy base");
    if (command_run(command, args, 0, NULL, NULL, e) != 0 || command_is_refusal(command, "bad.policy:2", e) != 0)
        return -1;
    return command_is_refusal(command, "opennat", e);
}

static void test_bad_policy(struct command *command)
{
    static const char *const made[] = {"bad.policy", "c.policy", "base.policy"};
    struct err e;
    drive_say(command->drive, "policy-with-unknown-call", bad_policy(command, &e), &e);
    for (size_t i = 0; i < sizeof made / sizeof *made; i++) {
        char path[64];
        (void)str_format(path, sizeof path, FILES "/etc/policy/%s", made[i]); /* it fits */
        (void)unlink(path);                                                   /* what was not made is not there */
    }
    (void)rmdir(FILES "/etc/policy"); /* as above */
    (void)rmdir(FILES "/etc");        /* as above */
}

static void test_not_root(struct command *command)
{
    const char *args[] = {"run", "--home", command->home, "--", "/bin/true", NULL};
    struct err e;
    int result = 0;
    if (access(command->judgectl, X_OK) != 0)
        result = err_sys(&e, errno, "%s", command->judgectl);
    if (result == 0)
        result = command_run(command, args, 65534, NULL, NULL, &e);
    if (result == 0 && command->exit_code == 127) {
        drive_skip(command->drive, "not-root", "%s cannot be executed by others", command->judgectl);
        return;
    }
    if (result == 0)
        result = command_is_refusal(command, "root", &e);
    drive_say(command->drive, "not-root", result, &e);
}

static int write_text(const char *path, const char *text)
{
    return file_write(AT_FDCWD, path, text, NULL);
}

/* In the child: a user namespace in which root is root, but no more namespaces of that kind are to be had. */
static int forbid_namespace(void *context)
{
    char path[64];
    (void)str_format(path, sizeof path, "/proc/sys/user/max_%s_namespaces", (const char *)context); /* it fits */
    if (unshare(CLONE_NEWUSER) != 0 || write_text("/proc/self/setgroups", "deny") != 0 ||
        write_text("/proc/self/uid_map", "0 0 1") != 0 || write_text("/proc/self/gid_map", "0 0 1") != 0)
        return -1;
    return write_text(path, "0");
}

/* Without one of the namespaces there is no cell; the line says which. */
static void test_namespaces(struct command *command)
{
    static const char *const kinds[] = {"pid", "mnt", "net", "ipc", "uts"};
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        const char *args[] = {"run", "--home", command->home, "--cgroup", "none", "--", "/bin/true", NULL};
        char test[32], kind[8], word[32];
        struct err e;
        (void)str_format(test, sizeof test, "no-%s-namespace", kinds[i]); /* they fit */
        (void)str_format(kind, sizeof kind, "%s", kinds[i]);
        (void)str_format(word, sizeof word, "%s namespace", kinds[i]);
        if (strstr(test, command->drive->only) == NULL)
            continue;
        int result = command_run(command, args, 0, forbid_namespace, kind, &e);
        if (result == 0 && command->exit_code == 126) {
            drive_skip(command->drive, test, "no user namespace in which to forbid it");
            continue;
        }
        if (result == 0)
            result = command_is_refusal(command, word, &e);
        drive_say(command->drive, test, result, &e);
    }
}

int main(int argc, char **argv)
{
    static struct command command; /* too large for the stack */
    struct drive drive;
    struct err e;
    if (drive_init(&drive, "bad_input", argc, argv) != 0)
        return 2;
    if (!drive_ready(&drive))
        return drive_fini(&drive);
    remove_files();
    if (command_init(&command, &drive, &e) != 0 || make_files(&e) != 0) {
        drive_not_ok(&drive, "start", "%s", e.text);
    } else {
        test_rows(&command);
        test_bad_policy(&command);
        test_not_root(&command);
        test_namespaces(&command);
    }
    remove_files();
    command_fini(&command);
    return drive_fini(&drive);
}
