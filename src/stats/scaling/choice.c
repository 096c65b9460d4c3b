/* Akaike's criterion for small samples, and the order that it gives.
 *
 * Why AICc and not the smallest residual: a law with a constant or a free exponent always fits at
 * least as well as without; the criterion takes off what an estimate brings by chance, and with
 * the four to ten points of a sweep the correction for small samples is most of it. */
#include "stats/scaling/choice.h"

#include <math.h>
#include <stdlib.h>

#include "stats/scaling/growth.h"

#define RESIDUAL_MIN 1e-7

assay_status choice_check(const double *at, const double *values, size_t count, double level)
{
    if (at == NULL || values == NULL || !(level > 0 && level < 1))
        return ASSAY_ERR_ARGUMENT;
    if (count < SCALING_POINTS_MIN)
        return ASSAY_ERR_TOO_FEW;
    if (count > MIXTURE_POINTS_MAX)
        return ASSAY_ERR_LIMIT;
    for (size_t i = 0; i < count; i++) {
        bool rises = i == 0 || at[i] > at[i - 1];
        bool usable = at[i] > 0 && at[i] < 1e100 && values[i] > 1e-140 && values[i] < 1e140;
        if (!rises || !usable)
            return ASSAY_ERR_ARGUMENT;
    }
    return ASSAY_OK;
}

double choice_aicc(double rss, size_t count, size_t estimates)
{
    double k = (double)count, p = (double)estimates + 1;
    if (k - p - 1 <= 0)
        return HUGE_VAL;
    double mean = fmax(rss / k, RESIDUAL_MIN * RESIDUAL_MIN);
    return k * log(mean) + 2 * p + 2 * p * (p + 1) / (k - p - 1);
}

bool choice_fit_mixture(const struct mixture_input *input, struct scaling_fit *fit,
                        struct mixture *ret_mixture)
{
    if (!mixture_fit(input, ret_mixture))
        return false;
    fit->estimate_count = input->term_count;
    fit->rms = sqrt(ret_mixture->rss / (double)input->count);
    fit->aicc = choice_aicc(ret_mixture->rss, input->count, input->term_count);
    return true;
}

struct scaling_estimate choice_estimate(double value, double error, double quantile)
{
    if (!(value > 0))
        return (struct scaling_estimate){0, 0, quantile * error};
    double factor = exp(fmin(quantile * error / value, 300));
    return (struct scaling_estimate){value, value / factor, value * factor};
}

static int by_aicc(const void *a, const void *b)
{
    const struct scaling_fit *x = a, *y = b;
    int order = (x->aicc > y->aicc) - (x->aicc < y->aicc);
    return order != 0 ? order : (x->law > y->law) - (x->law < y->law);
}

void choice_sort(struct scaling_fits *fits, size_t first)
{
    if (fits->count > first)
        qsort(fits->items + first, fits->count - first, sizeof *fits->items, by_aicc);
}

bool choice_is_clear(const struct scaling_fits *fits)
{
    const struct scaling_fit *items = fits->items;
    if (fits->count == 0 || !isfinite(items[0].aicc))
        return false;
    return fits->count < 2 || items[1].aicc - items[0].aicc >= GROWTH_AICC_NEAR;
}
