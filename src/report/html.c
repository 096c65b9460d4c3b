/* The page: for each benchmark a strip of its samples, a row a launch, so that one sees what a
 * median hides.  Invariant: foreign text gets in by add_escaped only. */
#include "report/report.h"

static void add_escaped(const char *text, FILE *out)
{
    for (; *text != '\0'; text++)
        if (*text == '<' || *text == '>' || *text == '&')
            fprintf(out, "&#%d;", *text);
        else
            fputc(*text, out);
}

static void add_strip(const struct result *result, FILE *out)
{
    const struct summary *time = &result->time_ns;
    double range = time->max > time->min ? time->max - time->min : 1;
    fprintf(out, "<p>%.4g ns, %.4g to %.4g ns</p>\n<svg width='620' height='%zu'>\n", time->median,
            time->min, time->max, 12 * time->launch_count + 12);
    for (size_t i = 0; i < result->samples.count; i++) {
        const struct sample *sample = &result->samples.items[i];
        double x = (sample->ns / sample->iterations - time->min) / range * 600 + 10;
        fprintf(out, "<circle cx='%.1f' cy='%u' r='3'/>\n", x, 12 * sample->launch + 12);
    }
    fprintf(out, "</svg>\n");
}

void report_html(const struct run *run, FILE *out)
{
    fprintf(out, "<!DOCTYPE html>\n<meta charset='utf-8'>\n<title>assay %s</title>\n", run->id);
    for (size_t i = 0; i < run->results.count; i++) {
        const struct result *result = &run->results.items[i];
        fprintf(out, "<h2>%s: ", OUTCOMES[result->outcome]);
        add_escaped(result->benchmark, out);
        fprintf(out, "</h2>\n");
        add_escaped(result->reason, out);
        if (result->outcome == OUTCOME_OK)
            add_strip(result, out);
    }
}
