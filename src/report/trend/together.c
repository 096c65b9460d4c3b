/* Groups first, since a group of ten is one finding and forty-five pairs.
 * Computes no number of its own. */
#include "report/trend/together.h"

#include <math.h>

#include "report/values/json_values.h"
#include "report/values/line.h"

enum { PAIRS_SHOWN = 10 };

static void add_name(const struct trend *trend, size_t at, struct buf *out)
{
    report_text_line(trend->series.items[at].name, out);
    buf_printf(out, " %s", trend->series.items[at].metric->name);
}

static void add_correlation(const struct moving_pair *pair, struct buf *out)
{
    buf_printf(out, "%+.2f (%+.2f .. %+.2f)", pair->correlation, pair->interval.low,
               pair->interval.high);
}

/* The strongest pair that a member is in, or NULL. */
static const struct moving_pair *strongest_of(const struct together *together, size_t member)
{
    for (size_t i = 0; i < together->pairs.count; i++) {
        const struct moving_pair *pair = &together->pairs.items[i];
        if (pair->a == member || pair->b == member)
            return pair;
    }
    return NULL;
}

static void add_group(const struct trend *trend, const struct together *together, size_t group,
                      struct buf *out)
{
    buf_printf(out, "group %zu moves together:\n", group);
    for (size_t i = 0; i < together->groups.count; i++) {
        if (together->groups.items[i] != group)
            continue;
        buf_puts(out, "  ");
        add_name(trend, i, out);
        const struct moving_pair *pair = strongest_of(together, i);
        if (pair != NULL) {
            buf_puts(out, "\n    ");
            add_correlation(pair, out);
            buf_puts(out, " with ");
            add_name(trend, pair->a == i ? pair->b : pair->a, out);
        }
        buf_putc(out, '\n');
    }
    buf_putc(out, '\n');
}

static bool is_inside(const struct together *together, const struct moving_pair *pair)
{
    const size_t group = together->groups.items[pair->a];
    return group != TOGETHER_ALONE && group == together->groups.items[pair->b];
}

/* What no group has. */
static void add_pairs(const struct trend *trend, const struct together *together, struct buf *out)
{
    size_t shown = 0, others = 0;
    for (size_t i = 0; i < together->pairs.count; i++) {
        const struct moving_pair *pair = &together->pairs.items[i];
        if (is_inside(together, pair))
            continue;
        others++;
        if (shown == PAIRS_SHOWN)
            continue;
        buf_puts(out, shown++ == 0 ? "weaker pairs:\n  " : "  ");
        add_correlation(pair, out);
        buf_puts(out, "  ");
        add_name(trend, pair->a, out);
        buf_puts(out, ", ");
        add_name(trend, pair->b, out);
        buf_putc(out, '\n');
    }
    if (others > shown)
        buf_printf(out, "  %zu more; --json has them\n", others - shown);
    buf_puts(out, shown > 0 ? "\n" : "");
}

void report_text_together(const struct trend *trend, const struct together *together,
                          struct buf *out)
{
    for (size_t group = 1; group <= together->group_count; group++)
        add_group(trend, together, group, out);
    add_pairs(trend, together, out);
    buf_printf(out,
               "%zu of %zu pairs of %zu series are correlated, once steps, slopes and what\n"
               "follows from earlier values are taken off; at most %g %% of them by chance\n",
               together->pairs.count, together->tested, trend->series.count,
               100 * together->false_discovery_rate);
}

static json_t *series_json(const struct trend *trend, const struct together *together)
{
    json_t *rows = json_array();
    for (size_t i = 0; i < trend->series.count; i++) {
        const struct trend_series *series = &trend->series.items[i];
        json_t *row = json_object();
        report_json_member(&row, "name", report_json_text(series->name));
        report_json_member(&row, "metric", report_json_text(series->metric->name));
        report_json_member(&row, "points", json_integer((json_int_t)series->points.count));
        report_json_member(&row, "group", json_integer((json_int_t)together->groups.items[i]));
        report_json_element(&rows, row);
    }
    return rows;
}

static json_t *pairs_json(const struct together *together)
{
    json_t *rows = json_array();
    for (size_t i = 0; i < together->pairs.count; i++) {
        const struct moving_pair *pair = &together->pairs.items[i];
        json_t *row = json_object();
        report_json_member(&row, "a", json_integer((json_int_t)pair->a));
        report_json_member(&row, "b", json_integer((json_int_t)pair->b));
        report_json_member(&row, "points", json_integer((json_int_t)pair->count));
        report_json_member(&row, "correlation", report_json_number(pair->correlation));
        report_json_member(&row, "low", report_json_number(pair->interval.low));
        report_json_member(&row, "high", report_json_number(pair->interval.high));
        report_json_member(&row, "level", report_json_number(pair->interval.level));
        report_json_element(&rows, row);
    }
    return rows;
}

assay_status report_json_together(const struct trend *trend, const struct together *together,
                                  struct buf *out)
{
    json_t *document = json_object();
    report_json_member(&document, "schema", json_string("assay.together/1"));
    report_json_member(&document, "series", series_json(trend, together));
    report_json_member(&document, "pairs", pairs_json(together));
    report_json_member(&document, "groups", json_integer((json_int_t)together->group_count));
    report_json_member(&document, "tested", json_integer((json_int_t)together->tested));
    report_json_member(&document, "false_discovery_rate",
                       report_json_number(together->false_discovery_rate));
    return report_json_write(document, out);
}
