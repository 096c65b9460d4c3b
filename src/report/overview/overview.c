/* The performance summary as Markdown.  What leads is what a reader may rely on: where the numbers
 * come from and how much they say; then promises, then everything else.  The rules of the grade
 * stand below the grade, all of them, so that nobody has to take a letter on trust. */
#include "report/overview/overview.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/quantity.h"
#include "report/table/table.h"
#include "report/text.h"

/* "| text " */
static void add_cell(const char *text, struct buf *out)
{
    buf_puts(out, "| ");
    table_markdown_text(text, out);
    buf_putc(out, ' ');
}

static void add_quantity(double value, const char *unit, struct buf *out)
{
    char text[QUANTITY_TEXT_MAX];
    add_cell(isfinite(value) ? quantity_format(value, unit, text) : "", out);
}

static void add_count(unsigned count, struct buf *out)
{
    buf_printf(out, "| %u ", count);
}

static void add_half_width(double share, struct buf *out)
{
    if (isfinite(share))
        buf_printf(out, "| ±%.2f %% ", share * 100);
    else
        buf_puts(out, "| unknown ");
}

static void end_row(struct buf *out)
{
    buf_puts(out, "|\n");
}

/* Provenance. */

static void add_fact(const char *name, const char *value, struct buf *out)
{
    if (value == NULL || value[0] == '\0')
        return;
    buf_printf(out, "| %s ", name);
    add_cell(value, out);
    end_row(out);
}

static void add_plan(const struct plan *plan, struct buf *out)
{
    BUF_AUTO text;
    buf_init(&text, 4096);
    report_text_plan(plan, &text);
    add_fact("profile", text.text, out);
}

static void add_provenance(const struct overview *overview, struct buf *out)
{
    const struct run *run = overview->run;
    const struct environment *environment = &run->environment;
    BUF_AUTO machine;
    buf_init(&machine, 1 << 16);
    buf_printf(&machine, "%s, %u cores", environment->cpu, environment->cores);
    buf_puts(out, "## Where the numbers come from\n\n| what | |\n|---|---|\n");
    add_fact("run", run->id, out);
    add_fact("started", run->started_at, out);
    add_fact("label", run->label, out);
    add_fact("commit", run->commit, out);
    add_fact("branch", run->branch, out);
    add_fact("tag", run->tag, out);
    add_plan(&run->plan, out);
    add_fact("machine", machine.text, out);
    add_fact("kernel", environment->kernel, out);
    add_fact("system", environment->os, out);
    add_fact("compilers", environment->compiler, out);
    add_fact("governor", environment->governor, out);
    add_fact("SHA-256 of the numbers", overview->digest, out);
    add_fact("written by", "assay " ASSAY_VERSION, out);
}

/* Grade. */

static const struct grade_rule *rule_of(enum grade grade)
{
    for (int i = 0; i < GRADE_RULES; i++)
        if (GRADES[i].grade == grade)
            return &GRADES[i];
    return &GRADES[0];
}

static void add_grade(const struct overview *overview, struct buf *out)
{
    const struct grade_rule *rule = rule_of(overview->grade);
    buf_printf(out, "\n## Grade: %s\n\nBecause %s.\n\n", rule->name, rule->text);
    buf_printf(out, "%u measured, %u failed, %u skipped; targets: %u met, %u missed, %u undecided",
               overview->ok, overview->failed, overview->skipped, overview->met, overview->missed,
               overview->undecided);
    if (overview->not_run > 0)
        buf_printf(out, ", %u of benchmarks that this run left out", overview->not_run);
    if (isfinite(overview->half_width))
        buf_printf(out, "; typical interval ±%.2f %%", overview->half_width * 100);
    buf_puts(out, ".\n\nThe grade says how much of what the run should say it says, and nothing "
                  "about how fast\nanything is. It is the first of these that holds:\n\n");
    for (int i = 0; i < GRADE_RULES; i++)
        buf_printf(out, "* %s: %s\n", GRADES[i].name, GRADES[i].text);
}

/* What failed. */

static void add_failures(const struct overview *overview, struct buf *out)
{
    if (overview->failed == 0)
        return;
    buf_puts(out, "\n## Failed\n\n| benchmark | why |\n|---|---|\n");
    for (size_t i = 0; i < overview->run->results.count; i++) {
        const struct result *result = &overview->run->results.items[i];
        if (result->outcome != OUTCOME_FAILED)
            continue;
        add_cell(result->benchmark.id, out);
        add_cell(result->reason, out);
        end_row(out);
    }
}

/* Targets and claims beside measurements. */

static const struct metric *metric_of(const struct run *run, const char *benchmark,
                                      const char *name)
{
    const struct metric *known = metric_find(name);
    for (size_t i = 0; i < run->results.count && known == NULL; i++) {
        const struct result *result = &run->results.items[i];
        const struct measurement *found = result_measurement(result, name);
        if (found != NULL && strcmp(result->benchmark.id, benchmark) == 0)
            known = found->metric;
    }
    return known;
}

