/*
 * cgroup_find.c - finds where a box lets us make groups; see cgroup.h.
 *
 * Runs in judge_client (root) and in the doctor; only reads: /proc/self/mountinfo says what is mounted where,
 * /proc/self/cgroup in which groups this process is. It must never make or change a group.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/file.h"
#include "common/str.h"
#include "judge_client/sandbox/cgroup.h"

#include "common/banned.h"

enum { FIND_REASON_SIZE = 200 };

/* What is collected while the mounts are read. */
struct find {
    const char *root;
    const char *parent;
    char own[8192];                   /* text of /proc/self/cgroup */
    char v2_mount[PATH_MAX];          /* with root before it; empty: none */
    char v2_own[PATH_MAX];            /* this process' group below it; the mount itself where that is not visible */
    char v1_reason[FIND_REASON_SIZE]; /* why v1 cannot be used, or not all of it */
    char v2_reason[FIND_REASON_SIZE];
};

/* One line of mountinfo: proc(5). */
struct find_mount {
    char *root; /* of the hierarchy, which group is mounted */
    char *point;
    char *type;
    char *options; /* of the super block: v1's controllers are among them */
};

/* Undoes mountinfo's \040 for a space, \011, \012 and \134, in place. */
static void find_unescape(char *text)
{
    char *to = text;
    for (const char *from = text; *from != '\0'; to++) {
        if (from[0] == '\\' && from[1] >= '0' && from[1] <= '3' && from[2] >= '0' && from[2] <= '7' && from[3] >= '0' &&
            from[3] <= '7') {
            *to = (char)((from[1] - '0') * 64 + (from[2] - '0') * 8 + (from[3] - '0'));
            from += 4;
        } else {
            *to = *from++;
        }
    }
    *to = '\0';
}

/* Takes a line apart. False where it is none of proc(5)'s form. */
static bool find_split(char *line, struct find_mount *mount)
{
    char *save = NULL;
    char *fields[5];
    line[strcspn(line, "\n")] = '\0';
    for (int i = 0; i < 5; i++) {
        fields[i] = strtok_r(i == 0 ? line : NULL, " ", &save);
        if (fields[i] == NULL)
            return false;
    }
    const char *word;
    do {
        word = strtok_r(NULL, " ", &save);
        if (word == NULL)
            return false;
    } while (strcmp(word, "-") != 0);
    mount->root = fields[3];
    mount->point = fields[4];
    mount->type = strtok_r(NULL, " ", &save);
    if (mount->type == NULL || strtok_r(NULL, " ", &save) == NULL)
        return false;
    mount->options = strtok_r(NULL, " ", &save);
    find_unescape(mount->root);
    find_unescape(mount->point);
    return mount->options != NULL;
}

/* True where the list, separated by commas or white space, has the word. */
static bool find_word(const char *list, const char *word)
{
    size_t length = strlen(word);
    for (const char *p = list; *p != '\0';) {
        size_t size = strcspn(p, ", \n");
        if (size == length && strncmp(p, word, size) == 0)
            return true;
        p += size;
        p += strspn(p, ", \n");
    }
    return false;
}

/* Copies this process' group in the hierarchy of controller ("": v2) from /proc/self/cgroup. "/" where it says none. */
static void find_own(const struct find *find, const char *controller, char *own, size_t size)
{
    (void)str_copy(own, size, "/");
    for (const char *line = find->own; *line != '\0';) {
        size_t length = strcspn(line, "\n");
        const char *list = memchr(line, ':', length);
        const char *path = list == NULL ? NULL : memchr(list + 1, ':', length - (size_t)(list + 1 - line));
        if (path != NULL) {
            char names[256];
            (void)str_format(names, sizeof names, "%.*s", (int)(path - list - 1), list + 1); /* cut: not ours */
            if (controller[0] == '\0' ? names[0] == '\0' : find_word(names, controller)) {
                if (str_format(own, size, "%.*s", (int)(line + length - path - 1), path + 1) != 0)
                    (void)str_copy(own, size, "/");
                return;
            }
        }
        line += length;
        line += *line == '\n';
    }
}

static bool find_is_folder(const char *path)
{
    struct stat info;
    return stat(path, &info) == 0 && S_ISDIR(info.st_mode);
}

/* The folder of this process' own group as it is seen below the mount; the mount itself where it is not (a container
 * sees its own group as the mount's root, with or without the path that the box knows it by). */
