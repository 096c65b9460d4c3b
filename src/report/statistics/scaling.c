/* Sweeps in words and in JSON.
 *
 * Words name what a reader acts on: the law, its coefficient with the unit that it is per, and how
 * far off it is where that is much; where laws cannot be told apart the exponent stands in. */
#include <math.h>

#include "base/quantity.h"
#include "report/statistics/statistics.h"
#include "report/values/json_values.h"
#include "report/values/line.h"

#define AICC_NEAR 2.0 /* as stats/scaling/growth.h decides; here it only names the rivals */

static void add_quantity(double value, const char *unit, struct buf *out)
{
    char text[QUANTITY_TEXT_MAX];
    if (fabs(value) < 1 && value > 0) /* quantity_format ends at whole nanoseconds and bytes */
        buf_printf(out, "%.3g%s%s", value, unit[0] ? " " : "", unit);
    else
        buf_puts(out, quantity_format(value, unit, text));
}

static void add_estimate(const struct scaling_estimate *estimate, const char *unit, struct buf *out)
{
    buf_puts(out, " (");
    add_quantity(estimate->low, unit, out);
    buf_puts(out, " .. ");
    add_quantity(estimate->high, unit, out);
    buf_putc(out, ')');
}

static void add_share(const struct scaling_estimate *estimate, double sign, struct buf *out)
{
    double low = sign < 0 ? 1 - estimate->high : estimate->low;
    double high = sign < 0 ? 1 - estimate->low : estimate->high;
    buf_printf(out, "%.3g %% (%.3g .. %.3g)",
               100 * (sign < 0 ? 1 - estimate->value : estimate->value), 100 * fmax(low, 0),
               100 * high);
}

static void add_class(const struct scaling_fit *fit, const char *unit, struct buf *out)
{
    const struct scaling_law_words *words = &SCALING_LAWS[fit->law];
    buf_printf(out, "%s, ", words->name);
    add_quantity(fit->estimates[0].value, unit, out);
    if (words->term[0] != '\0')
        buf_printf(out, " per %s", words->term);
    add_estimate(&fit->estimates[0], unit, out);
    if (fit->estimate_count > 1) {
        buf_puts(out, " plus ");
        add_quantity(fit->estimates[1].value, unit, out);
    }
}

static void add_threads(const struct scaling_fit *fit, struct buf *out)
{
    const struct scaling_estimate *serial = &fit->estimates[1];
    buf_puts(out, fit->law == LAW_AMDAHL ? "Amdahl, parallel " : "universal law, parallel ");
    add_share(serial, -1, out);
    if (fit->law == LAW_AMDAHL && serial->value > 0) {
        buf_printf(out, ", at most %.3gx", 1 / serial->value);
    } else if (fit->law == LAW_UNIVERSAL) {
        const struct scaling_estimate *coherence = &fit->estimates[2];
        buf_puts(out, ", coherence ");
        add_share(coherence, 1, out);
        if (coherence->value > 0 && serial->value < 1)
            buf_printf(out, ", best with %.0f threads",
                       fmax(sqrt((1 - serial->value) / coherence->value), 1));
    }
}

/* The classes that are as good as the first, and the exponent. */
static void add_undecided(const struct scaling *scaling, struct buf *out)
{
    const struct scaling_fits *fits = &scaling->fits;
    const struct scaling_fit *power = scaling_find(fits, LAW_POWER);
    buf_printf(out, "undecided: %s", SCALING_LAWS[fits->items[0].law].name);
    for (size_t i = 1; i < fits->count; i++)
        if (fits->items[i].law != LAW_POWER &&
            fits->items[i].aicc - fits->items[0].aicc < AICC_NEAR)
            buf_printf(out, " or %s", SCALING_LAWS[fits->items[i].law].name);
    if (power != NULL) {
        const struct scaling_estimate *exponent = &power->estimates[0];
        buf_printf(out, "; exponent %.2f (%.2f .. %.2f)", exponent->value, exponent->low,
                   exponent->high);
    }
}

