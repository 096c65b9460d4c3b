/* The likelihood of each place near a candidate, with AR(1) noise and outliers in a mixture; the
 * levels are those around the candidate.
 * Why the middle of the best eleven and not the single best: who looks for a commit looks around
 * the one that is named, and near places share their probability. */
#include "stats/history/locate.h"

#include <math.h>

#include "stats/history/settings.h"

enum { PLACES_MAX = 2 * PLACE_REACH + 1 };
#define RANGE_DROP 3.0 /* of log likelihood: some 95 % where places are many */

/* The places that are looked at: first, first + 1, ... */
struct places {
    size_t first, count;
    double log_likelihood[PLACES_MAX];
    double best;
};

static double log_density(const struct noise *noise, double innovation)
{
    double sd = noise->sd * sqrt(1 - noise->autocorrelation * noise->autocorrelation);
    double score = innovation / sd;
    return log((1 - OUTLIER_SHARE) / sqrt(2 * M_PI) * exp(-score * score / 2) +
               OUTLIER_SHARE / OUTLIER_RANGE_SD) -
           log(sd);
}

static double limited_to(double value, double reach)
{
    return fmin(fmax(value, -reach), reach);
}

/* Terms of value i when its own level is levels[own] and that of the value before levels[before].
 */
static double term(const struct series *series, size_t i, double own, double before)
{
    const struct noise *noise = &series->noise;
    double last = limited_to(series->values[i - 1] - before, CLIP_SD * noise->sd);
    return log_density(noise, series->values[i] - own - noise->autocorrelation * last);
}

/* From one place to the next a single value changes its level: sums run along. */
static void weigh(const struct series *series, const double levels[2], struct places *places)
{
    const size_t first = places->first, last = first + places->count - 1;
    double sum = term(series, first, levels[1], levels[0]);
    for (size_t i = first + 1; i <= last; i++)
        sum += term(series, i, levels[1], levels[1]);
    places->log_likelihood[0] = places->best = sum;
    for (size_t at = first + 1; at <= last; at++) {
        sum += term(series, at - 1, levels[0], levels[0]) + term(series, at, levels[1], levels[0]);
        sum -= term(series, at - 1, levels[1], levels[0]) + term(series, at, levels[1], levels[1]);
        places->log_likelihood[at - first] = sum;
        places->best = fmax(places->best, sum);
    }
}

/* Probability of the window around place i, and a little for the place itself. */
static double window(const struct places *places, size_t i)
{
    size_t low = i > PLACE_TOLERANCE ? i - PLACE_TOLERANCE : 0;
    double sum = 1e-6 * exp(places->log_likelihood[i] - places->best);
    for (size_t k = low; k <= i + PLACE_TOLERANCE && k < places->count; k++)
        sum += exp(places->log_likelihood[k] - places->best);
    return sum;
}

static size_t choose(const struct places *places)
{
    size_t chosen = 0;
    double most = -1;
    for (size_t i = 0; i < places->count; i++) {
        double weight = window(places, i);
        if (weight > most) {
            most = weight;
            chosen = i;
        }
    }
    return chosen;
}

static void look(const struct series *series, struct stretch stretch, size_t at,
                 struct places *ret_places)
{
    const double levels[2] = {series_mean(series, stretch.first, at),
                              series_mean(series, at, stretch.end)};
    size_t first = stretch.first + 2, last = stretch.end - 2;
    if (at > first + PLACE_REACH)
        first = at - PLACE_REACH;
    if (at + PLACE_REACH < last)
        last = at + PLACE_REACH;
    ret_places->first = first;
    ret_places->count = last - first + 1;
    weigh(series, levels, ret_places);
}

void locate_step(const struct series *series, struct stretch stretch, size_t *at,
                 struct history_change *ret_change)
{
    struct places places;
    for (int round = 0; round < 2; round++) { /* the levels follow the place */
        look(series, stretch, *at, &places);
        *at = places.first + choose(&places);
    }
    size_t low = places.count, high = 0;
    for (size_t i = 0; i < places.count; i++) {
        if (places.log_likelihood[i] < places.best - RANGE_DROP)
            continue;
        low = low < i ? low : i;
        high = i;
    }
    ret_change->index = *at;
    ret_change->low_index = places.first + low;
    ret_change->high_index = places.first + high;
}
