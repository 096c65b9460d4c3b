/* --by PARAMETER: a catalogue set against itself.
 *
 * A pair is two benchmarks of one module: its file is loaded twice, from two private copies, as two
 * versions of a module would be; so the pairing, the stop rule and the verdicts are those of
 * versions.
 * Invariant: two benchmarks that are paired have the same suite, name and all other parameters. */
#include "session/versions/parameter.h"

#include <string.h>

const char *parameter_value(const char *params, const char *parameter, size_t *ret_length)
{
    size_t length = strlen(parameter);
    for (const char *at = params; *at != '\0'; at += strcspn(at, ",")) {
        at += *at == ',';
        if (strncmp(at, parameter, length) == 0 && at[length] == '=') {
            *ret_length = strcspn(at + length + 1, ",");
            return at + length + 1;
        }
    }
    return NULL;
}

static bool has_value(const struct benchmark *benchmark, const char *parameter, const char *value)
{
    size_t length = 0;
    const char *found = parameter_value(benchmark->params, parameter, &length);
    return found != NULL && strlen(value) == length && memcmp(found, value, length) == 0;
}

/* Whether they differ in nothing but the parameter, which both have. */
static bool is_sister(const struct benchmark *a, const struct benchmark *b, const char *parameter)
{
    size_t length_a = 0, length_b = 0;
    const char *value_a = parameter_value(a->params, parameter, &length_a);
    const char *value_b = parameter_value(b->params, parameter, &length_b);
    if (value_a == NULL || value_b == NULL)
        return false;
    size_t before = (size_t)(value_a - a->params);
    return strcmp(a->suite, b->suite) == 0 && strcmp(a->name, b->name) == 0 &&
           before == (size_t)(value_b - b->params) && memcmp(a->params, b->params, before) == 0 &&
           strcmp(value_a + length_a, value_b + length_b) == 0;
}

static const struct benchmark *find_base(const struct catalog *catalog, const char *parameter,
                                         const char *base, const struct benchmark *of)
{
    for (size_t i = 0; i < catalog->benchmarks.count; i++) {
        const struct benchmark *candidate = &catalog->benchmarks.items[i];
        if (has_value(candidate, parameter, base) && is_sister(candidate, of, parameter))
            return candidate;
    }
    return NULL;
}

/* ---- what there is, for messages ---- */

static bool is_listed(const char *list, const char *word, size_t length)
{
    for (const char *at = list; (at = strstr(at, ", ")) != NULL;) {
        at += 2;
        if (strncmp(at, word, length) == 0 && (at[length] == ',' || at[length] == '\0'))
            return true;
    }
    return false;
}

static void list_once(struct buf *list, const char *word, size_t length)
{
    if (is_listed(list->text, word, length))
        return;
    buf_puts(list, ", ");
    buf_add(list, word, length);
}

static void list_parameters(const struct catalog *catalog, struct buf *list)
{
    for (size_t i = 0; i < catalog->benchmarks.count; i++)
        for (const char *at = catalog->benchmarks.items[i].params; *at != '\0';
             at += strcspn(at, ",")) {
            at += *at == ',';
            list_once(list, at, strcspn(at, "="));
        }
}

static void list_values(const struct catalog *catalog, const char *parameter, struct buf *list)
{
    for (size_t i = 0; i < catalog->benchmarks.count; i++) {
        size_t length = 0;
        const char *value =
            parameter_value(catalog->benchmarks.items[i].params, parameter, &length);
        if (value != NULL)
            list_once(list, value, length);
    }
}

static assay_status nothing_to_compare(const struct parameter_request *request, const char *base,
                                       struct buf *error)
{
    BUF_AUTO list;
    buf_init(&list, 8192);
    if (base == NULL) {
        list_parameters(request->catalog, &list);
        return buf_error(error, ASSAY_ERR_ARGUMENT, "no benchmark has a parameter '%s'; there %s%s",
                         request->parameter, list.length ? "are " : "is none",
                         list.length ? list.text + 2 : "");
    }
    list_values(request->catalog, request->parameter, &list);
    return buf_error(
        error, ASSAY_ERR_ARGUMENT, "nothing can be set against %s=%s; the values of '%s' here: %s",
        request->parameter, base, request->parameter, list.length ? list.text + 2 : "");
}

