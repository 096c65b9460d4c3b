/* How silent, how sharp and how fast the detectors of histories are: made-up series with known
 * truth, `count` of each kind, judged by src/stats/history: whole, and value by value as they come.
 *
 *     history-detect COUNT SEED
 *
 * Prints a row a line, tab-separated: what, kind of noise, step in per cent, value.  Noise has a sd
 * of 1 %; of all values 1 % are 5 to 30 % slower. */
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "stats/history/history.h"
#include "stats/history/online.h"

enum { POINTS = 500, STEP_FIRST = 100, STEP_LAST = 400, NEAR = 5, SOON = 100, NEVER = POINTS };
#define SD 0.01
#define OUTLIERS 0.01

enum kind { WHITE, AR5, BIMODAL, RAMP, WALK, AR8, DOUBLED, T3, KINDS };
static const char *const NAMES[KINDS] = {"white", "AR(1) .5", "bimodal",          "ramp",
                                         "walk",  "AR(1) .8", "doubled variance", "t3 tails"};
static const double STEPS[] = {0.01, 0.02, 0.05};

/* ---- drawing ---- */

static uint64_t state;

/* xorshift64*, Vigna, ACM TOMS 42(4), 2016. */
static double uniform(void)
{
    state ^= state >> 12;
    state ^= state << 25;
    state ^= state >> 27;
    return (double)((state * 2685821657736338717u) >> 11) * 0x1p-53;
}

/* Box & Muller, Annals of Mathematical Statistics 29(2), 1958. */
static double normal(void)
{
    return sqrt(-2 * log(1 - uniform())) * cos(2 * M_PI * uniform());
}

/* Student's t with 3 degrees of freedom, divided by its sd. */
static double heavy(void)
{
    double a = normal(), b = normal(), c = normal();
    return normal() / sqrt(a * a + b * b + c * c);
}

static double autocorrelation_of(enum kind kind)
{
    return kind == AR5 ? 0.5 : kind == AR8 ? 0.8 : 0;
}

static void draw(enum kind kind, double step, size_t at, double *values)
{
    const double r = autocorrelation_of(kind), base = pow(10, 5 * uniform() - 1);
    double last = normal(), level = 0;
    for (size_t i = 0; i < POINTS; i++) {
        last = r * last + sqrt(1 - r * r) * (kind == T3 ? heavy() : normal());
        level += kind == WALK ? 0.02 * normal() : kind == RAMP ? 1.0 / POINTS : 0;
        double score = last * (kind == DOUBLED && i >= POINTS / 2 ? sqrt(2) : 1) + level;
        double value = base * (i >= at ? 1 + step : 1) * (1 + SD * score);
        value *= kind == BIMODAL && uniform() < 0.3 ? 1.02 : 1;
        values[i] = value * (uniform() < OUTLIERS ? 1.05 + 0.25 * uniform() : 1);
    }
}

/* ---- judging ---- */

static double cpu_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return (double)now.tv_sec * 1e3 + (double)now.tv_nsec / 1e6;
}

struct tally {
    size_t series, found, near, drifts;
    double cpu_ms;
    size_t alarms, online_drifts; /* value by value */
    size_t delays[NEVER + 1];     /* how many series were that late */
    double online_cpu_ms;
};

static void judge_online(const double *values, size_t at, struct tally *tally)
{
    static struct online online;
    size_t delay = NEVER;
    bool drifts = false;
    memset(&online, 0, sizeof online);
    double began = cpu_ms();
    for (size_t i = 0; i < POINTS; i++) {
        bool alarm;
        struct history_change step;
        struct history_drift drift;
        if (online_push(&online, values[i], &alarm, &step) != ASSAY_OK)
            abort();
        tally->alarms += alarm;
        if (alarm && i >= at && delay == NEVER)
            delay = i - at;
        drifts |= online_drifts(&online, &drift);
    }
    tally->online_cpu_ms += cpu_ms() - began;
    tally->online_drifts += drifts;
    tally->delays[delay]++;
}

