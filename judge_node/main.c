/*
 * main.c - judge_node, the agent of one box: arguments, the unprivileged user, two threads, a sign of life for judged.
 *
 * judged starts it as root with a pipe as descriptor 3 and starts it again when it ends. It reads the settings, becomes
 * [node] user, and only then opens anything. The main thread waits for signals and tells judged that the process lives;
 * leases.c and intake.c are the other two. Nothing a server does can hold up the end of this process.
 */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <limits.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/clock.h"
#include "common/file.h"
#include "common/log.h"
#include "common/pool.h"
#include "common/settings.h"
#include "common/str.h"
#include "judge_node/board.h"
#include "judge_node/contact.h"
#include "judge_node/event_publish.h"
#include "judge_node/events.h"
#include "judge_node/intake.h"
#include "judge_node/jobs.h"
#include "judge_node/leases.h"
#include "judge_node/unprivileged.h"

#include "common/banned.h"

#define MAIN_BEAT_MS 2000
#define MAIN_END_MS 800        /* for the threads to end in, then they are left behind */
#define MAIN_STACK (512 << 10) /* of a thread */

/* How long a thread may be away before judged is told nothing more and starts this process anew. The longest honest absence is
 * a few time-outs of a server in one turn. */
static const struct {
    const char *name;
    int64_t away_us;
} main_threads[BOARD_THREADS] = {
    [BOARD_LEASES] = {"leases", 60000000}, [BOARD_INTAKE] = {"intake", 300000000},
    [BOARD_EVENTS] = {"events", 60000000}, [BOARD_PUBLISH] = {"publish", 120000000},
    [BOARD_JOBS] = {"jobs", 60000000},
};

struct main_state {
    struct settings settings;
    struct board board;
    pthread_t threads[BOARD_THREADS];
    struct node_events *events;
    struct event_publish *publish;
    int signal_fd, report_fd; /* report_fd -1: nobody listens */
    bool away_said;
};

static const char main_usage[] = "usage: judge_node --home OJ_HOME [--debug] [--after-kill]\n"
                                 "judged starts it; it has nothing to be started by hand for.\n";

/* Returns the home; --debug in *debug, --after-kill in *killed. */
static const char *main_options(int argc, char **argv, int *debug, bool *killed)
{
    static const struct option options[] = {{"home", required_argument, NULL, 'H'},
                                            {"debug", no_argument, NULL, 'd'},
                                            {"after-kill", no_argument, NULL, 'k'},
                                            {"help", no_argument, NULL, 'h'},
                                            {NULL, 0, NULL, 0}};
    const char *home = NULL;
    int option;
    while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) { /* NOLINT(concurrency-mt-unsafe) */
        if (option == 'H') {
            home = optarg;
        } else if (option == 'd') {
            *debug = 1;
        } else if (option == 'k') {
            *killed = true;
        } else {
            (void)fputs(main_usage, option == 'h' ? stdout : stderr); /* exits next */
            exit(option == 'h' ? 0 : 2);
        }
    }
    if (optind < argc) {
        (void)fputs(main_usage, stderr); /* exits next */
        exit(2);
    }
    return home;
}

/* The pipe to judged, or -1 where descriptor 3 is none: then this is somebody's terminal. */
static int main_report_fd(void)
{
    struct stat status;
    if (fstat(POOL_REPORT_FD, &status) != 0 || !S_ISFIFO(status.st_mode))
        return -1;
    if (fcntl(POOL_REPORT_FD, F_SETFD, FD_CLOEXEC) != 0 || fcntl(POOL_REPORT_FD, F_SETFL, O_NONBLOCK) != 0)
        return -1;
    return POOL_REPORT_FD;
}

static int main_signals(void)
{
    sigset_t set;
    (void)sigemptyset(&set); /* these fail for signals that do not exist */
    (void)sigaddset(&set, SIGTERM);
    (void)sigaddset(&set, SIGINT);
    (void)sigaddset(&set, SIGHUP);
    (void)signal(SIGPIPE, SIG_IGN);
    if (pthread_sigmask(SIG_BLOCK, &set, NULL) != 0)
        return -1;
    return signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
}

static int main_start(struct main_state *state, struct leases *leases, struct intake *intake, struct jobs *jobs)
{
    pthread_attr_t attributes;
    if (pthread_attr_init(&attributes) != 0 || pthread_attr_setstacksize(&attributes, MAIN_STACK) != 0)
        return -1;
    int code = pthread_create(&state->threads[BOARD_LEASES], &attributes, leases_run, leases);
    if (code == 0)
        code = pthread_create(&state->threads[BOARD_INTAKE], &attributes, intake_run, intake);
    if (code == 0)
        code = pthread_create(&state->threads[BOARD_JOBS], &attributes, jobs_run, jobs);
    if (code == 0)
        code = pthread_create(&state->threads[BOARD_EVENTS], &attributes, node_events_run, state->events);
    if (code == 0)
        code = pthread_create(&state->threads[BOARD_PUBLISH], &attributes, event_publish_run, state->publish);
    (void)pthread_attr_destroy(&attributes); /* cannot fail after init */
    errno = code;
    return code == 0 ? 0 : -1;
}

/* What the threads of events need; their sockets were made as root. */
static void main_events(struct main_state *state)
{
    struct err e;
    state->publish = event_publish_new(&state->settings, &state->board);
    if (state->publish == NULL)
        fatal("no memory");
    if (node_events_start(state->events, &state->board, state->publish, &e) != 0)
        fatal("%s", e.text);
}

