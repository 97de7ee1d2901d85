/*
 * selftest.c - see selftest.h. Runs in a worker, as root; what it runs runs in the sandbox, as a student's program does.
 *
 * Must tell apart what a policy refused from everything else that may go wrong: the first is mended in a policy, the rest is not.
 */
#include "judge_client/selftest.h"

#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <link.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>

#include "common/clock.h"
#include "common/file.h"
#include "common/str.h"
#include "judge_client/judge.h"
#include "judge_client/language.h"
#include "judge_client/problem.h"
#include "judge_client/sandbox/policy.h"
#include "judge_client/sandbox/sandbox.h"

#include "common/banned.h"

enum { SOURCE_BYTES = 64 << 10, INI_BYTES = 1 << 20, HEADERS_MOST = 64 };

/* ---- the plan */

static void hash_text(struct sha256 *hash, const char *name, const char *text)
{
    sha256_add(hash, name, strlen(name) + 1);
    sha256_add(hash, text, strlen(text) + 1);
}

/* A file's content; one that cannot be read counts as a fact too. */
static void hash_file(struct sha256 *hash, const char *path)
{
    char piece[4096];
    ssize_t count;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
    hash_text(hash, "file", path);
    while (fd >= 0 && (count = read(fd, piece, sizeof piece)) > 0)
        sha256_add(hash, piece, (size_t)count);
    file_close(&fd);
}

static void watch(struct selftest_plan *plan, const char *path)
{
    for (size_t i = 0; i < plan->watched_count; i++) {
        if (strcmp(plan->watched[i], path) == 0)
            return;
    }
    if (plan->watched_count == SELFTEST_WATCHED)
        return; /* more than any language has */
    char *copy = strdup(path);
    if (copy != NULL) /* without memory nothing else goes on either */
        plan->watched[plan->watched_count++] = copy;
}

/* The loader that an ELF file of the machine's own class names: it comes with the C library, whose upgrade is seen by it. */
static void watch_loader(struct selftest_plan *plan, int fd, const ElfW(Ehdr) * head)
{
    char path[256];
    for (size_t i = 0; i < head->e_phnum && i < HEADERS_MOST; i++) {
        ElfW(Phdr) part;
        if (pread(fd, &part, sizeof part, (off_t)(head->e_phoff + i * sizeof part)) != (ssize_t)sizeof part)
            return;
        if (part.p_type != PT_INTERP || part.p_filesz == 0 || part.p_filesz >= sizeof path)
            continue;
        ssize_t count = pread(fd, path, (size_t)part.p_filesz, (off_t)part.p_offset);
        path[count < 0 ? 0 : count] = '\0';
        if (path[0] == '/')
            watch(plan, path);
        return;
    }
}

/* A program, and what the kernel needs to execute it: a script's interpreter, a dynamic program's loader. */
static void watch_program(struct selftest_plan *plan, const char *path)
{
    union {
        ElfW(Ehdr) head;
        char text[256];
    } begin;
    watch(plan, path);
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
    ssize_t count = fd < 0 ? -1 : pread(fd, &begin, sizeof begin - 1, 0);
    if (count > 2 && begin.text[0] == '#' && begin.text[1] == '!') {
        begin.text[count] = '\0';
        char *word = begin.text + 2 + strspn(begin.text + 2, " \t");
        word[strcspn(word, " \t\r\n")] = '\0';
        file_close(&fd);
        if (word[0] == '/' && strcmp(word, path) != 0)
            watch_program(plan, word); /* the kernel follows four; a loop ends with the table of watched files */
        return;
    }
    if (count >= (ssize_t)sizeof begin.head && memcmp(begin.head.e_ident, ELFMAG, SELFMAG) == 0 &&
        begin.head.e_ident[EI_CLASS] == (sizeof(void *) == 8 ? ELFCLASS64 : ELFCLASS32) &&
        begin.head.e_phentsize == sizeof(ElfW(Phdr)))
        watch_loader(plan, fd, &begin.head);
    file_close(&fd);
}

