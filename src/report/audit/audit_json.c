/* The documents of audits.  Field names are a contract (docs/schema): add fields, never rename.
 * A verifier recomputes every verdict from samples.csv, so what is said of a claim here is enough
 * to find out whether it was changed. */
#include <math.h>

#include "report/audit/audit.h"
#include "report/json.h"
#include "report/values/json_values.h"

static json_t *optional_number(bool there, double value)
{
    return there ? report_json_number(value) : json_null();
}

static json_t *side_json(const struct audit_finding *finding, int side)
{
    bool measured = finding->verdict != AUDIT_NONE;
    const struct audit_side *wanted = side == 0 ? &finding->claim.before : &finding->claim.after;
    json_t *object = json_object();
    report_json_member(&object, "benchmark",
                       report_json_text(wanted->command ? NULL : finding->measured[side]));
    report_json_member(&object, "module", report_json_text(finding->modules[side]));
    report_json_member(&object, "command", report_json_text(wanted->command));
    report_json_member(&object, "median",
                       optional_number(measured, side == 0 ? finding->before : finding->after));
    return object;
}

static json_t *finding_json(const struct audit_finding *finding)
{
    bool measured = finding->verdict != AUDIT_NONE;
    json_t *object = json_object(), *bound = json_object();
    report_json_member(&bound, "kind", json_string(audit_bound_name(finding->claim.bound)));
    report_json_member(&bound, "value", report_json_number(finding->claim.value));
    report_json_member(&object, "claim", report_json_text(finding->claim.text));
    report_json_member(&object, "source", report_json_text(finding->claim.source));
    report_json_member(&object, "file", report_json_text(finding->file));
    report_json_member(&object, "metric", json_string(finding->claim.metric->name));
    report_json_member(&object, "unit", json_string(finding->claim.metric->unit));
    report_json_member(&object, "bound", bound);
    report_json_member(&object, "before", side_json(finding, 0));
    report_json_member(&object, "after", side_json(finding, 1));
    report_json_member(&object, "verdict", json_string(audit_verdict_name(finding->verdict)));
    report_json_member(&object, "status", json_string(outcome_name(finding->outcome)));
    report_json_member(&object, "reason", report_json_text(finding->reason));
    report_json_member(&object, "sentence", report_json_text(finding->sentence));
    report_json_member(&object, "kind", json_string(pair_kind_name(finding->kind)));
    report_json_member(&object, "ratio", optional_number(measured, finding->ratio));
    report_json_member(&object, "low", optional_number(measured, finding->interval.low));
    report_json_member(&object, "high", optional_number(measured, finding->interval.high));
    report_json_member(&object, "launches", json_integer(finding->launches));
    report_json_member(&object, "pairs", json_integer((json_int_t)finding->pairs.count));
    return object;
}

static json_t *target_json(const struct audit_target *row)
{
    bool measured = row->run_id != NULL;
    json_t *object = json_object();
    report_json_member(&object, "benchmark", report_json_text(row->target.benchmark));
    report_json_member(&object, "metric", report_json_text(row->target.metric));
    report_json_member(&object, "versus", report_json_text(row->target.versus));
    report_json_member(&object, "growth", report_json_text(row->target.growth));
    report_json_member(&object, "bound", report_json_number(row->target.limit));
    report_json_member(&object, "source", report_json_text(row->target.source));
    report_json_member(
        &object, "status",
        json_string(measured ? target_status_name(row->target.status) : "unmeasured"));
    report_json_member(&object, "measured", optional_number(measured, row->target.measured));
    report_json_member(&object, "interval",
                       measured ? report_json_interval(&row->target.interval) : json_null());
    report_json_member(&object, "run", report_json_text(row->run_id));
    report_json_member(&object, "started_at", report_json_text(row->started_at));
    return object;
}

static json_t *files_json(const audit_file_vec *files)
{
    json_t *list = json_array();
    for (size_t i = 0; i < files->count; i++) {
        json_t *object = json_object();
        report_json_member(&object, "path", report_json_text(files->items[i].path));
        report_json_member(&object, "sha256", json_string(files->items[i].sha256));
        report_json_member(&object, "kept", report_json_text(files->items[i].kept));
        report_json_element(&list, object);
    }
    return list;
}

assay_status report_json_audit(const struct audit *audit, struct buf *out)
{
    json_t *document = json_object(), *claims = json_array(), *targets = json_array();
    for (size_t i = 0; i < audit->findings.count; i++)
        report_json_element(&claims, finding_json(&audit->findings.items[i]));
    for (size_t i = 0; i < audit->targets.count; i++)
        report_json_element(&targets, target_json(&audit->targets.items[i]));
    report_json_member(&document, "schema", json_string("assay.audit/1"));
    report_json_member(&document, "id", report_json_text(audit->id));
    report_json_member(&document, "run", report_json_head(&audit->run));
    report_json_member(&document, "family_error", report_json_number(audit->family_error));
    report_json_member(&document, "level", report_json_number(audit->level));
    report_json_member(&document, "claims", claims);
    report_json_member(&document, "targets", targets);
    report_json_member(&document, "files", files_json(&audit->files));
    report_json_member(&document, "modules", files_json(&audit->modules));
    return report_json_write(document, out);
}

assay_status report_json_checks(const audit_check_vec *checks, const char *folder, struct buf *out)
{
    json_t *document = json_object(), *list = json_array();
    bool sound = true;
    for (size_t i = 0; i < checks->count; i++) {
        const struct audit_check *check = &checks->items[i];
        json_t *object = json_object();
        report_json_member(&object, "status", json_string(audit_check_status_name(check->status)));
        report_json_member(&object, "what", report_json_text(check->what));
        report_json_member(&object, "detail", report_json_text(check->detail));
        report_json_element(&list, object);
        sound = sound && check->status != AUDIT_CHECK_FAILED;
    }
    report_json_member(&document, "schema", json_string("assay.audit-verify/1"));
    report_json_member(&document, "folder", report_json_text(folder));
    report_json_member(&document, "sound", json_boolean(sound));
    report_json_member(&document, "checks", list);
    return report_json_write(document, out);
}
