/* The HTML page, from top to bottom: what was run and how, counts, what needs attention, targets,
 * claims, one table of all results, one section a benchmark, how to read it.
 *
 * Why plain C functions and not a template: all that comes from outside goes through html_text or
 * html_attr by construction, and there is no second language to get wrong.  Why no script: a report
 * is kept for years, mailed and printed; what it shows must not depend on what still runs.
 *
 * Invariants: 1. every element is closed and every attribute quoted, so the page is XML as well;
 * 2. nothing that is loaded from elsewhere. */
#include "report/html/html.h"

#include <math.h>
#include <string.h>

#include "report/html/escape.h"
#include "report/html/html_parts.h"
#include "report/html/svg.h"
#include "report/html/svg_flame.h"

static const char *const STYLE[] = {
    ":root{color-scheme:light;--paper:#fff;--ink:#1b1f24;--soft:#57606a;--rule:#d4d9df;"
    "--wash:#f4f6f8;--link:#005a8f;--good:#00664b;--bad:#a83c00;--open:#6b5200;--mark:#0072b2;"
    "--bin:#8aa4ba}\n"
    "@media screen and (prefers-color-scheme:dark){:root{color-scheme:dark;--paper:#14171a;"
    "--ink:#e4e7ea;--soft:#a5aeb8;--rule:#363d45;--wash:#1d2226;--link:#6cc0f2;--good:#3ccba0;"
    "--bad:#ff9257;--open:#f0c64a;--mark:#56b4e9;--bin:#557089}}\n"
    "*{box-sizing:border-box}\n"
    "html{scroll-padding-top:1rem}\n"
    "body{margin:0 auto;max-width:72rem;padding:1.5rem 1.25rem 4rem;background:var(--paper);"
    "color:var(--ink);font:1rem/1.5 system-ui,-apple-system,\"Segoe UI\",Roboto,\"Liberation "
    "Sans\","
    "sans-serif;overflow-wrap:break-word;-webkit-text-size-adjust:100%}\n"
    "h1{font-size:1.75rem;line-height:1.2;margin:.1rem 0 .5rem}\n"
    "h2{font-size:1.25rem;margin:2.75rem 0 .5rem}\n"
    "h3{font-size:1rem;margin:0;display:inline}\n"
    "p{margin:.4rem 0}\n"
    "a{color:var(--link);text-underline-offset:.15em}\n"
    "section:focus{outline:0}\n"
    ":focus-visible{outline:3px solid var(--mark);outline-offset:2px}\n"
    "code{font:.92em/1.4 ui-monospace,\"SF Mono\",Menlo,Consolas,\"Liberation Mono\",monospace;"
    "unicode-bidi:isolate}\n"
    "code,h1,dd,small,.whole,.note,.group th{overflow-wrap:anywhere}\n"
    "small,.soft,caption,figcaption,dt,thead th{color:var(--soft)}\n"
    "small,figcaption{font-size:.82rem}\n"
    ".skip{position:absolute;left:-99rem}\n"
    ".skip:focus{left:1rem;top:.5rem;padding:.5rem 1rem;background:var(--paper)}\n"
    ".brand{color:var(--soft);letter-spacing:.08em;text-transform:uppercase;font-size:.8rem;"
    "font-weight:600;margin:0}\n"
    "dl{display:grid;grid-template-columns:max-content 1fr;gap:.15rem 1.25rem;margin:1rem 0}\n"
    "dt,dd{margin:0}\n"
    "nav ul,.counts{list-style:none;margin:1.25rem 0;padding:0;display:flex;flex-wrap:wrap}\n"
    "nav ul{gap:.25rem 1.25rem}\n"
    ".counts{gap:.5rem 2.25rem;border-top:1px solid var(--rule);border-bottom:1px solid "
    "var(--rule);padding:.75rem 0}\n"
    ".counts b{display:block;font-size:1.6rem;line-height:1.15;font-variant-numeric:tabular-nums}\n"
    "table{border-collapse:collapse;width:100%;font-variant-numeric:tabular-nums;font-size:.92rem}"
    "\n"
    "caption{text-align:left;padding:0 0 .6rem;max-width:48rem;font-size:.88rem}\n"
    "th,td{text-align:left;vertical-align:baseline;padding:.32rem 1.4rem .32rem 0;"
    "border-bottom:1px solid var(--rule);font-weight:400}\n"
    "th:last-child,td:last-child{padding-right:0}\n"
    "thead th{font-size:.82rem;vertical-align:bottom;border-bottom-color:var(--soft)}\n"
    "th small,td small{display:block}\n"
    ".num{text-align:right;white-space:nowrap}\n"
    "th.suite{color:var(--ink);font-size:1.05rem;font-weight:650;padding-top:1.6rem;border-bottom-"
    "color:var(--soft)}"
    "\n"
    ".group th,.solo{font-weight:600}\n"
    ".group th,.group td{padding-top:.8rem;vertical-align:bottom}\n"
    ".group small,.solo small{font-weight:400}\n"
    ".group~.row th{padding-left:1rem}\n"
    ".stack th[scope=row],.group th{width:34%}\n"
    ".whole{white-space:pre-line;min-width:8.5rem}\n"
    "td.bar{width:15rem;vertical-align:middle;padding-top:0;padding-bottom:0}\n"
    "svg{display:block;width:100%;height:auto}\n"
    "svg.bar{width:15rem}\n"
    "svg text{font-size:11px;fill:var(--soft);font-variant-numeric:tabular-nums}\n"
    "svg.bar text{font-size:11px}\n"
    ".line{stroke:var(--soft)}.grid{stroke:var(--rule)}.mid{stroke:var(--ink);stroke-width:1.5}\n"
    ".band{fill:var(--ink);fill-opacity:.14}.bin{fill:var(--bin)}.span{fill:var(--mark);"
    "fill-opacity:.45}.dot{fill:var(--mark)}.off{fill:var(--ink)}\n"
    ".dots{fill:none;stroke-linecap:round;stroke-opacity:.8}\n"
    ".l0{stroke:#0072b2}.l1{stroke:#d55e00}.l2{stroke:#009e73}.l3{stroke:#cc79a7}"
    ".l4{stroke:#e69f00}.l5{stroke:#56b4e9}\n"
    "@media screen and (prefers-color-scheme:dark){.l0{stroke:#2f94d6}}\n"
    ".mark{white-space:nowrap;font-weight:600}\n"
    ".good{color:var(--good)}.bad{color:var(--bad)}.open{color:var(--open)}\n",
    ".note{border-left:4px solid currentColor;background:var(--wash);padding:.5rem .8rem;"
    "white-space:pre-wrap}\n"
    ".note span{color:var(--ink)}\n"
    "details{border-top:1px solid var(--rule);padding:.55rem 0;content-visibility:auto;"
    "contain-intrinsic-size:auto 2.6rem}\n"
    "details[open]{padding-bottom:2rem;contain-intrinsic-size:auto 34rem}\n"
    "summary{cursor:pointer}\n"
    "summary .value{float:right;padding-left:1rem;font-variant-numeric:tabular-nums}\n"
    "section:target summary code{background:var(--wash);box-shadow:0 0 0 .3em var(--wash)}\n"
    ".charts{display:grid;grid-template-columns:minmax(0,5fr) minmax(0,6fr);gap:1.25rem 2.5rem;"
    "align-items:start;margin-top:.75rem}\n"
    "figure{margin:0 0 1.25rem}\n"
    "figure:last-child{margin:0}\n"
    "figcaption{max-width:34rem}\n"
    ".wide{overflow-x:auto}\n"
    ".wide th{white-space:nowrap}\n"
    ".wide+.wide{margin-top:1.5rem}\n"
    "footer{margin-top:3rem;border-top:1px solid var(--rule);padding-top:1rem}\n",
    "@media screen and (max-width:48rem){\n"
    "body{padding:1rem .9rem 3rem}\n"
    "dl{grid-template-columns:1fr;gap:0}\n"
    "dd{margin-bottom:.5rem}\n"
    ".charts{grid-template-columns:minmax(0,1fr)}\n"
    "svg.chart text{font-size:14px}\n"
    "summary .value{float:none;display:block;padding-left:1.1rem}\n"
    ".stack,.stack caption,.stack tbody,.stack th,.stack td{display:block}\n"
    ".stack thead{position:absolute;left:-99rem}\n"
    ".stack tr{display:grid;grid-template-columns:1fr auto;column-gap:1rem;padding:.5rem 0;"
    "border-bottom:1px solid var(--rule)}\n"
    ".stack th,.stack th[scope=row],.stack td{padding:.08rem 0;border:0;width:auto}\n"

    ".stack .whole,.stack td.bar,.stack th.suite,.stack .group th{grid-column:1/-1}\n"
    ".stack td:empty{display:none}\n"
    ".stack td.num{text-align:left}\n"
    ".stack td:nth-child(2){text-align:right}\n"
    ".stack [data-label]::before{content:attr(data-label)\" \";color:var(--soft);"
    "font-size:.82rem}\n"
    ".stack .group{border-bottom:0;padding-bottom:0}\n"
    ".wide td,.wide th{font-size:.82rem;padding-right:.6rem}\n"
    ".stack td.whole:nth-child(2){text-align:left}}\n",
    "@media print{\n"
    "html{font-size:9pt}\n"
    "body{max-width:none;padding:0}\n"
    "nav,.skip{display:none}\n"
    "details{content-visibility:visible}\n"
    ".charts{display:block}\n"
    ".charts>div{display:grid;grid-template-columns:1fr 1fr;gap:1rem 2rem;align-items:start;"
    "margin-bottom:1rem}\n"
    ".wide+.wide{margin:0}.wide{overflow:visible}\n"
    "td,th{padding-right:.8rem;padding-top:.15rem;padding-bottom:.15rem}\n"
    "tr,figure,.note,details{break-inside:avoid}\n"
    "h2,summary,.group{break-after:avoid}\n"
    "svg.bar{width:11rem}\n"
    "*{-webkit-print-color-adjust:exact;print-color-adjust:exact}\n"
    "a{color:inherit;text-decoration:none}}\n"
    "@page{margin:14mm}\n"};

