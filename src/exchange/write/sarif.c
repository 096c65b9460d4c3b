/* SARIF 2.1.0: a result for each check that did not pass.  A benchmark has no line in a file, so
 * its place is a logical location; its id and metric make the fingerprint by which services know it
 * again in the next run. */
#include "exchange/write/exporters.h"
#include "report/values/json_values.h"

static json_t *text_json(const char *text)
{
    json_t *object = json_object();
    report_json_member(&object, "text", report_json_text(text));
    return object;
}

static json_t *locations_json(const char *benchmark)
{
    json_t *logical = json_object(), *logicals = json_array();
    json_t *location = json_object(), *locations = json_array();
    report_json_member(&logical, "fullyQualifiedName", report_json_text(benchmark));
    report_json_member(&logical, "kind", json_string("function"));
    report_json_element(&logicals, logical);
    report_json_member(&location, "logicalLocations", logicals);
    report_json_element(&locations, location);
    return locations;
}

static json_t *result_json(const struct ci_finding *finding)
{
    json_t *result = json_object(), *prints = json_object();
    BUF_AUTO name, message;
    buf_init(&name, 1 << 16);
    buf_init(&message, 1 << 16);
    buf_printf(&name, "%s %s", finding->benchmark, finding->metric);
    buf_printf(&message, "%s: %s", finding->benchmark, finding->message);
    report_json_member(&prints, "assay/v1", report_json_text(name.text));
    report_json_member(&result, "ruleId", report_json_text(finding->rule));
    report_json_member(&result, "level",
                       json_string(finding->level == FINDING_ERROR ? "error" : "warning"));
    report_json_member(&result, "message", text_json(message.text));
    report_json_member(&result, "locations", locations_json(finding->benchmark));
    report_json_member(&result, "partialFingerprints", prints);
    return result;
}

static json_t *driver_json(void)
{
    static const struct {
        const char *id, *text;
    } RULES[] = {{"run", "a benchmark runs and its check passes"},
                 {"target", "a metric keeps its bound"},
                 {"gate", "a benchmark is not worse than its baseline"}};
    json_t *driver = json_object(), *rules = json_array();
    for (size_t i = 0; i < sizeof RULES / sizeof *RULES; i++) {
        json_t *rule = json_object();
        report_json_member(&rule, "id", json_string(RULES[i].id));
        report_json_member(&rule, "shortDescription", text_json(RULES[i].text));
        report_json_element(&rules, rule);
    }
    report_json_member(&driver, "name", json_string("assay"));
    report_json_member(&driver, "rules", rules);
    return driver;
}

assay_status export_sarif(const struct export_source *source, struct buf *out)
{
    json_t *document = json_object(), *runs = json_array(), *run = json_object();
    json_t *tool = json_object(), *results = json_array();
    for (size_t i = 0; i < source->findings->count; i++)
        if (source->findings->items[i].level >= FINDING_WARNING)
            report_json_element(&results, result_json(&source->findings->items[i]));
    report_json_member(&tool, "driver", driver_json());
    report_json_member(&run, "tool", tool);
    report_json_member(&run, "results", results);
    report_json_element(&runs, run);
    report_json_member(&document, "$schema",
                       json_string("https://json.schemastore.org/sarif-2.1.0.json"));
    report_json_member(&document, "version", json_string("2.1.0"));
    report_json_member(&document, "runs", runs);
    return report_json_write(document, out);
}
