/* The pages of runs: all of them, one, two side by side; what went wrong.
 * What stands here is for readers without scripts, and for builds without the front end, where a
 * small script filters and refreshes it. */
#include <math.h>
#include <string.h>

#include "report/html/escape.h"
#include "report/html/html.h"
#include "report/html/html_parts.h"
#include "report/html/svg.h"
#include "serve/answer.h"
#include "serve/page.h"

enum { RUNS = 50, RUNS_MAX = 1000, SECTION_BYTES_MAX = 1 << 20 };

void page_failure(struct buf *out, unsigned status, const char *why)
{
    page_open_plain(out, status == 404 ? "Not found" : status < 500 ? "Bad request" : "Not now");
    html_element(out, "<p class=\"note bad\"><span>", why, "</span></p>\n");
    page_close_plain(out);
}

/* All runs. */

static void add_count(struct buf *out, const char *label, unsigned count, const char *class)
{
    html_number_open(out, label);
    if (count > 0 && class[0] != '\0')
        buf_printf(out, "<span class=\"mark %s\">%u</span></td>", class, count);
    else
        buf_printf(out, "%u</td>", count);
}

static bool is_done(const struct run_row *row)
{
    return strcmp(row->status, "done") == 0;
}

/* The next older run of the same machine and compilers, or NULL. */
static const struct run_row *row_before(const run_row_vec *rows, size_t at)
{
    for (size_t i = at + 1; i < rows->count; i++)
        if (is_done(&rows->items[i]) &&
            strcmp(rows->items[i].fingerprint, rows->items[at].fingerprint) == 0)
            return &rows->items[i];
    return NULL;
}

static void add_row_head(struct buf *out, const struct run_row *row)
{
    buf_puts(out, HTML_ROW);
    page_run_name(out, row->id);
    buf_puts(out, "<small>");
    html_text(out, row->started_at);
    if (!is_done(row))
        html_element(out, " <span class=\"mark open\">", row->status, "</span>");
    if (!html_is_blank(row->label)) {
        buf_puts(out, " ");
        html_text_short(out, row->label, HTML_NAME_BYTES_MAX);
    }
    buf_puts(out, "</small></th>");
}

static void add_run_row(struct buf *out, const run_row_vec *rows, size_t at)
{
    const struct run_row *row = &rows->items[at], *before = row_before(rows, at);
    add_row_head(out, row);
    buf_puts(out, HTML_CELL_WHOLE);
    page_commit(out, row->commit);
    html_element(out, " ", row->branch, "</td>");
    add_count(out, "ok", row->ok, "");
    add_count(out, "failed", row->failed, "bad");
    add_count(out, "skipped", row->skipped, "");
    add_count(out, "met", row->met, "good");
    add_count(out, "missed", row->missed, "bad");
    add_count(out, "undecided", row->undecided, "open");
    buf_puts(out, HTML_CELL_WHOLE);
    if (before != NULL) {
        page_compare_link(out, before->id, row->id);
        buf_puts(out, "with the one before</a>");
    }
    buf_puts(out, "</td></tr>\n");
}

static void add_runs(struct buf *out, const run_row_vec *rows)
{
    static const char *const COLUMNS[] = {
        "Run",          "Version", ">Ok",        ">Failed", ">Skipped",
        ">Targets met", ">Missed", ">Undecided", "Compare", NULL};
    html_table_open(out, "Newest first.", COLUMNS);
    buf_puts(out, HTML_ROWS);
    for (size_t i = 0; i < rows->count; i++)
        add_run_row(out, rows, i);
    buf_puts(out, "</tbody></table>\n");
    if (rows->count == 0)
        buf_puts(out, "<p>No run is stored yet.</p>\n");
}

assay_status page_overview(struct asked *asked)
{
    run_row_vec rows = {0};
    size_t last;
    TRY(request_count(asked->request, "last", RUNS_MAX, RUNS, &last, asked->error));
    assay_status status =
        asked_store(asked, asked->store->ops->runs(asked->store, last, &asked->arena, &rows));
    if (status == ASSAY_OK) {
        page_open(asked->out, "Runs", true);
        add_runs(asked->out, &rows);
        page_close(asked->out);
    }
    vec_release(&rows);
    return status;
}

/* One run. */

static void add_links(struct buf *out, const char *benchmark)
{
    buf_puts(out, "<p class=\"links\">");
    page_trend_link(out, benchmark, METRICS[METRIC_TIME].name);
    buf_puts(out, "Trend</a></p>\n");
}

assay_status page_run(struct asked *asked)
{
    const struct html_site site = {page_head(), PAGE_NAVIGATION, PAGE_FOOTER, add_links};
    struct run run = {0};
    TRY(asked_run(asked, asked->request->segments[1], &run));
    html_head(asked->out, &run, &site);
    page_begin(asked->out);
    html_body(asked->out, &run, &site, page_has_app() ? SECTION_BYTES_MAX : SIZE_MAX);
    page_end(asked->out);
    run_release(&run);
    return asked->out->status;
}

/* Two runs. */

static void add_choice(struct buf *out, const char *name, const char *words, const char *value)
{
    buf_printf(out, "<label>%s<input name=\"%s\" required=\"required\" value=\"", words, name);
    html_attr(out, value);
    buf_puts(out, "\"/></label>\n");
}

static void add_compare_form(struct asked *asked)
{
    struct buf *out = asked->out;
    buf_puts(out, "<form action=\"/compare\">\n");
    add_choice(out, "old", "Old run", request_parameter(asked->request, "old", ""));
    add_choice(out, "new", "New run", request_parameter(asked->request, "new", "latest"));
    buf_puts(out,
             "<button>Compare</button>\n</form>\n<p class=\"soft\">A run is named by its id or "
             "the start of it, <code>latest</code>, a label, a baseline, a commit, a tag or a "
             "branch.</p>\n");
}

