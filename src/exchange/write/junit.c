/* JUnit XML as CI systems read it: a test suite a rule, a test case a check.  Warnings are no
 * failures: they pass with a text. */
#include <string.h>

#include "base/text.h"
#include "exchange/write/exporters.h"

static void add_escaped(const char *text, struct buf *out)
{
    for (size_t left = strlen(text); left > 0; left--, text++) {
        size_t sound = text_utf8_prefix(text, left);
        if (sound == 0 || (unsigned char)*text < ' ')
            buf_putc(out, '?'); /* no such characters in XML 1.0 */
        else if (*text == '<')
            buf_puts(out, "&lt;");
        else if (*text == '>')
            buf_puts(out, "&gt;");
        else if (*text == '&')
            buf_puts(out, "&amp;");
        else if (*text == '"')
            buf_puts(out, "&quot;");
        else
            buf_putc(out, *text);
    }
}

static void add_case(const struct ci_finding *finding, struct buf *out)
{
    static const char *const ELEMENTS[] = {NULL, "skipped", "system-out", "failure"};
    const char *element = ELEMENTS[finding->level];
    buf_puts(out, "    <testcase classname=\"");
    add_escaped(finding->rule, out);
    buf_puts(out, "\" name=\"");
    add_escaped(finding->benchmark, out);
    buf_putc(out, ' ');
    add_escaped(finding->metric, out);
    if (element == NULL) {
        buf_puts(out, "\"/>\n");
        return;
    }
    buf_printf(out, "\">\n      <%s", element);
    buf_puts(out, finding->level == FINDING_WARNING ? ">" : " message=\"");
    add_escaped(finding->message, out);
    if (finding->level == FINDING_WARNING)
        buf_printf(out, "</%s>", element);
    else
        buf_puts(out, "\"/>");
    buf_puts(out, "\n    </testcase>\n");
}

static size_t count_of(const ci_finding_vec *findings, enum ci_level level)
{
    size_t count = 0;
    for (size_t i = 0; i < findings->count; i++)
        count += findings->items[i].level == level;
    return count;
}

assay_status export_junit(const struct export_source *source, struct buf *out)
{
    const ci_finding_vec *findings = source->findings;
    size_t failures = count_of(findings, FINDING_ERROR);
    buf_printf(out,
               "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n"
               "  <testsuite name=\"assay\" tests=\"%zu\" failures=\"%zu\" skipped=\"%zu\">\n",
               findings->count, failures, count_of(findings, FINDING_SKIPPED));
    for (size_t i = 0; i < findings->count; i++)
        add_case(&findings->items[i], out);
    buf_puts(out, "  </testsuite>\n</testsuites>\n");
    return out->status;
}
