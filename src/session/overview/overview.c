/* Two runs out of the store and what is judged of them.  That there is no earlier run is nothing
 * wrong: the first one has none. */
#include "session/overview/overview.h"

#include "compare/overview/overview.h"
#include "session/gate/against.h"

static assay_status load_previous(const struct workplace *workplace, struct overview_source *source)
{
    struct store *store = NULL;
    TRY(store_open(workplace->store, false, &store, NULL));
    assay_status status = against_last(store, &source->run, &source->then, NULL);
    store_close(store);
    if (status == ASSAY_ERR_NOT_FOUND)
        return ASSAY_OK;
    TRY(status);
    source->overview.then = &source->then;
    char *none[] = {NULL};
    return against_rows(&source->then, &source->run, none, 0, &source->arena, &source->rows);
}

assay_status overview_load(const struct workplace *workplace, const char *selector,
                           struct overview_source *ret_source, struct buf *error)
{
    *ret_source = (struct overview_source){0};
    TRY(workplace_load_run(workplace, selector, &ret_source->run, error));
    ret_source->overview.run = &ret_source->run;
    ret_source->overview.rows = &ret_source->rows;
    assay_status status = load_previous(workplace, ret_source);
    if (status == ASSAY_OK)
        status = overview_judge(&ret_source->overview, &ret_source->arena);
    return status == ASSAY_OK ? status
                              : buf_error(error, status, "cannot judge run %s: %s",
                                          ret_source->run.id, status_text(status));
}

void overview_source_release(struct overview_source *source)
{
    overview_release(&source->overview);
    vec_release(&source->rows);
    run_release(&source->then);
    run_release(&source->run);
    arena_release(&source->arena);
}
