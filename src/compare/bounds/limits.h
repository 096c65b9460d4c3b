/* Limits of a gate: which ones hold for a benchmark, and what they make of a row.  Pure. */
#ifndef COMPARE_LIMITS_H
#define COMPARE_LIMITS_H

#include "model/comparison.h"

/* What a command line says where no threshold does; 0: not said.  `warn` above `fail` is the
 * caller's to refuse. */
struct limits_request {
    double warn, fail;
};

/* The limits of a metric of a benchmark: LIMITS_DEFAULT, overridden by `request`, overridden by
 * each of `thresholds` that names both, in their order and key by key.  When only one of warn and
 * fail was said by whoever was heard last, the other gives way, so that warn <= fail holds. */
struct limits limits_for(const threshold_vec *thresholds, const struct limits_request *request,
                         const char *benchmark, const struct metric *metric);

/* Whether a threshold names the metric of the benchmark. */
bool limits_named(const threshold_vec *thresholds, const char *benchmark,
                  const struct metric *metric);

/* What row->limits make of the row's interval and verdict.
 *
 * Worse is more of a metric of which less is better, and less of the others.  The row is `fail`
 * when all of its interval is worse than the limit, `undecided` when a part of it is, `warn` and
 * `pass` likewise.  Unless limits.placement_fails is set, the verdict `placement` passes.  Of
 * different machines only what is twice as good passes (VERDICT_ACROSS_MARGIN) and only what is
 * twice as bad fails; all else is undecided.  A loss of quality fails, whatever the metric says.  A
 * row without a verdict keeps its gate. */
enum gate limits_gate(const struct comparison *row);

/* Launches to go at the present scatter until the interval of a paired row no longer reaches across
 * its limit `fail`; very many where the change is the limit. */
unsigned limits_launches_needed(const struct comparison *row);

/* Exit code of a gate: 3 a benchmark failed or the gate was interrupted, 1 a regression or a missed
 * target, 4 undecided, missing or nothing measured, else 0. */
int limits_exit_code(const comparison_vec *rows, const struct gate_facts *facts);

#endif
