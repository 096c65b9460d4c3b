/* What lies behind a row that changed: counts of both sides, and what the rules make of them. */
#ifndef SESSION_EXPLAIN_H
#define SESSION_EXPLAIN_H

#include "session/compare.h"

/* Counts both sides of the pairing, in processes of their own, and fills old_counts, new_counts and
 * findings of the row; where instructions are equal, asks whether it is placement
 * (session/placement.h).  `instructions`: also under valgrind, which takes a second or more.  What
 * cannot be counted stays unknown.  Texts go to `arena`.  ASSAY_ERR_MEMORY. */
ASSAY_USE_RESULT assay_status explain_row(const struct compare_request *request,
                                          const struct pairing *pairing, bool instructions,
                                          struct arena *arena, struct comparison *row);

#endif
