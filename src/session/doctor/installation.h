/* Whether all parts of assay are there and work: host, helpers, store, the programs it may call. */
#ifndef SESSION_DOCTOR_INSTALLATION_H
#define SESSION_DOCTOR_INSTALLATION_H

#include "model/doctor.h"
#include "session/place/workplace.h"

/* Module whose benchmarks are compared with themselves when the user names none. */
#define DOCTOR_MODULE "assay-doctor.so"

/* Appends a symptom for each part; the texts go to `arena`.  What assay cannot work without is
 * MARK_BROKEN, what it can is a note.  Nothing is created or changed.  ASSAY_ERR_MEMORY. */
ASSAY_USE_RESULT assay_status installation_check(const struct workplace *workplace,
                                                 const char *program, struct arena *arena,
                                                 symptom_vec *findings);

/* Whether a symptom is MARK_BROKEN. */
bool installation_is_broken(const symptom_vec *findings);

#endif
