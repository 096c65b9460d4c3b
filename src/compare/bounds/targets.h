/* Judging targets: does a metric keep its bound, surely or not. */
#ifndef COMPARE_TARGETS_H
#define COMPARE_TARGETS_H

#include "model/model.h"

/* Copies targets and claims into the run (strings stay lent) and judges each target whose benchmark
 * was measured: `met` when the whole 95 % interval keeps the bound, `missed` when all of it breaks
 * it, else `undecided`; a benchmark that was not part of the run leaves TARGET_NONE.  A benchmark
 * given as a pattern ('*', '?') makes one target for each result that it matches.  A target of
 * growth is judged by the run's scalings, which have to be there (scaling_judge): its benchmark is
 * the id of a sweep, without the parameter.  Both may be NULL. ASSAY_ERR_MEMORY. */
ASSAY_USE_RESULT assay_status targets_judge(struct run *run, const target_vec *targets,
                                            const claim_vec *claims);

#endif
