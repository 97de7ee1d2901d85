/*
 * jobs.h - the thread that brings self-contained jobs from oj_job_queue into the lanes (docs/jobs.md).
 *
 * Each is looked at where it lies, and moved to its lane, or answered with a System Error, by one script: a node that dies
 * between the two leaves it there, and one of several nodes gets it.
 */
#ifndef JUDGE_JOBS_H
#define JUDGE_JOBS_H

#include "common/settings.h"
#include "judge_node/board.h"
#include "judge_node/contact.h"
#include "judge_node/languages.h"
#include "queue/queue.h"

struct jobs {
    const struct settings *settings;
    struct board *board;
    struct queue *queue;
    struct contact contact;
    struct languages_table languages;
};

/* malloc'd, with the languages read: jobs_free. NULL: no memory. */
struct jobs *jobs_new(const struct settings *settings, struct board *board);
void jobs_free(struct jobs *jobs);

/* The thread, of a struct jobs: until the board says stop, or judged is gone. */
void *jobs_run(void *argument);

/* One look: how many members it dealt with, or -1 where the queue is gone. */
int jobs_turn(struct jobs *jobs, int64_t now_us);

/* Fills the entry (but for inline_job) and *text (malloc'd) of a member; -1 with e, in words for its sender, and id set where the
 * member has one, else "". */
int jobs_entry(const struct jobs *jobs, const struct queue_text *member, struct queue_entry *entry, char **text,
               char *id, size_t id_size, struct err *e);

/* True for the id of a self-contained job. */
bool jobs_is(const char *id);

/* Writes the result of a quarantined one: 1, 0, or -1 with e. */
int jobs_give_up(struct queue *queue, const struct queue_dead *dead, struct err *e);

#endif
