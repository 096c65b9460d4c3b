/* Reading "assay.run/1".
 *
 * The document has of each time the interval of its launches and not the launches, which is what
 * stored results are compared by.  Invariant: a run is complete or was never handed out. */
#include "session/versions/results_file.h"

#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"

enum { LAUNCHES_MAX = 100000 };

/* What a reading shares. */
struct reading {
    const char *name;
    struct run *run;
    struct buf *error;
};

static assay_status wrong(const struct reading *reading, const char *what, const char *wanted)
{
    return buf_error(reading->error, ASSAY_ERR_PARSE, "%s: '%s' wants %s", reading->name, what,
                     wanted);
}

static assay_status read_text(const struct reading *reading, const json_t *object, const char *key,
                              const char **ret_text)
{
    const char *text = json_string_value(json_object_get(object, key));
    if (text == NULL)
        return wrong(reading, key, "a text");
    *ret_text = arena_copy(&reading->run->arena, text);
    return *ret_text ? ASSAY_OK : ASSAY_ERR_MEMORY;
}

static assay_status read_whole(const struct reading *reading, const json_t *object, const char *key,
                               json_int_t max, json_int_t *ret_value)
{
    const json_t *value = json_object_get(object, key);
    if (!json_is_integer(value) || json_integer_value(value) < 1 || json_integer_value(value) > max)
        return wrong(reading, key, "a whole number above 0");
    *ret_value = json_integer_value(value);
    return ASSAY_OK;
}

static assay_status read_time(const struct reading *reading, const json_t *object, const char *key,
                              double *ret_ns)
{
    double ns = json_number_value(json_object_get(object, key));
    if (!(ns > 0 && ns < 1e100))
        return wrong(reading, key, "a time above 0");
    *ret_ns = ns;
    return ASSAY_OK;
}

static assay_status read_environment(const struct reading *reading, const json_t *object)
{
    struct environment *environment = &reading->run->environment;
    json_int_t cores = 0;
    if (!json_is_object(object))
        return wrong(reading, "environment", "the machine");
    TRY(read_text(reading, object, "cpu", &environment->cpu));
    TRY(read_text(reading, object, "kernel", &environment->kernel));
    TRY(read_text(reading, object, "fingerprint", &environment->fingerprint));
    TRY(read_whole(reading, object, "cores", 1 << 20, &cores));
    environment->cores = (unsigned)cores;
    return ASSAY_OK;
}

/* "suite/name:params" taken apart. */
static assay_status read_benchmark(const struct reading *reading, const json_t *row,
                                   struct benchmark *benchmark)
{
    struct arena *arena = &reading->run->arena;
    TRY(read_text(reading, row, "benchmark", &benchmark->id));
    const char *slash = strchr(benchmark->id, '/');
    if (slash == NULL || slash == benchmark->id)
        return wrong(reading, "benchmark", "an id: suite/name");
    size_t length = strcspn(slash + 1, ":");
    const char *params = slash + 1 + length;
    benchmark->suite = arena_copy_n(arena, benchmark->id, (size_t)(slash - benchmark->id));
    benchmark->name = arena_copy_n(arena, slash + 1, length);
    benchmark->params = arena_copy(arena, *params == ':' ? params + 1 : "");
    benchmark->description = benchmark->tags = benchmark->module = benchmark->compiler = "";
    return benchmark->suite && benchmark->name && benchmark->params ? ASSAY_OK : ASSAY_ERR_MEMORY;
}

static assay_status read_summary(const struct reading *reading, const json_t *row,
                                 struct result *result)
{
    struct measurement *measurement = result_add_measurement(result, &METRICS[METRIC_TIME]);
    if (measurement == NULL)
        return ASSAY_ERR_MEMORY;
    struct summary *summary = &measurement->summary;
    json_int_t launches = 0;
    TRY(read_time(reading, row, "median", &summary->median));
    TRY(read_whole(reading, row, "launch_count", LAUNCHES_MAX, &launches));
    if (launches >= 2) {
        TRY(read_time(reading, row, "low", &summary->interval.low));
        TRY(read_time(reading, row, "high", &summary->interval.high));
        summary->interval.level = json_number_value(json_object_get(row, "level"));
        if (!(summary->interval.level > 0 && summary->interval.level < 1))
            return wrong(reading, "level", "a number between 0 and 1");
        if (summary->interval.low > summary->interval.high)
            return wrong(reading, "low", "a time that is not above 'high'");
    }
    summary->launch_count = (size_t)launches;
    summary->sample_count = (size_t)launches;
    return ASSAY_OK;
}

