/* The nouns of `assay doctor --history`: detectors tried on a history of one's own. */
#ifndef MODEL_REHEARSAL_H
#define MODEL_REHEARSAL_H

#include "model/model.h"

/* Before the first alarm ONLINE_LEARNING values pass; what is shorter than this shows nothing. */
enum { REHEARSAL_POINTS_MIN = 100, REHEARSAL_STEP_COUNT = 3 };
extern const double REHEARSAL_STEPS[REHEARSAL_STEP_COUNT]; /* 1, 2 and 5 % */

struct rehearsal_plan {
    unsigned rounds; /* permutations of each history */
    uint64_t seed;
};

/* A count of hits, and what it proves of their share at 95 %. */
struct proved_share {
    size_t hits, count;
    double low, high;
};

/* Steps of one size, one a round. */
struct rehearsal_step {
    double size;                /* 0.01: 1 % worse */
    struct proved_share found;  /* by all points together, within five of their place */
    struct proved_share raised; /* as points came, before the last one */
    double delay;               /* median, in points; NAN: half of them were not raised */
};

struct rehearsal_row {
    const char *name;
    const char *reason; /* why there are no numbers, else "" */
    size_t points, steps_taken_out, drifts_taken_out;
    double sd, autocorrelation; /* of the history, steps apart */
    struct proved_share alarms; /* a point: false ones, all points together */
    struct proved_share online_alarms;
    struct rehearsal_step steps[REHEARSAL_STEP_COUNT];
};
typedef VEC(struct rehearsal_row) rehearsal_row_vec;

struct rehearsal {
    struct rehearsal_plan plan;
    rehearsal_row_vec rows;
};

void rehearsal_release(struct rehearsal *rehearsal);

#endif
