/* From a definition with a sweep to benchmarks with one value for each parameter.
 *
 *     sweep = "n=10,100 kind=dp,myers"  ->  kind=dp,n=10  kind=myers,n=10  kind=dp,n=100 ...
 *
 * Keys are sorted in the id, since history hangs on it and must not move when somebody reorders
 * them. */
#ifndef MODEL_SWEEP_H
#define MODEL_SWEEP_H

#include "model/model.h"

struct sweep_request {
    const char *suite, *name, *sweep, *description, *module, *compiler;
    /* Words separated by blanks; NULL and "": none.  "slow[n=4096,16384]": of those only that have
     * one of these values. */
    const char *tags;
    const char *kind;     /* a word for bench_kind_parse; NULL and "": latency */
    double samples;       /* per launch; 0: not said */
    double limit_seconds; /* of a launch; 0: not said */
};

enum {
    SWEEP_KEYS_MAX = 8,
    SWEEP_COMBINATIONS_MAX = 10000,
    TAGS_MAX = 16,
    TAG_LENGTH_MAX = 64,
    SAMPLES_MAX = 100000000,
    LIMIT_SECONDS_MAX = 24 * 3600,
    ID_LENGTH_MAX = 512
};

/* Appends all combinations to `benchmarks`; the first keys vary slowest, in the order written.
 * ASSAY_ERR_PARSE  a kind, a number of samples or seconds or a tag that is none; a name or value
 * with characters outside [A-Za-z0-9_.+-], a key twice or without values; ASSAY_ERR_LIMIT  too many
 * keys, combinations, or too long an id. */
ASSAY_USE_RESULT assay_status sweep_expand(const struct sweep_request *request, struct arena *arena,
                                           benchmark_vec *benchmarks, struct buf *error);

#endif
