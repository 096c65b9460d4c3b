/* Packing of whole runs, column by column.
 *
 *   results:       version, count, texts; of each result the step to its benchmark's key, outcome,
 *                  module, compiler, reason, warning (places in the texts), bytes, items, number of
 *                  measurements, number of missing metrics; of each of those metric and reason.
 *   measurements:  version, count, number of fields; key of the series, the fields of
 *                  SUMMARY_COLUMNS; whether there are percentiles, and those.
 *   samples:       of each result the bytes of pack.h, with their length before them.
 *
 * Why columns: what a run says of its benchmarks is mostly the same (module, outcome, level) or
 * absent (nine of ten fields of what other tools measured), and a column of equal values takes nine
 * bytes however long it is, and one that is the same as another (of a single value all percentiles
 * are) one byte.  A field is added at the end of its table; older values lack it and it
 * is read as not known. */
#include "store/closed/closed.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "store/pack.h"
#include "store/sql/keys.h"

enum { VERSION = 1, PERCENTILE_FIELDS = 6, RESULTS_MAX = 1 << 24 };

void closed_values_init(struct closed_values *values)
{
    buf_init(&values->results, BUF_LENGTH_MAX);
    buf_init(&values->measurements, BUF_LENGTH_MAX);
    buf_init(&values->samples, BUF_LENGTH_MAX);
}

void closed_values_release(struct closed_values *values)
{
    buf_release(&values->results);
    buf_release(&values->measurements);
    buf_release(&values->samples);
}

struct packing {
    const struct run *run;
    size_t results, measurements, missing;
    const struct summary **summaries;
    uint64_t *numbers; /* one column, of whatever has the most rows */
    struct keys texts;
    struct buf names;
};

static size_t most(size_t a, size_t b)
{
    return a > b ? a : b;
}

static assay_status packing_open(const struct run *run, struct packing *packing)
{
    *packing = (struct packing){.run = run, .results = run->results.count};
    buf_init(&packing->names, BUF_LENGTH_MAX);
    for (size_t i = 0; i < run->results.count; i++) {
        packing->measurements += run->results.items[i].measurements.count;
        packing->missing += run->results.items[i].missing.count;
    }
    const size_t rows = most(most(packing->results, packing->measurements), packing->missing) + 1;
    packing->numbers = calloc(rows, sizeof *packing->numbers);
    packing->summaries = calloc(packing->measurements + 1, sizeof *packing->summaries);
    if (packing->numbers == NULL || packing->summaries == NULL)
        return ASSAY_ERR_MEMORY;
    size_t row = 0;
    for (size_t i = 0; i < run->results.count; i++)
        for (size_t k = 0; k < run->results.items[i].measurements.count; k++)
            packing->summaries[row++] = &run->results.items[i].measurements.items[k].summary;
    return ASSAY_OK;
}

static void packing_close(struct packing *packing)
{
    free(packing->numbers);
    free(packing->summaries);
    keys_release(&packing->texts);
    buf_release(&packing->names);
}

/* The place of a text among those of the run; names.status tells of memory. */
static uint64_t text_number(struct packing *packing, const char *text)
{
    struct known_key *known = keys_find(&packing->texts, text ? text : "", 0);
    if (known == NULL) {
        packing->names.status = ASSAY_ERR_MEMORY;
        return 0;
    }
    if (known->key == 0) {
        known->key = (int64_t)packing->texts.count;
        pack_count(strlen(known->name), &packing->names);
        buf_puts(&packing->names, known->name);
    }
    return (uint64_t)known->key - 1;
}

static const char *result_text(const struct result *result, int which)
{
    const char *const texts[] = {result->benchmark.module, result->benchmark.compiler,
                                 result->reason, result->warning};
    return texts[which];
}

static uint64_t result_number(const struct result *result, int which)
{
    const uint64_t numbers[] = {ordered_of_double(result->bytes), ordered_of_double(result->items),
                                result->measurements.count, result->missing.count,
                                (uint64_t)result->outcome};
    return numbers[which];
}

