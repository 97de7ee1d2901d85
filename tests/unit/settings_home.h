/*
 * settings_home.h - an OJ_HOME in a temporary folder, for the tests of settings: what is written to its files, what reading
 * them says on standard error, and what is printed.
 */
#ifndef JUDGE_SETTINGS_HOME_H
#define JUDGE_SETTINGS_HOME_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <CUnit/CUnit.h>

#include "common/settings.h"
#include "common/str.h"

struct settings_home {
    char path[64];
    char file[96];
    char password_file[96];
    struct settings settings;
    struct err e;
    char warnings[16384]; /* of the last reading */
    char printed[65536];  /* of the last printing */
};

/* None of the variables that a setting may come from is set. */
static inline void settings_home_clear_environment(void)
{
    static const char *const names[] = {"DB_HOST",           "DB_PORT",
                                        "DB_NAME",           "DB_USER",
                                        "DB_PASSWORD",       "DB_SLAVE_HOST",
                                        "DB_SLAVE_PORT",     "REDIS_HOST",
                                        "REDIS_PORT",        "REDIS_DB",
                                        "REDIS_PASSWORD",    "REDIS_MAX_RETRIES",
                                        "SQL_DSN",           "REDIS_RETRY_DELAY",
                                        "REDIS_CONN_STRING", "REDIS_CONNECT_TIMEOUT",
                                        "REDIS_MASTER_NAME", "REDIS_COMMAND_TIMEOUT"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        CU_ASSERT_FATAL(unsetenv(names[i]) == 0);
}

static inline void settings_home_init(struct settings_home *home)
{
    char folder[96];
    memset(home, 0, sizeof *home);
    settings_home_clear_environment();
    (void)str_format(home->path, sizeof home->path, "/tmp/settings.XXXXXX");
    CU_ASSERT_PTR_NOT_NULL_FATAL(mkdtemp(home->path));
    (void)str_format(folder, sizeof folder, "%s/etc", home->path);
    (void)str_format(home->file, sizeof home->file, "%s/judge.conf", folder);
    (void)str_format(home->password_file, sizeof home->password_file, "%s/password", folder);
    CU_ASSERT_FATAL(chmod(home->path, 0755) == 0 && mkdir(folder, 0755) == 0);
}

static inline void settings_home_fini(struct settings_home *home)
{
    char path[128];
    settings_home_clear_environment();
    (void)unlink(home->password_file); /* where there is one */
    (void)unlink(home->file);
    (void)rmdir(home->file);
    (void)str_format(path, sizeof path, "%s/rsync.sh", home->path);
    (void)unlink(path);
    (void)str_format(path, sizeof path, "%s/etc", home->path);
    CU_ASSERT_EQUAL(rmdir(path), 0);
    CU_ASSERT_EQUAL(rmdir(home->path), 0);
}

static inline void settings_home_put(const char *path, const void *bytes, size_t size, mode_t mode)
{
    FILE *file = fopen(path, "we");
    CU_ASSERT_PTR_NOT_NULL_FATAL(file);
    CU_ASSERT_EQUAL_FATAL(fwrite(bytes, 1, size, file), size);
    CU_ASSERT_FATAL(fclose(file) == 0 && chmod(path, mode) == 0);
}

/* What a descriptor gets while `redirected`, into text. */
static inline int settings_home_capture(int fd, int *saved)
{
    int memory = memfd_create("captured", MFD_CLOEXEC);
    (void)fflush(NULL);
    *saved = dup(fd);
    CU_ASSERT_FATAL(memory >= 0 && *saved >= 0 && dup2(memory, fd) == fd);
    return memory;
}

static inline void settings_home_captured(int fd, int memory, int saved, char *text, size_t size)
{
    (void)fflush(NULL);
    ssize_t length = pread(memory, text, size - 1, 0);
    CU_ASSERT_FATAL(length >= 0 && dup2(saved, fd) == fd && close(saved) == 0 && close(memory) == 0);
    text[length] = '\0';
}

/* Reads home's judge.conf, or path, into home->settings. */
static inline int settings_home_read_file(struct settings_home *home, const char *path)
{
    int saved;
    int memory = settings_home_capture(STDERR_FILENO, &saved);
    home->e.text[0] = '\0';
    int result = settings_read(&home->settings, home->path, path, &home->e);
    settings_home_captured(STDERR_FILENO, memory, saved, home->warnings, sizeof home->warnings);
    CU_ASSERT((result == 0) == (home->e.text[0] == '\0'));
    return result;
}

/* Writes text to judge.conf and reads it. */
static inline int settings_home_read(struct settings_home *home, const char *text)
{
    settings_home_put(home->file, text, strlen(text), 0640);
    return settings_home_read_file(home, NULL);
}

/* Prints home->settings, or the sample, into home->printed. */
static inline const char *settings_home_print(struct settings_home *home, bool sample)
{
    int saved;
    int memory = settings_home_capture(STDOUT_FILENO, &saved);
    if (sample)
        settings_sample();
    else
        settings_print(&home->settings);
    settings_home_captured(STDOUT_FILENO, memory, saved, home->printed, sizeof home->printed);
    return home->printed;
}

#endif
