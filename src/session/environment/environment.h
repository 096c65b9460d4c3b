/* The environment of a run beyond the machine's identity. */
#ifndef SESSION_ENVIRONMENT_H
#define SESSION_ENVIRONMENT_H

#include "session/catalog.h"

/* Sets `environment->facts`: the machine's, and how each module was compiled as far as its file
 * says.  ASSAY_ERR_MEMORY. */
ASSAY_USE_RESULT assay_status environment_snapshot(const struct catalog *catalog,
                                                   struct arena *arena,
                                                   struct environment *environment);

#endif
