/* The terminal table.  One block a benchmark name, one line a combination of parameters, so that
 * what is meant to be compared stands together; half-widths in per cent, since that is what one
 * asks of a number. Invariant: no line of the table is wider than the paper; where that has no
 * width, names stay whole and all else fits 80 columns. */
#include "report/text.h"

#include <string.h>

#include "base/quantity.h"
#include "model/resources/resources.h"
#include "report/resources/resources.h"
#include "report/stacks/stacks.h"
#include "report/statistics/statistics.h"
#include "report/terminal/digest.h"
#include "report/values/line.h"

/* What stands right of the names takes NUMBER_COLUMNS. */
enum { NAME_COLUMNS = 40, NUMBER_COLUMNS = 40, ROOFLINE_COLUMNS = 9, NAME_COLUMNS_MAX = 120 };

static const struct measurement *measurement_of(const struct result *result, enum metric_id id)
{
    return result_measurement(result, METRICS[id].name);
}

static bool is_counted(const struct run *run)
{
    for (size_t i = 0; i < run->results.count; i++)
        if (measurement_of(&run->results.items[i], METRIC_TIME) == NULL &&
            measurement_of(&run->results.items[i], METRIC_INSTRUCTIONS) != NULL)
            return true;
    return false;
}

static bool same_group(const struct result *a, const struct result *b)
{
    return strcmp(a->benchmark.suite, b->benchmark.suite) == 0 &&
           strcmp(a->benchmark.name, b->benchmark.name) == 0;
}

static bool same_metric(const struct measurement *a, const struct measurement *b)
{
    return b != NULL && strcmp(a->metric->name, b->metric->name) == 0;
}

static bool is_better(const struct metric *metric, double value, double than)
{
    return metric->direction == HIGHER_IS_BETTER ? value > than : value < than;
}

/* Best median of the rows that `row` may be compared with; 0 when none was measured. */
static double best_ns_for(const struct run *run, const struct result *row)
{
    double best = 0;
    for (size_t i = 0; i < run->results.count; i++) {
        const struct result *result = &run->results.items[i];
        const struct measurement *time = result_main_measurement(result);
        if (time != NULL && benchmark_same_input(&result->benchmark, &row->benchmark) &&
            same_metric(time, result_main_measurement(row)) &&
            (best <= 0 || is_better(time->metric, time->summary.median, best)))
            best = time->summary.median;
    }
    return best;
}

static void add_precision(const struct summary *summary, struct buf *out)
{
    const struct interval *interval = &summary->interval;
    double half = fmax(interval->high - summary->median, summary->median - interval->low);
    double percent = summary->median > 0 ? half / summary->median * 100 : 0;
    if (interval->level <= 0)
        buf_printf(out, " %8s", "+-?");
    else
        buf_printf(out,
                   percent < 10     ? " +-%4.2f%%"
                   : percent < 1000 ? " +-%4.0f%%"
                                    : " +->999%%",
                   percent);
}

/* The rate, or the time where something else leads. */
static void add_second(const struct result *result, struct buf *out)
{
    char text[QUANTITY_TEXT_MAX] = "";
    const struct measurement *time = measurement_of(result, METRIC_TIME);
    const struct measurement *second =
        time == NULL || time == result_main_measurement(result) ? result_rate(result) : time;
    if (second != NULL)
        quantity_format(second->summary.median, second->metric->unit, text);
    buf_printf(out, " %10s", text);
}

/* The table on its way to a page. */
struct sheet {
    const struct run *run;
    const struct paper *paper;
    unsigned name_columns;
    bool has_roofline;
    struct buf *out;
};

static bool is_swept(const struct result *result)
{
    return result->benchmark.params[0] != '\0';
}

/* What the line of a result is called: its parameters below a head, or its id. */
static void add_line_name(const struct result *result, struct buf *name)
{
    buf_puts(name, is_swept(result) ? "  " : "");
    report_text_line(is_swept(result) ? result->benchmark.params : result->benchmark.id, name);
}

static bool has_roofline(const struct run *run)
{
    for (size_t i = 0; i < run->results.count; i++)
        if (measurement_of(&run->results.items[i], METRIC_ROOFLINE) != NULL)
            return true;
    return false;
}

static void add_roofline(const struct result *result, struct buf *out)
{
    const struct measurement *share = measurement_of(result, METRIC_ROOFLINE);
    if (share == NULL)
        buf_printf(out, "%*s", ROOFLINE_COLUMNS, "");
    else
        buf_printf(out, share->summary.median < 9.95 ? " %6.1f %%" : " %6.0f %%",
                   fmin(share->summary.median, 99999));
}

