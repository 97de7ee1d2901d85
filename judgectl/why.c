/*
 * why.c - `judgectl why`: asks the store, the queue and judged about submissions, and says in a line where each one is.
 *
 * Needs to read judge.conf: root, or its group. Changes nothing. Each of the three is asked by itself: what one does not answer
 * the others may know.
 */
#include "judgectl/why.h"

#include <dirent.h>
#include <fcntl.h>
#include <getopt.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/file.h"
#include "common/str.h"
#include "judgectl/commands.h"
#include "judgectl/options.h"
#include "judgectl/shown.h"

#include "common/banned.h"

enum { LAST_ROWS = 200, LAST_S = 600, LAST_LEAST = 5, FRESH_S = 60 };

static const char usage[] = "usage: judgectl why [--json] [--home OJ_HOME] ID...\n"
                            "\n"
                            "Where a submission is, and why: its place in a lane, who holds it since when, what became "
                            "of it, what stands in the "
                            "way.\n"
                            "Exit: 0 said of each, 1 one of them is not there, 2 who could tell does not answer.\n";

struct asking {
    struct settings settings;
    bool json;
    struct store *store;
    struct queue *queue;
    struct err store_why, queue_why; /* why there is none */
    struct pool_status pool;
    struct pool_slot slots[POOL_SLOTS];
    int slot_count;
    struct err pool_why;
    double job_s;
};

/* ---- what is asked once */

/* From verdict to verdict, where enough of the newest submissions were judged just now. */
static double measure_rate(struct store *store)
{
    struct store_status *rows = calloc(LAST_ROWS, sizeof *rows);
    struct err ignored;
    int count = rows == NULL || store == NULL ? -1 : store_last(store, rows, LAST_ROWS, &ignored);
    int64_t newest_s = LAST_S, oldest_s = 0;
    int judged = 0;
    for (int i = 0; i < count; i++) {
        int64_t age_s = rows[i].age_s;
        if (rows[i].result <= STORE_RUNNING || rows[i].result >= STORE_MANUAL || age_s < 0 || age_s > LAST_S)
            continue;
        judged++;
        newest_s = age_s < newest_s ? age_s : newest_s;
        oldest_s = age_s > oldest_s ? age_s : oldest_s;
    }
    free(rows);
    if (judged < LAST_LEAST || newest_s > FRESH_S)
        return 0;
    return (double)(oldest_s - newest_s + 1) / judged;
}

/* The state letter of /proc/PID/stat: T is stopped. */
static bool is_stopped(int pid)
{
    char path[64], text[512];
    (void)str_format(path, sizeof path, "/proc/%d/stat", pid); /* it fits */
    if (pid <= 0 || file_read(AT_FDCWD, path, text, sizeof text, NULL) < 0)
        return false;
    const char *end = strrchr(text, ')');
    return end != NULL && (str_starts(end, ") T") || str_starts(end, ") t"));
}

/* ---- the name of a language, from the files that judge_client reads */

/* The value of `key = value` in a line, or NULL. */
static const char *value_of(const char *line, const char *key)
{
    line += strspn(line, " \t");
    if (!str_starts(line, key))
        return NULL;
    line += strlen(key);
    line += strspn(line, " \t");
    return *line == '=' ? line + 1 + strspn(line + 1, " \t\"") : NULL;
}

static bool file_has_language(const char *path, int language)
{
    char line[512];
    bool found = false;
    FILE *file = fopen(path, "re");
    while (file != NULL && !found && fgets(line, sizeof line, file) != NULL) {
        const char *value = value_of(line, "id");
        int64_t id;
        if (value == NULL)
            continue;
        char number[16] = "";
        (void)str_format(number, sizeof number, "%.*s", (int)strspn(value, "0123456789"), value); /* else no number */
        found = str_to_int64(number, 0, INT32_MAX, &id) == 0 && id == language;
    }
    if (file != NULL)
        (void)fclose(file); /* it was only read */
    return found;
}

static bool find_in_folder(const char *folder, int language, char name[WHY_LANGUAGE])
{
    char path[PATH_MAX];
    DIR *dir = opendir(folder);
    bool found = false;
    for (struct dirent *entry; dir != NULL && !found && (entry = readdir(dir)) != NULL;) {
        size_t length = strlen(entry->d_name);
        if (length <= 4 || strcmp(entry->d_name + length - 4, ".ini") != 0 ||
            str_format(path, sizeof path, "%s/%s", folder, entry->d_name) != 0)
            continue;
        found = file_has_language(path, language);
        if (found)
            (void)str_format(name, WHY_LANGUAGE, "%.*s", (int)(length - 4), entry->d_name); /* cut is fine */
    }
    if (dir != NULL)
        (void)closedir(dir); /* it was only read */
    return found;
}

