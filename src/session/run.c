/* The run.  Order per benchmark: measure, summarize, commit, tell; so that a crash of ours or a
 * power cut loses at most the benchmark under way. Invariants: 1. a result is in the store before
 * progress says that it ended; 2. the number of results equals the catalogue's benchmarks plus its
 * failures unless the run was stopped. */
#include "session/run.h"

#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/text.h"
#include "compare/bounds/targets.h"
#include "compare/scaling.h"
#include "measure/resources/allocations.h"
#include "measure/stacks/stacks.h"
#include "model/resources/resources.h"
#include "probe/clock.h"
#include "probe/machine.h"
#include "session/counting/instructions.h"
#include "session/environment/environment.h"
#include "session/live/live.h"
#include "session/measurements.h"
#include "session/place/profile.h"
#include "session/place/project.h"
#include "session/roofline/roofline.h"

assay_status session_name_run(struct run *run)
{
    struct timespec now;
    struct tm utc;
    char stamp[32], iso[40];
    clock_gettime(CLOCK_REALTIME, &now);
    gmtime_r(&now.tv_sec, &utc);
    strftime(stamp, sizeof stamp, "%Y%m%d-%H%M%S", &utc);
    strftime(iso, sizeof iso, "%Y-%m-%dT%H:%M:%SZ", &utc);
    unsigned salt = ((unsigned)now.tv_nsec ^ ((unsigned)getpid() << 4)) & 0xffff;
    run->id = arena_printf(&run->arena, "%s-%04x", stamp, salt);
    run->started_at = arena_copy(&run->arena, iso);
    return run->id && run->started_at ? ASSAY_OK : ASSAY_ERR_MEMORY;
}

assay_status session_describe_run(struct run *run)
{
    TRY(session_name_run(run));
    TRY(machine_describe(&run->arena, &run->environment));
    return project_describe(&run->arena, run);
}

/* The compilers of all modules, each once: "12.2.0, 14.0.6". */
static assay_status name_compilers(const struct catalog *catalog, struct run *run)
{
    BUF_AUTO names;
    buf_init(&names, 1024);
    for (size_t i = 0; i < catalog->benchmarks.count; i++) {
        const char *compiler = catalog->benchmarks.items[i].compiler;
        if (strstr(names.text, compiler) == NULL)
            buf_printf(&names, "%s%s", names.length ? ", " : "", compiler);
    }
    run->environment.compiler = arena_copy(&run->arena, names.text);
    return run->environment.compiler ? ASSAY_OK : ASSAY_ERR_MEMORY;
}

/* Its targets are judged anew, when all of it is there. */
static void take_over(struct run *resumed, struct run *run)
{
    *run = *resumed;
    *resumed = (struct run){0};
    run->plan.checks_once = profile_checks_once(run->plan.profile);
    run->interrupted = false;
    run->targets.count = 0;
}

/* What the rows are held against, and why it is not known. */
struct ceiling {
    bool is_wanted;
    struct roofline roofline;
    const char *reason;
};

static assay_status know_roofline(const struct session_request *request, struct run *run,
                                  struct ceiling *ceiling)
{
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    const struct roofline_request wanted = {request->paths, request->folders, &run->environment,
                                            (double)now.tv_sec};
    BUF_AUTO reason;
    buf_init(&reason, 8192);
    ceiling->is_wanted =
        request->folders != NULL && !request->instructions && roofline_is_wanted(request->catalog);
    if (!ceiling->is_wanted)
        return ASSAY_OK;
    TRY(roofline_know(&wanted, &ceiling->roofline, &reason));
    ceiling->reason = arena_copy(&run->arena, reason.text);
    return ceiling->reason ? ASSAY_OK : ASSAY_ERR_MEMORY;
}

static assay_status note_roofline(const struct roofline *roofline, struct run *run)
{
    BUF_AUTO text;
    buf_init(&text, 1024);
    if (roofline->read_count == 0)
        return ASSAY_OK;
    roofline_describe(roofline, &text);
    TRY(text.status);
    run->environment.facts =
        arena_printf(&run->arena, "%s" FACT_ROOFLINE ": %s\n", run->environment.facts, text.text);
    return run->environment.facts ? ASSAY_OK : ASSAY_ERR_MEMORY;
}

