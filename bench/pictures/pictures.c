/* The pictures of docs/reading.md: made-up samples, and what assay's own statistics say of them.
 * Why made up: a picture explains one thing, and a machine shows all of them at once.  The noise is
 * a sum of twelve uniform numbers of a fixed seed, so that every machine draws the same.
 *
 *     reading-pictures FOLDER      writes FOLDER/NAME.svg of each */
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "canvas.h"
#include "compare/verdict.h"
#include "model/model.h"
#include "stats/history/history.h"
#include "stats/summary.h"

enum { LAUNCHES = 5, PER_LAUNCH = 40, SAMPLES = LAUNCHES * PER_LAUNCH, LEFT = 96, RIGHT = 700 };

static uint64_t state;

static double uniform(void)
{
    state = state * 6364136223846793005U + 1442695040888963407U;
    return (double)(state >> 11) / 9007199254740992.0;
}

/* Mean 0, standard deviation 1. */
static double noise(void)
{
    double sum = -6;
    for (int i = 0; i < 12; i++)
        sum += uniform();
    return sum;
}

struct samples {
    double values[SAMPLES];
    uint32_t launches[SAMPLES];
    struct summary summary;
};

static bool judge(struct samples *samples)
{
    for (int i = 0; i < SAMPLES; i++)
        samples->launches[i] = (uint32_t)(i / PER_LAUNCH);
    return summarize(samples->values, samples->launches, SAMPLES, &samples->summary) == ASSAY_OK;
}

static void add_band(struct canvas *canvas, const struct interval *interval, double top,
                     double foot)
{
    canvas_band(canvas, PEN_MAIN, (struct canvas_point){canvas_at(canvas, interval->low), top},
                (struct canvas_point){canvas_at(canvas, interval->high), foot});
}

/* Launches: each has a level of its own; the interval is of their medians. */
static bool draw_launches(struct canvas *canvas)
{
    static const double LEVELS[LAUNCHES] = {100, 101.4, 99.2, 102.1, 100.6};
    struct samples samples;
    double *medians;
    size_t count;
    state = 3;
    for (int i = 0; i < SAMPLES; i++)
        samples.values[i] = LEVELS[i / PER_LAUNCH] + 0.35 * noise();
    if (!judge(&samples) || summarize_launch_medians(samples.values, samples.launches, SAMPLES,
                                                     &medians, &count) != ASSAY_OK)
        return false;
    canvas_begin(canvas, 210, "Samples of five launches, their medians, and the interval");
    *canvas = (struct canvas){canvas->svg, 97, 104, LEFT, RIGHT};
    add_band(canvas, &samples.summary.interval, 14, 178);
    for (int i = 0; i < SAMPLES; i++) {
        const int launch = i / PER_LAUNCH;
        const double y = 30 + 28 * launch;
        canvas_dot(canvas, PEN_QUIET,
                   (struct canvas_point){canvas_at(canvas, samples.values[i]), y}, 2);
    }
    for (size_t i = 0; i < count; i++) {
        const double y = 30 + 28 * (double)i;
        canvas_text(canvas, ANCHOR_END, (struct canvas_point){LEFT - 12, y + 4}, "launch %zu",
                    i + 1);
        canvas_dot(canvas, PEN_BAD, (struct canvas_point){canvas_at(canvas, medians[i]), y}, 5);
    }
    free(medians);
    const struct interval *interval = &samples.summary.interval;
    const double marks[] = {interval->low, samples.summary.median, interval->high};
    canvas_interval(canvas, PEN_MAIN, 178, marks);
    canvas_text(canvas, ANCHOR_MIDDLE,
                (struct canvas_point){canvas_at(canvas, samples.summary.median), 202},
                "%.1f ns, 95 %% between %.1f and %.1f ns", samples.summary.median, interval->low,
                interval->high);
    canvas_end(canvas);
    return true;
}

/* Values against their position, from left to right. */
static void add_values(struct canvas *canvas, const double *values, size_t count, double limit)
{
    for (size_t i = 0; i < count; i++) {
        const double x = LEFT + ((double)i + 0.5) * (RIGHT - LEFT) / (double)count;
        canvas_dot(canvas, values[i] > limit ? PEN_BAD : PEN_QUIET,
                   (struct canvas_point){x, canvas_at(canvas, values[i])}, 2.5);
    }
}

static void add_level(struct canvas *canvas, enum pen pen, double value, const char *name)
{
    const double y = canvas_at(canvas, value);
    canvas_line(canvas, pen, (struct canvas_point){LEFT, y}, (struct canvas_point){RIGHT, y});
    canvas_text(canvas, ANCHOR_END, (struct canvas_point){LEFT - 10, y + 4}, "%s", name);
}

