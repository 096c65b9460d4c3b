/* How a module was compiled, out of the file itself.  Pure but for producer_read; whatever the
 * bytes are, nothing is read beyond them. */
#ifndef PROBE_PRODUCER_H
#define PROBE_PRODUCER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { PRODUCER_TEXT_MAX = 480 };

/* What the file says of its compiler and flags: the switches that -frecord-gcc-switches keeps, else
 * the producer of its debug information.  False, and "", when it says nothing, is no 64-bit ELF
 * file of this byte order, or has its strings compressed. */
bool producer_parse(const uint8_t *bytes, size_t size, char text[PRODUCER_TEXT_MAX]);

/* The same of a file; false when it cannot be read, too. */
bool producer_read(const char *path, char text[PRODUCER_TEXT_MAX]);

#endif
