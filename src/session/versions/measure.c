/* Versions against each other: modules are measured, results are set side by side.
 * Invariant: every row says which two versions it is about. */
#include "session/versions/versions.h"

static assay_status compare_two(const struct version *old_side, const struct version *new_side,
                                const struct compare_request *measuring, struct arena *arena,
                                comparison_vec *rows, struct buf *error)
{
    struct compare_request request = *measuring;
    request.old_catalog = &old_side->catalog;
    request.new_catalog = &new_side->catalog;
    if (new_side->kind != VERSION_FILE && new_side->kind != VERSION_RUN)
        return session_compare(&request, arena, rows);
    TRY(session_compare_outlines(&old_side->outline, &new_side->outline, &measuring->rules, arena,
                                 rows, error));
    return session_compare_missing(&old_side->outline, &new_side->outline, arena, rows);
}

assay_status versions_compare(const struct versions *versions,
                              const struct compare_request *measuring, struct arena *arena,
                              comparison_vec *rows, struct buf *error)
{
    const struct version *all = versions->items.items;
    for (size_t i = 1; i < versions->items.count; i++) {
        size_t before = rows->count;
        TRY(compare_two(&all[0], &all[i], measuring, arena, rows, error));
        for (size_t k = before; k < rows->count; k++) {
            rows->items[k].new_version = all[i].name;
            rows->items[k].old_version = all[0].name;
        }
    }
    return ASSAY_OK;
}
