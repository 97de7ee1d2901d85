/*
 * fuzz_unpack.c - any bytes as a zip of outputs: what is kept is wanted, once, and no more than its limit and a byte.
 */
#include <stdlib.h>
#include <string.h>

#include "judge_unpack/unpack.h"

#include "common/banned.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { FILES = 3, LIMIT = 64 };

struct seen {
    size_t bytes[FILES];
    bool begun[FILES];
};

static void must(bool holds)
{
    if (!holds)
        abort();
}

static int write_piece(void *context, int64_t index, bool first, const void *bytes, size_t size)
{
    struct seen *seen = context;
    must(index >= 0 && index < FILES && (size == 0 || bytes != NULL));
    must(first != seen->begun[index]);
    seen->begun[index] = true;
    seen->bytes[index] += size;
    must(seen->bytes[index] <= LIMIT + 1);
    return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct unpack_file files[FILES] = {{"1.out", LIMIT, 0}, {"2.out", LIMIT, 1}, {"a[30].out", LIMIT, 2}};
    bool taken[FILES] = {false};
    struct seen seen = {{0}, {false}};
    struct unpack unpack = {.files = files, .count = FILES, .taken = taken, .write = write_piece, .context = &seen};
    unpack_sort(&unpack);
    enum unpack_result result = unpack_zip(&unpack, data, size);
    must(result == UNPACK_DONE || (result >= UNPACK_DAMAGED && result < UNPACK_FAILED));
    must(memchr(unpack.name, '\0', sizeof unpack.name) != NULL);
    return 0;
}
