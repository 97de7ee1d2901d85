/*
 * test_group.c - into which control group judged moves itself, on boxes of every kind, each a small fake tree.
 *
 * Needs no root.
 */
#include <fcntl.h>
#include <ftw.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/file.h"
#include "common/str.h"
#include "judged/group.h"
#include "tests/unit/unit.h"

#include "common/banned.h"

struct fake_file {
    const char *path;
    const char *text; /* %d is this process */
};

struct row {
    const char *name;
    struct fake_file files[12];
    int result;
    const char *parent;
    const char *entered; /* the leaf's folder below the tree, or NULL */
    const char *reason;  /* part of what e says */
};

#define INFO "proc/self/mountinfo"
#define OWN "proc/self/cgroup"
#define V2 "30 23 0:26 / /sys/fs/cgroup rw,nosuid shared:9 - cgroup2 cgroup2 rw,nsdelegate\n"
#define UNIT_GROUP "sys/fs/cgroup/system.slice/judged.service"
/* The leaf's file is there already, as the kernel makes it with the folder. */
#define LEAF(path)                                                                                                     \
    {                                                                                                                  \
        path "/" GROUP_LEAF "/cgroup.procs", ""                                                                        \
    }

static const struct row rows[] = {
    {.name = "a unit with Delegate=yes",
     .files = {{INFO, "21 1 0:5 / /dev rw - devtmpfs udev rw\n" V2},
               {OWN, "0::/system.slice/judged.service\n"},
               {UNIT_GROUP "/cgroup.type", "domain\n"},
               {UNIT_GROUP "/cgroup.controllers", "cpu memory pids\n"},
               {UNIT_GROUP "/cgroup.procs", "%d\n"},
               LEAF(UNIT_GROUP)},
     .result = 1,
     .parent = "system.slice/judged.service",
     .entered = UNIT_GROUP "/" GROUP_LEAF,
     .reason = ""},
    {.name = "a container of its own, judged its first process",
     .files = {{INFO, V2},
               {OWN, "0::/\n"},
               {"sys/fs/cgroup/cgroup.type", "domain\n"},
               {"sys/fs/cgroup/cgroup.controllers", "memory pids\n"},
               {"sys/fs/cgroup/cgroup.procs", "%d\n"},
               LEAF("sys/fs/cgroup")},
     .result = 1,
     .parent = "",
     .entered = "sys/fs/cgroup/" GROUP_LEAF,
     .reason = ""},
    {.name = "a container that sees the box's name of its group",
     .files = {{INFO, "30 23 0:26 /docker/ab /sys/fs/cgroup rw - cgroup2 cgroup rw\n"},
               {OWN, "0::/docker/ab\n"},
               {"sys/fs/cgroup/cgroup.type", "domain\n"},
               {"sys/fs/cgroup/cgroup.controllers", "memory pids\n"},
               {"sys/fs/cgroup/cgroup.procs", "%d\n"},
               LEAF("sys/fs/cgroup")},
     .result = 1,
     .parent = "",
     .entered = "sys/fs/cgroup/" GROUP_LEAF,
     .reason = ""},
    {.name = "a login session: others are there",
     .files = {{INFO, V2},
               {OWN, "0::/user.slice/session-1.scope\n"},
               {"sys/fs/cgroup/user.slice/session-1.scope/cgroup.type", "domain\n"},
               {"sys/fs/cgroup/user.slice/session-1.scope/cgroup.controllers", "memory pids\n"},
               {"sys/fs/cgroup/user.slice/session-1.scope/cgroup.procs", "1\n%d\n"},
               LEAF("sys/fs/cgroup/user.slice/session-1.scope")},
     .reason = "others are in it"},
    {.name = "the root of the box",
     .files = {{INFO, V2},
               {OWN, "0::/\n"},
               {"sys/fs/cgroup/cgroup.controllers", "memory pids\n"},
               {"sys/fs/cgroup/cgroup.procs", "%d\n"},
               LEAF("sys/fs/cgroup")},
     .reason = "root of all"},
    {.name = "v1 has the memory controller",
     .files = {{INFO, "30 23 0:26 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw\n"},
               {OWN, "5:memory:/system.slice\n0::/system.slice/judged.service\n"},
               {"sys/fs/cgroup/unified/system.slice/judged.service/cgroup.type", "domain\n"},
               {"sys/fs/cgroup/unified/system.slice/judged.service/cgroup.controllers", ""},
               {"sys/fs/cgroup/unified/system.slice/judged.service/cgroup.procs", "%d\n"},
               LEAF("sys/fs/cgroup/unified/system.slice/judged.service")},
     .reason = "no memory controller"},
    {.name = "v1 alone",
     .files = {{INFO, "31 23 0:27 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory\n"}, {OWN, "5:memory:/\n"}},
     .reason = "no cgroup v2"},
    {.name = "a group for threads",
     .files = {{INFO, V2},
               {OWN, "0::/a\n"},
               {"sys/fs/cgroup/a/cgroup.type", "threaded\n"},
               {"sys/fs/cgroup/a/cgroup.controllers", "memory\n"},
               {"sys/fs/cgroup/a/cgroup.procs", "%d\n"},
               LEAF("sys/fs/cgroup/a")},
     .reason = "for threads"},
    {.name = "a group outside of what is seen",
     .files = {{INFO, V2}, {OWN, "0::/../other\n"}},
     .reason = "not visible"},
    {.name = "the kernel does not take us",
     .files = {{INFO, V2},
               {OWN, "0::/a\n"},
               {"sys/fs/cgroup/a/cgroup.type", "domain\n"},
               {"sys/fs/cgroup/a/cgroup.controllers", "memory\n"},
               {"sys/fs/cgroup/a/cgroup.procs", "%d\n"}}, /* no cgroup.procs in the leaf */
     .result = -1,
     .parent = "",
     .reason = "enter the control group /a/" GROUP_LEAF},
};

