/* The table of all results, and one section a benchmark.
 *
 * Rows of one benchmark stand together, one for each combination of parameters, on one logarithmic
 * scale: what is meant to be compared can be compared by eye.  A result without a usable time keeps
 * its row and says why.  Sections are <details>: closed they still show the number. */
#include <math.h>
#include <string.h>

#include "model/resources/resources.h"
#include "report/html/escape.h"
#include "report/html/html.h"
#include "report/html/html_parts.h"
#include "report/html/svg.h"
#include "report/html/svg_flame.h"
#include "report/statistics/statistics.h"

enum {
    OPEN_SECTIONS_MAX = 12, /* of more benchmarks only those that need attention start open */
    REASON_BYTES_MAX = 8000,
    COLUMN_COUNT = 6,
};

/* Groups. */

static bool is_same(const char *a, const char *b)
{
    return strcmp(a ? a : "", b ? b : "") == 0;
}

static bool is_same_group(const struct result *a, const struct result *b)
{
    return is_same(a->benchmark.name, b->benchmark.name) &&
           is_same(a->benchmark.suite, b->benchmark.suite);
}

static bool starts_group(const struct run *run, size_t at)
{
    for (size_t i = 0; i < at; i++)
        if (is_same_group(&run->results.items[i], &run->results.items[at]))
            return false;
    return true;
}

static bool starts_suite(const struct run *run, size_t at)
{
    for (size_t i = 0; i < at; i++)
        if (is_same(run->results.items[i].benchmark.suite, run->results.items[at].benchmark.suite))
            return false;
    return true;
}

/* What the rows of one benchmark name have in common. */
struct group {
    size_t rows;
    size_t measured; /* rows with a time that is finite and above 0 */
    double low_ns;   /* of all medians and intervals */
    double high_ns;
    size_t sections; /* so many benchmarks of the run have one; other rows are brief */
    bool has_bars;
    bool is_swept; /* rows are told apart by parameters */
    struct svg_scale scale;
};

/* Whether a bar can be drawn and a factor given. */
static bool is_comparable(const struct summary *time)
{
    return time != NULL && isfinite(time->median) && time->median > 0;
}

static void group_widen(struct group *group, double ns)
{
    group->low_ns = group->low_ns > 0 ? fmin(group->low_ns, ns) : ns;
    group->high_ns = fmax(group->high_ns, ns);
}

static struct group group_at(const struct run *run, size_t first, size_t sections)
{
    const struct result *head = &run->results.items[first];
    struct group group = {.sections = sections,
                          .has_bars = first < sections,
                          .is_swept = !html_is_blank(head->benchmark.params)};
    for (size_t i = first; i < run->results.count; i++) {
        const struct result *result = &run->results.items[i];
        const struct summary *time = html_time(result);
        if (!is_same_group(result, head))
            continue;
        group.rows++;
        if (!is_comparable(time))
            continue;
        group.measured++;
        group_widen(&group, time->median);
        if (html_has_interval(&time->interval) && time->interval.low > 0) {
            group_widen(&group, time->interval.low);
            group_widen(&group, time->interval.high);
        }
    }
    group.is_swept = group.is_swept || group.rows > 1;
    if (group.measured > 0)
        group.scale = svg_interval_scale(group.low_ns, group.high_ns);
    return group;
}

/* The table. */

/* The interval; its level too where it is not the usual 95 %. */
static void add_interval(struct buf *out, const struct interval *interval, const char *unit)
{
    html_interval(out, interval, unit);
    if (html_has_interval(interval) && fabs(interval->level - 0.95) > 0.0005) {
        buf_puts(out, " (");
        svg_number(out, interval->level * 100, 1);
        buf_puts(out, " %)");
    }
}

static void add_rate(struct buf *out, const struct result *result)
{
    const struct measurement *rate = result_measurement(result, METRICS[METRIC_BYTES].name);
    const struct measurement *items = result_measurement(result, METRICS[METRIC_ITEMS].name);
    html_number_open(out, "throughput");
    if (rate != NULL)
        html_quantity(out, rate->summary.median, rate->metric->unit);
    if (items != NULL) {
        buf_puts(out, rate != NULL ? "<small>" : "");
        html_quantity(out, items->summary.median, items->metric->unit);
        buf_puts(out, rate != NULL ? "</small>" : "");
    }
    if (rate == NULL && items == NULL)
        buf_puts(out, HTML_DASH);
    buf_puts(out, "</td>");
}

