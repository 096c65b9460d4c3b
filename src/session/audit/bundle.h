/* The evidence of an audit: a folder that another machine can verify without measuring. */
#ifndef SESSION_AUDIT_BUNDLE_H
#define SESSION_AUDIT_BUNDLE_H

#include "model/audit.h"

/* Creates `results`/<audit id> with audit.json, samples.csv, report.md, a copy of each audit file,
 * and SHA256SUMS over all of them, which sha256sum -c reads.  The last file is written last: a
 * folder without it is incomplete.  `ret_written` gets texts of the audit's arena.
 * ASSAY_ERR_IO with the path in `error`. */
struct bundle_written {
    const char *folder;
    const char *seal; /* SHA-256 of SHA256SUMS, and so of everything in the folder */
};
ASSAY_USE_RESULT assay_status bundle_write(const char *results, struct audit *audit,
                                           struct bundle_written *ret_written, struct buf *error);

/* A file of evidence in memory. */
struct bundle_file {
    const char *name, *text;
    size_t length;
};
typedef VEC(struct bundle_file) bundle_file_vec;

/* Verifies evidence: the hashes of SHA256SUMS, the claims of audit.json against those of the copied
 * audit files, and every verdict and interval, computed again from the samples.  Appends one check
 * for each thing that was looked at, also for what is missing; texts go to `arena`.  Foreign bytes:
 * nothing in them is trusted.  ASSAY_ERR_MEMORY. */
ASSAY_USE_RESULT assay_status bundle_verify(const bundle_file_vec *files, struct arena *arena,
                                            audit_check_vec *checks);

/* The same for a folder; adds a note for each module that is no longer what was measured.
 * ASSAY_ERR_NOT_FOUND: no such folder, or no evidence in it.  ASSAY_ERR_IO, ASSAY_ERR_LIMIT: a file
 * cannot be read. */
ASSAY_USE_RESULT assay_status bundle_verify_folder(const char *folder, struct arena *arena,
                                                   audit_check_vec *checks, struct buf *error);

/* Reads samples.csv into the pairs of `count` findings, which are empty before.
 * ASSAY_ERR_PARSE with the line in `error`; then the findings hold what stood before it.
 * ASSAY_ERR_MEMORY. */
ASSAY_USE_RESULT assay_status bundle_read_samples(const char *text, size_t length,
                                                  audit_finding_vec *findings, struct buf *error);

#endif
