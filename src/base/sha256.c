/* The plain compression function, block by block.
 * Why our own: evidence is hashed and checked on machines where nothing but assay is installed, and
 * sixty lines with the standard's own test vectors are less than a dependency.  Nothing hot depends
 * on it. */
#include "base/sha256.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

static const uint32_t ROUNDS[64] = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2};
static const uint32_t START[8] = {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
                                  0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};

static uint32_t turned(uint32_t word, int bits)
{
    return word >> bits | word << (32 - bits);
}

/* The message schedule of section 6.2.2, step 1. */
static void schedule(const unsigned char *block, uint32_t words[64])
{
    for (int i = 0; i < 16; i++)
        words[i] = (uint32_t)block[4 * i] << 24 | (uint32_t)block[4 * i + 1] << 16 |
                   (uint32_t)block[4 * i + 2] << 8 | block[4 * i + 3];
    for (int i = 16; i < 64; i++) {
        uint32_t early = words[i - 15], late = words[i - 2];
        words[i] = words[i - 16] + (turned(early, 7) ^ turned(early, 18) ^ early >> 3) +
                   words[i - 7] + (turned(late, 17) ^ turned(late, 19) ^ late >> 10);
    }
}

static void compress(struct sha256 *hash, const unsigned char *block)
{
    uint32_t words[64], v[8];
    schedule(block, words);
    memcpy(v, hash->state, sizeof v);
    for (int i = 0; i < 64; i++) {
        uint32_t choice = (v[4] & v[5]) ^ (~v[4] & v[6]);
        uint32_t majority = (v[0] & v[1]) ^ (v[0] & v[2]) ^ (v[1] & v[2]);
        uint32_t one = v[7] + (turned(v[4], 6) ^ turned(v[4], 11) ^ turned(v[4], 25)) + choice +
                       ROUNDS[i] + words[i];
        uint32_t two = (turned(v[0], 2) ^ turned(v[0], 13) ^ turned(v[0], 22)) + majority;
        memmove(v + 1, v, 7 * sizeof *v);
        v[4] += one;
        v[0] = one + two;
    }
    for (int i = 0; i < 8; i++)
        hash->state[i] += v[i];
}

void sha256_begin(struct sha256 *hash)
{
    *hash = (struct sha256){.length = 0};
    memcpy(hash->state, START, sizeof START);
}

void sha256_add(struct sha256 *hash, const void *data, size_t length)
{
    const unsigned char *bytes = data;
    while (length > 0) {
        size_t at = hash->length % SHA256_BLOCK_BYTES;
        size_t part = SHA256_BLOCK_BYTES - at < length ? SHA256_BLOCK_BYTES - at : length;
        memcpy(hash->block + at, bytes, part);
        hash->length += part;
        bytes += part;
        length -= part;
        if (hash->length % SHA256_BLOCK_BYTES == 0)
            compress(hash, hash->block);
    }
}

void sha256_end(struct sha256 *hash, char ret_digits[SHA256_DIGITS + 1])
{
    unsigned char tail[SHA256_BLOCK_BYTES] = {0x80}, bits[8];
    uint64_t length = hash->length * 8;
    size_t at = hash->length % SHA256_BLOCK_BYTES;
    for (int i = 0; i < 8; i++)
        bits[i] = (unsigned char)(length >> (56 - 8 * i));
    sha256_add(hash, tail, (at < 56 ? 56 : 120) - at);
    sha256_add(hash, bits, sizeof bits);
    for (int i = 0; i < 8; i++)
        snprintf(ret_digits + 8 * i, 9, "%08x", hash->state[i]);
}

void sha256_text(const void *data, size_t length, char ret_digits[SHA256_DIGITS + 1])
{
    struct sha256 hash;
    sha256_begin(&hash);
    sha256_add(&hash, data, length);
    sha256_end(&hash, ret_digits);
}

assay_status sha256_file(const char *path, char ret_digits[SHA256_DIGITS + 1], struct buf *error)
{
    struct sha256 hash;
    unsigned char bytes[16384];
    size_t got;
    errno = 0;
    FILE *file = fopen(path, "re");
    if (file == NULL)
        return buf_error(error, ASSAY_ERR_IO, "cannot hash '%s': %s", path, strerror(errno));
    sha256_begin(&hash);
    while ((got = fread(bytes, 1, sizeof bytes, file)) > 0)
        sha256_add(&hash, bytes, got);
    int code = errno;
    bool failed = ferror(file) != 0;
    (void)fclose(file);
    if (failed)
        return buf_error(error, ASSAY_ERR_IO, "cannot hash '%s': %s", path, strerror(code));
    sha256_end(&hash, ret_digits);
    return ASSAY_OK;
}
