/* A run as a table: results.csv and summary.md.  One row a metric, since a row is what a
 * spreadsheet sorts and filters; the run's own facts are repeated in each row, so that files of
 * several runs can be put under each other.  Invariant: columns are a contract (docs/outputs.md):
 * add, never rename.
 */
#include <math.h>
#include <string.h>

#include "model/resources/resources.h"
#include "report/table/tables.h"
#include "report/text.h"

struct row {
    const struct run *run;
    const struct result *result;
    const struct measurement *measurement; /* NULL: nothing was measured */
};

#define CELL(name, expression)                                                                     \
    static struct cell name(const void *at)                                                        \
    {                                                                                              \
        const struct row *row = at;                                                                \
        return (expression);                                                                       \
    }
/* Of what was measured; else empty. */
#define MEASURED(name, expression)                                                                 \
    static struct cell name(const void *at)                                                        \
    {                                                                                              \
        const struct row *row = at;                                                                \
        if (row->measurement == NULL)                                                              \
            return cell_empty();                                                                   \
        const struct summary *summary = &row->measurement->summary;                                \
        return (expression);                                                                       \
    }
#define UNIT row->measurement->metric->unit

static struct cell percentile_of(const struct row *row, double rank)
{
    for (int i = 0; row->measurement != NULL && i < PERCENTILE_COUNT; i++) {
        const struct percentile *percentile = &row->measurement->summary.percentiles[i];
        if (percentile->sufficient && fabs(percentile->rank - rank) < 1e-9)
            return cell_quantity(percentile->value, UNIT);
    }
    return cell_empty();
}

/* The absolute target of the row's metric, as the JSON has it. */
static const struct target *target_of(const struct row *row)
{
    for (size_t i = 0; row->measurement != NULL && i < row->run->targets.count; i++) {
        const struct target *target = &row->run->targets.items[i];
        if (target->status != TARGET_NONE && target->versus == NULL &&
            strcmp(target->benchmark, row->result->benchmark.id) == 0 &&
            strcmp(target->metric, row->measurement->metric->name) == 0)
            return target;
    }
    return NULL;
}

static struct cell target_bound(const void *at)
{
    const struct row *row = at;
    const struct target *target = target_of(row);
    return target ? cell_quantity(target->limit, UNIT) : cell_empty();
}

static struct cell target_status(const void *at)
{
    const struct target *target = target_of(at);
    return target ? cell_text(target_status_name(target->status)) : cell_empty();
}

static const struct metric *metric_of(const struct row *row)
{
    return row->measurement ? row->measurement->metric : &METRICS[METRIC_TIME];
}

CELL(run_id, cell_text(row->run->id))
CELL(started_at, cell_text(row->run->started_at))
CELL(commit, cell_text(row->run->commit))
CELL(label, cell_text(row->run->label))
CELL(profile, cell_text(row->run->plan.profile))
CELL(benchmark, cell_text(row->result->benchmark.id))
CELL(suite, cell_text(row->result->benchmark.suite))
CELL(name, cell_text(row->result->benchmark.name))
CELL(params, cell_text(row->result->benchmark.params))
CELL(metric, cell_text(metric_of(row)->name))
CELL(unit, cell_text(metric_of(row)->unit))
CELL(direction, cell_text(metric_of(row)->direction == LOWER_IS_BETTER ? "lower" : "higher"))
CELL(status, cell_text(outcome_name(row->result->outcome)))
CELL(reason, cell_text(row->result->reason))
CELL(warning, cell_text(row->result->warning))
MEASURED(median, cell_quantity(summary->median, UNIT))
MEASURED(low, cell_quantity(summary->interval.low, UNIT))
MEASURED(high, cell_quantity(summary->interval.high, UNIT))
MEASURED(level, cell_number(summary->interval.level))
MEASURED(mean, cell_quantity(summary->mean, UNIT))
MEASURED(sd, cell_quantity(summary->sd, UNIT))
MEASURED(mad, cell_quantity(summary->mad, UNIT))
MEASURED(min, cell_quantity(summary->min, UNIT))
MEASURED(max, cell_quantity(summary->max, UNIT))
CELL(p50, percentile_of(row, 50))
CELL(p90, percentile_of(row, 90))
CELL(p95, percentile_of(row, 95))
CELL(p99, percentile_of(row, 99))
CELL(p99_9, percentile_of(row, 99.9))
CELL(sample_count, cell_count(row->measurement ? row->measurement->summary.sample_count : 0))
MEASURED(launch_count, cell_count(summary->launch_count))
CELL(hostname, cell_text(row->run->environment.hostname))
CELL(fingerprint, cell_text(row->run->environment.fingerprint))

static const struct table_column COLUMNS[] = {
    {"run", run_id, PAGE_NONE},
    {"started_at", started_at, PAGE_NONE},
    {"commit", commit, PAGE_NONE},
    {"label", label, PAGE_NONE},
    {"profile", profile, PAGE_NONE},
    {"benchmark", benchmark, PAGE_TEXT},
    {"suite", suite, PAGE_NONE},
    {"name", name, PAGE_NONE},
    {"params", params, PAGE_NONE},
    {"metric", metric, PAGE_TEXT},
    {"unit", unit, PAGE_NONE},
    {"direction", direction, PAGE_NONE},
    {"status", status, PAGE_TEXT},
    {"reason", reason, PAGE_TEXT},
    {"warning", warning, PAGE_NONE},
    {"median", median, PAGE_NUMBER},
    {"low", low, PAGE_NUMBER},
    {"high", high, PAGE_NUMBER},
    {"level", level, PAGE_NONE},
    {"mean", mean, PAGE_NONE},
    {"sd", sd, PAGE_NONE},
    {"mad", mad, PAGE_NONE},
    {"min", min, PAGE_NONE},
    {"max", max, PAGE_NONE},
    {"p50", p50, PAGE_NONE},
    {"p90", p90, PAGE_NONE},
    {"p95", p95, PAGE_NONE},
    {"p99", p99, PAGE_NUMBER},
    {"p99_9", p99_9, PAGE_NONE},
    {"sample_count", sample_count, PAGE_NUMBER},
    {"launch_count", launch_count, PAGE_NONE},
    {"target", target_bound, PAGE_NONE},
    {"target_status", target_status, PAGE_TEXT},
    {"hostname", hostname, PAGE_NONE},
    {"fingerprint", fingerprint, PAGE_NONE},
    {NULL, NULL, PAGE_NONE},
};

