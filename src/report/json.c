/* JSON documents by jansson.  Field names are a contract (docs/schema): add fields, never rename.
 * Invariant: every document starts with its schema's name. */
#include "report/json.h"

#include <string.h>

#include "base/text.h"
#include "model/resources/resources.h"
#include "report/stacks/stacks.h"
#include "report/statistics/statistics.h"
#include "report/values/json_values.h"

/* Words with blanks between them as an array. */
static json_t *report_json_words(const char *words)
{
    json_t *array = json_array();
    for (size_t length; words != NULL && *words != '\0'; words += length + (words[length] == ' ')) {
        length = strcspn(words, " ");
        report_json_element(&array, json_stringn(words, length));
    }
    return array;
}

static json_t *percentile_json(const struct percentile *percentile)
{
    json_t *object = json_object();
    report_json_member(&object, "rank", report_json_number(percentile->rank));
    report_json_member(&object, "sufficient", json_boolean(percentile->sufficient));
    report_json_member(&object, "value",
                       percentile->sufficient ? report_json_number(percentile->value)
                                              : json_null());
    report_json_member(&object, "interval",
                       percentile->sufficient ? report_json_interval(&percentile->interval)
                                              : json_null());
    return object;
}

static json_t *target_json(const struct run *run, const char *benchmark, const char *metric)
{
    for (size_t i = 0; i < run->targets.count; i++) {
        const struct target *target = &run->targets.items[i];
        if (target->status == TARGET_NONE || target->versus != NULL ||
            strcmp(target->benchmark, benchmark) != 0 || strcmp(target->metric, metric) != 0)
            continue;
        json_t *object = json_object();
        report_json_member(&object, "bound", report_json_number(target->limit));
        report_json_member(&object, "status", json_string(target_status_name(target->status)));
        return object;
    }
    return json_null();
}

static json_t *row_head(const struct result *result, const struct metric *metric)
{
    json_t *row = json_object();
    report_json_member(&row, "benchmark", report_json_text(result->benchmark.id));
    report_json_member(&row, "metric", report_json_text(metric->name));
    report_json_member(&row, "unit", report_json_text(metric->unit));
    report_json_member(&row, "direction",
                       json_string(metric->direction == HIGHER_IS_BETTER ? "higher" : "lower"));
    report_json_member(&row, "quality", json_boolean(metric->quality));
    report_json_member(&row, "kind", json_string(bench_kind_name(result->benchmark.kind)));
    report_json_member(&row, "tags", report_json_words(result->benchmark.tags));
    report_json_member(&row, "status", json_string(outcome_name(result->outcome)));
    report_json_member(&row, "reason", report_json_text(result->reason));
    report_json_member(&row, "warning", report_json_text(result->warning));
    return row;
}

static json_t *row_unmeasured(const struct result *result)
{
    static const char *const ABSENT[] = {"median", "low", "high", "target"};
    json_t *row = row_head(result, &METRICS[METRIC_TIME]);
    for (size_t i = 0; i < sizeof ABSENT / sizeof *ABSENT; i++)
        report_json_member(&row, ABSENT[i], json_null());
    report_json_member(&row, "sample_count", json_integer(0));
    return row;
}

/* An interval that may be missing. */
static json_t *maybe_interval_json(const struct interval *interval)
{
    return interval->level > 0 ? report_json_interval(interval) : json_null();
}

static json_t *outliers_json(const struct outliers *outliers)
{
    json_t *object = json_object();
    report_json_member(&object, "low_severe", json_integer((json_int_t)outliers->low_severe));
    report_json_member(&object, "low_mild", json_integer((json_int_t)outliers->low_mild));
    report_json_member(&object, "high_mild", json_integer((json_int_t)outliers->high_mild));
    report_json_member(&object, "high_severe", json_integer((json_int_t)outliers->high_severe));
    report_json_member(&object, "variance_share", report_json_number(outliers->variance_share));
    return object;
}

/* What older runs do not have is null. */
static void add_samples(json_t **row, const struct summary *summary)
{
    bool known = summary->effective_sample_count > 0;
    report_json_member(row, "outliers", known ? outliers_json(&summary->outliers) : json_null());
    report_json_member(row, "autocorrelation",
                       known ? report_json_number(summary->autocorrelation) : json_null());
    report_json_member(row, "effective_sample_count",
                       known ? report_json_number(summary->effective_sample_count) : json_null());
    report_json_member(row, "bootstrap_median", maybe_interval_json(&summary->bootstrap_median));
    report_json_member(row, "bootstrap_mean", maybe_interval_json(&summary->bootstrap_mean));
}

