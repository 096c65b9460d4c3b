/* Baselines: names for runs, and the modules that were kept of them. */
#ifndef SESSION_GATE_BASELINE_H
#define SESSION_GATE_BASELINE_H

#include "store/store.h"

/* A store and where it lies, since copies of modules lie beside it. */
struct baseline_place {
    struct store *store;
    const char *path;
};

/* Saves `name` as a baseline of the stored run, keeping a copy of each shared object that it ran,
 * so that the gate can measure it again.  Programs that are their own hosts are not kept; their
 * stored numbers are.
 * ASSAY_ERR_ARGUMENT: the name exists and `overwrite` is not set, or nothing of the run is ok. */
ASSAY_USE_RESULT assay_status baseline_save(const struct baseline_place *place, const char *name,
                                            const struct run *run, bool overwrite,
                                            struct buf *error);

/* ASSAY_ERR_ARGUMENT with the text of baseline_save when the name exists: for asking beforehand. */
ASSAY_USE_RESULT assay_status baseline_check_free(const struct baseline_place *place,
                                                  const char *name, struct buf *error);

/* Forgets the name, and the copies that no other baseline needs.  ASSAY_ERR_NOT_FOUND. */
ASSAY_USE_RESULT assay_status baseline_remove(const struct baseline_place *place, const char *name,
                                              struct buf *error);

/* Removes copies of modules that no baseline needs. */
ASSAY_USE_RESULT assay_status baseline_sweep(const struct baseline_place *place, struct buf *error);

/* The baseline called `name`, texts in `arena`.  ASSAY_ERR_NOT_FOUND. */
ASSAY_USE_RESULT assay_status baseline_find(const struct baseline_place *place, const char *name,
                                            struct arena *arena, struct baseline *ret_baseline,
                                            struct buf *error);

/* Appends the modules kept of a run, with the paths of the copies from here and their sizes. */
ASSAY_USE_RESULT assay_status baseline_modules(const struct baseline_place *place,
                                               const char *run_id, struct arena *arena,
                                               kept_module_vec *rows, struct buf *error);

#endif
