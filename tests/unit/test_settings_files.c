/*
 * test_settings_files.c - where settings come from: files of passwords, files that are none, lines that are too long, folders.
 */
#include <stdlib.h>
#include <string.h>

#include "common/settings.h"
#include "common/str.h"
#include "tests/unit/settings_home.h"
#include "tests/unit/unit.h"

#include "common/banned.h"

/* ---- passwords */

static void put_password(const struct settings_home *home, const char *bytes, size_t size, mode_t mode)
{
    settings_home_put(home->password_file, bytes, size, mode);
}

static void test_password_file(void)
{
    static const char text[] = "[database]\nhost = db\npassword_file = password\n";
    struct settings_home home;
    char absolute[256];
    settings_home_init(&home);
    put_password(&home, " p#w \r\nsecond\n", 14, 0600);
    CU_ASSERT_EQUAL(settings_home_read(&home, text), 0);
    CU_ASSERT_STRING_EQUAL(home.settings.database_password, " p#w ");
    CU_ASSERT_STRING_EQUAL(home.warnings, "");
    put_password(&home, "no-end", 6, 0604);
    CU_ASSERT_EQUAL(settings_home_read(&home, text), 0);
    CU_ASSERT_STRING_EQUAL(home.settings.database_password, "no-end");
    CU_ASSERT_PTR_NOT_NULL(strstr(home.warnings, "/password: everybody can read this password"));
    /* The file that names it may be read by everybody: that is what password_file is for. */
    CU_ASSERT(chmod(home.password_file, 0600) == 0 && chmod(home.file, 0644) == 0);
    CU_ASSERT_EQUAL(settings_home_read_file(&home, NULL), 0);
    CU_ASSERT_STRING_EQUAL(home.warnings, "");
    (void)str_format(absolute, sizeof absolute, "[redis]\npassword_file = %s\n", home.password_file);
    CU_ASSERT_EQUAL(settings_home_read(&home, absolute), 0);
    CU_ASSERT_STRING_EQUAL(home.settings.redis_password, "no-end");
    CU_ASSERT_EQUAL(settings_home_read(&home, "[redis]\npassword_file =\npassword = x\n"), 0);
    CU_ASSERT_STRING_EQUAL(home.settings.redis_password, "x");
    CU_ASSERT_EQUAL(settings_home_read(&home, "[redis]\npassword = x\npassword_file = password\n"), -1);
    CU_ASSERT_PTR_NOT_NULL(strstr(home.e.text, "judge.conf:3: password_file and password (line 2): only one of them"));
    settings_home_fini(&home);
}

static void test_wrong_password_file(void)
{
    static const struct {
        const char *bytes;
        size_t size;
        const char *why;
    } rows[] = {
        {"\nsecond\n", 8, "its first line is empty"},
        {"", 0, "its first line is empty"},
        {"secret\0more\n", 12, "a NUL byte"},
        {"sec\x01ret\n", 8, "a control character (0x01)"},
    };
    static const char text[] = "[database]\nhost = db\npassword_file = password\n";
    struct settings_home home;
    char large[8192];
    settings_home_init(&home);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        put_password(&home, rows[i].bytes, rows[i].size, 0600);
        CU_ASSERT_EQUAL(settings_home_read(&home, text), -1);
        (void)UNIT_CHECK(strstr(home.e.text, rows[i].why) != NULL && strstr(home.e.text, ":3: password_file: ") != NULL,
                         "%zu: %s", i, home.e.text);
        CU_ASSERT_PTR_NULL(strstr(home.e.text, "ret"));
    }
    memset(large, 'x', sizeof large);
    put_password(&home, large, SETTINGS_TEXT, 0600);
    CU_ASSERT_EQUAL(settings_home_read(&home, text), -1);
    CU_ASSERT_PTR_NOT_NULL(strstr(home.e.text, "longer than 255 bytes"));
    put_password(&home, large, SETTINGS_TEXT - 1, 0600);
    CU_ASSERT_EQUAL(settings_home_read(&home, text), 0);
    CU_ASSERT_EQUAL(strlen(home.settings.database_password), SETTINGS_TEXT - 1);
    put_password(&home, large, sizeof large, 0600);
    CU_ASSERT_EQUAL(settings_home_read(&home, text), -1);
    CU_ASSERT_EQUAL(unlink(home.password_file), 0);
    CU_ASSERT_EQUAL(settings_home_read(&home, text), -1);
    CU_ASSERT_PTR_NOT_NULL(strstr(home.e.text, ":3: password_file: open "));
    CU_ASSERT_EQUAL(settings_home_read(&home, "[database]\npassword_file = .\n"), -1);
    CU_ASSERT_PTR_NOT_NULL(strstr(home.e.text, "Is a directory"));
    settings_home_fini(&home);
}

