/* The frame of served pages.
 * Why no inline style or script: the policy that is sent with each page forbids them, so that even
 * markup that slipped in could do nothing. */
#include "serve/page.h"

#include <stdio.h>

#include "report/html/escape.h"
#include "report/html/html_parts.h"
#include "report/web/web.h"
#include "serve/request.h"

#define STYLE "<link rel=\"stylesheet\" href=\"/style.css\"/>\n"
#define ICON "<link rel=\"icon\" type=\"image/svg+xml\" href=\"/icon.svg\"/>\n"

const char PAGE_NAVIGATION[] =
    "<nav class=\"site\" aria-label=\"Site\"><a href=\"/\">Runs</a> "
    "<a href=\"/run/latest\">Newest run</a> <a href=\"/trend\">Trends</a> "
    "<a href=\"/compare\">Compare</a> <span id=\"live\" role=\"status\"></span></nav>\n";
const char PAGE_FOOTER[] = "Served by assay from its store; it only reads.";

bool page_has_app(void)
{
    return WEB_APP.script != NULL;
}

const char *page_head(void)
{
    return page_has_app() ? "<link rel=\"stylesheet\" href=\"/app.css\"/>\n"
                            "<script src=\"/app.js\" defer=\"defer\"></script>\n" ICON
                            "<noscript>" STYLE "</noscript>\n"
                          : STYLE ICON "<script src=\"/live.js\" defer=\"defer\"></script>\n";
}

void page_begin(struct buf *out)
{
    if (page_has_app())
        buf_puts(out, "<div id=\"app\"></div>\n<noscript>\n");
}

void page_end(struct buf *out)
{
    if (page_has_app())
        buf_puts(out, "</noscript>\n");
    buf_puts(out, "</body>\n</html>\n");
}

static void add_head(struct buf *out, const char *title, const char *head)
{
    buf_puts(out, "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\"/>\n"
                  "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"/>\n"
                  "<meta name=\"color-scheme\" content=\"light dark\"/>\n<title>assay: ");
    html_text_short(out, title, HTML_NAME_BYTES_MAX);
    buf_printf(out, "</title>\n%s</head>\n<body>\n", head);
}

static void add_heading(struct buf *out, const char *title, bool is_live)
{
    buf_puts(out, PAGE_NAVIGATION);
    buf_puts(out, "<header>\n<p class=\"brand\">assay</p>\n<h1>");
    html_text_short(out, title, HTML_NAME_BYTES_MAX);
    buf_printf(out, "</h1>\n</header>\n<main%s>\n", is_live ? " data-live=\"live\"" : "");
}

static void add_footer(struct buf *out)
{
    buf_printf(out, "</main>\n<footer class=\"soft\"><p>%s</p></footer>\n", PAGE_FOOTER);
}

void page_open(struct buf *out, const char *title, bool is_live)
{
    add_head(out, title, page_head());
    page_begin(out);
    add_heading(out, title, is_live);
}

void page_close(struct buf *out)
{
    add_footer(out);
    page_end(out);
}

void page_open_plain(struct buf *out, const char *title)
{
    add_head(out, title, STYLE ICON);
    add_heading(out, title, false);
}

void page_close_plain(struct buf *out)
{
    add_footer(out);
    buf_puts(out, "</body>\n</html>\n");
}

void page_run_link(struct buf *out, const char *id)
{
    buf_puts(out, "<a href=\"/run/");
    request_encode(out, id);
    buf_puts(out, "\">");
}

void page_run_name(struct buf *out, const char *id)
{
    page_run_link(out, id);
    html_element(out, "<code>", id, "</code></a>");
}

void page_trend_link(struct buf *out, const char *benchmark, const char *metric)
{
    buf_puts(out, "<a href=\"/trend?benchmark=");
    request_encode(out, benchmark);
    buf_puts(out, "&amp;metric=");
    request_encode(out, metric);
    buf_puts(out, "\">");
}

void page_compare_link(struct buf *out, const char *old_run, const char *new_run)
{
    buf_puts(out, "<a href=\"/compare?old=");
    request_encode(out, old_run);
    buf_puts(out, "&amp;new=");
    request_encode(out, new_run);
    buf_puts(out, "\">");
}

void page_commit(struct buf *out, const char *commit)
{
    char start[13];
    snprintf(start, sizeof start, "%s", commit);
    html_element(out, "<code>", start, "</code>");
}
