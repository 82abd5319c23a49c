/* The table of all messages, with the shapes of those that start, move and end the program, and of events. Data only:
 * schema.c walks it. Order within an object is the order in PROTOCOL.md and, for fields with a label, in dialogs. */
#include "schema_shapes.h"

static const struct field_schema initialize_pytui_fields[] = {
    {"protocolVersion", FIELD_INT, REQUIRED, .help = "must be equal on both sides"},
    {"clientVersion", FIELD_STRING, .help = "for the log"},
    {"whenLost", FIELD_STRING,
     .help = "what a stopped program does that listens, when the connection is cut: continue, which is the default, or "
             "wait for the next client"},
    {"readOnly", FIELD_BOOL, .help = "watch the session that another client holds; default false"},
    {"listenWhenLeft", FIELD_BOOL,
     .help = "once this client is gone and the program goes on, it listens for others; default false"},
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
    {"supportsShell", FIELD_BOOL, .help = "true: pytui/shell"},
    {"supportsExec", FIELD_BOOL, .help = "true: pytui/exec"},
    {"supportsWatches", FIELD_BOOL, .help = "true: pytui/setWatches"},
    {"supportsFindVariable", FIELD_BOOL, .help = "true: pytui/findVariable"},
    {"supportsReadOnly", FIELD_BOOL, .help = "true: other clients may watch, if the program listens"},
    {"readOnly", FIELD_BOOL, .help = "true: this client only watches"},
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
    {"source", FIELD_OBJECT, REQUIRED, .object = &schema_source, .help = "the file, by path"},
    {"breakpoints", FIELD_ARRAY, .item = FIELD_OBJECT, .object = &schema_source_breakpoint,
     .help = "all of that file; replaces what was set"},
};
static OBJECT(set_breakpoints, "SetBreakpointsArguments", set_breakpoints_fields);

