/* The table of profiles and the order of who may override whom.
 * Why five launches in the quick one: the 95 % interval over launches needs a few, and each costs a
 * fresh process and a warm-up, not only its measuring time.
 * Invariant: the profile's name in the plan is one of the table, or "compare" or "gate". */
#include "session/place/profile.h"

#include <math.h>
#include <string.h>

#include "measure/pair.h"

/* A gate over a thousand benchmarks should take two minutes: ten launches each, of which most
 * decide, at some 7 ms for starting and calibrating one. */
#define FIT_SECONDS 100.0
#define FIT_LAUNCHES 10
#define LAUNCH_SECONDS 0.007
#define FIT_LEAST_SECONDS 0.003

/* A quick run of all suites should take two minutes, too.  A launch costs more than it measures:
 * its process starts (a C module's in 4 ms, Python's or Node's in 30 to 150), prepares, checks its
 * answer, looks for its iteration count and its fixed cost.  Where even short launches do not fit,
 * there are fewer: three still say how much they differ. */
#define QUICK_SECONDS 120.0
#define QUICK_LEAST_SECONDS 0.01
#define QUICK_LAUNCH_SECONDS 0.035
enum { QUICK_LAUNCHES_LEAST = 3 };

static const struct plan PROFILES[] = {
    {.profile = "quick",
     .checks_once = true,
     .launches = 5,
     .warmup_seconds = 0.05,
     .measure_seconds = 0.1,
     .slot_seconds = 0.0003,
     .limit_seconds = 60,
     .limit_rss_bytes = 8.0 * (1 << 30),
     .seed = 1},
    {.profile = "standard",
     .launches = 10,
     .warmup_seconds = 0.3,
     .measure_seconds = 0.5,
     .slot_seconds = 0.0003,
     .limit_seconds = 120,
     .limit_rss_bytes = 8.0 * (1 << 30),
     .seed = 1},
    {.profile = "stress",
     .launches = 20,
     .warmup_seconds = 1,
     .measure_seconds = 2,
     .slot_seconds = 0.0003,
     .limit_seconds = 300,
     .limit_rss_bytes = 16.0 * (1 << 30),
     .seed = 1},
};

/* Pairs: short launches and many, since a launch is one observation however long it is. */
static const struct plan PAIRS = {.launches = 40,
                                  .warmup_seconds = 0.01,
                                  .measure_seconds = 0.05,
                                  .slot_seconds = PAIR_SLOT_SECONDS,
                                  .limit_seconds = 60,
                                  .limit_rss_bytes = 8.0 * (1 << 30),
                                  .seed = 1};

static const struct plan *find_profile(const char *name)
{
    for (size_t i = 0; i < sizeof PROFILES / sizeof *PROFILES; i++)
        if (strcmp(PROFILES[i].profile, name) == 0)
            return &PROFILES[i];
    return NULL;
}

static void override(const struct plan *with, struct plan *plan)
{
    if (with->launches != 0)
        plan->launches = with->launches;
    if (with->warmup_seconds > 0)
        plan->warmup_seconds = with->warmup_seconds;
    if (with->measure_seconds > 0)
        plan->measure_seconds = with->measure_seconds;
    if (with->sample_count != 0)
        plan->sample_count = with->sample_count;
    if (with->warmup_iterations != 0)
        plan->warmup_iterations = with->warmup_iterations;
    if (with->iterations != 0)
        plan->iterations = with->iterations;
    if (with->limit_seconds > 0) {
        plan->limit_seconds = with->limit_seconds;
        plan->limit_is_firm = 1;
    }
    if (with->limit_rss_bytes > 0)
        plan->limit_rss_bytes = with->limit_rss_bytes;
    if (with->seed != 0)
        plan->seed = with->seed;
}

bool profile_checks_once(const char *name)
{
    const struct plan *profile = find_profile(name);
    return profile != NULL && profile->checks_once;
}

assay_status profile_plan(const struct profile_request *request, const struct config *config,
                          struct plan *ret_plan, struct buf *error)
{
    const char *name = "quick";
    if (request->name != NULL)
        name = request->name;
    else if (config->set & CONFIG_PROFILE)
        name = config->plan.profile;
    const struct plan *profile = find_profile(name);
    if (profile == NULL)
        return buf_error(error, ASSAY_ERR_ARGUMENT,
                         "unknown profile '%s'; there are quick, standard and stress", name);
    *ret_plan = *profile;
    config_apply(config, ret_plan);
    ret_plan->limit_is_firm = (config->set & CONFIG_TIME_LIMIT) != 0;
    ret_plan->profile = profile->profile;
    override(&request->plan, ret_plan);
    return ASSAY_OK;
}

struct plan profile_pairs(const char *name, const struct config *config, const struct plan *said)
{
    struct plan plan = PAIRS;
    plan.profile = name;
    if (config->set & CONFIG_TIME_LIMIT) {
        plan.limit_seconds = config->plan.limit_seconds;
        plan.limit_is_firm = 1;
    }
    if (config->set & CONFIG_MEMORY_LIMIT)
        plan.limit_rss_bytes = config->plan.limit_rss_bytes;
    if (config->set & CONFIG_SEED)
        plan.seed = config->plan.seed;
    override(said, &plan);
    return plan;
}

void profile_fit(size_t benchmarks, const struct plan *said, struct plan *plan)
{
    double each_seconds = FIT_SECONDS / FIT_LAUNCHES / (double)(benchmarks > 0 ? benchmarks : 1);
    double seconds = fmax(each_seconds - LAUNCH_SECONDS, FIT_LEAST_SECONDS);
    if (said->measure_seconds <= 0)
        plan->measure_seconds = fmin(plan->measure_seconds, seconds);
    if (said->warmup_seconds <= 0)
        plan->warmup_seconds = fmin(plan->warmup_seconds, seconds / 3);
}

void profile_fit_quick(size_t benchmarks, const struct profile_request *request,
                       const struct config *config, struct plan *plan)
{
    bool said = request->plan.measure_seconds > 0 || (config->set & CONFIG_MEASURE);
    if (said || strcmp(plan->profile, "quick") != 0 || benchmarks == 0)
        return;
    double each_seconds = QUICK_SECONDS / (double)benchmarks;
    double shortest_seconds = QUICK_LAUNCH_SECONDS + 1.5 * QUICK_LEAST_SECONDS;
    if (request->plan.launches == 0 && !(config->set & CONFIG_LAUNCHES))
        plan->launches = (unsigned)fmin(fmax(each_seconds / shortest_seconds, QUICK_LAUNCHES_LEAST),
                                        plan->launches);
    double seconds = each_seconds / plan->launches - QUICK_LAUNCH_SECONDS;
    if (seconds >= plan->measure_seconds + plan->warmup_seconds)
        return;
    plan->measure_seconds = fmax(floor(seconds * 2 / 3 * 1000) / 1000, QUICK_LEAST_SECONDS);
    plan->warmup_seconds = fmin(plan->warmup_seconds, plan->measure_seconds / 2);
}

double profile_run_seconds(size_t benchmarks, const struct plan *plan)
{
    const bool counted = plan->sample_count != 0 || plan->warmup_iterations != 0;
    return counted ? (double)NAN
                   : (double)benchmarks * plan->launches *
                         (plan->warmup_seconds + plan->measure_seconds + QUICK_LAUNCH_SECONDS);
}
