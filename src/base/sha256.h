/* SHA-256: names files by their content and shows that evidence was not changed.  Pure but for
 * sha256_file.  Source: FIPS 180-4, sections 5 and 6.2. */
#ifndef BASE_SHA256_H
#define BASE_SHA256_H

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

enum { SHA256_DIGITS = 64, SHA256_BLOCK_BYTES = 64 };

struct sha256 {
    uint32_t state[8];
    uint64_t length;
    unsigned char block[SHA256_BLOCK_BYTES];
};

/* Order: begin; add as often as wanted; end, which writes 64 lower case digits and a NUL. */
void sha256_begin(struct sha256 *hash);
void sha256_add(struct sha256 *hash, const void *data, size_t length);
void sha256_end(struct sha256 *hash, char ret_digits[SHA256_DIGITS + 1]);

/* All at once. */
void sha256_text(const void *data, size_t length, char ret_digits[SHA256_DIGITS + 1]);

/* Of a file's bytes.  ASSAY_ERR_IO: it cannot be read. */
ASSAY_USE_RESULT assay_status sha256_file(const char *path, char ret_digits[SHA256_DIGITS + 1],
                                          struct buf *error);

#endif