static void find_language(const struct settings *settings, int language, char name[WHY_LANGUAGE])
{
    char self[PATH_MAX], folder[PATH_MAX];
    ssize_t length = readlink("/proc/self/exe", self, sizeof self - 1);
    self[length < 0 ? 0 : length] = '\0';
    char *slash = strrchr(self, '/');
    if (slash != NULL)
        *slash = '\0';
    if ((str_format(folder, sizeof folder, "%s/etc/languages.d", settings->home) != 0 ||
         !find_in_folder(folder, language, name)) &&
        (str_format(folder, sizeof folder, "%s/../etc/languages.d", self) != 0 ||
         !find_in_folder(folder, language, name)))
        (void)find_in_folder(JUDGE_PREFIX "/share/judge/languages.d", language, name); /* "": nobody knows */
}

/* Why this box does not offer it, where that is by its self-test. */
static void find_self_test(struct why_facts *facts, int language)
{
    struct selftest_record *records = calloc(SELFTEST_MOST, sizeof *records);
    int count = records == NULL || !facts->settings->self_test
                    ? 0
                    : selftest_list(facts->settings->home, records, SELFTEST_MOST);
    for (int i = 0; i < count && !facts->failed; i++) {
        facts->failed = records[i].language == language && records[i].state != SELFTEST_WAITING &&
                        !selftest_may_judge(records[i].state);
        if (facts->failed)
            facts->self_test = records[i];
    }
    free(records);
}

/* ---- what is asked of each */

/* Without Redis the box's own file may have it. */
static void ask_file(struct why_facts *facts)
{
    struct settings alone = *facts->settings;
    struct err ignored;
    alone.redis_host[0] = alone.redis_socket[0] = '\0';
    if (!settings_has_redis(facts->settings) || !settings_has_database(&alone))
        return;
    struct queue *file = queue_open(&alone, alone.node, &ignored);
    if (file == NULL)
        return;
    facts->known = queue_find(file, facts->id, &facts->place, &ignored);
    facts->without = facts->known == 0;
    facts->redis_why = facts->queue_why;
    facts->offer_count = -1;
    queue_close(file);
}

static void ask_queue(struct asking *asking, struct why_facts *facts)
{
    facts->known = facts->offer_count = -1;
    if (asking->queue == NULL) {
        facts->queue_why = asking->queue_why;
        return;
    }
    facts->known = queue_find(asking->queue, facts->id, &facts->place, &facts->queue_why);
    if (facts->known != 0) {
        ask_file(facts);
        return;
    }
    struct err ignored;
    facts->offer_count = queue_offers(asking->queue, facts->offers, WHY_OFFERS, &ignored);
    if (facts->place.state == QUEUE_UNKNOWN)
        facts->listed = queue_listed(asking->queue, facts->id, &ignored);
}

static void ask_store(struct asking *asking, struct why_facts *facts)
{
    if (facts->number == 0)
        return;
    facts->row = -1;
    if (asking->store == NULL) {
        facts->store_why = asking->store_why;
        return;
    }
    facts->row = store_status(asking->store, facts->number, true, &facts->status, &facts->store_why);
    if (facts->row != 1)
        return;
    facts->row = store_read(asking->store, facts->number, &facts->submission, &facts->store_why);
    if (facts->row != 1)
        store_status_fini(&facts->status);
}

static void ask_pool(const struct asking *asking, struct why_facts *facts)
{
    facts->slot_count = asking->slot_count;
    facts->pool = asking->pool;
    facts->pool_why = asking->pool_why;
    facts->slots = asking->slots;
    facts->agent_stopped = asking->slot_count >= 0 && is_stopped(asking->pool.node_pid);
    for (int i = 0; i < asking->slot_count; i++) {
        if (strcmp(asking->slots[i].report.id, facts->id) == 0 && asking->slots[i].state != POOL_DOWN)
            facts->slot = &asking->slots[i];
    }
}

/* ---- printing */

/* Texts may hold what a student or a server wrote: valid UTF-8 stays, control characters do not. */
static void print_text(const char *text, bool json)
{
    for (const unsigned char *p = (const unsigned char *)text; *p != '\0'; p++) {
        if (json && (*p == '"' || *p == '\\'))
            printf("\\%c", *p);
        else if (*p < ' ' || *p == 0x7f)
            putchar(' ');
        else
            putchar(*p);
    }
}

static void print_pair(const char *name, const char *text)
{
    printf(",\"%s\":\"", name);
    print_text(text, true);
    printf("\"");
}

