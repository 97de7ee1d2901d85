/*
 * command.c - what `judgectl run --json` prints of programs that run: one object, its members in their order.
 *
 * Runs as root. The programs are the system's own.
 */
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "common/file.h"
#include "common/str.h"
#include "tests/sandbox/lib/command.h"

#include "common/banned.h"

#define IN "/tmp/judge-command-in"
#define OUT "/tmp/judge-command-out"
#define ERR "/tmp/judge-command-err"
#define FIGURES "\"cpu_us\":#,\"wall_us\":#,\"mem_kib\":#,\"processes\":#"

struct row {
    const char *name;
    const char *json; /* where # stands for a whole number */
    const char *args[12];
};

static const struct row rows[] = {
    {"exit-0",
     "{\"exit\":0,\"signal\":null,\"limit\":null,\"refused\":null,\"stopped\":false," FIGURES "}",
     {"--", "/bin/true"}},
    {"exit-7",
     "{\"exit\":7,\"signal\":null,\"limit\":null,\"refused\":null,\"stopped\":false," FIGURES "}",
     {"--", "/bin/sh", "-c", "exit 7"}},
    {"signal",
     "{\"exit\":null,\"signal\":11,\"limit\":null,\"refused\":null,\"stopped\":false," FIGURES "}",
     {"--", "/bin/sh", "-c", "kill -SEGV $$"}},
    {"stopped",
     "{\"exit\":null,\"signal\":null,\"limit\":null,\"refused\":null,\"stopped\":true," FIGURES "}",
     {"--", "/bin/sh", "-c", "kill -STOP $$"}},
    {"refused",
     "{\"exit\":null,\"signal\":null,\"limit\":null,\"refused\":{\"nr\":#,\"name\":\"clone\"},\"stopped\":"
     "false," FIGURES "}",
     {"--", "/bin/sh", "-c", "( : ); :"}},
    {"cpu",
     "{\"exit\":null,\"signal\":null,\"limit\":\"cpu\",\"refused\":null,\"stopped\":false," FIGURES "}",
     {"--cpu-ms", "100", "--", "/bin/sh", "-c", "while :; do :; done"}},
    {"wall",
     "{\"exit\":null,\"signal\":null,\"limit\":\"wall\",\"refused\":null,\"stopped\":false," FIGURES "}",
     {"--wall-ms", "200", "--", "/bin/sleep", "1000"}},
    {"memory",
     "{\"exit\":null,\"signal\":null,\"limit\":\"memory\",\"refused\":null,\"stopped\":false," FIGURES "}",
     {"--mem-mib", "32", "--", "/usr/bin/tail", "/dev/zero"}},
    {"output",
     "{\"exit\":null,\"signal\":null,\"limit\":\"output\",\"refused\":null,\"stopped\":false," FIGURES "}",
     {"--out-mib", "1", "--", "/usr/bin/yes"}},
    {"processes",
     "{\"exit\":null,\"signal\":null,\"limit\":\"processes\",\"refused\":null,\"stopped\":false," FIGURES "}",
     {"--policy", "compiler", "--processes", "3", "--", "/bin/sh", "-c",
      "sleep 9 & sleep 9 & sleep 9 & sleep 9 & sleep 9 & wait"}},
    {"repeat",
     "{\"exit\":0,\"signal\":null,\"limit\":null,\"refused\":null,\"stopped\":false," FIGURES ",\"runs\":5}",
     {"--repeat", "5", "--", "/bin/true"}},
    {"repeat-1",
     "{\"exit\":0,\"signal\":null,\"limit\":null,\"refused\":null,\"stopped\":false," FIGURES ",\"runs\":1}",
     {"--repeat", "1", "--", "/bin/true"}},
    {"proc",
     "{\"exit\":0,\"signal\":null,\"limit\":null,\"refused\":null,\"stopped\":false," FIGURES "}",
     {"--proc", "--", "/bin/sh", "-c", "test -e /proc/self/status"}},
    {"no-proc",
     "{\"exit\":1,\"signal\":null,\"limit\":null,\"refused\":null,\"stopped\":false," FIGURES "}",
     {"--", "/bin/sh", "-c", "test -e /proc/self/status"}},
    {"no-input",
     "{\"exit\":0,\"signal\":null,\"limit\":null,\"refused\":null,\"stopped\":false," FIGURES "}",
     {"--", "/usr/bin/cmp", "-", "/dev/null"}},
    {"arguments-like-options",
     "{\"exit\":0,\"signal\":null,\"limit\":null,\"refused\":null,\"stopped\":false," FIGURES "}",
     {"--", "/bin/sh", "-c", "test \"$1\" = --json", "x", "--json"}},
};