/* Head of the page. */

static void add_fact(struct buf *out, const char *name, const char *text)
{
    if (html_is_blank(text))
        return;
    buf_printf(out, "<dt>%s</dt>", name);
    html_element(out, "<dd>", text, "</dd>\n");
}

static void add_version(struct buf *out, const struct run *run)
{
    if (html_is_blank(run->commit) && html_is_blank(run->branch) && html_is_blank(run->tag))
        return;
    buf_puts(out, "<dt>Version</dt><dd>");
    if (!html_is_blank(run->commit))
        html_element(out, "commit <code>", run->commit, "</code> ");
    if (!html_is_blank(run->branch))
        html_element(out, "on <code>", run->branch, "</code> ");
    if (!html_is_blank(run->tag))
        html_element(out, "tagged <code>", run->tag, "</code>");
    buf_puts(out, "</dd>\n");
}

/* "3 s", "0.05 s", "6 min 52 s". */
static void add_seconds(struct buf *out, double seconds)
{
    if (!(seconds >= 60 && seconds < 1e9)) {
        svg_number(out, seconds, seconds < 1 ? 6 : 2);
        buf_puts(out, " s");
        return;
    }
    unsigned long long whole = (unsigned long long)(seconds + 0.5);
    if (whole >= 3600)
        buf_printf(out, "%llu h ", whole / 3600);
    buf_printf(out, "%llu min %llu s", whole / 60 % 60, whole % 60);
}