/* Rows of other metrics are passed over: comparing is about times. */
static assay_status read_row(const struct reading *reading, const json_t *row)
{
    const char *metric, *status;
    if (!json_is_object(row))
        return wrong(reading, "results", "rows");
    TRY(read_text(reading, row, "metric", &metric));
    if (strcmp(metric, METRICS[METRIC_TIME].name) != 0)
        return ASSAY_OK;
    struct result *result = vec_add(&reading->run->results);
    if (result == NULL)
        return ASSAY_ERR_MEMORY;
    *result = (struct result){.warning = ""};
    TRY(read_benchmark(reading, row, &result->benchmark));
    TRY(read_text(reading, row, "reason", &result->reason));
    TRY(read_text(reading, row, "status", &status));
    result->outcome = outcome_parse(status);
    return result->outcome == OUTCOME_OK ? read_summary(reading, row, result) : ASSAY_OK;
}

static assay_status read_document(const struct reading *reading, const json_t *document)
{
    const json_t *run = json_object_get(document, "run");
    const json_t *rows = json_object_get(document, "results");
    const char *schema = json_string_value(json_object_get(document, "schema"));
    char shown[TEXT_SHOWN_MAX];
    if (schema == NULL || strcmp(schema, "assay.run/1") != 0)
        return buf_error(reading->error, ASSAY_ERR_PARSE,
                         "%s: not results of 'assay run --json': its schema is '%s', not "
                         "'assay.run/1'",
                         reading->name, text_shown(schema ? schema : "", shown));
    if (!json_is_object(run))
        return wrong(reading, "run", "the run");
    if (!json_is_array(rows))
        return wrong(reading, "results", "a list");
    TRY(read_text(reading, run, "id", &reading->run->id));
    TRY(read_environment(reading, json_object_get(run, "environment")));
    for (size_t i = 0; i < json_array_size(rows); i++)
        TRY(read_row(reading, json_array_get(rows, i)));
    if (reading->run->results.count == 0)
        return wrong(reading, "results", "a time of some benchmark");
    return ASSAY_OK;
}

assay_status results_parse(const char *text, size_t length, const char *name, struct run *ret_run,
                           struct buf *error)
{
    struct run run = {0};
    json_error_t place;
    char shown[TEXT_SHOWN_MAX];
    const struct reading reading = {name, &run, error};
    json_t *document = json_loadb(text, length, JSON_REJECT_DUPLICATES, &place);
    if (document == NULL && json_error_code(&place) == json_error_out_of_memory)
        return ASSAY_ERR_MEMORY;
    if (document == NULL)
        return buf_error(error, ASSAY_ERR_PARSE, "%s:%d:%d: %s", name, place.line, place.column,
                         text_shown(place.text, shown));
    assay_status status = read_document(&reading, document);
    json_decref(document);
    if (status == ASSAY_OK)
        *ret_run = run;
    else
        run_release(&run);
    return status;
}

assay_status results_load(const char *path, struct run *ret_run, struct buf *error)
{
    char chunk[65536];
    BUF_AUTO text;
    size_t got;
    FILE *file = fopen(path, "re");
    if (file == NULL)
        return buf_error(error, ASSAY_ERR_IO, "cannot open '%s': %s", path, strerror(errno));
    buf_init(&text, RESULTS_BYTES_MAX);
    while (text.status == ASSAY_OK && (got = fread(chunk, 1, sizeof chunk, file)) > 0)
        buf_add(&text, chunk, got);
    int code = ferror(file) != 0 ? errno : 0;
    fclose(file);
    if (code != 0)
        return buf_error(error, ASSAY_ERR_IO, "cannot read '%s': %s", path, strerror(code));
    if (text.status != ASSAY_OK)
        return buf_error(error, text.status, "'%s' is longer than %d MiB", path,
                         RESULTS_BYTES_MAX >> 20);
    return results_parse(text.text, text.length, path, ret_run, error);
}
