/* Products of int8, int4 and 1-bit codes, written once; each kernel's file makes functions of it
 * and says, before it includes this, what a step is: `step_of` a code, its bytes of a row;
 * `own_of`, the query's part in a step; `add_step`, a row's part multiplied with it and added.
 * Internal. */
#ifndef VECTOR_KERNELS_CODES_H
#define VECTOR_KERNELS_CODES_H

#include "floats.h"

KERNEL_INLINE void dots_of_code(const struct vector_rows *rows, const void *query,
                                int32_t *ret_dots, const enum vector_code code)
{
    struct place at;
    for (size_t r = 0; r < rows->count; r += ROWS_AT_ONCE) {
        whole sums[SUMS] = {0};
        go_to(&at, rows, r);
        for (size_t k = 0; k < rows->dim; k += step_of(code)) {
            const struct own own = own_of(query, k, rows->dim, code);
#pragma GCC unroll 8
            for (unsigned i = 0; i < SUMS; i++) {
                sums[i] = add_step(sums[i], at.row[i] + k, &own, code);
                fetch(&at, i, k);
            }
        }
        sum_whole_across(sums, ret_dots + r);
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

#endif
