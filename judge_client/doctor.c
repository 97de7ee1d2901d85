/*
 * doctor.c - see doctor.h: the table of checks, and the lines they become.
 *
 * Runs in judge_client's local form, as root (with less to say: as anybody). Must change nothing on the box.
 */
#include "judge_client/doctor.h"

#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <linux/capability.h>
#include <sched.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/file.h"
#include "common/str.h"
#include "judge_client/doctor_parts.h"

#include "common/banned.h"

#define CAPABILITY(name, needed, lost)                                                                                 \
    {                                                                                                                  \
        "cap-" #name, doctor_capability, needed, false, CAP_##name, "CAP_" #name, lost                                 \
    }

const struct doctor_row doctor_rows[] = {
    {"kernel", doctor_kernel, true, false, 0, NULL, NULL},
    {"root", doctor_root_user, true, false, 0, NULL, NULL},
    CAPABILITY(SYS_ADMIN, true, "no namespace, mount or filter can be made: nothing can be judged"),
    CAPABILITY(SYS_PTRACE, true, "programs of other users cannot be traced: nothing can be judged"),
    CAPABILITY(SETUID, true, "programs cannot be given a user of their own"),
    CAPABILITY(SETGID, true, "programs cannot be given a group of their own"),
    CAPABILITY(SETPCAP, true, "the cell cannot give up its own capabilities"),
    CAPABILITY(KILL, true, "programs of other users cannot be ended"),
    CAPABILITY(CHOWN, true, "a program's working files cannot be given to it"),
    CAPABILITY(DAC_OVERRIDE, true, "folders that belong to others cannot be prepared or read"),
    CAPABILITY(FOWNER, true, "the run folder cannot be put back as it was"),
    {"cap-SYS_RESOURCE", doctor_resource_capability, false, false, CAP_SYS_RESOURCE, "CAP_SYS_RESOURCE", NULL},
    {"hard-limits", doctor_hard_limits, false, false, 0, NULL, NULL},
    {"pid-namespace", doctor_namespace, true, false, CLONE_NEWPID, "pid", "max_pid_namespaces"},
    {"mnt-namespace", doctor_namespace, true, false, CLONE_NEWNS, "mnt", "max_mnt_namespaces"},
    {"net-namespace", doctor_namespace, true, false, CLONE_NEWNET, "net", "max_net_namespaces"},
    {"ipc-namespace", doctor_namespace, true, false, CLONE_NEWIPC, "ipc", "max_ipc_namespaces"},
    {"uts-namespace", doctor_namespace, true, false, CLONE_NEWUTS, "uts", "max_uts_namespaces"},
    {"seccomp", doctor_seccomp, true, true, 0, NULL, NULL},
    {"yama", doctor_yama, true, false, 0, NULL, NULL},
    {"ptrace", doctor_tracing, true, true, 0, NULL, NULL},
    {"clone3", doctor_system_call, true, true, SYS_clone3, "clone3", "a cell cannot start a program"},
    {"set_tid", doctor_system_call, false, true, SYS_clone, "clone3 with set_tid",
     "a program can tell from its number how many ran before it"},
    {"close_range", doctor_system_call, true, true, SYS_close_range, "close_range",
     "descriptors cannot be kept from programs"},
    {"openat2", doctor_system_call, true, true, SYS_openat2, "openat2",
     "what a program left behind cannot be read without following its links"},
    {"open_tree", doctor_system_call, false, true, SYS_open_tree, "open_tree and move_mount",
     "languages that mount more than the system cannot run"},
    {"mounts", doctor_mounts, true, true, 0, NULL, NULL},
    {"proc", doctor_proc, false, true, 0, NULL, NULL},
    {"core-dumps", doctor_core_pattern, false, false, 0, NULL, NULL},
    {"cgroup", doctor_tier, false, false, 0, NULL, NULL},
    {"cgroup-memory", doctor_group_memory, false, false, 0, NULL, NULL},
    {"cgroup-cpu", doctor_group_cpu, false, false, 0, NULL, NULL},
    {"cgroup-pids", doctor_group_pids, false, false, 0, NULL, NULL},
    {"cgroup-run", doctor_group_run, true, true, 0, NULL, NULL},
    {"swap", doctor_swap, false, false, 0, NULL, NULL},
    {"processors", doctor_processors, false, false, 0, NULL, NULL},
    {"governor", doctor_governor, false, false, 0, NULL, NULL},
    {"smt", doctor_smt, false, false, 0, NULL, NULL},
    {"uids", doctor_uids, false, false, 0, NULL, NULL},
    {"judge_cell", doctor_cell, true, false, 0, NULL, NULL},
    {"policies", doctor_policies, true, false, 0, NULL, NULL},
    {"home", doctor_home, false, false, 0, NULL, NULL},
    {"home-etc", doctor_folder, true, false, 0, "etc", "anybody could change what programs may do"},
    {"home-data", doctor_folder, true, false, 0, "data", "anybody could change the test data"},
    {"judge.conf", doctor_secret, false, false, 0, "etc/judge.conf", NULL},
    {"settings", doctor_settings, true, true, 0, NULL, NULL},
    {"node-user", doctor_node_user, false, true, 0, NULL, NULL},
    {"store", doctor_store, true, true, 0, NULL, NULL},
    {"queue", doctor_queue, true, true, 0, NULL, NULL},
    {"self-test", doctor_self_test, false, true, 0, NULL, NULL},
    {"run-folder", doctor_run_folder, true, true, 0, NULL, NULL},
    {"space", doctor_space, false, false, 0, NULL, NULL},
    {"run", doctor_run_sandboxed, true, true, 0, NULL, NULL},
};

