/* The samples of a result as a small picture of characters. */
#ifndef REPORT_TERMINAL_HISTOGRAM_H
#define REPORT_TERMINAL_HISTOGRAM_H

#include "model/model.h"
#include "report/terminal/paper.h"

/* Adds the distribution of all samples, the interval of the median below it, and a line a launch:
 * block characters, or ASCII.  A window shows the bulk; what lies beyond is counted in words.
 * Nothing for a result with fewer than HISTOGRAM_SAMPLES_MIN usable samples.  Out of memory shows
 * in out->status. */
enum { HISTOGRAM_SAMPLES_MIN = 8 };
void report_histogram(const struct result *result, const struct paper *paper, struct buf *out);

#endif
