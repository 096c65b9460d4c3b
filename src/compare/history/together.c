/* From series with points of their own to one table over common runs.
 * Why innovations come first and the table later: what a series did is known in the order of its
 * own points; a run in which it was not measured is no value of it. */
#include "compare/history/together.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "stats/together/innovations.h"
#include "stats/together/together.h"

typedef VEC(const char *) key_vec;

static const char *key_of(const struct trend_point *point)
{
    return point->run_id[0] != '\0' ? point->run_id : point->at;
}

static int by_text(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static const char *const *find_key(const char *key, const char *const *keys, size_t count)
{
    return count > 0 ? bsearch(&key, keys, count, sizeof *keys, by_text) : NULL;
}

static void sort_keys(key_vec *keys)
{
    size_t kept = 0;
    if (keys->count > 0)
        qsort(keys->items, keys->count, sizeof *keys->items, by_text);
    for (size_t i = 0; i < keys->count; i++)
        if (i == 0 || strcmp(keys->items[i], keys->items[kept - 1]) != 0)
            keys->items[kept++] = keys->items[i];
    keys->count = kept;
}

/* Adds the keys of a series that are not among the first `known` ones, which are sorted. */
static assay_status add_keys(const struct trend_series *series, size_t known, key_vec *keys)
{
    for (size_t i = 0; i < series->points.count; i++) {
        const char *key = key_of(&series->points.items[i]);
        if (find_key(key, keys->items, known) != NULL)
            continue;
        const char **added = vec_add(keys);
        if (added == NULL)
            return ASSAY_ERR_MEMORY;
        *added = key;
    }
    return ASSAY_OK;
}

/* The longest series has most of the keys, so that few others have to be sorted in. */
static assay_status all_keys(const struct trend *trend, key_vec *keys)
{
    size_t longest = 0;
    for (size_t i = 0; i < trend->series.count; i++)
        if (trend->series.items[i].points.count > trend->series.items[longest].points.count)
            longest = i;
    if (trend->series.count > 0)
        TRY(add_keys(&trend->series.items[longest], 0, keys));
    sort_keys(keys);
    const size_t known = keys->count;
    for (size_t i = 0; i < trend->series.count; i++)
        TRY(add_keys(&trend->series.items[i], known, keys));
    sort_keys(keys);
    return ASSAY_OK;
}

/* Room for the work on one series. */
struct room {
    double *values, *scratch;
    size_t *starts;
};

/* Puts the innovations of a series into its row. */
static void fill_row(const struct trend_series *series, const key_vec *keys,
                     const struct room *room, double *row)
{
    const size_t count = series->points.count;
    for (size_t i = 0; i < count; i++) {
        const double value = series->points.items[i].value;
        room->values[i] = series->is_linear ? value : log(value);
    }
    for (size_t i = 0; i < series->changes.count; i++)
        room->starts[i] = series->changes.items[i].index;
    innovations_take(room->values, count, room->starts, series->changes.count, room->scratch);
    for (size_t t = 0; t < keys->count; t++)
        row[t] = (double)NAN;
    for (size_t i = 0; i < count; i++) {
        const char *const *found =
            find_key(key_of(&series->points.items[i]), keys->items, keys->count);
        row[found - (const char *const *)keys->items] = room->values[i];
    }
}

static assay_status correlate_rows(const struct trend *trend, const key_vec *keys,
                                   struct together *ret_together)
{
    size_t longest = 0;
    for (size_t i = 0; i < trend->series.count; i++)
        if (trend->series.items[i].points.count > longest)
            longest = trend->series.items[i].points.count;
    double *table = malloc((trend->series.count * keys->count + 1) * sizeof *table);
    double *values = malloc((2 * longest + 1) * sizeof *values);
    size_t *starts = malloc((longest + 1) * sizeof *starts);
    assay_status status = ASSAY_ERR_MEMORY;
    if (table != NULL && values != NULL && starts != NULL) {
        const struct room room = {values, values + longest, starts};
        for (size_t i = 0; i < trend->series.count; i++)
            fill_row(&trend->series.items[i], keys, &room, table + i * keys->count);
        status = together_find(table, trend->series.count, keys->count, ret_together);
    }
    free(starts);
    free(values);
    free(table);
    return status;
}

assay_status trend_together(const struct trend *trend, struct together *ret_together)
{
    key_vec keys = {0};
    *ret_together = (struct together){.tested = 0};
    assay_status status = all_keys(trend, &keys);
    if (status == ASSAY_OK)
        status = correlate_rows(trend, &keys, ret_together);
    vec_release(&keys);
    return status;
}
