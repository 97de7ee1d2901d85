/*
 * test_doctor.c - what the doctor says of fake boxes, each sound but for one thing, and of this box.
 *
 * The fake boxes need no root: a row replaces a file of the sound tree and names the check, its status and parts of what
 * it must say and tell to type. On this box, as root, the probes run, also in a process without CAP_SYS_ADMIN.
 */
#include "judge_client/doctor.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <linux/capability.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/file.h"
#include "common/str.h"
#include "judge_client/doctor_parts.h"
#include "tests/unit/unit.h"

#include "common/banned.h"

struct box_file {
    const char *path; /* below the tree's root; one that ends in / is a folder */
    const char *text; /* NULL: not there */
    mode_t mode;      /* 0: as it comes */
};

#define STATUS(effective, bounding) "Name:\tx\nCapPrm:\t0\nCapEff:\t" effective "\nCapBnd:\t" bounding "\nCapAmb:\t0\n"
#define ALL_CAPABILITIES "000001ffffffffff"
#define V1(controller) "31 23 0:27 / /cg/" controller " rw - cgroup cgroup rw," controller "\n"

#define LIMIT(name, hard) name "   8388608   " hard "   units\n"
#define LIMITS(file, stack, processes)                                                                                 \
    "Limit  Soft Limit  Hard Limit  Units\n" LIMIT("Max cpu time", "unlimited") LIMIT("Max file size", file)           \
        LIMIT("Max data size", "unlimited") LIMIT("Max stack size", stack) LIMIT("Max processes", processes)           \
            LIMIT("Max address space", "unlimited")
#define LESS_CAPABILITIES "000001fffeffffff" /* without CAP_SYS_RESOURCE */

static const struct box_file sound_files[] = {
    {"proc/sys/kernel/osrelease", "6.1.0-18-amd64\n", 0},
    {"proc/self/status", STATUS(ALL_CAPABILITIES, ALL_CAPABILITIES), 0},
    {"proc/self/limits", LIMITS("unlimited", "unlimited", "63432"), 0},
    {"proc/self/ns/pid", "", 0},
    {"proc/self/ns/mnt", "", 0},
    {"proc/self/ns/net", "", 0},
    {"proc/self/ns/ipc", "", 0},
    {"proc/self/ns/uts", "", 0},
    {"proc/sys/user/max_net_namespaces", "63432\n", 0},
    {"proc/sys/kernel/yama/ptrace_scope", "1\n", 0},
    {"proc/sys/kernel/core_pattern", "core\n", 0},
    {"proc/self/mountinfo", "30 23 0:26 / /cg rw - cgroup2 cgroup2 rw\n", 0},
    {"proc/self/cgroup", "0::/\n", 0},
    {"proc/cgroups", "#subsys_name\thierarchy\tnum_cgroups\tenabled\ncpu\t0\t1\t1\nmemory\t0\t1\t1\npids\t0\t1\t1\n",
     0},
    {"proc/cmdline", "BOOT_IMAGE=/vmlinuz quiet\n", 0},
    {"proc/swaps", "Filename\tType\tSize\tUsed\tPriority\n", 0},
    {"cg/cgroup.controllers", "cpu memory pids\n", 0},
    {"sys/devices/system/cpu/cpu0/cpufreq/scaling_governor", "performance\n", 0},
    {"sys/devices/system/cpu/smt/active", "0\n", 0},
    {"etc/passwd", "root:x:0:0:root:/root:/bin/sh\nteacher:x:1000:1000::/home/t:/bin/sh\n\nnonsense\n", 0},
    {"home/judge/etc/", "", 0755},
    {"home/judge/data/", "", 0775},
    {"home/judge/etc/judge.conf", "OJ_PASSWORD=x\n", 0640},
    {"bin/judge_cell", "", 0755},
    {"policy/c.policy", "allow read\n", 0},
};

struct box_row {
    struct box_file files[5]; /* in place of the sound ones */
    const char *check;
    enum doctor_status status;
    const char *text, *fix;
};

