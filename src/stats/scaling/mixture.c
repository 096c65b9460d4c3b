/* Fitting weights over their logarithms.
 *
 * Run times err by per cents and not by nanoseconds: the largest point of a sweep would decide
 * alone were the squares of plain differences summed.  So residuals are logs of ratios, which makes
 * the problem nonlinear in the weights, but a small one: three weights at most, whose logarithms
 * keep them positive.  A weight that is not needed runs towards zero and is set to it.
 *
 * Invariants: 1. inside, each term is scaled to a maximum of 1 and the values to a geometric mean
 * of 1, so that starts and limits are the same for all problems; 2. the residual sum never grows
 * from one accepted step to the next, and the number of steps is bounded. */
#include "stats/scaling/mixture.h"

#include <float.h>
#include <math.h>
#include <string.h>

enum { ROUNDS_MAX = 200, STARTS_A_TERM = 3 };
#define LOG_WEIGHT_MIN (-40.0) /* beside the largest: nothing */
#define SHARE_NEEDED 1e-7      /* of a point that a term must make up to be kept */
#define START_STEP (-4.0)      /* between the logs of starting weights */

struct problem {
    double terms[MIXTURE_POINTS_MAX][MIXTURE_TERMS_MAX];
    double logs[MIXTURE_POINTS_MAX];
    double scales[MIXTURE_TERMS_MAX];
    double log_scale;
    size_t count;
    size_t term_count;
};

typedef double matrix[MIXTURE_TERMS_MAX][MIXTURE_TERMS_MAX];

static bool prepare(const struct mixture_input *input, struct problem *problem)
{
    *problem = (struct problem){.count = input->count, .term_count = input->term_count};
    if (input->count > MIXTURE_POINTS_MAX || input->count < input->term_count)
        return false;
    for (size_t i = 0; i < input->count; i++)
        problem->log_scale += log(input->values[i]) / (double)input->count;
    for (size_t j = 0; j < input->term_count; j++)
        for (size_t i = 0; i < input->count; i++)
            problem->scales[j] = fmax(problem->scales[j], input->terms[i][j]);
    for (size_t i = 0; i < input->count; i++) {
        double sum = 0;
        problem->logs[i] = log(input->values[i]) - problem->log_scale;
        for (size_t j = 0; j < input->term_count; j++)
            sum += problem->terms[i][j] = input->terms[i][j] / problem->scales[j];
        if (!(sum > 0) || !isfinite(sum) || !isfinite(problem->logs[i]))
            return false;
    }
    return true;
}

/* Solves a * x = b in place by elimination with pivots; false when a is singular. */
static bool solve(matrix a, double *b, size_t size)
{
    for (size_t k = 0; k < size; k++) {
        size_t pivot = k;
        for (size_t i = k + 1; i < size; i++)
            pivot = fabs(a[i][k]) > fabs(a[pivot][k]) ? i : pivot;
        if (!(fabs(a[pivot][k]) > DBL_MIN))
            return false;
        for (size_t j = 0; j < size; j++) {
            double other = a[k][j];
            a[k][j] = a[pivot][j];
            a[pivot][j] = other;
        }
        double other = b[k];
        b[k] = b[pivot];
        b[pivot] = other;
        for (size_t i = k + 1; i < size; i++) {
            double factor = a[i][k] / a[k][k];
            for (size_t j = k; j < size; j++)
                a[i][j] -= factor * a[k][j];
            b[i] -= factor * b[k];
        }
    }
    for (size_t k = size; k-- > 0;) {
        for (size_t j = k + 1; j < size; j++)
            b[k] -= a[k][j] * b[j];
        b[k] /= a[k][k];
    }
    return true;
}

static double fitted(const struct problem *problem, size_t i, const double *weights)
{
    double sum = 0;
    for (size_t j = 0; j < problem->term_count; j++)
        sum += weights[j] * problem->terms[i][j];
    return sum;
}

static void weights_of(const struct problem *problem, const double *logs, double *ret_weights)
{
    for (size_t j = 0; j < problem->term_count; j++)
        ret_weights[j] = exp(logs[j]);
}

static double residual_sum(const struct problem *problem, const double *logs)
{
    double weights[MIXTURE_TERMS_MAX], sum = 0;
    weights_of(problem, logs, weights);
    for (size_t i = 0; i < problem->count; i++) {
        double residual = problem->logs[i] - log(fitted(problem, i, weights));
        sum += residual * residual;
    }
    return sum;
}

/* Normal equations at `logs`: the derivative of a fitted log by the log of a weight is the term's
 * share of the point. */
static void normal_equations(const struct problem *problem, const double *logs, matrix a, double *b)
{
    double weights[MIXTURE_TERMS_MAX], shares[MIXTURE_TERMS_MAX];
    memset(a, 0, sizeof(matrix));
    memset(b, 0, MIXTURE_TERMS_MAX * sizeof *b);
    weights_of(problem, logs, weights);
    for (size_t i = 0; i < problem->count; i++) {
        double value = fitted(problem, i, weights);
        double residual = problem->logs[i] - log(value);
        for (size_t j = 0; j < problem->term_count; j++)
            shares[j] = weights[j] * problem->terms[i][j] / value;
        for (size_t j = 0; j < problem->term_count; j++) {
            b[j] += shares[j] * residual;
            for (size_t k = 0; k < problem->term_count; k++)
                a[j][k] += shares[j] * shares[k];
        }
    }
}

