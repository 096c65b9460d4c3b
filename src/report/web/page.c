/* The page in one file.  Why hashes and not a nonce: a file is opened again and again, and hashes
 * of our scripts and style sheets let nothing else run, whatever a name held.
 *
 * Readers without scripts get the static page, in <noscript>, which costs others only its bytes;
 * of many benchmarks it is the tables, charts as far as there is room, and how many lack.
 * Invariant: in the document no '<' stands, so that nothing inside can end its element. */
#include <stdlib.h>
#include <string.h>

#include "base/sha256.h"
#include "report/html/escape.h"
#include "report/html/html.h"
#include "report/html/html_parts.h"
#include "report/web/packed.h"
#include "report/web/web.h"

/* What stands until the page has unpacked itself: its title, in its colours. */
static const char FIRST_STYLE[] =
    "body{margin:0;font:.9375rem/1.5 system-ui,-apple-system,'Segoe UI',Roboto,'Liberation Sans',"
    "sans-serif}#first{max-width:80rem;margin:0 auto;padding:3.4rem 1.5rem;font-size:1.7rem;"
    "font-weight:700}@media(prefers-color-scheme:dark){body{background:#14171a;color:#e6e9ec}}";

/* What the document and the charts for readers without scripts may take together; the charts of a
 * benchmark of 500 samples take 18 kB. */
enum { PLAIN_BYTES_MAX = 1400000 };

static unsigned char digit_value(char c)
{
    return (unsigned char)(c <= '9' ? c - '0' : c - 'a' + 10);
}

/* 'sha256-...' as a policy names it. */
static void add_hash(struct buf *out, const char *text)
{
    char digits[SHA256_DIGITS + 1];
    unsigned char bytes[SHA256_DIGITS / 2];
    sha256_text(text, strlen(text), digits);
    for (size_t i = 0; i < sizeof bytes; i++)
        bytes[i] =
            (unsigned char)(digit_value(digits[2 * i]) << 4 | digit_value(digits[2 * i + 1]));
    buf_puts(out, "'sha256-");
    web_base64(out, bytes, sizeof bytes);
    buf_putc(out, '\'');
}

static void add_head(struct buf *out, const struct run *run, const struct buf *plain_style)
{
    buf_puts(out, "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\"/>\n"
                  "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; "
                  "script-src ");
    add_hash(out, WEB_APP.loader);
    buf_putc(out, ' ');
    add_hash(out, WEB_APP.script);
    buf_puts(out, "; style-src ");
    add_hash(out, WEB_APP.style);
    buf_putc(out, ' ');
    add_hash(out, FIRST_STYLE);
    buf_putc(out, ' ');
    add_hash(out, plain_style->text);
    buf_puts(out, "; base-uri 'none'; form-action 'none'\"/>\n"
                  "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"/>\n"
                  "<meta name=\"color-scheme\" content=\"light dark\"/>\n<title>assay report ");
    html_text_short(out, run->id, HTML_NAME_BYTES_MAX);
    buf_printf(out, "</title>\n<style>%s</style>\n<noscript><style>", FIRST_STYLE);
    buf_puts(out, plain_style->text);
    buf_puts(out, "</style></noscript>\n</head>\n");
}

/* `document` with "\u003c" for '<', which JSON holds inside of strings alone. */
static void add_document(struct buf *out, const struct buf *document)
{
    const char *from = document->text, *found;
    while ((found = strchr(from, '<')) != NULL) {
        buf_add(out, from, (size_t)(found - from));
        buf_puts(out, "\\u003c");
        from = found + 1;
    }
    buf_puts(out, from);
}

assay_status web_report(const struct run *run, const struct web_context *context, struct buf *out)
{
    BUF_AUTO document, style;
    buf_init(&document, BUF_LENGTH_MAX);
    buf_init(&style, BUF_LENGTH_MAX);
    buf_puts(&style, "#first{display:none}");
    if (WEB_APP.script == NULL)
        return ASSAY_ERR_ARGUMENT;
    html_style(&style);
    TRY(style.status);
    TRY(web_view(run, context, &document));
    add_head(out, run, &style);
    buf_puts(out, "<body>\n<div id=\"app\"></div>\n<p id=\"first\">");
    html_text_short(out, html_is_blank(run->label) ? "Performance report" : run->label,
                    HTML_NAME_BYTES_MAX);
    buf_puts(out, "</p>\n<noscript>\n");
    html_body(out, run, NULL,
              document.length < PLAIN_BYTES_MAX ? PLAIN_BYTES_MAX - document.length : 0);
    buf_puts(out, "</noscript>\n<script type=\"application/json\" id=\"data\">");
    add_document(out, &document);
    buf_puts(out, "</script>\n<script type=\"text/plain\" id=\"packed\">");
    buf_puts(out, WEB_APP.packed);
    buf_puts(out, "</script>\n<script>");
    buf_puts(out, WEB_APP.loader);
    buf_puts(out, "</script>\n</body>\n</html>\n");
    return out->status;
}

assay_status web_page(const struct run *run, const struct web_context *context, struct buf *out)
{
    return WEB_APP.script != NULL ? web_report(run, context, out) : report_html(run, out);
}