static void find_place(const struct find *find, const struct find_mount *mount, const char *own, char place[PATH_MAX])
{
    size_t length = strlen(mount->root);
    const char *below[2] = {own, own};
    if (strcmp(mount->root, "/") != 0 && str_starts(own, mount->root) && (own[length] == '/' || own[length] == '\0'))
        below[0] = own + length;
    for (int i = 0; i < 2; i++) {
        if (strstr(below[i], "/..") != NULL) /* outside this namespace's root */
            continue;
        if (str_format(place, PATH_MAX, "%s%s%s", find->root, mount->point, below[i]) != 0 || !find_is_folder(place))
            continue;
        size_t end = strlen(place);
        if (end > 1 && place[end - 1] == '/')
            place[end - 1] = '\0';
        return;
    }
    if (str_format(place, PATH_MAX, "%s%s", find->root, mount->point) != 0)
        place[0] = '\0'; /* beyond any path that could be opened */
}

static bool find_writable(const char *path, char reason[FIND_REASON_SIZE])
{
    if (faccessat(AT_FDCWD, path, W_OK, AT_EACCESS) == 0)
        return true;
    (void)str_format(reason, FIND_REASON_SIZE, "%s: %s", path, strerror(errno)); /* cut: still a reason */
    return false;
}

/* Takes a mount of v1 for each controller that is in it and not found yet. */
static void find_take_v1(struct find *find, const struct find_mount *mount, struct cgroup_layout *v1)
{
    static const char *const controllers[3] = {"memory", "cpuacct", "pids"};
    char *const targets[3] = {v1->memory, v1->cpu, v1->pids};
    char own[PATH_MAX];
    char place[PATH_MAX];
    for (int i = 0; i < 3; i++) {
        if (targets[i][0] != '\0' || !find_word(mount->options, controllers[i]))
            continue;
        find_own(find, controllers[i], own, sizeof own);
        find_place(find, mount, own, place);
        if (place[0] != '\0' && find_writable(place, find->v1_reason))
            (void)str_copy(targets[i], PATH_MAX, place); /* of one size */
    }
}

static void find_take_v2(struct find *find, const struct find_mount *mount)
{
    char own[PATH_MAX];
    if (find->v2_mount[0] != '\0')
        return;
    if (str_format(find->v2_mount, sizeof find->v2_mount, "%s%s", find->root, mount->point) != 0) {
        find->v2_mount[0] = '\0';
        return;
    }
    find_own(find, "", own, sizeof own);
    find_place(find, mount, own, find->v2_own);
}

/* Reads all mounts. */
static void find_mounts(struct find *find, struct cgroup_layout *v1)
{
    char path[PATH_MAX];
    if (str_format(path, sizeof path, "%s/proc/self/cgroup", find->root) != 0 ||
        file_read(AT_FDCWD, path, find->own, sizeof find->own, NULL) < 0)
        find->own[0] = '\0'; /* as if this process were in the root of each */
    if (str_format(path, sizeof path, "%s/proc/self/mountinfo", find->root) != 0)
        return;
    FILE *file = fopen(path, "re");
    if (file == NULL)
        return;
    char *line = NULL;
    size_t size = 0;
    while (getline(&line, &size, file) > 0) {
        struct find_mount mount;
        if (!find_split(line, &mount))
            continue;
        if (strcmp(mount.type, "cgroup") == 0)
            find_take_v1(find, &mount, v1);
        else if (strcmp(mount.type, "cgroup2") == 0)
            find_take_v2(find, &mount);
    }
    free(line);
    (void)fclose(file); /* it was only read */
}

/* Reads a small file of the group path; "" where there is none. */
static void find_read(const char *path, const char *name, char *text, size_t size)
{
    char file[PATH_MAX];
    text[0] = '\0';
    if (str_format(file, sizeof file, "%s/%s", path, name) != 0 || file_read(AT_FDCWD, file, text, size, NULL) < 0)
        text[0] = '\0';
}

