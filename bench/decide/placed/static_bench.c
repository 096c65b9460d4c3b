/* Static records that cross lines.  A file of its own, since the alignment of its object binds how
 * far the module can be shifted: what is wrong with its data must not vanish with a shift. */
#include "work.h"

static _Alignas(64) char records[3 * PAGE_BYTES];

static void place_records(struct assay_bench *b)
{
    struct work *work = new_work(b, LINE_BYTES);
    work->memory = records;
    memset(records, 1, sizeof records);
    for (size_t i = 0; i < STEPS; i++)
        work->places[i] = i % 128 * LINE_BYTES + (is_bad(i) ? LINE_BYTES - 4 : 16);
}

ASSAY_BENCH(records, .description = "static records that cross lines", .setup = place_records)
{
    ASSAY_LOOP(b) assay_keep(walk(b->state));
}