/* True where text is json, # being any whole number. */
static int matches(const char *json, const char *text)
{
    for (; *json != '\0'; json++) {
        if (*json == '#') {
            if (!isdigit((unsigned char)*text))
                return 0;
            while (isdigit((unsigned char)*text))
                text++;
        } else if (*json != *text++) {
            return 0;
        }
    }
    return strcmp(text, "\n") == 0;
}

static int run_json(struct command *command, const char *const *args, struct err *e)
{
    const char *all[COMMAND_ARGS] = {"--json"};
    for (size_t i = 0; args[i] != NULL; i++)
        all[i + 1] = args[i];
    return command_run_home(command, all, e);
}

static void test_rows(struct command *command)
{
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct err e;
        const char *program = rows[i].args[0];
        if (strstr(rows[i].name, command->drive->only) == NULL)
            continue;
        for (size_t j = 0; rows[i].args[j] != NULL; j++)
            program = strcmp(rows[i].args[j], "--") == 0 ? rows[i].args[j + 1] : program;
        if (access(program, X_OK) != 0) {
            drive_skip(command->drive, rows[i].name, "%s is not here", program);
            continue;
        }
        int result = run_json(command, rows[i].args, &e);
        if (result == 0 &&
            (command->exit_code != 0 || command->error[0] != '\0' || !matches(rows[i].json, command->out)))
            result = err_set(&e, "exit code %d, printed '%.300s', said '%.100s'", command->exit_code, command->out,
                             command->error);
        drive_say(command->drive, rows[i].name, result, &e);
    }
}

static int put_text(const char *path, const char *text, struct err *e)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    if (fd < 0 || file_write_all(fd, text, strlen(text)) != 0)
        return err_sys(e, errno, "make %s", path);
    file_close(&fd);
    return 0;
}

/* Input from a file, both outputs into files, which are emptied before. */
static int check_streams(struct command *command, struct err *e)
{
    static const char *const args[] = {
        "--stdin", IN, "--stdout", OUT, "--stderr", ERR, "--", "/bin/sh", "-c", "read a; echo $a; echo two >&2", NULL};
    char text[64];
    if (put_text(IN, "one\n", e) != 0 || put_text(OUT, "what was here before\n", e) != 0 ||
        run_json(command, args, e) != 0)
        return -1;
    if (command->exit_code != 0)
        return err_set(e, "exit code %d: %s", command->exit_code, command->error);
    if (file_read(AT_FDCWD, OUT, text, sizeof text, e) < 0)
        return -1;
    if (strcmp(text, "one\n") != 0)
        return err_set(e, "standard output is '%s'", text);
    if (file_read(AT_FDCWD, ERR, text, sizeof text, e) < 0)
        return -1;
    return strcmp(text, "two\n") == 0 ? 0 : err_set(e, "standard error is '%s'", text);
}

/* Without --json it is one line for people. */
static int check_text(struct command *command, struct err *e)
{
    static const char *const args[] = {"--", "/bin/true", NULL};
    if (command_run_home(command, args, e) != 0)
        return -1;
    const char *newline = strchr(command->out, '\n');
    return command->exit_code == 0 && newline != NULL && newline[1] == '\0' && command->out[0] != '{'
               ? 0
               : err_set(e, "exit code %d, printed '%.300s'", command->exit_code, command->out);
}

static int check_help(struct command *command, struct err *e)
{
    static const char *const args[] = {"--help", NULL};
    if (command_run_home(command, args, e) != 0)
        return -1;
    return command->exit_code == 0 && strstr(command->out, "--policy") != NULL && command->error[0] == '\0'
               ? 0
               : err_set(e, "exit code %d, printed '%.300s'", command->exit_code, command->out);
}

int main(int argc, char **argv)
{
    static struct command command; /* too large for the stack */
    struct drive drive;
    struct err e;
    if (drive_init(&drive, "command", argc, argv) != 0)
        return 2;
    if (!drive_ready(&drive))
        return drive_fini(&drive);
    if (command_init(&command, &drive, &e) != 0) {
        drive_not_ok(&drive, "start", "%s", e.text);
    } else {
        test_rows(&command);
        drive_say(&drive, "streams", check_streams(&command, &e), &e);
        drive_say(&drive, "text", check_text(&command, &e), &e);
        drive_say(&drive, "help", check_help(&command, &e), &e);
    }
    (void)unlink(IN);  /* what was not made is not there */
    (void)unlink(OUT); /* as above */
    (void)unlink(ERR); /* as above */
    command_fini(&command);
    return drive_fini(&drive);
}
