/* GitHub Actions: workflow commands, which become annotations, and Markdown for the summary of a
 * step.  Both go into something that interprets text, so texts are escaped: "%", line ends, and in
 * properties ":" and ","; in Markdown "|" and what makes markup. */
#include <string.h>

#include "base/text.h"
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

/* '@' and '#' would call people and other issues, '<' would begin HTML. */
static void add_cell(const char *text, size_t bytes_max, struct buf *out)
{
    size_t length = text_utf8_prefix(text, strlen(text));
    length = length > bytes_max ? text_utf8_prefix(text, bytes_max) : length;
    buf_puts(out, " ");
    for (size_t i = 0; i < length; i++) {
        if (strchr("\\|`*_[]", text[i]) != NULL)
            buf_putc(out, '\\');
        if (strchr("@#&<>", text[i]) != NULL)
            buf_printf(out, "&#%d;", text[i]);
        else
            buf_putc(out, (unsigned char)text[i] < ' ' ? ' ' : text[i]);
    }
    buf_puts(out, text[length] != '\0' ? "... |" : " |");
}

static void add_rows(const ci_finding_vec *findings, enum ci_level level, size_t *left,
                     struct buf *out)
{
    enum { CELL_MAX = 180 };
    for (size_t i = 0; i<findings->count && * left> 0; i++) {
        const struct ci_finding *finding = &findings->items[i];
        if (finding->level != level)
            continue;
        buf_puts(out, level == FINDING_ERROR ? "| failed |" : "| warning |");
        add_cell(finding->benchmark, CELL_MAX, out);
        add_cell(finding->message, CELL_MAX, out);
        buf_putc(out, '\n');
        --*left;
    }
}

void findings_add_markdown(const ci_finding_vec *findings, size_t rows_max, struct buf *out)
{
    size_t counts[4] = {0}, left = rows_max;
    for (size_t i = 0; i < findings->count; i++)
        counts[findings->items[i].level]++;
    size_t bad = counts[FINDING_ERROR] + counts[FINDING_WARNING];
    buf_printf(out, "### assay: %zu failed, %zu warnings, %zu passed, %zu skipped\n",
               counts[FINDING_ERROR], counts[FINDING_WARNING], counts[FINDING_PASS],
               counts[FINDING_SKIPPED]);
    if (bad == 0)
        return;
    buf_puts(out, "\n| | benchmark | what |\n|---|---|---|\n");
    add_rows(findings, FINDING_ERROR, &left, out);
    add_rows(findings, FINDING_WARNING, &left, out);
    if (bad > rows_max)
        buf_printf(out, "\n%zu more are not shown.\n", bad - rows_max);
}

assay_status export_github_summary(const struct export_source *source, struct buf *out)
{
    enum { ROWS_MAX = 1000 }; /* a summary may have 1 MiB */
    findings_add_markdown(source->findings, ROWS_MAX, out);
    return out->status;
}
