/* Alternating two open benchmarks in one process: the comparison that shared machines cannot spoil.
 */
#ifndef LIB_PAIR_H
#define LIB_PAIR_H

#include "bench.h"

struct pair_request {
    struct open_bench *a, *b;
    uint64_t iterations_a, iterations_b; /* per slot */
    uint64_t slots;                      /* of each */
    uint64_t seed;                       /* of the order inside the pairs */
};

/* What one pair took; both slots ran directly after each other, in the order told by `a_first`. */
struct pair_time {
    double a_ns, b_ns;
    bool a_first;
};

/* Runs `slots` pairs and hands each to `keep`.  false: one of the benchmarks failed or skipped, and
 * its outcome and reason say why. */
bool pair_run(const struct pair_request *request, void (*keep)(const struct pair_time *, void *),
              void *context);

#endif
