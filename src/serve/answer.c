/* The table of routes, and what their files share.
 * Why failures are answers as well: a client learns in words what to change, and no request is left
 * without an end. */
#include "serve/answer.h"

#include <string.h>

#include "compare/bounds/targets.h"
#include "report/values/json_values.h"
#include "session/compare.h"
#include "session/trend/trend.h"

enum { POINTS_MAX = 100000, ANSWER_BYTES_MAX = 64 << 20, PATH_MAX_PARTS = 5 };

static const char JSON[] = "application/json; charset=utf-8";
static const char HTML[] = "text/html; charset=utf-8";

#define PARAMETERS(...) ((const char *const[]){__VA_ARGS__ NULL})

/* "*" stands for any one part of a path. */
static const struct route {
    const char *path[PATH_MAX_PARTS];
    size_t parts;
    const char *type;
    const char *const *parameters;
    assay_status (*write)(struct asked *asked);
    bool needs_store;
} ROUTES[] = {
    {{"api", "v1", "runs"}, 3, JSON, PARAMETERS("last", ), api_runs, true},
    {{"api", "v1", "runs", "*"}, 4, JSON, PARAMETERS(), api_run, true},
    {{"api", "v1", "runs", "*", "view"}, 5, JSON, PARAMETERS(), api_view, true},
    {{"api", "v1", "history"}, 3, JSON, PARAMETERS("benchmark", "metric", ), api_history, true},
    {{"api", "v1", "trend"}, 3, JSON, PARAMETERS("benchmark", "metric", "last", ), api_trend, true},
    {{"api", "v1", "compare"},
     3,
     JSON,
     PARAMETERS("old", "new", "across_machines", ),
     api_compare,
     true},
    {{"metrics"},
     1,
     "application/openmetrics-text; version=1.0.0; charset=utf-8",
     PARAMETERS(),
     metrics_latest,
     true},
    {{0}, 0, HTML, PARAMETERS("last", ), page_overview, true},
    {{"run", "*"}, 2, HTML, PARAMETERS(), page_run, true},
    {{"trend"}, 1, HTML, PARAMETERS("benchmark", "metric", "last", ), page_trend, true},
    {{"compare"}, 1, HTML, PARAMETERS("old", "new", "across_machines", ), page_compare, true},
    {{"style.css"}, 1, "text/css; charset=utf-8", PARAMETERS(), file_style, false},
    {{"app.css"}, 1, "text/css; charset=utf-8", PARAMETERS(), file_app_style, false},
    {{"app.js"}, 1, "text/javascript; charset=utf-8", PARAMETERS(), file_app_script, false},
    {{"live.js"}, 1, "text/javascript; charset=utf-8", PARAMETERS(), file_script, false},
    {{"icon.svg"}, 1, "image/svg+xml", PARAMETERS(), file_icon, false},
};

static const struct route *route_find(const struct request *request)
{
    for (size_t i = 0; i < sizeof ROUTES / sizeof *ROUTES; i++) {
        size_t same = 0;
        while (same < ROUTES[i].parts && same < request->segment_count &&
               (strcmp(ROUTES[i].path[same], "*") == 0 ||
                strcmp(ROUTES[i].path[same], request->segments[same]) == 0))
            same++;
        if (same == ROUTES[i].parts && same == request->segment_count)
            return &ROUTES[i];
    }
    return NULL;
}

unsigned answer_status(assay_status status)
{
    switch (status) {
    case ASSAY_OK:
        return 200;
    case ASSAY_ERR_ARGUMENT:
    case ASSAY_ERR_PARSE:
        return 400;
    case ASSAY_ERR_NOT_FOUND:
        return 404;
    case ASSAY_ERR_LIMIT:
        return 413;
    case ASSAY_ERR_MEMORY:
    case ASSAY_ERR_IO:
    case ASSAY_ERR_TOO_FEW:
    case ASSAY_ERR_HOST:
    case ASSAY_ERR_TIMEOUT:
    case ASSAY_ERR_VERSION:
    case ASSAY_ERR_STOPPED:
        break;
    }
    return 503;
}

/* Without memory even for this the body is empty, and the status still says it. */
static void json_failure(struct buf *out, const char *why)
{
    json_t *document = json_object();
    report_json_member(&document, "schema", json_string("assay.error/1"));
    report_json_member(&document, "error", report_json_text(why));
    if (report_json_write(document, out) != ASSAY_OK)
        buf_clear(out);
}

