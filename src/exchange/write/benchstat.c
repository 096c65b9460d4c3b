/* Go's benchmark format, which benchstat compares: a line a launch, so that benchstat sees the
 * scatter between launches.  Names there have no blanks and begin with a capital letter. */
#include <ctype.h>
#include <string.h>

#include "exchange/write/exporters.h"

static void add_word(const char *text, struct buf *out)
{
    for (; *text != '\0'; text++)
        buf_putc(out, isspace((unsigned char)*text) ? '_' : *text);
}

static void add_name(const struct benchmark *benchmark, struct buf *out)
{
    buf_puts(out, "Benchmark");
    buf_putc(out, (char)toupper((unsigned char)benchmark->name[0]));
    add_word(benchmark->name[0] ? benchmark->name + 1 : "", out);
    if (benchmark->params[0] != '\0')
        buf_putc(out, '/');
    for (const char *at = benchmark->params; *at != '\0'; at++)
        buf_putc(out, *at == ',' ? '/' : isspace((unsigned char)*at) ? '_' : *at);
}

static void add_launch(const struct result *result, double ns, struct buf *out)
{
    add_name(&result->benchmark, out);
    buf_printf(out, " %llu %.9g ns/op", (unsigned long long)result->samples.items[0].iterations,
               ns);
    if (result->bytes > 0 && ns > 0)
        buf_printf(out, " %.6g MB/s", result->bytes / ns * 1e3);
    buf_putc(out, '\n');
}

assay_status export_benchstat(const struct export_source *source, struct buf *out)
{
    const char *suite = "";
    double ns;
    buf_puts(out, "goos: linux\ncpu: ");
    buf_printf(out, "%s\n", source->run->environment.cpu);
    for (size_t i = 0; i < source->run->results.count; i++) {
        const struct result *result = &source->run->results.items[i];
        const struct measurement *time = result_measurement(result, METRICS[METRIC_TIME].name);
        if (strcmp(suite, result->benchmark.suite) != 0) {
            suite = result->benchmark.suite;
            buf_puts(out, "pkg: ");
            add_word(suite, out);
            buf_putc(out, '\n');
        }
        for (uint32_t k = 0; time != NULL && k < time->summary.launch_count; k++)
            if (export_launch_median(result, k, &ns))
                add_launch(result, ns, out);
    }
    return out->status;
}
