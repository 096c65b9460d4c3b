/* Runs and histories as lists.  The rows are model structs, so that this room need not know the
 * store. Invariant: every number is printed as it was stored. */
#include "report/history.h"

#include <string.h>

#include "base/quantity.h"
#include "report/json.h"
#include "report/values/json_values.h"
#include "report/values/line.h"

void report_text_runs(const struct run_row *rows, size_t count, struct buf *out)
{
    buf_printf(out, "%-20s %-10s %-8s %5s %6s %7s  %s\n", "run", "commit", "profile", "ok",
               "failed", "skipped", "label");
    size_t elsewhere = 0;
    for (size_t i = 0; i < count; i++) {
        const struct run_row *row = &rows[i];
        bool other = strcmp(row->fingerprint, rows[0].fingerprint) != 0;
        bool done = strcmp(row->status, "done") == 0;
        buf_printf(out, "%-20s %-10.10s %-8s %5u %6u %7u %c%s%s%s", row->id, row->commit,
                   row->profile, row->ok, row->failed, row->skipped, other ? '*' : ' ', row->label,
                   done            ? ""
                   : row->label[0] ? ", "
                                   : "",
                   done ? "" : row->status);
        elsewhere += other;
        if (strcmp(row->status, "interrupted") == 0)
            buf_printf(out, "\n  (resume with: assay run --resume %s)", row->id);
        buf_putc(out, '\n');
    }
    if (elsewhere > 0)
        buf_puts(out, "* another machine, kernel or compiler than that of the newest run\n");
}

assay_status report_json_runs(const struct run_row *rows, size_t count, struct buf *out)
{
    json_t *document = json_object(), *list = json_array();
    for (size_t i = 0; i < count; i++) {
        const struct run_row *row = &rows[i];
        json_t *object = json_object();
        const struct {
            const char *key, *text;
        } texts[] = {{"id", row->id},         {"started_at", row->started_at},
                     {"commit", row->commit}, {"branch", row->branch},
                     {"label", row->label},   {"profile", row->profile},
                     {"status", row->status}};
        for (size_t k = 0; k < sizeof texts / sizeof *texts; k++)
            report_json_member(&object, texts[k].key, report_json_text(texts[k].text));
        report_json_member(&object, "fingerprint", report_json_text(row->fingerprint));
        report_json_member(&object, "duration_seconds", report_json_number(row->duration_seconds));
        report_json_member(&object, "ok", json_integer(row->ok));
        report_json_member(&object, "failed", json_integer(row->failed));
        report_json_member(&object, "skipped", json_integer(row->skipped));
        report_json_member(&object, "met", json_integer(row->met));
        report_json_member(&object, "missed", json_integer(row->missed));
        report_json_member(&object, "undecided", json_integer(row->undecided));
        report_json_element(&list, object);
    }
    report_json_member(&document, "schema", json_string("assay.runs/1"));
    report_json_member(&document, "runs", list);
    return report_json_write(document, out);
}

void report_text_baselines(const struct baseline *rows, size_t count, struct buf *out)
{
    if (count == 0) {
        buf_puts(out, "no baselines yet: 'assay baseline save NAME' names the latest run\n");
        return;
    }
    buf_printf(out, "%-24s %-21s %-12s %s\n", "baseline", "run", "commit", "modules kept");
    for (size_t i = 0; i < count; i++)
        buf_printf(out, "%-24s %-21s %-12.12s %u\n", rows[i].name, rows[i].run_id, rows[i].commit,
                   rows[i].modules);
}

assay_status report_json_baselines(const struct baseline *rows, size_t count, struct buf *out)
{
    json_t *document = json_object(), *list = json_array();
    for (size_t i = 0; i < count; i++) {
        json_t *object = json_object();
        report_json_member(&object, "name", report_json_text(rows[i].name));
        report_json_member(&object, "run", report_json_text(rows[i].run_id));
        report_json_member(&object, "commit", report_json_text(rows[i].commit));
        report_json_member(&object, "created_at", report_json_text(rows[i].created_at));
        report_json_member(&object, "fingerprint", report_json_text(rows[i].fingerprint));
        report_json_member(&object, "modules", json_integer(rows[i].modules));
        report_json_element(&list, object);
    }
    report_json_member(&document, "schema", json_string("assay.baselines/1"));
    report_json_member(&document, "baselines", list);
    return report_json_write(document, out);
}

