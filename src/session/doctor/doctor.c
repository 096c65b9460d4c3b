/* The examination, stage after stage.  A broken installation ends it early, with what was found.
 * Invariant: what was asked for (a pattern that selects nothing) is refused before any time is
 * spent on measuring. */
#include "session/doctor/doctor.h"

#include "probe/machine.h"
#include "session/doctor/remedies.h"

static assay_status measure(const struct doctor_request *request, struct diagnosis *diagnosis,
                            struct buf *error)
{
    const struct workplace *workplace = request->workplace;
    struct catalog catalog;
    char *own[] = {workplace_part(request->program, DOCTOR_MODULE, &diagnosis->arena)};
    bool named = request->argument_count > 0;
    const struct catalog_request wanted = {&workplace->paths, workplace->folders,
                                           named ? request->arguments : own,
                                           named ? request->argument_count : 1};
    if (own[0] == NULL)
        return ASSAY_ERR_MEMORY;
    TRY(catalog_open(&wanted, &catalog, error));
    const struct noise_request measuring = {&workplace->paths, &catalog,          request->seconds,
                                            request->stop,     request->progress, request->context};
    assay_status status = noise_measure(&measuring, &diagnosis->arena, &diagnosis->noise);
    for (size_t i = 0; status == ASSAY_OK && i < diagnosis->noise.rows.count; i++) {
        struct noise_row *row = &diagnosis->noise.rows.items[i];
        row->benchmark = arena_copy(&diagnosis->arena, row->benchmark);
        row->reason = arena_copy(&diagnosis->arena, row->reason);
        if (row->benchmark == NULL || row->reason == NULL)
            status = ASSAY_ERR_MEMORY;
    }
    catalog_release(&catalog);
    return status;
}

assay_status doctor_examine(const struct doctor_request *request, struct diagnosis *ret_diagnosis,
                            struct buf *error)
{
    struct diagnosis *diagnosis = ret_diagnosis;
    struct arena *arena = &diagnosis->arena;
    struct doctor_facts facts = {.noise = NULL};
    *diagnosis = (struct diagnosis){.noise_reason = ""};
    facts_read("", &facts.host);
    facts_ask(&facts.host);
    TRY(machine_describe(arena, &diagnosis->environment));
    TRY(installation_check(request->workplace, request->program, arena, &diagnosis->installation));
    if (installation_is_broken(&diagnosis->installation)) {
        diagnosis->noise_reason = "nothing was measured: assay itself is not whole";
    } else {
        TRY(measure(request, diagnosis, error));
        facts.noise = &diagnosis->noise;
    }
    diagnosis->interrupted = request->stop != NULL && *request->stop != 0;
    TRY(rules_apply(&facts, arena, &diagnosis->machine));
    return remedies_find(&facts, &diagnosis->advice);
}

int doctor_exit_code(const struct diagnosis *diagnosis)
{
    if (installation_is_broken(&diagnosis->installation) || diagnosis->interrupted)
        return 3;
    for (size_t i = 0; i < diagnosis->noise.rows.count; i++)
        if (diagnosis->noise.rows.items[i].outcome == OUTCOME_FAILED)
            return 3;
    return 0;
}
