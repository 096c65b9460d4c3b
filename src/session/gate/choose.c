/* Choosing for a gate.  Why the words of the baseline's run: who saved `assay run cart` as a
 * baseline means the same by `assay gate`, not whatever else can be found from here; a gate that
 * measured other benchmarks would only tell that the baseline lacks them.
 * Invariant: a word of the command line is obeyed as it stands. */
#include "session/gate/choose.h"

#include "session/resume/origin.h"
#include "session/select/selection.h"

static assay_status load_outline(const struct gate_wish *wish, struct arena *arena,
                                 struct outline *ret_outline, struct buf *error)
{
    struct store *store = wish->store;
    const char *id = NULL;
    if (store == NULL)
        return ASSAY_OK;
    assay_status status = store->ops->find(store, wish->baseline, arena, &id);
    if (status == ASSAY_OK)
        status = store->ops->outline(store, id, ret_outline);
    if (status == ASSAY_OK)
        return ASSAY_OK;
    buf_error(error, status, "%s", store->error.text);
    if (status == ASSAY_ERR_NOT_FOUND)
        buf_puts(error, "; 'assay run --save-baseline NAME' makes a baseline");
    return status;
}

/* With the words of the baseline's run, where it has any and they still mean something. */
static assay_status open_as_baseline(const struct gate_wish *wish, const struct outline *baseline,
                                     struct gate_choice *choice, struct buf *error)
{
    struct origin_words words = {0};
    const char *origin = baseline->run.origin;
    if (origin == NULL || origin_words(origin, &choice->arena, &words) != ASSAY_OK)
        return ASSAY_ERR_NOT_FOUND;
    struct catalog_request wanted = wish->wanted;
    wanted.arguments = choice->words = words.items;
    wanted.argument_count = choice->word_count = (int)words.count;
    assay_status status = catalog_open(&wanted, &choice->catalog, error);
    choice->as_baseline = status == ASSAY_OK;
    if (status == ASSAY_ERR_NOT_FOUND)
        buf_clear(error);
    return status;
}

static assay_status open_catalog(const struct gate_wish *wish, const struct outline *baseline,
                                 struct gate_choice *choice, struct buf *error)
{
    assay_status status = wish->wanted.argument_count > 0
                              ? ASSAY_ERR_NOT_FOUND
                              : open_as_baseline(wish, baseline, choice, error);
    if (status != ASSAY_ERR_NOT_FOUND)
        return status;
    choice->words = wish->wanted.arguments;
    choice->word_count = wish->wanted.argument_count;
    return catalog_open(&wish->wanted, &choice->catalog, error);
}

struct narrowing {
    struct gate_choice *choice;
    struct selection words;
    struct outline_index baseline;
    bool slow_waits, known_only;
};

static assay_status sort_one(struct narrowing *narrowing, const struct benchmark *benchmark,
                             size_t *kept)
{
    struct gate_choice *choice = narrowing->choice;
    const struct outline_result *known = NULL;
    TRY(outline_find(&narrowing->baseline, benchmark->id, &known));
    const bool waits = narrowing->slow_waits && known == NULL &&
                       selection_has_tag(benchmark, PLAN_TAG_SLOW) &&
                       !selection_asks(&narrowing->words, benchmark);
    if (waits) {
        struct benchmark *added = vec_add(&choice->left_out);
        if (added == NULL)
            return ASSAY_ERR_MEMORY;
        *added = *benchmark;
    } else if (known != NULL || !narrowing->known_only) {
        choice->catalog.benchmarks.items[(*kept)++] = *benchmark;
    }
    return ASSAY_OK;
}

static assay_status narrow(struct narrowing *narrowing, struct buf *error)
{
    struct gate_choice *choice = narrowing->choice;
    const size_t count = choice->catalog.benchmarks.count;
    size_t kept = 0;
    TRY(selection_open(choice->words, choice->word_count, &narrowing->words, error));
    for (size_t i = 0; i < count; i++)
        TRY(sort_one(narrowing, &choice->catalog.benchmarks.items[i], &kept));
    if (kept == 0 && choice->left_out.count == count) { /* nothing else is asked for */
        choice->left_out.count = 0;
        return ASSAY_OK;
    }
    choice->catalog.benchmarks.count = kept;
    return ASSAY_OK;
}

assay_status gate_choose(const struct gate_wish *wish, struct gate_choice *ret_choice,
                         struct buf *error)
{
    struct outline baseline = {.owned = false};
    *ret_choice = (struct gate_choice){.word_count = 0};
    struct narrowing narrowing = {
        .choice = ret_choice, .baseline = {.outline = &baseline}, .slow_waits = !wish->all_slow};
    assay_status status = load_outline(wish, &ret_choice->arena, &baseline, error);
    if (status == ASSAY_OK)
        status = open_catalog(wish, &baseline, ret_choice, error);
    if (status == ASSAY_OK) {
        narrowing.known_only = wish->store != NULL && wish->foreign && !ret_choice->as_baseline &&
                               ret_choice->word_count == 0;
        status = narrow(&narrowing, error);
    }
    selection_release(&narrowing.words);
    outline_index_release(&narrowing.baseline);
    outline_release(&baseline);
    return status;
}

void gate_choice_release(struct gate_choice *choice)
{
    catalog_release(&choice->catalog);
    vec_release(&choice->left_out);
    arena_release(&choice->arena);
}
