/* The terminal table.  One block a benchmark name, one line a combination of parameters, so that
 * what is meant to be compared stands together; half-widths in per cent, since that is what one
 * asks of a number. Invariant: no line of the table is wider than 80 columns for ids that leave
 * room for it. */
#include "report/text.h"

#include <math.h>
#include <string.h>

#include "base/quantity.h"
#include "base/text.h"
#include "model/resources/resources.h"
#include "report/resources/resources.h"
#include "report/statistics/statistics.h"

enum { NAME_COLUMNS = 40 };

/* Bytes of sound UTF-8. */
static void add_sound(const char *text, size_t length, struct buf *out)
{
    for (size_t i = 0; i < length; i++) {
        unsigned char c = (unsigned char)text[i];
        bool is_c1 = c == 0xC2 && (unsigned char)text[i + 1] < 0xA0; /* U+0080..009F */
        bool harmless = c >= ' ' && c != 0x7F && !is_c1;
        buf_add(out, harmless ? &text[i] : "?", 1);
        i += is_c1;
    }
}

void report_text_line(const char *text, struct buf *out)
{
    for (size_t left = strlen(text); left > 0;) {
        size_t sound = text_utf8_prefix(text, left);
        add_sound(text, sound, out);
        if (sound == left)
            return;
        buf_putc(out, '?');
        text += sound + 1;
        left -= sound + 1;
    }
}

void report_text_mended(const char *text, struct buf *out)
{
    static const char REPLACEMENT[] = "\xEF\xBF\xBD"; /* U+FFFD */
    for (size_t left = strlen(text); left > 0;) {
        size_t sound = text_utf8_prefix(text, left);
        buf_add(out, text, sound);
        if (sound < left)
            buf_puts(out, REPLACEMENT);
        text += sound + (sound < left);
        left -= sound + (sound < left);
    }
}

static const struct measurement *measurement_of(const struct result *result, enum metric_id id)
{
    return result_measurement(result, METRICS[id].name);
}

static const struct measurement *rate_of(const struct result *result)
{
    const struct measurement *rate = measurement_of(result, METRIC_BYTES);
    return rate != NULL ? rate : measurement_of(result, METRIC_ITEMS);
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
        time == NULL || time == result_main_measurement(result) ? rate_of(result) : time;
    if (second != NULL)
        quantity_format(second->summary.median, second->metric->unit, text);
    buf_printf(out, " %10s", text);
}

static void add_row(const struct result *result, const char *name, double best_ns, struct buf *out)
{
    char text[QUANTITY_TEXT_MAX];
    const struct measurement *time = result_main_measurement(result);
    buf_printf(out, "%-*s", NAME_COLUMNS, name);
    if (time == NULL) {
        buf_printf(out, " %s\n", outcome_name(result->outcome));
        return;
    }
    const bool counted = time->metric == &METRICS[METRIC_INSTRUCTIONS]; /* the head says of what */
    buf_printf(out, " %10s",
               quantity_format(time->summary.median, counted ? "" : time->metric->unit, text));
    add_precision(&time->summary, out);
    add_second(result, out);
    double factor = best_ns > 0 ? time->summary.median / best_ns : 1;
    if (time->metric->direction == HIGHER_IS_BETTER)
        factor = time->summary.median > 0 ? best_ns / time->summary.median : 1;
    if (factor > 1)
        buf_printf(out, factor < 100 ? " %7.2fx" : factor < 1e7 ? " %7.0fx" : " %7.1ex", factor);
    buf_putc(out, '\n');
}

static void add_group(const struct run *run, size_t first, struct buf *out)
{
    const struct result *head = &run->results.items[first];
    bool swept = head->benchmark.params[0] != '\0';
    if (swept)
        buf_printf(out, "%s/%s\n", head->benchmark.suite, head->benchmark.name);
    for (size_t i = first; i < run->results.count; i++) {
        const struct result *result = &run->results.items[i];
        if (!same_group(result, head))
            continue;
        BUF_AUTO name;
        buf_init(&name, 4096);
        buf_puts(&name, swept ? "  " : "");
        report_text_line(swept ? result->benchmark.params : result->benchmark.id, &name);
        add_row(result, name.text, best_ns_for(run, result), out);
    }
}

