/* Asks of a benchmark that moved whether only its place in memory moved it. */
#ifndef SESSION_PLACEMENT_H
#define SESSION_PLACEMENT_H

#include <signal.h>

#include "measure/pair.h"

#define PLACEMENT_EFFECT_MIN 0.005 /* a smaller change is not worth the launches */

struct placement_request {
    const struct measure_paths *paths;
    const struct plan *plan;
    const struct benchmark *old_side, *new_side;
    double old_instructions, new_instructions; /* per iteration; NAN: not counted */
    double margin;                             /* inside it two versions are the same */
    const volatile sig_atomic_t *stop;         /* NULL: never */
};

/* Whether the row is worth asking about: slower or faster by PLACEMENT_EFFECT_MIN or more, over
 * launches with both modules in one process. */
bool placement_is_candidate(const struct comparison *row);

/* Counts the instructions of both sides (measure/counting/counts.h), whatever the request says of
 * them, and checks as below; for rows that are no candidates it does nothing.  ASSAY_ERR_MEMORY. */
ASSAY_USE_RESULT assay_status placement_settle(const struct placement_request *request,
                                               struct arena *arena, struct comparison *row);

/* Measures the pair at random placements of both modules until the rule of
 * compare/cause/placement.h decides, at most 96 launches of some ten milliseconds.  If it is
 * placement the row's verdict becomes VERDICT_PLACEMENT and its gate GATE_PASS; its numbers stay.
 * `reason` of the row says what was found, also if not, unless nothing had to be measured: no
 * candidate, other instructions, not counted.  A module that cannot be shifted, or a launch that
 * fails, leaves the verdict.  Texts go to `arena`. ASSAY_ERR_MEMORY. */
ASSAY_USE_RESULT assay_status placement_check(const struct placement_request *request,
                                              struct arena *arena, struct comparison *row);

/* The same with placements from elsewhere than real hosts: `launch` answers one log ratio new / old
 * of a fresh launch with these shifts. `alignment` is what shifts must keep. */
struct placement_lab {
    enum outcome (*launch)(void *self, const struct pair_shifts *shifts, uint32_t number,
                           double *ret_log, struct buf *reason);
    void *self;
    uint32_t alignment;
};
ASSAY_USE_RESULT assay_status placement_check_in(const struct placement_lab *lab,
                                                 const struct placement_request *request,
                                                 struct arena *arena, struct comparison *row);

#endif