static void pack_missing(struct packing *packing, struct buf *columns)
{
    for (int which = 0; which < 2; which++) {
        size_t row = 0;
        for (size_t i = 0; i < packing->results; i++) {
            const absence_vec *missing = &packing->run->results.items[i].missing;
            for (size_t k = 0; k < missing->count; k++)
                packing->numbers[row++] = text_number(packing, which ? missing->items[k].reason
                                                                     : missing->items[k].metric);
        }
        pack_column(packing->numbers, row, columns);
    }
}

/* Keys as steps, since those of a run are mostly one after the other: 0 is the next one, and the
 * lowest bit says which way. */
static uint64_t key_step(int64_t from, int64_t to)
{
    const int64_t step = to - from - 1;
    return (uint64_t)step << 1 ^ (uint64_t)(step >> 63);
}

static int64_t key_after(int64_t from, uint64_t step)
{
    return (int64_t)((uint64_t)from + 1 + ((step >> 1) ^ (0 - (step & 1))));
}

static assay_status pack_results(struct packing *packing, const int64_t *benchmarks,
                                 struct buf *out)
{
    BUF_AUTO columns;
    buf_init(&columns, BUF_LENGTH_MAX);
    const struct result *results = packing->run->results.items;
    uint64_t *numbers = packing->numbers;
    for (size_t i = 0; i < packing->results; i++)
        numbers[i] = key_step(i > 0 ? benchmarks[i - 1] : 0, benchmarks[i]);
    pack_column(numbers, packing->results, &columns);
    for (int which = 0; which < 4; which++) {
        for (size_t i = 0; i < packing->results; i++)
            numbers[i] = text_number(packing, result_text(&results[i], which));
        pack_column(numbers, packing->results, &columns);
    }
    for (int which = 0; which < 5; which++) {
        for (size_t i = 0; i < packing->results; i++)
            numbers[i] = result_number(&results[i], which);
        pack_column(numbers, packing->results, &columns);
    }
    pack_missing(packing, &columns);
    buf_putc(out, VERSION);
    pack_count(packing->results, out);
    pack_count(packing->missing, out);
    pack_count(packing->texts.count, out);
    buf_add(out, packing->names.text, packing->names.length);
    buf_add(out, columns.text, columns.length);
    TRY(packing->names.status);
    TRY(columns.status);
    return out->status;
}

static uint64_t field_bits(const void *record, const struct column *column)
{
    const char *field = (const char *)record + column->offset;
    return column->type == COLUMN_REAL ? ordered_of_double(*(const double *)(const void *)field)
                                       : *(const size_t *)(const void *)field;
}

static void set_field(void *record, const struct column *column, uint64_t bits)
{
    char *field = (char *)record + column->offset;
    if (column->type == COLUMN_REAL)
        *(double *)(void *)field = double_of_ordered(bits);
    else
        *(size_t *)(void *)field = (size_t)bits;
}

static uint64_t percentile_bits(const struct percentile *percentile, int field)
{
    const double numbers[] = {percentile->rank, percentile->value, percentile->interval.low,
                              percentile->interval.high, percentile->interval.level};
    return field < 5 ? ordered_of_double(numbers[field]) : percentile->sufficient;
}

static void set_percentile(struct percentile *percentile, int field, uint64_t bits)
{
    double *const places[] = {&percentile->rank, &percentile->value, &percentile->interval.low,
                              &percentile->interval.high, &percentile->interval.level};
    if (field < 5)
        *places[field] = double_of_ordered(bits);
    else
        percentile->sufficient = bits != 0;
}

static bool has_percentiles(const struct packing *packing)
{
    static const struct percentile NONE[PERCENTILE_COUNT];
    for (size_t row = 0; row < packing->measurements; row++)
        if (memcmp(packing->summaries[row]->percentiles, NONE, sizeof NONE) != 0)
            return true;
    return false;
}

/* Column `column` of a summary: one of its fields, then those of its percentiles. */
static uint64_t summary_bits(const struct summary *summary, int column)
{
    const int own = SUMMARY_COLUMNS.count, field = column - own;
    return column < own ? field_bits(summary, &SUMMARY_COLUMNS.items[column])
                        : percentile_bits(&summary->percentiles[field / PERCENTILE_FIELDS],
                                          field % PERCENTILE_FIELDS);
}

