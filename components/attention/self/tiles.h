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

/* Rows of queries under way, all of one head: in all at most GROUPS_MAX * ROWS_MAX. */
struct attention_tile {
    const float *keys;   /* of the tile: panels of dim * PAIR */
    const float *values; /* of the tile: panels are value_pitch numbers apart */
    size_t value_pitch;
    size_t dim, padded;   /* padded: dim up to a multiple of PAIR */
    const float *queries; /* of the group: ROWS rows of dim, scaled for powers of 2 */
    const size_t *limits; /* of the group: so many keys of the tile each row sees, <= TILE */
    float *sums;          /* of the group: ROWS rows of padded, weighted values */
    float *maxima,
        *lengths;  /* of the group: greatest score so far (in powers of 2), weights' sum */
    float *scores; /* scratch: ROWS rows of TILE */
};

struct attention_tiles {
    unsigned rows, pair;
    /* One group of `rows` queries meets one tile: sums, maxima and lengths go on. */
    void (*meet)(const struct attention_tile *tile);
};

extern const struct attention_tiles attention_tiles_scalar, attention_tiles_avx2,
    attention_tiles_avx512;

#endif
