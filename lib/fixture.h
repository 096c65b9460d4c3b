/* Fixtures: data built once, checksummed, mapped read-only by every later launch. */
#ifndef LIB_FIXTURE_H
#define LIB_FIXTURE_H

#include "bench.h"

/* The fixture `key` of this benchmark's suite and seed in bench->fixtures_folder; built by `build`
 * when there is none whose checksum is right.  Two hosts that build at once both write a whole
 * file; the later rename wins.  NULL: the benchmark was failed, its reason says why. */
const void *fixture_open(struct open_bench *bench, const char *key, assay_builder *build,
                         size_t *ret_bytes);

/* Adds to the fixture under construction. */
void fixture_put(struct open_bench *bench, const void *data, size_t bytes);

/* Unmaps all of them. */
void fixtures_close(struct open_bench *bench);

#endif
