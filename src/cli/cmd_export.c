/* assay export: a stored run, or what a gate printed, in other tools' formats, on standard output.
 * Why a gate's document and not a gate: what it decided is written down once, and turned into each
 * format from there, without measuring again. */
#include <string.h>
#include <unistd.h>

#include "cli/formats.h"
#include "exchange/write/export.h"
#include "session/exchange/import.h"

struct export_options {
    struct common_options common;
    const char *format;
    bool list_formats;
};
#define OPTION(field) offsetof(struct export_options, field)

static const struct option_row ROWS[] = {
    {"format", 'f', "NAME", "the format to write", OPTION_TEXT, OPTION(format)},
    {"list-formats", 0, NULL, "list the formats", OPTION_FLAG, OPTION(list_formats)},
    COMMON_ROWS(struct export_options),
    OPTION_END,
};

enum { GATE_BYTES_MAX = 256 << 20 };

static assay_status list_formats(struct cli *cli, bool json)
{
    struct formats formats = {.count = 0};
    for (const struct export_format *row = EXPORT_FORMATS; row->name != NULL; row++)
        formats_add(&formats, row->name, row->summary);
    return formats_print(cli, &formats, json);
}

static assay_status render(struct cli *cli, const struct export_format *format,
                           const struct export_source *source)
{
    BUF_AUTO out;
    buf_init(&out, BUF_LENGTH_MAX);
    TRY(format->render(source, &out));
    return cli_print(cli, &out);
}

static assay_status export_run(struct cli *cli, const struct export_options *options,
                               const struct export_format *format, const char *selector)
{
    struct workplace workplace = {0};
    struct run run = {0};
    ci_finding_vec findings = {0};
    const struct export_source source = {&run, &findings};
    assay_status status = common_workplace(cli, &options->common, &workplace);
    if (status == ASSAY_OK)
        status = workplace_load_run(&workplace, selector, &run, &cli->error);
    if (status == ASSAY_OK)
        status = findings_of_run(&run, &run.arena, &findings);
    if (status == ASSAY_OK)
        status = render(cli, format, &source);
    vec_release(&findings);
    run_release(&run);
    workplace_release(&workplace);
    return status;
}

static assay_status export_gate(struct cli *cli, const struct export_format *format,
                                const char *path)
{
    struct arena arena = {0};
    ci_finding_vec findings = {0};
    const struct export_source source = {NULL, &findings};
    BUF_AUTO text;
    buf_init(&text, GATE_BYTES_MAX);
    if (format->needs_run)
        return buf_error(&cli->error, ASSAY_ERR_ARGUMENT,
                         "%s wants a stored run: '%s' is a file, of which only checks are exported",
                         format->name, path);
    TRY(import_read_file(path, &text, &cli->error));
    assay_status status =
        findings_parse(text.text, text.length, path, &arena, &findings, &cli->error);
    if (status == ASSAY_OK)
        status = render(cli, format, &source);
    vec_release(&findings);
    arena_release(&arena);
    return status;
}

/* NULL with an error when there is no such format. */
static const struct export_format *find_format(struct cli *cli, const char *name)
{
    BUF_AUTO names;
    buf_init(&names, 4096);
    const struct export_format *format = name ? export_format_find(name) : NULL;
    if (format != NULL)
        return format;
    export_format_names(&names);
    if (name == NULL)
        buf_error(&cli->error, ASSAY_ERR_ARGUMENT, "which format? --format NAME, one of: %s",
                  names.text);
    else
        buf_error(&cli->error, ASSAY_ERR_ARGUMENT, "no format '%s'; there are: %s", name,
                  names.text);
    return NULL;
}

static assay_status export(struct cli *cli, int argc, char **argv)
{
    struct export_options options = {0};
    int first;
    TRY(options_parse(ROWS, argc, argv, &options, &first, &cli->error));
    TRY(cli_check_operands(cli, argv + first, argc - first, options.list_formats ? 0 : 1));
    if (options.list_formats)
        return list_formats(cli, options.common.json);
    const struct export_format *format =
        find_format(cli, options.common.json ? "json" : options.format);
    if (format == NULL)
        return ASSAY_ERR_ARGUMENT;
    const char *source = first < argc ? argv[first] : "latest";
    bool is_file = strcmp(source, "-") == 0 || access(source, F_OK) == 0;
    return is_file ? export_gate(cli, format, source) : export_run(cli, &options, format, source);
}

const struct command command_export = {
    "export",
    "[RUN|FILE]",
    "write a run or a gate's findings for another tool",
    "RUN is an id or its start, 'latest' (the default), a label, a commit, a tag or a branch.\n"
    "FILE is what 'assay gate --json' or 'assay compare --json' printed ('-': standard\n"
    "input); its rows become checks of junit, sarif, github-annotations, github-summary and\n"
    "gitlab-code-quality. Of a run the checks are whether each benchmark ran, and its targets.\n"
    "'--json' is short for '--format json'.\n",
    ROWS,
    export,
};