static void add_interval(const struct interval *interval, const char *unit, struct buf *out)
{
    char low[QUANTITY_TEXT_MAX], high[QUANTITY_TEXT_MAX];
    if (!(interval->level > 0) || !isfinite(interval->low) || !isfinite(interval->high)) {
        add_cell("", out);
        return;
    }
    buf_printf(out, "| %s .. %s ", quantity_format(interval->low, unit, low),
               quantity_format(interval->high, unit, high));
}

static void add_target(const struct run *run, const struct target *target, struct buf *out)
{
    const bool judged = target->status != TARGET_NONE;
    const struct metric *metric = metric_of(run, target->benchmark, target->metric);
    const bool is_plain = metric != NULL && target->growth == NULL;
    const char *unit = target->versus != NULL ? "x" : is_plain ? metric->unit : "";
    BUF_AUTO bound;
    char limit[QUANTITY_TEXT_MAX];
    buf_init(&bound, 1 << 16);
    if (target->versus != NULL)
        buf_printf(&bound, "%.3gx faster than %s", target->limit, target->versus);
    else if (target->growth != NULL)
        buf_printf(&bound, "%s grows like %s or less", target->metric, target->growth);
    else
        buf_printf(&bound, "%s %s %s", target->metric,
                   target->direction == HIGHER_IS_BETTER ? "at least" : "at most",
                   quantity_format(target->limit, unit, limit));
    add_cell(judged ? target_status_name(target->status) : "not measured", out);
    add_cell(target->benchmark, out);
    add_cell(bound.text, out);
    add_quantity(judged ? target->measured : (double)NAN, unit, out);
    add_interval(&(struct interval){target->interval.low, target->interval.high,
                                    judged ? target->interval.level : 0},
                 unit, out);
    add_cell(target->source, out);
    end_row(out);
}

static bool is_in_run(const struct run *run, const char *benchmark)
{
    for (size_t i = 0; i < run->results.count; i++)
        if (strcmp(run->results.items[i].benchmark.id, benchmark) == 0)
            return true;
    return false;
}

/* Of benchmarks that the run left out only the number is told: a page is about what was run. */
static void add_targets(const struct overview *overview, struct buf *out)
{
    static const enum target_status ORDER[] = {TARGET_MISSED, TARGET_UNDECIDED, TARGET_MET,
                                               TARGET_NONE};
    const struct run *run = overview->run;
    buf_puts(out, "\n## Targets\n\n");
    if (run->targets.count == overview->not_run) {
        buf_puts(out, "None of what was run.\n");
        return;
    }
    buf_puts(out, "| status | benchmark | bound | measured | interval | source |\n"
                  "|---|---|---|---|---|---|\n");
    for (size_t k = 0; k < sizeof ORDER / sizeof *ORDER; k++)
        for (size_t i = 0; i < run->targets.count; i++)
            if (run->targets.items[i].status == ORDER[k] &&
                is_in_run(run, run->targets.items[i].benchmark))
                add_target(run, &run->targets.items[i], out);
}

static void add_claim(const struct run *run, const struct claim_line *line, struct buf *out)
{
    const struct metric *metric = metric_of(run, line->claim->benchmark, line->claim->metric);
    const char *unit = metric != NULL ? metric->unit : "";
    add_cell(line->claim->benchmark, out);
    add_cell(line->claim->metric, out);
    add_quantity(line->claim->value, unit, out);
    if (line->ours != NULL)
        add_quantity(line->ours->summary.median, unit, out);
    else
        add_cell("not measured", out);
    if (isfinite(line->ratio))
        buf_printf(out, "| %.3g ", line->ratio);
    else
        add_cell("", out);
    add_cell(line->claim->source, out);
    end_row(out);
}

static void add_claims(const struct overview *overview, struct buf *out)
{
    if (overview->claims.count == 0)
        return;
    buf_puts(out, "\n## Claims\n\nFigures that sources state, of their machines, beside what was "
                  "measured here. No claim counts as a\nresult.\n\n"
                  "| benchmark | metric | claimed | measured | measured / claimed | source |\n"
                  "|---|---|---:|---:|---:|---|\n");
    for (size_t i = 0; i < overview->claims.count; i++)
        add_claim(overview->run, &overview->claims.items[i], out);
}

/* What moved. */

static void add_change(const struct comparison *row, struct buf *out)
{
    add_cell(verdict_name(row->verdict), out);
    buf_printf(out, "| %+.1f %% | %+.1f .. %+.1f %% ", (row->ratio - 1) * 100,
               (row->interval.low - 1) * 100, (row->interval.high - 1) * 100);
    add_cell(row->benchmark, out);
    end_row(out);
}

