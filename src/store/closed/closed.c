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
#include <endian.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "store/closed/opened.h"
#include "store/pack.h"
#include "store/sql/known/keys.h"
#include "store/sql/known/names.h"

enum { PERCENTILE_FIELDS = 6 };

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

/* A text of the run with its number. */
struct numbered {
    const char *text; /* NULL: none yet */
    uint64_t number;
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

/* The place of a text among those of the run; names.status tells of memory.  Mostly it is the text
 * of the row before, which `last` keeps. */
static uint64_t text_number(struct packing *packing, const char *text, struct numbered *last)
{
    text = text ? text : "";
    if (last->text != NULL && strcmp(last->text, text) == 0)
        return last->number;
    struct known_key *known = keys_find(&packing->texts, text, 0);
    if (known == NULL) {
        packing->names.status = ASSAY_ERR_MEMORY;
        return 0;
    }
    if (known->key == 0) {
        known->key = (int64_t)packing->texts.count;
        pack_count(strlen(known->name), &packing->names);
        buf_puts(&packing->names, known->name);
    }
    *last = (struct numbered){known->name, (uint64_t)known->key - 1};
    return last->number;
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
        struct numbered last = {0};
        size_t row = 0;
        for (size_t i = 0; i < packing->results; i++) {
            const absence_vec *missing = &packing->run->results.items[i].missing;
            for (size_t k = 0; k < missing->count; k++)
                packing->numbers[row++] = text_number(
                    packing, which ? missing->items[k].reason : missing->items[k].metric, &last);
        }
        pack_column(packing->numbers, row, columns);
    }
}

static assay_status pack_results(struct packing *packing, const int64_t *benchmarks,
                                 struct buf *out)
{
    BUF_AUTO columns;
    buf_init(&columns, BUF_LENGTH_MAX);
    const struct result *results = packing->run->results.items;
    uint64_t *numbers = packing->numbers;
    for (size_t i = 0; i < packing->results; i++)
        numbers[i] = closed_key_step(i > 0 ? benchmarks[i - 1] : 0, benchmarks[i]);
    pack_column(numbers, packing->results, &columns);
    for (int which = 0; which < 4; which++) {
        struct numbered last = {0};
        for (size_t i = 0; i < packing->results; i++)
            numbers[i] = text_number(packing, result_text(&results[i], which), &last);
        pack_column(numbers, packing->results, &columns);
    }
    for (int which = 0; which < 5; which++) {
        for (size_t i = 0; i < packing->results; i++)
            numbers[i] = result_number(&results[i], which);
        pack_column(numbers, packing->results, &columns);
    }
    pack_missing(packing, &columns);
    buf_putc(out, CLOSED_VERSION);
    pack_count(packing->results, out);
    pack_count(packing->missing, out);
    pack_count(packing->texts.count, out);
    buf_add(out, packing->names.text, packing->names.length);
    buf_add(out, columns.text, columns.length);
    TRY(packing->names.status);
    TRY(columns.status);
    return out->status;
}

