/* The audit.  Order: files, benchmarks, hashes, measuring, hashes again, targets; so that a mistake
 * in a file costs no measuring, and that the module that was hashed is the one that was measured.
 * Invariants: 1. every claim is one finding; 2. levels are adjusted over all claims of the audit,
 * also over those that could not be measured. */
#include "session/audit/audit.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "base/sha256.h"
#include "compare/bounds/audit.h"
#include "measure/pair.h"
#include "probe/clock.h"
#include "probe/machine.h"
#include "session/audit/cover.h"
#include "session/audit/files.h"
#include "session/audit/sources.h"

struct plan audit_plan(bool quick, const struct plan *said)
{
    return (struct plan){.profile = quick ? "quick" : "full",
                         .launches = said->launches ? said->launches
                                     : quick        ? 12
                                                    : 32,
                         .measure_seconds = said->measure_seconds > 0 ? said->measure_seconds
                                            : quick                   ? 0.02
                                                                      : 0.1,
                         .warmup_seconds = said->warmup_seconds > 0 ? said->warmup_seconds
                                           : quick                  ? 0.005
                                                                    : 0.02,
                         .slot_seconds = PAIR_SLOT_SECONDS,
                         .limit_seconds = said->limit_seconds > 0 ? said->limit_seconds : 60,
                         .limit_is_firm = said->limit_seconds > 0,
                         .limit_rss_bytes = 8e9,
                         .seed = said->seed ? said->seed : 1};
}

/* What the claims' patterns were found to mean. */
struct matched {
    struct benchmark sides[2];
};
struct auditing {
    const struct audit_request *request;
    struct audit *audit;
    struct catalog project; /* opened when a claim names no module */
    bool listed;
    VEC(struct matched) matched; /* by finding */
    struct buf *error;
};

static const struct audit_side *side_of(const struct audit_claim *claim, int side)
{
    return side == 0 ? &claim->before : &claim->after;
}

/* ---- finding benchmarks ---- */

static assay_status not_found(const struct auditing *auditing, const struct audit_finding *finding,
                              const char *pattern, const benchmark_vec *all)
{
    const char *first = NULL;
    size_t hits = 0;
    for (size_t i = 0; i < all->count; i++)
        if (benchmark_is_meant(pattern, all->items[i].id)) {
            first = first ? first : all->items[i].id;
            hits++;
        }
    if (hits > 1)
        return buf_error(auditing->error, ASSAY_ERR_NOT_FOUND,
                         "%s: claim '%s': '%s' matches %zu benchmarks, the first is '%s'; a claim "
                         "is about one",
                         finding->file, finding->claim.text, pattern, hits, first);
    buf_error(auditing->error, ASSAY_ERR_NOT_FOUND,
              "%s: claim '%s': no benchmark is called '%s'; 'assay list' shows what there is",
              finding->file, finding->claim.text, pattern);
    const module_failure_vec *failures = &auditing->project.failures;
    if (failures->count > 0)
        buf_printf(auditing->error, " ('%s' could not be listed: %s)", failures->items[0].module,
                   failures->items[0].reason);
    return ASSAY_ERR_NOT_FOUND;
}

static assay_status find_in(const struct auditing *auditing, const struct audit_finding *finding,
                            const char *pattern, const benchmark_vec *all,
                            struct benchmark *ret_benchmark)
{
    const struct benchmark *found = NULL;
    size_t hits = 0;
    for (size_t i = 0; i < all->count; i++)
        if (benchmark_is_meant(pattern, all->items[i].id)) {
            found = &all->items[i];
            hits++;
        }
    if (hits != 1)
        return not_found(auditing, finding, pattern, all);
    *ret_benchmark = *found;
    return ASSAY_OK;
}

static assay_status list_project(struct auditing *auditing)
{
    const struct workplace *workplace = auditing->request->workplace;
    const struct catalog_request wanted = {&workplace->paths, workplace->folders, NULL, 0};
    if (auditing->listed)
        return ASSAY_OK;
    TRY(catalog_open(&wanted, &auditing->project, auditing->error));
    auditing->listed = true;
    return ASSAY_OK;
}

