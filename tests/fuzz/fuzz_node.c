/*
 * fuzz_node.c - what judge_node takes from outside, under libFuzzer: messages of judged's socket, texts of the site's list and of the
 * column `judger`, reasons. Any bytes leave a roster whose jobs are whole texts, and a log line that is one line.
 */
#include "judge_node/roster.h"

#include <assert.h>
#include <ctype.h>
#include <stdint.h>
#include <string.h>
#include <strings.h>

#include "judge_node/held.h"
#include "judge_node/intake.h"
#include "judge_node/shown.h"

#include "common/banned.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_job(const struct roster_job *job)
{
    assert(memchr(job->id, '\0', sizeof job->id) != NULL && job->id[0] != '\0');
    assert(memchr(job->token, '\0', sizeof job->token) != NULL && job->token[0] != '\0');
    assert(memchr(job->why, '\0', sizeof job->why) != NULL);
}

/* The bytes as one message after another; every other one with what a true one has. */
static void check_roster(const uint8_t *data, size_t size)
{
    static struct roster roster;
    struct queue_lease leases[POOL_SLOTS];
    int slots[POOL_SLOTS];
    memset(&roster, 0, sizeof roster);
    for (size_t at = 0; at < size; at += 64) {
        struct pool_slot said = {0};
        struct roster_job died;
        size_t length = size - at < sizeof said ? size - at : sizeof said;
        memcpy(&said, data + at, length);
        if (data[at] % 2 == 0) {
            said.magic = POOL_MAGIC;
            said.event %= 2;
            said.slot &= 3;
            said.state %= POOL_STATES;
        }
        if (roster_apply(&roster, &said, 1, &died))
            check_job(&died);
    }
    size_t n = roster_leases(&roster, leases, slots);
    assert(n <= POOL_SLOTS);
    for (size_t i = 0; i < n; i++) {
        check_job(&roster.slots[slots[i]].job);
        (void)roster_renewed(&roster, slots[i], &leases[i]); /* kept is false: the first time is news */
        assert(!roster_renewed(&roster, slots[i], &leases[i]));
    }
}

static void check_texts(const char *text)
{
    char written[1024];
    struct shown shown = shown_of(text);
    assert(strlen(shown.text) < SHOWN_BYTES);
    for (const char *at = shown.text; *at != '\0'; at++)
        assert(*at > ' ' && *at < 0x7f);
    assert(!held_is_token(text) || strlen(text) < STORE_TOKEN_SIZE);
    quarantine_text(written, sizeof written, text[0] & 1, 3, text);
    assert(strcasestr(written, "judge") == NULL && strcasestr(written, "php") == NULL &&
           strstr(written, "PASS") == NULL);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char text[QUEUE_REASON_SIZE];
    size_t length = size < sizeof text - 1 ? size : sizeof text - 1;
    memcpy(text, data, length);
    text[length] = '\0';
    check_texts(text);
    check_roster(data, size);
    return 0;
}
