/* Cycles of `assay watch`, as a line or a few of text and as JSON. */
#ifndef REPORT_WATCH_H
#define REPORT_WATCH_H

#include "model/history/watch.h"

void report_text_watch(const struct watch_event *event, struct buf *out);

/* "assay.watch/1", on one line. */
ASSAY_USE_RESULT assay_status report_json_watch(const struct watch_event *event, struct buf *out);

#endif
