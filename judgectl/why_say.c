/*
 * why_say.c - see why.h: from facts to words. Pure but for the clock that slots are measured on; a test walks through the states.
 */
#include "judgectl/why.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "common/clock.h"
#include "common/str.h"
#include "judgectl/shown.h"

#include "common/banned.h"

enum { MINUTE_S = 60, HOUR_S = 3600, DAY_S = 86400 };

const char *why_state_name(enum why_state state)
{
    static const char *const names[WHY_STATES] = {[WHY_UNKNOWN] = "unknown",
                                                  [WHY_WAITING] = "waiting",
                                                  [WHY_LISTED] = "listed",
                                                  [WHY_TABLE] = "table",
                                                  [WHY_HELD] = "held",
                                                  [WHY_DONE] = "done",
                                                  [WHY_QUARANTINED] = "quarantined",
                                                  [WHY_CANCELLED] = "cancelled",
                                                  [WHY_UNJUDGED] = "unjudged",
                                                  [WHY_SITE] = "site",
                                                  [WHY_UNCLEAR] = "unclear"};
    return names[state];
}

const char *why_time(int64_t seconds, char text[32])
{
    static const struct {
        int64_t below, unit;
        const char *name;
    } rows[] = {{2 * MINUTE_S, 1, "s"}, {2 * HOUR_S, MINUTE_S, "min"}, {2 * DAY_S, HOUR_S, "h"}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        if (seconds < rows[i].below) {
            (void)str_format(text, 32, "%lld %s", (long long)(seconds / rows[i].unit), rows[i].name); /* they fit */
            return text;
        }
    }
    (void)str_format(text, 32, "%lld days", (long long)(seconds / DAY_S));
    return text;
}

/* ---- sentences */

/* Appends to the text; what does not fit is cut. */
__attribute__((format(printf, 2, 3))) static void add(char text[WHY_TEXT], const char *format, ...)
{
    size_t used = strlen(text);
    va_list args;
    va_start(args, format);
    (void)vsnprintf(text + used, WHY_TEXT - used, format, args); /* see above */
    va_end(args);
}

/* The next note, to be filled; the last one again where there are too many. */
static char *note(struct why_answer *answer)
{
    if (answer->note_count < WHY_NOTES)
        answer->note_count++;
    char *text = answer->notes[answer->note_count - 1];
    text[0] = '\0';
    return text;
}

/* The last line of a text that has something in it. */
static void add_last_line(char text[WHY_TEXT], const char *from)
{
    size_t end = strlen(from);
    while (end > 0 && strchr(" \t\r\n", from[end - 1]) != NULL)
        end--;
    size_t begin = end;
    while (begin > 0 && from[begin - 1] != '\n')
        begin--;
    add(text, "%.*s", (int)(end - begin > 300 ? 300 : end - begin), from + begin);
}

/* ---- what stands in the way */

static int language_of(const struct why_facts *facts)
{
    return facts->row == 1 ? facts->submission.language : facts->place.language;
}

/* Whether a worker of this box runs; drained: and is to take a job. */
static bool box_works(const struct why_facts *facts, bool drained)
{
    for (int i = 0; i < facts->slot_count; i++) {
        if (facts->slots[i].state != POOL_DOWN)
            return !drained || facts->pool.draining == 0;
    }
    return false;
}

/* How many nodes have workers; *offers: how many of them take the language. A worker that judges for long says nothing meanwhile. */
static int living_nodes(const struct why_facts *facts, int language, int *offers)
{
    int living = 0;
    *offers = 0;
    for (int i = 0; i < facts->offer_count; i++) {
        bool here = strcmp(facts->offers[i].node, facts->settings->node) == 0;
        if (facts->offers[i].age_ms > QUEUE_OFFER_MS && !(here && box_works(facts, false)))
            continue;
        living++;
        *offers += queue_offer_has(&facts->offers[i], language);
    }
    return living;
}

