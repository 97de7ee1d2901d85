/*
 * top.c - `judgectl top`: the pool at work, drawn anew every few seconds. The only file that knows ncurses.
 *
 * Two threads: one asks judged, queue and store, which may take as long as their time-outs; the other draws what was
 * answered last and listens to keys, so that a server that is gone makes a line and no frozen screen.
 */
#include <errno.h>
#include <fcntl.h>
#include <ncurses.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

#include "common/err.h"
#include "common/file.h"
#include "common/str.h"
#include "judgectl/commands.h"
#include "judgectl/options.h"
#include "judgectl/figures.h"
#include "judgectl/shown.h"

#include "common/banned.h"

enum { KEY_MS = 100, LINE = 512 };

static const char usage[] =
    "usage: judgectl top [--every SECONDS] [--home OJ_HOME]\n"
    "\n"
    "Keys: q quits, r is another rate (1, 2, 5, 10 s), blank looks again at once, arrows and Page Up/Down scroll.\n"
    "Exit: 0 it was quit, 2 the settings are wrong, or there is no terminal (judgectl stats needs none).\n";

static const int rates_s[] = {1, 2, 5, 10};

struct top {
    struct figures_source source; /* of the asking thread */
    struct figures fresh;         /* as well */
    pthread_mutex_t lock;
    struct figures seen; /* under the lock, as the next two */
    int64_t looks;
    int every_s;
    int look_fd; /* readable: look now */

    struct figures drawn; /* of the drawing thread */
    int first_slot;
};

/* ---- asking */

static void *ask(void *argument)
{
    struct top *top = argument;
    for (;;) {
        eventfd_t count;
        figures_read(&top->source, &top->fresh);
        (void)pthread_mutex_lock(&top->lock); /* cannot fail: it is no recursive one */
        top->seen = top->fresh;
        top->looks++;
        int every_ms = top->every_s * 1000;
        (void)pthread_mutex_unlock(&top->lock);
        struct pollfd look = {.fd = top->look_fd, .events = POLLIN};
        (void)poll(&look, 1, every_ms);           /* whatever ends it, it looks again */
        (void)eventfd_read(top->look_fd, &count); /* EAGAIN: nothing was there */
    }
    return NULL;
}

/* ---- drawing */

/* A line, cut at the screen's width; what lies below the screen is left out. */
__attribute__((format(printf, 3, 4))) static void draw(int row, int attribute, const char *format, ...)
{
    char line[LINE];
    va_list args;
    va_start(args, format);
    int length = vsnprintf(line, sizeof line, format, args);
    va_end(args);
    if (length < 0 || row >= LINES)
        return;
    (void)attron(attribute); /* these fail off the screen only */
    (void)mvaddnstr(row, 0, line, COLS);
    (void)attroff(attribute);
}

static void verdicts_text(char *text, size_t size, const int64_t *counts, int64_t all)
{
    (void)str_format(text, size, "%lld",
                     (long long)all); /* it fits, as does all below but for a number of years' verdicts */
    for (int i = STORE_RUNNING + 1; i < STORE_RESULTS; i++) {
        size_t used = strlen(text);
        if (counts[i] > 0)
            (void)str_format(text + used, size - used, "  %s %lld", shown_result(i), (long long)counts[i]);
    }
}

static int draw_pool(const struct top *top, int row, int every_s)
{
    const struct figures *figures = &top->drawn;
    char clock[16] = "";
    struct tm local;
    if (localtime_r(&figures->at.tv_sec, &local) != NULL)
        (void)strftime(clock, sizeof clock, "%H:%M:%S", &local); /* it fits */
    draw(row++, A_REVERSE, "judgectl top  %s  every %d s  node %s  %s  (q quits, r another rate)%*s", clock, every_s,
         top->source.settings.node, top->source.settings.home, COLS, "");
    if (figures->pool_why.text[0] != '\0')
        draw(row++, A_BOLD, "judged: %s", figures->pool_why.text);
    else
        draw(row++, A_NORMAL, "slots    %d: %d judging, %d storing, %d idle, %d starting, %d ending, %d down%s",
             figures->slot_count, figures->states[POOL_JUDGING], figures->states[POOL_STORING],
             figures->states[POOL_IDLE], figures->states[POOL_STARTING], figures->states[POOL_ENDING],
             figures->states[POOL_DOWN], figures->pool.draining != 0 ? "  DRAINING" : "");
    return row;
}

