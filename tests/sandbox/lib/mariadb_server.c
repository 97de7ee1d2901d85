/*
 * mariadb_server.c - see mariadb_server.h. Runs in a test's process, as whoever runs the test; root starts the server as root.
 */
#include "tests/sandbox/lib/mariadb_server.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pwd.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/clock.h"
#include "common/str.h"

#include "common/banned.h"

enum { ARGUMENTS = 40, START_MS = 20000 };

struct mariadb_server {
    char folder[64];
    char data[96], socket[96], log[96];
    char user[64];
    const char *program;
    pid_t pid; /* 0: not running */
    const char *extra[ARGUMENTS / 2];
};

static const char *find_program(const char *const *paths)
{
    for (; *paths != NULL; paths++) {
        if (access(*paths, X_OK) == 0)
            return *paths;
    }
    return NULL;
}

static pid_t start_program(const struct mariadb_server *server, char *const *argv)
{
    pid_t pid = fork();
    if (pid != 0)
        return pid;
    (void)prctl(PR_SET_PDEATHSIG, SIGKILL); /* a test that crashes leaves no server */
    int log = open(server->log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    if (log >= 0 && dup2(log, 1) == 1 && dup2(log, 2) == 2)
        (void)execv(argv[0], argv); /* returns only when it fails */
    _exit(127);
}

/* argv holds texts that execv does not change. */
static char *argument(const char *text)
{
    union {
        const char *given;
        char *wanted;
    } both = {.given = text};
    return both.wanted;
}

static int install(struct mariadb_server *server, const char *program)
{
    char data[128];
    int status = -1;
    char temporary[128];
    (void)str_format(data, sizeof data, "--datadir=%s", server->data);
    /* A server that starts removes what looks like tables of its own from the folder for temporary files: not from another's. */
    (void)str_format(temporary, sizeof temporary, "--tmpdir=%s", server->folder);
    char *argv[] = {argument(program),
                    argument("--no-defaults"),
                    data,
                    temporary,
                    server->user,
                    argument("--skip-test-db"),
                    argument("--auth-root-authentication-method=normal"),
                    argument("--innodb-log-file-size=4M"),
                    argument("--innodb-buffer-pool-size=8M"),
                    NULL};
    pid_t pid = start_program(server, argv);
    return pid > 0 && waitpid(pid, &status, 0) == pid && WIFEXITED(status) && WEXITSTATUS(status) == 0 ? 0 : -1;
}

/* The server greets whoever connects, once it is ready. */
static bool greets(const struct mariadb_server *server)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    bool greeted = false;
    char byte;
    if (fd >= 0 && str_copy(address.sun_path, sizeof address.sun_path, server->socket) == 0 &&
        connect(fd, (const struct sockaddr *)&address, sizeof address) == 0) {
        struct pollfd wait = {.fd = fd, .events = POLLIN};
        greeted = poll(&wait, 1, 1000) == 1 && recv(fd, &byte, 1, 0) == 1;
    }
    if (fd >= 0)
        (void)close(fd);
    return greeted;
}

int mariadb_server_start(struct mariadb_server *server)
{
    if (server->pid != 0)
        return 0;
    char data[128];
    char name[128];
    char temporary[128];
    (void)str_format(data, sizeof data, "--datadir=%s", server->data);
    (void)str_format(temporary, sizeof temporary, "--tmpdir=%s", server->folder);
    (void)str_format(name, sizeof name, "--socket=%s", server->socket);
    char *argv[ARGUMENTS] = {argument(server->program),
                             argument("--no-defaults"),
                             data,
                             name,
                             temporary,
                             server->user,
                             argument("--skip-networking"),
                             argument("--innodb-log-file-size=4M"),
                             argument("--innodb-buffer-pool-size=16M"),
                             argument("--innodb-flush-log-at-trx-commit=2"),
                             argument("--innodb-use-native-aio=0"),
                             argument("--performance-schema=0"),
                             argument("--skip-name-resolve"),
                             argument("--pid-file=mariadb.pid")};
    size_t count = 14;
    for (size_t i = 0; server->extra[i] != NULL && count < ARGUMENTS - 1; i++)
        argv[count++] = argument(server->extra[i]);
    (void)unlink(server->socket); /* what a killed one left */
    server->pid = start_program(server, argv);
    if (server->pid < 0)
        server->pid = 0;
    for (int64_t end_us = clock_now_us() + START_MS * 1000LL; clock_now_us() < end_us && server->pid != 0;) {
        int status;
        if (greets(server))
            return 0;
        if (waitpid(server->pid, &status, WNOHANG) == server->pid)
            server->pid = 0;
        (void)poll(NULL, 0, 10); /* it makes its socket when it is ready: there is nothing else to wait on */
    }
    return -1;
}