static assay_status find_side(struct auditing *auditing, const struct audit_finding *finding,
                              const struct audit_side *side, struct benchmark *ret_benchmark)
{
    if (side->module == NULL) {
        TRY(list_project(auditing));
        return find_in(auditing, finding, side->benchmark, &auditing->project.benchmarks,
                       ret_benchmark);
    }
    BUF_AUTO reason;
    struct arena *arena = &auditing->audit->run.arena;
    benchmark_vec all = {0};
    buf_init(&reason, 8192);
    /* dlopen and exec want a slash. */
    const char *module =
        arena_printf(arena, "%s%s", strchr(side->module, '/') ? "" : "./", side->module);
    if (module == NULL)
        return ASSAY_ERR_MEMORY;
    if (access(module, F_OK) != 0)
        return buf_error(auditing->error, ASSAY_ERR_NOT_FOUND, "%s: claim '%s': no module '%s': %s",
                         finding->file, finding->claim.text, module, strerror(errno));
    assay_status status =
        measure_list(&auditing->request->workplace->paths, module, arena, &all, &reason);
    if (status == ASSAY_OK)
        status = find_in(auditing, finding, side->benchmark, &all, ret_benchmark);
    else if (status != ASSAY_ERR_MEMORY)
        buf_error(auditing->error, status, "%s: claim '%s': %s", finding->file, finding->claim.text,
                  reason.text);
    vec_release(&all);
    return status;
}

static assay_status find_all(struct auditing *auditing)
{
    for (size_t i = 0; i < auditing->audit->findings.count; i++) {
        struct audit_finding *finding = &auditing->audit->findings.items[i];
        struct matched *matched = vec_add(&auditing->matched);
        if (matched == NULL)
            return ASSAY_ERR_MEMORY;
        *matched = (struct matched){.sides = {{.id = NULL}}};
        for (int side = 0; side < 2; side++) {
            const struct audit_side *wanted = side_of(&finding->claim, side);
            finding->measured[side] = wanted->command;
            if (wanted->command != NULL)
                continue;
            TRY(find_side(auditing, finding, wanted, &matched->sides[side]));
            struct arena *arena = &auditing->audit->run.arena;
            finding->measured[side] = arena_copy(arena, matched->sides[side].id);
            finding->modules[side] = arena_copy(arena, matched->sides[side].module);
            if (!finding->measured[side] || !finding->modules[side])
                return ASSAY_ERR_MEMORY;
        }
    }
    return ASSAY_OK;
}

/* ---- the modules that are measured ---- */

static bool is_hashed(const struct audit *audit, const char *path)
{
    for (size_t i = 0; i < audit->modules.count; i++)
        if (strcmp(audit->modules.items[i].path, path) == 0)
            return true;
    return false;
}

static assay_status hash_modules(struct audit *audit, struct buf *error)
{
    for (size_t i = 0; i < 2 * audit->findings.count; i++) {
        const char *path = audit->findings.items[i / 2].modules[i % 2];
        char digits[SHA256_DIGITS + 1];
        if (path == NULL || is_hashed(audit, path))
            continue;
        TRY(sha256_file(path, digits, error));
        struct audit_file *module = vec_add(&audit->modules);
        if (module == NULL)
            return ASSAY_ERR_MEMORY;
        *module =
            (struct audit_file){.path = path, .sha256 = arena_copy(&audit->run.arena, digits)};
        if (module->sha256 == NULL)
            return ASSAY_ERR_MEMORY;
    }
    return ASSAY_OK;
}

static assay_status check_modules(const struct audit *audit, struct buf *error)
{
    for (size_t i = 0; i < audit->modules.count; i++) {
        char digits[SHA256_DIGITS + 1];
        TRY(sha256_file(audit->modules.items[i].path, digits, error));
        if (strcmp(digits, audit->modules.items[i].sha256) != 0)
            return buf_error(error, ASSAY_ERR_IO,
                             "'%s' changed while it was measured: start the audit again",
                             audit->modules.items[i].path);
    }
    return ASSAY_OK;
}

/* ---- measuring ---- */

