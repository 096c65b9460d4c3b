/* The head of a run's text.  Why these three and in this order: a failed row has no number at all,
 * a missed target was promised, and what moved is only as sure as stored numbers are. Invariant:
 * what stands here is not repeated below the table. */
#include "report/terminal/digest.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/quantity.h"
#include "model/resources/resources.h"
#include "report/values/line.h"

enum { PROSE_INDENT = 2, MOVED_SHOWN = 10 };

/* The words of `text`, each behind a blank, from `column` on; they go on in new lines where the
 * paper has a width, and else stay in one, for grep. */
static void add_prose(const char *text, unsigned column, const struct paper *paper, struct buf *out)
{
    while (*text != '\0') {
        BUF_AUTO word;
        buf_init(&word, BUF_LENGTH_MAX);
        buf_add(&word, text, strcspn(text, " "));
        const unsigned width = paper_width(word.text);
        const bool wraps = paper->columns > 0 && column + 1 + width > paper->columns;
        buf_puts(out, wraps ? "\n  " : " ");
        if (paper->columns > 0)
            paper_name(word.text, PROSE_INDENT, paper->columns, out);
        else
            buf_puts(out, word.text);
        column = (wraps ? PROSE_INDENT : column + 1) + width;
        text += word.length;
        text += *text == ' ';
    }
    buf_putc(out, '\n');
}

void report_note(enum ink ink, const char *word, const struct result *result, const char *text,
                 const struct paper *paper, struct buf *out)
{
    BUF_AUTO line;
    buf_init(&line, BUF_LENGTH_MAX);
    report_text_line(result->benchmark.id, &line);
    buf_puts(&line, ": ");
    report_text_line(text, &line);
    paper_word(paper, ink, word, 0, out);
    add_prose(line.text, paper_width(word), paper, out);
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

static enum ink ink_of_target(enum target_status status)
{
    return status == TARGET_MET ? INK_GOOD : status == TARGET_MISSED ? INK_BAD : INK_DOUBT;
}

void report_target(const struct run *run, const struct target *target, const struct paper *paper,
                   struct buf *out)
{
    char got[QUANTITY_TEXT_MAX], bound[QUANTITY_TEXT_MAX];
    const char *unit = unit_of(run, target);
    buf_puts(out, "  ");
    paper_word(paper, ink_of_target(target->status), target_status_name(target->status), 9, out);
    buf_printf(out, " %s", target->benchmark);
    if (target->versus != NULL && target->status != TARGET_NONE)
        buf_printf(out, "\n            %.3gx faster than %s (wanted: %.3gx)", target->measured,
                   target->versus, target->limit);
    else if (target->growth != NULL && target->status != TARGET_NONE)
        buf_printf(out, ": %s grows like n^%.3g (wanted: %s, at most n^%.3g)", target->metric,
                   target->measured, target->growth, target->limit);
    else if (target->versus != NULL)
        buf_printf(out, " (wanted: %.3gx faster than %s)", target->limit, target->versus);
    else if (isnan(target->measured))
        buf_printf(out, ": %s is not measured", target->metric);
    else if (target->status != TARGET_NONE)
        buf_printf(out, ": %s (bound: %s)", quantity_format(target->measured, unit, got),
                   quantity_format(target->limit, unit, bound));
    buf_putc(out, '\n');
}

static void add_failures(const struct run *run, const struct paper *paper, struct buf *out)
{
    for (size_t i = 0; i < run->results.count; i++) {
        const struct result *result = &run->results.items[i];
        if (result->outcome == OUTCOME_FAILED)
            report_note(INK_BAD, outcome_name(result->outcome), result, result->reason, paper, out);
    }
}

static void add_missed(const struct run *run, const struct paper *paper, struct buf *out)
{
    bool headed = false;
    for (size_t i = 0; i < run->targets.count; i++) {
        if (run->targets.items[i].status != TARGET_MISSED)
            continue;
        buf_puts(out, headed ? "" : "targets that are missed:\n");
        headed = true;
        report_target(run, &run->targets.items[i], paper, out);
    }
}

static bool has_moved(const struct comparison *row)
{
    return row->verdict == VERDICT_SLOWER || row->verdict == VERDICT_FASTER;
}

/* What became slower first, the largest change first of each. */
static int by_change(const void *a, const void *b)
{
    const struct comparison *x = *(const struct comparison *const *)a;
    const struct comparison *y = *(const struct comparison *const *)b;
    if (x->verdict != y->verdict)
        return x->verdict == VERDICT_SLOWER ? -1 : 1;
    const double one = fabs(log(x->ratio)), other = fabs(log(y->ratio));
    return (one < other) - (one > other);
}

static void add_moved_row(const struct comparison *row, const struct paper *paper, struct buf *out)
{
    enum { NAME_AT = 40 };
    BUF_AUTO name;
    buf_init(&name, BUF_LENGTH_MAX);
    report_text_line(row->benchmark, &name);
    buf_puts(out, "  ");
    paper_word(paper, row->verdict == VERDICT_SLOWER ? INK_BAD : INK_GOOD,
               verdict_name(row->verdict), 9, out);
    buf_printf(out, " %+7.1f %%  %+7.1f..%+.1f", (row->ratio - 1) * 100,
               (row->interval.low - 1) * 100, (row->interval.high - 1) * 100);
    buf_puts(out, "  ");
    if (paper->columns > 0 && NAME_AT + paper_width(name.text) > paper->columns)
        buf_puts(out, "\n            ");
    if (paper->columns > 0)
        paper_name(name.text, 12, paper->columns, out);
    else
        buf_puts(out, name.text);
    buf_putc(out, '\n');
}

static void add_moved(const struct moved *moved, const struct paper *paper, struct buf *out)
{
    const comparison_vec *rows = moved->rows;
    const struct comparison **order = calloc(rows->count + 1, sizeof *order);
    size_t count = 0;
    if (order == NULL) {
        out->status = ASSAY_ERR_MEMORY;
        return;
    }
    for (size_t i = 0; i < rows->count; i++)
        if (has_moved(&rows->items[i]))
            order[count++] = &rows->items[i];
    qsort(order, count, sizeof *order, by_change);
    if (count > 0)
        buf_printf(out, "moved since run %s, by stored numbers ('assay compare' decides):\n",
                   moved->then);
    for (size_t i = 0; i < count && i < MOVED_SHOWN; i++)
        add_moved_row(order[i], paper, out);
    if (count > MOVED_SHOWN)
        buf_printf(out, "  and %zu more: assay compare %s latest\n", count - MOVED_SHOWN,
                   moved->then);
    free(order);
}

void report_digest(const struct run *run, const struct moved *moved, const struct paper *paper,
                   struct buf *out)
{
    const size_t before = out->length;
    add_failures(run, paper, out);
    add_missed(run, paper, out);
    if (moved != NULL)
        add_moved(moved, paper, out);
    buf_puts(out, out->length > before ? "\n" : "");
}
