/* Packed samples, percentiles, chunks of trends and whole runs from memory: refused, or read into
 * values that pack and unpack again to themselves. */
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "store/closed/opened.h"
#include "store/closed/segment.h"
#include "store/pack.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool condition)
{
    if (!condition)
        abort();
}

static void check_samples(const uint8_t *data, size_t size)
{
    sample_vec samples = {0}, again = {0};
    struct buf packed;
    buf_init(&packed, (size_t)1 << 24);
    if (unpack_samples(data, size, &samples) == ASSAY_OK) {
        require(samples.count * 4 <= size);
        pack_samples(&samples, &packed);
        require(packed.status == ASSAY_OK && packed.length <= size);
        require(unpack_samples(packed.text, packed.length, &again) == ASSAY_OK);
        require(again.count == samples.count);
    } else {
        require(samples.items == NULL && samples.count == 0);
    }
    for (size_t i = 0; i < samples.count; i++) {
        const struct sample *a = &samples.items[i], *b = &again.items[i];
        require(a->iterations > 0 && isfinite(a->ns));
        require(a->iterations == b->iterations && a->launch == b->launch && a->ns == b->ns);
    }
    vec_release(&samples);
    vec_release(&again);
    buf_release(&packed);
}

static void check_percentiles(const uint8_t *data, size_t size)
{
    struct percentile percentiles[PERCENTILE_COUNT] = {{0}}, again[PERCENTILE_COUNT] = {{0}};
    struct buf one, two;
    if (unpack_percentiles(data, size, percentiles) != ASSAY_OK)
        return;
    buf_init(&one, 1000);
    buf_init(&two, 1000);
    pack_percentiles(percentiles, &one);
    require(one.status == ASSAY_OK && one.length == size);
    require(unpack_percentiles(one.text, one.length, again) == ASSAY_OK);
    pack_percentiles(again, &two);
    require(two.length == size && memcmp(one.text, two.text, size) == 0);
    buf_release(&one);
    buf_release(&two);
}

static void check_points(const uint8_t *data, size_t size)
{
    struct closed_points points;
    if (closed_points_open(data, size, &points) != ASSAY_OK)
        return;
    require(points.count <= size);
    for (size_t row = 0; row < points.count; row++)
        (void)closed_point(&points, row);
}

/* The first byte says of how many runs; what was read packs to what reads the same. */
/* Columns of equal numbers make any count cheap to claim, so only the first rows are looked at. */
static void check_results(const uint8_t *data, size_t size)
{
    enum { ROWS_MAX = 1000 };
    struct arena arena = {0};
    struct closed_results results;
    const struct closed_bytes value = {data, size};
    if (closed_results_open(&value, &arena, &results) == ASSAY_OK)
        for (size_t row = 0; row < results.count && row < ROWS_MAX; row++) {
            (void)packed_number(&results.key, row);
            for (int i = 0; i < CLOSED_TEXTS; i++) {
                const char *text = closed_text(&results, &results.text[i], row);
                require(text == NULL || strlen(text) <= size);
            }
        }
    arena_release(&arena);
}

static void check_chunk(const uint8_t *data, size_t size)
{
    struct chunk chunk;
    struct point points[256];
    struct buf packed;
    if (size < 1 || data[0] == 0 || chunk_open(data + 1, size - 1, data[0], &chunk) != ASSAY_OK)
        return;
    size_t count = 0;
    for (size_t run = 0; run < chunk.runs; run++)
        if (chunk_has(&chunk, run)) {
            points[count] = chunk_point(&chunk, count);
            points[count++].run = (uint32_t)run;
        }
    require(count == chunk.count);
    buf_init(&packed, 1 << 20);
    chunk_pack(points, count, chunk.runs, &packed);
    require(packed.status == ASSAY_OK);
    require(chunk_open(packed.text, packed.length, chunk.runs, &chunk) == ASSAY_OK);
    require(chunk.count == count);
    for (size_t row = 0; row < count; row++) {
        const struct point again = chunk_point(&chunk, row);
        /* Bit for bit, also a NaN. */
        /* NOLINTNEXTLINE(bugprone-suspicious-memory-comparison,cert-exp42-c,cert-flp37-c) */
        require(memcmp(&again.median, &points[row].median, sizeof again.median) == 0);
        require(again.samples == points[row].samples && again.launches == points[row].launches);
    }
    buf_release(&packed);
}

static void check_runs(const uint8_t *data, size_t size)
{
    key_vec runs = {0};
    if (segment_runs_unpack(data, size, &runs) == ASSAY_OK)
        require(runs.count <= 4096);
    vec_release(&runs);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    check_points(data, size);
    check_chunk(data, size);
    check_results(data, size);
    check_runs(data, size);
    check_samples(data, size);
    check_percentiles(data, size);
    return 0;
}
