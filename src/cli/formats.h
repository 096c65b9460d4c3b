/* --list-formats, of import and of export. */
#ifndef CLI_FORMATS_H
#define CLI_FORMATS_H

#include "cli/common.h"
#include "report/exchange/import.h"

enum { FORMATS_MAX = 64 };
struct formats {
    struct import_format_row rows[FORMATS_MAX];
    size_t count;
};

/* Adds a row; what is beyond FORMATS_MAX is left out. */
void formats_add(struct formats *formats, const char *name, const char *summary);
ASSAY_USE_RESULT assay_status formats_print(struct cli *cli, const struct formats *formats,
                                            bool json);

#endif