const size_t doctor_row_count = sizeof doctor_rows / sizeof doctor_rows[0];
_Static_assert(sizeof doctor_rows / sizeof doctor_rows[0] <= DOCTOR_RESULTS, "a result for each row");

/* ---- what the checks call */

__attribute__((format(printf, 3, 0))) static void doctor_say(struct doctor *doctor, enum doctor_status status,
                                                             const char *format, va_list args)
{
    struct doctor_result *result = &doctor->results[doctor->count++];
    result->name = doctor->row->name;
    result->status = status;
    result->fix[0] = '\0';
    (void)vsnprintf(result->text, sizeof result->text, format, args); /* cut, it still says what it is about */
}

void doctor_ok(struct doctor *doctor, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    doctor_say(doctor, DOCTOR_OK, format, args);
    va_end(args);
}

void doctor_warn(struct doctor *doctor, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    doctor_say(doctor, DOCTOR_WARN, format, args);
    va_end(args);
}

void doctor_lacks(struct doctor *doctor, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    doctor_say(doctor, doctor->row->needed ? DOCTOR_FAIL : DOCTOR_WARN, format, args);
    va_end(args);
}

void doctor_type(struct doctor *doctor, const char *format, ...)
{
    struct doctor_result *result = &doctor->results[doctor->count - 1];
    va_list args;
    va_start(args, format);
    (void)vsnprintf(result->fix, sizeof result->fix, format, args); /* as in doctor_say */
    va_end(args);
}

void doctor_type_privilege(struct doctor *doctor, const char *capability)
{
    if (doctor->container)
        doctor_type(doctor,
                    "docker run --privileged --cgroupns=host -v /sys/fs/cgroup:/sys/fs/cgroup:rw ... (at the "
                    "least --cap-add %s --security-opt seccomp=unconfined --security-opt apparmor=unconfined)",
                    capability + (str_starts(capability, "CAP_") ? 4 : 0));
    else
        doctor_type(doctor,
                    "sudo judgectl doctor (as root with %s: no CapabilityBoundingSet= or SystemCallFilter= in "
                    "the unit that starts it)",
                    capability);
}

void doctor_path(const struct doctor *doctor, const char *path, char full[PATH_MAX])
{
    if (str_format(full, PATH_MAX, "%s%s", doctor->root, path) != 0)
        full[0] = '\0'; /* no file has such a name */
}

