/*
 * test_local_sources.c - which sources `judgectl judge` takes, what is expected of them, and one line for each bad one.
 *
 * Works in a temporary folder, with two languages of its own: c, which is installed, and pascal, which is not.
 */
#include "judge_client/local_sources.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/file.h"
#include "common/str.h"
#include "judge_client/verdict.h"
#include "tests/unit/unit.h"

#include "common/banned.h"

#define BIT(verdict) (1U << VERDICT_##verdict)

static struct languages *languages; /* of the temporary folder; main opens them */

static void write_bytes(const char *path, const char *bytes, size_t size)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    (void)UNIT_CHECK(fd >= 0 && file_write_all(fd, bytes, size) == 0, "write %s: %s", path, strerror(errno));
    file_close(&fd);
}

static void write_file(const char *path, const char *text)
{
    write_bytes(path, text, strlen(text));
}

static void make_folder(const char *path)
{
    (void)UNIT_CHECK(mkdir(path, 0755) == 0, "%s: %s", path, strerror(errno));
}

static bool remove_folder(const char *path)
{
    char folder[256];
    if (str_copy(folder, sizeof folder, path) != 0)
        return false;
    char *const argv[] = {(char[]){"/bin/rm"}, (char[]){"-rf"}, folder, NULL};
    int status = -1;
    pid_t pid = fork();
    if (pid == 0) {
        (void)execv(argv[0], argv); /* the status tells that it failed */
        _exit(127);
    }
    return pid > 0 && waitpid(pid, &status, 0) == pid && status == 0;
}

/* ---- @EXPECTED_RESULTS@ */

static void test_expectation(void)
{
    static const struct {
        const char *text;
        unsigned expected;
    } rows[] = {
        {"", 0},
        {"int main(void) { return 0; }\n", 0},
        {"@EXPECTED_RESULTS@", 0},
        {"/* @EXPECTED_RESULTS@: WRONG-ANSWER */\n", BIT(WA)},
        {"# @EXPECTED_RESULTS@: CORRECT", BIT(AC)},
        {"// @EXPECTED_RESULTS@:TIMELIMIT\nint x;", BIT(TLE)},
        {"// @EXPECTED_RESULTS@: TIMELIMIT, MEMORYLIMIT\r\n", BIT(TLE) | BIT(MLE)},
        {"// @EXPECTED_RESULTS@:\tRUN-ERROR COMPILER-ERROR , OUTPUT-LIMIT\n", BIT(RE) | BIT(CE) | BIT(OLE)},
        {"x = 1\n'''\n@EXPECTED_RESULTS@: presentation_error\n'''\n", BIT(PE)},
        {"@EXPECTED_RESULTS@: wa wa WA\n", BIT(WA)},
        {"@EXPECTED_RESULTS@: AC\n@EXPECTED_RESULTS@: WA\n", BIT(AC)},
        {"@EXPECTED_RESULTS@:\nWA\n", 0},
        {"@EXPECTED_RESULTS@: */", 0},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct err e = {""};
        size_t size = strlen(rows[i].text);
        char *text = malloc(size + 1); /* exactly as large, for the sanitizer: it is not terminated */
        CU_ASSERT_FATAL(text != NULL);
        memcpy(text, rows[i].text, size);
        int expected = local_sources_expectation(text, size, &e);
        (void)UNIT_CHECK(expected == (int)rows[i].expected, "'%s': %d, not %u: %s", rows[i].text, expected,
                         rows[i].expected, e.text);
        free(text);
    }
}

static void test_expectation_wrong(void)
{
    static const char *const texts[] = {
        "@EXPECTED_RESULTS@: WORNG-ANSWER\n",
        "@EXPECTED_RESULTS@: AC, maybe\n",
        "@EXPECTED_RESULTS@: a-very-long-word-that-goes-on-and-on-and-on-and-on-and-on-and-on-and-on-and-on\n",
    };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        struct err e = {""};
        int expected = local_sources_expectation(texts[i], strlen(texts[i]), &e);
        (void)UNIT_CHECK(expected == -1 && strstr(e.text, "is no verdict") != NULL, "'%s': %d: %s", texts[i], expected,
                         e.text);
    }
}

