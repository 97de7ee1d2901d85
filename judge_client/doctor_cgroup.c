/*
 * doctor_cgroup.c - by which groups runs are limited and counted here, and what is lost where there are none.
 *
 * Runs in `judgectl doctor`. The groups that are tried out have a name of their own and are removed again.
 */
#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/str.h"
#include "judge_client/doctor_parts.h"

#include "common/banned.h"

#define CGROUP_DOCKER "docker run --privileged --cgroupns=host -v /sys/fs/cgroup:/sys/fs/cgroup:rw ..."

static const char *tier_name(enum cgroup_tier tier)
{
    static const char *const names[] = {[CGROUP_NONE] = "none", [CGROUP_V1] = "v1", [CGROUP_V2] = "v2"};
    return names[tier];
}

/* Whether the kernel's command line has the word (or begins a word with it). */
static bool booted_with(const struct doctor *doctor, const char *word)
{
    char line[4096];
    return doctor_read(doctor, "/proc/cmdline", line, sizeof line) > 0 && strstr(line, word) != NULL;
}

static bool is_raspberry(const struct doctor *doctor)
{
    char model[128];
    return doctor_read(doctor, "/proc/device-tree/model", model, sizeof model) > 0 &&
           strstr(model, "Raspberry") != NULL;
}

/* What to type for words on the kernel's command line. */
static void type_boot_words(struct doctor *doctor, const char *words)
{
    if (is_raspberry(doctor))
        doctor_type(doctor, "add `%s` to the line in /boot/firmware/cmdline.txt (older: /boot/cmdline.txt) && reboot",
                    words);
    else
        doctor_type(doctor, "add `%s` to GRUB_CMDLINE_LINUX in /etc/default/grub && update-grub && reboot", words);
}

static void type_tier(struct doctor *doctor)
{
    if (doctor->root[0] == '\0' && geteuid() != 0)
        doctor_type(doctor, "sudo judgectl doctor");
    else if (strstr(doctor->groups_why.text, "holds processes itself") != NULL)
        doctor_type(doctor,
                    "cd /sys/fs/cgroup && mkdir -p init && while read -r p; do echo $p > init/cgroup.procs; done "
                    "< cgroup.procs (once at the start%s)",
                    doctor->container ? " of the container, or --cgroupns=host" : "");
    else if (doctor->container)
        doctor_type(doctor, CGROUP_DOCKER);
    else if (strstr(doctor->groups_why.text, "Read-only") != NULL)
        doctor_type(doctor, "mount -o remount,rw /sys/fs/cgroup");
    else
        type_boot_words(doctor, "systemd.unified_cgroup_hierarchy=1");
}

DOCTOR_CHECK(tier)
{
    const struct cgroup_layout *groups = &doctor->groups;
    if (groups->tier == CGROUP_NONE) {
        doctor_lacks(doctor, "cgroup none (%s): each process is limited and counted by itself",
                     doctor->groups_why.text);
        type_tier(doctor);
    } else if (doctor->groups_why.text[0] == '\0') {
        doctor_ok(doctor, "cgroup %s, in %s", tier_name(groups->tier), groups->cpu);
    } else {
        const char *place = groups->memory[0] != '\0' ? groups->memory
                            : groups->cpu[0] != '\0'  ? groups->cpu
                                                      : groups->pids;
        doctor_ok(doctor, "cgroup %s, in %s (%s)", tier_name(groups->tier), place, doctor->groups_why.text);
    }
}

/* Whether the memory controller is compiled in but off: /proc/cgroups has a line `memory 0 1 0`, the last is enabled. */
static bool memory_is_off(const struct doctor *doctor)
{
    char text[4096];
    if (doctor_read(doctor, "/proc/cgroups", text, sizeof text) <= 0)
        return false;
    const char *line = strstr(text, "\nmemory\t");
    const char *end = line == NULL ? NULL : strchr(line + 1, '\n');
    return end != NULL && end[-1] == '0' && end[-2] == '\t';
}

/* Swap beyond the limit: v1 needs a file that only some kernels have without being told. */
static bool swap_is_counted(const struct doctor *doctor)
{
    char path[PATH_MAX];
    if (doctor->groups.tier != CGROUP_V1)
        return true;
    return str_format(path, sizeof path, "%s/memory.memsw.limit_in_bytes", doctor->groups.memory) == 0 &&
           access(path, F_OK) == 0;
}

