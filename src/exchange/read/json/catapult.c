/* Catapult's HistogramSet: a list of histograms and of the sets of words that they refer to by
 * guid. Sample values are those of one process; where they were left out, the running statistics
 * are taken.  A unit says its direction: "ms_smallerIsBetter". */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "exchange/read/importers.h"
#include "exchange/read/json_read.h"

static bool is_histogram(const struct node *object)
{
    return node_is_text(node_member(object, "name")) && node_is_text(node_member(object, "unit"));
}

bool import_catapult_sniff(const struct import_text *text)
{
    static const char *const KINDS[] = {"sampleValues", "running", "allBins"};
    for (size_t i = 0; i < node_count(text->json); i++) {
        const struct node *object = node_item(text->json, i);
        for (size_t k = 0; k < sizeof KINDS / sizeof *KINDS && is_histogram(object); k++)
            if (node_member(object, KINDS[k]) != NULL)
                return true;
    }
    return false;
}

/* The first word of a diagnostic, which is there itself or by its guid; NULL for none. */
static const char *diagnostic(const struct node *root, const struct node *histogram,
                              const char *name)
{
    const struct node *own = node_member(node_member(histogram, "diagnostics"), name);
    const char *guid = node_text(own);
    for (size_t i = 0; guid != NULL && i < node_count(root); i++) {
        const struct node *object = node_item(root, i);
        const char *id = node_text(node_member(object, "guid"));
        if (id != NULL && strcmp(id, guid) == 0) {
            own = object;
            break;
        }
    }
    return node_text(node_item(node_member(own, "values"), 0));
}

/* "ms_biggerIsBetter" -> unit "ms" and the direction. */
static void describe(const char *unit, struct sink_row *row, char text[SINK_TEXT_MAX])
{
    static const struct {
        const char *theirs, *ours;
    } UNITS[] = {{"msBestFitFormat", "ms"},
                 {"tsMs", "ms"},
                 {"sizeInBytes", "B"},
                 {"bytesPerSecond", "B/s"},
                 {"n%", ""},
                 {"unitless", ""},
                 {"count", ""},
                 {"sigma", ""}};
    snprintf(text, SINK_TEXT_MAX, "%.*s", (int)strcspn(unit, "_") % SINK_TEXT_MAX, unit);
    row->unit = text;
    for (size_t i = 0; i < sizeof UNITS / sizeof *UNITS; i++)
        if (strcmp(UNITS[i].theirs, text) == 0)
            row->unit = UNITS[i].ours;
    row->direction = text_ends_with(unit, "_biggerIsBetter") ? HIGHER_IS_BETTER : LOWER_IS_BETTER;
    row->metric = sink_ns_of_unit(row->unit) > 0 ? NULL : "value";
}

/* count, max, mean of logarithms, mean, min, sum, variance */
static assay_status add_running(struct sink *sink, const struct place *place,
                                const struct node *running, const struct sink_row *row)
{
    enum { COUNT, MAX, MEAN = 3, MIN, VARIANCE = 6, FIELDS };
    double values[FIELDS] = {0};
    for (size_t i = 0; i < FIELDS; i++) {
        const struct place element = {.up = place, .index = i};
        const struct node *number = node_item(running, i);
        if (i == 2 || (i == VARIANCE && number == NULL))
            continue; /* not needed, and null of values below 0 */
        if (!node_is_number(number))
            return sink_wrong(sink, &element, "wants a number");
        values[i] = node_number(number);
    }
    if (!(values[COUNT] >= 1 && values[COUNT] < 1e9) || values[VARIANCE] < 0)
        return sink_wrong(sink, place, "wants a count above 0 and no variance below 0");
    const struct summary summary = {
        .sample_count = (size_t)values[COUNT],
        .median = values[MEAN],
        .interval = {values[MEAN], values[MEAN], 0},
        .mean = values[MEAN],
        .min = values[MIN],
        .max = values[MAX],
        .sd = sqrt(values[VARIANCE]),
    };
    TRY(sink_add_summary(sink, place, row, &summary));
    return sink_warn(sink, "the mean stands for the median: the file has no values");
}

static assay_status add_samples(struct sink *sink, const struct place *place,
                                const struct node *samples, const struct sink_row *row)
{
    value_vec values = {0};
    assay_status status = ASSAY_OK;
    for (size_t i = 0; status == ASSAY_OK && i < node_count(samples); i++) {
        const struct place element = {.up = place, .index = i};
        const struct node *number = node_item(samples, i);
        double *value = node_is_number(number) ? vec_add(&values) : NULL;
        if (node_is_null(number))
            continue; /* not measured */
        if (!node_is_number(number))
            status = sink_wrong(sink, &element, "wants a number");
        else if (value == NULL)
            status = ASSAY_ERR_MEMORY;
        else
            *value = node_number(number);
    }
    if (status == ASSAY_OK)
        status = sink_add(sink, place, row, values.items, values.count);
    vec_release(&values);
    return status;
}

static assay_status add_histogram(struct sink *sink, const struct place *place,
                                  const struct node *root, const struct node *object)
{
    const struct place samples_place = {.up = place, .key = "sampleValues"};
    const struct place running_place = {.up = place, .key = "running"};
    const struct node *samples = node_member(object, "sampleValues");
    const struct node *running = node_member(object, "running");
    const char *unit, *story = diagnostic(root, object, "stories");
    char text[SINK_TEXT_MAX], params[SINK_TEXT_MAX] = "";
    struct sink_row row = {.suite = diagnostic(root, object, "benchmarks")};
    TRY(json_need_text(sink, place, object, "name", &row.name));
    TRY(json_need_text(sink, place, object, "unit", &unit));
    if (story != NULL) {
        snprintf(params, sizeof params, "story=%.900s", story);
        for (char *at = params + strlen("story="); *at != '\0'; at++)
            *at = strchr(",=", *at) != NULL ? '.' : *at;
    }
    row.params = params;
    describe(unit, &row, text);
    if (node_count(samples) > 0)
        return add_samples(sink, &samples_place, samples, &row);
    return node_count(running) > 0 ? add_running(sink, &running_place, running, &row)
                                   : ASSAY_OK; /* an empty histogram */
}

assay_status import_catapult_parse(const struct import_text *text, struct sink *sink)
{
    const struct place top = {.key = "$"};
    const struct node *object;
    if (!node_is_list(text->json))
        return sink_wrong(sink, &top, "wants a list");
    for (size_t i = 0; i < node_count(text->json); i++) {
        const struct place place = {.up = &top, .index = i};
        TRY(json_need_element(sink, &top, text->json, i, &object));
        if (node_member(object, "type") == NULL)
            TRY(add_histogram(sink, &place, text->json, object));
    }
    return ASSAY_OK;
}