static json_t *row_measured(const struct run *run, const struct result *result,
                            const struct measurement *measurement)
{
    const struct summary *summary = &measurement->summary;
    json_t *row = row_head(result, measurement->metric), *percentiles = json_array();
    report_json_member(&row, "median", report_json_number(summary->median));
    report_json_member(&row, "low", report_json_number(summary->interval.low));
    report_json_member(&row, "high", report_json_number(summary->interval.high));
    report_json_member(&row, "level", report_json_number(summary->interval.level));
    report_json_member(&row, "sample_count", json_integer((json_int_t)summary->sample_count));
    report_json_member(&row, "launch_count", json_integer((json_int_t)summary->launch_count));
    report_json_member(&row, "mean", report_json_number(summary->mean));
    report_json_member(&row, "sd", report_json_number(summary->sd));
    report_json_member(&row, "mad", report_json_number(summary->mad));
    report_json_member(&row, "min", report_json_number(summary->min));
    report_json_member(&row, "max", report_json_number(summary->max));
    add_samples(&row, summary);
    for (size_t i = 0; i < PERCENTILE_COUNT; i++)
        report_json_element(&percentiles, percentile_json(&summary->percentiles[i]));
    report_json_member(&row, "percentiles", percentiles);
    report_json_member(&row, "target",
                       target_json(run, result->benchmark.id, measurement->metric->name));
    if (resource_find(measurement->metric->name) == &RESOURCES[RESOURCE_GROWTH_EACH])
        report_json_member(&row, "leak", json_string(leak_name(leak_judge(summary))));
    return row;
}

static json_t *missing_json(const struct run *run)
{
    json_t *rows = json_array();
    for (size_t i = 0; i < run->results.count; i++) {
        const struct result *result = &run->results.items[i];
        for (size_t m = 0; m < result->missing.count; m++) {
            json_t *row = json_object();
            report_json_member(&row, "benchmark", report_json_text(result->benchmark.id));
            report_json_member(&row, "metric", report_json_text(result->missing.items[m].metric));
            report_json_member(&row, "reason", report_json_text(result->missing.items[m].reason));
            report_json_element(&rows, row);
        }
    }
    return rows;
}

static json_t *results_json(const struct run *run)
{
    json_t *rows = json_array();
    for (size_t i = 0; i < run->results.count; i++) {
        const struct result *result = &run->results.items[i];
        if (result->measurements.count == 0)
            report_json_element(&rows, row_unmeasured(result));
        for (size_t m = 0; m < result->measurements.count; m++)
            report_json_element(&rows, row_measured(run, result, &result->measurements.items[m]));
    }
    return rows;
}

static json_t *targets_json(const struct run *run)
{
    json_t *rows = json_array();
    for (size_t i = 0; i < run->targets.count; i++) {
        const struct target *target = &run->targets.items[i];
        json_t *row = json_object();
        bool judged = target->status != TARGET_NONE;
        report_json_member(&row, "benchmark", report_json_text(target->benchmark));
        report_json_member(&row, "metric", report_json_text(target->metric));
        report_json_member(&row, "versus", report_json_text(target->versus));
        report_json_member(&row, "growth", report_json_text(target->growth));
        report_json_member(&row, "bound", report_json_number(target->limit));
        report_json_member(&row, "source", report_json_text(target->source));
        report_json_member(&row, "status",
                           json_string(judged ? target_status_name(target->status) : "not_run"));
        report_json_member(&row, "measured",
                           judged ? report_json_number(target->measured) : json_null());
        report_json_member(&row, "interval",
                           judged ? report_json_interval(&target->interval) : json_null());
        report_json_element(&rows, row);
    }
    return rows;
}

static json_t *claims_json(const struct run *run)
{
    json_t *rows = json_array();
    for (size_t i = 0; i < run->claims.count; i++) {
        json_t *row = json_object();
        report_json_member(&row, "benchmark", report_json_text(run->claims.items[i].benchmark));
        report_json_member(&row, "metric", report_json_text(run->claims.items[i].metric));
        report_json_member(&row, "stated", report_json_number(run->claims.items[i].value));
        report_json_member(&row, "source", report_json_text(run->claims.items[i].source));
        report_json_element(&rows, row);
    }
    return rows;
}

static json_t *plan_json(const struct plan *plan)
{
    json_t *object = json_object();
    report_json_member(&object, "profile", report_json_text(plan->profile));
    report_json_member(&object, "launches", json_integer(plan->launches));
    report_json_member(&object, "warmup_seconds", report_json_number(plan->warmup_seconds));
    report_json_member(&object, "measure_seconds", report_json_number(plan->measure_seconds));
    report_json_member(&object, "sample_count", json_integer((json_int_t)plan->sample_count));
    report_json_member(&object, "iterations", json_integer((json_int_t)plan->iterations));
    report_json_member(&object, "warmup_iterations",
                       json_integer((json_int_t)plan->warmup_iterations));
    report_json_member(&object, "stacks_seconds", report_json_number(plan->stacks_seconds));
    report_json_member(&object, "seed", json_integer((json_int_t)plan->seed));
    report_json_member(&object, "left_out", json_integer(plan->left_out));
    return object;
}

static json_t *facts_json(const char *facts)
{
    json_t *object = json_object();
    struct fact fact;
    for (const char *at = facts; environment_next_fact(&at, &fact);) {
        BUF_AUTO name, value;
        buf_init(&name, BUF_LENGTH_MAX);
        buf_init(&value, BUF_LENGTH_MAX);
        buf_add(&name, fact.name, fact.name_length);
        buf_add(&value, fact.value, fact.value_length);
        const bool good = name.status == ASSAY_OK && value.status == ASSAY_OK &&
                          text_is_utf8(name.text, name.length);
        report_json_member(&object, good ? name.text : "",
                           good ? report_json_text(value.text) : NULL);
    }
    return object;
}