static assay_status begin_new(const struct session_request *request, struct run *run,
                              struct ceiling *ceiling)
{
    *run = (struct run){.plan = request->plan};
    TRY(session_describe_run(run));
    run->plan.profile = arena_copy(&run->arena, request->plan.profile);
    run->label = arena_copy(&run->arena, request->label ? request->label : "");
    run->origin = arena_copy(&run->arena, request->origin ? request->origin : "");
    TRY(name_compilers(request->catalog, run));
    TRY(environment_snapshot(request->catalog, &run->arena, &run->environment));
    TRY(know_roofline(request, run, ceiling));
    TRY(note_roofline(&ceiling->roofline, run));
    run->environment.fingerprint = environment_fingerprint(&run->environment, &run->arena);
    return run->plan.profile && run->label && run->origin && run->environment.fingerprint
               ? ASSAY_OK
               : ASSAY_ERR_MEMORY;
}

static assay_status begin(const struct session_request *request, struct run *run,
                          struct ceiling *ceiling, struct buf *error)
{
    if (request->resumed != NULL) {
        take_over(request->resumed, run);
        return know_roofline(request, run, ceiling);
    }
    TRY(begin_new(request, run, ceiling));
    if (request->store == NULL)
        return ASSAY_OK;
    assay_status status = request->store->ops->begin(request->store, run);
    return status == ASSAY_OK ? ASSAY_OK
                              : buf_error(error, status, "%s", request->store->error.text);
}

/* A benchmark whose strings live in the run's arena: the catalogue may be gone when the run is
 * read. */
static assay_status adopt_benchmark(struct run *run, const struct benchmark *from,
                                    struct result *result)
{
    const char *const texts[] = {
        from->id,          from->suite,  from->name,     from->params,
        from->description, from->module, from->compiler, from->tags ? from->tags : ""};
    struct benchmark *to = &result->benchmark;
    to->kind = from->kind;
    to->samples = from->samples;
    to->limit_seconds = from->limit_seconds;
    const char **const places[] = {&to->id,          &to->suite,  &to->name,     &to->params,
                                   &to->description, &to->module, &to->compiler, &to->tags};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        if ((*places[i] = arena_copy(&run->arena, texts[i])) == NULL)
            return ASSAY_ERR_MEMORY;
    return ASSAY_OK;
}

static struct result *add_result(struct run *run, const struct benchmark *benchmark)
{
    struct result *result = vec_add(&run->results);
    if (result == NULL)
        return NULL;
    *result = (struct result){.reason = "", .warning = ""};
    return adopt_benchmark(run, benchmark, result) == ASSAY_OK ? result : NULL;
}

/* When this part of the run began, how long those before it took, and what is told of it. */
struct measuring {
    double began_seconds, before_seconds;
    struct ceiling ceiling;
    struct live *live;
};

static double duration(const struct measuring *measuring)
{
    return measuring->before_seconds + clock_now_seconds() - measuring->began_seconds;
}

static assay_status keep(const struct session_request *request, const struct run *run,
                         const struct result *result, struct buf *error)
{
    if (request->store == NULL)
        return ASSAY_OK;
    assay_status status = request->store->ops->put(request->store, run, result);
    return status == ASSAY_OK ? ASSAY_OK
                              : buf_error(error, status, "%s", request->store->error.text);
}

static bool is_stopped(const struct session_request *request)
{
    return request->stop != NULL && *request->stop != 0;
}

static void tell_launched(void *live, const struct result *result, uint32_t launches)
{
    (void)result; /* it was told with its benchmark */
    live_launched(live, launches);
}

