#include "engine_frame_hook.h"

#include "breakpoints.h"
#include "c_stack.h"
#include "engine.h"

#include <opcode.h>
#include <stdlib.h>
#include <string.h>

#define TRACING_ON 255 /* _PyCFrame.use_tracing */

#define RUNNING_EVENTS (ENGINE_LINES | ENGINE_RETURNS | ENGINE_RAISES) /* need tracing after a frame's start, too */

struct frame_hook frame_hook = {.slot = -1};

/* A C frame that began without the hook; by its code too, since the address is used again later. */
struct bare_frame {
    const _PyCFrame *cframe;
    const PyCodeObject *code; /* of its outermost Python frame; compared only */
};

static struct bare_frame *bare_frames; /* owned; sorted by address */
static size_t bare_count;

/* A thread whose own trace function we call: sys.settrace() of the program, or coverage's. */
struct shared_thread {
    uint64_t id; /* of the thread state; never used again */
    Py_tracefunc trace;
};

static struct shared_thread *shared_threads; /* owned */
static size_t shared_count;

static uint32_t large_versions; /* given to functions by keep_from_inlining() */

/* Interest. */

static bool is_wanted_at_start(PyCodeObject *code)
{
    uintptr_t mark = code_mark(code);
    const struct code_interest *interest = mark & 1 ? NULL : (struct code_interest *)mark;
    if (!code_is_seen(code) || (interest && interest->armed)) {
        return true;
    }
    bool passed = interest ? interest->passed : mark & MARK_PASSED;
    unsigned events = frame_hook.watched_all & (passed ? ~(unsigned)ENGINE_STARTS : ~0u);
    return ((interest ? interest->watched : 0) | events) & (RUNNING_EVENTS | ENGINE_STARTS);
}

static bool is_wanted(PyCodeObject *code)
{
    const struct code_interest *interest = code_interest(code);
    return frame_hook.watched_all & RUNNING_EVENTS ||
           (interest && ((interest->armed && (interest->armed->line_count || interest->armed->point_count)) ||
                         interest->watched & RUNNING_EVENTS));
}

static void set_mark(PyCodeObject *code, uintptr_t mark)
{
    struct code_extra *extra = code->co_extra;
    extra->marks[frame_hook.slot] = (void *)mark; /* _PyCode_SetExtra() would free what is there */
}

/* Give CODE a mark; its memory for marks may not exist yet. */
static bool make_mark(PyCodeObject *code, uintptr_t mark)
{
    if (!code_mark(code)) {
        if (_PyCode_SetExtra((PyObject *)code, frame_hook.slot, (void *)mark) < 0) {
            PyErr_Clear();
            return false;
        }
        return true;
    }
    set_mark(code, mark);
    return true;
}

bool code_mark_seen(PyCodeObject *code)
{
    struct code_interest *interest = code_interest(code);
    if (interest) {
        interest->seen = true;
        return true;
    }
    return make_mark(code, frame_hook.seen);
}

void code_pass_starts(PyCodeObject *code, bool passed)
{
    struct code_interest *interest = code_interest(code);
    if (interest) {
        interest->passed = passed;
    } else if (code_is_seen(code)) {
        set_mark(code, frame_hook.seen | (passed ? MARK_PASSED : 0));
    }
}

static bool is_comprehension(PyCodeObject *code)
{
    static const char *const names[] = {"<listcomp>", "<setcomp>", "<dictcomp>"};
    bool named = false;
    for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
        named = named || PyUnicode_CompareWithASCIIString(code->co_name, names[i]) == 0;
    }
    Py_ssize_t size = Py_SIZE(code) * (Py_ssize_t)sizeof(_Py_CODEUNIT);
    for (int offset = 0; named && offset < size; offset += (int)sizeof(_Py_CODEUNIT)) {
        int line = PyCode_Addr2Line(code, offset);
        named = line <= 0 || line == code->co_firstlineno;
    }
    return named;
}

