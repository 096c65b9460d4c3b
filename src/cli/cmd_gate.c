/* assay gate: measures today's modules against a baseline and against targets and exits with the
 * decision, for CI. Order: options, workplace, catalogue, store, measuring, table; nothing is
 * written to the store. */

#include <string.h>

#include "cli/common.h"
#include "cli/measuring.h"
#include "cli/progress.h"
#include "cli/selection.h"
#include "cli/stop.h"
#include "report/comparison.h"
#include "report/table/tables.h"
#include "session/counting/instructions.h"
#include "session/gate/choose.h"
#include "session/gate/gate.h"
#include "session/place/profile.h"

struct gate_options {
    struct common_options common;
    struct selection_options selection;
    struct measuring_options measuring;
    const char *baseline;
    struct profile_request profile; /* its plan is what the options say of pairs, too */
    struct limits_request limits;
    bool targets, no_targets, across_machines, instructions, no_explain;
};

enum { EXPLAINED_ROWS = 5 }; /* the worst of those that do not pass */

#define OPTION(field) offsetof(struct gate_options, field)
static const struct option_row ROWS[] = {
    {"baseline", 'b', "NAME", "a baseline, or any other word that names a run", OPTION_TEXT,
     OPTION(baseline)},
    {"targets", 0, NULL, "judge targets, also without a baseline", OPTION_FLAG, OPTION(targets)},
    {"no-targets", 0, NULL, "leave targets out, which a gate judges otherwise", OPTION_FLAG,
     OPTION(no_targets)},
    {"warn", 0, "PERCENT",
     "surely slower by more than this warns, where assay.yaml says nothing (default: 5)",
     OPTION_PERCENT, OPTION(limits.warn)},
    {"fail", 0, "PERCENT",
     "surely slower by more than this fails, where assay.yaml says nothing (default: 10)",
     OPTION_PERCENT, OPTION(limits.fail)},
    {"across-machines", 0, NULL, "accept a baseline of another machine or kernel", OPTION_FLAG,
     OPTION(across_machines)},
    {"profile", 'p', "NAME", "how long to measure for targets without a baseline", OPTION_TEXT,
     OPTION(profile.name)},
    {"launches", 'l', "N", "most launches a benchmark may take (default: 40)", OPTION_COUNT,
     OPTION(profile.plan.launches)},
    {"time", 't', "TIME", "measuring time per launch (default: 50 ms, less of many)",
     OPTION_SECONDS, OPTION(profile.plan.measure_seconds)},
    {"warmup", 'w', "TIME", "warm-up per launch (default: 10 ms, less of many)", OPTION_SECONDS,
     OPTION(profile.plan.warmup_seconds)},
    {"time-limit", 0, "TIME", "end a launch that takes longer (default: 60 s)", OPTION_SECONDS,
     OPTION(profile.plan.limit_seconds)},
    {"instructions", 0, NULL,
     "count instructions instead of timing (valgrind); then 0.1 % warns, 1 % fails, and targets "
     "are not judged",
     OPTION_FLAG, OPTION(instructions)},
    {"no-explain", 0, NULL, "do not count what the rows that do not pass do differently",
     OPTION_FLAG, OPTION(no_explain)},
    SELECTION_ROWS(struct gate_options),
    FORMAT_ROW(struct gate_options),
    COLOUR_ROW(struct gate_options),
    MEASURING_ROWS(struct gate_options),
    COMMON_ROWS(struct gate_options),
    OPTION_END,
};

static assay_status print_gate(struct cli *cli, const struct gate_options *options,
                               const comparison_vec *rows, const struct gate_facts *facts)
{
    BUF_AUTO out;
    buf_init(&out, BUF_LENGTH_MAX);
    cli->exit_code = limits_exit_code(rows, facts);
    enum table_format table;
    const struct paper paper = common_paper(&options->common);
    if (common_table(&options->common, &table))
        TRY(report_table_comparison(rows, table, &out));
    else if (common_format(&options->common) == OUTPUT_JSON)
        TRY(report_json_gate(rows, facts, cli->exit_code, &out));
    else
        report_text_gate(rows, facts, &paper, &out);
    return cli_print(cli, &out);
}

static assay_status measure(struct cli *cli, const struct gate_options *options,
                            const struct workplace *workplace, struct gate_request *request)
{
    struct arena arena = {0};
    comparison_vec rows = {0};
    struct gate_facts facts;
    struct progress progress;
    TRY(measuring_begin(cli, &options->measuring));
    progress_init(&progress);
    request->compare = (struct compare_request){
        .paths = &workplace->paths,
        .plan = profile_pairs("gate", &workplace->config, &options->profile.plan),
        .rules = VERDICT_RULES_DEFAULT,
        .false_discovery_rate = COMPARISON_FALSE_DISCOVERY_RATE,
        .gate_only = true,
        .instructions = options->instructions,
        .explain_max = options->instructions || options->no_explain ? 0 : EXPLAINED_ROWS,
        .stop = &stop_count,
        .progress = progress_step,
        .context = &progress,
    };
    profile_fit(request->catalog->benchmarks.count, &options->profile.plan, &request->compare.plan);
    if (options->instructions)
        instructions_rules(&request->compare.rules);
    else
        progress_hint();
    assay_status status = gate_run(request, &arena, &rows, &facts, &cli->error);
    progress_end(&progress);
    if (status == ASSAY_OK)
        status = print_gate(cli, options, &rows, &facts);
    vec_release(&rows);
    arena_release(&arena);
    return status;
}