/* The programs of the commands, what files they name besides, and the mounts. */
static void watch_all(struct selftest_plan *plan)
{
    const struct language *language = plan->language;
    char *const *const commands[] = {language->version, language->compile.argv, language->run.argv};
    for (size_t i = 0; i < sizeof commands / sizeof *commands; i++) {
        for (size_t j = 0; commands[i] != NULL && commands[i][j] != NULL; j++) {
            const char *word = commands[i][j];
            if (j == 0 && word[0] == '/')
                watch_program(plan, word);
            else if (word[0] == '/' && strcmp(word, "/dev/null") != 0)
                watch(plan, word);
        }
    }
    for (size_t i = 0; language->mounts[i] != NULL; i++)
        watch(plan, language->mounts[i]);
    for (size_t i = 0; language->watch[i] != NULL; i++) {
        glob_t found;
        if (glob(language->watch[i], 0, NULL, &found) != 0)
            continue; /* another system has it elsewhere */
        for (size_t j = 0; j < found.gl_pathc; j++)
            watch(plan, found.gl_pathv[j]);
        globfree(&found);
    }
}

/* The judge itself: another one may ask the kernel for something else. It is not watched, as it goes on while it is replaced. */
static void hash_judge(struct sha256 *hash)
{
    struct stat info;
    int64_t facts[3] = {0};
    if (stat("/proc/self/exe", &info) == 0) {
        facts[0] = info.st_size;
        facts[1] = info.st_mtim.tv_sec;
        facts[2] = info.st_mtim.tv_nsec;
    }
    sha256_add(hash, facts, sizeof facts);
}

/* The files NAME.SUFFIX of the language in its folder, in the order of their names: 0, or -1 where there are none. */
static int find_programs(const struct selftest_plan *plan, const char *begin, glob_t *found)
{
    char pattern[PATH_MAX];
    int code = GLOB_NOMATCH;
    for (size_t i = 0; plan->language->suffixes[i] != NULL && plan->folder[0] != '\0'; i++) {
        if (str_format(pattern, sizeof pattern, "%s/%s*.%s", plan->folder, begin, plan->language->suffixes[i]) != 0)
            continue;
        int more = glob(pattern, code == 0 ? GLOB_APPEND : 0, NULL, found);
        code = more == 0 ? 0 : code;
    }
    return code == 0 ? 0 : -1;
}

static bool has_input(const char *folder)
{
    char pattern[PATH_MAX];
    glob_t found;
    if (str_format(pattern, sizeof pattern, "%s/*.in", folder) != 0 || glob(pattern, 0, NULL, &found) != 0)
        return false;
    globfree(&found);
    return true;
}

/* The first folder that has programs of the language, and the problem: its own, or the one above it, or the first one there is. */
static void find_folder(struct selftest_plan *plan, const char *const *folders)
{
    glob_t found;
    for (size_t i = 0; folders[i] != NULL && plan->problem[0] == '\0'; i++) {
        if (str_format(plan->folder, sizeof plan->folder, "%s/%s", folders[i], plan->language->name) != 0 ||
            find_programs(plan, "ac", &found) != 0) {
            plan->folder[0] = '\0';
            continue;
        }
        globfree(&found);
        if (has_input(plan->folder))
            (void)str_copy(plan->problem, sizeof plan->problem, plan->folder); /* of one size */
        for (size_t j = i; folders[j] != NULL && plan->problem[0] == '\0'; j++) {
            if (has_input(folders[j]))
                (void)str_copy(plan->problem, sizeof plan->problem, folders[j]); /* as long as the folder was not */
        }
        if (plan->problem[0] == '\0')
            plan->folder[0] = '\0';
    }
}

static void hash_programs(const struct selftest_plan *plan, struct sha256 *hash)
{
    static const char *const patterns[] = {"ac", "refused"};
    char path[PATH_MAX];
    glob_t found;
    for (size_t i = 0; i < sizeof patterns / sizeof *patterns; i++) {
        if (find_programs(plan, patterns[i], &found) != 0)
            continue;
        for (size_t j = 0; j < found.gl_pathc; j++)
            hash_file(hash, found.gl_pathv[j]);
        globfree(&found);
    }
    static const char *const names[] = {"1.in", "1.out", "problem.ini"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        if (plan->problem[0] != '\0' && str_format(path, sizeof path, "%s/%s", plan->problem, names[i]) == 0)
            hash_file(hash, path);
    }
}