/* What a column is in all rows: one number, or the twin of an earlier one, or neither. */
struct column_shape {
    uint64_t first;
    bool varies;
    int twin; /* -1: none */
};

/* Row by row, since summaries are large and there are many: a look at each, not one a column. A
 * twin must be one in the first row already. */
static void survey(const struct packing *packing, int columns, struct column_shape *shapes)
{
    uint64_t numbers[TABLE_COLUMNS_MAX];
    for (int i = 0; i < columns; i++) {
        shapes[i] = (struct column_shape){.first = summary_bits(packing->summaries[0], i)};
        for (shapes[i].twin = 0; shapes[shapes[i].twin].first != shapes[i].first;)
            shapes[i].twin++;
        if (shapes[i].twin == i)
            shapes[i].twin = -1;
    }
    for (size_t row = 1; row < packing->measurements; row++) {
        for (int i = 0; i < columns; i++) {
            numbers[i] = summary_bits(packing->summaries[row], i);
            shapes[i].varies = shapes[i].varies || numbers[i] != shapes[i].first;
            if (shapes[i].twin >= 0 && numbers[i] != numbers[shapes[i].twin])
                shapes[i].twin = -1;
        }
    }
}

static void pack_summaries(struct packing *packing, int columns, struct buf *out)
{
    struct column_shape shapes[TABLE_COLUMNS_MAX];
    const int own = SUMMARY_COLUMNS.count;
    survey(packing, columns, shapes);
    for (int i = 0; i < columns; i++) {
        if (i == own)
            buf_putc(out, true); /* there are percentiles */
        if (shapes[i].twin >= 0) {
            pack_twin((size_t)shapes[i].twin, out);
            continue;
        }
        size_t rows = shapes[i].varies ? packing->measurements : 1;
        for (size_t row = 0; row < rows; row++)
            packing->numbers[row] = summary_bits(packing->summaries[row], i);
        pack_column(packing->numbers, rows, out);
    }
    if (columns == own)
        buf_putc(out, false);
}

static assay_status pack_measurements(struct packing *packing, const int64_t *series,
                                      struct buf *out)
{
    const size_t count = packing->measurements;
    const int percentiles = has_percentiles(packing) ? PERCENTILE_COUNT * PERCENTILE_FIELDS : 0;
    buf_putc(out, VERSION);
    pack_count(count, out);
    pack_count((uint64_t)SUMMARY_COLUMNS.count, out);
    for (size_t row = 0; row < count; row++)
        packing->numbers[row] = (uint64_t)series[row];
    pack_column(packing->numbers, count, out);
    if (count > 0)
        pack_summaries(packing, SUMMARY_COLUMNS.count + percentiles, out);
    return out->status;
}

static assay_status pack_all_samples(const struct run *run, struct buf *out)
{
    bool any = false;
    for (size_t i = 0; i < run->results.count; i++)
        any = any || run->results.items[i].samples.count > 0;
    for (size_t i = 0; any && i < run->results.count; i++) {
        BUF_AUTO packed;
        buf_init(&packed, BUF_LENGTH_MAX);
        pack_samples(&run->results.items[i].samples, &packed);
        pack_count(packed.length, out);
        buf_add(out, packed.text, packed.length);
        TRY(packed.status);
    }
    return out->status;
}

assay_status closed_pack(const struct run *run, const int64_t *benchmarks, const int64_t *series,
                         struct closed_values *ret_values)
{
    struct packing packing;
    assay_status status = packing_open(run, &packing);
    if (status == ASSAY_OK)
        status = pack_results(&packing, benchmarks, &ret_values->results);
    if (status == ASSAY_OK)
        status = pack_measurements(&packing, series, &ret_values->measurements);
    if (status == ASSAY_OK)
        status = pack_all_samples(run, &ret_values->samples);
    packing_close(&packing);
    return status;
}

/* ---- reading ---- */

static assay_status open_table(const void *bytes, size_t length, struct packed_reader *reader,
                               size_t *ret_count)
{
    uint64_t count = 0;
    *reader = (struct packed_reader){bytes, (const unsigned char *)bytes + length};
    if (length == 0 || *reader->at++ != VERSION)
        return ASSAY_ERR_PARSE;
    TRY(unpack_count(reader, UINT32_MAX, &count));
    *ret_count = (size_t)count;
    return ASSAY_OK;
}

