/*
 * test_cgroup_find.c - which groups are found on boxes of every kind, each a small fake tree in a temporary folder.
 *
 * Needs no root. A row names the files of a tree, and what must be found in it.
 */
#include <ftw.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/file.h"
#include "common/str.h"
#include "judge_client/sandbox/cgroup.h"
#include "judge_client/sandbox/cgroup_parts.h"
#include "tests/unit/unit.h"

#include "common/banned.h"

struct fake_file {
    const char *path; /* below the tree's root; one that ends in / is a folder */
    const char *text;
};

struct find_row {
    const char *name;
    struct fake_file files[20];
    int force;
    const char *parent;
    enum cgroup_tier tier;
    const char *memory, *cpu, *pids; /* below the tree's root; "" for none */
    const char *reason;              /* part of what e says; "" where it must be untouched */
};

#define INFO "proc/self/mountinfo"
#define OWN "proc/self/cgroup"
#define V2_AT(path) "30 23 0:26 / " path " rw,nosuid shared:9 - cgroup2 cgroup2 rw,nsdelegate\n"
#define V1_AT(root, path, controllers)                                                                                 \
    "31 23 0:27 " root " " path " rw shared:8 master:3 - cgroup cgroup rw," controllers "\n"

static const struct find_row find_rows[] = {
    {.name = "v2, in the root",
     .files = {{INFO, "21 1 0:5 / /dev rw - devtmpfs udev rw\n" V2_AT("/sys/fs/cgroup")},
               {OWN, "0::/\n"},
               {"sys/fs/cgroup/cgroup.controllers", "cpuset cpu io memory pids\n"},
               {"sys/fs/cgroup/cgroup.subtree_control", ""},
               {"sys/fs/cgroup/cgroup.procs", "1\n2\n"}},
     .force = -1,
     .tier = CGROUP_V2,
     .memory = "/sys/fs/cgroup",
     .cpu = "/sys/fs/cgroup",
     .pids = "/sys/fs/cgroup",
     .reason = ""},
    {.name = "v2 under systemd, in a login session: the root it is",
     .files = {{INFO, V2_AT("/sys/fs/cgroup")},
               {OWN, "0::/user.slice/user-0.slice/session-1.scope\n"},
               {"sys/fs/cgroup/cgroup.controllers", "cpu memory pids\n"},
               {"sys/fs/cgroup/cgroup.subtree_control", "cpu memory pids\n"},
               {"sys/fs/cgroup/cgroup.procs", "2\n"},
               {"sys/fs/cgroup/user.slice/user-0.slice/session-1.scope/cgroup.controllers", "memory pids\n"},
               {"sys/fs/cgroup/user.slice/user-0.slice/session-1.scope/cgroup.subtree_control", ""},
               {"sys/fs/cgroup/user.slice/user-0.slice/session-1.scope/cgroup.type", "domain\n"},
               {"sys/fs/cgroup/user.slice/user-0.slice/session-1.scope/cgroup.procs", "812\n"}},
     .force = -1,
     .tier = CGROUP_V2,
     .memory = "/sys/fs/cgroup",
     .cpu = "/sys/fs/cgroup",
     .pids = "/sys/fs/cgroup",
     .reason = ""},
    {.name = "v2 delegated by systemd, named as the parent",
     .files = {{INFO, V2_AT("/sys/fs/cgroup")},
               {OWN, "0::/system.slice/judged.service/main\n"},
               {"sys/fs/cgroup/cgroup.controllers", "cpu memory pids\n"},
               {"sys/fs/cgroup/system.slice/judged.service/cgroup.controllers", "cpu memory pids\n"},
               {"sys/fs/cgroup/system.slice/judged.service/cgroup.type", "domain\n"},
               {"sys/fs/cgroup/system.slice/judged.service/cgroup.procs", ""},
               {"sys/fs/cgroup/system.slice/judged.service/main/cgroup.procs", "9\n"}},
     .force = -1,
     .parent = "/system.slice/judged.service/",
     .tier = CGROUP_V2,
     .memory = "/sys/fs/cgroup/system.slice/judged.service",
     .cpu = "/sys/fs/cgroup/system.slice/judged.service",
     .pids = "/sys/fs/cgroup/system.slice/judged.service",
     .reason = ""},
    {.name = "v2, a parent that still holds processes",
     .files = {{INFO, V2_AT("/sys/fs/cgroup")},
               {OWN, "0::/system.slice/judged.service\n"},
               {"sys/fs/cgroup/cgroup.controllers", "memory pids\n"},
               {"sys/fs/cgroup/system.slice/judged.service/cgroup.controllers", "memory pids\n"},
               {"sys/fs/cgroup/system.slice/judged.service/cgroup.subtree_control", "pids\n"},
               {"sys/fs/cgroup/system.slice/judged.service/cgroup.type", "domain\n"},
               {"sys/fs/cgroup/system.slice/judged.service/cgroup.procs", "9\n"}},
     .force = -1,
     .parent = "system.slice/judged.service",
     .tier = CGROUP_NONE,
     .reason = "holds processes itself"},
    {.name = "v2, a parent that is not there",
     .files = {{INFO, V2_AT("/sys/fs/cgroup")}, {"sys/fs/cgroup/cgroup.controllers", "memory pids\n"}},
     .force = -1,
     .parent = "absent.slice",
     .tier = CGROUP_NONE,
     .reason = "absent.slice: No such file"},
    {.name = "v2, a parent that leads out",
     .files = {{INFO, V2_AT("/sys/fs/cgroup")}, {"sys/fs/cgroup/cgroup.controllers", "memory pids\n"}},
     .force = -1,
     .parent = "a/../../..",
     .tier = CGROUP_NONE,
     .reason = "is no name of a group"},
    {.name = "v2, in a container with a namespace of its own, processes in its root",
     .files = {{INFO, "30 23 0:26 / /sys/fs/cgroup rw - cgroup2 cgroup rw,nsdelegate\n"},
               {OWN, "0::/\n"},
               {"sys/fs/cgroup/cgroup.controllers", "cpu memory pids\n"},
               {"sys/fs/cgroup/cgroup.subtree_control", ""},
               {"sys/fs/cgroup/cgroup.type", "domain\n"},
               {"sys/fs/cgroup/cgroup.procs", "1\n7\n"}},
     .force = -1,
     .tier = CGROUP_NONE,
     .reason = "/sys/fs/cgroup holds processes itself"},
    {.name = "v2, in a container whose entry point has moved its processes to a leaf",
     .files = {{INFO, "30 23 0:26 / /sys/fs/cgroup rw - cgroup2 cgroup rw,nsdelegate\n"},
               {OWN, "0::/init\n"},
               {"sys/fs/cgroup/cgroup.controllers", "cpu memory pids\n"},
               {"sys/fs/cgroup/cgroup.type", "domain\n"},
               {"sys/fs/cgroup/cgroup.procs", ""},
               {"sys/fs/cgroup/init/cgroup.controllers", ""},
               {"sys/fs/cgroup/init/cgroup.procs", "1\n7\n"}},
     .force = -1,
     .tier = CGROUP_V2,
     .memory = "/sys/fs/cgroup",
     .cpu = "/sys/fs/cgroup",
     .pids = "/sys/fs/cgroup",
     .reason = ""},
    {.name = "v2, a container of the box's namespace: the path leads out of what is mounted",
     .files = {{INFO, "30 23 0:26 /../.. /sys/fs/cgroup rw - cgroup2 cgroup rw\n"},
               {OWN, "0::/../../init.scope\n"},
               {"sys/init.scope/cgroup.controllers", "memory pids\n"},
               {"sys/fs/cgroup/cgroup.controllers", "memory pids\n"}},
     .force = -1,
     .tier = CGROUP_V2,
     .memory = "/sys/fs/cgroup",
     .cpu = "/sys/fs/cgroup",
     .pids = "/sys/fs/cgroup",
     .reason = ""},
    {.name = "v2 without a memory controller, and no v1: time still counts",
     .files = {{INFO, V2_AT("/sys/fs/cgroup")},
               {OWN, "0::/\n"},
               {"sys/fs/cgroup/cgroup.controllers", "cpuset cpu io pids\n"}},
     .force = -1,
     .tier = CGROUP_V2,
     .memory = "",
     .cpu = "/sys/fs/cgroup",
     .pids = "/sys/fs/cgroup",
     .reason = "no memory controller"},
    {.name = "hybrid: v2 mounted without controllers, v1 with all",
     .files = {{INFO,
                V1_AT("/", "/sys/fs/cgroup/memory", "memory") V1_AT("/", "/sys/fs/cgroup/cpu,cpuacct", "cpu,cpuacct")
                    V1_AT("/", "/sys/fs/cgroup/pids", "pids") V2_AT("/sys/fs/cgroup/unified")},
               {OWN, "9:pids:/a\n5:cpu,cpuacct:/b\n4:memory:/c/d\n1:name=systemd:/x\n0::/e\n"},
               {"sys/fs/cgroup/memory/c/d/", NULL},
               {"sys/fs/cgroup/cpu,cpuacct/b/", NULL},
               {"sys/fs/cgroup/pids/a/", NULL},
               {"sys/fs/cgroup/unified/cgroup.controllers", "hugetlb\n"}},
     .force = -1,
     .tier = CGROUP_V1,
     .memory = "/sys/fs/cgroup/memory/c/d",
     .cpu = "/sys/fs/cgroup/cpu,cpuacct/b",
     .pids = "/sys/fs/cgroup/pids/a",
     .reason = "unified has no memory controller"},
    {.name = "hybrid, v2 asked for",
     .files = {{INFO, V1_AT("/", "/sys/fs/cgroup/memory", "memory") V2_AT("/sys/fs/cgroup/unified")},
               {OWN, "4:memory:/\n0::/\n"},
               {"sys/fs/cgroup/memory/", NULL},
               {"sys/fs/cgroup/unified/cgroup.controllers", ""}},
     .force = CGROUP_V2,
     .tier = CGROUP_V2,
     .memory = "",
     .cpu = "/sys/fs/cgroup/unified",
     .pids = "",
     .reason = "no memory controller"},
    {.name = "v1 asked for, on a box with v2",
     .files = {{INFO, V2_AT("/sys/fs/cgroup")}, {"sys/fs/cgroup/cgroup.controllers", "memory pids\n"}},
     .force = CGROUP_V1,
     .tier = CGROUP_NONE,
     .reason = "v1 is not mounted"},
    {.name = "v1 in a container: the box's path is the mount's root",
     .files = {{INFO, V1_AT("/docker/ab12", "/sys/fs/cgroup/memory", "memory")
                          V1_AT("/docker/ab12", "/sys/fs/cgroup/cpuacct", "cpuacct")
                              V1_AT("/docker/ab12", "/sys/fs/cgroup/pids", "pids")},
               {OWN, "3:pids:/docker/ab12\n2:cpuacct:/docker/ab12/inner\n1:memory:/docker/ab12\n"},
               {"sys/fs/cgroup/memory/", NULL},
               {"sys/fs/cgroup/cpuacct/inner/", NULL},
               {"sys/fs/cgroup/pids/", NULL}},
     .force = -1,
     .tier = CGROUP_V1,
     .memory = "/sys/fs/cgroup/memory",
     .cpu = "/sys/fs/cgroup/cpuacct/inner",
     .pids = "/sys/fs/cgroup/pids",
     .reason = "v2 is not mounted"},
    {.name = "v1, own group not visible, and a mount point with a space",
     .files = {{INFO, V1_AT("/", "/my\\040groups", "memory,pids,cpuacct")},
               {OWN, "3:memory,pids,cpuacct:/lxc/7\n"},
               {"my groups/", NULL}},
     .force = CGROUP_V1,
     .tier = CGROUP_V1,
     .memory = "/my groups",
     .cpu = "/my groups",
     .pids = "/my groups",
     .reason = ""},
    {.name = "v1 with pids alone",
     .files = {{INFO, V1_AT("/", "/sys/fs/cgroup/pids", "pids")}, {OWN, "3:pids:/\n"}, {"sys/fs/cgroup/pids/", NULL}},
     .force = -1,
     .tier = CGROUP_V1,
     .memory = "",
     .cpu = "",
     .pids = "/sys/fs/cgroup/pids",
     .reason = "v1 has no memory cpuacct"},
    {.name = "none asked for",
     .files = {{INFO, V2_AT("/sys/fs/cgroup")}, {"sys/fs/cgroup/cgroup.controllers", "memory pids\n"}},
     .force = CGROUP_NONE,
     .tier = CGROUP_NONE,
     .reason = ""},
    {.name = "nothing mounted",
     .files = {{INFO, "21 1 0:5 / /dev rw - devtmpfs udev rw\n"}, {OWN, ""}},
     .force = -1,
     .tier = CGROUP_NONE,
     .reason = "v2 is not mounted; cgroup v1 is not mounted"},
    {.name = "no /proc at all", .files = {{"etc/", NULL}}, .force = -1, .tier = CGROUP_NONE, .reason = "not mounted"},
    {.name = "mountinfo that is none",
     .files = {{INFO, "\n-\n1 2 3 4\n1 2 3 4 5 6 -\n1 2 3 4 5 6 - cgroup2\n1 2 3 4 5 6 - cgroup2 x\n\\\n"},
               {OWN, "::\n:\nx\n"}},
     .force = -1,
     .tier = CGROUP_NONE,
     .reason = "not mounted"},
};

