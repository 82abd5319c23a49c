/* The shape of a request handler: one function a request, found through the table in requests.c. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

struct arena;
struct backend;
struct value;

/* What a handler is given. Everything is borrowed for the call. */
struct request {
    struct backend *backend;
    const char *name;
    struct arena *arena;           /* the response is built here */
    const struct value *arguments; /* validated against the schema; never NULL */
    long long seq;                 /* of the request, for cancel */
    char error[512];               /* a handler that fails writes what went wrong and what to do */
};

/* The response's body (NULL body is fine: set *OK), or failure: *OK false and request->error set.
 * Handlers that touch Python objects are called with the GIL held and no Python error set, and leave
 * none set. */
typedef struct value *(*request_handler)(struct request *request, bool *ok);

/* Write the error text and return NULL, for `return request_fail(request, ok, "…")`. */
struct value *request_fail(struct request *request, bool *ok, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
