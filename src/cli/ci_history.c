/* `assay ci baseline`, `fetch` and `push`: the history of a project that has no server.
 * Why none of them fails where there is no history: the first job of a project has none. */
#include "cli/ci.h"
#include "session/ci/branch.h"
#include "session/ci/choose.h"

static assay_status print_choice(const struct ci_call *call, const struct choice *choice)
{
    const struct baseline *baseline = choice->baseline;
    const struct ci_report report = {
        .command = call->name,
        .did = choose_kind_name(choice->kind),
        .baseline = baseline ? baseline->name : NULL,
        .commit = baseline ? baseline->commit : NULL,
    };
    return ci_print(call, &report);
}

static assay_status choose(const struct ci_call *call, struct store *store, struct arena *arena)
{
    baseline_vec rows = {0};
    struct choose_facts facts;
    struct buf *error = &call->cli->error;
    assay_status status = choose_ask(call->options->against, arena, &facts, error);
    if (status == ASSAY_OK && store != NULL)
        status = store->ops->baselines(store, arena, &rows);
    if (status != ASSAY_OK && store != NULL && error->length == 0)
        buf_error(error, status, "%s", store->error.text);
    if (status == ASSAY_OK) {
        const struct choice choice =
            choose_baseline(&facts, call->options->good ? CHOOSE_GOOD : CHOOSE_EVERY, &rows);
        status = print_choice(call, &choice);
    }
    vec_release(&rows);
    return status;
}

/* No store is no mistake here: the first job has none. */
assay_status ci_find_baseline(const struct ci_call *call)
{
    struct workplace workplace = {0};
    struct store *store = NULL;
    assay_status status = common_workplace(call->cli, &call->options->common, &workplace);
    if (status == ASSAY_OK)
        status = store_open(workplace.store, false, &store, &call->cli->error);
    if (status == ASSAY_ERR_NOT_FOUND) {
        buf_clear(&call->cli->error);
        status = ASSAY_OK;
    }
    if (status == ASSAY_OK)
        status = choose(call, store, &workplace.arena);
    store_close(store);
    workplace_release(&workplace);
    return status;
}

typedef assay_status move_fn(const struct branch_request *request, struct branch_result *result,
                             struct buf *error);

static assay_status move_history(const struct ci_call *call, move_fn *move, const char *done)
{
    struct workplace workplace = {0};
    struct branch_result result = {.runs = 0};
    const struct ci_options *options = call->options;
    assay_status status = common_workplace(call->cli, &options->common, &workplace);
    const struct branch_request request = {options->remote, options->branch, options->folder,
                                           workplace.store, options->keep};
    if (status == ASSAY_OK)
        status = move(&request, &result, &call->cli->error);
    workplace_release(&workplace);
    TRY(status);
    bool any = result.runs + result.baselines > 0;
    const struct ci_report report = {
        .command = call->name,
        .did = any ? done : "nothing",
        .runs = result.runs,
        .baselines = result.baselines,
        .modules = result.modules,
    };
    return ci_print(call, &report);
}

assay_status ci_fetch(const struct ci_call *call)
{
    return move_history(call, branch_fetch, "fetched");
}

assay_status ci_push(const struct ci_call *call)
{
    return move_history(call, branch_push, "pushed");
}
