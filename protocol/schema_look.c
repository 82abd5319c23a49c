/* Arguments and responses of the requests that look at the program: modules, stacks, variables, evaluating. */
#include "schema_shapes.h"

static const struct field_schema module_fields[] = {
    {"id", FIELD_STRING, REQUIRED, .help = "its name in sys.modules"},
    {"name", FIELD_STRING, REQUIRED, .help = "the same"},
    {"path", FIELD_STRING, .help = "its file"},
    {"isUserCode", FIELD_BOOL, .help = "false: a library"},
    {"version", FIELD_STRING, .help = "its __version__"},
    {"symbolStatus", FIELD_STRING,
     .help = "source file, no source file, extension module, built in, namespace package or not a module"},
};
static OBJECT(module, "Module", module_fields);

static const struct field_schema modules_arguments_fields[] = {
    {"startModule", FIELD_INT, .help = "first one, from 0"},
    {"moduleCount", FIELD_INT, .help = "how many; 0 or absent: 500, at most 5000"},
};
OBJECT(schema_modules_arguments, "ModulesArguments", modules_arguments_fields);

static const struct field_schema modules_result_fields[] = {
    {"modules", FIELD_ARRAY, REQUIRED, .item = FIELD_OBJECT, .object = &module, .help = "in the order of loading"},
    {"totalModules", FIELD_INT, .help = "of all"},
};
OBJECT(schema_modules_result, "ModulesResponse", modules_result_fields);

static const struct field_schema loaded_sources_result_fields[] = {
    {"sources", FIELD_ARRAY, REQUIRED, .item = FIELD_OBJECT, .object = &schema_source, .help = "each once"},
};
OBJECT(schema_loaded_sources_result, "LoadedSourcesResponse", loaded_sources_result_fields);

static const struct field_schema module_event_fields[] = {
    {"reason", FIELD_STRING, REQUIRED, .help = "new, changed or removed"},
    {"module", FIELD_OBJECT, REQUIRED, .object = &module, .help = "which; removed: id and name alone"},
};
OBJECT(schema_module_event, "ModuleEvent", module_event_fields);

static const struct field_schema loaded_source_event_fields[] = {
    {"reason", FIELD_STRING, REQUIRED, .help = "new"},
    {"source", FIELD_OBJECT, REQUIRED, .object = &schema_source, .help = "which"},
};
OBJECT(schema_loaded_source_event, "LoadedSourceEvent", loaded_source_event_fields);

static const struct field_schema where_variable_fields[] = {
    {"name", FIELD_STRING, REQUIRED, .help = "the variable's"},
    {"value", FIELD_STRING, REQUIRED, .help = "one bounded line"},
    {"type", FIELD_STRING, REQUIRED, .help = "type's name"},
};
static OBJECT(where_variable, "pytui.WhereVariable", where_variable_fields);

static const struct field_schema where_frame_fields[] = {
    {"name", FIELD_STRING, .help = "the code's qualified name; its plain one when the state is blocked"},
    {"source", FIELD_OBJECT, .object = &schema_source, .help = "where its code is"},
    {"line", FIELD_INT, REQUIRED, .help = "current line, from 1; 0 when it is not known"},
    {"presentationHint", FIELD_STRING, .help = "subtle (library code)"},
    {"locals", FIELD_ARRAY, .item = FIELD_OBJECT, .object = &where_variable,
     .help = "if asked for, and not blocked: the variables that are bound"},
};
static OBJECT(where_frame, "pytui.WhereFrame", where_frame_fields);

static const struct field_schema where_thread_fields[] = {
    {"id", FIELD_INT, REQUIRED, .help = "as in `threads`"},
    {"name", FIELD_STRING, REQUIRED, .help = "as in `threads`; when it is blocked, as it was last read"},
    {"pytui", FIELD_OBJECT, .object = &schema_thread_pytui, .help = "extensions"},
    {"stackFrames", FIELD_ARRAY, REQUIRED, .item = FIELD_OBJECT, .object = &where_frame, .help = "innermost first"},
    {"moreFrames", FIELD_BOOL, REQUIRED, .help = "whether the stack goes on"},
    {"collecting", FIELD_BOOL, .help = "the garbage collector runs in it (told when the state is blocked)"},
};
static OBJECT(where_thread, "pytui.WhereThread", where_thread_fields);

