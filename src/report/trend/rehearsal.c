/* Rehearsals for a reader and for programs.
 * Why intervals everywhere: 0 alarms in a few thousand points prove little, and the reader should
 * see how little. */
#include "report/trend/rehearsal.h"

#include <math.h>

#include "report/values/json_values.h"
#include "report/values/line.h"

static void add_rate(const char *title, const struct proved_share *share, struct buf *out)
{
    buf_printf(out, "  %-37s %7.3f  (%.3f .. %.3f)\n", title,
               1000 * (double)share->hits / (double)share->count, 1000 * share->low,
               1000 * share->high);
}

static void add_share(const struct proved_share *share, struct buf *out)
{
    buf_printf(out, "  %5.1f %% (%5.1f .. %5.1f)", 100 * (double)share->hits / (double)share->count,
               100 * share->low, 100 * share->high);
}

static void add_step(const struct rehearsal_step *step, struct buf *out)
{
    buf_printf(out, "  %+6.0f %%", 100 * step->size);
    add_share(&step->found, out);
    add_share(&step->raised, out);
    if (isnan(step->delay))
        buf_puts(out, "      -\n");
    else
        buf_printf(out, "  %5.0f\n", step->delay);
}

static void add_row(const struct rehearsal_row *row, struct buf *out)
{
    buf_putc(out, '\n');
    report_text_line(row->name, out);
    if (row->reason[0] != '\0') {
        buf_printf(out, "\n  %zu points: %s\n", row->points, row->reason);
        return;
    }
    buf_printf(out, "\n  %zu points, noise %.2g %%, autocorrelation %.2f", row->points,
               100 * row->sd, row->autocorrelation);
    if (row->steps_taken_out + row->drifts_taken_out > 0)
        buf_printf(out, ";\n  taken out: %zu step%s, %zu drift%s", row->steps_taken_out,
                   row->steps_taken_out == 1 ? "" : "s", row->drifts_taken_out,
                   row->drifts_taken_out == 1 ? "" : "s");
    buf_putc(out, '\n');
    add_rate("false alarms per 1000, all at once", &row->alarms, out);
    add_rate("false alarms per 1000, as points come", &row->online_alarms, out);
    buf_puts(out, "  a step   found within 5 points     raised as points come  delay\n");
    for (size_t k = 0; k < REHEARSAL_STEP_COUNT; k++)
        add_step(&row->steps[k], out);
}

void report_text_rehearsal(const struct rehearsal *rehearsal, struct buf *out)
{
    size_t used = 0, alarms = 0, online = 0, points = 0;
    buf_printf(out,
               "Histories without their steps and drifts, shuffled %u times with seed %llu;\n"
               "then with a step to worse at a random place. Intervals: 95 %%; delay: median.\n",
               rehearsal->plan.rounds, (unsigned long long)rehearsal->plan.seed);
    for (size_t i = 0; i < rehearsal->rows.count; i++) {
        const struct rehearsal_row *row = &rehearsal->rows.items[i];
        add_row(row, out);
        used += row->reason[0] == '\0';
        alarms += row->alarms.hits;
        online += row->online_alarms.hits;
        points += row->alarms.count;
    }
    buf_printf(out,
               "\n%zu of %zu histories; false alarms in %zu points: %zu all at once, %zu as they\n"
               "came (docs/doctor.md)\n",
               used, rehearsal->rows.count, points, alarms, online);
}

static json_t *share_json(const struct proved_share *share)
{
    json_t *object = json_object();
    report_json_member(&object, "hits", json_integer((json_int_t)share->hits));
    report_json_member(&object, "count", json_integer((json_int_t)share->count));
    report_json_member(&object, "low", report_json_number(share->low));
    report_json_member(&object, "high", report_json_number(share->high));
    return object;
}

static json_t *steps_json(const struct rehearsal_row *row)
{
    json_t *rows = json_array();
    for (size_t k = 0; k < REHEARSAL_STEP_COUNT; k++) {
        const struct rehearsal_step *step = &row->steps[k];
        json_t *object = json_object();
        report_json_member(&object, "size", report_json_number(step->size));
        report_json_member(&object, "found", share_json(&step->found));
        report_json_member(&object, "raised", share_json(&step->raised));
        report_json_member(&object, "delay", report_json_number(step->delay));
        report_json_element(&rows, object);
    }
    return rows;
}

static json_t *row_json(const struct rehearsal_row *row)
{
    const bool is_used = row->reason[0] == '\0';
    json_t *object = json_object();
    report_json_member(&object, "name", report_json_text(row->name));
    report_json_member(&object, "reason", report_json_text(row->reason));
    report_json_member(&object, "points", json_integer((json_int_t)row->points));
    report_json_member(&object, "steps_taken_out", json_integer((json_int_t)row->steps_taken_out));
    report_json_member(&object, "drifts_taken_out",
                       json_integer((json_int_t)row->drifts_taken_out));
    report_json_member(&object, "sd", report_json_number(row->sd));
    report_json_member(&object, "autocorrelation", report_json_number(row->autocorrelation));
    report_json_member(&object, "alarms", is_used ? share_json(&row->alarms) : json_null());
    report_json_member(&object, "online_alarms",
                       is_used ? share_json(&row->online_alarms) : json_null());
    report_json_member(&object, "steps", is_used ? steps_json(row) : json_array());
    return object;
}

assay_status report_json_rehearsal(const struct rehearsal *rehearsal, struct buf *out)
{
    json_t *document = json_object(), *rows = json_array();
    for (size_t i = 0; i < rehearsal->rows.count; i++)
        report_json_element(&rows, row_json(&rehearsal->rows.items[i]));
    report_json_member(&document, "schema", json_string("assay.doctor-history/1"));
    report_json_member(&document, "rounds", json_integer(rehearsal->plan.rounds));
    report_json_member(&document, "seed", json_integer((json_int_t)rehearsal->plan.seed));
    report_json_member(&document, "series", rows);
    return report_json_write(document, out);
}
