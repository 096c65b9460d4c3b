/* assay run: measures benchmarks, keeps every result, prints the table, writes the report.
 * Order: options, workplace (assay.yaml, targets), plan, catalogue, store, measuring, files, table;
 * so that every mistake that can be known beforehand stops the command with nothing run and nothing
 * written. Ctrl-C ends the benchmark under way and keeps what is finished; --resume goes on there,
 * with the plan and the words of the run in place of the command line's. */

#include <math.h>
#include <string.h>

#include "cli/common.h"
#include "cli/measuring.h"
#include "cli/progress.h"
#include "cli/run_against.h"
#include "cli/selection.h"
#include "cli/stop.h"
#include "model/resources/resources.h"
#include "report/json.h"
#include "report/table/tables.h"
#include "report/text.h"
#include "report/values/json_values.h"
#include "session/counting/instructions.h"
#include "session/gate/baseline.h"
#include "session/live/live.h"
#include "session/outputs.h"
#include "session/page/context.h"
#include "session/place/profile.h"
#include "session/resume/resume.h"
#include "session/run.h"
#include "session/select/selection.h"

struct run_options {
    struct common_options common;
    struct selection_options selection;
    struct measuring_options measuring;
    struct profile_request profile;
    const char *label, *save_baseline;
    struct run_against_options against;
    double profile_seconds; /* 0: measure */
    bool no_store, no_report, judge, overwrite, instructions, resume;
    bool resources, allocations, counters, stacks;
};

#define STACKS_SECONDS 1.0 /* of --stacks */

#define OPTION(field) offsetof(struct run_options, field)
static const struct option_row ROWS[] = {
    {"profile", 'p', "NAME", "quick (default), standard or stress: how long to measure",
     OPTION_TEXT, OPTION(profile.name)},
    {"launches", 'l', "N", "fresh processes a benchmark", OPTION_COUNT,
     OPTION(profile.plan.launches)},
    {"time", 't', "TIME", "measuring time per launch, e.g. 500 ms", OPTION_SECONDS,
     OPTION(profile.plan.measure_seconds)},
    {"warmup", 'w', "TIME", "longest warm-up per launch", OPTION_SECONDS,
     OPTION(profile.plan.warmup_seconds)},
    {"warmup-iterations", 0, "N",
     "exactly so many iterations before the samples, instead of a warm-up by time", OPTION_COUNT64,
     OPTION(profile.plan.warmup_iterations)},
    {"samples", 'n', "N", "samples per launch, instead of a measuring time", OPTION_COUNT64,
     OPTION(profile.plan.sample_count)},
    {"iterations", 'i', "N", "iterations per sample, instead of sizing them", OPTION_COUNT64,
     OPTION(profile.plan.iterations)},
    {"time-limit", 0, "TIME", "end a launch that takes longer (default: 60 s)", OPTION_SECONDS,
     OPTION(profile.plan.limit_seconds)},
    {"memory-limit", 0, "SIZE", "end a benchmark that grows larger (default: 8 GiB)", OPTION_BYTES,
     OPTION(profile.plan.limit_rss_bytes)},
    {"seed", 0, "N", "seed of all random data (default: 1)", OPTION_COUNT64,
     OPTION(profile.plan.seed)},
    {"instructions", 0, NULL,
     "count instructions instead of timing (valgrind): exact, and of any machine's load; takes "
     "launches (default: 2), iterations, limits and seed",
     OPTION_FLAG, OPTION(instructions)},
    {"resources", 0, NULL,
     "also sample memory and whether it leaks, CPU, I/O, descriptors, threads, and the machine's "
     "load",
     OPTION_FLAG, OPTION(resources)},
    {"allocations", 0, NULL,
     "also count calls for memory and their bytes per iteration, in processes that are not timed",
     OPTION_FLAG, OPTION(allocations)},
    {"counters", 0, NULL,
     "also read the counters of CPU and kernel (perf_event_open), as far as there are any",
     OPTION_FLAG, OPTION(counters)},
    {"stacks", 0, NULL,
     "also sample call stacks, in a launch that is not timed: the report gets a flame graph",
     OPTION_FLAG, OPTION(stacks)},
    {"stacks-time", 0, "TIME", "the same for so long a benchmark (default: 1 s)", OPTION_SECONDS,
     OPTION(profile.plan.stacks_seconds)},
    {"profile-time", 0, "TIME",
     "run each body for so long and nothing else, for a profiler that looks on: no statistics, "
     "nothing kept",
     OPTION_SECONDS, OPTION(profile_seconds)},
    {"resume", 0, NULL,
     "go on with a run that was interrupted: the last one, or the RUN that is the operand",
     OPTION_FLAG, OPTION(resume)},
    {"label", 0, "TEXT", "a name to find this run by", OPTION_TEXT, OPTION(label)},
    {"no-store", 0, NULL, "keep nothing in the store", OPTION_FLAG, OPTION(no_store)},
    {"no-report", 0, NULL, "write no files under benchmark-results", OPTION_FLAG,
     OPTION(no_report)},
    {"targets", 0, NULL, "judge: exit 1 when a target is missed, 4 when one is undecided",
     OPTION_FLAG, OPTION(judge)},
    {"baseline", 'b', "NAME", "set the results against a baseline's stored numbers", OPTION_TEXT,
     OPTION(against.baseline)},
    {"compare", 0, "RUN", "the same with any stored run; 'last': the last one like this",
     OPTION_TEXT, OPTION(against.compare)},
    {"save-baseline", 0, "NAME", "save the run as a baseline", OPTION_TEXT, OPTION(save_baseline)},
    {"overwrite", 0, NULL, "let --save-baseline move a name that exists", OPTION_FLAG,
     OPTION(overwrite)},
    SELECTION_ROWS(struct run_options),
    FORMAT_ROW(struct run_options),
    COLOUR_ROW(struct run_options),
    MEASURING_ROWS(struct run_options),
    COMMON_ROWS(struct run_options),
    OPTION_END,
};

