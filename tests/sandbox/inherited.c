/*
 * inherited.c - what whoever starts `judgectl run` has set for himself: programs see nothing of it, and where it keeps us from
 * our work we say so.
 *
 * Runs as root. The programs are the system's own.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/personality.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/file.h"
#include "tests/sandbox/lib/command.h"

#include "common/banned.h"

#define OUT "/tmp/judge-inherited-out"

static int soft_limit(__rlimit_resource_t resource, rlim_t value)
{
    struct rlimit limit;
    if (getrlimit(resource, &limit) != 0)
        return -1;
    limit.rlim_cur = value;
    return setrlimit(resource, &limit);
}

static int hard_limit(__rlimit_resource_t resource, rlim_t value)
{
    struct rlimit limit = {value, value};
    return setrlimit(resource, &limit);
}

static int before_umask(void *context)
{
    (void)context;
    (void)umask(0777); /* cannot fail */
    return 0;
}

static int before_personality(void *context)
{
    (void)context;
    return personality(PER_LINUX32 | ADDR_NO_RANDOMIZE) < 0 ? -1 : 0;
}

static int before_memory(void *context)
{
    (void)context;
    return soft_limit(RLIMIT_AS, 64 << 20);
}

static int before_cpu(void *context)
{
    (void)context;
    return soft_limit(RLIMIT_CPU, 1);
}

static int before_signals(void *context)
{
    sigset_t all;
    (void)context;
    (void)sigfillset(&all); /* cannot fail */
    for (int i = 1; i < NSIG; i++)
        (void)signal(i, SIG_IGN); /* those that cannot be ignored are not */
    return sigprocmask(SIG_SETMASK, &all, NULL);
}

static int before_folder(void *context)
{
    (void)context;
    return chdir("/proc");
}

static int before_file_size(void *context)
{
    (void)context;
    return soft_limit(RLIMIT_FSIZE, 512);
}

static int before_hard_file_size(void *context)
{
    (void)context;
    return hard_limit(RLIMIT_FSIZE, 1 << 20);
}

static int before_stack(void *context)
{
    (void)context;
    return soft_limit(RLIMIT_STACK, 160 << 10);
}

static int before_hard_stack(void *context)
{
    (void)context;
    return hard_limit(RLIMIT_STACK, 8 << 20);
}

static int before_tiny_stack(void *context)
{
    (void)context;
    return hard_limit(RLIMIT_STACK, 96 << 10);
}

static int before_few_files(void *context)
{
    (void)context;
    return soft_limit(RLIMIT_NOFILE, 12);
}

struct row {
    const char *name;
    int (*before)(void *context);
    const char *shell;  /* runs in the sandbox */
    const char *output; /* what it prints; NULL: nothing is run, and one line says why */
    const char *word;   /* in that line */
};

#define ZEROS_100                                                                                                      \
    "00000000000000000000000000000000000000000000000000"                                                               \
    "00000000000000000000000000000000000000000000000000"
#define ZEROS_600 ZEROS_100 ZEROS_100 ZEROS_100 ZEROS_100 ZEROS_100 ZEROS_100

static const struct row rows[] = {
    {"plain", NULL, "umask; ulimit -v; ulimit -t", "0022\nunlimited\nunlimited\n", NULL},
    {"umask", before_umask, "umask; echo a > b; cat b", "0022\na\n", NULL},
    /* What arm's kernel sets for each program, ADDR_LIMIT_32BIT, does not count. */
    {"personality", before_personality, "read -r p </proc/self/personality; echo $((0x$p & ~0x800000))", "0\n", NULL},
    {"memory", before_memory, "ulimit -v", "unlimited\n", NULL},
    {"cpu", before_cpu, "ulimit -t", "unlimited\n", NULL},
    {"signals", before_signals, "kill -TERM $$; echo not ended", "", NULL},
    {"folder", before_folder, "pwd", "/box\n", NULL},
    {"file-size", before_file_size, "printf %0600d 0", ZEROS_600, NULL}, /* by the shell itself */
    {"hard-file-size", before_hard_file_size, "echo a", NULL, "RLIMIT_FSIZE"},
    {"stack", before_stack, "ulimit -s", "262144\n", NULL},
    {"hard-stack", before_hard_stack, "echo a", NULL, "RLIMIT_STACK"},
    {"tiny-stack", before_tiny_stack, "echo a", NULL, "the stack is 96 KiB: start the judge with more"},
    {"few-files", before_few_files, "echo a", NULL, ""},
};

static int check(struct command *command, const struct row *row, struct err *e)
{
    const char *const args[] = {"run", "--home", command->home, "--policy", "compiler", "--proc", "--stdout",
                                OUT,   "--",     "/bin/sh",     "-c",       row->shell, NULL};
    char text[1024];
    if (command_run(command, args, 0, row->before, NULL, e) != 0)
        return -1;
    if (row->output == NULL)
        return command_is_refusal(command, row->word, e);
    if (command->exit_code != 0)
        return err_set(e, "exit code %d: %s", command->exit_code, command->error);
    if (file_read(AT_FDCWD, OUT, text, sizeof text, e) < 0)
        return -1;
    return strcmp(text, row->output) == 0 ? 0 : err_set(e, "it printed '%s'", text);
}

/* With CAP_SYS_RESOURCE a hard limit is raised, and there is nothing to refuse. Tried out in a process of its own. */
static bool raises_hard_limits(void)
{
    int status = 1;
    pid_t pid = fork();
    if (pid == 0) {
        const struct rlimit low = {1 << 20, 1 << 20}, high = {RLIM_INFINITY, RLIM_INFINITY};
        _exit(setrlimit(RLIMIT_FSIZE, &low) == 0 && setrlimit(RLIMIT_FSIZE, &high) == 0 ? 0 : 1);
    }
    return pid > 0 && waitpid(pid, &status, 0) == pid && status == 0;
}

/* Why the row cannot be tried here, or NULL. */
static const char *unfit(const struct row *row)
{
    bool hard =
        row->before == before_hard_file_size || row->before == before_hard_stack || row->before == before_tiny_stack;
#if defined(__SANITIZE_ADDRESS__)
    if (row->before == before_memory || row->before == before_tiny_stack)
        return "AddressSanitizer needs more than it leaves";
#endif
    if (hard && raises_hard_limits())
        return "this process may raise hard limits";
    return NULL;
}

int main(int argc, char **argv)
{
    static struct command command; /* too large for the stack */
    struct drive drive;
    struct err e;
    if (drive_init(&drive, "inherited", argc, argv) != 0)
        return 2;
    if (!drive_ready(&drive))
        return drive_fini(&drive);
    if (command_init(&command, &drive, &e) != 0) {
        drive_not_ok(&drive, "start", "%s", e.text);
    } else {
        for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
            if (strstr(rows[i].name, drive.only) == NULL)
                continue;
            const char *why = unfit(&rows[i]);
            if (why != NULL)
                drive_skip(&drive, rows[i].name, "%s", why);
            else
                drive_say(&drive, rows[i].name, check(&command, &rows[i], &e), &e);
        }
    }
    (void)unlink(OUT); /* what was not made is not there */
    command_fini(&command);
    return drive_fini(&drive);
}
