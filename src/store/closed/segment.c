/* Segments of the trend index.
 *
 * A closed run is first read from its own value.  Sixteen of them become a segment: one value a
 * series, a chunk, with the series' points in all sixteen; twenty such segments become one of 320
 * runs.  Rows of a segment are written in key order and never change, so that storing a run costs
 * what appending costs, and a trend over n runs reads n / 320 + 35 values at most.
 *
 * Why not an index over rows: with a thousand series each run would change a thousand pages of it,
 * which is thirty times slower (docs/store.md has the numbers).
 *
 * A chunk holds the median exactly; what the interval's ends are away from it to 8 bits of
 * mantissa (0.2 % of the distance), since more is noise and would cost as much as the median. */
#include "store/closed/segment.h"

#include <stdlib.h>
#include <string.h>

/* 320 points are a chunk of nearly one page of SQLite's. */
enum { FAN = 16, FAN_OF_SEGMENTS = 20, LEVELS = 2, DROPPED_BITS = 44, COUNTED_MAX = 1 << 22 };

/* ---- chunks ---- */

/* A distance with 8 bits of mantissa, as a number in the order of doubles. */
static uint64_t pack_distance(double distance)
{
    const uint64_t half = (uint64_t)1 << (DROPPED_BITS - 1), ordered = ordered_of_double(distance);
    return (ordered > UINT64_MAX - half ? ordered : ordered + half) >> DROPPED_BITS;
}

static double unpack_distance(uint64_t packed)
{
    return double_of_ordered(packed << DROPPED_BITS);
}

static uint64_t point_number(const struct point *point, int which)
{
    switch (which) {
    case 0:
        return point->samples;
    case 1:
        return point->launches;
    case 2:
        return ordered_of_double(point->median);
    case 3:
        return pack_distance(point->median - point->low);
    case 4:
        return pack_distance(point->high - point->median);
    default:
        return ordered_of_double(point->level);
    }
}

void chunk_pack(const struct point *points, size_t count, size_t runs, struct buf *out)
{
    enum { COLUMNS = 6 };
    unsigned char present[CHUNK_RUNS_MAX / 8] = {0};
    uint64_t numbers[CHUNK_RUNS_MAX];
    if (runs > CHUNK_RUNS_MAX || count > runs) {
        out->status = ASSAY_ERR_LIMIT;
        return;
    }
    for (size_t i = 0; i < count; i++)
        present[points[i].run / 8] |= (unsigned char)(1 << points[i].run % 8);
    buf_putc(out, count < runs);
    if (count < runs)
        buf_add(out, (const char *)present, (runs + 7) / 8);
    for (int which = 0; which < COLUMNS; which++) {
        for (size_t i = 0; i < count; i++)
            numbers[i] = point_number(&points[i], which);
        pack_column(numbers, count, out);
    }
}

static size_t bits_in(const unsigned char *bytes, size_t runs)
{
    size_t bits = 0;
    for (size_t i = 0; i < runs; i++)
        bits += bytes[i / 8] >> i % 8 & 1;
    return bits;
}

assay_status chunk_open(const void *bytes, size_t length, size_t runs, struct chunk *ret_chunk)
{
    struct packed_reader reader = {bytes, (const unsigned char *)bytes + length};
    struct chunk *chunk = ret_chunk;
    struct packed_column *const places[] = {&chunk->samples, &chunk->launches, &chunk->median,
                                            &chunk->low,     &chunk->high,     &chunk->level};
    *chunk = (struct chunk){.runs = runs, .count = runs};
    if (length < 1 || runs > CHUNK_RUNS_MAX)
        return ASSAY_ERR_PARSE;
    if (*reader.at++ != 0) {
        if ((size_t)(reader.end - reader.at) < (runs + 7) / 8)
            return ASSAY_ERR_PARSE;
        chunk->present = reader.at;
        chunk->count = bits_in(chunk->present, runs);
        reader.at += (runs + 7) / 8;
    }
    for (size_t i = 0; i < sizeof places / sizeof *places; i++)
        TRY(unpack_column(&reader, chunk->count, places[i]));
    return reader.at == reader.end ? ASSAY_OK : ASSAY_ERR_PARSE;
}

struct point chunk_point(const struct chunk *chunk, size_t row)
{
    const double median = double_of_ordered(packed_number(&chunk->median, row));
    return (struct point){
        .samples = packed_number(&chunk->samples, row),
        .launches = (uint32_t)packed_number(&chunk->launches, row),
        .median = median,
        .low = median - unpack_distance(packed_number(&chunk->low, row)),
        .high = median + unpack_distance(packed_number(&chunk->high, row)),
        .level = double_of_ordered(packed_number(&chunk->level, row)),
    };
}

