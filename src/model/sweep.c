/* Expanding sweeps.  The combinations are counted like the digits of a number, so that neither
 * depth nor count of keys needs recursion. Invariant: an id consists of characters that no shell
 * and no glob interprets. */
#include "model/sweep.h"

#include <ctype.h>
#include <string.h>

struct axis {
    const char *key;
    size_t key_length;
    const char *values; /* "10,100" */
    size_t values_length;
    size_t count;
};

struct axes {
    struct axis items[SWEEP_KEYS_MAX];
    size_t count;
    size_t combinations;
};

static bool is_name(const char *text, size_t length)
{
    for (size_t i = 0; i < length; i++)
        if (!isalnum((unsigned char)text[i]) && (text[i] == '\0' || !strchr("_.+-", text[i])))
            return false;
    return length > 0;
}

/* Checks "10,100" and counts its values; 0 when one is not a name. */
static size_t count_values(const char *values, size_t length)
{
    size_t count = 0;
    for (size_t at = 0; at <= length; count++) {
        const char *comma = memchr(values + at, ',', length - at);
        size_t end = comma ? (size_t)(comma - values) : length;
        if (!is_name(values + at, end - at))
            return 0;
        at = end + 1;
    }
    return count;
}

static assay_status add_axis(struct axes *axes, const char *word, size_t length,
                             const struct sweep_request *request, struct buf *error)
{
    const char *equals = memchr(word, '=', length);
    if (axes->count == SWEEP_KEYS_MAX)
        return buf_error(error, ASSAY_ERR_LIMIT, "'%s' sweeps over more than %d parameters",
                         request->name, SWEEP_KEYS_MAX);
    struct axis axis = {.key = word,
                        .key_length = equals ? (size_t)(equals - word) : 0,
                        .values = equals ? equals + 1 : word,
                        .values_length = equals ? length - (size_t)(equals - word) - 1 : 0};
    if (is_name(word, axis.key_length))
        axis.count = count_values(axis.values, axis.values_length);
    for (size_t i = 0; i < axes->count; i++)
        if (axes->items[i].key_length == axis.key_length &&
            memcmp(axes->items[i].key, word, axis.key_length) == 0)
            axis.count = 0;
    if (axis.count == 0)
        return buf_error(error, ASSAY_ERR_PARSE,
                         "sweep of '%s': '%.*s' is no 'key=value,value' with a key of its own",
                         request->name, (int)length, word);
    if (axis.count > SWEEP_COMBINATIONS_MAX / axes->combinations)
        return buf_error(error, ASSAY_ERR_LIMIT, "'%s' sweeps over more than %d combinations",
                         request->name, SWEEP_COMBINATIONS_MAX);
    axes->combinations *= axis.count;
    axes->items[axes->count++] = axis;
    return ASSAY_OK;
}

static assay_status parse_axes(const struct sweep_request *request, struct axes *ret_axes,
                               struct buf *error)
{
    struct axes axes = {.combinations = 1};
    for (const char *at = request->sweep; *at != '\0';) {
        size_t length = strcspn(at, " ");
        if (length > 0)
            TRY(add_axis(&axes, at, length, request, error));
        at += length + (at[length] == ' ');
    }
    *ret_axes = axes;
    return ASSAY_OK;
}

/* Appends "key=value" where value is the `index`-th of the axis. */
static void add_pair(struct buf *params, const struct axis *axis, size_t index)
{
    const char *value = axis->values, *end = axis->values + axis->values_length;
    for (; index > 0; index--)
        value = (const char *)memchr(value, ',', (size_t)(end - value)) + 1;
    const char *comma = memchr(value, ',', (size_t)(end - value));
    buf_printf(params, "%s%.*s=%.*s", params->length ? "," : "", (int)axis->key_length, axis->key,
               (int)((comma ? comma : end) - value), value);
}

static int axis_order(const struct axis *a, const struct axis *b)
{
    size_t least = a->key_length < b->key_length ? a->key_length : b->key_length;
    int order = memcmp(a->key, b->key, least);
    return order ? order : (a->key_length > b->key_length) - (a->key_length < b->key_length);
}

/* The next axis in the order of keys after `last`; NULL starts. */
static const struct axis *next_by_key(const struct axes *axes, const struct axis *last)
{
    const struct axis *next = NULL;
    for (size_t i = 0; i < axes->count; i++) {
        const struct axis *axis = &axes->items[i];
        if ((last == NULL || axis_order(axis, last) > 0) &&
            (next == NULL || axis_order(axis, next) < 0))
            next = axis;
    }
    return next;
}

static void add_params(struct buf *params, const struct axes *axes, size_t combination)
{
    size_t digits[SWEEP_KEYS_MAX] = {0};
    for (size_t i = axes->count; i-- > 0; combination /= axes->items[i].count)
        digits[i] = combination % axes->items[i].count;
    const struct axis *axis = NULL;
    while ((axis = next_by_key(axes, axis)) != NULL)
        add_pair(params, axis, digits[axis - axes->items]);
}

