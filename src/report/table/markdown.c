/* Text in a cell of a Markdown table on GitHub.  '|' would end the cell, even inside of code; '<'
 * and '&' would start HTML; the others would start emphasis, code, links, headings or formulas.
 * Why entities for HTML and backslashes for the rest: GitHub takes a backslash before '<' away and
 * then reads the tag in some places. */
#include <string.h>

#include "report/table/table.h"
#include "report/values/line.h"

static const char *entity(char c)
{
    return c == '<' ? "&lt;" : c == '>' ? "&gt;" : c == '&' ? "&amp;" : NULL;
}

void table_markdown_text(const char *text, struct buf *out)
{
    BUF_AUTO line;
    buf_init(&line, BUF_LENGTH_MAX);
    report_text_line(text, &line);
    if (line.status != ASSAY_OK) {
        out->status = line.status;
        return;
    }
    for (const char *at = line.text; *at != '\0'; at++) {
        if (entity(*at) != NULL) {
            buf_puts(out, entity(*at));
            continue;
        }
        if (strchr("\\|`*_[]~#$!", *at) != NULL)
            buf_putc(out, '\\');
        buf_putc(out, *at);
    }
}
