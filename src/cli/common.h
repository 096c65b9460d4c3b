/* The options that every command knows, and the workplace they lead to. */
#ifndef CLI_COMMON_H
#define CLI_COMMON_H

#include "cli/cli.h"
#include "cli/screen.h"
#include "cli/stop.h"
#include "report/table/table.h"
#include "session/place/workplace.h"

/* How what a command found is printed; the words of --format in their order. */
enum output_format { OUTPUT_TEXT, OUTPUT_JSON, OUTPUT_CSV, OUTPUT_MARKDOWN };
#define OUTPUT_FORMATS "text|json|csv|markdown"

struct common_options {
    bool json;
    unsigned format; /* enum output_format; commands that print rows have FORMAT_ROW for it */
    unsigned colour; /* enum colour_choice; commands that colour words have COLOUR_ROW for it */
    const char *store, *config;
};
#define COMMON_ROWS(type)                                                                          \
    {"json",      0,                                                                               \
     NULL,        "print one JSON document (schemas in docs/schema)",                              \
     OPTION_FLAG, offsetof(type, common.json)},                                                    \
        {"store",     0,                                                                           \
         "FILE",      "the database, or postgresql://... (default: .assay/history.db)",            \
         OPTION_TEXT, offsetof(type, common.store)},                                               \
    {                                                                                              \
        "config", 0, "FILE", "the project file (default: the nearest assay.yaml)", OPTION_TEXT,    \
            offsetof(type, common.config)                                                          \
    }

#define FORMAT_ROW(type)                                                                           \
    {                                                                                              \
        "format", 0, OUTPUT_FORMATS, "how to print (default: text; columns in docs/outputs.md)",   \
            OPTION_CHOICE, offsetof(type, common.format)                                           \
    }

#define COLOUR_ROW(type)                                                                           \
    {                                                                                              \
        "color", 0, COLOUR_WORDS, "colours (default: auto, on a terminal unless NO_COLOR is set)", \
            OPTION_CHOICE, offsetof(type, common.colour)                                           \
    }

/* What stdout is, as far as options say it. */
static inline struct paper common_paper(const struct common_options *common)
{
    return screen_paper((enum colour_choice)common->colour);
}

/* What was asked for: --json is the short form of --format json. */
static inline enum output_format common_format(const struct common_options *common)
{
    return common->json ? OUTPUT_JSON : (enum output_format)common->format;
}

/* Whether that is a table, and then which. */
static inline bool common_table(const struct common_options *common, enum table_format *ret_format)
{
    enum output_format format = common_format(common);
    if (format != OUTPUT_CSV && format != OUTPUT_MARKDOWN)
        return false;
    *ret_format = format == OUTPUT_CSV ? TABLE_CSV : TABLE_MARKDOWN;
    return true;
}

/* Free with workplace_release, also after a failure. */
static inline assay_status common_workplace(struct cli *cli, const struct common_options *common,
                                            struct workplace *ret_workplace)
{
    const struct workplace_request request = {cli->program, common->store, common->config,
                                              &stop_count};
    return workplace_open(&request, ret_workplace, &cli->error);
}

#endif
