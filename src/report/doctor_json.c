/* "assay.doctor/1" (docs/schema/doctor.schema.json).  Field names are a contract: add, never
 * rename. Shares are shares (0.01 is 1 %); what is not known is null. */
#include "report/doctor.h"
#include "report/values/json_values.h"

struct number {
    const char *key;
    double value;
};

static void add_numbers(json_t **object, const struct number *numbers, size_t count)
{
    for (size_t i = 0; i < count; i++)
        report_json_member(object, numbers[i].key, report_json_number(numbers[i].value));
}
#define COUNT_OF(array) (sizeof(array) / sizeof *(array))

static json_t *findings_json(const symptom_vec *findings)
{
    json_t *list = json_array();
    for (size_t i = 0; i < findings->count; i++) {
        const struct symptom *finding = &findings->items[i];
        json_t *object = json_object();
        report_json_member(&object, "name", report_json_text(finding->name));
        report_json_member(&object, "mark", json_string(mark_name(finding->mark)));
        report_json_member(&object, "text", report_json_text(finding->text));
        report_json_member(&object, "value", report_json_number(finding->value));
        report_json_member(&object, "unit", report_json_text(finding->unit));
        report_json_element(&list, object);
    }
    return list;
}

/* [{"by_more_than": 0.01, "count": 0, "bound": 0.2}, ...] */
static json_t *alarms_json(const unsigned counts[NOISE_LEVEL_COUNT], const double *bounds)
{
    json_t *list = json_array();
    for (int i = 0; i < NOISE_LEVEL_COUNT; i++) {
        json_t *object = json_object();
        report_json_member(&object, "by_more_than", report_json_number(NOISE_LEVELS[i]));
        report_json_member(&object, "count", json_integer(counts[i]));
        if (bounds != NULL)
            report_json_member(&object, "bound", report_json_number(bounds[i]));
        report_json_element(&list, object);
    }
    return list;
}

static json_t *visible_json(const struct noise_row *row)
{
    json_t *list = json_array();
    for (int i = 0; i < NOISE_BUDGET_COUNT; i++) {
        json_t *object = json_object();
        report_json_member(&object, "seconds", report_json_number(NOISE_BUDGETS[i]));
        report_json_member(&object, "change", report_json_number(row->visible[i]));
        report_json_element(&list, object);
    }
    return list;
}

static json_t *row_json(const struct noise_row *row)
{
    bool measured = row->comparisons > 0;
    json_t *object = json_object();
    report_json_member(&object, "benchmark", report_json_text(row->benchmark));
    report_json_member(&object, "status", json_string(outcome_name(row->outcome)));
    report_json_member(&object, "reason", report_json_text(row->reason));
    report_json_member(&object, "comparisons", json_integer(row->comparisons));
    report_json_member(&object, "typical",
                       measured ? report_json_number(row->typical_ns) : json_null());
    report_json_member(&object, "unit", json_string("ns"));
    report_json_member(&object, "half_width",
                       measured ? report_json_number(row->half_width) : json_null());
    report_json_member(&object, "seconds",
                       measured ? report_json_number(row->seconds) : json_null());
    report_json_member(&object, "alarms", alarms_json(row->alarms, NULL));
    report_json_member(&object, "visible", measured ? visible_json(row) : json_array());
    return object;
}

static json_t *clock_json(const struct clock_gaps *clock)
{
    const struct number numbers[] = {
        {"seconds", clock->seconds},       {"cost_ns", clock->cost_ns},
        {"step_ns", clock->step_ns},       {"gaps_per_second", clock->per_second},
        {"lost_share", clock->lost_share}, {"longest_ns", clock->longest_ns}};
    json_t *object = json_object();
    add_numbers(&object, numbers, COUNT_OF(numbers));
    return object;
}

static json_t *noise_json(const struct noise *noise)
{
    const struct number numbers[] = {{"seconds", noise->seconds},
                                     {"level", noise->level},
                                     {"others_cores", noise->others_cores},
                                     {"steal_share", noise->steal_share},
                                     {"switches_per_second", noise->switches_per_second}};
    json_t *object = json_object(), *rows = json_array();
    for (size_t i = 0; i < noise->rows.count; i++)
        report_json_element(&rows, row_json(&noise->rows.items[i]));
    add_numbers(&object, numbers, COUNT_OF(numbers));
    report_json_member(&object, "comparisons", json_integer(noise->comparisons));
    report_json_member(&object, "launches", json_integer(noise->launches));
    report_json_member(&object, "alarms", alarms_json(noise->alarms, noise->alarm_bounds));
    report_json_member(&object, "clock", clock_json(&noise->clock));
    report_json_member(&object, "rows", rows);
    return object;
}

static json_t *advice_json(const remedy_vec *advice)
{
    json_t *list = json_array();
    for (size_t i = 0; i < advice->count; i++) {
        json_t *object = json_object();
        report_json_member(&object, "name", report_json_text(advice->items[i].name));
        report_json_member(&object, "text", report_json_text(advice->items[i].text));
        report_json_member(&object, "how", report_json_text(advice->items[i].how));
        report_json_member(&object, "evidence", report_json_text(advice->items[i].evidence));
        report_json_element(&list, object);
    }
    return list;
}

static json_t *machine_json(const struct environment *environment)
{
    json_t *object = json_object();
    report_json_member(&object, "hostname", report_json_text(environment->hostname));
    report_json_member(&object, "cpu", report_json_text(environment->cpu));
    report_json_member(&object, "cores", json_integer(environment->cores));
    report_json_member(&object, "kernel", report_json_text(environment->kernel));
    report_json_member(&object, "os", report_json_text(environment->os));
    report_json_member(&object, "memory_bytes", report_json_number(environment->memory_bytes));
    return object;
}

assay_status report_json_doctor(const struct diagnosis *diagnosis, struct buf *out)
{
    bool measured = diagnosis->noise_reason[0] == '\0';
    json_t *document = json_object();
    report_json_member(&document, "schema", json_string("assay.doctor/1"));
    report_json_member(&document, "environment", machine_json(&diagnosis->environment));
    report_json_member(&document, "installation", findings_json(&diagnosis->installation));
    report_json_member(&document, "machine", findings_json(&diagnosis->machine));
    report_json_member(&document, "noise", measured ? noise_json(&diagnosis->noise) : json_null());
    report_json_member(&document, "noise_reason", report_json_text(diagnosis->noise_reason));
    report_json_member(&document, "advice", advice_json(&diagnosis->advice));
    report_json_member(&document, "interrupted", json_boolean(diagnosis->interrupted));
    return report_json_write(document, out);
}
