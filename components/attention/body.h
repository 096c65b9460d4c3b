/* The kernels, written once for vectors of WIDTH numbers; each kernel's file makes functions of it
 * for its instructions.  Internal.
 *
 * Eight rows are read side by side: eight streams keep more of the memory's requests in flight
 * than one, and eight sums do not wait for each other; summing across registers comes once for all
 * eight.
 *
 * What comes from beyond the caches is fetched ahead: where rows are spread, each of the eight is a
 * stream of its own, which goes on in the rows behind; others end too soon for more than a few
 * lines.  What lies in a cache is not: there, asking for a line costs as much as reading it, a
 * fifth of the time.  So there are two functions of each kind. */
#ifndef ATTENTION_BODY_H
#define ATTENTION_BODY_H

#include "curves.h"
#include "self/tiles.h"

#if !defined(DISTANCES)
#error "define DISTANCES, the rows at once whose distances and norms have registers: 4 or 8"
#endif

#define COLUMNS 4u        /* registers of sums in blend */
#define STREAM_AHEAD 8192 /* bytes; 4 to 16 KiB make little difference */
#define LINES_AHEAD 1024  /* bytes, of rows that stand alone */

/* ---- rows ---- */

struct place {
    const char *row[ROWS_AT_ONCE];
    size_t ahead; /* bytes from a place in a row to what is fetched for later */
    size_t dim;
    bool is_far;
};

