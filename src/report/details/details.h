/* A run looked at closely: every statistic with its meaning, and the environment.  At most 80
 * columns, but for the picture of the samples, which takes what the paper has; computes no number
 * of its own. */
#ifndef REPORT_DETAILS_H
#define REPORT_DETAILS_H

#include "model/model.h"
#include "report/terminal/paper.h"

/* All that is known of one benchmark's part of a run, with its samples as a picture. */
void report_text_result(const struct result *result, const struct paper *paper, struct buf *out);

/* Machine, system and what else was found. */
void report_text_environment(const struct environment *environment, struct buf *out);

#endif