int selftest_plan(struct selftest_plan *plan, struct judge *judge, const char *const *folders,
                  const struct language *language, const char *site, struct err *e)
{
    struct utsname kernel;
    unsigned char digest[SHA256_BYTES];
    struct sha256 hash;
    const char *const policies[] = {language->compile.argv == NULL ? NULL : language->compile.policy,
                                    language->run.policy};
    memset(plan, 0, sizeof *plan);
    plan->language = language;
    if (uname(&kernel) != 0)
        return err_sys(e, errno, "ask for the kernel's release");
    sha256_init(&hash);
    hash_text(&hash, "kernel", kernel.release);
    hash_text(&hash, "machine", kernel.machine);
    hash_judge(&hash);
    hash_text(&hash, "site", site);
    hash_file(&hash, language->file);
    for (size_t i = 0; i < sizeof policies / sizeof *policies; i++) {
        const struct policy *policy = NULL;
        if (policies[i] != NULL && plan->wrong.text[0] == '\0')
            policy = judge_policy(judge, policies[i], &plan->wrong);
        if (policy != NULL)
            sha256_add(&hash, &policy->hash, sizeof policy->hash);
    }
    hash_text(&hash, "wrong", plan->wrong.text);
    find_folder(plan, folders);
    hash_programs(plan, &hash);
    sha256_end(&hash, digest);
    sha256_text(digest, plan->fixed);
    watch_all(plan);
    return 0;
}

void selftest_plan_fini(struct selftest_plan *plan)
{
    for (size_t i = 0; i < plan->watched_count; i++)
        free(plan->watched[i]);
    plan->watched_count = 0;
}

void selftest_key(const struct selftest_plan *plan, char key[SHA256_TEXT])
{
    unsigned char digest[SHA256_BYTES];
    struct sha256 hash;
    sha256_init(&hash);
    hash_text(&hash, "fixed", plan->fixed);
    for (size_t i = 0; i < plan->watched_count; i++) {
        struct stat info;
        int64_t facts[6] = {0};
        if (stat(plan->watched[i], &info) == 0) {
            const int64_t found[6] = {info.st_size,         info.st_mode,        info.st_mtim.tv_sec,
                                      info.st_mtim.tv_nsec, info.st_ctim.tv_sec, info.st_ctim.tv_nsec};
            memcpy(facts, found, sizeof facts);
        }
        hash_text(&hash, "watched", plan->watched[i]);
        sha256_add(&hash, facts, sizeof facts);
    }
    sha256_end(&hash, digest);
    sha256_text(digest, key);
}

/* ---- the test */

/* A text in plain characters: it is cut where it does not fit. */
static void plain(char *to, size_t size, const char *text)
{
    size_t length = 0;
    for (const char *p = text; *p != '\0' && length < size - 1; p++) {
        unsigned char byte = (unsigned char)*p;
        if (str_starts(p, "\u2018") || str_starts(p, "\u2019")) { /* a compiler's quotation marks */
            to[length++] = '\'';
            p += strlen("\u2018") - 1;
        } else {
            to[length++] = (char)(byte >= ' ' && byte < 0x7f ? *p : '?');
        }
    }
    to[length] = '\0';
}

/* The first line that has something in it. */
static void take_first_line(char *line, size_t size, const char *text)
{
    text += strspn(text, " \t\r\n");
    (void)str_format(line, size, "%.*s", (int)strcspn(text, "\r\n"), text); /* cut is fine */
}

/* The last line that has something in it. */
static void take_last_line(char *line, size_t size, const char *text)
{
    size_t end = strlen(text);
    while (end > 0 && strchr(" \t\r\n", text[end - 1]) != NULL)
        end--;
    size_t begin = end;
    while (begin > 0 && text[begin - 1] != '\n')
        begin--;
    (void)str_format(line, size, "%.*s", (int)(end - begin), text + begin); /* cut is fine */
}

