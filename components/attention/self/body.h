/* One group of queries meets one tile of keys, written once for vectors of WIDTH numbers; each
 * kernel's file makes a function of it for its instructions.  Internal.
 *
 * Sums stay in registers: ROWS rows times two vectors, so that a vector that was loaded meets ROWS
 * numbers, and a number that was loaded meets two vectors.  Scores are powers of 2 and not of e,
 * so that a weight costs no multiplication by log2 e: that lies in the queries. */
#ifndef ATTENTION_SELF_BODY_H
#define ATTENTION_SELF_BODY_H

#include <math.h>
#include <string.h>

#include "tiles.h"

#if !defined(KERNEL) || !defined(WIDTH) || !defined(ROWS) || !defined(GREATER)
#error "define KERNEL (attributes), WIDTH (numbers a vector), ROWS (at once), GREATER(a, b)"
#endif

#define INLINE static inline __attribute__((always_inline)) KERNEL
#define PAIR (2 * WIDTH)
#define LEAST_POWER (-127.0f) /* whose power comes out as 0 */

typedef float vector __attribute__((vector_size(4 * WIDTH), aligned(4), may_alias));
typedef float wide __attribute__((vector_size(4 * WIDTH)));
typedef int32_t whole __attribute__((vector_size(4 * WIDTH)));

INLINE wide get(const float *from)
{
    return *(const vector *)from;
}

INLINE void put(float *to, wide value)
{
    *(vector *)to = value;
}

INLINE wide same(float value)
{
    return (wide){0} + value;
}

/* ret[r * ret_pitch + ..] += left[r * left_pitch + k] * right[k * PAIR + ..], k < count. */
struct product {
    const float *left, *right;
    size_t left_pitch, count;
    float *ret;
    size_t ret_pitch;
};

/* `fresh`: begins with 0 instead. */
INLINE void multiply_panel(const struct product *p, const bool fresh)
{
    const float *left = p->left, *right = p->right;
    const size_t left_pitch = p->left_pitch, ret_pitch = p->ret_pitch;
    float *ret = p->ret;
    wide sums[ROWS][2];
#pragma GCC unroll 12
    for (unsigned r = 0; r < ROWS; r++) {
        sums[r][0] = fresh ? same(0) : get(ret + r * ret_pitch);
        sums[r][1] = fresh ? same(0) : get(ret + r * ret_pitch + WIDTH);
    }
    for (size_t k = 0; k < p->count; k++) {
        const wide first = get(right + k * PAIR), second = get(right + k * PAIR + WIDTH);
#pragma GCC unroll 12
        for (unsigned r = 0; r < ROWS; r++) {
            const float own = left[r * left_pitch + k];
            sums[r][0] += own * first;
            sums[r][1] += own * second;
        }
    }
#pragma GCC unroll 12
    for (unsigned r = 0; r < ROWS; r++) {
        put(ret + r * ret_pitch, sums[r][0]);
        put(ret + r * ret_pitch + WIDTH, sums[r][1]);
    }
}

/* 2^x for x <= 0, relative error below 2e-7 (Cephes, exp2f): 2^n times a polynomial of the rest,
 * which is at most 1/2.  The sum with `magic` has n in its lowest bits, from where it is added to
 * the exponent; that of 2^-127 becomes 0, and its rest too, so that all below is exactly 0. */
INLINE wide power_of(wide x)
{
    x = GREATER(x, same(LEAST_POWER));
    const wide magic = same(0x1.8p23f), shifted = x + magic;
    const wide rest = x - (shifted - magic);
    wide power = same(1.535336188319500e-4f);
    power = power * rest + 1.339887440266574e-3f;
    power = power * rest + 9.618437357674640e-3f;
    power = power * rest + 5.550332471162809e-2f;
    power = power * rest + 2.402264791363012e-1f;
    power = power * rest + 6.931472028550421e-1f;
    power = power * rest + 1.0f;
    return (wide)((whole)power + ((whole)shifted << 23));
}

INLINE float greatest_of(wide values)
{
    float halves[WIDTH];
    put(halves, values);
    for (unsigned half = WIDTH / 2; half > 0; half /= 2) {
        for (unsigned k = 0; k < half; k++) {
            halves[k] = halves[k] > halves[k + half] ? halves[k] : halves[k + half];
        }
    }
    return halves[0];
}

INLINE float total_of(wide values)
{
    float halves[WIDTH];
    put(halves, values);
    for (unsigned half = WIDTH / 2; half > 0; half /= 2) {
        for (unsigned k = 0; k < half; k++) {
            halves[k] += halves[k + half];
        }
    }
    return halves[0];
}

INLINE float greatest_score(const float *scores, size_t count, float known)
{
    wide first = same(known), second = first;
    for (size_t i = 0; i < count; i += PAIR) {
        const wide a = get(scores + i), b = get(scores + i + WIDTH);
        first = GREATER(a, first);
        second = GREATER(b, second);
    }
    return greatest_of(GREATER(first, second));
}

/* A greater score than all before: what was summed weighs less. */
INLINE void shrink(const struct attention_tile *tile, unsigned r, float greatest)
{
    const float factor = power_of(same(tile->maxima[r] - greatest))[0];
    float *sums = tile->sums + r * tile->padded;
    for (size_t k = 0; k < tile->padded; k += WIDTH) {
        put(sums + k, get(sums + k) * factor);
    }
    tile->lengths[r] *= factor;
    tile->maxima[r] = greatest;
}

/* A row's scores become weights; those that it does not see, up to `count`, 0. */
INLINE void weigh(const struct attention_tile *tile, unsigned r, size_t count)
{
    float *scores = tile->scores + (size_t)r * TILE;
    const size_t limit = tile->limits[r];
    for (size_t i = limit; i < count; i++) {
        scores[i] = -INFINITY;
    }
    const float greatest = greatest_score(scores, count, tile->maxima[r]);
    if (limit == 0) {
        memset(scores, 0, count * sizeof *scores);
        return;
    }
    if (greatest > tile->maxima[r]) {
        shrink(tile, r, greatest);
    }
    wide first = same(0), second = first;
    for (size_t i = 0; i < count; i += PAIR) {
        const wide a = power_of(get(scores + i) - greatest);
        const wide b = power_of(get(scores + i + WIDTH) - greatest);
        put(scores + i, a);
        put(scores + i + WIDTH, b);
        first += a;
        second += b;
    }
    tile->lengths[r] += total_of(first + second);
}

static KERNEL void meet_tile(const struct attention_tile *tile)
{
    size_t most = 0;
    for (unsigned r = 0; r < ROWS; r++) {
        most = tile->limits[r] > most ? tile->limits[r] : most;
    }
    const size_t count = (most + PAIR - 1) / PAIR * PAIR;
    for (size_t i = 0; i < count; i += PAIR) {
        const struct product product = {tile->queries, tile->keys + i * tile->dim, tile->dim,
                                        tile->dim,     tile->scores + i,           TILE};
        multiply_panel(&product, true);
    }
    for (unsigned r = 0; r < ROWS; r++) {
        weigh(tile, r, count);
    }
    for (size_t k = 0; k < tile->padded; k += PAIR) {
        const struct product product = {tile->scores,   tile->values + k / PAIR * tile->value_pitch,
                                        TILE,           most,
                                        tile->sums + k, tile->padded};
        multiply_panel(&product, false);
    }
}

/* What stands in each kernel's table. */
#define BODY .rows = ROWS, .pair = PAIR, .meet = meet_tile

#endif
