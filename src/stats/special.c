/* Incomplete beta function, and the distributions that are made of it.
 *
 * Everything here is one function, I_x(a, b).  The textbook way (Numerical Recipes, 3rd ed.,
 * section 6.4) multiplies a continued fraction by exp(lgamma(a + b) - lgamma(a) - lgamma(b) + ...).
 * For a = 1e6 each of these terms is about 1e7, so their sum keeps nine digits at most.  We keep
 * the continued fraction and write the factor before it as Loader does for the binomial density:
 * the large terms cancel on paper, what is left is a deviance near zero and the small error term of
 * Stirling's formula (C. Loader 2000, Fast and Accurate Computation of Binomial Probabilities).
 *
 * The fraction itself starts with 1 - x (a + b) / (a + 1), which cancels where a is huge and b is
 * not: eight digits are left at a = 1e9, hence STUDENT_FREEDOM_MAX.
 *
 * Invariants:
 *  1. x and y = 1 - x travel together, each computed without the other where that is possible:
 *     1 - x of a rounded x is what destroys the centre of Student's t.
 *  2. A probability near 1 is computed as 1 minus its tail, never the other way round; the
 *     inversion works on the tail or on the centre, whichever is the smaller.
 *  3. Loops end after a fixed number of rounds; a fraction that has not converged by then is NaN.
 */
#include "stats/special.h"

#include <float.h>
#include <math.h>
#include <stdbool.h>

#define SHAPE_MIN 0.1
#define SHAPE_MAX 1e9
#define T_MAX 1e100
enum { FRACTION_ROUNDS_MAX = 1000000, SERIES_ROUNDS_MAX = 1000, NEWTON_ROUNDS_MAX = 200 };

/* log(gamma(z)) minus Stirling's formula (z - 1/2) log z - z + log(2 pi) / 2.
 * Series: DLMF 5.11.1, first seven terms; at z = 12 the eighth is below 2e-18 (DLMF 5.11.ii). */
static double stirling_error(double z)
{
    const double half_log_two_pi = 0.91893853320467274178;
    if (z < 12) {
        int sign;
        return lgamma_r(z, &sign) - (z - 0.5) * log(z) + z - half_log_two_pi;
    }
    static const double terms[] = {1.0 / 12,   -1.0 / 360,      1.0 / 1260, -1.0 / 1680,
                                   1.0 / 1188, -691.0 / 360360, 1.0 / 156};
    double square = z * z, sum = 0;
    for (int i = (int)(sizeof terms / sizeof *terms) - 1; i >= 0; i--)
        sum = sum / square + terms[i];
    return sum / z;
}

/* k log(k / m) + m - k without cancellation where k is near m.  Loader 2000, section 3 (bd0):
 * log(k / m) is 2 artanh(v), v = (k - m) / (k + m), as a series. */
static double deviance(double k, double m)
{
    double v = (k - m) / (k + m);
    if (fabs(v) > 0.1)
        return k * log(k / m) + m - k;
    double sum = (k - m) * v, power = 2 * k * v;
    for (int i = 1; i < SERIES_ROUNDS_MAX; i++) {
        power *= v * v;
        double next = sum + power / (2 * i + 1);
        if (next == sum)
            break;
        sum = next;
    }
    return sum;
}

/* x^a y^b / B(a, b), for x and y above 0. */
static double beta_factor(double a, double b, double x, double y)
{
    const double two_pi = 6.28318530717958647693;
    double sum = a + b;
    double correction = stirling_error(sum) - stirling_error(a) - stirling_error(b);
    double exponent = correction - deviance(a, sum * x) - deviance(b, sum * y);
    return sqrt(a / sum * b / two_pi) * exp(exponent);
}

/* Coefficient of the continued fraction DLMF 8.17.22, n = 1, 2, ... */
static double beta_coefficient(double a, double b, double x, int n)
{
    int m = n / 2; /* the index of DLMF, for d_2m and d_(2m+1) */
    double place = a + n;
    if (n % 2 == 0)
        return m * (b - m) * x / ((place - 1) * place);
    return -(a + m) * (a + b + m) * x / ((place - 1) * place);
}

/* 1 / (1 + d1 / (1 + d2 / ...)) by Lentz's method in the form of Thompson and Barnett.
 * Source: Numerical Recipes, 3rd ed., section 5.2 (modified Lentz) and 6.4. */
static double beta_fraction(double a, double b, double x)
{
    const double tiny = DBL_MIN / DBL_EPSILON; /* in place of a denominator of 0 */
    double c = 1, d = 0, value = 1;
    for (int n = 1; n <= FRACTION_ROUNDS_MAX; n++) {
        double coefficient = beta_coefficient(a, b, x, n);
        d = 1 + coefficient * d;
        d = 1 / (fabs(d) < tiny ? tiny : d);
        c = 1 + coefficient / c;
        c = fabs(c) < tiny ? tiny : c;
        value *= c * d;
        if (fabs(c * d - 1) <= DBL_EPSILON)
            return 1 / value;
    }
    return nan("");
}

/* I_x(a, b) with y = 1 - x.  The fraction converges fast below the mean, the symmetry
 * I_x(a, b) = 1 - I_y(b, a) (DLMF 8.17.4) covers the rest. */
static double beta_pair(double a, double b, double x, double y)
{
    if (x <= 0 || y <= 0)
        return x <= 0 ? 0 : 1;
    if (x < (a + 1) / (a + b + 2))
        return beta_factor(a, b, x, y) * beta_fraction(a, b, x) / a;
    return 1 - beta_factor(b, a, y, x) * beta_fraction(b, a, y) / b;
}

