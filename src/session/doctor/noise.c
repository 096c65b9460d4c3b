/* A/A with the machinery of `assay compare` itself: what is found out here holds for its verdicts.
 * The benchmarks take turns, so that a noisy second meets them all, and each comparison is short,
 * so that the few seconds hold many. Invariants: 1. every benchmark of the catalogue is one row; 2.
 * one that failed is not tried again;
 * 3. a comparison is begun only when it will probably end in time, but for the first of each. */
#include "session/doctor/noise.h"

#include <math.h>
#include <sys/resource.h>
#include <unistd.h>

#include "measure/pair.h"
#include "probe/clock.h"
#include "probe/gaps.h"
#include "probe/machine.h"
#include "stats/order.h"
#include "stats/share.h"

/* As `assay compare` plans, but the fewest launches that it decides on, and shorter ones, so that
 * five seconds hold dozens of comparisons. */
static const struct plan PLAN = {.profile = "doctor",
                                 .launches = 8,
                                 .measure_seconds = 0.012,
                                 .warmup_seconds = 0.002,
                                 .slot_seconds = PAIR_SLOT_SECONDS,
                                 .limit_seconds = 60,
                                 .limit_rss_bytes = 8e9};
static const double VISIBLE_HALF_WIDTHS = 1.5, VISIBLE_SHARE = 0.9, BOUND_LEVEL = 0.95;
static const double GAPS_SECONDS = 0.2, GAPS_SHARE = 0.1;

/* Whether the interval says "changed by more than `level`", in either direction. */
static bool is_alarm(const struct interval *ratio, double level)
{
    return ratio->low > 1 + level || ratio->high < 1 / (1 + level);
}

static void fold_medians(double *numbers[3], struct noise_row *row)
{
    double *const medians[3] = {&row->half_width, &row->seconds, &row->typical_ns};
    for (int i = 0; i < 3; i++) {
        order_sort(numbers[i], row->comparisons);
        *medians[i] = order_median(numbers[i], row->comparisons);
    }
    double wide = order_quantile(numbers[0], row->comparisons, VISIBLE_SHARE);
    for (int i = 0; i < NOISE_BUDGET_COUNT; i++)
        row->visible[i] = VISIBLE_HALF_WIDTHS * wide * sqrt(row->seconds / NOISE_BUDGETS[i]);
}

assay_status noise_fold(const struct noise_trial *trials, size_t count, struct noise_row *row)
{
    double *room = calloc(3 * count + 1, sizeof *room);
    if (room == NULL)
        return ASSAY_ERR_MEMORY;
    double *numbers[3] = {room, room + count, room + 2 * count};
    row->comparisons = 0;
    for (int k = 0; k < NOISE_LEVEL_COUNT; k++)
        row->alarms[k] = 0;
    for (size_t i = 0; i < count; i++) {
        const struct interval *ratio = &trials[i].ratio;
        if (!(ratio->low > 0) || !isfinite(ratio->high))
            continue;
        numbers[0][row->comparisons] = log(ratio->high / ratio->low) / 2;
        numbers[1][row->comparisons] = trials[i].seconds;
        numbers[2][row->comparisons++] = trials[i].typical_ns;
        for (int k = 0; k < NOISE_LEVEL_COUNT; k++)
            row->alarms[k] += is_alarm(ratio, NOISE_LEVELS[k]);
    }
    if (row->comparisons > 0)
        fold_medians(numbers, row);
    free(room);
    return ASSAY_OK;
}

void noise_add_up(struct noise *noise)
{
    noise->comparisons = 0;
    for (int k = 0; k < NOISE_LEVEL_COUNT; k++)
        noise->alarms[k] = 0;
    for (size_t i = 0; i < noise->rows.count; i++) {
        noise->comparisons += noise->rows.items[i].comparisons;
        for (int k = 0; k < NOISE_LEVEL_COUNT; k++)
            noise->alarms[k] += noise->rows.items[i].alarms[k];
    }
    for (int k = 0; k < NOISE_LEVEL_COUNT; k++)
        noise->alarm_bounds[k] =
            share_upper_bound(noise->alarms[k], noise->comparisons, BOUND_LEVEL);
}

/* What the machine and our children have used so far. */
struct usage {
    double at_seconds;
    struct machine_ticks ticks;
    double own_seconds, switches;
};

static double seconds_of(struct timeval time)
{
    return (double)time.tv_sec + (double)time.tv_usec * 1e-6;
}

static struct usage usage_now(void)
{
    struct rusage own, children;
    struct usage usage = {.at_seconds = clock_now_seconds(), .ticks = machine_ticks_now()};
    getrusage(RUSAGE_SELF, &own);
    getrusage(RUSAGE_CHILDREN, &children);
    usage.own_seconds = seconds_of(own.ru_utime) + seconds_of(own.ru_stime) +
                        seconds_of(children.ru_utime) + seconds_of(children.ru_stime);
    usage.switches = (double)(own.ru_nivcsw + children.ru_nivcsw);
    return usage;
}

static void compare_usage(const struct usage *before, const struct usage *after,
                          struct noise *noise)
{
    double seconds = after->at_seconds - before->at_seconds;
    double own = after->own_seconds - before->own_seconds;
    double ticks = after->ticks.total - before->ticks.total;
    double busy = (after->ticks.busy - before->ticks.busy) / (double)sysconf(_SC_CLK_TCK);
    noise->seconds = seconds;
    noise->switches_per_second = own > 0 ? (after->switches - before->switches) / own : 0;
    noise->steal_share = noise->others_cores = NOT_KNOWN;
    if (ticks > 0) {
        noise->steal_share = (after->ticks.steal - before->ticks.steal) / ticks;
        noise->others_cores = fmax(busy - own, 0) / seconds;
    }
}