/* What the compiler or interpreter says of its version, in the sandbox as everything of its. Nothing depends on it: where it does
 * not say, there is none. */
static void ask_version(const struct selftest_plan *plan, struct sandbox *sandbox, struct judge *judge,
                        const struct judge_options *options, struct selftest_record *record)
{
    static const char *const env[] = {"PATH=/usr/local/bin:/usr/bin:/bin", "HOME=" SANDBOX_RUN_FOLDER, "LANG=C.UTF-8",
                                      NULL};
    const struct language *language = plan->language;
    const struct language_step *step = language->compile.argv != NULL ? &language->compile : &language->run;
    struct sandbox_mount mounts[LANGUAGE_LIST];
    struct sandbox_result result;
    struct err ignored;
    char text[512] = "", line[512];
    size_t count = 0;
    int fd = memfd_create("version", MFD_CLOEXEC);
    const struct policy *policy = judge_policy(judge, step->policy, &ignored);
    for (; count < LANGUAGE_LIST && language->mounts[count] != NULL; count++)
        mounts[count] = (struct sandbox_mount){language->mounts[count], language->mounts[count]};
    struct sandbox_spec spec = {
        .argv = (const char *const *)language->version,
        .env = env,
        .fd = {-1, -1, -1},
        .sink = {-1, fd, fd},
        .policy = policy,
        .limits = {.cpu_us = 10000000,
                   .wall_us = 20000000,
                   .mem_kib = 1 << 20,
                   .out_bytes = 1 << 20,
                   .stack_kib = step->stack_mib > 0 ? step->stack_mib * 1024 : 8192,
                   .processes = 64,
                   .open_files = 64},
        .proc = step->proc,
        .mounts = mounts,
        .mount_count = count,
    };
    const struct sandbox_hooks hooks = {
        .stop_fd = options->stop_fd, .tick = options->tick, .context = options->context};
    if (fd >= 0 && policy != NULL && language->version != NULL &&
        sandbox_run(sandbox, &spec, &result, 1, &hooks, &ignored) == 0 && pread(fd, text, sizeof text - 1, 0) > 0) {
        take_first_line(line, sizeof line, text);
        plain(record->version, sizeof record->version, line);
    }
    file_close(&fd);
}

static void broken(struct selftest_record *record, const char *text)
{
    record->state = SELFTEST_BROKEN;
    plain(record->text, sizeof record->text, text);
}

/* What came of a program that was to be accepted: true where it was. */
static bool take_accepted(const struct language *language, const struct judgement *judgement,
                          struct selftest_record *record)
{
    const struct case_judgement *failed =
        judgement->failed < judgement->case_count ? &judgement->cases[judgement->failed] : NULL;
    const char *call = failed != NULL ? failed->refused : judgement->compile_refused;
    char line[sizeof record->text / 2], text[sizeof record->text];
    if (judgement->verdict == VERDICT_AC)
        return true;
    (void)str_copy(record->step, sizeof record->step, judgement->compiled ? "run" : "compile"); /* these fit */
    (void)str_copy(record->policy, sizeof record->policy,
                   judgement->compiled ? language->run.policy : language->compile.policy);
    if (call[0] != '\0') {
        record->state = SELFTEST_REFUSED;
        (void)str_copy(record->call, sizeof record->call, call);
        return false;
    }
    if (failed == NULL) {
        take_first_line(line, sizeof line, judgement->compile_text);
        (void)str_format(text, sizeof text, "it was not compiled: %s", line); /* cut is fine, here and below */
    } else {
        take_last_line(line, sizeof line, judgement->failed_stderr);
        (void)str_format(text, sizeof text, "it got %s instead of AC: %.120s%s%s", verdict_code(judgement->verdict),
                         failed->note, line[0] == '\0' ? "" : "; it wrote: ", line);
    }
    broken(record, text);
    return false;
}

