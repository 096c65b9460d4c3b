/* The text and the Markdown of an audit.  Each claim stands with its figures, both sides and its
 * source, since a verdict without them is a rumour.
 * Invariant: no line of the text is wider than 80 columns but for words that are. */
#include "report/audit/audit.h"

#include <math.h>
#include <string.h>

#include "base/quantity.h"
#include "model/resources/resources.h"
#include "report/values/line.h"

enum { COLUMNS = 80, INDENT = 11 };

/* Words from column `INDENT` on; the first line goes on where `out` stands. */
static void add_wrapped(const char *text, struct buf *out)
{
    BUF_AUTO line;
    size_t column = INDENT;
    buf_init(&line, 1 << 20);
    report_text_line(text, &line);
    for (const char *word = line.text; *word != '\0';) {
        size_t length = strcspn(word, " ");
        if (column > INDENT && column + 1 + length > COLUMNS) {
            buf_printf(out, "\n%*s", INDENT, "");
            column = INDENT;
        }
        buf_printf(out, "%s%.*s", column > INDENT ? " " : "", (int)length, word);
        column += length + (column > INDENT);
        word += length + strspn(word + length, " ");
    }
    buf_putc(out, '\n');
}

static void add_indented(const char *label, const char *text, struct buf *out)
{
    BUF_AUTO whole;
    buf_init(&whole, 1 << 20);
    buf_printf(&whole, "%s%s", label, text);
    buf_printf(out, "%*s", INDENT, "");
    add_wrapped(whole.text, out);
}

/* The verdict, or why there is none. */
static const char *word_of(const struct audit_finding *finding)
{
    return finding->verdict == AUDIT_NONE ? outcome_name(finding->outcome)
                                          : audit_verdict_name(finding->verdict);
}

static const char *kind_of(const struct audit_finding *finding)
{
    if (finding->claim.before.command != NULL)
        return "in random blocks";
    if (finding->kind == KIND_ONE_PROCESS)
        return "one process";
    return strcmp(finding->claim.metric->name, METRICS[METRIC_TIME].name) == 0 ? "lockstep"
                                                                               : "launches in turn";
}

static void add_numbers(const struct audit_finding *finding, struct buf *out)
{
    char before[QUANTITY_TEXT_MAX], after[QUANTITY_TEXT_MAX];
    BUF_AUTO line;
    buf_init(&line, 1024);
    buf_printf(&line, "%s -> %s, %s, %u launches",
               quantity_format(finding->before, finding->claim.metric->unit, before),
               quantity_format(finding->after, finding->claim.metric->unit, after),
               kind_of(finding), finding->launches);
    add_indented("", line.text, out);
}

static void add_finding(const struct audit_finding *finding, struct buf *out)
{
    buf_printf(out, "%-*s", INDENT, word_of(finding));
    add_wrapped(finding->claim.text, out);
    if (finding->verdict != AUDIT_NONE) {
        add_indented("", finding->sentence, out);
        add_numbers(finding, out);
    }
    if (finding->reason[0] != '\0')
        add_indented("", finding->reason, out);
    add_indented("before ", finding->measured[0], out);
    add_indented("after  ", finding->measured[1], out);
    add_indented("source ", finding->claim.source, out);
}

/* How many findings there are of each word. */
struct tally {
    size_t confirmed, refuted, undecided, none;
};

static struct tally tally_of(const struct audit *audit)
{
    struct tally tally = {0};
    for (size_t i = 0; i < audit->findings.count; i++) {
        enum audit_verdict verdict = audit->findings.items[i].verdict;
        tally.confirmed += verdict == AUDIT_CONFIRMED;
        tally.refuted += verdict == AUDIT_REFUTED;
        tally.undecided += verdict == AUDIT_UNDECIDED;
        tally.none += verdict == AUDIT_NONE;
    }
    return tally;
}

static void add_tally(const struct audit *audit, struct buf *out)
{
    struct tally tally = tally_of(audit);
    buf_printf(out, "%zu confirmed, %zu refuted, %zu undecided, %zu not measured%s\n",
               tally.confirmed, tally.refuted, tally.undecided, tally.none,
               audit->run.interrupted ? "; interrupted" : "");
}

static const char *target_word(const struct audit_target *row)
{
    return row->run_id ? target_status_name(row->target.status) : "unmeasured";
}

static void add_bound(const struct target *target, struct buf *out)
{
    char bound[QUANTITY_TEXT_MAX];
    const struct metric *known = resource_or_metric(target->metric);
    const struct metric *metric = known != NULL ? known : &METRICS[METRIC_TIME];
    if (target->versus != NULL)
        buf_printf(out, "%g times as fast as %s", target->limit, target->versus);
    else if (target->growth != NULL)
        buf_printf(out, "%s grows like %s or less", target->metric, target->growth);
    else
        buf_printf(out, "%s %s %s", metric->name,
                   metric->direction == LOWER_IS_BETTER ? "at most" : "at least",
                   quantity_format(target->limit, metric->unit, bound));
}

