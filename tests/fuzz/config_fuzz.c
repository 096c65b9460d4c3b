/* assay.yaml from memory: any bytes are either read or refused with a message that has a place. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "config/config.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct buf error;
    struct config config;
    buf_init(&error, 4096);
    const struct yaml_source source = {(const char *)data, size, "sub/assay.yaml"};
    assay_status status = config_parse(&source, &config, &error);
    if (status == ASSAY_OK) {
        struct plan plan = {0};
        config_apply(&config, &plan);
        if (config.store == NULL || config.results == NULL || plan.launches > 1000)
            abort();
        if (config.build.command != NULL && config.build.modules.count == 0)
            abort();
        config_release(&config);
    } else if (status != ASSAY_ERR_PARSE || strncmp(error.text, "sub/assay.yaml:", 15) != 0) {
        abort();
    }
    buf_release(&error);
    return 0;
}
