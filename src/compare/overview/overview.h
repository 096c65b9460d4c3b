/* What can be said of all rows of a run together.  Pure. */
#ifndef COMPARE_OVERVIEW_H
#define COMPARE_OVERVIEW_H

#include "model/overview/overview.h"

/* Fills everything but `then` and `rows` from overview->run, whose targets are judged.  Texts go to
 * `arena`, the lines point into the run.  Free with overview_release, also after a failure.
 * ASSAY_ERR_MEMORY.  O(results^2) at worst, within one benchmark's name. */
ASSAY_USE_RESULT assay_status overview_judge(struct overview *overview, struct arena *arena);
void overview_release(struct overview *overview);

/* The parts, which overview_judge calls. */

/* One line a variant of each benchmark that was measured in two or more variants on an input. */
ASSAY_USE_RESULT assay_status overview_variants(struct overview *overview, struct arena *arena);

/* One line a row and quality that it states; rows are set against those on the same input with the
 * same quality and the same cost.  Lines of one input follow each other, the cheapest first. */
ASSAY_USE_RESULT assay_status overview_trades(struct overview *overview);

/* The grade, from the counts and the half-width. */
enum grade overview_grade(const struct overview *overview);

#endif