/* It would be offered here, but for its self-test; the text is a note already. */
static void note_self_test(const struct why_facts *facts, int living, struct why_answer *answer, char text[WHY_TEXT])
{
    char self_test[SELFTEST_TEXT];
    selftest_say(&facts->self_test, self_test);
    add(text, "language %lld (%s) is offered by no node (%d asked): on this box its self-test failed: %s",
        (long long)facts->self_test.language, facts->self_test.name, living, self_test);
    selftest_fix(&facts->self_test, facts->settings->home, self_test);
    add(note(answer), "%s", self_test);
}

static void note_language(const struct why_facts *facts, struct why_answer *answer)
{
    int language = language_of(facts);
    int offers;
    int living = living_nodes(facts, language, &offers);
    if (language < 0 || facts->offer_count < 0 || offers > 0 || (living == 0 && box_works(facts, false)))
        return;
    char *text = note(answer);
    if (living == 0)
        add(text, "no node has had a worker for %d minutes: is judged running somewhere? (service judged status)",
            QUEUE_OFFER_MS / 60000);
    else if (facts->failed)
        note_self_test(facts, living, answer, text);
    else if (facts->language[0] != '\0')
        add(text,
            "language %d (%s) is offered by no node (%d asked): install.sh --languages %s, then judgectl reload; and "
            "[intake] languages in judge.conf must allow it",
            language, facts->language, living, facts->language);
    else
        add(text, "language %d is offered by no node (%d asked), and no file of languages.d has this number", language,
            living);
}

/* The workers of this box. */
static void note_slots(const struct why_facts *facts, struct why_answer *answer)
{
    int down = 0, busy = 0;
    const char *why = "";
    if (facts->slot_count < 0) {
        add(note(answer), "on this box: %s", facts->pool_why.text);
        return;
    }
    for (int i = 0; i < facts->slot_count; i++) {
        down += facts->slots[i].state == POOL_DOWN;
        busy += facts->slots[i].state == POOL_JUDGING || facts->slots[i].state == POOL_STORING;
        why = facts->slots[i].state == POOL_DOWN ? facts->slots[i].why : why;
    }
    if (facts->pool.draining != 0)
        add(note(answer), "on this box: no worker takes a job, it is drained: judgectl resume");
    else if (facts->slot_count > 0 && down == facts->slot_count)
        add(note(answer), "on this box: no worker runs%s%.100s", why[0] == '\0' ? "" : ", the last one ", why);
    else if (busy > 0 && busy == facts->slot_count)
        add(note(answer), "on this box: %s", busy == 1 ? "the one slot judges another" : "all slots judge others");
}

/* True where this box's judge_node does its work. */
static bool note_agent(const struct why_facts *facts, struct why_answer *answer, const char *without)
{
    if (facts->slot_count < 0 || (facts->pool.node_pid > 0 && !facts->agent_stopped))
        return facts->slot_count >= 0;
    if (facts->agent_stopped)
        add(note(answer), "on this box: judge_node (process %d) is stopped, so %s: kill -CONT %d", facts->pool.node_pid,
            without, facts->pool.node_pid);
    else
        add(note(answer), "on this box: judge_node does not run, so %s; judged starts it again", without);
    return false;
}

static void note_redis(const struct why_facts *facts, struct why_answer *answer)
{
    if (facts->without)
        add(note(answer),
            "Redis does not answer (%s): after %lld s each box works from the table and a queue of its own",
            facts->redis_why.text, (long long)facts->settings->redis_gone_ms / 1000);
}

static void note_last(const struct why_facts *facts, struct why_answer *answer)
{
    if (facts->known == 0 && facts->place.reason[0] != '\0')
        add(note(answer), "last: %s", facts->place.reason);
}

/* ---- the states */

