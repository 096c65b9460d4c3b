/* What an audit says: for terminals, for programs, for people who read the evidence.  Computes no
 * number of its own. */
#ifndef REPORT_AUDIT_H
#define REPORT_AUDIT_H

#include "model/audit.h"

/* Claim by claim, then the targets; fits 80 columns but for names. */
void report_text_audit(const struct audit *audit, struct buf *out);

/* "assay.audit/1": what `audit --json` prints and audit.json holds. */
ASSAY_USE_RESULT assay_status report_json_audit(const struct audit *audit, struct buf *out);

/* The raw pairs as CSV, "claim,launch,before,after": claims count from 1, values are in the unit of
 * the claim's metric and come back bit for bit. */
#define AUDIT_SAMPLES_HEADER "claim,launch,before,after"
void report_csv_audit(const struct audit *audit, struct buf *out);

/* report.md: the claims and the targets as tables. */
void report_markdown_audit(const struct audit *audit, struct buf *out);

/* What was looked at when evidence was verified; JSON is "assay.audit-verify/1". */
void report_text_checks(const audit_check_vec *checks, const char *folder, struct buf *out);
ASSAY_USE_RESULT assay_status report_json_checks(const audit_check_vec *checks, const char *folder,
                                                 struct buf *out);

#endif
