/* Everything that looks at the program's objects at a stop: frames, scopes, variables, evaluate,
 * exceptions. It knows nothing of channels, threads or the engine, which call it with the GIL held.
 *
 * Between values_begin() and values_end() frame ids and variablesReferences are valid; each holds a
 * strong reference that values_end() drops, so looking never keeps an object alive past the stop. */
#pragma once

#include "request.h"

#include <Python.h>

struct my_code;
struct returns;
struct values;

/* How values asks its owner around running Python code of the program. All are required. */
struct values_hooks {
    /* Called just before and after code of the program runs: the owner restores and takes back the
     * switch interval, counts it, remembers REQUEST_SEQ for cancel. after_python is called while the
     * Python error that ended the code, if any, is still set: a KeyboardInterrupt that no client asked
     * for belongs to the program. It leaves the error as it is. */
    void (*before_python)(void *data, long long request_seq);
    void (*after_python)(void *data);
    /* Text for the client: an `output` event of that DAP category. TEXT is UTF-8, LENGTH bytes. */
    void (*output)(void *data, const char *category, const char *text, size_t length);
    void *data;
    /* May be NULL. Code that was run ended in KeyboardInterrupt. True: the client's cancel of
     * REQUEST_SEQ asked for it. False: it was meant for the program, to which the owner delivers it
     * when it goes on. Called after after_python(), no Python error set. */
    bool (*interrupted)(void *data, long long request_seq);
};

/* NULL with a Python error set on failure. The caller owns it. MY_CODE is borrowed. */
struct values *values_create(const struct values_hooks *hooks, struct my_code *my_code);
void values_destroy(struct values *values); /* GIL held; NULL is fine */
void values_forget(struct values *values);  /* the session is over: what is known of files and texts */

/* A stop begins: FRAME is the innermost frame (borrowed). HIDE_BELOW may be NULL; otherwise frames
 * below (outside) the one that runs this code object are not shown (runpy's under -m). */
void values_begin(struct values *values, PyObject *frame, PyObject *hide_below);

/* The same for a raised exception: EXCEPTION's traceback gives the stack, innermost first, and its
 * chain the exception details. POST_MORTEM: the frames are finished (no stepping; locals readable).
 * Otherwise FRAME as above is live and the exception only adds the scope and the details. */
void values_begin_exception(struct values *values, PyObject *frame, PyObject *exception, bool post_mortem,
                            PyObject *hide_below);
void values_end(struct values *values);

/* What functions returned, shown as scope Return and in the snapshot: the content of RETURNS is taken. Call after
 * values_begin(). */
void values_set_returns(struct values *values, struct returns *returns);

/* A line of the file that CODE is from, without its end, as much as fits; false: it cannot be had. */
bool values_source_line(struct values *values, PyObject *code, int line, char *buffer, size_t size);

/* The UTF-16 column of a byte OFFSET, from 0, in a line of that file. */
int values_source_column(struct values *values, PyObject *code, int line, int offset);

/* The frame of a frame id of this stop: borrowed; NULL: there is none. */
PyObject *values_frame_object(struct values *values, long long frame_id);

/* New list of the names of a function's variables in FRAME that are unbound; NULL, without an error, when it cannot
 * be had. Empty for what is no function. */
PyObject *values_unbound(const struct values *values, PyObject *frame);

/* The snapshot of `stopped` (stackFrames, moreFrames, scopes, pages, exception, returnValue,
 * postMortem; the caller adds the rest). Runs no code of the program. */
struct value *values_snapshot(struct values *values, struct arena *arena, size_t frames, size_t variables);

/* One StackFrame list entry's source and line for other uses (breakpoint on a frame): see frames.h. */

/* For reports between stops: EXCEPTION's ExceptionDetails, the innermost frames of its traceback (at most LIMIT,
 * under the id 0), and "Type: message". They run no code of the program. */
struct value *values_exception(struct values *values, struct arena *arena, PyObject *exception);
struct value *values_traceback(struct values *values, struct arena *arena, PyObject *exception, size_t limit);
void values_exception_summary(struct values *values, PyObject *exception, char *buffer, size_t size);

/* A variable of the function that runs in FRAME. New reference; NULL: it is unbound. */
PyObject *values_local(struct values *values, PyObject *frame, const char *name);

/* What PATH, dotted names such as self.lock, means in FRAME, found without running code: new reference; NULL. */
PyObject *values_find_path(struct values *values, PyObject *frame, const char *path);

/* The name of an instruction in the interpreter that runs. */
const char *values_opcode_name(struct values *values, unsigned char opcode);

/* The Source of code with this co_filename, whose module has these GLOBALS (NULL: not known). */
struct value *values_source(struct values *values, struct arena *arena, PyObject *filename, PyObject *globals);

/* Name, source and line of FRAME, of any thread and at any time: a StackFrame without an id. Runs no code of
 * the program. */
struct value *values_place(struct values *values, struct arena *arena, PyObject *frame);

/* Render OBJECT as one bounded line into BUFFER (NUL-terminated UTF-8). Runs no code of the program. */
void values_render(struct values *values, PyObject *object, char *buffer, size_t size);

/* Evaluate the {expressions} of a log message, and conditions that are too complex for the engine's
 * fast path, go through the engine's own compiled code, not through here. */

/* Request handlers; each takes the values from backend_values(request->backend). */
struct value *values_handle_stack_trace(struct request *request, bool *ok);
struct value *values_handle_exception_frames(struct request *request, bool *ok);
struct value *values_handle_scopes(struct request *request, bool *ok);
struct value *values_handle_variables(struct request *request, bool *ok);
struct value *values_handle_find_variable(struct request *request, bool *ok);
struct value *values_handle_set_variable(struct request *request, bool *ok);
struct value *values_handle_set_expression(struct request *request, bool *ok);
struct value *values_handle_display(struct request *request, bool *ok);
struct value *values_handle_function(struct request *request, bool *ok);
struct value *values_handle_evaluate(struct request *request, bool *ok);
struct value *values_handle_completions(struct request *request, bool *ok);
struct value *values_handle_exception_info(struct request *request, bool *ok);
/* What runs as __main__. */
void values_set_main(struct values *values, PyObject *code);

struct value *values_handle_source(struct request *request, bool *ok);

/* Provided by the owner (backend.c). */
struct values *backend_values(struct backend *backend);

/* The innermost frame of another thread at the stop, by our thread id: a new reference, or NULL (no
 * error set) when there is no such thread or it runs no Python. For stackTrace. */
PyObject *backend_thread_frame(struct backend *backend, long long thread_id);

/* Our id of the thread that is stopped; 0 when none is. */
long long backend_stopped_thread(struct backend *backend);
