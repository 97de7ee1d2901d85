/*
 * residue.c - see residue.h. Reads /proc and the hierarchies of groups; changes nothing.
 */
#include "tests/sandbox/lib/residue.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "common/clock.h"
#include "common/file.h"
#include "common/str.h"
#include "judge_client/sandbox/sandbox.h"

#include "common/banned.h"

enum { PROCESSES = 4096, FIRST_UID = 40000 };

struct process {
    pid_t pid, parent;
    uid_t uid;
    char name[32];
};

static const char *field(const char *status, const char *key)
{
    const char *at = strstr(status, key);
    return at == NULL ? "" : at + strlen(key);
}

static int read_process(pid_t pid, struct process *process)
{
    char path[64], status[4096];
    (void)str_format(path, sizeof path, "/proc/%d/status", (int)pid); /* it fits */
    if (file_read(AT_FDCWD, path, status, sizeof status, NULL) < 0)
        return -1;
    const char *name = field(status, "Name:\t");
    *process = (struct process){.pid = pid,
                                .parent = (pid_t)strtol(field(status, "\nPPid:\t"), NULL, 10),
                                .uid = (uid_t)strtoul(field(status, "\nUid:\t"), NULL, 10)};
    (void)str_format(process->name, sizeof process->name, "%.*s", (int)strcspn(name, "\n"), name); /* cut is fine */
    return 0;
}

/* All processes, at most PROCESSES. The caller frees. */
static struct process *read_processes(size_t *count)
{
    struct process *all = calloc(PROCESSES, sizeof *all);
    DIR *folder = opendir("/proc");
    *count = 0;
    while (all != NULL && folder != NULL && *count < PROCESSES) {
        struct dirent *entry = readdir(folder);
        int64_t pid;
        if (entry == NULL)
            break;
        if (str_to_int64(entry->d_name, 1, INT32_MAX, &pid) == 0 && read_process((pid_t)pid, &all[*count]) == 0)
            (*count)++;
    }
    if (folder != NULL)
        (void)closedir(folder); /* it was only read */
    return all;
}

static bool descends(const struct process *all, size_t count, pid_t pid)
{
    for (int depth = 0; depth < 64; depth++) {
        if (pid == getpid())
            return true;
        size_t i = 0;
        while (i < count && all[i].pid != pid)
            i++;
        if (i == count)
            return false;
        pid = all[i].parent;
    }
    return false;
}

pid_t residue_find_cell(size_t n)
{
    size_t count;
    pid_t found = 0;
    struct process *all = read_processes(&count);
    for (size_t i = 0; i < count && found == 0; i++) {
        if (strcmp(all[i].name, "judge_cell") != 0)
            continue;
        char path[64], line[256] = "";
        (void)str_format(path, sizeof path, "/proc/%d/cmdline", (int)all[i].pid); /* it fits */
        ssize_t length = file_read(AT_FDCWD, path, line, sizeof line, NULL);
        bool janitor = length > 0 && memmem(line, (size_t)length, "janitor", 7) != NULL;
        if (!janitor && descends(all, count, all[i].parent) && n-- == 0)
            found = all[i].pid;
    }
    free(all);
    return found;
}

static int count_entries(const char *path)
{
    DIR *folder = opendir(path);
    int count = 0;
    if (folder == NULL)
        return -1;
    while (readdir(folder) != NULL)
        count++;
    (void)closedir(folder); /* it was only read */
    return count;
}

int residue_own_fds(void)
{
    return count_entries("/proc/self/fd");
}

long residue_own_rss_kib(void)
{
    char status[4096];
    if (file_read(AT_FDCWD, "/proc/self/status", status, sizeof status, NULL) < 0)
        return -1;
    return strtol(field(status, "\nVmRSS:"), NULL, 10);
}

/* The ids of SysV objects, the names in /dev/shm and /dev/mqueue. */
static void read_objects(char *text, size_t size)
{
    static const char *const lists[] = {"/proc/sysvipc/shm", "/proc/sysvipc/sem", "/proc/sysvipc/msg"};
    static const char *const folders[] = {"/dev/shm", "/dev/mqueue"};
    size_t used = 0;
    text[0] = '\0';
    for (size_t i = 0; i < sizeof lists / sizeof *lists; i++) {
        FILE *file = fopen(lists[i], "re");
        char line[512];
        while (file != NULL && fgets(line, sizeof line, file) != NULL) {
            char key[32] = "", id[32] = "";
            if (sscanf(line, "%31s %31s", key, id) == 2 && used < size)
                used += (size_t)snprintf(text + used, size - used, "%s %s %s\n", lists[i], key, id);
        }
        if (file != NULL)
            (void)fclose(file); /* it was only read */
    }
    for (size_t i = 0; i < sizeof folders / sizeof *folders; i++) {
        DIR *folder = opendir(folders[i]);
        struct dirent *entry;
        while (folder != NULL && (entry = readdir(folder)) != NULL) {
            if (used < size)
                used += (size_t)snprintf(text + used, size - used, "%s/%s\n", folders[i], entry->d_name);
        }
        if (folder != NULL)
            (void)closedir(folder); /* it was only read */
    }
}

