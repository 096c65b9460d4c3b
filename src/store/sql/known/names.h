/* Names of benchmarks and series by their keys.  What was read of the store is kept until somebody
 * writes, and lives on in the outlines that lend it. */
#ifndef STORE_SQL_NAMES_H
#define STORE_SQL_NAMES_H

#include "store/sql/sql.h"

struct named_benchmark {
    int64_t key;
    struct benchmark benchmark;
};
struct named_series {
    int64_t key;
    const struct metric *metric;
};
typedef VEC(struct named_benchmark) named_benchmark_vec; /* by key */
typedef VEC(struct named_series) named_series_vec;       /* by key */

/* The keys from the least to the most of some. */
struct key_range {
    int64_t first, last;
};
#define KEY_RANGE_NONE                                                                             \
    {                                                                                              \
        INT64_MAX, INT64_MIN                                                                       \
    }
static inline void key_range_add(struct key_range *range, int64_t key)
{
    range->first = key < range->first ? key : range->first;
    range->last = key > range->last ? key : range->last;
}

/* Appends the rows whose keys are in the range; texts go to `arena`. */
ASSAY_USE_RESULT assay_status names_load_benchmarks(struct sql_store *self, struct key_range range,
                                                    struct arena *arena,
                                                    named_benchmark_vec *names);
ASSAY_USE_RESULT assay_status names_load_series(struct sql_store *self, struct key_range range,
                                                struct arena *arena, named_series_vec *names);

/* The row of a key; NULL: there is none.  `hint`: keys mostly come in order. */
const struct named_benchmark *names_find_benchmark(const named_benchmark_vec *names, int64_t key,
                                                   size_t *hint);
const struct named_series *names_find_series(const named_series_vec *names, int64_t key,
                                             size_t *hint);

struct names {
    unsigned users;
    uint64_t version, writes; /* the state that was read */
    struct key_range benchmark_range, series_range;
    struct arena arena;
    named_benchmark_vec benchmarks;
    named_series_vec series;
};
/* The names of these ranges at least.  Give back with names_let_go, whose `held` may be NULL. */
ASSAY_USE_RESULT assay_status names_hold(struct sql_store *self, struct key_range benchmarks,
                                         struct key_range series, struct names **ret_names);
void names_let_go(void *held);

#endif
