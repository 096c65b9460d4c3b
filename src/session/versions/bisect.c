/* The search.
 *
 * Why each commit is measured against the old version and not against its parent: a change that
 * came in two steps is then still one change, and an error of one measurement does not add to the
 * next. Invariants: 1. `good` does not have the change, `bad` has it; 2. a commit is built at most
 * once.
 */
#include "session/versions/bisect.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"

/* The search under way: positions in `commits`, -1 for the old version itself. */
struct search {
    const struct bisect_request *request;
    struct versions *versions;
    commit_vec commits;
    bool *skipped; /* by commit */
    long good, bad;
    const char *old_benchmark; /* id in the old version */
    double half_change;        /* log of the ratio from which on a commit has the change */
    struct regression *since;
    struct buf *error;
};

static const struct comparison *find_worst(const comparison_vec *rows)
{
    const struct comparison *worst = NULL;
    for (size_t i = 0; i < rows->count; i++) {
        const struct comparison *row = &rows->items[i];
        if (row->verdict == VERDICT_SLOWER &&
            (worst == NULL || row->interval.low > worst->interval.low))
            worst = row;
    }
    return worst;
}

/* The commit nearest to the middle of what is left that was not passed over; -1: none. */
static long next_commit(const struct search *search)
{
    long middle = search->good + (search->bad - search->good) / 2;
    for (long away = 0; away <= search->bad - search->good; away++)
        for (int sign = -1; sign <= 1; sign += 2) {
            long at = middle + sign * away;
            if (at > search->good && at < search->bad && !search->skipped[at])
                return at;
        }
    return -1;
}

static const struct benchmark *find_benchmark(const struct version *version, const char *id)
{
    const benchmark_vec *all = &version->catalog.benchmarks;
    for (size_t i = 0; i < all->count; i++)
        if (strcmp(all->items[i].id, id) == 0)
            return &all->items[i];
    return NULL;
}

/* The log of a version's ratio to the old one; NAN when it could not be measured. */
static assay_status measure_ratio(const struct search *search, const struct version *version,
                                  double *ret_log)
{
    struct arena arena = {0};
    comparison_vec rows = {0};
    struct pairing pairing = {
        find_benchmark(&search->versions->items.items[0], search->old_benchmark),
        find_benchmark(version, search->since->benchmark)};
    const pairing_vec pairings = {&pairing, 1, 0};
    *ret_log = nan("");
    if (pairing.old_side == NULL || pairing.new_side == NULL)
        return ASSAY_OK;
    assay_status status =
        session_compare_pairings(search->request->measuring, &pairings, &arena, &rows);
    if (status == ASSAY_OK && rows.count == 1 && rows.items[0].verdict != VERDICT_NONE)
        *ret_log = log(rows.items[0].ratio);
    vec_release(&rows);
    arena_release(&arena);
    return status;
}

static bool is_stopped(const struct search *search)
{
    return search->request->words->stop != NULL && *search->request->words->stop != 0;
}

static void tell(const struct search *search, const struct revision *revision, const char *what)
{
    BUF_AUTO sentence;
    char shown[TEXT_SHOWN_MAX];
    buf_init(&sentence, 8192);
    buf_printf(&sentence, "commit %.*s (%s) %s", REVISION_SHORT, revision->commit,
               text_shown(revision->subject, shown), what);
    if (search->request->words->tell != NULL)
        search->request->words->tell(search->request->words->context, sentence.text);
}

static assay_status try_commit(struct search *search, long at)
{
    struct revision revision;
    struct version version = {.build = {.lock = -1}};
    double log_ratio = nan("");
    BUF_AUTO why;
    buf_init(&why, 65536);
    TRY(repository_find(&search->versions->repository, search->commits.items[at],
                        &search->versions->arena, &revision));
    search->since->builds++;
    assay_status status =
        version_build(search->request->words, search->versions, &revision, &version, &why);
    bool built = status == ASSAY_OK;
    if (built)
        status = measure_ratio(search, &version, &log_ratio);
    version_release(&version);
    if (is_stopped(search))
        return buf_error(search->error, ASSAY_ERR_IO,
                         "interrupted while looking for the commit of the regression");
    if (status == ASSAY_ERR_MEMORY)
        return status;
    search->skipped[at] = isnan(log_ratio);
    if (!built)
        tell(search, &revision, "does not build: passed over");
    else if (isnan(log_ratio))
        tell(search, &revision, "could not be measured: passed over");
    else if (log_ratio > search->half_change)
        search->bad = at;
    else
        search->good = at;
    if (!isnan(log_ratio))
        tell(search, &revision, search->bad == at ? "is slow" : "is not slow yet");
    return ASSAY_OK;
}

static assay_status search_all(struct search *search)
{
    struct revision found;
    for (long at; (at = next_commit(search)) >= 0;)
        TRY(try_commit(search, at));
    TRY(repository_find(&search->versions->repository, search->commits.items[search->bad],
                        &search->versions->arena, &found));
    search->since->commit = found.commit;
    search->since->subject = found.subject;
    search->since->passed_over = (unsigned)(search->bad - search->good - 1);
    return ASSAY_OK;
}

assay_status bisect_find(const struct bisect_request *request, struct versions *versions,
                         struct regression *ret_since, struct buf *error)
{
    const struct version *ends = versions->items.items;
    struct regression since = {0};
    const struct comparison *worst = find_worst(request->rows);
    if (versions->items.count != 2 || ends[0].revision.commit == NULL ||
        ends[1].revision.commit == NULL)
        return buf_error(error, ASSAY_ERR_ARGUMENT, "--bisect wants two commits");
    struct search search = {.request = request,
                            .versions = versions,
                            .good = -1,
                            .half_change = worst ? log(worst->ratio) / 2 : 0,
                            .since = &since,
                            .error = error};
    assay_status status = repository_between(
        &versions->repository, (const struct revision[]){ends[0].revision, ends[1].revision},
        &versions->arena, &search.commits);
    if (status == ASSAY_ERR_ARGUMENT || (status == ASSAY_OK && search.commits.count == 0))
        status = buf_error(error, ASSAY_ERR_ARGUMENT,
                           "--bisect: '%s' is no ancestor of '%s': there are no commits between",
                           ends[0].name, ends[1].name);
    if (worst != NULL)
        search.old_benchmark = worst->versus ? worst->versus : worst->benchmark;
    since.benchmark = worst ? arena_copy(&versions->arena, worst->benchmark) : NULL;
    since.commits = (unsigned)search.commits.count;
    search.bad = (long)search.commits.count - 1;
    search.skipped = calloc(search.commits.count + 1, sizeof *search.skipped);
    if (status == ASSAY_OK && search.skipped == NULL)
        status = ASSAY_ERR_MEMORY;
    if (status == ASSAY_OK && since.benchmark != NULL)
        status = search_all(&search);
    free(search.skipped);
    vec_release(&search.commits);
    if (status == ASSAY_OK)
        *ret_since = since;
    return status;
}