static void say_waiting(const struct why_facts *facts, struct why_answer *answer)
{
    const struct queue_place *place = &facts->place;
    char time[32];
    int offers;
    answer->state = WHY_WAITING;
    answer->place = place->ahead + 1;
    add(answer->text, "waiting at place %lld of %s", (long long)answer->place, queue_lane_name(place->lane));
    int living = living_nodes(facts, place->language, &offers);
    if (facts->job_s > 0 && offers > 0 && (living > 1 || box_works(facts, true))) {
        answer->eta_s = (int64_t)((double)answer->place * facts->job_s) + 1;
        add(answer->text, ", about %s", why_time(answer->eta_s, time));
    }
    if (place->attempt > 1)
        add(answer->text, ", attempt %d of %d", place->attempt, facts->settings->max_attempts);
    note_language(facts, answer);
    note_slots(facts, answer);
    note_redis(facts, answer);
    note_last(facts, answer);
}

/* The lease of a held job, where it is not as it should be. */
static void note_lease(const struct why_facts *facts, struct why_answer *answer)
{
    int64_t lease_ms = facts->settings->lease_ms, left_ms = facts->place.lease_ms;
    if (facts->known != 0 || facts->place.state != QUEUE_HELD)
        return;
    if (left_ms <= 0)
        add(note(answer), "its lease ran out: it goes to another worker as soon as a judge_node looks");
    else if (left_ms < lease_ms / 2)
        add(note(answer), "its lease was not renewed for %lld s: without that it goes to another worker in %lld s",
            (long long)(lease_ms - left_ms) / 1000, (long long)left_ms / 1000 + 1);
}

static void say_slot(const struct why_facts *facts, struct why_answer *answer)
{
    const struct pool_slot *slot = facts->slot;
    char time[32];
    answer->state = WHY_HELD;
    int64_t since_s = (clock_now_us() - slot->since_us) / 1000000;
    if (facts->row == 1 && facts->status.age_s >= 0 &&
        (facts->status.result == STORE_COMPILING || facts->status.result == STORE_RUNNING))
        since_s = facts->status.age_s;
    add(answer->text, "held by node %s slot %d for %s", facts->settings->node, slot->slot, why_time(since_s, time));
    if (slot->report.case_count > 0)
        add(answer->text, ", case %d of %d", slot->report.case_no, slot->report.case_count);
    else if (slot->state == POOL_JUDGING)
        add(answer->text, ", compiling");
    add(answer->text, ", attempt %d", slot->report.attempt);
    if (slot->state == POOL_ENDING)
        add(answer->text, "; the worker ends after it");
    if (slot->report.note[0] != '\0')
        add(note(answer), "it %s %.120s", slot->state == POOL_STORING ? "waits:" : "says:", slot->report.note);
    (void)note_agent(facts, answer, "its lease is not renewed");
    note_lease(facts, answer);
    note_redis(facts, answer);
    note_last(facts, answer);
}

static void say_held(const struct why_facts *facts, struct why_answer *answer)
{
    const char *owner = facts->place.owner;
    char time[32];
    if (facts->slot != NULL) {
        say_slot(facts, answer);
        return;
    }
    answer->state = WHY_HELD;
    size_t node = strcspn(owner, "/");
    add(answer->text, "held by node %.*s", (int)node, owner);
    if (owner[node] == '/' && owner[node + 1] != '?')
        add(answer->text, " slot %s", owner + node + 1);
    if (facts->row == 1 && facts->status.age_s >= 0 &&
        (facts->status.result == STORE_COMPILING || facts->status.result == STORE_RUNNING))
        add(answer->text, " for %s", why_time(facts->status.age_s, time));
    add(answer->text, ", attempt %d", facts->place.attempt);
    bool here = strlen(facts->settings->node) == node && strncmp(owner, facts->settings->node, node) == 0;
    if (here && facts->slot_count >= 0)
        add(note(answer), "no slot of this box says that it has it: its worker is gone, or just ends it");
    else if (here)
        add(note(answer), "on this box: %s", facts->pool_why.text);
    if (here)
        (void)note_agent(facts, answer, "nobody brings it back");
    note_lease(facts, answer);
    note_last(facts, answer);
}