/* Columns of equal numbers have no bytes that would tell how many rows they have; keys are never
 * equal. */
static bool is_believed(const struct packed_column *keys, size_t count)
{
    return count <= 1 || keys->width > 0;
}

/* Those of the summary that points need, by their place in SUMMARY_COLUMNS. */
enum { AT_SAMPLES, AT_LAUNCHES, AT_MEDIAN, AT_LOW, AT_HIGH, AT_LEVEL, AT_COUNT };

/* The number of fields and the keys; the fields are read next. */
static assay_status open_keys(struct packed_reader *reader, size_t count,
                              struct packed_column *ret_keys, uint64_t *ret_fields)
{
    TRY(unpack_count(reader, TABLE_COLUMNS_MAX, ret_fields));
    TRY(unpack_column(reader, count, ret_keys));
    return is_believed(ret_keys, count) ? ASSAY_OK : ASSAY_ERR_PARSE;
}

assay_status closed_points_open(const void *bytes, size_t length, struct closed_points *ret_points)
{
    struct packed_reader reader;
    struct packed_table table = {0};
    uint64_t fields = 0;
    struct packed_column *const places[AT_COUNT] = {&ret_points->samples, &ret_points->launches,
                                                    &ret_points->median,  &ret_points->low,
                                                    &ret_points->high,    &ret_points->level};
    TRY(open_table(bytes, length, &reader, &ret_points->count));
    TRY(open_keys(&reader, ret_points->count, &ret_points->series, &fields));
    table.rows = ret_points->count;
    if (table.rows == 0)
        return ASSAY_OK;
    if (fields < AT_COUNT)
        return ASSAY_ERR_PARSE;
    for (int i = 0; i < AT_COUNT; i++) {
        TRY(unpack_next(&reader, &table));
        *places[i] = table.columns[i];
    }
    return ASSAY_OK;
}

struct point closed_point(const struct closed_points *points, size_t row)
{
    return (struct point){
        .series = (int64_t)packed_number(&points->series, row),
        .launches = (uint32_t)packed_number(&points->launches, row),
        .samples = packed_number(&points->samples, row),
        .median = double_of_ordered(packed_number(&points->median, row)),
        .low = double_of_ordered(packed_number(&points->low, row)),
        .high = double_of_ordered(packed_number(&points->high, row)),
        .level = double_of_ordered(packed_number(&points->level, row)),
    };
}

/* Rows of `benchmark` or `series` with keys from `first` to `last`, for looking up. */
struct named {
    int64_t key;
    struct benchmark benchmark; /* or */
    const struct metric *metric;
};
typedef VEC(struct named) named_vec;

static int by_key(const void *a, const void *b)
{
    const int64_t x = ((const struct named *)a)->key, y = ((const struct named *)b)->key;
    return (x > y) - (x < y);
}

static const struct named *find_named(const named_vec *names, int64_t key)
{
    const struct named wanted = {.key = key};
    return names->count > 0
               ? bsearch(&wanted, names->items, names->count, sizeof *names->items, by_key)
               : NULL;
}

/* The keys from the least to the most of some. */
struct range {
    int64_t first, last;
};

static void widen(struct range *range, int64_t key)
{
    range->first = key < range->first ? key : range->first;
    range->last = key > range->last ? key : range->last;
}

static assay_status ask_range(struct sql_store *self, const char *text, struct range range,
                              struct sql_statement **ret_statement)
{
    TRY(sql_prepare(self, text, ret_statement));
    sql_bind_integer(*ret_statement, 1, range.first);
    sql_bind_integer(*ret_statement, 2, range.last);
    return ASSAY_OK;
}

