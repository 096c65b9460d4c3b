/* The performance summary as JSON.  The rows themselves are assay.run/1, which stands whole in it:
 * what is here beside it are the counts and the judgements. */
#include <math.h>

#include "report/comparison.h"
#include "report/json.h"
#include "report/overview/overview.h"
#include "report/values/json_values.h"

static json_t *counts(unsigned met, unsigned missed, unsigned undecided)
{
    json_t *object = json_object();
    report_json_member(&object, "met", json_integer(met));
    report_json_member(&object, "missed", json_integer(missed));
    report_json_member(&object, "undecided", json_integer(undecided));
    return object;
}

static json_t *grade_json(const struct overview *overview)
{
    json_t *object = json_object(), *rules = json_array();
    for (int i = 0; i < GRADE_RULES; i++) {
        json_t *rule = json_object();
        if (GRADES[i].grade == overview->grade) {
            report_json_member(&object, "name", json_string(GRADES[i].name));
            report_json_member(&object, "because", json_string(GRADES[i].text));
        }
        report_json_member(&rule, "name", json_string(GRADES[i].name));
        report_json_member(&rule, "text", json_string(GRADES[i].text));
        report_json_element(&rules, rule);
    }
    report_json_member(&object, "rules", rules);
    return object;
}

static json_t *suites_json(const struct overview *overview)
{
    json_t *list = json_array();
    for (size_t i = 0; i < overview->suites.count; i++) {
        const struct suite_line *line = &overview->suites.items[i];
        json_t *object = json_object();
        report_json_member(&object, "suite", report_json_text(line->suite));
        report_json_member(&object, "ok", json_integer(line->ok));
        report_json_member(&object, "failed", json_integer(line->failed));
        report_json_member(&object, "skipped", json_integer(line->skipped));
        report_json_member(&object, "targets", counts(line->met, line->missed, line->undecided));
        report_json_member(&object, "half_width", report_json_number(line->half_width));
        report_json_element(&list, object);
    }
    return list;
}

static json_t *variants_json(const struct overview *overview)
{
    json_t *list = json_array();
    for (size_t i = 0; i < overview->variants.count; i++) {
        const struct variant_line *line = &overview->variants.items[i];
        json_t *object = json_object();
        report_json_member(&object, "suite", report_json_text(line->suite));
        report_json_member(&object, "name", report_json_text(line->name));
        report_json_member(&object, "variant", report_json_text(line->variant));
        report_json_member(&object, "inputs", json_integer(line->inputs));
        report_json_member(&object, "behind_mean", report_json_number(line->mean));
        report_json_member(&object, "behind_least", report_json_number(line->least));
        report_json_member(&object, "behind_most", report_json_number(line->most));
        report_json_element(&list, object);
    }
    return list;
}

static json_t *trades_json(const struct overview *overview)
{
    json_t *list = json_array();
    for (size_t i = 0; i < overview->trades.count; i++) {
        const struct trade_line *line = &overview->trades.items[i];
        const struct result *beaten_by = line->beaten_by;
        json_t *object = json_object();
        report_json_member(&object, "benchmark", report_json_text(line->result->benchmark.id));
        report_json_member(&object, "cost_metric", report_json_text(line->cost->metric->name));
        report_json_member(&object, "cost", report_json_number(line->cost->summary.median));
        report_json_member(&object, "quality_metric",
                           report_json_text(line->quality->metric->name));
        report_json_member(&object, "quality", report_json_number(line->quality->summary.median));
        report_json_member(&object, "beaten_by",
                           report_json_text(beaten_by != NULL ? beaten_by->benchmark.id : NULL));
        report_json_element(&list, object);
    }
    return list;
}

static json_t *claims_json(const struct overview *overview)
{
    json_t *list = json_array();
    for (size_t i = 0; i < overview->claims.count; i++) {
        const struct claim_line *line = &overview->claims.items[i];
        json_t *object = json_object();
        report_json_member(&object, "benchmark", report_json_text(line->claim->benchmark));
        report_json_member(&object, "metric", report_json_text(line->claim->metric));
        report_json_member(&object, "claimed", report_json_number(line->claim->value));
        report_json_member(
            &object, "measured",
            report_json_number(line->ours != NULL ? line->ours->summary.median : (double)NAN));
        report_json_member(&object, "ratio", report_json_number(line->ratio));
        report_json_member(&object, "source", report_json_text(line->claim->source));
        report_json_element(&list, object);
    }
    return list;
}

assay_status report_json_overview(const struct overview *overview, struct buf *out)
{
    const bool compared = overview->then != NULL;
    json_t *document = json_object();
    report_json_member(&document, "schema", json_string("assay.summary/1"));
    report_json_member(&document, "digest", json_string(overview->digest));
    report_json_member(&document, "grade", grade_json(overview));
    report_json_member(&document, "ok", json_integer(overview->ok));
    report_json_member(&document, "failed", json_integer(overview->failed));
    report_json_member(&document, "skipped", json_integer(overview->skipped));
    report_json_member(&document, "targets",
                       counts(overview->met, overview->missed, overview->undecided));
    report_json_member(&document, "targets_not_run", json_integer(overview->not_run));
    report_json_member(&document, "half_width", report_json_number(overview->half_width));
    report_json_member(&document, "suites", suites_json(overview));
    report_json_member(&document, "variants", variants_json(overview));
    report_json_member(&document, "trades", trades_json(overview));
    report_json_member(&document, "claims", claims_json(overview));
    report_json_member(&document, "compared_with",
                       compared ? report_json_text(overview->then->id) : json_null());
    report_json_member(
        &document, "comparison",
        compared ? report_json_comparison_part(overview->rows, COMPARISON_FALSE_DISCOVERY_RATE)
                 : json_null());
    report_json_member(&document, "run", report_json_run_part(overview->run));
    return report_json_write(document, out);
}