static void add_verdict(struct buf *out, const struct comparison *row)
{
    static const char *const CLASSES[] = {
        [VERDICT_NONE] = "soft", [VERDICT_SLOWER] = "bad",     [VERDICT_FASTER] = "good",
        [VERDICT_SAME] = "soft", [VERDICT_UNDECIDED] = "open", [VERDICT_PLACEMENT] = "soft"};
    buf_printf(out, HTML_CELL "<span class=\"mark %s\">%s</span></td>", CLASSES[row->verdict],
               row->verdict == VERDICT_NONE ? "none" : verdict_name(row->verdict));
}

static void add_side(struct buf *out, const char *label, double value, const char *unit)
{
    html_number_open(out, label);
    if (value > 0)
        html_quantity(out, value, unit != NULL ? unit : "ns");
    buf_puts(out, "</td>");
}

static void add_comparison(struct buf *out, const struct comparison *row)
{
    bool is_measured = row->outcome == OUTCOME_OK;
    buf_puts(out, HTML_ROW);
    if (is_measured)
        page_trend_link(out, row->benchmark, row->metric ? row->metric : METRICS[METRIC_TIME].name);
    buf_puts(out, "<code>");
    html_name(out, row->benchmark, HTML_NAME_BYTES_MAX);
    buf_puts(out, is_measured ? "</code></a></th>" : "</code></th>");
    add_verdict(out, row);
    add_side(out, "old", row->old_ns, row->unit);
    add_side(out, "new", row->new_ns, row->unit);
    html_number_open(out, "new / old");
    if (row->verdict != VERDICT_NONE) {
        svg_decimal(out, row->ratio, 3);
        if (html_has_interval(&row->interval)) {
            buf_puts(out, "<small>");
            svg_decimal(out, row->interval.low, 3);
            buf_puts(out, " " HTML_DASH " ");
            svg_decimal(out, row->interval.high, 3);
            buf_puts(out, "</small>");
        }
    }
    buf_puts(out, "</td><td role=\"cell\" class=\"whole soft\">");
    html_text_short(out, row->reason, HTML_NOTE_BYTES_MAX);
    buf_puts(out, "</td></tr>\n");
}

static void add_verdict_counts(struct buf *out, const comparison_vec *rows)
{
    static const struct {
        enum verdict verdict;
        const char *words;
    } SHOWN[] = {{VERDICT_SLOWER, "slower"},
                 {VERDICT_FASTER, "faster"},
                 {VERDICT_SAME, "same"},
                 {VERDICT_UNDECIDED, "undecided"},
                 {VERDICT_NONE, "without a verdict"}};
    buf_puts(out, "<ul class=\"counts\">\n");
    for (size_t i = 0; i < sizeof SHOWN / sizeof *SHOWN; i++) {
        size_t count = 0;
        for (size_t k = 0; k < rows->count; k++)
            count += rows->items[k].verdict == SHOWN[i].verdict;
        buf_printf(out, "<li><b>%zu</b> %s</li>\n", count, SHOWN[i].words);
    }
    buf_puts(out, "</ul>\n");
}

/* What became slower first, then what moved, then the rest, each in the order of the new run. */
static void add_comparisons(struct buf *out, const comparison_vec *rows)
{
    static const enum verdict ORDER[] = {VERDICT_SLOWER, VERDICT_FASTER,    VERDICT_UNDECIDED,
                                         VERDICT_SAME,   VERDICT_PLACEMENT, VERDICT_NONE};
    static const char *const COLUMNS[] = {"Benchmark",  "Verdict", ">Old", ">New",
                                          ">New / old", "Note",    NULL};
    html_table_open(out,
                    "Stored runs were measured one after the other, so no verdict below 5 % is "
                    "given. <code>assay compare</code> of modules or commits measures them paired.",
                    COLUMNS);
    buf_puts(out, HTML_ROWS);
    for (size_t k = 0; k < sizeof ORDER / sizeof *ORDER; k++)
        for (size_t i = 0; i < rows->count; i++)
            if (rows->items[i].verdict == ORDER[k])
                add_comparison(out, &rows->items[i]);
    buf_puts(out, "</tbody></table>\n");
}

static void add_compared(struct buf *out, const struct compared *compared)
{
    buf_puts(out, "<dl>\n<dt>Old</dt><dd>");
    page_run_name(out, compared->old_run.run.id);
    html_element(out, " <code>", compared->old_run.run.commit, "</code></dd>\n<dt>New</dt><dd>");
    page_run_name(out, compared->new_run.run.id);
    html_element(out, " <code>", compared->new_run.run.commit, "</code></dd>\n</dl>\n<p>");
    page_compare_link(out, compared->old_run.run.id, compared->new_run.run.id);
    buf_puts(out, "Permanent link</a> to these two runs.</p>\n");
    add_verdict_counts(out, &compared->rows);
    add_comparisons(out, &compared->rows);
}

assay_status page_compare(struct asked *asked)
{
    struct compared compared = {.rows = {0}};
    bool is_asked = request_parameter(asked->request, "old", NULL) != NULL;
    assay_status status = is_asked ? asked_compared(asked, &compared) : ASSAY_OK;
    if (status == ASSAY_OK) {
        page_open(asked->out, "Compare two runs", false);
        add_compare_form(asked);
        if (is_asked)
            add_compared(asked->out, &compared);
        page_close(asked->out);
    }
    compared_release(&compared);
    return status;
}
