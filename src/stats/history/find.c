/* From a series to its steps and drifts.
 *
 * candidates by seeded binary segmentation -> the weakest is taken out until each that is left
 * explains more than a slope or a walk between its neighbours would -> places -> drifts.
 * Invariant: cuts are in order, at least SEGMENT_MIN apart when they are found. */
#include <math.h>
#include <string.h>

#include "stats/history/explain.h"
#include "stats/history/history.h"
#include "stats/history/locate.h"
#include "stats/history/settings.h"
#include "stats/special.h"

enum { COUNT_MIN = 2 * SEGMENT_MIN, DEPTH_MAX = 60 };

typedef VEC(size_t) cut_vec;

/* One candidate: where, and its score against the long-run variance. */
struct candidate {
    size_t at;
    double score;
};

static double score_limit(const struct series *series, size_t shorter)
{
    return (STEP_SCORE - SCORE_RELIEF * series->noise.effect) *
           (1 + SHORT_SEGMENT / (double)shorter);
}

/* Looking for cuts: a score's part that follows from sizes alone is made once a size. */
struct search {
    const struct series *series;
    double *weights; /* of a first level of SEGMENT_MIN + i values */
    cut_vec *cuts;
};

/* Makes the weights of stretches of `size` values; short levels count less. */
static void weigh_sizes(const struct search *search, size_t size)
{
    const double n = (double)size;
    for (size_t i = 0; i + 2 * SEGMENT_MIN <= size; i++) {
        double k = (double)(i + SEGMENT_MIN);
        search->weights[i] = n / (k * (n - k)) / (1 + SHORT_SEGMENT / fmin(k, n - k));
    }
}

/* Keeps in `best` what of the stretch, whose size was weighed, has a higher score. */
static void split(const struct search *search, struct stretch stretch, struct candidate *best)
{
    const double mean = series_mean(search->series, stretch.first, stretch.end);
    const double *sums = search->series->sums + stretch.first + SEGMENT_MIN;
    const double start = search->series->sums[stretch.first] + mean * SEGMENT_MIN;
    for (size_t i = 0; i + 2 * SEGMENT_MIN <= stretch.end - stretch.first; i++) {
        double off = sums[i] - start - mean * (double)i, score = off * off * search->weights[i];
        if (score > best->score)
            *best = (struct candidate){stretch.first + SEGMENT_MIN + i, score};
    }
}

/* The best candidate of all seeded intervals: lengths fall by sqrt(2), half overlapping. */
static struct candidate best_of(const struct search *search, struct stretch stretch)
{
    const double total = (double)(stretch.end - stretch.first);
    const double enough = 4 * STEP_SCORE * search->series->noise.long_run;
    struct candidate best = {0, 0};
    /* NOLINTNEXTLINE(cert-flp30-c,clang-analyzer-security.FloatLoopCounter): no count, a scale */
    for (double length = total; length >= 2 * SEGMENT_MIN; length /= sqrt(2)) {
        size_t size = (size_t)length;
        double spare = total - (double)size;
        size_t last = (size_t)ceil(spare / (length / 2));
        weigh_sizes(search, size);
        for (size_t i = 0; i <= last; i++) {
            size_t skip = last > 0 ? (size_t)(spare * (double)i / (double)last) : 0;
            split(search, (struct stretch){stretch.first + skip, stretch.first + skip + size},
                  &best);
        }
        if (size == stretch.end - stretch.first && best.score > enough) /* clear at first sight */
            break;
    }
    best.score /= search->series->noise.long_run;
    return best;
}

static assay_status cut(const struct search *search, struct stretch stretch, int depth)
{
    if (stretch.end - stretch.first < 2 * SEGMENT_MIN || depth == DEPTH_MAX)
        return ASSAY_OK;
    const struct candidate best = best_of(search, stretch);
    if (best.score < STEP_SCORE - SCORE_RELIEF * search->series->noise.effect)
        return ASSAY_OK;
    TRY(cut(search, (struct stretch){stretch.first, best.at}, depth + 1));
    size_t *added = vec_add(search->cuts);
    if (added == NULL)
        return ASSAY_ERR_MEMORY;
    *added = best.at;
    return cut(search, (struct stretch){best.at, stretch.end}, depth + 1);
}

static assay_status find_cuts(const struct series *series, cut_vec *cuts)
{
    const struct search search = {series, malloc(series->count * sizeof(double)), cuts};
    if (search.weights == NULL)
        return ASSAY_ERR_MEMORY;
    assay_status status = cut(&search, (struct stretch){0, series->count}, 0);
    free(search.weights);
    return status;
}

/* Between the cuts around cut i. */
static struct stretch around(const struct series *series, const cut_vec *cuts, size_t i)
{
    return (struct stretch){i > 0 ? cuts->items[i - 1] : 0,
                            i + 1 < cuts->count ? cuts->items[i + 1] : series->count};
}

/* How much more log likelihood the step has than it needs; below 0 it is none. */
static double margin_of(const struct series *series, const cut_vec *cuts, size_t i)
{
    const struct stretch stretch = around(series, cuts, i);
    const size_t at = cuts->items[i], after = stretch.end - at, before = at - stretch.first;
    const double need = score_limit(series, before < after ? before : after) / 2;
    const double relief = MARGIN_RELIEF * series->noise.effect;
    double step = explain_step(series, stretch, at);
    double over_walk = step - explain_walk(series, stretch) - WALK_MARGIN + relief;
    double over_slope = step - explain_slope(series, stretch) - SLOPE_MARGIN + relief;
    double beside_slope = explain_step_on_slope(series, stretch, at) -
                          score_limit(series, series->count) / 2 - SLOPE_AND_STEP;
    return fmin(fmin(step - need, over_walk), fmax(over_slope, beside_slope));
}

