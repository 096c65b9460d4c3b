/* assay compare: versions of modules measured against each other, or stored results side by side.
 * What is measured is paired, slot by slot, until every benchmark is decided; stored runs were
 * measured one after the other and say so. */
#include "cli/common.h"
#include "cli/measuring.h"
#include "cli/progress.h"
#include "cli/selection.h"
#include "cli/stop.h"
#include "report/table/tables.h"
#include "report/versions/versions.h"
#include "session/counting/instructions.h"
#include "session/place/profile.h"
#include "session/versions/bisect.h"
#include "session/versions/parameter.h"

struct compare_options {
    struct common_options common;
    struct selection_options selection;
    struct measuring_options measuring;
    struct plan plan; /* what is said of it */
    double budget, margin;
    unsigned explain;
    bool across_machines;
    bool lockstep, within_launch, no_explain, instructions, build, rebuild, bisect;
    const char *by, *base;
};

#define OPTION(field) offsetof(struct compare_options, field)
static const struct option_row ROWS[] = {
    {"margin", 'm', "PERCENT", "closer than this is the same (default: 1)", OPTION_PERCENT,
     OPTION(margin)},
    {"by", 0, "PARAMETER", "set the values of a parameter against each other", OPTION_TEXT,
     OPTION(by)},
    {"base", 0, "VALUE", "the value that others are set against (default: the first)", OPTION_TEXT,
     OPTION(base)},
    {"bisect", 0, NULL, "look for the commit since which the worst row is slow", OPTION_FLAG,
     OPTION(bisect)},
    {"build", 0, NULL, "OLD and NEW are git revisions, whatever else they name", OPTION_FLAG,
     OPTION(build)},
    {"rebuild", 0, NULL, "build again what was built before", OPTION_FLAG, OPTION(rebuild)},
    {"launches", 'l', "N", "most launches a benchmark may take (default: 40)", OPTION_COUNT,
     OPTION(plan.launches)},
    {"time", 't', "TIME", "measuring time per launch (default: 50 ms)", OPTION_SECONDS,
     OPTION(plan.measure_seconds)},
    {"warmup", 'w', "TIME", "warm-up per launch (default: 10 ms)", OPTION_SECONDS,
     OPTION(plan.warmup_seconds)},
    {"budget", 0, "TIME", "at most so long a benchmark, from the 8th launch on (default: none)",
     OPTION_SECONDS, OPTION(budget)},
    {"within-launch", 0, NULL, "one launch of the whole budget: quick, and blind to addresses",
     OPTION_FLAG, OPTION(within_launch)},
    {"time-limit", 0, "TIME", "end a launch that takes longer (default: 60 s)", OPTION_SECONDS,
     OPTION(plan.limit_seconds)},
    {"lockstep", 0, NULL, "two processes in turn, also where one would do", OPTION_FLAG,
     OPTION(lockstep)},
    {"instructions", 0, NULL,
     "count instructions instead of timing (valgrind); the margin is then 0.001 %", OPTION_FLAG,
     OPTION(instructions)},
    {"explain", 0, "N", "count what the N most changed rows do differently (default: 5)",
     OPTION_COUNT, OPTION(explain)},
    {"no-explain", 0, NULL, "leave that out", OPTION_FLAG, OPTION(no_explain)},
    {"seed", 0, "N", "seed of random data and of the order (default: 1)", OPTION_COUNT64,
     OPTION(plan.seed)},
    {"across-machines", 0, NULL, "set stored runs of different machines against each other",
     OPTION_FLAG, OPTION(across_machines)},
    SELECTION_ROWS(struct compare_options),
    FORMAT_ROW(struct compare_options),
    COLOUR_ROW(struct compare_options),
    MEASURING_ROWS(struct compare_options),
    COMMON_ROWS(struct compare_options),
    OPTION_END,
};

