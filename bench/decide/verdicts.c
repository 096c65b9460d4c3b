/* Whole suites drawn from recorded launches and judged by the program's own arithmetic.
 *
 *     decide-verdicts suites  SUITES BENCHMARKS LEAST MOST PLANTED SHIFT SEED
 *     decide-verdicts analysis LAUNCHES PAIRS_PER_LAUNCH
 *
 * Input: a line for each recorded A/A comparison, `GROUP LOG_RATIO LOG_RATIO ...`, one log ratio a
 * launch.  A drawn benchmark belongs to one group; its launches are runs of BLOCK neighbours of
 * recorded comparisons of that group, so that what lasts longer than a launch stays together.  The
 * median of each group is taken off first: a draw is unchanged only if its population is.
 *
 * suites: each benchmark is judged as the gate does it: from LEAST launches on, at a level raised
 * by the number of benchmarks, until the gate is decided or MOST are used.  The share PLANTED of
 * them is made slower by the log ratio SHIFT.  Prints a line for each suite: gate failures of
 * unchanged benchmarks, undecided ones, benchmarks listed as changed, and unchanged ones among
 * those.
 *
 * analysis: makes a comparison of LAUNCHES of each line, which start over where they end, with
 * PAIRS_PER_LAUNCH pairs each, and prints the microseconds of CPU that all looks at it take. */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "compare/verdict.h"
#include "stats/order.h"
#include "stats/sequence.h"

enum { BLOCK = 4, GROUP_MAX = 128, LAUNCHES_MAX = 512 };
#define FAMILY_ERROR 0.01 /* as session/gate.c has it */
#define LISTED_RATE 0.05
#define GATE_LIMIT 0.05

struct recording {
    char group[GROUP_MAX];
    double *launches;
    size_t count;
};
typedef VEC(struct recording) recording_vec;

/* Neighbours in `recordings`, which is sorted by group. */
struct group {
    size_t first, count;
};
typedef VEC(struct group) group_vec;

struct plan_of_suites {
    long suites, benchmarks, least, most;
    double planted, shift;
};

struct drawn {
    double log_e;
    enum gate gate;
    bool changed;
};

static uint64_t random_state;

/* xorshift64*, Vigna 2016. */
static uint64_t next_random(void)
{
    random_state ^= random_state >> 12;
    random_state ^= random_state << 25;
    random_state ^= random_state >> 27;
    return random_state * 0x2545f4914f6cdd1du;
}

static size_t below(size_t limit)
{
    /* NOLINTNEXTLINE(clang-analyzer-core.DivideZero): of what there is */
    return (size_t)(next_random() >> 11) % limit;
}

static double unit(void)
{
    return (double)(next_random() >> 11) * 0x1p-53;
}

__attribute__((noreturn)) static void die(const char *what)
{
    fprintf(stderr, "decide-verdicts: %s\n", what);
    exit(2);
}

static void must(assay_status status)
{
    if (status != ASSAY_OK)
        die(status_text(status));
}

/* ---- recordings ---- */

static void read_line(char *line, recording_vec *recordings)
{
    static double values[LAUNCHES_MAX];
    char *rest = NULL, *word = strtok_r(line, " \n", &rest);
    if (word == NULL)
        return;
    struct recording *recording = vec_add(recordings);
    if (recording == NULL || strlen(word) >= GROUP_MAX)
        die("a group's name is too long, or memory is out");
    *recording = (struct recording){.count = 0};
    memcpy(recording->group, word, strlen(word));
    while ((word = strtok_r(NULL, " \n", &rest)) != NULL) {
        char *end;
        double value = strtod(word, &end);
        if (*end != '\0' || !isfinite(value) || recording->count == LAUNCHES_MAX)
            die("not a line of log ratios: 'GROUP LOG_RATIO ...', at most 512 of them");
        values[recording->count++] = value;
    }
    recording->launches = calloc(recording->count + 1, sizeof *recording->launches);
    if (recording->launches == NULL || recording->count == 0)
        die("a comparison without launches");
    memcpy(recording->launches, values, recording->count * sizeof *values);
}

static int by_group(const void *a, const void *b)
{
    return strcmp(((const struct recording *)a)->group, ((const struct recording *)b)->group);
}

