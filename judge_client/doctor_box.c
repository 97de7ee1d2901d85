/*
 * doctor_box.c - the box around the sandbox: processors and swap, users, our own files and folders, and a trial run.
 *
 * Runs in `judgectl doctor`. Only reads, but for the trial run, which is the sandbox's own and leaves nothing.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "common/str.h"
#include "judge_client/doctor_parts.h"
#include "judge_client/sandbox/policy.h"
#include "judge_client/sandbox/sandbox.h"

#include "common/banned.h"

enum { MIB = 1024 * 1024, SPACE_MIB = 1024, SLOTS = 600, POLICIES = 64 };

/* ---- what makes times vary */

DOCTOR_CHECK(swap)
{
    char text[4096];
    const char *second = doctor_read(doctor, "/proc/swaps", text, sizeof text) <= 0 ? NULL : strchr(text, '\n');
    if (second == NULL || second[1] == '\0') {
        doctor_ok(doctor, "swap is off");
        return;
    }
    doctor_warn(doctor, "swap is on: times vary when the box is short of memory");
    doctor_type(doctor, "swapoff -a, and take its line out of /etc/fstab");
}

DOCTOR_CHECK(processors)
{
    cpu_set_t set;
    int count = sched_getaffinity(0, sizeof set, &set) == 0 ? CPU_COUNT(&set) : 0;
    if (count >= 2) {
        doctor_ok(doctor, "%d processors: %d for judging, one for the rest", count, count - 1);
        return;
    }
    doctor_warn(doctor, "%d processor: judging shares it with everything else on this box, and times vary", count);
    doctor_type(doctor, "give this box (or container: docker run --cpus 2) a second processor");
}

DOCTOR_CHECK(governor)
{
    char name[64];
    if (doctor_read(doctor, "/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor", name, sizeof name) <= 0) {
        doctor_ok(doctor, "processor frequency is not scaled by this system");
        return;
    }
    name[strcspn(name, "\n")] = '\0';
    if (strcmp(name, "performance") == 0) {
        doctor_ok(doctor, "processor frequency governor is performance");
        return;
    }
    doctor_warn(doctor, "processor frequency governor is %s: the same program takes different times", name);
    doctor_type(doctor, "cpupower frequency-set -g performance (apt-get install linux-cpupower)");
}

DOCTOR_CHECK(smt)
{
    char active[8];
    if (doctor_read(doctor, "/sys/devices/system/cpu/smt/active", active, sizeof active) <= 0 || active[0] != '1') {
        doctor_ok(doctor, "no two processors share a core");
        return;
    }
    doctor_warn(doctor, "two processors share each core (SMT): programs beside each other slow each other down");
    doctor_type(doctor, "echo off > /sys/devices/system/cpu/smt/control, and nosmt on the kernel's command line");
}

/* ---- users */

/* The user of a passwd line, with its name cut off behind; -1 where it is none. */
static int64_t passwd_uid(char *line)
{
    int64_t uid;
    char *name_end = strchr(line, ':');
    const char *at = name_end == NULL ? NULL : strchr(name_end + 1, ':');
    if (at == NULL)
        return -1;
    at++;
    if (doctor_number(&at, &uid) != 0 || *at != ':')
        return -1;
    *name_end = '\0';
    return uid;
}

DOCTOR_CHECK(uids)
{
    char path[PATH_MAX];
    char line[1024];
    int last = doctor->first_uid + SLOTS * SANDBOX_CELLS - 1;
    doctor_path(doctor, "/etc/passwd", path);
    FILE *file = fopen(path, "re");
    bool found = false;
    while (file != NULL && !found && fgets(line, sizeof line, file) != NULL) {
        int64_t uid = passwd_uid(line);
        if (uid < doctor->first_uid || uid > last)
            continue;
        found = true;
        doctor_warn(doctor,
                    "users %d to %d are the judged programs', but %.64s is %lld: a program could run as that user",
                    doctor->first_uid, last, line, (long long)uid);
        doctor_type(doctor, "set first_uid in OJ_HOME/etc/judge.conf to a free range of %d, or usermod -u N %.64s",
                    SLOTS * SANDBOX_CELLS, line);
    }
    if (file != NULL)
        (void)fclose(file); /* it was only read */
    if (!found)
        doctor_ok(doctor, "users %d to %d are free for judged programs", doctor->first_uid, last);
}

/* ---- our own files */

/* As the sandbox looks for it: beside this program, else where `make install` put it. */
static void cell_path(const struct doctor *doctor, char path[PATH_MAX])
{
    char self[PATH_MAX];
    if (doctor->options->cell_path != NULL) {
        (void)str_copy(path, PATH_MAX, doctor->options->cell_path); /* cut: it is not found */
        return;
    }
    ssize_t length = readlink("/proc/self/exe", self, sizeof self - 1);
    self[length < 0 ? 0 : length] = '\0';
    char *slash = strrchr(self, '/');
    if (slash != NULL)
        *slash = '\0';
    if (slash == NULL || str_format(path, PATH_MAX, "%s/judge_cell", self) != 0 || access(path, X_OK) != 0)
        (void)str_copy(path, PATH_MAX, JUDGE_PREFIX "/bin/judge_cell"); /* it fits */
}

