/*
 * judge_outputs.c - output-only problems: what is submitted is what a program would have written. Runs in judge_client as root;
 * a zip is unpacked by judge_unpack, in the sandbox, and what that leaves is opened as anything that nobody trusts.
 *
 * What is wrong with a submission as a whole is told as a compiler's message; a case whose output is missing is a WA of its own.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/file.h"
#include "common/str.h"
#include "judge_client/judge_parts.h"
#include "judge_client/outputs.h"
#include "judge_client/problem.h"
#include "judge_client/text.h"
#include "judge_unpack/unpack.h"

#include "common/banned.h"

enum {
    UNPACK_CPU_MS = 10000,
    UNPACK_MIB = 256,
    MOST_MIB = 480, /* of all outputs together: the run folder holds little more */
    NAME_SHOWN = 80,
    LINE_BYTES = PROBLEM_NAME_SIZE + 64,
};

#define UNPACK_PROGRAM "judge_unpack"

struct outputs_place {
    int64_t at, bytes;
    bool there;
};

struct judge_outputs {
    int fd; /* memfd: all of them, one behind the other */
    int64_t end;
    struct outputs_place *places; /* a case each */
    const struct problem *problem;
};

void judge_outputs_clear(struct judge *judge)
{
    if (judge->outputs == NULL)
        return;
    file_close(&judge->outputs->fd);
    free(judge->outputs->places);
    free(judge->outputs);
    judge->outputs = NULL;
}

static int begin(struct judge *judge, const struct problem *problem, struct err *e)
{
    struct judge_outputs *outputs = calloc(1, sizeof *outputs);
    struct outputs_place *places = calloc(problem->case_count, sizeof *places);
    judge_outputs_clear(judge);
    if (outputs == NULL || places == NULL) {
        free(outputs);
        free(places);
        return err_set(e, "out of memory");
    }
    *outputs = (struct judge_outputs){.fd = memfd_create("outputs", MFD_CLOEXEC), .places = places, .problem = problem};
    judge->outputs = outputs;
    return outputs->fd < 0 ? err_sys(e, errno, "make a place for outputs") : 0;
}

/* A submission that is wrong as a whole. Always returns 0. */
static int refuse(struct judgement *judgement, const char *why, const char *name)
{
    static const char *const colons[] = {":", "："};
    char shown[NAME_SHOWN];
    size_t length = strlen(why);
    text_clean(shown, sizeof shown, name, strlen(name));
    for (size_t i = 0; i < 2 && shown[0] == '\0'; i++) { /* nothing follows it */
        size_t end = strlen(colons[i]);
        if (length > end && strcmp(why + length - end, colons[i]) == 0)
            length -= end;
    }
    judgement->compiled = false;
    (void)str_format(judgement->compile_text, JUDGE_COMPILE_TEXT_BYTES + 1, "%.*s%s%s\n", (int)length,
                     why, /* it fits */
                     shown[0] == '\0' ? "" : " ", shown);
    return 0;
}

/* ---- a zip */

static bool has_score(const struct problem_case *test)
{
    return strchr(test->name, '[') != NULL;
}

/* The name without the score: "a" of "a[30]", as problem_case_is has it. */
static void plain_name(char name[PROBLEM_NAME_SIZE], const struct problem_case *test)
{
    const char *open = strchr(test->name, '[');
    const char *close = open == NULL ? NULL : strchr(open, ']');
    if (close == NULL)
        (void)str_copy(name, PROBLEM_NAME_SIZE, test->name); /* of the same size, as below */
    else
        (void)str_format(name, PROBLEM_NAME_SIZE, "%.*s%s", (int)(open - test->name), test->name, close + 1);
}

/* What judge_unpack is to look for: a memfd, or -1 with e. */
static int wanted_file(const struct problem *problem, struct err *e)
{
    int fd = memfd_create("wanted", MFD_CLOEXEC);
    for (size_t i = 0; fd >= 0 && i < problem->case_count; i++) {
        const struct problem_case *test = &problem->cases[i];
        char name[PROBLEM_NAME_SIZE], line[2 * LINE_BYTES];
        long long limit = (long long)run_case_output_limit(problem, test);
        plain_name(name, test);
        (void)str_format(line, sizeof line, "%lld %zu %s.out\n", limit, i, test->name); /* they fit */
        if (has_score(test))
            (void)str_format(line + strlen(line), sizeof line - strlen(line), "%lld %zu %s.out\n", limit, i, name);
        if (file_write_all(fd, line, strlen(line)) != 0)
            file_close(&fd);
    }
    return fd >= 0 ? fd : err_sys(e, errno, "list the outputs");
}

struct unpacking {
    struct judge *judge;
    const struct judge_options *options;
};

