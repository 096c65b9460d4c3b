/* The kernels, written once for vectors of WIDTH numbers; each kernel's file makes functions of it
 * for its instructions.  Internal.
 *
 * Eight rows are read side by side: eight streams keep more of the memory's requests in flight
 * than one, and eight sums do not wait for each other; summing across registers comes once for all
 * eight.  Rows of up to PREFETCH_ROWS_MAX bytes are fetched eight rows ahead, since eight short
 * streams end before the processor's prefetcher has learnt of them; longer ones a few lines ahead.
 */
#ifndef ATTENTION_BODY_H
#define ATTENTION_BODY_H

#include "curves.h"
#include "self/tiles.h"
#include "wide/wide.h"

#if !defined(DISTANCES)
#error "define DISTANCES, the rows at once whose distances and norms have registers: 4 or 8"
#endif

#define COLUMNS 4u       /* registers of sums in blend */
#define LINES_AHEAD 1024 /* bytes ahead in long rows */

/* ---- rows ---- */

struct place {
    const char *row[ROWS_AT_ONCE];
    size_t ahead; /* bytes from a place in a row to what is fetched for later */
    size_t dim;
};

KERNEL_INLINE struct place begin_at(const struct attention_rows *rows)
{
    const bool is_long = rows->stride > PREFETCH_ROWS_MAX || rows->picks != NULL;
    return (struct place){.ahead = is_long ? LINES_AHEAD : ROWS_AT_ONCE * rows->stride,
                          .dim = rows->dim};
}

KERNEL_INLINE void go_to(struct place *at, const struct attention_rows *rows, size_t r)
{
    for (unsigned i = 0; i < ROWS_AT_ONCE; i++) {
        at->row[i] = row_of(rows, r + i);
    }
}

KERNEL_INLINE void next_head(struct place *at, const struct attention_rows *rows)
{
    for (unsigned i = 0; i < ROWS_AT_ONCE; i++) {
        at->row[i] += rows->head_stride;
    }
}

KERNEL_INLINE size_t size_of(const enum attention_type type)
{
    return type == ATTENTION_F32 ? 4 : type == ATTENTION_F16 ? 2 : 1;
}

/* Once a line; k counts WIDTH numbers at a time. */
KERNEL_INLINE void fetch(const struct place *at, unsigned r, size_t k,
                         const enum attention_type type)
{
    if (k % (64 / size_of(type)) == 0) {
        fetch_ahead(at->row[r] + k * size_of(type), at->ahead);
    }
}

KERNEL_INLINE wide load(const char *row, size_t k, const enum attention_type type)
{
    switch (type) {
    case ATTENTION_F16:
        return get_halves(row + 2 * k);
    case ATTENTION_INT8:
        return get_bytes(row + k);
    case ATTENTION_F32:
    default:
        return get(row + 4 * k);
    }
}

KERNEL_INLINE wide load_lanes(const char *row, size_t k, struct lanes lanes,
                              const enum attention_type type)
{
    switch (type) {
    case ATTENTION_F16:
        return get_halves_lanes(row + 2 * k, lanes);
    case ATTENTION_INT8:
        return get_bytes_lanes(row + k, lanes);
    case ATTENTION_F32:
    default:
        return get_lanes(row + 4 * k, lanes);
    }
}

/* ---- products ---- */

KERNEL_INLINE void dots8(const struct place *at, const float *query, float *ret_dots,
                         const enum attention_type type)
{
    wide sums[SUMS] = {0};
    size_t k = 0;
    for (; k + WIDTH <= at->dim; k += WIDTH) {
        const wide own = get(query + k);
#pragma GCC unroll 8
        for (unsigned r = 0; r < SUMS; r++) {
            sums[r] = fused(own, load(at->row[r], k, type), sums[r]);
            fetch(at, r, k, type);
        }
    }
    if (k < at->dim) {
        const struct lanes lanes = first_lanes(at->dim - k);
        const wide own = get_lanes(query + k, lanes);
#pragma GCC unroll 8
        for (unsigned r = 0; r < SUMS; r++) {
            sums[r] = fused(own, load_lanes(at->row[r], k, lanes, type), sums[r]);
        }
    }
    sum_across(sums, ret_dots);
}

