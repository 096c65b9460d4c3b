/* vegeta's `report -type=json`.  Latencies are nanoseconds; the report does not say what was asked
 * for, so the benchmark is called "request". */
#include "exchange/read/importers.h"
#include "exchange/read/load/latencies.h"

bool import_vegeta_sniff(const struct import_text *text)
{
    return node_is_object(node_member(text->json, "latencies")) &&
           node_is_object(node_member(text->json, "status_codes"));
}

assay_status import_vegeta_parse(const struct import_text *text, struct sink *sink)
{
    static const struct load_members MEMBERS = {"mean", "50th", "min", "max", "*th", "ns"};
    const struct place top = {.key = "$"}, place = {.up = &top, .key = "latencies"};
    struct sink_row row = {.name = "request"};
    const struct node *latencies;
    const char *date;
    TRY(json_need_object(sink, &top, text->json, "latencies", &latencies));
    TRY(load_add_latencies(sink, &place, latencies, &row, &MEMBERS));
    row.metric = METRICS[METRIC_ITEMS].name;
    row.unit = "1/s";
    TRY(load_add_member(sink, &top, text->json, "throughput", &row));
    row = (struct sink_row){
        .name = "request", .metric = "success", .unit = "", .direction = HIGHER_IS_BETTER};
    TRY(load_add_member(sink, &top, text->json, "success", &row));
    TRY(json_read_text(sink, &top, text->json, "earliest", &date));
    return sink_fact_date(sink, date);
}