static recording_vec read_recordings(void)
{
    recording_vec recordings = {0};
    char *line = NULL;
    size_t room = 0;
    while (getline(&line, &room, stdin) > 0)
        read_line(line, &recordings);
    free(line);
    if (recordings.count == 0)
        die("no recorded comparison on standard input");
    qsort(recordings.items, recordings.count, sizeof *recordings.items, by_group);
    return recordings;
}

static group_vec groups_of(const recording_vec *recordings)
{
    group_vec groups = {0};
    for (size_t i = 0; i < recordings->count; i++) {
        bool fresh = i == 0 || by_group(&recordings->items[i - 1], &recordings->items[i]) != 0;
        if (fresh && vec_add(&groups) == NULL)
            die("memory is out");
        struct group *group = &groups.items[groups.count - 1];
        if (fresh)
            *group = (struct group){.first = i};
        group->count++;
    }
    return groups;
}

/* The median, since one launch that met a burst of noise moves a mean further than all others
 * scatter. */
static void center(const recording_vec *recordings, const struct group *group)
{
    const struct recording *first = recordings->items + group->first;
    VEC(double) all = {0};
    for (size_t i = 0; i < group->count; i++)
        for (size_t k = 0; k < first[i].count; k++) {
            double *value = vec_add(&all);
            if (value == NULL)
                die("memory is out");
            *value = first[i].launches[k];
        }
    order_sort(all.items, all.count);
    double median = order_median(all.items, all.count);
    for (size_t i = 0; i < group->count; i++)
        for (size_t k = 0; k < first[i].count; k++)
            first[i].launches[k] -= median;
    vec_release(&all);
}

/* ---- suites ---- */

/* Fills `pairs` with one pair a launch, whose log ratio is that of a recorded launch + shift. */
static void draw_launches(const recording_vec *recordings, const struct group *group, size_t count,
                          double shift, struct pair_sample *pairs)
{
    for (size_t i = 0; i < count;) {
        const struct recording *from = &recordings->items[group->first + below(group->count)];
        size_t length = from->count < BLOCK ? from->count : BLOCK;
        size_t start = below(from->count - length + 1);
        for (size_t k = 0; k < length && i < count; k++, i++)
            pairs[i] = (struct pair_sample){.old_ns = 1,
                                            .new_ns = exp(from->launches[start + k] + shift),
                                            .launch = (uint32_t)i};
    }
}

static struct drawn judge(const struct plan_of_suites *plan, struct pair_sample *pairs,
                          bool changed)
{
    const struct verdict_rules rules = {.level = 1 - FAMILY_ERROR / (double)plan->benchmarks,
                                        .margin = 0.01,
                                        .warn = GATE_LIMIT,
                                        .fail = GATE_LIMIT};
    struct comparison comparison = {.gate = GATE_UNDECIDED};
    struct evidence evidence = {0};
    for (long i = 0; i < plan->most && comparison.gate == GATE_UNDECIDED; i++) {
        must(evidence_add_launch(&pairs[i], 1, &evidence));
        if (i + 1 >= plan->least)
            must(verdict_from_evidence(&evidence, &rules, &comparison));
    }
    evidence_release(&evidence);
    return (struct drawn){log(comparison.e_value), comparison.gate, changed};
}

static void print_suite(const struct drawn *drawn, size_t count, double *log_e, bool *listed)
{
    size_t failed = 0, undecided = 0, all = 0, wrong = 0;
    for (size_t i = 0; i < count; i++)
        log_e[i] = drawn[i].log_e;
    must(sequence_discoveries(log_e, count, LISTED_RATE, listed));
    for (size_t i = 0; i < count; i++) {
        failed += drawn[i].gate == GATE_FAIL && !drawn[i].changed;
        undecided += drawn[i].gate == GATE_UNDECIDED;
        all += listed[i];
        wrong += listed[i] && !drawn[i].changed;
    }
    printf("%zu %zu %zu %zu\n", failed, undecided, all, wrong);
}

