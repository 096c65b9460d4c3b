/* Samples and percentiles as bytes: the same on every machine, whatever a struct looks like there.
 */
#ifndef STORE_PACK_H
#define STORE_PACK_H

#include "model/model.h"

/* Appends the samples: for each stretch of equal launch and iterations its header (launch u32,
 * count u32, iterations u64), then each time as f32 nanoseconds per iteration; little-endian.  4
 * bytes a sample; a time is kept to 24 bits (6e-8 of itself). */
void pack_samples(const sample_vec *samples, struct buf *out);

/* The inverse; `samples` must be empty.  ASSAY_ERR_PARSE: cut off or damaged, nothing is kept. */
ASSAY_USE_RESULT assay_status unpack_samples(const void *bytes, size_t length,
                                             sample_vec *ret_samples);

/* Appends the PERCENTILE_COUNT percentiles: rank, value, low, high, level as f64, sufficient as u8.
 */
void pack_percentiles(const struct percentile *percentiles, struct buf *out);
ASSAY_USE_RESULT assay_status unpack_percentiles(const void *bytes, size_t length,
                                                 struct percentile *ret_percentiles);

#endif
