/* A protocol line from memory: refused, or read into fields that come back from a line made of
 * them. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "model/protocol.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool condition)
{
    if (!condition)
        abort();
}

static bool is_vanishing(const struct field *field)
{
    return field->key[0] == '\0' && field->value[0] == '\0';
}

/* All fields but empty bare ones are there again, in order. */
static void check_same(const struct message *one, const struct message *two)
{
    size_t k = 0;
    require(strcmp(one->verb, two->verb) == 0);
    for (size_t i = 0; i < one->field_count; i++) {
        if (is_vanishing(&one->fields[i]))
            continue;
        require(k < two->field_count);
        require(strcmp(one->fields[i].key, two->fields[k].key) == 0);
        require(strcmp(one->fields[i].value, two->fields[k].value) == 0);
        k++;
    }
    require(k == two->field_count);
}

static void check_round_trip(const struct message *message)
{
    struct buf line;
    struct message again;
    buf_init(&line, (size_t)1 << 20);
    buf_puts(&line, message->verb);
    for (size_t i = 0; i < message->field_count; i++)
        message_add(&line, message->fields[i].key, message->fields[i].value);
    require(line.status == ASSAY_OK && strchr(line.text, '\n') == strchr(message->verb, '\n'));
    require(message_parse(line.text, &again) == ASSAY_OK);
    check_same(message, &again);
    buf_release(&line);
}

/* What is read of a line `metric` is what would be written of it. */
static void check_metric(const struct message *message)
{
    struct metric metric, again_metric;
    struct message again;
    double value, again_value;
    struct buf line, error;
    buf_init(&error, 4096);
    if (message_read_metric(message, &metric, &value, &error) != ASSAY_OK) {
        require(error.length > 0);
        buf_release(&error);
        return;
    }
    buf_init(&line, 4096);
    message_add_metric(&line, &metric, value);
    require(line.status == ASSAY_OK && message_parse(line.text, &again) == ASSAY_OK);
    require(message_read_metric(&again, &again_metric, &again_value, NULL) == ASSAY_OK);
    require(value - again_value == 0 && strcmp(metric.name, again_metric.name) == 0);
    require(protocol_check_same(&metric, &again_metric, NULL) == ASSAY_OK);
    buf_release(&line);
    buf_release(&error);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct message message = {.verb = NULL};
    char *line = malloc(size + 1);
    require(line != NULL);
    memcpy(line, data, size);
    line[size] = '\0';
    if (message_parse(line, &message) == ASSAY_OK) {
        require(message.verb[0] != '\0' && message.field_count <= PROTOCOL_FIELDS_MAX);
        require(message_number(&message, "ns", -1) - message_number(&message, "ns", -1) == 0);
        check_metric(&message);
        if (strchr(message.verb, '\n') == NULL)
            check_round_trip(&message);
    } else {
        require(message.verb == NULL);
    }
    free(line);
    return 0;
}
