/* What is loaded: the requests modules and loadedSources, and their events. Everything is read from sys.modules
 * and the registry of code (sources.h), without running a module's own __getattr__. GIL held for all.
 *
 * Nothing is watched before a client asked for one of the two. From then on sys.modules is compared with what was
 * told when a module's body is entered and at each stop. */
#pragma once

#include "request.h"

#include <Python.h>

struct backend;
struct modules;

struct modules *modules_create(struct backend *backend); /* NULL with a Python error */
void modules_destroy(struct modules *modules);           /* NULL is fine */

void modules_forget(struct modules *modules); /* the session is over */

/* CODE is entered for the first time. */
void modules_code_entered(struct modules *modules, PyObject *code);

/* A stop was told: tell what was loaded or removed since. */
void modules_stopped(struct modules *modules);

struct value *modules_handle_modules(struct request *request, bool *ok);
struct value *modules_handle_loaded_sources(struct request *request, bool *ok);