static assay_status load_benchmarks(struct sql_store *self, const int64_t *keys, size_t count,
                                    struct arena *arena, named_vec *names)
{
    STATEMENT_AUTO *statement = NULL;
    enum sql_step step;
    struct range range = {INT64_MAX, INT64_MIN};
    for (size_t i = 0; i < count; i++)
        widen(&range, keys[i]);
    TRY(ask_range(
        self,
        "SELECT id, suite, name, params, description, tags, key, kind, samples_wanted FROM"
        " benchmark"
        " WHERE key BETWEEN $1 AND $2 ORDER BY key",
        range, &statement));
    while ((step = sql_step(statement)) == SQL_ROW) {
        struct named *named = vec_add(names);
        if (named == NULL)
            return ASSAY_ERR_MEMORY;
        *named = (struct named){.key = sql_integer(statement, 6)};
        struct benchmark *to = &named->benchmark;
        const char **const texts[] = {&to->id,     &to->suite,       &to->name,
                                      &to->params, &to->description, &to->tags};
        TRY(sql_texts(statement, arena, texts, 6));
        to->samples = (unsigned)sql_integer(statement, 8);
        const int64_t kind = sql_integer(statement, 7);
        if (kind >= BENCH_LATENCY && kind <= BENCH_RESOURCE)
            to->kind = (enum bench_kind)kind;
    }
    return sql_rows_end(self, step);
}

static assay_status load_series(struct sql_store *self, const struct packed_column *keys,
                                size_t count, struct arena *arena, named_vec *names)
{
    STATEMENT_AUTO *statement = NULL;
    enum sql_step step;
    struct range range = {INT64_MAX, INT64_MIN};
    for (size_t i = 0; i < count; i++)
        widen(&range, (int64_t)packed_number(keys, i));
    TRY(ask_range(self,
                  "SELECT metric, unit, direction, quality, key FROM series"
                  " WHERE key BETWEEN $1 AND $2 ORDER BY key",
                  range, &statement));
    while ((step = sql_step(statement)) == SQL_ROW) {
        struct named *named = vec_add(names);
        if (named == NULL)
            return ASSAY_ERR_MEMORY;
        *named = (struct named){.key = sql_integer(statement, 4)};
        TRY(sql_load_metric(statement, arena, &named->metric));
    }
    return sql_rows_end(self, step);
}

struct texts {
    const char **items;
    size_t count;
};

static assay_status unpack_texts(struct packed_reader *reader, struct arena *arena,
                                 struct texts *ret_texts)
{
    uint64_t count = 0;
    TRY(unpack_count(reader, (uint64_t)(reader->end - reader->at), &count));
    ret_texts->items = arena_alloc(arena, ((size_t)count + 1) * sizeof *ret_texts->items);
    ret_texts->count = (size_t)count;
    if (ret_texts->items == NULL)
        return ASSAY_ERR_MEMORY;
    for (size_t i = 0; i < count; i++) {
        uint64_t length = 0;
        TRY(unpack_count(reader, (uint64_t)(reader->end - reader->at), &length));
        if (length > (uint64_t)(reader->end - reader->at))
            return ASSAY_ERR_PARSE;
        ret_texts->items[i] = arena_copy_n(arena, (const char *)reader->at, (size_t)length);
        if (ret_texts->items[i] == NULL)
            return ASSAY_ERR_MEMORY;
        reader->at += length;
    }
    return ASSAY_OK;
}

assay_status closed_note_benchmarks(struct sql_store *self, const struct closed_bytes *results,
                                    struct keys *noted)
{
    struct arena arena = {0};
    struct packed_reader reader;
    struct packed_column keys;
    struct texts texts;
    uint64_t missing = 0;
    size_t count = 0;
    assay_status status = open_table(results->bytes, results->length, &reader, &count);
    if (status == ASSAY_OK)
        status = unpack_count(&reader, UINT32_MAX, &missing);
    if (status == ASSAY_OK)
        status = unpack_texts(&reader, &arena, &texts);
    if (status == ASSAY_OK)
        status = unpack_column(&reader, count, &keys);
    if (status == ASSAY_OK && count > RESULTS_MAX)
        status = ASSAY_ERR_PARSE;
    int64_t key = 0;
    for (size_t i = 0; status == ASSAY_OK && i < count; i++) {
        key = key_after(key, packed_number(&keys, i));
        struct known_key *known = keys_find(noted, "", key);
        if (known == NULL)
            status = ASSAY_ERR_MEMORY;
        else
            known->key = 1;
    }
    arena_release(&arena);
    return status == ASSAY_ERR_PARSE
               ? buf_error(&self->store.error, ASSAY_ERR_IO,
                           "cannot read the store: the results of a run are damaged")
               : status;
}

