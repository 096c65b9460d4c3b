/* Opening packed runs: where each column lies; nothing is made of it yet.
 * Invariant: no count is believed that the length denies, and no column is read behind its end. */
#include "store/closed/opened.h"

enum { POINTS_AT_ONCE = 128, RESULTS_MAX = 1 << 24 };

static assay_status open_table(const void *bytes, size_t length, struct packed_reader *reader,
                               size_t *ret_count)
{
    uint64_t count = 0;
    *reader = (struct packed_reader){bytes, (const unsigned char *)bytes + length};
    if (length == 0 || *reader->at++ != CLOSED_VERSION)
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

assay_status closed_measurements_open(const struct closed_bytes *value,
                                      struct packed_reader *reader,
                                      struct closed_measurements *ret_measurements)
{
    uint64_t fields = 0;
    TRY(open_table(value->bytes, value->length, reader, &ret_measurements->count));
    TRY(unpack_count(reader, TABLE_COLUMNS_MAX, &fields));
    TRY(unpack_column(reader, ret_measurements->count, &ret_measurements->series));
    ret_measurements->fields = (size_t)fields;
    return is_believed(&ret_measurements->series, ret_measurements->count) ? ASSAY_OK
                                                                           : ASSAY_ERR_PARSE;
}

assay_status closed_points_open(const void *bytes, size_t length, struct closed_points *ret_points)
{
    struct packed_reader reader;
    struct packed_table table = {0};
    struct closed_measurements opened;
    const struct closed_bytes value = {bytes, length};
    struct packed_column *const places[AT_COUNT] = {&ret_points->samples, &ret_points->launches,
                                                    &ret_points->median,  &ret_points->low,
                                                    &ret_points->high,    &ret_points->level};
    TRY(closed_measurements_open(&value, &reader, &opened));
    ret_points->count = table.rows = opened.count;
    ret_points->series = opened.series;
    if (opened.count == 0)
        return ASSAY_OK;
    if (opened.fields < AT_COUNT)
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

/* Rows `first` to `first + count` of a column. */
static void some_numbers(struct packed_column column, size_t first, size_t count, uint64_t *numbers)
{
    column.rows += first * column.width;
    packed_numbers(&column, count, numbers);
}

/* Column by column, which reads eight bytes at once, and in blocks that stay in the cache. */
static void add_block(const struct closed_points *in, uint32_t run, size_t first, size_t count,
                      struct point *points)
{
    uint64_t series[POINTS_AT_ONCE], launches[POINTS_AT_ONCE], samples[POINTS_AT_ONCE];
    uint64_t median[POINTS_AT_ONCE], low[POINTS_AT_ONCE], high[POINTS_AT_ONCE];
    uint64_t level[POINTS_AT_ONCE];
    some_numbers(in->series, first, count, series);
    some_numbers(in->launches, first, count, launches);
    some_numbers(in->samples, first, count, samples);
    some_numbers(in->median, first, count, median);
    some_numbers(in->low, first, count, low);
    some_numbers(in->high, first, count, high);
    some_numbers(in->level, first, count, level);
    for (size_t i = 0; i < count; i++)
        points[i] = (struct point){(int64_t)series[i],           run,
                                   (uint32_t)launches[i],        samples[i],
                                   double_of_ordered(median[i]), double_of_ordered(low[i]),
                                   double_of_ordered(high[i]),   double_of_ordered(level[i])};
}

int point_by_series(const void *a, const void *b)
{
    const struct point *x = a, *y = b;
    return x->series != y->series ? (x->series > y->series) - (x->series < y->series)
                                  : (x->run > y->run) - (x->run < y->run);
}

bool points_make_room(point_vec *points, size_t more)
{
    const size_t wanted = points->count + more, doubled = 2 * points->capacity;
    return wanted <= points->capacity || vec_reserve(points, wanted > doubled ? wanted : doubled);
}

assay_status closed_add_points(const void *bytes, size_t length, uint32_t run, point_vec *points)
{
    struct closed_points in;
    TRY(closed_points_open(bytes, length, &in));
    if (!points_make_room(points, in.count))
        return ASSAY_ERR_MEMORY;
    for (size_t first = 0; first < in.count; first += POINTS_AT_ONCE) {
        const size_t left = in.count - first, count = left < POINTS_AT_ONCE ? left : POINTS_AT_ONCE;
        add_block(&in, run, first, count, points->items + points->count);
        points->count += count;
    }
    return ASSAY_OK;
}

static assay_status unpack_texts(struct packed_reader *reader, struct arena *arena,
                                 struct closed_texts *ret_texts)
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

/* Keys as steps, since those of a run are mostly one after the other: 0 is the next one, and the
 * lowest bit says which way. */
uint64_t closed_key_step(int64_t from, int64_t to)
{
    const int64_t step = to - from - 1;
    return (uint64_t)step << 1 ^ (step < 0 ? UINT64_MAX : 0);
}

int64_t closed_key_after(int64_t from, uint64_t step)
{
    return (int64_t)((uint64_t)from + 1 + ((step >> 1) ^ (0 - (step & 1))));
}

assay_status closed_results_open(const struct closed_bytes *value, struct arena *arena,
                                 struct closed_results *ret_results)
{
    struct packed_reader reader;
    uint64_t missing = 0;
    TRY(open_table(value->bytes, value->length, &reader, &ret_results->count));
    TRY(unpack_count(&reader, UINT32_MAX, &missing));
    ret_results->missing = (size_t)missing;
    TRY(unpack_texts(&reader, arena, &ret_results->texts));
    TRY(unpack_column(&reader, ret_results->count, &ret_results->key));
    for (int i = 0; i < CLOSED_TEXTS; i++)
        TRY(unpack_column(&reader, ret_results->count, &ret_results->text[i]));
    for (int i = 0; i < CLOSED_NUMBERS; i++)
        TRY(unpack_column(&reader, ret_results->count, &ret_results->number[i]));
    for (int i = 0; i < 2; i++)
        TRY(unpack_column(&reader, ret_results->missing, &ret_results->absent[i]));
    return ret_results->count > RESULTS_MAX || ret_results->missing > RESULTS_MAX ? ASSAY_ERR_PARSE
                                                                                  : ASSAY_OK;
}

assay_status closed_note_benchmarks(struct sql_store *self, const struct closed_bytes *results,
                                    struct keys *noted)
{
    struct arena arena = {0};
    struct closed_results opened;
    assay_status status = closed_results_open(results, &arena, &opened);
    int64_t key = 0;
    for (size_t i = 0; status == ASSAY_OK && i < opened.count; i++) {
        key = closed_key_after(key, packed_number(&opened.key, i));
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