static void draw_suites(const struct plan_of_suites *plan, const recording_vec *recordings)
{
    size_t count = (size_t)plan->benchmarks;
    group_vec groups = groups_of(recordings);
    struct drawn *drawn = calloc(count, sizeof *drawn);
    struct pair_sample *pairs = calloc((size_t)plan->most, sizeof *pairs);
    double *log_e = calloc(count, sizeof *log_e);
    bool *listed = calloc(count, sizeof *listed);
    if (drawn == NULL || pairs == NULL || log_e == NULL || listed == NULL)
        die("memory is out");
    for (size_t i = 0; i < groups.count; i++)
        center(recordings, &groups.items[i]);
    for (long suite = 0; suite < plan->suites; suite++) {
        for (size_t i = 0; i < count; i++) {
            bool changed = unit() < plan->planted;
            draw_launches(recordings, &groups.items[below(groups.count)], (size_t)plan->most,
                          changed ? plan->shift : 0, pairs);
            drawn[i] = judge(plan, pairs, changed);
        }
        print_suite(drawn, count, log_e, listed);
    }
    free(drawn);
    free(pairs);
    free(log_e);
    free(listed);
    vec_release(&groups);
}

/* ---- analysis ---- */

static double now_us(void)
{
    struct timespec now;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec * 1e6 + (double)now.tv_nsec / 1e3;
}

/* Every look of a comparison, as `assay compare` does it. */
static double analyse(const struct recording *recording, size_t launches, size_t each)
{
    const struct verdict_rules rules = VERDICT_RULES_DEFAULT;
    struct comparison comparison = {0};
    struct evidence evidence = {0};
    struct pair_sample *pairs = calloc(launches * each, sizeof *pairs);
    if (pairs == NULL)
        die("memory is out");
    for (size_t i = 0; i < launches * each; i++) {
        double launch = recording->launches[i / each % recording->count];
        pairs[i] = (struct pair_sample){.old_ns = 1,
                                        .new_ns = exp(launch + 0.01 * (unit() - 0.5)),
                                        .launch = (uint32_t)(i / each)};
    }
    double began_us = now_us();
    for (size_t i = 0; i < launches; i++) {
        must(evidence_add_launch(pairs + i * each, each, &evidence));
        must(verdict_from_evidence(&evidence, &rules, &comparison));
    }
    pair_vec all = {.items = pairs, .count = launches * each};
    must(verdict_describe(&all, &comparison));
    double us = now_us() - began_us;
    evidence_release(&evidence);
    free(pairs);
    return us;
}

/* ---- the command line ---- */

static double number(const char *word, double low, double high)
{
    char *end;
    errno = 0;
    double value = strtod(word, &end);
    if (errno != 0 || end == word || *end != '\0' || !(value >= low && value <= high)) {
        fprintf(stderr, "decide-verdicts: '%s' is not from %g to %g\n", word, low, high);
        exit(2);
    }
    return value;
}

int main(int argc, char **argv)
{
    bool suites = argc == 9 && strcmp(argv[1], "suites") == 0;
    if (!suites && (argc != 4 || strcmp(argv[1], "analysis") != 0))
        die("usage: decide-verdicts suites SUITES BENCHMARKS LEAST MOST PLANTED SHIFT SEED, or "
            "analysis LAUNCHES PAIRS_PER_LAUNCH");
    random_state = 88172645463325252u;
    recording_vec recordings = {0};
    if (suites) {
        const struct plan_of_suites plan = {.suites = (long)number(argv[2], 1, 1e9),
                                            .benchmarks = (long)number(argv[3], 1, 1e6),
                                            .least = (long)number(argv[4], 2, LAUNCHES_MAX),
                                            .most = (long)number(argv[5], 2, LAUNCHES_MAX),
                                            .planted = number(argv[6], 0, 1),
                                            .shift = number(argv[7], -1, 1)};
        random_state ^= (uint64_t)number(argv[8], 0, 1e15) * 0x9e3779b97f4a7c15u;
        recordings = read_recordings();
        draw_suites(&plan, &recordings);
    } else {
        size_t launches = (size_t)number(argv[2], 1, LAUNCHES_MAX);
        size_t each = (size_t)number(argv[3], 1, 1e6);
        recordings = read_recordings();
        for (size_t i = 0; i < recordings.count; i++)
            printf("%.1f\n", analyse(&recordings.items[i], launches, each));
    }
    for (size_t i = 0; i < recordings.count; i++)
        free(recordings.items[i].launches);
    vec_release(&recordings);
    return 0;
}
