/*
 * test_language.c - the languages that come with the judge, what finds one, and what is wrong with bad files.
 */
#include "judge_client/language.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/file.h"
#include "common/str.h"
#include "judge_client/verdict.h"
#include "tests/unit/unit.h"

#include "common/banned.h"

static const char *const shipped[] = {"etc/languages.d", NULL};

/* ---- a folder of files */

struct folder {
    char path[64];
    const char *list[2];
};

static void folder_init(struct folder *folder)
{
    CU_ASSERT_EQUAL_FATAL(str_copy(folder->path, sizeof folder->path, "/tmp/test_language.XXXXXX"), 0);
    CU_ASSERT_PTR_NOT_NULL_FATAL(mkdtemp(folder->path));
    folder->list[0] = folder->path;
    folder->list[1] = NULL;
}

static void folder_name(const struct folder *folder, const char *name, char path[128])
{
    CU_ASSERT_EQUAL_FATAL(str_format(path, 128, "%s/%s", folder->path, name), 0);
}

static void folder_write(const struct folder *folder, const char *name, const char *text)
{
    char path[128];
    folder_name(folder, name, path);
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    CU_ASSERT_FATAL(fd >= 0);
    CU_ASSERT_EQUAL(file_write_all(fd, text, strlen(text)), 0);
    CU_ASSERT_EQUAL(close(fd), 0);
}

static void folder_remove(const struct folder *folder, const char *name)
{
    char path[128];
    folder_name(folder, name, path);
    CU_ASSERT_EQUAL(unlink(path), 0);
}

static void folder_fini(const struct folder *folder)
{
    CU_ASSERT_EQUAL(rmdir(folder->path), 0); /* each test removes what it wrote */
}

/* ---- those that come with the judge */

static void test_shipped(void)
{
    static const struct {
        int id;
        const char *name, *suffix;
        bool bonus; /* HUSTOJ gives it time and memory */
    } rows[] = {
        {0, "c", "c", false},      {1, "cpp", "cc", false},        {2, "pascal", "pas", false},
        {3, "java", "java", true}, {4, "ruby", "rb", true},        {5, "bash", "sh", true},
        {6, "python", "py", true}, {7, "php", "php", true},        {8, "perl", "pl", true},
        {9, "csharp", "cs", true}, {13, "clang", "c", false},      {14, "clangpp", "cc", false},
        {15, "lua", "lua", true},  {16, "javascript", "js", true}, {17, "go", "go", false},
        {18, "sql", "sql", true},  {19, "fortran", "f95", true},   {100, "rust", "rs", false},
    };
    enum { ROWS = sizeof rows / sizeof *rows };
    struct err e = {""};
    struct languages *languages = languages_open(shipped, &e);
    if (!UNIT_CHECK(languages != NULL, "%s", e.text))
        return;
    for (size_t i = 0; i < ROWS; i++) {
        const struct language *language = languages_at(languages, i);
        if (!UNIT_CHECK(language != NULL && language->id == rows[i].id, "%s: %d", rows[i].name, rows[i].id))
            break;
        UNIT_CHECK(strcmp(language->name, rows[i].name) == 0, "%d is %s", rows[i].id, language->name);
        UNIT_CHECK(strcmp(language->suffixes[0], rows[i].suffix) == 0, "%s: .%s", rows[i].name, language->suffixes[0]);
        UNIT_CHECK((language->time_bonus_ms == 2000) == rows[i].bonus, "%s: time", rows[i].name);
        UNIT_CHECK((language->memory_bonus_mib >= 64) == rows[i].bonus, "%s: memory", rows[i].name);
        UNIT_CHECK(language->package[0] != '\0' && language->version != NULL, "%s: package, version", rows[i].name);
        UNIT_CHECK(language->compile.argv != NULL, "%s: nothing finds an error of syntax", rows[i].name);
        UNIT_CHECK(language->installed || language->missing[0] != '\0', "%s: what is missing?", rows[i].name);
        CU_ASSERT_EQUAL(language->good_exit, 0);
        const char *policies[] = {language->compile.policy, language->run.policy};
        for (size_t k = 0; k < 2; k++) {
            char path[128];
            CU_ASSERT_EQUAL(str_format(path, sizeof path, "syscall_tables/policy/%s.policy", policies[k]), 0);
            UNIT_CHECK(access(path, R_OK) == 0, "%s: no %s", rows[i].name, path);
        }
    }
    CU_ASSERT_PTR_NULL(languages_at(languages, ROWS));
    languages_close(languages);
}

