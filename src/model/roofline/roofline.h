/* What one core of a machine does at the most, and so what work must take at the least: the
 * roofline (Williams, Waterman & Patterson, CACM 52(4), 2009). */
#ifndef MODEL_ROOFLINE_H
#define MODEL_ROOFLINE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"

enum { ROOFLINE_READS_MAX = 32 };

/* How fast so many bytes can be read again and again. */
struct roofline_read {
    double bytes, bytes_per_s;
};

/* All zero: nothing is known, and no work has a share. */
struct roofline {
    struct roofline_read reads[ROOFLINE_READS_MAX]; /* sizes increase */
    size_t read_count;
    double operations_per_s; /* of f32, a multiplication and an addition are two */
    double measured_at;      /* seconds since 1970 */
};

/* Of one size the greatest rate counts.  What is no positive number, and more than
 * ROOFLINE_READS_MAX sizes, is passed over. */
void roofline_add_read(struct roofline *roofline, double bytes, double bytes_per_s);
void roofline_add_operations(struct roofline *roofline, double operations_per_s);

/* Between two sizes interpolated by their logarithms, beyond the ends that of the nearest; 0 when
 * nothing is known. */
double roofline_bandwidth(const struct roofline *roofline, double bytes);

/* What an iteration takes at the least that reads so many bytes and does so many operations, which
 * may go side by side; 0 when nothing is known of either. */
double roofline_seconds(const struct roofline *roofline, double bytes, double operations);

/* One line for people: "read 219 GB/s of 16.0 KiB .. 22.1 GB/s of 64.0 MiB, ...". */
void roofline_describe(const struct roofline *roofline, struct buf *out);

/* As lines of the protocol, and back; `text` is taken apart.  False: damaged, of another machine,
 * or empty; *ret_roofline is all zero then. */
void roofline_write(const struct roofline *roofline, const char *machine, struct buf *out);
bool roofline_parse(char *text, const char *machine, struct roofline *ret_roofline);

#endif
