/* Explaining.  Counting is not timing: it happens after all verdicts stand, and only for rows that
 * somebody will read about.  Equal instructions raise the question of placement, whose answer may
 * change the verdict before the rules look at it. */
#include "session/explain.h"

#include "compare/cause/advice.h"
#include "measure/counting/counts.h"
#include "session/placement.h"

assay_status explain_row(const struct compare_request *request, const struct pairing *pairing,
                         bool instructions, struct arena *arena, struct comparison *row)
{
    struct plan plan = request->plan;
    unsigned wanted = COUNT_COSTS;
    plan.iterations = 0; /* those of a slot are too few to count by */
    if (instructions && measure_can_count_instructions(NULL) == ASSAY_OK)
        wanted |= COUNT_INSTRUCTIONS;
    TRY(measure_counts(request->paths, &plan, pairing->old_side, wanted, arena, &row->old_counts));
    TRY(measure_counts(request->paths, &plan, pairing->new_side, wanted, arena, &row->new_counts));
    if (request->stop != NULL && *request->stop != 0)
        return ASSAY_OK; /* the counts may have been cut off */
    const struct placement_request question = {.paths = request->paths,
                                               .plan = &request->plan,
                                               .old_side = pairing->old_side,
                                               .new_side = pairing->new_side,
                                               .old_instructions = row->old_counts.instructions,
                                               .new_instructions = row->new_counts.instructions,
                                               .margin = request->rules.margin,
                                               .stop = request->stop};
    TRY(placement_check(&question, arena, row));
    const struct advice_facts facts = {&row->old_counts, &row->new_counts,
                                       pairing->old_side->compiler, pairing->new_side->compiler,
                                       request->rules.margin};
    row->has_counts = true;
    return advice_find(&facts, arena, row);
}