static int draw_queue(const struct top *top, int row)
{
    const struct queue_stats *queue = &top->drawn.queue;
    char text[LINE] = "";
    if (top->drawn.queue_why.text[0] != '\0') {
        draw(row++, A_BOLD, "queue: %s", top->drawn.queue_why.text);
        return row;
    }
    for (int i = 0; i < QUEUE_LANES; i++) {
        size_t used = strlen(text);
        (void)str_format(text + used, sizeof text - used, "%s%s %lld", i == 0 ? "" : "  ",
                         queue_lane_name((enum queue_lane)i), (long long)queue->waiting[i]); /* it fits */
    }
    draw(row++, A_NORMAL, "waiting  %s", text);
    draw(row++, A_NORMAL, "oldest   %lld.%lld s   held %lld   quarantined %lld", (long long)queue->oldest_ms / 1000,
         (long long)queue->oldest_ms / 100 % 10, (long long)queue->held, (long long)queue->dead);
    return row;
}

static int draw_store(const struct top *top, int row)
{
    const struct figures *figures = &top->drawn;
    char text[LINE];
    if (figures->store_why.text[0] != '\0') {
        draw(row++, A_BOLD, "store: %s", figures->store_why.text);
        return row;
    }
    verdicts_text(text, sizeof text, figures->recent.minute, figures->minute);
    draw(row++, A_NORMAL, "minute   %s", text);
    verdicts_text(text, sizeof text, figures->recent.hour, figures->hour);
    draw(row++, A_NORMAL, "hour     %s", text);
    return row;
}

static void draw_slot(const struct pool_slot *slot, int row)
{
    const struct pool_report *report = &slot->report;
    char job[LINE] = "";
    if (report->id[0] != '\0') {
        (void)str_format(
            job, sizeof job, "%s of %s, problem %lld, attempt %d", report->id,
            report->lane >= 0 && report->lane < QUEUE_LANES ? queue_lane_name((enum queue_lane)report->lane) : "?",
            (long long)report->problem, report->attempt); /* it fits */
        size_t used = strlen(job);
        if (report->case_count > 0)
            (void)str_format(job + used, sizeof job - used, ", case %d of %d", report->case_no, report->case_count);
    }
    const char *note = slot->state == POOL_DOWN ? slot->why : report->note;
    draw(row, slot->state == POOL_DOWN ? A_BOLD : A_NORMAL, "%4d  %-8s %8lld s %8lld  %s%s%s", slot->slot,
         pool_state_name(slot->state), (long long)figures_age_s(slot), (long long)slot->jobs, job,
         note[0] != '\0' && job[0] != '\0' ? "  " : "", note);
}

static void draw_slots(struct top *top, int row)
{
    const struct figures *figures = &top->drawn;
    draw(row++, A_REVERSE, "%4s  %-8s %10s %8s  %s%*s", "slot", "state", "since", "judged", "job", COLS, "");
    int room = LINES - row;
    if (top->first_slot > figures->slot_count - room)
        top->first_slot = figures->slot_count - room;
    if (top->first_slot < 0)
        top->first_slot = 0;
    for (int i = top->first_slot; i < figures->slot_count && row < LINES; i++)
        draw_slot(&figures->slots[i], row++);
}

static void draw_all(struct top *top)
{
    (void)pthread_mutex_lock(&top->lock); /* as above */
    bool any = top->looks > 0;
    int every_s = top->every_s;
    if (any)
        top->drawn = top->seen;
    (void)pthread_mutex_unlock(&top->lock);
    (void)erase(); /* ncurses fails where there is no screen, and there is one */
    if (!any) {
        draw(0, A_NORMAL, "judgectl top: asking ...");
    } else {
        int row = draw_pool(top, 0, every_s);
        row = draw_queue(top, row);
        row = draw_store(top, row);
        draw_slots(top, row + 1);
    }
    (void)refresh();
}

/* ---- keys */

static void next_rate(struct top *top)
{
    (void)pthread_mutex_lock(&top->lock); /* as above */
    size_t i = 0;
    while (i < sizeof rates_s / sizeof rates_s[0] && rates_s[i] <= top->every_s)
        i++;
    top->every_s = rates_s[i % (sizeof rates_s / sizeof rates_s[0])];
    (void)pthread_mutex_unlock(&top->lock);
    (void)eventfd_write(top->look_fd, 1); /* cannot be full */
}

