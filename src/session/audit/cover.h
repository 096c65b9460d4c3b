/* Every target of the project with the newest run that measured it. */
#ifndef SESSION_AUDIT_COVER_H
#define SESSION_AUDIT_COVER_H

#include "model/audit.h"
#include "session/place/workplace.h"

/* Appends one row for each target, or for each benchmark that its pattern matches; a target that no
 * run of the store measured, or without a store, has no run id.  Every target has a row.
 * ASSAY_ERR_IO, ASSAY_ERR_VERSION: the store cannot be read.   ASSAY_ERR_MEMORY. */
ASSAY_USE_RESULT assay_status audit_cover(const struct workplace *workplace, struct audit *audit,
                                          struct buf *error);

#endif