/* ---- files that are none */

static void test_bad_files(void)
{
    struct settings_home home;
    settings_home_init(&home);
    CU_ASSERT_EQUAL(settings_home_read(&home, ""), 0);
    CU_ASSERT(!home.settings.hustoj);
    CU_ASSERT_PTR_NOT_NULL(strstr(home.warnings, "judge.conf: an empty file: all settings have their defaults\n"));
    CU_ASSERT_EQUAL(settings_home_read(&home, "# nothing\n\n ; at all\r\n\xef\xbb\xbf"), -1);
    CU_ASSERT_EQUAL(settings_home_read(&home, "\xef\xbb\xbf# nothing\n\n ; at all\r\n"), 0);
    CU_ASSERT(!home.settings.hustoj && home.settings.use_max_time);
    CU_ASSERT_STRING_EQUAL(home.warnings, "");
    settings_home_put(home.file, "[ui]\nlanguage = e\0n\n", 20, 0640);
    CU_ASSERT_EQUAL(settings_home_read_file(&home, NULL), -1);
    CU_ASSERT_PTR_NOT_NULL(strstr(home.e.text, "judge.conf:2: a NUL byte: not a text file"));
    settings_home_put(home.file, "OJ_MOD=0\nOJ_DB_NAME=j\0l\n", 24, 0640);
    CU_ASSERT_EQUAL(settings_home_read_file(&home, NULL), -1);
    CU_ASSERT_PTR_NOT_NULL(strstr(home.e.text, "judge.conf:2: a NUL byte: not a text file"));
    settings_home_put(home.file, "\xff\xfeO\0J\0", 6, 0640);
    CU_ASSERT_EQUAL(settings_home_read_file(&home, NULL), -1);
    CU_ASSERT_PTR_NOT_NULL(strstr(home.e.text, "judge.conf: saved as UTF-16 (save it as UTF-8)"));
    CU_ASSERT_EQUAL(truncate(home.file, (1 << 20) + 1), 0);
    CU_ASSERT_EQUAL(settings_home_read_file(&home, NULL), -1);
    CU_ASSERT_PTR_NOT_NULL(strstr(home.e.text, "judge.conf: larger than 1048576 bytes"));
    CU_ASSERT_EQUAL(unlink(home.file), 0);
    CU_ASSERT_EQUAL_FATAL(mkfifo(home.file, 0600), 0);
    CU_ASSERT_EQUAL(settings_home_read_file(&home, NULL), -1);
    CU_ASSERT_PTR_NOT_NULL(strstr(home.e.text, "judge.conf: not a file"));
    CU_ASSERT_EQUAL(unlink(home.file), 0);
    CU_ASSERT_EQUAL_FATAL(mkdir(home.file, 0700), 0);
    CU_ASSERT_EQUAL(settings_home_read_file(&home, NULL), -1);
    CU_ASSERT_PTR_NOT_NULL(strstr(home.e.text, "judge.conf: not a file"));
    CU_ASSERT_EQUAL(rmdir(home.file), 0);
    CU_ASSERT_EQUAL_FATAL(symlink("nowhere", home.file), 0);
    CU_ASSERT_EQUAL(settings_home_read_file(&home, NULL), -1);
    CU_ASSERT_PTR_NOT_NULL(strstr(home.e.text, "judge.conf: No such file or directory"));
    CU_ASSERT_EQUAL(settings_home_read_file(&home, "/nowhere/judge.conf"), -1);
    CU_ASSERT_STRING_EQUAL(home.e.text, "open /nowhere/judge.conf: No such file or directory");
    settings_home_fini(&home);
}

