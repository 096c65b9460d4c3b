/* assay baseline: names for runs that later ones are measured against.
 * Subcommands as rows of a table, like the commands themselves. */
#include <string.h>

#include "cli/common.h"
#include "report/history.h"
#include "session/gate.h"

struct baseline_options {
    struct common_options common;
    bool overwrite;
};

static const struct option_row ROWS[] = {
    {"overwrite", 0, NULL, "move a name that exists", OPTION_FLAG,
     offsetof(struct baseline_options, overwrite)},
    COMMON_ROWS(struct baseline_options),
    OPTION_END,
};

/* What a subcommand works with. */
struct baseline_call {
    struct cli *cli;
    const struct baseline_options *options;
    const struct workplace *workplace;
    struct store *store;
    const char *name, *run; /* operands; NULL when not given */
};

static assay_status list(const struct baseline_call *call)
{
    struct arena arena = {0};
    baseline_vec rows = {0};
    BUF_AUTO out;
    buf_init(&out, BUF_LENGTH_MAX);
    assay_status status = call->store->ops->baselines(call->store, &arena, &rows);
    if (status != ASSAY_OK)
        buf_error(&call->cli->error, status, "%s", call->store->error.text);
    else if (call->options->common.json)
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
    struct baseline_request request = {call->store, call->workplace->store, call->name, &run,
                                       call->options->overwrite};
    assay_status status = gate_save_baseline(&request, &call->cli->error);
    run_release(&run);
    return status == ASSAY_OK ? list(call) : status;
}

static assay_status remove_name(const struct baseline_call *call)
{
    assay_status status = call->store->ops->baseline_remove(call->store, call->name);
    return status == ASSAY_OK ? list(call)
                              : buf_error(&call->cli->error, status, "%s", call->store->error.text);
}

static const struct {
    const char *name;
    assay_status (*run)(const struct baseline_call *call);
    int operands_min, operands_max;
} SUBCOMMANDS[] = {
    {"list", list, 0, 0},
    {"save", save, 1, 2},
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
                     "usage: assay baseline [list | save NAME [RUN] | remove NAME]");
}

static assay_status baseline(struct cli *cli, int argc, char **argv)
{
    struct baseline_options options = {0};
    struct workplace workplace = {0};
    struct baseline_call call = {.cli = cli, .options = &options, .workplace = &workplace};
    int first;
    TRY(options_parse(ROWS, argc, argv, &options, &first, &cli->error));
    assay_status status = common_workplace(cli, &options.common, &workplace);
    if (status == ASSAY_OK)
        status = store_open(workplace.store, false, &call.store, &cli->error);
    if (status == ASSAY_OK)
        status = call_named(&call, argv + first, argc - first);
    store_close(call.store);
    workplace_release(&workplace);
    return status;
}

const struct command command_baseline = {
    "baseline",
    "[list | save NAME [RUN] | remove NAME]",
    "name runs that later ones are measured against",
    "save keeps a copy of every module that the run (default: latest) measured, so that\n"
    "'assay gate' can measure it again, paired; with --overwrite it moves a name that\n"
    "exists. remove forgets the name, not the run.\n",
    ROWS,
    baseline,
};