/* Profile and stop rule in words. */
static void add_plan(struct buf *out, const struct plan *plan)
{
    html_element(out, "<dt>Method</dt><dd>", plan->profile, ": ");
    html_counted(out, plan->launches, "launch", "es");
    buf_puts(out, " (fresh processes) " HTML_TIMES " ");
    if (plan->sample_count != 0)
        html_counted(out, plan->sample_count, "sample", "s");
    else
        add_seconds(out, plan->measure_seconds);
    buf_puts(out, " for each benchmark, after a warm-up of at most ");
    add_seconds(out, plan->warmup_seconds);
    buf_puts(out, "; a sample ");
    if (plan->iterations != 0) {
        buf_puts(out, "is ");
        html_counted(out, plan->iterations, "iteration", "s");
    } else {
        buf_puts(out, "is sized to last ");
        html_quantity(out, plan->slot_seconds * 1e9, "ns");
    }
    buf_puts(out, ". A launch stops when its ");
    buf_puts(out, plan->sample_count != 0 ? "samples are taken" : "time is up");
    buf_puts(out, "; it is killed after ");
    add_seconds(out, plan->limit_seconds);
    buf_puts(out, " or above ");
    html_quantity(out, plan->limit_rss_bytes, "B");
    buf_printf(out, ". Seed %llu.</dd>\n", (unsigned long long)plan->seed);
}

