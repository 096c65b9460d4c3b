/* The loop over the columns of one tile, made once per kind of register by including this file.
 *
 * Going down a column, each block waits for the one above it, and a chain of four blocks is longer
 * than a processor's window can hide.  So the loop goes along anti-diagonals: in round j, block b
 * does column j - b.  The blocks of a round do not depend on each other; what block b hands down
 * is used by block b + 1 in the next round.
 *
 * Before its first column a block sees row 0 of the match masks and edges of zero, which leaves the
 * start state as it is; after the last column of the text the blocks stop one by one.
 *
 * The including file defines, and this file undefines:
 *   COLUMNS   name of the function         LANES     patterns side by side
 *   TARGET    attributes for instructions  BLOCK     struct {plus, minus}, a register each
 *   START     block: all plus, no minus    EDGE_IN   carry -> block of which bit 63 counts
 *   STEP      one block, one column        EDGE_OUT  block -> carry */

TARGET static inline __attribute__((always_inline)) void COLUMNS(const struct tile *tile,
                                                                 const uint16_t *text,
                                                                 size_t length,
                                                                 struct carry *carries,
                                                                 BLOCK *state, size_t blocks)
{
    const uint64_t *match[TILE_BLOCKS_MAX];
    BLOCK edge[TILE_BLOCKS_MAX + 1];
    UNROLL
    for (size_t b = 0; b < blocks; b++) {
        state[b] = START();
        edge[b] = EDGE_IN(((struct carry){0, 0}));
        match[b] = tile->matches + b * LANES;
    }
    for (size_t j = 0; j < length; j++) {
        UNROLL
        for (size_t b = blocks - 1; b > 0; b--) {
            match[b] = match[b - 1] + LANES;
        }
        match[0] = tile->matches + tile->rows[text[j]] * blocks * LANES;
        edge[0] = EDGE_IN(carries[j]);
        UNROLL
        for (size_t b = blocks; b > 0; b--) {
            edge[b] = STEP(&state[b - 1], match[b - 1], edge[b - 1]);
        }
        if (j + 1 >= blocks) {
            carries[j + 1 - blocks] = EDGE_OUT(edge[blocks]);
        }
    }
    UNROLL
    for (size_t done = 1; done < blocks; done++) {
        UNROLL
        for (size_t b = blocks; b > done; b--) {
            match[b - 1] = match[b - 2] + LANES;
            edge[b] = STEP(&state[b - 1], match[b - 1], edge[b - 1]);
        }
        if (length + done >= blocks) {
            carries[length + done - blocks] = EDGE_OUT(edge[blocks]);
        }
    }
}

#undef COLUMNS
#undef TARGET
#undef START
#undef STEP
#undef LANES
#undef BLOCK
#undef EDGE_IN
#undef EDGE_OUT
