/* One line before the first number, when now is a bad moment to measure. */
#ifndef SESSION_DOCTOR_HINT_H
#define SESSION_DOCTOR_HINT_H

#include "base/buf.h"
#include "probe/facts.h"

/* Says in `out`, which is empty, what is seriously wrong, without a line end; or nothing.  Pure. */
void doctor_hint_of(const struct host_facts *facts, struct buf *out);

/* The same of this machine, now: a few small files are read, well below a millisecond.  Nothing
 * when the environment says ASSAY_HINTS=off. */
void doctor_hint(struct buf *out);

#endif