/* The least median of the rows on the same input, and how many there are. */
static double best_ns_for(const struct run *run, const struct result *row, size_t *ret_rows)
{
    double best = 0;
    *ret_rows = 0;
    for (size_t i = 0; i < run->results.count; i++) {
        const struct summary *time = html_time(&run->results.items[i]);
        if (!is_comparable(time) ||
            !benchmark_same_input(&run->results.items[i].benchmark, &row->benchmark))
            continue;
        best = (*ret_rows)++ > 0 ? fmin(best, time->median) : time->median;
    }
    return best;
}

static void add_factor(struct buf *out, const struct run *run, const struct result *result)
{
    const struct summary *time = html_time(result);
    size_t rows = 0;
    double best_ns = best_ns_for(run, result, &rows);
    html_number_open(out, "vs fastest");
    if (rows < 2 || !is_comparable(time))
        buf_puts(out, HTML_DASH);
    else if (time->median <= best_ns)
        buf_puts(out, "<b>fastest</b>");
    else
        html_factor(out, time->median / best_ns);
    buf_puts(out, "</td>");
}

static void add_numbers(struct buf *out, const struct run *run, const struct result *result,
                        const struct group *group)
{
    const struct summary *time = html_time(result);
    const struct measurement *main = result_main_measurement(result);
    buf_puts(out, "<td role=\"cell\" class=\"num\">");
    html_quantity(out, main->summary.median, main->metric->unit);
    buf_puts(out, "<small>");
    add_interval(out, &main->summary.interval, main->metric->unit);
    buf_puts(out, "</small></td><td role=\"cell\" class=\"bar\">");
    if (group->measured > 1 && group->has_bars && is_comparable(time))
        svg_interval_bar(out, &group->scale, time);
    buf_puts(out, "</td>");
    add_factor(out, run, result);
    add_rate(out, result);
    html_number_open(out, "launches, samples");
    buf_printf(out, "%zu, %zu</td>", time->launch_count, time->sample_count);
}

static void add_row_name(struct buf *out, const struct result *result, size_t index,
                         const struct group *group)
{
    const struct benchmark *benchmark = &result->benchmark;
    const bool is_brief = index >= group->sections;
    buf_puts(out, "<tr class=\"row\" role=\"row\"");
    if (is_brief) /* what links to the benchmark finds it here */
        buf_printf(out, " id=\"b%zu\"", index + 1);
    buf_printf(out, "><th%s role=\"rowheader\" scope=\"row\">",
               group->is_swept ? "" : " class=\"solo\"");
    if (!is_brief)
        buf_printf(out, "<a href=\"#b%zu\">", index + 1);
    buf_puts(out, "<code>");
    if (!group->is_swept)
        html_name(out, benchmark->name, HTML_NAME_BYTES_MAX);
    else
        html_name(out, html_is_blank(benchmark->params) ? "(none)" : benchmark->params,
                  HTML_NAME_BYTES_MAX);
    buf_puts(out, is_brief ? "</code>" : "</code></a>");
    if (!group->is_swept && !html_is_blank(benchmark->description)) {
        buf_puts(out, "<small>");
        html_text_short(out, benchmark->description, HTML_NOTE_BYTES_MAX);
        buf_puts(out, "</small>");
    }
    buf_puts(out, "</th>");
}

static void add_row(struct buf *out, const struct run *run, size_t index, const struct group *group)
{
    const struct result *result = &run->results.items[index];
    add_row_name(out, result, index, group);
    if (html_time(result) != NULL && result->outcome == OUTCOME_OK) {
        add_numbers(out, run, result, group);
    } else {
        buf_printf(out, "<td role=\"cell\" class=\"whole\" colspan=\"%d\">", COLUMN_COUNT - 1);
        html_outcome_mark(out, result->outcome);
        buf_puts(out, " <span class=\"soft\">");
        if (!html_is_blank(result->reason))
            html_text_short(out, result->reason, HTML_NAME_BYTES_MAX);
        else
            buf_puts(out,
                     result->outcome == OUTCOME_OK ? "no time was measured" : "no reason given");
        buf_puts(out, "</span></td>");
    }
    buf_puts(out, "</tr>\n");
}

