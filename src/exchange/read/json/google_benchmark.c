/* Google Benchmark's JSON, of 1.5 and later.
 * Repetitions are the unit of evidence where there are some, each as a launch: they share a
 * process, which the row's warning says.  Aggregates count only where the repetitions themselves
 * were not reported.  "/64" and "/n:64" behind a name are its parameters. */
#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "exchange/read/importers.h"
#include "exchange/read/json_read.h"

bool import_google_benchmark_sniff(const struct import_text *text)
{
    return node_is_list(node_member(text->json, "benchmarks")) &&
           node_is_object(node_member(text->json, "context")) &&
           node_member(node_member(text->json, "context"), "library_build_type") != NULL;
}

enum { PART_MAX = 1024 };

/* A row's name taken apart. */
struct parts {
    char name[PART_MAX], params[PART_MAX];
};

static bool is_one_of(const char *text, size_t length, const char *const *words)
{
    for (; *words != NULL; words++)
        if (strlen(*words) == length && memcmp(*words, text, length) == 0)
            return true;
    return false;
}

/* How it was measured, which is no input. */
static bool is_setting(const char *text, size_t length)
{
    static const char *const SETTINGS[] = {
        "real_time", "process_time", "manual_time",     "iterations",
        "repeats",   "min_time",     "min_warmup_time", NULL};
    const char *colon = memchr(text, ':', length);
    return is_one_of(text, colon ? (size_t)(colon - text) : length, SETTINGS);
}

static bool is_number(const char *text, size_t length)
{
    size_t first = length > 1 && text[0] == '-';
    for (size_t i = first; i < length; i++)
        if (!isdigit((unsigned char)text[i]))
            return false;
    return length > 0;
}

static bool is_param(const char *text, size_t length)
{
    const char *colon = memchr(text, ':', length);
    bool named = colon != NULL && colon > text && colon[1] != ':' && colon + 1 < text + length &&
                 memchr(text, '<', length) == NULL;
    return named || is_number(text, length) || is_setting(text, length);
}

/* Where the parameters of `name` begin: the first of the '/' behind which nothing else stands. */
static size_t params_start(const char *name)
{
    size_t start = strlen(name), end = start;
    for (size_t at = end; at-- > 1;) {
        if (name[at] != '/')
            continue;
        if (!is_param(name + at + 1, end - at - 1))
            break;
        start = end = at;
    }
    return start;
}

/* "BM_copy/64/align:8/threads:2" -> "BM_copy", "arg1=64,align=8,threads=2".  False: too long. */
static bool split_name(const char *run_name, struct parts *ret)
{
    const size_t start = params_start(run_name);
    int plain = 0, used = 0;
    if (strlen(run_name) > PART_MAX / 4)
        return false;
    memcpy(ret->name, run_name, start);
    ret->name[start] = ret->params[0] = '\0';
    for (const char *at = run_name + start; *at == '/';) {
        const char *part = at + 1;
        int length = (int)strcspn(part, "/");
        const char *colon = memchr(part, ':', (size_t)length);
        const char *comma = used > 0 ? "," : "";
        char *out = ret->params + used;
        size_t room = PART_MAX - (size_t)used;
        at = part + length;
        if (is_setting(part, (size_t)length))
            continue;
        used += colon != NULL ? snprintf(out, room, "%s%.*s=%.*s", comma, (int)(colon - part), part,
                                         (int)(part + length - colon - 1), colon + 1)
                              : snprintf(out, room, "%sarg%d=%.*s", comma, ++plain, length, part);
    }
    return used < PART_MAX;
}

static assay_status read_context(const struct node *root, struct sink *sink)
{
    const struct place top = {.key = "$"}, place = {.up = &top, .key = "context"};
    const struct node *context;
    const char *date, *host, *version, *build;
    double cores, mhz;
    char text[512];
    TRY(json_need_object(sink, &top, root, "context", &context));
    TRY(json_read_text(sink, &place, context, "date", &date));
    TRY(json_read_text(sink, &place, context, "host_name", &host));
    TRY(json_read_text(sink, &place, context, "library_version", &version));
    TRY(json_read_text(sink, &place, context, "library_build_type", &build));
    TRY(json_read_number(sink, &place, context, "num_cpus", &cores));
    TRY(json_read_number(sink, &place, context, "mhz_per_cpu", &mhz));
    TRY(sink_fact_date(sink, date));
    snprintf(text, sizeof text, "%.200s, %.0f MHz", host ? host : "unknown", mhz > 0 ? mhz : 0);
    TRY(sink_fact(sink, &sink->facts.machine, text));
    snprintf(text, sizeof text, "%.100s %.100s", version ? version : "", build ? build : "");
    TRY(sink_fact(sink, &sink->facts.tool, text));
    if (sink->facts.cores == 0 && cores >= 1 && cores < 1e6)
        sink->facts.cores = (unsigned)cores;
    return ASSAY_OK;
}

/* What is known of all members; the other numbers are counters. */
static bool is_counter(const char *key)
{
    static const char *const KNOWN[] = {"family_index",
                                        "per_family_instance_index",
                                        "repetitions",
                                        "repetition_index",
                                        "threads",
                                        "iterations",
                                        "real_time",
                                        "cpu_time",
                                        "bytes_per_second",
                                        "items_per_second",
                                        NULL};
    return !is_one_of(key, strlen(key), KNOWN);
}

/* The row's member as metric `metric`, when it is there. */
static assay_status add_member(struct sink *sink, const struct place *place,
                               const struct node *object, const char *key,
                               const struct sink_row *row)
{
    double value;
    const struct place member = {.up = place, .key = key};
    TRY(json_read_number(sink, place, object, key, &value));
    return isnan(value) ? ASSAY_OK : sink_add(sink, &member, row, &value, 1);
}

