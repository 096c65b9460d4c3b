/* Samples in words: what lies far out, how much they resemble each other, what resampling says.
 * Runs of older versions do not have these numbers and are left out. */
#include <math.h>

#include "base/quantity.h"
#include "report/statistics/statistics.h"
#include "report/values/line.h"

enum { INDENT = 4 };

/* "12 of 340 samples are high outliers, 3 severe" for one side. */
static void add_side(const char *side, size_t mild, size_t severe, size_t samples, struct buf *out)
{
    size_t count = mild + severe;
    if (count == 0)
        return;
    buf_printf(out, "%s%zu of %zu samples %s", out->length > 0 ? "; " : "", count, samples,
               count == 1 ? "is a " : "are ");
    buf_printf(out, "%s outlier%s", side, count == 1 ? "" : "s");
    if (severe > 0)
        buf_printf(out, count == 1 ? ", severe" : ", %zu severe", severe);
}

void report_outliers(const struct summary *summary, struct buf *out)
{
    const struct outliers *outliers = &summary->outliers;
    BUF_AUTO text;
    buf_init(&text, 1024);
    add_side("high", outliers->high_mild, outliers->high_severe, summary->sample_count, &text);
    add_side("low", outliers->low_mild, outliers->low_severe, summary->sample_count, &text);
    if (text.length > 0 && outliers->variance_share > 0)
        buf_printf(&text, "; %.0f %% of the variance is theirs", 100 * outliers->variance_share);
    buf_puts(out, text.text);
}

static void add_interval(const char *name, double value, const struct interval *interval,
                         const char *unit, struct buf *out)
{
    char middle[QUANTITY_TEXT_MAX], low[QUANTITY_TEXT_MAX], high[QUANTITY_TEXT_MAX];
    if (interval->level <= 0)
        return;
    buf_printf(out, "%*sbootstrap %s %s (%s .. %s)\n", INDENT, "", name,
               quantity_format(value, unit, middle), quantity_format(interval->low, unit, low),
               quantity_format(interval->high, unit, high));
}

static void add_result(const struct result *result, struct buf *out)
{
    const struct measurement *main = &result->measurements.items[0];
    const struct summary *summary = &main->summary;
    BUF_AUTO evidence, outliers;
    buf_puts(out, "  ");
    report_text_line(result->benchmark.id, out);
    buf_init(&evidence, 1024);
    buf_init(&outliers, 1024);
    buf_printf(&evidence, "%zu samples of %zu launch%s, worth %.0f independent ones",
               summary->sample_count, summary->launch_count, summary->launch_count == 1 ? "" : "es",
               summary->effective_sample_count);
    buf_printf(&evidence, " (autocorrelation %.2f)", summary->autocorrelation);
    report_outliers(summary, &outliers);
    buf_printf(out, "\n%*s", INDENT, "");
    buf_wrap(out, evidence.text, INDENT);
    buf_printf(out, "%*s", INDENT, "");
    buf_wrap(out, outliers.length > 0 ? outliers.text : "no outliers", INDENT);
    add_interval("median", summary->median, &summary->bootstrap_median, main->metric->unit, out);
    add_interval("mean", summary->mean, &summary->bootstrap_mean, main->metric->unit, out);
}

void report_samples_text(const struct run *run, struct buf *out)
{
    bool headed = false;
    for (size_t i = 0; i < run->results.count; i++) {
        const struct result *result = &run->results.items[i];
        bool known = result->measurements.count > 0 &&
                     result->measurements.items[0].summary.effective_sample_count > 0 &&
                     result->measurements.items[0].summary.sample_count > 1;
        if (!known)
            continue;
        buf_puts(out, headed ? "" : "\nsamples:\n");
        headed = true;
        add_result(result, out);
    }
}
