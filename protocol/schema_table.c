/* The table of all messages. Data only: schema.c walks it. Order within an object is the order in
 * PROTOCOL.md and, for fields with a label, in dialogs. */
#include "schema.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define OBJECT(symbol, title, fields_)                                                                                 \
    const struct object_schema symbol = {.name = (title), .fields = (fields_), .count = COUNT(fields_)}
#define REQUIRED .required = true

/* Types */

static const struct field_schema error_fields[] = {
    {"id", FIELD_INT, REQUIRED, .help = "always 1: there is one kind of error"},
    {"format", FIELD_STRING, REQUIRED, .help = "what went wrong and what to do about it"},
    {"showUser", FIELD_BOOL, .help = "whether a person should see it"},
};
static OBJECT(error_object, "Message", error_fields);

static const struct field_schema error_body_fields[] = {
    {"error", FIELD_OBJECT, .object = &error_object, .help = "of a response with success false"},
};
const OBJECT(schema_error_body, "ErrorResponse", error_body_fields);

static const struct field_schema source_pytui_fields[] = {
    {"rawPath", FIELD_BYTES, .help = "the path's bytes when they are not UTF-8"},
};
static OBJECT(source_pytui, "pytui.Source", source_pytui_fields);

static const struct field_schema source_fields[] = {
    {"name", FIELD_STRING, .help = "short name for people"},
    {"path", FIELD_STRING, .help = "absolute path, or what the code object says (<string>)"},
    {"sourceReference", FIELD_INT, .help = "above 0: fetch the text with `source`; there is no file"},
    {"presentationHint", FIELD_STRING, .help = "normal, emphasize or deemphasize (library code)"},
    {"origin", FIELD_STRING, .help = "library, generated or internal; absent for user code"},
    {"pytui", FIELD_OBJECT, .object = &source_pytui, .help = "extensions"},
};
static OBJECT(source, "Source", source_fields);

/* Of line and function breakpoints alike. */
#define BREAKPOINT_EXTENSIONS                                                                                          \
    {"enabled", FIELD_BOOL, .label = "Enabled", .help = "off: kept and shown but never hit; default true"},            \
        {"temporary", FIELD_BOOL, .label = "Temporary", .help = "removed after its first stop"},                       \
        {"logLimit", FIELD_INT, .label = "Log limit", .help = "log messages a second; default 50; 0: any number"},     \
        {"thread", FIELD_ANY, .label = "Thread", .help = "id or name of the only thread that it is for"},              \
        {"after", FIELD_INT, .label = "After",                                                                         \
         .help = "number of a breakpoint that must have stopped or logged before"},                                    \
    {                                                                                                                  \
        "number", FIELD_INT, .help = "the client's own number for it, which `after` means; default: its id"            \
    }

static const struct field_schema source_breakpoint_pytui_fields[] = {BREAKPOINT_EXTENSIONS};
static OBJECT(source_breakpoint_pytui, "pytui.SourceBreakpoint", source_breakpoint_pytui_fields);

static const struct field_schema source_breakpoint_fields[] = {
    {"line", FIELD_INT, REQUIRED, .label = "Line", .help = "line, from 1"},
    {"condition", FIELD_STRING, .label = "Condition", .help = "Python expression; stops only when it is true"},
    {"hitCondition", FIELD_STRING, .label = "Hit condition",
     .help = "5 or ==5, >=5, >5, <5, <=5, %3: on which hits it stops"},
    {"logMessage", FIELD_STRING, .label = "Log message",
     .help = "text with {expressions}: logs it instead of stopping"},
    {"column", FIELD_INT, .label = "Column", .help = "UTF-16 column, from 1: which of several statements in the line"},
    {"pytui", FIELD_OBJECT, .object = &source_breakpoint_pytui, .help = "extensions"},
};
OBJECT(schema_source_breakpoint, "SourceBreakpoint", source_breakpoint_fields);

static const struct field_schema function_breakpoint_pytui_fields[] = {
    {"logMessage", FIELD_STRING, .label = "Log message",
     .help = "text with {expressions}: logs it instead of stopping"},
    BREAKPOINT_EXTENSIONS,
};
static OBJECT(function_breakpoint_pytui, "pytui.FunctionBreakpoint", function_breakpoint_pytui_fields);

static const struct field_schema function_breakpoint_fields[] = {
    {"name", FIELD_STRING, REQUIRED, .label = "Function",
     .help = "name or qualified name, optionally after module and colon"},
    {"condition", FIELD_STRING, .label = "Condition", .help = "Python expression; stops only when it is true"},
    {"hitCondition", FIELD_STRING, .label = "Hit condition", .help = "on which hits it stops"},
    {"pytui", FIELD_OBJECT, .object = &function_breakpoint_pytui, .help = "extensions"},
};
OBJECT(schema_function_breakpoint, "FunctionBreakpoint", function_breakpoint_fields);

static const struct field_schema breakpoint_pytui_fields[] = {
    {"hits", FIELD_INT, .help = "how often it was reached with its condition true"},
    {"dropped", FIELD_INT, .help = "log messages over the limit, which were not written"},
    {"waits", FIELD_BOOL, .help = "true: for the breakpoint that `after` names"},
    {"state", FIELD_STRING, .help = "verified, pending (no such module yet), moved (line without code) or error"},
    {"requestedLine", FIELD_INT, .help = "the line that was asked for, when state is moved"},
};
static OBJECT(breakpoint_pytui, "pytui.Breakpoint", breakpoint_pytui_fields);

static const struct field_schema breakpoint_fields[] = {
    {"id", FIELD_INT, .help = "our counter; stable while the breakpoint stays in the list"},
    {"verified", FIELD_BOOL, REQUIRED, .help = "whether it is bound to code"},
    {"message", FIELD_STRING, .help = "why not verified, or that it moved"},
    {"source", FIELD_OBJECT, .object = &source, .help = "where"},
    {"line", FIELD_INT, .help = "the line that it is bound to"},
    {"column", FIELD_INT, .help = "where its statement begins, when a column was asked for"},
    {"endLine", FIELD_INT, .help = "where that ends"},
    {"endColumn", FIELD_INT, .help = "and behind which column"},
    {"pytui", FIELD_OBJECT, .object = &breakpoint_pytui, .help = "extensions"},
};
static OBJECT(breakpoint, "Breakpoint", breakpoint_fields);

