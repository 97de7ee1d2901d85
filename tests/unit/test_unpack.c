/*
 * test_unpack.c - zips that nobody should trust: names that lead out, links, two files of one name, too many entries, too much in
 * a file, and bytes that are no zip. Each zip is made here, byte by byte, and stored without compression.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "judge_unpack/unpack.h"
#include "tests/unit/unit.h"

#include "common/banned.h"

enum { ROOM = 4 << 20, KEPT = 4096 };

struct zip {
    unsigned char *bytes, *index;
    size_t size, index_size, count;
};

static void number(unsigned char *at, size_t bytes, unsigned long value)
{
    for (size_t i = 0; i < bytes; i++)
        at[i] = (unsigned char)(value >> (8 * i));
}

static unsigned long crc_of(const char *text, size_t size)
{
    unsigned long crc = 0xffffffff;
    for (size_t i = 0; i < size; i++) {
        crc ^= (unsigned char)text[i];
        for (int bit = 0; bit < 8; bit++)
            crc = crc >> 1 ^ (crc & 1 ? 0xedb88320 : 0);
    }
    return ~crc & 0xffffffff;
}

static void zip_init(struct zip *zip)
{
    *zip = (struct zip){.bytes = calloc(1, ROOM), .index = calloc(1, ROOM)};
    CU_ASSERT_FATAL(zip->bytes != NULL && zip->index != NULL);
}

static void zip_fini(struct zip *zip)
{
    free(zip->bytes);
    free(zip->index);
}

/* mode: as in stat, 0100644 a file. flags: 1 says that it is encrypted. */
static void zip_add(struct zip *zip, const char *name, const char *text, unsigned mode, unsigned flags)
{
    size_t length = strlen(name), size = strlen(text);
    unsigned char *head = zip->bytes + zip->size, *row = zip->index + zip->index_size;
    CU_ASSERT_FATAL(zip->size + length + size + 200 < ROOM && zip->index_size + length + 100 < ROOM);
    number(head, 4, 0x04034b50);
    number(head + 4, 2, 20);
    number(head + 6, 2, flags);
    number(head + 14, 4, crc_of(text, size));
    number(head + 18, 4, size);
    number(head + 22, 4, size);
    number(head + 26, 2, length);
    memcpy(head + 30, name, length);
    memcpy(head + 30 + length, text, size);
    number(row, 4, 0x02014b50);
    number(row + 4, 2, 3 << 8 | 20); /* made on Unix: the mode counts */
    memcpy(row + 6, head + 4, 26);
    number(row + 38, 4, (unsigned long)mode << 16);
    number(row + 42, 4, zip->size);
    memcpy(row + 46, name, length);
    zip->size += 30 + length + size;
    zip->index_size += 46 + length;
    zip->count++;
}

static void zip_end(struct zip *zip)
{
    unsigned char *end = zip->bytes + zip->size + zip->index_size;
    memcpy(zip->bytes + zip->size, zip->index, zip->index_size);
    number(end, 4, 0x06054b50);
    number(end + 8, 2, zip->count);
    number(end + 10, 2, zip->count);
    number(end + 12, 4, zip->index_size);
    number(end + 16, 4, zip->size);
    zip->size += zip->index_size + 22;
}

struct kept {
    char text[KEPT];
    bool fails;
};

static int keep(void *context, int64_t index, bool first, const void *bytes, size_t size)
{
    struct kept *kept = context;
    size_t used = strlen(kept->text);
    if (kept->fails)
        return -1;
    if (first)
        (void)snprintf(kept->text + used, KEPT - used, "[%lld]", (long long)index);
    used = strlen(kept->text);
    (void)snprintf(kept->text + used, KEPT - used, "%.*s", (int)size, (const char *)bytes);
    return 0;
}

/* 1.out and a.out or a[5].out are wanted, 8 bytes of each. */
static enum unpack_result unpack_it(const void *bytes, size_t size, struct kept *kept, char name[UNPACK_NAME])
{
    struct unpack_file files[] = {{"a[5].out", 8, 1}, {"a.out", 8, 1}, {"1.out", 8, 0}};
    bool taken[2] = {false, false};
    struct unpack unpack = {.files = files, .count = 3, .taken = taken, .write = keep, .context = kept};
    unpack_sort(&unpack);
    enum unpack_result result = unpack_zip(&unpack, bytes, size);
    (void)snprintf(name, UNPACK_NAME, "%s", unpack.name);
    return result;
}

static void check(struct zip *zip, enum unpack_result expected, const char *text, const char *name)
{
    struct kept kept = {"", false};
    char at_fault[UNPACK_NAME];
    zip_end(zip);
    enum unpack_result result = unpack_it(zip->bytes, zip->size, &kept, at_fault);
    UNIT_CHECK(result == expected, "%d instead of %d (%s)", (int)result, (int)expected, at_fault);
    UNIT_CHECK(strcmp(kept.text, text) == 0, "%s instead of %s", kept.text, text);
    if (expected != UNPACK_DONE)
        UNIT_CHECK(strcmp(at_fault, name) == 0, "'%s' instead of '%s'", at_fault, name);
    zip_fini(zip);
}