struct code_interest *code_interest_make(PyCodeObject *code)
{
    struct code_interest *interest = code_interest(code);
    if (interest) {
        return interest;
    }
    interest = calloc(1, sizeof(*interest));
    if (!interest) {
        return NULL;
    }
    interest->code = code;
    interest->seen = code_is_seen(code);
    interest->passed = interest->seen && code_mark(code) & MARK_PASSED;
    interest->is_comprehension = is_comprehension(code);
    if (!make_mark(code, (uintptr_t)interest)) {
        free(interest);
        return NULL;
    }
    interest->next = frame_hook.interests;
    interest->link = &frame_hook.interests;
    if (interest->next) {
        interest->next->link = &interest->next;
    }
    frame_hook.interests = interest;
    return interest;
}

static void free_interest(struct code_interest *interest)
{
    *interest->link = interest->next;
    if (interest->next) {
        interest->next->link = interest->link;
    }
    free(interest);
}

void code_interest_drop(struct code_interest *interest)
{
    uintptr_t seen = frame_hook.seen | (interest->passed ? MARK_PASSED : 0);
    set_mark(interest->code, interest->seen ? seen : 0);
    free_interest(interest);
}

/* The code object dies. */
static void free_mark(void *mark)
{
    if (mark && !((uintptr_t)mark & 1)) {
        free_interest(mark);
    }
}

/* The trace function of a thread. */

static struct shared_thread *find_shared(const PyThreadState *tstate)
{
    for (size_t i = 0; i < shared_count; i++) {
        if (shared_threads[i].id == tstate->id) {
            return &shared_threads[i];
        }
    }
    return NULL;
}

Py_tracefunc frame_hook_program_trace(const PyThreadState *tstate)
{
    const struct shared_thread *shared = find_shared(tstate);
    return shared ? shared->trace : NULL;
}

/* Put ours in front of the program's trace function. Its object stays in place, for sys.gettrace(). */
static void share_trace(PyThreadState *tstate)
{
    struct shared_thread *shared = find_shared(tstate);
    if (!shared) {
        struct shared_thread *grown = realloc(shared_threads, (shared_count + 1) * sizeof(*grown));
        if (!grown) {
            return;
        }
        shared_threads = grown;
        shared = &shared_threads[shared_count++];
        shared->id = tstate->id;
    }
    shared->trace = tstate->c_tracefunc;
    tstate->c_tracefunc = frame_hook.trace_both;
}

static void unshare_trace(PyThreadState *tstate)
{
    struct shared_thread *shared = find_shared(tstate);
    tstate->c_tracefunc = shared ? shared->trace : NULL;
    if (shared) {
        *shared = shared_threads[--shared_count];
    }
}

/* Not by PyEval_SetTrace(): that raises an audit event, which the program could see. */
static void set_tracing(PyThreadState *tstate, bool wanted)
{
    Py_tracefunc set = tstate->c_tracefunc;
    if (wanted) {
        if (!set) {
            tstate->c_tracefunc = frame_hook.trace;
        } else if (set != frame_hook.trace && set != frame_hook.trace_both) {
            share_trace(tstate);
        }
    } else if (set == frame_hook.trace) {
        tstate->c_tracefunc = NULL;
    } else if (set == frame_hook.trace_both) {
        unshare_trace(tstate);
    }
    bool on = !tstate->tracing && (tstate->c_tracefunc || tstate->c_profilefunc);
    tstate->cframe->use_tracing = on ? TRACING_ON : 0;
}

/* Frames that run. */

static const PyCodeObject *outermost_code(const _PyCFrame *cframe)
{
    const _PyInterpreterFrame *frame = cframe->current_frame;
    while (frame && !frame->is_entry) {
        frame = frame->previous;
    }
    return frame ? frame->f_code : NULL;
}

