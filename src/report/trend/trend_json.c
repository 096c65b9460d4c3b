/* "assay.trend/1", for programs.
 * `index` counts from 0 and is the first point of the new level. */
#include "report/json.h"
#include "report/trend/forecast.h"
#include "report/trend/trend.h"

/* Ratio and interval, as all changes have them. */
static json_t *moved(double ratio, const struct interval *interval, bool is_worse)
{
    json_t *row = json_object();
    report_json_member(&row, "ratio", report_json_number(ratio));
    report_json_member(&row, "low", report_json_number(interval->low));
    report_json_member(&row, "high", report_json_number(interval->high));
    report_json_member(&row, "level", report_json_number(interval->level));
    report_json_member(&row, "direction", json_string(is_worse ? "worse" : "better"));
    return row;
}

static json_t *change_json(const struct trend_series *series, const struct trend_change *change)
{
    json_t *row = moved(change->ratio, &change->interval, change->is_worse);
    report_json_member(&row, "index", json_integer((json_int_t)change->index));
    report_json_member(&row, "low_index", json_integer((json_int_t)change->low_index));
    report_json_member(&row, "high_index", json_integer((json_int_t)change->high_index));
    report_json_member(&row, "at", report_json_text(series->points.items[change->index].at));
    report_json_member(&row, "good_commit", report_json_text(change->good_commit));
    report_json_member(&row, "bad_commit", report_json_text(change->bad_commit));
    return row;
}

static json_t *changes_json(const struct trend_series *series)
{
    json_t *rows = json_array();
    for (size_t i = 0; i < series->changes.count; i++)
        report_json_element(&rows, change_json(series, &series->changes.items[i]));
    return rows;
}

static json_t *alarms_json(const struct trend_series *series)
{
    if (!series->is_watched)
        return json_null();
    json_t *rows = json_array();
    for (size_t i = 0; i < series->alarms.count; i++) {
        const struct trend_alarm *alarm = &series->alarms.items[i];
        const struct trend_point *point = &series->points.items[alarm->raised];
        json_t *row = change_json(series, &alarm->change);
        report_json_member(&row, "raised_index", json_integer((json_int_t)alarm->raised));
        report_json_member(&row, "raised_at", report_json_text(point->at));
        report_json_member(&row, "raised_commit", report_json_text(point->commit));
        report_json_member(&row, "delay",
                           json_integer((json_int_t)(alarm->raised - alarm->change.index)));
        report_json_element(&rows, row);
    }
    return rows;
}

static json_t *outliers_json(const struct trend_series *series)
{
    json_t *rows = json_array();
    for (size_t i = 0; i < series->outliers.count; i++) {
        const struct trend_outlier *outlier = &series->outliers.items[i];
        json_t *row = json_object();
        report_json_member(&row, "index", json_integer((json_int_t)outlier->index));
        report_json_member(&row, "at", report_json_text(series->points.items[outlier->index].at));
        report_json_member(&row, "ratio", report_json_number(outlier->ratio));
        report_json_member(&row, "direction", json_string(outlier->is_worse ? "worse" : "better"));
        report_json_element(&rows, row);
    }
    return rows;
}

static json_t *drifts_json(const struct trend_series *series)
{
    json_t *rows = json_array();
    for (size_t i = 0; i < series->drifts.count; i++) {
        const struct trend_drift *drift = &series->drifts.items[i];
        json_t *row = moved(drift->ratio, &drift->interval, drift->is_worse);
        report_json_member(&row, "first", json_integer((json_int_t)drift->first));
        report_json_member(&row, "count", json_integer((json_int_t)drift->count));
        report_json_element(&rows, row);
    }
    return rows;
}

static json_t *points_json(const struct trend_series *series)
{
    json_t *rows = json_array();
    for (size_t i = 0; i < series->points.count; i++) {
        const struct trend_point *point = &series->points.items[i];
        json_t *row = json_object();
        report_json_member(&row, "at", report_json_text(point->at));
        report_json_member(&row, "run", report_json_text(point->run_id));
        report_json_member(&row, "commit", report_json_text(point->commit));
        report_json_member(&row, "value", report_json_number(point->value));
        if (point->release != NULL)
            report_json_member(&row, "release", report_json_text(point->release));
        report_json_element(&rows, row);
    }
    return rows;
}

static json_t *series_json(const struct trend_series *series)
{
    json_t *row = json_object();
    report_json_member(&row, "name", report_json_text(series->name));
    report_json_member(&row, "metric", report_json_text(series->metric->name));
    report_json_member(&row, "unit", report_json_text(series->metric->unit));
    report_json_member(&row, "scale", json_string(series->is_linear ? "difference" : "ratio"));
    report_json_member(&row, "sd", report_json_number(series->sd));
    report_json_member(&row, "autocorrelation", report_json_number(series->autocorrelation));
    report_json_member(&row, "left_out", json_integer((json_int_t)series->left_out));
    report_json_member(&row, "runs_since", json_integer((json_int_t)series->runs_since));
    report_json_member(&row, "age_days", report_json_number(series->age_days));
    report_json_member(&row, "stale", json_boolean(series->is_stale));
    report_json_member(&row, "points", points_json(series));
    report_json_member(&row, "change_points", changes_json(series));
    report_json_member(&row, "drifts", drifts_json(series));
    report_json_member(&row, "outliers", outliers_json(series));
    report_json_member(&row, "alarms", alarms_json(series));
    report_json_member(&row, "learning", json_boolean(series->is_learning));
    if (series->forecasts.count > 0)
        report_json_member(&row, "forecasts", report_json_forecasts(series));
    return row;
}

static json_t *absent_json(const struct trend *trend)
{
    json_t *rows = json_array();
    for (size_t i = 0; i < trend->absent.count; i++) {
        json_t *row = json_object();
        report_json_member(&row, "name", report_json_text(trend->absent.items[i].name));
        report_json_member(&row, "last_at", report_json_text(trend->absent.items[i].last_at));
        report_json_element(&rows, row);
    }
    return rows;
}

assay_status report_json_trend(const struct trend *trend, struct buf *out)
{
    json_t *document = json_object(), *rows = json_array();
    for (size_t i = 0; i < trend->series.count; i++)
        report_json_element(&rows, series_json(&trend->series.items[i]));
    report_json_member(&document, "schema", json_string("assay.trend/1"));
    report_json_member(&document, "series", rows);
    report_json_member(&document, "absent", absent_json(trend));
    return report_json_write(document, out);
}
