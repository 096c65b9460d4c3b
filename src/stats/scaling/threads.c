/* Scaling over threads: Amdahl's law and Gunther's, one a special case of the other.
 *
 * Times a unit of work, multiplied out, are sums of terms with weights of at least 0:
 *
 *     t (1 + s (p - 1) + k p (p - 1)) / p  =  t / p  +  t s (p - 1) / p  +  t k (p - 1),
 *
 * so the same solver serves, and s and k are ratios of weights. */
#include <math.h>

#include "stats/scaling/choice.h"
#include "stats/scaling/growth.h"
#include "stats/special.h"

enum { UNIVERSAL_POINTS_MIN = 6 };

/* weights[j] / weights[0] with its error by the delta method; ends at 0 at least. */
static struct scaling_estimate ratio_of(const struct mixture *mixture, size_t j, double quantile)
{
    double base = mixture->weights[0], ratio = mixture->weights[j] / base;
    double variance = mixture->covariance[j][j] - 2 * ratio * mixture->covariance[0][j] +
                      ratio * ratio * mixture->covariance[0][0];
    double half = quantile * sqrt(fmax(variance, 0)) / base;
    return (struct scaling_estimate){ratio, fmax(ratio - half, 0), ratio + half};
}

static void add_law(const struct mixture_input *input, enum scaling_law law, double level,
                    struct scaling_fits *fits)
{
    struct scaling_fit fit = {.law = law};
    struct mixture mixture;
    if (!choice_fit_mixture(input, &fit, &mixture) || !(mixture.weights[0] > 0))
        return;
    double quantile =
        -student_quantile((1 - level) / 2, (double)(input->count - input->term_count));
    fit.estimates[0] =
        choice_estimate(mixture.weights[0], sqrt(mixture.covariance[0][0]), quantile);
    for (size_t j = 1; j < input->term_count; j++)
        fit.estimates[j] = ratio_of(&mixture, j, quantile);
    fits->items[fits->count++] = fit;
}

assay_status threads_fit(const double *threads, const double *values, size_t count, double level,
                         struct scaling_fits *ret_fits)
{
    double terms[MIXTURE_POINTS_MAX][MIXTURE_TERMS_MAX];
    if (ret_fits == NULL)
        return ASSAY_ERR_ARGUMENT;
    TRY(choice_check(threads, values, count, level));
    for (size_t i = 0; i < count; i++) {
        double p = threads[i];
        if (p < 1)
            return ASSAY_ERR_ARGUMENT;
        terms[i][0] = 1 / p;
        terms[i][1] = (p - 1) / p;
        terms[i][2] = p - 1;
    }
    struct mixture_input input = {(const double(*)[MIXTURE_TERMS_MAX])terms, values, count, 2};
    struct scaling_fits fits = {.count = 0};
    add_law(&input, LAW_AMDAHL, level, &fits);
    input.term_count = 3;
    if (count >= UNIVERSAL_POINTS_MIN)
        add_law(&input, LAW_UNIVERSAL, level, &fits);
    choice_sort(&fits, 0);
    fits.decided = count >= UNIVERSAL_POINTS_MIN && choice_is_clear(&fits);
    *ret_fits = fits;
    return ASSAY_OK;
}