static void judge(enum kind kind, double step, size_t at, struct tally *tally)
{
    double values[POINTS];
    struct history history;
    draw(kind, step, at, values);
    judge_online(values, at, tally);
    double began = cpu_ms();
    if (history_find(values, POINTS, &history) != ASSAY_OK)
        abort();
    tally->cpu_ms += cpu_ms() - began;
    bool near = false;
    for (size_t i = 0; i < history.changes.count; i++)
        near |= labs((long)history.changes.items[i].index - (long)at) <= NEAR;
    tally->series++;
    tally->found += history.changes.count;
    tally->near += near;
    tally->drifts += history.drifts.count > 0;
    history_release(&history);
}

/* The least delay that half of the series had at most. */
static size_t median_delay(const struct tally *tally)
{
    size_t sum = 0, delay = 0;
    for (; delay < NEVER; delay++) {
        sum += tally->delays[delay];
        if (2 * sum >= tally->series)
            break;
    }
    return delay;
}

static double found_soon(const struct tally *tally)
{
    size_t sum = 0;
    for (size_t delay = 0; delay <= SOON; delay++)
        sum += tally->delays[delay];
    return (double)sum / (double)tally->series;
}

static void row(const char *what, const char *kind, double step, double value)
{
    printf("%s\t%s\t%g\t%.4f\n", what, kind, 100 * step, value);
}

static double share(size_t part, size_t all)
{
    return (double)part / (double)all;
}

static void add_costs(const struct tally *tally, struct tally *all)
{
    all->cpu_ms += tally->cpu_ms;
    all->online_cpu_ms += tally->online_cpu_ms;
    all->series += tally->series;
}

static void rest(size_t count, struct tally *all)
{
    for (enum kind kind = 0; kind < KINDS; kind++) {
        struct tally tally = {0};
        for (size_t i = 0; i < count; i++)
            judge(kind, 0, POINTS, &tally);
        row("alarms per 1000", NAMES[kind], 0, 1000 * share(tally.found, count * POINTS));
        row("online alarms per 1000", NAMES[kind], 0, 1000 * share(tally.alarms, count * POINTS));
        if (kind == RAMP || kind == WHITE) {
            row("told as drift", NAMES[kind], 0, share(tally.drifts, count));
            row("told as drift online", NAMES[kind], 0, share(tally.online_drifts, count));
        }
        add_costs(&tally, all);
    }
}

static void steps(size_t count, struct tally *all)
{
    for (enum kind kind = WHITE; kind <= BIMODAL; kind++)
        for (size_t k = 0; k < sizeof STEPS / sizeof *STEPS; k++) {
            struct tally tally = {0};
            for (size_t i = 0; i < count; i++) {
                double place = uniform() * (STEP_LAST - STEP_FIRST + 1);
                judge(kind, STEPS[k], STEP_FIRST + (size_t)place, &tally);
            }
            row("recall within 5", NAMES[kind], STEPS[k], share(tally.near, count));
            row("online delay", NAMES[kind], STEPS[k], (double)median_delay(&tally));
            row("online found within 100", NAMES[kind], STEPS[k], found_soon(&tally));
            add_costs(&tally, all);
        }
}

int main(int count_of_words, char **words)
{
    const size_t count = count_of_words > 1 ? strtoul(words[1], NULL, 10) : 2000;
    state = count_of_words > 2 ? strtoull(words[2], NULL, 10) : 20261121;
    state = state * 0x9E3779B97F4A7C15u + 1;
    struct tally all = {0};
    rest(count, &all);
    steps(count, &all);
    row("CPU ms a series", "all", 0, all.cpu_ms / (double)all.series);
    row("online CPU us a value", "all", 0, all.online_cpu_ms * 1e3 / (double)(all.series * POINTS));
    return 0;
}