static int fake_remove(const char *path, const struct stat *info, int kind, struct FTW *at)
{
    (void)info; /* nftw's signature */
    (void)kind;
    (void)at;
    return remove(path);
}

static int fake_write(const char *path, const char *text)
{
    FILE *file = fopen(path, "we");
    if (file == NULL)
        return -1;
    int written = fputs(text, file);
    return fclose(file) == 0 && written >= 0 ? 0 : -1;
}

/* Makes one file or folder of the tree. */
static int fake_make(const char *root, const struct fake_file *file)
{
    char path[PATH_MAX];
    char folder[PATH_MAX];
    if (str_format(path, sizeof path, "%s/%s", root, file->path) != 0 || str_copy(folder, sizeof folder, path) != 0)
        return -1;
    char *slash = strrchr(folder, '/');
    *slash = '\0';
    if (file_make_folders(folder, 0755, NULL) != 0)
        return -1;
    return file->text == NULL ? 0 : fake_write(path, file->text);
}

static void check_path(const struct find_row *row, const char *what, const char *found, const char *root,
                       const char *wanted)
{
    char full[PATH_MAX] = "";
    if (wanted != NULL && wanted[0] != '\0' && str_format(full, sizeof full, "%s%s", root, wanted) != 0)
        full[0] = '\0';
    UNIT_CHECK(strcmp(found, full) == 0, "%s: %s is '%s', not '%s'", row->name, what, found, full);
}