static void add_machine(struct buf *out, const struct environment *environment)
{
    html_element(out, "<dt>Machine</dt><dd>", environment->cpu, ", ");
    html_counted(out, environment->cores, "core", "s");
    if (environment->memory_bytes > 0) {
        buf_puts(out, ", ");
        html_quantity(out, environment->memory_bytes, "B");
    }
    if (!html_is_blank(environment->hostname))
        html_element(out, ", host <code>", environment->hostname, "</code>");
    buf_puts(out, "</dd>\n<dt>System</dt><dd>");
    html_text(out, environment->kernel);
    if (!html_is_blank(environment->os))
        html_element(out, ", ", environment->os, "");
    html_element(out, ", governor ",
                 html_is_blank(environment->governor) ? "not known" : environment->governor,
                 "</dd>\n");
    add_fact(out, "Compiler", environment->compiler);
}

/* Folded away: one looks when numbers surprise. */
static void add_facts(struct buf *out, const char *facts)
{
    struct fact fact;
    if (facts == NULL || facts[0] == '\0')
        return;
    buf_puts(out, "<dt>Environment</dt><dd><details><summary>what else was found</summary><ul>\n");
    for (const char *at = facts; environment_next_fact(&at, &fact);) {
        BUF_AUTO line;
        buf_init(&line, 1 << 16);
        buf_printf(&line, "%.*s: %.*s", (int)fact.name_length, fact.name, (int)fact.value_length,
                   fact.value);
        html_element(out, "<li>", line.text, "</li>\n");
    }
    buf_puts(out, "</ul></details></dd>\n");
}

static void add_noise(struct buf *out, const struct environment *environment)
{
    buf_puts(out, "<dt>Noise</dt><dd>CPU time stolen during the run: ");
    if (environment->steal_ratio >= 0) {
        svg_number(out, environment->steal_ratio * 100, 2);
        buf_puts(out, " %");
    } else {
        buf_puts(out, "not known");
    }
    buf_puts(out, "; load before the run: ");
    if (environment->load_1min >= 0)
        svg_number(out, environment->load_1min, 2);
    else
        buf_puts(out, "not known");
    buf_puts(out, "; reading the clock costs ");
    html_quantity(out, environment->clock_ns, "ns");
    buf_puts(out, "</dd>\n");
}

void html_style(struct buf *out)
{
    for (size_t i = 0; i < sizeof STYLE / sizeof STYLE[0]; i++)
        buf_puts(out, STYLE[i]);
    buf_puts(out, SVG_FLAME_STYLE);
}

