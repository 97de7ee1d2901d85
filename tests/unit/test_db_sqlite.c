/*
 * test_db_sqlite.c - a file of SQLite: made, shared, killed in the middle, full, read-only, damaged, replaced.
 *
 * Each test works in a temporary folder of its own, which it removes.
 */
#include "common/db_sqlite.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/file.h"
#include "common/str.h"
#include "tests/unit/unit.h"

#include "common/banned.h"

struct place {
    char folder[64], file[96];
};

static void place_open(struct place *place)
{
    (void)str_copy(place->folder, sizeof place->folder, "/tmp/judge-test-db.XXXXXX"); /* it fits */
    UNIT_CHECK(mkdtemp(place->folder) != NULL, "mkdtemp: %s", strerror(errno));
    (void)str_format(place->file, sizeof place->file, "%s/test.db", place->folder); /* it fits */
}

static void place_close(const struct place *place)
{
    struct err e = {""};
    int dir = open(place->folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    UNIT_CHECK(dir >= 0 && file_empty_folder(dir, &e) == 0 && rmdir(place->folder) == 0, "%s: %s", place->folder,
               e.text);
    file_close(&dir);
}

static struct db *open_db(const struct place *place)
{
    const struct db_options options = {.busy_ms = 2000};
    struct err e = {""};
    struct db *db = db_open(place->file, &options, &e);
    UNIT_CHECK(db != NULL && e.text[0] == '\0', "%s", e.text);
    return db;
}

static void script(struct db *db, const char *sql)
{
    struct err e = {""};
    UNIT_CHECK(db_script(db, sql, &e) == 0, "%s", e.text);
}

/* The first column of the first row, -1 where there is none. */
static int64_t number(struct db *db, const char *sql)
{
    struct err e = {""};
    struct db_statement *statement = db_prepare(db, sql, &e);
    int64_t value = -1;
    if (UNIT_CHECK(statement != NULL, "%s", e.text)) {
        int found = db_step(statement, &e);
        UNIT_CHECK(found >= 0, "%s", e.text);
        if (found == 1)
            value = db_int(statement, 0);
        db_end(statement);
    }
    return value;
}

static void test_values(void)
{
    struct place place;
    struct err e = {""};
    size_t size = 0;
    place_open(&place);
    struct db *db = open_db(&place);
    script(db, "CREATE TABLE t(id INTEGER PRIMARY KEY, i INTEGER, x TEXT, b BLOB, n TEXT)");
    struct db_statement *insert = db_prepare(db, "INSERT INTO t(i, x, b, n) VALUES(?, ?, ?, ?)", &e);
    CU_ASSERT_PTR_NOT_NULL_FATAL(insert);
    db_bind_int(insert, 1, INT64_MIN);
    db_bind_text(insert, 2, "caf\xc3\xa9");
    db_bind_blob(insert, 3, "a\0b", 3);
    db_bind_null(insert, 4);
    CU_ASSERT_EQUAL(db_run(insert, &e), 1);
    CU_ASSERT_EQUAL(db_last_id(db), 1);
    /* Ended by its last step: what was bound is gone. */
    CU_ASSERT_PTR_EQUAL(db_prepare(db, "INSERT INTO t(i, x, b, n) VALUES(?, ?, ?, ?)", &e), insert);
    CU_ASSERT_EQUAL(db_run(insert, &e), 1);
    struct db_statement *select = db_prepare(db, "SELECT i, x, b, n FROM t ORDER BY id", &e);
    CU_ASSERT_PTR_NOT_NULL_FATAL(select);
    CU_ASSERT_EQUAL_FATAL(db_step(select, &e), 1);
    CU_ASSERT_EQUAL(db_int(select, 0), INT64_MIN);
    CU_ASSERT_STRING_EQUAL(db_text(select, 1), "caf\xc3\xa9");
    CU_ASSERT_EQUAL(memcmp(db_blob(select, 2, &size), "a\0b", 3), 0);
    CU_ASSERT_EQUAL(size, 3);
    CU_ASSERT_TRUE(db_is_null(select, 3));
    CU_ASSERT_STRING_EQUAL(db_text(select, 3), "");
    CU_ASSERT_EQUAL_FATAL(db_step(select, &e), 1);
    CU_ASSERT_TRUE(db_is_null(select, 0));
    CU_ASSERT_EQUAL(db_int(select, 0), 0);
    (void)db_blob(select, 2, &size); /* its size is asked for */
    CU_ASSERT_EQUAL(size, 0);
    CU_ASSERT_EQUAL(db_step(select, &e), 0);
    CU_ASSERT_STRING_EQUAL(e.text, "");
    db_bind_int(insert, 9, 1); /* there is no ninth */
    CU_ASSERT_EQUAL(db_run(insert, &e), -1);
    CU_ASSERT_PTR_NOT_NULL(strstr(e.text, place.file));
    CU_ASSERT_PTR_NULL(db_prepare(db, "SELECT absent FROM t", &e));
    UNIT_CHECK(strstr(e.text, "no such column") != NULL, "%s", e.text);
    db_close(db);
    place_close(&place);
}

static void test_transactions(void)
{
    struct place place;
    struct err e = {""};
    place_open(&place);
    struct db *db = open_db(&place), *other = open_db(&place);
    script(db, "CREATE TABLE t(a UNIQUE); CREATE TABLE log(a);"
               "CREATE TRIGGER counted AFTER INSERT ON t BEGIN INSERT INTO log VALUES(new.a); END");
    CU_ASSERT_EQUAL(db_begin(db, &e), 0);
    struct db_statement *insert = db_prepare(db, "INSERT INTO t VALUES(7)", &e);
    CU_ASSERT_PTR_NOT_NULL_FATAL(insert);
    CU_ASSERT_EQUAL(db_run(insert, &e), 1); /* and not what the trigger did */
    CU_ASSERT_EQUAL(number(other, "SELECT count(*) FROM t"), 0);
    CU_ASSERT_EQUAL(db_commit(db, &e), 0);
    CU_ASSERT_EQUAL(number(other, "SELECT count(*) FROM t"), 1);
    CU_ASSERT_EQUAL(db_begin(db, &e), 0);
    script(db, "DELETE FROM t");
    db_rollback(db);
    db_rollback(db);
    CU_ASSERT_EQUAL(number(other, "SELECT count(*) FROM t"), 1);
    CU_ASSERT_STRING_EQUAL(e.text, "");
    CU_ASSERT_EQUAL(db_run(insert, &e), -1); /* not unique */
    CU_ASSERT_PTR_NOT_NULL(strstr(e.text, "UNIQUE"));
    db_close(other);
    db_close(db);
    db_close(NULL);
    place_close(&place);
}

static void test_locked(void)
{
    struct place place;
    struct err e = {""};
    const struct db_options options = {.busy_ms = 50};
    place_open(&place);
    struct db *db = open_db(&place), *other = db_open(place.file, &options, &e);
    CU_ASSERT_PTR_NOT_NULL_FATAL(other);
    CU_ASSERT_EQUAL(db_begin(db, &e), 0);
    CU_ASSERT_EQUAL(db_begin(other, &e), -1);
    CU_ASSERT_PTR_NOT_NULL(strstr(e.text, "kept it locked"));
    CU_ASSERT_EQUAL(db_commit(db, &e), 0);
    CU_ASSERT_EQUAL(db_begin(other, &e), 0);
    db_rollback(other);
    db_close(other);
    db_close(db);
    place_close(&place);
}

/* A process that is killed at any moment loses nothing that it had said was committed. */
static void test_killed(void)
{
    struct place place;
    int said[2];
    place_open(&place);
    struct db *db = open_db(&place);
    script(db, "CREATE TABLE t(a); CREATE TABLE u(a)");
    for (int round = 0; round < 10; round++) {
        CU_ASSERT_EQUAL_FATAL(pipe2(said, O_CLOEXEC), 0);
        int64_t before = number(db, "SELECT count(*) FROM t");
        pid_t pid = fork();
        if (pid == 0) {
            struct err e;
            const struct db_options options = {.busy_ms = 2000};
            struct db *own = db_open(place.file, &options, &e);
            struct db_statement *t = own == NULL ? NULL : db_prepare(own, "INSERT INTO t VALUES(1)", &e);
            struct db_statement *u = own == NULL ? NULL : db_prepare(own, "INSERT INTO u VALUES(1)", &e);
            while (t != NULL && u != NULL && db_begin(own, &e) == 0 && db_run(t, &e) == 1 && db_run(u, &e) == 1 &&
                   db_commit(own, &e) == 0 && write(said[1], "x", 1) == 1)
                continue;
            _exit(1);
        }
        char byte;
        int64_t count = 0;
        (void)close(said[1]); /* the child's */
        for (; count < 5 + round && read(said[0], &byte, 1) == 1; count++)
            continue;
        (void)kill(pid, SIGKILL); /* ours, not waited for yet */
        (void)waitpid(pid, NULL, 0);
        while (read(said[0], &byte, 1) == 1)
            count++;
        (void)close(said[0]); /* at its end */
        int64_t now = number(db, "SELECT count(*) FROM t") - before;
        UNIT_CHECK(count > 0 && now >= count && now <= count + 1, "%lld said, %lld there", (long long)count,
                   (long long)now);
        CU_ASSERT_EQUAL(number(db, "SELECT count(*) FROM t"), number(db, "SELECT count(*) FROM u"));
    }
    db_close(db);
    place_close(&place);
}

/* A folder of a size that is soon reached, which only this process sees: 0, or -1 where that cannot be made. */
static int small_disk(const struct place *place)
{
    return unshare(CLONE_NEWNS) == 0 && mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0 &&
                   mount("none", place->folder, "tmpfs", 0, "size=400k") == 0
               ? 0
               : -1;
}

static void test_disk_full(void)
{
    struct place place;
    place_open(&place);
    (void)fflush(NULL); /* the child prints nothing */
    pid_t pid = fork();
    if (pid == 0) {
        struct err e = {""};
        if (small_disk(&place) != 0)
            _exit(77);
        struct db *db = open_db(&place);
        script(db, "CREATE TABLE t(a)");
        struct db_statement *insert = db_prepare(db, "INSERT INTO t VALUES(zeroblob(9000))", &e);
        int64_t done = 0, count = 0;
        while (insert != NULL && (done = db_run(insert, &e)) == 1 && count < 100)
            count++;
        bool clear = done == -1 && strstr(e.text, "the disk is full") != NULL && strstr(e.text, place.file) != NULL &&
                     count > 0 && number(db, "SELECT count(*) FROM t") == count;
        if (!clear)
            fprintf(stderr, "# %s\n", e.text);
        _exit(clear ? 0 : 1);
    }
    int status = 0;
    CU_ASSERT_EQUAL(waitpid(pid, &status, 0), pid);
    if (WIFEXITED(status) && WEXITSTATUS(status) == 77)
        unit_skip("needs root and mount namespaces");
    else
        CU_ASSERT_EQUAL(status, 0);
    place_close(&place);
}

static void test_no_database(void)
{
    struct place place;
    struct err e = {""};
    const struct db_options options = {.busy_ms = 50};
    place_open(&place);
    int fd = open(place.file, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    static const char text[] = "this is a letter, and no database, and it is long enough to be looked at as one: "
                               "a hundred bytes are in the head of a file of SQLite";
    CU_ASSERT_EQUAL(file_write_all(fd, text, sizeof text), 0);
    file_close(&fd);
    CU_ASSERT_PTR_NULL(db_open(place.file, &options, &e));
    UNIT_CHECK(strstr(e.text, place.file) != NULL && strstr(e.text, "no file of SQLite") != NULL, "%s", e.text);
    CU_ASSERT_PTR_NULL(db_open("/nowhere/at/all.db", &options, &e));
    UNIT_CHECK(strstr(e.text, "/nowhere/at/all.db") != NULL && strstr(e.text, "No such file") != NULL, "%s", e.text);
    place_close(&place);
}

static void test_stale(void)
{
    struct place place;
    place_open(&place);
    struct db *db = open_db(&place);
    CU_ASSERT_FALSE(db_is_stale(db));
    CU_ASSERT_EQUAL(unlink(place.file), 0);
    CU_ASSERT_TRUE(db_is_stale(db));
    struct db *other = open_db(&place);
    CU_ASSERT_TRUE(db_is_stale(db));
    CU_ASSERT_FALSE(db_is_stale(other));
    db_close(db);
    db_close(other);
    place_close(&place);
}

/* The mode and the owner of the three files. */
static void check_owner(const struct place *place, uid_t uid)
{
    static const char *const parts[] = {"", "-wal", "-shm"};
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
        char path[128];
        struct stat info = {0};
        (void)str_format(path, sizeof path, "%s%s", place->file, parts[i]); /* it fits */
        UNIT_CHECK(stat(path, &info) == 0 && (info.st_mode & 07777) == 0660 && info.st_uid == uid, "%s: mode %o uid %u",
                   path, info.st_mode & 07777, info.st_uid);
    }
}

/* Root makes it in a folder of root's; the agent, another user, reads and writes it while root does and after. */
static void test_two_users(void)
{
    struct place place;
    struct err e = {""};
    if (geteuid() != 0) {
        unit_skip("needs root");
        return;
    }
    const struct db_options options = {.owner = "nobody", .busy_ms = 2000};
    const mode_t old = umask(0077);
    place_open(&place);
    CU_ASSERT_EQUAL(chmod(place.folder, 0755), 0);
    struct db *db = db_open(place.file, &options, &e);
    UNIT_CHECK(db != NULL, "%s", e.text);
    script(db, "CREATE TABLE t(a)");
    check_owner(&place, 65534);
    for (int round = 0; round < 2; round++) {
        pid_t pid = fork();
        if (pid == 0) {
            if (setgroups(0, NULL) != 0 || setgid(65534) != 0 || setuid(65534) != 0)
                _exit(1);
            struct db *own = open_db(&place);
            struct db_statement *insert = own == NULL ? NULL : db_prepare(own, "INSERT INTO t VALUES(1)", &e);
            bool done = insert != NULL && db_run(insert, &e) == 1;
            if (!done)
                fprintf(stderr, "# %s\n", e.text);
            db_close(own);
            _exit(done ? 0 : 1);
        }
        int status = 0;
        CU_ASSERT_EQUAL(waitpid(pid, &status, 0), pid);
        CU_ASSERT_EQUAL(status, 0);
        if (round == 0)
            db_close(db); /* the second round has the file for itself */
    }
    check_owner(&place, 65534);
    db = open_db(&place);
    CU_ASSERT_EQUAL(number(db, "SELECT count(*) FROM t"), 2);
    db_close(db);
    (void)umask(old);
    place_close(&place);
}

/* A backup that root has put back, or a file from before there was the user: the next time that root opens it, it is the user's. */
static void test_of_root(void)
{
    struct place place;
    struct err e = {""};
    char other[128];
    struct stat info = {0};
    if (geteuid() != 0) {
        unit_skip("needs root");
        return;
    }
    const struct db_options unknown = {.owner = "no-such-user"}, options = {.owner = "nobody"};
    place_open(&place);
    struct db *db = db_open(place.file, &unknown, &e);
    if (UNIT_CHECK(db != NULL, "%s", e.text))
        script(db, "CREATE TABLE t(a)");
    db_close(db);
    check_owner(&place, 0);
    /* Not what has another name as well: that may be anybody's. */
    (void)str_format(other, sizeof other, "%s.other", place.file); /* it fits */
    CU_ASSERT_EQUAL(link(place.file, other), 0);
    CU_ASSERT_EQUAL(db_make_file(place.file, "nobody", &e), 0);
    CU_ASSERT(stat(place.file, &info) == 0 && info.st_uid == 0);
    CU_ASSERT_EQUAL(unlink(other), 0);
    db = db_open(place.file, &options, &e);
    UNIT_CHECK(db != NULL, "%s", e.text);
    check_owner(&place, 65534);
    db_close(db);
    place_close(&place);
}

/* Somebody else's file, which this user may only read. */
static void test_read_only(void)
{
    struct place place;
    if (geteuid() != 0) {
        unit_skip("needs root");
        return;
    }
    place_open(&place);
    struct db *db = open_db(&place);
    script(db, "CREATE TABLE t(a)");
    db_close(db);
    char path[128];
    CU_ASSERT_EQUAL(chmod(place.folder, 0777), 0);
    CU_ASSERT_EQUAL(chmod(place.file, 0644), 0);
    (void)str_format(path, sizeof path, "%s-wal", place.file); /* they fit */
    CU_ASSERT_EQUAL(unlink(path), 0);
    (void)str_format(path, sizeof path, "%s-shm", place.file);
    CU_ASSERT_EQUAL(unlink(path), 0);
    pid_t pid = fork();
    if (pid == 0) {
        struct err e = {""};
        const struct db_options options = {.busy_ms = 50};
        if (setgroups(0, NULL) != 0 || setgid(65534) != 0 || setuid(65534) != 0)
            _exit(1);
        struct db *own = db_open(place.file, &options, &e);
        struct db_statement *insert = own == NULL ? NULL : db_prepare(own, "INSERT INTO t VALUES(1)", &e);
        bool refused = (own == NULL || (insert != NULL && db_run(insert, &e) == -1)) &&
                       strstr(e.text, "read-only") != NULL && strstr(e.text, place.file) != NULL;
        if (!refused)
            fprintf(stderr, "# %s\n", e.text);
        db_close(own);
        _exit(refused ? 0 : 1);
    }
    int status = 0;
    CU_ASSERT_EQUAL(waitpid(pid, &status, 0), pid);
    CU_ASSERT_EQUAL(status, 0);
    place_close(&place);
}

/* What a program that this process starts must not inherit. */
static void test_close_on_exec(void)
{
    struct place place;
    place_open(&place);
    struct db *db = open_db(&place);
    script(db, "CREATE TABLE t(a); INSERT INTO t VALUES(1)");
    int open_files = 0;
    for (int fd = 3; fd < 64; fd++) {
        char link[64], target[128] = "";
        (void)str_format(link, sizeof link, "/proc/self/fd/%d", fd); /* it fits */
        if (readlink(link, target, sizeof target - 1) > 0 && str_starts(target, place.file)) {
            open_files++;
            UNIT_CHECK((fcntl(fd, F_GETFD) & FD_CLOEXEC) != 0, "%s", target);
        }
    }
    CU_ASSERT_EQUAL(open_files, 3);
    db_close(db);
    place_close(&place);
}

/* Many make the same file at once. */
static void test_at_once(void)
{
    enum { ROUNDS = 40, OPENERS = 6 };
    for (int round = 0; round < ROUNDS; round++) {
        struct place place;
        pid_t pids[OPENERS];
        int go[2];
        char byte;
        place_open(&place);
        CU_ASSERT_EQUAL_FATAL(pipe2(go, O_CLOEXEC), 0);
        (void)fflush(NULL); /* the children print only what fails */
        for (int i = 0; i < OPENERS; i++) {
            pids[i] = fork();
            if (pids[i] == 0) {
                struct err e = {""};
                const struct db_options options = {.busy_ms = 2000};
                (void)close(go[1]); /* ours: the pipe's end is the start */
                (void)!read(go[0], &byte, 1);
                struct db *db = db_open(place.file, &options, &e);
                bool done = db != NULL && db_begin(db, &e) == 0 &&
                            db_script(db, "CREATE TABLE IF NOT EXISTS t(a); INSERT INTO t VALUES(1)", &e) == 0 &&
                            db_commit(db, &e) == 0;
                if (!done)
                    fprintf(stderr, "# %s\n", e.text);
                db_close(db);
                _exit(done ? 0 : 1);
            }
        }
        file_close(&go[0]);
        file_close(&go[1]);
        for (int i = 0; i < OPENERS; i++) {
            int status = -1;
            CU_ASSERT_EQUAL(waitpid(pids[i], &status, 0), pids[i]);
            CU_ASSERT_EQUAL(status, 0);
        }
        struct db *db = open_db(&place);
        CU_ASSERT_EQUAL(number(db, "SELECT count(*) FROM t"), OPENERS);
        db_close(db);
        place_close(&place);
    }
}

static const struct unit_test tests[] = {
    {"values", test_values},       {"transactions", test_transactions},
    {"locked", test_locked},       {"killed", test_killed},
    {"disk_full", test_disk_full}, {"no_database", test_no_database},
    {"stale", test_stale},         {"two_users", test_two_users},
    {"read_only", test_read_only}, {"close_on_exec", test_close_on_exec},
    {"at_once", test_at_once},     {"of_root", test_of_root},
};

UNIT_MAIN("db_sqlite", tests)