ssize_t doctor_read(const struct doctor *doctor, const char *path, char *text, size_t size)
{
    char full[PATH_MAX];
    doctor_path(doctor, path, full);
    text[0] = '\0';
    FILE *file = fopen(full, "re");
    if (file == NULL)
        return -1;
    size_t length = fread(text, 1, size - 1, file);
    text[length] = '\0';
    int failed = ferror(file);
    (void)fclose(file); /* it was only read */
    return failed ? -1 : (ssize_t)length;
}

int doctor_number(const char **at, int64_t *number)
{
    char digits[24];
    size_t length = strspn(*at, "0123456789");
    if (str_format(digits, sizeof digits, "%.*s", (int)length, *at) != 0 ||
        str_to_int64(digits, 0, INT64_MAX, number) != 0)
        return -1;
    *at += length;
    return 0;
}

/* What the probe's process tells. */
struct probe_word {
    int result;
    int error;
    struct err e;
};

static void probe_main(int (*probe)(const struct doctor *doctor, struct err *e), const struct doctor *doctor, int fd)
{
    struct probe_word word = {.e = {""}};
    (void)signal(SIGALRM, SIG_DFL); /* it exists */
    (void)alarm(DOCTOR_PROBE_S);
    errno = 0;
    word.result = probe(doctor, &word.e);
    word.error = errno;
    (void)file_write_all(fd, &word, sizeof word); /* nothing arrives: then that is the answer */
    _exit(0);
}

int doctor_probe(int (*probe)(const struct doctor *doctor, struct err *e), const struct doctor *doctor, struct err *e)
{
    int ends[2];
    struct probe_word word = {.result = -1, .error = EIO};
    if (pipe2(ends, O_CLOEXEC) != 0)
        return err_sys(e, errno, "pipe");
    pid_t pid = fork();
    if (pid == 0)
        probe_main(probe, doctor, ends[1]);
    int error = errno;
    (void)close(ends[1]); /* the probe's end */
    ssize_t count = pid < 0 ? 0 : read(ends[0], &word, sizeof word);
    (void)close(ends[0]); /* it was only read */
    if (pid < 0) {
        errno = error;
        return err_sys(e, error, "fork");
    }
    int status = 0;
    while (waitpid(pid, &status, 0) < 0 && errno == EINTR) {
    }
    if (count != (ssize_t)sizeof word) {
        bool hung = WIFSIGNALED(status) && WTERMSIG(status) == SIGALRM;
        err_set(e, "%s", hung ? "did not come to an end" : "the process that tried it was killed");
        errno = hung ? ETIMEDOUT : EIO;
        return -1;
    }
    *e = word.e;
    errno = word.error;
    return word.result;
}

/* ---- the run */

/* The mask of 16 hexadecimal digits in the line of key; 0 where there is none. */
static uint64_t read_capabilities(const char *status, const char *key)
{
    char digits[20];
    uint64_t mask = 0;
    const char *line = strstr(status, key);
    if (line == NULL || str_format(digits, sizeof digits, "0x%.16s", line + strlen(key)) != 0 ||
        str_to_uint64(digits, 0, UINT64_MAX, &mask) != 0)
        return 0;
    return mask;
}

static bool is_container(const struct doctor *doctor)
{
    static const char *const files[] = {"/.dockerenv", "/run/.containerenv"};
    char text[4096];
    char path[PATH_MAX];
    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
        doctor_path(doctor, files[i], path);
        if (access(path, F_OK) == 0)
            return true;
    }
    ssize_t length = doctor_read(doctor, "/proc/1/environ", text, sizeof text);
    return length > 0 && memmem(text, (size_t)length, "container=", 10) != NULL;
}

void doctor_check(struct doctor *doctor, const struct doctor_options *options)
{
    char status[4096];
    memset(doctor, 0, sizeof *doctor);
    doctor->options = options;
    doctor->root = options->root == NULL ? "" : options->root;
    places_find(&doctor->places, options->home);
    doctor->policies = options->policies == NULL ? doctor->places.policies : options->policies;
    doctor->first_uid = options->first_uid > 0 ? options->first_uid : 40000;
    doctor->live = doctor->root[0] == '\0' && geteuid() == 0;
    doctor->container = is_container(doctor);
    (void)doctor_read(doctor, "/proc/self/status", status, sizeof status); /* not there: no capabilities */
    doctor->effective = read_capabilities(status, "CapEff:\t");
    doctor->bounding = read_capabilities(status, "CapBnd:\t");
    cgroup_find(&doctor->groups, doctor->root, -1, "", &doctor->groups_why);
    for (size_t i = 0; i < doctor_row_count; i++) {
        doctor->row = &doctor_rows[i];
        if (!doctor->row->live || doctor->live)
            doctor->row->check(doctor);
    }
}