/* A file carries its style and forbids everything else; a server does both by other means. */
static void add_style(struct buf *out, const struct html_site *site)
{
    if (site != NULL) {
        buf_puts(out, site->head);
        return;
    }
    buf_puts(out, "<meta http-equiv=\"Content-Security-Policy\" "
                  "content=\"default-src 'none'; style-src 'unsafe-inline'\"/>\n<style>\n");
    html_style(out);
    buf_puts(out, "</style>\n");
}

static void add_title(struct buf *out, const struct run *run)
{
    buf_puts(out, "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\"/>\n"
                  "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"/>\n"
                  "<meta name=\"color-scheme\" content=\"light dark\"/>\n<title>assay report ");
    html_text_short(out, run->id, HTML_NAME_BYTES_MAX);
    buf_puts(out, "</title>\n");
}

void html_head(struct buf *out, const struct run *run, const struct html_site *site)
{
    add_title(out, run);
    add_style(out, site);
    buf_puts(out, "</head>\n<body>\n");
}

static void add_header(struct buf *out, const struct run *run)
{
    buf_puts(out, "<header>\n<p class=\"brand\">assay</p>\n<h1>");
    html_text_short(out, html_is_blank(run->label) ? "Performance report" : run->label,
                    HTML_NAME_BYTES_MAX);
    html_element(out, "</h1>\n<dl>\n<dt>Run</dt><dd><code>", run->id, "</code>, started ");
    html_element(out, "", run->started_at, ", took ");
    add_seconds(out, run->duration_seconds);
    buf_puts(out, "</dd>\n");
    add_version(out, run);
    add_plan(out, &run->plan);
    add_machine(out, &run->environment);
    add_noise(out, &run->environment);
    add_facts(out, run->environment.facts);
    buf_puts(out, "</dl>\n");
    if (run->interrupted)
        buf_puts(out, "<p class=\"note open\"><strong>Interrupted:</strong> <span>this run was "
                      "stopped before all benchmarks were measured.</span></p>\n");
    buf_puts(out, "</header>\n");
}

/* Overview. */

struct counts {
    size_t outcomes[OUTCOME_SKIPPED + 1];
    size_t targets[TARGET_UNDECIDED + 1];
    size_t warnings;
};

static struct counts counts_of(const struct run *run)
{
    struct counts counts = {.warnings = 0};
    for (size_t i = 0; i < run->results.count; i++) {
        counts.outcomes[run->results.items[i].outcome]++;
        counts.warnings += !html_is_blank(run->results.items[i].warning);
    }
    for (size_t i = 0; i < run->targets.count; i++)
        counts.targets[run->targets.items[i].status]++;
    return counts;
}

static void add_count(struct buf *out, size_t n, const char *class, const char *words)
{
    buf_printf(out, "<li%s%s%s><b>%zu</b> %s</li>\n", n ? " class=\"" : "", n ? class : "",
               n ? "\"" : "", n, words);
}

static void add_counts(struct buf *out, const struct run *run, const struct counts *counts)
{
    buf_puts(out, "<ul class=\"counts\">\n");
    add_count(out, counts->outcomes[OUTCOME_OK], "", "ok");
    add_count(out, counts->outcomes[OUTCOME_FAILED], "bad", "failed");
    add_count(out, counts->outcomes[OUTCOME_SKIPPED], "", "skipped");
    add_count(out, counts->warnings, "open", counts->warnings == 1 ? "warning" : "warnings");
    if (run->targets.count > counts->targets[TARGET_NONE]) {
        add_count(out, counts->targets[TARGET_MET], "good", "targets met");
        add_count(out, counts->targets[TARGET_MISSED], "bad", "targets missed");
        add_count(out, counts->targets[TARGET_UNDECIDED], "open", "targets undecided");
    }
    buf_puts(out, "</ul>\n");
    if (run->results.count == 0)
        buf_puts(out, "<p class=\"note open\"><strong>Empty:</strong> <span>this run holds no "
                      "benchmark.</span></p>\n");
    else if (counts->outcomes[OUTCOME_OK] == 0)
        buf_puts(out, "<p class=\"note bad\"><strong>Nothing measured:</strong> <span>no benchmark "
                      "of this run succeeded; the reasons follow.</span></p>\n");
}

