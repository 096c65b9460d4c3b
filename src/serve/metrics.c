/* The newest run in OpenMetrics 1.0, for what collects such numbers.
 * Why three families with labels and not one family a metric: benchmarks name metrics of their own,
 * and any text is a label's value while few are a family's name. */
#include <math.h>
#include <string.h>

#include "base/text.h"
#include "serve/answer.h"

/* As the standard wants it; bytes that are not UTF-8 become '?'. */
static void add_label(struct buf *out, const char *name, const char *value)
{
    buf_printf(out, "%s=\"", name);
    for (size_t length = strlen(value); length > 0;) {
        size_t sound = text_utf8_prefix(value, length);
        for (size_t i = 0; i < sound; i++) {
            if (value[i] == '\n')
                buf_puts(out, "\\n");
            else if (value[i] == '"' || value[i] == '\\')
                buf_printf(out, "\\%c", value[i]);
            else
                buf_putc(out, value[i]);
        }
        if (sound < length)
            buf_putc(out, '?');
        value += sound < length ? sound + 1 : sound;
        length -= sound < length ? sound + 1 : sound;
    }
    buf_putc(out, '"');
}

static void add_number(struct buf *out, double value)
{
    if (isfinite(value))
        buf_printf(out, " %.12g\n", value);
    else
        buf_puts(out, isnan(value) ? " NaN\n" : value > 0 ? " +Inf\n" : " -Inf\n");
}

static const double *median_of(const struct summary *summary)
{
    return &summary->median;
}

static const double *low_of(const struct summary *summary)
{
    return &summary->interval.low;
}

static const double *high_of(const struct summary *summary)
{
    return &summary->interval.high;
}

static const struct family {
    const char *name, *help;
    const double *(*value)(const struct summary *summary);
} FAMILIES[] = {
    {"assay_median", "Median of the launches' medians, in the unit of the label.", median_of},
    {"assay_median_low", "Lower end of the median's interval.", low_of},
    {"assay_median_high", "Upper end of the median's interval.", high_of},
};

static void add_family(struct buf *out, const struct family *family, const struct run *run)
{
    buf_printf(out, "# TYPE %s gauge\n# HELP %s %s\n", family->name, family->name, family->help);
    for (size_t i = 0; i < run->results.count; i++) {
        const struct result *result = &run->results.items[i];
        for (size_t k = 0; k < result->measurements.count; k++) {
            const struct measurement *measurement = &result->measurements.items[k];
            buf_printf(out, "%s{", family->name);
            add_label(out, "benchmark", result->benchmark.id);
            buf_putc(out, ',');
            add_label(out, "metric", measurement->metric->name);
            buf_putc(out, ',');
            add_label(out, "unit", measurement->metric->unit);
            buf_putc(out, '}');
            add_number(out, *family->value(&measurement->summary));
        }
    }
}

static void add_outcomes(struct buf *out, const struct run *run)
{
    unsigned counts[OUTCOME_SKIPPED + 1] = {0};
    for (size_t i = 0; i < run->results.count; i++)
        counts[run->results.items[i].outcome]++;
    buf_puts(out, "# TYPE assay_results gauge\n# HELP assay_results Benchmarks by outcome.\n");
    for (int i = OUTCOME_OK; i <= OUTCOME_SKIPPED; i++)
        buf_printf(out, "assay_results{outcome=\"%s\"} %u\n", outcome_name((enum outcome)i),
                   counts[i]);
}

assay_status metrics_latest(struct asked *asked)
{
    struct run run = {0};
    TRY(asked_run(asked, "latest", &run));
    buf_puts(asked->out,
             "# TYPE assay_run info\n# HELP assay_run The newest run.\nassay_run_info{");
    add_label(asked->out, "run", run.id);
    buf_putc(asked->out, ',');
    add_label(asked->out, "commit", run.commit);
    buf_putc(asked->out, ',');
    add_label(asked->out, "branch", run.branch);
    buf_puts(asked->out, "} 1\n");
    add_outcomes(asked->out, &run);
    for (size_t i = 0; i < sizeof FAMILIES / sizeof *FAMILIES; i++)
        add_family(asked->out, &FAMILIES[i], &run);
    buf_puts(asked->out, "# EOF\n");
    run_release(&run);
    return asked->out->status;
}