/* Whether groups with limits can be made below path, a v2 group. partial: also without the memory controller. */
static bool find_try_v2(struct find *find, const char *path, bool partial, struct cgroup_layout *layout)
{
    char controllers[1024];
    char handed[1024];
    char type[64];
    char procs[4096];
    char *reason = find->v2_reason;
    if (!find_writable(path, reason))
        return false;
    find_read(path, "cgroup.controllers", controllers, sizeof controllers);
    find_read(path, "cgroup.subtree_control", handed, sizeof handed);
    find_read(path, "cgroup.type", type, sizeof type);
    find_read(path, "cgroup.procs", procs, sizeof procs);
    bool memory = find_word(controllers, "memory");
    bool pids = find_word(controllers, "pids");
    if (!memory && !partial) {
        (void)str_format(reason, FIND_REASON_SIZE, "%s has no memory controller", path); /* cut: still a reason */
        return false;
    }
    /* A group that holds processes cannot hand controllers down, but for the root, the only one without a type. */
    bool ready = (!memory || find_word(handed, "memory")) && (!pids || find_word(handed, "pids"));
    if (!ready && type[0] != '\0' && procs[0] != '\0') {
        (void)str_format(reason, FIND_REASON_SIZE, "%s holds processes itself, so no limits can be set below it", path);
        return false;
    }
    *layout = (struct cgroup_layout){.tier = CGROUP_V2};
    (void)str_copy(layout->cpu, PATH_MAX, path); /* the callers' paths are of that size */
    if (memory)
        (void)str_copy(layout->memory, PATH_MAX, path);
    if (pids)
        (void)str_copy(layout->pids, PATH_MAX, path);
    return true;
}

static bool find_v2(struct find *find, bool partial, struct cgroup_layout *layout)
{
    if (find->v2_mount[0] == '\0') {
        (void)str_copy(find->v2_reason, FIND_REASON_SIZE, "cgroup v2 is not mounted");
        return false;
    }
    const char *parent = find->parent;
    parent += strspn(parent, "/");
    if (parent[0] == '\0') {
        /* The root is the second choice: what we make there is outside any limit that this process is under. */
        if (find_try_v2(find, find->v2_own, partial, layout))
            return true;
        char reason[FIND_REASON_SIZE];
        memcpy(reason, find->v2_reason, sizeof reason);
        if (strcmp(find->v2_own, find->v2_mount) != 0 && find_try_v2(find, find->v2_mount, partial, layout))
            return true;
        memcpy(find->v2_reason, reason, sizeof reason);
        return false;
    }
    char path[PATH_MAX];
    if (strstr(parent, "..") != NULL || str_format(path, sizeof path, "%s/%s", find->v2_mount, parent) != 0) {
        (void)str_format(find->v2_reason, FIND_REASON_SIZE, "%s is no name of a group",
                         parent); /* cut: still a reason */
        return false;
    }
    for (size_t end = strlen(path); path[end - 1] == '/'; end--)
        path[end - 1] = '\0';
    return find_try_v2(find, path, partial, layout);
}

/* One line about v1's gaps, where it has any and nothing is known already. */
static void find_v1_reason(struct find *find, const struct cgroup_layout *v1)
{
    if (find->v1_reason[0] != '\0')
        return;
    bool none = v1->memory[0] == '\0' && v1->cpu[0] == '\0' && v1->pids[0] == '\0';
    (void)str_format(find->v1_reason, FIND_REASON_SIZE, "cgroup v1%s%s%s%s", none ? " is not mounted" : " has no",
                     none || v1->memory[0] != '\0' ? "" : " memory", none || v1->cpu[0] != '\0' ? "" : " cpuacct",
                     none || v1->pids[0] != '\0' ? "" : " pids"); /* 41 bytes at most */
}

void cgroup_find(struct cgroup_layout *layout, const char *root, int force, const char *parent, struct err *e)
{
    struct find find = {.root = root, .parent = parent == NULL ? "" : parent};
    struct cgroup_layout v1 = {.tier = CGROUP_V1};
    *layout = (struct cgroup_layout){.tier = CGROUP_NONE};
    if (force == CGROUP_NONE)
        return;
    find_mounts(&find, &v1);
    if (force != CGROUP_V1 && find_v2(&find, false, layout))
        return;
    bool any = v1.memory[0] != '\0' || v1.cpu[0] != '\0' || v1.pids[0] != '\0';
    bool all = v1.memory[0] != '\0' && v1.cpu[0] != '\0' && v1.pids[0] != '\0';
    /* Without a memory controller v2 still counts CPU time: better than nothing, worse than a v1 that has memory. */
    if (force != CGROUP_V2 && any)
        *layout = v1;
    else if (force != CGROUP_V1)
        (void)find_v2(&find, true, layout); /* or none */
    if (!all)
        find_v1_reason(&find, &v1);
    const char *no_v2 = force == CGROUP_V1 ? "" : find.v2_reason;
    const char *no_v1 = force == CGROUP_V2 || all ? "" : find.v1_reason;
    if (no_v2[0] != '\0' || no_v1[0] != '\0')
        (void)err_set(e, "%s%s%s", no_v2, no_v2[0] != '\0' && no_v1[0] != '\0' ? "; " : "", no_v1);
}