static bool is_shape(double a)
{
    return a >= SHAPE_MIN && a <= SHAPE_MAX;
}

double beta_regularized(double a, double b, double x)
{
    if (!is_shape(a) || !is_shape(b) || !(x >= 0 && x <= 1))
        return nan("");
    return beta_pair(a, b, x, 1 - x);
}

double binomial_cdf(size_t successes, size_t trials, double probability)
{
    if (!(probability >= 0 && probability <= 1) || (double)trials > SHAPE_MAX)
        return nan("");
    if (successes >= trials)
        return 1;
    double failures = (double)(trials - successes);
    return beta_pair(failures, (double)successes + 1, 1 - probability, probability);
}

/* Half the probability that |T| is above t (tail) or below t (centre); t is above 0. */
static double student_share(double t, double freedom, bool tail)
{
    double sum = freedom + t * t;
    double x = freedom / sum, y = t * t / sum;
    return 0.5 * (tail ? beta_pair(freedom / 2, 0.5, x, y) : beta_pair(0.5, freedom / 2, y, x));
}

static bool is_freedom(double freedom)
{
    return freedom >= 1 && freedom <= STUDENT_FREEDOM_MAX;
}

double student_cdf(double t, double freedom)
{
    if (!is_freedom(freedom) || isnan(t))
        return nan("");
    if (t == 0)
        return 0.5;
    if (fabs(t) > T_MAX)
        return t > 0;
    double tail = student_share(fabs(t), freedom, true);
    return t < 0 ? tail : 1 - tail;
}

/* What student_quantile solves: the t above 0 whose share is `target`. */
struct inversion {
    double freedom;
    double target;
    bool tail;
};

/* 0 at the solution and growing with t.  The log makes a tail nearly straight, so that Newton's
 * method needs a handful of rounds even where the tail is 1e-90. */
static double inversion_error(const struct inversion *inversion, double t)
{
    double share = student_share(t, inversion->freedom, inversion->tail);
    return log(share / inversion->target) * (inversion->tail ? -1 : 1);
}

/* Derivative of inversion_error by t: the density, beta_factor / t, over the share. */
static double inversion_slope(const struct inversion *inversion, double t)
{
    double sum = inversion->freedom + t * t;
    double factor = beta_factor(0.5, inversion->freedom / 2, t * t / sum, inversion->freedom / sum);
    return factor / t / student_share(t, inversion->freedom, inversion->tail);
}

/* Newton's method, kept inside a shrinking bracket [low, high] that holds the solution. */
static double inversion_refine(const struct inversion *inversion, double low, double high)
{
    double t = low + (high - low) / 2;
    for (int i = 0; i < NEWTON_ROUNDS_MAX; i++) {
        double error = inversion_error(inversion, t);
        if (error < 0)
            low = t;
        else
            high = t;
        double next = t - error / inversion_slope(inversion, t);
        if (!(next >= low && next <= high))
            next = low + (high - low) / 2;
        if (fabs(next - t) <= 2 * DBL_EPSILON * t)
            return next;
        t = next;
    }
    return t;
}

static double inversion_solve(const struct inversion *inversion)
{
    double high = 1;
    while (inversion_error(inversion, high) < 0 && high < T_MAX)
        high *= 2;
    if (high >= T_MAX)
        return HUGE_VAL;
    while (inversion_error(inversion, high / 2) > 0)
        high /= 2;
    return inversion_refine(inversion, high / 2, high);
}

double student_quantile(double probability, double freedom)
{
    if (!is_freedom(freedom) || !(probability > 0 && probability < 1))
        return nan("");
    if (probability == 0.5)
        return 0;
    /* Both differences are exact where they are used: 1 - p from p = 1/2 on, p - 1/2 around it. */
    double tail = probability < 0.5 ? probability : 1 - probability;
    struct inversion inversion = {freedom, tail, true};
    if (tail > 0.25)
        inversion = (struct inversion){freedom, fabs(probability - 0.5), false};
    double t = inversion_solve(&inversion);
    return probability < 0.5 ? -t : t;
}

double normal_cdf(double z)
{
    return 0.5 * erfc(-z * 0.70710678118654752440);
}

/* Abramowitz & Stegun 26.2.23 is right to 4.5e-4 at once; each round of Halley's method trebles the
 * digits.  Only the lower half is solved, where the tail is not 1 minus something. */
static double lower_normal_quantile(double tail)
{
    const double root_two_pi = 2.50662827463100050242;
    double t = sqrt(-2 * log(tail));
    double z = (2.515517 + t * (0.802853 + t * 0.010328)) /
                   (1 + t * (1.432788 + t * (0.189269 + t * 0.001308))) -
               t;
    for (int i = 0; i < 3; i++) {
        double step = (normal_cdf(z) - tail) * root_two_pi * exp(z * z / 2);
        z -= step / (1 + z * step / 2);
    }
    return z;
}

double normal_quantile(double probability)
{
    if (!(probability >= 0 && probability <= 1))
        return nan("");
    if (probability == 0.5)
        return 0;
    if (probability < DBL_MIN || probability == 1)
        return probability == 1 ? HUGE_VAL : -HUGE_VAL;
    return probability <= 0.5 ? lower_normal_quantile(probability)
                              : -lower_normal_quantile(1 - probability);
}