static void check_row(const struct find_row *row, const char *root)
{
    static struct cgroup_layout layout; /* 12 KiB */
    struct err e = {""};
    for (int i = 0; row->files[i].path != NULL; i++) {
        if (!UNIT_CHECK(fake_make(root, &row->files[i]) == 0, "%s: make %s", row->name, row->files[i].path))
            return;
    }
    cgroup_find(&layout, root, row->force, row->parent == NULL ? "" : row->parent, &e);
    UNIT_CHECK(layout.tier == row->tier, "%s: tier %d, not %d (%s)", row->name, (int)layout.tier, (int)row->tier,
               e.text);
    check_path(row, "memory", layout.memory, root, row->memory);
    check_path(row, "cpu", layout.cpu, root, row->cpu);
    check_path(row, "pids", layout.pids, root, row->pids);
    if (row->reason[0] == '\0')
        UNIT_CHECK(e.text[0] == '\0', "%s: says '%s'", row->name, e.text);
    else
        UNIT_CHECK(strstr(e.text, row->reason) != NULL, "%s: says '%s', not '%s'", row->name, e.text, row->reason);
}

static void test_trees(void)
{
    for (size_t i = 0; i < sizeof find_rows / sizeof find_rows[0]; i++) {
        char root[] = "/tmp/judge-test-XXXXXX";
        if (!UNIT_CHECK(mkdtemp(root) != NULL, "%s: make a folder", find_rows[i].name))
            return;
        check_row(&find_rows[i], root);
        (void)nftw(root, fake_remove, 8, FTW_DEPTH | FTW_PHYS);
    }
}

