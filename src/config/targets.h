/* targets.yaml -> the bounds that results must keep, and figures that others claim.  Reads files,
 * keeps no state; thread-safe. */
#ifndef CONFIG_TARGETS_H
#define CONFIG_TARGETS_H

#include "base/arena.h"
#include "base/buf.h"
#include "config/yaml.h"
#include "model/model.h"

/* What is appended to: texts go into `arena`, which the caller releases, with the vecs. */
struct targets {
    struct arena *arena;
    target_vec *targets;
    claim_vec *claims;
};

/* Appends the targets and claims of a text, in its order.
 *
 * A target's `benchmark` is an id, or a pattern for benchmark_is_meant; `versus` is an id or NULL;
 * `limit` is in the metric's unit, or a factor above 0 with `versus`; `source` is "" when not
 * stated; `metric` is the name in METRICS.  What is measured is all zero.
 *
 * ASSAY_ERR_PARSE   not YAML, unknown keys, values or combinations that do not fit.
 * ASSAY_ERR_LIMIT   longer than YAML_BYTES_MAX.
 * ASSAY_ERR_MEMORY  memory is out.
 * On a failure both vecs hold what they held; `error` (may be NULL) has "NAME:LINE:COLUMN: what".
 */
ASSAY_USE_RESULT assay_status targets_parse(const struct yaml_source *source,
                                            const struct targets *into, struct buf *error);

/* The same from the file `path`.  ASSAY_ERR_IO: it cannot be read. */
ASSAY_USE_RESULT assay_status targets_load(const char *path, struct arena *arena,
                                           target_vec *targets, claim_vec *claims,
                                           struct buf *error);

/* Appends the reference of the keys of targets.yaml as Markdown. */
void targets_describe(struct buf *out);

#endif
