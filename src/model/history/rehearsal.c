/* Ownership of rehearsals.
 * Invariant: texts are lent by the trend that was rehearsed. */
#include "model/history/rehearsal.h"

const double REHEARSAL_STEPS[REHEARSAL_STEP_COUNT] = {0.01, 0.02, 0.05};

void rehearsal_release(struct rehearsal *rehearsal)
{
    vec_release(&rehearsal->rows);
}