/* True where all threads came by lately, or the end was asked for. */
static bool main_alive(struct main_state *state)
{
    int64_t now = contact_now_us();
    for (int i = 0; i < BOARD_THREADS; i++) {
        if (now - atomic_load(&state->board.seen_us[i]) < main_threads[i].away_us)
            continue;
        if (!state->away_said)
            log_warnx("the thread %s is stuck for over %lld s: judged is to start this process anew",
                      main_threads[i].name, (long long)main_threads[i].away_us / 1000000);
        state->away_said = true;
        return false;
    }
    return true;
}

/* judged is gone: the threads are told. */
static void main_orphan(struct main_state *state)
{
    log_info("judged is gone: leases are renewed until its workers are, too");
    file_close(&state->report_fd);
    atomic_store(&state->board.orphaned, true);
    board_wake(&state->board, false);
}

/* Tells judged that this process lives. */
static void main_beat(struct main_state *state)
{
    const struct pool_report report = {.magic = POOL_MAGIC, .state = POOL_IDLE};
    if (state->report_fd < 0 || !main_alive(state))
        return;
    if (write(state->report_fd, &report, sizeof report) < 0 && errno == EPIPE) /* a full pipe is read some day */
        main_orphan(state);
}

/* Until a signal asks for the end, or the leases thread ended because judged and its workers did. */
static void main_loop(struct main_state *state)
{
    int64_t beat_us = clock_now_us();
    for (;;) {
        int64_t left_ms = (beat_us - clock_now_us()) / 1000;
        struct pollfd fds[] = {{.fd = state->signal_fd, .events = POLLIN},
                               {.fd = state->board.done_fd, .events = POLLIN},
                               {.fd = state->report_fd}};   /* an error: its reader is gone */
        (void)poll(fds, 3, left_ms < 0 ? 0 : (int)left_ms); /* whatever ends it, the loop looks again */
        if (fds[0].revents != 0) {
            struct signalfd_siginfo info = {0};
            if (read(state->signal_fd, &info, sizeof info) == (ssize_t)sizeof info)
                log_info("ended signal=%u", info.ssi_signo);
            return;
        }
        if (fds[1].revents != 0) {
            log_info("ended: judged and its workers are gone");
            return;
        }
        if (fds[2].revents != 0) {
            main_orphan(state);
        } else if (clock_now_us() >= beat_us) {
            main_beat(state);
            beat_us = clock_now_us() + MAIN_BEAT_MS * 1000;
        }
    }
}

/* True where both threads ended in time. */
static bool main_join(struct main_state *state)
{
    struct timespec until = {0};
    (void)clock_gettime(CLOCK_REALTIME, &until); /* fails only for a clock that does not exist */
    until.tv_nsec += MAIN_END_MS * 1000000L;
    until.tv_sec += until.tv_nsec / 1000000000L;
    until.tv_nsec %= 1000000000L;
    bool ended = true;
    for (int i = 0; i < BOARD_THREADS; i++)
        ended = pthread_timedjoin_np(state->threads[i], NULL, &until) == 0 && ended;
    return ended;
}

int main(int argc, char **argv)
{
    static struct main_state state;
    struct err e;
    int debug = 0;
    bool killed = false;
    log_init("judge_node", 0);
    const char *home = main_options(argc, argv, &debug, &killed);
    log_init("judge_node", debug);
    log_service();
    if (file_open_standard(&e) != 0)
        fatal("%s", e.text);
    state.report_fd = main_report_fd();
    if (settings_read_quiet(&state.settings, home, NULL, &e) != 0)
        fatal("%s", e.text);
    if (chdir(state.settings.home) != 0)                             /* POOL_SOCKET is named from there */
        fatal("enter %s: %s", state.settings.home, strerror(errno)); /* NOLINT(concurrency-mt-unsafe) */
    struct jobs *jobs = jobs_new(&state.settings, &state.board);     /* reads the languages' files, as root */
    if (jobs == NULL)
        fatal("no memory");
    state.events = node_events_open(state.settings.node_user, &e);
    if (state.events == NULL || unprivileged_become(state.settings.node_user, &e) != 0)
        fatal("%s", e.text);
    state.signal_fd = main_signals();
    if (state.signal_fd < 0)
        fatal("make a signalfd: %s", strerror(errno)); /* NOLINT(concurrency-mt-unsafe) */
    if (board_init(&state.board, &e) != 0)
        fatal("%s", e.text);
    main_events(&state);
    struct leases *leases = leases_new(&state.settings, &state.board);
    if (leases == NULL)
        fatal("no memory");
    if (killed)
        leases_note_killed(leases, contact_now_us());
    struct intake *intake = intake_new(&state.settings, &state.board, &e);
    if (intake == NULL)
        fatal("%s", e.text);
    log_info("started node=%s queue=%s store=%s", state.settings.node,
             settings_has_redis(&state.settings) ? "redis" : "file",
             settings_has_database(&state.settings) ? "mysql" : "file");
    if (main_start(&state, leases, intake, jobs) != 0)
        fatal("start a thread: %s", strerror(errno)); /* NOLINT(concurrency-mt-unsafe) */
    main_loop(&state);
    board_stop(&state.board);
    if (!main_join(&state)) /* one waits for a server: nothing that it holds needs an end */
        _exit(0);
    jobs_free(jobs);
    intake_free(intake);
    leases_free(leases);
    node_events_close(state.events);
    event_publish_free(state.publish);
    board_fini(&state.board);
    file_close(&state.signal_fd);
    file_close(&state.report_fd);
    return 0;
}
