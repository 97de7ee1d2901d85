/*
 * intake.h - the thread that brings submissions into the queue and lost rows back: the site's list, hints, the sweep.
 *
 * Theory of operation. What is in the table is the truth; the list and the hints only make it quicker. A sweep runs in
 * pages, one a turn, so that the list is served meanwhile: first the quarantined jobs whose rows do not say so yet, then
 * the rows that wait and are in no lane, then the rows that are held by nobody. A server that is gone stops the turn where
 * it is; nothing is taken from the list that could not be put into a lane. The files sweep.c, site_list.c and
 * quarantine.c are its parts.
 */
#ifndef JUDGE_INTAKE_H
#define JUDGE_INTAKE_H

#include "common/settings.h"
#include "judge_node/board.h"
#include "judge_node/contact.h"
#include "judge_node/held.h"
#include "judge_node/hint.h"
#include "queue/queue.h"
#include "store/store.h"

#define INTAKE_PAGE 500
#define INTAKE_LATE 1024

enum sweep_phase { SWEEP_IDLE, SWEEP_DEAD, SWEEP_WAITING, SWEEP_HELD, SWEEP_PHASES };

struct sweep {
    enum sweep_phase phase;
    bool wanted;  /* a hint came: once more, when soon_us is reached */
    bool restart; /* the queue may have lost what it held: from the start, at once */
    int64_t due_us, soon_us;
    int64_t started_us, after_id;
    int64_t waiting, added; /* of this sweep */
};

struct list_late { /* a number of the site's list whose row is not there yet: a replica may lag */
    int64_t id, first_us, due_us;
};

struct list_dropped {                  /* what was taken from the site's list for nothing */
    int64_t unsaid, first_us, last_us; /* how many since the last line, from when to when */
    int64_t said_us;                   /* when that line was */
    char last[QUEUE_ID_SIZE];
};

struct intake {
    const struct settings *settings;
    struct board *board;
    struct queue *queue;
    struct store *store;
    struct contact queue_contact, store_contact;
    int epoll_fd; /* readable where the thread is to look at something */
    struct hint hint;

    struct sweep sweep;
    struct held held;
    int64_t held_contact_us, held_shared_us; /* the contacts (struct board) that the doubts in `held` belong to */

    struct list_late late[INTAKE_LATE];
    size_t late_count;
    int64_t none_said_us;          /* when it was said that the list is none */
    struct list_dropped bad, gone; /* texts that are no number; numbers without a row */
    bool mine_said;

    struct board_row put_backs[BOARD_PUT_BACKS];
    size_t put_back_count;

    struct store_submission rows[INTAKE_PAGE]; /* of a page */
    struct store_status held_rows[INTAKE_PAGE];
    int64_t ids[INTAKE_PAGE];
    enum queue_state states[INTAKE_PAGE];
};

/* malloc'd; intake_free. NULL with e. */
struct intake *intake_new(const struct settings *settings, struct board *board, struct err *e);
void intake_free(struct intake *intake);

/* The thread, with a struct intake: until the board says stop, or judged is gone. The rows of jobs that the leases thread gave back at its end are put
 * back before. */
void *intake_run(void *argument);

/* One turn. Returns for how many milliseconds there is nothing to do. */
int intake_turn(struct intake *intake, int64_t now_us);

/* After a call: code is what it returned. True where the server answered. */
bool intake_queue_answered(struct intake *intake, int code, const struct err *e);
bool intake_store_answered(struct intake *intake, int code, const struct err *e);

/* Puts a row that waits into its lane. As queue_add; text: the list's entry that it came by, or NULL. */
int intake_add(struct intake *intake, const struct store_submission *row, const char *text, struct err *e);

/* ---- sweep.c */

/* The next page of the sweep, where one is due. 1 there is more to do at once, 0 not, -1 a server is gone. */
int sweep_step(struct intake *intake, int64_t now_us);
/* When sweep_step has something to do. */
int64_t sweep_due(const struct sweep *sweep);

/* ---- site_list.c */

/* Takes ids from the list, waiting up to timeout_ms for the first, and deals with them; what it cannot deal with stays in the
 * queue's inbox. Without a list, or a server, it just waits. */
void list_take(struct intake *intake, int timeout_ms);
/* Looks again for rows that were late, and tells of what was dropped. 0, or -1 where a server is gone. */
int list_work(struct intake *intake, int64_t now_us);
/* When it has something to do next, or INT64_MAX. */
int64_t list_due(const struct intake *intake);

/* ---- quarantine.c */

/* Gives rows of quarantined jobs their result. 1 there may be more, 0 not, -1 a server is gone. */
int quarantine_step(struct intake *intake);
/* Whether the quarantined job's row has not been told yet: 1, 0, -1. */
int quarantine_untold(struct intake *intake, int64_t id);
/* The text for the student in the language ui, and what the teacher needs: deliveries, the reason. Words that the site's page hides a
 * text for are replaced. */
void quarantine_text(char *text, size_t size, int ui, int attempts, const char *reason);

#endif
