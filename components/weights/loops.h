/* Arithmetic that compilers vectorize well, written once: each kernel's file makes functions of it
 * for its instructions.  Internal.
 *
 * Magnitudes are compared as the whole numbers that their bits are, which has the same order and,
 * unlike a comparison of floats, is a reduction that needs no promise about NaN; those are greater
 * than infinity, so that nothing that is not finite is overlooked. */
#ifndef WEIGHTS_LOOPS_H
#define WEIGHTS_LOOPS_H

#include <math.h>
#include <string.h>

#include "kernels.h"

#ifndef KERNEL
#error "define KERNEL as the attributes of the functions, or as nothing"
#endif

#define LOOP static inline __attribute__((always_inline))
#define PARTS 16u /* sums that do not wait for each other */
#define CHUNK 4096u

LOOP int32_t magnitude_bits(float value)
{
    int32_t bits;
    memcpy(&bits, &value, sizeof bits);
    return bits & INT32_MAX;
}

LOOP float from_bits(int32_t bits)
{
    float value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

LOOP float loop_greatest_magnitude(const float *w, size_t count)
{
    int32_t greatest = 0;
    for (size_t i = 0; i < count; i++) {
        const int32_t bits = magnitude_bits(w[i]);
        greatest = bits > greatest ? bits : greatest;
    }
    return from_bits(greatest);
}

/* Magnitudes above a threshold, and how many.  f32 within a chunk, double over chunks: 24 bits are
 * plenty for 256 additions a sum.  A threshold below zero takes all. */
LOOP double loop_sum_above(const float *w, size_t count, float threshold, size_t *ret_above)
{
    double sum = 0;
    *ret_above = 0;
    for (size_t done = 0; done < count; done += CHUNK) {
        const size_t rest = count - done, some = rest < CHUNK ? rest : CHUNK;
        float sums[PARTS] = {0};
        int32_t above[PARTS] = {0};
        size_t i = 0;
        for (; i + PARTS <= some; i += PARTS) {
            for (size_t k = 0; k < PARTS; k++) {
                const float magnitude = fabsf(w[done + i + k]);
                sums[k] += magnitude > threshold ? magnitude : 0;
                above[k] += magnitude > threshold;
            }
        }
        for (; i < some; i++) {
            const float magnitude = fabsf(w[done + i]);
            sums[0] += magnitude > threshold ? magnitude : 0;
            above[0] += magnitude > threshold;
        }
        for (size_t k = 0; k < PARTS; k++) {
            sum += (double)sums[k];
            *ret_above += (size_t)above[k];
        }
    }
    return sum;
}

LOOP void loop_ternarize(const float *restrict w, size_t count, float threshold,
                         uint8_t *restrict ret_codes)
{
    for (size_t i = 0; i < count; i++) {
        ret_codes[i] = (uint8_t)(1 + (w[i] > threshold) - (w[i] < -threshold));
    }
}

/* Adding and taking off 1.5 * 2^23 rounds to whole numbers, ties to even, as rintf does. */
LOOP void loop_round_all(const float *restrict w, size_t count, float inverse, float limit,
                         int8_t *restrict ret)
{
    const float magic = 0x1.8p23f;
    for (size_t i = 0; i < count; i++) {
        float scaled = w[i] * inverse;
        scaled = scaled > limit ? limit : scaled;
        scaled = scaled < -limit ? -limit : scaled;
        ret[i] = (int8_t)(int32_t)((scaled + magic) - magic);
    }
}

LOOP void loop_pack_ternary(const uint8_t *restrict codes, uint8_t *restrict ret_packed)
{
    for (size_t b = 0; b < 64; b++) {
        ret_packed[b] =
            (uint8_t)(codes[b] | codes[64 + b] << 2 | codes[128 + b] << 4 | codes[192 + b] << 6);
    }
}

/* Bytes of a tile as they are kept -> whole numbers in the order of its two registers. */
LOOP void loop_unpack(const uint8_t *restrict codes, const unsigned bits, int8_t *restrict ret)
{
    if (bits == 8) {
        memcpy(ret, codes, TILE);
        return;
    }
    for (unsigned b = 0; b < TILE / 2 && bits == 4; b++) {
        ret[b] = (int8_t)((codes[b] & 15) - 8);
        ret[TILE / 2 + b] = (int8_t)((codes[b] >> 4) - 8);
    }
    for (unsigned plane = 0; plane < 4 && bits == 3; plane++) {
        const uint8_t *four = codes + 32 + (size_t)4 * plane;
        const uint32_t high =
            four[0] | (uint32_t)four[1] << 8 | (uint32_t)four[2] << 16 | (uint32_t)four[3] << 24;
        for (unsigned b = 0; b < 32; b++) {
            const uint32_t low = (uint32_t)codes[b] >> 2 * plane & 3;
            ret[32 * plane + b] = (int8_t)((int)(low + 4 * (high >> b & 1)) - 4);
        }
    }
}

/* A tile in natural order as f32; one scale for each 32 numbers. */
LOOP void loop_restore_tile(const uint8_t *codes, const unsigned bits, const float *scales,
                            float *restrict ret)
{
    int8_t tile[TILE];
    const int8_t *const high = tile + TILE / 2;
    loop_unpack(codes, bits, tile);
    for (unsigned j = 0; j < TILE_GROUPS; j++) {
        for (unsigned i = 0; i < 16; i++) {
            ret[32 * j + i] = scales[j] * (float)tile[16 * j + i];
            ret[32 * j + 16 + i] = scales[j] * (float)high[16 * j + i];
        }
    }
}

LOOP void loop_restore_ternary(const uint8_t *restrict codes, float scale, float *restrict ret)
{
    for (unsigned plane = 0; plane < 4; plane++) {
        for (unsigned b = 0; b < 64; b++) {
            ret[64 * plane + b] = scale * (float)((codes[b] >> 2 * plane & 3) - 1);
        }
    }
}

/* Entries one after the other, put down or added; the length is known where it is called. */
LOOP void loop_restore_vectors(const float *restrict entries, const uint16_t *restrict codes,
                               size_t count, bool add, float *restrict ret, const unsigned length)
{
    for (size_t i = 0; i < count; i++) {
        const float *entry = entries + (size_t)codes[i] * length;
        for (unsigned k = 0; k < length; k++) {
            ret[i * length + k] = add ? ret[i * length + k] + entry[k] : entry[k];
        }
    }
}

LOOP float loop_dot(const float *a, const float *b, size_t count)
{
    float sums[2 * PARTS] = {0}, sum = 0;
    size_t i = 0;
    for (; i + 2 * PARTS <= count; i += 2 * PARTS) {
        for (size_t k = 0; k < 2 * PARTS; k++) {
            sums[k] += a[i + k] * b[i + k];
        }
    }
    for (; i < count; i++) {
        sums[0] += a[i] * b[i];
    }
    for (size_t k = 0; k < 2 * PARTS; k++) {
        sum += sums[k];
    }
    return sum;
}

/* The length is known where it is called, so that the inner loop is unrolled. */
LOOP float loop_dot_vectors(const float *entries, const uint16_t *codes, size_t count,
                            const float *x, const unsigned length)
{
    float sums[2][WEIGHTS_VECTOR_MAX] = {{0}}, sum = 0;
    size_t i = 0;
    for (; i + 2 <= count; i += 2) {
        for (unsigned half = 0; half < 2; half++) {
            const float *entry = entries + (size_t)codes[i + half] * length;
            for (unsigned k = 0; k < length; k++) {
                sums[half][k] += entry[k] * x[(i + half) * length + k];
            }
        }
    }
    for (; i < count; i++) {
        for (unsigned k = 0; k < length; k++) {
            sums[0][k] += entries[(size_t)codes[i] * length + k] * x[i * length + k];
        }
    }
    for (unsigned k = 0; k < length; k++) {
        sum += sums[0][k] + sums[1][k];
    }
    return sum;
}

LOOP float loop_dot_vectors_any(const struct weights_book *book, const uint16_t *codes,
                                size_t count, const float *x)
{
    switch (book->length) {
    case 4:
        return loop_dot_vectors(book->entries, codes, count, x, 4);
    case 8:
        return loop_dot_vectors(book->entries, codes, count, x, 8);
    case 16:
        return loop_dot_vectors(book->entries, codes, count, x, 16);
    }
    return loop_dot_vectors(book->entries, codes, count, x, book->length);
}

/* ---- the functions of a kernel ---- */

static KERNEL float dot(const float *a, const float *b, size_t count)
{
    return loop_dot(a, b, count);
}

static KERNEL float dot_vectors(const struct weights_book *book, const uint16_t *codes,
                                size_t count, const float *x)
{
    return loop_dot_vectors_any(book, codes, count, x);
}

static KERNEL double sum_above(const float *w, size_t count, float threshold, size_t *ret_above)
{
    return loop_sum_above(w, count, threshold, ret_above);
}

static KERNEL float greatest_magnitude(const float *w, size_t count)
{
    return loop_greatest_magnitude(w, count);
}

static KERNEL void ternarize(const float *w, size_t count, float threshold, uint8_t *ret_codes)
{
    loop_ternarize(w, count, threshold, ret_codes);
}

static KERNEL void round_all(const float *w, size_t count, float inverse, float limit, int8_t *ret)
{
    loop_round_all(w, count, inverse, limit, ret);
}

static KERNEL void pack_ternary(const uint8_t *codes, uint8_t *ret_packed)
{
    loop_pack_ternary(codes, ret_packed);
}

static KERNEL void restore_tile(const uint8_t *codes, unsigned bits, const float *scales,
                                float *ret)
{
    switch (bits) {
    case 8:
        loop_restore_tile(codes, 8, scales, ret);
        break;
    case 4:
        loop_restore_tile(codes, 4, scales, ret);
        break;
    default:
        loop_restore_tile(codes, 3, scales, ret);
        break;
    }
}

static KERNEL void restore_ternary(const uint8_t *codes, float scale, float *ret)
{
    loop_restore_ternary(codes, scale, ret);
}

static KERNEL void restore_vectors(const struct weights_book *book, const uint16_t *codes,
                                   size_t count, bool add, float *ret)
{
    switch (book->length) {
    case 4:
        loop_restore_vectors(book->entries, codes, count, add, ret, 4);
        break;
    case 8:
        loop_restore_vectors(book->entries, codes, count, add, ret, 8);
        break;
    default:
        loop_restore_vectors(book->entries, codes, count, add, ret, book->length);
        break;
    }
}

/* What stands in each kernel's table. */
#define LOOPS                                                                                      \
    .dot = dot, .dot_vectors = dot_vectors, .sum_above = sum_above,                                \
    .greatest_magnitude = greatest_magnitude, .ternarize = ternarize, .round_all = round_all,      \
    .pack_ternary = pack_ternary, .restore_tile = restore_tile,                                    \
    .restore_ternary = restore_ternary, .restore_vectors = restore_vectors

#endif
