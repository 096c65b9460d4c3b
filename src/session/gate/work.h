/* What the files of the gate share; of nobody else's concern. */
#ifndef SESSION_GATE_WORK_H
#define SESSION_GATE_WORK_H

#include "session/gate/gate.h"

struct gate_work {
    const struct gate_request *request;
    struct arena *arena; /* receives the texts of rows */
    comparison_vec *rows;
    struct gate_facts *facts;
    const struct run *baseline; /* NULL without one */
    struct verdict_rules rules; /* its level is that of each row */
    struct catalog kept;        /* of the kept modules, as far as today has the benchmark, too */
    struct catalog paired;      /* of today: what has a twin in `kept` */
    struct catalog alone;       /* of today: what is measured for itself */
};

/* A row of a benchmark, whose id is copied, without a verdict; NULL when memory is out. */
struct comparison *gate_add_row(struct gate_work *work, const char *benchmark,
                                const struct metric *metric, const char *reason);

bool gate_is_stopped(const struct gate_work *work);
const struct result *gate_find_result(const struct run *run, const char *id);
struct limits gate_limits(const struct gate_request *request, const char *benchmark,
                          const struct metric *metric);

/* Whether a threshold names a metric that has a row beside the main one: what is timed is not
 * counted, and what is counted has nothing else. */
bool gate_is_named(const struct gate_request *request, const char *benchmark,
                   const struct metric *metric);

/* alone.c: runs work->alone and adds the rows that rest on it: stored times, other metrics,
 * targets. */
ASSAY_USE_RESULT assay_status gate_measure_alone(struct gate_work *work, struct buf *error);
/* Whether a benchmark of today has to be measured for itself although it has a twin: for a target
 * or for another metric. */
bool gate_is_wanted_alone(const struct gate_work *work, const struct benchmark *benchmark);

/* names.c: rows for what only one side has, and for modules that could not be listed. */
ASSAY_USE_RESULT assay_status gate_add_unmatched(struct gate_work *work);

#endif