void answer_failure(const struct request *request, assay_status status, const char *why,
                    struct answer *answer)
{
    bool is_api = request->segment_count > 0 && strcmp(request->segments[0], "api") == 0;
    buf_release(&answer->body);
    buf_init(&answer->body, ANSWER_BYTES_MAX);
    answer->status = answer_status(status);
    answer->type = is_api ? JSON : HTML;
    if (is_api)
        json_failure(&answer->body, why);
    else
        page_failure(&answer->body, answer->status, why);
}

static assay_status write_route(struct source *source, const struct route *route,
                                struct asked *asked)
{
    uint64_t state;
    if (route == NULL)
        return buf_error(asked->error, ASSAY_ERR_NOT_FOUND, "there is no such page");
    TRY(request_check_names(asked->request, route->parameters, asked->error));
    if (route->needs_store)
        TRY(source_store(source, &asked->store, &state, asked->error));
    TRY(route->write(asked));
    return asked->out->status;
}

void answer_request(struct source *source, const struct request *request, struct answer *answer)
{
    BUF_AUTO error;
    const struct route *route = route_find(request);
    *answer = (struct answer){.status = 200, .type = route != NULL ? route->type : HTML};
    buf_init(&error, 8192);
    buf_init(&answer->body, ANSWER_BYTES_MAX);
    struct asked asked = {.kept = &source->kept,
                          .claims = source->claims,
                          .releases = &source->releases,
                          .request = request,
                          .out = &answer->body,
                          .error = &error};
    assay_status status = write_route(source, route, &asked);
    if (status != ASSAY_OK)
        answer_failure(request, status, error.length > 0 ? error.text : status_text(status),
                       answer);
    arena_release(&asked.arena);
}

assay_status asked_store(struct asked *asked, assay_status status)
{
    return status == ASSAY_OK ? ASSAY_OK
                              : buf_error(asked->error, status, "%s", asked->store->error.text);
}

assay_status asked_run(struct asked *asked, const char *selector, struct run *ret_run)
{
    const struct store_ops *ops = asked->store->ops;
    const char *id;
    TRY(asked_store(asked, ops->find(asked->store, selector, &asked->arena, &id)));
    TRY(asked_store(asked, ops->load(asked->store, id, ret_run)));
    assay_status status = targets_judge(ret_run, NULL, asked->claims);
    if (status != ASSAY_OK)
        run_release(ret_run);
    return status;
}

assay_status asked_text(struct asked *asked, const char *name, const char **ret_text)
{
    *ret_text = request_parameter(asked->request, name, "");
    return (*ret_text)[0] != '\0' ? ASSAY_OK
                                  : buf_error(asked->error, ASSAY_ERR_ARGUMENT,
                                              "the parameter '%s' is missing: ?%s=...", name, name);
}

assay_status asked_benchmark(struct asked *asked, const char **ret_word)
{
    TRY(asked_text(asked, "benchmark", ret_word));
    const char *word = *ret_word + ((*ret_word)[0] == '!');
    if (word[0] == '~')
        return buf_error(asked->error, ASSAY_ERR_ARGUMENT,
                         "expressions are for the command line; here a benchmark is an id, a part "
                         "of one, a pattern with '*' and '?', or a %%TAG");
    return ASSAY_OK;
}

/* A whole id means that benchmark alone, also where others begin with it. */
static void keep_exact(struct trend *trend, const char *id)
{
    struct trend_series *series = trend->series.items;
    size_t exact = 0;
    while (exact < trend->series.count && strcmp(series[exact].name, id) != 0)
        exact++;
    if (exact == trend->series.count)
        return;
    for (size_t i = 0; i < trend->series.count; i++)
        if (i != exact)
            trend_series_release(&series[i]);
    series[0] = series[exact];
    trend->series.count = 1;
}

static assay_status too_many(struct asked *asked, size_t points)
{
    return buf_error(asked->error, ASSAY_ERR_LIMIT,
                     "%zu points are too many at once: name one benchmark, or ask for the newest "
                     "with last=N",
                     points);
}

static assay_status find_age(struct trend *trend)
{
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    return trend_find_stale(trend, now.tv_sec);
}