static const struct box_row box_rows[] = {
    {{{"proc/sys/kernel/osrelease", "5.4.0-150-generic\n", 0}}, "kernel", DOCTOR_FAIL, "5.10 or newer", "linux-image"},
    {{{"proc/sys/kernel/osrelease", "4.19.0\n", 0}}, "kernel", DOCTOR_FAIL, "4.19.0", "reboot"},
    {{{"proc/sys/kernel/osrelease", "5.10.0-28-amd64\n", 0}}, "kernel", DOCTOR_OK, "kernel 5.10.0-28-amd64", NULL},
    {{{"proc/sys/kernel/osrelease", NULL, 0}}, "kernel", DOCTOR_FAIL, "cannot be read", "mount -t proc"},
    {{{"proc/self/status", STATUS("000001ffffdfffff", ALL_CAPABILITIES), 0}},
     "cap-SYS_ADMIN",
     DOCTOR_FAIL,
     "nothing can be judged",
     "sudo"},
    {{{"proc/self/status", STATUS(ALL_CAPABILITIES, "000001fffff7ffff"), 0}},
     "cap-SYS_PTRACE",
     DOCTOR_FAIL,
     "CAP_SYS_PTRACE is missing",
     "CapabilityBoundingSet"},
    {{{"proc/self/status", STATUS("00000000a80425fb", "00000000a80425fb"), 0}, {".dockerenv", "", 0}},
     "cap-SYS_ADMIN",
     DOCTOR_FAIL,
     "is missing",
     "docker run --privileged"},
    {{{"proc/self/status", STATUS("000001fffeffffff", "000001fffeffffff"), 0}},
     "cap-SYS_RESOURCE",
     DOCTOR_WARN,
     "open files cannot be raised above",
     "LimitNOFILE"},
    {{{"proc/self/limits", NULL, 0}}, "hard-limits", DOCTOR_WARN, "cannot be read", "mount -t proc"},
    {{{"proc/self/limits", LIMITS("1048576", "unlimited", "63432"), 0}},
     "hard-limits",
     DOCTOR_OK,
     "leave each run",
     NULL},
    {{{"proc/self/status", STATUS(LESS_CAPABILITIES, LESS_CAPABILITIES), 0}},
     "hard-limits",
     DOCTOR_OK,
     "leave each",
     NULL},
    {{{"proc/self/limits", LIMITS("1048576", "unlimited", "63432"), 0},
      {"proc/self/status", STATUS(LESS_CAPABILITIES, LESS_CAPABILITIES), 0}},
     "hard-limits",
     DOCTOR_WARN,
     "RLIMIT_FSIZE is 1048576 here",
     "ulimit -Hf unlimited"},
    {{{"proc/self/limits", LIMITS("unlimited", "8388608", "63432"), 0},
      {"proc/self/status", STATUS(LESS_CAPABILITIES, LESS_CAPABILITIES), 0}},
     "hard-limits",
     DOCTOR_WARN,
     "RLIMIT_STACK is 8388608 here",
     "LimitSTACK=infinity"},
    {{{"proc/self/limits", LIMITS("unlimited", "1073741824", "100"), 0},
      {"proc/self/status", STATUS(LESS_CAPABILITIES, LESS_CAPABILITIES), 0}},
     "hard-limits",
     DOCTOR_WARN,
     "RLIMIT_NPROC is 100 here",
     "LimitNPROC="},
    {{{"proc/self/status", NULL, 0}}, "cap-KILL", DOCTOR_FAIL, "cannot be ended", "root"},
    {{{"proc/self/ns/net", NULL, 0}}, "net-namespace", DOCTOR_FAIL, "built without it", "linux-image"},
    {{{"proc/sys/user/max_net_namespaces", "0\n", 0}},
     "net-namespace",
     DOCTOR_FAIL,
     "user.max_net_namespaces is 0",
     "sysctl -w user.max_net_namespaces="},
    {{{"proc/sys/kernel/yama/ptrace_scope", "3\n", 0}}, "yama", DOCTOR_FAIL, "forbids ptrace", "reboot"},
    {{{"proc/sys/kernel/yama/ptrace_scope", NULL, 0}}, "yama", DOCTOR_OK, "not there", NULL},
    {{{"proc/sys/kernel/core_pattern", "|/usr/lib/systemd/systemd-coredump %P\n", 0}},
     "core-dumps",
     DOCTOR_OK,
     "systemd-coredump",
     NULL},
    {{{"proc/self/mountinfo", "", 0}}, "cgroup", DOCTOR_WARN, "cgroup none", "systemd.unified_cgroup_hierarchy"},
    {{{"proc/self/mountinfo", "", 0}, {".dockerenv", "", 0}}, "cgroup", DOCTOR_WARN, "cgroup none", "--cgroupns=host"},
    {{{"proc/self/mountinfo", "", 0}, {"proc/1/environ", "HOME=/\ncontainer=podman\n", 0}},
     "cgroup-pids",
     DOCTOR_WARN,
     "RLIMIT_NPROC",
     "docker run"},
    {{{"proc/self/mountinfo", "", 0}}, "cgroup-cpu", DOCTOR_WARN, "added up", "reboot"},
    {{{"cg/cgroup.type", "domain\n", 0}, {"cg/cgroup.procs", "1\n7\n", 0}, {".dockerenv", "", 0}},
     "cgroup",
     DOCTOR_WARN,
     "holds processes itself",
     "init/cgroup.procs"},
    {{{"cg/cgroup.controllers", "cpu pids\n", 0}}, "cgroup-memory", DOCTOR_WARN, "not that of several", "reboot"},
    {{{"cg/cgroup.controllers", "cpu pids\n", 0}, {"proc/device-tree/model", "Raspberry Pi 5 Model B\n", 0}},
     "cgroup-memory",
     DOCTOR_WARN,
     "is missing",
     "cmdline.txt"},
    {{{"cg/cgroup.controllers", "cpu pids\n", 0}, {"proc/cgroups", "#x\ncpu\t0\t1\t1\nmemory\t0\t1\t0\n", 0}},
     "cgroup-memory",
     DOCTOR_WARN,
     "is missing",
     "cgroup_enable=memory swapaccount=1"},
    {{{"proc/self/mountinfo", V1("memory") V1("cpuacct") V1("pids"), 0},
      {"cg/memory/", "", 0755},
      {"cg/cpuacct/", "", 0755},
      {"cg/pids/", "", 0755}},
     "cgroup-memory",
     DOCTOR_WARN,
     "swap is not",
     "swapaccount=1"},
    {{{"proc/self/mountinfo", V1("memory") V1("cpuacct") V1("pids"), 0},
      {"cg/memory/memory.memsw.limit_in_bytes", "0\n", 0},
      {"cg/cpuacct/", "", 0755},
      {"cg/pids/", "", 0755}},
     "cgroup-memory",
     DOCTOR_OK,
     "limited and counted",
     NULL},
    {{{"proc/swaps", "Filename\tType\n/swapfile file 1 0 -2\n", 0}}, "swap", DOCTOR_WARN, "times vary", "swapoff"},
    {{{"sys/devices/system/cpu/cpu0/cpufreq/scaling_governor", "powersave\n", 0}},
     "governor",
     DOCTOR_WARN,
     "powersave",
     "cpupower"},
    {{{"sys/devices/system/cpu/smt/active", "1\n", 0}}, "smt", DOCTOR_WARN, "share each core", "smt/control"},
    {{{"etc/passwd", "root:x:0:0::/:/bin/sh\nmallory:x:40017:1::/:/bin/sh\n", 0}},
     "uids",
     DOCTOR_WARN,
     "mallory is 40017",
     "usermod -u N mallory"},
    {{{"etc/passwd", "last:x:49599:1::/:/bin/sh\n", 0}}, "uids", DOCTOR_WARN, "last is 49599", "first_uid"},
    {{{"etc/passwd", "below:x:39999:1::/:/bin/sh\nabove:x:49600:1::/:/bin/sh\n", 0}}, "uids", DOCTOR_OK, "free", NULL},
    {{{"bin/judge_cell", NULL, 0}}, "judge_cell", DOCTOR_FAIL, "No such file", "make install"},
    {{{"bin/judge_cell", "", 0644}}, "judge_cell", DOCTOR_FAIL, "Permission denied", "chmod 755"},
    {{{"policy/c.policy", NULL, 0}}, "policies", DOCTOR_FAIL, "no policy in any", "make install"},
    {{{"policy/x.policy", "allow read\nallow raed\n", 0}}, "policies", DOCTOR_FAIL, "raed", "mend that line"},
    {{{"home/judge/etc/", "", 0757}}, "home-etc", DOCTOR_FAIL, "mode 757", "chmod -R o-w"},
    {{{"home/judge/data/", "", 01777}}, "home-data", DOCTOR_FAIL, "anybody could change the test data", "chmod -R o-w"},
    {{{"home/judge/data/", NULL, 0}}, "home-data", DOCTOR_WARN, "No such file", "mkdir"},
    {{{"home/judge/data/", NULL, 0}, {"home/judge/data", "", 0}}, "home-data", DOCTOR_FAIL, "no folder", "mkdir"},
    {{{"home/judge/etc/judge.conf", "x", 0644}}, "judge.conf", DOCTOR_WARN, "password", "chmod o-rwx"},
};