/* What was chosen for the user is said; what the user chose is not. */
static void tell_choice(const struct gate_choice *choice)
{
    BUF_AUTO note;
    buf_init(&note, 8192);
    if (choice->as_baseline && choice->word_count > 0) {
        buf_puts(&note, "measured is what the baseline's run named:");
        for (int i = 0; i < choice->word_count; i++)
            buf_printf(&note, " %s", choice->words[i]);
        progress_note(note.text);
        buf_clear(&note);
    }
    if (choice->left_out.count > 0)
        buf_printf(&note,
                   "%zu benchmark%s tagged '" PLAN_TAG_SLOW "' left out, which the baseline lacks; "
                   "'%%" PLAN_TAG_SLOW "' or --profile standard asks for them",
                   choice->left_out.count, choice->left_out.count == 1 ? "" : "s");
    progress_note(note.text);
}

static assay_status gate_in(struct cli *cli, const struct gate_options *options,
                            const struct workplace *workplace, char **operands, int count)
{
    struct gate_choice choice;
    struct gate_request request = {.place.path = workplace->store,
                                   .baseline = options->baseline,
                                   .thresholds = &workplace->config.thresholds,
                                   .limits = options->limits,
                                   .targets = options->no_targets ? NULL : &workplace->targets,
                                   .across_machines = options->across_machines};
    if (options->baseline == NULL && workplace->targets.count == 0)
        return buf_error(&cli->error, ASSAY_ERR_ARGUMENT,
                         "there are no targets to judge; targets.yaml beside a module has them");
    TRY(profile_plan(&options->profile, &workplace->config, &request.alone, &cli->error));
    if (options->baseline != NULL)
        TRY(store_open(workplace->store, false, &request.place.store, &cli->error));
    const struct gate_wish wish = {
        .wanted = {&workplace->paths, workplace->folders, operands, count},
        .store = request.place.store,
        .baseline = options->baseline,
        .foreign = workplace->is_foreign,
        .all_slow = strcmp(request.alone.profile, "quick") != 0};
    assay_status status = gate_choose(&wish, &choice, &cli->error);
    if (status == ASSAY_OK) {
        request.catalog = &choice.catalog;
        request.left_out = &choice.left_out;
        request.arguments = choice.words;
        request.argument_count = choice.word_count;
        tell_choice(&choice);
        status = measure(cli, options, workplace, &request);
    }
    gate_choice_release(&choice);
    store_close(request.place.store);
    return status;
}

static assay_status check_options(struct cli *cli, const struct gate_options *options)
{
    if (options->targets && options->no_targets)
        return buf_error(&cli->error, ASSAY_ERR_ARGUMENT,
                         "--targets and --no-targets exclude each other");
    if (options->baseline == NULL && !options->targets)
        return buf_error(&cli->error, ASSAY_ERR_ARGUMENT,
                         "which baseline? assay gate --baseline NAME ('assay baseline' lists "
                         "them), or --targets for targets alone");
    if (options->limits.fail > 0 && options->limits.warn > options->limits.fail)
        return buf_error(&cli->error, ASSAY_ERR_ARGUMENT,
                         "--warn %g is above --fail %g: nothing could only warn",
                         options->limits.warn * 100, options->limits.fail * 100);
    return ASSAY_OK;
}

static assay_status gate(struct cli *cli, int argc, char **argv)
{
    struct gate_options options = {0};
    struct workplace workplace = {0};
    struct words words;
    int first;
    TRY(options_parse(ROWS, argc, argv, &options, &first, &cli->error));
    TRY(check_options(cli, &options));
    if (options.instructions) {
        TRY(instructions_available(&cli->error));
        instructions_limits(&options.limits);
        options.no_targets = true;
    }
    stop_on_signals(1);
    assay_status status = common_workplace(cli, &options.common, &workplace);
    if (status == ASSAY_OK)
        status = selection_words(&options.selection, argv + first, argc - first, &workplace.arena,
                                 &words);
    if (status == ASSAY_OK)
        status = gate_in(cli, &options, &workplace, words.items, words.count);
    workplace_release(&workplace);
    return status;
}

const struct command command_gate = {
    "gate",
    "[PATTERN|MODULE ...]",
    "measure against a baseline and targets and exit with the decision",
    SELECTION_DETAILS
    "\n\n"
    "Without operands the gate measures what the baseline's run was asked to measure. What is\n"
    "tagged 'slow' and not in the baseline waits for --profile standard, %slow or a pattern.\n\n"
    "Modules that the baseline kept are measured again, paired with today's, so that the\n"
    "machine's mood does not decide; the others are set against stored numbers. Targets\n"
    "of what is selected are judged, too. Limits for single benchmarks and for other\n"
    "metrics stand under 'thresholds' in assay.yaml. Exit code: 0 passed (warnings too),\n"
    "1 a regression or a missed target, 3 a benchmark failed or the gate was interrupted,\n"
    "4 undecided, missing, or nothing measured.\n",
    ROWS,
    gate,
};
