/* The text of a diagnosis: what is wrong first, then the noise with what it means for the user,
 * then what would help.  Paragraphs have a hanging indent. Why a list for
 * what is well: twenty lines of "ok" hide the two that are not. */
#include "report/doctor.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/quantity.h"
#include "report/values/line.h"

enum { INDENT = 11, NAME_COLUMNS = 23 };

/* What needs attention has a line of its own. */
static void add_attention(const symptom_vec *findings, enum mark mark, struct buf *out)
{
    for (size_t i = 0; i < findings->count; i++) {
        const struct symptom *finding = &findings->items[i];
        if (finding->mark != mark)
            continue;
        BUF_AUTO line;
        buf_init(&line, 8192);
        buf_printf(&line, "%s: ", finding->name);
        report_text_line(finding->text, &line);
        buf_printf(out, "  %-8s ", mark_name(mark));
        buf_wrap(out, line.text, INDENT);
    }
}

/* The others are a list: "clock (tsc, 16 ns a reading), tick (250 Hz), ...". */
static void add_list(const symptom_vec *findings, enum mark mark, struct buf *out)
{
    BUF_AUTO list;
    buf_init(&list, 1 << 16);
    for (size_t i = 0; i < findings->count; i++) {
        const struct symptom *finding = &findings->items[i];
        if (finding->mark != mark)
            continue;
        buf_printf(&list, "%s%s", list.length > 0 ? ", " : "", finding->name);
        if (finding->text[0] == '\0')
            continue;
        buf_puts(&list, " (");
        report_text_line(finding->text, &list);
        buf_putc(&list, ')');
    }
    if (list.length == 0)
        return;
    buf_printf(out, "  %-8s ", mark_name(mark));
    buf_wrap(out, list.text, INDENT);
}

static void add_findings(const char *title, const symptom_vec *findings, struct buf *out)
{
    buf_printf(out, "\n%s\n", title);
    add_attention(findings, MARK_BROKEN, out);
    add_attention(findings, MARK_WARNING, out);
    add_attention(findings, MARK_NOTE, out);
    add_list(findings, MARK_OK, out);
    add_list(findings, MARK_UNKNOWN, out);
}

/* A share in per cent with two digits that count: "0.021 %", "1.4 %", "12 %". */
static const char *share_text(double share, char text[16])
{
    double percent = share * 100;
    int digits = percent >= 10 ? 0 : percent >= 1 ? 1 : percent >= 0.1 ? 2 : 3;
    snprintf(text, 16, "%.*f %%", digits, percent);
    if (percent > 100) /* no number that anybody could use */
        snprintf(text, 16, ">100 %%");
    return text;
}

static void add_unmeasured(const struct noise_row *row, const char *name, struct buf *out)
{
    bool untried = row->outcome == OUTCOME_OK;
    buf_printf(out, "  %s\n    %s", name, untried ? "not measured" : outcome_name(row->outcome));
    buf_puts(out, row->reason[0] ? ": " : "");
    report_text_line(row->reason, out);
    buf_putc(out, '\n');
}

static void add_row(const struct noise_row *row, struct buf *out)
{
    char time[QUANTITY_TEXT_MAX], width[16], visible[NOISE_BUDGET_COUNT][16];
    BUF_AUTO name;
    buf_init(&name, 8192);
    report_text_line(row->benchmark, &name);
    if (row->comparisons == 0) {
        add_unmeasured(row, name.text, out);
        return;
    }
    for (int i = 0; i < NOISE_BUDGET_COUNT; i++)
        share_text(row->visible[i], visible[i]);
    buf_printf(out, "  %-*s", NAME_COLUMNS, name.text);
    if (name.length > NAME_COLUMNS)
        buf_printf(out, "\n  %-*s", NAME_COLUMNS, "");
    buf_printf(out, " %9s %8s %9s %8s %8s %7u\n", quantity_format_ns(row->typical_ns, time),
               share_text(row->half_width, width), visible[0], visible[1], visible[2],
               row->comparisons);
}

static void add_alarms(const struct noise *noise, struct buf *out)
{
    BUF_AUTO text;
    buf_init(&text, 1024);
    buf_printf(&text,
               "false alarms: %u of %u comparisons say \"changed\" (proves at most %.1f %%), %u by "
               "more than 1 %%, %u by more than 5 %%; at %g %% one of %.0f may",
               noise->alarms[0], noise->comparisons, noise->alarm_bounds[0] * 100, noise->alarms[1],
               noise->alarms[2], noise->level * 100, 1 / (1 - noise->level));
    buf_puts(out, "  ");
    buf_wrap(out, text.text, 2);
}

static void add_noise(const struct noise *noise, struct buf *out)
{
    buf_printf(out, "\nnoise: benchmarks compared with themselves for %.1f s\n", noise->seconds);
    buf_printf(out, "  %-*s %9s %8s %27s\n", NAME_COLUMNS, "", "", "interval",
               "smallest visible change in");
    buf_printf(out, "  %-*s %9s %8s %9s %8s %8s %7s\n", NAME_COLUMNS, "benchmark", "time", "+-",
               "0.1 s", "1 s", "10 s", "times");
    for (size_t i = 0; i < noise->rows.count; i++)
        add_row(&noise->rows.items[i], out);
    if (noise->comparisons > 0)
        add_alarms(noise, out);
}

static void add_advice(const remedy_vec *advice, struct buf *out)
{
    if (advice->count == 0)
        return;
    buf_puts(out, "\nadvice\n");
    for (size_t i = 0; i < advice->count; i++) {
        const struct remedy *item = &advice->items[i];
        buf_printf(out, "  %zu. ", i + 1);
        buf_wrap(out, item->text, 5);
        if (item->how[0] != '\0')
            buf_printf(out, "       %s\n", item->how);
        buf_printf(out, "%5s", "");
        buf_wrap(out, item->evidence, 5);
    }
}

void report_text_doctor(const struct diagnosis *diagnosis, struct buf *out)
{
    const struct environment *environment = &diagnosis->environment;
    buf_printf(out, "%s: %u cores of %s, %s\n", environment->hostname, environment->cores,
               environment->cpu, environment->kernel);
    add_findings("assay", &diagnosis->installation, out);
    add_findings("machine", &diagnosis->machine, out);
    if (diagnosis->noise_reason[0] != '\0')
        buf_printf(out, "\n%s\n", diagnosis->noise_reason);
    else
        add_noise(&diagnosis->noise, out);
    add_advice(&diagnosis->advice, out);
    if (diagnosis->interrupted)
        buf_puts(out, "\ninterrupted: fewer comparisons than asked for\n");
}
