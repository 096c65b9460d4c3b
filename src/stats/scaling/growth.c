/* Classes of growth against each other.
 *
 * The free exponent alone would be the obvious answer, and a poor one: a constant cost bends it (50
 * ns + 3 ns n looks like n^0.8), and n log n like n^1.1.  So classes are fitted, with and without a
 * constant, and the exponent is one candidate more, for what follows no class.
 * Invariant: no law is in the answer twice. */
#include "stats/scaling/growth.h"

#include <math.h>

#include "stats/scaling/choice.h"
#include "stats/special.h"

static double growth_of(enum scaling_law law, double n)
{
    static const double POWERS[LAW_COUNT] = {
        [LAW_LINEAR] = 1, [LAW_QUADRATIC] = 2, [LAW_CUBIC] = 3};
    if (law == LAW_LOG)
        return log2(n);
    if (law == LAW_LINEARITHMIC)
        return n * log2(n);
    return pow(n, POWERS[law]);
}

double growth_exponent(enum scaling_law law, const double *sizes, size_t count)
{
    double mean_x = 0, mean_y = 0, xx = 0, xy = 0;
    for (size_t i = 0; i < count; i++) {
        mean_x += log(sizes[i]) / (double)count;
        mean_y += log(growth_of(law, fmax(sizes[i], 2))) / (double)count;
    }
    for (size_t i = 0; i < count; i++) {
        double x = log(sizes[i]) - mean_x;
        xx += x * x;
        xy += x * (log(growth_of(law, fmax(sizes[i], 2))) - mean_y);
    }
    return xy / xx;
}

double growth_limit(enum scaling_law law, const double *sizes, size_t count)
{
    double own = growth_exponent(law, sizes, count);
    double worse = law < LAW_CUBIC ? growth_exponent(law + 1, sizes, count) : own + 1;
    return (own + worse) / 2;
}

/* A sweep and the level of what is estimated from it. */
struct sweep_points {
    const double *sizes, *values;
    size_t count;
    double level;
};

static double quantile_of(const struct sweep_points *points, size_t estimates)
{
    return -student_quantile((1 - points->level) / 2, (double)(points->count - estimates));
}

/* c g(n), or c g(n) + c0; false where a point or the number of points does not allow it. */
static bool fit_class(const struct sweep_points *points, enum scaling_law law, bool constant,
                      struct scaling_fit *ret_fit)
{
    double terms[MIXTURE_POINTS_MAX][MIXTURE_TERMS_MAX];
    struct mixture mixture;
    for (size_t i = 0; i < points->count; i++) {
        terms[i][0] = growth_of(law, points->sizes[i]);
        terms[i][1] = 1;
        if (terms[i][0] < 0)
            return false;
    }
    const struct mixture_input input = {(const double(*)[MIXTURE_TERMS_MAX])terms, points->values,
                                        points->count, constant ? 2 : 1};
    struct scaling_fit fit = {.law = law};
    if (!choice_fit_mixture(&input, &fit, &mixture))
        return false;
    double quantile = quantile_of(points, input.term_count);
    for (size_t j = 0; j < input.term_count; j++)
        fit.estimates[j] =
            choice_estimate(mixture.weights[j], sqrt(mixture.covariance[j][j]), quantile);
    *ret_fit = fit;
    return mixture.weights[0] > 0;
}

static void add_class(const struct sweep_points *points, enum scaling_law law,
                      struct scaling_fits *fits)
{
    struct scaling_fit plain, raised;
    bool has_plain = fit_class(points, law, false, &plain);
    bool has_raised =
        law != LAW_CONSTANT && fit_class(points, law, true, &raised) && isfinite(raised.aicc);
    if (has_raised && (!has_plain || raised.aicc < plain.aicc))
        fits->items[fits->count++] = raised;
    else if (has_plain)
        fits->items[fits->count++] = plain;
}

/* c n^b: a straight line through the logs, by least squares. */
static void add_power(const struct sweep_points *points, struct scaling_fits *fits)
{
    double k = (double)points->count, mean_x = 0, mean_y = 0, xx = 0, xy = 0, rss = 0;
    for (size_t i = 0; i < points->count; i++) {
        mean_x += log(points->sizes[i]) / k;
        mean_y += log(points->values[i]) / k;
    }
    for (size_t i = 0; i < points->count; i++) {
        double x = log(points->sizes[i]) - mean_x;
        xx += x * x;
        xy += x * (log(points->values[i]) - mean_y);
    }
    double slope = xy / xx, start = mean_y - slope * mean_x;
    for (size_t i = 0; i < points->count; i++) {
        double residual = log(points->values[i]) - start - slope * log(points->sizes[i]);
        rss += residual * residual;
    }
    double quantile = quantile_of(points, 2), variance = rss / (k - 2);
    double half = quantile * sqrt(variance / xx);
    double start_half = quantile * sqrt(variance * (1 / k + mean_x * mean_x / xx));
    fits->items[fits->count++] = (struct scaling_fit){
        .law = LAW_POWER,
        .estimates = {{slope, slope - half, slope + half},
                      {exp(start), exp(start - start_half), exp(start + start_half)}},
        .estimate_count = 2,
        .rms = sqrt(rss / k),
        .aicc = choice_aicc(rss, points->count, 2)};
}

assay_status growth_fit(const double *sizes, const double *values, size_t count, double level,
                        struct scaling_fits *ret_fits)
{
    if (ret_fits == NULL)
        return ASSAY_ERR_ARGUMENT;
    TRY(choice_check(sizes, values, count, level));
    const struct sweep_points points = {sizes, values, count, level};
    struct scaling_fits fits = {.count = 0};
    for (int law = LAW_CONSTANT; law <= LAW_CUBIC; law++)
        add_class(&points, (enum scaling_law)law, &fits);
    choice_sort(&fits, 0);
    fits.decided = choice_is_clear(&fits);
    double best = fits.count > 0 ? fits.items[0].aicc : HUGE_VAL;
    add_power(&points, &fits);
    bool no_class = fits.items[fits.count - 1].aicc < best - GROWTH_AICC_NEAR;
    fits.decided = fits.decided || no_class;
    choice_sort(&fits, no_class ? 0 : 1);
    *ret_fits = fits;
    return ASSAY_OK;
}