/* What came of a program that was to be refused: true where it was. */
static bool take_refused(const struct language *language, const struct judgement *judgement,
                         struct selftest_record *record)
{
    const struct case_judgement *failed =
        judgement->failed < judgement->case_count ? &judgement->cases[judgement->failed] : NULL;
    char text[sizeof record->text];
    if (failed != NULL && failed->refused[0] != '\0')
        return true;
    if (!judgement->compiled)
        return take_accepted(language, judgement, record);
    (void)str_copy(record->step, sizeof record->step, "run"); /* these fit */
    (void)str_copy(record->policy, sizeof record->policy, language->run.policy);
    (void)str_format(text, sizeof text, "it got %s, and no call of it was refused", verdict_code(judgement->verdict));
    broken(record, text);
    record->state = SELFTEST_OPEN;
    return false;
}

struct testing {
    const struct selftest_plan *plan;
    struct judge *judge;
    const struct judge_options *options;
    struct problem problem;
    struct selftest_record *record;
};

static bool stopped(const struct judge_options *options)
{
    struct pollfd stop = {.fd = options->stop_fd, .events = POLLIN};
    return options->stop_fd >= 0 && poll(&stop, 1, 0) > 0;
}

/* Judges one program. 1 as it should be, 0 not (the record says it), -1 stop_fd ended it. */
static int run_program(struct testing *testing, const char *path, bool refused)
{
    struct selftest_record *record = testing->record;
    const struct language *language = testing->plan->language;
    struct err e;
    struct judgement judgement;
    char *source = malloc(SOURCE_BYTES);
    ssize_t size = source == NULL ? err_set(&e, "out of memory") : file_read(AT_FDCWD, path, source, SOURCE_BYTES, &e);
    const struct submission submission = {
        .language = language, .problem = &testing->problem, .source = source, .source_bytes = (size_t)size};
    (void)str_copy(record->source, sizeof record->source, path); /* cut where a home's name is that long */
    int result = size < 0 ? -1 : judge(testing->judge, &submission, testing->options, &judgement, &e);
    free(source);
    if (result != 0) {
        if (stopped(testing->options))
            return -1;
        broken(record, e.text);
        return 0;
    }
    bool good = (refused ? take_refused : take_accepted)(language, &judgement, record);
    judgement_fini(&judgement);
    return good ? 1 : 0;
}

static int run_programs(struct testing *testing, const char *begin)
{
    glob_t found;
    int result = 1;
    if (find_programs(testing->plan, begin, &found) != 0)
        return 1;
    for (size_t i = 0; i < found.gl_pathc && result == 1; i++)
        result = run_program(testing, found.gl_pathv[i], begin[0] == 'r');
    globfree(&found);
    return result;
}

int selftest_run(const struct selftest_plan *plan, struct sandbox *sandbox, struct judge *judge,
                 const struct judge_options *options, struct selftest_record *record)
{
    struct testing testing = {.plan = plan, .judge = judge, .options = options, .record = record};
    struct err e;
    int64_t begun_us = clock_now_us();
    int64_t tries = record->tries;
    int result = 1;
    memset(record, 0, sizeof *record);
    record->tries = tries;
    record->language = plan->language->id;
    (void)str_copy(record->name, sizeof record->name, plan->language->name); /* of one size */
    (void)str_copy(record->problem, sizeof record->problem, plan->problem);  /* cut where a home's name is that long */
    selftest_key(plan, record->key); /* before: what changes meanwhile is seen at the next look */
    if (plan->wrong.text[0] != '\0') {
        broken(record, plan->wrong.text);
    } else if (plan->folder[0] == '\0') {
        record->state = SELFTEST_NONE;
    } else if (problem_open(&testing.problem, plan->problem, &e) != 0) {
        broken(record, e.text);
    } else {
        ask_version(plan, sandbox, judge, options, record);
        result = run_programs(&testing, "ac");
        if (result == 1)
            result = run_programs(&testing, "refused");
        if (result == 1)
            record->state = SELFTEST_PASSED;
        problem_close(&testing.problem);
    }
    record->tested_s = (int64_t)time(NULL);
    record->took_ms = (clock_now_us() - begun_us) / 1000;
    return result < 0 ? -1 : 0;
}