void chunk_values(const struct chunk *chunk, double *medians, double *lows, double *highs)
{
    uint64_t numbers[CHUNK_RUNS_MAX];
    packed_numbers(&chunk->median, chunk->count, numbers);
    for (size_t i = 0; i < chunk->count; i++)
        medians[i] = double_of_ordered(numbers[i]);
    packed_numbers(&chunk->low, chunk->count, numbers);
    for (size_t i = 0; i < chunk->count; i++)
        lows[i] = medians[i] - unpack_distance(numbers[i]);
    packed_numbers(&chunk->high, chunk->count, numbers);
    for (size_t i = 0; i < chunk->count; i++)
        highs[i] = medians[i] + unpack_distance(numbers[i]);
}

/* ---- runs of a segment ---- */

static void pack_runs(const key_vec *runs, struct buf *out)
{
    pack_count(runs->count, out);
    pack_column((const uint64_t *)runs->items, runs->count, out);
}

assay_status segment_runs_unpack(const void *bytes, size_t length, key_vec *runs)
{
    struct packed_reader reader = {bytes, (const unsigned char *)bytes + length};
    struct packed_column column;
    uint64_t count = 0;
    TRY(unpack_count(&reader, CHUNK_RUNS_MAX, &count));
    TRY(unpack_column(&reader, (size_t)count, &column));
    for (size_t i = 0; i < count; i++) {
        int64_t *run = vec_add(runs);
        if (run == NULL)
            return ASSAY_ERR_MEMORY;
        *run = (int64_t)packed_number(&column, i);
    }
    return ASSAY_OK;
}

/* ---- making segments ---- */

assay_status segment_damaged(struct sql_store *self, assay_status status)
{
    return status == ASSAY_ERR_PARSE
               ? buf_error(&self->store.error, ASSAY_ERR_IO,
                           "cannot read the store: its trend index is damaged; 'assay history "
                           "check' tells more")
               : status;
}

/* `places`: where each of the segment's runs stands in the gathered ones; UINT32_MAX: it is gone.
 */
static assay_status gather_chunk(struct gathered *gathered, const uint32_t *places, size_t runs,
                                 int64_t series, const struct closed_bytes *value)
{
    struct chunk chunk;
    TRY(chunk_open(value->bytes, value->length, runs, &chunk));
    if (!points_make_room(&gathered->points, chunk.count))
        return ASSAY_ERR_MEMORY;
    for (size_t run = 0, row = 0; run < runs; run++) {
        if (!chunk_has(&chunk, run))
            continue;
        struct point point = chunk_point(&chunk, row++);
        if (places[run] == UINT32_MAX)
            continue;
        point.series = series;
        point.run = places[run];
        gathered->points.items[gathered->points.count++] = point;
    }
    return ASSAY_OK;
}

static assay_status gather_chunks(struct sql_store *self, int64_t segment, const uint32_t *places,
                                  size_t runs, struct gathered *gathered)
{
    STATEMENT_AUTO *statement = NULL;
    enum sql_step step;
    TRY(sql_prepare(self,
                    "SELECT series, points FROM chunk WHERE " CHUNKS_OF_SEGMENT " ORDER BY key",
                    &statement));
    sql_bind_integer(statement, 1, segment);
    while ((step = sql_step(statement)) == SQL_ROW) {
        struct closed_bytes value;
        value.bytes = sql_blob(statement, 1, &value.length);
        TRY(segment_damaged(
            self, gather_chunk(gathered, places, runs, sql_integer(statement, 0), &value)));
    }
    return sql_rows_end(self, step);
}

static bool is_gone(const key_vec *gone, int64_t run)
{
    for (size_t i = 0; gone != NULL && i < gone->count; i++)
        if (gone->items[i] == run)
            return true;
    return false;
}

static assay_status gather_segment(struct sql_store *self, int64_t segment, const key_vec *runs,
                                   const key_vec *gone, struct gathered *gathered)
{
    uint32_t *places = calloc(runs->count + 1, sizeof *places);
    assay_status status = places == NULL ? ASSAY_ERR_MEMORY : ASSAY_OK;
    for (size_t i = 0; status == ASSAY_OK && i < runs->count; i++) {
        places[i] = UINT32_MAX;
        if (is_gone(gone, runs->items[i]))
            continue;
        int64_t *run = vec_add(&gathered->runs);
        if (run == NULL) {
            status = ASSAY_ERR_MEMORY;
            break;
        }
        *run = runs->items[i];
        places[i] = (uint32_t)(gathered->runs.count - 1);
    }
    if (status == ASSAY_OK)
        status = gather_chunks(self, segment, places, runs->count, gathered);
    free(places);
    return status;
}