static const struct field_schema where_arguments_fields[] = {
    {"threadId", FIELD_INT, .help = "this thread alone; 0 or absent: all"},
    {"start", FIELD_INT, .help = "first thread, from 0"},
    {"count", FIELD_INT, .help = "how many threads; 0 or absent: 100, at most 1000"},
    {"startFrame", FIELD_INT, .help = "first frame of each stack, from 0"},
    {"levels", FIELD_INT, .help = "how many frames of each stack; 0 or absent: 50, at most 1000"},
    {"locals", FIELD_BOOL, .help = "with the variables of the frames"},
};
OBJECT(schema_where_arguments, "pytui.WhereArguments", where_arguments_fields);

static const struct field_schema where_result_fields[] = {
    {"threads", FIELD_ARRAY, REQUIRED, .item = FIELD_OBJECT, .object = &where_thread, .help = "main thread first"},
    {"moreThreads", FIELD_BOOL, REQUIRED, .help = "whether there are further threads"},
    {"state", FIELD_STRING, REQUIRED,
     .help = "running, stopped, or blocked: the interpreter was not to be had, the stacks were read from outside"},
    {"message", FIELD_STRING, .help = "why there are no stacks"},
};
OBJECT(schema_where_result, "pytui.WhereResponse", where_result_fields);

static const struct field_schema exec_fields[] = {
    {"source", FIELD_STRING, REQUIRED, .help = "the text to run"},
    {"name", FIELD_STRING, .help = "the file that it is from, for tracebacks"},
};
OBJECT(schema_exec, "pytui.ExecArguments", exec_fields);

static const struct field_schema exec_ended_fields[] = {
    {"status", FIELD_INT, REQUIRED, .help = "0; 1 after an exception; else what SystemExit said"},
};
OBJECT(schema_exec_ended, "pytui.ExecEnded", exec_ended_fields);

static const struct field_schema pause_pytui_fields[] = {
    {"state", FIELD_STRING, .help = "stopping, or blocked: C code keeps the interpreter; stops at the next line"},
    {"stacks", FIELD_OBJECT, .object = &schema_where_result,
     .help = "when blocked, and they can be had: as of pytui/where"},
};
static OBJECT(pause_pytui, "pytui.Pause", pause_pytui_fields);
static const struct field_schema pause_result_fields[] = {
    {"pytui", FIELD_OBJECT, .object = &pause_pytui, .help = "how it goes"},
};
OBJECT(schema_pause_result, "PauseResponse", pause_result_fields);

static const struct field_schema frames_page_pytui_fields[] = {
    {"fromEnd", FIELD_BOOL, .help = "the last frames: startFrame is how many of the oldest to leave out"},
};
static OBJECT(frames_page_pytui, "pytui.FramesPage", frames_page_pytui_fields);

static const struct field_schema stack_trace_fields[] = {
    {"threadId", FIELD_INT, REQUIRED, .help = "which thread"},
    {"startFrame", FIELD_INT, .help = "first frame, from 0"},
    {"levels", FIELD_INT, .help = "how many; 0 or absent: 200"},
    {"pytui", FIELD_OBJECT, .object = &frames_page_pytui, .help = "extensions"},
};
OBJECT(schema_stack_trace, "StackTraceArguments", stack_trace_fields);

static const struct field_schema exception_frames_fields[] = {
    {"exception", FIELD_INT, REQUIRED, .help = "its number in the chain, as exceptionInfo has it"},
    {"startFrame", FIELD_INT, .help = "first frame, from 0"},
    {"levels", FIELD_INT, .help = "how many; 0 or absent: 200"},
    {"pytui", FIELD_OBJECT, .object = &frames_page_pytui, .help = "extensions"},
};
OBJECT(schema_exception_frames, "pytui.ExceptionFramesArguments", exception_frames_fields);

static const struct field_schema stack_trace_pytui_fields[] = {
    {"moreFrames", FIELD_BOOL, .help = "whether the stack goes on; totalFrames is not counted"},
    {"startFrame", FIELD_INT,
     .help = "with fromEnd: the first one given, counted from the newest; totalFrames is right"},
};
static OBJECT(stack_trace_pytui, "pytui.StackTrace", stack_trace_pytui_fields);
static const struct field_schema stack_trace_result_fields[] = {
    {"stackFrames", FIELD_ARRAY, REQUIRED, .item = FIELD_OBJECT, .object = &schema_stack_frame,
     .help = "innermost first"},
    {"totalFrames", FIELD_INT, .help = "start + those given + 1 while there are more, as DAP allows"},
    {"pytui", FIELD_OBJECT, .object = &stack_trace_pytui, .help = "extensions"},
};
OBJECT(schema_stack_trace_result, "StackTraceResponse", stack_trace_result_fields);