/* ---- a box is made */

static int box_unlink(const char *path, const struct stat *info, int kind, struct FTW *at)
{
    (void)info; /* nftw's signature */
    (void)kind;
    (void)at;
    return remove(path);
}

static int box_make(const char *root, const struct box_file *file)
{
    char path[PATH_MAX];
    char folder[PATH_MAX];
    if (str_format(path, sizeof path, "%s/%s", root, file->path) != 0 || str_copy(folder, sizeof folder, path) != 0)
        return -1;
    *strrchr(folder, '/') = '\0';
    if (file_make_folders(folder, 0755, NULL) != 0)
        return -1;
    if (path[strlen(path) - 1] != '/') {
        int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
        if (fd < 0 || file_write_all(fd, file->text, strlen(file->text)) != 0 || close(fd) != 0)
            return -1;
    }
    return file->mode == 0 ? 0 : chmod(path, file->mode);
}

static bool is_replaced(const struct box_row *row, const char *path)
{
    for (size_t i = 0; row != NULL && i < sizeof row->files / sizeof row->files[0]; i++) {
        if (row->files[i].path != NULL && strcmp(row->files[i].path, path) == 0)
            return true;
    }
    return false;
}

/* The sound tree with the row's files in place of its own. */
static bool box_build(const char *root, const struct box_row *row)
{
    for (size_t i = 0; i < sizeof sound_files / sizeof sound_files[0]; i++) {
        if (!is_replaced(row, sound_files[i].path) &&
            !UNIT_CHECK(box_make(root, &sound_files[i]) == 0, "make %s: %s", sound_files[i].path, strerror(errno)))
            return false;
    }
    for (size_t i = 0; row != NULL && i < sizeof row->files / sizeof row->files[0]; i++) {
        const struct box_file *file = &row->files[i];
        if (file->path != NULL && file->text != NULL &&
            !UNIT_CHECK(box_make(root, file) == 0, "make %s: %s", file->path, strerror(errno)))
            return false;
    }
    return true;
}

