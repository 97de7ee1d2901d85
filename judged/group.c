/*
 * group.c - see group.h. In judged, root, before it has children. It makes one group and moves one process: itself.
 */
#include "judged/group.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/file.h"
#include "common/str.h"

#include "common/banned.h"

/* The path of "0::PATH" in /proc/self/cgroup. 0, or -1 where there is no such line. */
static int group_own(const char *root, char *own, size_t size)
{
    char path[PATH_MAX];
    char text[8192];
    if (str_format(path, sizeof path, "%s/proc/self/cgroup", root) != 0 ||
        file_read(AT_FDCWD, path, text, sizeof text, NULL) < 0)
        return -1;
    const char *line = str_starts(text, "0::") ? text : strstr(text, "\n0::");
    if (line == NULL)
        return -1;
    line = strchr(line, '/');
    if (line == NULL)
        return -1;
    return str_format(own, size, "%.*s", (int)strcspn(line, "\n"), line);
}

/* Root and mount point of the first cgroup2 of mountinfo: proc(5). Names with blanks are none of a control group's. */
static int group_mount(const char *root, char *top, char *point, size_t size)
{
    char path[PATH_MAX];
    if (str_format(path, sizeof path, "%s/proc/self/mountinfo", root) != 0)
        return -1;
    FILE *file = fopen(path, "re");
    if (file == NULL)
        return -1;
    char *line = NULL;
    size_t room = 0;
    int result = -1;
    while (result != 0 && getline(&line, &room, file) > 0) {
        if (strstr(line, " - cgroup2 ") == NULL)
            continue;
        char *save = NULL;
        const char *words[5] = {NULL};
        for (int i = 0; i < 5; i++)
            words[i] = strtok_r(i == 0 ? line : NULL, " ", &save);
        if (words[4] != NULL && str_copy(top, size, words[3]) == 0 && str_copy(point, size, words[4]) == 0)
            result = 0;
    }
    free(line);
    (void)fclose(file); /* it was only read */
    return result;
}

/* True where the only process of the group is this one. */
static bool group_is_ours(int fd)
{
    char text[4096];
    char pid[32];
    if (file_read(fd, "cgroup.procs", text, sizeof text, NULL) < 0)
        return false;
    (void)str_format(pid, sizeof pid, "%d\n", (int)getpid()); /* it fits */
    return strcmp(text, pid) == 0;
}

/* What speaks against moving: NULL for nothing. */
static const char *group_objection(int fd)
{
    char text[1024];
    if (file_read(fd, "cgroup.type", text, sizeof text, NULL) < 0)
        return "it is the root of all";
    if (!str_starts(text, "domain") || str_starts(text, "domain invalid"))
        return "it is for threads";
    if (file_read(fd, "cgroup.controllers", text, sizeof text, NULL) < 0 || strstr(text, "memory") == NULL)
        return "it has no memory controller";
    if (!group_is_ours(fd))
        return "others are in it as well";
    if (faccessat(fd, ".", W_OK, AT_EACCESS) != 0)
        return "it cannot be written";
    return NULL;
}

static int group_move(int fd, const char *own, struct err *e)
{
    char pid[32];
    (void)str_format(pid, sizeof pid, "%d", (int)getpid()); /* it fits */
    if (mkdirat(fd, GROUP_LEAF, 0755) != 0 && errno != EEXIST)
        return err_sys(e, errno, "make the control group %s/" GROUP_LEAF, own);
    if (file_write(fd, GROUP_LEAF "/cgroup.procs", pid, e) != 0)
        return err_add(e, "enter the control group %s/" GROUP_LEAF, own);
    return 1;
}

int group_enter(const char *root, char *parent, size_t size, struct err *e)
{
    char own[PATH_MAX];
    char top[PATH_MAX];
    char point[PATH_MAX];
    char path[PATH_MAX];
    parent[0] = '\0';
    if (group_own(root, own, sizeof own) != 0 || group_mount(root, top, point, sizeof top) != 0) {
        (void)err_set(e, "no cgroup v2 here");
        return 0;
    }
    const char *below = own;
    size_t length = strlen(top);
    if (strcmp(top, "/") != 0 && str_starts(own, top) && (own[length] == '/' || own[length] == '\0'))
        below = own + length;
    if (strstr(below, "/..") != NULL || str_format(path, sizeof path, "%s%s%s", root, point, below) != 0) {
        (void)err_set(e, "the control group %s is not visible here", own);
        return 0;
    }
    int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0) {
        (void)err_sys(e, errno, "open %s", path);
        return 0;
    }
    const char *objection = group_objection(fd);
    int result = 0;
    if (objection != NULL)
        (void)err_set(e, "stays in the control group %s: %s", own, objection);
    else
        result = group_move(fd, own, e);
    file_close(&fd);
    below += strspn(below, "/");
    if (result == 1 && str_copy(parent, size, below) != 0)
        return err_set(e, "the control group's path is too long: %s", own);
    return result;
}
