/* Findings as Markdown for people: the table that a step's summary has, too, cut to the rows that
 * matter when there are many.
 * Why an undecided row keeps an issue open: the noise of one day must not close what was proved on
 * another. */
#include "ci/text.h"

#include <ctype.h>
#include <string.h>

#include "exchange/write/exporters.h"

bool ci_key_is_good(const char *key)
{
    size_t length = strlen(key);
    for (const char *at = key; *at != '\0'; at++)
        if (!isalnum((unsigned char)*at) && strchr("-_.", *at) == NULL)
            return false;
    return length > 0 && length <= 64 && strstr(key, "--") == NULL;
}

const char *ci_marker(const char *key, struct arena *arena)
{
    return arena_printf(arena, "<!-- assay %s -->", key);
}

enum issue_wish ci_issue_wish(const ci_finding_vec *findings)
{
    enum issue_wish wish = ISSUE_CLOSE;
    for (size_t i = 0; i < findings->count; i++)
        if (findings->items[i].level == FINDING_ERROR)
            return ISSUE_OPEN;
        else if (findings->items[i].level == FINDING_WARNING)
            wish = ISSUE_LEAVE;
    return findings->count > 0 ? wish : ISSUE_LEAVE;
}

assay_status ci_body(const struct ci_text *text, enum issue_wish wish, struct buf *out)
{
    buf_printf(out, "<!-- assay %s -->\n", text->key);
    if (wish == ISSUE_CLOSE)
        buf_puts(out, "The regression is gone.\n\n");
    findings_add_markdown(text->findings, CI_ROWS_MAX, out);
    if (text->commit[0] != '\0' || text->link[0] != '\0')
        buf_puts(out, "\n");
    if (text->commit[0] != '\0')
        buf_printf(out, "Commit %s. ", text->commit);
    if (text->link[0] != '\0')
        buf_printf(out, "[The job](%s).", text->link);
    if (text->commit[0] != '\0' || text->link[0] != '\0')
        buf_puts(out, "\n");
    return out->status;
}
