/* One series after the other, each with random numbers of its own: what is said of one does not
 * depend on which others there are. */
#include "session/trend/rehearse.h"

#include "stats/history/rehearse.h"

enum { ROUNDS_MIN = 5, ROUNDS_MAX = 200, ROUNDS_ALL = 2000 };

static unsigned rounds_for(size_t series)
{
    size_t rounds = ROUNDS_ALL / (series > 0 ? series : 1);
    return rounds < ROUNDS_MIN ? ROUNDS_MIN : rounds > ROUNDS_MAX ? ROUNDS_MAX : (unsigned)rounds;
}

static assay_status rehearse(const struct trend_series *series, const struct rehearsal_plan *plan,
                             struct rehearsal_row *row)
{
    const size_t count = series->points.count;
    double *values = malloc((count + 1) * sizeof *values);
    if (values == NULL)
        return ASSAY_ERR_MEMORY;
    for (size_t i = 0; i < count; i++)
        values[i] = series->points.items[i].value;
    assay_status status =
        history_rehearse(values, count, series->metric->direction == HIGHER_IS_BETTER, plan, row);
    free(values);
    if (status == ASSAY_ERR_TOO_FEW)
        row->reason = "fewer than 100 points";
    else if (status == ASSAY_ERR_ARGUMENT)
        row->reason = "some values are not above 0, so a step of 1 % means nothing";
    else if (status == ASSAY_ERR_LIMIT)
        row->reason = "too many points";
    else
        return status;
    return ASSAY_OK;
}

assay_status trend_rehearse(const struct trend *trend, const struct rehearsal_plan *plan,
                            struct rehearsal *ret_rehearsal)
{
    *ret_rehearsal = (struct rehearsal){.plan = *plan};
    if (plan->rounds == 0)
        ret_rehearsal->plan.rounds = rounds_for(trend->series.count);
    for (size_t i = 0; i < trend->series.count; i++) {
        struct rehearsal_row *row = vec_add(&ret_rehearsal->rows);
        if (row == NULL)
            return ASSAY_ERR_MEMORY;
        *row = (struct rehearsal_row){.name = trend->series.items[i].name, .reason = ""};
        TRY(rehearse(&trend->series.items[i], &ret_rehearsal->plan, row));
    }
    return ASSAY_OK;
}
