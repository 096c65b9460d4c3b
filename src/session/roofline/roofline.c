/* Knowing the roofline.  Why a file: measuring takes seconds, and a run of one row must not wait
 * for them each time; a day, since shared caches and memory belong to all guests of a host and
 * change. Why the best slot of all designs: what stands here is what the machine can do, and what
 * slowed it down meanwhile is no part of that. Invariant: nothing here fails a run; without a
 * roofline rows have no share. */
#include "session/roofline/roofline.h"

#include <stdio.h>

#include "base/text.h"
#include "probe/machine.h"
#include "session/measurements.h"
#include "session/outputs.h"
#include "session/select/selection.h"

enum { FILE_BYTES_MAX = 16384 };
#define FILE_NAME "roofline"
#define DAY_SECONDS 86400.0

/* Short: the best slot counts, of three designs. */
static const struct plan PROBE = {.profile = "roofline",
                                  .launches = 1,
                                  .warmup_seconds = 0.005,
                                  .measure_seconds = 0.02,
                                  .slot_seconds = 0.0003,
                                  .limit_seconds = 60,
                                  .limit_rss_bytes = 8.0 * (1 << 30),
                                  .seed = 1};

/* A gibibyte takes seconds to prepare and says what a quarter of it says. */
static char READ[] = "machine/read:*", MULTIPLY[] = "machine/multiply:*",
            NOT_LARGEST[] = "!bytes=1073741824";
static char *const ROWS[] = {READ, MULTIPLY, NOT_LARGEST};

static bool has_share(const struct benchmark *benchmark)
{
    return selection_has_tag(benchmark, BENCH_TAG_TRAFFIC) ||
           selection_has_tag(benchmark, BENCH_TAG_OPERATIONS);
}

bool roofline_is_wanted(const struct catalog *catalog)
{
    for (size_t i = 0; i < catalog->benchmarks.count; i++)
        if (has_share(&catalog->benchmarks.items[i]))
            return true;
    return false;
}

static void name_machine(const struct environment *environment, struct buf *out)
{
    buf_printf(out, "%s, %u cores, %s", environment->cpu, environment->cores, environment->kernel);
}

/* ---- the file ---- */

static bool read_kept(const struct roofline_request *request, const char *machine,
                      struct roofline *ret_roofline)
{
    char path[4096], text[FILE_BYTES_MAX];
    snprintf(path, sizeof path, "%s/" FILE_NAME, request->paths->fixtures);
    probe_read_text("", path, text, sizeof text);
    if (!roofline_parse(text, machine, ret_roofline))
        return false;
    const double age = request->now - ret_roofline->measured_at;
    return age >= 0 && age < DAY_SECONDS;
}

/* Where nothing can be kept, the next run measures again. */
static void keep(const struct roofline_request *request, const char *machine,
                 const struct roofline *roofline)
{
    const char *folder = request->paths->fixtures;
    BUF_AUTO text, parent, error;
    buf_init(&text, FILE_BYTES_MAX);
    buf_init(&parent, 4096);
    buf_init(&error, 8192);
    roofline_write(roofline, machine, &text);
    buf_add(&parent, folder, (size_t)(text_file_name(folder) - folder));
    if ((parent.length == 0 || outputs_make_folder(parent.text, &error) == ASSAY_OK) &&
        outputs_make_folder(folder, &error) == ASSAY_OK)
        (void)!outputs_write_file(folder, FILE_NAME, &text, &error);
}

/* ---- measuring ---- */

static double least_ns(const struct result *result)
{
    double least = 0;
    for (size_t i = 0; i < result->samples.count; i++) {
        const struct sample *sample = &result->samples.items[i];
        const double ns = sample->ns / (double)sample->iterations;
        least = i == 0 || ns < least ? ns : least;
    }
    return least;
}

static assay_status measure_row(const struct roofline_request *request, struct arena *arena,
                                const struct benchmark *benchmark, struct roofline *roofline)
{
    observation_vec observations = {0};
    struct result result = {.benchmark = *benchmark, .reason = "", .warning = ""};
    assay_status status = measure_benchmark(request->paths, &PROBE, arena, &result, &observations);
    const double ns = status == ASSAY_OK && result.outcome == OUTCOME_OK ? least_ns(&result) : 0;
    if (ns > 0 && selection_has_tag(benchmark, BENCH_TAG_OPERATIONS))
        roofline_add_operations(roofline, result.items / ns * 1e9);
    else if (ns > 0)
        roofline_add_read(roofline, result.bytes, result.bytes / ns * 1e9);
    vec_release(&observations);
    result_release(&result);
    return status;
}

static assay_status measure(const struct roofline_request *request, struct roofline *roofline,
                            struct buf *reason)
{
    struct arena arena = {0};
    struct catalog catalog = {0};
    const struct catalog_request rows = {request->paths, request->folders, ROWS,
                                         sizeof ROWS / sizeof *ROWS};
    assay_status status = catalog_open(&rows, &catalog, reason);
    for (size_t i = 0; status == ASSAY_OK && i < catalog.benchmarks.count; i++)
        status = measure_row(request, &arena, &catalog.benchmarks.items[i], roofline);
    catalog_release(&catalog);
    arena_release(&arena);
    return status == ASSAY_ERR_MEMORY ? status : ASSAY_OK;
}

assay_status roofline_know(const struct roofline_request *request, struct roofline *ret_roofline,
                           struct buf *reason)
{
    BUF_AUTO machine;
    buf_init(&machine, 4096);
    *ret_roofline = (struct roofline){.read_count = 0};
    name_machine(request->environment, &machine);
    TRY(machine.status);
    if (read_kept(request, machine.text, ret_roofline))
        return ASSAY_OK;
    *ret_roofline = (struct roofline){.measured_at = request->now};
    TRY(measure(request, ret_roofline, reason));
    const bool stopped = request->paths->stop != NULL && *request->paths->stop != 0;
    if (ret_roofline->read_count > 0 && !stopped)
        keep(request, machine.text, ret_roofline);
    else if (reason->length == 0)
        buf_puts(reason, "no row of the suite 'machine' could be measured");
    return ASSAY_OK;
}

assay_status roofline_add_share(const struct roofline *roofline, const char *reason,
                                struct result *result)
{
    const struct benchmark *benchmark = &result->benchmark;
    const bool reads = selection_has_tag(benchmark, BENCH_TAG_TRAFFIC),
               computes = selection_has_tag(benchmark, BENCH_TAG_OPERATIONS);
    if (result->outcome != OUTCOME_OK || !(reads || computes))
        return ASSAY_OK;
    if (roofline->read_count == 0)
        return result_add_missing(result, METRICS[METRIC_ROOFLINE].name, reason);
    return measurements_add_share(result, roofline_seconds(roofline, reads ? result->bytes : 0,
                                                           computes ? result->items : 0));
}
