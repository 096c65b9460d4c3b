/* Parts of the page.
 * Invariant: every element that a function opens it closes, unless its name ends in _open. */
#include "report/html/html_parts.h"

#include <math.h>
#include <string.h>

#include "base/quantity.h"
#include "model/resources/resources.h"
#include "report/html/escape.h"
#include "report/html/svg.h"

void html_element(struct buf *out, const char *open, const char *text, const char *close)
{
    buf_puts(out, open);
    html_text(out, text);
    buf_puts(out, close);
}

bool html_is_blank(const char *text)
{
    return text == NULL || text[0] == '\0';
}

void html_quantity(struct buf *out, double value, const char *unit)
{
    char text[QUANTITY_TEXT_MAX];
    if (isnan(value))
        buf_puts(out, "not a number");
    else if (isinf(value))
        buf_puts(out, "infinite");
    else
        html_text(out, quantity_format(value, unit, text));
}

bool html_has_interval(const struct interval *interval)
{
    return interval->level > 0 && isfinite(interval->low) && isfinite(interval->high);
}

/* "1.20 - 1.34 us": the unit once when both ends have the same. */
void html_interval(struct buf *out, const struct interval *interval, const char *unit)
{
    char low[QUANTITY_TEXT_MAX], high[QUANTITY_TEXT_MAX];
    if (!html_has_interval(interval)) {
        buf_puts(out, "no interval");
        return;
    }
    quantity_format(interval->low, unit, low);
    quantity_format(interval->high, unit, high);
    char *low_unit = strchr(low, ' '), *high_unit = strchr(high, ' ');
    if (low_unit != NULL && high_unit != NULL && strcmp(low_unit, high_unit) == 0)
        *low_unit = '\0';
    html_text(out, low);
    buf_puts(out, " " HTML_DASH " ");
    html_text(out, high);
}

void html_factor(struct buf *out, double ratio)
{
    if (!isfinite(ratio) || ratio < 0)
        buf_puts(out, "not known");
    else if (ratio > 0 && ratio < 0.01)
        buf_printf(out, "%.1e" HTML_TIMES, ratio);
    else {
        svg_decimal(out, ratio, ratio < 9.995 ? 2 : ratio < 99.95 ? 1 : 0);
        buf_puts(out, HTML_TIMES);
    }
}

void html_counted(struct buf *out, size_t n, const char *noun, const char *plural)
{
    buf_printf(out, "%zu %s%s", n, noun, n == 1 ? "" : plural);
}

/* A class for the colour and a sign, so that a judgement does not rest on colour alone. */
struct mark {
    const char *class, *sign;
};

static void add_mark(struct buf *out, const struct mark *mark, const char *word)
{
    buf_printf(out, "<span class=\"mark %s\"><span aria-hidden=\"true\">%s</span> %s</span>",
               mark->class, mark->sign, word);
}

void html_target_mark(struct buf *out, enum target_status status)
{
    static const struct mark MARKS[] = {[TARGET_NONE] = {"soft", HTML_DASH},
                                        [TARGET_MET] = {"good", "\xE2\x9C\x93"},
                                        [TARGET_MISSED] = {"bad", "\xE2\x9C\x95"},
                                        [TARGET_UNDECIDED] = {"open", "?"}};
    add_mark(out, &MARKS[status],
             status == TARGET_NONE ? "not judged" : target_status_name(status));
}

void html_outcome_mark(struct buf *out, enum outcome outcome)
{
    static const struct mark MARKS[] = {[OUTCOME_OK] = {"good", "\xE2\x9C\x93"},
                                        [OUTCOME_FAILED] = {"bad", "\xE2\x9C\x95"},
                                        [OUTCOME_SKIPPED] = {"soft", HTML_DASH}};
    add_mark(out, &MARKS[outcome], outcome_name(outcome));
}

void html_warning_mark(struct buf *out)
{
    add_mark(out, &(const struct mark){"open", "!"}, "warning");
}

const char *html_metric_label(const char *metric)
{
    static const char *const LABELS[METRIC_COUNT] = {
        [METRIC_TIME] = "time per iteration",
        [METRIC_BYTES] = "data rate",
        [METRIC_ITEMS] = "item rate",
        [METRIC_RSS] = "peak memory",
        [METRIC_INSTRUCTIONS] = "number of instructions",
        [METRIC_ROOFLINE] = "share of the roofline",
    };
    const struct metric *known = metric_find(metric);
    return known != NULL ? LABELS[known - METRICS] : metric;
}

const char *html_metric_unit(const char *metric)
{
    const struct metric *known = resource_or_metric(metric);
    return known != NULL ? known->unit : "";
}

bool html_is_higher_better(const char *metric)
{
    const struct metric *known = metric_find(metric);
    return known != NULL && known->direction == HIGHER_IS_BETTER;
}

const struct summary *html_time(const struct result *result)
{
    const struct measurement *time = result_measurement(result, METRICS[METRIC_TIME].name);
    return time != NULL ? &time->summary : NULL;
}

size_t html_result_index(const struct run *run, const char *id)
{
    size_t i = 0;
    while (i < run->results.count &&
           (id == NULL || strcmp(run->results.items[i].benchmark.id, id) != 0))
        i++;
    return i;
}

void html_name(struct buf *out, const char *name, size_t bytes_max)
{
    BUF_AUTO escaped;
    buf_init(&escaped, BUF_LENGTH_MAX);
    html_text_short(&escaped, name, bytes_max);
    for (const char *c = escaped.text; *c != '\0'; c++) {
        buf_putc(out, *c);
        if (*c == ',' || *c == ':' || *c == '/')
            buf_puts(out, "<wbr/>");
    }
    if (escaped.status != ASSAY_OK && out->status == ASSAY_OK)
        out->status = escaped.status;
}

void html_id_link(struct buf *out, const struct run *run, const char *id)
{
    size_t index = html_result_index(run, id);
    if (index < run->results.count)
        buf_printf(out, "<a href=\"#b%zu\">", index + 1);
    buf_puts(out, "<code>");
    html_name(out, id, HTML_NAME_BYTES_MAX);
    buf_puts(out, index < run->results.count ? "</code></a>" : "</code>");
}

void html_table_open(struct buf *out, const char *caption, const char *const *columns)
{
    buf_printf(out,
               "<table class=\"stack\" role=\"table\"><caption>%s</caption>\n"
               "<thead role=\"rowgroup\"><tr role=\"row\">",
               caption);
    for (; *columns != NULL; columns++) {
        bool is_number = **columns == '>';
        buf_printf(out, "<th role=\"columnheader\" scope=\"col\"%s>%s</th>",
                   is_number ? " class=\"num\"" : "", *columns + is_number);
    }
    buf_puts(out, "</tr></thead>\n");
}

void html_number_open(struct buf *out, const char *label)
{
    buf_printf(out, "<td role=\"cell\" class=\"num\" data-label=\"%s\">", label);
}
