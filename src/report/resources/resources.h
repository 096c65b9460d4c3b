/* What benchmarks used beside time, for terminals. */
#ifndef REPORT_RESOURCES_RESOURCES_H
#define REPORT_RESOURCES_RESOURCES_H

#include "model/resources/resources.h"

/* One block a benchmark that has resources, a line each, and what is missing with its reason;
 * nothing for a run that asked for none. */
void report_resources(const struct run *run, struct buf *out);

#endif