static void print_json(const struct why_facts *facts, const struct why_answer *answer, bool first)
{
    printf("%s{\"id\":\"", first ? "" : ",\n");
    print_text(facts->id, true);
    printf("\"");
    print_pair("state", why_state_name(answer->state));
    print_pair("text", answer->text);
    printf(",\"notes\":[");
    for (int i = 0; i < answer->note_count; i++) {
        printf("%s\"", i == 0 ? "" : ",");
        print_text(answer->notes[i], true);
        printf("\"");
    }
    printf("]");
    if (facts->row == 1) {
        printf(",\"result\":%d,\"language\":%d,\"problem\":%lld", facts->status.result, facts->submission.language,
               (long long)facts->submission.problem_id);
        print_pair("judger", facts->status.judger);
    }
    if (answer->state == WHY_WAITING)
        printf(",\"lane\":\"%s\",\"place\":%lld", queue_lane_name(facts->place.lane), (long long)answer->place);
    if (answer->eta_s > 0)
        printf(",\"eta_s\":%lld", (long long)answer->eta_s);
    if (facts->known == 0 && facts->place.state != QUEUE_UNKNOWN)
        printf(",\"attempt\":%d", facts->place.attempt);
    if (facts->slot != NULL)
        printf(",\"slot\":%d,\"case\":%d,\"cases\":%d", facts->slot->slot, facts->slot->report.case_no,
               facts->slot->report.case_count);
    printf("}");
}

static void print_answer(const struct why_facts *facts, const struct why_answer *answer)
{
    print_text(facts->id, false);
    printf(": ");
    print_text(answer->text, false);
    printf("\n");
    for (int i = 0; i < answer->note_count; i++) {
        printf("    ");
        print_text(answer->notes[i], false);
        printf("\n");
    }
}

/* The exit code for this one. */
static int answer_one(struct asking *asking, const char *id, bool first)
{
    struct why_facts facts = {.settings = &asking->settings, .job_s = asking->job_s};
    struct why_answer answer;
    if (str_copy(facts.id, sizeof facts.id, id) != 0 || id[0] == '\0') {
        (void)fprintf(stderr, "judgectl why: '%.64s' is no submission's number\n", id); /* nowhere else to say it */
        return 2;
    }
    if (str_to_int64(id, 1, INT64_MAX, &facts.number) != 0)
        facts.number = 0;
    ask_store(asking, &facts);
    ask_queue(asking, &facts);
    ask_pool(asking, &facts);
    int language = facts.row == 1 ? facts.submission.language : facts.known == 0 ? facts.place.language : -1;
    if (language >= 0) {
        find_language(&asking->settings, language, facts.language);
        find_self_test(&facts, language);
    }
    why_say(&facts, &answer);
    if (asking->json)
        print_json(&facts, &answer, first);
    else
        print_answer(&facts, &answer);
    if (facts.row == 1) {
        store_status_fini(&facts.status);
        store_submission_fini(&facts.submission);
    }
    return answer.state == WHY_UNCLEAR ? 2 : answer.state == WHY_UNKNOWN ? 1 : 0;
}

/* 0; 1 after --help was printed; -1 with e. */
static int parse(bool *json, const char **home, int argc, char **argv, struct err *e)
{
    int code = options_read("why", usage, argc, argv, json, home, e);
    if (code != 0)
        return code;
    return optind == argc ? err_set(e, "which? judgectl why ID...") : 0;
}

int why_main(int argc, char **argv)
{
    struct asking asking = {.json = false};
    struct err e;
    const char *home = NULL;
    int code = parse(&asking.json, &home, argc, argv, &e);
    if (code > 0)
        return 0;
    if (code < 0 || settings_read_quiet(&asking.settings, home, NULL, &e) != 0) {
        (void)fprintf(stderr, "judgectl why: %s\n", e.text); /* nowhere else to say it */
        return 2;
    }
    asking.slot_count =
        pool_read_status(asking.settings.home, &asking.pool, asking.slots, POOL_SLOTS, &asking.pool_why);
    asking.store = store_open(&asking.settings, &asking.store_why);
    asking.queue = queue_open(&asking.settings, asking.settings.node, &asking.queue_why);
    asking.job_s = measure_rate(asking.store);
    if (asking.json)
        printf("[");
    for (int i = optind; i < argc; i++) {
        int one = answer_one(&asking, argv[i], i == optind);
        code = one > code ? one : code;
    }
    if (asking.json)
        printf("]\n");
    queue_close(asking.queue);
    store_close(asking.store);
    return fflush(stdout) == 0 ? code : 2;
}