static int compare_bare(const void *left, const void *right)
{
    uintptr_t a = (uintptr_t)((const struct bare_frame *)left)->cframe;
    uintptr_t b = (uintptr_t)((const struct bare_frame *)right)->cframe;
    return (a > b) - (a < b);
}

static bool is_bare(const _PyCFrame *cframe)
{
    struct bare_frame key = {.cframe = cframe};
    const struct bare_frame *found =
        bare_count ? bsearch(&key, bare_frames, bare_count, sizeof(key), compare_bare) : NULL;
    return found && found->code == outermost_code(cframe);
}

bool frame_is_bare(PyThreadState *tstate, const _PyInterpreterFrame *frame)
{
    return !frame->is_entry || is_bare(tstate->cframe);
}

static bool add_bare(PyThreadState *tstate, size_t *capacity)
{
    for (const _PyCFrame *cframe = tstate->cframe; cframe && cframe != &tstate->root_cframe;
         cframe = cframe->previous) {
        if (bare_count == *capacity) {
            size_t wanted = *capacity ? *capacity * 2 : 64;
            struct bare_frame *grown = realloc(bare_frames, wanted * sizeof(*grown));
            if (!grown) {
                PyErr_NoMemory();
                return false;
            }
            bare_frames = grown;
            *capacity = wanted;
        }
        bare_frames[bare_count++] = (struct bare_frame){cframe, outermost_code(cframe)};
    }
    return true;
}

/* A thread state stands in the list before it is filled in, which needs no GIL (PyGILState_Ensure). */
bool frame_hook_is_complete(const PyThreadState *tstate)
{
    return __atomic_load_n(&tstate->_initialized, __ATOMIC_ACQUIRE) && tstate->cframe;
}

/* All C frames that there are now. */
static bool note_bare_frames(PyInterpreterState *interpreter)
{
    size_t capacity = 0;
    free(bare_frames);
    bare_frames = NULL;
    bare_count = 0;
    for (PyThreadState *tstate = PyInterpreterState_ThreadHead(interpreter); tstate;
         tstate = PyThreadState_Next(tstate)) {
        if (frame_hook_is_complete(tstate) && !add_bare(tstate, &capacity)) {
            return false;
        }
    }
    if (bare_count) {
        qsort(bare_frames, bare_count, sizeof(*bare_frames), compare_bare);
    }
    return true;
}

static bool is_cframe_wanted(PyThreadState *tstate)
{
    for (const _PyCFrame *cframe = tstate->cframe; cframe && cframe != &tstate->root_cframe;
         cframe = cframe->previous) {
        for (const _PyInterpreterFrame *frame = cframe->current_frame; frame; frame = frame->previous) {
            if (is_wanted(frame->f_code)) {
                return true;
            }
            if (frame->is_entry) {
                break;
            }
        }
        if (!is_bare(cframe)) {
            break;
        }
    }
    return false;
}

void frame_hook_settle(PyThreadState *tstate)
{
    set_tracing(tstate, frame_hook.running && is_cframe_wanted(tstate));
}

/* Subscripts. 3.11 respects the hook wherever it inlines calls, but for `a[b]` with a
 * __getitem__ in Python (BINARY_SUBSCR_GETITEM; 3.11.2 inlines it, 3.11.7 does not): such frames would come and go
 * unseen. The places where that is done name the function by a version of 16 bits, so one with a larger version is
 * always called. */

#define FIRST_LARGE_VERSION 0x80000000u /* CPython counts up from 1; versions of functions must differ */

static bool is_at_subscript(_PyInterpreterFrame *frame)
{
    static const unsigned char subscripts[] = {BINARY_SUBSCR,          BINARY_SUBSCR_ADAPTIVE, BINARY_SUBSCR_DICT,
                                               BINARY_SUBSCR_LIST_INT, BINARY_SUBSCR_GETITEM,  BINARY_SUBSCR_TUPLE_INT};
    return frame && !_PyFrame_IsIncomplete(frame) &&
           memchr(subscripts, _Py_OPCODE(*frame->prev_instr), sizeof(subscripts));
}

