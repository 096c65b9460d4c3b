/* What the kernels of self-attention work on: packed tiles of one head.  Internal.
 *
 * Keys are packed in panels of PAIR keys, turned: panel p holds dim rows of PAIR numbers, row k the
 * k-th number of keys p * PAIR ..; values in panels of PAIR numbers: panel p holds for each key the
 * numbers p * PAIR .. of its value.  What is missing at the ends is 0.  PAIR is two vectors, so
 * that each kernel has its own packing. */
#ifndef ATTENTION_TILES_H
#define ATTENTION_TILES_H

#include "../kernels.h"

#define TILE 256u     /* keys between two visits of the sums; a multiple of each PAIR */
#define GROUPS_MAX 8u /* of rows that share a tile while it is in a cache */
#define ROWS_MAX 12u
#define PAIR_MAX 32u
#define SCORE_BOUND 32.0 /* sums of powers up to it are far from the greatest f32 */

/* Rows of queries under way, all of one head: in all at most GROUPS_MAX * ROWS_MAX. */
struct attention_tile {
    const float *keys;   /* of the tile: panels of dim * PAIR */
    const float *values; /* of the tile: panels are value_pitch numbers apart */
    size_t value_pitch;
    size_t dim, padded;   /* padded: dim up to a multiple of PAIR */
    const float *queries; /* of the group: ROWS rows of dim, scaled for powers of 2 */
    const size_t *limits; /* of the group: so many keys of the tile each row sees, <= TILE */
    float *sums;          /* of the group: ROWS rows of padded, weighted values */
    float *maxima;        /* of the group: greatest score so far (in powers of 2) */
    float *lengths;       /* of the group: ROWS vectors whose numbers' sum is that of the weights */
    float *scores;        /* scratch: ROWS rows of TILE */
    bool bounded; /* no score is beyond +-SCORE_BOUND: weights are powers of scores, maxima stay */
};

struct attention_tiles {
    unsigned rows, pair;
    /* One group of `rows` queries meets one tile: sums, maxima and lengths go on. */
    void (*meet)(const struct attention_tile *tile);
    /* Sum of squares of a row; infinity or NaN where a number is not finite, or too great. */
    float (*square)(const float *row, size_t dim);
};

extern const struct attention_tiles attention_tiles_scalar, attention_tiles_avx2,
    attention_tiles_avx512;

#endif