static void read_mounts(char *text, size_t size)
{
    if (file_read(AT_FDCWD, "/proc/self/mountinfo", text, size, NULL) < 0)
        text[0] = '\0';
}

int residue_note(struct residue *residue, struct err *e)
{
    *residue = (struct residue){.fd_count = residue_own_fds()};
    read_mounts(residue->mounts, sizeof residue->mounts);
    read_objects(residue->objects, sizeof residue->objects);
    if (prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) != 0)
        return err_sys(e, errno, "adopt orphans");
    return residue->fd_count > 0 && residue->mounts[0] != '\0' ? 0 : err_set(e, "cannot read /proc");
}

/* Finds where the hierarchy with these controllers is mounted ("": v2), from the lines of mountinfo. */
static int find_mount(const char *mounts, const char *controllers, char *path, size_t size)
{
    const char *type = controllers[0] == '\0' ? " - cgroup2 " : " - cgroup ";
    for (const char *line = mounts; *line != '\0'; line += strcspn(line, "\n"), line += *line == '\n') {
        char copy[1024], point[512];
        if (str_format(copy, sizeof copy, "%.*s", (int)strcspn(line, "\n"), line) != 0 || strstr(copy, type) == NULL)
            continue;
        const char *options = strrchr(copy, ' ');
        if (controllers[0] != '\0' && (options == NULL || strstr(options, controllers) == NULL))
            continue;
        if (sscanf(copy, "%*s %*s %*s %*s %511s", point) == 1)
            return str_copy(path, size, point);
    }
    return -1;
}

/* Notes the folder of a group and those above it, up to what this process is in itself. */
static int note_group(struct residue *residue, const char *mount, const char *path, const char *own)
{
    char text[PATH_MAX];
    if (str_copy(text, sizeof text, path) != 0)
        return -1;
    while (strcmp(text, "/") != 0 && text[0] != '\0' && strcmp(text, own) != 0 && !str_starts(own, text)) {
        if (residue->group_count == RESIDUE_GROUPS ||
            str_format(residue->groups[residue->group_count++], PATH_MAX, "%s%s", mount, text) != 0)
            return -1;
        *strrchr(text, '/') = '\0';
    }
    return 0;
}

/* Finds the path in a line `N:controllers:path` of the text with the same controllers as this line. */
static void find_own(const char *text, const char *controllers, char *path, size_t size)
{
    char line[PATH_MAX];
    path[0] = '\0';
    for (; *text != '\0'; text += strcspn(text, "\n"), text += *text == '\n') {
        size_t length = strcspn(text, "\n");
        if (length >= sizeof line)
            continue;
        memcpy(line, text, length);
        line[length] = '\0';
        char *names = strchr(line, ':');
        char *at = names == NULL ? NULL : strchr(names + 1, ':');
        if (at == NULL)
            continue;
        *at = '\0';
        if (strcmp(names + 1, controllers) == 0)
            (void)str_copy(path, size, at + 1); /* both hold a path */
    }
}

static int note_cell(struct residue *residue, pid_t pid, struct err *e)
{
    char path[64], groups[8192], own[8192];
    (void)str_format(path, sizeof path, "/proc/%d/cgroup", (int)pid); /* it fits */
    if (file_read(AT_FDCWD, path, groups, sizeof groups, e) < 0 ||
        file_read(AT_FDCWD, "/proc/self/cgroup", own, sizeof own, e) < 0)
        return -1;
    char *save = NULL;
    for (char *line = strtok_r(groups, "\n", &save); line != NULL; line = strtok_r(NULL, "\n", &save)) {
        char mount[PATH_MAX], own_path[PATH_MAX];
        char *names = strchr(line, ':');
        char *at = names == NULL ? NULL : strchr(names + 1, ':');
        if (at == NULL)
            continue;
        *at = '\0';
        find_own(own, names + 1, own_path, sizeof own_path);
        if (strcmp(at + 1, own_path) == 0 || find_mount(residue->mounts, names + 1, mount, sizeof mount) != 0)
            continue;
        if (note_group(residue, mount, at + 1, own_path) != 0)
            return err_set(e, "too many groups");
    }
    return 0;
}

