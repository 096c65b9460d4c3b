/* assay import: results of other tools into the store.
 * Why all files become one run: a run is what is compared, and who measures in several processes
 * has a file of each; they count as launches. */
#include "cli/formats.h"
#include "cli/merge.h"
#include "cli/progress.h"
#include "report/exchange/import.h"
#include "session/exchange/import.h"
#include "session/merge/merge.h"

struct import_options {
    struct common_options common;
    const char *format, *label, *commit, *columns;
    bool dry_run, list_formats;
};
#define OPTION(field) offsetof(struct import_options, field)

static const struct option_row ROWS[] = {
    {"format", 'f', "NAME", "the files' format (default: what they look like)", OPTION_TEXT,
     OPTION(format)},
    {"label", 0, "TEXT", "a name for the run", OPTION_TEXT, OPTION(label)},
    {"commit", 0, "COMMIT",
     "what was measured (default: what the files say, else the current commit)", OPTION_TEXT,
     OPTION(commit)},
    {"columns", 0, "MAP",
     "of csv: KEY=COLUMN,... with the keys name, value, unit, metric, suite and better; "
     "other keys become parameters, and COLUMN may be =TEXT",
     OPTION_TEXT, OPTION(columns)},
    {"dry-run", 'n', NULL, "read and check, store nothing", OPTION_FLAG, OPTION(dry_run)},
    {"list-formats", 0, NULL, "list the formats", OPTION_FLAG, OPTION(list_formats)},
    COMMON_ROWS(struct import_options),
    OPTION_END,
};

static assay_status list_formats(struct cli *cli, bool json)
{
    struct formats formats = {.count = 0};
    for (const struct import_format *row = IMPORT_FORMATS; row->name != NULL; row++)
        formats_add(&formats, row->name, row->summary);
    return formats_print(cli, &formats, json);
}

static assay_status print(struct cli *cli, const struct import_options *options,
                          const struct run *run, const char *format)
{
    const struct import_report report = {run, format, options->dry_run};
    BUF_AUTO out;
    buf_init(&out, BUF_LENGTH_MAX);
    if (options->common.json)
        TRY(report_json_import(&report, &out));
    else
        report_text_import(&report, &out);
    return cli_print(cli, &out);
}

static assay_status store_run(struct cli *cli, const struct import_options *options,
                              const struct run *run)
{
    struct workplace workplace = {0};
    struct store *store = NULL;
    assay_status status = common_workplace(cli, &options->common, &workplace);
    if (status == ASSAY_OK)
        status = store_open(workplace.store, true, &store, &cli->error);
    if (status == ASSAY_OK)
        status = import_store(store, run, &cli->error);
    if (store != NULL)
        progress_note(store->notice.text);
    store_close(store);
    workplace_release(&workplace);
    return status;
}

static assay_status import_all(struct cli *cli, const struct import_options *options,
                               const struct import_request *request)
{
    const struct import_format *format;
    struct run run;
    assay_status status = import_run(request, &run, &format, &cli->error);
    if (status == ASSAY_OK && !options->dry_run)
        status = store_run(cli, options, &run);
    if (status == ASSAY_OK)
        status = print(cli, options, &run, format->name);
    run_release(&run);
    return status;
}

static assay_status find_format(struct cli *cli, const char *name,
                                const struct import_format **ret_format)
{
    BUF_AUTO names;
    buf_init(&names, 4096);
    *ret_format = name ? import_format_find(name) : NULL;
    if (name == NULL || *ret_format != NULL)
        return ASSAY_OK;
    import_format_names(&names);
    return buf_error(&cli->error, ASSAY_ERR_ARGUMENT, "no format '%s'; there are: %s", name,
                     names.text);
}

/* A store brings whole runs, which are as they are. */
static assay_status merge_alone(struct cli *cli, const struct import_options *options,
                                char *const *operands, int count)
{
    if (count > 1 || options->format || options->label || options->commit || options->columns ||
        options->dry_run)
        return buf_error(&cli->error, ASSAY_ERR_ARGUMENT,
                         "a store is imported by itself: assay import STORE");
    return merge(cli, &options->common, operands[0]);
}

static assay_status import(struct cli *cli, int argc, char **argv)
{
    struct import_options options = {0};
    struct import_request request = {0};
    int first;
    TRY(options_parse(ROWS, argc, argv, &options, &first, &cli->error));
    if (options.list_formats) {
        TRY(cli_check_operands(cli, argv + first, argc - first, 0));
        return list_formats(cli, options.common.json);
    }
    if (first == argc)
        return buf_error(&cli->error, ASSAY_ERR_ARGUMENT,
                         "which files? assay import FILE ...; '-' is standard input");
    for (int i = first; i < argc; i++)
        if (merge_is_store(argv[i]))
            return merge_alone(cli, &options, argv + first, argc - first);
    TRY(find_format(cli, options.format, &request.format));
    request.paths = argv + first;
    request.count = argc - first;
    request.label = options.label;
    request.commit = options.commit;
    request.columns = options.columns;
    return import_all(cli, &options, &request);
}

const struct command command_import = {
    "import",
    "FILE ... | STORE",
    "store what other tools measured",
    "FILE is what the tool wrote, a folder of Criterion's, or '-' for standard input. All files\n"
    "become one run, stored whole or not at all; the same benchmark in several files counts as\n"
    "several launches. Stored runs are compared, shown and followed as measured ones are, but "
    "never "
    "with those: their machine is the tool that made them. docs/exchange.md says what each\n"
    "format brings.\n\n"
    "STORE is another history, a SQLite file or postgresql://...: its runs come into this one,\n"
    "those that are here already stay as they are. Runs of one id that differ are named (exit\n"
    "code 1).\n",
    ROWS,
    import,
};