/* Orders by series; runs stand in order already, which counting keeps. */
static assay_status order_points(point_vec *points)
{
    if (points->count == 0)
        return ASSAY_OK;
    int64_t least = INT64_MAX, most = INT64_MIN;
    for (size_t i = 0; i < points->count; i++) {
        least = points->items[i].series < least ? points->items[i].series : least;
        most = points->items[i].series > most ? points->items[i].series : most;
    }
    if (most - least >= COUNTED_MAX) {
        qsort(points->items, points->count, sizeof *points->items, point_by_series);
        return ASSAY_OK;
    }
    const size_t range = (size_t)(most - least) + 2;
    size_t *starts = calloc(range, sizeof *starts);
    struct point *ordered = reallocarray(NULL, points->count, sizeof *ordered);
    if (starts == NULL || ordered == NULL) {
        free(starts);
        free(ordered);
        return ASSAY_ERR_MEMORY;
    }
    for (size_t i = 0; i < points->count; i++)
        starts[points->items[i].series - least + 1]++;
    for (size_t i = 1; i < range; i++)
        starts[i] += starts[i - 1];
    for (size_t i = 0; i < points->count; i++)
        ordered[starts[points->items[i].series - least]++] = points->items[i];
    free(starts);
    free(points->items);
    points->items = ordered;
    points->capacity = points->count;
    return ASSAY_OK;
}

static assay_status insert_segment(struct sql_store *self, int level, const key_vec *runs,
                                   int64_t *ret_key)
{
    STATEMENT_AUTO *statement = NULL;
    BUF_AUTO packed;
    buf_init(&packed, BUF_LENGTH_MAX);
    pack_runs(runs, &packed);
    TRY(packed.status);
    TRY(sql_prepare(self, "INSERT INTO segment(level, runs) VALUES($1, $2) RETURNING key",
                    &statement));
    sql_bind_integer(statement, 1, level);
    sql_bind_blob(statement, 2, packed.text, packed.length);
    if (sql_step(statement) != SQL_ROW)
        return sql_failed(self, "write to the store");
    *ret_key = sql_integer(statement, 0);
    return ASSAY_OK;
}

/* All chunks in one value, each with its place there: they are inserted together. */
static assay_status insert_chunks(struct sql_store *self, int64_t segment,
                                  const struct gathered *gathered)
{
    VEC(struct chunk_row) rows = {0};
    BUF_AUTO packed;
    buf_init(&packed, BUF_LENGTH_MAX);
    assay_status status = ASSAY_OK;
    const point_vec *points = &gathered->points;
    for (size_t first = 0, end; first < points->count; first = end) {
        end = first + 1;
        while (end < points->count && points->items[end].series == points->items[first].series)
            end++;
        struct chunk_row *row = vec_add(&rows);
        if (row == NULL) {
            status = ASSAY_ERR_MEMORY;
            break;
        }
        *row = (struct chunk_row){segment, points->items[first].series, packed.length, 0};
        chunk_pack(points->items + first, end - first, gathered->runs.count, &packed);
        row->length = packed.length - row->offset;
    }
    if (status == ASSAY_OK)
        status = packed.status;
    if (status == ASSAY_OK)
        status = self->engine->insert_chunks(self, packed.text, rows.items, rows.count);
    vec_release(&rows);
    return status;
}

static assay_status write_segment(struct sql_store *self, int level, struct gathered *gathered,
                                  int64_t *ret_key)
{
    TRY(order_points(&gathered->points));
    TRY(insert_segment(self, level, &gathered->runs, ret_key));
    return insert_chunks(self, *ret_key, gathered);
}

static assay_status move_runs(struct sql_store *self, int64_t from, int64_t to)
{
    STATEMENT_AUTO *statement = NULL;
    TRY(sql_prepare(self, "UPDATE closed SET segment = $1 WHERE segment = $2", &statement));
    sql_bind_integer(statement, 1, to);
    sql_bind_integer(statement, 2, from);
    return sql_run(self, statement);
}