/* False where it is the last one. */
static bool take_key(struct top *top, int key)
{
    switch (key) {
    case 'q':
    case 'Q':
    case 3: /* Ctrl-C, where the terminal sends it as a key */
        return false;
    case 'r':
        next_rate(top);
        break;
    case ' ':
        (void)eventfd_write(top->look_fd, 1); /* cannot be full */
        break;
    case KEY_DOWN:
        top->first_slot++;
        break;
    case KEY_UP:
        top->first_slot--;
        break;
    case KEY_NPAGE:
        top->first_slot += LINES / 2;
        break;
    case KEY_PPAGE:
        top->first_slot -= LINES / 2;
        break;
    default: /* KEY_RESIZE too: it is drawn anew in any case */
        break;
    }
    return true;
}

/* The terminal was closed or another program reads from it: getch fails at once, again and again. */
static bool has_terminal(void)
{
    struct pollfd in = {.fd = STDIN_FILENO, .events = POLLIN};
    return poll(&in, 1, 0) <= 0 || (in.revents & (POLLHUP | POLLERR | POLLNVAL)) == 0;
}

static void show(struct top *top)
{
    int64_t drawn = -1;
    bool changed = true;
    for (bool going = true; going && has_terminal();) {
        (void)pthread_mutex_lock(&top->lock); /* as above */
        int64_t looks = top->looks;
        (void)pthread_mutex_unlock(&top->lock);
        if (looks != drawn || changed)
            draw_all(top);
        drawn = looks;
        int key = getch(); /* waits KEY_MS */
        changed = key != ERR;
        going = key == ERR || take_key(top, key);
    }
}

/* ---- start and end */

/* Lines of the log would lie across the screen: what they say of servers is drawn. Returns the old one, or -1. */
static int silence(void)
{
    int old = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
    int null_fd = open("/dev/null", O_WRONLY | O_CLOEXEC);
    if (old >= 0 && null_fd >= 0)
        (void)dup2(null_fd, STDERR_FILENO); /* both are there */
    file_close(&null_fd);
    return old;
}

static int run(struct top *top, struct err *e)
{
    pthread_t thread;
    if (isatty(STDIN_FILENO) == 0 || isatty(STDOUT_FILENO) == 0)
        return err_set(e, "there is no terminal: judgectl stats prints the same as JSON");
    top->look_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (top->look_fd < 0)
        return err_sys(e, errno, "make an eventfd");
    const char *kind = getenv("TERM"); /* NOLINT(concurrency-mt-unsafe): nobody sets variables */
    SCREEN *screen = kind == NULL ? NULL : newterm(NULL, stdout, stdin);
    if (screen == NULL)
        return err_set(e, "TERM=%s: no terminal that ncurses knows; judgectl stats needs none",
                       kind == NULL ? "" : kind);
    (void)set_term(screen); /* it is the only one */
    (void)cbreak();         /* these fail on terminals that cannot: then they do without */
    (void)noecho();
    (void)curs_set(0);
    (void)keypad(stdscr, TRUE);
    timeout(KEY_MS);
    int old = silence();
    int error = pthread_create(&thread, NULL, ask, top);
    if (error == 0)
        show(top);
    (void)endwin(); /* as above */
    if (old >= 0)
        (void)dup2(old, STDERR_FILENO); /* both are there */
    file_close(&old);
    return error == 0 ? 0 : err_sys(e, error, "start a thread");
}

/* 0; 1 after --help was printed; -1 with e. */
static int parse(struct top *top, const char **home, int argc, char **argv, struct err *e)
{
    int64_t number = top->every_s;
    const struct option_row rows[] = {{"every", 0, OPTION_NUMBER, &number, 1, 3600, "seconds, 1 to 3600", NULL},
                                      OPTION_HOME(home)};
    int code = options_parse("top", usage, rows, sizeof rows / sizeof *rows, argc, argv, e);
    if (code != 0)
        return code;
    top->every_s = (int)number;
    return optind == argc ? 0 : err_set(e, "'%s': no argument is taken", argv[optind]);
}

int top_main(int argc, char **argv)
{
    struct err e = {""};
    const char *home = NULL;
    struct top *top = calloc(1, sizeof *top);
    if (top == NULL)
        return 2;
    top->every_s = 2;
    int code =
        pthread_mutex_init(&top->lock, NULL) != 0 ? err_set(&e, "out of memory") : parse(top, &home, argc, argv, &e);
    if (code == 0)
        code = settings_read_quiet(&top->source.settings, home, NULL, &e);
    if (code == 0)
        code = run(top, &e);
    if (code < 0)
        (void)fprintf(stderr, "judgectl top: %s\n", e.text); /* nowhere else to say it */
    (void)fflush(stdout);
    if (code < 0 || top->look_fd == 0) {
        free(top);
        return code < 0 ? 2 : 0;
    }
    _exit(0); /* the asking thread may wait for a server; nothing that it holds needs an end */
}
