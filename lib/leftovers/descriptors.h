/* How many descriptors this process has open. */
#ifndef LIB_LEFTOVERS_DESCRIPTORS_H
#define LIB_LEFTOVERS_DESCRIPTORS_H

/* 0 when it cannot be told. */
int descriptors_count(void);

#endif
