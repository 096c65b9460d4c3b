/* The shape of a bit-parallel Levenshtein kernel: one tile of patterns against one text.
 *
 * Private.  A tile is the same TILE_BLOCKS_MAX * 64 rows (or fewer) of the matrices of `lanes`
 * patterns, against the columns of one text that all of them share. */
#ifndef TEXT_LEVENSHTEIN_H
#define TEXT_LEVENSHTEIN_H

#include "set.h"

#define TILE_BLOCKS_MAX 6u
#define LANES_MAX 8u

/* One X(n) for each number of blocks that a kernel is compiled for. */
#define TILE_BLOCKS(X) X(1) X(2) X(3) X(4) X(5) X(6)

/* Repeats the loop behind it as often as it runs, which is known: state then fits registers. */
#if defined(__clang__)
#define UNROLL _Pragma("clang loop unroll(full)")
#else
#define UNROLL _Pragma("GCC unroll 16")
#endif

struct tile {
    size_t blocks;           /* of 64 rows, 1 .. TILE_BLOCKS_MAX */
    const uint16_t *rows;    /* symbol -> row of `matches`; row 0 matches nowhere */
    const uint64_t *matches; /* [row][block][lane]: bit k is set where the pattern has the symbol */
    const uint64_t *valid;   /* [block][lane]: the rows that the pattern of the lane really has */
};

/* What a tile hands to the one below it at each column: bit l of `plus` (of `minus`) is set when
 * the cells of lane l in the tile's last row grow (shrink) by one from the column before. */
struct carry {
    uint8_t plus, minus;
};

/* Runs the tile over the text's `length` symbols.
 *
 * carries  one per column: read as the row above the tile, replaced by the tile's last row.
 * scores   one per lane: the differences between the rows that are valid, in the last column, are
 *          added; over all tiles that turns D[0][length] into D[pattern][length]. */
typedef void tile_kernel(const struct tile *tile, const uint16_t *text, size_t length,
                         struct carry *carries, int64_t *scores);

#if TEXT_X86
tile_kernel tile_avx2, tile_avx512;
#endif

#endif