static void add_group_head(struct buf *out, const struct benchmark *benchmark,
                           const struct group *group)
{
    buf_puts(out, "<tr class=\"group\" role=\"row\"><th role=\"rowheader\" scope=\"rowgroup\" "
                  "colspan=\"2\">");
    html_name(out, benchmark->name, HTML_NAME_BYTES_MAX);
    if (!html_is_blank(benchmark->description)) {
        buf_puts(out, "<small>");
        html_text_short(out, benchmark->description, HTML_NOTE_BYTES_MAX);
        buf_puts(out, "</small>");
    }
    buf_puts(out, "</th><td role=\"cell\" class=\"bar\">");
    if (group->measured > 1 && group->has_bars)
        svg_interval_axis(out, &group->scale);
    buf_printf(out, "</td><td role=\"cell\" colspan=\"%d\"></td></tr>\n", COLUMN_COUNT - 3);
}

/* The laws of the group's sweeps, a row each. */
static void add_laws(struct buf *out, const struct run *run, const struct benchmark *head)
{
    if (head->suite == NULL || head->name == NULL)
        return;
    size_t length = strlen(head->suite) + 1 + strlen(head->name);
    for (size_t i = 0; i < run->scalings.count; i++) {
        const struct scaling *scaling = &run->scalings.items[i];
        if (!scaling->is_main || strncmp(scaling->benchmark, head->id, length) != 0)
            continue;
        const char *rest = scaling->benchmark + length;
        if (*rest != ':' && *rest != '\0')
            continue;
        BUF_AUTO law;
        buf_init(&law, 4096);
        report_scaling_law(scaling, &law);
        buf_printf(out,
                   "<tr class=\"law\" role=\"row\"><td role=\"cell\" class=\"whole\" "
                   "colspan=\"%d\"><small>",
                   COLUMN_COUNT);
        html_element(out, "over <b>", scaling->parameter, "</b>");
        if (*rest == ':') {
            buf_puts(out, ", <code>");
            html_name(out, rest + 1, HTML_NAME_BYTES_MAX);
            buf_puts(out, "</code>");
        }
        html_element(out, ": ", law.text, "</small></td></tr>\n");
    }
}

static void add_group(struct buf *out, const struct run *run, size_t first, size_t sections)
{
    const struct result *head = &run->results.items[first];
    struct group group = group_at(run, first, sections);
    buf_puts(out, HTML_ROWS);
    if (group.is_swept)
        add_group_head(out, &head->benchmark, &group);
    for (size_t i = first; i < run->results.count; i++)
        if (is_same_group(&run->results.items[i], head))
            add_row(out, run, i, &group);
    add_laws(out, run, &head->benchmark);
    buf_puts(out, "</tbody>\n");
}

static void add_suite(struct buf *out, const struct run *run, size_t first, size_t sections)
{
    const char *suite = run->results.items[first].benchmark.suite;
    buf_printf(out,
               HTML_ROWS "<tr role=\"row\"><th role=\"columnheader\" class=\"suite\" "
                         "scope=\"colgroup\" colspan=\"%d\">",
               COLUMN_COUNT);
    html_name(out, html_is_blank(suite) ? "(no suite)" : suite, HTML_NAME_BYTES_MAX);
    buf_puts(out, "</th></tr></tbody>\n");
    for (size_t i = first; i < run->results.count; i++)
        if (is_same(run->results.items[i].benchmark.suite, suite) && starts_group(run, i))
            add_group(out, run, i, sections);
}

void html_results(struct buf *out, const struct run *run, size_t sections)
{
    static const char *const COLUMNS[] = {"Benchmark",   ">Median",     "Compared",
                                          ">vs fastest", ">Throughput", ">Launches, samples",
                                          NULL};
    buf_puts(out, "<section id=\"results\" tabindex=\"-1\">\n<h2>Results</h2>\n");
    if (run->results.count == 0) {
        buf_puts(out, "<p>No benchmark was run.</p>\n</section>\n");
        return;
    }
    html_table_open(
        out,
        "Median with its 95 % interval over launches: of the time per iteration, of the "
        "rate or the peak memory where the benchmark is about that. Bars of one group "
        "are times on a shared logarithmic scale: the dot is the median, the bar its "
        "interval.",
        COLUMNS);
    for (size_t i = 0; i < run->results.count; i++)
        if (starts_suite(run, i))
            add_suite(out, run, i, sections);
    buf_puts(out, "</table>\n</section>\n");
}

