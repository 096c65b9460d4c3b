/* A run looked at closely: every statistic with its meaning, and the environment.  Plain ASCII of
 * at most 80 columns; computes no number of its own. */
#ifndef REPORT_DETAILS_H
#define REPORT_DETAILS_H

#include "model/model.h"

/* All that is known of one benchmark's part of a run. */
void report_text_result(const struct result *result, struct buf *out);

/* Machine, system and what else was found. */
void report_text_environment(const struct environment *environment, struct buf *out);

#endif