static void tick(void *context)
{
    judge_tick(((struct unpacking *)context)->options);
}

static int collect(void *context, size_t k, int box_fd, struct err *e)
{
    struct judge_outputs *outputs = ((struct unpacking *)context)->judge->outputs;
    (void)k; /* there is one */
    for (size_t i = 0; i < outputs->problem->case_count; i++) {
        char name[24];
        struct err why;
        (void)str_format(name, sizeof name, "%zu", i); /* it fits */
        int fd = sandbox_open_left(box_fd, name, &why);
        if (fd < 0)
            continue; /* it was not in the zip */
        int64_t bytes = file_copy(fd, outputs->fd);
        int error = errno;
        (void)close(fd); /* it was only read */
        if (bytes < 0)
            return err_sys(e, error, "keep the outputs");
        outputs->places[i] = (struct outputs_place){outputs->end, bytes, true};
        outputs->end += bytes;
    }
    return 0;
}

/* It lies beside this program, or where `make install` put it. */
static int put_program(struct judge *judge, struct err *e)
{
    char path[PATH_MAX];
    ssize_t length = readlink("/proc/self/exe", path, sizeof path - sizeof UNPACK_PROGRAM - 1);
    path[length < 0 ? 0 : length] = '\0';
    char *slash = strrchr(path, '/');
    int fd = -1;
    if (slash != NULL) {
        (void)str_copy(slash + 1, sizeof UNPACK_PROGRAM, UNPACK_PROGRAM); /* there is room for it */
        fd = open(path, O_RDONLY | O_CLOEXEC);
    }
    if (fd < 0)
        fd = open(JUDGE_PREFIX "/bin/" UNPACK_PROGRAM, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return err_sys(e, errno, "%s/bin/%s (make install puts it there)", JUDGE_PREFIX, UNPACK_PROGRAM);
    int result = sandbox_clear_program(judge->sandbox, 0, e);
    if (result == 0)
        result = sandbox_put_program(judge->sandbox, 0, UNPACK_PROGRAM, fd, e);
    file_close(&fd);
    return result;
}

/* zip_fd is taken over. 0 with *result, or -1 with e. */
static int run_unpack(struct judge *judge, const struct problem *problem, const struct judge_options *options,
                      int zip_fd, struct sandbox_result *result, struct err *e)
{
    static const char *const argv[] = {SANDBOX_PROGRAM_FOLDER "/" UNPACK_PROGRAM, NULL};
    static const char *const env[] = {"PATH=/usr/bin:/bin", "LC_ALL=C.UTF-8", NULL};
    struct unpacking unpacking = {judge, options};
    int64_t sum = 1 << 20;
    for (size_t i = 0; i < problem->case_count && sum < (int64_t)MOST_MIB << 20; i++)
        sum += run_case_output_limit(problem, &problem->cases[i]) + 1;
    int64_t most = sum < (int64_t)MOST_MIB << 20 ? sum : (int64_t)MOST_MIB << 20;
    struct sandbox_file wanted = {"wanted", wanted_file(problem, e), 0644};
    const struct policy *policy = wanted.fd < 0 ? NULL : judge_policy(judge, "checker", e);
    if (policy == NULL || put_program(judge, e) != 0) {
        file_close(&wanted.fd);
        file_close(&zip_fd);
        return -1;
    }
    const struct sandbox_spec spec = {
        .argv = argv,
        .env = env,
        .fd = {zip_fd, -1, -1},
        .sink = {-1, judge->output_fd, judge->error_fd},
        .policy = policy,
        .limits = {.cpu_us = UNPACK_CPU_MS * 1000,
                   .wall_us = 3 * UNPACK_CPU_MS * 1000,
                   .mem_kib = UNPACK_MIB * 1024 + most / 1024,
                   .out_bytes = most,
                   .stack_kib = 8 * 1024,
                   .processes = 1,
                   .open_files = 16},
        .files = &wanted,
        .file_count = 1,
    };
    const struct sandbox_hooks hooks = {
        .stop_fd = options->stop_fd, .tick = tick, .collect = collect, .context = &unpacking};
    int code = sandbox_run(judge->sandbox, &spec, result, 1, &hooks, e);
    file_close(&wanted.fd);
    if (code == 0 && result->cancelled)
        return err_set(e, "cancelled");
    return code == 0 && result->not_executed != 0 ? sandbox_not_executed(&spec, result, e) : code;
}

/* What was wrong with it; -1 with e: it was our fault. */
static int explain_zip(struct judge *judge, const struct sandbox_result *result, enum ui_language ui,
                       struct judgement *judgement, struct err *e)
{
    static const struct {
        int code;
        const char *why[UI_COUNT];
    } rows[] = {
        {UNPACK_DAMAGED, {"this is no zip file, or a damaged one:", "不是 zip 文件，或文件已损坏："}},
        {UNPACK_ENCRYPTED, {"a file in the zip has a password:", "zip 中的文件设有密码："}},
        {UNPACK_OUTSIDE, {"a name in the zip leads out of its folder:", "zip 中的文件名指向目录之外："}},
        {UNPACK_LINK, {"the zip holds a link or a device, not a file:", "zip 中含有链接或设备，而非文件："}},
        {UNPACK_TWICE, {"the zip holds two files of this name:", "zip 中有重名文件："}},
        {UNPACK_METHOD,
         {"a file in the zip is compressed in an unusual way (deflate is the usual one):",
          "zip 中的文件使用了不常见的压缩方式（请用 deflate）："}},
        {UNPACK_MANY, {"the zip holds too many files", "zip 中的文件太多"}},
    };
    static const char *const too_much[UI_COUNT] = {"the zip could not be unpacked: ", "无法解压该 zip："};
    char raw[UNPACK_NAME], why[JUDGE_NOTE_SIZE], text[JUDGE_NOTE_SIZE + 64];
    ssize_t count = pread(judge->output_fd, raw, sizeof raw - 1, 0);
    raw[count < 0 ? 0 : count] = '\0';
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        if (result->exit_code == rows[i].code)
            return refuse(judgement, rows[i].why[ui], raw);
    }
    if (result->exit_code >= 0 && result->exit_code != UNPACK_FAILED) {
        count = pread(judge->error_fd, raw, sizeof raw - 1, 0);
        text_clean(why, sizeof why, raw, count < 0 ? 0 : (size_t)count);
        return err_set(e, "%s ended with exit code %d: %s", UNPACK_PROGRAM, result->exit_code, why);
    }
    verdict_explain(why, sizeof why, verdict_of_run(result, 0), result, ui);
    (void)str_format(text, sizeof text, "%s%s", too_much[ui], why); /* it fits */
    return refuse(judgement, text, "");
}