/* One comparison on its way from operands to a table. */
struct comparing {
    struct cli *cli;
    const struct compare_options *options;
    const struct workplace *workplace;
    struct versions_request words;
    struct compare_request measuring;
    struct progress progress;
    struct arena arena;
    comparison_vec rows;
};

/* Engines differ in everything: what differs is only counted when it is asked for. */
static unsigned explain_max(const struct compare_options *options)
{
    if (options->no_explain || options->instructions ||
        (options->by != NULL && options->explain == 0))
        return 0;
    return options->explain ? options->explain : 5;
}

static struct compare_request measuring_of(const struct compare_options *options,
                                           const struct workplace *workplace)
{
    struct compare_request request = {
        .paths = &workplace->paths,
        .plan = profile_pairs("compare", &workplace->config, &options->plan),
        .rules = VERDICT_RULES_DEFAULT,
        .false_discovery_rate = COMPARISON_FALSE_DISCOVERY_RATE,
        .lockstep = options->lockstep,
        .budget_seconds = options->budget,
        .within_launch = options->within_launch,
        .explain_max = explain_max(options),
        .instructions = options->instructions,
        .stop = &stop_count,
        .progress = progress_step,
    };
    if (options->instructions)
        instructions_rules(&request.rules);
    if (options->margin > 0)
        request.rules.margin = options->margin;
    request.rules.across_machines = options->across_machines;
    return request;
}

static assay_status print(const struct comparing *comparing, const struct regression *since)
{
    BUF_AUTO out;
    buf_init(&out, BUF_LENGTH_MAX);
    enum table_format table;
    const struct common_options *common = &comparing->options->common;
    const struct paper paper = common_paper(common);
    if (common_table(common, &table))
        TRY(report_table_comparison(&comparing->rows, table, &out));
    else if (common_format(common) == OUTPUT_JSON)
        TRY(report_json_versions(&comparing->rows, since, COMPARISON_FALSE_DISCOVERY_RATE, &out));
    else if (comparing->options->by != NULL)
        report_text_values(&comparing->rows, comparing->options->by, &out);
    else
        report_text_versions(&comparing->rows, &paper, &out);
    if (since != NULL && common_format(common) == OUTPUT_TEXT)
        report_text_regression(since, &out);
    return cli_print(comparing->cli, &out);
}

/* Results that are there already disturb nobody. */
static assay_status begin_measuring(const struct comparing *comparing,
                                    const struct versions *versions)
{
    enum version_kind kind = versions->items.items[0].kind;
    return kind == VERSION_FILE || kind == VERSION_RUN
               ? ASSAY_OK
               : measuring_begin(comparing->cli, &comparing->options->measuring);
}

static assay_status compare_versions(struct comparing *comparing)
{
    struct versions versions = {0};
    struct regression since = {0};
    struct buf *error = &comparing->cli->error;
    bool bisect = comparing->options->bisect;
    TRY(versions_open(&comparing->words, &versions, error));
    assay_status status = begin_measuring(comparing, &versions);
    if (status == ASSAY_OK)
        status = versions_compare(&versions, &comparing->measuring, &comparing->arena,
                                  &comparing->rows, error);
    progress_end(&comparing->progress);
    comparing->measuring.explain_max = 0; /* of one row, on the way to a commit */
    const struct bisect_request wanted = {&comparing->words, &comparing->measuring,
                                          &comparing->rows};
    if (status == ASSAY_OK && bisect)
        status = bisect_find(&wanted, &versions, &since, error);
    if (status == ASSAY_OK)
        status = print(comparing, bisect ? &since : NULL);
    versions_release(&versions);
    return status;
}