static assay_status add_counters(struct sink *sink, const struct place *place,
                                 const struct node *object, const struct sink_row *named)
{
    for (NODE_MEMBERS(value, object)) {
        const char *key = value->key;
        if (!node_is_number(value) || !is_counter(key))
            continue;
        struct sink_row row = *named;
        row.metric = key;
        row.unit = "";
        TRY(add_member(sink, place, object, key, &row));
    }
    return ASSAY_OK;
}

static assay_status add_values(struct sink *sink, const struct place *place,
                               const struct node *object, const struct sink_row *named)
{
    struct sink_row row = *named;
    double time;
    TRY(json_need_number(sink, place, object, "real_time", &time));
    TRY(add_member(sink, place, object, "real_time", &row));
    row.metric = "cpu_time_ns";
    TRY(add_member(sink, place, object, "cpu_time", &row));
    row.metric = METRICS[METRIC_BYTES].name;
    row.unit = "B/s";
    TRY(add_member(sink, place, object, "bytes_per_second", &row));
    row.metric = METRICS[METRIC_ITEMS].name;
    row.unit = "1/s";
    TRY(add_member(sink, place, object, "items_per_second", &row));
    return add_counters(sink, place, object, named);
}

/* The aggregate `name` of the run that row `index` is an aggregate of: its row, or NULL. */
static const struct node *sibling(const struct node *rows, size_t index, const char *run_name,
                                  const char *name)
{
    enum { NEAR = 8 }; /* they stand together */
    for (size_t i = index > NEAR ? index - NEAR : 0; i < index + NEAR; i++) {
        const struct node *row = node_item(rows, i);
        const char *run = node_text(node_member(row, "run_name"));
        const char *kind = node_text(node_member(row, "aggregate_name"));
        if (run != NULL && kind != NULL && strcmp(run, run_name) == 0 && strcmp(kind, name) == 0)
            return row;
    }
    return NULL;
}

static double time_of(const struct node *row, double other)
{
    const struct node *value = node_member(row, "real_time");
    return node_is_number(value) ? node_number(value) : other;
}

/* Of the aggregates the median stands for the run, with mean and deviation beside it. */
static assay_status add_aggregate(struct sink *sink, const struct place *place,
                                  const struct node *rows, const struct sink_row *row,
                                  const char *run_name)
{
    const struct node *object = node_item(rows, place->index);
    const char *kind;
    double median, repetitions;
    TRY(json_need_text(sink, place, object, "aggregate_name", &kind));
    if (strcmp(kind, "median") != 0 || sink_has(sink, row))
        return ASSAY_OK;
    TRY(json_need_number(sink, place, object, "real_time", &median));
    TRY(json_read_number(sink, place, object, "repetitions", &repetitions));
    struct summary summary = {
        .sample_count = repetitions >= 1 && repetitions < 1e9 ? (size_t)repetitions : 1,
        .median = median,
        .interval = {median, median, 0},
        .mean = time_of(sibling(rows, place->index, run_name, "mean"), median),
        .sd = time_of(sibling(rows, place->index, run_name, "stddev"), 0),
        .min = median,
        .max = median,
    };
    TRY(sink_add_summary(sink, place, row, &summary));
    return sink_warn(sink, "only the aggregates of its repetitions were reported");
}

static assay_status add_failure(struct sink *sink, const struct place *place,
                                const struct node *object, const struct sink_row *row)
{
    const char *message, *skipped;
    TRY(json_read_text(sink, place, object, "error_message", &message));
    TRY(json_read_text(sink, place, object, "skip_message", &skipped));
    return sink_add_failure(sink, place, row, message ? message : skipped ? skipped : "failed");
}

static assay_status add_row(struct sink *sink, const struct place *list, const struct node *rows,
                            size_t index)
{
    const struct place place = {.up = list, .index = index};
    const char *name, *run_name, *type, *unit;
    const struct node *object;
    struct parts parts;
    double repetitions;
    TRY(json_need_element(sink, list, rows, index, &object));
    TRY(json_need_text(sink, &place, object, "name", &name));
    TRY(json_read_text(sink, &place, object, "run_name", &run_name));
    TRY(json_read_text(sink, &place, object, "run_type", &type));
    TRY(json_read_text(sink, &place, object, "time_unit", &unit));
    TRY(json_read_number(sink, &place, object, "repetitions", &repetitions));
    run_name = run_name != NULL ? run_name : name;
    if (!split_name(run_name, &parts))
        return sink_wrong(sink, &place, "a name of more than %d bytes", PART_MAX / 4);
    const struct sink_row row = {
        .name = parts.name, .params = parts.params, .unit = unit ? unit : "ns"};
    if (node_is_true(node_member(object, "error_occurred")) ||
        node_is_true(node_member(object, "skipped")))
        return add_failure(sink, &place, object, &row);
    if (type != NULL && strcmp(type, "aggregate") == 0)
        return add_aggregate(sink, &place, rows, &row, run_name);
    TRY(add_values(sink, &place, object, &row));
    return repetitions > 1 ? sink_warn(sink, SINK_SAME_PROCESS) : ASSAY_OK;
}

assay_status import_google_benchmark_parse(const struct import_text *text, struct sink *sink)
{
    const struct place top = {.key = "$"}, place = {.up = &top, .key = "benchmarks"};
    const struct node *rows;
    TRY(read_context(text->json, sink));
    TRY(json_need_list(sink, &top, text->json, "benchmarks", &rows));
    for (size_t i = 0; i < node_count(rows); i++)
        TRY(add_row(sink, &place, rows, i));
    return ASSAY_OK;
}