/* One run of noise_measure. */
struct measuring {
    const struct noise_request *request;
    struct arena *arena;
    struct noise *noise;
    noise_trial_vec *trials; /* a vector for each row */
    double began_seconds;
    uint64_t made;
};

static void ignore_step(void *context, const struct session_step *step)
{
    (void)context;
    (void)step;
}

/* The one place that knows how a comparison is made. */
static assay_status compare_with_itself(struct measuring *self, const struct benchmark *benchmark,
                                        comparison_vec *rows)
{
    struct pairing both = {benchmark, benchmark};
    const pairing_vec pairings = {&both, 1, 1};
    struct compare_request request = {.paths = self->request->paths,
                                      .plan = PLAN,
                                      .rules = VERDICT_RULES_DEFAULT,
                                      .false_discovery_rate = 0.05,
                                      .stop = self->request->stop,
                                      .progress = ignore_step};
    request.plan.seed = 1 + PLAN.launches * self->made++;
    self->noise->launches = PLAN.launches;
    self->noise->level = request.rules.level;
    return session_compare_pairings(&request, &pairings, self->arena, rows);
}

static assay_status try_once(struct measuring *self, size_t index)
{
    struct noise_row *row = &self->noise->rows.items[index];
    comparison_vec rows = {0};
    double began = clock_now_seconds();
    assay_status status =
        compare_with_itself(self, &self->request->catalog->benchmarks.items[index], &rows);
    const struct comparison *comparison = rows.count > 0 ? &rows.items[0] : NULL;
    if (status == ASSAY_OK && comparison != NULL && comparison->verdict != VERDICT_NONE) {
        struct noise_trial *trial = vec_add(&self->trials[index]);
        if (trial == NULL)
            status = ASSAY_ERR_MEMORY;
        else
            *trial = (struct noise_trial){comparison->interval, comparison->new_ns,
                                          clock_now_seconds() - began};
    } else if (status == ASSAY_OK && comparison != NULL) {
        row->outcome = comparison->outcome;
        row->reason = comparison->reason;
    }
    vec_release(&rows);
    return status;
}

static void tell(struct measuring *self, const struct benchmark *benchmark)
{
    enum { STEPS_A_SECOND = 10 };
    double elapsed = clock_now_seconds() - self->began_seconds;
    size_t count = (size_t)ceil(fmax(self->request->seconds, elapsed) * STEPS_A_SECOND) + 1;
    struct session_step step = {(size_t)(elapsed * STEPS_A_SECOND), count, benchmark, NULL,
                                elapsed};
    self->request->progress(self->request->context, &step);
}

static bool has_time(const struct measuring *self, size_t index)
{
    const noise_trial_vec *trials = &self->trials[index];
    double elapsed = clock_now_seconds() - self->began_seconds;
    return trials->count == 0 ||
           elapsed + trials->items[trials->count - 1].seconds < self->request->seconds;
}

/* In turn, until a whole round made none. */
static assay_status take_turns(struct measuring *self)
{
    bool made = true;
    while (made) {
        made = false;
        for (size_t i = 0; i < self->noise->rows.count; i++) {
            if (self->request->stop != NULL && *self->request->stop != 0)
                return ASSAY_OK;
            if (self->noise->rows.items[i].reason[0] != '\0' || !has_time(self, i))
                continue;
            tell(self, &self->request->catalog->benchmarks.items[i]);
            TRY(try_once(self, i));
            made = true;
        }
    }
    return ASSAY_OK;
}

static assay_status add_rows(const struct catalog *catalog, struct noise *noise)
{
    for (size_t i = 0; i < catalog->benchmarks.count; i++) {
        struct noise_row *row = vec_add(&noise->rows);
        if (row == NULL)
            return ASSAY_ERR_MEMORY;
        *row = (struct noise_row){.benchmark = catalog->benchmarks.items[i].id, .reason = ""};
    }
    return ASSAY_OK;
}

static assay_status add_failures(const struct catalog *catalog, struct noise *noise)
{
    for (size_t i = 0; i < catalog->failures.count; i++) {
        struct noise_row *row = vec_add(&noise->rows);
        if (row == NULL)
            return ASSAY_ERR_MEMORY;
        *row = (struct noise_row){.benchmark = catalog->failures.items[i].module,
                                  .outcome = OUTCOME_FAILED,
                                  .reason = catalog->failures.items[i].reason};
    }
    return ASSAY_OK;
}

static assay_status measure(struct measuring *self)
{
    struct noise *noise = self->noise;
    TRY(add_rows(self->request->catalog, noise));
    self->trials = calloc(noise->rows.count + 1, sizeof *self->trials);
    assay_status status = self->trials ? take_turns(self) : ASSAY_ERR_MEMORY;
    for (size_t i = 0; self->trials != NULL && i < noise->rows.count; i++) {
        if (status == ASSAY_OK)
            status =
                noise_fold(self->trials[i].items, self->trials[i].count, &noise->rows.items[i]);
        vec_release(&self->trials[i]);
    }
    free(self->trials);
    return status == ASSAY_OK ? add_failures(self->request->catalog, noise) : status;
}

assay_status noise_measure(const struct noise_request *request, struct arena *arena,
                           struct noise *ret_noise)
{
    struct measuring self = {.request = request,
                             .arena = arena,
                             .noise = ret_noise,
                             .began_seconds = clock_now_seconds()};
    *ret_noise = (struct noise){0};
    ret_noise->clock = gaps_watch(fmin(GAPS_SECONDS, request->seconds * GAPS_SHARE));
    struct usage before = usage_now();
    assay_status status = measure(&self);
    struct usage after = usage_now();
    compare_usage(&before, &after, ret_noise);
    noise_add_up(ret_noise);
    return status;
}
