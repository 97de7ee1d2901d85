/*
 * doctor_pool.c - the doctor's look at what the pool works with: judge.conf, the queue, the database. Root, on the real box.
 *
 * The only file besides the worker's that opens a queue and a store: their own checks say what is wrong and what to type.
 */
#include <errno.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/selftest.h"
#include "common/settings.h"
#include "common/str.h"
#include "judge_client/doctor_parts.h"
#include "queue/queue.h"
#include "store/store.h"

#include "common/banned.h"

/* The settings of a home that is there; -1 with e, or with e empty where there is no home. */
static int read_settings(struct doctor *doctor, struct settings *settings, struct err *e)
{
    e->text[0] = '\0';
    if (access(doctor->places.home, F_OK) != 0)
        return -1; /* its row says so */
    return settings_read_quiet(settings, doctor->places.home, NULL, e);
}

DOCTOR_CHECK(settings)
{
    struct settings settings;
    struct err e;
    if (read_settings(doctor, &settings, &e) == 0) {
        doctor_ok(doctor, "judge.conf: %s, submissions in %s, queue in %s",
                  settings.file[0] == '\0' ? "not there, everything has its default"
                  : settings.hustoj        ? "HUSTOJ's form"
                                           : "our form",
                  settings_has_database(&settings) ? "the database" : "judge.db",
                  settings_has_redis(&settings) ? "Redis" : "a file of this box");
    } else if (e.text[0] != '\0') {
        doctor_lacks(doctor, "judge.conf: %s", e.text);
        doctor_type(doctor, "mend that line, then judgectl config check");
    }
}

DOCTOR_CHECK(node_user)
{
    struct settings settings;
    struct err e;
    if (read_settings(doctor, &settings, &e) != 0)
        return;
    if (getpwnam(settings.node_user) != NULL) {
        doctor_ok(doctor, "the agent judge_node runs as %s", settings.node_user);
        return;
    }
    doctor_lacks(doctor, "the agent judge_node has no user %s to run as: what is pushed is not taken in",
                 settings.node_user);
    doctor_type(doctor, "useradd --system --user-group %s, or [node] user of judge.conf", settings.node_user);
}

/* A file of the box that is not there yet is made by who first opens it as judged's: not by the doctor. */
static bool not_made_yet(const struct settings *settings, const char *name)
{
    char path[PATH_MAX];
    return str_format(path, sizeof path, "%s/%s", settings->home, name) == 0 && access(path, F_OK) != 0 &&
           errno == ENOENT;
}

DOCTOR_CHECK(store)
{
    struct settings settings;
    struct err e;
    if (read_settings(doctor, &settings, &e) != 0)
        return;
    if (!settings_has_database(&settings) && not_made_yet(&settings, "judge.db")) {
        doctor_ok(doctor, "%s/judge.db is made at the first start", settings.home);
        return;
    }
    struct store *store = store_open(&settings, &e);
    if (store != NULL && store_check(store, &e) == 0) {
        doctor_ok(doctor, "%s has the tables, and the rights are enough",
                  settings_has_database(&settings) ? "the database" : "judge.db");
    } else {
        doctor_lacks(doctor, "submissions cannot be read or written: %s", e.text);
        doctor_type(doctor, "what the line says; docs/database.md has the rights and tables");
    }
    if (store != NULL)
        store_close(store);
}

DOCTOR_CHECK(queue)
{
    struct settings settings;
    struct err e;
    if (read_settings(doctor, &settings, &e) != 0)
        return;
    const char *file = settings_has_database(&settings) ? "run/queue.db" : "judge.db";
    if (not_made_yet(&settings, file)) {
        if (!settings_has_redis(&settings)) {
            doctor_ok(doctor, "%s/%s is made at the first start", settings.home, file);
            return;
        }
    }
    struct queue *queue = queue_open(&settings, settings.node, &e);
    if (queue != NULL && queue_check(queue, &e) == 0) {
        doctor_ok(doctor, "the queue answers");
    } else {
        doctor_lacks(doctor, "the queue cannot be used: %s", e.text);
        doctor_type(doctor, "what the line says; docs/queue.md tells more");
    }
    if (queue != NULL)
        queue_close(queue);
}

/* What the pool's workers have found; a line for each language that does not work. */
DOCTOR_CHECK(self_test)
{
    enum { WORST = 24 }; /* lines at most */
    static const char *const lost = "its submissions are judged by other nodes or wait";
    char text[SELFTEST_TEXT];
    struct settings settings;
    struct err e;
    int failed = 0, passed = 0;
    if (read_settings(doctor, &settings, &e) != 0)
        return;
    struct selftest_record *records = calloc(SELFTEST_MOST, sizeof *records);
    int count = records == NULL ? 0 : selftest_list(settings.home, records, SELFTEST_MOST);
    for (int i = 0; i < count && settings.self_test; i++) {
        passed += selftest_may_judge(records[i].state);
        if (selftest_may_judge(records[i].state) || records[i].state == SELFTEST_WAITING || ++failed > WORST)
            continue;
        selftest_say(&records[i], text);
        doctor_lacks(doctor, "%s is not offered: %.280s: %s", records[i].name, text, lost);
        selftest_fix(&records[i], settings.home, text);
        doctor_type(doctor, "%s", text);
    }
    free(records);
    if (!settings.self_test) {
        doctor_warn(doctor, "languages are not tested before they are judged in");
        doctor_type(doctor, "self_test = yes in [pool] of judge.conf");
    } else if (count == 0) {
        doctor_ok(doctor, "no language has been tested yet: the pool's workers do that");
    } else if (failed == 0) {
        doctor_ok(doctor, "%d languages have passed their self-test, %d are being tested", passed, count - passed);
    }
}