DOCTOR_CHECK(group_memory)
{
    if (doctor->groups.memory[0] == '\0') {
        doctor_lacks(doctor,
                     "cgroup memory is missing: only each process's own memory is limited and counted, not that "
                     "of several together, nor files in the run folder");
        if (memory_is_off(doctor) || is_raspberry(doctor) || booted_with(doctor, "cgroup_disable=memory"))
            type_boot_words(doctor, "cgroup_enable=memory swapaccount=1");
        else
            type_tier(doctor);
    } else if (!swap_is_counted(doctor)) {
        doctor_warn(doctor, "cgroup memory is limited, swap is not: a program may use more than its limit");
        type_boot_words(doctor, "swapaccount=1");
    } else {
        doctor_ok(doctor, "cgroup memory is limited and counted");
    }
}

DOCTOR_CHECK(group_cpu)
{
    if (doctor->groups.cpu[0] != '\0') {
        doctor_ok(doctor, "cgroup CPU time is counted");
        return;
    }
    doctor_lacks(doctor, "cgroup CPU time is missing: several processes are added up only as they end, so their limit "
                         "acts late");
    type_tier(doctor);
}

DOCTOR_CHECK(group_pids)
{
    if (doctor->groups.pids[0] != '\0') {
        doctor_ok(doctor, "cgroup processes are limited");
        return;
    }
    doctor_lacks(doctor, "cgroup pids is missing: processes are limited for each user (RLIMIT_NPROC) alone");
    type_tier(doctor);
}

/* ---- a group is made, holds a process, is read, and is removed */

/* Puts a process into the cell's group; it ends with its group. */
static int fill_group(struct cgroup_cell *cell, struct err *e)
{
    pid_t pid = fork();
    if (pid < 0)
        return err_sys(e, errno, "fork");
    if (pid == 0) {
        (void)alarm(DOCTOR_PROBE_S);
        (void)pause();
        _exit(0);
    }
    int result = cgroup_cell_enter(cell, pid, e);
    (void)kill(pid, SIGKILL); /* it is this process's child, and not waited for: it is there */
    (void)waitpid(pid, NULL, 0);
    cell->members = 0;
    return result;
}

static int use_group(struct cgroup_cell *cell, struct err *e)
{
    struct cgroup_usage usage;
    int into_fd;
    if (fill_group(cell, e) != 0 || cgroup_run_begin(cell, 64 * 1024, 4, &into_fd, e) != 0 ||
        cgroup_run_end(cell, &usage, e) != 0)
        return -1;
    if (usage.peak_kib < 0)
        err_set(e, "the peak of several processes' memory is not known (memory.peak came with Linux 5.19)");
    return 0;
}

static int probe_groups(const struct doctor *doctor, struct err *e)
{
    struct cgroup_layout layout;
    struct cgroup_slot slot;
    struct cgroup_cell cell;
    char name[CGROUP_NAME_SIZE];
    (void)doctor;                                                          /* nothing in it is for this probe */
    (void)str_format(name, sizeof name, "judge-doctor-%d", (int)getpid()); /* it fits */
    cgroup_find(&layout, "", -1, "", NULL);
    if (cgroup_slot_open(&slot, &layout, name, e) != 0)
        return -1;
    int result = cgroup_cell_open(&cell, &slot, 0, e);
    if (result == 0) {
        result = use_group(&cell, e);
        if (cgroup_cell_close(&cell, result == 0 ? e : NULL) != 0)
            result = -1;
    }
    if (cgroup_slot_close(&slot, result == 0 ? e : NULL) != 0)
        result = -1;
    return result;
}

DOCTOR_CHECK(group_run)
{
    struct err e = {""};
    if (doctor->groups.tier == CGROUP_NONE)
        return; /* said already */
    if (doctor_probe(probe_groups, doctor, &e) != 0) {
        doctor_lacks(doctor, "cgroup: %s", e.text);
        type_tier(doctor);
    } else if (e.text[0] != '\0' && doctor->groups.memory[0] != '\0') {
        doctor_warn(doctor, "cgroup: a group is made, used and removed, but %s", e.text);
        doctor_type(doctor, "apt-get install linux-image-$(dpkg --print-architecture) && reboot (5.19 or newer), or "
                            "live with the largest process's");
    } else {
        doctor_ok(doctor, "cgroup: a group is made, used and removed");
    }
}
