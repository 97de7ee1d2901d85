/*
 * doctor_limits.c - doctor's check of the resource limits under which the judge would be started.
 *
 * Runs in judge_client's local form, as any user. It reads /proc/self/limits and changes nothing.
 */
#include <linux/capability.h>
#include <stdint.h>
#include <string.h>

#include "common/str.h"
#include "judge_client/doctor_parts.h"

#include "common/banned.h"

/* What a run may ask for: where the judge's hard limit is lower that is an error. Open files are cap-SYS_RESOURCE's to tell. */
static const struct {
    const char *line; /* in /proc/self/limits */
    int64_t least;    /* INT64_MAX: none */
    const char *name; /* in Limit*= of a unit */
    char letter;      /* of the shell's ulimit */
} limit_rows[] = {
    {"Max file size", INT64_C(1) << 30, "FSIZE", 'f'},
    {"Max stack size", INT64_C(1) << 30, "STACK", 's'},
    {"Max data size", INT64_MAX, "DATA", 'd'},
    {"Max address space", INT64_MAX, "AS", 'v'},
    {"Max processes", 1024, "NPROC", 'u'},
    {"Max cpu time", INT64_MAX, "CPU", 't'},
};

/* The hard limit in the line of that name; INT64_MAX: none. -1: not to be read. */
static int64_t hard_limit(const char *text, const char *name)
{
    int64_t number;
    const char *at = strstr(text, name);
    if (at == NULL)
        return -1;
    at += strlen(name);
    at += strspn(at, " ");
    at += strcspn(at, " \n"); /* the soft one */
    at += strspn(at, " ");
    if (str_starts(at, "unlimited"))
        return INT64_MAX;
    return doctor_number(&at, &number) == 0 ? number : -1;
}

DOCTOR_CHECK(hard_limits)
{
    char text[4096];
    if (doctor_read(doctor, "/proc/self/limits", text, sizeof text) < 0) {
        doctor_lacks(doctor, "hard limits: /proc/self/limits cannot be read");
        doctor_type(doctor, "mount -t proc proc /proc");
        return;
    }
    bool raises = (doctor->effective & UINT64_C(1) << CAP_SYS_RESOURCE) != 0;
    for (size_t i = 0; i < sizeof limit_rows / sizeof *limit_rows && !raises; i++) {
        int64_t hard = hard_limit(text, limit_rows[i].line);
        if (hard < 0 || hard >= limit_rows[i].least)
            continue;
        doctor_lacks(doctor, "hard limit RLIMIT_%s is %lld here: a run that needs more cannot be judged",
                     limit_rows[i].name, (long long)hard);
        doctor_type(doctor, "ulimit -H%c unlimited before the judge starts, or Limit%s=infinity in its unit",
                    limit_rows[i].letter, limit_rows[i].name);
        return;
    }
    doctor_ok(doctor, "hard limits leave each run what it may use");
}