void mariadb_server_signal(struct mariadb_server *server, int signal_number)
{
    int status;
    if (server->pid <= 0)
        return;
    (void)kill(server->pid, signal_number); /* ours: it cannot be another's before it is waited for */
    if (signal_number != SIGSTOP)
        return;
    /* It has stopped when all its threads have: they go on for a while. */
    if (waitpid(server->pid, &status, WUNTRACED) == server->pid && !WIFSTOPPED(status))
        server->pid = 0;
}

void mariadb_server_end(struct mariadb_server *server, int signal_number)
{
    int status;
    if (server->pid == 0)
        return;
    mariadb_server_signal(server, signal_number);
    while (waitpid(server->pid, &status, 0) < 0 && errno == EINTR)
        continue;
    server->pid = 0;
}

/* Removes path and all below it. */
static void remove_tree(const char *path)
{
    DIR *folder = opendir(path);
    struct dirent *entry;
    while (folder != NULL && (entry = readdir(folder)) != NULL) {
        char below[512];
        struct stat status;
        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0 ||
            str_format(below, sizeof below, "%s/%s", path, entry->d_name) != 0)
            continue;
        if (lstat(below, &status) == 0 && S_ISDIR(status.st_mode))
            remove_tree(below);
        else
            (void)unlink(below); /* what stays is in /tmp */
    }
    if (folder != NULL)
        (void)closedir(folder);
    (void)rmdir(path);
}

struct mariadb_server *mariadb_server_open(const char *const *arguments, bool *missing, char *why, size_t why_size)
{
    static const char *const servers[] = {"/usr/sbin/mariadbd", "/usr/sbin/mysqld", "/usr/libexec/mariadbd", NULL};
    static const char *const installers[] = {"/usr/bin/mariadb-install-db", "/usr/bin/mysql_install_db", NULL};
    const char *program = find_program(servers);
    const char *installer = find_program(installers);
    *missing = program == NULL || installer == NULL;
    if (*missing) {
        (void)str_format(why, why_size, "no mariadb-server (apt-get install mariadb-server)");
        return NULL;
    }
    struct mariadb_server *server = calloc(1, sizeof *server);
    const struct passwd *user = getpwuid(getuid());
    if (server == NULL)
        return NULL;
    server->program = program;
    (void)str_copy(server->folder, sizeof server->folder, "/tmp/judge-mariadb-XXXXXX");
    (void)str_format(server->user, sizeof server->user, "--user=%.50s", user == NULL ? "root" : user->pw_name);
    for (size_t i = 0; arguments != NULL && arguments[i] != NULL && i < ARGUMENTS / 2 - 1; i++)
        server->extra[i] = arguments[i];
    if (mkdtemp(server->folder) == NULL) {
        (void)str_format(why, why_size, "%s: %s", server->folder, strerror(errno));
        free(server);
        return NULL;
    }
    (void)str_format(server->data, sizeof server->data, "%s/data", server->folder);
    (void)str_format(server->socket, sizeof server->socket, "%s/socket", server->folder);
    (void)str_format(server->log, sizeof server->log, "%s/log", server->folder);
    if (install(server, installer) != 0 || mariadb_server_start(server) != 0) {
        (void)str_format(why, why_size, "mariadbd does not start: %s (kept)", server->log);
        mariadb_server_end(server, SIGKILL);
        free(server);
        return NULL;
    }
    return server;
}

void mariadb_server_close(struct mariadb_server *server)
{
    if (server == NULL)
        return;
    mariadb_server_end(server, SIGKILL);
    remove_tree(server->folder);
    free(server);
}

const char *mariadb_server_socket(const struct mariadb_server *server)
{
    return server->socket;
}

const char *mariadb_server_folder(const struct mariadb_server *server)
{
    return server->folder;
}

int mariadb_server_pid(const struct mariadb_server *server)
{
    return server->pid;
}
