/* Audit files from memory: any bytes are either read into sound claims or refused with a place. */
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "compare/bounds/audit.h"
#include "config/audit.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_side(const struct audit_side *side)
{
    if ((side->benchmark == NULL) == (side->command == NULL))
        abort();
}

static void check_claim(const struct audit_claim *claim)
{
    struct interval range = audit_range(claim);
    if (*claim->text == '\0' || *claim->source == '\0' || claim->metric == NULL)
        abort();
    if (!isfinite(claim->value) || !(claim->value > 0) || !(range.low < range.high))
        abort();
    check_side(&claim->before);
    check_side(&claim->after);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct buf error;
    struct arena arena = {0};
    audit_claim_vec claims = {0};
    const char *name = NULL;
    buf_init(&error, 4096);
    const struct yaml_source source = {(const char *)data, size, "audit.yaml"};
    assay_status status = audit_parse(&source, &arena, &claims, &name, &error);
    for (size_t i = 0; i < claims.count; i++)
        check_claim(&claims.items[i]);
    if (status == ASSAY_OK && (claims.count == 0 || name == NULL))
        abort();
    if (status != ASSAY_OK && (status != ASSAY_ERR_PARSE || claims.count > 0 ||
                               strncmp(error.text, "audit.yaml:", 11) != 0))
        abort();
    vec_release(&claims);
    arena_release(&arena);
    buf_release(&error);
    return 0;
}