/* What belongs to a run under way beside the request. */
struct running {
    struct cli *cli;
    const struct run_options *options;
    const struct workplace *workplace;
    struct run_against against;
    struct words words; /* that choose benchmarks */
    struct arena arena;
    struct run resumed; /* until it is measured; empty without --resume */
};

/* The exact command that goes on, where there is something to go on with. */
static void add_resume(const struct running *running, const struct run *run, struct buf *out)
{
    if (!run->interrupted || running->options->no_store)
        return;
    buf_puts(out, "; go on with: ");
    resume_command(run->id, running->options->common.store, out);
}

static void add_text(const struct running *running, const struct run *run, const char *folder,
                     struct buf *out)
{
    const struct paper paper = common_paper(&running->options->common);
    const struct moved moved = run_against_moved(&running->against);
    report_text(run, &moved, &paper, out);
    buf_putc(out, '\n');
    report_text_plan(&run->plan, out);
    if (running->options->instructions && instructions_caution()[0] != '\0')
        buf_printf(out, "\n%s", instructions_caution());
    if (!running->options->no_store) {
        buf_printf(out, "\nstored as run %s in ", run->id);
        store_add_shown(running->workplace->store, out);
    }
    if (folder != NULL)
        buf_printf(out, "\nreport: %s/report.html", folder);
    buf_puts(out, run->interrupted ? "\ninterrupted: the rest was not run" : "");
    add_resume(running, run, out);
    buf_putc(out, '\n');
    run_against_text(&running->against, &paper, out);
}

/* Where stdout is a document. */
static void tell_interruption(const struct running *running, const struct run *run)
{
    BUF_AUTO text;
    buf_init(&text, 8192);
    if (!run->interrupted)
        return;
    buf_puts(&text, "interrupted");
    add_resume(running, run, &text);
    progress_note(text.text);
}

/* The files of the run; the report has what the store knows beside it.  A store that went away
 * meanwhile costs that, and not the report. */
static assay_status write_files(const struct running *running, struct store *store, struct run *run,
                                const char **ret_folder)
{
    struct buf *error = &running->cli->error;
    struct page_context context = {.web = {0}};
    if (store != NULL && page_context_load(store, run, NULL, &context, error) != ASSAY_OK) {
        BUF_AUTO note;
        buf_init(&note, 4096);
        buf_printf(&note, "the report lacks what was before this run: %s", error->text);
        progress_note(note.text);
        buf_clear(error);
        page_context_release(&context);
        context = (struct page_context){.web = {0}};
    }
    assay_status status =
        outputs_write(running->workplace->config.results, run, &context.web, ret_folder, error);
    page_context_release(&context);
    return status;
}