static bool starts_group(const struct run *run, size_t at)
{
    for (size_t i = 0; i < at; i++)
        if (same_group(&run->results.items[i], &run->results.items[at]))
            return false;
    return true;
}

static void add_note(const char *word, const struct result *result, const char *text,
                     struct buf *out)
{
    buf_printf(out, "%s ", word);
    report_text_line(result->benchmark.id, out);
    buf_puts(out, ": ");
    report_text_line(text, out);
    buf_putc(out, '\n');
}

static void add_notes(const struct run *run, struct buf *out)
{
    for (size_t i = 0; i < run->results.count; i++) {
        const struct result *result = &run->results.items[i];
        if (result->outcome != OUTCOME_OK)
            add_note(outcome_name(result->outcome), result, result->reason, out);
        if (result->warning[0] != '\0')
            add_note("warning", result, result->warning, out);
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

static const char *unit_of(const struct run *run, const struct target *target)
{
    const struct metric *known = resource_or_metric(target->metric);
    for (size_t i = 0; i < run->results.count && known == NULL; i++) {
        const struct result *result = &run->results.items[i];
        const struct measurement *found = result_measurement(result, target->metric);
        if (found != NULL && strcmp(result->benchmark.id, target->benchmark) == 0)
            known = found->metric;
    }
    return known != NULL ? known->unit : "";
}

static void add_target(const struct run *run, const struct target *target, struct buf *out)
{
    char got[QUANTITY_TEXT_MAX], bound[QUANTITY_TEXT_MAX];
    const char *unit = unit_of(run, target);
    buf_printf(out, "  %-9s %s", target_status_name(target->status), target->benchmark);
    if (target->versus != NULL && target->status != TARGET_NONE)
        buf_printf(out, "\n            %.3gx faster than %s (wanted: %.3gx)", target->measured,
                   target->versus, target->limit);
    else if (target->versus != NULL)
        buf_printf(out, " (wanted: %.3gx faster than %s)", target->limit, target->versus);
    else if (isnan(target->measured))
        buf_printf(out, ": %s is not measured", target->metric);
    else if (target->status != TARGET_NONE)
        buf_printf(out, ": %s (bound: %s)", quantity_format(target->measured, unit, got),
                   quantity_format(target->limit, unit, bound));
    buf_putc(out, '\n');
}

static void add_targets(const struct run *run, struct buf *out)
{
    size_t counts[TARGET_UNDECIDED + 1] = {0};
    for (size_t i = 0; i < run->targets.count; i++)
        counts[run->targets.items[i].status]++;
    if (counts[TARGET_NONE] == run->targets.count)
        return;
    buf_printf(out, "\ntargets: %zu met, %zu missed, %zu undecided\n", counts[TARGET_MET],
               counts[TARGET_MISSED], counts[TARGET_UNDECIDED]);
    for (size_t i = 0; i < run->targets.count; i++)
        if (run->targets.items[i].status != TARGET_NONE)
            add_target(run, &run->targets.items[i], out);
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

void report_text(const struct run *run, struct buf *out)
{
    bool counted = is_counted(run);
    buf_printf(out, "%-*s %*s %8s %10s %8s\n", NAME_COLUMNS, "benchmark", 10,
               counted ? "instr." : "time", "95 %", counted ? "" : "rate",
               counted ? "more" : "slower");
    for (size_t i = 0; i < run->results.count; i++)
        if (starts_group(run, i))
            add_group(run, i, out);
    add_own_metrics(run, out);
    add_notes(run, out);
    report_scaling_text(run, out);
    report_resources(run, out);
    add_targets(run, out);
    add_claims(run, out);
}
