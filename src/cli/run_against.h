/* assay run --baseline and --compare: the run that just ended beside an earlier one. */
#ifndef CLI_RUN_AGAINST_H
#define CLI_RUN_AGAINST_H

#include "cli/common.h"
#include "cli/selection.h"
#include "report/comparison.h"
#include "report/terminal/digest.h"

struct run_against_options {
    const char *baseline, *compare; /* NULL: not said */
};

/* All zero: nothing was asked for. */
struct run_against {
    const char *selector; /* NULL: nobody asked; it may still be set against the last one */
    struct run then;
    bool found; /* whether `then` is a run */
    struct arena arena;
    comparison_vec rows;
};

/* Loads the earlier run before anything is measured, so that a wrong name stops the command; "last"
 * is looked for when the new run is there.  Release, also after a failure. */
ASSAY_USE_RESULT assay_status run_against_open(struct cli *cli, const struct workplace *workplace,
                                               const struct run_against_options *options,
                                               struct run_against *ret_against);

/* Fills the rows.  That there is no last run is not an error. */
ASSAY_USE_RESULT assay_status run_against_compare(struct cli *cli,
                                                  const struct workplace *workplace,
                                                  const struct run *run, char *const *operands,
                                                  int operand_count, struct run_against *against);

/* Sets a run against the last one like it, for the head of its text; nothing where there is none or
 * the store does not say.  ASSAY_ERR_MEMORY. */
ASSAY_USE_RESULT assay_status run_against_previous(const struct workplace *workplace,
                                                   const struct run *run, const struct words *words,
                                                   struct run_against *against);

/* What the head of a run's text needs; lent by `against`. */
struct moved run_against_moved(const struct run_against *against);

void run_against_text(const struct run_against *against, const struct paper *paper,
                      struct buf *out);
/* Adds the member `comparison` to a document: "assay.compare/1", or null. */
void run_against_json(const struct run_against *against, json_t **document);

void run_against_release(struct run_against *against);

#endif