KERNEL_INLINE void dots_of(const struct attention_rows *rows, const float *query, float *ret_dots,
                           const enum attention_type type)
{
    struct place at = begin_at(rows);
    for (size_t r = 0; r < rows->count; r += ROWS_AT_ONCE) {
        go_to(&at, rows, r);
        for (size_t h = 0; h < rows->heads; h++) {
            dots8(&at, query + h * rows->dim, ret_dots + h * rows->pitch + r, type);
            next_head(&at, rows);
        }
    }
}

static KERNEL void dots(const struct attention_rows *rows, const float *query, float *ret_dots)
{
    switch (rows->type) {
    case ATTENTION_F32:
        dots_of(rows, query, ret_dots, ATTENTION_F32);
        break;
    case ATTENTION_F16:
        dots_of(rows, query, ret_dots, ATTENTION_F16);
        break;
    case ATTENTION_INT8:
        dots_of(rows, query, ret_dots, ATTENTION_INT8);
        break;
    }
}

/* ---- distances ---- */

/* Adds one step of the squares of distances of DISTANCES rows from `first` on, and of the norms. */
KERNEL_INLINE void add_distances(const struct place *at, unsigned first, const float *query,
                                 size_t k, wide sums[2 * DISTANCES], const enum attention_type type)
{
    const struct lanes lanes = first_lanes(at->dim - k);
    const bool full = k + WIDTH <= at->dim;
    const wide own = full ? get(query + k) : get_lanes(query + k, lanes);
#pragma GCC unroll 8
    for (unsigned r = 0; r < DISTANCES; r++) {
        const char *row = at->row[first + r];
        const wide value = full ? load(row, k, type) : load_lanes(row, k, lanes, type);
        const wide difference = own - value;
        sums[r] = fused(difference, difference, sums[r]);
        sums[DISTANCES + r] = fused(value, value, sums[DISTANCES + r]);
        fetch(at, first + r, k, type);
    }
}

KERNEL_INLINE void some_distances(const struct place *at, unsigned first, const float *query,
                                  float *ret_squares, float *ret_norms,
                                  const enum attention_type type)
{
    wide sums[2 * DISTANCES] = {0};
    float both[2 * DISTANCES];
    size_t k = 0;
    for (; k + WIDTH <= at->dim; k += WIDTH) {
        add_distances(at, first, query, k, sums, type);
    }
    if (k < at->dim) {
        add_distances(at, first, query, k, sums, type);
    }
    for (unsigned i = 0; i < 2 * DISTANCES; i += SUMS) {
        sum_across(sums + i, both + i);
    }
    memcpy(ret_squares + first, both, DISTANCES * sizeof *both);
    memcpy(ret_norms + first, both + DISTANCES, DISTANCES * sizeof *both);
}

KERNEL_INLINE void distances_of(const struct attention_rows *rows, const float *query,
                                float *ret_squares, float *ret_norms,
                                const enum attention_type type)
{
    struct place at = begin_at(rows);
    for (size_t r = 0; r < rows->count; r += ROWS_AT_ONCE) {
        go_to(&at, rows, r);
        for (size_t h = 0; h < rows->heads; h++) {
            const size_t to = h * rows->pitch + r;
            for (unsigned first = 0; first < ROWS_AT_ONCE; first += DISTANCES) {
                some_distances(&at, first, query + h * rows->dim, ret_squares + to, ret_norms + to,
                               type);
            }
            next_head(&at, rows);
        }
    }
}

/* No distance is taken of int8 rows. */
static KERNEL void distances(const struct attention_rows *rows, const float *query,
                             float *ret_squares, float *ret_norms)
{
    if (rows->type == ATTENTION_F16) {
        distances_of(rows, query, ret_squares, ret_norms, ATTENTION_F16);
    } else {
        distances_of(rows, query, ret_squares, ret_norms, ATTENTION_F32);
    }
}