static const struct field_schema scopes_arguments_fields[] = {
    {"frameId", FIELD_INT, REQUIRED, .help = "which frame"},
};
OBJECT(schema_scopes_arguments, "ScopesArguments", scopes_arguments_fields);
static const struct field_schema scopes_result_fields[] = {
    {"scopes", FIELD_ARRAY, REQUIRED, .item = FIELD_OBJECT, .object = &schema_scope, .help = "innermost first"},
};
OBJECT(schema_scopes_result, "ScopesResponse", scopes_result_fields);

static const struct field_schema value_format_fields[] = {
    {"hex", FIELD_BOOL, .help = "integers in hexadecimal"},
};
static OBJECT(value_format, "ValueFormat", value_format_fields);

static const struct field_schema variables_arguments_pytui_fields[] = {
    {"sort", FIELD_STRING, .help = "definition (default), name or type; groups come last in any case"},
    {"match", FIELD_STRING,
     .help = "only children with this text in their name or value, groups searched too; capitals count as small"},
};
static OBJECT(variables_arguments_pytui, "pytui.VariablesArguments", variables_arguments_pytui_fields);

static const struct field_schema variables_arguments_fields[] = {
    {"variablesReference", FIELD_INT, REQUIRED, .help = "of a scope or variable"},
    {"filter", FIELD_STRING, .help = "indexed or named"},
    {"start", FIELD_INT, .help = "index of the first, from 0"},
    {"count", FIELD_INT, .help = "how many; 0 or absent: 100; never more than 1,000"},
    {"format", FIELD_OBJECT, .object = &value_format, .help = "how values look"},
    {"pytui", FIELD_OBJECT, .object = &variables_arguments_pytui, .help = "extensions"},
};
OBJECT(schema_variables_arguments, "VariablesArguments", variables_arguments_fields);
static const struct field_schema variables_pytui_fields[] = {
    {"more", FIELD_BOOL, .help = "whether there are further ones"},
    {"limited", FIELD_BOOL, .help = "too many: more than 200,000 match, the first are given; or they are not sorted"},
    {"looked", FIELD_INT, .help = "of searched or sorted ones: so many were looked at yet, and no rows are given"},
    {"total", FIELD_INT, .help = "of searched or sorted children: how many there are, so far"},
};
static OBJECT(variables_pytui, "pytui.Variables", variables_pytui_fields);
static const struct field_schema variables_result_fields[] = {
    {"variables", FIELD_ARRAY, REQUIRED, .item = FIELD_OBJECT, .object = &schema_variable, .help = "the children"},
    {"pytui", FIELD_OBJECT, .object = &variables_pytui, .help = "extensions"},
};
OBJECT(schema_variables_result, "VariablesResponse", variables_result_fields);

static const struct field_schema find_variable_fields[] = {
    {"variablesReference", FIELD_INT, REQUIRED, .help = "of a scope or variable"},
    {"text", FIELD_STRING, REQUIRED, .help = "what name, value or type shall hold"},
    {"caseSensitive", FIELD_BOOL, .help = "false when absent: capitals of ASCII count as small letters"},
    {"start", FIELD_INT, .help = "index of the first child that is looked at"},
    {"end", FIELD_INT, .help = "index of the first one that is not; 0 or absent: all are"},
    {"last", FIELD_BOOL, .help = "true: the last one that holds the text is wanted"},
    {"pytui", FIELD_OBJECT, .object = &variables_arguments_pytui, .help = "order and filter that indexes count in"},
};
OBJECT(schema_find_variable, "pytui.FindVariableArguments", find_variable_fields);
static const struct field_schema find_variable_result_fields[] = {
    {"index", FIELD_INT, .help = "of the child; absent: none of those that were looked at"},
    {"next", FIELD_INT, REQUIRED, .help = "index of the first child that was not looked at"},
    {"more", FIELD_BOOL, REQUIRED, .help = "whether there may be one: go on there"},
};
OBJECT(schema_find_variable_result, "pytui.FindVariableResponse", find_variable_result_fields);

static const struct field_schema time_limit_fields[] = {
    {"timeLimit", FIELD_INT, .help = "milliseconds after which its code is interrupted; 0: never"},
};
static OBJECT(time_limit, "pytui.TimeLimit", time_limit_fields);

