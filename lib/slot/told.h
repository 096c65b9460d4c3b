/* What a benchmark told of metrics of its own and has not been sent yet. */
#ifndef LIB_SLOT_TOLD_H
#define LIB_SLOT_TOLD_H

#include <stdbool.h>

#include "model/protocol.h"

struct told_metric {
    char name[PROTOCOL_METRIC_NAME_MAX + 1], unit[PROTOCOL_METRIC_UNIT_MAX + 1];
    struct metric metric; /* its texts are the ones above */
    double value;
    bool is_new; /* not sent yet */
};

struct told {
    struct told_metric *items; /* PROTOCOL_METRICS_MAX of them, or NULL before the first */
    size_t count;
};

/* Keeps the value; of several for one metric the last is sent.  A rule of docs/protocol.md that is
 * broken, also by what was told before, is ASSAY_ERR_ARGUMENT with the text in `error`.
 * ASSAY_ERR_MEMORY. */
ASSAY_USE_RESULT assay_status told_add(struct told *told, const struct metric *metric, double value,
                                       struct buf *error);

/* Appends lines `metric` of what is new, with " side=b" when `is_side_b`; then nothing is new. */
void told_flush(struct told *told, bool is_side_b, struct buf *lines);

void told_release(struct told *told);

#endif
