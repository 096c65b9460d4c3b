/* assay list: which benchmarks there are, without running them.
 * A module that cannot be listed is named with its reason and the rest is listed all the same; the
 * exit code then is 3. */
#include "cli/common.h"
#include "report/json.h"
#include "report/table/tables.h"
#include "report/text.h"
#include "session/catalog.h"

struct list_options {
    struct common_options common;
};

static const struct option_row ROWS[] = {FORMAT_ROW(struct list_options),
                                         COMMON_ROWS(struct list_options), OPTION_END};

static void list_text(const struct catalog *catalog, struct buf *out)
{
    for (size_t i = 0; i < catalog->benchmarks.count; i++) {
        const struct benchmark *benchmark = &catalog->benchmarks.items[i];
        buf_printf(out, "%-44s ", benchmark->id);
        report_text_line(benchmark->description, out);
        buf_putc(out, '\n');
    }
    for (size_t i = 0; i < catalog->failures.count; i++) {
        buf_puts(out, "failed: ");
        report_text_line(catalog->failures.items[i].reason, out);
        buf_putc(out, '\n');
    }
}

static assay_status list_catalog(struct cli *cli, const struct list_options *options,
                                 const struct catalog *catalog)
{
    BUF_AUTO out;
    buf_init(&out, BUF_LENGTH_MAX);
    enum table_format table;
    if (common_table(&options->common, &table))
        TRY(report_table_list(&catalog->benchmarks, &catalog->failures, table, &out));
    else if (common_format(&options->common) == OUTPUT_JSON)
        TRY(report_json_list(&catalog->benchmarks, &catalog->failures, &out));
    else
        list_text(catalog, &out);
    cli->exit_code = catalog->failures.count ? 3 : 0;
    return cli_print(cli, &out);
}

static assay_status list(struct cli *cli, int argc, char **argv)
{
    struct list_options options = {0};
    struct workplace workplace = {0};
    struct catalog catalog;
    int first;
    TRY(options_parse(ROWS, argc, argv, &options, &first, &cli->error));
    assay_status status = common_workplace(cli, &options.common, &workplace);
    struct catalog_request request = {&workplace.paths, workplace.folders, argv + first,
                                      argc - first};
    if (status == ASSAY_OK)
        status = catalog_open(&request, &catalog, &cli->error);
    if (status == ASSAY_OK) {
        status = list_catalog(cli, &options, &catalog);
        catalog_release(&catalog);
    }
    workplace_release(&workplace);
    return status;
}

const struct command command_list = {
    "list",
    "[PATTERN|MODULE ...]",
    "list benchmarks without running them",
    SELECTION_DETAILS "\n",
    ROWS,
    list,
};
