/* All pairs, then the few that matter.
 * Why single precision and a common mean rank of 0: a pair is one sum of products, which the
 * compiler makes four at a time; what is missing is 0 and adds nothing.
 * Invariant: a row of ranks is as long as a multiple of LANES, filled up with zeros. */
#include "stats/together/together.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "stats/special.h"

enum { LANES = 16 };

/* Ranks of all series, scaled to a sum of squares of 1; and which times each has. */
struct ranks {
    size_t series, stride;
    float *scaled, *present; /* present: 1 or 0 */
    size_t *counts;
    bool has_gaps;
};

struct ranked {
    double value;
    size_t at;
};

static int by_value(const void *a, const void *b)
{
    const double x = ((const struct ranked *)a)->value, y = ((const struct ranked *)b)->value;
    return (x > y) - (x < y);
}

/* Equal values share the mean of their ranks. */
static void rank_row(struct ranked *sorted, size_t count, float *row)
{
    const double middle = ((double)count - 1) / 2;
    double squares = 0;
    if (count > 0)
        qsort(sorted, count, sizeof *sorted, by_value);
    for (size_t first = 0, end; first < count; first = end) {
        for (end = first + 1; end < count && !(sorted[end].value > sorted[first].value); end++)
            continue;
        const double rank = (double)(first + end - 1) / 2 - middle;
        for (size_t i = first; i < end; i++)
            row[sorted[i].at] = (float)rank;
        squares += rank * rank * (double)(end - first);
    }
    for (size_t i = 0; i < count && squares > 0; i++)
        row[sorted[i].at] = (float)((double)row[sorted[i].at] / sqrt(squares));
}

static void rank_all(const double *values, size_t count, struct ranked *sorted, struct ranks *ranks)
{
    for (size_t i = 0; i < ranks->series; i++) {
        size_t kept = 0;
        for (size_t t = 0; t < count; t++) {
            const double value = values[i * count + t];
            if (!isfinite(value))
                continue;
            sorted[kept++] = (struct ranked){value, t};
            ranks->present[i * ranks->stride + t] = 1;
        }
        ranks->counts[i] = kept;
        ranks->has_gaps |= kept < count;
        rank_row(sorted, kept, ranks->scaled + i * ranks->stride);
    }
}

static float dot(const float *restrict a, const float *restrict b, size_t length)
{
    float sums[LANES] = {0}, sum = 0;
    for (size_t i = 0; i < length; i += LANES)
        for (size_t lane = 0; lane < LANES; lane++)
            sums[lane] += a[i + lane] * b[i + lane];
    for (size_t lane = 0; lane < LANES; lane++)
        sum += sums[lane];
    return sum;
}

/* Sum of squares of `row` where `present` is 1. */
static double squares_where(const float *row, const float *present, size_t length)
{
    double sum = 0;
    for (size_t i = 0; i < length; i++)
        sum += (double)(row[i] * row[i] * present[i]);
    return sum;
}

/* The correlation of a pair and how many values it has.  Ranks among all of a series' values stand
 * for ranks among the common ones, which differ little unless few are common. */
static double correlate(const struct ranks *ranks, size_t a, size_t b, size_t *ret_count)
{
    const size_t n = ranks->stride;
    const float *x = ranks->scaled + a * n, *y = ranks->scaled + b * n;
    const float *in_x = ranks->present + a * n, *in_y = ranks->present + b * n;
    const double product = (double)dot(x, y, n);
    *ret_count = ranks->counts[a];
    if (!ranks->has_gaps)
        return product;
    *ret_count = (size_t)lroundf(dot(in_x, in_y, n));
    if (*ret_count < TOGETHER_COUNT_MIN)
        return 0;
    const double scale = squares_where(x, in_y, n) * squares_where(y, in_x, n);
    return scale > 0 ? product / sqrt(scale) : 0;
}

static double standard_score(double correlation, size_t count)
{
    const double bounded = fmin(fabs(correlation), 1 - 1e-9);
    return atanh(bounded) * sqrt(((double)count - 3) / 1.06);
}

/* Both tails; normal_cdf keeps its accuracy in the lower one. */
static double probability_of(const struct moving_pair *pair)
{
    return 2 * normal_cdf(-standard_score(pair->correlation, pair->count));
}

/* All pairs that might be found, and how many were tested. */
static assay_status add_candidates(const struct ranks *ranks, double score_min,
                                   struct together *together)
{
    for (size_t a = 0; a < ranks->series; a++)
        for (size_t b = a + 1; b < ranks->series; b++) {
            size_t count;
            const double correlation = correlate(ranks, a, b, &count);
            if (count < TOGETHER_COUNT_MIN)
                continue;
            together->tested++;
            if (standard_score(correlation, count) < score_min)
                continue;
            struct moving_pair *pair = vec_add(&together->pairs);
            if (pair == NULL)
                return ASSAY_ERR_MEMORY;
            *pair =
                (struct moving_pair){.a = a, .b = b, .count = count, .correlation = correlation};
        }
    return ASSAY_OK;
}

