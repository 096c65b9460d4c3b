/* Reading names.  A run speaks of keys that lie close together, so a range of them is one question.
 * Why users are counted: an outline lends thousands of names, and copying them would cost as much
 * as reading the outline.  Invariant: names never change once they are read. */
#include "store/sql/known/names.h"

#include <stdlib.h>

static assay_status ask_range(struct sql_store *self, const char *text, struct key_range range,
                              struct sql_statement **ret_statement)
{
    TRY(sql_prepare(self, text, ret_statement));
    sql_bind_integer(*ret_statement, 1, range.first);
    sql_bind_integer(*ret_statement, 2, range.last);
    return ASSAY_OK;
}

assay_status names_load_benchmarks(struct sql_store *self, struct key_range range,
                                   struct arena *arena, named_benchmark_vec *names)
{
    STATEMENT_AUTO *statement = NULL;
    enum sql_step step;
    TRY(ask_range(self,
                  "SELECT id, suite, name, params, description, tags, key, kind, samples_wanted"
                  " FROM benchmark WHERE key BETWEEN $1 AND $2 ORDER BY key",
                  range, &statement));
    while ((step = sql_step(statement)) == SQL_ROW) {
        struct named_benchmark *named = vec_add(names);
        if (named == NULL)
            return ASSAY_ERR_MEMORY;
        *named = (struct named_benchmark){.key = sql_integer(statement, 6)};
        struct benchmark *to = &named->benchmark;
        const char **const texts[] = {&to->id,     &to->suite,       &to->name,
                                      &to->params, &to->description, &to->tags};
        TRY(sql_texts(statement, arena, texts, 6));
        to->module = to->compiler = "";
        to->samples = (unsigned)sql_integer(statement, 8);
        const int64_t kind = sql_integer(statement, 7);
        if (kind >= BENCH_LATENCY && kind <= BENCH_RESOURCE)
            to->kind = (enum bench_kind)kind;
    }
    return sql_rows_end(self, step);
}

assay_status names_load_series(struct sql_store *self, struct key_range range, struct arena *arena,
                               named_series_vec *names)
{
    STATEMENT_AUTO *statement = NULL;
    enum sql_step step;
    TRY(ask_range(self,
                  "SELECT metric, unit, direction, quality, key FROM series"
                  " WHERE key BETWEEN $1 AND $2 ORDER BY key",
                  range, &statement));
    while ((step = sql_step(statement)) == SQL_ROW) {
        struct named_series *named = vec_add(names);
        if (named == NULL)
            return ASSAY_ERR_MEMORY;
        *named = (struct named_series){.key = sql_integer(statement, 4)};
        TRY(sql_load_metric(statement, arena, &named->metric));
    }
    return sql_rows_end(self, step);
}

/* Both kinds of rows begin with their key. */
static const void *find(const void *rows, size_t count, size_t row_bytes, int64_t key, size_t *hint)
{
    const char *bytes = rows;
    size_t low = 0, high = count;
    if (*hint < count && *(const int64_t *)(const void *)(bytes + *hint * row_bytes) == key)
        return bytes + (*hint)++ * row_bytes;
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if (*(const int64_t *)(const void *)(bytes + middle * row_bytes) < key)
            low = middle + 1;
        else
            high = middle;
    }
    *hint = low + 1;
    const void *row = bytes + low * row_bytes;
    return low < count && *(const int64_t *)row == key ? row : NULL;
}

const struct named_benchmark *names_find_benchmark(const named_benchmark_vec *names, int64_t key,
                                                   size_t *hint)
{
    return names->count > 0 ? find(names->items, names->count, sizeof *names->items, key, hint)
                            : NULL;
}

const struct named_series *names_find_series(const named_series_vec *names, int64_t key,
                                             size_t *hint)
{
    return names->count > 0 ? find(names->items, names->count, sizeof *names->items, key, hint)
                            : NULL;
}

void names_let_go(void *held)
{
    struct names *names = held;
    if (names == NULL || --names->users > 0)
        return;
    vec_release(&names->benchmarks);
    vec_release(&names->series);
    arena_release(&names->arena);
    free(names);
}

static bool is_within(struct key_range inner, struct key_range outer)
{
    return inner.first > inner.last || (inner.first >= outer.first && inner.last <= outer.last);
}

static bool are_current(const struct sql_store *self, uint64_t version, struct key_range benchmarks,
                        struct key_range series)
{
    const struct names *names = self->names;
    return names != NULL && names->version == version && names->writes == self->writes &&
           is_within(benchmarks, names->benchmark_range) && is_within(series, names->series_range);
}

static assay_status read_names(struct sql_store *self, struct names *names)
{
    if (names->benchmark_range.first <= names->benchmark_range.last)
        TRY(names_load_benchmarks(self, names->benchmark_range, &names->arena, &names->benchmarks));
    return names->series_range.first <= names->series_range.last
               ? names_load_series(self, names->series_range, &names->arena, &names->series)
               : ASSAY_OK;
}

assay_status names_hold(struct sql_store *self, struct key_range benchmarks,
                        struct key_range series, struct names **ret_names)
{
    uint64_t version = 0;
    TRY(self->store.ops->version(&self->store, &version));
    if (!are_current(self, version, benchmarks, series)) {
        struct names *names = calloc(1, sizeof *names);
        if (names == NULL)
            return ASSAY_ERR_MEMORY;
        *names = (struct names){.users = 1,
                                .version = version,
                                .writes = self->writes,
                                .benchmark_range = benchmarks,
                                .series_range = series};
        assay_status status = read_names(self, names);
        if (status != ASSAY_OK) {
            names_let_go(names);
            return status;
        }
        names_let_go(self->names);
        self->names = names;
    }
    self->names->users++;
    *ret_names = self->names;
    return ASSAY_OK;
}