static void set_field(void *record, const struct column *column, uint64_t bits)
{
    char *field = (char *)record + column->offset;
    if (column->type == COLUMN_REAL)
        *(double *)(void *)field = double_of_ordered(bits);
    else
        *(size_t *)(void *)field = (size_t)bits;
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

/* Columns are of what a summary has: its fields, then those of its percentiles. */
enum field_type { FIELD_REAL, FIELD_COUNT, FIELD_FLAG };
struct summary_field {
    size_t offset;
    enum field_type type;
};

static uint64_t word_at(const void *record, size_t offset)
{
    uint64_t word;
    memcpy(&word, (const char *)record + offset, sizeof word);
    return word;
}

/* Of a flag only the first byte is its own; the others are of the same struct. */
static uint64_t mask_of(enum field_type type)
{
    return type == FIELD_FLAG ? htole64(0xff) : UINT64_MAX;
}
_Static_assert(offsetof(struct percentile, sufficient) + sizeof(uint64_t) <=
                   sizeof(struct percentile),
               "a word can be read at the flag");

static uint64_t number_of_bits(uint64_t bits, enum field_type type)
{
    return type == FIELD_REAL ? ordered_of_bits(bits) : type == FIELD_FLAG ? bits != 0 : bits;
}

static int list_own_fields(struct summary_field *fields)
{
    for (int i = 0; i < SUMMARY_COLUMNS.count; i++) {
        const struct column *column = &SUMMARY_COLUMNS.items[i];
        fields[i] = (struct summary_field){column->offset,
                                           column->type == COLUMN_REAL ? FIELD_REAL : FIELD_COUNT};
    }
    return SUMMARY_COLUMNS.count;
}

static int list_percentiles(struct summary_field *fields)
{
    static const struct summary_field OF_ONE[PERCENTILE_FIELDS] = {
        {offsetof(struct percentile, rank), FIELD_REAL},
        {offsetof(struct percentile, value), FIELD_REAL},
        {offsetof(struct percentile, interval.low), FIELD_REAL},
        {offsetof(struct percentile, interval.high), FIELD_REAL},
        {offsetof(struct percentile, interval.level), FIELD_REAL},
        {offsetof(struct percentile, sufficient), FIELD_FLAG},
    };
    int count = 0;
    for (size_t i = 0; i < PERCENTILE_COUNT; i++)
        for (int k = 0; k < PERCENTILE_FIELDS; k++) {
            const size_t before =
                offsetof(struct summary, percentiles) + i * sizeof(struct percentile);
            fields[count++] = (struct summary_field){before + OF_ONE[k].offset, OF_ONE[k].type};
        }
    return count;
}

static uint64_t bits_of_percentile(const struct percentile *p)
{
    uint64_t numbers[] = {word_at(&p->rank, 0), word_at(&p->value, 0), word_at(&p->interval.low, 0),
                          word_at(&p->interval.high, 0), word_at(&p->interval.level, 0)};
    return numbers[0] | numbers[1] | numbers[2] | numbers[3] | numbers[4] | p->sufficient;
}

static bool has_percentiles(const struct packing *packing)
{
    uint64_t any = 0;
    for (size_t row = 0; row < packing->measurements && any == 0; row++)
        for (int i = 0; i < PERCENTILE_COUNT; i++)
            any |= bits_of_percentile(&packing->summaries[row]->percentiles[i]);
    return any != 0;
}

/* What a column is in all rows: one number, or the twin of an earlier one, or neither. */
struct column_shape {
    uint64_t first; /* the bits of the first row */
    bool varies;    /* may be set where it does not: packing finds out */
    int twin;       /* -1: none */
};

/* A twin must be one in the first row already. */
static void guess_shapes(const struct packing *packing, const struct summary_field *fields,
                         int columns, struct column_shape *shapes)
{
    for (int i = 0; i < columns; i++) {
        const uint64_t first =
            word_at(packing->summaries[0], fields[i].offset) & mask_of(fields[i].type);
        int twin = 0;
        while (twin < i && (shapes[twin].first != first || fields[twin].type != fields[i].type))
            twin++;
        shapes[i] = (struct column_shape){first, false, twin < i ? twin : -1};
    }
}

/* A column that may still be what was guessed: the word at `offset` is in every row the one at
 * `other`, of the same row (a twin) or of the first (one number). */
struct look {
    size_t offset, other;
    uint64_t mask;
    int column;
    bool is_twin;
};

static int list_looks(const struct summary_field *fields, const struct column_shape *shapes,
                      int columns, struct look *looks)
{
    for (int i = 0; i < columns; i++) {
        const bool is_twin = shapes[i].twin >= 0;
        looks[i] = (struct look){fields[i].offset, fields[is_twin ? shapes[i].twin : i].offset,
                                 mask_of(fields[i].type), i, is_twin};
    }
    return columns;
}

/* Row by row, since summaries are large and there are many: a look at each, not one a column.  What
 * proved to be neither is not looked at any more. */
static void survey(const struct packing *packing, const struct summary_field *fields, int columns,
                   struct column_shape *shapes)
{
    struct look looks[TABLE_COLUMNS_MAX];
    guess_shapes(packing, fields, columns, shapes);
    int count = list_looks(fields, shapes, columns, looks);
    for (size_t row = 1; row < packing->measurements; row++) {
        const struct summary *const of[] = {packing->summaries[0], packing->summaries[row]};
        for (int i = 0; i < count;) {
            const struct look *look = &looks[i];
            const uint64_t differs =
                word_at(of[1], look->offset) ^ word_at(of[look->is_twin], look->other);
            if ((differs & look->mask) == 0) {
                i++;
                continue;
            }
            shapes[look->column].twin = -1;
            shapes[look->column].varies = true;
            looks[i] = looks[--count];
        }
    }
}

/* The numbers of a column in its first `rows` rows. */
static void list_numbers(const struct packing *packing, const struct summary_field *field,
                         size_t rows, uint64_t *numbers)
{
    const uint64_t mask = mask_of(field->type);
    for (size_t row = 0; row < rows; row++)
        numbers[row] =
            number_of_bits(word_at(packing->summaries[row], field->offset) & mask, field->type);
}

static void pack_summaries(struct packing *packing, struct buf *out)
{
    struct summary_field fields[TABLE_COLUMNS_MAX];
    struct column_shape shapes[TABLE_COLUMNS_MAX];
    const int own = list_own_fields(fields), more = list_percentiles(fields + own);
    const bool extended = has_percentiles(packing);
    const int columns = own + (extended ? more : 0);
    survey(packing, fields, columns, shapes);
    for (int i = 0; i < columns; i++) {
        if (i == own)
            buf_putc(out, true); /* there are percentiles */
        if (shapes[i].twin >= 0) {
            pack_twin((size_t)shapes[i].twin, out);
            continue;
        }
        const size_t rows = shapes[i].varies ? packing->measurements : 1;
        list_numbers(packing, &fields[i], rows, packing->numbers);
        pack_column(packing->numbers, rows, out);
    }
    if (!extended)
        buf_putc(out, false);
}

static assay_status pack_measurements(struct packing *packing, const int64_t *series,
                                      struct buf *out)
{
    const size_t count = packing->measurements;
    buf_putc(out, CLOSED_VERSION);
    pack_count(count, out);
    pack_count((uint64_t)SUMMARY_COLUMNS.count, out);
    for (size_t row = 0; row < count; row++)
        packing->numbers[row] = (uint64_t)series[row];
    pack_column(packing->numbers, count, out);
    if (count > 0)
        pack_summaries(packing, out);
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

/* One run being read. */
struct opening {
    struct sql_store *self;
    struct run *run;
    struct closed_results in;
    struct closed_measurements measured;
    struct packed_reader rest; /* of the measurements */
    int64_t *keys;
    named_benchmark_vec benchmarks;
    named_series_vec series;
    size_t benchmark_hint, series_hint;
};

static assay_status open_results(struct opening *opening, const struct closed_bytes *value)
{
    struct key_range range = KEY_RANGE_NONE;
    struct closed_results *in = &opening->in;
    TRY(closed_results_open(value, &opening->run->arena, in));
    opening->keys = arena_alloc(&opening->run->arena, (in->count + 1) * sizeof(int64_t));
    if (opening->keys == NULL)
        return ASSAY_ERR_MEMORY;
    for (size_t i = 0; i < in->count; i++) {
        opening->keys[i] =
            closed_key_after(i > 0 ? opening->keys[i - 1] : 0, packed_number(&in->key, i));
        key_range_add(&range, opening->keys[i]);
    }
    return names_load_benchmarks(opening->self, range, &opening->run->arena, &opening->benchmarks);
}

static assay_status open_measurements(struct opening *opening, const struct closed_bytes *value)
{
    struct key_range range = KEY_RANGE_NONE;
    if (value->length == 0)
        return ASSAY_OK;
    TRY(closed_measurements_open(value, &opening->rest, &opening->measured));
    for (size_t i = 0; i < opening->measured.count; i++)
        key_range_add(&range, (int64_t)packed_number(&opening->measured.series, i));
    return names_load_series(opening->self, range, &opening->run->arena, &opening->series);
}

static assay_status add_missing(struct opening *opening, size_t row, size_t *at,
                                struct result *result)
{
    uint64_t count = packed_number(&opening->in.number[NUMBER_MISSING], row);
    for (; count > 0; count--, ++*at) {
        if (*at >= opening->in.missing)
            return ASSAY_ERR_PARSE;
        const char *metric = closed_text(&opening->in, &opening->in.absent[0], *at);
        const char *reason = closed_text(&opening->in, &opening->in.absent[1], *at);
        if (metric == NULL || reason == NULL)
            return ASSAY_ERR_PARSE;
        TRY(result_add_missing(result, metric, reason));
    }
    return ASSAY_OK;
}

static assay_status add_measurements(struct opening *opening, size_t row, size_t *at,
                                     struct result *result)
{
    uint64_t count = opening->measured.count > 0
                         ? packed_number(&opening->in.number[NUMBER_MEASUREMENTS], row)
                         : 0;
    for (; count > 0; count--, ++*at) {
        if (*at >= opening->measured.count)
            return ASSAY_ERR_PARSE;
        const struct named_series *series = names_find_series(
            &opening->series, (int64_t)packed_number(&opening->measured.series, *at),
            &opening->series_hint);
        if (series == NULL)
            return ASSAY_ERR_PARSE;
        if (result_add_measurement(result, series->metric) == NULL)
            return ASSAY_ERR_MEMORY;
    }
    return ASSAY_OK;
}

static assay_status add_result(struct opening *opening, size_t row, size_t at[2])
{
    const struct named_benchmark *named =
        names_find_benchmark(&opening->benchmarks, opening->keys[row], &opening->benchmark_hint);
    struct result *result = vec_add(&opening->run->results);
    if (result == NULL)
        return ASSAY_ERR_MEMORY;
    *result = (struct result){0};
    if (named == NULL)
        return ASSAY_ERR_PARSE;
    result->benchmark = named->benchmark;
    result->benchmark.module = closed_text(&opening->in, &opening->in.text[TEXT_MODULE], row);
    result->benchmark.compiler = closed_text(&opening->in, &opening->in.text[TEXT_COMPILER], row);
    result->reason = closed_text(&opening->in, &opening->in.text[TEXT_REASON], row);
    result->warning = closed_text(&opening->in, &opening->in.text[TEXT_WARNING], row);
    result->bytes = double_of_ordered(packed_number(&opening->in.number[NUMBER_BYTES], row));
    result->items = double_of_ordered(packed_number(&opening->in.number[NUMBER_ITEMS], row));
    const uint64_t outcome = packed_number(&opening->in.number[NUMBER_OUTCOME], row);
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
    struct packed_table table = {.rows = opening->measured.count};
    const size_t fields = opening->measured.fields;
    size_t row = 0;
    if (opening->measured.count == 0)
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
    for (size_t row = 0; row < opening->in.count; row++)
        TRY(add_result(opening, row, at));
    if (at[0] != opening->in.missing || at[1] != opening->measured.count)
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
