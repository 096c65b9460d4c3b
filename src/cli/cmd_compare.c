/* assay compare: two modules measured against each other, or two stored runs.
 * Modules are paired, slot by slot, and measured until every benchmark is decided; stored runs were
 * measured one after the other and say so. */

#include "cli/common.h"
#include "cli/progress.h"
#include "cli/stop.h"
#include "report/comparison.h"
#include "session/counting/instructions.h"

struct compare_options {
    struct common_options common;
    unsigned launches;
    double measure, warmup, budget, limit_seconds;
    double margin;
    uint64_t seed;
    unsigned explain;
    bool across_machines;
    bool lockstep, within_launch, no_explain, instructions;
};

#define OPTION(field) offsetof(struct compare_options, field)
static const struct option_row ROWS[] = {
    {"margin", 'm', "PERCENT", "closer than this is the same (default: 1)", OPTION_PERCENT,
     OPTION(margin)},
    {"launches", 'l', "N", "most launches a benchmark may take (default: 40)", OPTION_COUNT,
     OPTION(launches)},
    {"time", 't', "TIME", "measuring time per launch (default: 50 ms)", OPTION_SECONDS,
     OPTION(measure)},
    {"warmup", 'w', "TIME", "warm-up per launch (default: 10 ms)", OPTION_SECONDS, OPTION(warmup)},
    {"budget", 0, "TIME", "at most so long a benchmark, from the 8th launch on (default: none)",
     OPTION_SECONDS, OPTION(budget)},
    {"within-launch", 0, NULL, "one launch of the whole budget: quick, and blind to addresses",
     OPTION_FLAG, OPTION(within_launch)},
    {"time-limit", 0, "TIME", "end a launch that takes longer (default: 60 s)", OPTION_SECONDS,
     OPTION(limit_seconds)},
    {"lockstep", 0, NULL, "two processes in turn, also where one would do", OPTION_FLAG,
     OPTION(lockstep)},
    {"instructions", 0, NULL,
     "count instructions instead of timing (valgrind); the margin is then 0.001 %", OPTION_FLAG,
     OPTION(instructions)},
    {"explain", 0, "N", "count what the N most changed rows do differently (default: 5)",
     OPTION_COUNT, OPTION(explain)},
    {"no-explain", 0, NULL, "leave that out", OPTION_FLAG, OPTION(no_explain)},
    {"seed", 0, "N", "seed of random data and of the order (default: 1)", OPTION_COUNT64,
     OPTION(seed)},
    {"across-machines", 0, NULL, "set stored runs of different machines against each other",
     OPTION_FLAG, OPTION(across_machines)},
    COMMON_ROWS(struct compare_options),
    OPTION_END,
};
static const double FALSE_DISCOVERY_RATE = 0.05;

static struct verdict_rules rules_of(const struct compare_options *options)
{
    struct verdict_rules rules = VERDICT_RULES_DEFAULT;
    if (options->instructions)
        instructions_rules(&rules);
    if (options->margin > 0)
        rules.margin = options->margin;
    rules.across_machines = options->across_machines;
    return rules;
}

static assay_status print_rows(struct cli *cli, const struct compare_options *options,
                               const comparison_vec *rows)
{
    BUF_AUTO out;
    buf_init(&out, BUF_LENGTH_MAX);
    if (options->common.json)
        TRY(report_json_comparison(rows, FALSE_DISCOVERY_RATE, &out));
    else
        report_text_comparison(rows, &out);
    return cli_print(cli, &out);
}

static assay_status compare_catalogs(struct cli *cli, const struct compare_options *options,
                                     const struct workplace *workplace,
                                     const struct catalog catalogs[2])
{
    struct arena arena = {0};
    comparison_vec rows = {0};
    struct progress progress;
    progress_init(&progress);
    struct compare_request request = {
        .paths = &workplace->paths,
        .old_catalog = &catalogs[0],
        .new_catalog = &catalogs[1],
        .plan = {.profile = "compare",
                 .launches = options->launches ? options->launches : 40,
                 .measure_seconds = options->measure > 0 ? options->measure : 0.05,
                 .warmup_seconds = options->warmup > 0 ? options->warmup : 0.01,
                 .slot_seconds = 0.0001,
                 .limit_seconds = options->limit_seconds > 0 ? options->limit_seconds : 60,
                 .limit_rss_bytes = 8e9,
                 .seed = options->seed ? options->seed : 1},
        .rules = rules_of(options),
        .false_discovery_rate = FALSE_DISCOVERY_RATE,
        .lockstep = options->lockstep,
        .budget_seconds = options->budget,
        .within_launch = options->within_launch,
        .explain_max = options->no_explain || options->instructions ? 0
                       : options->explain                           ? options->explain
                                                                    : 5,
        .instructions = options->instructions,
        .stop = &stop_count,
        .progress = progress_step,
        .context = &progress,
    };
    assay_status status = session_compare(&request, &arena, &rows);
    progress_end(&progress);
    if (status == ASSAY_OK)
        status = print_rows(cli, options, &rows);
    if (stop_count)
        cli->exit_code = 3;
    for (size_t i = 0; i < rows.count; i++)
        if (rows.items[i].outcome == OUTCOME_FAILED)
            cli->exit_code = 3;
    vec_release(&rows);
    arena_release(&arena);
    return status;
}

