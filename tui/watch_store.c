/* A file is one map: {"version", "project", "watches": [{"expression", "function", "path"}]}. */
#include "watch_store.h"

#include "breakpoint_store.h"
#include "inifile.h"
#include "log.h"
#include "paths.h"
#include "protocol/arena.h"
#include "protocol/codec_msgpack.h"
#include "protocol/value.h"
#include "savefile.h"
#include "session.h"
#include "xalloc.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define VERSION    1
#define COUNT_MAX  1000 /* watches that are read; more is no file of ours */
#define EVERYWHERE "everywhere"

struct watch_store {
    char *project, *file, *everywhere; /* owned */
    uint64_t saved;                    /* the model's revision that is written */
    bool failed;
};

/* FNV-1a: tells apart projects of one name. */
static uint64_t hash(const char *text)
{
    uint64_t value = 14695981039346656037u;
    for (; *text; text++)
        value = (value ^ (unsigned char)*text) * 1099511628211u;
    return value;
}

struct watch_store *watch_store_create(const char *directory)
{
    char *folder = paths_state("watches");
    if (!folder || !paths_make(folder)) {
        log_errno("watches are not kept");
        free(folder);
        return NULL;
    }
    struct watch_store *store = xcalloc(1, sizeof *store);
    store->project = breakpoint_store_project(directory);
    const char *slash = strrchr(store->project, '/');
    store->file = xasprintf("%s/%.60s-%016" PRIx64, folder, slash ? slash + 1 : "", hash(store->project));
    store->everywhere = xasprintf("%s/" EVERYWHERE, folder);
    free(folder);
    return store;
}

void watch_store_destroy(struct watch_store *store)
{
    if (!store)
        return;
    free(store->project);
    free(store->file);
    free(store->everywhere);
    free(store);
}

static bool is_everywhere(const struct model_watch *watch)
{
    return watch->kind == MODEL_WATCH_EVERYWHERE;
}

static void load_watch(struct session *session, const struct value *kept, bool everywhere)
{
    const char *expression = value_get_text(kept, "expression", NULL);
    const char *function = value_get_text(kept, "function", NULL), *path = value_get_text(kept, "path", NULL);
    char *own_function = xstrdup(function), *own_path = xstrdup(path);
    struct model_watch like = {.kind = everywhere ? MODEL_WATCH_EVERYWHERE
                                       : function ? MODEL_WATCH_FUNCTION
                                                  : MODEL_WATCH_PROJECT,
                               .function = own_function,
                               .path = own_path};
    if (expression && *expression)
        session_add_watch(session, expression, &like);
    free(own_function);
    free(own_path);
}

static void load_file(const struct watch_store *store, struct session *session, const char *file, bool everywhere)
{
    char reason[200] = "";
    size_t length;
    char *bytes = inifile_load(file, &length);
    struct arena *arena = bytes ? arena_create() : NULL;
    const struct value *map = arena ? codec_msgpack_decode(arena, bytes, length, reason, sizeof reason) : NULL;
    const char *project = everywhere ? EVERYWHERE : store->project;
    bool ours =
        map && value_get_int(map, "version", 0) == VERSION && strcmp(value_get_text(map, "project", ""), project) == 0;
    const struct value *list = ours ? value_get_array(map, "watches") : NULL;
    if (bytes && !ours)
        log_write("%s is not used: %s", file, map ? "it is of another version or project" : reason);
    for (size_t i = 0; i < value_count(list) && i < COUNT_MAX; i++)
        load_watch(session, value_at(list, i), everywhere);
    arena_destroy(arena);
    free(bytes);
}

void watch_store_load(struct watch_store *store, struct session *session)
{
    load_file(store, session, store->everywhere, true);
    load_file(store, session, store->file, false);
    store->saved = session_model(session)->watch_revision;
}

static bool write_file(const struct watch_store *store, const struct model *model, bool everywhere)
{
    const char *reason = NULL;
    struct codec_buffer bytes = {0};
    struct arena *arena = arena_create();
    struct value *map = value_map(arena), *list = value_array(arena);
    for (size_t i = 0; i < model->watch_count; i++) {
        const struct model_watch *watch = &model->watches[i];
        struct value *kept = value_map(arena);
        value_set_text(arena, kept, "expression", watch->expression);
        if (watch->function)
            value_set_text(arena, kept, "function", watch->function);
        if (watch->path)
            value_set_text(arena, kept, "path", watch->path);
        if (is_everywhere(watch) == everywhere)
            value_append(arena, list, kept);
    }
    value_set_int(arena, map, "version", VERSION);
    value_set_text(arena, map, "project", everywhere ? EVERYWHERE : store->project);
    value_set(arena, map, "watches", list);
    bool ok = codec_msgpack_encode(&bytes, map, &reason);
    if (!ok) {
        log_write("watches: %s", reason);
        errno = EFBIG;
    }
    ok = ok && savefile_write(everywhere ? store->everywhere : store->file, (const char *)bytes.bytes, bytes.length);
    int error = errno;
    codec_buffer_finish(&bytes);
    arena_destroy(arena);
    errno = error;
    return ok;
}

bool watch_store_save(struct watch_store *store, struct session *session, char *error, size_t size)
{
    const struct model *model = session_model(session);
    if (store->saved == model->watch_revision)
        return true;
    store->saved = model->watch_revision;
    bool ok = write_file(store, model, false) && write_file(store, model, true);
    bool told = store->failed;
    store->failed = !ok;
    if (ok || told)
        return true;
    snprintf(error, size, "watches cannot be kept: %s: %s", store->file, strerror(errno));
    return false;
}