static assay_status time_one(const struct session_request *request, struct run *run, size_t index,
                             const struct measuring *measuring, observation_vec *observations)
{
    struct result *result = &run->results.items[run->results.count - 1];
    const struct launch_watcher watcher = {tell_launched, measuring->live};
    struct measure_paths paths = *request->paths;
    paths.watcher = &watcher;
    live_benchmark(measuring->live, index, result);
    return measure_benchmark(&paths, &run->plan, &run->arena, result, observations);
}

static assay_status run_one(const struct session_request *request, struct run *run, size_t index,
                            const struct measuring *measuring, struct buf *error)
{
    struct session_step step = {index, request->catalog->benchmarks.count,
                                &request->catalog->benchmarks.items[index], NULL,
                                clock_now_seconds() - measuring->began_seconds};
    observation_vec observations = {0};
    request->progress(request->context, &step);
    struct result *result = add_result(run, step.benchmark);
    if (result == NULL)
        return ASSAY_ERR_MEMORY;
    assay_status status = ASSAY_OK;
    if (request->instructions)
        status = instructions_measure(request->paths, &run->plan, &run->arena, result);
    else
        status = time_one(request, run, index, measuring, &observations);
    if (status == ASSAY_OK && run->plan.extras & EXTRA_ALLOCATIONS)
        status =
            measure_allocations(request->paths, &run->plan, &run->arena, result, &observations);
    if (status == ASSAY_OK && run->plan.stacks_seconds > 0)
        status = measure_stacks(request->paths, &run->plan, &run->arena, result);
    if (status == ASSAY_OK && !request->instructions)
        status = measurements_compute(result, &observations);
    if (status == ASSAY_OK && measuring->ceiling.is_wanted)
        status =
            roofline_add_share(&measuring->ceiling.roofline, measuring->ceiling.reason, result);
    vec_release(&observations);
    TRY(status);
    bool counted = (run->plan.extras & EXTRA_ALLOCATIONS) != 0 ||
                   run->plan.stacks_seconds > 0; /* a part that lacks in silence */
    if (is_stopped(request) && (counted || result->outcome == OUTCOME_FAILED)) {
        result_release(&run->results.items[--run->results.count]);
        return ASSAY_OK; /* cut off: as if it had not been begun */
    }
    run->duration_seconds = duration(measuring);
    TRY(keep(request, run, result, error));
    step.result = result;
    step.elapsed_seconds = clock_now_seconds() - measuring->began_seconds;
    request->progress(request->context, &step);
    return ASSAY_OK;
}

/* A module that could not be listed is a failed row of its own. */
static assay_status add_failure(const struct session_request *request, struct run *run,
                                const struct module_failure *failure, struct buf *error)
{
    const char *file = text_file_name(failure->module);
    struct benchmark benchmark = {.id = file,
                                  .suite = file,
                                  .name = "module",
                                  .params = "",
                                  .description = "",
                                  .tags = "",
                                  .module = failure->module,
                                  .compiler = ""};
    struct result *result = add_result(run, &benchmark);
    if (result == NULL)
        return ASSAY_ERR_MEMORY;
    result->outcome = OUTCOME_FAILED;
    result->reason = arena_copy(&run->arena, failure->reason);
    return result->reason ? keep(request, run, result, error) : ASSAY_ERR_MEMORY;
}

/* Of the run's first `count` results, which an earlier part of it measured. */
static bool is_there(const struct run *run, size_t count, const char *id)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(run->results.items[i].benchmark.id, id) == 0)
            return true;
    return false;
}

/* What is left, with the benchmark that was under way: it has no result. */
static assay_status list_not_run(struct run *run, const struct catalog *catalog)
{
    for (size_t i = 0; i < catalog->benchmarks.count; i++) {
        const char *id = catalog->benchmarks.items[i].id;
        if (is_there(run, run->results.count, id))
            continue;
        const char **added = vec_add(&run->not_run);
        if (added == NULL || (*added = arena_copy(&run->arena, id)) == NULL)
            return ASSAY_ERR_MEMORY;
    }
    return ASSAY_OK;
}