/* ---- comparing ---- */

/* The base value: the one asked for, or the first; NULL when no benchmark has the parameter. */
static assay_status choose_base(const struct parameter_request *request, struct arena *arena,
                                const char **ret_base)
{
    const benchmark_vec *all = &request->catalog->benchmarks;
    *ret_base = NULL;
    for (size_t i = 0; i < all->count; i++) {
        size_t length = 0;
        const char *value = parameter_value(all->items[i].params, request->parameter, &length);
        if (value == NULL)
            continue;
        *ret_base = request->base ? request->base : arena_copy_n(arena, value, length);
        return *ret_base ? ASSAY_OK : ASSAY_ERR_MEMORY;
    }
    return ASSAY_OK;
}

static assay_status add_lonely(const struct benchmark *benchmark, const char *parameter,
                               const char *base, struct arena *arena, comparison_vec *rows)
{
    struct comparison *row = vec_add(rows);
    if (row == NULL)
        return ASSAY_ERR_MEMORY;
    *row = (struct comparison){.benchmark = benchmark->id,
                               .metric = METRICS[METRIC_TIME].name,
                               .reason =
                                   arena_printf(arena, "there is no %s=%s of it", parameter, base),
                               .gate = GATE_UNDECIDED};
    return row->reason ? ASSAY_OK : ASSAY_ERR_MEMORY;
}

/* Fills `pairings` with what has a partner, and rows with what has none. */
static assay_status make_pairings(const struct parameter_request *request, const char *base,
                                  pairing_vec *pairings, struct arena *arena, comparison_vec *rows)
{
    const benchmark_vec *all = &request->catalog->benchmarks;
    for (size_t i = 0; i < all->count; i++) {
        const struct benchmark *benchmark = &all->items[i];
        size_t length = 0;
        if (parameter_value(benchmark->params, request->parameter, &length) == NULL ||
            has_value(benchmark, request->parameter, base))
            continue;
        const struct benchmark *partner =
            find_base(request->catalog, request->parameter, base, benchmark);
        struct pairing *pairing = partner != NULL ? vec_add(pairings) : NULL;
        if (pairing != NULL)
            *pairing = (struct pairing){partner, benchmark};
        else if (partner != NULL)
            return ASSAY_ERR_MEMORY;
        else
            TRY(add_lonely(benchmark, request->parameter, base, arena, rows));
    }
    return ASSAY_OK;
}

/* Modules that could not be listed. */
static assay_status add_failures(const struct catalog *catalog, comparison_vec *rows)
{
    for (size_t i = 0; i < catalog->failures.count; i++) {
        struct comparison *row = vec_add(rows);
        if (row == NULL)
            return ASSAY_ERR_MEMORY;
        *row = (struct comparison){.benchmark = catalog->failures.items[i].module,
                                   .metric = METRICS[METRIC_TIME].name,
                                   .outcome = OUTCOME_FAILED,
                                   .reason = catalog->failures.items[i].reason,
                                   .gate = GATE_UNDECIDED};
    }
    return ASSAY_OK;
}

assay_status parameter_compare(const struct parameter_request *request, struct arena *arena,
                               comparison_vec *rows, struct buf *error)
{
    const char *base = NULL;
    pairing_vec pairings = {0};
    size_t first = rows->count;
    TRY(choose_base(request, arena, &base));
    if (base == NULL)
        return nothing_to_compare(request, NULL, error);
    assay_status status = make_pairings(request, base, &pairings, arena, rows);
    if (status == ASSAY_OK && pairings.count == 0) {
        rows->count = first;
        status = nothing_to_compare(request, base, error);
    }
    if (status == ASSAY_OK)
        status = add_failures(request->catalog, rows);
    if (status == ASSAY_OK)
        status = session_compare_pairings(request->measuring, &pairings, arena, rows);
    vec_release(&pairings);
    return status;
}
