/* Forecasts of one series as text and as JSON. */
#ifndef REPORT_TREND_FORECAST_H
#define REPORT_TREND_FORECAST_H

#include "model/history/trend.h"
#include "report/values/json_values.h"

/* A line or two a forecast, indented. */
void report_text_forecasts(const struct trend_series *series, struct buf *out);

json_t *report_json_forecasts(const struct trend_series *series);

#endif
