/* The table of formats, and how a text finds its row.
 * Why JSON is parsed here and not by each importer: to know which format a document has takes a
 * look at its members, and a document of 50 MB should be parsed once.  The order of the rows is the
 * order of asking: a format that many texts could be stands behind those that few could be. */
#include "exchange/read/import.h"

#include <string.h>

#include "base/text.h"
#include "exchange/read/importers.h"

#define ROW(name, summary, syntax, id)                                                             \
    {                                                                                              \
        name, summary, syntax, import_##id##_sniff, import_##id##_parse                            \
    }
const struct import_format IMPORT_FORMATS[] = {
    ROW("google-benchmark", "JSON of --benchmark_format=json", SYNTAX_JSON, google_benchmark),
    ROW("pytest-benchmark", "JSON of --benchmark-json", SYNTAX_JSON, pytest_benchmark),
    ROW("pyperf", "JSON of -o FILE", SYNTAX_JSON, pyperf),
    ROW("hyperfine", "JSON of --export-json", SYNTAX_JSON, hyperfine),
    ROW("jmh", "JSON of -rf json", SYNTAX_JSON, jmh),
    ROW("criterion", "sample.json, estimates.json, or the folder target/criterion", SYNTAX_JSON,
        criterion),
    ROW("github-action-benchmark", "data.js, or JSON of a custom tool", SYNTAX_EITHER,
        github_action),
    ROW("go-bench", "what 'go test -bench' prints", SYNTAX_TEXT, go_bench),
    ROW("cargo-bench", "what 'cargo bench' prints", SYNTAX_TEXT, cargo_bench),
    ROW("catch2", "XML of -r xml", SYNTAX_TEXT, catch2),
    ROW("callgrind", "callgrind.out.PID", SYNTAX_TEXT, callgrind),
    ROW("wrk", "what wrk prints", SYNTAX_TEXT, wrk),
    ROW("ab", "what ab prints", SYNTAX_TEXT, ab),
    ROW("benchmarkdotnet", "JSON of its exporters, full or brief", SYNTAX_JSON, benchmarkdotnet),
    ROW("asv", "a result file, MACHINE/COMMIT-ENVIRONMENT.json", SYNTAX_JSON, asv),
    ROW("lnt", "JSON for 'lnt submit', version 2", SYNTAX_JSON, lnt),
    ROW("perfherder", "JSON behind PERFHERDER_DATA:", SYNTAX_JSON, perfherder),
    ROW("catapult", "JSON of a HistogramSet", SYNTAX_JSON, catapult),
    ROW("vegeta", "JSON of 'vegeta report -type=json'", SYNTAX_JSON, vegeta),
    ROW("k6", "JSON of --summary-export or handleSummary()", SYNTAX_JSON, k6),
    ROW("mitata", "JSON of run({format: 'json'})", SYNTAX_JSON, mitata),
    ROW("h2load", "what h2load prints", SYNTAX_TEXT, h2load),
    ROW("jsonl", "JSON Lines with name, value, unit", SYNTAX_TEXT, jsonl),
    ROW("perf-stat", "CSV of 'perf stat -x,'", SYNTAX_TEXT, perf_stat),
    ROW("csv", "a table with columns for name and value (--columns)", SYNTAX_TEXT, csv),
    {NULL, NULL, SYNTAX_TEXT, NULL, NULL},
};

const struct import_format *import_format_find(const char *name)
{
    for (const struct import_format *format = IMPORT_FORMATS; format->name != NULL; format++)
        if (strcmp(format->name, name) == 0)
            return format;
    return NULL;
}

void import_format_names(struct buf *out)
{
    for (const struct import_format *format = IMPORT_FORMATS; format->name != NULL; format++)
        buf_printf(out, "%s%s", format == IMPORT_FORMATS ? "" : ", ", format->name);
}

static bool may_be_json(const struct import_text *text)
{
    size_t blanks = strspn(text->text, " \t\r\n");
    return text->text[blanks] == '{' || text->text[blanks] == '[';
}

/* A failure leaves *ret_json NULL, and `error` says where. */
static assay_status parse_json(const struct import_text *text, struct sink *sink,
                               struct arena *arena, const struct node **ret_json)
{
    struct node_error where;
    assay_status status = node_read(text->text, text->length, arena, ret_json, NULL, &where);
    return status == ASSAY_ERR_PARSE ? buf_error(sink->error, status, "%s:%zu: column %zu: %s",
                                                 text->name, where.line, where.column, where.what)
                                     : status;
}

static assay_status unknown(const struct import_text *text, struct sink *sink)
{
    BUF_AUTO names;
    buf_init(&names, 4096);
    import_format_names(&names);
    return buf_error(sink->error, ASSAY_ERR_PARSE,
                     "%s: looks like no known format; say --format NAME, one of: %s", text->name,
                     names.text);
}

static const struct import_format *sniff(const struct import_text *text)
{
    for (const struct import_format *format = IMPORT_FORMATS; format->name != NULL; format++)
        if ((format->syntax != SYNTAX_JSON || text->json != NULL) && format->sniff(text))
            return format;
    return NULL;
}

/* Finds the format where none is given.  A text that starts as JSON and is none is refused as
 * JSON, unless another format knows it: JSON Lines begin alike. */
static assay_status choose(struct import_text *text, struct arena *arena, struct sink *sink,
                           const struct import_format **format)
{
    assay_status status = ASSAY_OK;
    enum import_syntax syntax = *format != NULL ? (*format)->syntax : SYNTAX_EITHER;
    if (syntax == SYNTAX_JSON || (syntax == SYNTAX_EITHER && may_be_json(text)))
        status = parse_json(text, sink, arena, &text->json);
    if (*format != NULL || status == ASSAY_ERR_MEMORY)
        return status;
    *format = sniff(text);
    if (*format != NULL)
        return ASSAY_OK;
    return status == ASSAY_OK ? unknown(text, sink) : status;
}

assay_status import_parse(const struct import_text *text, const struct import_format *format,
                          struct sink *sink, const struct import_format **ret_format)
{
    static const char BYTE_ORDER_MARK[] = "\xEF\xBB\xBF";
    struct import_text own = *text;
    struct arena arena = {0}; /* of the document */
    if (own.length >= 3 && memcmp(own.text, BYTE_ORDER_MARK, 3) == 0) {
        own.text += 3;
        own.length -= 3;
    }
    sink->name = own.name;
    if (own.length == 0)
        return buf_error(sink->error, ASSAY_ERR_PARSE, "%s: empty; wants results", own.name);
    assay_status status = choose(&own, &arena, sink, &format);
    size_t before = sink->columns.count + sink->run->results.count + sink->points.count;
    if (status == ASSAY_OK && format != NULL) {
        sink->format = format->name;
        sink->last_name[0] = '\0'; /* the same name is another benchmark in another format */
        status = format->parse(&own, sink);
    }
    arena_release(&arena);
    TRY(status);
    if (format == NULL ||
        sink->columns.count + sink->run->results.count + sink->points.count == before)
        return buf_error(sink->error, ASSAY_ERR_PARSE, "%s: no result in it (read as %s)", own.name,
                         sink->format);
    *ret_format = format;
    return ASSAY_OK;
}