static void add_changes(const struct overview *overview, struct buf *out)
{
    static const enum verdict ORDER[] = {VERDICT_SLOWER, VERDICT_FASTER};
    bool any = false;
    buf_puts(out, "\n## What moved\n\n");
    if (overview->then == NULL) {
        buf_puts(out, "There is no earlier run of this machine, these compilers and this "
                      "profile.\n");
        return;
    }
    buf_printf(out,
               "Against run %s, by stored numbers, which support no verdict below 5 %%;\n"
               "`assay compare` decides.\n\n",
               overview->then->id);
    for (size_t k = 0; k < sizeof ORDER / sizeof *ORDER; k++)
        for (size_t i = 0; i < overview->rows->count; i++) {
            if (overview->rows->items[i].verdict != ORDER[k])
                continue;
            if (!any)
                buf_puts(out, "| verdict | change | interval | benchmark |\n|---|---:|---:|---|\n");
            any = true;
            add_change(&overview->rows->items[i], out);
        }
    buf_puts(out, any ? "" : "Nothing.\n");
}

/* Suites, variants, trade-offs, rows. */

static void add_suites(const struct overview *overview, struct buf *out)
{
    buf_puts(out, "\n## Suites\n\n| suite | measured | failed | skipped | targets met | missed | "
                  "undecided | typical interval |\n|---|---:|---:|---:|---:|---:|---:|---:|\n");
    for (size_t i = 0; i < overview->suites.count; i++) {
        const struct suite_line *line = &overview->suites.items[i];
        add_cell(line->suite, out);
        const unsigned counts[] = {line->ok,  line->failed, line->skipped,
                                   line->met, line->missed, line->undecided};
        for (size_t k = 0; k < sizeof counts / sizeof *counts; k++)
            add_count(counts[k], out);
        add_half_width(line->half_width, out);
        end_row(out);
    }
}

static void add_variants(const struct overview *overview, struct buf *out)
{
    if (overview->variants.count == 0)
        return;
    buf_puts(out, "\n## Variants\n\nHow many times behind the best on the same input: geometric "
                  "mean over the inputs, and the range.\n1 is the best.\n\n"
                  "| benchmark | variant | inputs | mean | range |\n|---|---|---:|---:|---:|\n");
    for (size_t i = 0; i < overview->variants.count; i++) {
        const struct variant_line *line = &overview->variants.items[i];
        buf_puts(out, "| ");
        table_markdown_text(line->suite, out);
        buf_putc(out, '/');
        table_markdown_text(line->name, out);
        buf_putc(out, ' ');
        add_cell(line->variant, out);
        buf_printf(out, "| %u | %.3g | %.3g .. %.3g |\n", line->inputs, line->mean, line->least,
                   line->most);
    }
}

static void add_trade(const struct trade_line *line, struct buf *out)
{
    add_cell(line->result->benchmark.id, out);
    add_quantity(line->cost->summary.median, line->cost->metric->unit, out);
    add_cell(line->quality->metric->name, out);
    add_quantity(line->quality->summary.median, line->quality->metric->unit, out);
    if (line->beaten_by == NULL)
        add_cell("on the front", out);
    else
        add_cell(line->beaten_by->benchmark.id, out);
    end_row(out);
}

static void add_trades(const struct overview *overview, struct buf *out)
{
    if (overview->trades.count == 0)
        return;
    buf_puts(out, "\n## Trade-offs\n\nWhat rows cost and how good their results are. A row is "
                  "beaten when another on the same input is\nat least as cheap and as good, and "
                  "better in one of them; the others are the Pareto front.\n\n"
                  "| benchmark | cost | quality | value | beaten by |\n|---|---:|---|---:|---|\n");
    for (size_t i = 0; i < overview->trades.count; i++)
        add_trade(&overview->trades.items[i], out);
}

static void add_row(const struct result *result, struct buf *out)
{
    const struct measurement *main = result_main_measurement(result), *rate = result_rate(result);
    add_cell(result->benchmark.id, out);
    if (main == NULL) {
        add_cell(outcome_name(result->outcome), out);
        buf_puts(out, "| | |\n");
        return;
    }
    add_quantity(main->summary.median, main->metric->unit, out);
    add_interval(&main->summary.interval, main->metric->unit, out);
    if (rate != NULL && rate != main)
        add_quantity(rate->summary.median, rate->metric->unit, out);
    else
        add_cell("", out);
    end_row(out);
}

static void add_rows(const struct run *run, struct buf *out)
{
    buf_puts(out, "\n## Results\n\n");
    if (run->results.count == 0) {
        buf_puts(out, "None: the run is empty.\n");
        return;
    }
    buf_puts(out, "| benchmark | median | interval | rate |\n|---|---:|---:|---:|\n");
    for (size_t i = 0; i < run->results.count; i++)
        add_row(&run->results.items[i], out);
}

void report_overview(const struct overview *overview, struct buf *out)
{
    buf_printf(out,
               "# Performance summary\n\nMade by `assay summary %s` of measured rows alone; "
               "made again of the same run it is the same text.\n\n",
               overview->run->id);
    add_provenance(overview, out);
    add_grade(overview, out);
    add_failures(overview, out);
    add_targets(overview, out);
    add_claims(overview, out);
    add_changes(overview, out);
    add_suites(overview, out);
    add_variants(overview, out);
    add_trades(overview, out);
    add_rows(overview->run, out);
}