static const struct field_schema thread_pytui_fields[] = {
    {"nativeId", FIELD_INT, .help = "the kernel's thread id"},
    {"state", FIELD_STRING,
     .help = "running, stopped, parked (its hit is queued), held (another runs alone), frozen, freezing (when it comes "
             "back from C)"},
    {"daemon", FIELD_BOOL, .help = "whether the program ends without waiting for it"},
    {"waits", FIELD_STRING, .help = "the standard library's function in which it waits, such as Queue.get"},
    {"waitsFor", FIELD_INT, .help = "the thread that it waits for, where that is known"},
};
static OBJECT(thread_pytui, "pytui.Thread", thread_pytui_fields);

static const struct field_schema thread_fields[] = {
    {"id", FIELD_INT, REQUIRED, .help = "our counter, never reused"},
    {"name", FIELD_STRING, REQUIRED, .help = "threading's name for it; of others the kernel's, and native TID"},
    {"pytui", FIELD_OBJECT, .object = &thread_pytui, .help = "extensions"},
};
static OBJECT(thread, "Thread", thread_fields);

static const struct field_schema stack_frame_pytui_fields[] = {
    {"className", FIELD_STRING, .help = "type of self or cls, where the function has one"},
    {"exception", FIELD_STRING, .help = "in post-mortem: the exception passing through, on its first frame"},
};
static OBJECT(stack_frame_pytui, "pytui.StackFrame", stack_frame_pytui_fields);

static const struct field_schema stack_frame_fields[] = {
    {"id", FIELD_INT, REQUIRED, .help = "valid until the thread goes on"},
    {"name", FIELD_STRING, REQUIRED, .help = "the code's qualified name"},
    {"source", FIELD_OBJECT, .object = &source, .help = "where its code is"},
    {"line", FIELD_INT, REQUIRED, .help = "current line, from 1; 0 when it has none"},
    {"column", FIELD_INT, REQUIRED, .help = "UTF-16 column, from 1; 0 when it is not known"},
    {"endLine", FIELD_INT, .help = "end of the current instruction's source range"},
    {"endColumn", FIELD_INT, .help = "exclusive"},
    {"presentationHint", FIELD_STRING, .help = "normal, label or subtle (library code)"},
    {"pytui", FIELD_OBJECT, .object = &stack_frame_pytui, .help = "extensions"},
};
static OBJECT(stack_frame, "StackFrame", stack_frame_fields);

static const struct field_schema scope_fields[] = {
    {"name", FIELD_STRING, REQUIRED, .help = "Locals, Closure, Globals, Return or Exception"},
    {"presentationHint", FIELD_STRING, .help = "locals, globals, returnValue or another word"},
    {"variablesReference", FIELD_INT, REQUIRED, .help = "for `variables`"},
    {"namedVariables", FIELD_INT, .help = "how many it holds"},
    {"expensive", FIELD_BOOL, REQUIRED, .help = "true for Globals: fetch it only when asked"},
};
static OBJECT(scope, "Scope", scope_fields);

static const struct field_schema variable_hint_fields[] = {
    {"kind", FIELD_STRING, .help = "data, property, method, class, or virtual (rows of ours: groups)"},
    {"attributes", FIELD_ARRAY, .item = FIELD_STRING, .help = "rawString, readOnly, hasSideEffects, …"},
    {"visibility", FIELD_STRING, .help = "public, protected (_x), private (__x) or internal (__x__)"},
    {"lazy", FIELD_BOOL, .help = "its value runs the program's code and is fetched only when asked"},
};
static OBJECT(variable_hint, "VariablePresentationHint", variable_hint_fields);

static const struct field_schema variable_fields[] = {
    {"name", FIELD_STRING, REQUIRED, .help = "name, [index], ['key'] or attribute"},
    {"value", FIELD_STRING, REQUIRED, .help = "bounded rendering of the value"},
    {"type", FIELD_STRING, .help = "type's name, with its length where it has one: list[20]"},
    {"evaluateName", FIELD_STRING, .help = "expression that gives the value in its frame"},
    {"variablesReference", FIELD_INT, REQUIRED, .help = "above 0: it has children"},
    {"namedVariables", FIELD_INT, .help = "how many named children"},
    {"indexedVariables", FIELD_INT, .help = "how many indexed children"},
    {"presentationHint", FIELD_OBJECT, .object = &variable_hint, .help = "how to show it"},
};
static OBJECT(variable, "Variable", variable_fields);

static const struct field_schema page_fields[] = {
    {"variablesReference", FIELD_INT, REQUIRED, .help = "whose children these are"},
    {"start", FIELD_INT, REQUIRED, .help = "index of the first, from 0"},
    {"variables", FIELD_ARRAY, REQUIRED, .item = FIELD_OBJECT, .object = &variable, .help = "the children"},
    {"more", FIELD_BOOL, REQUIRED, .help = "whether there are further ones"},
};
static OBJECT(page, "pytui.VariablesPage", page_fields);

static const struct field_schema exception_pytui_fields[] = {
    {"number", FIELD_INT, REQUIRED, .help = "its place in the chain, 0 for the outermost: for pytui/exceptionFrames"},
    {"relation", FIELD_STRING, .help = "what it is to the one that holds it: cause, context or member (of a group)"},
    {"traceback", FIELD_BOOL, REQUIRED, .help = "whether it has one: there are frames"},
    {"notes", FIELD_ARRAY, .item = FIELD_STRING, .help = "its notes"},
};
static OBJECT(exception_pytui, "pytui.ExceptionDetails", exception_pytui_fields);

static const struct field_schema exception_details_fields[] = {
    {"message", FIELD_STRING, .help = "str() of the exception, bounded"},
    {"typeName", FIELD_STRING, .help = "type's name"},
    {"fullTypeName", FIELD_STRING, .help = "with its module"},
    {"stackTrace", FIELD_STRING, .help = "formatted like the interpreter does"},
    {"innerException", FIELD_ARRAY, .item = FIELD_OBJECT,
     .help = "its cause or context, then a group's members; same shape, without stackTrace"},
    {"pytui", FIELD_OBJECT, .object = &exception_pytui, .help = "extensions"},
};
static OBJECT(exception_details, "ExceptionDetails", exception_details_fields);

