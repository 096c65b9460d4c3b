/* A flame graph that needs no script: callers above what they call, as wide as their share of the
 * samples, names and shares in titles.  Classes .f0 ... .f3 are shades that a name keeps, .fx is
 * what has no name of its own. */
#ifndef REPORT_SVG_FLAME_H
#define REPORT_SVG_FLAME_H

#include "model/stacks/stacks.h"

/* A figure with its caption; nothing without samples.  Failures show in out->status. */
void svg_flame(struct buf *out, const struct stacks *stacks);

/* The style of those classes. */
extern const char SVG_FLAME_STYLE[];

#endif
