/* Findings out of runs and out of documents of gates.
 * Why a gate's document and not its rows: a gate is run once, and its result goes to several
 * places; what it printed can be kept and turned into each format later, on another machine. */
#include "exchange/findings.h"

#include <jansson.h>
#include <math.h>
#include <string.h>

#include "base/quantity.h"
#include "base/text.h"
#include "model/resources/resources.h"

static assay_status add(ci_finding_vec *findings, const struct ci_finding *finding)
{
    struct ci_finding *added = vec_add(findings);
    if (added == NULL || finding->message == NULL || finding->benchmark == NULL)
        return ASSAY_ERR_MEMORY;
    *added = *finding;
    return ASSAY_OK;
}

static assay_status add_target(const struct target *target, struct arena *arena,
                               ci_finding_vec *findings)
{
    char measured[QUANTITY_TEXT_MAX], bound[QUANTITY_TEXT_MAX];
    const struct metric *metric = resource_or_metric(target->metric);
    const char *unit = metric && !target->versus && !target->growth ? metric->unit : "";
    struct ci_finding finding = {target->benchmark, "target", target->metric, "", FINDING_PASS};
    if (target->status == TARGET_NONE)
        return ASSAY_OK;
    if (target->status != TARGET_MET && target->growth != NULL) {
        finding.level = target->status == TARGET_MISSED ? FINDING_ERROR : FINDING_WARNING;
        finding.message =
            arena_printf(arena, "target %s: %s grows like n^%.3g, wanted %s, at most n^%.3g",
                         target_status_name(target->status), target->metric, target->measured,
                         target->growth, target->limit);
    } else if (target->status != TARGET_MET) {
        finding.level = target->status == TARGET_MISSED ? FINDING_ERROR : FINDING_WARNING;
        finding.message = arena_printf(
            arena, "target %s: %s is %s, wanted %s%s%s", target_status_name(target->status),
            target->metric, quantity_format(target->measured, unit, measured),
            quantity_format(target->limit, unit, bound), target->versus ? " times as fast as " : "",
            target->versus ? target->versus : "");
    }
    return add(findings, &finding);
}

assay_status findings_of_run(const struct run *run, struct arena *arena, ci_finding_vec *findings)
{
    for (size_t i = 0; i < run->results.count; i++) {
        const struct result *result = &run->results.items[i];
        struct ci_finding finding = {result->benchmark.id, "run", METRICS[METRIC_TIME].name, "",
                                     FINDING_PASS};
        if (result->outcome != OUTCOME_OK) {
            finding.message = result->reason;
            finding.level = result->outcome == OUTCOME_FAILED ? FINDING_ERROR : FINDING_SKIPPED;
        }
        TRY(add(findings, &finding));
    }
    for (size_t i = 0; i < run->targets.count; i++)
        TRY(add_target(&run->targets.items[i], arena, findings));
    return ASSAY_OK;
}

/* ---- documents of gates ---------------------------------------------------------------------- */

struct reading {
    const char *name;
    struct arena *arena;
    struct buf *error;
};

static assay_status wrong(const struct reading *reading, size_t row, const char *key,
                          const char *wanted)
{
    return buf_error(reading->error, ASSAY_ERR_PARSE, "%s: $.rows[%zu].%s: wants %s", reading->name,
                     row, key, wanted);
}

static assay_status read_text(const struct reading *reading, const json_t *object, size_t row,
                              const char *key, const char **ret_text)
{
    const char *text = json_string_value(json_object_get(object, key));
    if (text == NULL)
        return wrong(reading, row, key, "a text");
    *ret_text = arena_copy(reading->arena, text);
    return *ret_text ? ASSAY_OK : ASSAY_ERR_MEMORY;
}

static double number(const json_t *object, const char *key)
{
    const json_t *value = json_object_get(object, key);
    return json_is_number(value) ? json_number_value(value) : (double)NAN;
}

/* "slower: time_ns +12.3 % (+10.1 .. +14.5 %); why". */
static const char *message_of(const struct reading *reading, const json_t *object,
                              const char *verdict, const char *metric, const char *reason)
{
    const double ratio = number(object, "ratio"), low = number(object, "low");
    const double high = number(object, "high");
    const char *divider = reason[0] ? "; " : "";
    if (isnan(ratio))
        return arena_printf(reading->arena, "%s: no ratio%s%s", metric, divider, reason);
    return arena_printf(reading->arena, "%s: %s %+.1f %% (%+.1f .. %+.1f %%)%s%s", verdict, metric,
                        100 * (ratio - 1), 100 * (low - 1), 100 * (high - 1), divider, reason);
}

static assay_status read_row(const struct reading *reading, const json_t *object, size_t row,
                             ci_finding_vec *findings)
{
    static const struct {
        const char *gate;
        enum ci_level level;
    } LEVELS[] = {{"pass", FINDING_PASS},
                  {"warn", FINDING_WARNING},
                  {"undecided", FINDING_WARNING},
                  {"fail", FINDING_ERROR}};
    const char *gate = "", *verdict = "", *kind = "", *reason = "";
    struct ci_finding finding = {.message = ""};
    size_t level = 0;
    TRY(read_text(reading, object, row, "benchmark", &finding.benchmark));
    TRY(read_text(reading, object, row, "metric", &finding.metric));
    TRY(read_text(reading, object, row, "gate", &gate));
    TRY(read_text(reading, object, row, "verdict", &verdict));
    TRY(read_text(reading, object, row, "kind", &kind));
    TRY(read_text(reading, object, row, "reason", &reason));
    while (level < sizeof LEVELS / sizeof *LEVELS && strcmp(LEVELS[level].gate, gate) != 0)
        level++;
    if (level == sizeof LEVELS / sizeof *LEVELS)
        return wrong(reading, row, "gate", "pass, warn, fail or undecided");
    finding.level = LEVELS[level].level;
    finding.rule = strcmp(kind, "target") == 0 ? "target" : "gate";
    if (finding.level != FINDING_PASS)
        finding.message = message_of(reading, object, verdict, finding.metric, reason);
    return add(findings, &finding);
}

static assay_status read_document(const struct reading *reading, const json_t *document,
                                  ci_finding_vec *findings)
{
    const char *schema = json_string_value(json_object_get(document, "schema"));
    const json_t *rows = json_object_get(document, "rows");
    if (schema == NULL || strcmp(schema, "assay.compare/1") != 0 || !json_is_array(rows))
        return buf_error(reading->error, ASSAY_ERR_PARSE,
                         "%s: not what 'assay gate --json' or 'assay compare --json' prints",
                         reading->name);
    for (size_t i = 0; i < json_array_size(rows); i++)
        TRY(read_row(reading, json_array_get(rows, i), i, findings));
    return ASSAY_OK;
}

assay_status findings_parse(const char *text, size_t length, const char *name, struct arena *arena,
                            ci_finding_vec *findings, struct buf *error)
{
    json_error_t place;
    char shown[TEXT_SHOWN_MAX];
    const struct reading reading = {name, arena, error};
    json_t *document = json_loadb(text, length, JSON_REJECT_DUPLICATES, &place);
    if (document == NULL && json_error_code(&place) == json_error_out_of_memory)
        return ASSAY_ERR_MEMORY;
    if (document == NULL)
        return buf_error(error, ASSAY_ERR_PARSE, "%s:%d: column %d: %s", name, place.line,
                         place.column, text_shown(place.text, shown));
    assay_status status = read_document(&reading, document, findings);
    json_decref(document);
    return status;
}