void report_text_baseline(const struct baseline *baseline, const kept_module_vec *modules,
                          struct buf *out)
{
    char bytes[QUANTITY_TEXT_MAX];
    buf_printf(out, "baseline %s, saved %s\n", baseline->name, baseline->created_at);
    for (size_t i = 0; i < modules->count; i++) {
        const struct kept_module *module = &modules->items[i];
        buf_puts(out, "kept ");
        report_text_line(module->file, out);
        buf_printf(
            out, ", %s: ", module->bytes < 0 ? "gone" : quantity_format(module->bytes, "B", bytes));
        report_text_line(module->kept, out);
        buf_putc(out, '\n');
    }
    buf_puts(out, modules->count == 0
                      ? "no module kept: the gate compares with its stored numbers\n\n"
                      : "\n");
}

static json_t *kept_json(const kept_module_vec *modules)
{
    json_t *list = json_array();
    for (size_t i = 0; i < modules->count; i++) {
        const struct kept_module *module = &modules->items[i];
        bool there = module->bytes >= 0;
        json_t *object = json_object();
        report_json_member(&object, "file", report_json_text(module->file));
        report_json_member(&object, "kept", report_json_text(module->kept));
        report_json_member(&object, "exists", json_boolean(there));
        report_json_member(&object, "bytes",
                           there ? report_json_number(module->bytes) : json_null());
        report_json_element(&list, object);
    }
    return list;
}

assay_status report_json_baseline(const struct baseline *baseline, const struct run *run,
                                  const kept_module_vec *modules, struct buf *out)
{
    json_t *document = json_object();
    report_json_member(&document, "schema", json_string("assay.baseline/1"));
    report_json_member(&document, "name", report_json_text(baseline->name));
    report_json_member(&document, "created_at", report_json_text(baseline->created_at));
    report_json_member(&document, "modules", kept_json(modules));
    report_json_member(&document, "run", report_json_run_part(run));
    return report_json_write(document, out);
}

void report_text_history(const struct history_row *rows, size_t count, struct buf *out)
{
    char median[QUANTITY_TEXT_MAX], low[QUANTITY_TEXT_MAX], high[QUANTITY_TEXT_MAX];
    for (size_t i = 0; i < count; i++) {
        const struct history_row *row = &rows[i], *before = i > 0 ? &rows[i - 1] : NULL;
        bool first = before == NULL || strcmp(before->benchmark, row->benchmark) != 0;
        if (first)
            buf_printf(out, "%s%s\n", i > 0 ? "\n" : "", row->benchmark);
        else if (strcmp(before->fingerprint, row->fingerprint) != 0)
            buf_puts(out, "  -- another machine, kernel or compiler: do not compare across --\n");
        buf_printf(out, "  %-21s %-12.12s %10s  %s .. %s\n", row->run_id, row->commit,
                   quantity_format(row->median, row->unit, median),
                   quantity_format(row->low, row->unit, low),
                   quantity_format(row->high, row->unit, high));
    }
}

assay_status report_json_history(const struct history_row *rows, size_t count, const char *metric,
                                 struct buf *out)
{
    json_t *document = json_object(), *list = json_array();
    for (size_t i = 0; i < count; i++) {
        const struct history_row *row = &rows[i];
        json_t *object = json_object();
        report_json_member(&object, "benchmark", report_json_text(row->benchmark));
        report_json_member(&object, "metric", report_json_text(metric));
        report_json_member(&object, "unit", report_json_text(row->unit));
        report_json_member(&object, "run", report_json_text(row->run_id));
        report_json_member(&object, "started_at", report_json_text(row->started_at));
        report_json_member(&object, "commit", report_json_text(row->commit));
        report_json_member(&object, "fingerprint", report_json_text(row->fingerprint));
        report_json_member(&object, "median", report_json_number(row->median));
        report_json_member(&object, "low", report_json_number(row->low));
        report_json_member(&object, "high", report_json_number(row->high));
        report_json_element(&list, object);
    }
    report_json_member(&document, "schema", json_string("assay.history/1"));
    report_json_member(&document, "points", list);
    return report_json_write(document, out);
}