static void add_attention_row(struct buf *out, const struct run *run, size_t index, bool is_warning)
{
    const struct result *result = &run->results.items[index];
    buf_puts(out, HTML_ROW);
    html_id_link(out, run, result->benchmark.id);
    buf_puts(out, "</th>" HTML_CELL);
    if (is_warning)
        html_warning_mark(out);
    else
        html_outcome_mark(out, result->outcome);
    buf_puts(out, "</td>" HTML_CELL_WHOLE);
    html_text_short(out, is_warning ? result->warning : result->reason, HTML_NOTE_BYTES_MAX);
    if (!is_warning && html_is_blank(result->reason))
        buf_puts(out, "no reason given");
    buf_puts(out, "</td></tr>\n");
}

static void add_attention(struct buf *out, const struct run *run, const struct counts *counts)
{
    static const char *const COLUMNS[] = {"Benchmark", "What", "Why", NULL};
    if (counts->outcomes[OUTCOME_OK] == run->results.count && counts->warnings == 0)
        return;
    buf_puts(out, "<section id=\"attention\">\n<h2>Needs attention</h2>\n");
    html_table_open(out, "Benchmarks that failed, were skipped or carry a warning.", COLUMNS);
    buf_puts(out, HTML_ROWS);
    for (int outcome = OUTCOME_FAILED; outcome <= OUTCOME_SKIPPED; outcome++)
        for (size_t i = 0; i < run->results.count; i++)
            if ((int)run->results.items[i].outcome == outcome)
                add_attention_row(out, run, i, false);
    for (size_t i = 0; i < run->results.count; i++)
        if (!html_is_blank(run->results.items[i].warning))
            add_attention_row(out, run, i, true);
    buf_puts(out, HTML_TABLE_END);
}

static void add_bound(struct buf *out, const struct run *run, const struct target *target)
{
    if (target->versus != NULL) {
        buf_puts(out, "at least ");
        html_factor(out, target->limit);
        buf_puts(out, " faster than ");
        html_id_link(out, run, target->versus);
        return;
    }
    if (target->growth != NULL) {
        buf_printf(out, "grows like %s or less", target->growth);
        if (target->status != TARGET_NONE)
            buf_printf(out, " (n<sup>%.3g</sup>)", target->limit);
        return;
    }
    buf_puts(out, html_is_higher_better(target->metric) ? "at least " : "at most ");
    html_quantity(out, target->limit, html_metric_unit(target->metric));
}

static void add_target_value(struct buf *out, const struct target *target)
{
    const char *unit = target->growth ? "" : html_metric_unit(target->metric);
    html_number_open(out, "measured");
    if (target->status == TARGET_NONE) {
        buf_puts(out, HTML_DASH "</td>");
        return;
    }
    if (target->versus != NULL)
        html_factor(out, target->measured);
    else
        html_quantity(out, target->measured, unit);
    buf_puts(out, "<small>");
    if (target->versus != NULL && html_has_interval(&target->interval)) {
        html_factor(out, target->interval.low);
        buf_puts(out, " " HTML_DASH " ");
        html_factor(out, target->interval.high);
    } else {
        html_interval(out, &target->interval, unit);
    }
    buf_puts(out, "</small></td>");
}

static void add_target(struct buf *out, const struct run *run, const struct target *target)
{
    buf_puts(out, HTML_ROW);
    html_id_link(out, run, target->benchmark);
    html_element(out, "<small>", html_metric_label(target->metric), "</small></th>" HTML_CELL);
    html_target_mark(out, target->status);
    buf_puts(out, "</td>");
    add_target_value(out, target);
    buf_puts(out, HTML_CELL_WHOLE);
    add_bound(out, run, target);
    buf_puts(out, "</td><td role=\"cell\" class=\"whole soft\">");
    html_text_short(out, target->source, HTML_NOTE_BYTES_MAX);
    buf_puts(out, "</td></tr>\n");
}

