/* The hottest functions of a benchmark, for readers without scripts, beside a flame graph that they
 * cannot zoom (svg_flame.c). */
#include <inttypes.h>

#include "model/stacks/stacks.h"
#include "report/html/escape.h"
#include "report/html/html_parts.h"

enum { FUNCTIONS_MAX = 15 };

static void add_row(struct buf *out, const struct hot_function *function)
{
    BUF_AUTO name;
    buf_init(&name, BUF_LENGTH_MAX);
    buf_add(&name, function->name, function->length);
    html_element(out, "<tr><th scope=\"row\"><code>", name.text, "</code></th>");
    buf_printf(out, "<td class=\"num\">%.1f %%</td><td class=\"num\">%" PRIu64 "</td></tr>\n",
               function->share * 100, function->samples);
}

void html_stacks(struct buf *out, const struct result *result)
{
    struct hot_function functions[FUNCTIONS_MAX];
    if (result->stacks == NULL)
        return;
    const size_t count = stacks_hottest(result->stacks, functions, FUNCTIONS_MAX);
    buf_printf(out,
               "<div class=\"wide\" tabindex=\"0\"><table><caption>Where CPU time went: %" PRIu64
               " samples of call stacks, in a launch that was not timed</caption>\n<thead><tr>"
               "<th scope=\"col\">innermost function</th><th scope=\"col\" class=\"num\">share</th>"
               "<th scope=\"col\" class=\"num\">samples</th></tr></thead>\n<tbody>\n",
               result->stacks->samples);
    for (size_t i = 0; i < count; i++)
        add_row(out, &functions[i]);
    buf_puts(out, "</tbody></table></div>\n");
}