static void say_quarantined(const struct why_facts *facts, struct why_answer *answer)
{
    answer->state = WHY_QUARANTINED;
    add(answer->text, "quarantined after %d attempts: %s", facts->place.attempt,
        facts->place.reason[0] == '\0' ? "no reason was given" : facts->place.reason);
    add(note(answer), "once more: judgectl rejudge %s", facts->id);
    if (facts->row == 1 && facts->status.result <= STORE_RUNNING) {
        add(note(answer),
            "its row waits: judge_node writes its end, or takes in again what was set back, within %lld s",
            (long long)facts->settings->sweep_ms / 1000 + 1);
        (void)note_agent(facts, answer, "nobody does that");
    }
}

/* In 0 or 1, and the queue does not know it. */
static void say_table(const struct why_facts *facts, struct why_answer *answer)
{
    const struct settings *settings = facts->settings;
    if (facts->listed > 0) {
        answer->state = WHY_LISTED;
        add(answer->text, "the site has pushed it, and it is %s",
            facts->listed == 1 ? "in the site's list: no judge_node has taken it yet"
                               : "in a node's inbox: its judge_node is about to take it in");
        (void)note_agent(facts, answer, "it takes nothing from the list");
        if (facts->slot_count < 0)
            add(note(answer), "on this box: %s", facts->pool_why.text);
        return;
    }
    answer->state = WHY_TABLE;
    if (facts->known != 0) {
        add(answer->text, "it waits in the table; whether it is in a lane is unknown, the queue does not answer: %s",
            facts->queue_why.text);
        note_slots(facts, answer);
        return;
    }
    add(answer->text, "it waits in the table and is in no lane: ");
    if (settings->total > 1 && facts->number % settings->total != settings->mod)
        add(answer->text, "it is for the box whose [intake] mod is %lld, this one's is %d",
            (long long)(facts->number % settings->total), settings->mod);
    else if (settings->languages != -1 && facts->submission.language < 63 &&
             (settings->languages >> facts->submission.language & 1) == 0)
        add(answer->text, "[intake] languages of this box leaves out its language, %d", facts->submission.language);
    else
        add(answer->text, "the sweep takes it in within %lld s", (long long)settings->sweep_ms / 1000 + 1);
    if (facts->slot_count < 0)
        add(note(answer), "on this box: %s", facts->pool_why.text);
    else
        (void)note_agent(facts, answer, "nothing is taken in");
    note_redis(facts, answer);
}

/* In 2 or 3, and the queue does not know it. */
static void say_claimed(const struct why_facts *facts, struct why_answer *answer)
{
    const struct store_status *row = &facts->status;
    char time[32], left[32];
    int64_t age_s = row->age_s < 0 ? 0 : row->age_s, foreign_s = facts->settings->foreign_claim_s;
    answer->state = WHY_HELD;
    if (store_writer(row->judger) != STORE_BY_OTHER) {
        add(answer->text, "claimed by %s %s ago, and no queue has it: ", row->judger, why_time(age_s, time));
        add(answer->text,
            facts->known != 0 ? "the queue does not answer (%s)"
                              : "the sweep puts it back when nobody has held it for a lease (%s)",
            facts->known != 0 ? facts->queue_why.text : why_time(facts->settings->lease_ms / 1000, left));
    } else {
        add(answer->text, "held by another judge, '%s', for %s; ", row->judger, why_time(age_s, time));
        if (age_s < foreign_s)
            add(answer->text, "put back in %s ([intake] foreign_claim_s)", why_time(foreign_s - age_s, left));
        else
            add(answer->text, "the next sweep puts it back");
    }
    if (facts->slot_count < 0)
        add(note(answer), "on this box: %s", facts->pool_why.text);
    else
        (void)note_agent(facts, answer, "nothing is put back");
}

