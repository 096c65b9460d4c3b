/* Which audit files there are, and what they claim. */
#ifndef SESSION_AUDIT_FILES_H
#define SESSION_AUDIT_FILES_H

#include "model/audit.h"
#include "session/place/workplace.h"

/* Reads the audit files that `paths` names (files, or folders of *.yaml); without any: those of the
 * key `audits` of assay.yaml, else of the folder `audits` beside it, and audit.yaml of every suite.
 * Of files with the same bytes the first counts.  Fills files, and findings with their claims.
 *
 * ASSAY_ERR_NOT_FOUND  a path does not exist, or there is no audit file at all.
 * ASSAY_ERR_PARSE, ASSAY_ERR_LIMIT, ASSAY_ERR_IO, ASSAY_ERR_MEMORY  as audit_parse, with the place.
 */
ASSAY_USE_RESULT assay_status audit_load_files(const struct workplace *workplace,
                                               char *const *paths, int count, struct audit *audit,
                                               struct buf *error);

/* Adds the claims of `file` as findings that nothing was measured of. */
ASSAY_USE_RESULT assay_status audit_add_claims(const struct audit_file *file, struct audit *audit,
                                               struct buf *error);

#endif