DOCTOR_CHECK(cell)
{
    char path[PATH_MAX];
    cell_path(doctor, path);
    if (access(path, X_OK) == 0) {
        doctor_ok(doctor, "program %s", path);
        return;
    }
    doctor_lacks(doctor, "program %s: %s", path, strerror(errno));
    doctor_type(doctor, errno == EACCES ? "chmod 755 %s" : "make install (it puts %s there)", path);
}

/* Loads each policy of a folder. Returns how many are good, or -1 after a result that says which is not. */
static int load_policies(struct doctor *doctor, const char *folder)
{
    struct policy policy; /* 17 KiB */
    struct err e = {""};
    int count = 0;
    DIR *dir = opendir(folder);
    if (dir == NULL)
        return 0; /* not every folder has to be there */
    for (const struct dirent *entry; count < POLICIES && (entry = readdir(dir)) != NULL;) {
        char name[POLICY_NAME_SIZE];
        size_t length = strlen(entry->d_name);
        if (length < 8 || strcmp(entry->d_name + length - 7, ".policy") != 0)
            continue;
        if (str_format(name, sizeof name, "%.*s", (int)length - 7, entry->d_name) == 0 &&
            policy_load(&policy, doctor->policies, name, &e) == 0) {
            count++;
            continue;
        }
        doctor_lacks(doctor, "policy %s/%s: %s", folder, entry->d_name,
                     e.text[0] == '\0' ? "the name is too long" : e.text);
        doctor_type(doctor, "mend that line of %s/%s, or make install for the one that came with the judge", folder,
                    entry->d_name);
        count = -1;
        break;
    }
    (void)closedir(dir); /* it was only read */
    return count;
}

DOCTOR_CHECK(policies)
{
    int count = 0;
    for (size_t i = 0; doctor->policies[i] != NULL; i++) {
        int more = load_policies(doctor, doctor->policies[i]);
        if (more < 0)
            return;
        count += more;
    }
    if (count > 0) {
        doctor_ok(doctor, "%d policies can be read", count);
        return;
    }
    doctor_lacks(doctor, "no policy in any of the folders for them (the last: %s)",
                 doctor->policies[0] == NULL ? "none" : doctor->policies[doctor->policies[1] == NULL ? 0 : 1]);
    doctor_type(doctor, "make install");
}

/* The path of name in OJ_HOME below root; name "": OJ_HOME itself. */
static void home_path(const struct doctor *doctor, const char *name, char full[PATH_MAX])
{
    if (str_format(full, PATH_MAX, "%s%s%s%s", doctor->root, doctor->places.home, name[0] == '\0' ? "" : "/", name) !=
        0)
        full[0] = '\0'; /* no file has such a name */
}

DOCTOR_CHECK(home)
{
    char path[PATH_MAX];
    struct stat info;
    home_path(doctor, "", path);
    if (stat(path, &info) == 0 && S_ISDIR(info.st_mode)) {
        doctor_ok(doctor, "OJ_HOME is %s", path);
        return;
    }
    doctor_lacks(doctor, "OJ_HOME %s is not there: only judgectl run and doctor work", path);
    doctor_type(doctor, "./install.sh, or --home OJ_HOME where it lies elsewhere");
}

/* A folder that nobody but its owner and group may write to. Where OJ_HOME is missing that was said already. */
DOCTOR_CHECK(folder)
{
    char path[PATH_MAX];
    struct stat info;
    home_path(doctor, "", path);
    if (stat(path, &info) != 0)
        return;
    home_path(doctor, doctor->row->word, path);
    if (stat(path, &info) != 0) {
        doctor_warn(doctor, "%s: %s", path, strerror(errno));
        doctor_type(doctor, "mkdir -m 755 %s", path);
    } else if (!S_ISDIR(info.st_mode)) {
        doctor_lacks(doctor, "%s is no folder", path);
        doctor_type(doctor, "mv %s %s.old && mkdir -m 755 %s", path, path, path);
    } else if ((info.st_mode & S_IWOTH) != 0) {
        doctor_lacks(doctor, "%s may be written to by everybody (mode %03o): %s", path, (unsigned)info.st_mode & 0777,
                     doctor->row->lost);
        doctor_type(doctor, "chmod -R o-w %s", path);
    } else {
        doctor_ok(doctor, "%s is writable by its owner%s only", path,
                  (info.st_mode & S_IWGRP) != 0 ? " and group" : "");
    }
}

/* A file that holds passwords. Where it is not there, nothing is lost here. */
DOCTOR_CHECK(secret)
{
    char path[PATH_MAX];
    struct stat info;
    home_path(doctor, doctor->row->word, path);
    if (stat(path, &info) != 0)
        return;
    if ((info.st_mode & (S_IROTH | S_IWOTH)) == 0) {
        doctor_ok(doctor, "%s is hidden from others", path);
        return;
    }
    doctor_warn(doctor, "%s may be read by everybody (mode %03o): it holds the database's password", path,
                (unsigned)info.st_mode & 0777);
    doctor_type(doctor, "chmod o-rwx %s", path);
}

