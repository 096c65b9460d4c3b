/* Packing of samples.  Why not the numbers themselves: half a million of them would be 5 MB of
 * text, and no screen shows more than some thousand steps.
 * Invariant: the statistics of a page come from the run's summaries, never from what is here. */
#include "report/web/packed.h"

#include <math.h>
#include <stdlib.h>

enum { STEP_MAX = 65534, STEP_NONE = 65535 };

void web_base64(struct buf *out, const void *data, size_t length)
{
    static const char DIGITS[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    const unsigned char *bytes = data;
    for (size_t i = 0; i < length; i += 3) {
        const size_t left = length - i;
        const unsigned word = (unsigned)bytes[i] << 16 |
                              (left > 1 ? (unsigned)bytes[i + 1] : 0) << 8 |
                              (left > 2 ? (unsigned)bytes[i + 2] : 0);
        const char four[4] = {DIGITS[word >> 18], DIGITS[word >> 12 & 63],
                              left > 1 ? DIGITS[word >> 6 & 63] : '=',
                              left > 2 ? DIGITS[word & 63] : '='};
        buf_add(out, four, sizeof four);
    }
}

/* NaN without a usable time. */
static double time_of(const struct sample *sample)
{
    const double ns =
        sample->iterations > 0 ? sample->ns / (double)sample->iterations : (double)NAN;
    return isfinite(ns) ? ns : (double)NAN;
}

struct range {
    double from, to;
    double steps; /* per unit of the time, or of its logarithm */
    bool is_log;
};

static struct range range_of(const sample_vec *samples)
{
    struct range range = {.from = (double)INFINITY, .to = -(double)INFINITY};
    for (size_t i = 0; i < samples->count; i++) {
        range.from = fmin(range.from, time_of(&samples->items[i]));
        range.to = fmax(range.to, time_of(&samples->items[i]));
    }
    range.is_log = range.from > 0;
    const double width = range.is_log ? log(range.to / range.from) : range.to - range.from;
    range.steps = width > 0 && isfinite(width) ? STEP_MAX / width : 0;
    return range;
}

static unsigned step_of(const struct range *range, double ns)
{
    if (isnan(ns))
        return STEP_NONE;
    const double offset = range->is_log ? log(ns / range->from) : ns - range->from;
    return (unsigned)fmin(fmax(offset * range->steps + 0.5, 0), STEP_MAX);
}

static void add_launches(const sample_vec *samples, struct buf *out)
{
    size_t since = 0;
    buf_puts(out, "\"launches\":[");
    for (size_t i = 1; i <= samples->count; i++)
        if (i == samples->count || samples->items[i].launch != samples->items[since].launch) {
            buf_printf(out, "%s%zu", since > 0 ? "," : "", i - since);
            since = i;
        }
    buf_puts(out, "],");
}

assay_status web_pack(const sample_vec *samples, struct buf *out)
{
    const struct range range = range_of(samples);
    const bool is_finite = range.from <= range.to;
    unsigned char *steps = malloc(2 * samples->count + 1);
    if (steps == NULL)
        return ASSAY_ERR_MEMORY;
    for (size_t i = 0; i < samples->count; i++) {
        const unsigned step = step_of(&range, time_of(&samples->items[i]));
        steps[2 * i] = (unsigned char)(step & 255);
        steps[2 * i + 1] = (unsigned char)(step >> 8);
    }
    buf_printf(out, "{\"from\":%.9g,\"to\":%.9g,\"log\":%s,", is_finite ? range.from : 0,
               is_finite ? range.to : 0, range.is_log && is_finite ? "true" : "false");
    add_launches(samples, out);
    buf_puts(out, "\"data\":\"");
    web_base64(out, steps, 2 * samples->count);
    buf_puts(out, "\"}");
    free(steps);
    return out->status;
}