static assay_status measure_all(const struct session_request *request, struct run *run,
                                const struct measuring *measuring, struct buf *error)
{
    const struct catalog *catalog = request->catalog;
    const size_t there = run->results.count;
    for (size_t i = 0; i < catalog->failures.count; i++)
        if (!is_there(run, there, text_file_name(catalog->failures.items[i].module)))
            TRY(add_failure(request, run, &catalog->failures.items[i], error));
    for (size_t i = 0; i < catalog->benchmarks.count && !run->interrupted; i++) {
        if (is_there(run, there, catalog->benchmarks.items[i].id))
            continue;
        TRY(run_one(request, run, i, measuring, error));
        run->interrupted = is_stopped(request);
    }
    return run->interrupted ? list_not_run(run, catalog) : ASSAY_OK;
}

static assay_status finish(const struct session_request *request, struct run *run,
                           struct buf *error)
{
    TRY(scaling_judge(run));
    TRY(targets_judge(run, request->targets, request->claims));
    if (request->store == NULL)
        return ASSAY_OK;
    assay_status status = request->store->ops->finish(request->store, run);
    return status == ASSAY_OK ? ASSAY_OK
                              : buf_error(error, status, "%s", request->store->error.text);
}

/* What was stolen, over all parts of the run by their lengths. */
static void note_steal(const struct machine_ticks *before, const struct measuring *measuring,
                       struct run *run)
{
    struct machine_ticks after = machine_ticks_now();
    double part = duration(measuring) - measuring->before_seconds, all = duration(measuring);
    double *steal = &run->environment.steal_ratio;
    if (after.total <= before->total)
        return;
    double now = (after.steal - before->steal) / (after.total - before->total);
    bool known = measuring->before_seconds > 0 && *steal >= 0;
    *steal = known ? (*steal * measuring->before_seconds + now * part) / all : now;
}

assay_status session_run(const struct session_request *request, struct run *ret_run,
                         struct buf *error)
{
    struct measuring measuring = {.began_seconds = clock_now_seconds()};
    struct machine_ticks before = machine_ticks_now();
    struct live live;
    TRY(begin(request, ret_run, &measuring.ceiling, error));
    measuring.before_seconds = ret_run->duration_seconds;
    measuring.live = &live;
    live_begin(&live, request->live, ret_run, request->catalog->benchmarks.count);
    assay_status status = measure_all(request, ret_run, &measuring, error);
    live_end(&live);
    TRY(status);
    note_steal(&before, &measuring, ret_run);
    ret_run->duration_seconds = duration(&measuring);
    return finish(request, ret_run, error);
}

static void add_profiled(const struct benchmark *benchmark, enum outcome outcome,
                         uint64_t iterations, const char *reason, struct buf *out)
{
    if (outcome == OUTCOME_OK)
        buf_printf(out, "profiled %s: %llu iterations\n", benchmark->id,
                   (unsigned long long)iterations);
    else
        buf_printf(out, "%s %s: %s\n", outcome_name(outcome), benchmark->id, reason);
}

bool session_profile(const struct session_request *request, double seconds, struct buf *out)
{
    bool good = request->catalog->failures.count == 0;
    for (size_t i = 0; i < request->catalog->failures.count; i++)
        buf_printf(out, "failed %s\n", request->catalog->failures.items[i].reason);
    for (size_t i = 0; i < request->catalog->benchmarks.count; i++) {
        const struct benchmark *benchmark = &request->catalog->benchmarks.items[i];
        uint64_t iterations = 0;
        BUF_AUTO reason;
        buf_init(&reason, 8192);
        if (request->stop != NULL && *request->stop != 0)
            return false;
        const struct profiling profiling = {benchmark, seconds, request->stop};
        enum outcome outcome =
            measure_profile(request->paths, &request->plan, &profiling, &iterations, &reason);
        add_profiled(benchmark, outcome, iterations, reason.text, out);
        good = good && outcome != OUTCOME_FAILED;
    }
    return good;
}

bool session_has_failures(const struct run *run)
{
    for (size_t i = 0; i < run->results.count; i++)
        if (run->results.items[i].outcome == OUTCOME_FAILED)
            return true;
    return false;
}
