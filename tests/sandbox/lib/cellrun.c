/*
 * cellrun.c - see cellrun.h. Runs in the drivers, as root.
 */
#include "tests/sandbox/lib/cellrun.h"

#include <string.h>
#include <unistd.h>

#include "common/file.h"
#include "common/str.h"

#include "common/banned.h"

int cells_main(const char *name, const struct cells_test *tests, size_t count, int argc, char **argv)
{
    static struct cells cells; /* too large for the stack */
    struct err e;
    if (drive_init(&cells.drive, name, argc, argv) != 0)
        return 2;
    if (!drive_ready(&cells.drive))
        return drive_fini(&cells.drive);
    cells.sink = drive_memory("sink");
    cells.sandbox = drive_open(&cells.drive, -1, &e);
    if (cells.sandbox == NULL)
        drive_not_ok(&cells.drive, "open", "%s", e.text);
    for (size_t i = 0; i < count && cells.sandbox != NULL; i++) {
        if (strstr(tests[i].name, cells.drive.only) == NULL)
            continue;
        int result = tests[i].run(&cells, &e);
        if (result > 0)
            drive_skip(&cells.drive, tests[i].name, "%s", e.text);
        else
            drive_say(&cells.drive, tests[i].name, result, &e);
    }
    sandbox_close(cells.sandbox);
    file_close(&cells.sink);
    return drive_fini(&cells.drive);
}

int cellrun_put(struct cells *cells, size_t k, const char *program, char *path, const char **argv, const char *first,
                const char *second, struct err *e)
{
    int put = drive_put(&cells->drive, cells->sandbox, k, program, e);
    if (put != 0)
        return put > 0 ? err_set(e, "%s is not built", program) : -1;
    if (str_format(path, 128, SANDBOX_PROGRAM_FOLDER "/%s", program) != 0)
        return err_set(e, "%s: too long", program);
    argv[0] = path;
    argv[1] = first;
    argv[2] = first == NULL ? NULL : second;
    argv[3] = NULL;
    return 0;
}

int cellrun_go(struct cells *cells, struct sandbox_spec *spec, struct sandbox_result *result,
               const struct sandbox_hooks *hooks, struct err *e)
{
    cells->text[0] = '\0';
    if (ftruncate(cells->sink, 0) != 0 || lseek(cells->sink, 0, SEEK_SET) != 0)
        return err_set(e, "empty the sink");
    if (spec->fd[1] < 0)
        spec->sink[1] = cells->sink;
    if (drive_run(&cells->drive, cells->sandbox, spec, result, hooks, e) != 0)
        return -1;
    return drive_read(cells->sink, cells->text, sizeof cells->text) >= 0 ? 0 : err_set(e, "read the sink");
}

int cellrun_expect(struct cells *cells, struct sandbox_spec *spec, const char *policy, const char *program,
                   const char *first, const char *second, int want, struct err *e)
{
    char path[128];
    const char *argv[CELLRUN_ARGV];
    struct sandbox_spec plain = {.fd = {-1, -1, -1}, .sink = {-1, -1, -1}};
    struct sandbox_result result;
    if (spec == NULL)
        spec = &plain;
    spec->argv = argv;
    spec->policy = drive_policy(&cells->drive, policy, e);
    if (spec->policy == NULL || cellrun_put(cells, 0, program, path, argv, first, second, e) != 0 ||
        cellrun_go(cells, spec, &result, NULL, e) != 0)
        return -1;
    return result.exit_code == want ? 0 : cellrun_wrong(program, &result, e);
}

int cellrun_wrong(const char *what, const struct sandbox_result *result, struct err *e)
{
    return err_set(e, "%s: exit %d signal %d limit %s refused '%s'%s%s cpu_us %lld wall_us %lld out_bytes %lld", what,
                   result->exit_code, result->signal, sandbox_limit_name(result->limit),
                   result->refused ? result->refused_name : "", result->stopped ? " stopped" : "",
                   result->cancelled ? " cancelled" : "", (long long)result->cpu_us, (long long)result->wall_us,
                   (long long)result->out_bytes);
}

int cellrun_file(const char *content)
{
    int fd = drive_memory("content");
    if (fd >= 0 && (file_write_all(fd, content, strlen(content)) != 0 || lseek(fd, 0, SEEK_SET) != 0))
        file_close(&fd);
    return fd;
}
