/* The table of a comparison: the change in per cent with its interval, the verdict, the kind.
 * Changed rows come first, since they are what one looks for; then the undecided, then the same. */
#include "report/comparison.h"

#include <math.h>
#include <string.h>

#include "base/quantity.h"
#include "report/terminal/paper.h"
#include "report/values/json_values.h"
#include "report/values/line.h"

enum { NOTE_AT = 10, NAME_AT = 42 };

static double percent(double ratio)
{
    return (ratio - 1) * 100;
}

/* Whether the row has a ratio to show. */
static bool has_numbers(const struct comparison *row)
{
    return row->verdict != VERDICT_NONE ||
           (row->kind == KIND_TARGET && row->target->status != TARGET_NONE);
}

/* Its id, and the metric where that is not the time of two versions.  Where the paper has a width
 * and the line no room, it goes below. */
static void add_name(const struct comparison *row, const struct paper *paper, struct buf *out)
{
    BUF_AUTO name;
    buf_init(&name, 1 << 16);
    report_text_line(row->benchmark, &name);
    if (row->kind == KIND_TARGET)
        buf_puts(&name, " (target)");
    else if (strcmp(row->metric, METRICS[METRIC_TIME].name) != 0)
        buf_printf(&name, " (%s)", row->metric);
    if (paper->columns > 0 && NAME_AT + paper_width(name.text) > paper->columns)
        buf_printf(out, "\n%*s", NOTE_AT, "");
    if (paper->columns > 0)
        paper_name(name.text, NOTE_AT, paper->columns, out);
    else
        buf_puts(out, name.text);
    buf_putc(out, '\n');
}

/* What a reader of a gate must know beside the numbers: the limits where they are not the usual
 * ones, and a baseline from elsewhere. */
static void add_conditions(const struct comparison *row, struct buf *out)
{
    const struct limits usual = LIMITS_DEFAULT, *limits = &row->limits;
    bool same = fabs(limits->warn - usual.warn) < 1e-9 && fabs(limits->fail - usual.fail) < 1e-9;
    if (limits->fail > 0 && (!same || limits->placement_fails))
        buf_printf(out, "%10slimits: warn %g %%, fail %g %%%s\n", "", limits->warn * 100,
                   limits->fail * 100, limits->placement_fails ? ", placement fails" : "");
    if (row->across_machines)
        buf_printf(out, "%10sold side from another machine%s\n", "",
                   row->kind == KIND_REMEASURED ? ", measured again on this one" : "");
}

static void add_note(const char *text, int indent, struct buf *out)
{
    BUF_AUTO harmless;
    buf_init(&harmless, 1 << 16);
    if (text[0] == '\0')
        return;
    report_text_line(text, &harmless);
    buf_printf(out, "%*s", indent, "");
    buf_wrap(out, harmless.text, (size_t)indent);
}

/* The word that the table is about: the verdict, or what the gate does. */
struct headword {
    const char *text;
    enum ink ink;
};

static struct headword verdict_word(enum verdict verdict)
{
    static const enum ink INKS[] = {[VERDICT_NONE] = INK_DOUBT,
                                    [VERDICT_SLOWER] = INK_BAD,
                                    [VERDICT_FASTER] = INK_GOOD,
                                    [VERDICT_UNDECIDED] = INK_DOUBT,
                                    [VERDICT_PLACEMENT] = INK_PLAIN};
    return (struct headword){verdict == VERDICT_NONE ? "-" : verdict_name(verdict), INKS[verdict]};
}

static struct headword gate_word(enum gate gate)
{
    static const enum ink INKS[] = {[GATE_PASS] = INK_GOOD,
                                    [GATE_WARN] = INK_DOUBT,
                                    [GATE_FAIL] = INK_BAD,
                                    [GATE_UNDECIDED] = INK_DOUBT};
    return (struct headword){gate_name(gate), INKS[gate]};
}

