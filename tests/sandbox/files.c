/*
 * files.c - what goes into a run and comes out of it: working files, mounts, descriptors, arguments, environment, output.
 *
 * Runs as root. The programs are honest ones (programs/tool-*.c).
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/file.h"
#include "common/str.h"
#include "tests/sandbox/lib/cellrun.h"
#include "tests/sandbox/lib/residue.h"

#include "common/banned.h"

enum { MANY_RUNS = 1000, OUTPUT_BYTES = 100001 };

static int same_text(const struct cells *cells, const char *want, struct err *e)
{
    return strcmp(cells->text, want) == 0
               ? 0
               : err_set(e, "it printed '%.200s' in the place of '%.200s'", cells->text, want);
}

/* A file that is put in is the program's own, with its mode and content; it is not there in the next run. */
static int test_working_files(struct cells *cells, struct err *e)
{
    int fd = cellrun_file("content");
    struct sandbox_file files[] = {{"data.txt", fd, 0640}, {"other", fd, 0444}};
    struct sandbox_spec spec = {.fd = {-1, -1, -1}, .sink = {-1, -1, -1}, .files = files, .file_count = 2};
    int result = cellrun_expect(cells, &spec, "c", "tool-file", "read", "data.txt", 0, e);
    if (result == 0)
        result = same_text(cells, "content", e);
    if (result == 0)
        result = cellrun_expect(cells, &spec, "c", "tool-file", "stat", "data.txt", 0, e);
    if (result == 0)
        result = same_text(cells, "mine 640 7\n", e);
    if (result == 0)
        result = cellrun_expect(cells, &spec, "c", "tool-file", "add", "data.txt", 0, e);
    if (result == 0) /* what the run before added is not in it */
        result = cellrun_expect(cells, &spec, "c", "tool-file", "read", "/box/data.txt", 0, e);
    if (result == 0)
        result = same_text(cells, "content", e);
    if (result == 0)
        result = cellrun_expect(cells, &spec, "c", "tool-file", "add", "other", 10, e);
    if (result == 0)
        result = cellrun_expect(cells, NULL, "c", "tool-file", "list", "/box", 0, e);
    if (result == 0)
        result = same_text(cells, "", e);
    file_close(&fd);
    return result;
}

static int test_working_file_names(struct cells *cells, struct err *e)
{
    static const char *const names[] = {"", ".", "..", "a/b", "/etc/passwd", "../x"};
    int fd = cellrun_file("content"), result = 0;
    for (size_t i = 0; i < sizeof names / sizeof *names && result == 0; i++) {
        struct sandbox_file file = {names[i], fd, 0644};
        struct sandbox_spec spec = {.fd = {-1, -1, -1}, .sink = {-1, -1, -1}, .files = &file, .file_count = 1};
        struct err fault;
        if (cellrun_expect(cells, &spec, "c", "tool-file", "list", "/box", 0, &fault) == 0)
            result = err_set(e, "the name '%s' was taken", names[i]);
        else if (strstr(fault.text, "plain name") == NULL)
            result = err_set(e, "'%s': %s", names[i], fault.text);
    }
    file_close(&fd);
    return result == 0 ? cellrun_expect(cells, NULL, "c", "tool-file", "list", "/box", 0, e) : result;
}

