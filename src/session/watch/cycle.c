/* Runs `assay run` and `assay gate` as programs of their own.
 * Why not inside this process: whatever a run does to itself, a leak, a crash, the watch goes on;
 * and each cycle reads assay.yaml and loads modules as they are then.
 * Invariant: a verdict is only good when everything was run and nothing failed. */
#include "session/watch/cycle.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "session/trend/trend.h"

enum { ARGUMENTS_MAX = 16, EXIT_BAD = 1, EXIT_ENVIRONMENT = 3, EXIT_UNDECIDED = 4 };

/* A command line under construction: what is lent and how many. */
struct arguments {
    const char **items;
    size_t count;
};

static void add(struct arguments *arguments, const char *word)
{
    arguments->items[arguments->count++] = word;
}

static void add_option(struct arguments *arguments, const char *name, const char *value)
{
    if (value == NULL)
        return;
    add(arguments, name);
    add(arguments, value);
}

/* Runs a subcommand with its document in the file `document`, stderr in `printed`. */
static assay_status run_assay(const struct cycle_request *request, struct arguments *arguments,
                              struct buf *printed, struct process_end *ret_end)
{
    add_option(arguments, "--store", request->store_said);
    add_option(arguments, "--config", request->config);
    add(arguments, "--json");
    add(arguments, "--");
    for (int i = 0; i < request->word_count; i++)
        add(arguments, request->words[i]);
    add(arguments, NULL);
    const struct process_request process = {
        .argv = (char *const *)(uintptr_t)arguments->items,
        .limit_seconds = request->limit_seconds,
        .stop = request->stop,
    };
    return process_run(&process, printed, ret_end, printed);
}

/* sh SCRIPT sh DOCUMENT assay COMMAND: the document is kept apart from what is said of progress. */
static assay_status start_arguments(const struct cycle_request *request, const char *document,
                                    const char *command, struct arguments *ret_arguments)
{
    ret_arguments->count = 0;
    ret_arguments->items =
        calloc(ARGUMENTS_MAX + (size_t)request->word_count, sizeof *ret_arguments->items);
    if (ret_arguments->items == NULL)
        return ASSAY_ERR_MEMORY;
    add(ret_arguments, "sh");
    add(ret_arguments, "-c");
    add(ret_arguments, "document=$1; shift; exec \"$@\" >\"$document\"");
    add(ret_arguments, "sh");
    add(ret_arguments, document);
    add(ret_arguments, request->program);
    add(ret_arguments, command);
    return ASSAY_OK;
}

static assay_status fail(struct watch_event *event, const char *message)
{
    event->verdict = WATCH_FAILED;
    if (event->message[0] == '\0')
        event->message = arena_copy(&event->arena, message);
    return event->message != NULL ? ASSAY_OK : ASSAY_ERR_MEMORY;
}

/* What an end means beside its exit code; true when it was none of its own. */
static bool ended_early(const struct process_end *end, struct watch_event *event,
                        assay_status *ret_status)
{
    if (!end->timed_out && !end->was_stopped)
        return false;
    *ret_status = fail(event, end->timed_out ? "the time limit was reached" : "interrupted");
    return true;
}

static assay_status prepare(const struct cycle_request *request, struct watch_event *event,
                            struct buf *printed)
{
    struct process_end end;
    const char *const argv[] = {"sh", "-c", request->prepare, NULL};
    assay_status status = ASSAY_OK;
    if (request->prepare == NULL)
        return ASSAY_OK;
    const struct process_request process = {.argv = (char *const *)(uintptr_t)argv,
                                            .limit_seconds = request->limit_seconds,
                                            .stop = request->stop};
    TRY(process_run(&process, printed, &end, printed));
    if (ended_early(&end, event, &status) || end.exit_code == 0)
        return status;
    return fail(event, "--prepare failed");
}

/* The id in the document of a run; "" where there is none. */
static assay_status read_run_id(const char *document, struct watch_event *event)
{
    json_t *root = json_load_file(document, 0, NULL);
    const char *id = json_string_value(json_object_get(json_object_get(root, "run"), "id"));
    if (id != NULL)
        event->run_id = arena_copy(&event->arena, id);
    json_decref(root);
    return event->run_id != NULL ? ASSAY_OK : ASSAY_ERR_MEMORY;
}

