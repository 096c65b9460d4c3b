/* Catch2's XML reporter (-r xml).  <BenchmarkResults> has the mean with its interval and the
 * deviation, in nanoseconds, never the samples.
 * The scanner knows tags and attributes, which is all that is needed; what it does not know
 * (CDATA, document types) Catch2 does not write, and is passed over as text. */
#include <stdio.h>
#include <string.h>

#include "exchange/read/importers.h"
#include "exchange/read/lines.h"

struct scanner {
    const char *at, *end;
    size_t line;
    struct sink *sink;
    char tag[64], attributes[8192];
};

bool import_catch2_sniff(const struct import_text *text)
{
    return strstr(text->text, "<BenchmarkResults") != NULL;
}

/* The '>' that ends the tag at `open`, or NULL: Catch2 leaves those inside quotes as they are. */
static const char *tag_end(const char *open, const char *end)
{
    bool quoted = false;
    for (const char *at = open; at < end; at++) {
        quoted ^= *at == '"';
        if (*at == '>' && !quoted)
            return at;
    }
    return NULL;
}

/* The next tag: its name (closing ones begin with '/') and the text of its attributes. */
static assay_status next_tag(struct scanner *scanner, bool *ret_found)
{
    const char *start = scanner->at, *open, *close;
    *ret_found = false;
    open = memchr(start, '<', (size_t)(scanner->end - start));
    if (open == NULL)
        return ASSAY_OK;
    close = tag_end(open, scanner->end);
    for (const char *at = start; at < open; at++)
        scanner->line += *at == '\n';
    const struct place place = {.index = scanner->line};
    if (close == NULL)
        return sink_wrong(scanner->sink, &place, "a tag without its '>'");
    size_t name = strcspn(open + 1, " \t\r\n>");
    size_t length = (size_t)(close - open) - 1;
    if (name > length)
        name = length;
    if (length - name >= sizeof scanner->attributes)
        return sink_wrong(scanner->sink, &place, "a tag longer than %zu bytes",
                          sizeof scanner->attributes);
    snprintf(scanner->tag, sizeof scanner->tag, "%.*s", (int)name, open + 1);
    snprintf(scanner->attributes, sizeof scanner->attributes, "%.*s", (int)(length - name),
             open + 1 + name);
    for (const char *at = open; at < close; at++)
        scanner->line += *at == '\n';
    scanner->at = close + 1;
    *ret_found = true;
    return ASSAY_OK;
}

/* Copies text with its five entities; others stay as they are. */
static void unescape(const char *text, size_t length, char *out, size_t size)
{
    static const struct {
        const char *name, *is;
    } ENTITIES[] = {
        {"&lt;", "<"}, {"&gt;", ">"}, {"&amp;", "&"}, {"&quot;", "\""}, {"&apos;", "'"}};
    size_t used = 0;
    for (size_t i = 0; i < length && used + 1 < size;) {
        size_t step = 1;
        char c = text[i];
        for (size_t e = 0; e < sizeof ENTITIES / sizeof *ENTITIES; e++)
            if (strncmp(text + i, ENTITIES[e].name, strlen(ENTITIES[e].name)) == 0) {
                c = ENTITIES[e].is[0];
                step = strlen(ENTITIES[e].name);
            }
        out[used++] = c;
        i += step;
    }
    out[used] = '\0';
}

static bool attribute(const struct scanner *scanner, const char *name, char *value, size_t size)
{
    size_t length = strlen(name);
    for (const char *at = scanner->attributes; (at = strstr(at, name)) != NULL; at += length) {
        bool whole = at > scanner->attributes && strchr(" \t\r\n", at[-1]) != NULL;
        if (!whole || at[length] != '=' || at[length + 1] != '"')
            continue;
        const char *start = at + length + 2, *quote = strchr(start, '"');
        if (quote == NULL)
            return false;
        unescape(start, (size_t)(quote - start), value, size);
        return true;
    }
    return false;
}

static assay_status number(const struct scanner *scanner, const char *name, double *ret_value)
{
    const struct place place = {.index = scanner->line};
    const char *rest;
    char text[64];
    if (!attribute(scanner, name, text, sizeof text) || !line_number(text, ret_value, &rest))
        return sink_wrong(scanner->sink, &place, "<%s> wants a number '%s'", scanner->tag, name);
    return ASSAY_OK;
}

static assay_status read_mean(const struct scanner *scanner, struct summary *summary)
{
    TRY(number(scanner, "value", &summary->mean));
    TRY(number(scanner, "lowerBound", &summary->interval.low));
    TRY(number(scanner, "upperBound", &summary->interval.high));
    TRY(number(scanner, "ci", &summary->interval.level));
    summary->median = summary->min = summary->max = summary->mean;
    return ASSAY_OK;
}

/* Of one <BenchmarkResults>, up to its end. */
static assay_status read_benchmark(struct scanner *scanner, const char *test)
{
    const struct place place = {.index = scanner->line};
    char name[SINK_TEXT_MAX + 1] = "";
    struct sink_row row = {.suite = test, .name = name, .unit = "ns"};
    struct summary summary = {0};
    double samples = 0;
    bool found, has_mean = false;
    attribute(scanner, "name", name, sizeof name);
    TRY(number(scanner, "samples", &samples));
    summary.sample_count = samples >= 1 && samples < 1e9 ? (size_t)samples : 1;
    for (;;) {
        TRY(next_tag(scanner, &found));
        if (!found)
            return sink_wrong(scanner->sink, &place, "<BenchmarkResults> has no end");
        if (strcmp(scanner->tag, "/BenchmarkResults") == 0)
            break;
        if (strcmp(scanner->tag, "failed") == 0)
            return sink_add_failure(scanner->sink, &place, &row, "an exception was thrown");
        if (strcmp(scanner->tag, "mean") == 0) {
            TRY(read_mean(scanner, &summary));
            has_mean = true;
        } else if (strcmp(scanner->tag, "standardDeviation") == 0) {
            TRY(number(scanner, "value", &summary.sd));
        }
    }
    return has_mean ? sink_add_summary(scanner->sink, &place, &row, &summary)
                    : sink_wrong(scanner->sink, &place, "<BenchmarkResults> without <mean>");
}

assay_status import_catch2_parse(const struct import_text *text, struct sink *sink)
{
    struct scanner scanner = {
        .at = text->text, .end = text->text + text->length, .line = 1, .sink = sink};
    char test[SINK_TEXT_MAX + 1] = "";
    bool found;
    for (;;) {
        TRY(next_tag(&scanner, &found));
        if (!found)
            return ASSAY_OK;
        if (strcmp(scanner.tag, "TestCase") == 0)
            attribute(&scanner, "name", test, sizeof test);
        else if (strcmp(scanner.tag, "BenchmarkResults") == 0)
            TRY(read_benchmark(&scanner, test));
    }
}
