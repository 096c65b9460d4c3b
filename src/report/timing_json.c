/* "assay.time/1" (docs/schema/time.schema.json).  Field names are a contract: add, never rename.
 * Times are nanoseconds and amounts bytes, as the names say or `unit` does. */
#include "report/timing.h"
#include "report/values/json_values.h"

static json_t *parameters_json(const struct timed_command *command)
{
    json_t *object = json_object();
    for (size_t i = 0; i < command->parameters.count; i++)
        report_json_member(&object, command->parameters.items[i].name,
                           report_json_text(command->parameters.items[i].value));
    return object;
}

static json_t *measured(const struct timed_command *command, double value)
{
    return command->runs.count > 0 ? report_json_number(value) : json_null();
}

static json_t *runs_json(const struct timed_command *command)
{
    json_t *runs = json_array();
    for (size_t i = 0; i < command->runs.count; i++)
        report_json_element(&runs, report_json_number(command->runs.items[i].wall_ns));
    return runs;
}

static json_t *cpu_json(const struct timed_command *command)
{
    json_t *runs = json_array();
    for (size_t i = 0; i < command->runs.count; i++)
        report_json_element(&runs, report_json_number(command->runs.items[i].user_ns +
                                                      command->runs.items[i].system_ns));
    return runs;
}

static json_t *versus_json(const struct timing *timing, const struct timed_command *command)
{
    const struct comparison *versus = &command->versus;
    if (versus->verdict == VERDICT_NONE)
        return json_null();
    json_t *object = json_object();
    report_json_member(&object, "reference",
                       report_json_text(timing->commands.items[timing->reference].name));
    report_json_member(&object, "metric", report_json_text(versus->metric));
    report_json_member(&object, "ratio", report_json_number(versus->ratio));
    report_json_member(&object, "low", report_json_number(versus->interval.low));
    report_json_member(&object, "high", report_json_number(versus->interval.high));
    report_json_member(&object, "level", report_json_number(versus->interval.level));
    report_json_member(&object, "ratio_q10", report_json_number(versus->ratio_q10));
    report_json_member(&object, "verdict", json_string(verdict_name(versus->verdict)));
    report_json_member(&object, "kind", json_string(pair_kind_name(versus->kind)));
    report_json_member(&object, "batches", json_integer(versus->launches));
    report_json_member(&object, "blocks", json_integer((json_int_t)versus->pairs));
    report_json_member(&object, "reason", report_json_text(versus->reason));
    return object;
}

static json_t *command_json(const struct timing *timing, const struct timed_command *command)
{
    const struct summary *wall = &command->wall;
    const struct {
        const char *key;
        double value;
    } numbers[] = {{"median", wall->median},
                   {"low", wall->interval.low},
                   {"high", wall->interval.high},
                   {"level", wall->interval.level},
                   {"mean", wall->mean},
                   {"sd", wall->sd},
                   {"mad", wall->mad},
                   {"min", wall->min},
                   {"max", wall->max},
                   {"user_ns", command->user_ns},
                   {"system_ns", command->system_ns},
                   {"rss_bytes", command->rss_bytes},
                   {"output_bytes", command->output_bytes}};
    json_t *object = json_object();
    report_json_member(&object, "name", report_json_text(command->name));
    report_json_member(&object, "command", report_json_text(command->line));
    report_json_member(&object, "parameters", parameters_json(command));
    report_json_member(&object, "status", json_string(outcome_name(command->outcome)));
    report_json_member(&object, "reason", report_json_text(command->reason));
    report_json_member(&object, "warning", report_json_text(command->warning));
    report_json_member(&object, "unit", json_string("ns"));
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
        report_json_member(&object, numbers[i].key, measured(command, numbers[i].value));
    report_json_member(&object, "waits", json_boolean(command->waits));
    report_json_member(&object, "nonzero_exits", json_integer((json_int_t)command->nonzero_count));
    report_json_member(&object, "times_ns", runs_json(command));
    report_json_member(&object, "cpu_times_ns", cpu_json(command));
    report_json_member(&object, "versus", versus_json(timing, command));
    return object;
}

static json_t *known(double value)
{
    return value > 0 ? report_json_number(value) : json_null();
}

static json_t *split_json(const struct time_split *split)
{
    if (split->name == NULL)
        return json_null();
    json_t *object = json_object();
    report_json_member(&object, "name", report_json_text(split->name));
    report_json_member(&object, "whole_ns", report_json_number(split->whole_ns));
    report_json_member(&object, "exec_ns", report_json_number(split->exec_ns));
    report_json_member(&object, "libc_ns", report_json_number(split->libc_ns));
    report_json_member(&object, "link_ns", report_json_number(split->link_ns));
    report_json_member(&object, "own_ns", report_json_number(split->own_ns));
    return object;
}

assay_status report_json_timing(const struct timing *timing, struct buf *out)
{
    json_t *document = json_object(), *commands = json_array();
    for (size_t i = 0; i < timing->commands.count; i++)
        report_json_element(&commands, command_json(timing, &timing->commands.items[i]));
    report_json_member(&document, "schema", json_string("assay.time/1"));
    report_json_member(&document, "commands", commands);
    report_json_member(&document, "blocks", json_integer((json_int_t)timing->blocks));
    report_json_member(&document, "batch_blocks", json_integer((json_int_t)timing->batch_blocks));
    report_json_member(&document, "seed", json_integer((json_int_t)timing->seed));
    report_json_member(&document, "duration_seconds", report_json_number(timing->duration_seconds));
    report_json_member(&document, "interrupted", json_boolean(timing->interrupted));
    report_json_member(&document, "shell", report_json_text(timing->shell));
    report_json_member(&document, "shell_ns", known(timing->shell_ns));
    report_json_member(&document, "decided", json_boolean(timing->decided));
    report_json_member(&document, "floor_ns", known(timing->floor_ns[FLOOR_EXEC]));
    report_json_member(&document, "floor_libc_ns", known(timing->floor_ns[FLOOR_LIBC]));
    report_json_member(&document, "floor_dynamic_ns", known(timing->floor_ns[FLOOR_LINK]));
    report_json_member(&document, "floor_rss_bytes", known(timing->floor_rss_bytes));
    report_json_member(&document, "split", split_json(&timing->split));
    return report_json_write(document, out);
}
