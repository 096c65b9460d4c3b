/* Options of `assay time`.  Letters are those of hyperfine, so that fingers need not learn anew.
 * Invariant: a file under its final name is complete; before, its name ends in ".part". */
#include "cli/time_options.h"

#include <errno.h>
#include <stddef.h>
#include <string.h>
#include <unistd.h>

#include "report/timing.h"

enum { RUNS_MIN = 10, BUDGET_SECONDS = 3 };

#define OPTION(field) offsetof(struct time_options, field)
const struct option_row TIME_ROWS[] = {
    {"warmup", 'w', "N", "runs that are not counted before those that are", OPTION_COUNT,
     OPTION(warmup)},
    {"runs", 'r', "N", "exactly so many runs of each command", OPTION_COUNT, OPTION(runs)},
    {"min-runs", 'm', "N", "at least so many (default: 10)", OPTION_COUNT, OPTION(runs_min)},
    {"max-runs", 'M', "N", "at most so many", OPTION_COUNT, OPTION(runs_max)},
    {"time", 't', "TIME", "at most so much measuring per command (default: 3 s)", OPTION_SECONDS,
     OPTION(budget_seconds)},
    {"full-time", 0, NULL, "go on when every comparison is decided", OPTION_FLAG,
     OPTION(full_time)},
    {"prepare", 'p', "CMD", "run before each run, untimed; once for all commands, or once for each",
     OPTION_TEXTS, OPTION(prepares)},
    {"setup", 's', "CMD", "run once for each command, before the first run of any", OPTION_TEXT,
     OPTION(setup)},
    {"cleanup", 'c', "CMD", "run once for each command, after the last run of all", OPTION_TEXT,
     OPTION(cleanup)},
    {"command-name", 'n', "NAME", "what to call a command; repeat it for the next one",
     OPTION_TEXTS, OPTION(names)},
    {"reference", 0, "NAME", "compare with this command (default: the first)", OPTION_TEXT,
     OPTION(reference)},
    {"by", 0, "WHAT", "compare by 'wall' or 'cpu' time (default: cpu where no command waits)",
     OPTION_TEXT, OPTION(basis)},
    {"margin", 0, "PERCENT", "closer than this is the same (default: 1)", OPTION_PERCENT,
     OPTION(margin)},
    {"parameter-scan", 'P', "VAR MIN MAX", "once for each number from MIN to MAX in place of {VAR}",
     OPTION_TEXTS, OPTION(scans)},
    {"parameter-step", 'D', "STEP", "step of a scan (default: 1)", OPTION_TEXTS, OPTION(steps)},
    {"parameter-list", 'L', "VAR VALUES", "once for each of the values a,b,c in place of {VAR}",
     OPTION_TEXTS, OPTION(lists)},
    {"no-floor", 0, NULL, "leave out the programs that show what starting a command costs",
     OPTION_FLAG, OPTION(no_floor)},
    {"shell", 'S', NULL, "run each command by sh -c", OPTION_FLAG, OPTION(shell)},
    {"no-shell", 'N', NULL, "run each command itself (the default)", OPTION_FLAG, OPTION(no_shell)},
    {"ignore-failure", 'i', NULL, "exit codes other than 0 are no failures", OPTION_FLAG,
     OPTION(ignore_failure)},
    {"input", 0, "FILE", "standard input of each run (default: empty)", OPTION_TEXT, OPTION(input)},
    {"output", 0, "WHERE", "'show' on stderr, or a file, for what the commands print", OPTION_TEXT,
     OPTION(output)},
    {"time-limit", 0, "TIME", "end a run that takes longer, with all it started", OPTION_SECONDS,
     OPTION(limit_seconds)},
    {"seed", 0, "N", "seed of the order of the runs (default: 1)", OPTION_COUNT64, OPTION(seed)},
    {"export-json", 0, "FILE", "write what --json prints", OPTION_TEXT,
     OPTION(exports[EXPORT_JSON])},
    {"export-csv", 0, "FILE", "write one line a command", OPTION_TEXT, OPTION(exports[EXPORT_CSV])},
    {"export-markdown", 0, "FILE", "write a table", OPTION_TEXT, OPTION(exports[EXPORT_MARKDOWN])},
    MEASURING_ROWS(struct time_options),
    {"json", 0, NULL, "print one JSON document (schemas in docs/schema)", OPTION_FLAG,
     OPTION(json)},
    OPTION_END,
};

static struct time_texts texts_of(const struct option_texts *texts)
{
    return (struct time_texts){texts->items, texts->count};
}

static assay_status set_basis(const struct time_options *options, struct time_request *request,
                              struct buf *error)
{
    if (options->basis == NULL)
        return ASSAY_OK;
    if (strcmp(options->basis, "wall") != 0 && strcmp(options->basis, "cpu") != 0)
        return buf_error(error, ASSAY_ERR_ARGUMENT, "'--by %s': say 'wall' or 'cpu'",
                         options->basis);
    request->basis = options->basis[0] == 'w' ? BASIS_WALL : BASIS_CPU;
    return ASSAY_OK;
}