struct box {
    char root[32];
    char cell[64];
    char policy[64];
    const char *policies[2];
    struct doctor_options options;
    struct doctor doctor;
};

static bool box_open(struct box *box, const struct box_row *row)
{
    memset(box, 0, sizeof *box);
    (void)str_copy(box->root, sizeof box->root, "/tmp/judge-test-XXXXXX"); /* it fits */
    if (!UNIT_CHECK(mkdtemp(box->root) != NULL, "make a folder: %s", strerror(errno)))
        return false;
    (void)str_format(box->cell, sizeof box->cell, "%s/bin/judge_cell", box->root); /* they fit */
    (void)str_format(box->policy, sizeof box->policy, "%s/policy", box->root);
    box->policies[0] = box->policy;
    box->options = (struct doctor_options){
        .root = box->root, .home = "/home/judge", .cell_path = box->cell, .policies = box->policies};
    if (!box_build(box->root, row))
        return false;
    doctor_check(&box->doctor, &box->options);
    return true;
}

static void box_close(struct box *box)
{
    (void)nftw(box->root, box_unlink, 8, FTW_DEPTH | FTW_PHYS); /* what is left is in /tmp */
}

static const struct doctor_result *find_result(const struct doctor *doctor, const char *name)
{
    for (size_t i = 0; i < doctor->count; i++) {
        if (strcmp(doctor->results[i].name, name) == 0)
            return &doctor->results[i];
    }
    return NULL;
}