/* ---- what is found */

static void make_solutions(void)
{
    CU_ASSERT_FATAL(remove_folder("p"));
    make_folder("p");
    make_folder("p/solutions");
    make_folder("p/solutions/wrong_answer");
    make_folder("p/solutions/wrong_answer/deeper");
    make_folder("p/solutions/acepted");
    write_file("p/solutions/10.c", "x");
    write_file("p/solutions/2.c", "x");
    write_file("p/solutions/.hidden.c", "x");
    write_file("p/solutions/README", "x");
    write_file("p/solutions/notes.txt", "x");
    write_file("p/solutions/wrong_answer/a.c", "x");
    write_file("p/solutions/wrong_answer/b.c", "/* @EXPECTED_RESULTS@: TLE MLE */");
    write_file("p/solutions/wrong_answer/old.pas", "x");
    write_file("p/solutions/wrong_answer/deeper/c.c", "x");
    write_file("p/solutions/acepted/d.c", "x");
}

static void test_found(void)
{
    static const struct {
        const char *path;
        unsigned expected;
        const char *unknown;
    } rows[] = {
        {"p/solutions/2.c", 0, ""},
        {"p/solutions/10.c", 0, ""},
        {"p/solutions/acepted/d.c", 0, "acepted"},
        {"p/solutions/wrong_answer/a.c", BIT(WA), ""},
        {"p/solutions/wrong_answer/b.c", BIT(TLE) | BIT(MLE), ""},
        {"p/solutions/wrong_answer/old.pas", 0, ""},
    };
    enum { ROWS = sizeof rows / sizeof *rows };
    struct local_sources sources;
    struct err e = {""};
    make_solutions();
    CU_ASSERT_EQUAL_FATAL(local_sources_read(&sources, "p", NULL, 0, NULL, languages, &e), 0);
    CU_ASSERT_EQUAL(sources.count, ROWS);
    for (size_t i = 0; i < sources.count && i < ROWS; i++) {
        const struct local_source *source = &sources.rows[i];
        bool pascal = i == ROWS - 1;
        (void)UNIT_CHECK(strcmp(source->path, rows[i].path) == 0 && source->expected == rows[i].expected &&
                             strcmp(source->unknown, rows[i].unknown) == 0 && source->found,
                         "%s expects %x", source->path, source->expected);
        (void)UNIT_CHECK(pascal == (source->why.text[0] != '\0'), "%s: '%s'", source->path, source->why.text);
        (void)UNIT_CHECK(source->language != NULL && strcmp(source->language->name, pascal ? "pascal" : "c") == 0, "%s",
                         source->path);
    }
    local_sources_fini(&sources);
    /* One language: only what has its suffix. */
    CU_ASSERT_EQUAL_FATAL(local_sources_read(&sources, "p", NULL, 0, "gcc", languages, &e), 0);
    CU_ASSERT_EQUAL(sources.count, ROWS - 1);
    local_sources_fini(&sources);
}

static void test_many(void)
{
    struct local_sources sources;
    struct err e = {""};
    CU_ASSERT_FATAL(remove_folder("p"));
    make_folder("p");
    make_folder("p/solutions");
    for (int i = 0; i < 100; i++) {
        char path[64];
        (void)str_format(path, sizeof path, "p/solutions/%d.c", i);
        write_file(path, "x");
    }
    CU_ASSERT_EQUAL_FATAL(local_sources_read(&sources, "p", NULL, 0, NULL, languages, &e), 0);
    CU_ASSERT_EQUAL_FATAL(sources.count, 100);
    CU_ASSERT_STRING_EQUAL(sources.rows[99].path, "p/solutions/99.c");
    CU_ASSERT_STRING_EQUAL(sources.rows[17].path, "p/solutions/17.c");
    CU_ASSERT(sources.rows[17].size == 1 && sources.rows[17].bytes[0] == 'x');
    local_sources_fini(&sources);
}

