/*
 * command.c - see command.h. Runs in the drivers, as root.
 */
#include "tests/sandbox/lib/command.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/file.h"
#include "common/str.h"

#include "common/banned.h"

enum { COMMAND_ALARM_S = 120, LEFT_WAIT_MS = 10000 };

static int make_home(struct command *command, struct err *e)
{
    char policies[PATH_MAX], path[PATH_MAX];
    (void)str_copy(command->home, sizeof command->home, "/tmp/judge-command-XXXXXX"); /* it fits */
    if (mkdtemp(command->home) == NULL || chmod(command->home, 0755) != 0)
        return err_sys(e, errno, "make %s", command->home);
    if (realpath(command->drive->policies, policies) == NULL)
        return err_sys(e, errno, "find %s", command->drive->policies);
    if (str_format(path, sizeof path, "%s/etc", command->home) != 0 || mkdir(path, 0755) != 0 ||
        str_format(path, sizeof path, "%s/etc/policy", command->home) != 0 || symlink(policies, path) != 0)
        return err_sys(e, errno, "make %s", path);
    return 0;
}

int command_init(struct command *command, struct drive *drive, struct err *e)
{
    *command = (struct command){.drive = drive, .out_fd = -1, .error_fd = -1};
    command->out_fd = drive_memory("out");
    command->error_fd = drive_memory("error");
    const char *slash = strrchr(drive->cell, '/');
    if (command->out_fd < 0 || command->error_fd < 0 || slash == NULL ||
        str_format(command->judgectl, sizeof command->judgectl, "%.*s/judgectl", (int)(slash - drive->cell),
                   drive->cell) != 0)
        return err_sys(e, errno, "prepare judgectl");
    if (access(command->judgectl, X_OK) != 0)
        return err_sys(e, errno, "%s", command->judgectl);
    if (make_home(command, e) != 0)
        return -1;
    return residue_note(&command->residue, e);
}

void command_fini(struct command *command)
{
    char path[PATH_MAX];
    file_close(&command->out_fd);
    file_close(&command->error_fd);
    if (command->home[0] == '\0')
        return;
    if (str_format(path, sizeof path, "%s/etc/policy", command->home) == 0)
        (void)unlink(path); /* what was not made is not there */
    if (str_format(path, sizeof path, "%s/etc", command->home) == 0)
        (void)rmdir(path);      /* as above */
    (void)rmdir(command->home); /* as above */
}

static void become(const struct command *command, const char *const *args, unsigned uid, int (*before)(void *),
                   void *context)
{
    char *argv[COMMAND_ARGS + 2] = {(char *)(uintptr_t)command->judgectl};
    char *env[] = {NULL};
    for (size_t i = 0; i < COMMAND_ARGS && args[i] != NULL; i++)
        argv[i + 1] = (char *)(uintptr_t)args[i]; /* execve only reads it */
    int null_fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
    if (null_fd < 0 || dup2(null_fd, 0) < 0 || dup2(command->out_fd, 1) < 0 || dup2(command->error_fd, 2) < 0)
        _exit(126);
    (void)alarm(COMMAND_ALARM_S); /* cannot fail */
    if (before != NULL && before(context) != 0)
        _exit(126);
    if (uid != 0 && (setgroups(0, NULL) != 0 || setgid(uid) != 0 || setuid(uid) != 0))
        _exit(126);
    (void)execve(command->judgectl, argv, env); /* returns only when it fails */
    _exit(127);
}

int command_run(struct command *command, const char *const *args, unsigned uid, int (*before)(void *), void *context,
                struct err *e)
{
    if (ftruncate(command->out_fd, 0) != 0 || lseek(command->out_fd, 0, SEEK_SET) != 0 ||
        ftruncate(command->error_fd, 0) != 0 || lseek(command->error_fd, 0, SEEK_SET) != 0)
        return err_sys(e, errno, "empty what was printed");
    pid_t pid = fork();
    if (pid == 0)
        become(command, args, uid, before, context);
    if (pid < 0)
        return err_sys(e, errno, "fork");
    int status = 0;
    while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
        continue;
    command->exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    if (drive_read(command->out_fd, command->out, sizeof command->out) < 0 ||
        drive_read(command->error_fd, command->error, sizeof command->error) < 0)
        return err_sys(e, errno, "read what was printed");
    return residue_wait(&command->residue, LEFT_WAIT_MS, e);
}

int command_run_home(struct command *command, const char *const *args, struct err *e)
{
    const char *all[COMMAND_ARGS + 1] = {"run", "--home", command->home};
    size_t count = 3;
    for (size_t i = 0; args[i] != NULL; i++) {
        if (count == COMMAND_ARGS)
            return err_set(e, "too many arguments");
        all[count++] = args[i];
    }
    all[count] = NULL;
    return command_run(command, all, 0, NULL, NULL, e);
}

int command_is_refusal(struct command *command, const char *word, struct err *e)
{
    const char *newline = strchr(command->error, '\n');
    if (command->exit_code != 2)
        return err_set(e, "exit code %d: %.200s%.200s", command->exit_code, command->out, command->error);
    if (command->out[0] != '\0')
        return err_set(e, "it printed %.200s", command->out);
    if (newline == NULL || newline[1] != '\0' || newline == command->error)
        return err_set(e, "not one line: %.300s", command->error);
    return strstr(command->error, word) != NULL ? 0
                                                : err_set(e, "it says nothing of '%s': %.300s", word, command->error);
}