static void test_unreadable(void)
{
    struct settings_home home;
    if (geteuid() != 0) {
        unit_skip("needs root, to be somebody who may not read a file");
        return;
    }
    settings_home_init(&home);
    settings_home_put(home.file, "[ui]\n", 5, 0600);
    CU_ASSERT_EQUAL_FATAL(seteuid(65534), 0);
    int result = settings_home_read_file(&home, NULL);
    CU_ASSERT_EQUAL_FATAL(seteuid(0), 0);
    CU_ASSERT_EQUAL(result, -1);
    CU_ASSERT_PTR_NOT_NULL(strstr(home.e.text, "/etc/judge.conf: Permission denied"));
    settings_home_fini(&home);
}

/* What every line may be long for, and what a field is too short for. */
static void test_long(void)
{
    struct settings_home home;
    char text[8192];
    settings_home_init(&home);
    memset(text, 'x', sizeof text);
    memcpy(text, "[database]\nhost = ", 18);
    text[18 + SETTINGS_TEXT - 1] = '\0';
    CU_ASSERT_EQUAL(settings_home_read(&home, text), 0);
    CU_ASSERT_EQUAL(strlen(home.settings.database_host), SETTINGS_TEXT - 1);
    text[18 + SETTINGS_TEXT - 1] = 'x';
    text[sizeof text - 1] = '\0';
    CU_ASSERT_EQUAL(settings_home_read(&home, text), -1);
    CU_ASSERT_PTR_NOT_NULL(strstr(home.e.text, "judge.conf:2: host: longer than 255 bytes"));
    memcpy(text, "[data]\n#x\nsync = ", 17);
    CU_ASSERT_EQUAL(settings_home_read(&home, text), -1);
    CU_ASSERT_PTR_NOT_NULL(strstr(home.e.text, "judge.conf:3: sync: too long for a path"));
    memset(text + 7, '#', 32); /* a comment to the file's end */
    CU_ASSERT_EQUAL(settings_home_read(&home, text), 0);
    settings_home_fini(&home);
}

static void test_home(void)
{
    struct settings_home home;
    char path[PATH_MAX + 64];
    char folder[PATH_MAX];
    settings_home_init(&home);
    (void)str_format(path, sizeof path, "%s///", home.path);
    CU_ASSERT_EQUAL(settings_read(&home.settings, path, NULL, &home.e), 0);
    CU_ASSERT_STRING_EQUAL(home.settings.home, home.path);
    CU_ASSERT_PTR_NOT_NULL_FATAL(getcwd(folder, sizeof folder));
    CU_ASSERT_EQUAL_FATAL(chdir(home.path), 0);
    CU_ASSERT_EQUAL(settings_read(&home.settings, ".", NULL, &home.e), 0);
    CU_ASSERT_EQUAL_FATAL(chdir(folder), 0);
    CU_ASSERT_STRING_EQUAL(home.settings.home, home.path);
    CU_ASSERT_EQUAL(settings_read(&home.settings, "no/such/home", NULL, &home.e), -1);
    CU_ASSERT_STRING_EQUAL(home.e.text, "OJ_HOME no/such/home: No such file or directory");
    memset(path, 'x', PATH_MAX - 1);
    path[0] = '/';
    path[PATH_MAX - 1] = '\0';
    CU_ASSERT_EQUAL(settings_read(&home.settings, path, NULL, &home.e), -1);
    CU_ASSERT_PTR_NOT_NULL(strstr(home.e.text, "OJ_HOME: longer than "));
    CU_ASSERT_EQUAL(settings_read(&home.settings, home.path, path, &home.e), -1);
    settings_home_fini(&home);
}

static const struct unit_test tests[] = {
    {"password_file", test_password_file},
    {"wrong_password_file", test_wrong_password_file},
    {"bad_files", test_bad_files},
    {"unreadable", test_unreadable},
    {"long", test_long},
    {"home", test_home},
};

UNIT_MAIN("settings_files", tests)
