/* How well steps would be found in one given history: what is known of the detectors by simulation,
 * measured on the user's own noise.  Pure; the same seed gives the same numbers.
 *
 * The history without its steps and drifts is cut into blocks, long enough to keep what neighbours
 * have in common, and put together in random order (after Kunsch 1989, Annals of Statistics 17(3)):
 * so no place is special and whatever is found is a false alarm.  Then each of these rounds gets a
 * step of each size at a random place, to be found.
 */
#ifndef STATS_HISTORY_REHEARSE_H
#define STATS_HISTORY_REHEARSE_H

#include <stdint.h>

#include "base/status.h"
#include "model/history/rehearsal.h"

/* Fills the counts of *ret_row from `count` values; `higher_is_better` makes steps fall.
 *
 * ASSAY_ERR_TOO_FEW   fewer than REHEARSAL_POINTS_MIN values.
 * ASSAY_ERR_ARGUMENT  a value is not finite, or not above 0: a step of 1 % of it means nothing.
 * ASSAY_ERR_LIMIT, ASSAY_ERR_MEMORY as history_find. */
ASSAY_USE_RESULT assay_status history_rehearse(const double *values, size_t count,
                                               bool higher_is_better,
                                               const struct rehearsal_plan *plan,
                                               struct rehearsal_row *ret_row);

#endif
