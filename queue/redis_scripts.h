/*
 * redis_scripts.h - the texts of scripts/NAME.lua, each a script of Redis that is done whole or not at all.
 */
#ifndef JUDGE_REDIS_SCRIPTS_H
#define JUDGE_REDIS_SCRIPTS_H

#include <stddef.h>

/* X(NAME): scripts/NAME.lua, whose head says what goes in and what comes out. */
#define REDIS_SCRIPTS(X)                                                                                               \
    X(add)                                                                                                             \
    X(take)                                                                                                            \
    X(ack)                                                                                                             \
    X(give_back)                                                                                                       \
    X(renew)                                                                                                           \
    X(recover)                                                                                                         \
    X(recover_job)                                                                                                     \
    X(states)                                                                                                          \
    X(find)                                                                                                            \
    X(remove)                                                                                                          \
    X(announce)                                                                                                        \
    X(offers)                                                                                                          \
    X(listed)                                                                                                          \
    X(dead_list)                                                                                                       \
    X(dead_told)                                                                                                       \
    X(check)                                                                                                           \
    X(dead_retry)                                                                                                      \
    X(stats)                                                                                                           \
    X(inbox_take)                                                                                                      \
    X(inbox_add)                                                                                                       \
    X(inbox_adopt)                                                                                                     \
    X(jobs_look)                                                                                                       \
    X(jobs_add)                                                                                                        \
    X(jobs_refuse)                                                                                                     \
    X(jobs_end)                                                                                                        \
    X(jobs_cancel)

#define REDIS_SCRIPT_NAME(name) REDIS_SCRIPT_##name,
enum redis_script { REDIS_SCRIPTS(REDIS_SCRIPT_NAME) REDIS_SCRIPT_COUNT };
#undef REDIS_SCRIPT_NAME

/* Its text, with that of common.lua before it: malloc'd, *size bytes; NULL where there is no memory. */
char *redis_script_text(enum redis_script script, size_t *size);
/* "add" */
const char *redis_script_name(enum redis_script script);

#endif