static assay_status set_runs(const struct time_options *options, struct time_request *request,
                             struct buf *error)
{
    if (options->runs && (options->runs_min || options->runs_max))
        return buf_error(error, ASSAY_ERR_ARGUMENT,
                         "'--runs' says it all; no '--min-runs' or '--max-runs' beside it");
    request->runs_max = options->runs ? options->runs : options->runs_max;
    request->runs_min = options->runs ? options->runs : options->runs_min;
    if (request->runs_max == 0)
        request->runs_max = TIME_RUNS_MAX;
    if (request->runs_min == 0)
        request->runs_min = request->runs_max < RUNS_MIN ? request->runs_max : RUNS_MIN;
    if (request->runs_min > request->runs_max || request->runs_max > TIME_RUNS_MAX)
        return buf_error(error, ASSAY_ERR_ARGUMENT,
                         "runs: at least %zu and at most %zu do not go together (limit: %d)",
                         request->runs_min, request->runs_max, TIME_RUNS_MAX);
    return ASSAY_OK;
}

assay_status time_request_of(const struct time_options *options, struct time_request *ret_request,
                             struct buf *error)
{
    bool shows = options->output != NULL && strcmp(options->output, "show") == 0;
    struct time_request request = {
        .names = texts_of(&options->names),
        .prepares = texts_of(&options->prepares),
        .scans = texts_of(&options->scans),
        .steps = texts_of(&options->steps),
        .lists = texts_of(&options->lists),
        .setup = options->setup,
        .cleanup = options->cleanup,
        .reference = options->reference,
        .shell = options->shell,
        .ignore_exit = options->ignore_failure,
        .input = options->input,
        .output = shows ? NULL : options->output,
        .show = shows ? STDERR_FILENO : -1,
        .warmup = options->warmup,
        .budget_seconds = options->budget_seconds > 0 ? options->budget_seconds : BUDGET_SECONDS,
        .until_decided = !options->full_time && !options->runs,
        .limit_seconds = options->limit_seconds,
        .margin = options->margin,
        .seed = options->seed ? options->seed : 1,
    };
    if (options->shell && options->no_shell)
        return buf_error(error, ASSAY_ERR_ARGUMENT, "'--shell' and '--no-shell' contradict");
    TRY(set_basis(options, &request, error));
    TRY(set_runs(options, &request, error));
    *ret_request = request;
    return ASSAY_OK;
}

static assay_status part_name(const char *path, struct buf *part)
{
    buf_init(part, 1 << 16);
    buf_printf(part, "%s.part", path);
    return part->status;
}

assay_status time_exports_open(const struct time_options *options, struct time_exports *ret_exports,
                               struct buf *error)
{
    *ret_exports = (struct time_exports){.options = options};
    for (int i = 0; i < EXPORT_COUNT; i++) {
        BUF_AUTO part;
        buf_init(&part, 0);
        if (options->exports[i] == NULL)
            continue;
        TRY(part_name(options->exports[i], &part));
        ret_exports->files[i] = fopen(part.text, "we");
        if (ret_exports->files[i] == NULL)
            return buf_error(error, ASSAY_ERR_IO, "cannot create '%s': %s", part.text,
                             strerror(errno));
    }
    return ASSAY_OK;
}

static assay_status write_one(struct time_exports *exports, int at, const struct timing *timing,
                              struct buf *error)
{
    static assay_status (*const RENDER[EXPORT_COUNT])(const struct timing *, struct buf *) = {
        report_json_timing, report_csv_timing, report_markdown_timing};
    const char *path = exports->options->exports[at];
    BUF_AUTO text, part;
    buf_init(&text, BUF_LENGTH_MAX);
    buf_init(&part, 0);
    TRY(RENDER[at](timing, &text));
    TRY(part_name(path, &part));
    FILE *file = exports->files[at];
    exports->files[at] = NULL;
    bool good = fwrite(text.text, 1, text.length, file) == text.length;
    good = fclose(file) == 0 && good;
    if (good && rename(part.text, path) == 0)
        return ASSAY_OK;
    assay_status status =
        buf_error(error, ASSAY_ERR_IO, "cannot write '%s': %s", path, strerror(errno));
    unlink(part.text);
    return status;
}

assay_status time_exports_write(struct time_exports *exports, const struct timing *timing,
                                struct buf *error)
{
    for (int i = 0; i < EXPORT_COUNT; i++)
        if (exports->files[i] != NULL)
            TRY(write_one(exports, i, timing, error));
    return ASSAY_OK;
}

void time_exports_close(struct time_exports *exports)
{
    for (int i = 0; i < EXPORT_COUNT; i++) {
        BUF_AUTO part;
        buf_init(&part, 0);
        if (exports->files[i] == NULL)
            continue;
        fclose(exports->files[i]);
        exports->files[i] = NULL;
        if (part_name(exports->options->exports[i], &part) == ASSAY_OK)
            unlink(part.text);
    }
}