static int make_source(char *folder, char *file, struct err *e)
{
    if (mkdtemp(folder) == NULL || chmod(folder, 0755) != 0 || str_format(file, 128, "%s/file", folder) != 0)
        return err_sys(e, errno, "make %s", folder);
    int fd = open(file, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    if (fd < 0)
        return err_sys(e, errno, "make %s", file);
    int result =
        file_write_all(fd, "mounted", 7) == 0 && fchmod(fd, 0666) == 0 ? 0 : err_sys(e, errno, "write %s", file);
    (void)close(fd); /* the write told */
    return result;
}

/* A folder and a file of the box: to be read, not to be written although anybody may; gone when they are not asked for. */
static int check_mounts(struct cells *cells, const char *folder, const char *file, struct err *e)
{
    struct sandbox_mount mounts[] = {{folder, "/extra/deep/folder"}, {file, "/extra/file"}};
    struct sandbox_spec spec = {.fd = {-1, -1, -1}, .sink = {-1, -1, -1}, .mounts = mounts, .mount_count = 2};
    struct err fault;
    if (cellrun_expect(cells, &spec, "c", "tool-file", "read", "/extra/deep/folder/file", 0, e) != 0 ||
        same_text(cells, "mounted", e) != 0 ||
        cellrun_expect(cells, &spec, "c", "tool-file", "read", "/extra/file", 0, e) != 0 ||
        same_text(cells, "mounted", e) != 0 ||
        cellrun_expect(cells, &spec, "c", "tool-file", "add", "/extra/file", 11, e) != 0 ||
        cellrun_expect(cells, &spec, "c", "tool-file", "add", "/extra/deep/folder/file", 11, e) != 0 ||
        cellrun_expect(cells, &spec, "c", "tool-file", "write", "/extra/deep/folder/new", 11, e) != 0 ||
        cellrun_expect(cells, NULL, "c", "tool-file", "read", "/extra/file", 10, e) != 0 ||
        cellrun_expect(cells, NULL, "c", "tool-file", "list", "/extra/deep/folder", 10, e) != 0)
        return -1;
    mounts[0].source = "/none/of/this";
    if (cellrun_expect(cells, &spec, "c", "tool-file", "list", "/", 0, &fault) == 0)
        return err_set(e, "a source that is not there was mounted");
    if (strstr(fault.text, "/none/of/this") == NULL)
        return err_set(e, "the error does not name the source: %s", fault.text);
    return cellrun_expect(cells, NULL, "c", "tool-file", "list", "/box", 0, e);
}

static int test_mounts(struct cells *cells, struct err *e)
{
    char folder[] = "/tmp/judge-cells-XXXXXX", file[128] = "";
    int result = make_source(folder, file, e);
    if (result == 0)
        result = check_mounts(cells, folder, file, e);
    (void)unlink(file);  /* where it was not made there is none */
    (void)rmdir(folder); /* as above */
    return result;
}

static int run_write(struct cells *cells, const char *bytes, int64_t limit, struct sandbox_result *result,
                     struct err *e)
{
    char path[128];
    const char *argv[CELLRUN_ARGV];
    struct sandbox_spec spec = {.argv = argv, .fd = {-1, -1, -1}, .sink = {-1, -1, -1}};
    spec.limits = drive_limits(&cells->drive);
    spec.limits.out_bytes = limit;
    spec.fd[2] = open("/dev/null", O_WRONLY | O_CLOEXEC); /* nothing there counts */
    if (cellrun_put(cells, 0, "tool-write", path, argv, bytes, NULL, e) != 0)
        return -1;
    return cellrun_go(cells, &spec, result, NULL, e);
}

/* The last allowed byte is allowed, the next one is not; the sink gets exactly what is allowed. */
static int test_output_limit(struct cells *cells, struct err *e)
{
    struct sandbox_result result;
    if (run_write(cells, "100001", OUTPUT_BYTES, &result, e) != 0)
        return -1;
    if (result.exit_code != 0 || result.out_bytes != OUTPUT_BYTES || lseek(cells->sink, 0, SEEK_END) != OUTPUT_BYTES)
        return cellrun_wrong("as many as allowed", &result, e);
    if (run_write(cells, "100002", OUTPUT_BYTES, &result, e) != 0)
        return -1;
    if (result.limit != SANDBOX_LIMIT_OUTPUT || result.exit_code != -1 || result.out_bytes != OUTPUT_BYTES + 1)
        return cellrun_wrong("one more", &result, e);
    off_t kept = lseek(cells->sink, 0, SEEK_END);
    return kept == OUTPUT_BYTES ? 0 : err_set(e, "the sink holds %lld bytes", (long long)kept);
}

static int test_arguments(struct cells *cells, struct err *e)
{
    static const char *const env[] = {"JUDGE_HOSTILE=1", "LANG=C", "EMPTY=", "A=b c\td", NULL};
    struct sandbox_spec spec = {.fd = {-1, -1, -1}, .sink = {-1, -1, -1}, .env = env};
    if (cellrun_expect(cells, &spec, "c", "tool-show", "", "two words", 0, e) != 0)
        return -1;
    return same_text(cells,
                     "argv /program/tool-show\nargv \nargv two words\nenv JUDGE_HOSTILE=1\nenv LANG=C\nenv EMPTY=\n"
                     "env A=b c\td\ncwd /box\n",
                     e);
}

/* 100 KiB of arguments get through; what is too much is an error that says so. */
static int test_many_arguments(struct cells *cells, struct err *e)
{
    static char large[100 * 1024 + 1], larger[200 * 1024 + 1];
    struct err fault;
    memset(large, 'x', sizeof large - 1);
    memset(larger, 'x', sizeof larger - 1);
    if (cellrun_expect(cells, NULL, "c", "tool-show", large, NULL, 0, e) != 0)
        return -1;
    if (cellrun_expect(cells, NULL, "c", "tool-show", larger, NULL, 0, &fault) == 0)
        return err_set(e, "200 KiB of arguments were taken");
    if (strstr(fault.text, "arguments") == NULL)
        return err_set(e, "the error says: %s", fault.text);
    return cellrun_expect(cells, NULL, "c", "tool-show", "x", NULL, 0, e);
}

/* Input from a descriptor, output into one that is no pipe of ours. Both are closed for us. */
static int test_descriptors(struct cells *cells, struct err *e)
{
    char text[64];
    int out = drive_memory("out"), copy = dup(out), fds = residue_own_fds();
    struct sandbox_spec spec = {.fd = {cellrun_file("input"), copy, -1}, .sink = {-1, -1, -1}};
    if (cellrun_expect(cells, &spec, "c", "tool-echo", NULL, NULL, 0, e) != 0)
        return -1;
    int64_t length = drive_read(out, text, sizeof text);
    file_close(&out);
    if (length != 5 || strcmp(text, "input") != 0)
        return err_set(e, "the descriptor holds '%s'", text);
    return residue_own_fds() == fds - 2 ? 0
                                        : err_set(e, "%d descriptors in the place of %d", residue_own_fds(), fds - 2);
}

/* A full disk behind a sink is a fault of ours, not the program's. */
static int test_sink_is_full(struct cells *cells, struct err *e)
{
    char path[128];
    const char *argv[CELLRUN_ARGV];
    struct sandbox_result result;
    struct err fault;
    struct sandbox_spec spec = {.argv = argv, .fd = {-1, -1, -1}, .sink = {-1, -1, -1}};
    int full = open("/dev/full", O_WRONLY | O_CLOEXEC);
    spec.sink[1] = full;
    spec.policy = drive_policy(&cells->drive, "c", e);
    spec.limits = drive_limits(&cells->drive);
    spec.env = drive_env;
    if (full < 0 || spec.policy == NULL || cellrun_put(cells, 0, "tool-write", path, argv, "10", NULL, e) != 0)
        return err_add(e, "prepare");
    int ran = sandbox_run(cells->sandbox, &spec, &result, 1, NULL, &fault);
    file_close(&full);
    if (ran == 0)
        return cellrun_wrong("it came to a verdict", &result, e);
    return strstr(fault.text, "No space left") != NULL ? 0 : err_set(e, "the error says: %s", fault.text);
}

/* A thousand runs in one cell: descriptors and memory of the worker stay as they are. */
static int test_thousand_runs(struct cells *cells, struct err *e)
{
    char path[128];
    const char *argv[CELLRUN_ARGV];
    int fds = 0;
    long rss_kib = 0;
    if (cellrun_put(cells, 0, "tool-file", path, argv, "write", "/box/x", e) != 0)
        return -1;
    for (int i = 0; i < MANY_RUNS; i++) {
        struct sandbox_spec spec = {.argv = argv, .fd = {-1, -1, -1}, .sink = {-1, -1, -1}};
        struct sandbox_result result;
        if (cellrun_go(cells, &spec, &result, NULL, e) != 0)
            return err_add(e, "run %d", i);
        if (result.exit_code != 0)
            return cellrun_wrong("tool-file", &result, e);
        if (i == 20) {
            fds = residue_own_fds();
            rss_kib = residue_own_rss_kib();
        }
    }
    if (residue_own_fds() != fds)
        return err_set(e, "%d descriptors, %d before", residue_own_fds(), fds);
#ifdef __SANITIZE_ADDRESS__ /* it keeps what was freed */
    rss_kib = INT32_MAX;
#endif
    return residue_own_rss_kib() <= rss_kib + 256
               ? 0
               : err_set(e, "%ld KiB resident, %ld before", residue_own_rss_kib(), rss_kib);
}

static const struct cells_test tests[] = {
    {"working-files", test_working_files},
    {"working-file-names", test_working_file_names},
    {"mounts", test_mounts},
    {"output-limit", test_output_limit},
    {"arguments", test_arguments},
    {"many-arguments", test_many_arguments},
    {"descriptors", test_descriptors},
    {"sink-is-full", test_sink_is_full},
    {"thousand-runs", test_thousand_runs},
};

int main(int argc, char **argv)
{
    return cells_main("files", tests, sizeof tests / sizeof *tests, argc, argv);
}