static const struct field_schema snapshot_fields[] = {
    {"stackFrames", FIELD_ARRAY, REQUIRED, .item = FIELD_OBJECT, .object = &stack_frame,
     .help = "the first frames, innermost first"},
    {"moreFrames", FIELD_BOOL, REQUIRED, .help = "whether the stack goes on"},
    {"scopes", FIELD_ARRAY, REQUIRED, .item = FIELD_OBJECT, .object = &scope, .help = "of the top frame"},
    {"pages", FIELD_ARRAY, REQUIRED, .item = FIELD_OBJECT, .object = &page,
     .help = "first page of each scope that is not expensive"},
    {"threadName", FIELD_STRING, REQUIRED, .help = "of the thread that stopped"},
    {"exception", FIELD_OBJECT, .object = &exception_details, .help = "when reason is exception"},
    {"postMortem", FIELD_BOOL, .help = "what ran ended by this exception: nothing of it can be stepped any more"},
    {"goesOn", FIELD_BOOL, .help = "with postMortem: a thread or a callback ended, and the program goes on"},
    {"returnValue", FIELD_OBJECT, .object = &variable,
     .help = "what the function just left returned, after a step over or out"},
    {"hits", FIELD_ARRAY, .item = FIELD_OBJECT, .object = &breakpoint,
     .help = "the breakpoints hit, with their new counts; behind them others whose count grew since it was told"},
};
static OBJECT(snapshot, "pytui.Snapshot", snapshot_fields);

/* Bodies */

static const struct field_schema initialize_pytui_fields[] = {
    {"protocolVersion", FIELD_INT, REQUIRED, .help = "must be equal on both sides"},
    {"clientVersion", FIELD_STRING, .help = "for the log"},
    {"snapshotFrames", FIELD_INT, .help = "how many frames `stopped` carries; default 20"},
    {"snapshotVariables", FIELD_INT, .help = "how many variables a page of the snapshot holds; default 60"},
};
static OBJECT(initialize_pytui, "pytui.Initialize", initialize_pytui_fields);

static const struct field_schema initialize_fields[] = {
    {"adapterID", FIELD_STRING, REQUIRED, .help = "\"pytui\""},
    {"clientID", FIELD_STRING, .help = "the client's name"},
    {"linesStartAt1", FIELD_BOOL, .help = "must be true or absent"},
    {"columnsStartAt1", FIELD_BOOL, .help = "must be true or absent"},
    {"pathFormat", FIELD_STRING, .help = "must be \"path\" or absent"},
    {"pytui", FIELD_OBJECT, REQUIRED, .object = &initialize_pytui, .help = "versions and sizes"},
};
static OBJECT(initialize, "InitializeRequestArguments", initialize_fields);

static const struct field_schema capabilities_pytui_fields[] = {
    {"protocolVersion", FIELD_INT, REQUIRED, .help = "the backend's"},
    {"backendVersion", FIELD_STRING, REQUIRED, .help = "pytui's version that the backend belongs to"},
    {"pythonVersion", FIELD_STRING, REQUIRED, .help = "such as 3.13.1"},
    {"implementation", FIELD_STRING, REQUIRED, .help = "cpython"},
    {"executable", FIELD_STRING, .help = "sys.executable"},
    {"engine", FIELD_STRING, REQUIRED, .help = "monitoring or settrace"},
    {"pid", FIELD_INT, REQUIRED, .help = "the program's process id"},
    {"supportsJustMyCode", FIELD_BOOL,
     .help = "true: steps leave out libraries, until pytui/setJustMyCode says otherwise"},
};
static OBJECT(capabilities_pytui, "pytui.Capabilities", capabilities_pytui_fields);

static const struct field_schema exception_filter_fields[] = {
    {"filter", FIELD_STRING, REQUIRED, .help = "its id"},
    {"label", FIELD_STRING, REQUIRED, .help = "for people"},
    {"description", FIELD_STRING, .help = "the same at length"},
    {"default", FIELD_BOOL, .help = "on unless set otherwise"},
    {"supportsCondition", FIELD_BOOL, .help = "true"},
    {"conditionDescription", FIELD_STRING, .help = "what a condition is, for people"},
};
static OBJECT(exception_filter, "ExceptionBreakpointsFilter", exception_filter_fields);

static const struct field_schema capabilities_fields[] = {
    {"supportsConfigurationDoneRequest", FIELD_BOOL, .help = "true"},
    {"supportsFunctionBreakpoints", FIELD_BOOL, .help = "true"},
    {"supportsConditionalBreakpoints", FIELD_BOOL, .help = "true"},
    {"supportsHitConditionalBreakpoints", FIELD_BOOL, .help = "true"},
    {"supportsBreakpointLocationsRequest", FIELD_BOOL, .help = "true"},
    {"supportsLogPoints", FIELD_BOOL, .help = "true"},
    {"supportsSetVariable", FIELD_BOOL, .help = "true"},
    {"supportsSetExpression", FIELD_BOOL, .help = "true"},
    {"supportsValueFormattingOptions", FIELD_BOOL, .help = "true: format.hex"},
    {"supportsStepInTargetsRequest", FIELD_BOOL, .help = "true: stepIn takes the call to step into"},
    {"supportsGotoTargetsRequest", FIELD_BOOL, .help = "true: the frame on top can be moved to another line"},
    {"supportsClipboardContext", FIELD_BOOL, .help = "true"},
    {"supportsEvaluateForHovers", FIELD_BOOL, .help = "true"},
    {"supportsExceptionInfoRequest", FIELD_BOOL, .help = "true"},
    {"supportsExceptionFilterOptions", FIELD_BOOL, .help = "true: filters take a condition, which names types"},
    {"supportsTerminateRequest", FIELD_BOOL, .help = "true"},
    {"supportTerminateDebuggee", FIELD_BOOL, .help = "true: disconnect may end the program"},
    {"supportsCompletionsRequest", FIELD_BOOL, .help = "true"},
    {"supportsCancelRequest", FIELD_BOOL, .help = "true: an evaluate can be interrupted"},
    {"supportsDelayedStackTraceLoading", FIELD_BOOL, .help = "true"},
    {"supportsSingleThreadExecutionRequests", FIELD_BOOL, .help = "true"},
    {"supportsModulesRequest", FIELD_BOOL, .help = "true"},
    {"supportsLoadedSourcesRequest", FIELD_BOOL, .help = "true"},
    {"exceptionBreakpointFilters", FIELD_ARRAY, .item = FIELD_OBJECT, .object = &exception_filter,
     .help = "what can be asked for"},
    {"pytui", FIELD_OBJECT, REQUIRED, .object = &capabilities_pytui, .help = "who answers"},
};
static OBJECT(capabilities, "Capabilities", capabilities_fields);

