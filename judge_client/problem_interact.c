/*
 * problem_interact.c - whether a problem is interactive: what problem.ini says in [interactor] or [manager], else HUSTOJ's name
 * of an interactor in the folder. Runs in judge_client as root; of the files it reads only whether a source includes testlib.h.
 */
#include <string.h>

#include "common/str.h"
#include "judge_client/interact.h"
#include "judge_client/problem_parts.h"

#include "common/banned.h"

enum { INTERACTOR_MS = 10000, INTERACTOR_MIB = 512, OUTPUT_MIB = 64 };

static int at_line(const struct problem *problem, const struct conf *conf, const char *section, const char *key,
                   struct err *e)
{
    return err_add(e, "%s/%s:%d: [%s]", problem->folder, PROBLEM_CONF, conf_line(conf, section, key), section);
}

static const char *file_of(const struct checker *program)
{
    return program->source[0] != '\0' ? program->source : program->binary;
}

/* Who did not say it gets what the source says: testlib's, or HUSTOJ's. */
static int guess_protocol(struct problem *problem, struct err *e)
{
    struct checker *interactor = &problem->interactor;
    int testlib = interactor->source[0] == '\0' ? 0 : problem_uses_testlib(problem, interactor->source, e);
    if (testlib < 0)
        return -1;
    interactor->protocol = testlib > 0 ? CHECKER_TESTLIB : CHECKER_SPJ;
    (void)str_format(interactor->why, sizeof interactor->why,
                     testlib > 0 ? "%.100s includes testlib.h" : "by the name %.100s",
                     file_of(interactor)); /* it fits */
    return 0;
}

static int take_args(struct problem *problem, const struct conf *conf, const char *section, struct err *e)
{
    struct checker *interactor = &problem->interactor;
    if (str_copy(interactor->args, sizeof interactor->args, conf_text(conf, section, "args", "")) == 0)
        return 0;
    (void)err_set(e, "args of more than %d characters", CHECKER_ARGS_SIZE - 1);
    return at_line(problem, conf, section, "args", e);
}

/* The program that the section names, or the one of the section's own name. */
static int take_source(struct problem *problem, const struct conf *conf, const char *section, struct err *e)
{
    const char *source = conf_text(conf, section, "source", "");
    int found = source[0] != '\0' ? problem_take_program(problem, source, &problem->interactor, e)
                                  : problem_find_program(problem, section, &problem->interactor, e);
    if (found < 0 || (source[0] == '\0' && found == 0)) {
        if (found == 0)
            (void)err_set(e, "no source, and the folder has no %s", section);
        return at_line(problem, conf, section, source[0] != '\0' ? "source" : NULL, e);
    }
    return take_args(problem, conf, section, e);
}

static int take_interactor(struct problem *problem, const struct conf *conf, struct err *e)
{
    static const char section[] = "interactor";
    struct checker *interactor = &problem->interactor;
    const char *name = conf_text(conf, section, "protocol", "");
    if (take_source(problem, conf, section, e) != 0)
        return -1;
    int protocol = name[0] == '\0' ? CHECKER_SPJ : interactor_protocol_of_name(name, e);
    if (protocol < 0)
        return at_line(problem, conf, section, "protocol", e);
    interactor->protocol = (enum checker_protocol)protocol;
    if (name[0] == '\0' && guess_protocol(problem, e) != 0)
        return -1;
    if (name[0] != '\0')
        (void)str_format(interactor->why, sizeof interactor->why, "[interactor] protocol = %.32s", name); /* it fits */
    return 0;
}

static int take_manager(struct problem *problem, const struct conf *conf, struct err *e)
{
    static const char section[] = "manager";
    if (conf_has(conf, "interactor")) {
        (void)err_set(e, "there is [interactor], too: one of the two must go");
        return at_line(problem, conf, section, NULL, e);
    }
    problem->processes = (int)conf_int(conf, section, "processes", 1);
    problem->interactor.protocol = CHECKER_CMS;
    (void)str_copy(problem->interactor.why, sizeof problem->interactor.why, "[manager]"); /* it fits */
    return take_source(problem, conf, section, e);
}

int problem_find_interactor(struct problem *problem, const struct conf *conf, struct err *e)
{
    struct checker *interactor = &problem->interactor;
    bool manager = conf_has(conf, "manager");
    bool own = manager || conf_has(conf, "interactor");
    const char *section = manager ? "manager" : "interactor";
    bool compares = conf_line(conf, "compare", "mode") != 0;
    if (problem->package != NULL && !own && !compares) { /* it says so itself */
        interactor->by_problem = true;
        return 0;
    }
    *interactor = (struct checker){.by_problem = own};
    interactor->time_ms = conf_int(conf, section, "time_ms", INTERACTOR_MS);
    interactor->memory_mib = conf_int(conf, section, "memory_mib", INTERACTOR_MIB);
    problem->keep_dialogue = conf_bool(conf, section, "keep_dialogue", false);
    if (own && compares) {
        (void)err_set(e, "there is [compare] mode, too: one of the two must go");
        return at_line(problem, conf, section, NULL, e);
    }
    int result = 0;
    if (own)
        result = manager ? take_manager(problem, conf, e) : take_interactor(problem, conf, e);
    else if (!compares) /* where somebody wrote how to compare, it is meant */
        result = problem_find_program(problem, "interactor", interactor, e);
    if (result > 0)
        result = guess_protocol(problem, e);
    interactor->points =
        (enum checker_points)conf_choice(conf, "interactor", "points", (int)checker_usual_points(interactor->protocol));
    return result;
}

int problem_settle_interactor(struct problem *problem, struct err *e)
{
    struct checker *interactor = &problem->interactor;
    struct checker *checker = &problem->checker;
    if (interactor->kind == CHECKER_NONE)
        return 0;
    if (problem->input_file[0] != '\0' || problem->output_file[0] != '\0')
        return err_set(e,
                       "%s: the program talks to %s on standard input and output: it can have no input or output file",
                       problem->folder, file_of(interactor));
    if (checker->kind != CHECKER_NONE && !interactor_leaves_output(interactor->protocol)) {
        if (checker->by_problem)
            return err_set(e, "%s: [checker] has nothing to check: %s (%s) leaves no file for it", problem->folder,
                           file_of(interactor), interactor_name(interactor->protocol));
        checker->kind = CHECKER_NONE; /* a name in the folder, perhaps that of the interactor itself */
    }
    interactor->more_output = problem->limits.output_mib == 0 || checker->more_output;
    if (problem->limits.output_mib == 0)
        problem->limits.output_mib = OUTPUT_MIB;
    return 0;
}

void problem_drop_interactor(struct problem *problem)
{
    struct checker *interactor = &problem->interactor;
    if (interactor->kind == CHECKER_NONE)
        return;
    interactor->kind = CHECKER_NONE;
    problem->processes = 0;
    if (interactor->more_output && problem->checker.kind == CHECKER_NONE)
        problem->limits.output_mib = 0;
}