/* Each line that is not ok says what to type, and no other does. */
static void check_fixes(const struct doctor *doctor)
{
    for (size_t i = 0; i < doctor->count; i++) {
        const struct doctor_result *result = &doctor->results[i];
        UNIT_CHECK((result->status == DOCTOR_OK) == (result->fix[0] == '\0'), "%s: '%s' -> '%s'", result->name,
                   result->text, result->fix);
        UNIT_CHECK(result->text[0] != '\0', "%s: no text", result->name);
    }
}

/* ---- the tests */

static void test_sound_box(void)
{
    static const char *const real[] = {"processors", "space"}; /* of this box, whatever it is like */
    static struct box box;
    if (box_open(&box, NULL)) {
        for (size_t i = 0; i < box.doctor.count; i++) {
            const struct doctor_result *result = &box.doctor.results[i];
            bool given = strcmp(result->name, real[0]) == 0 || strcmp(result->name, real[1]) == 0;
            UNIT_CHECK(given || result->status == DOCTOR_OK, "%s: %s", result->name, result->text);
        }
        for (size_t i = 0; i < doctor_row_count; i++)
            UNIT_CHECK(doctor_rows[i].live || find_result(&box.doctor, doctor_rows[i].name) != NULL, "%s: not checked",
                       doctor_rows[i].name);
        check_fixes(&box.doctor);
    }
    box_close(&box);
}

static void test_boxes_that_lack_something(void)
{
    static struct box box;
    for (size_t i = 0; i < sizeof box_rows / sizeof box_rows[0]; i++) {
        const struct box_row *row = &box_rows[i];
        const char *file = row->files[0].path;
        if (box_open(&box, row)) {
            const struct doctor_result *result = find_result(&box.doctor, row->check);
            check_fixes(&box.doctor);
            UNIT_CHECK(result != NULL, "%s: no %s", file, row->check);
            if (result != NULL) {
                UNIT_CHECK(result->status == row->status, "%s: %s is %d: %s", file, row->check, (int)result->status,
                           result->text);
                UNIT_CHECK(strstr(result->text, row->text) != NULL, "%s: says '%s'", file, result->text);
                UNIT_CHECK(row->fix == NULL || strstr(result->fix, row->fix) != NULL, "%s: types '%s'", file,
                           result->fix);
            }
        }
        box_close(&box);
    }
}

/* Where OJ_HOME is missing one line says so, not each of what is in it. */
static void test_no_home(void)
{
    static struct box box;
    if (box_open(&box, NULL)) {
        box.options.home = "/home/nobody";
        doctor_check(&box.doctor, &box.options);
        const struct doctor_result *home = find_result(&box.doctor, "home");
        CU_ASSERT(home != NULL && home->status == DOCTOR_WARN && strstr(home->text, "/home/nobody") != NULL);
        CU_ASSERT_PTR_NULL(find_result(&box.doctor, "home-etc"));
        CU_ASSERT_PTR_NULL(find_result(&box.doctor, "space"));
    }
    box_close(&box);
}

/* What doctor_run prints, and its exit code. */
static int run_captured(const struct doctor_options *options, char *text, size_t size)
{
    FILE *file = tmpfile();
    (void)fflush(stdout);
    int saved = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 3);
    CU_ASSERT_FATAL(file != NULL && saved >= 0 && dup2(fileno(file), STDOUT_FILENO) == STDOUT_FILENO);
    int code = doctor_run(options);
    (void)dup2(saved, STDOUT_FILENO); /* it was there */
    (void)close(saved);
    ssize_t length = pread(fileno(file), text, size - 1, 0);
    text[length < 0 ? 0 : length] = '\0';
    (void)fclose(file); /* it was only read */
    return code;
}

static void test_lines(void)
{
    static const struct box_row no_kernel = {
        {{"proc/sys/kernel/osrelease", "4.4.0\n", 0}}, NULL, DOCTOR_OK, NULL, NULL};
    static struct box box;
    static char text[65536];
    if (box_open(&box, NULL)) {
        CU_ASSERT_EQUAL(run_captured(&box.options, text, sizeof text), 0);
        CU_ASSERT_PTR_NOT_NULL(strstr(text, "ok    kernel 6.1.0-18-amd64 (5.10 or newer is needed)\n"));
    }
    box_close(&box);
    if (box_open(&box, &no_kernel)) {
        CU_ASSERT_EQUAL(run_captured(&box.options, text, sizeof text), 1);
        CU_ASSERT(str_starts(text, "fail  kernel 4.4.0: 5.10 or newer is needed -> apt-get install"));
    }
    box_close(&box);
}

