/*
 * fuzz_checker.c - any bytes as what a checker wrote: each protocol has a verdict for them, or an error; points stay in range.
 *
 * The first bytes are protocol, exit code and points; the rest goes into each of the texts. Run by libFuzzer, as any user.
 */
#include "judge_client/checker.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "common/banned.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool condition)
{
    if (!condition)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    enum { HEAD = 3 };
    static struct checker_left left;
    struct checker_verdict verdict;
    struct err e = {""};
    if (size < HEAD)
        return 0;
    struct checker checker = {.protocol = (enum checker_protocol)(data[0] % CHECKER_PROTOCOL_COUNT),
                              .hustoj_argv = data[0] >= 128,
                              .points = (enum checker_points)(data[2] % 3)};
    size_t length = size - HEAD < CHECKER_TEXT_SIZE - 1 ? size - HEAD : CHECKER_TEXT_SIZE - 1;
    char *const texts[] = {left.out, left.error, left.result, left.message};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        memcpy(texts[i], data + HEAD, length);
        texts[i][length] = '\0';
    }
    left.exit_code = data[1];
    left.has_result = (data[2] & 64) != 0;
    left.has_message = (data[2] & 128) != 0;
    if (checker_read(&checker, 10, &left, &verdict, &e) != 0) {
        must(e.text[0] != '\0');
        return 0;
    }
    must(verdict.verdict <= VERDICT_RE && verdict.share >= 0 && verdict.share <= CHECKER_WHOLE);
    must((verdict.verdict == VERDICT_AC) == (verdict.share == CHECKER_WHOLE));
    must(verdict.message != NULL && memchr(verdict.message, '\0', CHECKER_TEXT_SIZE) != NULL);
    return 0;
}
