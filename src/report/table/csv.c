/* Fields of CSV as RFC 4180 has them; lines end with LF alone, since cut and awk would keep a CR.
 * Why a ' before formulas: spreadsheets run what starts with = + - @ or a tab, and labels, reasons
 * and descriptions come from outside.  Numbers are written by us and never get one. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "report/table/table.h"
#include "report/values/line.h"

void table_csv_text(const char *text, struct buf *out)
{
    BUF_AUTO mended;
    buf_init(&mended, BUF_LENGTH_MAX);
    if (text[0] != '\0' && strchr("=+-@\t\r\n", text[0]) != NULL)
        buf_putc(&mended, '\'');
    report_text_mended(text, &mended);
    if (mended.status != ASSAY_OK) {
        out->status = mended.status;
        return;
    }
    bool quoted = strpbrk(mended.text, ",\"\r\n") != NULL;
    if (quoted)
        buf_putc(out, '"');
    for (const char *at = mended.text; *at != '\0'; at++) {
        if (*at == '"')
            buf_putc(out, '"');
        buf_putc(out, *at);
    }
    if (quoted)
        buf_putc(out, '"');
}

void table_csv_number(double value, struct buf *out)
{
    enum { DIGITS_ENOUGH = 17 }; /* any double reads back from so many */
    char text[40];
    if (!isfinite(value))
        return;
    for (int digits = 1; digits <= DIGITS_ENOUGH; digits++) {
        snprintf(text, sizeof text, "%.*g", digits, value);
        if (strtod(text, NULL) == value)
            break;
    }
    buf_puts(out, text);
}