/* Sections: statistics. */

/* A metric of one number, such as the peak memory, is a fact and not a column of statistics;
 * resources have a table of their own. */
static bool is_column(const struct measurement *measurement)
{
    if (resource_find(measurement->metric->name) != NULL)
        return false;
    return measurement->summary.sample_count > 1 || measurement->metric == &METRICS[METRIC_TIME];
}

/* One statistic in a cell; one number is no sample of which to compute it. */
static void add_statistic(struct buf *out, const struct measurement *measurement, double value)
{
    buf_puts(out, "<td class=\"num\">");
    if (measurement->summary.sample_count < 2)
        buf_puts(out, HTML_DASH);
    else
        html_quantity(out, value, measurement->metric->unit);
    buf_puts(out, "</td>");
}

static void add_median_rows(struct buf *out, const struct result *result)
{
    buf_puts(out, "<tr><th scope=\"row\">median</th>");
    for (size_t m = 0; m < result->measurements.count; m++) {
        const struct measurement *measurement = &result->measurements.items[m];
        if (!is_column(measurement))
            continue;
        buf_puts(out, "<td class=\"num\"><b>");
        html_quantity(out, measurement->summary.median, measurement->metric->unit);
        buf_puts(out, "</b></td>");
    }
    buf_puts(out, "</tr>\n<tr><th scope=\"row\">its 95 % interval</th>");
    for (size_t m = 0; m < result->measurements.count; m++) {
        const struct measurement *measurement = &result->measurements.items[m];
        if (!is_column(measurement))
            continue;
        buf_puts(out, "<td class=\"num\">");
        add_interval(out, &measurement->summary.interval, measurement->metric->unit);
        buf_puts(out, "</td>");
    }
    buf_puts(out, "</tr>\n");
}

/* The row of the statistic that lies `offset` bytes into a summary. */
static void add_statistic_row(struct buf *out, const struct result *result, const char *name,
                              size_t offset)
{
    buf_printf(out, "<tr><th scope=\"row\">%s</th>", name);
    for (size_t m = 0; m < result->measurements.count; m++) {
        const struct measurement *measurement = &result->measurements.items[m];
        double value;
        memcpy(&value, (const char *)&measurement->summary + offset, sizeof value);
        if (is_column(measurement))
            add_statistic(out, measurement, value);
    }
    buf_puts(out, "</tr>\n");
}

/* The row of the interval that lies `offset` bytes into a summary. */
static void add_interval_row(struct buf *out, const struct result *result, const char *name,
                             size_t offset)
{
    buf_printf(out, "<tr><th scope=\"row\">%s</th>", name);
    for (size_t m = 0; m < result->measurements.count; m++) {
        const struct measurement *measurement = &result->measurements.items[m];
        struct interval interval;
        memcpy(&interval, (const char *)&measurement->summary + offset, sizeof interval);
        if (!is_column(measurement))
            continue;
        buf_puts(out, "<td class=\"num\">");
        if (interval.level > 0)
            add_interval(out, &interval, measurement->metric->unit);
        else
            buf_puts(out, HTML_DASH);
        buf_puts(out, "</td>");
    }
    buf_puts(out, "</tr>\n");
}

/* "12 high (3 severe), 1 low"; summaries of older runs say nothing. */
static void add_outlier_cell(struct buf *out, const struct summary *summary)
{
    const struct outliers *outliers = &summary->outliers;
    size_t high = outliers->high_mild + outliers->high_severe;
    size_t low = outliers->low_mild + outliers->low_severe;
    size_t severe = outliers->high_severe + outliers->low_severe;
    if (high > 0 || low == 0)
        buf_printf(out, "%zu high", high);
    if (low > 0)
        buf_printf(out, "%s%zu low", high > 0 ? ", " : "", low);
    if (severe > 0)
        buf_printf(out, ", %zu severe", severe);
    if (high + low > 0) {
        buf_puts(out, "<small>");
        svg_number(out, outliers->variance_share * 100, 0);
        buf_puts(out, " % of the variance</small>");
    }
}