/* A bare reader of JSON: the end of the value at p, or NULL. */
static const char *json_value(const char *p);

static const char *json_string(const char *p)
{
    if (*p++ != '"')
        return NULL;
    for (; *p != '"'; p++) {
        if ((unsigned char)*p < ' ' || (unsigned char)*p > '~')
            return NULL;
        if (*p == '\\' && *++p != '"' && *p != '\\')
            return NULL;
    }
    return p + 1;
}

static const char *json_list(const char *p, char end, bool keys)
{
    p++;
    while (p != NULL && *p != end) {
        if (keys) {
            p = json_string(p);
            if (p == NULL || *p++ != ':')
                return NULL;
        }
        p = json_value(p);
        if (p != NULL && *p == ',' && *++p == end)
            return NULL;
    }
    return p == NULL ? NULL : p + 1;
}

static const char *json_value(const char *p)
{
    static const char *const words[] = {"true", "false", "null"};
    if (*p == '{')
        return json_list(p, '}', true);
    if (*p == '[')
        return json_list(p, ']', false);
    for (size_t i = 0; i < 3; i++) {
        if (str_starts(p, words[i]))
            return p + strlen(words[i]);
    }
    return json_string(p);
}

static void test_json(void)
{
    static const struct box_row odd = {
        {{"proc/sys/kernel/osrelease", "4.4.0 \"\\\xc3\xa4\x01\n", 0}}, NULL, DOCTOR_OK, NULL, NULL};
    static struct box box;
    static char text[65536];
    if (box_open(&box, &odd)) {
        box.options.json = true;
        CU_ASSERT_EQUAL(run_captured(&box.options, text, sizeof text), 1);
        const char *end = json_value(text);
        UNIT_CHECK(end != NULL && strcmp(end, "\n") == 0, "no JSON: %.200s", text);
        CU_ASSERT(str_starts(
            text, "{\"checks\":[{\"name\":\"kernel\",\"status\":\"fail\",\"text\":\"kernel 4.4.0 \\\"\\\\???: "));
        CU_ASSERT_PTR_NOT_NULL(
            strstr(text, "{\"name\":\"swap\",\"status\":\"ok\",\"text\":\"swap is off\",\"fix\":null}"));
        CU_ASSERT_PTR_NOT_NULL(strstr(text, "],\"ok\":false}\n"));
    }
    box_close(&box);
    if (box_open(&box, NULL)) {
        box.options.json = true;
        CU_ASSERT_EQUAL(run_captured(&box.options, text, sizeof text), 0);
        CU_ASSERT_PTR_NOT_NULL(strstr(text, "],\"ok\":true}\n"));
    }
    box_close(&box);
}

static int probe_fails(const struct doctor *doctor, struct err *e)
{
    (void)doctor; /* nothing in it is for this probe */
    errno = ENOSPC;
    return err_sys(e, ENOSPC, "step");
}

static int probe_dies(const struct doctor *doctor, struct err *e)
{
    (void)doctor; /* nothing in it is for this probe */
    (void)e;
    (void)raise(SIGKILL);
    return 0;
}

static int probe_hangs(const struct doctor *doctor, struct err *e)
{
    (void)doctor; /* nothing in it is for this probe */
    (void)e;
    (void)raise(SIGALRM); /* what the clock does in the end */
    return 0;
}

static void test_probes(void)
{
    struct err e = {""};
    CU_ASSERT_EQUAL(doctor_probe(probe_fails, NULL, &e), -1);
    CU_ASSERT_EQUAL(errno, ENOSPC);
    CU_ASSERT_STRING_EQUAL(e.text, "step: No space left on device");
    CU_ASSERT_EQUAL(doctor_probe(probe_dies, NULL, &e), -1);
    CU_ASSERT_PTR_NOT_NULL(strstr(e.text, "was killed"));
    CU_ASSERT_EQUAL(doctor_probe(probe_hangs, NULL, &e), -1);
    CU_ASSERT_EQUAL(errno, ETIMEDOUT);
    CU_ASSERT_PTR_NOT_NULL(strstr(e.text, "did not come to an end"));
}

/* ---- this box */