static const struct field_schema set_breakpoints_fields[] = {
    {"source", FIELD_OBJECT, REQUIRED, .object = &source, .help = "the file, by path"},
    {"breakpoints", FIELD_ARRAY, .item = FIELD_OBJECT, .object = &schema_source_breakpoint,
     .help = "all of that file; replaces what was set"},
};
static OBJECT(set_breakpoints, "SetBreakpointsArguments", set_breakpoints_fields);

static const struct field_schema breakpoint_locations_fields[] = {
    {"source", FIELD_OBJECT, REQUIRED, .object = &source, .help = "the file, by path"},
    {"line", FIELD_INT, REQUIRED, .help = "the line, or the first of them"},
    {"column", FIELD_INT, .help = "none before this one"},
    {"endLine", FIELD_INT, .help = "the last line; a thousand lines at most are looked at"},
    {"endColumn", FIELD_INT, .help = "none that begins behind this one in the last line"},
};
static OBJECT(breakpoint_locations, "BreakpointLocationsArguments", breakpoint_locations_fields);

static const struct field_schema breakpoint_location_fields[] = {
    {"line", FIELD_INT, REQUIRED, .help = "where the statement begins"},
    {"column", FIELD_INT, .help = "UTF-16 column, from 1"},
    {"endLine", FIELD_INT, .help = "where it ends"},
    {"endColumn", FIELD_INT, .help = "and behind which column"},
};
static OBJECT(breakpoint_location, "BreakpointLocation", breakpoint_location_fields);

static const struct field_schema breakpoint_locations_result_fields[] = {
    {"breakpoints", FIELD_ARRAY, REQUIRED, .item = FIELD_OBJECT, .object = &breakpoint_location,
     .help = "by line and column"},
};
static OBJECT(breakpoint_locations_result, "BreakpointLocationsResponse", breakpoint_locations_result_fields);

static const struct field_schema set_function_breakpoints_fields[] = {
    {"breakpoints", FIELD_ARRAY, REQUIRED, .item = FIELD_OBJECT, .object = &schema_function_breakpoint,
     .help = "all of them; replaces what was set"},
};
static OBJECT(set_function_breakpoints, "SetFunctionBreakpointsArguments", set_function_breakpoints_fields);

static const struct field_schema breakpoints_result_fields[] = {
    {"breakpoints", FIELD_ARRAY, REQUIRED, .item = FIELD_OBJECT, .object = &breakpoint,
     .help = "one each, in the order asked"},
};
static OBJECT(breakpoints_result, "SetBreakpointsResponse", breakpoints_result_fields);

static const struct field_schema exception_filter_options_pytui_fields[] = {
    {"condition", FIELD_STRING, .help = "Python expression, true for the exceptions that stop; it is `__exception__`"},
};
static OBJECT(exception_filter_options_pytui, "pytui.ExceptionFilterOptions", exception_filter_options_pytui_fields);

static const struct field_schema exception_filter_options_fields[] = {
    {"filterId", FIELD_STRING, REQUIRED, .help = "raised, userUnhandled, uncaught, unraisable, taskException"},
    {"condition", FIELD_STRING,
     .help = "names of types with commas between them, each with its module or without; their subclasses match too"},
    {"pytui", FIELD_OBJECT, .object = &exception_filter_options_pytui, .help = "extensions"},
};
static OBJECT(exception_filter_options, "ExceptionFilterOptions", exception_filter_options_fields);

static const struct field_schema set_exception_breakpoints_fields[] = {
    {"filters", FIELD_ARRAY, REQUIRED, .item = FIELD_STRING, .help = "ids of the filters that are on for any type"},
    {"filterOptions", FIELD_ARRAY, .item = FIELD_OBJECT, .object = &exception_filter_options,
     .help = "filters that are on, too, with their conditions"},
};
static OBJECT(set_exception_breakpoints, "SetExceptionBreakpointsArguments", set_exception_breakpoints_fields);

static const struct field_schema configuration_done_pytui_fields[] = {
    {"stopOnEntry", FIELD_BOOL, .help = "stop before the first line of __main__; default true"},
};
static OBJECT(configuration_done_pytui, "pytui.ConfigurationDone", configuration_done_pytui_fields);
static const struct field_schema configuration_done_fields[] = {
    {"pytui", FIELD_OBJECT, .object = &configuration_done_pytui, .help = "how to start"},
};
static OBJECT(configuration_done, "ConfigurationDoneArguments", configuration_done_fields);

static const struct field_schema threads_result_fields[] = {
    {"threads", FIELD_ARRAY, REQUIRED, .item = FIELD_OBJECT, .object = &thread, .help = "all that run Python"},
};
static OBJECT(threads_result, "ThreadsResponse", threads_result_fields);

static const struct field_schema thread_arguments_fields[] = {
    {"threadId", FIELD_INT, REQUIRED, .help = "which; 0 for the one that stopped last (pause: any)"},
};
static OBJECT(thread_arguments, "ThreadArguments", thread_arguments_fields);

static const struct field_schema resume_arguments_fields[] = {
    {"threadId", FIELD_INT, REQUIRED, .help = "which; 0 for the one that stopped last"},
    {"singleThread", FIELD_BOOL, .help = "only that thread runs, the others wait"},
};
static OBJECT(resume_arguments, "ResumeArguments", resume_arguments_fields);

static const struct field_schema freeze_fields[] = {
    {"threadId", FIELD_INT, REQUIRED, .help = "which; 0 for the one that stopped last"},
};
static OBJECT(freeze, "pytui.FreezeArguments", freeze_fields);

static const struct field_schema thaw_fields[] = {
    {"threadId", FIELD_INT, .help = "which; 0 or absent for the one that stopped last"},
    {"all", FIELD_BOOL, .help = "all that are frozen"},
};
static OBJECT(thaw, "pytui.ThawArguments", thaw_fields);

static const struct field_schema freeze_result_fields[] = {
    {"frozen", FIELD_ARRAY, REQUIRED, .item = FIELD_INT, .help = "all that are frozen now"},
    {"warning", FIELD_STRING, .help = "that nothing is left that runs"},
};
static OBJECT(freeze_result, "pytui.FreezeResponse", freeze_result_fields);

static const struct field_schema continue_result_fields[] = {
    {"allThreadsContinued", FIELD_BOOL, .help = "false when one runs alone, or some are frozen"},
};
static OBJECT(continue_result, "ContinueResponse", continue_result_fields);

