/* Resuming.  A run is one set of numbers that are compared with each other, so it goes on only
 * where the rest will be like what is there: on the same machine, with the same modules. Order:
 * find, take, load; only what was taken is loaded, else another process might finish the run
 * between our look and our first result. */
#include "session/resume/resume.h"

#include <string.h>

#include "probe/machine.h"

static assay_status store_failed(const struct store *store, assay_status status, struct buf *error)
{
    return status == ASSAY_OK ? ASSAY_OK : buf_error(error, status, "%s", store->error.text);
}

static assay_status find_last(struct store *store, struct arena *arena, const char **ret_id,
                              struct buf *error)
{
    enum { ALL = 1000000000 };
    run_row_vec rows = {0};
    const char *id = NULL;
    assay_status status = store->ops->runs(store, ALL, arena, &rows);
    for (size_t i = 0; status == ASSAY_OK && i < rows.count && id == NULL; i++)
        if (strcmp(rows.items[i].status, "interrupted") == 0)
            id = rows.items[i].id;
    vec_release(&rows);
    TRY(store_failed(store, status, error));
    if (id == NULL)
        return buf_error(error, ASSAY_ERR_NOT_FOUND,
                         "no run was interrupted; 'assay history' lists them");
    *ret_id = id;
    return ASSAY_OK;
}

static assay_status check_open(const struct run *run, struct origin_words *ret_words,
                               struct arena *arena, struct buf *error)
{
    if (!run->interrupted)
        return buf_error(error, ASSAY_ERR_ARGUMENT, "run %s is complete: nothing is left to resume",
                         run->id);
    assay_status status = origin_words(run->origin, arena, ret_words);
    return status == ASSAY_ERR_PARSE
               ? buf_error(
                     error, ASSAY_ERR_ARGUMENT,
                     "run %s cannot be resumed: it does not say what it was made of; an older "
                     "assay made it",
                     run->id)
               : status;
}

assay_status resume_open(struct store *store, const char *selector, struct run *ret_run,
                         struct origin_words *ret_words, struct buf *error)
{
    struct arena arena = {0};
    struct run run = {0};
    const char *id = NULL;
    assay_status status =
        selector == NULL
            ? find_last(store, &arena, &id, error)
            : store_failed(store, store->ops->find(store, selector, &arena, &id), error);
    if (status == ASSAY_OK)
        status = store_failed(store, store->ops->resume(store, id), error);
    if (status == ASSAY_OK)
        status = store_failed(store, store->ops->load(store, id, &run), error);
    arena_release(&arena);
    if (status == ASSAY_OK)
        status = check_open(&run, ret_words, &run.arena, error);
    if (status == ASSAY_OK)
        *ret_run = run;
    else
        run_release(&run);
    return status;
}

static void add_machine(const struct environment *then, const struct environment *now,
                        struct buf *text)
{
    if (strcmp(then->hostname, now->hostname) == 0 && environment_same_machine(then, now))
        return;
    buf_printf(text,
               "%sit was begun on another machine or kernel: '%s, %s, %u cores, %s', and this is "
               "'%s, %s, %u cores, %s'",
               text->length ? "; " : "", then->hostname, then->cpu, then->cores, then->kernel,
               now->hostname, now->cpu, now->cores, now->kernel);
}

static assay_status check_in(struct arena *arena, const struct run *run,
                             const struct origin_words *words, const struct catalog *catalog,
                             struct buf *error)
{
    struct environment here = {0};
    BUF_AUTO text;
    buf_init(&text, 16384);
    TRY(machine_describe(arena, &here));
    here.fingerprint = environment_fingerprint(&here, arena);
    const char *now = origin_describe(words->items, (int)words->count, catalog, arena);
    if (now == NULL || here.fingerprint == NULL)
        return ASSAY_ERR_MEMORY;
    origin_difference(run->origin, now, &text);
    add_machine(&run->environment, &here, &text);
    return text.length == 0 ? ASSAY_OK
                            : buf_error(error, ASSAY_ERR_ARGUMENT,
                                        "run %s cannot be resumed: %s; what is in the store stays",
                                        run->id, text.text);
}

assay_status resume_check(const struct run *run, const struct origin_words *words,
                          const struct catalog *catalog, struct buf *error)
{
    struct arena arena = {0};
    assay_status status = check_in(&arena, run, words, catalog, error);
    arena_release(&arena);
    return status;
}

void resume_command(const char *run_id, const char *store, struct buf *out)
{
    buf_printf(out, "assay run --resume %s", run_id);
    if (store == NULL)
        return;
    BUF_AUTO shown;
    buf_init(&shown, 8192);
    store_add_shown(store, &shown);
    buf_puts(out, " --store '");
    for (const char *at = shown.text; *at != '\0'; at++)
        if (*at == '\'')
            buf_puts(out, "'\\''");
        else
            buf_putc(out, *at);
    buf_putc(out, '\'');
}