/* Wide enough for the longest name, as far as the paper goes. */
static unsigned name_columns(const struct run *run, const struct paper *paper)
{
    unsigned widest = NAME_COLUMNS, room = paper_columns(paper) - NUMBER_COLUMNS;
    room -= has_roofline(run) ? ROOFLINE_COLUMNS : 0;
    for (size_t i = 0; i < run->results.count; i++) {
        BUF_AUTO name;
        buf_init(&name, 4096);
        add_line_name(&run->results.items[i], &name);
        if (paper_width(name.text) > widest)
            widest = paper_width(name.text);
    }
    room = room < NAME_COLUMNS_MAX ? room : NAME_COLUMNS_MAX;
    return widest < room ? widest : room;
}

/* A name that leaves no room for numbers has lines of its own, where the paper has a width. */
static void add_padded_name(const struct sheet *sheet, const char *name, struct buf *out)
{
    const unsigned columns = sheet->paper->columns;
    if (columns > 0 && paper_width(name) > sheet->name_columns) {
        paper_name(name, 4, columns, out);
        buf_putc(out, '\n');
        name = "";
    }
    paper_word(sheet->paper, INK_PLAIN, name, (int)sheet->name_columns, out);
}

static void add_row(const struct sheet *sheet, const struct result *result, const char *name)
{
    char text[QUANTITY_TEXT_MAX];
    struct buf *out = sheet->out;
    const double best_ns = best_ns_for(sheet->run, result);
    const struct measurement *time = result_main_measurement(result);
    add_padded_name(sheet, name, out);
    if (time == NULL) {
        buf_putc(out, ' ');
        paper_word(sheet->paper, result->outcome == OUTCOME_FAILED ? INK_BAD : INK_DOUBT,
                   outcome_name(result->outcome), 0, out);
        buf_putc(out, '\n');
        return;
    }
    const bool counted = time->metric == &METRICS[METRIC_INSTRUCTIONS]; /* the head says of what */
    buf_printf(out, " %10s",
               quantity_format(time->summary.median, counted ? "" : time->metric->unit, text));
    add_precision(&time->summary, out);
    add_second(result, out);
    if (sheet->has_roofline)
        add_roofline(result, out);
    double factor = best_ns > 0 ? time->summary.median / best_ns : 1;
    if (time->metric->direction == HIGHER_IS_BETTER)
        factor = time->summary.median > 0 ? best_ns / time->summary.median : 1;
    if (factor > 1)
        buf_printf(out, factor < 100 ? " %7.2fx" : factor < 1e7 ? " %7.0fx" : " %7.1ex", factor);
    buf_putc(out, '\n');
}

static void add_group(const struct sheet *sheet, size_t first)
{
    const struct result *head = &sheet->run->results.items[first];
    if (is_swept(head)) {
        BUF_AUTO name;
        buf_init(&name, 4096);
        buf_printf(&name, "%s/%s", head->benchmark.suite, head->benchmark.name);
        if (sheet->paper->columns > 0)
            paper_name(name.text, 4, sheet->paper->columns, sheet->out);
        else
            buf_puts(sheet->out, name.text);
        buf_putc(sheet->out, '\n');
    }
    for (size_t i = first; i < sheet->run->results.count; i++) {
        const struct result *result = &sheet->run->results.items[i];
        if (!same_group(result, head))
            continue;
        BUF_AUTO name;
        buf_init(&name, 4096);
        add_line_name(result, &name);
        add_row(sheet, result, name.text);
    }
}

static bool starts_group(const struct run *run, size_t at)
{
    for (size_t i = 0; i < at; i++)
        if (same_group(&run->results.items[i], &run->results.items[at]))
            return false;
    return true;
}

/* Failures stand at the head of the text. */
static void add_notes(const struct sheet *sheet)
{
    for (size_t i = 0; i < sheet->run->results.count; i++) {
        const struct result *result = &sheet->run->results.items[i];
        if (result->outcome == OUTCOME_SKIPPED)
            report_note(INK_DOUBT, outcome_name(result->outcome), result, result->reason,
                        sheet->paper, sheet->out);
        if (result->warning[0] != '\0')
            report_note(INK_DOUBT, "warning", result, result->warning, sheet->paper, sheet->out);
    }
}

/* What benchmarks state of themselves, a line a benchmark. */
static void add_own_metrics(const struct run *run, struct buf *out)
{
    for (size_t i = 0; i < run->results.count; i++) {
        const struct result *result = &run->results.items[i];
        const char *before = "";
        for (size_t m = 0; m < result->measurements.count; m++) {
            const struct measurement *own = &result->measurements.items[m];
            char text[QUANTITY_TEXT_MAX];
            if (metric_find(own->metric->name) != NULL)
                continue;
            if (*before == '\0') {
                buf_puts(out, "states ");
                report_text_line(result->benchmark.id, out);
                before = ": ";
            }
            buf_printf(out, "%s%s %s", before, own->metric->name,
                       quantity_format(own->summary.median, own->metric->unit, text));
            before = ", ";
        }
        buf_puts(out, *before ? "\n" : "");
    }
}

