/* Samples as text: a few characters a point, for pictures. */
#ifndef REPORT_WEB_PACKED_H
#define REPORT_WEB_PACKED_H

#include "model/model.h"

/* Appends `length` bytes in base64 (RFC 4648, section 4). */
void web_base64(struct buf *out, const void *data, size_t length);

/* Appends a JSON object: "from" and "to", the least and the largest time of an iteration; "log",
 * whether steps between them are equal ratios; "launches", how many samples in a row each launch
 * took; "data", a 16-bit little-endian step from 0 to 65534 for each sample in base64, 65535 where
 * there is no finite time.  Steps are equal ratios when all times are above 0: over a range of
 * 1 : 1000 they are 0.01 % apart.  ASSAY_ERR_MEMORY. */
ASSAY_USE_RESULT assay_status web_pack(const sample_vec *samples, struct buf *out);

#endif
