/* Reading JSON of other tools: members with a kind and a place.  Absent members are no failure of
 * these functions, wrong kinds are. */
#ifndef EXCHANGE_READ_JSON_READ_H
#define EXCHANGE_READ_JSON_READ_H

#include "exchange/read/node.h"
#include "exchange/read/sink.h"

/* The text of a member, NULL when it is absent or null. */
ASSAY_USE_RESULT assay_status json_read_text(const struct sink *sink, const struct place *place,
                                             const struct node *object, const char *key,
                                             const char **ret_text);
/* The same of a text that has to be there. */
ASSAY_USE_RESULT assay_status json_need_text(const struct sink *sink, const struct place *place,
                                             const struct node *object, const char *key,
                                             const char **ret_text);

/* The number of a member; NaN when it is absent or null. */
ASSAY_USE_RESULT assay_status json_read_number(const struct sink *sink, const struct place *place,
                                               const struct node *object, const char *key,
                                               double *ret_value);
ASSAY_USE_RESULT assay_status json_need_number(const struct sink *sink, const struct place *place,
                                               const struct node *object, const char *key,
                                               double *ret_value);

/* The list, or the object, of a member that has to be there. */
ASSAY_USE_RESULT assay_status json_need_list(const struct sink *sink, const struct place *place,
                                             const struct node *object, const char *key,
                                             const struct node **ret_list);
ASSAY_USE_RESULT assay_status json_need_object(const struct sink *sink, const struct place *place,
                                               const struct node *object, const char *key,
                                               const struct node **ret_object);
/* Element `index` of a list, which has to be an object. */
ASSAY_USE_RESULT assay_status json_need_element(const struct sink *sink, const struct place *list,
                                                const struct node *array, size_t index,
                                                const struct node **ret_object);

/* Appends the numbers of a list; `place` is the list's. */
ASSAY_USE_RESULT assay_status json_read_numbers(const struct sink *sink, const struct place *place,
                                                const struct node *array, value_vec *values);

/* Adds "key=value" of each member that is a text, a number or a truth, after what `out` has. */
void json_add_params(const struct node *object, struct buf *out);

#endif