static void add_effective_cell(struct buf *out, const struct summary *summary)
{
    svg_number(out, summary->effective_sample_count, 0);
    buf_printf(out, " of %zu", summary->sample_count);
}

static void add_autocorrelation_cell(struct buf *out, const struct summary *summary)
{
    svg_number(out, summary->autocorrelation, 2);
}

/* What samples are like; each row says in its title what it means. */
static void add_sample_rows(struct buf *out, const struct result *result)
{
    static const struct {
        const char *name;
        void (*add)(struct buf *out, const struct summary *summary);
    } ROWS[] = {
        {"<abbr title=\"samples more than 1.5 (severe: 3) times the distance of the quartiles "
         "beyond them; they are kept in all numbers\">outliers</abbr>",
         add_outlier_cell},
        {"<abbr title=\"how much the ranks of neighbouring samples of a launch resemble each "
         "other: 0 not at all, 1 entirely\">autocorrelation</abbr>",
         add_autocorrelation_cell},
        {"<abbr title=\"how many independent samples would tell as much as these, which resemble "
         "their neighbours\">effective samples</abbr>",
         add_effective_cell},
    };
    for (size_t i = 0; i < sizeof ROWS / sizeof ROWS[0]; i++) {
        buf_printf(out, "<tr><th scope=\"row\">%s</th>", ROWS[i].name);
        for (size_t m = 0; m < result->measurements.count; m++) {
            const struct summary *summary = &result->measurements.items[m].summary;
            if (!is_column(&result->measurements.items[m]))
                continue;
            buf_puts(out, "<td class=\"num\">");
            if (summary->effective_sample_count > 0)
                ROWS[i].add(out, summary);
            else
                buf_puts(out, HTML_DASH);
            buf_puts(out, "</td>");
        }
        buf_puts(out, "</tr>\n");
    }
}

static void add_statistics(struct buf *out, const struct result *result)
{
    static const struct {
        const char *name;
        size_t offset;
    } ROWS[] = {
        {"mean", offsetof(struct summary, mean)},
        {"standard deviation", offsetof(struct summary, sd)},
        {"<abbr title=\"median absolute deviation\">MAD</abbr>", offsetof(struct summary, mad)},
        {"minimum", offsetof(struct summary, min)},
        {"maximum", offsetof(struct summary, max)}};
    buf_puts(out, "<div class=\"wide\" tabindex=\"0\"><table><caption>Statistics of all samples; "
                  "the median is that of the launch medians</caption>\n<thead><tr>"
                  "<th scope=\"col\">statistic</th>");
    for (size_t m = 0; m < result->measurements.count; m++)
        if (is_column(&result->measurements.items[m]))
            html_element(out, "<th scope=\"col\" class=\"num\">",
                         html_metric_label(result->measurements.items[m].metric->name), "</th>");
    buf_puts(out, "</tr></thead>\n<tbody>\n");
    add_median_rows(out, result);
    for (size_t i = 0; i < sizeof ROWS / sizeof ROWS[0]; i++)
        add_statistic_row(out, result, ROWS[i].name, ROWS[i].offset);
    add_sample_rows(out, result);
    add_interval_row(
        out, result,
        "<abbr title=\"bias-corrected and accelerated: where 95 % of 10 000 resamples "
        "of the launches lie; of a single launch its samples\">bootstrap</abbr>, median",
        offsetof(struct summary, bootstrap_median));
    add_interval_row(out, result,
                     "<abbr title=\"the same for the mean of all samples, which outliers "
                     "move\">bootstrap</abbr>, mean",
                     offsetof(struct summary, bootstrap_mean));
    buf_puts(out, "</tbody></table></div>\n");
}