static json_t *environment_json(const struct environment *environment)
{
    json_t *object = json_object();
    report_json_member(&object, "hostname", report_json_text(environment->hostname));
    report_json_member(&object, "cpu", report_json_text(environment->cpu));
    report_json_member(&object, "cores", json_integer(environment->cores));
    report_json_member(&object, "memory_bytes", report_json_number(environment->memory_bytes));
    report_json_member(&object, "kernel", report_json_text(environment->kernel));
    report_json_member(&object, "os", report_json_text(environment->os));
    report_json_member(&object, "compiler", report_json_text(environment->compiler));
    report_json_member(&object, "governor", report_json_text(environment->governor));
    report_json_member(&object, "clock_ns", report_json_number(environment->clock_ns));
    report_json_member(&object, "load_1min",
                       environment->load_1min < 0 ? json_null()
                                                  : report_json_number(environment->load_1min));
    report_json_member(&object, "steal_ratio",
                       environment->steal_ratio < 0 ? json_null()
                                                    : report_json_number(environment->steal_ratio));
    report_json_member(&object, "fingerprint", report_json_text(environment->fingerprint));
    report_json_member(&object, "facts", facts_json(environment->facts));
    return object;
}

json_t *report_json_head(const struct run *run)
{
    json_t *object = json_object();
    report_json_member(&object, "id", report_json_text(run->id));
    report_json_member(&object, "started_at", report_json_text(run->started_at));
    report_json_member(&object, "duration_seconds", report_json_number(run->duration_seconds));
    report_json_member(&object, "commit", report_json_text(run->commit));
    report_json_member(&object, "branch", report_json_text(run->branch));
    report_json_member(&object, "tag", report_json_text(run->tag));
    report_json_member(&object, "label", report_json_text(run->label));
    report_json_member(&object, "interrupted", json_boolean(run->interrupted));
    report_json_member(&object, "plan", plan_json(&run->plan));
    report_json_member(&object, "environment", environment_json(&run->environment));
    return object;
}

json_t *report_json_run_judged(const struct run *run)
{
    json_t *document = json_object();
    report_json_member(&document, "targets", targets_json(run));
    report_json_member(&document, "claims", claims_json(run));
    report_json_member(&document, "scaling", report_scaling_json(run));
    return document;
}

static json_t *not_run_json(const struct run *run)
{
    json_t *ids = json_array();
    for (size_t i = 0; i < run->not_run.count; i++)
        report_json_element(&ids, report_json_text(run->not_run.items[i]));
    return ids;
}

json_t *report_json_run_part(const struct run *run)
{
    json_t *document = json_object();
    report_json_member(&document, "schema", json_string("assay.run/1"));
    report_json_member(&document, "run", report_json_head(run));
    report_json_member(&document, "results", results_json(run));
    report_json_member(&document, "missing", missing_json(run));
    if (run->not_run.count > 0)
        report_json_member(&document, "not_run", not_run_json(run));
    report_json_member(&document, "stacks", report_stacks_json(run));
    report_json_member(&document, "targets", targets_json(run));
    report_json_member(&document, "claims", claims_json(run));
    report_json_member(&document, "scaling", report_scaling_json(run));
    return document;
}

assay_status report_json_run(const struct run *run, struct buf *out)
{
    return report_json_write(report_json_run_part(run), out);
}

static json_t *failures_json(const module_failure_vec *failures)
{
    json_t *rows = json_array();
    for (size_t i = 0; i < failures->count; i++) {
        json_t *row = json_object();
        report_json_member(&row, "module", report_json_text(failures->items[i].module));
        report_json_member(&row, "reason", report_json_text(failures->items[i].reason));
        report_json_element(&rows, row);
    }
    return rows;
}

assay_status report_json_list(const benchmark_vec *benchmarks, const module_failure_vec *failures,
                              struct buf *out)
{
    json_t *document = json_object(), *rows = json_array();
    for (size_t i = 0; i < benchmarks->count; i++) {
        json_t *row = json_object();
        report_json_member(&row, "benchmark", report_json_text(benchmarks->items[i].id));
        report_json_member(&row, "suite", report_json_text(benchmarks->items[i].suite));
        report_json_member(&row, "name", report_json_text(benchmarks->items[i].name));
        report_json_member(&row, "params", report_json_text(benchmarks->items[i].params));
        report_json_member(&row, "description", report_json_text(benchmarks->items[i].description));
        report_json_member(&row, "module", report_json_text(benchmarks->items[i].module));
        report_json_member(&row, "kind", json_string(bench_kind_name(benchmarks->items[i].kind)));
        report_json_member(&row, "tags", report_json_words(benchmarks->items[i].tags));
        report_json_element(&rows, row);
    }
    report_json_member(&document, "schema", json_string("assay.list/1"));
    report_json_member(&document, "benchmarks", rows);
    report_json_member(&document, "failures", failures_json(failures));
    return report_json_write(document, out);
}
