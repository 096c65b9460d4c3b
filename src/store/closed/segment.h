/* Segments: the points of many closed runs, kept series by series, so that a trend reads a few
 * values and not a row for each run.  See segment.c. */
#ifndef STORE_CLOSED_SEGMENT_H
#define STORE_CLOSED_SEGMENT_H

#include "store/closed/closed.h"

typedef VEC(int64_t) key_vec;

/* Points of many runs; `run` of a point is a place in `runs`. */
struct gathered {
    key_vec runs;
    point_vec points;
};
void gathered_release(struct gathered *gathered);

/* tail.c: those of the closed runs that no segment has, from the key `first` on, oldest first. */
ASSAY_USE_RESULT assay_status tail_gather(struct sql_store *self, int64_t first,
                                          struct gathered *gathered);
/* Inside a transaction that writes: makes self->tail known; has it that a run came, and that all
 * runs went into a segment. */
ASSAY_USE_RESULT assay_status tail_know(struct sql_store *self);
void tail_add(struct sql_store *self, int64_t run);
ASSAY_USE_RESULT assay_status tail_leave(struct sql_store *self, int64_t segment);

/* Inside a transaction that writes: puts closed runs that no segment has into one, when there are
 * enough of them or `all` is set, and segments into larger ones. */
ASSAY_USE_RESULT assay_status segment_fold(struct sql_store *self, bool all);
/* Inside a transaction that writes: makes the segment again without the runs that are gone. */
ASSAY_USE_RESULT assay_status segment_rewrite(struct sql_store *self, int64_t segment,
                                              const key_vec *gone);

/* What a reader of segments says: bytes that do not unpack (ASSAY_ERR_PARSE) become ASSAY_ERR_IO
 * with a message, every other status stays. */
ASSAY_USE_RESULT assay_status segment_damaged(struct sql_store *self, assay_status status);

/* Appends the runs of a segment, as its row has them.  ASSAY_ERR_PARSE. */
ASSAY_USE_RESULT assay_status segment_runs_unpack(const void *bytes, size_t length, key_vec *runs);

/* The key of a series' chunk is its segment's key and, in the lower 32 bits, its own.
 * Why not both as a key of two columns: SQLite keeps a row of such a table on its page up to a
 * quarter of that, one with a whole number for a key up to all of it, and a chunk is nearly a page.
 */
#define CHUNKS_OF_SEGMENT "chunk.key BETWEEN $1 * 4294967296 AND $1 * 4294967296 + 4294967295"
#define CHUNK_KEY(segment, series) ((segment)*4294967296 + (series))

/* The most runs that a segment may have. */
enum { CHUNK_RUNS_MAX = 4096 };

/* The points of one series in a segment of `runs` runs. */
struct chunk {
    size_t runs, count;
    const unsigned char *present; /* a bit a run; NULL: all have the series */
    struct packed_column samples, launches, median, low, high, level;
};
ASSAY_USE_RESULT assay_status chunk_open(const void *bytes, size_t length, size_t runs,
                                         struct chunk *ret_chunk);
static inline bool chunk_has(const struct chunk *chunk, size_t run)
{
    return chunk->present == NULL || (chunk->present[run / 8] >> run % 8 & 1) != 0;
}
/* The point in row `row` of the chunk, the rows being the runs that have the series. */
struct point chunk_point(const struct chunk *chunk, size_t row);

/* What trends show of all rows, chunk->count of each. */
void chunk_values(const struct chunk *chunk, double *medians, double *lows, double *highs);

/* Pack and unpack what a segment's row and a chunk's row hold; for tests and for fuzzing too. */
void chunk_pack(const struct point *points, size_t count, size_t runs, struct buf *out);

#endif