static void check_this_box(struct doctor *doctor)
{
    static const char *const policies[] = {"syscall_tables/policy", NULL};
    static char cell[PATH_MAX];
    const char *build = getenv("JUDGE_BUILD");
    (void)str_format(cell, sizeof cell, "%s/judge_cell", build == NULL ? "build" : build); /* cut: it is not found */
    struct doctor_options options = {.root = "", .home = "/nonexistent", .policies = policies, .cell_path = cell};
    doctor_check(doctor, &options);
}

/* Every check is done and none hangs. What the checks found is this box's affair, but they agree with each other. */
static void test_this_box(void)
{
    static struct doctor box;
    struct doctor *doctor = &box;
    check_this_box(doctor);
    check_fixes(doctor);
    bool good = true;
    for (size_t i = 0; i < doctor->count; i++)
        good = good && (doctor->results[i].status != DOCTOR_FAIL || strcmp(doctor->results[i].name, "run") == 0);
    const struct doctor_result *run = find_result(doctor, "run");
    if (geteuid() != 0) {
        CU_ASSERT_PTR_NULL(run);
        CU_ASSERT(find_result(doctor, "root") != NULL && find_result(doctor, "root")->status == DOCTOR_FAIL);
    } else if (run == NULL) {
        CU_FAIL("no trial run");
    } else {
        UNIT_CHECK((run->status != DOCTOR_FAIL) == good, "all else is %s, but: %s", good ? "fine" : "not fine",
                   run->text);
    }
}

static int drop_admin(void)
{
    struct __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};
    struct __user_cap_data_struct data[2];
    if (syscall(SYS_capget, &header, data) != 0)
        return -1;
    data[0].effective &= ~(1U << CAP_SYS_ADMIN);
    data[0].permitted &= ~(1U << CAP_SYS_ADMIN);
    return syscall(SYS_capset, &header, data) == 0 ? 0 : -1;
}

/* In a child: what must fail without CAP_SYS_ADMIN. The number of the check that does not, from 1; 0 when all do. */
static int fails_without_admin(void)
{
    static const char *const names[] = {"cap-SYS_ADMIN", "pid-namespace", "net-namespace", "mounts", "run"};
    static struct doctor box;
    struct doctor *doctor = &box;
    if (drop_admin() != 0)
        return 99;
    check_this_box(doctor);
    for (int i = 0; i < (int)(sizeof names / sizeof names[0]); i++) {
        const struct doctor_result *result = find_result(doctor, names[i]);
        if (result == NULL || result->status != DOCTOR_FAIL || result->fix[0] == '\0')
            return i + 1;
    }
    return 0;
}

static void test_this_box_without_rights(void)
{
    if (geteuid() != 0) {
        unit_skip("only root has rights to lose");
        return;
    }
    int status = -1;
    pid_t pid = fork();
    if (pid == 0)
        _exit(fails_without_admin());
    CU_ASSERT_EQUAL_FATAL(waitpid(pid, &status, 0), pid);
    UNIT_CHECK(status == 0, "status 0x%x", (unsigned)status);
}

static void test_arguments(void)
{
    char name[] = "doctor";
    char wrong[] = "--wrong";
    char more[] = "more";
    char home[] = "--home";
    char *const rows[][2] = {{wrong, NULL}, {more, NULL}, {home, NULL}};
    (void)fflush(stderr);
    int saved = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 3);
    int null_fd = open("/dev/null", O_WRONLY | O_CLOEXEC);
    CU_ASSERT_FATAL(saved >= 0 && dup2(null_fd, STDERR_FILENO) == STDERR_FILENO);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char *argv[] = {name, rows[i][0], NULL};
        UNIT_CHECK(doctor_main(2, argv) == 2, "%s is taken", rows[i][0]);
    }
    (void)dup2(saved, STDERR_FILENO); /* it was there */
    (void)close(saved);
    (void)close(null_fd);
}

static const struct unit_test tests[] = {
    {"sound_box", test_sound_box}, {"boxes_that_lack_something", test_boxes_that_lack_something},
    {"no_home", test_no_home},     {"lines", test_lines},
    {"json", test_json},           {"probes", test_probes},
    {"this_box", test_this_box},   {"this_box_without_rights", test_this_box_without_rights},
    {"arguments", test_arguments},
};

UNIT_MAIN("doctor", tests)
