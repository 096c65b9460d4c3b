/* The project that is measured: its commit, branch and tag. */
#ifndef SESSION_PLACE_PROJECT_H
#define SESSION_PLACE_PROJECT_H

#include "model/model.h"

/* Fills run->commit, branch and tag by asking git in the current folder; "" outside a repository or
 * without git.  A commit of a changed working tree ends in "+".  ASSAY_ERR_MEMORY. */
ASSAY_USE_RESULT assay_status project_describe(struct arena *arena, struct run *run);

#endif
