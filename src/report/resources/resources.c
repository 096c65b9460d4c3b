/* Resources as text.  In the order of the table RESOURCES, whatever the order of the measurements;
 * reasons once a run, since they are mostly the machine's.
 * Invariant: no line is wider than 80 columns for values that leave room for it. */
#include "report/resources/resources.h"

#include <math.h>
#include <string.h>

#include "base/quantity.h"
#include "report/values/line.h"

static void add_leak(const struct summary *growth, struct buf *out)
{
    char low[QUANTITY_TEXT_MAX], high[QUANTITY_TEXT_MAX];
    buf_printf(out, "  %s", leak_name(leak_judge(growth)));
    if (growth->interval.level > 0)
        buf_printf(out, ": %s to %s an iteration", quantity_format(growth->interval.low, "B", low),
                   quantity_format(growth->interval.high, "B", high));
    else
        buf_puts(out, ": needs two launches or more");
    buf_putc(out, '\n');
}

static void add_row(const struct resource *resource, const struct summary *summary, struct buf *out)
{
    char value[QUANTITY_TEXT_MAX];
    buf_printf(out, "  %-26s %12s  %s\n", resource->metric.name,
               quantity_format(summary->median, resource->metric.unit, value), resource->meaning);
}

static void add_result(const struct result *result, struct buf *out)
{
    bool has_head = false;
    for (size_t i = 0; i < RESOURCE_COUNT; i++) {
        const struct measurement *found = result_measurement(result, RESOURCES[i].metric.name);
        if (found == NULL)
            continue;
        if (!has_head) {
            buf_puts(out, "\nresources of ");
            report_text_line(result->benchmark.id, out);
            buf_putc(out, '\n');
        }
        has_head = true;
        add_row(&RESOURCES[i], &found->summary, out);
        if (i == RESOURCE_GROWTH_EACH)
            add_leak(&found->summary, out);
    }
}

static bool is_before(const struct run *run, size_t result, size_t absence,
                      bool (*same)(const struct absence *a, const struct absence *b))
{
    const struct absence *one = &run->results.items[result].missing.items[absence];
    for (size_t i = 0; i <= result; i++) {
        const absence_vec *missing = &run->results.items[i].missing;
        for (size_t m = 0; m < missing->count && !(i == result && m >= absence); m++)
            if (same(&missing->items[m], one))
                return true;
    }
    return false;
}

static bool same_reason(const struct absence *a, const struct absence *b)
{
    return strcmp(a->reason, b->reason) == 0;
}

static bool same_absence(const struct absence *a, const struct absence *b)
{
    return same_reason(a, b) && strcmp(a->metric, b->metric) == 0;
}

/* All metrics that lack for this reason, each once. */
static void add_reason(const struct run *run, const char *reason, struct buf *out)
{
    const char *before = "missing: ";
    for (size_t i = 0; i < run->results.count; i++) {
        const absence_vec *missing = &run->results.items[i].missing;
        for (size_t m = 0; m < missing->count; m++) {
            if (strcmp(missing->items[m].reason, reason) != 0 || is_before(run, i, m, same_absence))
                continue;
            buf_puts(out, before);
            report_text_line(missing->items[m].metric, out);
            before = ", ";
        }
    }
    buf_puts(out, "\n  ");
    report_text_line(reason, out);
    buf_putc(out, '\n');
}

void report_resources(const struct run *run, struct buf *out)
{
    for (size_t i = 0; i < run->results.count; i++)
        add_result(&run->results.items[i], out);
    const char *before = "\n";
    for (size_t i = 0; i < run->results.count; i++) {
        const absence_vec *missing = &run->results.items[i].missing;
        for (size_t m = 0; m < missing->count; m++) {
            if (is_before(run, i, m, same_reason))
                continue;
            buf_puts(out, before);
            before = "";
            add_reason(run, missing->items[m].reason, out);
        }
    }
}