static void add_percentiles(struct buf *out, const struct summary *time)
{
    const char *unit = METRICS[METRIC_TIME].unit;
    buf_puts(
        out,
        "<div class=\"wide\" tabindex=\"0\"><table><caption>Percentiles of the time per iteration"
        "</caption>\n<thead><tr><th scope=\"col\">percentile</th>"
        "<th scope=\"col\" class=\"num\">value</th>"
        "<th scope=\"col\" class=\"num\">95 % interval</th></tr></thead>\n<tbody>\n");
    for (size_t i = 0; i < PERCENTILE_COUNT; i++) {
        const struct percentile *percentile = &time->percentiles[i];
        buf_puts(out, "<tr><th scope=\"row\">P");
        svg_number(out, PERCENTILE_RANKS[i], 2);
        buf_puts(out, "</th><td class=\"num\">");
        if (percentile->sufficient) {
            html_quantity(out, percentile->value, unit);
            buf_puts(out, "</td><td class=\"num\">");
            add_interval(out, &percentile->interval, unit);
        } else {
            buf_puts(out,
                     "<span class=\"soft\">insufficient</span></td><td class=\"num\">" HTML_DASH);
        }
        buf_puts(out, "</td></tr>\n");
    }
    buf_puts(out, "</tbody></table></div>\n");
}

/* Sections: charts. */

/* What is not drawn as a plain dot, in words. */
static void add_chart_notes(struct buf *out, const struct svg_samples *samples)
{
    const char *unit = METRICS[METRIC_TIME].unit;
    if (samples->drawn < samples->count)
        buf_printf(out,
                   " %zu of %zu drawn as dots, the extremes of each stretch among them; the "
                   "bars count all.",
                   samples->drawn, samples->count);
    if (samples->above > 0) {
        buf_printf(out, " %zu beyond the upper end, up to ", samples->above);
        html_quantity(out, samples->most, unit);
        buf_putc(out, '.');
    }
    if (samples->below > 0) {
        buf_printf(out, " %zu beyond the lower end, down to ", samples->below);
        html_quantity(out, samples->least, unit);
        buf_putc(out, '.');
    }
    if (samples->unusable > 0)
        buf_printf(out, " %zu without a usable time left out.", samples->unusable);
}

static void add_charts(struct buf *out, const struct result *result)
{
    const struct summary *time = html_time(result);
    struct svg_samples samples;
    assay_status status =
        svg_samples_init(&result->samples, time ? time->median : (double)NAN, &samples);
    if (status != ASSAY_OK) {
        out->status = out->status == ASSAY_OK ? status : out->status;
        return;
    }
    if (samples.count == 0) {
        buf_printf(out, "<p class=\"soft\">No chart: none of %zu samples has a usable time.</p>\n",
                   result->samples.count);
    } else {
        buf_puts(out, "<figure>");
        svg_samples_distribution(out, &samples, time);
        buf_puts(out, "<figcaption>Distribution of all samples; a row of dots for each launch.");
        if (time != NULL)
            buf_puts(out, " Line: median, band: its interval.");
        add_chart_notes(out, &samples);
        buf_puts(out, "</figcaption></figure>\n<figure>");
        svg_samples_order(out, &samples, time);
        buf_puts(out, "<figcaption>Samples in order of measuring, coloured by launch."
                      "</figcaption></figure>\n");
    }
    svg_samples_release(&samples);
}

/* Sections: the frame. */

static void add_note(struct buf *out, const char *class, const char *word, const char *text)
{
    buf_printf(out, "<p class=\"note %s\"><strong>%s:</strong> <span>", class, word);
    if (html_is_blank(text))
        buf_puts(out, "no reason given.");
    html_text_short(out, text, REASON_BYTES_MAX);
    buf_puts(out, "</span></p>\n");
}

static void add_facts(struct buf *out, const struct result *result)
{
    if (!html_is_blank(result->benchmark.description))
        html_element(out, "<p>", result->benchmark.description, "</p>\n");
    buf_puts(out, "<p class=\"soft\"><small>");
    if (!html_is_blank(result->benchmark.module))
        html_element(out, "Measured in <code>", result->benchmark.module, "</code>. ");
    if (result->bytes > 0) {
        html_quantity(out, result->bytes, "B");
        buf_puts(out, " per iteration. ");
    }
    if (result->items > 0) {
        html_quantity(out, result->items, "");
        buf_puts(out, " items per iteration. ");
    }
    html_counted(out, result->samples.count, "sample", "s");
    buf_puts(out, " kept.");
    for (size_t m = 0; m < result->measurements.count; m++) {
        const struct measurement *measurement = &result->measurements.items[m];
        if (is_column(measurement) || resource_find(measurement->metric->name) != NULL)
            continue;
        html_element(out, " The ", html_metric_label(measurement->metric->name), " was ");
        html_quantity(out, measurement->summary.median, measurement->metric->unit);
        buf_putc(out, '.');
    }
    buf_puts(out, "</small></p>\n");
}