static int remove_one(const char *path, const struct stat *info, int kind, struct FTW *where)
{
    (void)info;
    (void)kind;
    (void)where;
    return remove(path);
}

static void make(const char *tree, const struct fake_file *files)
{
    struct err e;
    for (; files->path != NULL; files++) {
        char path[PATH_MAX], text[512];
        CU_ASSERT_FATAL(str_format(path, sizeof path, "%s/%s", tree, files->path) == 0);
        char *slash = strrchr(path, '/');
        *slash = '\0';
        CU_ASSERT_FATAL(file_make_folders(path, 0755, &e) == 0);
        *slash = '/';
        const char *at = strstr(files->text, "%d");
        int cut = at == NULL ? str_copy(text, sizeof text, files->text)
                             : str_format(text, sizeof text, "%.*s%d%s", (int)(at - files->text), files->text,
                                          (int)getpid(), at + 2);
        CU_ASSERT_FATAL(cut == 0);
        int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
        CU_ASSERT_FATAL(fd >= 0 && file_write_all(fd, text, strlen(text)) == 0);
        file_close(&fd);
    }
}

static void test_rows(void)
{
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const struct row *row = &rows[i];
        char tree[] = "/tmp/test_group.XXXXXX";
        char parent[PATH_MAX], path[PATH_MAX], text[64], pid[32];
        struct err e = {""};
        CU_ASSERT_FATAL(mkdtemp(tree) != NULL);
        make(tree, row->files);
        int result = group_enter(tree, parent, sizeof parent, &e);
        UNIT_CHECK(result == row->result, "%s: %d (%s)", row->name, result, e.text);
        UNIT_CHECK(strcmp(parent, row->parent == NULL ? "" : row->parent) == 0, "%s: parent '%s'", row->name, parent);
        UNIT_CHECK(strstr(e.text, row->reason) != NULL, "%s: says '%s'", row->name, e.text);
        if (row->entered != NULL) {
            (void)str_format(path, sizeof path, "%s/%s/cgroup.procs", tree, row->entered);
            (void)str_format(pid, sizeof pid, "%d", (int)getpid());
            UNIT_CHECK(file_read(AT_FDCWD, path, text, sizeof text, NULL) > 0 && strcmp(text, pid) == 0,
                       "%s: not entered", row->name);
        }
        CU_ASSERT_EQUAL(nftw(tree, remove_one, 16, FTW_DEPTH | FTW_PHYS), 0);
    }
}

static const struct unit_test tests[] = {{"trees", test_rows}};

UNIT_MAIN("group", tests)