static assay_status measure(const struct cycle_request *request, const char *document,
                            struct watch_event *event, struct buf *printed)
{
    struct arguments arguments;
    struct process_end end;
    TRY(start_arguments(request, document, "run", &arguments));
    add(&arguments, "--no-report");
    add_option(&arguments, "--profile", request->profile);
    assay_status status = run_assay(request, &arguments, printed, &end);
    free(arguments.items);
    TRY(status);
    event->run_exit_code = end.exit_code;
    TRY(read_run_id(document, event));
    if (ended_early(&end, event, &status))
        return status;
    if (event->run_id[0] == '\0')
        return fail(event, "the run failed");
    return end.exit_code == EXIT_ENVIRONMENT ? fail(event, "a benchmark failed") : ASSAY_OK;
}

static assay_status gate(const struct cycle_request *request, const char *document,
                         struct watch_event *event, struct buf *printed)
{
    struct arguments arguments;
    struct process_end end;
    TRY(start_arguments(request, document, "gate", &arguments));
    add_option(&arguments, "--baseline", request->baseline);
    assay_status status = run_assay(request, &arguments, printed, &end);
    free(arguments.items);
    TRY(status);
    event->gate_exit_code = end.exit_code;
    event->baseline = request->baseline;
    if (ended_early(&end, event, &status))
        return status;
    if (end.exit_code == EXIT_BAD)
        event->verdict = WATCH_WORSE;
    else if (end.exit_code == EXIT_UNDECIDED)
        event->verdict = WATCH_UNDECIDED;
    else if (end.exit_code != 0)
        return fail(event, "the gate failed");
    return ASSAY_OK;
}

/* Judges the stored trends of all benchmarks: what got worse without having been asked for is news,
 * too.  No store, no trends. */
static assay_status judge(const char *path, struct trend *trend)
{
    struct store *store = NULL;
    char all[] = "*", *word = all;
    BUF_AUTO error;
    buf_init(&error, 1 << 16);
    *trend = (struct trend){.series = {0}};
    assay_status status = store_open(path, false, &store, &error);
    if (status != ASSAY_OK)
        return status == ASSAY_ERR_NOT_FOUND ? ASSAY_OK : status;
    const struct trend_request request = {.store = store,
                                          .words = &word,
                                          .word_count = 1,
                                          .metric = METRICS[METRIC_TIME].name,
                                          .since = ""};
    status = trend_load(&request, trend);
    if (status == ASSAY_OK)
        status = trend_judge_all(trend);
    if (status == ASSAY_OK)
        status = trend_watch_all(trend);
    store_close(store);
    return status == ASSAY_ERR_NOT_FOUND ? ASSAY_OK : status;
}

static assay_status take_steps(const struct cycle_request *request, struct news *news,
                               struct arena *arena, watch_step_vec *steps)
{
    struct trend trend;
    assay_status status = judge(request->store, &trend);
    if (status == ASSAY_OK)
        status = news_take(news, &trend, arena, steps);
    trend_release(&trend);
    return status;
}

assay_status cycle_begin(const struct cycle_request *request, struct news *news)
{
    struct arena none = {0};
    assay_status status = take_steps(request, news, &none, NULL);
    return status == ASSAY_ERR_MEMORY ? status : ASSAY_OK;
}

static assay_status look_at_trend(const struct cycle_request *request, struct news *news,
                                  struct watch_event *event)
{
    assay_status status = take_steps(request, news, &event->arena, &event->steps);
    if (status == ASSAY_ERR_MEMORY)
        return status;
    if (status != ASSAY_OK)
        return fail(event, "the trend cannot be read");
    for (size_t i = 0; i < event->steps.count; i++)
        if (event->steps.items[i].is_worse && event->verdict == WATCH_GOOD)
            event->verdict = WATCH_WORSE;
    return ASSAY_OK;
}

static assay_status run_in(const struct cycle_request *request, const char *document,
                           struct news *news, struct watch_event *event, struct buf *printed)
{
    TRY(prepare(request, event, printed));
    if (event->verdict == WATCH_FAILED)
        return ASSAY_OK;
    TRY(measure(request, document, event, printed));
    TRY(look_at_trend(request, news, event));
    if (request->baseline == NULL || event->verdict == WATCH_FAILED)
        return ASSAY_OK;
    return gate(request, document, event, printed);
}

assay_status cycle_run(const struct cycle_request *request, struct news *news,
                       struct watch_event *event, struct buf *printed)
{
    char document[] = "/tmp/assay-watch-XXXXXX";
    event->verdict = WATCH_GOOD;
    event->run_id = event->baseline = event->message = "";
    event->run_exit_code = event->gate_exit_code = -1;
    const int file = mkstemp(document);
    if (file < 0)
        return fail(event, "no file can be made in /tmp");
    close(file);
    assay_status status = run_in(request, document, news, event, printed);
    unlink(document);
    return status == ASSAY_ERR_IO ? fail(event, "a program could not be started") : status;
}
