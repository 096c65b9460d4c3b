/* What would go is shown before it goes.  Order: rule, plan, question, removal, account.
 * Invariant: without a yes, from the command line or a terminal, nothing is removed. */
#include "cli/prune.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/quantity.h"
#include "report/history.h"
#include "report/values/json_values.h"
#include "session/retention/retention.h"

enum { DAY_SECONDS = 24 * 60 * 60, DAYS_MAX = 100000, TIME_TEXT_MAX = 32 };

/* What becomes of the runs that a rule names. */
struct verb {
    const char *name, *removes, *done, *undone, *schema, *yes_key;
};
static const struct verb PRUNE = {"prune",         "remove", "removed", "nothing was removed",
                                  "assay.prune/1", "removed"};
static const struct verb SEAL = {"seal",         "seal",  "sealed", "nothing was sealed",
                                 "assay.seal/1", "sealed"};

static assay_status read_rule(struct cli *cli, const struct verb *verb,
                              const struct prune_options *options, char before[TIME_TEXT_MAX],
                              struct retention_rule *rule)
{
    struct tm utc;
    *rule = (struct retention_rule){.keep = options->keep};
    if (options->older_than == NULL)
        return options->keep > 0 ? ASSAY_OK
                                 : buf_error(&cli->error, ASSAY_ERR_ARGUMENT,
                                             "which runs? assay history %s --keep N, or "
                                             "--older-than 90d",
                                             verb->name);
    char *end;
    long days = strtol(options->older_than, &end, 10);
    end += *end == 'd';
    if (end == options->older_than || *end != '\0' || days < 1 || days > DAYS_MAX)
        return buf_error(&cli->error, ASSAY_ERR_ARGUMENT,
                         "option '--older-than' wants days such as 90d, not '%s'",
                         options->older_than);
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    time_t start = now.tv_sec - (time_t)days * DAY_SECONDS;
    if (gmtime_r(&start, &utc) != NULL)
        strftime(before, TIME_TEXT_MAX, "%Y-%m-%dT%H:%M:%SZ", &utc);
    rule->before = before;
    return ASSAY_OK;
}

static bool is_yes(const char *answer)
{
    return answer[0] == 'y' || answer[0] == 'Y';
}

static assay_status ask(struct cli *cli, const struct verb *verb,
                        const struct prune_options *options, const struct retention_plan *plan,
                        bool *ret_yes)
{
    char answer[16] = "";
    *ret_yes = options->yes;
    if (options->yes || options->dry_run)
        return ASSAY_OK;
    if (!isatty(STDIN_FILENO) || !isatty(STDERR_FILENO))
        return buf_error(&cli->error, ASSAY_ERR_ARGUMENT,
                         "%zu run%s and %zu folder%s would be %s; --yes does it, --dry-run lists "
                         "them",
                         plan->runs.count, plan->runs.count == 1 ? "" : "s", plan->folders.count,
                         plan->folders.count == 1 ? "" : "s", verb->done);
    fprintf(stderr, "%s %zu runs and %zu folders? [y/N] ", verb->removes, plan->runs.count,
            plan->folders.count);
    *ret_yes = fgets(answer, sizeof answer, stdin) != NULL && is_yes(answer);
    return ASSAY_OK;
}

static assay_status render_json(const struct verb *verb, const struct retention_plan *plan,
                                bool removed, double bytes, struct buf *out)
{
    json_t *document = json_object(), *runs = json_array(), *folders = json_array();
    for (size_t i = 0; i < plan->runs.count; i++)
        report_json_element(&runs, report_json_text(plan->runs.items[i].id));
    for (size_t i = 0; i < plan->folders.count; i++)
        report_json_element(&folders, report_json_text(plan->folders.items[i]));
    report_json_member(&document, "schema", json_string(verb->schema));
    report_json_member(&document, "runs", runs);
    if (verb == &PRUNE)
        report_json_member(&document, "folders", folders);
    else
        json_decref(folders);
    report_json_member(&document, verb->yes_key, json_boolean(removed));
    report_json_member(&document, "freed_bytes", removed ? report_json_number(bytes) : json_null());
    return report_json_write(document, out);
}

static void render_text(const struct verb *verb, const struct retention_plan *plan, bool removed,
                        double bytes, struct buf *out)
{
    char freed[QUANTITY_TEXT_MAX];
    if (plan->runs.count > 0)
        report_text_runs(plan->runs.items, plan->runs.count, out);
    for (size_t i = 0; i < plan->folders.count; i++)
        buf_printf(out, "%s\n", plan->folders.items[i]);
    buf_printf(out, "%zu run%s", plan->runs.count, plan->runs.count == 1 ? "" : "s");
    if (verb == &PRUNE)
        buf_printf(out, ", %zu folder%s", plan->folders.count, plan->folders.count == 1 ? "" : "s");
    if (removed)
        buf_printf(out, ": %s, %s freed\n", verb->done, quantity_format(bytes, "B", freed));
    else
        buf_printf(out, ": %s\n", verb->undone);
}

static assay_status prune_in(struct cli *cli, const struct verb *verb,
                             const struct prune_options *options,
                             const struct baseline_place *place, const struct retention_plan *plan)
{
    bool yes = false;
    double bytes = 0;
    BUF_AUTO out;
    buf_init(&out, BUF_LENGTH_MAX);
    bool any = plan->runs.count > 0 || plan->folders.count > 0;
    if (any)
        TRY(ask(cli, verb, options, plan, &yes));
    bool removes = yes && any && !options->dry_run;
    if (removes)
        TRY(verb == &PRUNE ? retention_apply(place, plan, &bytes, &cli->error)
                           : retention_seal(place, plan, &bytes, &cli->error));
    if (options->json)
        TRY(render_json(verb, plan, removes, bytes, &out));
    else
        render_text(verb, plan, removes, bytes, &out);
    return cli_print(cli, &out);
}

static assay_status apply(struct cli *cli, const struct verb *verb,
                          const struct prune_options *options, const struct workplace *workplace)
{
    struct retention_rule rule;
    struct retention_plan plan;
    struct baseline_place place = {NULL, workplace->store};
    char before[TIME_TEXT_MAX] = "";
    const bool folders = options->results && verb == &PRUNE;
    TRY(read_rule(cli, verb, options, before, &rule));
    TRY(store_open(workplace->store, false, &place.store, &cli->error));
    assay_status status = retention_plan(&place, folders ? workplace->config.results : NULL, &rule,
                                         &plan, &cli->error);
    if (status == ASSAY_OK) {
        if (verb == &SEAL)
            retention_only_done(&plan);
        status = prune_in(cli, verb, options, &place, &plan);
        retention_release(&plan);
    }
    store_close(place.store);
    return status;
}

assay_status prune(struct cli *cli, const struct prune_options *options,
                   const struct workplace *workplace)
{
    return apply(cli, &PRUNE, options, workplace);
}

assay_status seal(struct cli *cli, const struct prune_options *options,
                  const struct workplace *workplace)
{
    return apply(cli, &SEAL, options, workplace);
}
