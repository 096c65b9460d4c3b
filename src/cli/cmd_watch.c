/* assay watch: on a schedule, run, store, decide, and call a hook.
 * Why it exits with 0 however the cycles went: it is a service; what it found is told by hook, by
 * text and by JSON, and stays in the store. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cli/common.h"
#include "cli/progress.h"
#include "cli/stop.h"
#include "report/watch/watch.h"
#include "session/place/git.h"
#include "session/watch/cycle.h"
#include "session/watch/hook.h"
#include "session/watch/schedule.h"
#include "store/store.h"

struct watch_options {
    struct common_options common;
    const char *at, *hook, *prepare, *baseline, *profile;
    double every_seconds, poll_seconds, hook_seconds, limit_seconds;
    unsigned count;
    bool on_commit, hook_always, dry_run;
};

#define OPTION(field) offsetof(struct watch_options, field)
static const struct option_row ROWS[] = {
    {"every", 'e', "TIME", "a cycle each TIME, the first at once", OPTION_SECONDS,
     OPTION(every_seconds)},
    {"at", 'a', "HH:MM", "a cycle at this time of each day", OPTION_TEXT, OPTION(at)},
    {"on-commit", 0, NULL, "a cycle when HEAD is another commit", OPTION_FLAG, OPTION(on_commit)},
    {"poll", 0, "TIME", "between looks at HEAD (default: 10 s)", OPTION_SECONDS,
     OPTION(poll_seconds)},
    {"count", 'n', "N", "end after N cycles", OPTION_COUNT, OPTION(count)},
    {"prepare", 0, "COMMAND", "for sh, before each run: what builds the modules", OPTION_TEXT,
     OPTION(prepare)},
    {"baseline", 'b', "NAME", "let the gate decide against this baseline, too", OPTION_TEXT,
     OPTION(baseline)},
    {"profile", 'p', "NAME", "quick, standard or stress", OPTION_TEXT, OPTION(profile)},
    {"time-limit", 0, "TIME", "end a run, a gate or what prepares after so long", OPTION_SECONDS,
     OPTION(limit_seconds)},
    {"hook", 0, "COMMAND",
     "for sh, when a cycle is not good: the JSON document is its standard input", OPTION_TEXT,
     OPTION(hook)},
    {"hook-always", 0, NULL, "call it after good cycles, too", OPTION_FLAG, OPTION(hook_always)},
    {"hook-limit", 0, "TIME", "end the hook after so long (default: 60 s)", OPTION_SECONDS,
     OPTION(hook_seconds)},
    {"dry-run", 0, NULL, "say when and what, and run nothing", OPTION_FLAG, OPTION(dry_run)},
    COMMON_ROWS(struct watch_options),
    OPTION_END,
};

struct watching {
    struct cli *cli;
    const struct watch_options *options;
    struct cycle_request cycle;
    struct hook hook;
    struct news news;
};

static time_t now(void *context)
{
    (void)context;
    struct timespec clock;
    clock_gettime(CLOCK_REALTIME, &clock);
    return clock.tv_sec;
}

/* A signal ends the sleep. */
static bool wait_seconds(void *context, double seconds)
{
    (void)context;
    struct timespec length = {(time_t)seconds, (long)(1e9 * (seconds - (double)(time_t)seconds))};
    if (stop_count == 0 && seconds > 0)
        nanosleep(&length, NULL);
    return stop_count == 0;
}

static void commit(void *context, struct buf *ret_commit)
{
    (void)context;
    struct arena arena = {0};
    struct repository repository;
    struct revision head;
    if (repository_open(".", &arena, &repository, NULL) == ASSAY_OK &&
        repository_find(&repository, "HEAD", &arena, &head) == ASSAY_OK)
        buf_puts(ret_commit, head.commit);
    arena_release(&arena);
}

static void format_time(time_t time, char text[32])
{
    struct tm utc;
    text[0] = '\0';
    if (gmtime_r(&time, &utc) != NULL)
        strftime(text, 32, "%Y-%m-%dT%H:%M:%SZ", &utc);
}

/* The event as the user wants it; what was printed only where something failed. */
static assay_status tell(struct watching *watching, const struct watch_event *event,
                         const struct buf *document, const struct buf *printed)
{
    BUF_AUTO out;
    buf_init(&out, BUF_LENGTH_MAX);
    if (watching->options->common.json)
        buf_puts(&out, document->text);
    else
        report_text_watch(event, &out);
    if (event->verdict == WATCH_FAILED)
        fputs(printed->text, stderr);
    return cli_print(watching->cli, &out);
}

static assay_status tell_all(struct watching *watching, struct watch_event *event,
                             const struct buf *printed)
{
    BUF_AUTO document;
    BUF_AUTO told;
    buf_init(&document, BUF_LENGTH_MAX);
    buf_init(&told, 1 << 17);
    assay_status status = report_json_watch(event, &document);
    if (status == ASSAY_OK)
        status = tell(watching, event, &document, printed);
    if (status == ASSAY_OK)
        status = hook_call(&watching->hook, event, &document, &told);
    if (told.length > 0)
        fputs(told.text, stderr);
    return status;
}

