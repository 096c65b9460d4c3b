/* The wire protocol between `assay` and a benchmark host: one line a message, answered by data
 * lines and then exactly one ok, error or skip line.  Both ends use these functions.
 *
 *     line = verb *( SP field ) LF         field = key "=" value | value
 *
 * In values '%', '=' and bytes below 33 or above 126 are percent-encoded. */
#ifndef MODEL_PROTOCOL_H
#define MODEL_PROTOCOL_H

#include <stdbool.h>
#include <stdio.h>

#define PROTOCOL_VERSION "assay/1"
enum { PROTOCOL_LINE_MAX = 16 * 1024, PROTOCOL_VALUE_MAX = 4096 };

bool message_is(const char *line, const char *verb);

/* The decoded value of `key` ("": the bare one), or "" when there is none; as a number: 0. */
const char *message_field(const char *line, const char *key, char value[PROTOCOL_VALUE_MAX]);
double message_number(const char *line, const char *key);

/* Writes " key=value", or " value" for key "". */
void message_add(FILE *out, const char *key, const char *value);

#endif
