/*
 * record.c - the hostile programs in record mode, under the policy of plain C programs: everything is let through that cannot leave
 * the sandbox, and no attack works, nothing is left, and an honest program runs as before. What a program is expected to come to is
 * what its source says of the policy `everything`; or all its attacks failed, as record mode answers some calls with an error.
 *
 * Runs as root. It must never start a program by itself: only sandbox_run does.
 */
#include "judge_client/sandbox/record.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "common/str.h"
#include "tests/sandbox/lib/drive.h"
#include "tests/sandbox/lib/header.h"
#include "tests/sandbox/lib/program.h"
#include "tests/sandbox/lib/residue.h"

#include "common/banned.h"

struct recording {
    struct drive drive;
    struct sandbox *sandbox;
    struct residue residue;
    struct program_list list;
    int input_fd;
    int sinks[3];
    struct record record;
};

/* The expectation under the policy everything. NULL where there is none, or where it takes a limit of time, which record mode makes
 * ten seconds longer: those are left out. */
static const struct expect *expected(const struct header *header)
{
    for (size_t i = 0; i < header->expect_count; i++) {
        const struct expect *expect = &header->expects[i];
        if (strcmp(expect->policy, "everything") != 0)
            continue;
        for (size_t k = 0; k < expect->ending_count; k++) {
            const struct ending *ending = &expect->endings[k];
            if (ending->kind == ENDING_LIMIT &&
                (ending->limit == SANDBOX_LIMIT_CPU || ending->limit == SANDBOX_LIMIT_WALL))
                return NULL;
        }
        return expect;
    }
    return NULL;
}

/* A call was answered with an error that no policy says. */
static bool was_told_no(const struct record *record)
{
    for (size_t i = 0; i < record->count; i++) {
        if (record->calls[i].answer != 0 && record->calls[i].why != RECORD_ANSWERED)
            return true;
    }
    return false;
}

/* The program says of each attack that worked so. */
static int check(struct recording *recording, const struct expect *expect, const struct sandbox_result *result,
                 int64_t number, struct err *e)
{
    char output[128], words[256];
    struct err why = {""};
    if (drive_read(recording->sinks[1], output, sizeof output) < 0 ||
        drive_read(recording->sinks[2], words, sizeof words) < 0)
        return err_sys(e, errno, "read what was written");
    struct outcome outcome = {.result = result, .output = output, .left = "missing", .n = number, .slow = true};
    struct expect endings = *expect;
    endings.condition_count = 0; /* figures are larger here, and nothing is collected */
    if (recording->record.total == 0)
        return err_set(e, "no call was counted");
    bool good = result->exit_code == 0 || header_check(&endings, &outcome, &why) == 0 ||
                (result->exit_code >= 0 && was_told_no(&recording->record));
    if (good && strstr(words, "worked:") == NULL)
        return 0;
    for (char *at = words; *at != '\0'; at++)
        *at = *at == '\n' ? ';' : *at;
    return err_set(e, "exit %d %.200s [%s]", result->exit_code, why.text, words);
}

static int run_program(struct recording *recording, const char *name, const struct header *header,
                       const struct expect *expect, struct err *e)
{
    struct program_run run;
    struct sandbox_result result;
    int64_t number = header->range_count > 0 ? header->ranges[0].first : -1;
    const struct policy *policy = drive_policy(&recording->drive, "c", e);
    for (int i = 1; i < 3; i++) {
        if (ftruncate(recording->sinks[i], 0) != 0 || lseek(recording->sinks[i], 0, SEEK_SET) != 0)
            return err_sys(e, errno, "empty a sink");
    }
    if (policy == NULL || program_fill(&run, name, header, policy, number, recording->input_fd, e) != 0)
        return -1;
    for (int i = 1; i < 3; i++)
        run.spec.sink[i] = recording->sinks[i];
    record_init(&recording->record, true);
    recording->record.program = RECORD_PROGRAM;
    sandbox_record(recording->sandbox, &recording->record);
    int code = sandbox_run(recording->sandbox, &run.spec, &result, 1, NULL, e);
    sandbox_record(recording->sandbox, NULL);
    if (code == 0)
        code = check(recording, expect, &result, number, e);
    record_fini(&recording->record);
    return code == 0 ? program_check_input(recording->input_fd, e) : -1;
}