/* A tree that this user may not write to is as good as none. */
static void test_read_only(void)
{
    bool root_user = geteuid() == 0;
    if (root_user)
        CU_ASSERT_EQUAL_FATAL(seteuid(65534), 0); /* root may write everywhere */
    char root[] = "/tmp/judge-test-XXXXXX";
    CU_ASSERT_PTR_NOT_NULL_FATAL(mkdtemp(root));
    const struct fake_file files[] = {{INFO, V2_AT("/cg")}, {"cg/cgroup.controllers", "memory pids\n"}};
    CU_ASSERT_EQUAL(fake_make(root, &files[0]), 0);
    CU_ASSERT_EQUAL(fake_make(root, &files[1]), 0);
    char path[PATH_MAX];
    CU_ASSERT_EQUAL(str_format(path, sizeof path, "%s/cg", root), 0);
    CU_ASSERT_EQUAL(chmod(path, 0555), 0);
    struct cgroup_layout layout;
    struct err e = {""};
    cgroup_find(&layout, root, -1, "", &e);
    CU_ASSERT_EQUAL(layout.tier, CGROUP_NONE);
    CU_ASSERT_PTR_NOT_NULL(strstr(e.text, "Permission denied"));
    CU_ASSERT_EQUAL(chmod(path, 0755), 0);
    (void)nftw(root, fake_remove, 8, FTW_DEPTH | FTW_PHYS);
    if (root_user)
        CU_ASSERT_EQUAL_FATAL(seteuid(0), 0);
}

