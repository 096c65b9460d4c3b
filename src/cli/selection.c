/* Options that choose, as words: what is behind the command line knows words alone, so that no
 * stage has to hand two things along.  Invariant: operands keep their order and stand first. */
#include "cli/selection.h"

#include <string.h>

assay_status selection_words(const struct selection_options *options, char **operands,
                             int operand_count, struct arena *arena, struct words *ret_words)
{
    const struct {
        const char *mark;
        const struct option_texts *texts;
    } groups[] = {
        {"!", &options->excludes}, {"%", &options->tags}, {"!%", &options->excluded_tags}};
    enum { GROUP_COUNT = sizeof groups / sizeof *groups };
    size_t room = (size_t)operand_count + 1;
    for (int i = 0; i < GROUP_COUNT; i++)
        room += groups[i].texts->count;
    struct words words = {arena_alloc(arena, room * sizeof *words.items), operand_count};
    if (words.items == NULL)
        return ASSAY_ERR_MEMORY;
    memcpy(words.items, operands, (size_t)operand_count * sizeof *words.items);
    for (int i = 0; i < GROUP_COUNT; i++)
        for (size_t k = 0; k < groups[i].texts->count; k++) {
            char *word = arena_printf(arena, "%s%s", groups[i].mark, groups[i].texts->items[k]);
            if (word == NULL)
                return ASSAY_ERR_MEMORY;
            words.items[words.count++] = word;
        }
    words.items[words.count] = NULL;
    *ret_words = words;
    return ASSAY_OK;
}
