/* What `assay doctor` found, as text of 80 columns and as JSON.  Computes no number of its own. */
#ifndef REPORT_DOCTOR_H
#define REPORT_DOCTOR_H

#include "model/doctor.h"

/* What needs attention has a line of its own; what is well or not known is a list. */
void report_text_doctor(const struct diagnosis *diagnosis, struct buf *out);

/* "assay.doctor/1". */
ASSAY_USE_RESULT assay_status report_json_doctor(const struct diagnosis *diagnosis,
                                                 struct buf *out);

#endif