static void test_files(void)
{
    struct zip zip;
    zip_init(&zip);
    zip_add(&zip, "1.out", "5\n", 0100644, 0);
    zip_add(&zip, "x/y/a[5].out", "6\n", 0100644, 0);
    zip_add(&zip, "other.txt", "7\n", 0100644, 0);
    check(&zip, UNPACK_DONE, "[0]5\n[1]6\n", "");
    zip_init(&zip);
    zip_add(&zip, "out/", "", 040755, 0);
    zip_add(&zip, "out\\a.out", "", 0100644, 0);
    zip_add(&zip, "__MACOSX/out/a.out", "no", 0100644, 0);
    zip_add(&zip, ".hidden/a.out", "no", 0100644, 0);
    zip_add(&zip, "._1.out", "no", 0100644, 0);
    check(&zip, UNPACK_DONE, "[1]", "");
    zip_init(&zip);
    check(&zip, UNPACK_DONE, "", "");
}

static void test_hostile_names(void)
{
    static const char *const names[] = {"../1.out", "/1.out", "a/../../1.out", "..\\1.out", "\\1.out", "C:\\1.out",
                                        "x/..",     "..",     "/etc/passwd"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        struct zip zip;
        zip_init(&zip);
        zip_add(&zip, names[i], "5\n", 0100644, 0);
        check(&zip, UNPACK_OUTSIDE, "", names[i]);
    }
    struct zip zip;
    zip_init(&zip);
    zip_add(&zip, "..1.out", "x", 0100644, 0);
    zip_add(&zip, "a..b/1.out", "5", 0100644, 0);
    check(&zip, UNPACK_DONE, "[0]5", "");
}

static void test_hostile_kinds(void)
{
    struct zip zip;
    zip_init(&zip);
    zip_add(&zip, "1.out", "/etc/passwd", 0120777, 0);
    check(&zip, UNPACK_LINK, "", "1.out");
    zip_init(&zip);
    zip_add(&zip, "1.out", "", 0010644, 0); /* a fifo */
    check(&zip, UNPACK_LINK, "", "1.out");
    zip_init(&zip);
    zip_add(&zip, "1.out", "secret secret", 0100644, 1);
    check(&zip, UNPACK_ENCRYPTED, "", "1.out");
}

static void test_two_of_one(void)
{
    struct zip zip;
    zip_init(&zip);
    zip_add(&zip, "1.out", "5", 0100644, 0);
    zip_add(&zip, "x/1.out", "6", 0100644, 0);
    check(&zip, UNPACK_TWICE, "[0]5", "x/1.out");
    zip_init(&zip);
    zip_add(&zip, "a.out", "5", 0100644, 0);
    zip_add(&zip, "a[5].out", "6", 0100644, 0);
    check(&zip, UNPACK_TWICE, "[1]5", "a[5].out");
}

static void test_large_file_is_cut(void)
{
    struct zip zip;
    zip_init(&zip);
    zip_add(&zip, "1.out", "123456789012345678901234567890", 0100644, 0);
    zip_add(&zip, "a.out", "12345678", 0100644, 0);
    check(&zip, UNPACK_DONE, "[0]123456789[1]12345678", "");
}

static void test_too_many(void)
{
    struct zip zip;
    zip_init(&zip);
    for (int i = 0; i <= UNPACK_ENTRIES; i++) {
        char name[16];
        (void)snprintf(name, sizeof name, "f%d", i);
        zip_add(&zip, name, "", 0100644, 0);
    }
    check(&zip, UNPACK_MANY, "", "");
}

static void test_damaged(void)
{
    struct zip zip;
    struct kept kept = {"", false};
    char name[UNPACK_NAME];
    CU_ASSERT_EQUAL(unpack_it("", 0, &kept, name), UNPACK_DAMAGED);
    CU_ASSERT_EQUAL(unpack_it("PK", 2, &kept, name), UNPACK_DAMAGED);
    CU_ASSERT_EQUAL(unpack_it("not a zip at all", 16, &kept, name), UNPACK_DAMAGED);
    zip_init(&zip);
    zip_add(&zip, "1.out", "5", 0100644, 0);
    zip_end(&zip);
    zip.bytes[30 + 5] = '6'; /* the sum does not fit any more */
    CU_ASSERT_EQUAL(unpack_it(zip.bytes, zip.size, &kept, name), UNPACK_DAMAGED);
    zip_fini(&zip);
}

static void test_our_fault(void)
{
    struct zip zip;
    struct kept kept = {"", true};
    char name[UNPACK_NAME];
    zip_init(&zip);
    zip_add(&zip, "1.out", "5", 0100644, 0);
    zip_end(&zip);
    CU_ASSERT_EQUAL(unpack_it(zip.bytes, zip.size, &kept, name), UNPACK_FAILED);
    zip_fini(&zip);
}

static const struct unit_test tests[] = {
    {"files", test_files},
    {"hostile_names", test_hostile_names},
    {"hostile_kinds", test_hostile_kinds},
    {"two_of_one", test_two_of_one},
    {"large_file_is_cut", test_large_file_is_cut},
    {"too_many", test_too_many},
    {"damaged", test_damaged},
    {"our_fault", test_our_fault},
};
UNIT_MAIN("unpack", tests)
