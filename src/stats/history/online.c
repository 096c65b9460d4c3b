/* What a value does: it is limited, added to the running sums, and every length of a new level that
 * ends with it gets a score; the best one is an alarm if drift does not explain it as well.
 *
 * Invariant: once learned, limited values and sums are those of all values that are kept.  Scores
 * are squares of standard normal ones as long as there is no step. */
#include "stats/history/online.h"

#include <math.h>
#include <string.h>

#include "stats/history/explain.h"
#include "stats/history/locate.h"

#define SCALE_MIN 1e-9           /* below it values are equal */
#define LINEAR_MAX 1e150         /* squares are finite */
#define MEDIAN_EFFICIENCY 1.2533 /* its standard error beside that of the mean */

/* A new level of the last `size` values; 0: none that could be one. */
struct finding {
    size_t size;
    double score;
};

/* ---- values ---- */

static double score_of(const struct online *online, size_t i)
{
    return online->values[i] / online->scale;
}

static bool is_supported(const struct online *online, size_t i)
{
    const double side = online->values[i] > 0 ? 1 : -1;
    return (i > 0 && side * score_of(online, i - 1) > ONLINE_NEIGHBOUR_SD) ||
           (i + 1 < online->count && side * score_of(online, i + 1) > ONLINE_NEIGHBOUR_SD);
}

static void add_up(struct online *online, size_t i)
{
    const double reach = ONLINE_CLIP_SD * online->scale;
    double value = fmin(fmax(online->values[i], -reach), reach);
    if (fabs(score_of(online, i)) > ONLINE_LONE_SD && !is_supported(online, i))
        value = 0;
    online->limited[i] = value;
    online->sums[i + 1] = online->sums[i] + value;
    online->squares[i + 1] = online->squares[i] + value * value;
    online->moments[i + 1] = online->moments[i] + value * (double)i;
}

static double mean_of(const struct online *online, size_t first, size_t end)
{
    return (online->sums[end] - online->sums[first]) / (double)(end - first);
}

static double variance_of(const struct online *online, size_t first, size_t end)
{
    const double n = (double)(end - first), sum = online->sums[end] - online->sums[first];
    return (online->squares[end] - online->squares[first] - sum * sum / n) / (n - 1);
}

static void forget(struct online *online, size_t count)
{
    online->count -= count;
    online->forgotten += count;
    online->learned = 0;
    memmove(online->values, online->values + count, online->count * sizeof *online->values);
}

static void become_linear(struct online *online)
{
    for (size_t i = 0; i < online->count; i++)
        online->values[i] = fmin(exp(online->values[i] + online->origin), LINEAR_MAX);
    online->is_linear = true;
    online->origin = 0;
    online->learned = 0;
}

static void keep(struct online *online, double value)
{
    if (value <= 0 && !online->is_linear)
        become_linear(online);
    if (online->count == ONLINE_KEPT)
        forget(online, ONLINE_KEPT / 8);
    double kept = online->is_linear ? fmin(fmax(value, -LINEAR_MAX), LINEAR_MAX) : log(value);
    online->values[online->count++] = kept - online->origin;
}

/* ---- learning ---- */

/* 0 becomes the level of the first `count` values. */
static void center(struct online *online, size_t count, double *scratch)
{
    memcpy(scratch, online->values, count * sizeof *scratch);
    const double level = series_select(scratch, count, count / 2);
    for (size_t i = 0; i < online->count; i++)
        online->values[i] -= level;
    online->origin += level;
}

/* Differences of counters and coarse clocks are mostly 0 and say little of the others: what one
 * value in twenty does is no outlier. */
static void spread(struct online *online, size_t count, double *scratch)
{
    for (size_t i = 0; i < count; i++)
        scratch[i] = fabs(online->values[i]);
    const double usual = series_select(scratch, count, count - 1 - count / 20) / ONLINE_USUAL_SD;
    const double least = online->is_linear ? SCALE_MIN * fabs(online->origin) : SCALE_MIN;
    online->scale = fmax(fmax(online->scale, usual), fmax(least, 1e-300));
}

