/* GitHub Actions: workflow commands, which become annotations, and Markdown for the summary of a
 * step.  Both go into something that interprets text, so texts are escaped: "%", line ends, and in
 * properties ":" and ","; in Markdown "|" and what makes markup. */
#include <string.h>

#include "exchange/write/exporters.h"

static void add_data(const char *text, const char *more, struct buf *out)
{
    for (; *text != '\0'; text++)
        if (strchr("%\r\n", *text) != NULL || strchr(more, *text) != NULL)
            buf_printf(out, "%%%02X", (unsigned char)*text);
        else
            buf_putc(out, *text);
}

assay_status export_github_annotations(const struct export_source *source, struct buf *out)
{
    for (size_t i = 0; i < source->findings->count; i++) {
        const struct ci_finding *finding = &source->findings->items[i];
        if (finding->level < FINDING_WARNING)
            continue;
        buf_printf(out, "::%s title=", finding->level == FINDING_ERROR ? "error" : "warning");
        add_data(finding->benchmark, ":,", out);
        buf_puts(out, "::");
        add_data(finding->message, "", out);
        buf_putc(out, '\n');
    }
    return out->status;
}

static void add_cell(const char *text, struct buf *out)
{
    buf_puts(out, " ");
    for (; *text != '\0'; text++) {
        if (strchr("\\|`*_<>[]", *text) != NULL)
            buf_putc(out, '\\');
        buf_putc(out, (unsigned char)*text < ' ' ? ' ' : *text);
    }
    buf_puts(out, " |");
}

assay_status export_github_summary(const struct export_source *source, struct buf *out)
{
    static const char *const LEVELS[] = {"passed", "skipped", "warning", "failed"};
    size_t counts[4] = {0};
    for (size_t i = 0; i < source->findings->count; i++)
        counts[source->findings->items[i].level]++;
    buf_printf(out, "### assay: %zu failed, %zu warnings, %zu passed, %zu skipped\n",
               counts[FINDING_ERROR], counts[FINDING_WARNING], counts[FINDING_PASS],
               counts[FINDING_SKIPPED]);
    if (counts[FINDING_ERROR] + counts[FINDING_WARNING] == 0)
        return out->status;
    buf_puts(out, "\n| | benchmark | what |\n|---|---|---|\n");
    for (size_t i = 0; i < source->findings->count; i++) {
        const struct ci_finding *finding = &source->findings->items[i];
        if (finding->level < FINDING_WARNING)
            continue;
        buf_puts(out, "|");
        add_cell(LEVELS[finding->level], out);
        add_cell(finding->benchmark, out);
        add_cell(finding->message, out);
        buf_putc(out, '\n');
    }
    return out->status;
}