static const struct field_schema run_to_fields[] = {
    {"threadId", FIELD_INT, REQUIRED, .help = "the stopped thread"},
    {"source", FIELD_OBJECT, REQUIRED, .object = &source, .help = "the file"},
    {"line", FIELD_INT, REQUIRED, .help = "where to stop, in any thread; moves to the next line with code"},
};
static OBJECT(run_to, "pytui.RunToArguments", run_to_fields);

static const struct field_schema code_rule_fields[] = {
    {"path", FIELD_STRING,
     .help = "glob for the file; * crosses directories; without / in front it begins in any directory"},
    {"module", FIELD_STRING, .help = "a module and all in it; path goes before"},
    {"include", FIELD_BOOL, .help = "true, also when absent: user code; false: a library"},
};
static OBJECT(code_rule, "pytui.CodeRule", code_rule_fields);

static const struct field_schema set_just_my_code_fields[] = {
    {"justMyCode", FIELD_BOOL, .help = "whether steps stop in user code only; absent: as it is"},
    {"rules", FIELD_ARRAY, .item = FIELD_OBJECT, .object = &code_rule,
     .help = "whose code is whose, the first match counts; replaces the former; absent: as they are"},
};
static OBJECT(set_just_my_code, "pytui.SetJustMyCodeArguments", set_just_my_code_fields);

static const struct field_schema just_my_code_result_fields[] = {
    {"justMyCode", FIELD_BOOL, REQUIRED, .help = "as it is now"},
};
static OBJECT(just_my_code_result, "pytui.SetJustMyCodeResponse", just_my_code_result_fields);
static const struct field_schema step_in_fields[] = {
    {"threadId", FIELD_INT, REQUIRED, .help = "which; 0 for the one that stopped last"},
    {"singleThread", FIELD_BOOL, .help = "only that thread runs, the others wait"},
    {"targetId", FIELD_INT, .help = "of stepInTargets at this stop: the call to step into, over all others"},
};
static OBJECT(step_in_arguments, "StepInArguments", step_in_fields);
static const struct field_schema step_in_targets_arguments_fields[] = {
    {"frameId", FIELD_INT, REQUIRED, .help = "the frame on top, or 0 for that"},
};
static OBJECT(step_in_targets_arguments, "StepInTargetsArguments", step_in_targets_arguments_fields);
static const struct field_schema step_in_target_fields[] = {
    {"id", FIELD_INT, REQUIRED, .help = "for `stepIn`, at this stop"},
    {"label", FIELD_STRING, REQUIRED, .help = "the call's text, on one line"},
    {"line", FIELD_INT, .help = "where it begins"},
    {"column", FIELD_INT, .help = "absent where the interpreter keeps no columns"},
    {"endLine", FIELD_INT, .help = "where it ends"},
    {"endColumn", FIELD_INT, .help = "exclusive"},
};
static OBJECT(step_in_target, "StepInTarget", step_in_target_fields);
static const struct field_schema step_in_targets_result_fields[] = {
    {"targets", FIELD_ARRAY, REQUIRED, .item = FIELD_OBJECT, .object = &step_in_target,
     .help = "in the order of the calls"},
};
static OBJECT(step_in_targets_result, "StepInTargetsResponse", step_in_targets_result_fields);

static const struct field_schema until_fields[] = {
    {"threadId", FIELD_INT, REQUIRED, .help = "the stopped thread"},
    {"line", FIELD_INT, .help = "stop at this line or a greater one; absent or 0: at one greater than the current"},
};
static OBJECT(until, "pytui.UntilArguments", until_fields);

static const struct field_schema goto_targets_arguments_fields[] = {
    {"source", FIELD_OBJECT, REQUIRED, .object = &source, .help = "the file of the frame on top"},
    {"line", FIELD_INT, REQUIRED, .help = "where to jump to, from 1"},
    {"column", FIELD_INT, .help = "accepted and ignored"},
};
static OBJECT(goto_targets_arguments, "GotoTargetsArguments", goto_targets_arguments_fields);
static const struct field_schema goto_target_fields[] = {
    {"id", FIELD_INT, REQUIRED, .help = "for `goto`, at this stop"},
    {"label", FIELD_STRING, REQUIRED, .help = "the line's text"},
    {"line", FIELD_INT, REQUIRED, .help = "the line asked for, or the next one with code"},
};
static OBJECT(goto_target, "GotoTarget", goto_target_fields);
static const struct field_schema goto_targets_result_fields[] = {
    {"targets", FIELD_ARRAY, REQUIRED, .item = FIELD_OBJECT, .object = &goto_target, .help = "one"},
};
static OBJECT(goto_targets_result, "GotoTargetsResponse", goto_targets_result_fields);
static const struct field_schema goto_fields[] = {
    {"threadId", FIELD_INT, REQUIRED, .help = "the stopped thread, or 0"},
    {"targetId", FIELD_INT, REQUIRED, .help = "of gotoTargets at this stop"},
};
static OBJECT(goto_arguments, "GotoArguments", goto_fields);

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
static OBJECT(modules_arguments, "ModulesArguments", modules_arguments_fields);

static const struct field_schema modules_result_fields[] = {
    {"modules", FIELD_ARRAY, REQUIRED, .item = FIELD_OBJECT, .object = &module, .help = "in the order of loading"},
    {"totalModules", FIELD_INT, .help = "of all"},
};
static OBJECT(modules_result, "ModulesResponse", modules_result_fields);

static const struct field_schema loaded_sources_result_fields[] = {
    {"sources", FIELD_ARRAY, REQUIRED, .item = FIELD_OBJECT, .object = &source, .help = "each once"},
};
static OBJECT(loaded_sources_result, "LoadedSourcesResponse", loaded_sources_result_fields);

static const struct field_schema module_event_fields[] = {
    {"reason", FIELD_STRING, REQUIRED, .help = "new, changed or removed"},
    {"module", FIELD_OBJECT, REQUIRED, .object = &module, .help = "which; removed: id and name alone"},
};
static OBJECT(module_event, "ModuleEvent", module_event_fields);

static const struct field_schema loaded_source_event_fields[] = {
    {"reason", FIELD_STRING, REQUIRED, .help = "new"},
    {"source", FIELD_OBJECT, REQUIRED, .object = &source, .help = "which"},
};
static OBJECT(loaded_source_event, "LoadedSourceEvent", loaded_source_event_fields);