static assay_status drop_segment(struct sql_store *self, int64_t segment)
{
    TRY(sql_run_with_key(self, "DELETE FROM chunk WHERE " CHUNKS_OF_SEGMENT, segment));
    return sql_run_with_key(self, "DELETE FROM segment WHERE key = $1", segment);
}

static assay_status fold_tail(struct sql_store *self, bool all, bool *ret_folded)
{
    struct gathered gathered = {0};
    int64_t segment = 0;
    TRY(tail_know(self));
    *ret_folded = self->tail.count >= (all ? 1 : FAN);
    if (!*ret_folded)
        return ASSAY_OK;
    assay_status status = tail_gather(self, self->tail.first, &gathered);
    if (status == ASSAY_OK)
        status = write_segment(self, 0, &gathered, &segment);
    if (status == ASSAY_OK)
        status = tail_leave(self, segment);
    gathered_release(&gathered);
    return status;
}

struct segment_row {
    int64_t key;
    key_vec runs;
};
typedef VEC(struct segment_row) segment_vec;

static void release_segments(segment_vec *segments)
{
    for (size_t i = 0; i < segments->count; i++)
        vec_release(&segments->items[i].runs);
    vec_release(segments);
}

/* Those of a level, or the one with that key. */
static assay_status list_segments(struct sql_store *self, const char *text, int64_t parameter,
                                  segment_vec *segments)
{
    STATEMENT_AUTO *statement = NULL;
    enum sql_step step;
    TRY(sql_prepare(self, text, &statement));
    sql_bind_integer(statement, 1, parameter);
    while ((step = sql_step(statement)) == SQL_ROW) {
        struct segment_row *row = vec_add(segments);
        size_t length;
        if (row == NULL)
            return ASSAY_ERR_MEMORY;
        *row = (struct segment_row){.key = sql_integer(statement, 0)};
        const void *bytes = sql_blob(statement, 1, &length);
        TRY(segment_damaged(self, segment_runs_unpack(bytes, length, &row->runs)));
    }
    return sql_rows_end(self, step);
}

static assay_status merge_segments(struct sql_store *self, int level, const segment_vec *segments)
{
    struct gathered gathered = {0};
    int64_t merged = 0;
    assay_status status = ASSAY_OK;
    for (size_t i = 0; status == ASSAY_OK && i < segments->count; i++)
        status =
            gather_segment(self, segments->items[i].key, &segments->items[i].runs, NULL, &gathered);
    if (status == ASSAY_OK)
        status = write_segment(self, level + 1, &gathered, &merged);
    gathered_release(&gathered);
    for (size_t i = 0; status == ASSAY_OK && i < segments->count; i++) {
        status = move_runs(self, segments->items[i].key, merged);
        if (status == ASSAY_OK)
            status = drop_segment(self, segments->items[i].key);
    }
    return status;
}

static assay_status fold_level(struct sql_store *self, int level)
{
    segment_vec segments = {0};
    assay_status status = list_segments(
        self, "SELECT key, runs FROM segment WHERE level = $1 ORDER BY key", level, &segments);
    if (status == ASSAY_OK && segments.count >= FAN_OF_SEGMENTS)
        status = merge_segments(self, level, &segments);
    release_segments(&segments);
    return status;
}

assay_status segment_fold(struct sql_store *self, bool all)
{
    bool folded = false;
    TRY(fold_tail(self, all, &folded));
    for (int level = 0; folded && level < LEVELS - 1; level++)
        TRY(fold_level(self, level));
    return ASSAY_OK;
}

static assay_status rewrite(struct sql_store *self, const struct segment_row *row,
                            const key_vec *gone)
{
    struct gathered gathered = {0};
    int64_t written = 0;
    assay_status status = gather_segment(self, row->key, &row->runs, gone, &gathered);
    const int level = gathered.runs.count > FAN ? 1 : 0;
    if (status == ASSAY_OK && gathered.runs.count > 0)
        status = write_segment(self, level, &gathered, &written);
    if (status == ASSAY_OK && gathered.runs.count > 0)
        status = move_runs(self, row->key, written);
    gathered_release(&gathered);
    return status == ASSAY_OK ? drop_segment(self, row->key) : status;
}

assay_status segment_rewrite(struct sql_store *self, int64_t segment, const key_vec *gone)
{
    segment_vec segments = {0};
    assay_status status =
        list_segments(self, "SELECT key, runs FROM segment WHERE key = $1", segment, &segments);
    for (size_t i = 0; status == ASSAY_OK && i < segments.count; i++)
        status = rewrite(self, &segments.items[i], gone);
    release_segments(&segments);
    return status;
}
