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
#include "wide/wide.h"

#if !defined(ROWS)
#error "define ROWS, of queries at once"
#endif

#define PAIR (2 * WIDTH)
#define LEAST_POWER (-127.0f) /* whose power comes out as 0 */

/* ret[r * ret_pitch + ..] += left[r * left_pitch + k] * right[k * PAIR + ..], k < count. */
struct product {
    const float *left, *right;
    size_t left_pitch, count;
    float *ret;
    size_t ret_pitch;
};

/* `fresh`: begins with 0 instead. */
KERNEL_INLINE void multiply_panel(const struct product *p, const bool fresh)
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

/* 2^x for LEAST_POWER <= x <= 126, relative error below 2e-7: 2^n times a polynomial of the rest,
 * which is at most 1/2.  The sum with `magic` has n in its lowest bits, from where it is added to
 * the exponent; that of 2^-127 becomes 0, and its rest too, so that it is exactly 0. */
KERNEL_INLINE wide power_of(wide x)
{
    const wide magic = same(0x1.8p23f), shifted = x + magic;
    const wide rest = x - (shifted - magic);
    wide power = same(1.32948556e-3f);
    power = power * rest + 9.67486575e-3f;
    power = power * rest + 5.55065796e-2f;
    power = power * rest + 2.40221843e-1f;
    power = power * rest + 6.93147004e-1f;
    power = power * rest + 1.0f;
    return (wide)((whole)power + ((whole)shifted << 23));
}

/* The same for all x <= 0. */
KERNEL_INLINE wide weight_of(wide x)
{
    return power_of(greater(x, same(LEAST_POWER)));
}

KERNEL_INLINE float greatest_score(const float *scores, size_t count, float known)
{
    wide first = same(known), second = first;
    for (size_t i = 0; i < count; i += PAIR) {
        const wide a = get(scores + i), b = get(scores + i + WIDTH);
        first = greater(a, first);
        second = greater(b, second);
    }
    return greatest_lane(greater(first, second));
}

/* A greater score than all before: what was summed weighs less. */
KERNEL_INLINE void shrink(const struct attention_tile *tile, unsigned r, float greatest)
{
    const wide factor = weight_of(same(tile->maxima[r] - greatest));
    float *sums = tile->sums + r * tile->padded, *lengths = tile->lengths + (size_t)r * WIDTH;
    for (size_t k = 0; k < tile->padded; k += WIDTH) {
        put(sums + k, get(sums + k) * factor);
    }
    put(lengths, get(lengths) * factor);
    tile->maxima[r] = greatest;
}

/* The greatest score of a row among `count`, and all before. */
KERNEL_INLINE float find_greatest(const struct attention_tile *tile, unsigned r, size_t count)
{
    const float greatest = greatest_score(tile->scores + (size_t)r * TILE, count, tile->maxima[r]);
    if (greatest > tile->maxima[r]) {
        shrink(tile, r, greatest);
    }
    return greatest;
}

/* A row's scores become weights; those that it does not see, up to `count`, 0. */
KERNEL_INLINE void weigh(const struct attention_tile *tile, unsigned r, size_t count,
                         const bool bounded)
{
    float *scores = tile->scores + (size_t)r * TILE, *lengths = tile->lengths + (size_t)r * WIDTH;
    const size_t limit = tile->limits[r];
    if (limit == 0) {
        memset(scores, 0, count * sizeof *scores);
        return;
    }
    for (size_t i = limit; i < count; i++) {
        scores[i] = bounded ? LEAST_POWER : -INFINITY;
    }
    const float greatest = bounded ? 0 : find_greatest(tile, r, count);
    wide first = get(lengths), second = same(0);
    for (size_t i = 0; i < count; i += PAIR) {
        const wide a = get(scores + i), b = get(scores + i + WIDTH);
        const wide own = bounded ? power_of(a) : weight_of(a - greatest);
        const wide next = bounded ? power_of(b) : weight_of(b - greatest);
        put(scores + i, own);
        put(scores + i + WIDTH, next);
        first += own;
        second += next;
    }
    put(lengths, first + second);
}

KERNEL_INLINE void weigh_rows(const struct attention_tile *tile, size_t count)
{
    for (unsigned r = 0; r < ROWS && tile->bounded; r++) {
        weigh(tile, r, count, true);
    }
    for (unsigned r = 0; r < ROWS && !tile->bounded; r++) {
        weigh(tile, r, count, false);
    }
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
    weigh_rows(tile, count);
    for (size_t k = 0; k < tile->padded; k += PAIR) {
        const struct product product = {tile->scores,   tile->values + k / PAIR * tile->value_pitch,
                                        TILE,           most,
                                        tile->sums + k, tile->padded};
        multiply_panel(&product, false);
    }
}

/* Sums of two vectors at a time: what is added up has no order of its own. */
static KERNEL float square_of(const float *row, size_t dim)
{
    wide first = same(0), second = first;
    size_t k = 0;
    for (; k + PAIR <= dim; k += PAIR) {
        const wide a = get(row + k), b = get(row + k + WIDTH);
        first += a * a;
        second += b * b;
    }
    for (; k < dim; k += WIDTH) {
        const wide rest = get_lanes(row + k, first_lanes(dim - k));
        first += rest * rest;
    }
    return total_of(first + second);
}

/* What stands in each kernel's table. */
#define BODY .rows = ROWS, .pair = PAIR, .meet = meet_tile, .square = square_of

#endif
