/* The list of formats: what each is called and what it is.
 * Why both commands fill it themselves: what else a format has is theirs alone. */
#include "cli/formats.h"

void formats_add(struct formats *formats, const char *name, const char *summary)
{
    if (formats->count < FORMATS_MAX)
        formats->rows[formats->count++] = (struct import_format_row){name, summary};
}

assay_status formats_print(struct cli *cli, const struct formats *formats, bool json)
{
    BUF_AUTO out;
    buf_init(&out, 1 << 20);
    if (json)
        TRY(report_json_import_formats(formats->rows, formats->count, &out));
    else
        report_text_import_formats(formats->rows, formats->count, &out);
    return cli_print(cli, &out);
}
