/* What the statistics of samples and of sweeps look like in words and in JSON.  Computes no number
 * of its own but percents. */
#ifndef REPORT_STATISTICS_STATISTICS_H
#define REPORT_STATISTICS_STATISTICS_H

#include <jansson.h>

#include "model/model.h"

/* "O(n log n), 3.1 ns per n log2 n (2.9 .. 3.3)", or what it is undecided between. */
void report_scaling_law(const struct scaling *scaling, struct buf *out);

/* One line a sweep under a heading; nothing where there is none. */
void report_scaling_text(const struct run *run, struct buf *out);

/* The array "scaling" of assay.run/1. */
json_t *report_scaling_json(const struct run *run);

/* "12 of 340 samples are high outliers, 3 severe"; nothing where there are none. */
void report_outliers(const struct summary *summary, struct buf *out);

/* One paragraph a result: outliers, autocorrelation, bootstrap intervals of its main metric. */
void report_samples_text(const struct run *run, struct buf *out);

#endif