static void test_finding(void)
{
    static const struct {
        const char *word, *name;
    } names[] = {
        {"c", "c"},
        {"C++", "cpp"},
        {"g++", "cpp"},
        {"Pas", "pascal"},
        {"PYTHON3", "python"},
        {"py", "python"},
        {"js", "javascript"},
        {"node", "javascript"},
        {"c#", "csharp"},
        {"golang", "go"},
        {"sh", "bash"},
        {"pl", "perl"},
        {"rb", "ruby"},
        {"clang++", "clangpp"},
        {"rs", "rust"},
        {"sqlite", "sql"},
        {"f95", "fortran"},
        {"", NULL},
        {"c+", NULL},
        {"0", NULL},
    };
    static const struct {
        const char *file, *name;
    } files[] = {
        {"a.c", "c"},          {"solutions/wa/a.b.cpp", "cpp"},
        {"a.cc", "cpp"},       {"a.C", "cpp"},
        {"Main.java", "java"}, {"a.py", "python"},
        {"a.f90", "fortran"},  {"a.js", "javascript"},
        {"a", NULL},           {"a.", NULL},
        {"a.txt", NULL},       {".c/a", NULL},
        {"a.c~", NULL},        {"a.PY", NULL},
    };
    struct err e = {""};
    struct languages *languages = languages_open(shipped, &e);
    if (!UNIT_CHECK(languages != NULL, "%s", e.text))
        return;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        const struct language *found = languages_by_name(languages, names[i].word);
        const char *name = found == NULL ? NULL : found->name;
        UNIT_CHECK(name == NULL ? names[i].name == NULL : names[i].name != NULL && strcmp(name, names[i].name) == 0,
                   "%s is %s", names[i].word, name == NULL ? "nothing" : name);
    }
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        const struct language *found = languages_by_file(languages, files[i].file);
        const char *name = found == NULL ? NULL : found->name;
        UNIT_CHECK(name == NULL ? files[i].name == NULL : files[i].name != NULL && strcmp(name, files[i].name) == 0,
                   "%s is %s", files[i].file, name == NULL ? "nothing" : name);
    }
    CU_ASSERT_STRING_EQUAL(languages_by_id(languages, 100)->name, "rust");
    CU_ASSERT_PTR_NULL(languages_by_id(languages, 10));
    CU_ASSERT_PTR_NULL(languages_by_id(languages, -1));
    CU_ASSERT_STRING_EQUAL(languages_nearest(languages, "pyton"), "python");
    languages_close(languages);
}

/* ---- files */