/* ---- what is named */

static void test_named(void)
{
    char *const names[] = {(char[]){"p/solutions/wrong_answer/a.c"}, (char[]){"p/solutions/10.c"},
                           (char[]){"p/solutions/notes.txt"}};
    struct local_sources sources;
    struct err e = {""};
    make_solutions();
    CU_ASSERT_EQUAL_FATAL(local_sources_read(&sources, "p", names, 3, "c", languages, &e), 0);
    CU_ASSERT_EQUAL_FATAL(sources.count, 3);
    for (size_t i = 0; i < 3; i++) {
        (void)UNIT_CHECK(strcmp(sources.rows[i].path, names[i]) == 0 && !sources.rows[i].found &&
                             sources.rows[i].expected == (i == 0 ? BIT(WA) : 0) && sources.rows[i].why.text[0] == '\0',
                         "%s: '%s'", sources.rows[i].path, sources.rows[i].why.text);
    }
    local_sources_fini(&sources);
}

/* Each bad source is a row with its line; the others go on. */
static void test_bad_sources(void)
{
    static const struct {
        const char *name, *why;
    } rows[] = {
        {"nowhere.c", "nowhere.c: No such file or directory"},
        {"folder.c", "folder.c: a folder, not a source"},
        {"fifo.c", "fifo.c: not a file"},
        {"empty.c", "empty.c: empty: 0 bytes are no program"},
        {"large.c", "large.c: 10485760 bytes: a source may have at most 1048576"},
        {"nul.c", "nul.c: holds a NUL byte: it is no text (save it as UTF-8)"},
        {"a.xyz", "a.xyz: no language has the suffix '.xyz': name one with -l LANG"},
        {"noend", "noend: no language has the suffix '': name one with -l LANG"},
        {"a.pas", "a.pas: pascal is not installed here (no /nonexistent/fpc): apt-get install fp-compiler"},
        {"mark.c",
         "mark.c: @EXPECTED_RESULTS@: RIGHT is no verdict (CORRECT, WRONG-ANSWER, TIMELIMIT, RUN-ERROR, ...)"},
        {"good.c", ""},
    };
    enum { ROWS = sizeof rows / sizeof *rows };
    char names[ROWS][32];
    char *list[ROWS];
    struct local_sources sources;
    struct err e = {""};
    make_folder("folder.c");
    (void)UNIT_CHECK(mkfifo("fifo.c", 0644) == 0, "fifo.c: %s", strerror(errno));
    write_file("empty.c", "");
    write_file("large.c", "");
    (void)UNIT_CHECK(truncate("large.c", 10 << 20) == 0, "large.c: %s", strerror(errno));
    write_bytes("nul.c", "int\0main", 8);
    write_file("a.xyz", "x");
    write_file("noend", "x");
    write_file("a.pas", "x");
    write_file("mark.c", "// @EXPECTED_RESULTS@: RIGHT");
    write_file("good.c", "x");
    for (size_t i = 0; i < ROWS; i++) {
        (void)str_copy(names[i], sizeof names[i], rows[i].name);
        list[i] = names[i];
    }
    CU_ASSERT_EQUAL_FATAL(local_sources_read(&sources, "p", list, ROWS, NULL, languages, &e), 0);
    CU_ASSERT_EQUAL_FATAL(sources.count, ROWS);
    for (size_t i = 0; i < ROWS; i++)
        (void)UNIT_CHECK(strcmp(sources.rows[i].why.text, rows[i].why) == 0, "%s: '%s'", rows[i].name,
                         sources.rows[i].why.text);
    local_sources_fini(&sources);
}