static int take_zip(struct judge *judge, const struct submission *submission, const struct judge_options *options,
                    const char *zip, size_t size, struct judgement *judgement, struct err *e)
{
    struct sandbox_result result;
    int fd = memfd_create("zip", MFD_CLOEXEC);
    if (fd < 0 || file_write_all(fd, zip, size) != 0 || lseek(fd, 0, SEEK_SET) != 0) {
        int error = errno;
        file_close(&fd);
        return err_sys(e, error, "make a place for the zip");
    }
    if (run_unpack(judge, submission->problem, options, fd, &result, e) != 0)
        return -1;
    judgement->compile_wall_us = result.wall_us;
    if (result.exit_code == UNPACK_DONE)
        return 0;
    return explain_zip(judge, &result, options->ui, judgement, e);
}

/* ---- a text */

static int keep(struct judge_outputs *outputs, size_t i, const char *bytes, size_t size, struct err *e)
{
    int64_t limit = run_case_output_limit(outputs->problem, &outputs->problem->cases[i]) + 1;
    size_t kept = (int64_t)size < limit ? size : (size_t)limit;
    if (file_write_all(outputs->fd, bytes, kept) != 0)
        return err_sys(e, errno, "keep the outputs");
    outputs->places[i] = (struct outputs_place){outputs->end, (int64_t)kept, true};
    outputs->end += (int64_t)kept;
    return 0;
}

/* The case whose output is called so, by name.out or name, looked for from `first` on; case_count where there is none. */
static size_t find_case(const struct problem *problem, const struct outputs_part *part, size_t first)
{
    char name[PROBLEM_NAME_SIZE];
    const char *slash = memrchr(part->name, '/', part->name_size);
    const char *from = slash == NULL ? part->name : slash + 1;
    size_t size = (size_t)(part->name + part->name_size - from);
    if (size > 4 && memcmp(from + size - 4, ".out", 4) == 0)
        size -= 4;
    if (size >= sizeof name)
        return problem->case_count;
    memcpy(name, from, size);
    name[size] = '\0';
    for (size_t i = 0; i < problem->case_count; i++) { /* they mostly come in the cases' order */
        size_t k = (first + i) % problem->case_count;
        if (problem_case_is(&problem->cases[k], name))
            return k;
    }
    return problem->case_count;
}