static const char whole[] = "[language]\n"
                            "id = 50\n"
                            "name = toy\n"
                            "title = \"A toy; really\"\n"
                            "aliases = tin \"toy#\"\n"
                            "suffixes = toy ty\n"
                            "source = Main.toy\n"
                            "binary = Main\n"
                            "keep = *.o\n"
                            "package = \"toy toy-dev\"\n"
                            "version = /bin/true --version\n"
                            "time_factor = 1.5\n"
                            "time_bonus_ms = 7\n"
                            "memory_bonus_mib = 8\n"
                            "good_exit = 9\n"
                            "mounts = /etc/pass*d /dev/null\n"
                            "watch = /usr/bin/toy*\n"
                            "environment = A=1 \"B=x y\"\n"
                            "stderr_is_error = yes\n"
                            "[compile]\n"
                            "argv = /bin/sh -c \"x; y # {source}\" -o{binary}\n"
                            "object = /bin/true -c\n"
                            "policy = p\n"
                            "cpu_ms = 11\n"
                            "wall_ms = 12\n"
                            "memory_mib = 13\n"
                            "output_mib = 14\n"
                            "stack_mib = 15\n"
                            "processes = 16\n"
                            "open_files = 17\n"
                            "environment = C=2\n"
                            "mounts = /nowhere /dev/zero\n"
                            "proc = yes\n"
                            "[run]\n"
                            "argv = {binary} {mem_mib}\n"
                            "policy = q\n"
                            "processes = 18\n"
                            "open_files = 19\n"
                            "environment = D=3 E=\n"
                            "stack_mib = 20\n"
                            "[patterns.b]\n"
                            "text = too much\n"
                            "verdict = MLE\n"
                            "[patterns.a]\n"
                            "text = too long\n"
                            "verdict = time_limit_exceeded\n";

static void check_whole(const struct language *toy)
{
    CU_ASSERT_EQUAL(toy->id, 50);
    CU_ASSERT_STRING_EQUAL(toy->title, "A toy; really");
    CU_ASSERT_STRING_EQUAL(toy->aliases[1], "toy#");
    CU_ASSERT_PTR_NULL(toy->aliases[2]);
    CU_ASSERT_STRING_EQUAL(toy->suffixes[1], "ty");
    CU_ASSERT_STRING_EQUAL(toy->keep, "*.o");
    CU_ASSERT_STRING_EQUAL(toy->package, "toy toy-dev");
    CU_ASSERT_STRING_EQUAL(toy->version[1], "--version");
    CU_ASSERT(toy->time_factor > 1.49 && toy->time_factor < 1.51);
    CU_ASSERT(toy->time_bonus_ms == 7 && toy->memory_bonus_mib == 8 && toy->good_exit == 9);
    CU_ASSERT_STRING_EQUAL(toy->mounts[0], "/etc/passwd");
    CU_ASSERT_STRING_EQUAL(toy->mounts[1], "/dev/null");
    CU_ASSERT_PTR_NULL(toy->mounts[2]);
    CU_ASSERT_STRING_EQUAL(toy->watch[0], "/usr/bin/toy*");
    CU_ASSERT_STRING_EQUAL(toy->env[1], "B=x y");
    const struct language_step *compile = &toy->compile;
    CU_ASSERT_STRING_EQUAL(compile->argv[2], "x; y # {source}");
    CU_ASSERT_STRING_EQUAL(toy->object[1], "-c");
    CU_ASSERT_STRING_EQUAL(compile->policy, "p");
    CU_ASSERT(compile->cpu_ms == 11 && compile->wall_ms == 12 && compile->mem_mib == 13 && compile->out_mib == 14);
    CU_ASSERT(compile->stack_mib == 15 && compile->processes == 16 && compile->open_files == 17 && compile->proc);
    CU_ASSERT_STRING_EQUAL(compile->env[0], "C=2");
    CU_ASSERT_STRING_EQUAL(compile->mounts[1], "/dev/zero");
    CU_ASSERT_STRING_EQUAL(toy->run.policy, "q");
    CU_ASSERT_STRING_EQUAL(toy->run.env[1], "E=");
    CU_ASSERT_EQUAL(toy->run.stack_mib, 20);
    CU_ASSERT(toy->run.processes == 18 && toy->run.open_files == 19 && !toy->run.proc && toy->run.stderr_is_error);
    CU_ASSERT_EQUAL_FATAL(toy->pattern_count, 2);
    CU_ASSERT_STRING_EQUAL(toy->patterns[0].text, "too much");
    CU_ASSERT_EQUAL(toy->patterns[0].verdict, VERDICT_MLE);
    CU_ASSERT_EQUAL(toy->patterns[1].verdict, VERDICT_TLE);
    CU_ASSERT(toy->installed);
}

