/* What only one side has.  A benchmark that vanished is never a silent pass; and since most that
 * vanish were renamed, the likely new name stands beside the old one.
 * Invariant: a guess changes no decision, it only helps to read one. */
#include <string.h>

#include "base/text.h"
#include "session/gate/work.h"

/* A new name is at most so far from the old one, as a share of the longer: half of it. */
static bool is_similar(const char *a, const char *b)
{
    size_t length_a = strlen(a), length_b = strlen(b);
    size_t longer = length_a > length_b ? length_a : length_b;
    return text_distance(a, b) * 2 <= longer;
}

/* Where the benchmark stands among those of its module, by file name, in the baseline; and how many
 * there are. */
static size_t place_then(const struct run *baseline, const struct benchmark *benchmark,
                         size_t *ret_count)
{
    const char *file = text_file_name(benchmark->module);
    size_t place = 0;
    *ret_count = 0;
    for (size_t i = 0; i < baseline->results.count; i++) {
        const struct benchmark *other = &baseline->results.items[i].benchmark;
        if (strcmp(text_file_name(other->module), file) != 0)
            continue;
        if (strcmp(other->id, benchmark->id) == 0)
            place = *ret_count;
        (*ret_count)++;
    }
    return place;
}

/* The one at that place today, when the module still has as many benchmarks. */
static const struct benchmark *at_place(const struct catalog *catalog, const char *file,
                                        size_t place, size_t count)
{
    const struct benchmark *found = NULL;
    size_t seen = 0;
    for (size_t i = 0; i < catalog->benchmarks.count; i++) {
        const struct benchmark *other = &catalog->benchmarks.items[i];
        if (strcmp(text_file_name(other->module), file) == 0 && seen++ == place)
            found = other;
    }
    return seen == count ? found : NULL;
}

static bool is_new(const struct gate_work *work, const struct benchmark *benchmark)
{
    return gate_find_result(work->baseline, benchmark->id) == NULL;
}

/* The new benchmark that `old` was probably renamed to, or NULL: same parameters, and the same name
 * in another suite, the nearest of the similar names in the same suite, or the same place in the
 * module. */
static const struct benchmark *likely_rename(const struct gate_work *work,
                                             const struct benchmark *old)
{
    const struct catalog *catalog = work->request->catalog;
    const struct benchmark *best = NULL;
    size_t best_distance = SIZE_MAX, count;
    for (size_t i = 0; i < catalog->benchmarks.count; i++) {
        const struct benchmark *other = &catalog->benchmarks.items[i];
        size_t distance = text_distance(old->name, other->name);
        bool same_suite = strcmp(old->suite, other->suite) == 0;
        if (!is_new(work, other) || strcmp(old->params, other->params) != 0)
            continue;
        bool near = distance == 0 || (same_suite && is_similar(old->name, other->name));
        if (near && distance < best_distance) {
            best = other;
            best_distance = distance;
        }
    }
    if (best != NULL)
        return best;
    size_t place = place_then(work->baseline, old, &count);
    const struct benchmark *there = at_place(catalog, text_file_name(old->module), place, count);
    return there != NULL && is_new(work, there) && strcmp(there->params, old->params) == 0 ? there
                                                                                           : NULL;
}

static assay_status add_missing(struct gate_work *work, const struct benchmark *old)
{
    const struct benchmark *now = likely_rename(work, old);
    const char *reason = "missing: the baseline has it (renamed or removed)";
    if (now != NULL)
        reason = arena_printf(work->arena, "missing: perhaps renamed to %s", now->id);
    return reason && gate_add_row(work, old->id, &METRICS[METRIC_TIME], reason) ? ASSAY_OK
                                                                                : ASSAY_ERR_MEMORY;
}

assay_status gate_add_unmatched(struct gate_work *work)
{
    const struct gate_request *request = work->request;
    for (size_t i = 0; i < request->catalog->failures.count; i++) {
        const struct module_failure *failure = &request->catalog->failures.items[i];
        struct comparison *row =
            gate_add_row(work, failure->module, &METRICS[METRIC_TIME], failure->reason);
        if (row == NULL)
            return ASSAY_ERR_MEMORY;
        row->outcome = OUTCOME_FAILED;
    }
    for (size_t i = 0; work->baseline != NULL && i < work->baseline->results.count; i++) {
        const struct benchmark *old = &work->baseline->results.items[i].benchmark;
        if (work->baseline->results.items[i].outcome == OUTCOME_OK && /* else nothing is lost */
            catalog_selects(request->arguments, request->argument_count, old) &&
            catalog_find(request->catalog, old->id) == NULL)
            TRY(add_missing(work, old));
    }
    return ASSAY_OK;
}
