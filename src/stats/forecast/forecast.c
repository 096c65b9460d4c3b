/* Lines drawn from what the data leave open, and where they reach the level.
 * Why simulation and not a formula: the point of crossing is a ratio of two uncertain numbers,
 * whose interval has no end where the slope may be none. */
#include "stats/forecast/forecast.h"

#include <math.h>
#include <stdlib.h>

#include "stats/bootstrap/random.h"
#include "stats/forecast/line.h"
#include "stats/order.h"

enum { GRID = 33 };
#define AUTOCORRELATION_DRAWN_MAX 0.98

/* The fits for autocorrelations 0 .. AUTOCORRELATION_DRAWN_MAX, and how likely they are. */
struct fits {
    struct line lines[GRID];
    double until[GRID]; /* share of the likelihood up to and with each */
    double freedom;
    size_t count;
    int likeliest;
};

/* What the draws say: `ahead` are points, HUGE_VAL where a line never gets there. */
struct draws {
    double *ahead, *days, *slopes;
};

static assay_status fit_all(double *values, size_t count, struct fits *fits)
{
    double total = 0;
    *fits = (struct fits){.count = count, .freedom = (double)count - 2};
    TRY(line_limit(values, count));
    for (int i = 0; i < GRID; i++) {
        fits->lines[i] = line_fit(values, count, AUTOCORRELATION_DRAWN_MAX * i / (GRID - 1));
        if (fits->lines[i].log_likelihood > fits->lines[fits->likeliest].log_likelihood)
            fits->likeliest = i;
    }
    for (int i = 0; i < GRID; i++) {
        total += exp(fits->lines[i].log_likelihood - fits->lines[fits->likeliest].log_likelihood);
        fits->until[i] = total;
    }
    for (int i = 0; i < GRID; i++)
        fits->until[i] /= total;
    return ASSAY_OK;
}

static const struct line *draw_fit(const struct fits *fits, struct random *random)
{
    const double at = random_uniform(random);
    int i = 0;
    while (i < GRID - 1 && fits->until[i] < at)
        i++;
    return &fits->lines[i];
}

/* One line that the data allow. */
static void draw_line(const struct fits *fits, struct random *random, double *ret_end,
                      double *ret_slope)
{
    const struct line *line = draw_fit(fits, random);
    const double chi_square = 2 * random_gamma(random, fits->freedom / 2);
    const double sd = sqrt(line->variance * fits->freedom / chi_square);
    const double a = random_normal(random), b = random_normal(random);
    *ret_end = line->end + sd * line->end_sd * a;
    *ret_slope = line->slope + sd * line->slope_sd *
                                   (line->shared * a + sqrt(1 - line->shared * line->shared) * b);
}

/* Points until a line is `away` from where it ends; 0 when it is there. */
static double points_until(double away, double slope, bool rises)
{
    if (rises ? away <= 0 : away >= 0)
        return 0;
    if (rises ? slope <= 0 : slope >= 0)
        return HUGE_VAL;
    return ceil(away / slope);
}

/* Days of that many points: gaps are drawn from those that were. */
static double days_of(const struct forecast_request *request, size_t skipped, double points,
                      struct random *random)
{
    const size_t gaps = request->count - 1 - skipped;
    double days = 0;
    for (size_t i = 0; (double)i < points; i++)
        days += request->gaps[skipped + random_below(random, gaps)];
    return days;
}

static void draw_all(const struct forecast_request *request, const struct fits *fits, double limit,
                     const struct forecast *forecast, const struct draws *draws)
{
    struct random random = {request->seed};
    const size_t skipped = request->count - fits->count;
    for (size_t i = 0; i < FORECAST_DRAWS; i++) {
        double end;
        draw_line(fits, &random, &end, &draws->slopes[i]);
        double points = points_until(limit - end, draws->slopes[i], forecast->rises);
        bool seen = points <= (double)forecast->horizon;
        draws->ahead[i] = points;
        draws->days[i] =
            seen && request->gaps != NULL ? days_of(request, skipped, points, &random) : HUGE_VAL;
    }
    order_sort(draws->ahead, FORECAST_DRAWS);
    order_sort(draws->days, FORECAST_DRAWS);
    order_sort(draws->slopes, FORECAST_DRAWS);
}

