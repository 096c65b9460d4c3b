/* Rows of a comparison or a gate as a table.  The same columns for both, so that a spreadsheet that
 * takes the one takes the other.  Invariant: columns are a contract (docs/outputs.md): add, never
 * rename. */
#include "report/table/tables.h"

/* Whether the row has a ratio to show. */
static bool has_numbers(const struct comparison *row)
{
    return row->verdict != VERDICT_NONE ||
           (row->kind == KIND_TARGET && row->target->status != TARGET_NONE);
}

static const char *unit_of(const struct comparison *row)
{
    return row->unit ? row->unit : METRICS[METRIC_TIME].unit;
}

#define CELL(name, expression)                                                                     \
    static struct cell name(const void *at)                                                        \
    {                                                                                              \
        const struct comparison *row = at;                                                         \
        return (expression);                                                                       \
    }
/* Of rows that could be compared; else empty. */
#define COMPARED(name, expression) CELL(name, has_numbers(row) ? (expression) : cell_empty())

CELL(benchmark, cell_text(row->benchmark))
CELL(versus, cell_text(row->versus))
CELL(old_version, cell_text(row->old_version))
CELL(new_version, cell_text(row->new_version))
CELL(metric, cell_text(row->metric))
CELL(unit, cell_text(unit_of(row)))
COMPARED(old_value, cell_quantity(row->old_ns, unit_of(row)))
COMPARED(new_value, cell_quantity(row->new_ns, unit_of(row)))
COMPARED(ratio, cell_number(row->ratio))
COMPARED(low, cell_number(row->interval.low))
COMPARED(high, cell_number(row->interval.high))
COMPARED(level, cell_number(row->interval.level))
CELL(ratio_q10, row->ratio_q10 > 0 ? cell_number(row->ratio_q10) : cell_empty())
CELL(verdict, cell_text(verdict_name(row->verdict)))
CELL(gate, cell_text(gate_name(row->gate)))
CELL(kind, cell_text(pair_kind_name(row->kind)))
CELL(pairing, cell_text(row->pairing))
CELL(launches, cell_count(row->launches))
CELL(pairs, cell_count(row->pairs))
CELL(discovery, cell_truth(row->discovery))
CELL(across_machines, cell_truth(row->across_machines))
CELL(reason, cell_text(row->reason))

static const struct table_column COLUMNS[] = {
    {"benchmark", benchmark, PAGE_TEXT},
    {"versus", versus, PAGE_NONE},
    {"old_version", old_version, PAGE_NONE},
    {"new_version", new_version, PAGE_NONE},
    {"metric", metric, PAGE_TEXT},
    {"unit", unit, PAGE_NONE},
    {"old", old_value, PAGE_NUMBER},
    {"new", new_value, PAGE_NUMBER},
    {"ratio", ratio, PAGE_NUMBER},
    {"low", low, PAGE_NUMBER},
    {"high", high, PAGE_NUMBER},
    {"level", level, PAGE_NONE},
    {"ratio_q10", ratio_q10, PAGE_NONE},
    {"verdict", verdict, PAGE_TEXT},
    {"gate", gate, PAGE_TEXT},
    {"kind", kind, PAGE_TEXT},
    {"pairing", pairing, PAGE_NONE},
    {"launches", launches, PAGE_NONE},
    {"pairs", pairs, PAGE_NONE},
    {"discovery", discovery, PAGE_NONE},
    {"across_machines", across_machines, PAGE_TEXT},
    {"reason", reason, PAGE_TEXT},
    {NULL, NULL, PAGE_NONE},
};

assay_status report_table_comparison(const comparison_vec *rows, enum table_format format,
                                     struct buf *out)
{
    const struct table table = {format, COLUMNS, out};
    table_begin(&table);
    for (size_t i = 0; i < rows->count; i++)
        table_row(&table, &rows->items[i]);
    return out->status;
}