static int take_text(struct judge_outputs *outputs, const struct submission *submission,
                     const struct judge_options *options, struct judgement *judgement, struct err *e)
{
    static const char *const no_heads[UI_COUNT] = {
        "a text must say which output is which, by lines ==> NAME.out <== before each; or send a zip",
        "文本中须用 ==> 名称.out <== 标明每个输出，或提交 zip 文件"};
    static const char *const twice[UI_COUNT] = {"this output is there twice:", "该输出出现了两次："};
    static const char *const many[UI_COUNT] = {"the text holds too many outputs", "文本中的输出太多"};
    const struct problem *problem = outputs->problem;
    struct outputs_part part;
    size_t at = 0, parts = 0, last = 0;
    for (; outputs_next(submission->source, submission->source_bytes, &at, &part); parts++) {
        size_t i = find_case(problem, &part, last);
        char name[NAME_SHOWN];
        if (parts == UNPACK_ENTRIES)
            return refuse(judgement, many[options->ui], "");
        last = i;
        (void)str_format(name, sizeof name, "%.*s", (int)(part.name_size < NAME_SHOWN ? part.name_size : NAME_SHOWN),
                         part.name); /* cut is fine */
        if (i < problem->case_count && outputs->places[i].there)
            return refuse(judgement, twice[options->ui], name);
        if (i < problem->case_count && keep(outputs, i, part.bytes, part.size, e) != 0)
            return -1;
    }
    if (parts == 0 && problem->case_count > 1)
        return refuse(judgement, no_heads[options->ui], "");
    return parts == 0 ? keep(outputs, 0, submission->source, submission->source_bytes, e) : 0;
}

/* ---- judging */

int judge_outputs_prepare(struct judge *judge, const struct submission *submission, const struct judge_options *options,
                          struct judgement *judgement, struct err *e)
{
    static const char *const damaged[UI_COUNT] = {"this begins as a zip in base64, and does not go on so",
                                                  "开头是 base64 编码的 zip，但后续内容不是"};
    const char *source = submission->source;
    size_t size = submission->source_bytes;
    char *zip = NULL;
    judgement->compiled = true;
    if (begin(judge, submission->problem, e) != 0 || judge_rewind(judge->output_fd, e) != 0 ||
        judge_rewind(judge->error_fd, e) != 0)
        return -1;
    if (outputs_is_zip(source, size))
        return take_zip(judge, submission, options, source, size, judgement, e);
    if (!outputs_is_base64(source, size))
        return take_text(judge->outputs, submission, options, judgement, e);
    size_t zip_size = 0;
    int code = outputs_decode(source, size, &zip, &zip_size);
    if (code < 0)
        return err_set(e, "out of memory");
    if (code > 0)
        return refuse(judgement, damaged[options->ui], "");
    code = take_zip(judge, submission, options, zip, zip_size, judgement, e);
    free(zip);
    return code;
}

/* The case's part of all outputs, as a program's output. */
static int put_output(struct judge *judge, const struct outputs_place *place, struct err *e)
{
    int64_t done = 0;
    if (judge_rewind(judge->output_fd, e) != 0 || judge_rewind(judge->error_fd, e) != 0)
        return -1;
    while (done < place->bytes) {
        int64_t left = place->bytes - done;
        size_t wanted = left < JUDGE_SCRATCH ? (size_t)left : JUDGE_SCRATCH;
        ssize_t count = pread(judge->outputs->fd, judge->scratch, wanted, place->at + done);
        if (count <= 0 || file_write_all(judge->output_fd, judge->scratch, (size_t)count) != 0)
            return err_sys(e, count == 0 ? EIO : errno, "read the outputs");
        done += count;
    }
    return 0;
}

int judge_outputs_case(struct judge *judge, const struct submission *submission, const struct problem_case *test,
                       const struct judge_options *options, struct case_judgement *result, bool *has_difference,
                       struct compare_difference *difference, struct err *e)
{
    static const char *const missing[UI_COUNT] = {"%s.out is not in the submission", "提交中没有 %s.out"};
    static const char *const large[UI_COUNT] = {"%s.out is larger than %lld bytes", "%s.out 超过 %lld 字节"};
    const struct problem *problem = submission->problem;
    const struct outputs_place *place = &judge->outputs->places[test - problem->cases];
    long long limit = (long long)run_case_output_limit(problem, test);
    char name[PROBLEM_NAME_SIZE];
    *result = (struct case_judgement){.test = test};
    plain_name(name, test);
    if (put_output(judge, place, e) != 0)
        return -1;
    if (place->there && place->bytes <= limit)
        return run_case_output(judge, submission, test, options, result, has_difference, difference, e);
    result->verdict = place->there ? VERDICT_OLE : VERDICT_WA;
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
    if (place->there)
        (void)str_format(result->note, sizeof result->note, large[options->ui], name, limit); /* it fits, as below */
    else
        (void)str_format(result->note, sizeof result->note, missing[options->ui], name);
#pragma GCC diagnostic pop
    return 0;
}
