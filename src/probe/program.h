/* What a program file is, as far as its start-up cost depends on it. */
#ifndef PROBE_PROGRAM_H
#define PROBE_PROGRAM_H

#include <stdbool.h>
#include <stddef.h>

/* Whether the first `count` bytes of a file are those of an ELF program of this machine's word size
 * that names a dynamic linker.  Any bytes are fine. */
bool program_bytes_are_dynamic(const unsigned char *bytes, size_t count);

/* The same of the file that execvp would start for `name`; false when there is none. */
bool program_is_dynamic(const char *name);

#endif
