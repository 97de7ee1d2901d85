/*
 * judge_policies.c - all policies that a judge will need, read and checked at once. Runs in judge_client.
 *
 * So a reload finds out what is wrong before anything takes effect, and what is changed on the disk later is not half in force. It
 * reads; it runs nothing.
 */
#include "judge_client/judge_parts.h"

#include "common/banned.h"

/* Those of checkers and of their compilers, whatever languages there are. */
static const char *const own_names[] = {"checker", "compiler"};

/* What is done with each name. 0, or -1 with e. */
typedef int take_policy(void *context, const char *name, struct err *e);

static int for_each(const struct languages *languages, take_policy *take, void *context, struct err *e)
{
    const struct language *language;
    for (size_t i = 0; i < sizeof own_names / sizeof own_names[0]; i++) {
        if (take(context, own_names[i], e) != 0)
            return -1;
    }
    for (size_t i = 0; (language = languages_at(languages, i)) != NULL; i++) {
        if (!language->installed)
            continue;
        if ((language->compile.argv != NULL && take(context, language->compile.policy, e) != 0) ||
            take(context, language->run.policy, e) != 0)
            return err_add(e, "language %s", language->name);
    }
    return 0;
}

static int load(void *context, const char *name, struct err *e)
{
    const struct policy *policy = judge_policy(context, name, e);
    return policy == NULL ? -1 : sandbox_check_policy(policy, e);
}

int judge_load_policies(struct judge *judge, const struct languages *languages, struct err *e)
{
    return for_each(languages, load, judge, e);
}

static int look(void *context, const char *name, struct err *e)
{
    const char *const *folders = context;
    struct policy policy;
    return policy_load(&policy, folders, name, e) == 0 ? sandbox_check_policy(&policy, e) : -1;
}

int judge_check_policies(const char *const *policy_folders, const struct languages *languages, struct err *e)
{
    return for_each(languages, look, (void *)(uintptr_t)policy_folders, e); /* look only reads them */
}
