/* What a machine says of itself that explains why it measures otherwise than another, or than
 * itself last month: lines "name: value" for environment.facts.  What is not known has no line. */
#ifndef PROBE_SNAPSHOT_H
#define PROBE_SNAPSHOT_H

#include "base/buf.h"

/* Adds the facts that files below `root` state, "" for the machine's own. */
void snapshot_read(const char *root, struct buf *out);

/* Adds what only the running system can say: page size, C library. */
void snapshot_ask(struct buf *out);

/* Adds "name: value" with what is no printable ASCII as '?'; nothing for an empty value. */
void snapshot_add(const char *name, const char *value, struct buf *out);

#endif
