/* Sums over rows of floats, written once for vectors of WIDTH numbers; each kernel's file makes
 * functions of it for its instructions.  Internal.
 *
 * Eight rows are read side by side: eight streams keep more of the memory's requests in flight
 * than one, and eight sums do not wait for each other; summing across registers comes once for all
 * eight.
 *
 * Rows of up to PREFETCH_ROWS_MAX bytes are fetched sixteen rows ahead, since eight short streams
 * end before the processor's prefetcher has learnt of them; longer ones a few lines ahead.  Picked
 * rows lie anywhere: the beginning of each is fetched while the eight before it are worked on. */
#ifndef VECTOR_KERNELS_FLOATS_H
#define VECTOR_KERNELS_FLOATS_H

#include "../vector_kernels.h"
#include "wide/wide.h"

#if !defined(TILE_ROWS)
#error "define TILE_ROWS, the rows that meet TILE queries at once: 2 or 4"
#endif

#define LINES_AHEAD 1024 /* bytes ahead in long rows */
#define PICK_AHEAD 256   /* bytes of a picked row; the processor's prefetcher goes on from there */

struct place {
    const char *row[ROWS_AT_ONCE];
    size_t ahead; /* 0: the next rows were fetched already */
};

KERNEL_INLINE void go_to(struct place *at, const struct vector_rows *rows, size_t r)
{
    for (unsigned i = 0; i < ROWS_AT_ONCE; i++) {
        at->row[i] = row_of(rows, r + i);
    }
    at->ahead = rows->stride > PREFETCH_ROWS_MAX ? LINES_AHEAD : 2 * ROWS_AT_ONCE * rows->stride;
    if (rows->picks == NULL) {
        return;
    }
    at->ahead = rows->stride > PREFETCH_ROWS_MAX ? LINES_AHEAD : 0;
    for (size_t i = r + ROWS_AT_ONCE; i < r + 2 * ROWS_AT_ONCE && i < rows->count; i++) {
        const char *next = row_of(rows, i);
        for (size_t byte = 0; byte < rows->stride && byte < PICK_AHEAD; byte += 64) {
            __builtin_prefetch(next + byte);
        }
    }
}

/* Once a line. */
KERNEL_INLINE void fetch(const struct place *at, unsigned r, size_t byte)
{
    if (byte % 64 == 0) {
        fetch_ahead(at->row[r] + byte, at->ahead);
    }
}

KERNEL_INLINE wide add_term(wide own, wide value, wide to, const enum vector_sum sum)
{
    if (sum == VECTOR_SQUARES) {
        own = value = own - value;
    }
    return fused(own, value, to);
}

KERNEL_INLINE void sums8(const struct place *at, const float *query, size_t dim,
                         const enum vector_sum sum, float *ret_sums)
{
    wide sums[SUMS] = {0};
    size_t k = 0;
    for (; k + WIDTH <= dim; k += WIDTH) {
        const wide own = get(query + k);
#pragma GCC unroll 8
        for (unsigned r = 0; r < SUMS; r++) {
            sums[r] = add_term(own, get(at->row[r] + 4 * k), sums[r], sum);
            fetch(at, r, 4 * k);
        }
    }
    if (k < dim) {
        const struct lanes lanes = first_lanes(dim - k);
        const wide own = get_lanes(query + k, lanes);
#pragma GCC unroll 8
        for (unsigned r = 0; r < SUMS; r++) {
            sums[r] = add_term(own, get_lanes(at->row[r] + 4 * k, lanes), sums[r], sum);
        }
    }
    sum_across(sums, ret_sums);
}

static KERNEL void sums_of(const struct vector_rows *rows, enum vector_sum sum, const float *query,
                           float *ret_sums)
{
    struct place at;
    for (size_t r = 0; r < rows->count; r += ROWS_AT_ONCE) {
        go_to(&at, rows, r);
        if (sum == VECTOR_SQUARES) {
            sums8(&at, query, rows->dim, VECTOR_SQUARES, ret_sums + r);
        } else {
            sums8(&at, query, rows->dim, VECTOR_PRODUCTS, ret_sums + r);
        }
    }
}