void report_scaling_law(const struct scaling *scaling, struct buf *out)
{
    const struct scaling_fit *best = &scaling->fits.items[0];
    if (scaling->is_threads) {
        add_threads(best, out);
    } else if (!scaling->fits.decided) {
        add_undecided(scaling, out);
    } else if (best->law == LAW_POWER) {
        buf_printf(out, "O(n^%.2f) (%.2f .. %.2f)", best->estimates[0].value,
                   best->estimates[0].low, best->estimates[0].high);
    } else {
        add_class(best, scaling->metric->unit, out);
    }
    if (best->rms >= 0.1)
        buf_printf(out, "; off by %.0f %%", 100 * best->rms);
}

/* Memory is told of where it surely grows, and to twice at least: a host has some of its own. */
static bool is_shown(const struct scaling *scaling)
{
    const struct scaling_point *first = scaling->points;
    const struct scaling_point *last = first + scaling->point_count - 1;
    bool grows = scaling->fits.decided && scaling->fits.items[0].law != LAW_CONSTANT;
    return scaling->is_main || (grows && last->value >= 2 * first->value);
}

void report_scaling_text(const struct run *run, struct buf *out)
{
    bool headed = false;
    for (size_t i = 0; i < run->scalings.count; i++) {
        const struct scaling *scaling = &run->scalings.items[i];
        if (!is_shown(scaling))
            continue;
        buf_puts(out, headed ? "  " : "\nscaling:\n  ");
        headed = true;
        report_text_line(scaling->benchmark, out);
        buf_printf(out, " over %s", scaling->parameter);
        if (scaling->metric != &METRICS[METRIC_TIME])
            buf_printf(out, ", %s", scaling->metric->name);
        buf_puts(out, ": ");
        report_scaling_law(scaling, out);
        buf_putc(out, '\n');
    }
}

static json_t *estimates_json(const struct scaling_fit *fit)
{
    json_t *object = json_object();
    for (size_t i = 0; i < fit->estimate_count; i++) {
        const struct scaling_estimate *estimate = &fit->estimates[i];
        json_t *member = json_object();
        report_json_member(&member, "value", report_json_number(estimate->value));
        report_json_member(&member, "low", report_json_number(estimate->low));
        report_json_member(&member, "high", report_json_number(estimate->high));
        report_json_member(&object, SCALING_LAWS[fit->law].estimates[i], member);
    }
    return object;
}

static json_t *fits_json(const struct scaling_fits *fits)
{
    json_t *rows = json_array();
    for (size_t i = 0; i < fits->count; i++) {
        const struct scaling_fit *fit = &fits->items[i];
        json_t *row = json_object();
        report_json_member(&row, "law", json_string(SCALING_LAWS[fit->law].name));
        report_json_member(&row, "aicc", report_json_number(fit->aicc));
        report_json_member(&row, "rms_residual", report_json_number(fit->rms));
        report_json_member(&row, "estimates", estimates_json(fit));
        report_json_element(&rows, row);
    }
    return rows;
}

static json_t *points_json(const struct scaling *scaling)
{
    json_t *rows = json_array();
    for (size_t i = 0; i < scaling->point_count; i++) {
        const struct scaling_point *point = &scaling->points[i];
        json_t *row = json_object();
        report_json_member(&row, "at", report_json_number(point->at));
        report_json_member(&row, "value", report_json_number(point->value));
        report_json_member(&row, "low", report_json_number(point->low));
        report_json_member(&row, "high", report_json_number(point->high));
        report_json_member(&row, "speedup", report_json_number(point->speedup));
        report_json_member(&row, "efficiency", report_json_number(point->efficiency));
        report_json_element(&rows, row);
    }
    return rows;
}

json_t *report_scaling_json(const struct run *run)
{
    json_t *rows = json_array();
    for (size_t i = 0; i < run->scalings.count; i++) {
        const struct scaling *scaling = &run->scalings.items[i];
        json_t *row = json_object();
        report_json_member(&row, "benchmark", report_json_text(scaling->benchmark));
        report_json_member(&row, "parameter", report_json_text(scaling->parameter));
        report_json_member(&row, "metric", report_json_text(scaling->metric->name));
        report_json_member(&row, "unit", report_json_text(scaling->metric->unit));
        report_json_member(&row, "law", json_string(SCALING_LAWS[scaling->fits.items[0].law].name));
        report_json_member(&row, "decided", json_boolean(scaling->fits.decided));
        report_json_member(&row, "points", points_json(scaling));
        report_json_member(&row, "fits", fits_json(&scaling->fits));
        report_json_element(&rows, row);
    }
    return rows;
}
