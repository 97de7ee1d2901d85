/*
 * fuzz_settings.c - judge.conf in either form, a DSN and an address of Redis under libFuzzer: any bytes are refused with one line,
 * or give settings that keep every promise of their table and that our form can say again.
 *
 * The first byte says which of them the rest is.
 */
#include <assert.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "common/file.h"
#include "common/settings.h"
#include "common/settings_parts.h"
#include "common/str.h"

#include "common/banned.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Each field is one that its row would take, and stays what it is when it is written and read again. */
static void check_settings(const struct settings *settings)
{
    char text[PATH_MAX];
    char again[PATH_MAX];
    struct settings copy = *settings;
    for (const struct settings_row *row = settings_rows; row->section != NULL; row++) {
        struct err e = {""};
        (void)settings_get(settings, row, text, sizeof text);
        int result = settings_set(&copy, row, row->name, text, &e);
        assert(result == 0 && e.text[0] == '\0');
        (void)settings_get(&copy, row, again, sizeof again);
        assert(strcmp(text, again) == 0);
    }
    assert(settings->node[0] != '\0' && settings->mod >= 0 && settings->mod < settings->total);
    assert(settings->cpu_compensation > 0);
}

static void check_error(const struct err *e)
{
    assert(e->text[0] != '\0');
    for (const char *at = e->text; *at != '\0'; at++)
        assert((unsigned char)*at >= ' ');
}

/* The whole of it, from a file. */
static void check_file(const uint8_t *data, size_t size)
{
    struct settings settings;
    struct err e = {""};
    char path[64];
    int fd = memfd_create("settings", MFD_CLOEXEC);
    if (fd < 0)
        return;
    int cut = str_format(path, sizeof path, "/proc/self/fd/%d", fd);
    if (cut == 0 && file_write_all(fd, data, size) == 0) {
        if (settings_read(&settings, "/h", path, &e) == 0)
            check_settings(&settings);
        else
            check_error(&e);
    }
    file_close(&fd);
}

static void check_address(int (*apply)(struct settings *, char *, struct err *), char *text)
{
    struct settings settings = {.home = "/h"};
    struct err e = {""};
    settings_defaults(&settings, false);
    if (apply(&settings, text, &e) != 0) {
        check_error(&e);
        return;
    }
    check_settings(&settings);
    assert(settings_has_database(&settings) || settings_has_redis(&settings));
}

/* Only HUSTOJ's reader, which refuses nothing. */
static void check_hustoj(char *text)
{
    struct settings settings = {.home = "/h"};
    settings_defaults(&settings, true);
    settings_hustoj(&settings, "f", text);
    check_settings(&settings);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0)
        return 0;
    char *text = malloc(size); /* exactly as large as it must be, so that the sanitizer sees a step too far */
    int quiet = open("/dev/null", O_WRONLY | O_CLOEXEC);
    int saved = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 3);
    if (text == NULL || quiet < 0 || saved < 0 || dup2(quiet, STDERR_FILENO) < 0)
        return 0;
    memcpy(text, data + 1, size - 1);
    text[size - 1] = '\0';
    switch (data[0] % 4) {
    case 0:
        check_hustoj(text);
        break;
    case 1:
        check_address(settings_dsn, text);
        break;
    case 2:
        check_address(settings_redis_url, text);
        break;
    default:
        check_file(data + 1, size - 1);
    }
    (void)dup2(saved, STDERR_FILENO); /* it was there a moment ago */
    file_close(&saved);
    file_close(&quiet);
    free(text);
    return 0;
}