static const struct field_schema where_frame_fields[] = {
    {"name", FIELD_STRING, .help = "the code's qualified name; its plain one when the state is blocked"},
    {"source", FIELD_OBJECT, .object = &source, .help = "where its code is"},
    {"line", FIELD_INT, REQUIRED, .help = "current line, from 1; 0 when it is not known"},
    {"presentationHint", FIELD_STRING, .help = "subtle (library code)"},
};
static OBJECT(where_frame, "pytui.WhereFrame", where_frame_fields);

static const struct field_schema where_thread_fields[] = {
    {"id", FIELD_INT, REQUIRED, .help = "as in `threads`"},
    {"name", FIELD_STRING, REQUIRED, .help = "as in `threads`; when it is blocked, as it was last read"},
    {"pytui", FIELD_OBJECT, .object = &thread_pytui, .help = "extensions"},
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
};
static OBJECT(where_arguments, "pytui.WhereArguments", where_arguments_fields);

static const struct field_schema where_result_fields[] = {
    {"threads", FIELD_ARRAY, REQUIRED, .item = FIELD_OBJECT, .object = &where_thread, .help = "main thread first"},
    {"moreThreads", FIELD_BOOL, REQUIRED, .help = "whether there are further threads"},
    {"state", FIELD_STRING, REQUIRED,
     .help = "running, stopped, or blocked: the interpreter was not to be had, the stacks were read from outside"},
    {"message", FIELD_STRING, .help = "why there are no stacks"},
};
static OBJECT(where_result, "pytui.WhereResponse", where_result_fields);

static const struct field_schema pause_pytui_fields[] = {
    {"state", FIELD_STRING, .help = "stopping, or blocked: C code keeps the interpreter; stops at the next line"},
    {"stacks", FIELD_OBJECT, .object = &where_result, .help = "when blocked, and they can be had: as of pytui/where"},
};
static OBJECT(pause_pytui, "pytui.Pause", pause_pytui_fields);
static const struct field_schema pause_result_fields[] = {
    {"pytui", FIELD_OBJECT, .object = &pause_pytui, .help = "how it goes"},
};
static OBJECT(pause_result, "PauseResponse", pause_result_fields);

static const struct field_schema stack_trace_fields[] = {
    {"threadId", FIELD_INT, REQUIRED, .help = "which thread"},
    {"startFrame", FIELD_INT, .help = "first frame, from 0"},
    {"levels", FIELD_INT, .help = "how many; 0 or absent: 200"},
};
static OBJECT(stack_trace, "StackTraceArguments", stack_trace_fields);

static const struct field_schema exception_frames_fields[] = {
    {"exception", FIELD_INT, REQUIRED, .help = "its number in the chain, as exceptionInfo has it"},
    {"startFrame", FIELD_INT, .help = "first frame, from 0"},
    {"levels", FIELD_INT, .help = "how many; 0 or absent: 200"},
};
static OBJECT(exception_frames, "pytui.ExceptionFramesArguments", exception_frames_fields);

static const struct field_schema stack_trace_pytui_fields[] = {
    {"moreFrames", FIELD_BOOL, .help = "whether the stack goes on; totalFrames is not counted"},
};
static OBJECT(stack_trace_pytui, "pytui.StackTrace", stack_trace_pytui_fields);
static const struct field_schema stack_trace_result_fields[] = {
    {"stackFrames", FIELD_ARRAY, REQUIRED, .item = FIELD_OBJECT, .object = &stack_frame, .help = "innermost first"},
    {"totalFrames", FIELD_INT, .help = "start + those given + 1 while there are more, as DAP allows"},
    {"pytui", FIELD_OBJECT, .object = &stack_trace_pytui, .help = "extensions"},
};
static OBJECT(stack_trace_result, "StackTraceResponse", stack_trace_result_fields);

static const struct field_schema scopes_arguments_fields[] = {
    {"frameId", FIELD_INT, REQUIRED, .help = "which frame"},
};
static OBJECT(scopes_arguments, "ScopesArguments", scopes_arguments_fields);
static const struct field_schema scopes_result_fields[] = {
    {"scopes", FIELD_ARRAY, REQUIRED, .item = FIELD_OBJECT, .object = &scope, .help = "innermost first"},
};
static OBJECT(scopes_result, "ScopesResponse", scopes_result_fields);

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
static OBJECT(variables_arguments, "VariablesArguments", variables_arguments_fields);
static const struct field_schema variables_pytui_fields[] = {
    {"more", FIELD_BOOL, .help = "whether there are further ones"},
    {"limited", FIELD_BOOL, .help = "too many: only the first 200,000 were searched, or they are not sorted"},
};
static OBJECT(variables_pytui, "pytui.Variables", variables_pytui_fields);
static const struct field_schema variables_result_fields[] = {
    {"variables", FIELD_ARRAY, REQUIRED, .item = FIELD_OBJECT, .object = &variable, .help = "the children"},
    {"pytui", FIELD_OBJECT, .object = &variables_pytui, .help = "extensions"},
};
static OBJECT(variables_result, "VariablesResponse", variables_result_fields);

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
static OBJECT(set_variable, "SetVariableArguments", set_variable_fields);
static const struct field_schema set_variable_result_fields[] = {
    {"value", FIELD_STRING, REQUIRED, .help = "rendered anew"},
    {"type", FIELD_STRING, .help = "type's name"},
    {"variablesReference", FIELD_INT, .help = "above 0: it has children"},
    {"namedVariables", FIELD_INT, .help = "how many named children"},
    {"indexedVariables", FIELD_INT, .help = "how many indexed children"},
};
static OBJECT(set_variable_result, "SetVariableResponse", set_variable_result_fields);

static const struct field_schema set_expression_fields[] = {
    {"expression", FIELD_STRING, REQUIRED, .help = "what can stand left of =: a name, attribute, item, …"},
    {"value", FIELD_STRING, REQUIRED, .help = "Python expression, evaluated in the frame"},
    {"frameId", FIELD_INT, .help = "the frame; absent: the top one of the stopped thread"},
    {"format", FIELD_OBJECT, .object = &value_format, .help = "how the value looks"},
    {"pytui", FIELD_OBJECT, .object = &time_limit, .help = "extensions"},
};
static OBJECT(set_expression, "SetExpressionArguments", set_expression_fields);

static const struct field_schema display_fields[] = {
    {"variablesReference", FIELD_INT, REQUIRED, .help = "the scope or container"},
    {"name", FIELD_STRING, REQUIRED, .help = "the child's name as `variables` gave it"},
    {"display", FIELD_STRING, REQUIRED,
     .help = "default, type, id; repr, str, custom (its presenter): these run the program's code"},
    {"format", FIELD_OBJECT, .object = &value_format, .help = "how the value looks"},
    {"pytui", FIELD_OBJECT, .object = &time_limit, .help = "extensions; the limit is 5,000 unless given"},
};
static OBJECT(display, "pytui.DisplayArguments", display_fields);

