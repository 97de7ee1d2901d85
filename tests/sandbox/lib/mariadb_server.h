/*
 * mariadb_server.h - a private MariaDB server for a test: its own folder, socket and port 0, gone with the test.
 *
 * The system's server is never touched. The data folder is made anew (about a second). The test ends it by its pid.
 */
#ifndef JUDGE_TEST_MARIADB_SERVER_H
#define JUDGE_TEST_MARIADB_SERVER_H

#include <stdbool.h>
#include <stddef.h>

struct mariadb_server;

/* Makes a data folder in a new folder below /tmp and starts the server on it, with the extra arguments (NULL-terminated, or NULL).
 * NULL with why: it is not installed, or does not start; then the test is skipped, or fails. *missing: it is not installed. */
struct mariadb_server *mariadb_server_open(const char *const *arguments, bool *missing, char *why, size_t why_size);
/* Ends it and removes its folder. NULL is fine. */
void mariadb_server_close(struct mariadb_server *server);

/* "root" without a password is its first user. */
const char *mariadb_server_socket(const struct mariadb_server *server);
const char *mariadb_server_folder(const struct mariadb_server *server);
int mariadb_server_pid(const struct mariadb_server *server);

/* Starts it again on its data where it is not running, and waits until it answers: 0, or -1 after 20 s. */
int mariadb_server_start(struct mariadb_server *server);
/* SIGSTOP, and waits until it has stopped; or SIGCONT. */
void mariadb_server_signal(struct mariadb_server *server, int signal_number);
/* SIGKILL, or SIGTERM, and waits until it is gone. */
void mariadb_server_end(struct mariadb_server *server, int signal_number);

#endif
