/* Which series move together. */
#ifndef MODEL_TOGETHER_H
#define MODEL_TOGETHER_H

#include "model/model.h"

/* Two series whose innovations have a rank correlation that is not 0. */
struct moving_pair {
    size_t a, b;  /* numbers of series, a < b */
    size_t count; /* times at which both were measured */
    double correlation;
    struct interval interval;
};
typedef VEC(struct moving_pair) moving_pair_vec;

enum { TOGETHER_ALONE = 0 };

struct together {
    moving_pair_vec pairs; /* the strongest first */
    VEC(size_t) groups;    /* of each series: 1, 2 .. or TOGETHER_ALONE */
    size_t group_count;
    size_t tested;               /* pairs with enough common times */
    double false_discovery_rate; /* of the pairs, at most */
};

void together_release(struct together *together);

#endif
