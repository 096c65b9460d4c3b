/* Products of int8, int4, int5 and 1-bit codes, written once; each kernel's file makes functions of
 * it and says, before it includes this, what a step is: `step_of` a code, its bytes of a row;
 * `own_of`, the query's part in a step; `add_step`, a row's part multiplied with it and added.
 * Internal. */
#ifndef VECTOR_KERNELS_CODES_H
#define VECTOR_KERNELS_CODES_H

#include "floats.h"

#define RUN_AHEAD 1024u /* bytes */
#define RUN_STRIDE 128u /* bytes of a row from which on runs pay */

/* Of the eight rows at one place. */
KERNEL_INLINE void dots8_of_code(const struct place *at, const void *query, size_t dim,
                                 int32_t ret_dots[SUMS], const enum vector_code code)
{
    whole sums[SUMS] = {0};
    for (size_t k = 0; k < dim; k += step_of(code)) {
        const struct own own = own_of(query, k, dim, code);
#pragma GCC unroll 8
        for (unsigned i = 0; i < SUMS; i++) {
            sums[i] = add_step(sums[i], at->row[i] + k, &own, code);
            if (code == VECTOR_INT5) { /* a block is more than a line */
                fetch_ahead(at->row[i] + k, at->ahead);
            } else {
                fetch(at, i, k);
            }
        }
    }
    sum_whole_across(sums, ret_dots);
}

/* Rows that follow each other are eight runs of `length` rows: so long streams are what the
 * processor's prefetcher is made for. */
KERNEL_INLINE void dots_of_runs(const struct vector_rows *rows, size_t length, const void *query,
                                int32_t *ret_dots, const enum vector_code code)
{
    struct place at = {.ahead = RUN_AHEAD};
    for (size_t r = 0; r < length; r++) {
        int32_t dots[SUMS];
        for (unsigned i = 0; i < SUMS; i++) {
            at.row[i] = rows->base + (i * length + r) * rows->stride;
        }
        dots8_of_code(&at, query, rows->dim, dots, code);
        for (unsigned i = 0; i < SUMS; i++) {
            ret_dots[i * length + r] = dots[i];
        }
    }
}

KERNEL_INLINE void dots_of_code(const struct vector_rows *rows, const void *query,
                                int32_t *ret_dots, const enum vector_code code)
{
    struct place at;
    size_t r = 0;
    if (rows->picks == NULL && rows->stride >= RUN_STRIDE) {
        r = rows->count / SUMS * SUMS;
        dots_of_runs(rows, r / SUMS, query, ret_dots, code);
    }
    for (; r < rows->count; r += ROWS_AT_ONCE) {
        go_to(&at, rows, r);
        dots8_of_code(&at, query, rows->dim, ret_dots + r, code);
    }
}

static KERNEL void dots_int8_of(const struct vector_rows *rows, const int8_t *query,
                                int32_t *ret_dots)
{
    dots_of_code(rows, query, ret_dots, VECTOR_INT8);
}

static KERNEL void dots_int4_of(const struct vector_rows *rows, const int8_t *query,
                                int32_t *ret_dots)
{
    dots_of_code(rows, query, ret_dots, VECTOR_INT4);
}

static KERNEL void dots_int5_of(const struct vector_rows *rows, const int8_t *query,
                                int32_t *ret_dots)
{
    dots_of_code(rows, query, ret_dots, VECTOR_INT5);
}

#endif
