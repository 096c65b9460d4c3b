/* The table of `assay time` and its exports.  The table says of every number how sure it is: the
 * median with the half-width of its interval, the ratio with both ends of its own.
 * Invariant: no line is wider than 80 columns but for names and reasons; a name that does not fit
 * has a line of its own. */
#include "report/timing.h"

#include <math.h>
#include <string.h>

#include "base/quantity.h"
#include "report/values/line.h"

enum { NAME_COLUMNS = 29 };

static void add_precision(const struct summary *wall, struct buf *out)
{
    const struct interval *interval = &wall->interval;
    double half = fmax(interval->high - wall->median, wall->median - interval->low);
    double percent = wall->median > 0 ? half / wall->median * 100 : 0;
    if (interval->level <= 0)
        buf_printf(out, " %8s", "+-?");
    else
        buf_printf(out, percent < 10 ? " +-%4.2f%%" : " +-%4.0f%%", percent);
}

static void add_name(const struct timed_command *command, struct buf *out)
{
    BUF_AUTO name;
    buf_init(&name, 1 << 20);
    report_text_line(command->name, &name);
    if (name.length > NAME_COLUMNS)
        buf_printf(out, "%s\n%*s", name.text, NAME_COLUMNS, "");
    else
        buf_printf(out, "%-*s", NAME_COLUMNS, name.text);
}

static void add_command(const struct timed_command *command, struct buf *out)
{
    char text[QUANTITY_TEXT_MAX];
    add_name(command, out);
    if (command->runs.count == 0) {
        buf_printf(out, " %9s\n", outcome_name(command->outcome));
        return;
    }
    buf_printf(out, " %9s", quantity_format_ns(command->wall.median, text));
    add_precision(&command->wall, out);
    buf_printf(out, " %9s", quantity_format_ns(command->user_ns, text));
    buf_printf(out, " %9s", quantity_format_ns(command->system_ns, text));
    buf_printf(out, " %9s\n", quantity_format(command->rss_bytes, "B", text));
}

/* The ratio as it is said: above 1 whichever way it goes, with its ends in the same sense. */
static void add_ratio(const struct comparison *versus, struct buf *out)
{
    double ratio = versus->ratio, low = versus->interval.low, high = versus->interval.high;
    BUF_AUTO ends;
    buf_init(&ends, 128);
    if (versus->verdict == VERDICT_SLOWER || versus->verdict == VERDICT_FASTER) {
        bool faster = versus->verdict == VERDICT_FASTER;
        double said = faster ? 1 / ratio : ratio;
        int digits = said < 1.1 ? 4 : said < 100 ? 2 : 0;
        buf_printf(&ends, "%.*f .. %.*f", digits, faster ? 1 / high : low, digits,
                   faster ? 1 / low : high);
        buf_printf(out, "%9.*fx %-9s  %-22s", digits, said, verdict_name(versus->verdict),
                   ends.text);
        return;
    }
    if (isfinite(low) && isfinite(high))
        buf_printf(&ends, "%+.2f .. %+.2f %%", (low - 1) * 100, (high - 1) * 100);
    else
        buf_puts(&ends, "too few runs");
    buf_printf(out, "%+8.2f %% %-9s  %-22s", (ratio - 1) * 100, verdict_name(versus->verdict),
               ends.text);
}

static void add_comparison(const struct comparison *versus, const char *name, bool by_wall,
                           struct buf *out)
{
    add_ratio(versus, out);
    buf_puts(out, "  ");
    report_text_line(name, out);
    buf_puts(out, by_wall ? " (by wall time: it waits)\n" : "\n");
    if (versus->reason[0] != '\0')
        buf_printf(out, "%23s%s\n", "", versus->reason);
}

static bool is_by_cpu(const struct comparison *versus)
{
    return strcmp(versus->metric, "cpu_ns") == 0;
}

