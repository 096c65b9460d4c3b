/* Imports, told.  The text is two lines and the rows that are not good: who imports wants to know
 * what it was taken for and how to go on. */
#include "report/exchange/import.h"

#include "report/values/json_values.h"
#include "report/values/line.h"

static size_t measurement_count(const struct run *run)
{
    size_t count = 0;
    for (size_t i = 0; i < run->results.count; i++)
        count += run->results.items[i].measurements.count;
    return count;
}

void report_text_import(const struct import_report *report, struct buf *out)
{
    const struct run *run = report->run;
    buf_printf(out, "%s %zu benchmarks with %zu measurements of %s, ",
               report->dry_run ? "would store" : "stored", run->results.count,
               measurement_count(run), report->format);
    buf_printf(out, report->dry_run ? "dry run\n" : "run %s\n", run->id);
    for (size_t i = 0; i < run->results.count; i++) {
        const struct result *result = &run->results.items[i];
        if (result->outcome == OUTCOME_OK)
            continue;
        report_text_line(result->benchmark.id, out);
        buf_puts(out, " failed: ");
        report_text_line(result->reason, out);
        buf_putc(out, '\n');
    }
}

assay_status report_json_import(const struct import_report *report, struct buf *out)
{
    json_t *document = json_object();
    const struct run *run = report->run;
    report_json_member(&document, "schema", json_string("assay.import/1"));
    report_json_member(&document, "format", report_json_text(report->format));
    report_json_member(&document, "stored", json_boolean(!report->dry_run));
    report_json_member(&document, "run", report_json_text(report->dry_run ? NULL : run->id));
    report_json_member(&document, "commit", report_json_text(run->commit));
    report_json_member(&document, "started_at", report_json_text(run->started_at));
    report_json_member(&document, "fingerprint", report_json_text(run->environment.fingerprint));
    report_json_member(&document, "benchmarks", json_integer((json_int_t)run->results.count));
    report_json_member(&document, "measurements", json_integer((json_int_t)measurement_count(run)));
    return report_json_write(document, out);
}

void report_text_import_formats(const struct import_format_row *rows, size_t count, struct buf *out)
{
    for (size_t i = 0; i < count; i++)
        buf_printf(out, "%-24s %s\n", rows[i].name, rows[i].summary);
}

assay_status report_json_import_formats(const struct import_format_row *rows, size_t count,
                                        struct buf *out)
{
    json_t *document = json_object(), *list = json_array();
    for (size_t i = 0; i < count; i++) {
        json_t *object = json_object();
        report_json_member(&object, "name", report_json_text(rows[i].name));
        report_json_member(&object, "summary", report_json_text(rows[i].summary));
        report_json_element(&list, object);
    }
    report_json_member(&document, "schema", json_string("assay.formats/1"));
    report_json_member(&document, "formats", list);
    return report_json_write(document, out);
}