/* Of limited values around their mean.  Steps in what is learned from make it larger: the safe
 * side. */
static void learn_noise(struct online *online, size_t count)
{
    const double n = (double)count, mean = mean_of(online, 0, count);
    double squares = 0, products = 0;
    for (size_t i = 0; i < count; i++) {
        double off = online->limited[i] - mean;
        squares += off * off;
        products += i > 0 ? off * (online->limited[i - 1] - mean) : 0;
    }
    double r = squares > 0 ? products / squares : 0;
    r += (1 + 3 * fmax(r, 0) + ONLINE_CORRELATED) / n; /* the bias: Kendall 1954, Biometrika 41 */
    r = fmin(fmax(r, 0), AUTOCORRELATION_MAX);
    const double lost = fmin((1 + r) / (1 - r) / n, 0.5); /* to the mean */
    const double variance = squares / (n - 1) / (1 - lost);
    online->noise.autocorrelation = r;
    online->noise.sd = fmax(sqrt(variance), ONLINE_SD_MIN * online->scale);
    noise_complete(&online->noise);
}

/* The step that best explains values y of an AR(1) process from s on: innovation s is all of it,
 * each later one (1 - r) of it. */
static void weigh(struct online *online)
{
    const double r = online->noise.autocorrelation, later = 1 - r;
    const double innovation = online->noise.sd * online->noise.sd * (1 - r * r);
    for (size_t k = 1; k <= ONLINE_WINDOW; k++) {
        double information = 1 + (double)(k - 1) * later * later;
        online->weights.gain[k] = 1 / information;
        online->weights.variance[k] = innovation / information;
        online->weights.shortness[k] = 1 / (1 + ONLINE_SHORT / (double)k);
    }
}

static void learn(struct online *online, size_t count)
{
    double scratch[ONLINE_KEPT];
    struct noise rough;
    noise_estimate(online->values, count, scratch, &rough);
    online->scale = rough.sd;
    center(online, count, scratch);
    spread(online, count, scratch);
    for (size_t i = 0; i < online->count; i++)
        add_up(online, i);
    learn_noise(online, count);
    weigh(online);
    online->learned = count;
}

/* The value before the last one may have got its support: it is added up again. */
static void follow(struct online *online)
{
    const size_t n = online->count;
    size_t part = n / ONLINE_FROZEN_PART;
    part = part < ONLINE_FROZEN       ? ONLINE_FROZEN
           : part > ONLINE_FROZEN_MAX ? ONLINE_FROZEN_MAX
                                      : part;
    const size_t old = n - part;
    if (online->learned == 0 || old >= online->learned + online->learned / ONLINE_RELEARN + 4) {
        learn(online, old);
        return;
    }
    add_up(online, n - 2);
    add_up(online, n - 1);
}

/* ---- looking ---- */

/* How much more a step needs where the variance is so many times the learned one.  Little above 1
 * is chance; where it did grow, the newest values show only part of it yet: hence the power. */
static double unrest(double ratio)
{
    const double over = ratio / ONLINE_UNREST;
    return over > 1 ? over * sqrt(over) : 1;
}

/* How many times the variance that was learned the newest values have: never below 1. */
static double scatter(const struct online *online)
{
    const size_t n = online->count;
    const double *y = online->limited, variance = online->noise.sd * online->noise.sd;
    double sum = 0, most = 0, ratio = 1;
    for (size_t i = n - ONLINE_NEAR; i < n; i++) {
        double off = y[i] - y[i - 1];
        sum += off * off;
        most = fmax(most, off * off); /* a step is one of them */
    }
    const double pairs = 2 * (ONLINE_NEAR - 1) * (1 - online->noise.autocorrelation);
    ratio = fmax(ratio, (sum - most) / pairs / variance);
    const size_t end = n - ONLINE_NEAR;
    if (end > ONLINE_RECENT + ONLINE_NEAR / 2)
        ratio = fmax(ratio, variance_of(online, end - ONLINE_RECENT, end) / variance);
    return ratio;
}

