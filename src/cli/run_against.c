/* A run beside an earlier one.  Nothing is decided here: both were measured one after the other,
 * and the text says which command decides. Order: open, (the run), compare, text or json, release.
 */
#include "cli/run_against.h"

#include <string.h>

#include "report/values/json_values.h"
#include "session/gate/against.h"

assay_status run_against_open(struct cli *cli, const struct workplace *workplace,
                              const struct run_against_options *options,
                              struct run_against *ret_against)
{
    const char *selector = options->baseline ? options->baseline : options->compare;
    bool last = options->baseline == NULL && selector && strcmp(selector, AGAINST_LAST) == 0;
    if (options->baseline != NULL && options->compare != NULL)
        return buf_error(&cli->error, ASSAY_ERR_ARGUMENT,
                         "--baseline and --compare exclude each other");
    ret_against->selector = selector;
    if (selector == NULL || last)
        return ASSAY_OK;
    TRY(workplace_load_run(workplace, selector, &ret_against->then, &cli->error));
    ret_against->found = true;
    return ASSAY_OK;
}

static assay_status find_last(struct cli *cli, const struct workplace *workplace,
                              const struct run *run, struct run_against *against)
{
    struct store *store = NULL;
    BUF_AUTO reason;
    buf_init(&reason, 8192);
    assay_status status = store_open(workplace->store, false, &store, &reason);
    if (status == ASSAY_OK)
        status = against_last(store, run, &against->then, &reason);
    store_close(store);
    against->found = status == ASSAY_OK;
    return status == ASSAY_OK || status == ASSAY_ERR_NOT_FOUND
               ? ASSAY_OK
               : buf_error(&cli->error, status, "%s", reason.text);
}

assay_status run_against_compare(struct cli *cli, const struct workplace *workplace,
                                 const struct run *run, char *const *operands, int operand_count,
                                 struct run_against *against)
{
    if (against->selector == NULL)
        return ASSAY_OK;
    if (!against->found)
        TRY(find_last(cli, workplace, run, against));
    if (!against->found)
        return ASSAY_OK;
    return against_rows(&against->then, run, operands, operand_count, &against->arena,
                        &against->rows);
}

assay_status run_against_previous(const struct workplace *workplace, const struct run *run,
                                  const struct words *words, struct run_against *against)
{
    struct store *store = NULL;
    if (against->found)
        return ASSAY_OK;
    assay_status status = store_open(workplace->store, false, &store, NULL);
    if (status == ASSAY_OK)
        status = against_last(store, run, &against->then, NULL);
    store_close(store);
    against->found = status == ASSAY_OK;
    if (status != ASSAY_OK)
        return status == ASSAY_ERR_MEMORY ? status : ASSAY_OK;
    return against_rows(&against->then, run, words->items, words->count, &against->arena,
                        &against->rows);
}

struct moved run_against_moved(const struct run_against *against)
{
    return (struct moved){against->found ? against->then.id : "", &against->rows};
}

void run_against_text(const struct run_against *against, const struct paper *paper, struct buf *out)
{
    if (against->selector == NULL)
        return;
    if (!against->found) {
        buf_puts(out, "\nno earlier run has this machine, compiler and profile and a benchmark in "
                      "common\n");
        return;
    }
    buf_printf(out, "\nagainst run %s, one after the other:\n", against->then.id);
    report_text_comparison(&against->rows, paper, out);
    buf_puts(out, "for a decision: assay baseline save NAME, then assay gate --baseline NAME\n");
}

void run_against_json(const struct run_against *against, json_t **document)
{
    if (against->selector == NULL)
        return;
    report_json_member(document, "compared_with",
                       against->found ? report_json_text(against->then.id) : json_null());
    report_json_member(document, "comparison",
                       against->found ? report_json_comparison_part(&against->rows,
                                                                    COMPARISON_FALSE_DISCOVERY_RATE)
                                      : json_null());
}

void run_against_release(struct run_against *against)
{
    vec_release(&against->rows);
    arena_release(&against->arena);
    run_release(&against->then);
}