/* What all combinations have in common. */
struct common {
    const struct axes *axes;
    enum bench_kind kind;
    unsigned samples;
    double limit_seconds;
};

/* One word of the tags, "simd" or "slow[n=4096,16384]". */
struct tag {
    const char *name;
    size_t name_length;
    struct axis only; /* key and values between the brackets; no key: it holds always */
};

/* The index of a value among those of an axis, or their count. */
static size_t value_index(const struct axis *axis, const char *value, size_t length)
{
    const char *at = axis->values, *end = axis->values + axis->values_length;
    for (size_t i = 0; i < axis->count; i++) {
        const char *comma = memchr(at, ',', (size_t)(end - at));
        size_t here = (size_t)((comma ? comma : end) - at);
        if (here == length && memcmp(at, value, length) == 0)
            return i;
        at += here + 1;
    }
    return axis->count;
}

static bool is_axis(const struct axis *axis, const struct axis *wanted)
{
    return axis->key_length == wanted->key_length &&
           memcmp(axis->key, wanted->key, axis->key_length) == 0;
}

/* Whether the sweep has the key and each of the values. */
static bool has_values(const struct axes *axes, const struct axis *only)
{
    const struct axis *axis = NULL;
    const char *at = only->values, *end = only->values + only->values_length;
    for (size_t i = 0; i < axes->count; i++)
        if (is_axis(&axes->items[i], only))
            axis = &axes->items[i];
    for (size_t i = 0; axis != NULL && i < only->count; i++) {
        const char *comma = memchr(at, ',', (size_t)(end - at));
        size_t length = (size_t)((comma ? comma : end) - at);
        if (value_index(axis, at, length) == axis->count)
            return false;
        at += length + 1;
    }
    return axis != NULL && only->count > 0;
}

static bool read_condition(const char *text, size_t length, struct axis *only)
{
    const char *equals = memchr(text, '=', length);
    if (equals == NULL || text[length - 1] != ']')
        return false;
    only->key = text;
    only->key_length = (size_t)(equals - text);
    only->values = equals + 1;
    only->values_length = length - only->key_length - 2;
    only->count = count_values(only->values, only->values_length);
    return true;
}

/* The word at `from`, whose length is *ret_length; false: it is no tag of this sweep. */
static bool read_tag(const char *from, const struct axes *axes, struct tag *ret_tag,
                     size_t *ret_length)
{
    const size_t length = strcspn(from, " ");
    const char *bracket = memchr(from, '[', length);
    struct tag tag = {.name = from, .name_length = bracket ? (size_t)(bracket - from) : length};
    *ret_length = length;
    if (!is_name(from, tag.name_length) || tag.name_length > TAG_LENGTH_MAX)
        return false;
    if (bracket != NULL && (!read_condition(bracket + 1, length - tag.name_length - 1, &tag.only) ||
                            !has_values(axes, &tag.only)))
        return false;
    *ret_tag = tag;
    return true;
}

static assay_status check_tags(const struct sweep_request *request, const struct axes *axes,
                               struct buf *error)
{
    size_t count = 0, length;
    struct tag tag;
    for (const char *at = request->tags ? request->tags : ""; *at != '\0'; at += length) {
        length = 1;
        if (*at == ' ')
            continue;
        if (!read_tag(at, axes, &tag, &length))
            return buf_error(error, ASSAY_ERR_PARSE,
                             "'%s': the tag '%.*s' is not 1 to %d letters, digits, '_', '.', '+', "
                             "'-', with no more behind it than [KEY=VALUE,VALUE] of its sweep",
                             request->name, (int)(length < 64 ? length : 64), at, TAG_LENGTH_MAX);
        if (++count > TAGS_MAX)
            return buf_error(error, ASSAY_ERR_LIMIT, "'%s' has more than %d tags", request->name,
                             TAGS_MAX);
    }
    return ASSAY_OK;
}

/* "n=64" of "kind=a,n=64" when the key is "n". */
static bool holds(const struct axis *only, const char *params)
{
    while (*params != '\0') {
        size_t length = strcspn(params, ","), key = strcspn(params, "=");
        const struct axis here = {.key = params, .key_length = key};
        if (is_axis(&here, only))
            return value_index(only, params + key + 1, length - key - 1) < only->count;
        params += length + (params[length] == ',');
    }
    return only->key_length == 0;
}