static const struct field_schema set_variable_fields[] = {
    {"variablesReference", FIELD_INT, REQUIRED, .help = "the scope or container"},
    {"name", FIELD_STRING, REQUIRED, .help = "the child's name as `variables` gave it"},
    {"value", FIELD_STRING, REQUIRED, .help = "Python expression, evaluated in the frame"},
    {"format", FIELD_OBJECT, .object = &value_format, .help = "how the value looks"},
    {"pytui", FIELD_OBJECT, .object = &time_limit, .help = "extensions"},
};
OBJECT(schema_set_variable, "SetVariableArguments", set_variable_fields);
static const struct field_schema set_variable_result_fields[] = {
    {"value", FIELD_STRING, REQUIRED, .help = "rendered anew"},
    {"type", FIELD_STRING, .help = "type's name"},
    {"variablesReference", FIELD_INT, .help = "above 0: it has children"},
    {"namedVariables", FIELD_INT, .help = "how many named children"},
    {"indexedVariables", FIELD_INT, .help = "how many indexed children"},
};
OBJECT(schema_set_variable_result, "SetVariableResponse", set_variable_result_fields);

static const struct field_schema set_expression_fields[] = {
    {"expression", FIELD_STRING, REQUIRED, .help = "what can stand left of =: a name, attribute, item, …"},
    {"value", FIELD_STRING, REQUIRED, .help = "Python expression, evaluated in the frame"},
    {"frameId", FIELD_INT, .help = "the frame; absent: the top one of the stopped thread"},
    {"format", FIELD_OBJECT, .object = &value_format, .help = "how the value looks"},
    {"pytui", FIELD_OBJECT, .object = &time_limit, .help = "extensions"},
};
OBJECT(schema_set_expression, "SetExpressionArguments", set_expression_fields);

static const struct field_schema display_fields[] = {
    {"variablesReference", FIELD_INT, REQUIRED, .help = "the scope or container"},
    {"name", FIELD_STRING, REQUIRED, .help = "the child's name as `variables` gave it"},
    {"display", FIELD_STRING, REQUIRED,
     .help = "default, type, id; repr, str, custom (its presenter): these run the program's code"},
    {"format", FIELD_OBJECT, .object = &value_format, .help = "how the value looks"},
    {"pytui", FIELD_OBJECT, .object = &time_limit, .help = "extensions; the limit is 5,000 unless given"},
};
OBJECT(schema_display, "pytui.DisplayArguments", display_fields);

static const struct field_schema function_arguments_fields[] = {
    {"frameId", FIELD_INT, .help = "the frame; absent: the top one of the stopped thread"},
};
OBJECT(schema_function_arguments, "pytui.FunctionArguments", function_arguments_fields);
static const struct field_schema function_result_fields[] = {
    {"function", FIELD_BOOL, REQUIRED, .help = "false: the code of a module or a class"},
    {"line", FIELD_INT, REQUIRED, .help = "where it begins, with its decorators"},
    {"endLine", FIELD_INT, REQUIRED, .help = "the last line that has code"},
    {"arguments", FIELD_ARRAY, REQUIRED, .item = FIELD_OBJECT, .object = &schema_variable,
     .help = "its arguments, with their values now"},
};
OBJECT(schema_function_result, "pytui.FunctionResponse", function_result_fields);
static const struct field_schema watch_expression_fields[] = {
    {"id", FIELD_INT, REQUIRED, .help = "the client's own, for the answers"},
    {"expression", FIELD_STRING, REQUIRED, .help = "Python expression"},
    {"function", FIELD_STRING, .help = "a StackFrame's name: only for frames of that function"},
    {"path", FIELD_STRING, .help = "only for frames of that file"},
};
static OBJECT(watch_expression, "pytui.WatchExpression", watch_expression_fields);

static const struct field_schema set_watches_fields[] = {
    {"watches", FIELD_ARRAY, REQUIRED, .item = FIELD_OBJECT, .object = &watch_expression,
     .help = "all of them; replaces what was set"},
    {"timeLimit", FIELD_INT, .help = "milliseconds that each may take at a stop; default 200"},
};
OBJECT(schema_set_watches, "pytui.SetWatchesArguments", set_watches_fields);