static void test_limit_holds_the_margin(void)
{
    CU_ASSERT_EQUAL(cgroup_limit_kib(1024, 1) % 4, 0);
    CU_ASSERT(cgroup_limit_kib(1024, 1) >= 1024 + 2048 + 32);
    CU_ASSERT(cgroup_limit_kib(262144, 64) >= 262144 + 2048 + 262144 / 512 + 64 * 32);
    CU_ASSERT(cgroup_limit_kib(262144, 64) <= 262144 + 8192);
}

/* What the files of a group say, in the forms of both tiers. */
static void test_read_number(void)
{
    static const struct {
        const char *text, *key;
        int64_t number;
    } rows[] = {
        {"4096\n", "", 4096},
        {"max 3\n", "max ", 3},
        {"oom_kill_disable 0\nunder_oom 0\noom_kill 7\n", "oom_kill ", 7},
        {"low 0\nhigh 0\nmax 9\noom 2\noom_kill 1\noom_group_kill 0\n", "oom_kill ", 1},
        {"usage_usec 123456\nuser_usec 1\n", "usage_usec ", 123456},
        {"populated 1\nfrozen 0\n", "populated ", 1},
        {"max\n", "", -1},
        {"", "", -1},
        {"x 1\n", "y ", -1},
        {"99999999999999999999999\n", "", INT64_MAX},
    };
    char path[] = "/tmp/judge-test-XXXXXX";
    int fd = mkstemp(path);
    CU_ASSERT_FATAL(fd >= 0);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        CU_ASSERT_EQUAL(fake_write(path, rows[i].text), 0);
        int64_t number = cgroup_read_number(fd, rows[i].key);
        UNIT_CHECK(number == rows[i].number, "'%s' of '%s' reads %lld", rows[i].key, rows[i].text, (long long)number);
    }
    CU_ASSERT_EQUAL(cgroup_read_number(-1, ""), -1);
    CU_ASSERT_EQUAL(close(fd), 0);
    CU_ASSERT_EQUAL(unlink(path), 0);
}

static const struct unit_test tests[] = {
    {"trees", test_trees},
    {"read_only", test_read_only},
    {"limit_holds_the_margin", test_limit_holds_the_margin},
    {"read_number", test_read_number},
};

UNIT_MAIN("cgroup_find", tests)
