/* assay import STORE: the account of a merge.
 * Exit code 1 when runs of one id differ: the rest is there, and they are named. */
#include "cli/merge.h"

#include "cli/progress.h"
#include "report/values/json_values.h"
#include "session/merge/merge.h"

static json_t *ids_of(const char *const *ids, size_t count)
{
    json_t *list = json_array();
    for (size_t i = 0; i < count; i++)
        report_json_element(&list, report_json_text(ids[i]));
    return list;
}

static assay_status render_json(const struct merge_account *account, struct buf *out)
{
    json_t *document = json_object();
    report_json_member(&document, "schema", json_string("assay.merge/1"));
    report_json_member(&document, "added", ids_of(account->added.items, account->added.count));
    report_json_member(&document, "same", ids_of(account->same.items, account->same.count));
    report_json_member(&document, "conflicts",
                       ids_of(account->conflicts.items, account->conflicts.count));
    report_json_member(&document, "baselines", json_integer((json_int_t)account->baselines));
    report_json_member(&document, "modules", json_integer((json_int_t)account->modules));
    return report_json_write(document, out);
}

static void render_text(const struct merge_account *account, struct buf *out)
{
    for (size_t i = 0; i < account->conflicts.count; i++)
        buf_printf(out, "run %s is another one here: left as it is\n", account->conflicts.items[i]);
    buf_printf(out, "%zu run%s added, %zu were there already, %zu differ\n", account->added.count,
               account->added.count == 1 ? "" : "s", account->same.count, account->conflicts.count);
    if (account->baselines > 0)
        buf_printf(out, "%zu baseline%s came along, with %zu kept module%s\n", account->baselines,
                   account->baselines == 1 ? "" : "s", account->modules,
                   account->modules == 1 ? "" : "s");
}

static assay_status print(struct cli *cli, bool json, const struct merge_account *account)
{
    BUF_AUTO out;
    buf_init(&out, BUF_LENGTH_MAX);
    if (json)
        TRY(render_json(account, &out));
    else
        render_text(account, &out);
    if (account->conflicts.count > 0)
        cli->exit_code = 1;
    return cli_print(cli, &out);
}

assay_status merge(struct cli *cli, const struct common_options *common, const char *from)
{
    struct workplace workplace = {0};
    struct merge_account account = {0};
    struct baseline_place into = {.store = NULL}, source = {.path = from};
    static const struct merge_rules RULES = {.compares = true};
    assay_status status = common_workplace(cli, common, &workplace);
    into.path = workplace.store;
    if (status == ASSAY_OK)
        status = store_open(workplace.store, true, &into.store, &cli->error);
    if (status == ASSAY_OK)
        status = store_open(from, false, &source.store, &cli->error);
    if (status == ASSAY_OK)
        status = merge_stores(&into, &source, &RULES, &account, &cli->error);
    if (status == ASSAY_OK)
        status = print(cli, common->json, &account);
    if (into.store != NULL)
        progress_note(into.store->notice.text);
    merge_release(&account);
    store_close(source.store);
    store_close(into.store);
    workplace_release(&workplace);
    return status;
}