/* FRAME begins; the first time that its code is entered, see whether it can be a __getitem__. */
static void keep_from_inlining(PyThreadState *tstate, const _PyInterpreterFrame *frame)
{
    PyCodeObject *code = frame->f_code;
    if (code->co_argcount != 2) {
        return;
    }
    struct code_interest *interest = code_interest(code);
    if (!code_is_seen(code) && (PyUnicode_CompareWithASCIIString(code->co_name, "__getitem__") == 0 ||
                                is_at_subscript(tstate->cframe->current_frame))) {
        interest = code_interest_make(code);
        if (interest) {
            interest->is_subscript = true;
        }
    }
    if (interest && interest->is_subscript && frame->f_func->func_version < FIRST_LARGE_VERSION) {
        frame->f_func->func_version = FIRST_LARGE_VERSION + large_versions++;
    }
}

/* The hook. */

struct call {
    PyThreadState *tstate;
    _PyInterpreterFrame *frame;
    int throwing;
    PyObject *result;
};

static PyObject *evaluate(PyThreadState *tstate, _PyInterpreterFrame *frame, int throwing);

static void evaluate_again(void *data)
{
    struct call *call = data;
    call->result = evaluate(call->tstate, call->frame, call->throwing);
}

/* The C stack seems to be low. Greenlets copy the one stack that they know, so with these it must do. */
static PyObject *evaluate_elsewhere(PyThreadState *tstate, _PyInterpreterFrame *frame, int throwing)
{
    struct call call = {.tstate = tstate, .frame = frame, .throwing = throwing};
    if (c_stack_measure() && PyDict_GetItemString(PyImport_GetModuleDict(), "greenlet")) {
        c_stack_give_up();
    }
    if (c_stack_is_low()) {
        c_stack_extend(evaluate_again, &call);
    } else {
        evaluate_again(&call);
    }
    return call.result;
}

bool frame_hook_wants_unwind(const PyCodeObject *code)
{
    const struct code_interest *interest = code_interest(code);
    unsigned events = frame_hook.watched_all | (interest ? interest->watched : 0);
    return events & ENGINE_UNWINDS || (code == frame_hook.ending && code);
}

/* After a frame: report if an exception left it, and restore tracing of its caller. */
static PyObject *leave(PyThreadState *tstate, _PyInterpreterFrame *frame, PyObject *result)
{
    if (!frame_hook.running || tstate->tracing) {
        return result;
    }
    if (result && frame_hook.caller && tstate->cframe->current_frame == frame_hook.caller) {
        frame_hook.called(frame, result);
    }
    bool wanted = result ? frame->f_code == frame_hook.ending : frame_hook_wants_unwind(frame->f_code);
    if (wanted && !_PyFrame_IsIncomplete(frame)) {
        frame_hook.ended(tstate, frame, !result);
    }
    frame_hook_settle(tstate);
    return result;
}

static PyObject *evaluate_watched(PyThreadState *tstate, _PyInterpreterFrame *frame, int throwing)
{
    if (!frame_hook.running || tstate->tracing) {
        return frame_hook.next(tstate, frame, throwing);
    }
    keep_from_inlining(tstate, frame);
    set_tracing(tstate, is_wanted_at_start(frame->f_code));
    return leave(tstate, frame, frame_hook.next(tstate, frame, throwing));
}

static inline bool is_quiet(const _PyInterpreterFrame *frame)
{
    return !frame || (code_mark(frame->f_code) & ~MARK_PASSED) == frame_hook.quiet;
}

static PyObject *evaluate(PyThreadState *tstate, _PyInterpreterFrame *frame, int throwing)
{
    if (c_stack_is_low()) {
        return evaluate_elsewhere(tstate, frame, throwing);
    }
    if (tstate->c_tracefunc || !is_quiet(frame)) {
        return evaluate_watched(tstate, frame, throwing);
    }
    uint64_t generation = frame_hook.generation;
    PyObject *result = frame_hook.next(tstate, frame, throwing);
    if (__builtin_expect(result && generation == frame_hook.generation && is_quiet(tstate->cframe->current_frame), 1)) {
        return result;
    }
    return leave(tstate, frame, result);
}

