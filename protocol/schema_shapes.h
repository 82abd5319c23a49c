/* How the files of the table of messages write its shapes, and what they share. Private to schema_*.c; schema.h
 * has what others see. */
#pragma once

#include "schema.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define OBJECT(symbol, title, fields_)                                                                                 \
    const struct object_schema symbol = {.name = (title), .fields = (fields_), .count = COUNT(fields_)}
#define REQUIRED .required = true

/* schema_types.c: what requests and events speak of. */
extern const struct object_schema schema_source, schema_breakpoint, schema_thread_pytui, schema_thread,
    schema_stack_frame, schema_scope, schema_variable, schema_exception_details, schema_watches, schema_snapshot;

/* schema_look.c: of requests that look at the program, and change its values. */
extern const struct object_schema schema_modules_arguments, schema_modules_result, schema_loaded_sources_result,
    schema_module_event, schema_loaded_source_event, schema_where_arguments, schema_where_result, schema_pause_result,
    schema_stack_trace, schema_exception_frames, schema_stack_trace_result, schema_scopes_arguments,
    schema_scopes_result, schema_variables_arguments, schema_variables_result, schema_set_variable,
    schema_set_variable_result, schema_set_expression, schema_display, schema_evaluate, schema_evaluate_result,
    schema_function_arguments, schema_function_result, schema_completions, schema_completions_result,
    schema_exception_info_result, schema_source_arguments, schema_source_result, schema_disconnect, schema_cancel,
    schema_stats, schema_description;
extern const struct object_schema schema_exec, schema_exec_ended;
extern const struct object_schema schema_shell, schema_shell_result;
extern const struct object_schema schema_find_variable, schema_find_variable_result;
extern const struct object_schema schema_set_watches, schema_watches_arguments;