static void add_comparisons(const struct timing *timing, struct buf *out)
{
    const struct timed_command *reference = &timing->commands.items[timing->reference];
    bool first = true, any_by_cpu = false;
    for (size_t i = 0; i < timing->commands.count; i++) {
        const struct comparison *versus = &timing->commands.items[i].versus;
        any_by_cpu = any_by_cpu || (versus->verdict != VERDICT_NONE && is_by_cpu(versus));
    }
    for (size_t i = 0; i < timing->commands.count; i++) {
        const struct timed_command *command = &timing->commands.items[i];
        if (command->versus.verdict == VERDICT_NONE)
            continue;
        if (first) {
            buf_puts(out, "\nagainst ");
            report_text_line(reference->name, out);
            buf_printf(out, ", block by block%s, %g %% intervals:\n",
                       any_by_cpu ? ", by CPU time" : "", command->versus.interval.level * 100);
        }
        first = false;
        add_comparison(&command->versus, command->name, any_by_cpu && !is_by_cpu(&command->versus),
                       out);
    }
}

static void add_note(const char *word, const struct timed_command *command, const char *text,
                     struct buf *out)
{
    if (text[0] == '\0')
        return;
    buf_printf(out, "%s ", word);
    report_text_line(command->name, out);
    buf_puts(out, ": ");
    report_text_line(text, out);
    buf_putc(out, '\n');
}

/* What went wrong and what to know, below an empty line. */
static void add_notes(const struct timing *timing, struct buf *out)
{
    BUF_AUTO notes;
    bool may_be_ignored = false;
    buf_init(&notes, BUF_LENGTH_MAX);
    for (size_t i = 0; i < timing->commands.count; i++) {
        const struct timed_command *command = &timing->commands.items[i];
        BUF_AUTO exits;
        buf_init(&exits, 256);
        if (command->nonzero_count > 0)
            buf_printf(&exits, "%zu of %zu runs ended with an exit code other than 0",
                       command->nonzero_count, command->runs.count);
        add_note(outcome_name(command->outcome), command, command->reason, &notes);
        may_be_ignored = may_be_ignored || strncmp(command->reason, "exit code ", 10) == 0;
        add_note("warning", command, command->warning, &notes);
        add_note("warning", command, exits.text, &notes);
    }
    if (may_be_ignored)
        buf_puts(&notes,
                 "(--ignore-failure takes any exit code, --output show tells what was printed)\n");
    if (notes.length > 0)
        buf_printf(out, "\n%s", notes.text);
}

/* "of 0.55 ms: 0.04 exec, 0.40 libc start, 0.08 dynamic link, 0.03 own" */
static void add_split(const struct time_split *split, struct buf *out)
{
    if (split->name == NULL)
        return;
    buf_printf(out, "of %.2f ms: %.2f exec, %.2f libc start, %.2f dynamic link, %.2f own\n",
               split->whole_ns * 1e-6, split->exec_ns * 1e-6, split->libc_ns * 1e-6,
               split->link_ns * 1e-6, split->own_ns * 1e-6);
}

static void add_footer(const struct timing *timing, struct buf *out)
{
    char text[QUANTITY_TEXT_MAX];
    buf_printf(out, "\n%zu run%s each, in random order block by block, %.1f s; %s\n",
               timing->blocks, timing->blocks == 1 ? "" : "s", timing->duration_seconds,
               timing->ended ? timing->ended : "interrupted");
    if (timing->shell != NULL && timing->shell_ns > 0)
        buf_printf(out, "%s takes %s of each run, not subtracted\n", timing->shell,
                   quantity_format_ns(timing->shell_ns, text));
    add_split(&timing->split, out);
}

void report_text_timing(const struct timing *timing, struct buf *out)
{
    buf_printf(out, "%-*s %9s %8s %9s %9s %9s\n", NAME_COLUMNS, "command", "median", "95 %", "user",
               "system", "peak RSS");
    for (size_t i = 0; i < timing->commands.count; i++)
        add_command(&timing->commands.items[i], out);
    add_comparisons(timing, out);
    add_notes(timing, out);
    add_footer(timing, out);
}