static int by_probability(const void *a, const void *b)
{
    const struct moving_pair *x = a, *y = b;
    const double of_x = standard_score(x->correlation, x->count);
    const double of_y = standard_score(y->correlation, y->count);
    return (of_x < of_y) - (of_x > of_y);
}

static int by_strength(const void *a, const void *b)
{
    const double x = fabs(((const struct moving_pair *)a)->correlation);
    const double y = fabs(((const struct moving_pair *)b)->correlation);
    return (x < y) - (x > y);
}

/* The sum of 1/i that any dependence costs. */
static double dependence_factor(size_t tests)
{
    double sum = 0;
    for (size_t i = 1; i <= tests; i++)
        sum += 1 / (double)i;
    return fmax(sum, 1);
}

static void set_interval(struct moving_pair *pair, double level)
{
    const double bounded = fmin(fmax(pair->correlation, -1 + 1e-9), 1 - 1e-9);
    const double half = normal_quantile((1 + level) / 2) *
                        sqrt((1 + bounded * bounded / 2) / ((double)pair->count - 3));
    pair->interval =
        (struct interval){tanh(atanh(bounded) - half), tanh(atanh(bounded) + half), level};
}

/* Keeps the pairs up to the last one that the step-up rule allows. */
static void choose(struct together *together)
{
    moving_pair_vec *pairs = &together->pairs;
    const double tests = (double)together->tested;
    const double step = TOGETHER_FALSE / (tests * dependence_factor(together->tested));
    if (pairs->count == 0)
        return;
    qsort(pairs->items, pairs->count, sizeof *pairs->items, by_probability);
    size_t kept = pairs->count;
    while (kept > 0 && probability_of(&pairs->items[kept - 1]) > step * (double)kept)
        kept--;
    pairs->count = kept;
    for (size_t i = 0; i < kept; i++)
        set_interval(&pairs->items[i], 1 - TOGETHER_FALSE * (double)kept / tests);
    if (kept > 0)
        qsort(pairs->items, kept, sizeof *pairs->items, by_strength);
}

/* The first series of what `at` is linked to. */
static size_t first_of(size_t *links, size_t at)
{
    while (links[at] != at) {
        links[at] = links[links[at]];
        at = links[at];
    }
    return at;
}

/* Joins what strong pairs link, the earlier series as the first one. */
static void join(const moving_pair_vec *pairs, size_t *links)
{
    for (size_t i = 0; i < pairs->count; i++) {
        const struct moving_pair *pair = &pairs->items[i];
        if (fabs(pair->correlation) < TOGETHER_STRONG)
            continue;
        const size_t a = first_of(links, pair->a), b = first_of(links, pair->b);
        links[a > b ? a : b] = a > b ? b : a;
    }
}

static assay_status make_groups(size_t series, struct together *together)
{
    size_t *links = malloc((series + 1) * sizeof *links);
    if (links == NULL)
        return ASSAY_ERR_MEMORY;
    for (size_t i = 0; i < series; i++)
        links[i] = i;
    join(&together->pairs, links);
    assay_status status = ASSAY_OK;
    for (size_t i = 0; i < series && status == ASSAY_OK; i++) {
        size_t *group = vec_add(&together->groups);
        if (group == NULL)
            status = ASSAY_ERR_MEMORY;
        else
            *group = TOGETHER_ALONE;
    }
    for (size_t i = 0; i < series && status == ASSAY_OK; i++) {
        size_t *groups = together->groups.items;
        const size_t first = first_of(links, i);
        if (first == i)
            continue;
        if (groups[first] == TOGETHER_ALONE)
            groups[first] = ++together->group_count;
        groups[i] = groups[first];
    }
    free(links);
    return status;
}

static assay_status find(const struct ranks *ranks, struct together *together)
{
    const double tests = (double)ranks->series * ((double)ranks->series - 1) / 2;
    const double most = TOGETHER_FALSE / dependence_factor((size_t)tests);
    TRY(add_candidates(ranks, -normal_quantile(most / 2), together));
    choose(together);
    return make_groups(ranks->series, together);
}

assay_status together_find(const double *values, size_t series_count, size_t count,
                           struct together *ret_together)
{
    struct ranks ranks = {.series = series_count, .stride = (count + LANES - 1) / LANES * LANES};
    *ret_together = (struct together){.false_discovery_rate = TOGETHER_FALSE};
    if (series_count > TOGETHER_SERIES_MAX)
        return ASSAY_ERR_LIMIT;
    ranks.scaled = calloc(series_count * ranks.stride + 1, sizeof *ranks.scaled);
    ranks.present = calloc(series_count * ranks.stride + 1, sizeof *ranks.present);
    ranks.counts = calloc(series_count + 1, sizeof *ranks.counts);
    struct ranked *sorted = malloc((count + 1) * sizeof *sorted);
    assay_status status = ASSAY_ERR_MEMORY;
    if (ranks.scaled != NULL && ranks.present != NULL && ranks.counts != NULL && sorted != NULL) {
        rank_all(values, count, sorted, &ranks);
        status = find(&ranks, ret_together);
    }
    free(sorted);
    free(ranks.counts);
    free(ranks.present);
    free(ranks.scaled);
    return status;
}