/* Outliers: a few samples that met an interruption. */
static bool draw_outliers(struct canvas *canvas)
{
    struct samples samples;
    state = 7;
    for (int i = 0; i < SAMPLES; i++)
        samples.values[i] = 100 + 0.5 * noise() + (i % 13 == 7 ? 8 + 12 * uniform() : 0);
    if (!judge(&samples))
        return false;
    const struct summary *summary = &samples.summary;
    canvas_begin(canvas, 210, "Samples in order: a few lie far above all others");
    *canvas = (struct canvas){canvas->svg, 98, 122, 168, 20};
    add_values(canvas, samples.values, SAMPLES, 104);
    add_level(canvas, PEN_MAIN, summary->median, "median");
    add_level(canvas, PEN_DOUBT, summary->mean, "mean");
    canvas_text(
        canvas, ANCHOR_START, (struct canvas_point){LEFT, 200},
        "%zu of %d samples are high outliers, %zu severe; %.0f %% of the variance is theirs",
        summary->outliers.high_mild + summary->outliers.high_severe, SAMPLES,
        summary->outliers.high_severe, 100 * summary->outliers.variance_share);
    canvas_end(canvas);
    return true;
}

/* Drift within launches: neighbours resemble each other, many samples tell as much as few. */
static bool draw_drift(struct canvas *canvas)
{
    struct samples samples;
    state = 11;
    for (int i = 0; i < SAMPLES; i++)
        samples.values[i] = 100 + 0.08 * (i % PER_LAUNCH) + 0.25 * noise();
    if (!judge(&samples))
        return false;
    canvas_begin(canvas, 210, "Samples in order: each launch grows slower while it runs");
    *canvas = (struct canvas){canvas->svg, 99, 105, 168, 20};
    add_values(canvas, samples.values, SAMPLES, (double)INFINITY);
    for (int i = 1; i < LAUNCHES; i++) {
        const double x = LEFT + (double)i * (RIGHT - LEFT) / LAUNCHES;
        canvas_line(canvas, PEN_QUIET, (struct canvas_point){x, 20}, (struct canvas_point){x, 168});
    }
    canvas_text(canvas, ANCHOR_START, (struct canvas_point){LEFT, 200},
                "%d samples of %d launches, worth %.0f independent ones (autocorrelation %.2f)",
                SAMPLES, LAUNCHES, samples.summary.effective_sample_count,
                samples.summary.autocorrelation);
    canvas_end(canvas);
    return true;
}

/* A history with a step. */
static bool draw_change(struct canvas *canvas)
{
    enum { COMMITS = 60, STEP = 38 };
    double values[COMMITS];
    struct history history;
    state = 5;
    for (int i = 0; i < COMMITS; i++)
        values[i] = (i < STEP ? 100 : 103) + 0.8 * noise();
    if (history_find(values, COMMITS, &history) != ASSAY_OK || history.changes.count != 1)
        return false;
    const struct history_change change = history.changes.items[0];
    const double step = (double)(RIGHT - LEFT) / COMMITS;
    canvas_begin(canvas, 210, "A value over sixty commits: a step, and where it surely lies");
    *canvas = (struct canvas){canvas->svg, 97, 106, 168, 20};
    canvas_band(canvas, PEN_BAD, (struct canvas_point){LEFT + (double)change.low_index * step, 20},
                (struct canvas_point){LEFT + (double)(change.high_index + 1) * step, 168});
    add_values(canvas, values, COMMITS, (double)INFINITY);
    const double x = LEFT + (double)change.index * step;
    canvas_line(canvas, PEN_BAD, (struct canvas_point){x, 20}, (struct canvas_point){x, 168});
    canvas_text(canvas, ANCHOR_START, (struct canvas_point){LEFT, 200},
                "a step at commit %zu (surely %zu to %zu): %+.1f %%, 95 %% between %+.1f and %+.1f",
                change.index + 1, change.low_index + 1, change.high_index + 1,
                (change.ratio - 1) * 100, (change.interval.low - 1) * 100,
                (change.interval.high - 1) * 100);
    canvas_end(canvas);
    history_release(&history);
    return true;
}

struct shown {
    double low, middle, high;
    const char *text;
    enum pen pen;
};

