/* Tables of more than two versions, of values of a parameter, and the line about a commit.
 * Computes no number of its own.  Invariant: every row is shown exactly once. */
#include "report/versions/versions.h"

#include <math.h>
#include <string.h>

#include "base/quantity.h"
#include "base/text.h"
#include "report/comparison.h"
#include "report/values/json_values.h"

enum { BASE_COLUMNS = 30, NOTE_INDENT = 4 };

static bool same_text(const char *a, const char *b)
{
    return a == b || (a != NULL && b != NULL && strcmp(a, b) == 0);
}

void report_text_versions(const comparison_vec *rows, const struct paper *paper, struct buf *out)
{
    size_t end;
    for (size_t start = 0; start < rows->count; start = end) {
        const struct comparison *first = &rows->items[start];
        for (end = start + 1;
             end < rows->count && same_text(rows->items[end].new_version, first->new_version);
             end++)
            ;
        const comparison_vec part = {rows->items + start, end - start, 0};
        if (part.count < rows->count)
            buf_printf(out, "%s%s against %s\n", start > 0 ? "\n" : "", first->new_version,
                       first->old_version);
        report_text_comparison(&part, paper, out);
    }
    if (rows->count == 0)
        report_text_comparison(rows, paper, out);
}

/* ---- values of a parameter ---- */

/* "engine=avx2" of an id; the whole id where it has no such parameter. */
static void add_value(const char *id, const char *parameter, char value[TEXT_SHOWN_MAX])
{
    BUF_AUTO part;
    buf_init(&part, 1024);
    size_t length = strlen(parameter);
    for (const char *at = strchr(id, ':'); at != NULL; at = strchr(at, ',')) {
        at++;
        if (strncmp(at, parameter, length) == 0 && at[length] == '=') {
            buf_add(&part, at, strcspn(at, ","));
            break;
        }
    }
    text_shown(part.length > 0 ? part.text : id, value);
}

static const char *unit_of(const struct comparison *row)
{
    return row->unit ? row->unit : METRICS[METRIC_TIME].unit;
}

static void add_note(const char *text, struct buf *out)
{
    if (text[0] == '\0')
        return;
    buf_printf(out, "%*s", NOTE_INDENT, "");
    buf_wrap(out, text, NOTE_INDENT);
}

static void add_value_row(const struct comparison *row, const char *parameter, struct buf *out)
{
    char value[TEXT_SHOWN_MAX], time[QUANTITY_TEXT_MAX], interval[48] = "(too few launches)";
    add_value(row->benchmark, parameter, value);
    if (row->verdict == VERDICT_NONE) {
        buf_printf(out, "  %s\n", value);
        add_note(row->reason, out);
        return;
    }
    if (isfinite(row->interval.low) && isfinite(row->interval.high))
        snprintf(interval, sizeof interval, "%#.4g..%#.4g", row->interval.low, row->interval.high);
    buf_printf(out, "  %-28s %9s %#9.4g  %-18s %s\n", value,
               quantity_format(row->new_ns, unit_of(row), time), row->ratio, interval,
               verdict_name(row->verdict));
    add_note(row->reason, out);
    for (size_t i = 0; i < row->finding_count; i++) {
        add_note(row->findings[i].text, out);
        add_note(row->findings[i].next, out);
    }
}

/* The base, and every row that is set against it. */
static void add_base(const comparison_vec *rows, size_t first, const char *parameter,
                     struct buf *out)
{
    const struct comparison *row = &rows->items[first];
    char time[QUANTITY_TEXT_MAX] = "-";
    for (size_t i = first; i < rows->count; i++)
        if (same_text(rows->items[i].versus, row->versus) && rows->items[i].old_ns > 0) {
            quantity_format(rows->items[i].old_ns, unit_of(&rows->items[i]), time);
            break;
        }
    bool fits = strlen(row->versus) <= BASE_COLUMNS;
    if (!fits)
        buf_printf(out, "%s\n", row->versus);
    buf_printf(out, "%-*s %9s %9s\n", BASE_COLUMNS, fits ? row->versus : "", time, "1");
    for (size_t i = first; i < rows->count; i++)
        if (same_text(rows->items[i].versus, row->versus))
            add_value_row(&rows->items[i], parameter, out);
}

static bool is_first_of_base(const comparison_vec *rows, size_t at)
{
    for (size_t i = 0; i < at; i++)
        if (same_text(rows->items[i].versus, rows->items[at].versus))
            return false;
    return true;
}

void report_text_values(const comparison_vec *rows, const char *parameter, struct buf *out)
{
    buf_printf(out, "%-30s %9s %9s  %-18s %s\n", "benchmark", "time", "ratio", "interval",
               "verdict");
    for (size_t i = 0; i < rows->count; i++)
        if (rows->items[i].versus != NULL && is_first_of_base(rows, i))
            add_base(rows, i, parameter, out);
    for (size_t i = 0; i < rows->count; i++)
        if (rows->items[i].versus == NULL)
            buf_printf(out, "%s\n  %s\n", rows->items[i].benchmark, rows->items[i].reason);
}

/* ---- since when ---- */

void report_text_regression(const struct regression *since, struct buf *out)
{
    char shown[TEXT_SHOWN_MAX];
    if (since->benchmark == NULL) {
        buf_puts(out, "nothing is slower: there is no commit to look for\n");
        return;
    }
    buf_printf(out, "%s is slower since\ncommit %s\n%s\n", since->benchmark, since->commit,
               text_shown(since->subject, shown));
    if (since->passed_over > 0)
        buf_printf(out, "or one of the %u before it, which could not be built or measured\n",
                   since->passed_over);
    buf_printf(out,
               "(the first of %u commits that has more than half of the change; %u were "
               "tried)\n",
               since->commits, since->builds);
}

static json_t *regression_json(const struct regression *since)
{
    if (since == NULL || since->benchmark == NULL)
        return json_null();
    json_t *object = json_object();
    report_json_member(&object, "benchmark", report_json_text(since->benchmark));
    report_json_member(&object, "commit", report_json_text(since->commit));
    report_json_member(&object, "subject", report_json_text(since->subject));
    report_json_member(&object, "commits", json_integer(since->commits));
    report_json_member(&object, "tried", json_integer(since->builds));
    report_json_member(&object, "passed_over", json_integer(since->passed_over));
    return object;
}

assay_status report_json_versions(const comparison_vec *rows, const struct regression *since,
                                  double false_discovery_rate, struct buf *out)
{
    json_t *document = report_json_comparison_part(rows, false_discovery_rate);
    report_json_member(&document, "since", regression_json(since));
    return report_json_write(document, out);
}
