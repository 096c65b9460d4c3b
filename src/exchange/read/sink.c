/* From rows to a run.  A file of a hundred thousand results must not cost an allocation for each of
 * their values: all values lie in one array, those of a column are a list in it, and benchmarks are
 * found by a hash of their ids.
 * Invariants: every value is finite; launches of a column count up from 0 without gaps; a column
 * has values or a summary, never both. */
#include "exchange/read/sink.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/text.h"
#include "stats/summary.h"

#define NONE UINT32_MAX
enum { SLOTS_MIN = 64 };

void sink_init(struct sink *sink, struct run *run, struct buf *error)
{
    *sink = (struct sink){
        .run = run, .error = error, .format = "", .name = "", .facts = {"", "", "", "", "", 0}};
}

void sink_release(struct sink *sink)
{
    vec_release(&sink->points);
    vec_release(&sink->columns);
    vec_release(&sink->heads);
    vec_release(&sink->metrics);
    free(sink->slots);
    sink->slots = NULL;
}

static void add_path(const struct place *place, struct buf *out)
{
    char shown[TEXT_SHOWN_MAX];
    if (place->up != NULL)
        add_path(place->up, out);
    if (place->key != NULL)
        buf_printf(out, "%s%s", place->up ? "." : "", text_shown(place->key, shown));
    else
        buf_printf(out, "[%zu]", place->index);
}

void sink_tell_wrong(const struct sink *sink, const struct place *place, const char *format, ...)
{
    va_list args;
    BUF_AUTO text;
    buf_init(&text, 1 << 16);
    buf_printf(&text, "%s:", sink->name);
    if (place != NULL && place->up == NULL && place->key == NULL) {
        buf_printf(&text, "%zu: ", place->index);
    } else {
        buf_putc(&text, ' ');
        if (place != NULL)
            add_path(place, &text);
        buf_puts(&text, place ? ": " : "");
    }
    va_start(args, format);
    buf_vprintf(&text, format, args);
    va_end(args);
    buf_error(sink->error, ASSAY_ERR_PARSE, "%s", text.text);
}

/* ---- units ----------------------------------------------------------------------------------- */

double sink_ns_of_unit(const char *unit)
{
    static const struct {
        const char *name;
        double ns;
    } UNITS[] = {
        {"ns", 1},     {"us", 1e3},  {"\xC2\xB5s", 1e3}, {"\xCE\xBCs", 1e3}, {"ms", 1e6},
        {"s", 1e9},    {"sec", 1e9}, {"second", 1e9},    {"seconds", 1e9},   {"msec", 1e6},
        {"usec", 1e3}, {"nsec", 1},  {"m", 60e9},        {"min", 60e9},      {"h", 3600e9},
    };
    size_t length = unit ? strcspn(unit, "/") : 0; /* "ns/op", "ns/iter" */
    for (size_t i = 0; i < sizeof UNITS / sizeof *UNITS; i++)
        if (strlen(UNITS[i].name) == length && memcmp(UNITS[i].name, unit, length) == 0)
            return UNITS[i].ns;
    return 0;
}

/* A row whose unit and factor are settled. */
struct scaled {
    const struct metric *metric;
    double factor;
};

static assay_status own_metric(struct sink *sink, const struct place *place,
                               const struct sink_row *row, const struct metric **ret_metric)
{
    for (size_t i = 0; i < sink->metrics.count; i++) {
        const struct metric *known = sink->metrics.items[i];
        if (strcmp(known->name, row->metric) == 0 && strcmp(known->unit, row->unit) == 0 &&
            known->direction == row->direction) {
            *ret_metric = known;
            return ASSAY_OK;
        }
    }
    if (sink->metrics.count == SINK_METRICS_MAX) {
        buf_error(sink->error, ASSAY_ERR_LIMIT, "%s: more than %d metrics", sink->name,
                  SINK_METRICS_MAX);
        return ASSAY_ERR_LIMIT;
    }
    if (row->metric[0] == '\0' || strlen(row->metric) + strlen(row->unit) > SINK_TEXT_MAX ||
        !text_is_utf8(row->metric, strlen(row->metric)) ||
        !text_is_utf8(row->unit, strlen(row->unit)))
        return sink_wrong(sink, place, "the metric has no name, or none that is text");
    struct metric *metric = arena_alloc(&sink->run->arena, sizeof *metric);
    const struct metric **place_of = metric ? vec_add(&sink->metrics) : NULL;
    if (place_of == NULL)
        return ASSAY_ERR_MEMORY;
    *place_of = *ret_metric = metric;
    *metric = (struct metric){.name = arena_copy(&sink->run->arena, row->metric),
                              .unit = arena_copy(&sink->run->arena, row->unit),
                              .direction = row->direction};
    return metric->name && metric->unit ? ASSAY_OK : ASSAY_ERR_MEMORY;
}

