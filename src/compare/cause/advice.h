/* Why a benchmark changed, as far as counts, compilers and noise can tell, and what to try next.
 * Pure: facts in, sentences out. */
#ifndef COMPARE_ADVICE_H
#define COMPARE_ADVICE_H

#include "model/comparison.h"
#include "model/counts.h"

struct advice_facts {
    const struct counts *old_counts, *new_counts; /* NAN where not counted; never NULL */
    const char *old_compiler, *new_compiler;      /* "" when not known */
    double margin;                                /* below it times are the same */
};

/* Fills row->findings with what the rules say of a row that has a verdict; rows that are the same
 * get none.  Texts go to `arena`.  ASSAY_ERR_MEMORY. */
ASSAY_USE_RESULT assay_status advice_find(const struct advice_facts *facts, struct arena *arena,
                                          struct comparison *row);

#endif
