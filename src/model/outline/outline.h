/* What comparing needs of a run: of each benchmark whether it was measured, and of each metric the
 * typical value with its interval.  A store reads it without the rest of the run. */
#ifndef MODEL_OUTLINE_OUTLINE_H
#define MODEL_OUTLINE_OUTLINE_H

#include "model/model.h"

/* One metric of one benchmark. */
struct outline_point {
    const struct metric *metric;
    size_t sample_count, launch_count;
    double median;
    struct interval interval;
    double min, max;
};

/* Its points are `count` of the outline's from `first` on, in the order of the run. */
struct outline_result {
    const struct benchmark *benchmark; /* id, suite, name, params, tags; lent */
    enum outcome outcome;
    const char *reason; /* lent */
    size_t first, count;
};

struct outline {
    struct run run; /* who, when, where, how; its results, if there are any, lend us theirs */
    bool owned;     /* `run` is ours */
    VEC(struct outline_result) results;
    VEC(struct outline_point) points;
    void *names; /* what benchmarks and metrics belong to, until `let_go` is called with it */
    void (*let_go)(void *names);
};

/* The outline of a run: lent, so that the run must live as long, or taken, so that the run is the
 * outline's.  ASSAY_ERR_MEMORY: nothing was taken. */
ASSAY_USE_RESULT assay_status outline_of_run(const struct run *run, struct outline *ret_outline);
ASSAY_USE_RESULT assay_status outline_take_run(struct run *run, struct outline *ret_outline);
void outline_release(struct outline *outline);

static inline const struct outline_point *outline_points(const struct outline *outline,
                                                         const struct outline_result *result)
{
    return outline->points.items + result->first;
}

/* The point of a metric; NULL without one. */
const struct outline_point *outline_point(const struct outline *outline,
                                          const struct outline_result *result, const char *metric);
struct outline_point outline_point_of(const struct measurement *measurement);
/* The same as a measurement, of which all else is 0. */
struct measurement outline_measurement(const struct outline_point *point);

/* For finding many results: those of two runs mostly stand in one order. */
struct outline_index {
    const struct outline *outline;
    size_t next;
    const struct outline_result **sorted; /* by id; made when it is first needed */
};
/* The result of a benchmark; NULL without one.  ASSAY_ERR_MEMORY. */
ASSAY_USE_RESULT assay_status outline_find(struct outline_index *index, const char *id,
                                           const struct outline_result **ret_result);
void outline_index_release(struct outline_index *index);

#endif
