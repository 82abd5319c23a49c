/* The types that several messages speak of: sources, breakpoints, threads, frames, variables, exceptions. */
#include "schema_shapes.h"

static const struct field_schema error_fields[] = {
    {"id", FIELD_INT, REQUIRED, .help = "always 1: there is one kind of error"},
    {"format", FIELD_STRING, REQUIRED, .help = "what went wrong and what to do about it"},
    {"showUser", FIELD_BOOL, .help = "whether a person should see it"},
};
static OBJECT(error_object, "Message", error_fields);

static const struct field_schema error_body_fields[] = {
    {"error", FIELD_OBJECT, .object = &error_object, .help = "of a response with success false"},
};
OBJECT(schema_error_body, "ErrorResponse", error_body_fields);

static const struct field_schema source_pytui_fields[] = {
    {"rawPath", FIELD_BYTES, .help = "the path's bytes when they are not UTF-8"},
    {"disassembly", FIELD_STRING,
     .help = "the text is the disassembly of this function, since there is no source text"},
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
OBJECT(schema_source, "Source", source_fields);

/* Of line and function breakpoints alike. */
#define BREAKPOINT_EXTENSIONS                                                                                          \
    {"enabled", FIELD_BOOL, .label = "Enabled", .help = "off: kept and shown but never hit; default true"},            \
        {"temporary", FIELD_BOOL, .label = "Temporary", .help = "removed after its first stop"},                       \
        {"logLimit", FIELD_INT, .label = "Log limit", .help = "log messages a second; default 50; 0: any number"},     \
        {"thread", FIELD_ANY, .label = "Thread", .help = "id or name of the only thread that it is for"},              \
        {"after", FIELD_INT, .label = "After",                                                                         \
         .help = "number of a breakpoint that must have stopped or logged before"},                                    \
        {"commands", FIELD_STRING, .label = "Commands",                                                                \
         .help = "the client's own: what it does at a stop here; commands with ;; between them"},                      \
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
    {"failures", FIELD_INT, .help = "how often its condition raised; the first time stopped"},
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
    {"source", FIELD_OBJECT, .object = &schema_source, .help = "where"},
    {"line", FIELD_INT, .help = "the line that it is bound to"},
    {"column", FIELD_INT, .help = "where its statement begins, when a column was asked for"},
    {"endLine", FIELD_INT, .help = "where that ends"},
    {"endColumn", FIELD_INT, .help = "and behind which column"},
    {"pytui", FIELD_OBJECT, .object = &breakpoint_pytui, .help = "extensions"},
};
OBJECT(schema_breakpoint, "Breakpoint", breakpoint_fields);

static const struct field_schema thread_pytui_fields[] = {
    {"nativeId", FIELD_INT, .help = "the kernel's thread id"},
    {"state", FIELD_STRING,
     .help = "running, stopped, parked (its hit is queued), held (another runs alone), frozen, freezing (when it comes "
             "back from C)"},
    {"daemon", FIELD_BOOL, .help = "whether the program ends without waiting for it"},
    {"waits", FIELD_STRING, .help = "what it waits in: Queue.get, or the call itself, lock.acquire()"},
    {"waitsFor", FIELD_INT, .help = "the thread that it waits for, where that is known"},
};
OBJECT(schema_thread_pytui, "pytui.Thread", thread_pytui_fields);

static const struct field_schema thread_fields[] = {
    {"id", FIELD_INT, REQUIRED, .help = "our counter, never reused"},
    {"name", FIELD_STRING, REQUIRED, .help = "threading's name for it; of others the kernel's, and native TID"},
    {"pytui", FIELD_OBJECT, .object = &schema_thread_pytui, .help = "extensions"},
};
OBJECT(schema_thread, "Thread", thread_fields);

static const struct field_schema stack_frame_pytui_fields[] = {
    {"className", FIELD_STRING, .help = "type of self or cls, where the function has one"},
    {"sourceLine", FIELD_INT, .help = "in a disassembly: the line in the source text that is missing"},
    {"exception", FIELD_STRING, .help = "in post-mortem: the exception passing through, on its first frame"},
};
static OBJECT(stack_frame_pytui, "pytui.StackFrame", stack_frame_pytui_fields);

static const struct field_schema stack_frame_fields[] = {
    {"id", FIELD_INT, REQUIRED, .help = "valid until the thread goes on"},
    {"name", FIELD_STRING, REQUIRED, .help = "the code's qualified name"},
    {"source", FIELD_OBJECT, .object = &schema_source, .help = "where its code is"},
    {"line", FIELD_INT, REQUIRED, .help = "current line, from 1; 0 when it has none"},
    {"column", FIELD_INT, REQUIRED, .help = "UTF-16 column, from 1; 0 when it is not known"},
    {"endLine", FIELD_INT, .help = "end of the current instruction's source range"},
    {"endColumn", FIELD_INT, .help = "exclusive"},
    {"presentationHint", FIELD_STRING, .help = "normal, label or subtle (library code)"},
    {"pytui", FIELD_OBJECT, .object = &stack_frame_pytui, .help = "extensions"},
};
OBJECT(schema_stack_frame, "StackFrame", stack_frame_fields);

