/* The mode that counts instructions instead of timing: repeatable numbers, also on a busy machine.
 */
#ifndef SESSION_COUNTING_INSTRUCTIONS_H
#define SESSION_COUNTING_INSTRUCTIONS_H

#include "compare/bounds/limits.h"
#include "session/compare.h"

/* ASSAY_ERR_HOST with the reason in `error` when instructions cannot be counted here at all. */
ASSAY_USE_RESULT assay_status instructions_available(struct buf *error);

/* The plan of a run that counts: two processes a benchmark unless `wanted` has another number, its
 * limits, iterations and seed; nothing of it is time. */
struct plan instructions_plan(const struct plan *wanted, unsigned launches, uint64_t iterations);

/* Margin and limits fit for exact numbers. */
void instructions_rules(struct verdict_rules *rules);

/* The same for limits that the command line leaves open. */
void instructions_limits(struct limits_request *limits);

/* What a reader of such numbers must know on this machine, or "". */
const char *instructions_caution(void);

/* Counts `plan->launches` processes of the benchmark of `result` and fills outcome, reason, warning
 * and the one measurement; there are no samples.  Counts that differ are told in the warning.
 * Texts go to `arena`. ASSAY_ERR_MEMORY. */
ASSAY_USE_RESULT assay_status instructions_measure(const struct measure_paths *paths,
                                                   const struct plan *plan, struct arena *arena,
                                                   struct result *result);

/* Counts both sides, each twice, and five times when a side disagrees with itself; both for the
 * number of iterations that the old side asks for.  Fills `row`. ASSAY_ERR_MEMORY. */
ASSAY_USE_RESULT assay_status instructions_compare(const struct compare_request *request,
                                                   const struct pairing *pairing,
                                                   struct arena *arena, struct comparison *row);

/* Whether the first point of a result says that it was counted and not timed. */
bool instructions_are_in(const struct outline_point *point);

/* The same from two stored results, at least one of them counted. */
ASSAY_USE_RESULT assay_status instructions_compare_stored(const struct outline_point *old_side,
                                                          const struct outline_point *new_side,
                                                          const struct verdict_rules *rules,
                                                          struct comparison *row);

#endif
