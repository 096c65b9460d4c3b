/* The terminal table: one line a benchmark, half-widths in per cent, since that is what one asks of
 * a number.  Invariant: rows of measured benchmarks fit 80 columns for ids of up to 40 bytes. */
#include <math.h>

#include "report/report.h"

static void add_quantity(double value, const char *const units[4], FILE *out)
{
    for (int i = 0; i < 3 && value >= 1000; i++, units++)
        value /= 1000;
    fprintf(out, " %8.4g %-4s", value, *units);
}

static void add_measured(const struct result *result, FILE *out)
{
    static const char *const UNITS[][4] = {
        {"ns", "us", "ms", "s"}, {"B/s", "kB/s", "MB/s", "GB/s"}, {"/s", "k/s", "M/s", "G/s"}};
    const struct summary *time = &result->time_ns;
    double half = fmax(time->median - time->low, time->high - time->median);
    double work = result->bytes > 0 ? result->bytes : result->items;
    add_quantity(time->median, UNITS[0], out);
    if (time->level > 0)
        fprintf(out, " +-%5.2f %%", half / time->median * 100);
    else
        fprintf(out, " %9s", "+-?");
    if (work > 0)
        add_quantity(work / time->median * 1e9, UNITS[result->bytes > 0 ? 1 : 2], out);
}

void report_text(const struct run *run, FILE *out)
{
    fprintf(out, "%-40s %13s %9s %13s\n", "benchmark", "time    ", "95 %", "rate    ");
    for (size_t i = 0; i < run->results.count; i++) {
        const struct result *result = &run->results.items[i];
        fprintf(out, "%-40s", result->benchmark);
        if (result->outcome == OUTCOME_OK)
            add_measured(result, out);
        else
            fprintf(out, " %s: %s", OUTCOMES[result->outcome], result->reason);
        fprintf(out, "\n");
    }
}
