/* Where exactly a step lies. */
#ifndef STATS_HISTORY_LOCATE_H
#define STATS_HISTORY_LOCATE_H

#include "stats/history/explain.h"
#include "stats/history/history.h"

/* Moves *at, inside the stretch, to the most probable place, and gives its range. */
void locate_step(const struct series *series, struct stretch stretch, size_t *at,
                 struct history_change *ret_change);

#endif
