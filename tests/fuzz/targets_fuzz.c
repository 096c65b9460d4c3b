/* targets.yaml from memory: any bytes are either read into sound bounds or refused with a place. */
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "config/targets.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_targets(const target_vec *targets)
{
    for (size_t i = 0; i < targets->count; i++) {
        const struct target *target = &targets->items[i];
        if (*target->benchmark == '\0' || target->metric == NULL || target->source == NULL)
            abort();
        const bool is_bound = isfinite(target->limit) && target->limit > 0;
        if (is_bound == (target->growth != NULL) || target->status != TARGET_NONE)
            abort();
    }
}

static void check_claims(const claim_vec *claims)
{
    for (size_t i = 0; i < claims->count; i++)
        if (claims->items[i].source == NULL || !(claims->items[i].value > 0))
            abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct buf error;
    struct arena arena = {0};
    target_vec targets = {0};
    claim_vec claims = {0};
    buf_init(&error, 4096);
    const struct yaml_source source = {(const char *)data, size, "targets.yaml"};
    const struct targets into = {&arena, &targets, &claims};
    assay_status status = targets_parse(&source, &into, &error);
    check_targets(&targets);
    check_claims(&claims);
    if (status != ASSAY_OK && (status != ASSAY_ERR_PARSE || targets.count + claims.count > 0 ||
                               strncmp(error.text, "targets.yaml:", 13) != 0))
        abort();
    vec_release(&targets);
    vec_release(&claims);
    arena_release(&arena);
    buf_release(&error);
    return 0;
}