static assay_status cycle(void *context, unsigned number, enum watch_reason reason)
{
    enum { PRINTED_MAX = 1 << 16 };
    struct watching *watching = context;
    char at[32];
    struct watch_event event = {.cycle = number, .reason = reason, .at = at};
    BUF_AUTO printed;
    buf_init(&printed, PRINTED_MAX);
    format_time(now(NULL), at);
    assay_status status = cycle_run(&watching->cycle, &watching->news, &event, &printed);
    if (status == ASSAY_OK)
        status = tell_all(watching, &event, &printed);
    watch_event_release(&event);
    return status;
}

static assay_status print_plan(const struct watching *watching, const struct schedule *schedule)
{
    BUF_AUTO out;
    char at[32];
    buf_init(&out, 1 << 20);
    buf_puts(&out, "would run: assay run");
    for (int i = 0; i < watching->cycle.word_count; i++)
        buf_printf(&out, " %s", watching->cycle.words[i]);
    buf_puts(&out, "\nstore: ");
    store_add_shown(watching->cycle.store, &out);
    buf_putc(&out, '\n');
    if (schedule->every_seconds > 0)
        buf_printf(&out, "now, and each %g s\n", schedule->every_seconds);
    if (schedule->at_minute != SCHEDULE_NO_TIME) {
        format_time(schedule_next_time(schedule->at_minute, now(NULL)), at);
        buf_printf(&out, "next at %s, and each day at that local time\n", at);
    }
    if (schedule->on_commit)
        buf_printf(&out, "when HEAD changes, looked at each %g s\n", schedule->poll_seconds);
    buf_printf(&out, "decided by: %s%s\n", watching->cycle.baseline ? "gate against " : "trend",
               watching->cycle.baseline ? watching->cycle.baseline : "");
    if (watching->hook.command != NULL)
        buf_printf(&out, "hook: %s\n", watching->hook.command);
    return cli_print(watching->cli, &out);
}

static assay_status make_schedule(struct cli *cli, const struct watch_options *options,
                                  struct schedule *ret_schedule)
{
    *ret_schedule = (struct schedule){
        .every_seconds = options->every_seconds,
        .at_minute = SCHEDULE_NO_TIME,
        .on_commit = options->on_commit,
        .poll_seconds = options->poll_seconds > 0 ? options->poll_seconds : 10,
        .count = options->count,
    };
    if (!(options->every_seconds > 0) && options->at == NULL && !options->on_commit)
        return buf_error(&cli->error, ASSAY_ERR_ARGUMENT,
                         "when? --every 1h, --at 03:00 or --on-commit");
    if (options->hook == NULL && (options->hook_always || options->hook_seconds > 0))
        return buf_error(&cli->error, ASSAY_ERR_ARGUMENT,
                         "--hook-always and --hook-limit need --hook COMMAND");
    return options->at != NULL
               ? schedule_parse_time(options->at, &ret_schedule->at_minute, &cli->error)
               : ASSAY_OK;
}

static assay_status watch_in(struct watching *watching, const struct schedule *schedule)
{
    static const struct schedule_ops OPS = {now, wait_seconds, commit, cycle};
    if (watching->options->dry_run)
        return print_plan(watching, schedule);
    TRY(cycle_begin(&watching->cycle, &watching->news));
    assay_status status = schedule_run(schedule, &OPS, watching);
    if (status == ASSAY_OK && stop_count > 0)
        progress_note("stopped; what was measured is in the store");
    return status;
}

static assay_status watch(struct cli *cli, int argc, char **argv)
{
    struct watch_options options = {0};
    struct workplace workplace = {0};
    struct schedule schedule;
    int first;
    TRY(options_parse(ROWS, argc, argv, &options, &first, &cli->error));
    TRY(make_schedule(cli, &options, &schedule));
    struct watching watching = {
        .cli = cli,
        .options = &options,
        .cycle = {.prepare = options.prepare,
                  .baseline = options.baseline,
                  .profile = options.profile,
                  .config = options.common.config,
                  .store_said = options.common.store,
                  .words = argv + first,
                  .word_count = argc - first,
                  .limit_seconds = options.limit_seconds,
                  .stop = &stop_count},
        .hook = {options.hook, options.hook_seconds > 0 ? options.hook_seconds : 60,
                 options.hook_always, &stop_count},
    };
    stop_on_signals(1);
    assay_status status = common_workplace(cli, &options.common, &workplace);
    watching.cycle.store = workplace.store;
    watching.cycle.program = arena_printf(&workplace.arena, "%s/assay", cli->program);
    if (status == ASSAY_OK && watching.cycle.program == NULL)
        status = ASSAY_ERR_MEMORY;
    if (status == ASSAY_OK)
        status = watch_in(&watching, &schedule);
    news_release(&watching.news);
    workplace_release(&workplace);
    return status;
}

const struct command command_watch = {
    "watch",
    "[PATTERN|MODULE ...]",
    "on a schedule, run, store, decide, and call a hook",
    "Operands are those of 'assay run'. A cycle is good, worse (a step to worse that no earlier "
    "cycle told, or the gate fails), undecided, or failed; a cycle that fails does not end the "
    "watch. Ctrl-C and SIGTERM end the run under way and keep what is finished; a second one ends "
    "at once. A hook finds ASSAY_VERDICT, ASSAY_RUN, ASSAY_CYCLE, ASSAY_REASON and ASSAY_STEPS in "
    "its environment. The commands of --prepare and --hook are run by sh.",
    ROWS,
    watch,
};