static const struct field_schema evaluate_fields[] = {
    {"expression", FIELD_STRING, REQUIRED, .help = "expression or statements; output is captured and sent as `output`"},
    {"frameId", FIELD_INT, .help = "the frame; absent: the top one of the stopped thread"},
    {"context", FIELD_STRING,
     .help = "repl (also statements), watch, hover, variables (short), clipboard (the whole text, up to 8 MiB)"},
    {"format", FIELD_OBJECT, .object = &value_format, .help = "how the value looks"},
    {"pytui", FIELD_OBJECT, .object = &time_limit,
     .help = "extensions; the limit is 5,000 for watch, hover and variables unless given"},
};
static OBJECT(evaluate, "EvaluateArguments", evaluate_fields);
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
static OBJECT(evaluate_result, "EvaluateResponse", evaluate_result_fields);

static const struct field_schema completions_fields[] = {
    {"text", FIELD_STRING, REQUIRED, .help = "what stands on the line"},
    {"column", FIELD_INT, REQUIRED, .help = "the cursor's UTF-16 column, from 1"},
    {"frameId", FIELD_INT, .help = "names are looked up there"},
};
static OBJECT(completions, "CompletionsArguments", completions_fields);
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
static OBJECT(completions_result, "CompletionsResponse", completions_result_fields);

static const struct field_schema exception_info_result_fields[] = {
    {"exceptionId", FIELD_STRING, REQUIRED, .help = "type's full name"},
    {"description", FIELD_STRING, .help = "str() of it, bounded"},
    {"breakMode", FIELD_STRING, REQUIRED, .help = "always, userUnhandled or unhandled"},
    {"details", FIELD_OBJECT, .object = &exception_details, .help = "with the chain"},
};
static OBJECT(exception_info_result, "ExceptionInfoResponse", exception_info_result_fields);

static const struct field_schema source_arguments_fields[] = {
    {"source", FIELD_OBJECT, .object = &source, .help = "by path or sourceReference"},
    {"sourceReference", FIELD_INT, REQUIRED, .help = "for clients of older DAP; 0 when source has it"},
};
static OBJECT(source_arguments, "SourceArguments", source_arguments_fields);
static const struct field_schema source_result_fields[] = {
    {"content", FIELD_STRING, REQUIRED, .help = "the text"},
    {"mimeType", FIELD_STRING, .help = "text/x-python"},
};
static OBJECT(source_result, "SourceResponse", source_result_fields);

static const struct field_schema disconnect_fields[] = {
    {"restart", FIELD_BOOL, .help = "for the log"},
    {"terminateDebuggee", FIELD_BOOL, .help = "end the program; default false: it goes on without a debugger"},
};
static OBJECT(disconnect, "DisconnectArguments", disconnect_fields);

static const struct field_schema cancel_fields[] = {
    {"requestId", FIELD_INT, .help = "seq of the evaluate (or other request) to interrupt"},
};
static OBJECT(cancel, "CancelArguments", cancel_fields);

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
static OBJECT(stats, "pytui.Stats", stats_fields);

static const struct field_schema stopped_fields[] = {
    {"reason", FIELD_STRING, REQUIRED,
     .help = "entry, step, breakpoint, function breakpoint, goto (run to a line, or jumped), pause, exception"},
    {"description", FIELD_STRING, .help = "the full reason for people"},
    {"threadId", FIELD_INT, .help = "the thread that stopped"},
    {"text", FIELD_STRING, .help = "for exceptions: type and message; for a condition that raised: its error"},
    {"allThreadsStopped", FIELD_BOOL, .help = "true"},
    {"hitBreakpointIds", FIELD_ARRAY, .item = FIELD_INT, .help = "which breakpoints"},
    {"pytui", FIELD_OBJECT, REQUIRED, .object = &snapshot, .help = "what paints the screen"},
};
static OBJECT(stopped, "StoppedEvent", stopped_fields);

static const struct field_schema continued_fields[] = {
    {"threadId", FIELD_INT, REQUIRED, .help = "which thread"},
    {"allThreadsContinued", FIELD_BOOL, .help = "true"},
};
static OBJECT(continued, "ContinuedEvent", continued_fields);

static const struct field_schema thread_event_pytui_fields[] = {
    {"name", FIELD_STRING, .help = "as in Thread, when it started"},
    {"nativeId", FIELD_INT, .help = "the kernel's thread id, when it started"},
};
static OBJECT(thread_event_pytui, "pytui.ThreadEvent", thread_event_pytui_fields);

static const struct field_schema thread_event_fields[] = {
    {"reason", FIELD_STRING, REQUIRED, .help = "started or exited"},
    {"threadId", FIELD_INT, REQUIRED, .help = "which thread"},
    {"pytui", FIELD_OBJECT, .object = &thread_event_pytui, .help = "extensions"},
};
static OBJECT(thread_event, "ThreadEvent", thread_event_fields);

static const struct field_schema breakpoint_event_fields[] = {
    {"reason", FIELD_STRING, REQUIRED, .help = "changed, new or removed"},
    {"breakpoint", FIELD_OBJECT, REQUIRED, .object = &breakpoint, .help = "as it is now"},
};
static OBJECT(breakpoint_event, "BreakpointEvent", breakpoint_event_fields);

static const struct field_schema output_pytui_fields[] = {
    {"kind", FIELD_STRING, REQUIRED,
     .help = "unraisable, task (of asyncio: nobody retrieved it, or a callback raised) or thread"},
    {"message", FIELD_STRING, REQUIRED, .help = "what happened and where, in one line"},
    {"count", FIELD_INT, REQUIRED, .help = "how many there were so far; not all are reported when they come fast"},
    {"exception", FIELD_OBJECT, REQUIRED, .object = &exception_details, .help = "what was raised"},
    {"stackFrames", FIELD_ARRAY, REQUIRED, .item = FIELD_OBJECT, .object = &stack_frame,
     .help = "its traceback, innermost first, 20 at most; their ids are 0"},
};
static OBJECT(output_pytui, "pytui.Output", output_pytui_fields);