/* Times become nanoseconds, whatever the tool prints; the rest keeps its unit. */
static assay_status scale(struct sink *sink, const struct place *place, const struct sink_row *row,
                          struct scaled *ret_scaled)
{
    char shown[TEXT_SHOWN_MAX];
    const char *name = row->metric ? row->metric : METRICS[METRIC_TIME].name;
    const struct metric *known = metric_find(name);
    double ns = sink_ns_of_unit(row->unit);
    if (known == &METRICS[METRIC_TIME] && ns == 0)
        return sink_wrong(sink, place, "'%s' is no unit of time: ns, us, ms or s",
                          text_shown(row->unit ? row->unit : "", shown));
    *ret_scaled = (struct scaled){known, ns > 0 ? ns : 1};
    if (known != NULL)
        return ASSAY_OK;
    struct sink_row own = *row;
    own.unit = ns > 0 ? "ns" : row->unit ? row->unit : "";
    return own_metric(sink, place, &own, &ret_scaled->metric);
}

/* ---- benchmarks by id ------------------------------------------------------------------------ */

static uint64_t hash_of(const char *text)
{
    uint64_t hash = 0xcbf29ce484222325; /* FNV-1a */
    for (; *text != '\0'; text++)
        hash = (hash ^ (unsigned char)*text) * 0x100000001b3;
    return hash ^ (hash >> 29);
}

/* The slot of `id`: where it is, or where it would be. */
static uint32_t *slot_of(const struct sink *sink, const char *id)
{
    size_t at = hash_of(id) & (sink->slot_count - 1);
    while (sink->slots[at] != 0 &&
           strcmp(sink->run->results.items[sink->slots[at] - 1].benchmark.id, id) != 0)
        at = (at + 1) & (sink->slot_count - 1);
    return &sink->slots[at];
}

static assay_status make_room(struct sink *sink)
{
    if (sink->slot_count > 2 * (sink->run->results.count + 1))
        return ASSAY_OK;
    size_t count = sink->slot_count > 0 ? 4 * sink->slot_count : SLOTS_MIN;
    uint32_t *slots = calloc(count, sizeof *slots);
    if (slots == NULL)
        return ASSAY_ERR_MEMORY;
    free(sink->slots);
    sink->slots = slots;
    sink->slot_count = count;
    for (size_t i = 0; i < sink->run->results.count; i++)
        *slot_of(sink, sink->run->results.items[i].benchmark.id) = (uint32_t)i + 1;
    return ASSAY_OK;
}

/* The parts of an id, as they may stand in it. */
struct identity {
    char suite[SINK_TEXT_MAX + 1], name[SINK_TEXT_MAX + 1], params[SINK_TEXT_MAX + 1];
    char id[3 * SINK_TEXT_MAX + 4];
};

/* Copies `text` without control characters and without what divides ids, `reserved`, of which two
 * in a row ("::") become one '.'.  False: too long. */
static bool copy_safe(char out[SINK_TEXT_MAX + 1], const char *text, const char *reserved)
{
    size_t length = 0;
    for (; *text != '\0'; text++) {
        bool divides = strchr(reserved, *text) != NULL;
        if (divides && text[1] == *text)
            continue;
        if (length == SINK_TEXT_MAX)
            return false;
        out[length++] = divides || (unsigned char)*text < ' ' || *text == 0x7f ? '.' : *text;
    }
    out[length] = '\0';
    return true;
}

