/* Every importer's two functions; what they are is in import.h. */
#ifndef EXCHANGE_READ_IMPORTERS_H
#define EXCHANGE_READ_IMPORTERS_H

#include "exchange/read/import.h"

#define IMPORTER(name)                                                                             \
    bool import_##name##_sniff(const struct import_text *text);                                    \
    assay_status import_##name##_parse(const struct import_text *text, struct sink *sink)

IMPORTER(google_benchmark);
IMPORTER(pytest_benchmark);
IMPORTER(pyperf);
IMPORTER(hyperfine);
IMPORTER(jmh);
IMPORTER(criterion);
IMPORTER(github_action);
IMPORTER(go_bench);
IMPORTER(cargo_bench);
IMPORTER(catch2);
IMPORTER(callgrind);
IMPORTER(wrk);
IMPORTER(ab);
IMPORTER(jsonl);
IMPORTER(perf_stat);
IMPORTER(csv);
IMPORTER(benchmarkdotnet);
IMPORTER(asv);
IMPORTER(lnt);
IMPORTER(perfherder);
IMPORTER(catapult);
IMPORTER(vegeta);
IMPORTER(k6);
IMPORTER(mitata);
IMPORTER(h2load);

#endif