/* Missed ones stand at the head of the text. */
static void add_targets(const struct run *run, const struct paper *paper, struct buf *out)
{
    size_t counts[TARGET_UNDECIDED + 1] = {0};
    for (size_t i = 0; i < run->targets.count; i++)
        counts[run->targets.items[i].status]++;
    if (counts[TARGET_NONE] == run->targets.count)
        return;
    buf_printf(out, "\ntargets: %zu met, %zu missed, %zu undecided\n", counts[TARGET_MET],
               counts[TARGET_MISSED], counts[TARGET_UNDECIDED]);
    for (size_t i = 0; i < run->targets.count; i++)
        if (run->targets.items[i].status == TARGET_MET ||
            run->targets.items[i].status == TARGET_UNDECIDED)
            report_target(run, &run->targets.items[i], paper, out);
}

static void add_claim(const struct run *run, const struct claim *claim, struct buf *out)
{
    char ours[QUANTITY_TEXT_MAX], theirs[QUANTITY_TEXT_MAX];
    for (size_t i = 0; i < run->results.count; i++) {
        const struct result *result = &run->results.items[i];
        const struct measurement *found = NULL;
        for (size_t m = 0; m < result->measurements.count; m++)
            if (strcmp(result->measurements.items[m].metric->name, claim->metric) == 0)
                found = &result->measurements.items[m];
        if (found == NULL || strcmp(result->benchmark.id, claim->benchmark) != 0)
            continue;
        buf_printf(out, "  %s\n            %s here; the source states %s (%s)\n", claim->benchmark,
                   quantity_format(found->summary.median, found->metric->unit, ours),
                   quantity_format(claim->value, found->metric->unit, theirs), claim->source);
    }
}

static void add_claims(const struct run *run, struct buf *out)
{
    BUF_AUTO text;
    buf_init(&text, BUF_LENGTH_MAX);
    for (size_t i = 0; i < run->claims.count; i++)
        add_claim(run, &run->claims.items[i], &text);
    if (text.length > 0)
        buf_printf(out, "\nclaims of the sources, not measured here:\n%s", text.text);
}

void report_text_plan(const struct plan *plan, struct buf *out)
{
    buf_printf(out, "%s: %u launch%s", plan->profile, plan->launches,
               plan->launches == 1 ? "" : "es");
    if (strcmp(plan->profile, METRICS[METRIC_INSTRUCTIONS].name) == 0) {
        buf_puts(out, ", counted under valgrind");
        return;
    }
    buf_puts(out, " x ");
    if (plan->sample_count != 0)
        buf_printf(out, "%llu samples", (unsigned long long)plan->sample_count);
    else
        buf_printf(out, "%g s", plan->measure_seconds);
    if (plan->iterations != 0)
        buf_printf(out, " of %llu iterations", (unsigned long long)plan->iterations);
    if (plan->warmup_iterations != 0)
        buf_printf(out, ", after %llu iterations of warm-up",
                   (unsigned long long)plan->warmup_iterations);
    else
        buf_printf(out, ", warm-up up to %g s", plan->warmup_seconds);
    if (plan->left_out > 0)
        buf_printf(out,
                   "\n%u benchmark%s tagged '%s' left out; to have %s: --profile standard, %%%s or "
                   "a pattern",
                   plan->left_out, plan->left_out == 1 ? "" : "s", PLAN_TAG_SLOW,
                   plan->left_out == 1 ? "it" : "them", PLAN_TAG_SLOW);
}

void report_text_run(const struct run *run, struct buf *out)
{
    const struct environment *environment = &run->environment;
    buf_printf(out, "run %s  %s%s\n", run->id, run->started_at,
               run->interrupted ? "  interrupted" : "");
    if (run->label[0] != '\0')
        buf_printf(out, "label    %s\n", run->label);
    if (run->commit[0] != '\0')
        buf_printf(out, "commit   %.12s%s %s %s\n", run->commit,
                   strchr(run->commit, '+') ? "+" : "", run->branch, run->tag);
    buf_printf(out, "machine  %s, %u cores, %s\nplan     ", environment->cpu, environment->cores,
               environment->kernel);
    report_text_plan(&run->plan, out);
    buf_puts(out, "\n\n");
}

void report_text(const struct run *run, const struct moved *moved, const struct paper *paper,
                 struct buf *out)
{
    const struct sheet sheet = {run, paper, name_columns(run, paper), has_roofline(run), out};
    bool counted = is_counted(run);
    report_digest(run, moved, paper, out);
    buf_printf(out, "%-*s %*s %8s %10s%s %8s\n", (int)sheet.name_columns, "benchmark", 10,
               counted ? "instr." : "time", "95 %", counted ? "" : "rate",
               sheet.has_roofline ? " roofline" : "", counted ? "more" : "slower");
    for (size_t i = 0; i < run->results.count; i++)
        if (starts_group(run, i))
            add_group(&sheet, i);
    add_own_metrics(run, out);
    add_notes(&sheet);
    report_scaling_text(run, out);
    report_resources(run, out);
    report_stacks(run, out);
    add_targets(run, paper, out);
    add_claims(run, out);
}
