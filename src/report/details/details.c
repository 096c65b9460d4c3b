/* Statistics by name, value and meaning.  Why the meaning stands beside each: who asks for one
 * benchmark alone wants to know what its numbers say, and "sd" says different things to different
 * people.  Invariant: every number is printed as it was stored. */
#include "report/details/details.h"

#include <stdio.h>
#include <string.h>

#include "base/quantity.h"
#include "report/stacks/stacks.h"
#include "report/terminal/histogram.h"
#include "report/values/line.h"

enum { MEANING_INDENT = 30, LABEL_WIDTH = 17, PATH_INDENT = 4 };

static void add_row(const char *name, const char *value, const char *meaning, struct buf *out)
{
    buf_printf(out, "  %-14s %11s  ", name, value);
    buf_wrap(out, meaning, MEANING_INDENT);
}

static void add_interval(const struct summary *summary, const char *unit, struct buf *out)
{
    char low[QUANTITY_TEXT_MAX], high[QUANTITY_TEXT_MAX];
    BUF_AUTO meaning;
    buf_init(&meaning, 1024);
    if (!(summary->interval.level > 0))
        return;
    buf_printf(
        &meaning,
        "to %s: where the median lies with %g %% confidence, by the scatter between launches",
        quantity_format(summary->interval.high, unit, high), summary->interval.level * 100);
    add_row("interval", quantity_format(summary->interval.low, unit, low), meaning.text, out);
}

static void add_percentile(const struct percentile *percentile, const char *unit, struct buf *out)
{
    char name[32], value[QUANTITY_TEXT_MAX], low[QUANTITY_TEXT_MAX], high[QUANTITY_TEXT_MAX];
    BUF_AUTO meaning;
    buf_init(&meaning, 1024);
    snprintf(name, sizeof name, "p%g", percentile->rank);
    if (!percentile->sufficient) {
        add_row(name, "-", "too few samples to bound it on both sides", out);
        return;
    }
    buf_printf(&meaning, "%g %% of the samples are below; interval %s to %s", percentile->rank,
               quantity_format(percentile->interval.low, unit, low),
               quantity_format(percentile->interval.high, unit, high));
    add_row(name, quantity_format(percentile->value, unit, value), meaning.text, out);
}

static void add_measurement(const struct measurement *measurement, struct buf *out)
{
    const struct summary *summary = &measurement->summary;
    const char *unit = measurement->metric->unit;
    char text[QUANTITY_TEXT_MAX];
    const struct {
        const char *name;
        double value;
        const char *meaning;
    } rows[] = {
        {"mean", summary->mean, "of all samples; slow ones pull it up"},
        {"sd", summary->sd, "standard deviation of the samples around their mean"},
        {"mad", summary->mad,
         "median distance of the samples from their median; single slow ones do not change it"},
        {"min", summary->min, "the smallest sample"},
        {"max", summary->max, "the largest sample"},
    };
    buf_printf(out, "\n%s, %s is better\n", measurement->metric->name,
               measurement->metric->direction == LOWER_IS_BETTER ? "lower" : "higher");
    add_row("median", quantity_format(summary->median, unit, text),
            "of the medians of the launches: the number to quote", out);
    add_interval(summary, unit, out);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        add_row(rows[i].name, quantity_format(rows[i].value, unit, text), rows[i].meaning, out);
    for (int i = 0; i < PERCENTILE_COUNT; i++)
        add_percentile(&summary->percentiles[i], unit, out);
    snprintf(text, sizeof text, "%zu", summary->sample_count);
    add_row("samples", text, "timed batches, or single values where nothing is timed", out);
    snprintf(text, sizeof text, "%zu", summary->launch_count);
    add_row("launches", text, "fresh processes; the interval rests on them alone", out);
}

static void add_line(const char *name, const char *text, struct buf *out)
{
    BUF_AUTO line;
    buf_init(&line, 1 << 16);
    if (text == NULL || text[0] == '\0')
        return;
    report_text_line(text, &line);
    buf_printf(out, "  %-14s ", name);
    buf_wrap(out, line.text, 17);
}

/* A path has no blanks to break it at. */
static void add_path(const char *name, const char *text, const struct paper *paper, struct buf *out)
{
    BUF_AUTO line;
    buf_init(&line, 1 << 16);
    report_text_line(text, &line);
    if (line.length == 0)
        return;
    buf_printf(out, "  %-14s ", name);
    if (paper->columns > 0 && LABEL_WIDTH + paper_width(line.text) > paper->columns)
        buf_printf(out, "\n%*s", PATH_INDENT, "");
    if (paper->columns > 0)
        paper_name(line.text, PATH_INDENT, paper->columns, out);
    else
        buf_puts(out, line.text);
    buf_putc(out, '\n');
}

void report_text_result(const struct result *result, const struct paper *paper, struct buf *out)
{
    buf_printf(out, "%s: %s\n", result->benchmark.id, outcome_name(result->outcome));
    add_line("what it does", result->benchmark.description, out);
    add_line("tags", result->benchmark.tags, out);
    add_path("module", result->benchmark.module, paper, out);
    add_line("compiler", result->benchmark.compiler, out);
    add_line("reason", result->reason, out);
    add_line("warning", result->warning, out);
    report_histogram(result, paper, out);
    for (size_t i = 0; i < result->measurements.count; i++)
        add_measurement(&result->measurements.items[i], out);
    report_stacks_result(result, out);
}

void report_text_environment(const struct environment *environment, struct buf *out)
{
    char text[QUANTITY_TEXT_MAX];
    struct fact fact;
    buf_puts(out, "environment\n");
    add_line("host", environment->hostname, out);
    add_line("cpu", environment->cpu, out);
    snprintf(text, sizeof text, "%u", environment->cores);
    add_line("cores", text, out);
    add_line("memory", quantity_format(environment->memory_bytes, "B", text), out);
    add_line("kernel", environment->kernel, out);
    add_line("os", environment->os, out);
    add_line("compiler", environment->compiler, out);
    add_line("governor", environment->governor, out);
    for (const char *at = environment->facts; environment_next_fact(&at, &fact);) {
        BUF_AUTO line;
        buf_init(&line, 1 << 16);
        buf_printf(&line, "%.*s: %.*s", (int)fact.name_length, fact.name, (int)fact.value_length,
                   fact.value);
        buf_puts(out, "  ");
        buf_wrap(out, line.text, 4);
    }
}