static const struct field_schema output_fields[] = {
    {"category", FIELD_STRING, .help = "console (evaluate, log points), stdout or stderr (of an evaluate), important"},
    {"output", FIELD_STRING, REQUIRED, .help = "the text"},
    {"source", FIELD_OBJECT, .object = &source, .help = "where a log point stands, or an exception was raised"},
    {"line", FIELD_INT, .help = "its line"},
    {"pytui", FIELD_OBJECT, .object = &output_pytui, .help = "of an exception that nobody handled"},
};
static OBJECT(output, "OutputEvent", output_fields);

static const struct field_schema exited_fields[] = {
    {"exitCode", FIELD_INT, REQUIRED,
     .help = "as far as the interpreter knows it; the parent's wait status is the truth"},
};
static OBJECT(exited, "ExitedEvent", exited_fields);

static const struct field_schema terminated_fields[] = {
    {"restart", FIELD_ANY, .help = "never sent"},
};
static OBJECT(terminated, "TerminatedEvent", terminated_fields);

static const struct field_schema process_fields[] = {
    {"name", FIELD_STRING, REQUIRED, .help = "the script or module"},
    {"systemProcessId", FIELD_INT, .help = "pid"},
    {"isLocalProcess", FIELD_BOOL, .help = "true"},
    {"startMethod", FIELD_STRING, .help = "launch"},
};
static OBJECT(process, "ProcessEvent", process_fields);

/* Messages */

#define REQUEST(name_, arguments, result_, help_)                                                                      \
    {                                                                                                                  \
        .name = (name_), .kind = MESSAGE_REQUEST, .body = (arguments), .result = (result_), .help = (help_)            \
    }
#define EVENT(name_, body_, help_)                                                                                     \
    {                                                                                                                  \
        .name = (name_), .kind = MESSAGE_EVENT, .body = (body_), .help = (help_)                                       \
    }

const struct message_schema schema_messages[] = {
    REQUEST("initialize", &initialize, &capabilities, "first request; versions are compared"),
    REQUEST("setBreakpoints", &set_breakpoints, &breakpoints_result, "all line breakpoints of one file"),
    REQUEST("breakpointLocations", &breakpoint_locations, &breakpoint_locations_result,
            "where in some lines breakpoints can stand"),
    REQUEST("setFunctionBreakpoints", &set_function_breakpoints, &breakpoints_result, "all function breakpoints"),
    REQUEST("setExceptionBreakpoints", &set_exception_breakpoints, NULL,
            "which exceptions stop: raised, userUnhandled, uncaught (default), unraisable, taskException"),
    REQUEST("configurationDone", &configuration_done, NULL, "user code runs from here on"),
    REQUEST("threads", NULL, &threads_result, "all threads"),
    REQUEST("continue", &resume_arguments, &continue_result, "go on"),
    REQUEST("next", &resume_arguments, NULL, "step over"),
    REQUEST("stepIn", &step_in_arguments, NULL, "step into"),
    REQUEST("stepInTargets", &step_in_targets_arguments, &step_in_targets_result,
            "the calls that the current statement is still to make"),
    REQUEST("stepOut", &resume_arguments, NULL, "run until the frame is left, stop in its caller"),
    REQUEST("pytui/runTo", &run_to, NULL, "run to a line"),
    REQUEST("pytui/setJustMyCode", &set_just_my_code, &just_my_code_result, "whose code steps stop in"),
    REQUEST("pytui/until", &until, NULL, "step over to a greater line of the frame, or its end"),
    REQUEST("gotoTargets", &goto_targets_arguments, &goto_targets_result, "where the frame on top can jump to"),
    REQUEST("goto", &goto_arguments, NULL, "jump; the stop goes on as a new one"),
    REQUEST("pytui/freeze", &freeze, &freeze_result, "a thread does not run until it is thawed"),
    REQUEST("pytui/thaw", &thaw, &freeze_result, "let frozen threads run again"),
    REQUEST("pause", &thread_arguments, &pause_result, "stop as soon as possible"),
    REQUEST("modules", &modules_arguments, &modules_result, "what is in sys.modules, in pages"),
    REQUEST("loadedSources", NULL, &loaded_sources_result, "whose code was run or loaded"),
    REQUEST("pytui/where", &where_arguments, &where_result, "stacks of all threads, which go on"),
    REQUEST("pytui/exceptionFrames", &exception_frames, &stack_trace_result,
            "the frames of a traceback of the exception's chain, in pages"),
    REQUEST("stackTrace", &stack_trace, &stack_trace_result, "frames of a thread, in pages"),
    REQUEST("scopes", &scopes_arguments, &scopes_result, "scopes of a frame"),
    REQUEST("variables", &variables_arguments, &variables_result, "children of a scope or value, in pages"),
    REQUEST("setVariable", &set_variable, &set_variable_result, "assign to a variable, item or attribute"),
    REQUEST("setExpression", &set_expression, &set_variable_result, "assign to what an expression names"),
    REQUEST("pytui/display", &display, &set_variable_result, "one variable shown as its user chose"),
    REQUEST("evaluate", &evaluate, &evaluate_result, "run an expression or statements in a frame"),
    REQUEST("completions", &completions, &completions_result, "names that may follow"),
    REQUEST("exceptionInfo", &thread_arguments, &exception_info_result, "the exception at the stop"),
    REQUEST("source", &source_arguments, &source_result, "text of code without a file"),
    REQUEST("cancel", &cancel, NULL, "interrupt an evaluate; that one is answered with an error"),
    REQUEST("terminate", NULL, NULL, "end the program as Ctrl-C would, giving it a chance to clean up"),
    REQUEST("disconnect", &disconnect, NULL, "remove every hook and leave"),
    REQUEST("pytui/stats", NULL, &stats, "counts for tests and benchmarks"),
    EVENT("initialized", NULL, "the backend is ready for breakpoints"),
    EVENT("process", &process, "what is being debugged"),
    EVENT("stopped", &stopped, "with all that paints the screen"),
    EVENT("continued", &continued, "goes on though no client asked"),
    EVENT("thread", &thread_event, "a thread started or ended"),
    EVENT("module", &module_event, "a module was loaded, replaced or removed"),
    EVENT("loadedSource", &loaded_source_event, "code of a further source is run"),
    EVENT("breakpoint", &breakpoint_event, "a breakpoint was bound, moved, failed or removed"),
    EVENT("output", &output, "of evaluate, log points and the debugger; the program's own goes to its terminal"),
    EVENT("exited", &exited, "the program is about to end"),
    EVENT("terminated", &terminated, "debugging is over; nothing follows"),
};
const size_t schema_message_count = COUNT(schema_messages);
