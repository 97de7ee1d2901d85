/*
 * main.c - judged, the supervisor: `judged [OJ_HOME] [debug [once]]`. Root.
 *
 * Starts judge_client, one a slot, and judge_node, and keeps them running. Must never open a database or a queue.
 */
#include <errno.h>
#include <getopt.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/err.h"
#include "common/file.h"
#include "common/log.h"
#include "common/settings.h"
#include "judged/child.h"
#include "judged/daemon.h"
#include "judged/group.h"
#include "judged/notify.h"
#include "judged/supervisor.h"

#include "common/banned.h"

enum { EXIT_USAGE = 2, EXIT_REFUSED = 1 };

struct options {
    char home[PATH_MAX];
    char programs[PATH_MAX]; /* folder, "": not given */
    bool debug, once, foreground;
};

static void print_help(void)
{
    printf("usage: judged [OPTIONS] [OJ_HOME] [debug [once]]\n\n"
           "Runs the judge of OJ_HOME (%s): its workers and its agent.\n"
           "  debug             stays in the foreground, and tells more\n"
           "  debug once        judges what is waiting, then ends\n"
           "  --foreground      stays in the foreground (as under systemd)\n"
           "  --programs FOLDER where judge_client and judge_node are (beside judged)\n",
           JUDGE_HOME);
}

/* 0, 1 where only help was asked for, or -1 with e. */
static int parse(struct options *options, int argc, char **argv, struct err *e)
{
    static const struct option table[] = {{"foreground", no_argument, NULL, 'f'},
                                          {"programs", required_argument, NULL, 'p'},
                                          {"help", no_argument, NULL, 'h'},
                                          {NULL, 0, NULL, 0}};
    const char *home = NULL;
    int word;
    opterr = 0;
    while ((word = getopt_long(argc, argv, "h", table, NULL)) != -1) {
        switch (word) {
        case 'f':
            options->foreground = true;
            break;
        case 'p':
            if (realpath(optarg, options->programs) == NULL)
                return err_sys(e, errno, "--programs %s", optarg);
            break;
        case 'h':
            return 1;
        default:
            return err_set(e, "%s: unknown option, or its value is missing (--help tells them)", argv[optind - 1]);
        }
    }
    for (int i = optind; i < argc; i++) {
        if (strcmp(argv[i], "debug") == 0 && !options->debug)
            options->debug = true;
        else if (strcmp(argv[i], "once") == 0 && options->debug)
            options->once = true;
        else if (home == NULL && !options->debug)
            home = argv[i];
        else
            return err_set(e, "%s: what is that? judged [OJ_HOME] [debug [once]]", argv[i]);
    }
    if (home == NULL)
        home = JUDGE_HOME;
    if (realpath(home, options->home) == NULL)
        return err_sys(e, errno, "%s (make install makes it, or name another OJ_HOME)", home);
    return 0;
}

/* Fills parent with the group that the workers' groups are made in. */
static void enter_group(char *parent, size_t size)
{
    struct err e;
    int entered = group_enter("", parent, size, &e);
    if (entered < 0)
        log_warnx("%s", e.text);
    else if (entered == 0)
        log_debug("%s", e.text);
}

/* Everything between the fork and the loop's end. Returns the exit code. */
static int run(const struct options *options, const struct settings *settings, struct daemon *daemon,
               struct notify *notify)
{
    static char client[PATH_MAX], node[PATH_MAX], parent[PATH_MAX];
    struct err e = {""};
    struct supervisor *supervisor = NULL;
    struct supervisor_config config = {.home = options->home,
                                       .client = client,
                                       .node = node,
                                       .cgroup_parent = parent,
                                       .times = &slot_times_usual,
                                       .notify = notify,
                                       .debug = options->debug,
                                       .once = options->once};
    const char *programs = options->programs[0] == '\0' ? NULL : options->programs;
    int code = EXIT_REFUSED;
    if (child_find(client, sizeof client, programs, "judge_client", &e) == 0 &&
        child_find(node, sizeof node, programs, "judge_node", &e) == 0 && daemon_lock(daemon, options->home, &e) == 0) {
        enter_group(parent, sizeof parent);
        config.daemon = daemon;
        supervisor = supervisor_new(&config, settings, &e);
    }
    if (supervisor != NULL) {
        daemon_ready(daemon);
        notify_must(notify, "READY=1");
        code = supervisor_run(supervisor);
        supervisor_free(supervisor);
    } else {
        log_info("%s", e.text);
        daemon_failed(daemon, e.text);
    }
    daemon_unlock(daemon);
    notify_close(notify);
    return code;
}

int main(int argc, char **argv)
{
    static struct options options;
    static struct settings settings;
    struct daemon daemon = {.home_fd = -1, .run_fd = -1, .pid_fd = -1, .ready_fd = -1};
    struct notify notify;
    struct err e;
    log_init("judged", 0);
    if (file_open_standard(&e) != 0)
        fatal("%s", e.text);
    int word = parse(&options, argc, argv, &e);
    if (word != 0) {
        if (word < 0)
            fatal("%s", e.text);
        print_help();
        return 0;
    }
    log_init("judged", options.debug);
    if (geteuid() != 0)
        fatal("needs root: its workers make namespaces and change users");
    if (supervisor_read_settings(&settings, options.home, &e) != 0)
        fatal("%s", e.text);
    const char *systemd = getenv("NOTIFY_SOCKET");
    if (!options.debug && !options.foreground && (systemd == NULL || systemd[0] == '\0')) {
        int code = EXIT_USAGE;
        int parent = daemon_leave(&daemon, options.home, &code, &e);
        if (parent < 0)
            fatal("%s", e.text);
        if (parent > 0)
            return code;
    }
    log_service();        /* after it, what the parent prints is for a terminal */
    notify_open(&notify); /* after the fork: the watchdog's pid is this process' */
    return run(&options, &settings, &daemon, &notify);
}