static const char *const status_names[] = {[DOCTOR_OK] = "ok", [DOCTOR_WARN] = "warn", [DOCTOR_FAIL] = "fail"};

static void print_string(const char *key, const char *text)
{
    printf("\"%s\":\"", key);
    for (const char *p = text; *p != '\0'; p++) {
        unsigned char c = (unsigned char)*p;
        if (c < ' ' || c > '~') /* a file's name may be of any bytes, JSON may not */
            (void)putchar('?');
        else
            printf("%s%c", c == '"' || c == '\\' ? "\\" : "", c);
    }
    (void)putchar('"');
}

static void print_json(const struct doctor *doctor, bool good)
{
    printf("{\"checks\":[");
    for (size_t i = 0; i < doctor->count; i++) {
        const struct doctor_result *result = &doctor->results[i];
        printf("%s{", i == 0 ? "" : ",");
        print_string("name", result->name);
        printf(",\"status\":\"%s\",", status_names[result->status]);
        print_string("text", result->text);
        (void)putchar(',');
        if (result->fix[0] == '\0')
            printf("\"fix\":null}");
        else {
            print_string("fix", result->fix);
            (void)putchar('}');
        }
    }
    printf("],\"ok\":%s}\n", good ? "true" : "false");
}

static void print_lines(const struct doctor *doctor)
{
    for (size_t i = 0; i < doctor->count; i++) {
        const struct doctor_result *result = &doctor->results[i];
        printf("%-5s %s%s%s\n", status_names[result->status], result->text, result->fix[0] == '\0' ? "" : " -> ",
               result->fix);
    }
}

int doctor_run(const struct doctor_options *options)
{
    struct doctor *doctor = malloc(sizeof *doctor); /* 100 KiB */
    if (doctor == NULL)
        return 1;
    doctor_check(doctor, options);
    bool good = true;
    for (size_t i = 0; i < doctor->count; i++)
        good = good && doctor->results[i].status != DOCTOR_FAIL;
    if (options->json)
        print_json(doctor, good);
    else
        print_lines(doctor);
    free(doctor);
    if (fflush(stdout) != 0 || ferror(stdout)) {
        (void)fprintf(stderr, "judgectl doctor: print the lines: %s\n", strerror(errno)); /* nowhere else to say it */
        return 1;
    }
    return good ? 0 : 1;
}

int doctor_main(int argc, char **argv)
{
    static const char usage[] = "usage: judgectl doctor [--json] [--home OJ_HOME]\n";
    static const struct option table[] = {{"json", no_argument, NULL, 'j'},
                                          {"home", required_argument, NULL, 'o'},
                                          {"help", no_argument, NULL, 'h'},
                                          {NULL, 0, NULL, 0}};
    struct doctor_options options = {.root = ""};
    opterr = 0;
    optind = 1;
    int word;
    while ((word = getopt_long(argc, argv, "+:", table, NULL)) != -1) {
        if (word == 'j') {
            options.json = true;
        } else if (word == 'o') {
            options.home = optarg;
        } else if (word == 'h') {
            (void)fputs(usage, stdout); /* nothing follows it */
            return 0;
        } else {
            (void)fprintf(stderr, "judgectl doctor: %s '%s': judgectl doctor --help lists what there is\n",
                          word == ':' ? "no value after" : "unknown option", argv[optind - 1]); /* nowhere else */
            return 2;
        }
    }
    if (optind < argc) {
        (void)fprintf(stderr, "judgectl doctor: '%s': it takes no arguments\n", argv[optind]); /* nowhere else */
        return 2;
    }
    return doctor_run(&options);
}
