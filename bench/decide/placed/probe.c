/* Compares two modules whose instructions are known to be equal, and asks of each benchmark that
 * moved whether it is placement: what `assay compare` does, without counting instructions.
 *
 * usage: placement_probe HOST OLD.so NEW.so SEED PATTERN; one line of JSON a benchmark. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "session/compare.h"
#include "session/placement.h"

static void no_progress(void *context, const struct session_step *step)
{
    (void)context;
    (void)step;
}

static const struct benchmark *find(const struct catalog *catalog, const char *id)
{
    for (size_t i = 0; i < catalog->benchmarks.count; i++)
        if (strcmp(catalog->benchmarks.items[i].id, id) == 0)
            return &catalog->benchmarks.items[i];
    return NULL;
}

static void print_row(const struct comparison *before, const struct comparison *after)
{
    printf("{\"benchmark\": \"%s\", \"moved\": \"%s\", \"verdict\": \"%s\", \"ratio\": %.6g, "
           "\"low\": %.6g, \"high\": %.6g, \"reason\": \"%s\"}\n",
           before->benchmark, verdict_name(before->verdict), verdict_name(after->verdict),
           before->ratio, before->interval.low, before->interval.high, after->reason);
}

static assay_status probe(const struct compare_request *request, struct arena *arena)
{
    comparison_vec rows = {0};
    assay_status status = session_compare(request, arena, &rows);
    for (size_t i = 0; i < rows.count && status == ASSAY_OK; i++) {
        struct comparison *row = &rows.items[i], before = *row;
        const struct placement_request question = {
            .paths = request->paths,
            .plan = &request->plan,
            .old_side = find(request->old_catalog, row->benchmark),
            .new_side = find(request->new_catalog, row->benchmark),
            .old_instructions = 1,
            .new_instructions = 1,
            .margin = request->rules.margin};
        if (question.old_side != NULL && question.new_side != NULL)
            status = placement_check(&question, arena, row);
        print_row(&before, row);
    }
    vec_release(&rows);
    return status;
}

int main(int argc, char **argv)
{
    struct catalog catalogs[2] = {0};
    struct arena arena = {0};
    BUF_AUTO error;
    assay_status status = ASSAY_OK;
    buf_init(&error, 8192);
    if (argc != 6)
        return 2;
    const struct measure_paths paths = {argv[1], ".assay/fixtures", NULL, NULL};
    for (int i = 0; i < 2 && status == ASSAY_OK; i++) {
        char *arguments[] = {argv[2 + i], argv[5], NULL};
        struct catalog_request request = {&paths, NULL, arguments, 2};
        status = catalog_open(&request, &catalogs[i], &error);
    }
    const struct compare_request request = {.paths = &paths,
                                            .old_catalog = &catalogs[0],
                                            .new_catalog = &catalogs[1],
                                            .plan = {.profile = "compare",
                                                     .launches = 8,
                                                     .measure_seconds = 0.03,
                                                     .warmup_seconds = 0.01,
                                                     .slot_seconds = 0.0003,
                                                     .limit_seconds = 60,
                                                     .limit_rss_bytes = 8e9,
                                                     .seed = strtoull(argv[4], NULL, 10)},
                                            .rules = VERDICT_RULES_DEFAULT,
                                            .false_discovery_rate = 0.05,
                                            .progress = no_progress};
    if (status == ASSAY_OK)
        status = probe(&request, &arena);
    if (status != ASSAY_OK)
        fprintf(stderr, "placement_probe: %s\n", error.length ? error.text : status_text(status));
    catalog_release(&catalogs[0]);
    catalog_release(&catalogs[1]);
    arena_release(&arena);
    return status == ASSAY_OK ? 0 : 1;
}