/* A target of a benchmark that was not part of the run is not worth a row. */
static bool is_shown(const struct run *run, const struct target *target)
{
    return target->status != TARGET_NONE ||
           html_result_index(run, target->benchmark) < run->results.count;
}

static size_t targets_shown(const struct run *run)
{
    size_t shown = 0;
    for (size_t i = 0; i < run->targets.count; i++)
        shown += is_shown(run, &run->targets.items[i]);
    return shown;
}

static void add_targets(struct buf *out, const struct run *run)
{
    static const enum target_status ORDER[] = {TARGET_MISSED, TARGET_UNDECIDED, TARGET_MET,
                                               TARGET_NONE};
    static const char *const COLUMNS[] = {"Benchmark",           "Target", ">Measured", "Bound",
                                          "Source of the bound", NULL};
    if (targets_shown(run) == 0)
        return;
    buf_puts(out, "<section id=\"targets\">\n<h2>Targets</h2>\n");
    html_table_open(out,
                    "Met: the whole interval keeps the bound. Missed: all of it breaks the bound. "
                    "Undecided: the samples do not tell.",
                    COLUMNS);
    buf_puts(out, HTML_ROWS);
    for (size_t s = 0; s < sizeof ORDER / sizeof ORDER[0]; s++)
        for (size_t i = 0; i < run->targets.count; i++)
            if (run->targets.items[i].status == ORDER[s] && is_shown(run, &run->targets.items[i]))
                add_target(out, run, &run->targets.items[i]);
    buf_puts(out, HTML_TABLE_END);
}

static const struct measurement *claim_measurement(const struct run *run, const struct claim *claim)
{
    size_t index = html_result_index(run, claim->benchmark);
    return index < run->results.count
               ? result_measurement(&run->results.items[index], claim->metric)
               : NULL;
}

static void add_claim(struct buf *out, const struct run *run, const struct claim *claim,
                      const struct measurement *ours)
{
    buf_puts(out, HTML_ROW);
    html_id_link(out, run, claim->benchmark);
    html_element(out, "<small>", html_metric_label(claim->metric), "</small></th>");
    html_number_open(out, "stated");
    html_quantity(out, claim->value, ours->metric->unit);
    buf_puts(out, "</td>");
    html_number_open(out, "measured here");
    html_quantity(out, ours->summary.median, ours->metric->unit);
    buf_puts(out, "</td>");
    html_number_open(out, "ours / theirs");
    html_factor(out, claim->value > 0 ? ours->summary.median / claim->value : (double)NAN);
    buf_puts(out, "</td><td role=\"cell\" class=\"whole soft\">");
    html_text_short(out, claim->source, HTML_NOTE_BYTES_MAX);
    buf_puts(out, "</td></tr>\n");
}

static size_t claims_shown(const struct run *run)
{
    size_t shown = 0;
    for (size_t i = 0; i < run->claims.count; i++)
        shown += claim_measurement(run, &run->claims.items[i]) != NULL;
    return shown;
}

static void add_claims(struct buf *out, const struct run *run)
{
    static const char *const COLUMNS[] = {"Benchmark",       ">Stated by the source",
                                          ">Measured here",  ">Ours / theirs",
                                          "Where it stands", NULL};
    if (claims_shown(run) == 0)
        return;
    buf_puts(out, "<section id=\"claims\">\n<h2>Claims of the sources</h2>\n");
    html_table_open(
        out,
        "<strong>Stated by the source, not measured here.</strong> Another machine, often "
        "other data: the ratio is a hint, not a verdict. Below 1" HTML_TIMES
        ": ours is the smaller number.",
        COLUMNS);
    buf_puts(out, HTML_ROWS);
    for (size_t i = 0; i < run->claims.count; i++) {
        const struct claim *claim = &run->claims.items[i];
        const struct measurement *ours = claim_measurement(run, claim);
        if (ours != NULL)
            add_claim(out, run, claim, ours);
    }
    buf_puts(out, HTML_TABLE_END);
}

