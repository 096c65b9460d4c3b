/* Documents of gates: any bytes are findings that every format can tell, or are refused by name. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "exchange/write/export.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void tell(const ci_finding_vec *findings)
{
    const struct export_source source = {NULL, findings};
    for (const struct export_format *format = EXPORT_FORMATS; format->name != NULL; format++) {
        struct buf out;
        if (format->needs_run)
            continue;
        buf_init(&out, BUF_LENGTH_MAX);
        if (format->render(&source, &out) != ASSAY_OK || memchr(out.text, '\0', out.length))
            abort();
        buf_release(&out);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena arena = {0};
    ci_finding_vec findings = {0};
    struct buf error;
    buf_init(&error, 8192);
    assay_status status =
        findings_parse((const char *)data, size, "g.json", &arena, &findings, &error);
    if (status == ASSAY_OK)
        tell(&findings);
    else if (status != ASSAY_ERR_PARSE || strncmp(error.text, "g.json:", 7) != 0)
        abort();
    vec_release(&findings);
    arena_release(&arena);
    buf_release(&error);
    return 0;
}