static double youth(const struct online *online)
{
    return 1 + ONLINE_YOUNG / (double)online->learned;
}

static double limit_of(const struct online *online)
{
    const double r = online->noise.autocorrelation, effect = log((1 + r) / (1 - r));
    return (ONLINE_SCORE * ONLINE_SCORE + ONLINE_EFFECT * effect * effect) * youth(online);
}

/* The step if the last k values are a level of their own. */
static double step_of(const struct online *online, size_t k)
{
    const size_t n = online->count, at = n - k;
    const double *y = online->limited, *sums = online->sums;
    const double r = online->noise.autocorrelation, old = sums[at] / (double)at;
    const double first = y[at] - r * y[at - 1] - (1 - r) * old;
    const double later =
        (sums[n] - sums[at + 1]) - r * (sums[n - 1] - sums[at]) - (double)(k - 1) * (1 - r) * old;
    return (first + (1 - r) * later) * online->weights.gain[k];
}

/* Square of its standard score where values scatter so many times what was learned, `shaken` being
 * what that adds. */
static double score_step(const struct online *online, size_t k, double step, double shaken)
{
    const double at = (double)(online->count - k);
    const double variance = online->weights.variance[k] * shaken + online->noise.long_run / at;
    return step * step / variance * online->weights.shortness[k];
}

/* The scatter of the last k values themselves. */
static double own_scatter(const struct online *online, size_t k)
{
    const size_t n = online->count;
    if (k < ONLINE_OWN)
        return 1;
    return variance_of(online, n - k, n) / (online->noise.sd * online->noise.sd);
}

/* The best of those above the limit.  A level's own scatter only lowers its score: it is looked at
 * where the score without it is enough, which is seldom. */
static struct finding look(const struct online *online)
{
    const size_t n = online->count;
    const double ratio = scatter(online), shaken = unrest(ratio), limit = limit_of(online);
    const double pair = fabs(online->values[n - 1] - online->values[n - 2]);
    struct finding best = {0, limit};
    for (size_t k = pair <= ONLINE_PAIR_SD * online->scale ? 2 : 3;
         k <= ONLINE_WINDOW && k + ONLINE_FROZEN <= n; k++) {
        const double step = step_of(online, k);
        double score = score_step(online, k, step, shaken);
        if (score <= best.score)
            continue;
        const double own = own_scatter(online, k);
        if (own > ratio)
            score = score_step(online, k, step, unrest(own));
        if (score > best.score)
            best = (struct finding){k, score};
    }
    return best;
}

static struct series series_of(const struct online *online)
{
    return (struct series){.count = online->count,
                           .values = online->values,
                           .limited = online->limited,
                           .sums = online->sums,
                           .moments = online->moments,
                           .noise = online->noise,
                           .is_linear = online->is_linear};
}

/* What a slope that was there before the step explains of it: none that goes the other way. */
static double past_slope(const struct series *series, struct stretch past, double step)
{
    bool same = explain_slope_estimate(series, past) * step > 0;
    return same ? explain_slope(series, past) : 0;
}

static bool is_step(const struct online *online, struct finding found)
{
    if (found.size == 0)
        return false;
    const struct series series = series_of(online);
    const size_t at = online->count - found.size;
    const struct stretch all = {0, online->count}, past = {0, at};
    const double relief = ONLINE_RELIEF * online->noise.effect, gain = found.score / 2;
    const double over_walk = ONLINE_OVER_WALK + ONLINE_WALKED * (double)found.size;
    if (explain_step_on_slope(&series, all, at) < ONLINE_BESIDE_SLOPE * youth(online) - relief ||
        gain - explain_walk(&series, all) < over_walk - relief)
        return false;
    const double step = series_mean(&series, at, online->count) - series_mean(&series, 0, at);
    const double drift = ONLINE_PAST_WALK * explain_walk(&series, past) +
                         ONLINE_PAST_SLOPE * past_slope(&series, past, step);
    return gain - drift >= limit_of(online) / 2;
}