static void add_row(const struct comparison *row, struct headword word, const struct paper *paper,
                    struct buf *out)
{
    BUF_AUTO interval;
    buf_init(&interval, 64);
    const bool exact = strcmp(row->metric, METRICS[METRIC_INSTRUCTIONS].name) == 0;
    const int digits = exact ? 4 : 2;
    buf_printf(&interval, "%+.*f..%+.*f", digits, percent(row->interval.low), digits,
               percent(row->interval.high));
    if (!isfinite(row->interval.low) || !isfinite(row->interval.high))
        buf_error(&interval, ASSAY_OK, "(too few launches)");
    paper_word(paper, word.ink, word.text, 9, out);
    buf_putc(out, ' ');
    if (!has_numbers(row))
        buf_printf(out, "%32s", "");
    else
        buf_printf(out, "%+8.*f %%  %18s  ", digits, percent(row->ratio), interval.text);
    add_name(row, paper, out);
    add_note(row->reason, 10, out);
    if (row->quality_note != NULL)
        add_note(row->quality_note, 10, out);
    add_conditions(row, out);
    double apart = fabs(percent(row->ratio_q10) - percent(row->ratio));
    double width = percent(row->interval.high) - percent(row->interval.low);
    if (row->ratio_q10 > 0 && isfinite(width) && apart > fmax(1, width))
        buf_printf(out, "%10sthe fastest tenth says %+.2f %%: noise, or a change of the tail\n", "",
                   percent(row->ratio_q10));
    for (size_t i = 0; i < row->finding_count; i++) {
        add_note(row->findings[i].text, 10, out);
        add_note(row->findings[i].next, 12, out);
    }
}

static void add_group(const comparison_vec *rows, enum verdict verdict, const struct paper *paper,
                      struct buf *out)
{
    for (size_t i = 0; i < rows->count; i++)
        if (rows->items[i].verdict == verdict)
            add_row(&rows->items[i], verdict_word(verdict), paper, out);
}

/* Rows with numbers of one kind and pairing. */
static size_t count_kind(const comparison_vec *rows, enum pair_kind kind, const char *pairing)
{
    size_t count = 0;
    for (size_t i = 0; i < rows->count; i++) {
        const struct comparison *row = &rows->items[i];
        const char *own = row->pairing ? row->pairing : "";
        count += has_numbers(row) && row->kind == kind && strcmp(own, pairing) == 0;
    }
    return count;
}

/* "kind one_process", or each kind with the number of its rows; a kind that is measured in several
 * ways is named with each. */
static void add_kinds(const comparison_vec *rows, struct buf *out)
{
    static const char *const PAIRINGS[] = {"", "one_process", "lockstep", "apart"};
    enum { PAIRING_COUNT = sizeof PAIRINGS / sizeof *PAIRINGS };
    size_t kinds = 0;
    for (int i = 0; i < KIND_COUNT * PAIRING_COUNT; i++)
        kinds +=
            count_kind(rows, (enum pair_kind)(i / PAIRING_COUNT), PAIRINGS[i % PAIRING_COUNT]) > 0;
    buf_puts(out, kinds > 1 ? "kinds" : "kind");
    for (int i = 0; i < KIND_COUNT * PAIRING_COUNT; i++) {
        enum pair_kind kind = (enum pair_kind)(i / PAIRING_COUNT);
        const char *pairing = PAIRINGS[i % PAIRING_COUNT];
        size_t count = count_kind(rows, kind, pairing);
        if (count == 0)
            continue;
        buf_printf(out, " %s%s%s", pair_kind_name(kind), *pairing ? "/" : "", pairing);
        if (kinds > 1)
            buf_printf(out, " (%zu)", count);
    }
}

void report_text_comparison(const comparison_vec *rows, const struct paper *paper, struct buf *out)
{
    static const enum verdict ORDER[] = {VERDICT_SLOWER,    VERDICT_FASTER, VERDICT_PLACEMENT,
                                         VERDICT_UNDECIDED, VERDICT_NONE,   VERDICT_SAME};
    size_t counts[VERDICT_PLACEMENT + 1] = {0};
    double sum = 0;
    size_t compared = 0;
    buf_printf(out, "%-9s %10s  %18s  %s\n", "verdict", "change", "interval, %", "benchmark");
    for (size_t i = 0; i < sizeof ORDER / sizeof *ORDER; i++)
        add_group(rows, ORDER[i], paper, out);
    for (size_t i = 0; i < rows->count; i++) {
        counts[rows->items[i].verdict]++;
        if (rows->items[i].verdict == VERDICT_NONE)
            continue;
        sum += log(rows->items[i].ratio);
        compared++;
    }
    buf_printf(out, "\n%zu slower, %zu faster, %zu same, %zu undecided, %zu without a verdict",
               counts[VERDICT_SLOWER], counts[VERDICT_FASTER], counts[VERDICT_SAME],
               counts[VERDICT_UNDECIDED], counts[VERDICT_NONE]);
    if (compared > 0)
        buf_printf(out, "\ngeometric mean %+.2f %%, ", percent(exp(sum / (double)compared)));
    if (compared > 0)
        add_kinds(rows, out);
    buf_putc(out, '\n');
}

