/* Audit files -> claims that something became better, to be measured.  Reads files, keeps no state;
 * thread-safe. */
#ifndef CONFIG_AUDIT_H
#define CONFIG_AUDIT_H

#include "base/arena.h"
#include "base/buf.h"
#include "config/yaml.h"
#include "model/audit.h"

/* Appends the claims of a text, in its order; texts go into `arena`.
 *
 * Every claim has a text, a source, two sides of one kind (benchmarks or commands), a metric that
 * such sides have, and exactly one bound, which can be kept.  Module paths are relative to the
 * folder of `source->name`.
 *
 * ret_name  the name of the audit; written only on ASSAY_OK.
 *
 * ASSAY_ERR_PARSE   not YAML, unknown keys, values or combinations that do not fit, no claim.
 * ASSAY_ERR_LIMIT   longer than YAML_BYTES_MAX.
 * ASSAY_ERR_MEMORY  memory is out.
 * On a failure `claims` holds what it held; `error` (may be NULL) has "NAME:LINE:COLUMN: what". */
ASSAY_USE_RESULT assay_status audit_parse(const struct yaml_source *source, struct arena *arena,
                                          audit_claim_vec *claims, const char **ret_name,
                                          struct buf *error);

/* Appends the reference of the keys of an audit file as Markdown. */
void audit_describe(struct buf *out);

#endif