/* One run being read. */
struct opening {
    struct sql_store *self;
    struct run *run;
    size_t results, missing, measurements;
    struct texts texts;
    int64_t *keys;
    struct packed_column key, text[4], number[5], absent[2];
    named_vec benchmarks, series;
    struct packed_reader rest; /* of the measurements */
    uint64_t fields;
    struct packed_column series_key;
};

static assay_status open_results(struct opening *opening, const struct closed_bytes *value)
{
    struct packed_reader reader;
    uint64_t missing = 0;
    TRY(open_table(value->bytes, value->length, &reader, &opening->results));
    TRY(unpack_count(&reader, UINT32_MAX, &missing));
    opening->missing = (size_t)missing;
    TRY(unpack_texts(&reader, &opening->run->arena, &opening->texts));
    TRY(unpack_column(&reader, opening->results, &opening->key));
    for (int i = 0; i < 4; i++)
        TRY(unpack_column(&reader, opening->results, &opening->text[i]));
    for (int i = 0; i < 5; i++)
        TRY(unpack_column(&reader, opening->results, &opening->number[i]));
    for (int i = 0; i < 2; i++)
        TRY(unpack_column(&reader, opening->missing, &opening->absent[i]));
    if (opening->results > RESULTS_MAX || opening->missing > RESULTS_MAX)
        return ASSAY_ERR_PARSE;
    opening->keys = arena_alloc(&opening->run->arena, (opening->results + 1) * sizeof(int64_t));
    if (opening->keys == NULL)
        return ASSAY_ERR_MEMORY;
    for (size_t i = 0; i < opening->results; i++)
        opening->keys[i] =
            key_after(i > 0 ? opening->keys[i - 1] : 0, packed_number(&opening->key, i));
    return load_benchmarks(opening->self, opening->keys, opening->results, &opening->run->arena,
                           &opening->benchmarks);
}

static assay_status open_measurements(struct opening *opening, const struct closed_bytes *value)
{
    if (value->length == 0)
        return ASSAY_OK;
    TRY(open_table(value->bytes, value->length, &opening->rest, &opening->measurements));
    TRY(open_keys(&opening->rest, opening->measurements, &opening->series_key, &opening->fields));
    return load_series(opening->self, &opening->series_key, opening->measurements,
                       &opening->run->arena, &opening->series);
}

static const char *text_at(const struct opening *opening, const struct packed_column *column,
                           size_t row)
{
    const uint64_t number = packed_number(column, row);
    return number < opening->texts.count ? opening->texts.items[number] : NULL;
}

static assay_status add_missing(struct opening *opening, size_t row, size_t *at,
                                struct result *result)
{
    uint64_t count = packed_number(&opening->number[3], row);
    for (; count > 0; count--, ++*at) {
        if (*at >= opening->missing)
            return ASSAY_ERR_PARSE;
        const char *metric = text_at(opening, &opening->absent[0], *at);
        const char *reason = text_at(opening, &opening->absent[1], *at);
        if (metric == NULL || reason == NULL)
            return ASSAY_ERR_PARSE;
        TRY(result_add_missing(result, metric, reason));
    }
    return ASSAY_OK;
}

static assay_status add_measurements(struct opening *opening, size_t row, size_t *at,
                                     struct result *result)
{
    uint64_t count = opening->measurements > 0 ? packed_number(&opening->number[2], row) : 0;
    for (; count > 0; count--, ++*at) {
        if (*at >= opening->measurements)
            return ASSAY_ERR_PARSE;
        const struct named *series =
            find_named(&opening->series, (int64_t)packed_number(&opening->series_key, *at));
        if (series == NULL)
            return ASSAY_ERR_PARSE;
        if (result_add_measurement(result, series->metric) == NULL)
            return ASSAY_ERR_MEMORY;
    }
    return ASSAY_OK;
}