int residue_note_sandbox(struct residue *residue, int slot, struct err *e)
{
    residue->first_uid = (uid_t)(FIRST_UID + slot * SANDBOX_CELLS);
    residue->group_count = 0;
    for (size_t n = 0;; n++) {
        pid_t pid = residue_find_cell(n);
        if (pid == 0)
            return n > 0 ? 0 : err_set(e, "no cell is to be found");
        if (note_cell(residue, pid, e) != 0)
            return -1;
    }
}

/* The first line of now that before does not have. */
static int find_new(const char *before, const char *now, const char *what, struct err *e)
{
    for (; *now != '\0'; now += strcspn(now, "\n"), now += *now == '\n') {
        char line[1024];
        if (str_format(line, sizeof line, "%.*s", (int)strcspn(now, "\n"), now) != 0)
            continue;
        const char *at = before;
        size_t length = strlen(line);
        while ((at = strstr(at, line)) != NULL &&
               !((at == before || at[-1] == '\n') && (at[length] == '\n' || at[length] == '\0')))
            at++;
        if (at == NULL)
            return err_set(e, "left behind: %s: %s", what, line);
    }
    return 0;
}

static int look_for_processes(const struct residue *residue, struct err *e)
{
    size_t count;
    int result = 0;
    struct process *all = read_processes(&count);
    if (all == NULL || count == 0 || count == PROCESSES)
        result = err_set(e, "cannot read the processes");
    for (size_t i = 0; i < count && result == 0; i++) {
        bool ours = residue->first_uid > 0 && all[i].uid >= residue->first_uid &&
                    all[i].uid < residue->first_uid + SANDBOX_CELLS;
        if (all[i].pid != getpid() && (ours || descends(all, count, all[i].parent)))
            result =
                err_set(e, "left behind: process %d (%s, uid %u)", (int)all[i].pid, all[i].name, (unsigned)all[i].uid);
    }
    free(all);
    return result;
}

static int look_for_files(const struct residue *residue, struct err *e)
{
    static const char *const folders[] = {"/tmp", "/var/tmp", "/dev/shm", "/run/judge", "/run"};
    int result = 0;
    for (size_t i = 0; i < sizeof folders / sizeof *folders && result == 0 && residue->first_uid > 0; i++) {
        DIR *folder = opendir(folders[i]);
        struct dirent *entry;
        while (folder != NULL && result == 0 && (entry = readdir(folder)) != NULL) {
            struct stat info;
            char lock[64];
            (void)str_format(lock, sizeof lock, "uid-%u.lock", (unsigned)residue->first_uid); /* it fits */
            if (fstatat(dirfd(folder), entry->d_name, &info, AT_SYMLINK_NOFOLLOW) != 0)
                continue;
            if ((info.st_uid >= residue->first_uid && info.st_uid < residue->first_uid + SANDBOX_CELLS) ||
                strcmp(entry->d_name, lock) == 0)
                result = err_set(e, "left behind: %s/%s", folders[i], entry->d_name);
        }
        if (folder != NULL)
            (void)closedir(folder); /* it was only read */
    }
    return result;
}

static int look(const struct residue *residue, struct err *e)
{
    char now[RESIDUE_TEXT];
    while (waitpid(-1, NULL, WNOHANG | __WALL) > 0)
        continue;
    if (look_for_processes(residue, e) != 0 || look_for_files(residue, e) != 0)
        return -1;
    for (size_t i = 0; i < residue->group_count; i++) {
        if (access(residue->groups[i], F_OK) == 0)
            return err_set(e, "left behind: group %s", residue->groups[i]);
    }
    read_mounts(now, sizeof now);
    if (find_new(residue->mounts, now, "mount", e) != 0)
        return -1;
    read_objects(now, sizeof now);
    if (find_new(residue->objects, now, "object", e) != 0)
        return -1;
    int fd_count = residue_own_fds();
    return fd_count == residue->fd_count
               ? 0
               : err_set(e, "left behind: %d descriptors in the place of %d", fd_count, residue->fd_count);
}

int residue_wait(struct residue *residue, int wait_ms, struct err *e)
{
    int64_t deadline_us = clock_now_us() + (int64_t)wait_ms * 1000;
    for (;;) {
        if (look(residue, e) == 0)
            return 0;
        if (clock_now_us() >= deadline_us)
            return -1;
        struct timespec pause_time = {.tv_nsec = 2 * 1000 * 1000};
        (void)nanosleep(&pause_time, NULL); /* woken early it looks early */
    }
}