static const struct field_schema watches_arguments_fields[] = {
    {"frameId", FIELD_INT, REQUIRED, .help = "in which frame; 0: on top"},
    {"ids", FIELD_ARRAY, .item = FIELD_INT, .help = "these alone, even if they were slow; absent: all for that frame"},
    {"timeLimit", FIELD_INT, .help = "milliseconds for each; default: that of pytui/setWatches"},
};
OBJECT(schema_watches_arguments, "pytui.WatchesArguments", watches_arguments_fields);

static const struct field_schema evaluate_fields[] = {
    {"expression", FIELD_STRING, REQUIRED, .help = "expression or statements; output is captured and sent as `output`"},
    {"frameId", FIELD_INT, .help = "the frame; absent: the top one of the stopped thread"},
    {"context", FIELD_STRING,
     .help = "repl (also statements), watch, hover, variables (short), clipboard (the whole text, up to 8 MiB)"},
    {"format", FIELD_OBJECT, .object = &value_format, .help = "how the value looks"},
    {"pytui", FIELD_OBJECT, .object = &time_limit,
     .help = "extensions; the limit is 5,000 for watch, hover and variables unless given"},
};
OBJECT(schema_evaluate, "EvaluateArguments", evaluate_fields);
static const struct field_schema evaluate_pytui_fields[] = {
    {"statement", FIELD_BOOL, .help = "it was a statement: there is no result"},
    {"exception", FIELD_STRING, .help = "it raised: the last line of the traceback; result holds it all"},
};
static OBJECT(evaluate_pytui, "pytui.Evaluate", evaluate_pytui_fields);
static const struct field_schema evaluate_result_fields[] = {
    {"result", FIELD_STRING, REQUIRED,
     .help = "repr of the result, bounded; empty for None in repl and for statements"},
    {"type", FIELD_STRING, .help = "type's name"},
    {"variablesReference", FIELD_INT, REQUIRED, .help = "above 0: it has children"},
    {"namedVariables", FIELD_INT, .help = "how many named children"},
    {"indexedVariables", FIELD_INT, .help = "how many indexed children"},
    {"pytui", FIELD_OBJECT, .object = &evaluate_pytui, .help = "extensions"},
};
OBJECT(schema_evaluate_result, "EvaluateResponse", evaluate_result_fields);

static const struct field_schema shell_fields[] = {
    {"frameId", FIELD_INT, .help = "the frame; absent: the top one of the stopped thread"},
    {"kind", FIELD_STRING,
     .help = "plain, ipython, ptpython, bpython, or auto: the first that is installed, plain being the last"},
};
OBJECT(schema_shell, "pytui.ShellArguments", shell_fields);
static const struct field_schema shell_result_fields[] = {
    {"kind", FIELD_STRING, REQUIRED, .help = "which one it was"},
};
OBJECT(schema_shell_result, "pytui.ShellResponse", shell_result_fields);

static const struct field_schema completions_fields[] = {
    {"text", FIELD_STRING, REQUIRED, .help = "what stands on the line"},
    {"column", FIELD_INT, REQUIRED, .help = "the cursor's UTF-16 column, from 1"},
    {"frameId", FIELD_INT, .help = "names are looked up there"},
};
OBJECT(schema_completions, "CompletionsArguments", completions_fields);
static const struct field_schema completion_item_fields[] = {
    {"label", FIELD_STRING, REQUIRED, .help = "the whole word"},
    {"text", FIELD_STRING, .help = "what to insert, if not the label"},
    {"start", FIELD_INT, .help = "UTF-16 offset from 0 of the text that it replaces"},
    {"length", FIELD_INT, .help = "how many UTF-16 units it replaces"},
    {"type", FIELD_STRING, .help = "variable, function, class, module, keyword, …"},
};
static OBJECT(completion_item, "CompletionItem", completion_item_fields);
static const struct field_schema completions_result_fields[] = {
    {"targets", FIELD_ARRAY, REQUIRED, .item = FIELD_OBJECT, .object = &completion_item, .help = "sorted, at most 200"},
};
OBJECT(schema_completions_result, "CompletionsResponse", completions_result_fields);

static const struct field_schema exception_info_result_fields[] = {
    {"exceptionId", FIELD_STRING, REQUIRED, .help = "type's full name"},
    {"description", FIELD_STRING, .help = "str() of it, bounded"},
    {"breakMode", FIELD_STRING, REQUIRED, .help = "always, userUnhandled or unhandled"},
    {"details", FIELD_OBJECT, .object = &schema_exception_details, .help = "with the chain"},
};
OBJECT(schema_exception_info_result, "ExceptionInfoResponse", exception_info_result_fields);

