/* What the files of the HTML page share: text, numbers, marks, links and tables, escaped by
 * construction.  Each function appends to `out`; failures show in out->status. */
#ifndef REPORT_HTML_PARTS_H
#define REPORT_HTML_PARTS_H

#include <stdbool.h>

#include "base/buf.h"
#include "model/model.h"

enum {
    HTML_NAME_BYTES_MAX = 160, /* of names in tables; sections show them in full */
    HTML_NOTE_BYTES_MAX = 400, /* of reasons in tables */
};

#define HTML_TIMES "\xC3\x97"    /* U+00D7 */
#define HTML_DASH "\xE2\x80\x93" /* U+2013 */

/* NULL or "". */
bool html_is_blank(const char *text);

/* `open` and `close` are ours, `text` is escaped. */
void html_element(struct buf *out, const char *open, const char *text, const char *close);

/* A number with its unit, or that it is none. */
void html_quantity(struct buf *out, double value, const char *unit);

/* The ends of an interval that is there and finite, or "no interval". */
bool html_has_interval(const struct interval *interval);
void html_interval(struct buf *out, const struct interval *interval, const char *unit);

/* A ratio with three digits, as in "1.62x". */
void html_factor(struct buf *out, double ratio);

/* "1 launch", "8 launches". */
void html_counted(struct buf *out, size_t n, const char *noun, const char *plural_ending);

/* Words that judge, with a sign beside the colour. */
void html_target_mark(struct buf *out, enum target_status status);
void html_outcome_mark(struct buf *out, enum outcome outcome);
void html_warning_mark(struct buf *out);

/* A metric by name: words for people and its unit; the name itself and "" when it is not ours. */
const char *html_metric_label(const char *metric);
const char *html_metric_unit(const char *metric);
bool html_is_higher_better(const char *metric);

/* The measurement of this metric, or NULL. */
const struct measurement *result_measurement(const struct result *result, const char *metric);

/* The summary of the time, or NULL. */
const struct summary *html_time(const struct result *result);

/* Index of the result with this id; results.count when there is none. */
size_t html_result_index(const struct run *run, const char *id);

/* At most the first `bytes_max` bytes of a name; a line may break after ',', ':' and '/'. */
void html_name(struct buf *out, const char *name, size_t bytes_max);

/* A benchmark's id, linked to its section when it has one: anchors are #b1, #b2 ... by index. */
void html_id_link(struct buf *out, const struct run *run, const char *id);

/* Opens a table that becomes a list of cards on a narrow screen; roles keep it a table for a screen
 * reader there.  `caption` is ours and may hold markup; `columns` ends at NULL, one that begins
 * with
 * '>' holds numbers.  Rows are HTML_ROW, a head, </th>, cells, </tr>. */
void html_table_open(struct buf *out, const char *caption, const char *const *columns);
#define HTML_ROW "<tr class=\"row\" role=\"row\"><th role=\"rowheader\" scope=\"row\">"
#define HTML_CELL "<td role=\"cell\">"
#define HTML_CELL_WHOLE "<td role=\"cell\" class=\"whole\">"
#define HTML_ROWS "<tbody role=\"rowgroup\">\n"
#define HTML_TABLE_END "</tbody></table>\n</section>\n"

/* Opens a cell for a number; `label` names it where the table shows no columns. */
void html_number_open(struct buf *out, const char *label);

/* The sections of benchmarks, from the first as many as fit into `bytes_max`, which is how many;
 * and the table of all results, whose rows are brief, without bars and links, from number
 * `sections` on.  In html_results.c. */
struct html_site;
size_t html_sections(struct buf *out, const struct run *run, const struct html_site *site,
                     size_t bytes_max);
void html_results(struct buf *out, const struct run *run, size_t sections);

/* A table of what the benchmark used beside time; nothing when it was not asked for. */
void html_resources(struct buf *out, const struct result *result);
/* Its hottest functions, where its stacks were sampled. */
void html_stacks(struct buf *out, const struct result *result);

#endif