static assay_status measure_one(struct auditing *auditing, size_t at)
{
    const struct audit_request *request = auditing->request;
    struct audit_finding *finding = &auditing->audit->findings.items[at];
    const struct benchmark *sides = auditing->matched.items[at].sides;
    struct audit_source_memory memory;
    const struct audit_sides wanted = {.paths = &request->workplace->paths,
                                       .plan = &auditing->audit->run.plan,
                                       .before = &sides[0],
                                       .after = &sides[1],
                                       .spawner = request->spawner,
                                       .stop = request->stop,
                                       .finding = finding};
    const struct audit_limits limits = {auditing->audit->level, request->plan.launches,
                                        request->budget_seconds, request->stop};
    const struct audit_source source = audit_source_of(&wanted, &memory);
    return audit_measure(&source, &limits, &auditing->audit->run.arena, finding);
}

static assay_status measure_all(struct auditing *auditing)
{
    const struct audit_request *request = auditing->request;
    size_t count = auditing->audit->findings.count;
    double began_seconds = clock_now_seconds();
    for (size_t i = 0; i < count; i++) {
        const struct benchmark shown = {.id = auditing->audit->findings.items[i].claim.text};
        const struct session_step step = {i, count, &shown, NULL,
                                          clock_now_seconds() - began_seconds};
        request->progress(request->context, &step);
        TRY(measure_one(auditing, i));
    }
    auditing->audit->run.duration_seconds = clock_now_seconds() - began_seconds;
    auditing->audit->run.interrupted = *request->stop != 0;
    return ASSAY_OK;
}

/* The compilers of all sides, each once. */
static assay_status name_compilers(const struct auditing *auditing)
{
    struct environment *environment = &auditing->audit->run.environment;
    struct arena *arena = &auditing->audit->run.arena;
    BUF_AUTO names;
    buf_init(&names, 4096);
    for (size_t i = 0; i < 2 * auditing->matched.count; i++) {
        const char *compiler = auditing->matched.items[i / 2].sides[i % 2].compiler;
        if (compiler != NULL && strstr(names.text, compiler) == NULL)
            buf_printf(&names, "%s%s", names.length ? ", " : "", compiler);
    }
    environment->compiler = arena_copy(arena, names.text);
    environment->fingerprint =
        arena_printf(arena, "%s|%u|%s|%s", environment->cpu, environment->cores,
                     environment->kernel, environment->compiler);
    return environment->compiler && environment->fingerprint ? ASSAY_OK : ASSAY_ERR_MEMORY;
}

static assay_status audit_in(struct auditing *auditing)
{
    const struct audit_request *request = auditing->request;
    struct audit *audit = auditing->audit;
    struct machine_ticks before = machine_ticks_now();
    TRY(find_all(auditing));
    TRY(name_compilers(auditing));
    TRY(hash_modules(audit, auditing->error));
    TRY(measure_all(auditing));
    struct machine_ticks after = machine_ticks_now();
    if (after.total > before.total)
        audit->run.environment.steal_ratio =
            (after.steal - before.steal) / (after.total - before.total);
    TRY(check_modules(audit, auditing->error));
    return audit_cover(request->workplace, audit, auditing->error);
}

assay_status session_audit(const struct audit_request *request, struct audit *ret_audit,
                           struct buf *error)
{
    struct audit *audit = ret_audit;
    struct auditing auditing = {.request = request, .audit = audit, .error = error};
    *audit = (struct audit){.run = {.plan = request->plan, .label = ""}};
    TRY(audit_load_files(request->workplace, request->paths, request->path_count, audit, error));
    TRY(session_describe_run(&audit->run));
    audit->id = arena_printf(&audit->run.arena, "audit-%s", audit->run.id);
    if (audit->id == NULL)
        return ASSAY_ERR_MEMORY;
    audit->family_error = AUDIT_FAMILY_ERROR;
    audit->level = audit_level(audit->findings.count);
    assay_status status = audit_in(&auditing);
    catalog_release(&auditing.project);
    vec_release(&auditing.matched);
    return status;
}

int audit_exit_code(const struct audit *audit)
{
    bool broken = audit->run.interrupted, refuted = false, open = false;
    for (size_t i = 0; i < audit->findings.count; i++) {
        const struct audit_finding *finding = &audit->findings.items[i];
        broken = broken || finding->outcome == OUTCOME_FAILED;
        refuted = refuted || finding->verdict == AUDIT_REFUTED;
        open = open || finding->verdict == AUDIT_NONE || finding->verdict == AUDIT_UNDECIDED;
    }
    return broken ? 3 : refuted ? 1 : open ? 4 : 0;
}
