/* Any object as one bounded line, without running code of the program: the time, the size and the
 * depth are limited, whatever the object is and whatever its class says it is.
 *
 * Built-in types and their subclasses are read through the base type's C functions. Instances of
 * other classes show what their namespace and slots hold. A few well-known classes get a form of
 * their own (render_known.c). */
#pragma once

#include "objects.h"
#include "text.h"

/* Classes of the standard library (and numpy, pandas) that have a form of their own. */
enum known_type {
    KNOWN_ENUM,
    KNOWN_PATH,
    KNOWN_DATETIME,
    KNOWN_DATE,
    KNOWN_TIME,
    KNOWN_TIMEDELTA,
    KNOWN_DECIMAL,
    KNOWN_FRACTION,
    KNOWN_UUID,
    KNOWN_DEQUE,
    KNOWN_ARRAY,
    KNOWN_CTYPES_ARRAY,
    KNOWN_MASKED_ARRAY, /* before ndarray, of which it is one: its items are not all there */
    KNOWN_NDARRAY,
    KNOWN_NUMPY_INTEGER,
    KNOWN_NUMPY_FLOATING,
    KNOWN_NUMPY_BOOL,
    KNOWN_NUMPY_DATETIME,
    KNOWN_NUMPY_TIMEDELTA,
    KNOWN_DATAFRAME,
    KNOWN_SERIES,
    KNOWN_COUNT
};

struct renderer {
    const struct objects *objects;
    PyTypeObject *known[KNOWN_COUNT]; /* owned; NULL: not loaded */
    PyObject *timezone_utc;           /* owned; NULL: not loaded */
    bool hex;                         /* integers in hexadecimal */
};

#define RENDER_COLUMNS 120 /* of a value in a list */
#define RENDER_BYTES   1024

/* OBJECTS is borrowed for the renderer's life. */
void renderer_init(struct renderer *renderer, const struct objects *objects);
void renderer_finish(struct renderer *renderer);

/* Look again which known types are loaded; cheap, for the beginning of a stop. */
void renderer_refresh(struct renderer *renderer);

/* Render OBJECT into TEXT. Leaves no Python error set. */
void render_object(const struct renderer *renderer, struct text *text, PyObject *object);

/* As repr() does, running the program's __repr__ of what is not built-in; one that raises becomes
 * "<repr raised ZeroDivisionError: …>". False, with the Python error set, when it was interrupted. */
bool render_repr(const struct renderer *renderer, struct text *text, PyObject *object);

/* The type's name, with the length of what has one: list[20]. */
void render_type(const struct renderer *renderer, struct text *text, PyObject *object);

/* The length of a container, read without running code; -1 if it is none. */
Py_ssize_t render_length(const struct renderer *renderer, PyObject *object);

/* Item INDEX of a sequence that has a length, by the C function of the type that makes it one: new reference, or NULL
 * without an error. */
PyObject *render_sequence_item(const struct renderer *renderer, PyObject *object, Py_ssize_t index);

/* Which of the known types OBJECT is an instance of; KNOWN_COUNT if none. */
enum known_type render_known_type(const struct renderer *renderer, PyObject *object);

/* For render_known.c and render.c only: a rendering under way. */
#define RENDER_DEPTH_MAX 40
struct rendering {
    const struct renderer *renderer;
    struct text *text;
    PyObject *open[RENDER_DEPTH_MAX]; /* borrowed: the containers around */
    size_t depth;
    size_t depth_limit;
    size_t item_limit; /* of one container */
    size_t budget;     /* objects still to be rendered */
    bool repr;         /* run the program's __repr__ */
    bool interrupted;  /* a Python error is set */
};

void rendering_object(struct rendering *rendering, PyObject *object);
/* Begin or end a container; false when it must not be entered (a cycle, too deep: then written). */
bool rendering_enter(struct rendering *rendering, PyObject *object, const char *opener, const char *closer);
void rendering_leave(struct rendering *rendering, const char *closer);
/* Write the separator before item INDEX; false when there is no room for it ("…" is written). */
bool rendering_next(struct rendering *rendering, size_t index);
/* NAME=value, for objects with attributes. */
void rendering_attribute(struct rendering *rendering, size_t index, PyObject *name, PyObject *value);
/* A str as bare text, without quotes. */
void rendering_text(struct rendering *rendering, PyObject *string);
/* An instance of a known type, a namedtuple or a dataclass; false: it is none, nothing written. */
bool rendering_known(struct rendering *rendering, PyObject *object);
