/*
 * languages.c - see languages.h. Any uid.
 */
#include "judgectl/languages.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/file.h"
#include "common/str.h"

#include "common/banned.h"

void client_path(char path[PATH_MAX])
{
    char self[PATH_MAX];
    ssize_t length = readlink("/proc/self/exe", self, sizeof self - 1);
    self[length < 0 ? 0 : length] = '\0';
    char *slash = strrchr(self, '/');
    if (slash != NULL)
        *slash = '\0';
    if (slash == NULL || str_format(path, PATH_MAX, "%s/judge_client", self) != 0 || access(path, X_OK) != 0)
        (void)str_copy(path, PATH_MAX, JUDGE_PREFIX "/bin/judge_client"); /* it fits */
}

/* Executes judge_client with its standard output and error in the pipe. */
static void become(char *path, char **argv, int out)
{
    if (dup2(out, 1) == 1 && dup2(out, 2) == 2)
        (void)execv(path, argv); /* returns only when it fails */
    _exit(127);
}

static int ask(char **argv, char *text, size_t size, struct err *e)
{
    char path[PATH_MAX];
    int out[2];
    int status = 0;
    size_t used = 0;
    client_path(path);
    if (pipe2(out, O_CLOEXEC) != 0)
        return err_sys(e, errno, "ask judge_client");
    pid_t pid = fork();
    if (pid == 0)
        become(path, argv, out[1]);
    file_close(&out[1]);
    for (ssize_t count; pid > 0 && (count = read(out[0], text + used, size - 1 - used)) > 0;)
        used += (size_t)count;
    text[used] = '\0';
    file_close(&out[0]);
    if (pid < 0 || waitpid(pid, &status, 0) != pid)
        return err_sys(e, errno, "start %s", path);
    if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
        return 0;
    text[strcspn(text, "\n")] = '\0';
    const char *why = strstr(text, ": ");
    return err_set(e, "%s", text[0] == '\0' ? "judge_client could not be started" : why == NULL ? text : why + 2);
}

int policies_check(const char *home, struct err *e)
{
    char text[1024];
    char *copy = strdup(home);
    char name[] = "judge_client", form[] = "policy", verb[] = "check", used[] = "--used", home_option[] = "--home";
    char *argv[] = {name, form, verb, used, home_option, copy, NULL};
    int result = copy == NULL ? err_set(e, "out of memory") : ask(argv, text, sizeof text, e);
    free(copy);
    return result;
}

int language_number(const char *home, const char *word, const char *file, bool installed, struct err *e)
{
    char text[1024];
    int64_t number;
    char *copies[] = {strdup(word != NULL ? word : file), strdup(home)};
    char name[] = "judge_client", form[] = "languages", number_option[] = "--number", home_option[] = "--home",
         file_option[] = "--file", word_option[] = "--name", installed_option[] = "--installed";
    char *argv[] = {name,          form,
                    number_option, home_option,
                    copies[1],     word != NULL ? word_option : file_option,
                    copies[0],     installed ? installed_option : NULL,
                    NULL};
    int result = copies[0] == NULL || copies[1] == NULL ? err_set(e, "out of memory") : ask(argv, text, sizeof text, e);
    if (result == 0) {
        text[strcspn(text, "\n")] = '\0';
        result = str_to_int64(text, 0, INT_MAX, &number) == 0
                     ? (int)number
                     : err_set(e, "judge_client languages answered '%s'", text);
    }
    free(copies[0]);
    free(copies[1]);
    return result;
}