/* A final row: what became of it, when and by whom. */
static void say_final(const struct why_facts *facts, struct why_answer *answer)
{
    const struct store_status *row = &facts->status;
    enum store_writer writer = store_writer(row->judger);
    char time[32], when[48] = "";
    if (row->age_s >= 0)
        (void)str_format(when, sizeof when, " %s ago", why_time(row->age_s, time)); /* it fits */
    int node = (int)strcspn(row->judger, ":");
    if (writer == STORE_BY_CANCEL) {
        answer->state = WHY_CANCELLED;
        add(answer->text, "cancelled%s on node %.*s", when, node, row->judger);
        if (row->run_text != NULL)
            add_last_line(note(answer), row->run_text);
        return;
    }
    if (writer == STORE_BY_GIVE_UP || row->result == STORE_MANUAL) {
        answer->state = WHY_UNJUDGED;
        if (writer == STORE_BY_OTHER) {
            answer->state = WHY_SITE;
            add(answer->text,
                "the site's: in result 14, submitting or for a person to confirm; it is taken when the site "
                "sets 0");
            return;
        }
        add(answer->text, "%s%s by node %.*s; once more: judgectl rejudge %s",
            writer == STORE_BY_GIVE_UP ? "given up" : "left to a person to confirm", when, node, row->judger,
            facts->id);
        if (row->run_text != NULL && row->run_text[0] != '\0')
            add_last_line(note(answer), row->run_text);
        return;
    }
    answer->state = row->result > STORE_MANUAL ? WHY_SITE : WHY_DONE;
    if (row->result == 15)
        add(answer->text, "the site's: it is still submitting");
    else if (row->result > STORE_MANUAL)
        add(answer->text, "another site's (result %d): it is judged there, never here", row->result);
    else if (writer != STORE_BY_OTHER)
        add(answer->text, "done: %s%s, by node %.*s (%s)", shown_result(row->result), when, node, row->judger,
            row->judger);
    else
        add(answer->text, "done: %s%s, by %s", shown_result(row->result), when,
            row->judger[0] == '\0' ? "somebody else" : row->judger);
}

static void say_no_row(const struct why_facts *facts, struct why_answer *answer)
{
    if (facts->row < 0)
        add(note(answer), "the database does not answer: %s", facts->store_why.text);
    else if (facts->number > 0)
        add(note(answer), "there is no such row: a worker will drop it");
}

void why_say(const struct why_facts *facts, struct why_answer *answer)
{
    memset(answer, 0, sizeof *answer);
    bool final = facts->row == 1 && facts->status.result > STORE_RUNNING;
    enum queue_state state = facts->known == 0 ? facts->place.state : QUEUE_UNKNOWN;
    if (state == QUEUE_DEAD && (!final || store_writer(facts->status.judger) == STORE_BY_GIVE_UP))
        say_quarantined(facts, answer);
    else if (final)
        say_final(facts, answer);
    else if (facts->slot != NULL || state == QUEUE_HELD)
        say_held(facts, answer);
    else if (state == QUEUE_WAITING)
        say_waiting(facts, answer);
    else if (facts->row == 1 && facts->status.result <= STORE_REJUDGE)
        say_table(facts, answer);
    else if (facts->row == 1)
        say_claimed(facts, answer);
    else if (facts->row == 0 && facts->known == 0)
        add(answer->text, facts->number > 0 ? "there is no such submission" : "no job with this id waits or is held");
    else {
        answer->state = WHY_UNCLEAR;
        add(answer->text, "nobody knows: %s", facts->row < 0 ? facts->store_why.text : facts->queue_why.text);
        if (facts->row < 0 && facts->known != 0)
            add(note(answer), "and the queue: %s", facts->queue_why.text);
    }
    if (facts->row != 1 && state != QUEUE_UNKNOWN)
        say_no_row(facts, answer);
}
