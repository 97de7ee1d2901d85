/*
 * policy.h - which system calls a program may make, by name, read from NAME.policy.
 *
 * A policy is plain text, a rule a line, `#` begins a comment:
 *   include NAME            the rules of another policy, at this place
 *   arch NAME               also programs of this architecture (the native one always)
 *   allow NAME...           runs at full speed, no stop
 *   refuse NAME...          ends the run, named (what no line names is refused as well)
 *   errno E NAME...         the program is told E (ENOSYS, EPERM, ...), and goes on
 *   limit NAME N            the first N calls of a run are allowed, the next is refused
 *   allow NAME unless arg0 & MASK       refused where the low 32 bits of that argument have one of the bits
 *   allow NAME arg1 = VALUE...          refused where that argument is none of these; `arg0 & MASK = VALUE...`: its bits
 *   ... else errno E                    ends such a line: told E, not refused
 *   on NAME LINE            the line, for programs of this architecture only, which must know its names
 * MASK and VALUE are numbers or names of syscall_tables/values.def, also several with | between them; arguments are
 * compared whole, as wide as the architecture has them. A later line wins over an earlier one. A name that no
 * architecture knows is an error; one that only some of the policy's architectures know holds for those.
 */
#ifndef JUDGE_POLICY_H
#define JUDGE_POLICY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/err.h"
#include "judge_client/sandbox/syscalls.h"

#define POLICY_ARCHES 2
#define POLICY_NAME_SIZE 32
#define POLICY_VALUES 256 /* of all conditions */

enum policy_action { POLICY_REFUSE, POLICY_ALLOW, POLICY_ERRNO, POLICY_LIMIT };

struct policy_rule {
    uint8_t action; /* enum policy_action */
    uint8_t arg;    /* with mask: which argument, 0 to 5 */
    uint8_t count;  /* with mask: 0, or so many values, of which argument & mask has to be one ... */
    uint16_t first; /* ... the values[first] and so on of the policy */
    uint16_t
        value; /* POLICY_ERRNO: the errno; POLICY_LIMIT: how many; with mask: 0, or the errno in place of a refusal */
    uint64_t mask; /* POLICY_ALLOW: 0, or with count 0 the bits that refuse the call */
};

struct policy {
    char name[POLICY_NAME_SIZE];
    uint64_t hash;          /* of all rules: two policies of one hash are the same */
    uint16_t unknown_error; /* 0: a number that no table has is refused; else it is told this errno (record mode) */
    int arch_count;
    struct {
        const struct syscall_arch *arch;        /* [0] is the native one */
        struct policy_rule rules[SYSCALL_ROWS]; /* in the order of the architecture's rows */
    } arches[POLICY_ARCHES];
    size_t value_count;
    uint64_t values[POLICY_VALUES];
};

/* Reads NAME.policy from the first of the NULL-terminated folders that has it; `include` looks in the same folders.
 * 0, or -1 with e: unknown name (with the nearest), a bad line (`file:line: ...`), a loop of includes, too large. */
int policy_load(struct policy *policy, const char *const *folders, const char *name, struct err *e);

/* As policy_load, of a text of length bytes that is called name in messages. */
int policy_parse(struct policy *policy, const char *const *folders, const char *name, const char *text, size_t length,
                 struct err *e);

/* As policy_load and policy_parse, as if arch were the native architecture: to check a policy for another box. */
int policy_load_for(struct policy *policy, const struct syscall_arch *arch, const char *const *folders,
                    const char *name, struct err *e);
int policy_parse_for(struct policy *policy, const struct syscall_arch *arch, const char *const *folders,
                     const char *name, const char *text, size_t length, struct err *e);

/* The file that policy_load would read for name, into path. 0, or -1 with e. */
int policy_find(const char *const *folders, const char *name, char *path, size_t size, struct err *e);

/* The place in arches of the architecture audit, or -1. */
int policy_arch(const struct policy *policy, uint32_t audit);

/* The rule for call nr of the architecture audit, or NULL where the policy does not name that architecture or the
 * architecture has no such call (which is refused then). */
const struct policy_rule *policy_rule(const struct policy *policy, uint32_t audit, int64_t nr);

/* True where the rule's condition holds for a call with this argument (of rule->arg), or where it has none. */
bool policy_holds(const struct policy *policy, const struct syscall_arch *arch, const struct policy_rule *rule,
                  uint64_t argument);

/* True where the policy has the rule POLICY_ALLOW or POLICY_LIMIT for the call name, on any of its architectures. */
bool policy_allows(const struct policy *policy, const char *name);

#endif