static void check_refused(const char *folder, const char *language, const char *message)
{
    struct local_sources sources;
    struct err e = {""};
    int result = local_sources_read(&sources, folder, NULL, 0, language, languages, &e);
    (void)UNIT_CHECK(result == -1 && strcmp(e.text, message) == 0, "%d: %s", result, e.text);
    local_sources_fini(&sources);
}

static void test_refused(void)
{
    char deep[PATH_MAX];
    make_solutions();
    check_refused("p", "pasca", "unknown language 'pasca' (did you mean pascal?)");
    check_refused("p", "quux-and-more", "unknown language 'quux-and-more'");
    check_refused("p", "pascal", "pascal is not installed here (no /nonexistent/fpc): apt-get install fp-compiler");
    check_refused("p/solutions", NULL, "p/solutions has no solutions/: name the sources, or put them there");
    CU_ASSERT_FATAL(remove_folder("p/solutions"));
    make_folder("p/solutions");
    write_file("p/solutions/README", "x");
    check_refused("p", NULL, "p/solutions has no source of a known language");
    check_refused("p", "c", "p/solutions has no source of c");
    CU_ASSERT_FATAL(remove_folder("p/solutions"));
    write_file("p/solutions", "x");
    check_refused("p", NULL, "p/solutions: Not a directory");
    memset(deep, 'x', sizeof deep - 1);
    deep[sizeof deep - 1] = '\0';
    struct local_sources sources;
    struct err e = {""};
    char *const names[] = {deep};
    CU_ASSERT_EQUAL(local_sources_read(&sources, deep, NULL, 0, NULL, languages, &e), -1);
    CU_ASSERT(strstr(e.text, "too long") != NULL);
    local_sources_fini(&sources);
    CU_ASSERT_EQUAL(local_sources_read(&sources, "p", names, 1, NULL, languages, &e), 0);
    CU_ASSERT(sources.count == 1 && sources.rows[0].why.text[0] != '\0');
    local_sources_fini(&sources);
}

static const struct unit_test tests[] = {
    {"expectation", test_expectation},
    {"expectation_wrong", test_expectation_wrong},
    {"found", test_found},
    {"many", test_many},
    {"named", test_named},
    {"bad_sources", test_bad_sources},
    {"refused", test_refused},
};

static const char *const ini[] = {
    "[language]\nid = 0\nname = c\ntitle = C\naliases = gcc\nsuffixes = c\nsource = Main.c\nbinary = Main\n"
    "package = gcc\n[compile]\nargv = /bin/true\n[run]\nargv = {binary}\n",
    "[language]\nid = 2\nname = pascal\ntitle = Pascal\nsuffixes = pas\nsource = Main.pas\nbinary = Main\n"
    "package = fp-compiler\n[compile]\nargv = /nonexistent/fpc\n[run]\nargv = {binary}\n",
};

int main(int argc, char **argv)
{
    static const char *const folders[] = {"languages", NULL}, *const files[] = {"languages/c.ini", "languages/pas.ini"};
    char home[] = "/tmp/test_local_sources.XXXXXX";
    struct err e = {""};
    if (mkdtemp(home) == NULL || chdir(home) != 0 || mkdir("languages", 0755) != 0) {
        printf("not ok local_sources - %s: %s\n", home, strerror(errno));
        return 1;
    }
    for (size_t i = 0; i < sizeof ini / sizeof *ini; i++) {
        int fd = open(files[i], O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
        if (fd < 0 || file_write_all(fd, ini[i], strlen(ini[i])) != 0)
            printf("not ok local_sources - %s: %s\n", files[i], strerror(errno));
        file_close(&fd);
    }
    languages = languages_open(folders, &e);
    int code = 1;
    if (languages == NULL)
        printf("not ok local_sources - %s\n", e.text);
    else
        code = unit_main("local_sources", tests, sizeof tests / sizeof *tests, argc, argv);
    languages_close(languages);
    if (chdir("/") == 0 && remove_folder(home))
        return code;
    printf("not ok local_sources - cannot remove %s\n", home);
    return 1;
}