static const struct field_schema source_arguments_fields[] = {
    {"source", FIELD_OBJECT, .object = &schema_source, .help = "by path or sourceReference"},
    {"sourceReference", FIELD_INT, REQUIRED, .help = "for clients of older DAP; 0 when source has it"},
};
OBJECT(schema_source_arguments, "SourceArguments", source_arguments_fields);
static const struct field_schema source_result_fields[] = {
    {"content", FIELD_STRING, REQUIRED, .help = "the text"},
    {"mimeType", FIELD_STRING, .help = "text/x-python"},
};
OBJECT(schema_source_result, "SourceResponse", source_result_fields);

static const struct field_schema disconnect_fields[] = {
    {"restart", FIELD_BOOL, .help = "for the log"},
    {"terminateDebuggee", FIELD_BOOL, .help = "end the program; default false: it goes on without a debugger"},
};
OBJECT(schema_disconnect, "DisconnectArguments", disconnect_fields);

static const struct field_schema cancel_fields[] = {
    {"requestId", FIELD_INT, .help = "seq of the evaluate (or other request) to interrupt"},
};
OBJECT(schema_cancel, "CancelArguments", cancel_fields);

static const struct field_schema stats_fields[] = {
    {"callbacks", FIELD_INT, REQUIRED, .help = "calls of ours by the interpreter: lines, entries, returns, raises"},
    {"lineCallbacks", FIELD_INT, REQUIRED, .help = "of these, for lines and jumps"},
    {"startCallbacks", FIELD_INT, REQUIRED, .help = "of these, for code entered"},
    {"stops", FIELD_INT, REQUIRED, .help = "how often the program stopped"},
    {"conditions", FIELD_INT, REQUIRED, .help = "breakpoint conditions evaluated"},
    {"restartEvents", FIELD_INT, REQUIRED, .help = "calls of restart_events"},
    {"armedCode", FIELD_INT, REQUIRED, .help = "code objects with events of ours"},
    {"userCode", FIELD_INT, REQUIRED,
     .help = "times that code of the program was run for a client (repr, evaluate, …)"},
    {"unhandled", FIELD_INT, REQUIRED,
     .help = "exceptions that nobody handled though the program went on, reported or not"},
    {"messagesIn", FIELD_INT, REQUIRED, .help = "since the channel opened"},
    {"messagesOut", FIELD_INT, REQUIRED, .help = "since the channel opened"},
    {"bytesIn", FIELD_INT, REQUIRED, .help = "since the channel opened"},
    {"bytesOut", FIELD_INT, REQUIRED, .help = "since the channel opened"},
};
OBJECT(schema_stats, "pytui.Stats", stats_fields);

static const struct field_schema description_fields[] = {
    {"name", FIELD_STRING, REQUIRED, .help = "of the script or module, or as the program calls itself"},
    {"pid", FIELD_INT, REQUIRED, .help = "the process"},
    {"state", FIELD_STRING, REQUIRED, .help = "running, stopped, or waiting for a client"},
    {"attached", FIELD_BOOL, REQUIRED, .help = "whether a client is attached: another one is refused"},
    {"watchers", FIELD_INT, .help = "how many clients only watch"},
    {"commandLine", FIELD_ARRAY, REQUIRED, .item = FIELD_STRING, .help = "the interpreter's, at most 64 words"},
    {"directory", FIELD_STRING, REQUIRED, .help = "where it began to listen"},
    {"executable", FIELD_STRING, REQUIRED, .help = "the interpreter"},
    {"pythonVersion", FIELD_STRING, REQUIRED, .help = "such as 3.13.1"},
    {"began", FIELD_INT, REQUIRED, .help = "when it began to listen, in seconds since 1970"},
    {"address", FIELD_STRING, .help = "where it listens, as `pytui attach` takes it"},
    {"rank", FIELD_INT, .help = "of a distributed job, by RANK and its like"},
    {"localRank", FIELD_INT, .help = "the same on its machine"},
    {"job", FIELD_STRING, .help = "of the scheduler"},
    {"protocolVersion", FIELD_INT, REQUIRED, .help = "the backend's"},
    {"backendVersion", FIELD_STRING, REQUIRED, .help = "pytui's version that the backend belongs to"},
};
OBJECT(schema_description, "pytui.Description", description_fields);
