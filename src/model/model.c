/* Tables behind model.h.  Every list that a user can see (metrics, outcomes, target words) stands
 * here once; a new metric is a row in METRICS and its computation in session/measurements.c. */
#include "model/model.h"

#include <math.h>
#include <string.h>

#include "base/text.h"

const struct metric METRICS[METRIC_COUNT] = {
    [METRIC_TIME] = {"time_ns", "ns", LOWER_IS_BETTER, false},
    [METRIC_BYTES] = {"bytes_per_s", "B/s", HIGHER_IS_BETTER, false},
    [METRIC_ITEMS] = {"items_per_s", "1/s", HIGHER_IS_BETTER, false},
    [METRIC_RSS] = {"rss_bytes_peak", "B", LOWER_IS_BETTER, false},
    [METRIC_INSTRUCTIONS] = {"instructions", "instr", LOWER_IS_BETTER, false},
    [METRIC_ROOFLINE] = {"roofline_percent", "%", HIGHER_IS_BETTER, false},
};

const struct metric *metric_find(const char *name)
{
    for (size_t i = 0; name != NULL && i < METRIC_COUNT; i++)
        if (strcmp(METRICS[i].name, name) == 0)
            return &METRICS[i];
    return NULL;
}

const double PERCENTILE_RANKS[PERCENTILE_COUNT] = {50, 90, 95, 99, 99.9};

double plan_limit_seconds(const struct plan *plan, const struct benchmark *benchmark)
{
    return plan->limit_is_firm ? plan->limit_seconds
                               : fmax(plan->limit_seconds, benchmark->limit_seconds);
}

static const char *const KINDS[] = {"latency", "throughput", "resource"};
static const char *const OUTCOMES[] = {"ok", "failed", "skipped"};
static const char *const TARGET_STATUSES[] = {"none", "met", "missed", "undecided"};

const char *bench_kind_name(enum bench_kind kind)
{
    return KINDS[kind];
}

bool bench_kind_parse(const char *name, enum bench_kind *ret_kind)
{
    for (int i = BENCH_LATENCY; i <= BENCH_RESOURCE; i++)
        if (strcmp(KINDS[i], name) == 0) {
            *ret_kind = (enum bench_kind)i;
            return true;
        }
    return false;
}

const char *outcome_name(enum outcome outcome)
{
    return OUTCOMES[outcome];
}

enum outcome outcome_parse(const char *name)
{
    for (int i = OUTCOME_OK; i <= OUTCOME_SKIPPED; i++)
        if (strcmp(OUTCOMES[i], name) == 0)
            return (enum outcome)i;
    return OUTCOME_FAILED;
}

const char *target_status_name(enum target_status status)
{
    return TARGET_STATUSES[status];
}

static bool same_sizes(const char *a, const char *b)
{
    while (*a != '\0' && *b != '\0') {
        size_t length_a = strcspn(a, ","), length_b = strcspn(b, ",");
        const char *value = memchr(a, '=', length_a);
        bool number = value != NULL && value[1] >= '0' && value[1] <= '9';
        if (number && (length_a != length_b || memcmp(a, b, length_a) != 0))
            return false;
        a += length_a + (a[length_a] == ',');
        b += length_b + (b[length_b] == ',');
    }
    return *a == *b;
}

bool benchmark_same_input(const struct benchmark *a, const struct benchmark *b)
{
    return strcmp(a->suite, b->suite) == 0 && strcmp(a->name, b->name) == 0 &&
           same_sizes(a->params, b->params);
}

bool benchmark_is_meant(const char *pattern, const char *id)
{
    if (text_glob(pattern, id))
        return true;
    bool is_general = strpbrk(pattern, "*?") != NULL && strchr(pattern, ':') == NULL;
    return is_general && text_glob_n(pattern, id, strcspn(id, ":"));
}

const char *environment_fingerprint(const struct environment *environment, struct arena *arena)
{
    return arena_printf(arena, "%s|%u|%s|%s", environment->cpu, environment->cores,
                        environment->kernel, environment->compiler ? environment->compiler : "");
}

/* Length of "cpu|cores|kernel" in a fingerprint, which the compilers end. */
static size_t machine_part(const char *fingerprint)
{
    const char *end = strrchr(fingerprint, '|');
    return end == NULL ? strlen(fingerprint) : (size_t)(end - fingerprint);
}

bool environment_same_machine(const struct environment *a, const struct environment *b)
{
    size_t length = machine_part(a->fingerprint);
    return strcmp(a->cpu, b->cpu) == 0 && a->cores == b->cores &&
           strcmp(a->kernel, b->kernel) == 0 && length == machine_part(b->fingerprint) &&
           strncmp(a->fingerprint, b->fingerprint, length) == 0;
}

bool environment_next_fact(const char **at, struct fact *ret_fact)
{
    for (const char *line = *at; line != NULL && *line != '\0'; line = *at) {
        size_t length = strcspn(line, "\n");
        const char *colon = memchr(line, ':', length);
        *at = line + length + (line[length] == '\n');
        if (colon == NULL || colon == line || length < (size_t)(colon - line) + 3 ||
            colon[1] != ' ')
            continue;
        *ret_fact = (struct fact){line, colon + 2, (size_t)(colon - line),
                                  length - (size_t)(colon - line) - 2};
        return true;
    }
    return false;
}