/* The value of a rank and no mean of two: some are infinite. */
static double draw_at(const double *sorted, double fraction)
{
    return sorted[(size_t)fmin(fraction * FORECAST_DRAWS, FORECAST_DRAWS - 1)];
}

static void conclude(const struct draws *draws, bool is_linear, struct forecast *forecast)
{
    const double tail = (1 - forecast->level) / 2, horizon = (double)forecast->horizon;
    const double low = draw_at(draws->ahead, tail), high = draw_at(draws->ahead, 1 - tail);
    size_t seen = 0;
    while (seen < FORECAST_DRAWS && draws->ahead[seen] <= horizon)
        seen++;
    forecast->share = (double)seen / FORECAST_DRAWS;
    const double slopes[2] = {draw_at(draws->slopes, tail), draw_at(draws->slopes, 1 - tail)};
    forecast->rate = (struct interval){is_linear ? slopes[0] : exp(slopes[0]),
                                       is_linear ? slopes[1] : exp(slopes[1]), forecast->level};
    forecast->kind = low > horizon    ? FORECAST_NOT_WITHIN
                     : high > horizon ? FORECAST_NOT_BEFORE
                                      : FORECAST_WITHIN;
    forecast->low = low <= horizon ? (size_t)low : 0;
    forecast->high = high <= horizon ? (size_t)high : 0;
    const double days[2] = {draw_at(draws->days, tail), draw_at(draws->days, 1 - tail)};
    if (isfinite(days[0]))
        forecast->days = (struct interval){days[0], days[1], forecast->level};
}

/* Values as logarithms, where they have some. */
static assay_status take_values(const struct forecast_request *request, size_t count,
                                double *values, bool *ret_is_linear)
{
    const double *newest = request->values + (request->count - count);
    bool is_linear = !(request->limit > 0);
    for (size_t i = 0; i < count; i++) {
        if (!isfinite(newest[i]))
            return ASSAY_ERR_ARGUMENT;
        is_linear |= newest[i] <= 0;
    }
    for (size_t i = 0; i < count; i++)
        values[i] = is_linear ? newest[i] : log(newest[i]);
    *ret_is_linear = is_linear;
    return ASSAY_OK;
}

static assay_status cross(const struct forecast_request *request, double *work,
                          struct forecast *forecast)
{
    struct fits fits;
    bool is_linear;
    TRY(take_values(request, forecast->count, work, &is_linear));
    TRY(fit_all(work, forecast->count, &fits));
    const double limit = is_linear ? request->limit : log(request->limit);
    const struct draws draws = {work + forecast->count, work + forecast->count + FORECAST_DRAWS,
                                work + forecast->count + 2 * FORECAST_DRAWS};
    forecast->rises = limit > fits.lines[fits.likeliest].end;
    draw_all(request, &fits, limit, forecast, &draws);
    conclude(&draws, is_linear, forecast);
    return ASSAY_OK;
}

assay_status forecast_crossing(const struct forecast_request *request,
                               struct forecast *ret_forecast)
{
    struct forecast forecast = {.kind = FORECAST_TOO_FEW, .level = request->level};
    forecast.count = request->count < FORECAST_POINTS_MAX ? request->count : FORECAST_POINTS_MAX;
    forecast.horizon = request->horizon > 0 && request->horizon < forecast.count ? request->horizon
                                                                                 : forecast.count;
    if (!isfinite(request->limit) || !(request->level > 0 && request->level < 1))
        return ASSAY_ERR_ARGUMENT;
    assay_status status = ASSAY_OK;
    if (forecast.count >= FORECAST_POINTS_MIN) {
        double *work = malloc((forecast.count + 3 * (size_t)FORECAST_DRAWS) * sizeof *work);
        status = work != NULL ? cross(request, work, &forecast) : ASSAY_ERR_MEMORY;
        free(work);
    }
    if (status == ASSAY_OK)
        *ret_forecast = forecast;
    return status;
}
