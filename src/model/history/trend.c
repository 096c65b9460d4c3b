/* Ownership of trends.
 * Invariant: vectors are each series' own, texts and metrics are the arena's or lent. */
#include "model/history/trend.h"

void trend_release(struct trend *trend)
{
    for (size_t i = 0; i < trend->series.count; i++) {
        vec_release(&trend->series.items[i].points);
        vec_release(&trend->series.items[i].changes);
        vec_release(&trend->series.items[i].drifts);
    }
    vec_release(&trend->series);
    vec_release(&trend->absent);
    arena_release(&trend->arena);
}