static void add_target(const struct audit_target *row, struct buf *out)
{
    BUF_AUTO bound;
    buf_init(&bound, 1 << 16);
    add_bound(&row->target, &bound);
    if (INDENT + strlen(row->target.benchmark) <= COLUMNS)
        buf_printf(out, "%-*s", INDENT, target_word(row));
    else
        buf_printf(out, "%s\n", target_word(row)); /* a long id is whole, on a line of its own */
    add_wrapped(row->target.benchmark, out);
    add_indented("", bound.text, out);
    add_indented("evidence ", row->run_id ? row->run_id : "none: no stored run has measured it",
                 out);
}

void report_text_audit(const struct audit *audit, struct buf *out)
{
    for (size_t i = 0; i < audit->findings.count; i++)
        add_finding(&audit->findings.items[i], out);
    buf_putc(out, '\n');
    add_tally(audit, out);
    buf_printf(out,
               "wrong verdicts in the whole audit: at most %g %% (level %.6g %% each, adjusted\n"
               "over %zu claim%s)\n",
               audit->family_error * 100, audit->level * 100, audit->findings.count,
               audit->findings.count == 1 ? "" : "s");
    if (audit->targets.count > 0)
        buf_printf(out, "\ntargets\n");
    for (size_t i = 0; i < audit->targets.count; i++)
        add_target(&audit->targets.items[i], out);
}

void report_csv_audit(const struct audit *audit, struct buf *out)
{
    buf_puts(out, AUDIT_SAMPLES_HEADER "\n");
    for (size_t i = 0; i < audit->findings.count; i++) {
        const pair_vec *pairs = &audit->findings.items[i].pairs;
        for (size_t k = 0; k < pairs->count; k++)
            buf_printf(out, "%zu,%u,%.17g,%.17g\n", i + 1, pairs->items[k].launch,
                       pairs->items[k].old_ns, pairs->items[k].new_ns);
    }
}

/* A cell: what would end it or start a tag is harmless. */
static void add_cell(const char *text, struct buf *out)
{
    BUF_AUTO line;
    buf_init(&line, 1 << 20);
    report_text_line(text, &line);
    for (const char *c = line.text; *c != '\0'; c++) {
        if (strchr("|\\`*_<[", *c) != NULL)
            buf_putc(out, '\\');
        buf_putc(out, *c);
    }
}

static void add_cells(const char *const *texts, size_t count, struct buf *out)
{
    for (size_t i = 0; i < count; i++) {
        buf_puts(out, i == 0 ? "| " : " | ");
        add_cell(texts[i], out);
    }
    buf_puts(out, " |\n");
}

void report_markdown_audit(const struct audit *audit, struct buf *out)
{
    buf_printf(out, "# %s\n\n", audit->id);
    buf_printf(out, "Measured %s on ", audit->run.started_at);
    add_cell(audit->run.environment.cpu, out);
    buf_printf(out, ", commit %s.\n\n",
               *audit->run.commit ? audit->run.commit : "unknown (no repository)");
    add_tally(audit, out);
    buf_puts(out, "\n| verdict | claim | measured | before | after | source |\n"
                  "|---|---|---|---|---|---|\n");
    for (size_t i = 0; i < audit->findings.count; i++) {
        const struct audit_finding *finding = &audit->findings.items[i];
        const char *const cells[] = {word_of(finding),
                                     finding->claim.text,
                                     *finding->sentence ? finding->sentence : finding->reason,
                                     finding->measured[0],
                                     finding->measured[1],
                                     finding->claim.source};
        add_cells(cells, sizeof cells / sizeof *cells, out);
    }
    buf_printf(
        out,
        "\nThe chance of any wrong verdict above is at most %g %%: each interval has a level "
        "of %.6g %%.\n",
        audit->family_error * 100, audit->level * 100);
    if (audit->targets.count > 0)
        buf_puts(out, "\n| target | of | bound | evidence |\n|---|---|---|---|\n");
    for (size_t i = 0; i < audit->targets.count; i++) {
        const struct audit_target *row = &audit->targets.items[i];
        BUF_AUTO bound;
        buf_init(&bound, 1 << 16);
        add_bound(&row->target, &bound);
        const char *const cells[] = {target_word(row), row->target.benchmark, bound.text,
                                     row->run_id ? row->run_id : "no stored run has measured it"};
        add_cells(cells, sizeof cells / sizeof *cells, out);
    }
    buf_puts(out,
             "\nRaw pairs: samples.csv. Everything: audit.json. To verify: `assay audit "
             "--verify` with this folder, or `sha256sum -c SHA256SUMS` for the hashes alone.\n");
}

void report_text_checks(const audit_check_vec *checks, const char *folder, struct buf *out)
{
    size_t failed = 0;
    for (size_t i = 0; i < checks->count; i++) {
        const struct audit_check *check = &checks->items[i];
        BUF_AUTO text;
        buf_init(&text, 1 << 20);
        buf_printf(&text, "%s: %s", check->what, check->detail);
        buf_printf(out, "%-*s", INDENT, audit_check_status_name(check->status));
        add_wrapped(text.text, out);
        failed += check->status == AUDIT_CHECK_FAILED;
    }
    buf_putc(out, '\n');
    if (failed == 0)
        buf_printf(out, "%s is sound\n", folder);
    else
        buf_printf(out, "%s is not what was measured: %zu check%s failed\n", folder, failed,
                   failed == 1 ? "" : "s");
}