/* ---- telling ---- */

static double median_of(const struct online *online, size_t first, size_t end)
{
    double scratch[ONLINE_KEPT];
    memcpy(scratch, online->values + first, (end - first) * sizeof *scratch);
    return series_select(scratch, end - first, (end - first) / 2);
}

static double shown(const struct online *online, double difference)
{
    return online->is_linear ? difference : exp(difference);
}

/* By medians: limited values would make a large step small. */
static void measure(const struct online *online, size_t at, struct history_change *change)
{
    const double before = (double)at, after = (double)(online->count - at);
    const double step = median_of(online, at, online->count) - median_of(online, 0, at);
    const double half =
        1.96 * MEDIAN_EFFICIENCY * sqrt(online->noise.long_run * (1 / before + 1 / after));
    change->ratio = shown(online, step);
    change->interval =
        (struct interval){shown(online, step - half), shown(online, step + half), HISTORY_LEVEL};
}

/* From `at` on values are limited around the level that begins there: around the old one, those of
 * a large step would all be the same. */
static void locate(const struct online *online, size_t *at, struct history_change *ret_step)
{
    const double level = median_of(online, *at, online->count);
    const double reach = ONLINE_CLIP_SD * online->scale;
    double sums[ONLINE_KEPT + 1];
    struct series series = series_of(online);
    memcpy(sums, online->sums, (*at + 1) * sizeof *sums);
    for (size_t i = *at; i < online->count; i++)
        sums[i + 1] = sums[i] + fmin(fmax(online->values[i], level - reach), level + reach);
    series.sums = sums;
    locate_step(&series, (struct stretch){0, online->count}, at, ret_step);
}

/* Two values are too few to look for a better place. */
static void tell(struct online *online, struct finding found, struct history_change *ret_step)
{
    const size_t first = online->forgotten;
    size_t at = online->count - found.size;
    *ret_step = (struct history_change){.index = at, .low_index = at, .high_index = at};
    if (found.size > 2)
        locate(online, &at, ret_step);
    measure(online, at, ret_step);
    ret_step->index += first;
    ret_step->low_index += first;
    ret_step->high_index += first;
    forget(online, at);
}

assay_status online_push(struct online *online, double value, bool *ret_alarm,
                         struct history_change *ret_step)
{
    *ret_alarm = false;
    if (!isfinite(value))
        return ASSAY_ERR_ARGUMENT;
    keep(online, value);
    if (online_is_learning(online))
        return ASSAY_OK;
    follow(online);
    const struct finding found = look(online);
    *ret_alarm = is_step(online, found);
    if (*ret_alarm)
        tell(online, found, ret_step);
    return ASSAY_OK;
}

bool online_is_learning(const struct online *online)
{
    return online->count < ONLINE_LEARNING;
}

bool online_drifts(const struct online *online, struct history_drift *ret_drift)
{
    const struct series series = series_of(online);
    const struct stretch all = {0, online->count};
    if (online->learned == 0 || 2 * explain_slope(&series, all) < DRIFT_SCORE)
        return false;
    const double n = (double)online->count, rise = explain_slope_estimate(&series, all) * (n - 1);
    const double half = 1.96 * sqrt(12 * online->noise.long_run / (n * (n * n - 1))) * (n - 1);
    *ret_drift = (struct history_drift){
        .first = online->forgotten,
        .count = online->count,
        .ratio = shown(online, rise),
        .interval = {shown(online, rise - half), shown(online, rise + half), HISTORY_LEVEL}};
    return true;
}