static assay_status print_run(const struct running *running, struct store *store, struct run *run)
{
    struct cli *cli = running->cli;
    BUF_AUTO out;
    const char *folder = NULL;
    buf_init(&out, BUF_LENGTH_MAX);
    assay_status files = ASSAY_OK;
    if (!running->options->no_report)
        files = write_files(running, store, run, &folder);
    enum table_format table;
    if (common_table(&running->options->common, &table)) {
        TRY(report_table_run(run, table, &out));
    } else if (common_format(&running->options->common) == OUTPUT_JSON) {
        json_t *document = report_json_run_part(run);
        run_against_json(&running->against, &document);
        tell_interruption(running, run);
        TRY(report_json_write(document, &out));
    } else {
        add_text(running, run, folder, &out);
    }
    TRY(cli_print(cli, &out));
    return files;
}

/* 3 before 1 before 4; targets count only when they were asked for. */
static int exit_code(const struct run_options *options, const struct run *run)
{
    bool missed = false, undecided = false;
    if (session_has_failures(run) || run->interrupted)
        return 3;
    for (size_t i = 0; i < run->targets.count && options->judge; i++) {
        missed = missed || run->targets.items[i].status == TARGET_MISSED;
        undecided = undecided || run->targets.items[i].status == TARGET_UNDECIDED;
    }
    return missed ? 1 : undecided ? 4 : 0;
}

/* An interrupted run is no baseline: half of it would be missing in every gate. */
static assay_status save_baseline(const struct running *running, struct store *store,
                                  const struct run *run)
{
    const struct baseline_place place = {store, running->workplace->store};
    const char *name = running->options->save_baseline;
    if (name == NULL)
        return ASSAY_OK;
    if (run->interrupted)
        return buf_error(&running->cli->error, ASSAY_ERR_IO,
                         "interrupted: the baseline '%s' was not saved", name);
    return baseline_save(&place, name, run, running->options->overwrite, &running->cli->error);
}

static assay_status measure(struct running *running, struct session_request *request)
{
    struct cli *cli = running->cli;
    struct run run = {0};
    struct progress progress;
    BUF_AUTO live;
    buf_init(&live, 8192);
    if (request->store != NULL) {
        live_folder(running->workplace->store, &live);
        request->live = live.status == ASSAY_OK && live.length > 0 ? live.text : NULL;
    }
    TRY(measuring_begin(cli, &running->options->measuring));
    if (!request->instructions) /* a count does not care */
        progress_hint();
    progress_init(&progress);
    request->progress = progress_step;
    request->context = &progress;
    assay_status status = session_run(request, &run, &cli->error);
    progress_end(&progress);
    if (status == ASSAY_OK)
        status = run_against_compare(cli, running->workplace, &run, running->words.items,
                                     running->words.count, &running->against);
    if (status == ASSAY_OK && common_format(&running->options->common) == OUTPUT_TEXT)
        status = run_against_previous(running->workplace, &run, &running->words, &running->against);
    if (status == ASSAY_OK)
        status = print_run(running, request->store, &run);
    if (status == ASSAY_OK)
        status = save_baseline(running, request->store, &run);
    cli->exit_code = exit_code(running->options, &run);
    run_release(&run);
    return status;
}

/* Everything that can be known to be wrong before a benchmark runs. */
static assay_status open_store(struct running *running, struct store **ret_store)
{
    const struct run_options *options = running->options;
    struct buf *error = &running->cli->error;
    if (options->no_store && options->save_baseline != NULL)
        return buf_error(error, ASSAY_ERR_ARGUMENT,
                         "--save-baseline needs the store that --no-store leaves out");
    TRY(run_against_open(running->cli, running->workplace, &options->against, &running->against));
    if (options->no_store)
        return ASSAY_OK;
    if (*ret_store == NULL) /* else a run is resumed from it */
        TRY(store_open(running->workplace->store, true, ret_store, error));
    if (options->save_baseline == NULL || options->overwrite)
        return ASSAY_OK;
    const struct baseline_place place = {*ret_store, running->workplace->store};
    return baseline_check_free(&place, options->save_baseline, error);
}

static unsigned extras_of(const struct run_options *options)
{
    return (options->resources ? EXTRA_RESOURCES : 0) |
           (options->allocations ? EXTRA_ALLOCATIONS : 0) |
           (options->counters ? EXTRA_COUNTERS : 0);
}

