/* Strings that are copied when they are changed.
 *
 * One block of memory: the count of owners, the length, the bytes.  Whoever is the only owner may
 * write, and nobody can become a second owner meanwhile, because only an owner can share. */
#include <stdlib.h>
#include <string.h>

#include "panel.h"

struct experts_string {
    atomic_uint owners;
    uint32_t length;
    char bytes[];
};

struct experts_string *experts_string_new(struct text_span text)
{
    if (text.length > TEXT_LENGTH_MAX) {
        return NULL;
    }
    struct experts_string *string = malloc(sizeof *string + text.length);
    if (string) {
        atomic_init(&string->owners, 1);
        string->length = (uint32_t)text.length;
        if (text.length > 0) {
            memcpy(string->bytes, text.bytes, text.length);
        }
    }
    return string;
}

struct experts_string *experts_string_share(struct experts_string *string)
{
    atomic_fetch_add_explicit(&string->owners, 1, memory_order_relaxed);
    return string;
}

/* The last owner must see what the others read and wrote: release by all, acquire by the last. */
void experts_string_release(struct experts_string *string)
{
    if (string && atomic_fetch_sub_explicit(&string->owners, 1, memory_order_acq_rel) == 1) {
        free(string);
    }
}

struct text_span experts_string_view(const struct experts_string *string)
{
    return (struct text_span){string->bytes, string->length};
}

char *experts_string_change(struct experts_string **string)
{
    if (atomic_load_explicit(&(*string)->owners, memory_order_acquire) > 1) {
        struct experts_string *own = experts_string_new(experts_string_view(*string));
        if (!own) {
            return NULL;
        }
        experts_string_release(*string);
        *string = own;
    }
    return (*string)->bytes;
}
