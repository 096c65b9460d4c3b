/* assay list: which benchmarks there are, without running them.
 * A module that cannot be listed is named with its reason and the rest is listed all the same; the
 * exit code then is 3. */
#include <string.h>

#include "cli/common.h"
#include "cli/selection.h"
#include "report/json.h"
#include "report/table/tables.h"
#include "report/values/line.h"
#include "session/catalog.h"

struct list_options {
    struct common_options common;
    struct selection_options selection;
    bool ids, count;
};

static const struct option_row ROWS[] = {
    {"ids", 0, NULL, "only the ids, one a line", OPTION_FLAG, offsetof(struct list_options, ids)},
    {"count", 0, NULL, "only how many there are", OPTION_FLAG,
     offsetof(struct list_options, count)},
    SELECTION_ROWS(struct list_options),
    FORMAT_ROW(struct list_options),
    COMMON_ROWS(struct list_options),
    OPTION_END,
};

static bool starts_suite(const benchmark_vec *benchmarks, size_t at)
{
    return at == 0 || strcmp(benchmarks->items[at].suite, benchmarks->items[at - 1].suite) != 0;
}

static bool has_several_suites(const benchmark_vec *benchmarks)
{
    for (size_t i = 1; i < benchmarks->count; i++)
        if (starts_suite(benchmarks, i))
            return true;
    return false;
}

/* Where there are several suites, each has a line of its own above its benchmarks. */
static void add_suite(const benchmark_vec *benchmarks, size_t first, struct buf *out)
{
    size_t end = first + 1;
    while (end < benchmarks->count && !starts_suite(benchmarks, end))
        end++;
    buf_printf(out, "%s%s: %zu benchmark%s\n", first > 0 ? "\n" : "",
               benchmarks->items[first].suite, end - first, end - first == 1 ? "" : "s");
}

static void add_benchmark(const struct benchmark *benchmark, struct buf *out)
{
    buf_printf(out, "%-44s ", benchmark->id);
    report_text_line(benchmark->description, out);
    if (benchmark->tags[0] != '\0') {
        buf_puts(out, " [");
        report_text_line(benchmark->tags, out);
        buf_putc(out, ']');
    }
    buf_putc(out, '\n');
}

static void list_text(const struct catalog *catalog, struct buf *out)
{
    const benchmark_vec *benchmarks = &catalog->benchmarks;
    bool several = has_several_suites(benchmarks);
    for (size_t i = 0; i < benchmarks->count; i++) {
        if (several && starts_suite(benchmarks, i))
            add_suite(benchmarks, i, out);
        add_benchmark(&benchmarks->items[i], out);
    }
    for (size_t i = 0; i < catalog->failures.count; i++) {
        buf_puts(out, "failed: ");
        report_text_line(catalog->failures.items[i].reason, out);
        buf_putc(out, '\n');
    }
}

static assay_status render(const struct list_options *options, const struct catalog *catalog,
                           struct buf *out)
{
    const benchmark_vec *benchmarks = &catalog->benchmarks;
    enum table_format table;
    if (options->count)
        buf_printf(out, "%zu\n", benchmarks->count);
    for (size_t i = 0; options->ids && !options->count && i < benchmarks->count; i++)
        buf_printf(out, "%s\n", benchmarks->items[i].id);
    if (options->count || options->ids)
        return out->status;
    if (common_table(&options->common, &table))
        return report_table_list(benchmarks, &catalog->failures, table, out);
    if (common_format(&options->common) == OUTPUT_JSON)
        return report_json_list(benchmarks, &catalog->failures, out);
    list_text(catalog, out);
    return out->status;
}

static assay_status list_catalog(struct cli *cli, const struct list_options *options,
                                 const struct catalog *catalog)
{
    BUF_AUTO out;
    buf_init(&out, BUF_LENGTH_MAX);
    TRY(render(options, catalog, &out));
    cli->exit_code = catalog->failures.count ? 3 : 0;
    return cli_print(cli, &out);
}

static assay_status list_in(struct cli *cli, const struct list_options *options,
                            const struct workplace *workplace, const struct words *words)
{
    struct catalog catalog;
    const struct catalog_request request = {&workplace->paths, workplace->folders, words->items,
                                            words->count};
    TRY(catalog_open(&request, &catalog, &cli->error));
    assay_status status = list_catalog(cli, options, &catalog);
    catalog_release(&catalog);
    return status;
}

static assay_status list(struct cli *cli, int argc, char **argv)
{
    struct list_options options = {0};
    struct workplace workplace = {0};
    struct words words;
    int first;
    TRY(options_parse(ROWS, argc, argv, &options, &first, &cli->error));
    assay_status status = common_workplace(cli, &options.common, &workplace);
    if (status == ASSAY_OK)
        status = selection_words(&options.selection, argv + first, argc - first, &workplace.arena,
                                 &words);
    if (status == ASSAY_OK)
        status = list_in(cli, &options, &workplace, &words);
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