static double stacks_seconds(const struct run_options *options)
{
    const double said = options->profile.plan.stacks_seconds;
    return said > 0 ? said : options->stacks ? STACKS_SECONDS : 0;
}

/* `perf record assay run --profile-time 5s sort`: the host is a child, which profilers follow. */
static assay_status profile(struct running *running, const struct session_request *request)
{
    BUF_AUTO out;
    buf_init(&out, BUF_LENGTH_MAX);
    bool good = session_profile(request, running->options->profile_seconds, &out);
    running->cli->exit_code = good ? 0 : 3;
    return cli_print(running->cli, &out);
}

static assay_status plan_run(struct running *running, struct session_request *request)
{
    const struct run_options *options = running->options;
    struct buf *error = &running->cli->error;
    TRY(profile_plan(&options->profile, &running->workplace->config, &request->plan, error));
    request->plan.extras = extras_of(options);
    request->plan.stacks_seconds = stacks_seconds(options);
    if (options->instructions && (request->plan.extras != 0 || request->plan.stacks_seconds > 0))
        return buf_error(error, ASSAY_ERR_ARGUMENT,
                         "--instructions measures nothing else: leave out --resources, "
                         "--allocations, --counters and --stacks, or run twice");
    if (!options->instructions)
        return ASSAY_OK;
    TRY(instructions_available(error));
    const struct plan *given = &options->profile.plan;
    request->plan = instructions_plan(&request->plan, given->launches, given->iterations);
    request->instructions = true;
    return ASSAY_OK;
}

/* The run brings its own plan, label and words, which took the place of the command line's. */
static assay_status open_resumed(struct running *running, struct session_request *request)
{
    struct buf *error = &running->cli->error;
    const char *selector = running->words.count > 0 ? running->words.items[0] : NULL;
    struct origin_words words;
    TRY(store_open(running->workplace->store, false, &request->store, error));
    TRY(resume_open(request->store, selector, &running->resumed, &words, error));
    running->words = (struct words){words.items, (int)words.count};
    request->resumed = &running->resumed;
    request->plan = running->resumed.plan;
    request->instructions = strcmp(request->plan.profile, "instructions") == 0;
    return request->instructions ? instructions_available(error) : ASSAY_OK;
}

/* A quick run of whole suites is quick: what its authors call slow waits until it is asked for. */
static void leave_out_slow(const struct running *running, struct catalog *catalog,
                           struct plan *plan)
{
    const struct words *words = &running->words;
    if (strcmp(plan->profile, "quick") == 0)
        plan->left_out =
            (unsigned)catalog_leave_out(catalog, words->items, words->count, PLAN_TAG_SLOW);
}

/* Who did not say what to measure, and has no project that says it, gets to know what it will be.
 */
static void tell_foreign(const struct running *running, const struct session_request *request)
{
    BUF_AUTO note;
    buf_init(&note, 1024);
    const size_t count = request->catalog->benchmarks.count;
    const double seconds = profile_run_seconds(count, &request->plan);
    if (!running->workplace->is_foreign || running->words.count > 0 || request->resumed != NULL)
        return;
    buf_printf(&note,
               "nothing names suites here: measuring those that come with assay, %zu "
               "benchmarks",
               count);
    if (seconds >= 60)
        buf_printf(&note, ", some %.0f min", ceil(seconds / 60));
    buf_puts(&note, "\n  to measure less: assay run SUITE, or a pattern; 'assay list' has them"
                    "\n  to measure your own: assay run ./NAME_bench.so, or assay init suite NAME");
    progress_note(note.text);
}

static assay_status describe_origin(struct running *running, struct session_request *request)
{
    if (request->resumed != NULL) {
        const struct origin_words words = {running->words.items, (size_t)running->words.count};
        return resume_check(request->resumed, &words, request->catalog, &running->cli->error);
    }
    request->origin = origin_describe(running->words.items, running->words.count, request->catalog,
                                      &running->arena);
    return request->origin ? ASSAY_OK : ASSAY_ERR_MEMORY;
}