/* Frame. */

static void add_navigation(struct buf *out, const struct run *run, const struct counts *counts)
{
    bool has_attention = counts->outcomes[OUTCOME_OK] < run->results.count || counts->warnings;
    buf_puts(out, "<nav aria-label=\"Contents\"><ul>\n");
    if (has_attention)
        buf_puts(out, "<li><a href=\"#attention\">Needs attention</a></li>\n");
    if (targets_shown(run) > 0)
        buf_puts(out, "<li><a href=\"#targets\">Targets</a></li>\n");
    if (claims_shown(run) > 0)
        buf_puts(out, "<li><a href=\"#claims\">Claims</a></li>\n");
    buf_puts(out, "<li><a href=\"#results\">Results</a></li>\n");
    buf_puts(out, "<li><a href=\"#benchmarks\">Each benchmark</a></li>\n");
    buf_puts(out, "<li><a href=\"#reading\">How to read this</a></li>\n</ul></nav>\n");
}

static void add_reading(struct buf *out)
{
    buf_puts(
        out,
        "<section id=\"reading\">\n<h2>How to read this</h2>\n<dl>\n"
        "<dt>Launch</dt><dd>One fresh process. Samples of one launch resemble each other, so "
        "launches, not samples, are the evidence.</dd>\n"
        "<dt>Median</dt><dd>The median of the launch medians. Its interval says where it would "
        "lie, had other launches been drawn.</dd>\n"
        "<dt>Percentiles</dt><dd>Of all samples, each sample being the mean of its iterations. "
        "<em>Insufficient</em>: too few samples to bound this percentile on both sides, so no "
        "number is given.</dd>\n"
        "<dt>vs fastest</dt><dd>Median divided by the least median of the same "
        "group. A ratio of two medians, not a verdict.</dd>\n"
        "<dt>Charts</dt><dd>Axes show the bulk of the samples; triangles at an edge are samples "
        "beyond it. Colours tell neighbouring launches apart and repeat after six.</dd>\n"
        "</dl>\n</section>\n");
}

void html_body(struct buf *out, const struct run *run, const struct html_site *site,
               size_t section_bytes)
{
    BUF_AUTO sections;
    buf_init(&sections, BUF_LENGTH_MAX);
    const size_t shown = html_sections(&sections, run, site, section_bytes);
    struct counts counts = counts_of(run);
    buf_puts(out, "<a class=\"skip\" href=\"#results\">Skip to the results</a>\n");
    buf_puts(out, site != NULL ? site->navigation : "");
    add_header(out, run);
    add_navigation(out, run, &counts);
    buf_puts(out, "<main>\n");
    add_counts(out, run, &counts);
    add_attention(out, run, &counts);
    add_targets(out, run);
    add_claims(out, run);
    html_results(out, run, shown);
    buf_add(out, sections.text, sections.length);
    if (sections.status != ASSAY_OK)
        out->status = sections.status;
    add_reading(out);
    buf_puts(out, "</main>\n<footer class=\"soft\"><p>");
    buf_puts(out, site != NULL ? site->footer
                               : "Written by assay. This file is complete: it loads nothing.");
    buf_puts(out, "</p></footer>\n");
}

assay_status report_html(const struct run *run, struct buf *out)
{
    return report_html_served(run, NULL, out);
}

assay_status report_html_served(const struct run *run, const struct html_site *site,
                                struct buf *out)
{
    html_head(out, run, site);
    html_body(out, run, site, SIZE_MAX);
    buf_puts(out, "</body>\n</html>\n");
    return out->status;
}
