/* Lists out of the store, as text of 80 columns and as JSON.  Computes no number of its own. */
#ifndef REPORT_HISTORY_H
#define REPORT_HISTORY_H

#include "model/model.h"

/* Newest first, as the store hands them out. */
void report_text_runs(const struct run_row *rows, size_t count, struct buf *out);
/* "assay.runs/1". */
ASSAY_USE_RESULT assay_status report_json_runs(const struct run_row *rows, size_t count,
                                               struct buf *out);

void report_text_baselines(const struct baseline *rows, size_t count, struct buf *out);
/* "assay.baselines/1". */
ASSAY_USE_RESULT assay_status report_json_baselines(const struct baseline *rows, size_t count,
                                                    struct buf *out);

/* One baseline: its name and what was kept; `assay.baseline/1` has its run, too. */
void report_text_baseline(const struct baseline *baseline, const kept_module_vec *modules,
                          struct buf *out);
ASSAY_USE_RESULT assay_status report_json_baseline(const struct baseline *baseline,
                                                   const struct run *run,
                                                   const kept_module_vec *modules, struct buf *out);

/* Grouped by benchmark, oldest first; a change of machine or compiler is marked. */
void report_text_history(const struct history_row *rows, size_t count, struct buf *out);
/* "assay.history/1". */
ASSAY_USE_RESULT assay_status report_json_history(const struct history_row *rows, size_t count,
                                                  const char *metric, struct buf *out);

#endif
