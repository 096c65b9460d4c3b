/* summary.json by jansson.  Field names are a contract: add fields, never rename. */
#include <jansson.h>

#include "report/report.h"

/* "so?": texts come from foreign code too; what is not UTF-8 becomes null. */
static json_t *row(const struct result *r)
{
    const struct summary *s = &r->time_ns;
    json_t *row =
        json_pack("{so? ss ss ss so?}", "benchmark", json_string(r->benchmark), "metric", "time_ns",
                  "unit", "ns", "status", OUTCOMES[r->outcome], "reason", json_string(r->reason));
    if (r->outcome == OUTCOME_OK)
        json_object_update_new(row, json_pack("{sf sf sf sf sI sI sf sf sf sf sf}", "median",
                                              s->median, "low", s->low, "high", s->high, "level",
                                              s->level, "sample_count", (json_int_t)s->sample_count,
                                              "launch_count", (json_int_t)s->launch_count, "mean",
                                              s->mean, "min", s->min, "max", s->max, "bytes",
                                              r->bytes, "items", r->items));
    return row;
}

void report_json(const struct run *run, FILE *out)
{
    json_t *rows = json_array();
    for (size_t i = 0; i < run->results.count; i++)
        json_array_append_new(rows, row(&run->results.items[i]));
    json_t *document = json_pack("{ss s{ss ss} so}", "schema", "assay.run/1", "run", "id", run->id,
                                 "started_at", run->started_at, "results", rows);
    json_dumpf(document, out, JSON_INDENT(2));
    json_decref(document);
}