/* One damped step from `logs`; false when it did not get better. */
static bool try_step(const struct problem *problem, double damping, double *logs, double *rss)
{
    matrix a;
    double step[MIXTURE_TERMS_MAX], next[MIXTURE_TERMS_MAX];
    double largest = -HUGE_VAL;
    normal_equations(problem, logs, a, step);
    for (size_t j = 0; j < problem->term_count; j++)
        a[j][j] += damping * (a[j][j] + 1e-9);
    if (!solve(a, step, problem->term_count))
        return false;
    for (size_t j = 0; j < problem->term_count; j++) {
        next[j] = logs[j] + fmin(fmax(step[j], -10), 10);
        largest = fmax(largest, next[j]);
    }
    for (size_t j = 0; j < problem->term_count; j++)
        next[j] = fmax(next[j], largest + LOG_WEIGHT_MIN);
    double sum = residual_sum(problem, next);
    if (!(sum < *rss))
        return false;
    memcpy(logs, next, problem->term_count * sizeof *logs);
    *rss = sum;
    return true;
}

static double descend(const struct problem *problem, double *logs)
{
    double rss = residual_sum(problem, logs), damping = 1e-3;
    for (int i = 0; i < ROUNDS_MAX && damping < 1e12; i++) {
        double before = rss;
        bool better = try_step(problem, damping, logs, &rss);
        damping = better ? fmax(damping / 10, 1e-12) : damping * 10;
        if (better && before - rss <= 1e-15 * before)
            break;
    }
    return rss;
}

/* Starts: each term but the first weighs as much as the first, or e^-4, or e^4 of it. */
static double search(const struct problem *problem, double *ret_logs)
{
    static const double OFFSETS[STARTS_A_TERM] = {0, START_STEP, -START_STEP};
    size_t starts = 1;
    double best = HUGE_VAL;
    for (size_t j = 1; j < problem->term_count; j++)
        starts *= STARTS_A_TERM;
    for (size_t start = 0; start < starts; start++) {
        double logs[MIXTURE_TERMS_MAX] = {0};
        size_t digits = start;
        for (size_t j = 1; j < problem->term_count; j++, digits /= STARTS_A_TERM)
            logs[j] = OFFSETS[digits % STARTS_A_TERM];
        double rss = descend(problem, logs);
        if (rss < best) {
            best = rss;
            memcpy(ret_logs, logs, sizeof logs);
        }
    }
    return best;
}

/* A term that makes up next to nothing of every point is 0. */
static void drop_unneeded(const struct problem *problem, double *weights)
{
    for (size_t j = 0; j < problem->term_count; j++) {
        double share = 0;
        for (size_t i = 0; i < problem->count; i++)
            share = fmax(share, weights[j] * problem->terms[i][j] / fitted(problem, i, weights));
        weights[j] = share < SHARE_NEEDED ? 0 : weights[j];
    }
}

/* Inverse of the cross products of terms over fitted values, times the residual variance. */
static bool set_covariance(const struct problem *problem, struct mixture *mixture)
{
    matrix products = {{0}};
    size_t size = problem->term_count;
    for (size_t i = 0; i < problem->count; i++) {
        double value = fitted(problem, i, mixture->weights);
        for (size_t j = 0; j < size; j++)
            for (size_t k = 0; k < size; k++)
                products[j][k] += problem->terms[i][j] * problem->terms[i][k] / (value * value);
    }
    double scales[MIXTURE_TERMS_MAX], freedom = (double)(problem->count - size);
    for (size_t j = 0; j < size; j++)
        scales[j] = sqrt(products[j][j]);
    for (size_t j = 0; j < size; j++) {
        double column[MIXTURE_TERMS_MAX] = {0};
        matrix unit; /* terms of equal size: what is nearly singular is nearly collinear */
        for (size_t i = 0; i < size; i++)
            for (size_t k = 0; k < size; k++)
                unit[i][k] = products[i][k] / (scales[i] * scales[k]);
        column[j] = 1;
        if (!solve(unit, column, size) || !(column[j] < 1e10))
            return false;
        for (size_t i = 0; i < size; i++)
            mixture->covariance[i][j] =
                freedom > 0 ? column[i] / (scales[i] * scales[j]) * mixture->rss / freedom : 0;
    }
    return true;
}

bool mixture_fit(const struct mixture_input *input, struct mixture *ret_mixture)
{
    struct problem problem;
    struct mixture mixture = {.rss = 0};
    double logs[MIXTURE_TERMS_MAX] = {0};
    if (!prepare(input, &problem))
        return false;
    mixture.rss = search(&problem, logs);
    weights_of(&problem, logs, mixture.weights);
    drop_unneeded(&problem, mixture.weights);
    if (!set_covariance(&problem, &mixture))
        return false;
    double scale = exp(problem.log_scale);
    for (size_t j = 0; j < problem.term_count; j++) {
        mixture.weights[j] *= scale / problem.scales[j];
        for (size_t k = 0; k < problem.term_count; k++)
            mixture.covariance[j][k] *= scale * scale / (problem.scales[j] * problem.scales[k]);
    }
    *ret_mixture = mixture;
    return true;
}
