/*
 * held.c - see held.h. Runs in judge_node's intake thread; decides, and calls neither queue nor store.
 */
#include "judge_node/held.h"

#include <stdlib.h>
#include <string.h>

#include "common/banned.h"

#define HELD_MARGIN_US 1000000

int held_init(struct held *held)
{
    memset(held, 0, sizeof *held);
    held->before = calloc(HELD_DOUBTS, sizeof *held->before);
    held->now = calloc(HELD_DOUBTS, sizeof *held->now);
    if (held->before != NULL && held->now != NULL)
        return 0;
    held_fini(held);
    return -1;
}

void held_fini(struct held *held)
{
    free(held->before);
    free(held->now);
    memset(held, 0, sizeof *held);
}

/* How many bytes of text, at most max, are among a-z, 0-9 and extra. */
static size_t held_span(const char *text, size_t max, char extra)
{
    size_t n = 0;
    while (n < max && ((text[n] >= 'a' && text[n] <= 'z') || (text[n] >= '0' && text[n] <= '9') ||
                       (extra != '\0' && text[n] == extra)))
        n++;
    return n;
}

bool held_is_token(const char *judger)
{
    size_t name = held_span(judger, QUEUE_NODE_SIZE - 1, '-');
    return name > 0 && judger[name] == ':' && held_span(judger + name + 1, 9, '\0') == 8 && judger[name + 9] == '\0';
}

static bool held_is_mine(const char *judger, const char *node)
{
    size_t length = strlen(node);
    return strncmp(judger, node, length) == 0 && judger[length] == ':';
}

/* Since when the row has been seen like this; notes it for the next look. now_us where it is the first time. */
static int64_t held_since(struct held *held, const struct store_status *row, int64_t now_us)
{
    int64_t since = now_us;
    while (held->at < held->before_count && held->before[held->at].id < row->id)
        held->at++;
    if (held->at < held->before_count && held->before[held->at].id == row->id &&
        strcmp(held->before[held->at].judger, row->judger) == 0)
        since = held->before[held->at].first_us;
    if (held->now_count < HELD_DOUBTS) { /* the others have their turn when some of these are gone */
        struct held_doubt *doubt = &held->now[held->now_count++];
        doubt->id = row->id;
        doubt->first_us = since;
        memcpy(doubt->judger, row->judger, sizeof doubt->judger);
    }
    return since;
}

enum held_answer held_row(struct held *held, const struct held_rule *rule, const struct store_status *row,
                          enum queue_state state, bool live, int64_t now_us)
{
    if (live || state == QUEUE_HELD)
        return HELD_LEAVE;
    if (held_is_token(row->judger) && (rule->shared || held_is_mine(row->judger, rule->node))) {
        if (state == QUEUE_WAITING) /* the next worker claims it with the earlier token */
            return HELD_LEAVE;
        return now_us - held_since(held, row, now_us) > rule->lease_us + HELD_MARGIN_US ? HELD_LOST : HELD_LEAVE;
    }
    int64_t age_s = row->age_s >= 0 ? row->age_s : (now_us - held_since(held, row, now_us)) / 1000000;
    return age_s > rule->foreign_s ? HELD_FOREIGN : HELD_LEAVE;
}

void held_end(struct held *held)
{
    struct held_doubt *spare = held->before;
    held->before = held->now;
    held->before_count = held->now_count;
    held->now = spare;
    held->now_count = held->at = 0;
}

void held_forget(struct held *held)
{
    held->before_count = held->now_count = held->at = 0;
}

void held_restart(struct held *held)
{
    held->now_count = held->at = 0;
}