static void add_baseline(const struct gate_facts *facts, struct buf *out)
{
    if (facts->baseline == NULL)
        return;
    buf_printf(out, "baseline %s: run %s", facts->baseline, facts->run_id);
    if (facts->commit[0] != '\0')
        buf_printf(out, ", commit %.12s", facts->commit);
    if (facts->across_machines)
        buf_printf(out,
                   "\nof another machine: %s\nthis one: %s\nstored rows pass only when twice as "
                   "good and fail only when twice as bad",
                   facts->machine_then, facts->machine_now);
    buf_puts(out, "\n\n");
}

static void add_endings(const struct gate_facts *facts, struct buf *out)
{
    if (facts->interrupted)
        buf_puts(out, "interrupted: the rest was not measured\n");
    else if (facts->measured == 0)
        buf_puts(out, "nothing was measured that could be judged: no benchmark of today is in the "
                      "baseline\nand no target names one\n");
}

void report_text_gate(const comparison_vec *rows, const struct gate_facts *facts,
                      const struct paper *paper, struct buf *out)
{
    static const enum gate ORDER[] = {GATE_FAIL, GATE_UNDECIDED, GATE_WARN, GATE_PASS};
    size_t counts[GATE_UNDECIDED + 1] = {0};
    add_baseline(facts, out);
    buf_printf(out, "%-9s %10s  %18s  %s\n", "gate", "change", "interval, %", "benchmark");
    for (size_t i = 0; i < sizeof ORDER / sizeof *ORDER; i++)
        for (size_t k = 0; k < rows->count; k++)
            if (rows->items[k].gate == ORDER[i]) {
                add_row(&rows->items[k], gate_word(ORDER[i]), paper, out);
                counts[ORDER[i]]++;
            }
    buf_printf(out, "\n%zu passed, %zu warned, %zu regressed, %zu undecided; ", counts[GATE_PASS],
               counts[GATE_WARN], counts[GATE_FAIL], counts[GATE_UNDECIDED]);
    add_kinds(rows, out);
    buf_putc(out, '\n');
    add_endings(facts, out);
}

static json_t *limits_json(const struct limits *limits)
{
    if (limits->fail <= 0)
        return json_null();
    json_t *object = json_object();
    report_json_member(&object, "warn", report_json_number(limits->warn));
    report_json_member(&object, "fail", report_json_number(limits->fail));
    report_json_member(&object, "placement",
                       json_string(limits->placement_fails ? "fail" : "pass"));
    return object;
}

static json_t *target_json(const struct target *target)
{
    if (target == NULL)
        return json_null();
    bool judged = target->status != TARGET_NONE;
    json_t *object = json_object();
    report_json_member(&object, "bound", report_json_number(target->limit));
    report_json_member(&object, "versus", report_json_text(target->versus));
    report_json_member(&object, "source", report_json_text(target->source));
    report_json_member(&object, "status",
                       json_string(judged ? target_status_name(target->status) : "not_run"));
    return object;
}

static json_t *launch_ratios(const struct comparison *row)
{
    json_t *list = json_array();
    for (size_t i = 0; row->launch_ratios != NULL && !row->within_launch && i < row->launches; i++)
        report_json_element(&list, report_json_number(row->launch_ratios[i]));
    return list;
}

static json_t *counts_json(const struct comparison *row, const struct counts *counts)
{
    if (!row->has_counts)
        return json_null();
    json_t *object = json_object();
    report_json_member(&object, "instructions", report_json_number(counts->instructions));
    report_json_member(&object, "allocations", report_json_number(counts->allocations));
    report_json_member(&object, "allocated_bytes", report_json_number(counts->allocated_bytes));
    report_json_member(&object, "page_faults", report_json_number(counts->page_faults));
    report_json_member(&object, "context_switches", report_json_number(counts->context_switches));
    report_json_member(&object, "cpu_ns", report_json_number(counts->cpu_ns));
    return object;
}

static json_t *findings_json(const struct comparison *row)
{
    json_t *list = json_array();
    for (size_t i = 0; i < row->finding_count; i++) {
        json_t *object = json_object();
        report_json_member(&object, "rule", json_string(row->findings[i].rule));
        report_json_member(&object, "text", report_json_text(row->findings[i].text));
        report_json_member(&object, "next", json_string(row->findings[i].next));
        report_json_element(&list, object);
    }
    return list;
}

