/* What `assay time` exports: one row a command.  What was not measured is empty.
 * Invariant: columns are a contract (docs/time.md): add, never rename. */
#include "report/table/table.h"
#include "report/timing.h"

struct row {
    const struct timed_command *command;
};

#define CELL(name, expression)                                                                     \
    static struct cell name(const void *at)                                                        \
    {                                                                                              \
        const struct row *row = at;                                                                \
        return (expression);                                                                       \
    }
/* Of commands that ran; of those that were compared. */
#define RAN(name, value, unit)                                                                     \
    CELL(name,                                                                                     \
         row->command->runs.count > 0 ? cell_quantity(row->command->value, unit) : cell_empty())
#define COMPARED(name, value)                                                                      \
    CELL(name, row->command->versus.verdict != VERDICT_NONE                                        \
                   ? cell_number(row->command->versus.value)                                       \
                   : cell_empty())

CELL(name, cell_text(row->command->name))
CELL(line, cell_text(row->command->line))
CELL(status, cell_text(outcome_name(row->command->outcome)))
CELL(reason, cell_text(row->command->reason))
CELL(runs, cell_count(row->command->runs.count))
RAN(median, wall.median, "ns")
RAN(low, wall.interval.low, "ns")
RAN(high, wall.interval.high, "ns")
RAN(mean, wall.mean, "ns")
RAN(sd, wall.sd, "ns")
RAN(min, wall.min, "ns")
RAN(max, wall.max, "ns")
RAN(in_user, user_ns, "ns")
RAN(in_kernel, system_ns, "ns")
RAN(rss, rss_bytes, "B")
COMPARED(ratio_low, interval.low)
COMPARED(ratio_high, interval.high)
COMPARED(ratio, ratio)
CELL(verdict, row->command->versus.verdict != VERDICT_NONE
                  ? cell_text(verdict_name(row->command->versus.verdict))
                  : cell_empty())

static const struct table_column COLUMNS[] = {
    {"name", name, PAGE_TEXT},
    {"command", line, PAGE_NONE},
    {"status", status, PAGE_TEXT},
    {"runs", runs, PAGE_TEXT},
    {"median_ns", median, PAGE_NUMBER},
    {"low_ns", low, PAGE_NUMBER},
    {"high_ns", high, PAGE_NUMBER},
    {"mean_ns", mean, PAGE_NONE},
    {"sd_ns", sd, PAGE_NONE},
    {"min_ns", min, PAGE_NONE},
    {"max_ns", max, PAGE_NONE},
    {"user_ns", in_user, PAGE_TEXT},
    {"system_ns", in_kernel, PAGE_TEXT},
    {"rss_bytes", rss, PAGE_TEXT},
    {"ratio", ratio, PAGE_NUMBER},
    {"ratio_low", ratio_low, PAGE_TEXT},
    {"ratio_high", ratio_high, PAGE_TEXT},
    {"verdict", verdict, PAGE_TEXT},
    {"reason", reason, PAGE_TEXT},
    {NULL, NULL, PAGE_NONE},
};

static assay_status render(const struct timing *timing, enum table_format format, struct buf *out)
{
    const struct table table = {format, COLUMNS, out};
    table_begin(&table);
    for (size_t i = 0; i < timing->commands.count; i++)
        table_row(&table, &(struct row){&timing->commands.items[i]});
    return out->status;
}

assay_status report_csv_timing(const struct timing *timing, struct buf *out)
{
    return render(timing, TABLE_CSV, out);
}

assay_status report_markdown_timing(const struct timing *timing, struct buf *out)
{
    return render(timing, TABLE_MARKDOWN, out);
}