/* The tags of one combination with one blank between them; they were checked. */
static assay_status tags_of(const struct sweep_request *request, const struct axes *axes,
                            const char *params, struct arena *arena, const char **ret_tags)
{
    const char *from = request->tags ? request->tags : "";
    struct tag tag;
    size_t length;
    BUF_AUTO tags;
    buf_init(&tags, strlen(from) + 1);
    for (; *from != '\0'; from += length) {
        length = 1;
        if (*from != ' ' && read_tag(from, axes, &tag, &length) && holds(&tag.only, params))
            buf_printf(&tags, "%s%.*s", tags.length ? " " : "", (int)tag.name_length, tag.name);
    }
    *ret_tags = tags.status == ASSAY_OK ? arena_copy(arena, tags.text) : NULL;
    return *ret_tags ? ASSAY_OK : ASSAY_ERR_MEMORY;
}

static assay_status parse_common(const struct sweep_request *request, const struct axes *axes,
                                 struct common *ret_common, struct buf *error)
{
    struct common common = {.axes = axes, .kind = BENCH_LATENCY};
    const char *kind = request->kind;
    if (kind != NULL && *kind != '\0' && !bench_kind_parse(kind, &common.kind))
        return buf_error(error, ASSAY_ERR_PARSE,
                         "'%s': its kind '%.32s' is none of latency, throughput, resource",
                         request->name, kind);
    if (!(request->samples >= 0 && request->samples <= SAMPLES_MAX))
        return buf_error(error, ASSAY_ERR_PARSE, "'%s': samples=%g is not between 0 and %d",
                         request->name, request->samples, SAMPLES_MAX);
    if (!(request->limit_seconds >= 0 && request->limit_seconds <= LIMIT_SECONDS_MAX))
        return buf_error(error, ASSAY_ERR_PARSE,
                         "'%s': limit_seconds=%g is not between 0 and %d (24 h)", request->name,
                         request->limit_seconds, LIMIT_SECONDS_MAX);
    common.samples = (unsigned)request->samples;
    common.limit_seconds = request->limit_seconds;
    TRY(check_tags(request, axes, error));
    *ret_common = common;
    return ASSAY_OK;
}

static assay_status add_benchmark(const struct sweep_request *request, const struct common *common,
                                  const char *params, struct arena *arena,
                                  benchmark_vec *benchmarks)
{
    struct benchmark benchmark = {
        .id = arena_printf(arena, "%s/%s%s%s", request->suite, request->name, *params ? ":" : "",
                           params),
        .suite = arena_copy(arena, request->suite),
        .name = arena_copy(arena, request->name),
        .params = arena_copy(arena, params),
        .description = arena_copy(arena, request->description),
        .module = arena_copy(arena, request->module),
        .compiler = arena_copy(arena, request->compiler),
        .kind = common->kind,
        .samples = common->samples,
        .limit_seconds = common->limit_seconds,
    };
    if (!benchmark.id || !benchmark.suite || !benchmark.name || !benchmark.params ||
        !benchmark.description || !benchmark.module || !benchmark.compiler)
        return ASSAY_ERR_MEMORY;
    TRY(tags_of(request, common->axes, params, arena, &benchmark.tags));
    struct benchmark *added = vec_add(benchmarks);
    if (added == NULL)
        return ASSAY_ERR_MEMORY;
    *added = benchmark;
    return ASSAY_OK;
}

static assay_status add_combination(const struct sweep_request *request,
                                    const struct common *common, const char *params,
                                    struct arena *arena, benchmark_vec *benchmarks,
                                    struct buf *error)
{
    if (strlen(request->suite) + strlen(request->name) + strlen(params) + 2 > ID_LENGTH_MAX)
        return buf_error(error, ASSAY_ERR_LIMIT, "'%.100s': its id is longer than %d bytes",
                         request->name, ID_LENGTH_MAX);
    return add_benchmark(request, common, params, arena, benchmarks);
}

assay_status sweep_expand(const struct sweep_request *request, struct arena *arena,
                          benchmark_vec *benchmarks, struct buf *error)
{
    struct axes axes;
    struct common common = {.kind = BENCH_LATENCY};
    const size_t before = benchmarks->count;
    assay_status status = ASSAY_OK;
    if (!is_name(request->suite, strlen(request->suite)) ||
        !is_name(request->name, strlen(request->name)))
        return buf_error(error, ASSAY_ERR_PARSE,
                         "'%.100s/%.100s': names are made of letters, digits, '_', '.', '+', '-'",
                         request->suite, request->name);
    TRY(parse_axes(request, &axes, error));
    TRY(parse_common(request, &axes, &common, error));
    for (size_t i = 0; i < axes.combinations && status == ASSAY_OK; i++) {
        BUF_AUTO params;
        buf_init(&params, strlen(request->sweep) + 1);
        add_params(&params, &axes, i);
        status = params.status;
        if (status == ASSAY_OK)
            status = add_combination(request, &common, params.text, arena, benchmarks, error);
    }
    if (status != ASSAY_OK)
        benchmarks->count = before;
    return status;
}