KERNEL_INLINE struct place begin_at(const struct attention_rows *rows, const bool is_far)
{
    return (struct place){
        .ahead = rows->is_spread ? STREAM_AHEAD : LINES_AHEAD, .dim = rows->dim, .is_far = is_far};
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
    if (at->is_far && k % (64 / size_of(type)) == 0) {
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

/* Makes a function of each type of rows, and of each place where they lie. */
#define BY_ROWS(work, ...)                                                                         \
    do {                                                                                           \
        if (rows->type == ATTENTION_F16 && rows->is_far)                                           \
            work(__VA_ARGS__, ATTENTION_F16, true);                                                \
        else if (rows->type == ATTENTION_F16)                                                      \
            work(__VA_ARGS__, ATTENTION_F16, false);                                               \
        else if (rows->type == ATTENTION_INT8 && rows->is_far)                                     \
            work(__VA_ARGS__, ATTENTION_INT8, true);                                               \
        else if (rows->type == ATTENTION_INT8)                                                     \
            work(__VA_ARGS__, ATTENTION_INT8, false);                                              \
        else if (rows->is_far)                                                                     \
            work(__VA_ARGS__, ATTENTION_F32, true);                                                \
        else                                                                                       \
            work(__VA_ARGS__, ATTENTION_F32, false);                                               \
    } while (0)

/* ---- products ---- */

/* Products with the query, or squares of the distances from it. */
enum measure { PRODUCT, SQUARE };

KERNEL_INLINE wide add_measure(wide own, wide value, wide sum, const enum measure measure)
{
    const wide difference = own - value;
    return measure == SQUARE ? fused(difference, difference, sum) : fused(own, value, sum);
}

KERNEL_INLINE void measure8(const struct place *at, const float *query, float *ret_measures,
                            const enum measure measure, const enum attention_type type)
{
    wide sums[SUMS] = {0};
    size_t k = 0;
    for (; k + WIDTH <= at->dim; k += WIDTH) {
        const wide own = get(query + k);
#pragma GCC unroll 8
        for (unsigned r = 0; r < SUMS; r++) {
            sums[r] = add_measure(own, load(at->row[r], k, type), sums[r], measure);
            fetch(at, r, k, type);
        }
    }
    if (k < at->dim) {
        const struct lanes lanes = first_lanes(at->dim - k);
        const wide own = get_lanes(query + k, lanes);
#pragma GCC unroll 8
        for (unsigned r = 0; r < SUMS; r++) {
            sums[r] = add_measure(own, load_lanes(at->row[r], k, lanes, type), sums[r], measure);
        }
    }
    sum_across(sums, ret_measures);
}

KERNEL_INLINE void measures_of(const struct attention_rows *rows, const float *query,
                               float *ret_measures, const enum measure measure,
                               const enum attention_type type, const bool is_far)
{
    struct place at = begin_at(rows, is_far);
    for (size_t r = 0; r < rows->count; r += ROWS_AT_ONCE) {
        go_to(&at, rows, r);
        for (size_t h = 0; h < rows->heads; h++) {
            measure8(&at, query + h * rows->dim, ret_measures + h * rows->pitch + r, measure, type);
            next_head(&at, rows);
        }
    }
}

static KERNEL void dots(const struct attention_rows *rows, const float *query, float *ret_dots)
{
    BY_ROWS(measures_of, rows, query, ret_dots, PRODUCT);
}

static KERNEL void squares(const struct attention_rows *rows, const float *query,
                           float *ret_squares)
{
    BY_ROWS(measures_of, rows, query, ret_squares, SQUARE);
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
                                const enum attention_type type, const bool is_far)
{
    struct place at = begin_at(rows, is_far);
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

static KERNEL void distances(const struct attention_rows *rows, const float *query,
                             float *ret_squares, float *ret_norms)
{
    BY_ROWS(distances_of, rows, query, ret_squares, ret_norms);
}

/* Of eight rows, whose numbers stay in the first cache for what is done with them next. */
KERNEL_INLINE void norms8(const struct place *at, float *ret_norms, const enum attention_type type)
{
    wide sums[SUMS] = {0};
    size_t k = 0;
    for (; k + WIDTH <= at->dim; k += WIDTH) {
#pragma GCC unroll 8
        for (unsigned r = 0; r < SUMS; r++) {
            const wide own = load(at->row[r], k, type);
            sums[r] = fused(own, own, sums[r]);
            fetch(at, r, k, type);
        }
    }
    if (k < at->dim) {
        const struct lanes lanes = first_lanes(at->dim - k);
#pragma GCC unroll 8
        for (unsigned r = 0; r < SUMS; r++) {
            const wide own = load_lanes(at->row[r], k, lanes, type);
            sums[r] = fused(own, own, sums[r]);
        }
    }
    sum_across(sums, ret_norms);
}

KERNEL_INLINE void norms_of(const struct attention_rows *rows, float *ret_norms,
                            const enum attention_type type, const bool is_far)
{
    struct place at = begin_at(rows, is_far);
    for (size_t r = 0; r < rows->count; r += ROWS_AT_ONCE) {
        go_to(&at, rows, r);
        for (size_t h = 0; h < rows->heads; h++) {
            norms8(&at, ret_norms + h * rows->pitch + r, type);
            next_head(&at, rows);
        }
    }
}

static KERNEL void norms(const struct attention_rows *rows, float *ret_norms)
{
    BY_ROWS(norms_of, rows, ret_norms);
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
                            const enum attention_type type, const bool is_far)
{
    struct place at = begin_at(rows, is_far);
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
    BY_ROWS(blend_of, rows, weights, sums);
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

static KERNEL float lift(const struct attention_curve *curve, size_t count, const float *norms,
                         float *weights)
{
    return lift_in(curve, count, norms, weights);
}

/* ---- totals ---- */

static KERNEL void fold(float *sums, size_t count, double *totals)
{
    for (size_t k = 0; k < count; k++) {
        totals[k] += (double)sums[k];
        sums[k] = 0;
    }
}

static KERNEL double square(const double *totals, size_t count)
{
    double sums[LANES] = {0};
    size_t k = 0;
    for (; k + LANES <= count; k += LANES) {
        for (size_t lane = 0; lane < LANES; lane++) {
            sums[lane] += totals[k + lane] * totals[k + lane];
        }
    }
    for (; k < count; k++) {
        sums[0] += totals[k] * totals[k];
    }
    for (size_t lane = 1; lane < LANES; lane++) {
        sums[0] += sums[lane];
    }
    return sums[0];
}

/* Without their sign, bits of floats are ordered as whole numbers; those of infinity and NaN are
 * the greatest. */
static KERNEL bool finish(const double *totals, size_t count, double factor, float *ret_numbers)
{
    int32_t greatest = 0;
    for (size_t k = 0; k < count; k++) {
        ret_numbers[k] = (float)(totals[k] * factor);
    }
    for (size_t k = 0; k < count; k++) {
        const int32_t bits = (int32_t)bits_of(ret_numbers[k]) & INT32_MAX;
        greatest = bits > greatest ? bits : greatest;
    }
    return greatest < (int32_t)bits_of(INFINITY);
}

/* What stands in each kernel's table. */
#define BODY                                                                                       \
    .dots = dots, .squares = squares, .distances = distances, .norms = norms, .blend = blend,      \
    .greatest = greatest, .weigh = weigh, .bend = bend, .lift = lift, .fold = fold,                \
    .square = square, .finish = finish

#endif