static void test_every_key(void)
{
    struct folder folder;
    struct err e = {""};
    folder_init(&folder);
    folder_write(&folder, "toy.ini", whole);
    folder_write(&folder, ".hidden.ini", "[nonsense");
    folder_write(&folder, "toy.ini.bak", "[nonsense");
    struct languages *languages = languages_open(folder.list, &e);
    if (UNIT_CHECK(languages != NULL, "%s", e.text)) {
        check_whole(languages_at(languages, 0));
        CU_ASSERT_PTR_NULL(languages_at(languages, 1));
        languages_close(languages);
    }
    folder_remove(&folder, "toy.ini");
    folder_remove(&folder, ".hidden.ini");
    folder_remove(&folder, "toy.ini.bak");
    folder_fini(&folder);
}

/* HEAD has what each file needs; row.more is a further line of [language]. */
#define HEAD "[language]\nid = 1\nname = a\nsuffixes = a\nsource = a.a\n"
#define RUN "[run]\nargv = {source}\n"

static void test_not_installed(void)
{
    static const struct {
        const char *text, *missing;
    } rows[] = {
        {HEAD RUN, NULL},
        {HEAD "version = /nowhere/a -v\n" RUN, "/nowhere/a"},
        {HEAD "mounts = /etc/nowhere*\n" RUN, "/etc/nowhere*"},
        {HEAD "mounts = /etc/passwd /nowhere\n" RUN, "/nowhere"},
        {HEAD "[compile]\nargv = /nowhere/b {source}\n" RUN, "/nowhere/b"},
        {HEAD "[run]\nargv = /nowhere/c {source}\n", "/nowhere/c"},
        {HEAD "[run]\nargv = /etc/passwd {source}\n", "/etc/passwd"}, /* no program */
    };
    struct folder folder;
    folder_init(&folder);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct err e = {""};
        folder_write(&folder, "a.ini", rows[i].text);
        struct languages *languages = languages_open(folder.list, &e);
        if (!UNIT_CHECK(languages != NULL, "row %zu: %s", i, e.text))
            continue;
        const struct language *a = languages_at(languages, 0);
        UNIT_CHECK(a->installed == (rows[i].missing == NULL), "row %zu", i);
        UNIT_CHECK(a->installed || strcmp(a->missing, rows[i].missing) == 0, "row %zu: %s", i, a->missing);
        CU_ASSERT(a->compile.processes == 64 && a->run.processes == 1);
        CU_ASSERT_STRING_EQUAL(a->title, "a");
        languages_close(languages);
    }
    folder_remove(&folder, "a.ini");
    folder_fini(&folder);
}

