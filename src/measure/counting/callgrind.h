/* Reading callgrind's output files: the number of instructions, and nothing else. */
#ifndef MEASURE_COUNTING_CALLGRIND_H
#define MEASURE_COUNTING_CALLGRIND_H

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

/* The total of the event "Ir" in the bytes of one file, which need not end in NUL.
 * ASSAY_ERR_PARSE: not such a file, cut off, no event "Ir", no total, or one that is no number. */
ASSAY_USE_RESULT assay_status callgrind_parse(const char *data, size_t length,
                                              uint64_t *ret_instructions);

/* The same of a file.  ASSAY_ERR_IO: cannot be read.  ASSAY_ERR_LIMIT: larger than 256 MiB.
 * The text is in `error`. */
ASSAY_USE_RESULT assay_status callgrind_read(const char *path, uint64_t *ret_instructions,
                                             struct buf *error);

#endif
