/* Trends that are read before anybody asks: those of the newest run, one in each quiet moment after
 * the server's start, so that the first question is answered as quickly as the next ones. */
#ifndef SERVE_KEPT_WARM_H
#define SERVE_KEPT_WARM_H

#include "serve/source.h"

/* Fewer runs are read in a few milliseconds anyway. */
enum { WARM_RUNS_MIN = 1000 };

/* Start with zeros but for runs_min. */
struct warming {
    struct arena arena;
    VEC(const char *) names; /* of benchmarks that are waiting, the first one last */
    size_t runs_min;         /* a store with fewer is left alone */
    bool is_started;
};

/* Reads the next trend.  Returns whether another one waits: not when all are read, when as many are
 * kept as can be, or when there are too few runs. */
bool warm_next(struct warming *warming, struct source *source);
void warming_release(struct warming *warming);

#endif