static void test_bad_files(void)
{
    static const char s17[] = HEAD "aliases = 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17\n" RUN;
    static const struct {
        const char *text, *message; /* the end of it */
    } rows[] = {
        {"", "a.ini: [language] needs an id and a name of letters, digits, '+', '-', '_' or '#'"},
        {"[language]\nid = 1\nname = a b\n", "needs an id and a name of letters, digits, '+', '-', '_' or '#'"},
        {"[language]\nname = a\n", "needs an id and a name of letters, digits, '+', '-', '_' or '#'"},
        {"[language]\nid = -1\n", "a.ini:2: id = -1: must be a whole number from 0 to 10000"},
        {"[language]\nid = 1\nname = a\nsource = a\n", "needs suffixes and source, a file's plain name"},
        {"[language]\nid = 1\nname = a\nsuffixes = a\n", "needs suffixes and source, a file's plain name"},
        {"[language]\nid = 1\nname = a\nsuffixes = a\nsource = b/a\n",
         "needs suffixes and source, a file's plain name"},
        {"[language]\nid = 1\nname = a\nsuffixes = a\nsource = ..\n", "needs suffixes and source, a file's plain name"},
        {HEAD "binary = ../a\n" RUN, "a.ini:6: binary: not a file's plain name"},
        {HEAD, "a.ini: [run] needs argv"},
        {HEAD "[run]\nargv =\n", "a.ini: [run] needs argv"},
        {HEAD "[run]\nargv = python {source}\n", "the command 'python' must begin with its program's absolute path"},
        {HEAD "mounts = etc\n" RUN, "a.ini:6: mounts: absolute paths, or patterns of them, at most 16 in all"},
        {HEAD "[compile]\nmounts = /etc etc\n" RUN,
         "a.ini:7: mounts: absolute paths, with the language's own at most 16"},
        {s17, "a.ini:6: aliases has more than 16 words"},
        {HEAD RUN "cpu_ms = 5\n", "a.ini:8: unknown key 'cpu_ms' in [run]"},
        {HEAD "sufixes = b\n" RUN, "a.ini:6: unknown key 'sufixes' in [language] (did you mean suffixes?)"},
        {HEAD "argv = x\n" RUN, "unknown key 'argv' in [language]"},
        {HEAD "[compile]\nargv = /bin/sh \"x\n" RUN, "a.ini:7: argv: a double quote that is not closed"},
        {HEAD RUN "[patterns.a]\ntext = x\n", "a.ini: [patterns.a] needs text and a verdict: MLE, TLE, OLE or RE"},
        {HEAD RUN "[patterns.a]\ntext = x\nverdict = AC\n", "needs text and a verdict: MLE, TLE, OLE or RE"},
        {HEAD RUN "[patterns.a]\nverdict = MLE\n", "needs text and a verdict: MLE, TLE, OLE or RE"},
    };
    struct folder folder;
    folder_init(&folder);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct err e = {""};
        folder_write(&folder, "a.ini", rows[i].text);
        struct languages *languages = languages_open(folder.list, &e);
        UNIT_CHECK(languages == NULL, "accepted: %s", rows[i].text);
        const char *at = strstr(e.text, rows[i].message);
        UNIT_CHECK(at != NULL, "row %zu: %s", i, e.text);
        languages_close(languages);
    }
    folder_remove(&folder, "a.ini");
    folder_fini(&folder);
}

static void test_clashes(void)
{
    static const struct {
        const char *b, *message;
    } rows[] = {
        {"id = 1\nname = b\n", "id 1 is "},          {"id = 2\nname = A\n", " is "},
        {"id = 2\nname = alias\n", " is "},          {"id = 2\nname = b\naliases = Alias\n", " is "},
        {"id = 2\nname = b\naliases = a\n", " is "},
    };
    struct folder folder;
    folder_init(&folder);
    folder_write(&folder, "a.ini", HEAD "aliases = alias\n" RUN);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct err e = {""};
        char text[256];
        CU_ASSERT_EQUAL(str_format(text, sizeof text, "[language]\n%ssuffixes = a\nsource = a\n" RUN, rows[i].b), 0);
        folder_write(&folder, "b.ini", text);
        struct languages *languages = languages_open(folder.list, &e);
        UNIT_CHECK(languages == NULL, "accepted: %s", rows[i].b);
        UNIT_CHECK(strstr(e.text, rows[i].message) != NULL && strstr(e.text, "'s already") != NULL, "%s", e.text);
        languages_close(languages);
    }
    folder_remove(&folder, "a.ini");
    folder_remove(&folder, "b.ini");
    folder_fini(&folder);
}

