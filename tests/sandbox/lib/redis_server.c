/*
 * redis_server.c - see redis_server.h. Runs in test programs under any uid; never touches a server that it did not start.
 */
#include "tests/sandbox/lib/redis_server.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "common/clock.h"
#include "common/file.h"
#include "common/str.h"

#include "common/banned.h"

enum { START_MS = 10000, ANSWER_MS = 10000, WORDS = 48 };

static const char *find_server(void)
{
    static const char *const places[] = {"/usr/bin/redis-server", "/usr/local/bin/redis-server",
                                         "/usr/sbin/redis-server"};
    for (size_t i = 0; i < sizeof places / sizeof places[0]; i++) {
        if (access(places[i], X_OK) == 0)
            return places[i];
    }
    return NULL;
}

/* In the child. */
static void become_server(const struct redis_server *server, const char *const *options)
{
    const char *words[WORDS] = {
        find_server(),
        "--port",
        "0",
        "--unixsocket",
        server->socket,
        "--dir",
        server->folder,
        "--daemonize",
        "no",
        "--save",
        "",
        "--logfile",
        "log",
        "--loglevel",
        "warning",
        "--databases",
        "4",
        "--appendfsync",
        "no",
    };
    size_t count = 0;
    while (words[count] != NULL)
        count++;
    for (size_t i = 0; options != NULL && options[i] != NULL && count < WORDS - 1; i++)
        words[count++] = options[i];
    words[count] = NULL;
    union { /* execve wants char *const *, and changes nothing */
        const char **in;
        char **out;
    } argv = {words};
    static char *const env[] = {NULL};
    (void)prctl(PR_SET_PDEATHSIG, SIGKILL); /* a test that crashes leaves none */
    execve(words[0], argv.out, env);
    _exit(127);
}

int redis_server_start(struct redis_server *server, const char *const *options, struct err *e)
{
    char answer[64];
    const struct timespec pause = {.tv_nsec = 5000000};
    (void)unlink(server->socket); /* of the one before */
    server->pid = fork();
    if (server->pid < 0) {
        server->pid = 0;
        return err_sys(e, errno, "fork");
    }
    if (server->pid == 0)
        become_server(server, options);
    int64_t end_us = clock_now_us() + START_MS * 1000;
    for (;;) {
        struct err own = {""};
        /* With a password its answer to PING is an error, and it is there all the same. */
        if (redis_server_command(server, "PING", answer, sizeof answer, &own) == 0 ||
            strstr(own.text, "NOAUTH") != NULL || (server->may_load && strstr(own.text, "LOADING") != NULL))
            return 0;
        if (waitpid(server->pid, NULL, WNOHANG) != 0) {
            server->pid = 0;
            return err_set(e, "redis-server has ended at once: see %s/log", server->folder);
        }
        if (clock_now_us() > end_us)
            return err_set(e, "redis-server does not answer: %s", own.text);
        (void)nanosleep(&pause, NULL); /* there is no event for a server that listens */
    }
}

int redis_server_init(struct redis_server *server, const char *const *options, struct err *e)
{
    memset(server, 0, sizeof *server);
    if (find_server() == NULL)
        return 0;
    (void)str_copy(server->folder, sizeof server->folder, "/tmp/judge-test-redis.XXXXXX"); /* it fits */
    if (mkdtemp(server->folder) == NULL)
        return err_sys(e, errno, "make a folder");
    (void)str_format(server->socket, sizeof server->socket, "%s/socket", server->folder); /* it fits */
    if (redis_server_start(server, options, e) == 0)
        return 1;
    redis_server_fini(server);
    return -1;
}

void redis_server_kill(struct redis_server *server)
{
    if (server->pid <= 0)
        return;
    (void)kill(server->pid, SIGKILL); /* ours, not waited for yet */
    while (waitpid(server->pid, NULL, 0) < 0 && errno == EINTR)
        continue;
    server->pid = 0;
}

void redis_server_fini(struct redis_server *server)
{
    redis_server_kill(server);
    int dir = server->folder[0] == '\0' ? -1 : open(server->folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (dir < 0)
        return;
    (void)unlinkat(dir, "socket", 0); /* no plain file */
    struct err e;
    if (file_empty_folder(dir, &e) == 0)
        (void)rmdir(server->folder); /* what is left below /tmp does no harm */
    file_close(&dir);
}

int redis_server_command(const struct redis_server *server, const char *command, char *answer, size_t size,
                         struct err *e)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    char line[1024];
    ssize_t count = -1;
    (void)str_copy(address.sun_path, sizeof address.sun_path, server->socket); /* it fits */
    if (str_format(line, sizeof line, "%s\r\n", command) != 0)
        return err_set(e, "the command is too long");
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0 || connect(fd, (const struct sockaddr *)&address, sizeof address) != 0 ||
        file_write_all(fd, line, strlen(line)) != 0) {
        int error = errno;
        file_close(&fd);
        return err_sys(e, error, "%s", server->socket);
    }
    struct pollfd file = {.fd = fd, .events = POLLIN};
    if (poll(&file, 1, ANSWER_MS) == 1)
        count = read(fd, answer, size - 1);
    file_close(&fd);
    if (count <= 0)
        return err_set(e, "%s: no answer to %s", server->socket, command);
    answer[count] = '\0';
    return answer[0] == '-' ? err_set(e, "%s: %.200s", command, answer) : 0;
}