/* Adds one step of TILE_ROWS rows by TILE queries. */
KERNEL_INLINE void add_tile(const struct place *at, const float *queries, size_t dim, size_t k,
                            wide sums[TILE_ROWS * TILE], const enum vector_sum sum)
{
    const struct lanes lanes = first_lanes(dim - k);
    const bool full = k + WIDTH <= dim;
    wide value[TILE_ROWS];
#pragma GCC unroll 4
    for (unsigned r = 0; r < TILE_ROWS; r++) {
        const char *from = at->row[r] + 4 * k;
        value[r] = full ? get(from) : get_lanes(from, lanes);
        fetch(at, r, 4 * k);
    }
#pragma GCC unroll 4
    for (unsigned q = 0; q < TILE; q++) {
        const float *from = queries + q * dim + k;
        const wide own = full ? get(from) : get_lanes(from, lanes);
#pragma GCC unroll 4
        for (unsigned r = 0; r < TILE_ROWS; r++) {
            sums[r * TILE + q] = add_term(own, value[r], sums[r * TILE + q], sum);
        }
    }
}

KERNEL_INLINE void tile(const struct place *at, const float *queries, size_t dim, float *ret_sums,
                        const enum vector_sum sum)
{
    wide sums[TILE_ROWS * TILE] = {0};
    size_t k = 0;
    for (; k + WIDTH <= dim; k += WIDTH) {
        add_tile(at, queries, dim, k, sums, sum);
    }
    if (k < dim) {
        add_tile(at, queries, dim, k, sums, sum);
    }
    for (unsigned i = 0; i < TILE_ROWS * TILE; i += SUMS) {
        sum_across(sums + i, ret_sums + i);
    }
}

static KERNEL void tiles_of(const struct vector_rows *rows, enum vector_sum sum,
                            const float *queries, float *ret_sums)
{
    struct place at;
    for (size_t r = 0; r < rows->count; r += TILE_ROWS) {
        float tiles[TILE_ROWS * TILE];
        const size_t kept = rows->count - r < TILE_ROWS ? rows->count - r : TILE_ROWS;
        go_to(&at, rows, r);
        if (sum == VECTOR_SQUARES) {
            tile(&at, queries, rows->dim, tiles, VECTOR_SQUARES);
        } else {
            tile(&at, queries, rows->dim, tiles, VECTOR_PRODUCTS);
        }
        memcpy(ret_sums + r * TILE, tiles, kept * TILE * sizeof *tiles);
    }
}

KERNEL_INLINE void dots_f16_8(const struct place *at, const float *query, size_t dim,
                              float *ret_dots)
{
    wide sums[SUMS] = {0};
    size_t k = 0;
    for (; k + WIDTH <= dim; k += WIDTH) {
        const wide own = get(query + k);
#pragma GCC unroll 8
        for (unsigned r = 0; r < SUMS; r++) {
            sums[r] = fused(own, get_halves(at->row[r] + 2 * k), sums[r]);
            fetch(at, r, 2 * k);
        }
    }
    if (k < dim) {
        const struct lanes lanes = first_lanes(dim - k);
        const wide own = get_lanes(query + k, lanes);
#pragma GCC unroll 8
        for (unsigned r = 0; r < SUMS; r++) {
            sums[r] = fused(own, get_halves_lanes(at->row[r] + 2 * k, lanes), sums[r]);
        }
    }
    sum_across(sums, ret_dots);
}

static KERNEL void dots_f16_of(const struct vector_rows *rows, const float *query, float *ret_dots)
{
    struct place at;
    for (size_t r = 0; r < rows->count; r += ROWS_AT_ONCE) {
        go_to(&at, rows, r);
        dots_f16_8(&at, query, rows->dim, ret_dots + r);
    }
}

/* What stands in each kernel's table. */
#define FLOATS .sums = sums_of, .tiles = tiles_of, .dots_f16 = dots_f16_of

#endif