static assay_status compare_values(struct comparing *comparing)
{
    struct catalog catalog;
    struct catalog_request wanted = {&comparing->workplace->paths, comparing->workplace->folders,
                                     comparing->words.words, comparing->words.count};
    const struct parameter_request request = {&catalog, comparing->options->by,
                                              comparing->options->base, &comparing->measuring};
    TRY(catalog_open(&wanted, &catalog, &comparing->cli->error));
    assay_status status = measuring_begin(comparing->cli, &comparing->options->measuring);
    if (status == ASSAY_OK)
        status = parameter_compare(&request, &comparing->arena, &comparing->rows,
                                   &comparing->cli->error);
    progress_end(&comparing->progress);
    if (status == ASSAY_OK)
        status = print(comparing, NULL);
    catalog_release(&catalog);
    return status;
}

static assay_status compare_in(struct cli *cli, const struct compare_options *options,
                               const struct workplace *workplace, char **operands, int count)
{
    struct comparing comparing = {
        .cli = cli,
        .options = options,
        .workplace = workplace,
        .words = {.workplace = workplace,
                  .words = operands,
                  .count = count,
                  .commits_only = options->build,
                  .rebuild = options->rebuild,
                  .stop = &stop_count,
                  .tell = progress_tell},
        .measuring = measuring_of(options, workplace),
    };
    progress_init(&comparing.progress);
    comparing.words.context = comparing.measuring.context = &comparing.progress;
    assay_status status = options->by ? compare_values(&comparing) : compare_versions(&comparing);
    progress_end(&comparing.progress);
    if (stop_count)
        cli->exit_code = 3;
    for (size_t i = 0; i < comparing.rows.count; i++)
        if (comparing.rows.items[i].outcome == OUTCOME_FAILED)
            cli->exit_code = 3;
    vec_release(&comparing.rows);
    arena_release(&comparing.arena);
    return status;
}

static assay_status check_options(struct cli *cli, const struct compare_options *options, int count)
{
    if (options->by == NULL && count == 0)
        return buf_error(&cli->error, ASSAY_ERR_ARGUMENT,
                         "usage: assay compare OLD [NEW] [PATTERN ...]; see --help");
    if (options->by != NULL && (options->build || options->rebuild || options->bisect))
        return buf_error(&cli->error, ASSAY_ERR_ARGUMENT,
                         "--by compares within one version: --build, --rebuild and --bisect do not "
                         "go with it");
    if (options->base != NULL && options->by == NULL)
        return buf_error(&cli->error, ASSAY_ERR_ARGUMENT, "--base goes with --by PARAMETER");
    return ASSAY_OK;
}

static assay_status compare(struct cli *cli, int argc, char **argv)
{
    struct compare_options options = {0};
    struct workplace workplace = {0};
    struct words words;
    int first;
    TRY(options_parse(ROWS, argc, argv, &options, &first, &cli->error));
    TRY(check_options(cli, &options, argc - first));
    stop_on_signals(1);
    if (options.instructions)
        TRY(instructions_available(&cli->error));
    assay_status status = common_workplace(cli, &options.common, &workplace);
    if (status == ASSAY_OK)
        status = selection_words(&options.selection, argv + first, argc - first, &workplace.arena,
                                 &words);
    if (status == ASSAY_OK)
        status = compare_in(cli, &options, &workplace, words.items, words.count);
    workplace_release(&workplace);
    return status;
}

const struct command command_compare = {
    "compare",
    "OLD [NEW ...] [PATTERN ...]",
    "compare modules, commits, stored runs, or values of a parameter",
    "OLD and NEW are read as a path (of a module, or of a file that 'assay run --json' wrote),\n"
    "else as a stored run, else as a git revision. Commits are built in worktrees of their own as\n"
    "'build' in assay.yaml says, and builds are kept; 'worktree' is the working tree as it is "
    "now,\n"
    "and so is NEW when it is left out. Modules are loaded into one process and alternated slot "
    "by\n"
    "slot until every benchmark is decided; of three and more modules each is set against the\n"
    "first. Results that were stored were measured one after the other and therefore support no\n"
    "verdict below 5 %. With --by PARAMETER all operands choose benchmarks, as for 'assay "
    "run'.\n\n" SELECTION_DETAILS "\n",
    ROWS,
    compare,
};