static bool find_fact(const char *facts, const struct fact *like, struct fact *ret_fact)
{
    while (environment_next_fact(&facts, ret_fact))
        if (ret_fact->name_length == like->name_length &&
            memcmp(ret_fact->name, like->name, like->name_length) == 0)
            return true;
    *ret_fact = (struct fact){like->name, "none", like->name_length, 4};
    return false;
}

static bool is_measured(const struct fact *fact)
{
    return fact->name_length == strlen(FACT_ROOFLINE) &&
           memcmp(fact->name, FACT_ROOFLINE, fact->name_length) == 0;
}

static void add_difference(const struct fact *then, const struct fact *now, struct buf *out)
{
    if (is_measured(now))
        return;
    if (then->value_length != now->value_length ||
        memcmp(then->value, now->value, then->value_length) != 0)
        buf_printf(out, "%s%.*s %.*s -> %.*s", out->length ? ", " : "", (int)now->name_length,
                   now->name, (int)then->value_length, then->value, (int)now->value_length,
                   now->value);
}

/* A text that is there in both; files of results do not have all. */
static void compare_texts(const char *name, const char *then, const char *now, struct buf *out)
{
    if (then == NULL || now == NULL)
        return;
    const struct fact old = {name, then, strlen(name), strlen(then)};
    const struct fact new = {name, now, strlen(name), strlen(now)};
    add_difference(&old, &new, out);
}

void environment_differences(const struct environment *then, const struct environment *now,
                             struct buf *out)
{
    struct fact old, new;
    compare_texts("host", then->hostname, now->hostname, out);
    compare_texts("cpu", then->cpu, now->cpu, out);
    if (then->cores != now->cores)
        buf_printf(out, "%scores %u -> %u", out->length ? ", " : "", then->cores, now->cores);
    compare_texts("kernel", then->kernel, now->kernel, out);
    compare_texts("os", then->os, now->os, out);
    compare_texts("compiler", then->compiler, now->compiler, out);
    compare_texts("governor", then->governor, now->governor, out);
    if (then->facts == NULL || then->facts[0] == '\0' || now->facts == NULL)
        return; /* measured before facts were kept: everything would differ */
    for (const char *at = now->facts; environment_next_fact(&at, &new);) {
        find_fact(then->facts, &new, &old);
        add_difference(&old, &new, out);
    }
    for (const char *at = then->facts; environment_next_fact(&at, &old);)
        if (!find_fact(now->facts, &old, &new))
            add_difference(&old, &new, out);
}

const struct measurement *result_measurement(const struct result *result, const char *metric)
{
    for (size_t i = 0; metric != NULL && i < result->measurements.count; i++)
        if (strcmp(result->measurements.items[i].metric->name, metric) == 0)
            return &result->measurements.items[i];
    return NULL;
}

const struct measurement *result_rate(const struct result *result)
{
    const struct measurement *rate = result_measurement(result, METRICS[METRIC_BYTES].name);
    return rate != NULL ? rate : result_measurement(result, METRICS[METRIC_ITEMS].name);
}

const struct measurement *result_main_measurement(const struct result *result)
{
    static const enum metric_id ORDER[][METRIC_COUNT] = {
        [BENCH_LATENCY] = {METRIC_TIME, METRIC_INSTRUCTIONS},
        [BENCH_THROUGHPUT] = {METRIC_BYTES, METRIC_ITEMS, METRIC_TIME, METRIC_INSTRUCTIONS},
        [BENCH_RESOURCE] = {METRIC_RSS, METRIC_TIME, METRIC_INSTRUCTIONS},
    };
    const enum metric_id *order = ORDER[result->benchmark.kind];
    for (int i = 0; i < METRIC_COUNT; i++) { /* behind the last stands METRIC_TIME again, 0 */
        const struct measurement *found = result_measurement(result, METRICS[order[i]].name);
        if (found != NULL)
            return found;
    }
    return NULL;
}

struct measurement *result_add_measurement(struct result *result, const struct metric *metric)
{
    struct measurement *measurement = vec_add(&result->measurements);
    if (measurement != NULL)
        *measurement = (struct measurement){.metric = metric};
    return measurement;
}

assay_status result_add_missing(struct result *result, const char *metric, const char *reason)
{
    struct absence *absence = vec_add(&result->missing);
    if (absence == NULL)
        return ASSAY_ERR_MEMORY;
    *absence = (struct absence){metric, reason};
    return ASSAY_OK;
}

void result_release(struct result *result)
{
    vec_release(&result->missing);
    vec_release(&result->samples);
    vec_release(&result->measurements);
}

void run_release(struct run *run)
{
    for (size_t i = 0; i < run->results.count; i++)
        result_release(&run->results.items[i]);
    vec_release(&run->results);
    vec_release(&run->targets);
    vec_release(&run->claims);
    vec_release(&run->scalings);
    vec_release(&run->not_run);
    arena_release(&run->arena);
}
