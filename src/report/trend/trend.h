/* Trends as text with small charts, and as JSON.  Computes no number of its own. */
#ifndef REPORT_TREND_TREND_H
#define REPORT_TREND_TREND_H

#include "model/history/trend.h"
#include "report/terminal/paper.h"

/* What the reader wants to see. */
struct trend_view {
    struct paper paper;
    bool online; /* alarms as they were raised, not what all points together say */
};

/* One series: a paragraph.  More: a table, then a paragraph of each that has news or is stale. */
void report_text_trend(const struct trend *trend, const struct trend_view *view, struct buf *out);

/* A page with a section a series; no script, no address (report/html/html.h). */
void report_html_trend(const struct trend *trend, struct buf *out);

/* What a page can say of a step beyond the series; each writes markup, and may be NULL. */
struct trend_links {
    void (*point)(struct buf *out, const struct trend_point *point); /* else its time */
    void (*commit)(struct buf *out, const char *commit);             /* else all of its name */
    /* A cell of its own, about the step to point `index`. */
    void (*more)(struct buf *out, const struct trend_series *series, size_t index);
};

/* The table of a series' steps, newest first, and a paragraph for each drift. */
void report_html_changes(struct buf *out, const struct trend_series *series,
                         const struct trend_links *links);

/* The chart of one series as a picture of its own. */
void report_svg_trend(const struct trend_series *series, struct buf *out);

/* "assay.trend/1". */
ASSAY_USE_RESULT assay_status report_json_trend(const struct trend *trend, struct buf *out);

/* Appends the points first .. end - 1 as that document has them, each with what separates it from
 * the one before. */
void report_json_trend_points(const struct trend_series *series, size_t first, size_t end,
                              struct buf *out);
/* The document of a trend with one series, of whose first `count` points `points` is the text. */
ASSAY_USE_RESULT assay_status report_json_trend_after(const struct trend *trend,
                                                      const struct buf *points, size_t count,
                                                      struct buf *out);

#endif
