/*
 * compile_object.c - graders as objects: compiled apart from the student's source, which so can neither read nor break them, and
 * once for all submissions. Runs in judge_client as root; executes nothing outside the sandbox.
 *
 * Where one does not compile, it is the problem's fault and no verdict of anybody's.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "common/file.h"
#include "common/log.h"
#include "common/sha256.h"
#include "common/str.h"
#include "judge_client/checker_store.h"
#include "judge_client/compile_parts.h"
#include "judge_client/language.h"
#include "judge_client/rules.h"
#include "judge_client/text.h"

#include "common/banned.h"

#define OBJECT "object.o" /* what the compiler leaves */

struct object {
    struct judge *judge;
    const struct submission *submission;
    const struct judge_options *options;
    const struct compile_sources *sources;
    const struct compile_file *file;
    char **argv; /* the compiler's words, as the rules have them */
    int fd;      /* what the compiler left */
};

/* ---- its name */

static void hash_text(struct sha256 *hash, const char *text)
{
    sha256_add(hash, text, strlen(text) + 1);
}

static int hash_file(struct object *object, struct sha256 *hash, const struct compile_file *file, struct err *e)
{
    char *piece = object->judge->scratch;
    off_t at = 0;
    ssize_t count;
    hash_text(hash, file->name);
    while ((count = pread(file->fd, piece, sizeof object->judge->scratch, at)) > 0) {
        sha256_add(hash, piece, (size_t)count);
        at += count;
    }
    sha256_add(hash, &at, sizeof at); /* where it ends */
    return count < 0 ? err_sys(e, errno, "read %s", file->path) : 0;
}

static int name_of(struct object *object, char key[SHA256_TEXT], struct err *e)
{
    unsigned char digest[SHA256_BYTES];
    struct utsname machine;
    struct stat info;
    struct sha256 hash;
    char *const *argv = object->argv;
    sha256_init(&hash);
    hash_text(&hash, "object 1");
    hash_text(&hash, uname(&machine) == 0 ? machine.machine : "");
    for (size_t i = 0; argv[i] != NULL; i++)
        hash_text(&hash, argv[i]);
    if (argv[0] != NULL && stat(argv[0], &info) == 0) { /* another version of the compiler */
        sha256_add(&hash, &info.st_size, sizeof info.st_size);
        sha256_add(&hash, &info.st_mtim, sizeof info.st_mtim);
    }
    if (hash_file(object, &hash, object->file, e) != 0)
        return -1;
    for (size_t i = 0; i < object->sources->count; i++) {
        if (!object->sources->files[i].source && hash_file(object, &hash, &object->sources->files[i], e) != 0)
            return -1;
    }
    sha256_end(&hash, digest);
    sha256_text(digest, key);
    return 0;
}

/* ---- compiling */

static int take_object(void *context, size_t k, int box_fd, struct err *e)
{
    struct object *object = context;
    struct err why;
    (void)k; /* there is one */
    int fd = sandbox_open_left(box_fd, OBJECT, &why);
    if (fd < 0)
        return 0; /* the compiler says why itself */
    object->fd = memfd_create("object", MFD_CLOEXEC);
    int result = 0;
    if (object->fd < 0 || file_copy(fd, object->fd) < 0)
        result = err_sys(e, errno, "keep what the compiler left");
    (void)close(fd); /* it was only read */
    return result;
}

/* What the compiler said first, in one line. */
static int explain(const struct object *object, const struct sandbox_result *result, struct err *e)
{
    char text[320], why[JUDGE_NOTE_SIZE];
    ssize_t count = pread(object->judge->output_fd, object->judge->scratch, sizeof text, 0);
    text_clean(text, sizeof text, object->judge->scratch, count < 0 ? 0 : (size_t)count);
    text_hide_folders(text);
    for (char *at = text; *at != '\0'; at++)
        *at = *at == '\n' || *at == '\t' ? ' ' : *at;
    verdict_explain(why, sizeof why, verdict_of_run(result, 0), result, UI_EN);
    return err_set(e, "does not compile: %s", result->exit_code < 0 || text[0] == '\0' ? why : text);
}

static int compile(struct object *object, struct err *e)
{
    const struct language *language = object->submission->language;
    const struct compile_sources *sources = object->sources;
    struct sandbox_file files[JUDGE_FILES];
    struct sandbox_result result;
    size_t count = 0;
    files[count++] = (struct sandbox_file){object->file->name, object->file->fd, 0644};
    for (size_t i = 0; i < sources->count; i++) {
        if (!sources->files[i].source)
            files[count++] = (struct sandbox_file){sources->files[i].name, sources->files[i].fd, 0644};
    }
    struct compile_command command = {
        .language = language,
        .argv =
            language_command(object->argv, &(struct language_words){.source = object->file->name, .binary = OBJECT}),
        .files = files,
        .file_count = count,
        .collect = take_object,
        .context = object};
    int code = compile_run(object->judge, &command, object->options, &result, e);
    free(command.argv);
    if (code != 0)
        return -1;
    return result.exit_code == 0 && object->fd >= 0 ? 0 : explain(object, &result, e);
}

static int make_object(struct object *object, struct err *e)
{
    char key[SHA256_TEXT];
    struct checker_store store;
    int kept = -1;
    if (name_of(object, key, e) != 0 || checker_store_take(&store, object->judge, key, object->options, &kept, e) != 0)
        return -1;
    if (kept >= 0) {
        object->fd = kept;
        return 0;
    }
    int result = compile(object, e);
    if (result == 0)
        checker_store_keep(&store, object->judge, object->fd);
    checker_store_done(&store);
    return result;
}

/* The student may read what is said of a fault of ours, the compiler's words are the teacher's. */
static int blame(const struct object *object, struct err *e)
{
    const struct problem *problem = object->submission->problem;
    if (strcmp(e->text, "cancelled") == 0)
        return -1;
    err_add(e, "%s/%s", problem->folder, object->file->path);
    if (object->options->teacher)
        return -1;
    log_warnx("%s", e->text);
    return err_set(e, "%s/%s does not compile (the log says why)", problem->folder, object->file->path);
}

int compile_objects(struct judge *judge, const struct submission *submission, const struct judge_options *options,
                    struct compile_sources *sources, struct err *e)
{
    if (submission->language->object == NULL || sources->included)
        return 0;
    for (size_t i = 0; i < sources->count; i++) {
        struct compile_file *file = &sources->files[i];
        struct object object = {judge, submission, options, sources, file, NULL, -1};
        if (!file->source)
            continue;
        object.argv = rules_compiler(options->rules, submission->language, submission->language->object);
        int result = object.argv == NULL ? err_set(e, "out of memory") : make_object(&object, e);
        free(object.argv);
        if (result != 0) {
            file_close(&object.fd);
            return blame(&object, e);
        }
        file_close(&file->fd);
        file->fd = object.fd;
        file->object = true;
        size_t length = strlen(file->name);
        (void)str_copy(file->name + length, sizeof file->name - length, ".o"); /* there is room for it */
    }
    return 0;
}
