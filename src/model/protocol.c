/* Reading and writing protocol lines.  Why text and percent signs: a host in any language needs
 * only split() and its URL decoder, and a person can drive a host from a terminal. */
#include "model/protocol.h"

#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

bool message_is(const char *line, const char *verb)
{
    size_t length = strcspn(line, " ");
    return length == strlen(verb) && strncmp(line, verb, length) == 0;
}

/* The encoded value, up to the next space or the end. */
static const char *find(const char *line, const char *key)
{
    for (const char *word = line; (word = strchr(word, ' ')) != NULL;) {
        size_t named = strcspn(++word, " ="), length = word[named] == '=' ? named : 0;
        if (length == strlen(key) && strncmp(word, key, length) == 0)
            return word + length + (length > 0);
    }
    return "";
}

const char *message_field(const char *line, const char *key, char value[PROTOCOL_VALUE_MAX])
{
    size_t length = 0;
    for (const char *p = find(line, key); *p != '\0' && *p != ' '; p++) {
        bool escaped = *p == '%' && isxdigit((unsigned char)p[1]) && isxdigit((unsigned char)p[2]);
        if (length + 1 < PROTOCOL_VALUE_MAX)
            value[length++] = escaped ? (char)strtol((char[]){p[1], p[2], '\0'}, NULL, 16) : *p;
        p += escaped ? 2 : 0;
    }
    value[length] = '\0';
    return value;
}

double message_number(const char *line, const char *key)
{
    double number = strtod(find(line, key), NULL);
    return isfinite(number) ? number : 0;
}

void message_add(FILE *out, const char *key, const char *value)
{
    fprintf(out, " %s%s", key, key[0] ? "=" : "");
    for (const char *p = value; *p != '\0'; p++) {
        bool plain = *p > 32 && *p < 127 && *p != '%' && *p != '=';
        fprintf(out, plain ? "%c" : "%%%02X", (unsigned)(unsigned char)*p);
    }
}