static const struct field_schema scope_fields[] = {
    {"name", FIELD_STRING, REQUIRED, .help = "Locals, Closure, Globals, Return or Exception"},
    {"presentationHint", FIELD_STRING, .help = "locals, globals, returnValue or another word"},
    {"variablesReference", FIELD_INT, REQUIRED, .help = "for `variables`"},
    {"namedVariables", FIELD_INT, .help = "how many it holds"},
    {"expensive", FIELD_BOOL, REQUIRED, .help = "true for Globals: fetch it only when asked"},
};
OBJECT(schema_scope, "Scope", scope_fields);

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
OBJECT(schema_variable, "Variable", variable_fields);

static const struct field_schema page_fields[] = {
    {"variablesReference", FIELD_INT, REQUIRED, .help = "whose children these are"},
    {"start", FIELD_INT, REQUIRED, .help = "index of the first, from 0"},
    {"variables", FIELD_ARRAY, REQUIRED, .item = FIELD_OBJECT, .object = &schema_variable, .help = "the children"},
    {"more", FIELD_BOOL, REQUIRED, .help = "whether there are further ones"},
};
static OBJECT(page, "pytui.VariablesPage", page_fields);

static const struct field_schema exception_pytui_fields[] = {
    {"number", FIELD_INT, REQUIRED, .help = "its place in the chain, 0 for the outermost: for pytui/exceptionFrames"},
    {"relation", FIELD_STRING, .help = "what it is to the one that holds it: cause, context or member (of a group)"},
    {"traceback", FIELD_BOOL, REQUIRED, .help = "whether it has one: there are frames"},
    {"notes", FIELD_ARRAY, .item = FIELD_STRING, .help = "its notes"},
    {"chainOmitted", FIELD_BOOL, .help = "its cause or context is not given: the chain is too long"},
    {"membersOmitted", FIELD_INT, .help = "how many members of the group are not given"},
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
OBJECT(schema_exception_details, "ExceptionDetails", exception_details_fields);

static const struct field_schema watch_fields[] = {
    {"id", FIELD_INT, REQUIRED, .help = "the client's, of pytui/setWatches"},
    {"variable", FIELD_OBJECT, REQUIRED, .object = &schema_variable, .help = "its name is the expression"},
    {"state", FIELD_STRING,
     .help = "absent: a value; raised: the value is an exception; slow (over its time), interrupted, or skipped (the "
             "others took all the time, or it was slow at this stop already): it has none"},
};
static OBJECT(watch, "pytui.Watch", watch_fields);

static const struct field_schema watches_fields[] = {
    {"frameId", FIELD_INT, REQUIRED, .help = "in which frame they were evaluated"},
    {"variablesReference", FIELD_INT, REQUIRED, .help = "what they are children of, for pytui/display"},
    {"items", FIELD_ARRAY, REQUIRED, .item = FIELD_OBJECT, .object = &watch, .help = "in the order they were set"},
};
OBJECT(schema_watches, "pytui.Watches", watches_fields);

static const struct field_schema snapshot_fields[] = {
    {"stackFrames", FIELD_ARRAY, REQUIRED, .item = FIELD_OBJECT, .object = &schema_stack_frame,
     .help = "the first frames, innermost first"},
    {"moreFrames", FIELD_BOOL, REQUIRED, .help = "whether the stack goes on"},
    {"scopes", FIELD_ARRAY, REQUIRED, .item = FIELD_OBJECT, .object = &schema_scope, .help = "of the top frame"},
    {"pages", FIELD_ARRAY, REQUIRED, .item = FIELD_OBJECT, .object = &page,
     .help = "first page of each scope that is not expensive"},
    {"watches", FIELD_OBJECT, .object = &schema_watches, .help = "those that are for the top frame, if there are any"},
    {"watchesPending", FIELD_BOOL, .help = "true: they take long, and come in an event pytui/watches"},
    {"threadName", FIELD_STRING, REQUIRED, .help = "of the thread that stopped"},
    {"exception", FIELD_OBJECT, .object = &schema_exception_details, .help = "when reason is exception"},
    {"postMortem", FIELD_BOOL, .help = "what ran ended by this exception: nothing of it can be stepped any more"},
    {"goesOn", FIELD_BOOL, .help = "with postMortem: a thread or a callback ended, and the program goes on"},
    {"returnValue", FIELD_OBJECT, .object = &schema_variable,
     .help = "what the function just left returned, after a step over or out"},
    {"returnedCalls", FIELD_INT,
     .help = "when scope Return has not all that calls of the stepped line returned: of how many these are the last"},
    {"hits", FIELD_ARRAY, .item = FIELD_OBJECT, .object = &schema_breakpoint,
     .help = "the breakpoints hit, with their new counts; behind them others whose count grew since it was told"},
};
OBJECT(schema_snapshot, "pytui.Snapshot", snapshot_fields);
