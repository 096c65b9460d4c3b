/* Text for terminals: the table of a run, as wide as its paper.  Computes no number of its own. */
#ifndef REPORT_TEXT_H
#define REPORT_TEXT_H

#include "model/model.h"

struct moved;
struct paper;

/* What matters first (report/terminal/digest.h), then the table, warnings, scaling, resources,
 * targets and claims.  `moved` may be NULL.  Out of memory shows in out->status. */
void report_text(const struct run *run, const struct moved *moved, const struct paper *paper,
                 struct buf *out);

/* What run this is: id, time, commit, label, machine, plan. */
void report_text_run(const struct run *run, struct buf *out);

/* One line that says how a plan measures: "quick: 5 launches x 0.10 s, warm-up <= 0.05 s". */
void report_text_plan(const struct plan *plan, struct buf *out);

#endif
