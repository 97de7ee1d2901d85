/*
 * sha256.h - SHA-256 (FIPS 180-4), for names of files that are found again by what they were made from.
 */
#ifndef JUDGE_SHA256_H
#define JUDGE_SHA256_H

#include <stddef.h>
#include <stdint.h>

#define SHA256_BYTES 32
#define SHA256_TEXT (2 * SHA256_BYTES + 1)

struct sha256 {
    uint32_t state[8];
    uint64_t length; /* bytes so far */
    unsigned char block[64];
};

void sha256_init(struct sha256 *hash);
void sha256_add(struct sha256 *hash, const void *bytes, size_t size);
/* Ends it: the digest as bytes. The hash must be started anew before it is used again. */
void sha256_end(struct sha256 *hash, unsigned char digest[SHA256_BYTES]);
/* A digest as 64 hexadecimal digits. */
void sha256_text(const unsigned char digest[SHA256_BYTES], char text[SHA256_TEXT]);

#endif
