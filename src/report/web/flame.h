/* Call stacks as the page wants them: each told by what it has beyond the one before. */
#ifndef REPORT_WEB_FLAME_H
#define REPORT_WEB_FLAME_H

#include "model/stacks/stacks.h"

/* Appends a JSON object: "samples", "lost", "cut", "cpu_seconds", and "rows", in the order of their
 * frames: [how many outermost frames are those of the row before, "the others, ';' between them",
 * samples].  ASSAY_ERR_MEMORY. */
ASSAY_USE_RESULT assay_status web_flame(const struct stacks *stacks, struct buf *out);

#endif
