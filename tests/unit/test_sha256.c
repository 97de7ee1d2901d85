/*
 * test_sha256.c - the digests of FIPS 180-4's examples, whole and in pieces.
 */
#include "common/sha256.h"

#include <string.h>

#include "tests/unit/unit.h"

#include "common/banned.h"

static const char *digest_of(const char *text, size_t size, size_t piece)
{
    static char digits[SHA256_TEXT];
    unsigned char digest[SHA256_BYTES];
    struct sha256 hash;
    sha256_init(&hash);
    for (size_t at = 0; at < size; at += piece)
        sha256_add(&hash, text + at, size - at < piece ? size - at : piece);
    sha256_end(&hash, digest);
    sha256_text(digest, digits);
    return digits;
}

static void test_examples(void)
{
    static const struct {
        const char *text, *digest;
    } rows[] = {
        {"", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"},
        {"abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"},
        {"abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
         "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        (void)UNIT_CHECK(strcmp(digest_of(rows[i].text, strlen(rows[i].text), 64), rows[i].digest) == 0, "'%s'",
                         rows[i].text);
}

/* A million times a, in pieces of any size. */
static void test_pieces(void)
{
    static const size_t pieces[] = {1, 3, 55, 56, 63, 64, 65, 1000, 1000000};
    static char text[1000000];
    memset(text, 'a', sizeof text);
    for (size_t i = 0; i < sizeof pieces / sizeof *pieces; i++)
        (void)UNIT_CHECK(strcmp(digest_of(text, sizeof text, pieces[i]),
                                "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0") == 0,
                         "pieces of %zu", pieces[i]);
}

static const struct unit_test tests[] = {{"examples", test_examples}, {"pieces", test_pieces}};

UNIT_MAIN("sha256", tests)