static assay_status run_in(struct running *running)
{
    const struct run_options *options = running->options;
    const struct workplace *workplace = running->workplace;
    struct buf *error = &running->cli->error;
    struct catalog catalog = {0};
    struct session_request request = {.paths = &workplace->paths,
                                      .catalog = &catalog,
                                      .label = options->label,
                                      .targets = &workplace->targets,
                                      .claims = &workplace->claims,
                                      .folders = workplace->own_folders,
                                      .stop = &stop_count};
    assay_status status =
        options->resume ? open_resumed(running, &request) : plan_run(running, &request);
    const struct catalog_request wanted = {&workplace->paths, workplace->folders,
                                           running->words.items, running->words.count};
    if (status == ASSAY_OK)
        status = catalog_open(&wanted, &catalog, error);
    if (status == ASSAY_OK)
        leave_out_slow(running, &catalog, &request.plan);
    if (status == ASSAY_OK && !options->resume && !options->instructions)
        profile_fit_quick(catalog.benchmarks.count, &options->profile, &workplace->config,
                          &request.plan);
    if (status == ASSAY_OK)
        tell_foreign(running, &request);
    if (status == ASSAY_OK)
        status = describe_origin(running, &request);
    if (status == ASSAY_OK && options->profile_seconds <= 0)
        status = open_store(running, &request.store);
    if (status == ASSAY_OK && options->profile_seconds > 0)
        status = profile(running, &request);
    else if (status == ASSAY_OK)
        status = measure(running, &request);
    run_against_release(&running->against);
    run_release(&running->resumed);
    if (request.store != NULL)
        progress_note(request.store->notice.text);
    store_close(request.store);
    catalog_release(&catalog);
    arena_release(&running->arena);
    return status;
}

static bool says_plan(const struct plan *said)
{
    return said->launches != 0 || said->warmup_seconds > 0 || said->warmup_iterations != 0 ||
           said->measure_seconds > 0 || said->sample_count != 0 || said->iterations != 0 ||
           said->limit_seconds > 0 || said->limit_rss_bytes > 0 || said->seed != 0;
}

/* A run has one plan and one selection from its begin to its end. */
static assay_status check_options(struct cli *cli, const struct run_options *options, int operands)
{
    bool plan = options->profile.name != NULL || options->instructions || options->label != NULL ||
                options->profile_seconds > 0 || extras_of(options) != 0 ||
                stacks_seconds(options) > 0 || says_plan(&options->profile.plan);
    if (options->resume && plan)
        return buf_error(
            &cli->error, ASSAY_ERR_ARGUMENT,
            "--resume goes on with the plan and the label of the run; profile, lengths, "
            "limits, seed and label cannot be changed in its midst");
    if (options->resume && options->no_store)
        return buf_error(&cli->error, ASSAY_ERR_ARGUMENT,
                         "--resume goes on with a run of the store; --no-store excludes it");
    if (options->resume && operands > 1)
        return buf_error(&cli->error, ASSAY_ERR_ARGUMENT,
                         "--resume takes one RUN; which benchmarks it measures is in the run");
    return ASSAY_OK;
}

static assay_status run(struct cli *cli, int argc, char **argv)
{
    struct run_options options = {0};
    struct workplace workplace = {0};
    struct running running = {.cli = cli, .options = &options, .workplace = &workplace};
    int first;
    TRY(options_parse(ROWS, argc, argv, &options, &first, &cli->error));
    stop_on_signals(1);
    assay_status status = common_workplace(cli, &options.common, &workplace);
    if (status == ASSAY_OK)
        status = selection_words(&options.selection, argv + first, argc - first, &workplace.arena,
                                 &running.words);
    if (status == ASSAY_OK)
        status = check_options(cli, &options, running.words.count);
    if (status == ASSAY_OK)
        status = run_in(&running);
    workplace_release(&workplace);
    return status;
}

const struct command command_run = {
    "run",
    "[PATTERN|MODULE ...]",
    "measure benchmarks and keep every result",
    SELECTION_DETAILS
    "\n\nWithout operands all suites are run: those of assay.yaml and ASSAY_SUITES, or without "
    "any\n"
    "those that come with assay, which is said then; of whole suites the quick profile leaves out "
    "what is tagged\n"
    "'slow' until --profile standard, %slow or a pattern asks for it.\n\n"
    "Every benchmark is stored as "
    "it "
    "ends. Ctrl-C ends the\n"
    "one under way and keeps the others; --resume goes on with the rest, on the same machine and\n"
    "with the same modules, and the run is whole then.\n",
    ROWS,
    run,
};
