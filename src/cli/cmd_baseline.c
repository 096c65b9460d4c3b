/* assay baseline: names for runs that later ones are measured against.
 * Subcommands as rows of a table, like the commands themselves. */
#include <string.h>

#include "cli/common.h"
#include "report/history.h"
#include "report/table/tables.h"
#include "report/text.h"
#include "report/values/json_values.h"
#include "session/gate/baseline.h"

struct baseline_options {
    struct common_options common;
    bool overwrite;
};

static const struct option_row ROWS[] = {
    {"overwrite", 0, NULL, "move a name that exists", OPTION_FLAG,
     offsetof(struct baseline_options, overwrite)},
    FORMAT_ROW(struct baseline_options),
    COLOUR_ROW(struct baseline_options),
    COMMON_ROWS(struct baseline_options),
    OPTION_END,
};

/* What a subcommand works with. */
struct baseline_call {
    struct cli *cli;
    const struct baseline_options *options;
    const struct workplace *workplace;
    struct baseline_place place;
    const char *name, *run; /* operands; NULL when not given */
};

static assay_status list(const struct baseline_call *call)
{
    struct arena arena = {0};
    baseline_vec rows = {0};
    BUF_AUTO out;
    buf_init(&out, BUF_LENGTH_MAX);
    enum table_format table;
    assay_status status = call->place.store->ops->baselines(call->place.store, &arena, &rows);
    if (status != ASSAY_OK)
        buf_error(&call->cli->error, status, "%s", call->place.store->error.text);
    else if (common_table(&call->options->common, &table))
        status = report_table_baselines(&rows, table, &out);
    else if (common_format(&call->options->common) == OUTPUT_JSON)
        status = report_json_baselines(rows.items, rows.count, &out);
    else
        report_text_baselines(rows.items, rows.count, &out);
    if (status == ASSAY_OK)
        status = cli_print(call->cli, &out);
    vec_release(&rows);
    arena_release(&arena);
    return status;
}

static assay_status save(const struct baseline_call *call)
{
    struct run run = {0};
    TRY(workplace_load_run(call->workplace, call->run ? call->run : "latest", &run,
                           &call->cli->error));
    assay_status status =
        baseline_save(&call->place, call->name, &run, call->options->overwrite, &call->cli->error);
    run_release(&run);
    return status == ASSAY_OK ? list(call) : status;
}

static assay_status remove_name(const struct baseline_call *call)
{
    TRY(baseline_remove(&call->place, call->name, &call->cli->error));
    return list(call);
}

static assay_status print_baseline(const struct baseline_call *call,
                                   const struct baseline *baseline, const struct run *run,
                                   const kept_module_vec *modules)
{
    BUF_AUTO out;
    buf_init(&out, BUF_LENGTH_MAX);
    enum table_format table;
    const struct paper paper = common_paper(&call->options->common);
    if (common_table(&call->options->common, &table)) {
        TRY(report_table_run(run, table, &out));
    } else if (common_format(&call->options->common) == OUTPUT_JSON) {
        TRY(report_json_baseline(baseline, run, modules, &out));
    } else {
        report_text_baseline(baseline, modules, &out);
        report_text_run(run, &out);
        report_text(run, NULL, &paper, &out);
    }
    return cli_print(call->cli, &out);
}

static assay_status show(const struct baseline_call *call)
{
    struct arena arena = {0};
    struct baseline baseline;
    struct run run = {0};
    kept_module_vec modules = {0};
    struct buf *error = &call->cli->error;
    assay_status status = baseline_find(&call->place, call->name, &arena, &baseline, error);
    if (status == ASSAY_OK)
        status = workplace_load_run(call->workplace, baseline.run_id, &run, error);
    if (status == ASSAY_OK)
        status = baseline_modules(&call->place, run.id, &arena, &modules, error);
    if (status == ASSAY_OK)
        status = print_baseline(call, &baseline, &run, &modules);
    run_release(&run);
    vec_release(&modules);
    arena_release(&arena);
    return status;
}

static const struct {
    const char *name;
    assay_status (*run)(const struct baseline_call *call);
    int operands_min, operands_max;
} SUBCOMMANDS[] = {
    {"list", list, 0, 0},
    {"save", save, 1, 2},
    {"show", show, 1, 1},
    {"remove", remove_name, 1, 1},
};

static assay_status call_named(struct baseline_call *call, char **operands, int count)
{
    const char *name = count > 0 ? operands[0] : "list";
    int left = count > 0 ? count - 1 : 0;
    call->name = left > 0 ? operands[1] : NULL;
    call->run = left > 1 ? operands[2] : NULL;
    for (size_t i = 0; i < sizeof SUBCOMMANDS / sizeof *SUBCOMMANDS; i++)
        if (strcmp(SUBCOMMANDS[i].name, name) == 0 && left >= SUBCOMMANDS[i].operands_min &&
            left <= SUBCOMMANDS[i].operands_max)
            return SUBCOMMANDS[i].run(call);
    return buf_error(&call->cli->error, ASSAY_ERR_ARGUMENT,
                     "usage: assay baseline [list | save NAME [RUN] | show | remove NAME]");
}

static assay_status baseline(struct cli *cli, int argc, char **argv)
{
    struct baseline_options options = {0};
    struct workplace workplace = {0};
    struct baseline_call call = {.cli = cli, .options = &options, .workplace = &workplace};
    int first;
    TRY(options_parse(ROWS, argc, argv, &options, &first, &cli->error));
    assay_status status = common_workplace(cli, &options.common, &workplace);
    call.place.path = workplace.store;
    if (status == ASSAY_OK)
        status = store_open(workplace.store, false, &call.place.store, &cli->error);
    if (status == ASSAY_OK)
        status = call_named(&call, argv + first, argc - first);
    store_close(call.place.store);
    workplace_release(&workplace);
    return status;
}

const struct command command_baseline = {
    "baseline",
    "[list | save NAME [RUN] | show | remove NAME]",
    "name runs that later ones are measured against",
    "save keeps a copy of every module that the run (default: latest) measured, so that\n"
    "'assay gate' can measure it again, paired; with --overwrite it moves a name that\n"
    "exists. show tells the run, its machine, the modules kept and the results. remove\n"
    "forgets the name and the copies that no other baseline needs, not the run.\n",
    ROWS,
    baseline,
};