/* What the benchmark is about stands first. */
static void add_measurements(const struct table *table, struct row *row)
{
    const struct measurement *main = result_main_measurement(row->result);
    row->measurement = main;
    if (main != NULL)
        table_row(table, row);
    for (size_t i = 0; i < row->result->measurements.count; i++) {
        row->measurement = &row->result->measurements.items[i];
        if (row->measurement != main)
            table_row(table, row);
    }
}

static void add_results(const struct table *table, const struct run *run)
{
    table_begin(table);
    for (size_t i = 0; i < run->results.count; i++) {
        const struct result *result = &run->results.items[i];
        struct row row = {run, result, NULL};
        if (result->measurements.count == 0)
            table_row(table, &row);
        else
            add_measurements(table, &row);
    }
}

#define TARGET_CELL(name, expression)                                                              \
    static struct cell name(const void *at)                                                        \
    {                                                                                              \
        const struct target *target = at;                                                          \
        return (expression);                                                                       \
    }
static const char *unit_of(const struct target *target)
{
    const struct metric *known =
        target->versus || target->growth ? NULL : resource_or_metric(target->metric);
    return known ? known->unit : NULL;
}
TARGET_CELL(target_benchmark, cell_text(target->benchmark))
TARGET_CELL(target_metric, cell_text(target->metric))
TARGET_CELL(target_versus, cell_text(target->versus))
TARGET_CELL(target_growth, cell_text(target->growth))
TARGET_CELL(target_limit, cell_quantity(target->limit, unit_of(target)))
TARGET_CELL(target_measured, target->status == TARGET_NONE
                                 ? cell_empty()
                                 : cell_quantity(target->measured, unit_of(target)))
TARGET_CELL(target_word,
            cell_text(target->status == TARGET_NONE ? "not_run"
                                                    : target_status_name(target->status)))

static const struct table_column TARGET_COLUMNS[] = {
    {"target of", target_benchmark, PAGE_TEXT}, {"metric", target_metric, PAGE_TEXT},
    {"versus", target_versus, PAGE_TEXT},       {"growth", target_growth, PAGE_TEXT},
    {"bound", target_limit, PAGE_NUMBER},       {"measured", target_measured, PAGE_NUMBER},
    {"status", target_word, PAGE_TEXT},         {NULL, NULL, PAGE_NONE},
};

/* Targets of suites that the run did not touch are not worth a row. */
static bool is_of_run(const struct run *run, const struct target *target)
{
    const size_t suite = strcspn(target->benchmark, "/");
    bool known = target->status != TARGET_NONE;
    for (size_t i = 0; i < run->results.count && !known; i++) {
        const char *id = run->results.items[i].benchmark.id;
        known = strcspn(id, "/") == suite && strncmp(id, target->benchmark, suite) == 0;
    }
    return known;
}

/* Which run it is; every line is a paragraph of its own list. */
static void add_head(const struct run *run, struct buf *out)
{
    const struct environment *environment = &run->environment;
    const struct {
        const char *name, *text;
    } lines[] = {{"label", run->label},
                 {"commit", run->commit},
                 {"machine", environment->cpu},
                 {"kernel", environment->kernel},
                 {"compiler", environment->compiler}};
    buf_puts(out, "# Run ");
    table_markdown_text(run->id, out);
    buf_printf(out, "\n\n- started %s%s\n", run->started_at,
               run->interrupted ? ", interrupted" : "");
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++)
        if (lines[i].text[0] != '\0') {
            buf_printf(out, "- %s: ", lines[i].name);
            table_markdown_text(lines[i].text, out);
            buf_putc(out, '\n');
        }
    buf_puts(out, "- plan: ");
    report_text_plan(&run->plan, out);
    buf_puts(out, "\n\n");
}

assay_status report_csv_run(const struct run *run, struct buf *out)
{
    add_results(&(struct table){TABLE_CSV, COLUMNS, out}, run);
    return out->status;
}

assay_status report_markdown_run(const struct run *run, struct buf *out)
{
    add_head(run, out);
    add_results(&(struct table){TABLE_MARKDOWN, COLUMNS, out}, run);
    if (run->targets.count > 0) {
        const struct table targets = {TABLE_MARKDOWN, TARGET_COLUMNS, out};
        buf_putc(out, '\n');
        table_begin(&targets);
        for (size_t i = 0; i < run->targets.count; i++)
            if (is_of_run(run, &run->targets.items[i]))
                table_row(&targets, &run->targets.items[i]);
    }
    return out->status;
}

assay_status report_table_run(const struct run *run, enum table_format format, struct buf *out)
{
    return format == TABLE_CSV ? report_csv_run(run, out) : report_markdown_run(run, out);
}
