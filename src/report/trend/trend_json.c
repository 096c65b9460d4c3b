/* "assay.trend/1", for programs.
 * `index` counts from 0 and is the first point of the new level.
 *
 * Why points are written as text and all else by jansson: there may be ten thousand of them, and a
 * server keeps the text of those that it wrote before. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "report/trend/forecast.h"
#include "report/trend/trend.h"
#include "report/values/json_values.h"

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

/* Most texts are written as they are; what has to be escaped or mended takes the long way. */
static void add_text(struct buf *out, const char *name, const char *text)
{
    buf_putc(out, '"');
    buf_puts(out, name);
    buf_puts(out, "\": ");
    const char *end = text;
    while (*end >= ' ' && *end < 0x7F && *end != '"' && *end != '\\')
        end++;
    if (*end == '\0') {
        buf_putc(out, '"');
        buf_add(out, text, (size_t)(end - text));
        buf_putc(out, '"');
        return;
    }
    json_t *mended = report_json_text(text);
    char *written = mended != NULL ? json_dumps(mended, JSON_ENCODE_ANY) : NULL;
    if (written == NULL)
        out->status = out->status == ASSAY_OK ? ASSAY_ERR_MEMORY : out->status;
    else
        buf_puts(out, written);
    free(written);
    json_decref(mended);
}

static void add_point(struct buf *out, const struct trend_point *point)
{
    add_text(out, "at", point->at);
    buf_puts(out, ", ");
    add_text(out, "run", point->run_id);
    buf_puts(out, ", ");
    add_text(out, "commit", point->commit);
    buf_puts(out, ", \"value\": ");
    if (isfinite(point->value))
        report_json_digits(out, point->value);
    else
        buf_puts(out, "null");
    if (point->release != NULL) {
        buf_puts(out, ", ");
        add_text(out, "release", point->release);
    }
}

void report_json_trend_points(const struct trend_series *series, size_t first, size_t end,
                              struct buf *out)
{
    for (size_t i = first; i < end; i++) {
        buf_puts(out, i == 0 ? "\n    {" : ",\n    {");
        add_point(out, &series->points.items[i]);
        buf_putc(out, '}');
    }
}

/* All but the points. */
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

/* What is indented by two and ends with a bracket, without that end. */
static assay_status add_open(json_t *document, struct buf *out)
{
    static const char END[] = "\n}\n";
    BUF_AUTO text;
    buf_init(&text, BUF_LENGTH_MAX);
    TRY(report_json_write(document, &text));
    buf_add(out, text.text, text.length - (sizeof END - 1));
    return out->status;
}

/* The first `count` points are those of `points`, which may be NULL. */
static assay_status add_series(const struct trend_series *series, const struct buf *points,
                               size_t count, struct buf *out)
{
    TRY(add_open(series_json(series), out));
    buf_puts(out, ",\n  \"points\": [");
    if (points != NULL)
        buf_add(out, points->text, points->length);
    report_json_trend_points(series, count, series->points.count, out);
    buf_puts(out, "\n  ]\n}");
    return out->status;
}

assay_status report_json_trend_after(const struct trend *trend, const struct buf *points,
                                     size_t count, struct buf *out)
{
    json_t *document = json_object();
    report_json_member(&document, "schema", json_string("assay.trend/1"));
    report_json_member(&document, "absent", absent_json(trend));
    TRY(add_open(document, out));
    buf_puts(out, ",\n\"series\": [");
    for (size_t i = 0; i < trend->series.count; i++) {
        buf_puts(out, i > 0 ? ",\n" : "\n");
        TRY(add_series(&trend->series.items[i], points, count, out));
    }
    buf_puts(out, "\n]\n}\n");
    return out->status;
}

assay_status report_json_trend(const struct trend *trend, struct buf *out)
{
    return report_json_trend_after(trend, NULL, 0, out);
}