static int compare_texts(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* Parameters in the order of their names; false: too long, or too many. */
static bool sort_params(char out[SINK_TEXT_MAX + 1], const char *params)
{
    enum { PARAMS_MAX = 32 };
    char copy[SINK_TEXT_MAX + 1], *parts[PARAMS_MAX], *rest = copy, *part;
    size_t count = 0;
    out[0] = '\0';
    if (!copy_safe(copy, params, ":"))
        return false;
    while ((part = strsep(&rest, ",")) != NULL) {
        if (*part == '\0')
            continue;
        if (count == PARAMS_MAX)
            return false;
        parts[count++] = part;
    }
    if (count > 1)
        qsort(parts, count, sizeof *parts, compare_texts);
    char *end = out;
    for (size_t i = 0; i < count; i++) {
        if (i > 0)
            *end++ = ',';
        end = stpcpy(end, parts[i]);
    }
    return true;
}

static assay_status identify(const struct sink *sink, const struct place *place,
                             const struct sink_row *row, struct identity *ret)
{
    const char *suite = row->suite && row->suite[0] ? row->suite : sink->format;
    if (row->name == NULL || row->name[0] == '\0')
        return sink_wrong(sink, place, "a benchmark without a name");
    if (!copy_safe(ret->suite, suite, "/:") || !copy_safe(ret->name, row->name, ":") ||
        !sort_params(ret->params, row->params ? row->params : ""))
        return sink_wrong(sink, place, "a name longer than %d bytes, or more than 32 parameters",
                          SINK_TEXT_MAX);
    char *end = stpcpy(ret->id, ret->suite);
    *end++ = '/';
    end = stpcpy(end, ret->name);
    if (ret->params[0] != '\0') {
        *end++ = ':';
        end = stpcpy(end, ret->params);
    }
    return text_is_utf8(ret->id, (size_t)(end - ret->id))
               ? ASSAY_OK
               : sink_wrong(sink, place, "a name that is not UTF-8");
}

static assay_status add_result(struct sink *sink, const struct identity *identity)
{
    struct arena *arena = &sink->run->arena;
    TRY(make_room(sink));
    uint32_t *head = vec_add(&sink->heads);
    if (head == NULL)
        return ASSAY_ERR_MEMORY;
    *head = NONE;
    struct result *result = vec_add(&sink->run->results);
    if (result == NULL) {
        sink->heads.count--;
        return ASSAY_ERR_MEMORY;
    }
    struct benchmark benchmark = {
        .id = arena_copy(arena, identity->id),
        .suite = arena_copy(arena, identity->suite),
        .name = arena_copy(arena, identity->name),
        .params = arena_copy(arena, identity->params),
        .description = "",
        .module = "",
        .compiler = "",
        .tags = "",
    };
    *result = (struct result){.benchmark = benchmark, .reason = "", .warning = ""};
    if (!benchmark.id || !benchmark.suite || !benchmark.name || !benchmark.params) {
        sink->run->results.count--;
        sink->heads.count--;
        return ASSAY_ERR_MEMORY;
    }
    *slot_of(sink, benchmark.id) = (uint32_t)sink->run->results.count;
    return ASSAY_OK;
}

static bool is_text(const char *kept, const char *text)
{
    return strcmp(kept, text ? text : "") == 0;
}

static bool is_last(const struct sink *sink, const struct sink_row *row)
{
    return row->name != NULL && sink->last_name[0] != '\0' && is_text(sink->last_name, row->name) &&
           is_text(sink->last_params, row->params) && is_text(sink->last_suite, row->suite);
}

static bool keep_text(char kept[SINK_LAST_MAX], const char *text)
{
    const size_t length = text ? strlen(text) : 0;
    if (length >= SINK_LAST_MAX)
        return false;
    memcpy(kept, text ? text : "", length + 1);
    return true;
}

static void keep_last(struct sink *sink, const struct sink_row *row)
{
    if (!keep_text(sink->last_suite, row->suite) || !keep_text(sink->last_params, row->params) ||
        !keep_text(sink->last_name, row->name))
        sink->last_name[0] = '\0';
}

/* The number of the benchmark's result, which is added when it is new. */
static assay_status find_result(struct sink *sink, const struct place *place,
                                const struct sink_row *row, size_t *ret_index)
{
    struct identity identity;
    *ret_index = sink->current;
    if (is_last(sink, row))
        return ASSAY_OK;
    TRY(identify(sink, place, row, &identity));
    uint32_t found = sink->slot_count > 0 ? *slot_of(sink, identity.id) : 0;
    if (found == 0) {
        TRY(add_result(sink, &identity));
        found = (uint32_t)sink->run->results.count;
    }
    *ret_index = sink->current = found - 1;
    keep_last(sink, row);
    return ASSAY_OK;
}

bool sink_has(struct sink *sink, const struct sink_row *row)
{
    struct identity identity;
    struct sink quiet = *sink;
    quiet.error = NULL;
    return sink->slot_count > 0 && identify(&quiet, NULL, row, &identity) == ASSAY_OK &&
           *slot_of(sink, identity.id) != 0;
}

/* ---- values ---------------------------------------------------------------------------------- */

/* The column of `metric`; an empty one where there was none. */
static assay_status find_column(struct sink *sink, const struct place *place, size_t result,
                                const struct metric *metric, struct sink_column **ret_column)
{
    uint32_t *link = &sink->heads.items[result];
    while (*link != NONE) {
        struct sink_column *column = &sink->columns.items[*link];
        if (column->metric == metric) {
            *ret_column = column;
            return ASSAY_OK;
        }
        if (strcmp(column->metric->name, metric->name) == 0)
            return sink_wrong(sink, place, "'%s' of '%s' was in '%s' before and is now in '%s'",
                              metric->name, sink->run->results.items[result].benchmark.id,
                              column->metric->unit, metric->unit);
        link = &column->next;
    }
    *link = (uint32_t)sink->columns.count; /* before the array may move */
    struct sink_column *column = vec_add(&sink->columns);
    if (column == NULL) {
        *link = NONE;
        return ASSAY_ERR_MEMORY;
    }
    *column = (struct sink_column){.metric = metric, .first = NONE, .last = NONE, .next = NONE};
    *ret_column = column;
    return ASSAY_OK;
}

static assay_status check_value(const struct sink *sink, const struct place *place,
                                const struct metric *metric, double value)
{
    if (!(fabs(value) <= SUMMARY_VALUE_MAX))
        return sink_wrong(sink, place, "%s: not a number, or too large", metric->name);
    if (value < 0 && metric == &METRICS[METRIC_TIME])
        return sink_wrong(sink, place, "a time of %g ns: below 0", value);
    return ASSAY_OK;
}

static assay_status add_point(struct sink *sink, struct sink_column *column, double value,
                              uint32_t launch)
{
    if (sink->points.count == SINK_POINTS_MAX)
        return buf_error(sink->error, ASSAY_ERR_LIMIT, "%s: more than %d values", sink->name,
                         SINK_POINTS_MAX);
    struct sink_point *point = vec_add(&sink->points);
    if (point == NULL)
        return ASSAY_ERR_MEMORY;
    *point = (struct sink_point){value, launch, NONE};
    uint32_t index = (uint32_t)(sink->points.count - 1);
    if (column->last == NONE)
        column->first = index;
    else
        sink->points.items[column->last].next = index;
    column->last = index;
    column->count++;
    return ASSAY_OK;
}

assay_status sink_add(struct sink *sink, const struct place *place, const struct sink_row *row,
                      const double *values, size_t count)
{
    struct scaled scaled;
    struct sink_column *column;
    size_t result;
    if (count == 0)
        return ASSAY_OK;
    TRY(scale(sink, place, row, &scaled));
    TRY(find_result(sink, place, row, &result));
    TRY(find_column(sink, place, result, scaled.metric, &column));
    if (column->summary != NULL)
        return sink_wrong(sink, place, "'%s' has %s twice",
                          sink->run->results.items[result].benchmark.id, scaled.metric->name);
    uint32_t launch = column->last == NONE ? 0 : sink->points.items[column->last].launch + 1;
    for (size_t i = 0; i < count; i++) {
        double value = values[i] * scaled.factor;
        TRY(check_value(sink, place, scaled.metric, value));
        TRY(add_point(sink, column, value, launch));
    }
    return ASSAY_OK;
}

assay_status sink_add_summary(struct sink *sink, const struct place *place,
                              const struct sink_row *row, const struct summary *summary)
{
    struct scaled scaled;
    struct sink_column *column;
    size_t result;
    TRY(scale(sink, place, row, &scaled));
    struct summary own = *summary;
    double *const fields[] = {&own.median, &own.interval.low, &own.interval.high,
                              &own.mean,   &own.min,          &own.max,
                              &own.sd,     &own.mad};
    for (size_t i = 0; i < sizeof fields / sizeof *fields; i++) {
        *fields[i] *= scaled.factor;
        TRY(check_value(sink, place, scaled.metric, *fields[i]));
    }
    if (own.sd < 0 || own.interval.low > own.interval.high)
        return sink_wrong(sink, place, "a spread below 0");
    TRY(find_result(sink, place, row, &result));
    TRY(find_column(sink, place, result, scaled.metric, &column));
    if (column->count > 0 || column->summary != NULL)
        return sink_wrong(sink, place, "'%s' has %s twice",
                          sink->run->results.items[result].benchmark.id, scaled.metric->name);
    struct summary *kept = arena_alloc(&sink->run->arena, sizeof *kept);
    if (kept == NULL)
        return ASSAY_ERR_MEMORY;
    *kept = own;
    kept->launch_count = 1;
    for (size_t i = 0; i < PERCENTILE_COUNT; i++)
        if (kept->percentiles[i].rank == 0)
            kept->percentiles[i].rank = PERCENTILE_RANKS[i];
    column->summary = kept;
    return ASSAY_OK;
}

assay_status sink_add_failure(struct sink *sink, const struct place *place,
                              const struct sink_row *row, const char *reason)
{
    size_t index;
    TRY(find_result(sink, place, row, &index));
    struct result *result = &sink->run->results.items[index];
    result->outcome = OUTCOME_FAILED;
    result->reason = arena_copy(&sink->run->arena, reason);
    return result->reason ? ASSAY_OK : ASSAY_ERR_MEMORY;
}

assay_status sink_warn(struct sink *sink, const char *warning)
{
    if (sink->run->results.count == 0)
        return ASSAY_OK;
    struct result *result = &sink->run->results.items[sink->current];
    if (strcmp(result->warning, warning) == 0)
        return ASSAY_OK;
    result->warning = arena_copy(&sink->run->arena, warning);
    return result->warning ? ASSAY_OK : ASSAY_ERR_MEMORY;
}

/* ---- facts ----------------------------------------------------------------------------------- */

assay_status sink_fact(struct sink *sink, const char **fact, const char *text)
{
    char safe[SINK_TEXT_MAX + 1];
    if (text == NULL || text[0] == '\0' || (*fact)[0] != '\0' || !copy_safe(safe, text, "|") ||
        !text_is_utf8(safe, strlen(safe)))
        return ASSAY_OK;
    const char *copy = arena_copy(&sink->run->arena, safe);
    if (copy == NULL)
        return ASSAY_ERR_MEMORY;
    *fact = copy;
    return ASSAY_OK;
}

/* "+02:00", "-0800", "Z", "": seconds that the clock there is ahead. */
static long offset_of(const char *text)
{
    int hours = 0, minutes = 0;
    if (*text != '+' && *text != '-')
        return 0;
    if (sscanf(text + 1, "%2d:%2d", &hours, &minutes) < 2)
        sscanf(text + 1, "%2d%2d", &hours, &minutes);
    return (*text == '-' ? -60L : 60L) * (hours * 60L + minutes);
}

assay_status sink_fact_date(struct sink *sink, const char *date)
{
    struct tm parts = {0};
    char iso[40];
    const char *rest = date ? strptime(date, "%Y-%m-%d", &parts) : NULL;
    if (rest != NULL && (*rest == 'T' || *rest == ' '))
        rest = strptime(rest + 1, "%H:%M:%S", &parts);
    if (rest == NULL || parts.tm_year < 70 || parts.tm_year > 300)
        return ASSAY_OK;
    rest += strspn(rest, ".0123456789");
    time_t when = timegm(&parts) - offset_of(rest);
    if (gmtime_r(&when, &parts) == NULL)
        return ASSAY_OK;
    strftime(iso, sizeof iso, "%Y-%m-%dT%H:%M:%SZ", &parts);
    return sink_fact(sink, &sink->facts.started_at, iso);
}

/* ---- summaries ------------------------------------------------------------------------------- */

/* Arrays that all columns are gathered in, one after the other. */
struct gathered {
    VEC(double) values;
    VEC(uint32_t) launches;
};

static assay_status gather(const struct sink *sink, const struct sink_column *column,
                           struct gathered *gathered)
{
    gathered->values.count = gathered->launches.count = 0;
    for (uint32_t at = column->first; at != NONE; at = sink->points.items[at].next) {
        double *value = vec_add(&gathered->values);
        uint32_t *launch = vec_add(&gathered->launches);
        if (value == NULL || launch == NULL)
            return ASSAY_ERR_MEMORY;
        *value = sink->points.items[at].value;
        *launch = sink->points.items[at].launch;
    }
    return ASSAY_OK;
}

/* Times are samples, too: what is compared. */
static assay_status add_samples(struct result *result, const struct gathered *gathered)
{
    if (!vec_reserve(&result->samples, gathered->values.count))
        return ASSAY_ERR_MEMORY;
    for (size_t i = 0; i < gathered->values.count; i++) {
        struct sample *sample = vec_add(&result->samples);
        if (sample == NULL)
            return ASSAY_ERR_MEMORY;
        *sample = (struct sample){1, gathered->values.items[i], gathered->launches.items[i]};
    }
    return ASSAY_OK;
}

/* What summarize() says of one value, without asking for quantiles that one value has not. */
static struct summary summary_of_one(double value)
{
    struct summary summary = {.sample_count = 1,
                              .launch_count = 1,
                              .median = value,
                              .interval = {value, value, 0},
                              .mean = value,
                              .min = value,
                              .max = value};
    for (size_t i = 0; i < PERCENTILE_COUNT; i++)
        summary.percentiles[i] = (struct percentile){
            .rank = PERCENTILE_RANKS[i], .value = value, .interval = {value, value, 0}};
    return summary;
}

static assay_status finish_column(const struct sink *sink, const struct sink_column *column,
                                  struct gathered *gathered, struct result *result)
{
    struct summary summary;
    TRY(gather(sink, column, gathered));
    if (column->summary != NULL)
        summary = *column->summary;
    else if (column->count == 1)
        /* NOLINTNEXTLINE(clang-analyzer-core.NullDereference): one was gathered */
        summary = summary_of_one(gathered->values.items[0]);
    else
        TRY(summarize(gathered->values.items, gathered->launches.items, gathered->values.count,
                      &summary));
    if (column->metric == &METRICS[METRIC_TIME])
        TRY(add_samples(result, gathered));
    struct measurement *measurement = result_add_measurement(result, column->metric);
    if (measurement == NULL)
        return ASSAY_ERR_MEMORY;
    measurement->summary = summary;
    return ASSAY_OK;
}

/* The time first, then as the file has them. */
static assay_status finish_result(const struct sink *sink, size_t index, struct gathered *gathered)
{
    struct result *result = &sink->run->results.items[index];
    size_t count = 0;
    for (uint32_t at = sink->heads.items[index]; at != NONE; at = sink->columns.items[at].next)
        count++;
    if (!vec_reserve(&result->measurements, count))
        return ASSAY_ERR_MEMORY;
    for (int turn = 0; turn < 2; turn++)
        for (uint32_t at = sink->heads.items[index]; at != NONE;) {
            const struct sink_column *column = &sink->columns.items[at];
            if ((column->metric == &METRICS[METRIC_TIME]) == (turn == 0))
                TRY(finish_column(sink, column, gathered, result));
            at = column->next;
        }
    return ASSAY_OK;
}

assay_status sink_finish(struct sink *sink)
{
    struct gathered gathered = {0};
    assay_status status = ASSAY_OK;
    for (size_t i = 0; status == ASSAY_OK && i < sink->run->results.count; i++)
        status = finish_result(sink, i, &gathered);
    vec_release(&gathered.values);
    vec_release(&gathered.launches);
    return status;
}
