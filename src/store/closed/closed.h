/* Runs that arrive whole are kept closed: a few packed values instead of a row for each result and
 * measurement, so that a run of a thousand series is one insertion.  See closed.c for the layout.
 */
#ifndef STORE_CLOSED_CLOSED_H
#define STORE_CLOSED_CLOSED_H

#include "store/closed/columns.h"
#include "store/sql/sql.h"

/* What a run becomes; `benchmarks` has the key of each result, `series` of each measurement, both
 * in the run's order. */
struct closed_values {
    struct buf results, measurements, samples;
};
ASSAY_USE_RESULT assay_status closed_pack(const struct run *run, const int64_t *benchmarks,
                                          const int64_t *series, struct closed_values *ret_values);
void closed_values_init(struct closed_values *values);
void closed_values_release(struct closed_values *values);

/* What trends need of one measurement. */
struct point {
    int64_t series;
    uint32_t run; /* place in whatever list of runs the points belong to */
    uint32_t launches;
    uint64_t samples;
    double median, low, high, level;
};
typedef VEC(struct point) point_vec;
/* For qsort: by series, then by run. */
int point_by_series(const void *a, const void *b);
/* Whether there is memory for so many more, with as many again once it is full. */
bool points_make_room(point_vec *points, size_t more);

/* The measurements of a closed run, opened for reading points. */
struct closed_points {
    size_t count;
    struct packed_column series, samples, launches, median, low, high, level;
};
ASSAY_USE_RESULT assay_status closed_points_open(const void *bytes, size_t length,
                                                 struct closed_points *ret_points);
struct point closed_point(const struct closed_points *points, size_t row);
/* Appends all of them, as points of `run`.  ASSAY_ERR_PARSE, ASSAY_ERR_MEMORY. */
ASSAY_USE_RESULT assay_status closed_add_points(const void *bytes, size_t length, uint32_t run,
                                                point_vec *points);

/* A value as the store has it; lent. */
struct closed_bytes {
    const void *bytes;
    size_t length;
};

/* Gives each benchmark of a closed run's results a key that is not 0, under its own number. */
ASSAY_USE_RESULT assay_status closed_note_benchmarks(struct sql_store *self,
                                                     const struct closed_bytes *results,
                                                     struct keys *noted);
/* Fills run->results from the values; names of benchmarks and metrics are asked of the store.
 * `measurements` without bytes: those of a sealed run are somewhere else. */
ASSAY_USE_RESULT assay_status closed_unpack(struct sql_store *self,
                                            const struct closed_bytes values[3], struct run *run);

#endif
