/*
 * worker_event.c - what a worker tells those who watch: sent without waiting, and lost where nobody takes it. Runs in a worker, as root.
 */
#include "judge_client/worker_parts.h"

#include "common/clock.h"
#include "common/str.h"
#include "judge_client/judge.h"
#include "judge_client/outcome.h"
#include "judge_client/problem.h"
#include "judge_client/verdict.h"
#include "store/store.h"

#include "common/banned.h"

enum { CASE_MS = 50 }; /* between two cases: the agent passes on four a second */

static void put_case(struct event *event, const struct judgement *judgement)
{
    const struct case_judgement *last = &judgement->cases[judgement->case_count - 1];
    event->case_no = (int32_t)judgement->case_count;
    event->case_cpu_us = last->cpu_us;
    event->case_wall_us = last->wall_us;
    event->case_mem_kib = last->mem_kib;
    (void)str_copy(event->case_verdict, sizeof event->case_verdict, verdict_code(last->verdict)); /* it fits */
    (void)str_copy(event->case_name, sizeof event->case_name, last->test->name);                  /* cut is fine */
}

static struct event event_of(struct worker *worker, const struct worker_told *told, int state,
                             const struct judgement *judgement, size_t cases)
{
    struct event event = {.state = state,
                          .language = told->language,
                          .attempt = told->job->attempt,
                          .case_count = (int32_t)cases,
                          .problem = told->problem,
                          .claimed_us = told->claimed_us};
    (void)str_copy(event.id, sizeof event.id, told->job->id); /* these fit */
    (void)str_copy(event.judger, sizeof event.judger, told->job->token);
    if (judgement == NULL)
        return event;
    event.time_ms = outcome_time_ms(judgement, worker->settings.use_max_time);
    event.mem_kib = judgement->mem_kib;
    for (size_t i = 0; i < judgement->case_count; i++)
        event.passed += judgement->cases[i].verdict == VERDICT_AC;
    if (cases > 0) /* there is no score before the end */
        event.pass_rate = event.passed * INT64_C(1000) / (int64_t)cases;
    if (judgement->case_count > 0)
        put_case(&event, judgement);
    return event;
}

void worker_tell(struct worker *worker, const struct worker_told *told, int state)
{
    const struct event event = event_of(worker, told, state, NULL, 0);
    events_send(&worker->events, &event);
}

void worker_tell_case(struct worker *worker, struct worker_told *told, const struct judgement *so_far, size_t cases)
{
    int64_t now_us = clock_now_us();
    if (!so_far->compiled || (so_far->case_count < cases && now_us - told->case_us < CASE_MS * 1000))
        return;
    const struct event event = event_of(worker, told, STORE_RUNNING, so_far, cases);
    told->case_us = now_us;
    events_send(&worker->events, &event);
}

void worker_tell_final(struct worker *worker, const struct worker_told *told, int result,
                       const struct judgement *judgement, size_t cases, int64_t time_ms)
{
    struct event event = event_of(worker, told, result, judgement, cases);
    event.finish = 1;
    event.time_ms = time_ms;
    if (judgement != NULL)
        event.pass_rate = judgement->score / 100;
    events_send(&worker->events, &event);
}

void worker_tell_stored(struct worker *worker, const struct worker_told *told, const struct store_status *status)
{
    struct event event = event_of(worker, told, status->result, NULL, 0);
    event.finish = 1;
    event.time_ms = status->time_ms;
    event.mem_kib = status->mem_kib;
    event.pass_rate = status->pass_rate < 0 || status->pass_rate > 1000 ? 0 : status->pass_rate;
    (void)str_copy(event.judger, sizeof event.judger, status->judger); /* it fits */
    events_send(&worker->events, &event);
}