/* ---- weighted sums ---- */

/* `columns` registers of sums, from column k on, get eight rows. */
KERNEL_INLINE void blend8(const struct place *at, const wide weight[ROWS_AT_ONCE], float *sums,
                          size_t k, const unsigned columns, const enum attention_type type)
{
    wide sum[COLUMNS];
#pragma GCC unroll 4
    for (unsigned c = 0; c < columns; c++) {
        sum[c] = get(sums + k + (size_t)c * WIDTH);
    }
#pragma GCC unroll 8
    for (unsigned r = 0; r < ROWS_AT_ONCE; r++) {
#pragma GCC unroll 4
        for (unsigned c = 0; c < columns; c++) {
            const size_t column = k + (size_t)c * WIDTH;
            sum[c] = fused(weight[r], load(at->row[r], column, type), sum[c]);
            fetch(at, r, column, type);
        }
    }
#pragma GCC unroll 4
    for (unsigned c = 0; c < columns; c++) {
        put(sums + k + (size_t)c * WIDTH, sum[c]);
    }
}

KERNEL_INLINE void blend_head(const struct place *at, const float *weights, float *sums,
                              const enum attention_type type)
{
    wide weight[ROWS_AT_ONCE];
    size_t k = 0;
#pragma GCC unroll 8
    for (unsigned r = 0; r < ROWS_AT_ONCE; r++) {
        weight[r] = same(weights[r]);
    }
    for (; k + COLUMNS * WIDTH <= at->dim; k += COLUMNS * WIDTH) {
        blend8(at, weight, sums, k, COLUMNS, type);
    }
    for (; k + WIDTH <= at->dim; k += WIDTH) {
        blend8(at, weight, sums, k, 1, type);
    }
    if (k < at->dim) {
        const struct lanes lanes = first_lanes(at->dim - k);
        wide sum = get_lanes(sums + k, lanes);
#pragma GCC unroll 8
        for (unsigned r = 0; r < ROWS_AT_ONCE; r++) {
            sum = fused(weight[r], load_lanes(at->row[r], k, lanes, type), sum);
        }
        put_lanes(sums + k, lanes, sum);
    }
}

KERNEL_INLINE void blend_of(const struct attention_rows *rows, const float *weights, float *sums,
                            const enum attention_type type)
{
    struct place at = begin_at(rows);
    for (size_t r = 0; r < rows->count; r += ROWS_AT_ONCE) {
        go_to(&at, rows, r);
        for (size_t h = 0; h < rows->heads; h++) {
            blend_head(&at, weights + h * rows->pitch + r, sums + h * rows->dim, type);
            next_head(&at, rows);
        }
    }
}

static KERNEL void blend(const struct attention_rows *rows, const float *weights, float *sums)
{
    switch (rows->type) {
    case ATTENTION_F32:
        blend_of(rows, weights, sums, ATTENTION_F32);
        break;
    case ATTENTION_F16:
        blend_of(rows, weights, sums, ATTENTION_F16);
        break;
    case ATTENTION_INT8:
        blend_of(rows, weights, sums, ATTENTION_INT8);
        break;
    }
}

/* ---- curves ---- */

static KERNEL float greatest(const float *scores, size_t count)
{
    return greatest_in(scores, count);
}

static KERNEL float weigh(float *scores, size_t count, float greatest_score)
{
    return weigh_in(scores, count, greatest_score);
}

static KERNEL void bend(const struct attention_curve *curve, size_t count, const float *norms,
                        float *scores)
{
    bend_in(curve, count, norms, scores);
}

/* What stands in each kernel's table. */
#define BODY                                                                                       \
    .dots = dots, .distances = distances, .blend = blend, .greatest = greatest, .weigh = weigh,    \
    .bend = bend

#endif
