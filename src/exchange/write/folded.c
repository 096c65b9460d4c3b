/* Folded stacks, "outermost;...;innermost SAMPLES" a line, which flamegraph.pl, inferno, speedscope
 * and others read.  The benchmark is the outermost frame, so that one file holds a whole run.
 * Source: https://github.com/brendangregg/FlameGraph, "stackcollapse". */
#include <inttypes.h>

#include "exchange/write/exporters.h"
#include "model/stacks/stacks.h"

/* An id has neither ';' nor blanks. */
static void add_result(const struct result *result, struct buf *out)
{
    struct stack_line line;
    for (const char *at = result->stacks->folded; stacks_next(&at, &line);) {
        buf_puts(out, result->benchmark.id);
        buf_putc(out, ';');
        buf_add(out, line.frames, line.length);
        buf_printf(out, " %" PRIu64 "\n", line.samples);
    }
}

assay_status export_folded(const struct export_source *source, struct buf *out)
{
    for (size_t i = 0; i < source->run->results.count; i++)
        if (source->run->results.items[i].stacks != NULL)
            add_result(&source->run->results.items[i], out);
    return out->status;
}