/* A benchmark that is named whole, with all its points. */
static assay_status follow_trend(struct asked *asked, const struct history_name *name,
                                 struct wanted_trend *wanted)
{
    struct kept_trend *kept = NULL;
    TRY(releases_read(asked->releases));
    TRY(asked_store(asked,
                    kept_trend_get(asked->kept, asked->store, name, asked->releases, &kept)));
    wanted->kept = kept;
    wanted->trend = &kept->followed.trend;
    if (kept->followed.trend.series.items[0].points.count > POINTS_MAX)
        return too_many(asked, kept->followed.trend.series.items[0].points.count);
    return find_age(&kept->followed.trend);
}

/* What a word means, with the newest points or all of them. */
static assay_status load_trend(struct asked *asked, const struct history_name *name, size_t last,
                               struct trend *ret_trend)
{
    size_t points = 0;
    const struct trend_request wanted = {
        .store = asked->store,
        .since = "",
        .words = (char *const[]){(char *)(uintptr_t)name->benchmark},
        .word_count = 1,
        .metric = name->metric,
        .last = last,
    };
    TRY(asked_store(asked, trend_load(&wanted, ret_trend)));
    keep_exact(ret_trend, name->benchmark);
    for (size_t i = 0; i < ret_trend->series.count; i++)
        points += ret_trend->series.items[i].points.count;
    if (points > POINTS_MAX)
        return too_many(asked, points);
    TRY(find_age(ret_trend));
    TRY(trend_judge_all(ret_trend));
    TRY(releases_name_all(asked->releases, ret_trend));
    return trend_watch_all(ret_trend);
}

static assay_status asked_outline(struct asked *asked, const char *selector,
                                  struct outline *ret_outline)
{
    const struct store_ops *ops = asked->store->ops;
    const char *id;
    TRY(asked_store(asked, ops->find(asked->store, selector, &asked->arena, &id)));
    return asked_store(asked, ops->outline(asked->store, id, ret_outline));
}

assay_status asked_trend(struct asked *asked, struct wanted_trend *ret_wanted)
{
    struct history_name name = {
        .metric = request_parameter(asked->request, "metric", METRICS[METRIC_TIME].name)};
    size_t last;
    *ret_wanted = (struct wanted_trend){.kept = NULL};
    TRY(asked_benchmark(asked, &name.benchmark));
    TRY(request_count(asked->request, "last", POINTS_MAX, 0, &last, asked->error));
    const assay_status status =
        last == 0 ? follow_trend(asked, &name, ret_wanted) : ASSAY_ERR_NOT_FOUND;
    if (status != ASSAY_ERR_NOT_FOUND)
        return status;
    ret_wanted->trend = &ret_wanted->own;
    return load_trend(asked, &name, last, &ret_wanted->own);
}

void wanted_trend_release(struct wanted_trend *wanted)
{
    trend_release(&wanted->own);
}

assay_status asked_compared(struct asked *asked, struct compared *ret_compared)
{
    struct verdict_rules rules = VERDICT_RULES_DEFAULT;
    const char *old_selector, *new_selector;
    *ret_compared = (struct compared){.rows = {0}};
    TRY(asked_text(asked, "old", &old_selector));
    TRY(asked_text(asked, "new", &new_selector));
    rules.across_machines =
        strcmp(request_parameter(asked->request, "across_machines", "no"), "yes") == 0;
    TRY(asked_outline(asked, old_selector, &ret_compared->old_run));
    TRY(asked_outline(asked, new_selector, &ret_compared->new_run));
    TRY(session_compare_outlines(&ret_compared->old_run, &ret_compared->new_run, &rules,
                                 &asked->arena, &ret_compared->rows, asked->error));
    TRY(session_compare_missing(&ret_compared->old_run, &ret_compared->new_run, &asked->arena,
                                &ret_compared->rows));
    for (size_t i = 0; i < ret_compared->rows.count; i++) {
        ret_compared->rows.items[i].old_version = old_selector;
        ret_compared->rows.items[i].new_version = new_selector;
    }
    return ASSAY_OK;
}

void compared_release(struct compared *compared)
{
    vec_release(&compared->rows);
    outline_release(&compared->old_run);
    outline_release(&compared->new_run);
}