static json_t *row_json(const struct comparison *row)
{
    bool measured = has_numbers(row);
    json_t *object = json_object();
    report_json_member(&object, "benchmark", report_json_text(row->benchmark));
    report_json_member(&object, "versus",
                       row->versus ? report_json_text(row->versus) : json_null());
    report_json_member(&object, "old_version", report_json_text(row->old_version));
    report_json_member(&object, "new_version", report_json_text(row->new_version));
    report_json_member(&object, "metric", json_string(row->metric));
    report_json_member(&object, "ratio", measured ? report_json_number(row->ratio) : json_null());
    report_json_member(&object, "low",
                       measured ? report_json_number(row->interval.low) : json_null());
    report_json_member(&object, "high",
                       measured ? report_json_number(row->interval.high) : json_null());
    report_json_member(&object, "level",
                       measured ? report_json_number(row->interval.level) : json_null());
    report_json_member(&object, "estimator",
                       row->pairs > 0 ? json_string(estimator_name(row->estimator)) : json_null());
    report_json_member(&object, "ratio_q10",
                       row->ratio_q10 > 0 ? report_json_number(row->ratio_q10) : json_null());
    report_json_member(&object, "verdict", json_string(verdict_name(row->verdict)));
    report_json_member(&object, "gate", json_string(gate_name(row->gate)));
    report_json_member(&object, "kind", json_string(pair_kind_name(row->kind)));
    report_json_member(&object, "discovery", json_boolean(row->discovery));
    report_json_member(&object, "launches", json_integer(row->launches));
    report_json_member(&object, "within_launch", json_boolean(row->within_launch));
    report_json_member(&object, "launch_ratios", launch_ratios(row));
    report_json_member(&object, "pairs", json_integer((json_int_t)row->pairs));
    report_json_member(&object, "old", measured ? report_json_number(row->old_ns) : json_null());
    report_json_member(&object, "new", measured ? report_json_number(row->new_ns) : json_null());
    report_json_member(&object, "unit", json_string(row->unit ? row->unit : "ns"));
    report_json_member(&object, "pairing", row->pairing ? json_string(row->pairing) : json_null());
    report_json_member(&object, "limits", limits_json(&row->limits));
    report_json_member(&object, "target", target_json(row->target));
    report_json_member(&object, "across_machines", json_boolean(row->across_machines));
    report_json_member(&object, "reason", report_json_text(row->reason));
    report_json_member(&object, "quality", json_string(quality_name(row->quality)));
    report_json_member(&object, "quality_note",
                       report_json_text(row->quality_note ? row->quality_note : ""));
    report_json_member(&object, "old_counts", counts_json(row, &row->old_counts));
    report_json_member(&object, "new_counts", counts_json(row, &row->new_counts));
    report_json_member(&object, "findings", findings_json(row));
    return object;
}

json_t *report_json_comparison_part(const comparison_vec *rows, double false_discovery_rate)
{
    json_t *document = json_object(), *list = json_array();
    for (size_t i = 0; i < rows->count; i++)
        report_json_element(&list, row_json(&rows->items[i]));
    report_json_member(&document, "schema", json_string("assay.compare/1"));
    report_json_member(&document, "false_discovery_rate", report_json_number(false_discovery_rate));
    report_json_member(&document, "rows", list);
    return document;
}

assay_status report_json_comparison(const comparison_vec *rows, double false_discovery_rate,
                                    struct buf *out)
{
    return report_json_write(report_json_comparison_part(rows, false_discovery_rate), out);
}

assay_status report_json_gate(const comparison_vec *rows, const struct gate_facts *facts,
                              int exit_code, struct buf *out)
{
    json_t *document = report_json_comparison_part(rows, COMPARISON_FALSE_DISCOVERY_RATE);
    json_t *gate = json_object();
    report_json_member(&gate, "baseline", report_json_text(facts->baseline));
    report_json_member(&gate, "run", report_json_text(facts->run_id));
    report_json_member(&gate, "commit", report_json_text(facts->commit));
    report_json_member(&gate, "across_machines", json_boolean(facts->across_machines));
    report_json_member(&gate, "interrupted", json_boolean(facts->interrupted));
    report_json_member(&gate, "measured", json_integer((json_int_t)facts->measured));
    report_json_member(&gate, "exit_code", json_integer(exit_code));
    report_json_member(&document, "gate", gate);
    return report_json_write(document, out);
}