static void run_named(struct recording *recording, const char *name)
{
    struct header header;
    struct err e;
    int result = program_header(&recording->drive, name, &header, &e);
    const struct expect *expect = result == 0 ? expected(&header) : NULL;
    if (result == 0 && (expect == NULL || header.beside[0] != '\0'))
        return;
    if (result == 0 && header.needs_groups && strcmp(sandbox_tier_name(recording->sandbox), "none") == 0)
        return;
    if (result == 0)
        result = drive_put(&recording->drive, recording->sandbox, 0, name, &e);
    if (result > 0) {
        drive_skip(&recording->drive, name, "not built in %s", recording->drive.programs);
        return;
    }
    if (result == 0)
        result = run_program(recording, name, &header, expect, &e);
    drive_say(&recording->drive, name, result, &e);
}

/* Without a record the same sandbox is as strict as ever. */
static int run_honest(struct recording *recording, struct err *e)
{
    struct header header;
    struct program_run run;
    struct sandbox_result result;
    const struct policy *policy = drive_policy(&recording->drive, "c", e);
    if (policy == NULL || program_header(&recording->drive, "sum", &header, e) != 0)
        return -1;
    if (drive_put(&recording->drive, recording->sandbox, 0, "sum", e) != 0)
        return err_set(e, "the program sum is not built");
    if (program_fill(&run, "sum", &header, policy, -1, -1, e) != 0 ||
        sandbox_run(recording->sandbox, &run.spec, &result, 1, NULL, e) != 0)
        return -1;
    if (result.exit_code != 0)
        return err_set(e, "sum: exit %d, refused %s", result.exit_code, result.refused_name);
    if (drive_put(&recording->drive, recording->sandbox, 0, "vfork", e) != 0)
        return err_set(e, "the program vfork is not built");
    if (program_header(&recording->drive, "vfork", &header, e) != 0 ||
        program_fill(&run, "vfork", &header, policy, -1, -1, e) != 0 ||
        sandbox_run(recording->sandbox, &run.spec, &result, 1, NULL, e) != 0)
        return -1;
    return result.refused ? 0 : err_set(e, "vfork: exit %d, and it was not refused", result.exit_code);
}

static int make_all(struct recording *recording, struct err *e)
{
    for (int i = 1; i < 3; i++) {
        recording->sinks[i] = drive_memory("sink");
        if (recording->sinks[i] < 0)
            return err_sys(e, errno, "make a sink");
    }
    recording->input_fd = program_make_input(e);
    if (recording->input_fd < 0 || program_list(&recording->drive, &recording->list, e) != 0 ||
        residue_note(&recording->residue, e) != 0)
        return -1;
    recording->sandbox = drive_open(&recording->drive, -1, e);
    return recording->sandbox == NULL ? -1 : 0;
}

static void run_all(struct recording *recording)
{
    struct err e;
    if (make_all(recording, &e) != 0) {
        drive_not_ok(&recording->drive, "open", "%s", e.text);
        return;
    }
    for (size_t i = 0; i < recording->list.count; i++)
        run_named(recording, recording->list.names[i]);
    drive_say(&recording->drive, "strict-after-all", run_honest(recording, &e), &e);
    int result = residue_note_sandbox(&recording->residue, sandbox_slot(recording->sandbox), &e);
    sandbox_close(recording->sandbox);
    drive_say(&recording->drive, "nothing-left", result != 0 ? result : residue_wait(&recording->residue, 10000, &e),
              &e);
}

int main(int argc, char **argv)
{
    static struct recording recording; /* too large for the stack */
    if (drive_init(&recording.drive, "record", argc, argv) != 0)
        return 2;
    if (drive_ready(&recording.drive))
        run_all(&recording);
    return drive_fini(&recording.drive);
}