/* Life. */

static void compute_quiet(void)
{
    const unsigned noisy = RUNNING_EVENTS | ENGINE_STARTS;
    bool quiet = frame_hook.running && !(frame_hook.watched_all & noisy);
    frame_hook.quiet = quiet ? frame_hook.seen : MARK_PASSED; /* a pattern that no mark leaves */
}

/* Put the hook in place, unless it is there or another one was put in front of it. */
static bool set_hook(PyInterpreterState *interpreter)
{
    _PyFrameEvalFunction set = _PyInterpreterState_GetEvalFrameFunc(interpreter);
    if (set == evaluate || (frame_hook.installed && set != _PyEval_EvalFrameDefault)) {
        return true;
    }
    if (!note_bare_frames(interpreter)) {
        return false;
    }
    frame_hook.next = set;
    frame_hook.installed = true;
    _PyInterpreterState_SetEvalFrameFunc(interpreter, evaluate);
    return true;
}

void frame_hook_changed(void)
{
    PyThreadState *current = PyThreadState_Get();
    frame_hook.generation++;
    compute_quiet();
    if (frame_hook.running && !set_hook(current->interp)) { /* torch.compile() resets it */
        PyErr_Clear();
    }
    for (PyThreadState *tstate = PyInterpreterState_ThreadHead(current->interp); tstate;
         tstate = PyThreadState_Next(tstate)) {
        /* One that another thread is just creating, without the GIL, has no frames: the hook meets its first. */
        if (!frame_hook_is_complete(tstate)) {
            continue;
        }
        if (!tstate->tracing || !frame_hook.running) { /* else the end of its report settles it */
            frame_hook_settle(tstate);
        }
    }
}

/* Whether extras are where code_mark() looks for them. */
static bool test_marks(void)
{
    PyCodeObject *code = PyCode_NewEmpty("", "", 1);
    if (!code) {
        return false;
    }
    bool found = code_mark(code) == 0 && make_mark(code, 3) && code_mark(code) == 3;
    Py_DECREF(code);
    if (!found) {
        PyErr_SetString(PyExc_RuntimeError, "this Python keeps data of code objects in an unknown way");
    }
    return found;
}

bool frame_hook_prepare(void)
{
    if (frame_hook.slot < 0) {
        frame_hook.slot = _PyEval_RequestCodeExtraIndex(free_mark);
        frame_hook.seen = 1;
    }
    if (frame_hook.slot < 0) {
        PyErr_SetString(PyExc_RuntimeError, "no slot for data of code objects is free");
        return false;
    }
    return test_marks();
}

bool frame_hook_install(void)
{
    if (!set_hook(PyThreadState_Get()->interp)) {
        return false;
    }
    frame_hook.seen += 2 * MARK_PASSED; /* what a former session saw is not seen in this one */
    frame_hook.watched_all = 0;
    frame_hook.running = true;
    frame_hook_changed();
    return true;
}

void frame_hook_remove(void)
{
    if (!frame_hook.running) {
        return;
    }
    PyInterpreterState *interpreter = PyThreadState_Get()->interp;
    frame_hook.running = false;
    frame_hook.watched_all = 0;
    frame_hook.ending = NULL;
    frame_hook.caller = NULL;
    while (frame_hook.interests) {
        code_interest_drop(frame_hook.interests);
    }
    frame_hook_changed();
    if (_PyInterpreterState_GetEvalFrameFunc(interpreter) == evaluate) {
        _PyInterpreterState_SetEvalFrameFunc(interpreter, frame_hook.next);
        frame_hook.installed = false;
    }
    free(bare_frames);
    bare_frames = NULL;
    bare_count = 0;
}
