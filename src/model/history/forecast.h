/* When a trend reaches a level: an answer in points ahead, never one number. */
#ifndef MODEL_FORECAST_H
#define MODEL_FORECAST_H

#include "model/model.h"

enum forecast_kind {
    FORECAST_TOO_FEW,    /* cannot be said: too few points since the last step */
    FORECAST_WITHIN,     /* between `low` and `high` points ahead */
    FORECAST_NOT_BEFORE, /* `low` points ahead at the earliest; maybe not within the horizon */
    FORECAST_NOT_WITHIN, /* not within the horizon */
};
/* "too_few", "within", "not_before", "not_within". */
const char *forecast_kind_name(enum forecast_kind kind);

struct forecast {
    enum forecast_kind kind;
    size_t low, high;     /* points ahead of the last one; 0: the level may be there by now */
    double level;         /* of all that is said */
    size_t count;         /* points that it was made of */
    size_t horizon;       /* points ahead that were looked at */
    bool rises;           /* the level lies above the trend's end */
    double share;         /* of the simulated trends that are there within the horizon */
    struct interval rate; /* change a point as a ratio; a difference where values are linear */
    struct interval days; /* the same as low and high in days; level 0 where times are unknown */
};

#endif