DOCTOR_CHECK(run_folder)
{
    const char *folder = access("/run/judge", F_OK) == 0 ? "/run/judge" : "/run";
    if (access(folder, W_OK) == 0) {
        doctor_ok(doctor, "%s is writable", folder);
        return;
    }
    doctor_lacks(doctor, "%s: %s: locks of slots cannot be kept", folder, strerror(errno));
    doctor_type(doctor, "mount -t tmpfs tmpfs /run (in a container: docker run --tmpfs /run ...)");
}

DOCTOR_CHECK(space)
{
    char path[PATH_MAX];
    struct statvfs info;
    home_path(doctor, "", path);
    if (statvfs(path, &info) != 0)
        return; /* said already */
    uint64_t free_mib = (uint64_t)info.f_bavail * info.f_frsize / MIB;
    if (info.f_files > 0 && info.f_favail < 1000) {
        doctor_warn(doctor, "%s: %llu files can still be made", path, (unsigned long long)info.f_favail);
        doctor_type(doctor, "df -i %s, and remove what is not needed", path);
    } else if (free_mib < SPACE_MIB) {
        doctor_warn(doctor, "%s has %llu MiB free: test data may not fit", path, (unsigned long long)free_mib);
        doctor_type(doctor, "df -h %s, and remove what is not needed", path);
    } else {
        doctor_ok(doctor, "%s has %llu MiB free", path, (unsigned long long)free_mib);
    }
}

/* ---- all together */

static int run_true(struct sandbox *sandbox, const struct policy *policy, struct sandbox_result *result, struct err *e)
{
    static const char *const argv[] = {"/bin/true", NULL};
    static const char *const env[] = {NULL};
    struct sandbox_spec spec = {
        .argv = argv,
        .env = env,
        .fd = {-1, -1, -1},
        .sink = {-1, -1, -1},
        .policy = policy,
        .limits = {.cpu_us = 10000000,
                   .wall_us = 20000000,
                   .mem_kib = 65536,
                   .out_bytes = MIB,
                   .stack_kib = 8192,
                   .processes = 8,
                   .open_files = 64},
    };
    if (sandbox_run(sandbox, &spec, result, 1, NULL, e) != 0)
        return -1;
    return result->not_executed != 0 ? sandbox_not_executed(&spec, result, e) : 0;
}

/* TRIAL_REFUSED: it ran, but for a system call that the policy does not allow. */
enum { TRIAL_REFUSED = 1 };

static int trial(const struct sandbox_config *config, const struct policy *policy, struct err *e)
{
    struct sandbox_result result;
    struct sandbox *sandbox = sandbox_open(config, e);
    if (sandbox == NULL)
        return -1;
    int status = run_true(sandbox, policy, &result, e);
    const char *tier = sandbox_tier_name(sandbox);
    if (status == 0 && result.refused) {
        err_set(e, "%s", result.refused_name);
        status = TRIAL_REFUSED;
    } else if (status == 0 && result.exit_code != 0) {
        status = err_set(e, "/bin/true: exit %d, signal %d, limit %s", result.exit_code, result.signal,
                         sandbox_limit_name(result.limit));
    } else if (status == 0) {
        err_set(e, "%lld us of CPU time, %lld KiB, counted by %s%s", (long long)result.cpu_us,
                (long long)result.mem_kib, strcmp(tier, "none") == 0 ? "process" : "cgroup ",
                strcmp(tier, "none") == 0 ? "" : tier);
    }
    sandbox_close(sandbox);
    return status;
}

static int probe_run(const struct doctor *doctor, struct err *e)
{
    char path[PATH_MAX];
    struct policy policy; /* 17 KiB */
    cell_path(doctor, path);
    struct sandbox_config config = {.slot = -1,
                                    .first_uid = doctor->first_uid,
                                    .cpu = -1,
                                    .tier = -1,
                                    .home = doctor->places.home,
                                    .cell_path = path};
    if (policy_load(&policy, doctor->policies, "c", e) != 0)
        return -1;
    return trial(&config, &policy, e);
}

DOCTOR_CHECK(run_sandboxed)
{
    struct err e = {""};
    int status = doctor_probe(probe_run, doctor, &e);
    if (status == 0) {
        doctor_ok(doctor, "a program runs in the sandbox: %s", e.text);
    } else if (status == TRIAL_REFUSED) {
        doctor_warn(doctor, "a program runs in the sandbox, but policy c refuses %s to this system's /bin/true",
                    e.text);
        doctor_type(doctor,
                    "judgectl run -- A_C_PROGRAM; where that is refused it too, `allow %s` in a copy of c.policy in "
                    "%s/etc/policy",
                    e.text, doctor->places.home);
    } else {
        doctor_lacks(doctor, "a program does not run in the sandbox: %s", e.text);
        doctor_type(doctor, "judgectl run -- /bin/true, once the lines above are mended");
    }
}