static void add_rows(struct canvas *canvas, const struct shown *rows, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const double y = 34 + 32 * (double)i;
        const double marks[] = {rows[i].low, rows[i].middle, rows[i].high};
        canvas_text(canvas, ANCHOR_END, (struct canvas_point){LEFT + 4, y + 4}, "%s", rows[i].text);
        canvas_interval(canvas, rows[i].pen, y, marks);
    }
}

/* Verdicts: where the interval of the ratio lies. */
static bool draw_verdicts(struct canvas *canvas)
{
    static const double RATIOS[][3] = {
        {1.021, 1.03, 1.039}, {0.962, 0.97, 0.978}, {0.996, 1.001, 1.006}, {0.992, 1.012, 1.032}};
    static const enum pen PENS[] = {[VERDICT_SLOWER] = PEN_BAD,
                                    [VERDICT_FASTER] = PEN_GOOD,
                                    [VERDICT_SAME] = PEN_MAIN,
                                    [VERDICT_UNDECIDED] = PEN_DOUBT};
    const struct verdict_rules rules = VERDICT_RULES_DEFAULT;
    struct shown rows[4];
    for (int i = 0; i < 4; i++) {
        const struct interval interval = {RATIOS[i][0], RATIOS[i][2], rules.level};
        const enum verdict verdict = verdict_of(&interval, &rules);
        rows[i] = (struct shown){(RATIOS[i][0] - 1) * 100, (RATIOS[i][1] - 1) * 100,
                                 (RATIOS[i][2] - 1) * 100, verdict_name(verdict), PENS[verdict]};
    }
    canvas_begin(canvas, 190, "Four intervals of a change beside the margin: the four verdicts");
    *canvas = (struct canvas){canvas->svg, -5, 5, LEFT + 20, RIGHT};
    canvas_band(canvas, PEN_QUIET,
                (struct canvas_point){canvas_at(canvas, -100 * rules.margin), 14},
                (struct canvas_point){canvas_at(canvas, 100 * rules.margin), 150});
    add_rows(canvas, rows, 4);
    for (int percent = -4; percent <= 4; percent += 2)
        canvas_text(canvas, ANCHOR_MIDDLE, (struct canvas_point){canvas_at(canvas, percent), 176},
                    "%+d %%", percent);
    canvas_end(canvas);
    return true;
}

/* Targets: where the interval of the value lies. */
static bool draw_targets(struct canvas *canvas)
{
    static const struct shown ROWS[] = {{0.82, 0.86, 0.9, "met", PEN_GOOD},
                                        {0.95, 0.98, 1.02, "undecided", PEN_DOUBT},
                                        {1.06, 1.1, 1.15, "missed", PEN_BAD}};
    canvas_begin(canvas, 158, "Three intervals beside a bound: met, undecided, missed");
    *canvas = (struct canvas){canvas->svg, 0.75, 1.2, LEFT + 20, RIGHT};
    add_rows(canvas, ROWS, 3);
    const double x = canvas_at(canvas, 1);
    canvas_line(canvas, PEN_QUIET, (struct canvas_point){x, 14}, (struct canvas_point){x, 122});
    canvas_text(canvas, ANCHOR_MIDDLE, (struct canvas_point){x, 144}, "bound: 1.000 ms");
    canvas_end(canvas);
    return true;
}

static bool write_file(const char *folder, const char *name, const struct buf *svg)
{
    char path[4096];
    snprintf(path, sizeof path, "%s/%s.svg", folder, name);
    FILE *file = svg->status == ASSAY_OK ? fopen(path, "w") : NULL;
    if (file == NULL)
        return false;
    const bool written = fwrite(svg->text, 1, svg->length, file) == svg->length;
    return fclose(file) == 0 && written;
}

int main(int argc, char **argv)
{
    static const struct {
        const char *name;
        bool (*draw)(struct canvas *canvas);
    } PICTURES[] = {{"launches", draw_launches}, {"outliers", draw_outliers},
                    {"drift", draw_drift},       {"change", draw_change},
                    {"verdicts", draw_verdicts}, {"targets", draw_targets}};
    if (argc != 2) {
        fprintf(stderr, "usage: reading-pictures FOLDER\n");
        return 2;
    }
    for (size_t i = 0; i < sizeof PICTURES / sizeof *PICTURES; i++) {
        struct canvas canvas = {0};
        if (!PICTURES[i].draw(&canvas) || !write_file(argv[1], PICTURES[i].name, &canvas.svg)) {
            fprintf(stderr, "reading-pictures: cannot make %s/%s.svg\n", argv[1], PICTURES[i].name);
            return 3;
        }
        buf_release(&canvas.svg);
    }
    return 0;
}
