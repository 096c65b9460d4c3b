/* Forecasts in words: an interval, or why there is none; never one number.
 * Why "missed" and "met": a level that is crossed upwards is bad news of a time and good news of a
 * rate. */
#include "report/trend/forecast.h"

#include <math.h>

#include "base/quantity.h"
#include "report/values/json_values.h"
#include "report/values/line.h"

static void add_days(const struct interval *days, struct buf *out)
{
    if (!(days->level > 0))
        return;
    const int decimals = days->low < 10 ? 1 : 0;
    buf_printf(out, " (%.*f", decimals, days->low);
    if (isfinite(days->high))
        buf_printf(out, " to %.*f", decimals, days->high);
    buf_printf(out, " days%s)", isfinite(days->high) ? "" : " or more");
}

static void add_answer(const struct trend_forecast *forecast, struct buf *out)
{
    enum { WANTED = 10 };
    const struct forecast *found = &forecast->found;
    const char *word = forecast->to_worse ? "missed" : "met";
    const double percent = 100 * found->level;
    switch (found->kind) {
    case FORECAST_TOO_FEW:
        buf_printf(out, "cannot be said: %zu points since the last step, %d wanted", found->count,
                   WANTED);
        return;
    case FORECAST_WITHIN:
        buf_printf(out, "%s in between %zu and %zu runs, %g %%", word, found->low, found->high,
                   percent);
        break;
    case FORECAST_NOT_BEFORE:
        buf_printf(out, "%s in %zu runs at the earliest, %g %%; maybe not in the next %zu", word,
                   found->low, percent, found->horizon);
        break;
    case FORECAST_NOT_WITHIN:
        buf_printf(out, "not %s within the next %zu runs, %g %%", word, found->horizon, percent);
        return;
    }
    add_days(&found->days, out);
}

void report_text_forecasts(const struct trend_series *series, struct buf *out)
{
    char limit[QUANTITY_TEXT_MAX];
    for (size_t i = 0; i < series->forecasts.count; i++) {
        const struct trend_forecast *forecast = &series->forecasts.items[i];
        buf_printf(out, "  target %s (",
                   quantity_format(forecast->limit, series->metric->unit, limit));
        report_text_line(forecast->source != NULL ? forecast->source : "targets.yaml", out);
        buf_puts(out, "):\n    ");
        add_answer(forecast, out);
        buf_putc(out, '\n');
    }
}

static json_t *points_or_null(size_t points, bool is_known)
{
    return is_known ? json_integer((json_int_t)points) : json_null();
}

static json_t *forecast_json(const struct trend_forecast *forecast)
{
    const struct forecast *found = &forecast->found;
    const bool has_days = found->days.level > 0;
    json_t *row = json_object();
    report_json_member(&row, "limit", report_json_number(forecast->limit));
    report_json_member(&row, "source", report_json_text(forecast->source ? forecast->source : ""));
    report_json_member(&row, "answer", json_string(forecast_kind_name(found->kind)));
    report_json_member(&row, "becomes", json_string(forecast->to_worse ? "missed" : "met"));
    report_json_member(&row, "low",
                       points_or_null(found->low, found->kind == FORECAST_WITHIN ||
                                                      found->kind == FORECAST_NOT_BEFORE));
    report_json_member(&row, "high", points_or_null(found->high, found->kind == FORECAST_WITHIN));
    report_json_member(&row, "level", report_json_number(found->level));
    report_json_member(&row, "horizon", json_integer((json_int_t)found->horizon));
    report_json_member(&row, "points", json_integer((json_int_t)found->count));
    report_json_member(&row, "share", report_json_number(found->share));
    report_json_member(&row, "days_low",
                       has_days ? report_json_number(found->days.low) : json_null());
    report_json_member(&row, "days_high",
                       has_days ? report_json_number(found->days.high) : json_null());
    return row;
}

json_t *report_json_forecasts(const struct trend_series *series)
{
    json_t *rows = json_array();
    for (size_t i = 0; i < series->forecasts.count; i++)
        report_json_element(&rows, forecast_json(&series->forecasts.items[i]));
    return rows;
}
