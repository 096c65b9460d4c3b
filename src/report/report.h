/* Our own formats. */
#ifndef REPORT_REPORT_H
#define REPORT_REPORT_H

#include <stdio.h>

#include "model/model.h"

void report_text(const struct run *run, FILE *out); /* the table, 80 columns wide */
void report_json(const struct run *run, FILE *out); /* the document assay.run/1 */
void report_html(const struct run *run, FILE *out); /* one page that loads nothing */

#endif