static assay_status add_result(struct opening *opening, size_t row, size_t at[2])
{
    const struct named *named = find_named(&opening->benchmarks, opening->keys[row]);
    struct result *result = vec_add(&opening->run->results);
    if (result == NULL)
        return ASSAY_ERR_MEMORY;
    *result = (struct result){0};
    if (named == NULL)
        return ASSAY_ERR_PARSE;
    result->benchmark = named->benchmark;
    result->benchmark.module = text_at(opening, &opening->text[0], row);
    result->benchmark.compiler = text_at(opening, &opening->text[1], row);
    result->reason = text_at(opening, &opening->text[2], row);
    result->warning = text_at(opening, &opening->text[3], row);
    result->bytes = double_of_ordered(packed_number(&opening->number[0], row));
    result->items = double_of_ordered(packed_number(&opening->number[1], row));
    const uint64_t outcome = packed_number(&opening->number[4], row);
    if (result->benchmark.module == NULL || result->benchmark.compiler == NULL ||
        result->reason == NULL || result->warning == NULL || outcome > OUTCOME_SKIPPED)
        return ASSAY_ERR_PARSE;
    result->outcome = (enum outcome)outcome;
    TRY(add_missing(opening, row, &at[0], result));
    return add_measurements(opening, row, &at[1], result);
}

static void fill_summary(const struct packed_table *table, size_t fields, size_t row,
                         struct summary *summary)
{
    for (size_t i = 0; i < fields && i < (size_t)SUMMARY_COLUMNS.count; i++)
        set_field(summary, &SUMMARY_COLUMNS.items[i], packed_number(&table->columns[i], row));
    for (size_t i = fields; i < table->count; i++)
        set_percentile(&summary->percentiles[(i - fields) / PERCENTILE_FIELDS],
                       (int)((i - fields) % PERCENTILE_FIELDS),
                       packed_number(&table->columns[i], row));
}

static assay_status fill_measurements(struct opening *opening)
{
    struct packed_table table = {.rows = opening->measurements};
    const size_t fields = (size_t)opening->fields;
    size_t row = 0;
    if (opening->measurements == 0)
        return ASSAY_OK;
    for (size_t i = 0; i < fields; i++)
        TRY(unpack_next(&opening->rest, &table));
    if (opening->rest.at >= opening->rest.end)
        return ASSAY_ERR_PARSE;
    const bool percentiles = *opening->rest.at++ != 0;
    for (int i = 0; percentiles && i < PERCENTILE_COUNT * PERCENTILE_FIELDS; i++)
        TRY(unpack_next(&opening->rest, &table));
    for (size_t i = 0; i < opening->run->results.count; i++) {
        measurement_vec *all = &opening->run->results.items[i].measurements;
        for (size_t k = 0; k < all->count; k++, row++)
            fill_summary(&table, fields, row, &all->items[k].summary);
    }
    return ASSAY_OK;
}

static assay_status fill_samples(struct run *run, const struct closed_bytes *value)
{
    struct packed_reader reader = {value->bytes,
                                   (const unsigned char *)value->bytes + value->length};
    for (size_t i = 0; value->length > 0 && i < run->results.count; i++) {
        uint64_t length = 0;
        TRY(unpack_count(&reader, BUF_LENGTH_MAX, &length));
        if (length > (uint64_t)(reader.end - reader.at))
            return ASSAY_ERR_PARSE;
        TRY(unpack_samples(reader.at, (size_t)length, &run->results.items[i].samples));
        reader.at += length;
    }
    return ASSAY_OK;
}

static assay_status unpack_in(struct opening *opening, const struct closed_bytes values[3])
{
    size_t at[2] = {0, 0};
    TRY(open_results(opening, &values[0]));
    TRY(open_measurements(opening, &values[1]));
    for (size_t row = 0; row < opening->results; row++)
        TRY(add_result(opening, row, at));
    if (at[0] != opening->missing || at[1] != opening->measurements)
        return ASSAY_ERR_PARSE;
    TRY(fill_measurements(opening));
    return fill_samples(opening->run, &values[2]);
}

assay_status closed_unpack(struct sql_store *self, const struct closed_bytes values[3],
                           struct run *run)
{
    struct opening opening = {.self = self, .run = run};
    assay_status status = unpack_in(&opening, values);
    vec_release(&opening.benchmarks);
    vec_release(&opening.series);
    if (status == ASSAY_ERR_PARSE)
        return buf_error(&self->store.error, ASSAY_ERR_IO,
                         "cannot read the store: the results of run %s are damaged", run->id);
    return status;
}
