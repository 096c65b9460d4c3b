/* What is wrong with a store, a line each; nothing is changed.
 * Exit code 3 when there is something: whoever backs a store up wants to know before the old copy
 * goes. */
#include "cli/prune.h"
#include "report/values/json_values.h"

static assay_status render_json(const char *where, const problem_vec *problems, struct buf *out)
{
    json_t *document = json_object(), *list = json_array();
    for (size_t i = 0; i < problems->count; i++)
        report_json_element(&list, report_json_text(problems->items[i]));
    report_json_member(&document, "schema", json_string("assay.check/1"));
    report_json_member(&document, "store", report_json_text(where));
    report_json_member(&document, "problems", list);
    return report_json_write(document, out);
}

static void render_text(const char *where, const problem_vec *problems, struct buf *out)
{
    for (size_t i = 0; i < problems->count; i++)
        buf_printf(out, "%s\n", problems->items[i]);
    if (problems->count == 0)
        buf_printf(out, "%s: everything can be read\n", where);
    else
        buf_printf(out, "%s: %zu problem%s\n", where, problems->count,
                   problems->count == 1 ? "" : "s");
}

static assay_status print(struct cli *cli, bool json, const struct workplace *workplace,
                          const problem_vec *problems)
{
    BUF_AUTO out, where;
    buf_init(&out, BUF_LENGTH_MAX);
    buf_init(&where, 8192);
    store_add_shown(workplace->store, &where);
    if (json)
        TRY(render_json(where.text, problems, &out));
    else
        render_text(where.text, problems, &out);
    if (problems->count > 0)
        cli->exit_code = 3;
    return cli_print(cli, &out);
}

assay_status check_store(struct cli *cli, bool json, const struct workplace *workplace)
{
    struct arena arena = {0};
    struct store *store = NULL;
    problem_vec problems = {0};
    TRY(store_open(workplace->store, false, &store, &cli->error));
    assay_status status = store->ops->check(store, &arena, &problems);
    if (status == ASSAY_OK)
        status = print(cli, json, workplace, &problems);
    else
        buf_error(&cli->error, status, "%s", store->error.text);
    vec_release(&problems);
    arena_release(&arena);
    store_close(store);
    return status;
}
