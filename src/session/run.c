/* The run.  Order per benchmark: measure, summarize, commit; so that a crash of ours or a power cut
 * loses at most the benchmark under way. */
#include "session/run.h"

#include <stdio.h>
#include <sys/stat.h>
#include <time.h>

#include "measure/benchmark.h"
#include "report/report.h"
#include "stats/summary.h"

static void name_run(struct run *run)
{
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    const struct tm *utc = gmtime(&now.tv_sec);
    size_t length = strftime(run->id, sizeof run->id, "%Y%m%d-%H%M%S", utc);
    snprintf(run->id + length, sizeof run->id - length, "-%04lx", now.tv_nsec >> 4 & 0xffff);
    strftime(run->started_at, sizeof run->started_at, "%Y-%m-%dT%H:%M:%SZ", utc);
}

static assay_status write_reports(const struct run *run)
{
    static const struct {
        const char *name;
        void (*render)(const struct run *run, FILE *out);
    } REPORTS[] = {{"summary.json", report_json}, {"report.html", report_html}};
    char path[128];
    snprintf(path, sizeof path, "benchmark-results/%s", run->id);
    mkdir("benchmark-results", 0777); /* where that fails and matters, opening the file fails */
    mkdir(path, 0777);
    for (size_t i = 0; i < sizeof REPORTS / sizeof *REPORTS; i++) {
        snprintf(path, sizeof path, "benchmark-results/%s/%s", run->id, REPORTS[i].name);
        FILE *file = fopen(path, "we");
        if (file == NULL)
            return ASSAY_ERR_IO;
        REPORTS[i].render(run, file);
        if ((ferror(file) | fclose(file)) != 0)
            return ASSAY_ERR_IO;
    }
    return ASSAY_OK;
}

assay_status session_run(const struct session_request *request, struct run *ret_run)
{
    assay_status status = ASSAY_OK;
    name_run(ret_run);
    if (request->operands[0] == NULL)
        return ASSAY_ERR_ARGUMENT;
    for (char *const *module = request->operands; *module != NULL; module++)
        TRY(measure_list(request->host_program, *module, ret_run));
    for (size_t i = 0; i < ret_run->results.count; i++) {
        struct result *result = &ret_run->results.items[i];
        if (result->outcome == OUTCOME_OK)
            measure_benchmark(request->host_program, &request->plan, result);
        if (result->outcome == OUTCOME_OK)
            TRY(summarize(result->samples.items, result->samples.count, &result->time_ns));
        if (result->outcome == OUTCOME_FAILED)
            status = ASSAY_ERR_BENCHMARK;
        TRY(request->store->ops->put(request->store, ret_run, result));
    }
    TRY(write_reports(ret_run));
    return status;
}