static void add_summary_line(struct buf *out, const struct result *result)
{
    const struct measurement *main = result_main_measurement(result);
    buf_puts(out, "<summary>");
    buf_puts(out, "<h3><code>");
    html_name(out, result->benchmark.id, SIZE_MAX);
    buf_puts(out, "</code></h3> ");
    if (!html_is_blank(result->warning))
        html_warning_mark(out);
    buf_puts(out, "<span class=\"value\">");
    if (result->outcome != OUTCOME_OK || html_time(result) == NULL || main == NULL) {
        html_outcome_mark(out, result->outcome);
    } else {
        buf_puts(out, "<b>");
        html_quantity(out, main->summary.median, main->metric->unit);
        buf_puts(out, "</b> <small>");
        add_interval(out, &main->summary.interval, main->metric->unit);
        buf_puts(out, "</small>");
    }
    buf_puts(out, "</span></summary>\n");
}

struct section {
    size_t index;
    bool is_open;
    const struct html_site *site; /* NULL: in a file */
};

static void add_section(struct buf *out, const struct result *result, const struct section *section)
{
    const struct summary *time = html_time(result);
    buf_printf(out, "<section id=\"b%zu\" data-benchmark=\"", section->index + 1);
    html_attr(out, result->benchmark.id);
    buf_printf(out, "\"><details%s>", section->is_open ? " open=\"open\"" : "");
    add_summary_line(out, result);
    add_facts(out, result);
    if (section->site != NULL && time != NULL)
        section->site->add_links(out, result->benchmark.id);
    if (result->outcome == OUTCOME_FAILED)
        add_note(out, "bad", "Failed", result->reason);
    if (result->outcome == OUTCOME_SKIPPED)
        add_note(out, "soft", "Skipped", result->reason);
    if (!html_is_blank(result->warning))
        add_note(out, "open", "Warning", result->warning);
    buf_puts(out, "<div class=\"charts\"><div>\n");
    if (result->samples.count > 0)
        add_charts(out, result);
    else
        buf_puts(out, "<p class=\"soft\">No samples.</p>\n");
    html_stacks(out, result);
    buf_puts(out, "</div><div>\n");
    if (result->measurements.count > 0)
        add_statistics(out, result);
    if (time != NULL && time->sample_count > 1)
        add_percentiles(out, time);
    html_resources(out, result);
    buf_puts(out, "</div></div>\n");
    if (result->stacks != NULL)
        svg_flame(out, result->stacks);
    buf_puts(out, "</details></section>\n");
}

/* False when it does not fit. */
static bool add_if_fits(struct buf *out, const struct run *run, size_t index,
                        const struct html_site *site, size_t bytes_max)
{
    const struct result *result = &run->results.items[index];
    const bool is_special = result->outcome == OUTCOME_FAILED || !html_is_blank(result->warning);
    const struct section section = {index, is_special || run->results.count <= OPEN_SECTIONS_MAX,
                                    site};
    BUF_AUTO one;
    buf_init(&one, BUF_LENGTH_MAX);
    add_section(&one, result, &section);
    const bool fits = out->length + one.length <= bytes_max;
    if (one.status != ASSAY_OK)
        out->status = one.status;
    else if (fits)
        buf_add(out, one.text, one.length);
    return fits;
}

size_t html_sections(struct buf *out, const struct run *run, const struct html_site *site,
                     size_t bytes_max)
{
    const size_t count = run->results.count;
    size_t shown = 0;
    buf_puts(out, "<section id=\"benchmarks\">\n<h2>Each benchmark</h2>\n");
    while (shown < count && add_if_fits(out, run, shown, site, bytes_max))
        shown++;
    if (count == 0)
        buf_puts(out, "<p>There is none.</p>\n");
    else if (shown < count)
        buf_printf(out,
                   "<p class=\"note open\"><span>Left out here, so that the page stays small: the "
                   "charts and statistics of %s%zu of %zu benchmarks. With scripts the page draws "
                   "them; <code>assay show BENCHMARK</code> prints them.</span></p>\n",
                   shown > 0 ? "the last " : "", count - shown, count);
    buf_puts(out, "</section>\n");
    return shown;
}