/* Opens the catalogue of one module, narrowed by the patterns that follow both. */
static assay_status open_side(struct cli *cli, const struct workplace *workplace, char *module,
                              char **patterns, int count, struct catalog *ret_catalog)
{
    char *arguments[64] = {module};
    if (count > 62)
        return buf_error(&cli->error, ASSAY_ERR_ARGUMENT, "too many patterns");
    for (int i = 0; i < count; i++) {
        if (catalog_is_path(patterns[i]))
            return buf_error(&cli->error, ASSAY_ERR_ARGUMENT,
                             "two modules are compared; '%s' is a third", patterns[i]);
        arguments[i + 1] = patterns[i];
    }
    struct catalog_request request = {&workplace->paths, workplace->folders, arguments, count + 1};
    return catalog_open(&request, ret_catalog, &cli->error);
}

static assay_status compare_modules(struct cli *cli, const struct compare_options *options,
                                    const struct workplace *workplace, char **operands, int count)
{
    struct catalog catalogs[2] = {0};
    assay_status status = ASSAY_OK;
    for (int i = 0; i < 2 && status == ASSAY_OK; i++)
        status = open_side(cli, workplace, operands[i], operands + 2, count - 2, &catalogs[i]);
    if (status == ASSAY_OK)
        status = compare_catalogs(cli, options, workplace, catalogs);
    catalog_release(&catalogs[0]);
    catalog_release(&catalogs[1]);
    return status;
}

static assay_status compare_runs(struct cli *cli, const struct compare_options *options,
                                 const struct workplace *workplace, char **operands)
{
    struct run runs[2] = {0};
    struct arena arena = {0};
    comparison_vec rows = {0};
    const struct verdict_rules rules = rules_of(options);
    assay_status status = ASSAY_OK;
    for (int i = 0; i < 2 && status == ASSAY_OK; i++)
        status = workplace_load_run(workplace, operands[i], &runs[i], &cli->error);
    if (status == ASSAY_OK)
        status = session_compare_results(&runs[0], &runs[1], &rules, &arena, &rows, &cli->error);
    if (status == ASSAY_OK)
        status = session_compare_missing(&runs[0], &runs[1], &rows);
    if (status == ASSAY_OK)
        status = print_rows(cli, options, &rows);
    vec_release(&rows);
    arena_release(&arena);
    run_release(&runs[0]);
    run_release(&runs[1]);
    return status;
}

static assay_status compare(struct cli *cli, int argc, char **argv)
{
    struct compare_options options = {0};
    struct workplace workplace = {0};
    int first;
    TRY(options_parse(ROWS, argc, argv, &options, &first, &cli->error));
    char **operands = argv + first;
    int count = argc - first;
    bool modules = count >= 2 && catalog_is_path(operands[0]);
    if (count < 2 || modules != catalog_is_path(operands[1]) || (count > 2 && !modules))
        return buf_error(&cli->error, ASSAY_ERR_ARGUMENT,
                         "usage: assay compare OLD.so NEW.so [PATTERN ...], or two stored runs");
    stop_on_signals();
    if (options.instructions)
        TRY(instructions_available(&cli->error));
    assay_status status = common_workplace(cli, &options.common, &workplace);
    if (status == ASSAY_OK)
        status = modules ? compare_modules(cli, &options, &workplace, operands, count)
                         : compare_runs(cli, &options, &workplace, operands);
    workplace_release(&workplace);
    return status;
}

const struct command command_compare = {
    "compare",
    "OLD NEW [PATTERN ...]",
    "compare two versions of a module, or two stored runs",
    "OLD and NEW are modules (paths), which are loaded into one process and\n"
    "alternated slot by slot until every benchmark is decided; or stored runs, which\n"
    "were measured one after the other and therefore support no verdict below 5 %.\n",
    ROWS,
    compare,
};
