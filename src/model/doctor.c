/* Names and limits of the nouns of `assay doctor`.
 * The levels are what a user would gate at; the budgets are what a user would pay. */
#include "model/doctor.h"

const double NOISE_LEVELS[NOISE_LEVEL_COUNT] = {0, 0.01, 0.05};
const double NOISE_BUDGETS[NOISE_BUDGET_COUNT] = {0.1, 1, 10};

const char *mark_name(enum mark mark)
{
    static const char *const NAMES[] = {"ok", "note", "warning", "broken", "unknown"};
    return NAMES[mark];
}

void diagnosis_release(struct diagnosis *diagnosis)
{
    vec_release(&diagnosis->installation);
    vec_release(&diagnosis->machine);
    vec_release(&diagnosis->noise.rows);
    vec_release(&diagnosis->advice);
    arena_release(&diagnosis->arena);
}
