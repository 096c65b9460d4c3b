/* What would help on this machine.  Only advice that was tried: each says what it brought, and the
 * table of docs/doctor.md says how that was found out. */
#ifndef SESSION_DOCTOR_REMEDIES_H
#define SESSION_DOCTOR_REMEDIES_H

#include "session/doctor/rules.h"

/* Appends the advice that applies to `facts`, the most useful first.  Its texts are constants.
 * ASSAY_ERR_MEMORY. */
ASSAY_USE_RESULT assay_status remedies_find(const struct doctor_facts *facts, remedy_vec *advice);

#endif