/* A file in an earlier folder takes the place of that of a later one; a folder that is not there is fine. */
static void test_folders(void)
{
    struct folder site, ours;
    struct err e = {""};
    folder_init(&site);
    folder_init(&ours);
    const char *both[] = {"/nowhere/languages.d", site.path, ours.path, NULL};
    const char *none[] = {"/nowhere/languages.d", NULL};
    folder_write(&site, "a.ini", HEAD "title = theirs\n" RUN);
    folder_write(&ours, "a.ini", HEAD "title = ours\n" RUN);
    folder_write(&ours, "b.ini", "[language]\nid = 0\nname = b\nsuffixes = a\nsource = b\n" RUN);
    struct languages *languages = languages_open(both, &e);
    if (UNIT_CHECK(languages != NULL, "%s", e.text)) {
        CU_ASSERT_STRING_EQUAL(languages_at(languages, 0)->name, "b");
        CU_ASSERT_STRING_EQUAL(languages_at(languages, 1)->title, "theirs");
        CU_ASSERT_PTR_NULL(languages_at(languages, 2));
        CU_ASSERT_STRING_EQUAL(languages_by_file(languages, "x.a")->name, "b"); /* the lowest id */
        languages_close(languages);
    }
    CU_ASSERT_PTR_NULL(languages_open(none, &e));
    CU_ASSERT_STRING_EQUAL(e.text, "no languages: there is no *.ini in /nowhere/languages.d");
    folder_remove(&site, "a.ini");
    folder_remove(&ours, "a.ini");
    folder_remove(&ours, "b.ini");
    folder_fini(&site);
    folder_fini(&ours);
}

static void test_command(void)
{
    char a[] = "/bin/x", b[] = "-o{binary}.{source}{source}", c[] = "{mem_mib}m", d[] = "{other} { source }{",
         empty[] = "";
    char *argv[] = {a, b, c, d, empty, NULL};
    static const char *const expected[] = {"/bin/x", "-o/p/M.M.cM.c", "64m", "{other} { source }{", ""};
    char **command = language_command(argv, &(struct language_words){"M.c", "/p/M", NULL, 64});
    CU_ASSERT_PTR_NOT_NULL_FATAL(command);
    for (size_t i = 0; i < sizeof expected / sizeof *expected; i++)
        UNIT_CHECK(strcmp(command[i], expected[i]) == 0, "%zu: %s", i, command[i]);
    CU_ASSERT_PTR_NULL(command[sizeof expected / sizeof *expected]);
    free(command);
}

static void check_words(const struct language_words *words, const char *first, const char *expected)
{
    char a[] = "{sources}", b[] = "x{sources}", c[] = "-{main}-";
    char one[32], line[256] = "";
    (void)snprintf(one, sizeof one, "%s", first);
    char *argv[] = {one, a, b, c, a, NULL};
    char **command = language_command(argv, words);
    CU_ASSERT_PTR_NOT_NULL_FATAL(command);
    for (size_t i = 0; command[i] != NULL; i++)
        (void)snprintf(line + strlen(line), sizeof line - strlen(line), "%s|", command[i]);
    UNIT_CHECK(strcmp(line, expected) == 0, "%s", line);
    free(command);
}

static void test_command_of_several_sources(void)
{
    const char *const two[] = {"M.c", "{main}.o", NULL}, *const none[] = {NULL};
    check_words(&(struct language_words){"/p/g.tar.c", "", NULL, 1}, "{main}",
                "g.tar|/p/g.tar.c|x{sources}|-g.tar-|/p/g.tar.c|");
    check_words(&(struct language_words){"M.c", "", two, 1}, "cc", "cc|M.c|{main}.o|x{sources}|-M-|M.c|{main}.o|");
    check_words(&(struct language_words){"M", "", none, 1}, "cc", "cc|x{sources}|-M-|");
}

static const struct unit_test tests[] = {
    {"shipped", test_shipped},
    {"finding", test_finding},
    {"every_key", test_every_key},
    {"not_installed", test_not_installed},
    {"bad_files", test_bad_files},
    {"clashes", test_clashes},
    {"folders", test_folders},
    {"command", test_command},
    {"command_of_several_sources", test_command_of_several_sources},
};
UNIT_MAIN("language", tests)
