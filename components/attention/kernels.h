/* What kernels work on: a block of rows, seen by all heads.  Internal. */
#ifndef ATTENTION_KERNELS_H
#define ATTENTION_KERNELS_H

#include "attention.h"

#if defined(__x86_64__)
#define ATTENTION_X86 1
#else
#define ATTENTION_X86 0
#endif
#define LANES 16u       /* numbers of a block come in multiples of it */
#define BALL_EDGE 2e-5f /* least 1 - c |x|^2: at 1e-5 of the radius from the boundary */
#define ROWS_AT_ONCE 8u /* streams of memory that are read side by side */
#define CACHED_MAX ((size_t)16 << 20) /* bytes of memories that are taken to lie in a cache */

/* Keys or values of one block.  Row r of head h begins at base + index * stride + h * head_stride,
 * where index is picks[r], or r when there are no picks; strides are bytes. */
struct attention_rows {
    const char *base;
    const uint32_t *picks;
    size_t count; /* >= 1 */
    size_t pitch; /* numbers from a head to the next in scores: a multiple of LANES, >= count */
    size_t stride, head_stride;
    size_t heads, dim;
    enum attention_type type;
    bool is_far;    /* beyond the caches: what comes next is fetched ahead */
    bool is_spread; /* the picks of a group of ROWS_AT_ONCE lie far apart, those behind them in the
                       next group, whole rows long: each is a stream of its own */
};

/* The space in which distances are taken, seen from one head's query. */
struct attention_curve {
    enum attention_score score;
    float curvature;
    float sharpness; /* scale / sqrt(curvature) */
    float norm;      /* curvature * |query|^2 */
};

/* Rows behind the last one repeat it: blocks are computed whole, and what is too much dropped. */
static inline const char *row_of(const struct attention_rows *rows, size_t r)
{
    const size_t kept = r < rows->count ? r : rows->count - 1;
    return rows->base + (rows->picks != NULL ? rows->picks[kept] : kept) * rows->stride;
}

/* Of struct attention_kernel:
 *
 * dots       ret_dots[h * pitch + r] = <query_h, row_hr>
 * squares    ret_squares[..] = |query_h - row_hr|^2
 * distances  ret_squares[..] = |query_h - row_hr|^2, ret_norms[..] = |row_hr|^2
 *            All write whole groups of ROWS_AT_ONCE, so up to 7 numbers beyond count.
 * norms      ret_norms[h * pitch + r] = |row_hr|^2, whole groups, too
 * blend      sums[h * dim + k] += sum_r weights[h * pitch + r] * row_hr[k]; weights beyond count
 *            are 0 up to the next multiple of LANES
 * greatest   the greatest score, or NaN when one is not finite
 * weigh      scores become e^(score - greatest), 0 beyond count up to the next multiple of LANES;
 *            returns their sum.  Relative error of a weight below 2e-7, 0 below e^-87.
 * bend       squares of distances become scores; norms are those of the rows
 * lift       weights of points become those of the sum; returns the sum of weights times Lorentz
 *            factor.  Works on whole groups: weights beyond count are 0, norms are numbers.
 * fold       totals[k] += sums[k]; sums become 0
 * square     sum of squares
 * finish     ret_numbers[k] = totals[k] * factor; returns whether all are finite */

extern const struct attention_kernel attention_scalar, attention_avx2, attention_avx512;

#endif