static void judge(const struct series *series, cut_vec *cuts)
{
    while (cuts->count > 0) {
        size_t weakest = 0;
        double least = HUGE_VAL;
        for (size_t i = 0; i < cuts->count; i++) {
            double margin = margin_of(series, cuts, i);
            if (margin < least) {
                least = margin;
                weakest = i;
            }
        }
        if (least >= 0)
            return;
        cuts->count--;
        memmove(cuts->items + weakest, cuts->items + weakest + 1,
                (cuts->count - weakest) * sizeof *cuts->items);
    }
}

/* From logarithms to ratios, where they are logarithms. */
static double shown(const struct series *series, double value)
{
    return series->is_linear ? value : exp(value);
}

/* Values so near that the place may be wrong say nothing of the levels. */
static double level(const struct series *series, size_t first, size_t end, double *ret_variance)
{
    *ret_variance = series->noise.long_run / (double)(end - first);
    return series_mean(series, first, end);
}

static void measure(const struct series *series, struct stretch stretch,
                    struct history_change *change)
{
    const size_t at = change->index, off = PLACE_TOLERANCE;
    size_t old_end = at > stretch.first + 2 * off ? at - off : at;
    size_t new_first = at + 2 * off < stretch.end ? at + off : at;
    double variances[2];
    double old_level = level(series, stretch.first, old_end, &variances[0]);
    double new_level = level(series, new_first, stretch.end, &variances[1]);
    double freedom = fmax(
        (double)series->count * series->noise.sd * series->noise.sd / series->noise.long_run - 2,
        1);
    double half = student_quantile((1 + HISTORY_LEVEL) / 2, fmin(freedom, STUDENT_FREEDOM_MAX)) *
                  sqrt(variances[0] + variances[1]);
    double jump = new_level - old_level;
    change->ratio = shown(series, jump);
    change->interval =
        (struct interval){shown(series, jump - half), shown(series, jump + half), HISTORY_LEVEL};
}

static assay_status keep_changes(const struct series *series, cut_vec *cuts,
                                 struct history *history)
{
    for (size_t i = 0; i < cuts->count; i++) {
        struct history_change *change = vec_add(&history->changes);
        if (change == NULL)
            return ASSAY_ERR_MEMORY;
        locate_step(series, around(series, cuts, i), &cuts->items[i], change);
    }
    for (size_t i = 0; i < cuts->count; i++)
        measure(series, around(series, cuts, i), &history->changes.items[i]);
    return ASSAY_OK;
}

static assay_status keep_drift(const struct series *series, struct stretch stretch,
                               struct history *history)
{
    const size_t count = stretch.end - stretch.first;
    if (count < DRIFT_MIN || 2 * explain_slope(series, stretch) < DRIFT_SCORE)
        return ASSAY_OK;
    struct history_drift *drift = vec_add(&history->drifts);
    if (drift == NULL)
        return ASSAY_ERR_MEMORY;
    double n = (double)count, slope = explain_slope_estimate(series, stretch);
    double half = 1.96 * sqrt(12 * series->noise.long_run / (n * (n * n - 1))) * (n - 1);
    double rise = slope * (n - 1);
    *drift = (struct history_drift){
        .first = stretch.first,
        .count = count,
        .ratio = shown(series, rise),
        .interval = {shown(series, rise - half), shown(series, rise + half), HISTORY_LEVEL}};
    return ASSAY_OK;
}

/* What was cut off the value says how far from the running median it is. */
static assay_status keep_outliers(const struct series *series, struct history *history)
{
    const double reach = CLIP_SD * series->noise.sd;
    const double enough = (OUTLIER_SD - CLIP_SD) * series->noise.sd;
    for (size_t i = 0; i < series->count; i++) {
        double cut_off = series->values[i] - series->limited[i];
        if (fabs(cut_off) <= enough)
            continue;
        struct history_outlier *outlier = vec_add(&history->outliers);
        if (outlier == NULL)
            return ASSAY_ERR_MEMORY;
        double off = cut_off + copysign(reach, cut_off);
        *outlier = (struct history_outlier){i, shown(series, off)};
    }
    return ASSAY_OK;
}

static assay_status find(const struct series *series, cut_vec *cuts, struct history *history)
{
    TRY(find_cuts(series, cuts));
    judge(series, cuts);
    TRY(keep_changes(series, cuts, history));
    for (size_t i = 0; i <= cuts->count; i++)
        TRY(keep_drift(series,
                       (struct stretch){i > 0 ? cuts->items[i - 1] : 0,
                                        i < cuts->count ? cuts->items[i] : series->count},
                       history));
    return keep_outliers(series, history);
}

assay_status history_find(const double *values, size_t count, struct history *ret_history)
{
    struct series series;
    cut_vec cuts = {0};
    *ret_history = (struct history){0};
    if (count > HISTORY_COUNT_MAX)
        return ASSAY_ERR_LIMIT;
    if (count == 0)
        return ASSAY_OK;
    assay_status status = series_make(values, count, &series);
    if (status == ASSAY_OK) {
        ret_history->sd = series.noise.is_coarse ? 0 : series.noise.sd;
        ret_history->autocorrelation = series.noise.autocorrelation;
        ret_history->is_linear = series.is_linear;
        if (count >= COUNT_MIN && series.noise.sd > 0)
            status = find(&series, &cuts, ret_history);
    }
    vec_release(&cuts);
    series_release(&series);
    return status;
}

void history_release(struct history *history)
{
    vec_release(&history->changes);
    vec_release(&history->drifts);
    vec_release(&history->outliers);
    *history = (struct history){0};
}
