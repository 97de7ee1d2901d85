/*
 * lane.c - the rules that give a submission its lane. Runs in judge_node's intake thread; reads its arguments and nothing else.
 */
#include "judge_node/lane.h"

#include "common/banned.h"

static bool lane_exam(const struct settings *settings, const struct store_submission *row)
{
    return settings_exam_has(settings, SETTINGS_EXAM_CONTEST, row->contest_id) ||
           settings_exam_has(settings, SETTINGS_EXAM_PROBLEM, row->problem_id);
}

static bool lane_contest(const struct settings *settings, const struct store_submission *row)
{
    (void)settings;
    return row->contest_running;
}

static bool lane_test(const struct settings *settings, const struct store_submission *row)
{
    (void)settings;
    return row->problem_id == 0;
}

static bool lane_rejudge(const struct settings *settings, const struct store_submission *row)
{
    (void)settings;
    return row->result == STORE_REJUDGE;
}

static const struct {
    bool (*fits)(const struct settings *settings, const struct store_submission *row);
    enum queue_lane lane;
} lane_rules[] = {
    {lane_exam, QUEUE_LANE_EXAM},
    {lane_contest, QUEUE_LANE_CONTEST},
    {lane_test, QUEUE_LANE_TEST},
    {lane_rejudge, QUEUE_LANE_REJUDGE},
};

enum queue_lane lane_of(const struct settings *settings, const struct store_submission *row)
{
    for (size_t i = 0; i < sizeof lane_rules / sizeof lane_rules[0]; i++) {
        if (lane_rules[i].fits(settings, row))
            return lane_rules[i].lane;
    }
    return QUEUE_LANE_PRACTICE;
}
