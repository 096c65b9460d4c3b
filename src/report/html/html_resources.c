/* The table of what a benchmark used beside time, in its section of the page.
 * Invariant: what was asked for and is missing is named with its reason, as a number would be. */
#include "model/resources/resources.h"
#include "report/html/html_parts.h"

static void add_row(struct buf *out, const struct resource *resource, const struct summary *summary)
{
    html_element(out, "<tr><th scope=\"row\"><code>", resource->metric.name, "</code></th>");
    buf_puts(out, "<td class=\"num\"><b>");
    html_quantity(out, summary->median, resource->metric.unit);
    buf_puts(out, "</b></td><td class=\"num\">");
    if (html_has_interval(&summary->interval))
        html_interval(out, &summary->interval, resource->metric.unit);
    else
        buf_puts(out, HTML_DASH);
    html_element(out, "</td><td>", resource->meaning, "");
    if (resource == &RESOURCES[RESOURCE_GROWTH_EACH])
        html_element(out, ": <b>", leak_name(leak_judge(summary)), "</b>");
    buf_puts(out, "</td></tr>\n");
}

static void add_missing(struct buf *out, const absence_vec *missing)
{
    for (size_t i = 0; i < missing->count; i++) {
        html_element(out, "<tr><th scope=\"row\"><code>", missing->items[i].metric,
                     "</code></th><td colspan=\"2\">missing</td>");
        html_element(out, "<td>", missing->items[i].reason, "</td></tr>\n");
    }
}

static bool has_resources(const struct result *result)
{
    for (size_t i = 0; i < result->measurements.count; i++)
        if (resource_find(result->measurements.items[i].metric->name) != NULL)
            return true;
    return result->missing.count > 0;
}

void html_resources(struct buf *out, const struct result *result)
{
    if (!has_resources(result))
        return;
    buf_puts(out, "<div class=\"wide\" tabindex=\"0\"><table><caption>Resources</caption>\n<thead>"
                  "<tr><th scope=\"col\">resource</th><th scope=\"col\" class=\"num\">median</th>"
                  "<th scope=\"col\" class=\"num\">its 95 % interval</th>"
                  "<th scope=\"col\">what it is</th></tr></thead>\n<tbody>\n");
    for (size_t i = 0; i < RESOURCE_COUNT; i++) {
        const struct measurement *found = result_measurement(result, RESOURCES[i].metric.name);
        if (found != NULL)
            add_row(out, &RESOURCES[i], &found->summary);
    }
    add_missing(out, &result->missing);
    buf_puts(out, "</tbody></table></div>\n");
}