static const struct field_schema breakpoint_locations_fields[] = {
    {"source", FIELD_OBJECT, REQUIRED, .object = &schema_source, .help = "the file, by path"},
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

static const struct field_schema listed_breakpoint_fields[] = {
    {"breakpoint", FIELD_OBJECT, REQUIRED, .object = &schema_breakpoint, .help = "as it is now"},
    {"function", FIELD_STRING, .help = "the name asked for; absent: it is one of a line"},
    {"condition", FIELD_STRING, .help = "as it was set, like the following"},
    {"hitCondition", FIELD_STRING, .help = "on which hits it stops"},
    {"logMessage", FIELD_STRING, .help = "what it logs in place of stopping"},
    {"enabled", FIELD_BOOL, REQUIRED, .help = "false: never hit"},
    {"temporary", FIELD_BOOL, REQUIRED, .help = "removed after its first stop"},
};
static OBJECT(listed_breakpoint, "pytui.ListedBreakpoint", listed_breakpoint_fields);

static const struct field_schema breakpoint_list_fields[] = {
    {"breakpoints", FIELD_ARRAY, REQUIRED, .item = FIELD_OBJECT, .object = &listed_breakpoint,
     .help = "by file, those of functions last"},
};
static OBJECT(breakpoint_list, "pytui.Breakpoints", breakpoint_list_fields);

static const struct field_schema set_function_breakpoints_fields[] = {
    {"breakpoints", FIELD_ARRAY, REQUIRED, .item = FIELD_OBJECT, .object = &schema_function_breakpoint,
     .help = "all of them; replaces what was set"},
};
static OBJECT(set_function_breakpoints, "SetFunctionBreakpointsArguments", set_function_breakpoints_fields);

static const struct field_schema breakpoints_result_fields[] = {
    {"breakpoints", FIELD_ARRAY, REQUIRED, .item = FIELD_OBJECT, .object = &schema_breakpoint,
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
    {"stopOnEntry", FIELD_BOOL,
     .help = "stop before the first line of __main__; default true. Of a program that runs already: pause it; default "
             "false"},
};
static OBJECT(configuration_done_pytui, "pytui.ConfigurationDone", configuration_done_pytui_fields);
static const struct field_schema configuration_done_fields[] = {
    {"pytui", FIELD_OBJECT, .object = &configuration_done_pytui, .help = "how to start"},
};
static OBJECT(configuration_done, "ConfigurationDoneArguments", configuration_done_fields);

static const struct field_schema threads_result_fields[] = {
    {"threads", FIELD_ARRAY, REQUIRED, .item = FIELD_OBJECT, .object = &schema_thread, .help = "all that run Python"},
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
    {"source", FIELD_OBJECT, REQUIRED, .object = &schema_source, .help = "the file"},
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
    {"source", FIELD_OBJECT, REQUIRED, .object = &schema_source, .help = "the file of the frame on top"},
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

static const struct field_schema stopped_fields[] = {
    {"reason", FIELD_STRING, REQUIRED,
     .help = "entry, step, breakpoint, function breakpoint, goto (run to a line, or jumped), pause, exception"},
    {"description", FIELD_STRING, .help = "the full reason for people"},
    {"threadId", FIELD_INT, .help = "the thread that stopped"},
    {"text", FIELD_STRING, .help = "for exceptions: type and message; for a condition that raised: its error"},
    {"allThreadsStopped", FIELD_BOOL, .help = "true"},
    {"hitBreakpointIds", FIELD_ARRAY, .item = FIELD_INT, .help = "which breakpoints"},
    {"pytui", FIELD_OBJECT, REQUIRED, .object = &schema_snapshot, .help = "what paints the screen"},
};
static OBJECT(stopped, "StoppedEvent", stopped_fields);

static const struct field_schema continued_fields[] = {
    {"threadId", FIELD_INT, REQUIRED, .help = "which thread"},
    {"allThreadsContinued", FIELD_BOOL, .help = "true"},
};
static OBJECT(continued, "ContinuedEvent", continued_fields);

static const struct field_schema invalidated_fields[] = {
    {"areas", FIELD_ARRAY, .item = FIELD_STRING, .help = "variables: what is shown of them is to be fetched anew"},
};
static OBJECT(invalidated, "InvalidatedEvent", invalidated_fields);

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
    {"breakpoint", FIELD_OBJECT, REQUIRED, .object = &schema_breakpoint, .help = "as it is now"},
};
static OBJECT(breakpoint_event, "BreakpointEvent", breakpoint_event_fields);

static const struct field_schema output_pytui_fields[] = {
    {"kind", FIELD_STRING, REQUIRED,
     .help = "unraisable, task (of asyncio: nobody retrieved it, or a callback raised) or thread"},
    {"message", FIELD_STRING, REQUIRED, .help = "what happened and where, in one line"},
    {"count", FIELD_INT, REQUIRED, .help = "how many there were so far; not all are reported when they come fast"},
    {"exception", FIELD_OBJECT, REQUIRED, .object = &schema_exception_details, .help = "what was raised"},
    {"stackFrames", FIELD_ARRAY, REQUIRED, .item = FIELD_OBJECT, .object = &schema_stack_frame,
     .help = "its traceback, innermost first, 20 at most; their ids are 0"},
};
static OBJECT(output_pytui, "pytui.Output", output_pytui_fields);

static const struct field_schema output_fields[] = {
    {"category", FIELD_STRING, .help = "console (evaluate, log points), stdout or stderr (of an evaluate), important"},
    {"output", FIELD_STRING, REQUIRED, .help = "the text"},
    {"source", FIELD_OBJECT, .object = &schema_source, .help = "where a log point stands, or an exception was raised"},
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
    {"startMethod", FIELD_STRING, .help = "launch or attach"},
};
static OBJECT(process, "ProcessEvent", process_fields);

/* Messages */

#define REQUEST(name_, arguments, result_, help_)                                                                      \
    {                                                                                                                  \
        .name = (name_), .kind = MESSAGE_REQUEST, .body = (arguments), .result = (result_), .help = (help_)            \
    }
/* A request that changes nothing and runs no code of the program: those who only watch may send it. */
#define LOOK(name_, arguments, result_, help_)                                                                         \
    {                                                                                                                  \
        .name = (name_), .kind = MESSAGE_REQUEST, .body = (arguments), .result = (result_), .looks = true,             \
        .help = (help_)                                                                                                \
    }
#define EVENT(name_, body_, help_)                                                                                     \
    {                                                                                                                  \
        .name = (name_), .kind = MESSAGE_EVENT, .body = (body_), .help = (help_)                                       \
    }

const struct message_schema schema_messages[] = {
    REQUEST("initialize", &initialize, &capabilities, "first request; versions are compared"),
    REQUEST("setBreakpoints", &set_breakpoints, &breakpoints_result, "all line breakpoints of one file"),
    LOOK("pytui/breakpoints", NULL, &breakpoint_list, "all breakpoints, for a client that did not set them"),
    LOOK("breakpointLocations", &breakpoint_locations, &breakpoint_locations_result,
         "where in some lines breakpoints can stand"),
    REQUEST("setFunctionBreakpoints", &set_function_breakpoints, &breakpoints_result, "all function breakpoints"),
    REQUEST("setExceptionBreakpoints", &set_exception_breakpoints, NULL,
            "which exceptions stop: raised, userUnhandled, uncaught (default), unraisable, taskException"),
    REQUEST("configurationDone", &configuration_done, NULL, "user code runs from here on"),
    LOOK("threads", NULL, &threads_result, "all threads"),
    REQUEST("continue", &resume_arguments, &continue_result, "go on"),
    REQUEST("next", &resume_arguments, NULL, "step over"),
    REQUEST("stepIn", &step_in_arguments, NULL, "step into"),
    LOOK("stepInTargets", &step_in_targets_arguments, &step_in_targets_result,
         "the calls that the current statement is still to make"),
    REQUEST("stepOut", &resume_arguments, NULL, "run until the frame is left, stop in its caller"),
    REQUEST("pytui/runTo", &run_to, NULL, "run to a line"),
    REQUEST("pytui/setJustMyCode", &set_just_my_code, &just_my_code_result, "whose code steps stop in"),
    REQUEST("pytui/until", &until, NULL, "step over to a greater line of the frame, or its end"),
    REQUEST("gotoTargets", &goto_targets_arguments, &goto_targets_result, "where the frame on top can jump to"),
    REQUEST("goto", &goto_arguments, NULL, "jump; the stop goes on as a new one"),
    REQUEST("pytui/freeze", &freeze, &freeze_result, "a thread does not run until it is thawed"),
    REQUEST("pytui/thaw", &thaw, &freeze_result, "let frozen threads run again"),
    REQUEST("pause", &thread_arguments, &schema_pause_result, "stop as soon as possible"),
    LOOK("modules", &schema_modules_arguments, &schema_modules_result, "what is in sys.modules, in pages"),
    LOOK("loadedSources", NULL, &schema_loaded_sources_result, "whose code was run or loaded"),
    LOOK("pytui/where", &schema_where_arguments, &schema_where_result, "stacks of all threads, which go on"),
    LOOK("pytui/exceptionFrames", &schema_exception_frames, &schema_stack_trace_result,
         "the frames of a traceback of the exception's chain, in pages"),
    LOOK("stackTrace", &schema_stack_trace, &schema_stack_trace_result, "frames of a thread, in pages"),
    LOOK("scopes", &schema_scopes_arguments, &schema_scopes_result, "scopes of a frame"),
    LOOK("variables", &schema_variables_arguments, &schema_variables_result, "children of a scope or value, in pages"),
    LOOK("pytui/findVariable", &schema_find_variable, &schema_find_variable_result,
         "the next child that holds a text, a slice of them at a time"),
    REQUEST("setVariable", &schema_set_variable, &schema_set_variable_result,
            "assign to a variable, item or attribute"),
    REQUEST("setExpression", &schema_set_expression, &schema_set_variable_result, "assign to what an expression names"),
    REQUEST("pytui/display", &schema_display, &schema_set_variable_result, "one variable shown as its user chose"),
    LOOK("pytui/function", &schema_function_arguments, &schema_function_result, "what function a frame runs"),
    REQUEST("pytui/setWatches", &schema_set_watches, NULL, "expressions that every stop evaluates, at any time"),
    REQUEST("pytui/watches", &schema_watches_arguments, &schema_watches, "evaluate them now, in another frame"),
    REQUEST("evaluate", &schema_evaluate, &schema_evaluate_result, "run an expression or statements in a frame"),
    REQUEST("pytui/exec", &schema_exec, NULL, "run a text in a thread of its own; the program goes on"),
    REQUEST("pytui/shell", &schema_shell, &schema_shell_result,
            "a shell in a frame, at the program's terminal; answered when it is left"),
    LOOK("completions", &schema_completions, &schema_completions_result, "names that may follow"),
    LOOK("exceptionInfo", &thread_arguments, &schema_exception_info_result, "the exception at the stop"),
    LOOK("source", &schema_source_arguments, &schema_source_result, "text of code without a file"),
    REQUEST("cancel", &schema_cancel, NULL, "interrupt an evaluate; that one is answered with an error"),
    REQUEST("terminate", NULL, NULL, "end the program as Ctrl-C would, giving it a chance to clean up"),
    REQUEST("disconnect", &schema_disconnect, NULL, "remove every hook and leave"),
    LOOK("pytui/describe", NULL, &schema_description, "who the program is, without a session"),
    LOOK("pytui/stats", NULL, &schema_stats, "counts for tests and benchmarks"),
    EVENT("initialized", NULL, "the backend is ready for breakpoints"),
    EVENT("process", &process, "what is being debugged"),
    EVENT("stopped", &stopped, "with all that paints the screen"),
    EVENT("pytui/execEnded", &schema_exec_ended, "the text of pytui/exec has come to its end"),
    EVENT("pytui/watches", &schema_watches, "what a stop could not wait for"),
    EVENT("continued", &continued, "goes on though no client asked"),
    EVENT("thread", &thread_event, "a thread started or ended"),
    EVENT("module", &schema_module_event, "a module was loaded, replaced or removed"),
    EVENT("loadedSource", &schema_loaded_source_event, "code of a further source is run"),
    EVENT("invalidated", &invalidated, "to those who watch: the first client changed values"),
    EVENT("pytui/breakpoints", &breakpoint_list, "to those who watch: the first client set breakpoints"),
    EVENT("breakpoint", &breakpoint_event, "a breakpoint was bound, moved, failed or removed"),
    EVENT("output", &output, "of evaluate, log points and the debugger; the program's own goes to its terminal"),
    EVENT("exited", &exited, "the program is about to end"),
    EVENT("terminated", &terminated, "debugging is over; nothing follows"),
};
const size_t schema_message_count = COUNT(schema_messages);
