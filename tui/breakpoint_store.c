/* The file is one map: {"version", "project", "files": [{"path", "breakpoints": [fields + "text" + "number"]}],
 * "functions", "filters"}. Fields are what the wire has (SourceBreakpoint, FunctionBreakpoint), so that a field which
 * the engine gains is kept without a line here. */
#include "breakpoint_store.h"

#include "inifile.h"
#include "log.h"
#include "model.h"
#include "paths.h"
#include "protocol/arena.h"
#include "protocol/codec_msgpack.h"
#include "protocol/value.h"
#include "savefile.h"
#include "session.h"
#include "source.h"
#include "xalloc.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#define VERSION   1
#define TEXT_MAX  200   /* bytes of a line's text that are kept */
#define COUNT_MAX 10000 /* breakpoints that are read; more is no file of ours */

struct breakpoint_store {
    char *project, *file, *lock; /* owned */
    char **paths;                /* owned: of files that had breakpoints of ours, which may be gone now */
    size_t path_count, path_capacity;
    uint64_t saved; /* the model's revision that is written */
    bool failed;
};

char *breakpoint_store_project(const char *directory)
{
    static const char *const marks[] = {".git", "pyproject.toml"};
    char *at = xstrdup(directory);
    for (;;) {
        for (size_t i = 0; i < sizeof marks / sizeof marks[0]; i++) {
            char *mark = xasprintf("%s/%s", at, marks[i]);
            bool found = access(mark, F_OK) == 0;
            free(mark);
            if (found)
                return at;
        }
        char *slash = strrchr(at, '/');
        if (!slash || slash == at)
            break;
        *slash = '\0';
    }
    free(at);
    return xstrdup(directory);
}

/* FNV-1a: tells apart projects of one name. */
static uint64_t hash(const char *text)
{
    uint64_t value = 14695981039346656037u;
    for (; *text; text++)
        value = (value ^ (unsigned char)*text) * 1099511628211u;
    return value;
}

struct breakpoint_store *breakpoint_store_create(const char *directory)
{
    char *folder = paths_state("breakpoints");
    if (!folder || !paths_make(folder)) {
        log_errno("breakpoints are not kept");
        free(folder);
        return NULL;
    }
    struct breakpoint_store *store = xcalloc(1, sizeof *store);
    store->project = breakpoint_store_project(directory);
    const char *slash = strrchr(store->project, '/');
    store->file = xasprintf("%s/%.60s-%016" PRIx64, folder, slash ? slash + 1 : "", hash(store->project));
    store->lock = xasprintf("%s.lock", store->file);
    free(folder);
    return store;
}

void breakpoint_store_destroy(struct breakpoint_store *store)
{
    if (!store)
        return;
    for (size_t i = 0; i < store->path_count; i++)
        free(store->paths[i]);
    free(store->paths);
    free(store->project);
    free(store->file);
    free(store->lock);
    free(store);
}

static bool knows_path(const struct breakpoint_store *store, const char *path)
{
    for (size_t i = 0; i < store->path_count; i++)
        if (strcmp(store->paths[i], path) == 0)
            return true;
    return false;
}

static void note_path(struct breakpoint_store *store, const char *path)
{
    if (knows_path(store, path))
        return;
    xgrow(&store->paths, &store->path_capacity, store->path_count + 1, sizeof *store->paths);
    store->paths[store->path_count++] = xstrdup(path);
}

/* The file as it is now, in ARENA; an empty map if there is none, or one that makes no sense. */
static struct value *read_file(const struct breakpoint_store *store, struct arena *arena)
{
    char reason[200] = "";
    size_t length;
    char *bytes = inifile_load(store->file, &length);
    if (!bytes)
        return value_map(arena);
    struct value *map = codec_msgpack_decode(arena, bytes, length, reason, sizeof reason);
    free(bytes);
    const char *project = value_get_text(map, "project", "");
    if (!map || value_get_int(map, "version", 0) != VERSION || strcmp(project, store->project) != 0) {
        log_write("%s is not used: %s", store->file, map ? "it is of another version or project" : reason);
        return value_map(arena);
    }
    return map;
}

/* Lines. */

/* Without blanks around it. */
static const char *stripped(const char *text, size_t *length)
{
    while (*length > 0 && (*text == ' ' || *text == '\t')) {
        text++;
        --*length;
    }
    while (*length > 0 && (text[*length - 1] == ' ' || text[*length - 1] == '\t' || text[*length - 1] == '\r'))
        --*length;
    *length = *length < TEXT_MAX ? *length : TEXT_MAX;
    return text;
}

static bool reads(const struct source *source, int line, const char *text)
{
    size_t length, wanted = strlen(text);
    const char *now = source_line(source, line, &length);
    now = stripped(now, &length);
    return length == wanted && memcmp(now, text, length) == 0;
}

int breakpoint_store_follow(struct source_store *sources, const char *path, int line, const char *text)
{
    const struct source *source = source_store_open(sources, path);
    int lines = source_error(source) ? 0 : source_lines(source);
    if (!text || !*text)
        return line;
    for (int away = 0; away <= lines + line; away++) {
        if (line - away >= 1 && line - away <= lines && reads(source, line - away, text))
            return line - away;
        if (line + away <= lines && reads(source, line + away, text))
            return line + away;
    }
    return line;
}

void breakpoint_store_refresh(struct session *session, struct source_store *sources)
{
    const struct model *model = session_model(session);
    size_t count = model->breakpoint_count;
    char **texts = xcalloc(count + 1, sizeof *texts);
    int *ids = xcalloc(count + 1, sizeof *ids);
    for (size_t i = 0; i < count; i++) {
        const struct model_breakpoint *breakpoint = model->breakpoints[i];
        ids[i] = breakpoint->id;
        if (breakpoint->kind != MODEL_BREAKPOINT_LINE)
            continue;
        size_t length;
        const char *text = source_line(source_store_open(sources, breakpoint->path), breakpoint->line, &length);
        text = stripped(text, &length);
        texts[i] = xmemdup(text, length);
    }
    source_store_refresh(sources);
    for (size_t i = 0; i < count; i++) {
        const struct model_breakpoint *breakpoint = texts[i] ? model_breakpoint_find(model, ids[i]) : NULL;
        int now = breakpoint ? breakpoint_store_follow(sources, breakpoint->path, breakpoint->line, texts[i]) : 0;
        if (breakpoint && now != breakpoint->line) {
            struct arena *arena = arena_create();
            struct value *fields = arena ? value_copy(arena, breakpoint->fields) : NULL;
            if (fields) {
                value_set_int(arena, fields, "line", now);
                session_change_breakpoint(session, ids[i], fields);
            }
            arena_destroy(arena);
        }
        free(texts[i]);
    }
    free(texts);
    free(ids);
}

/* Loading. */

struct load {
    struct session *session;
    struct source_store *sources;
    struct arena *arena;
    struct renumbered {
        int64_t before;
        int now;
    } * numbers; /* owned */
    size_t count, capacity;
};

static void set_extension(struct arena *arena, struct value *fields, const char *name, struct value *value)
{
    struct value *extension = value_copy(arena, value_get_map(fields, "pytui"));
    extension = extension ? extension : value_map(arena);
    value_set(arena, extension, name, value);
    value_set(arena, fields, "pytui", extension);
}

static void note_number(struct load *load, const struct value *kept, const struct model_breakpoint *breakpoint)
{
    xgrow(&load->numbers, &load->capacity, load->count + 1, sizeof *load->numbers);
    load->numbers[load->count++] = (struct renumbered){value_get_int(kept, "number", 0), breakpoint->id};
}

/* KEPT without what only the file has. */
static struct value *wire_fields(struct arena *arena, const struct value *kept)
{
    struct value *fields = value_map(arena);
    for (size_t i = 0; i < kept->map.count; i++) {
        const char *key = kept->map.entries[i].key;
        if (strcmp(key, "text") != 0 && strcmp(key, "number") != 0)
            value_set(arena, fields, key, kept->map.entries[i].value);
    }
    return fields;
}

static void load_line(struct load *load, const char *path, const struct value *kept)
{
    int64_t line = value_get_int(kept, "line", 0);
    if (line < 1 || line > 100000000)
        return;
    int now = breakpoint_store_follow(load->sources, path, (int)line, value_get_text(kept, "text", NULL));
    int column = (int)value_get_int(kept, "column", 0);
    const struct model_breakpoint *there =
        model_breakpoint_at_column(session_model(load->session), path, now, column > 0 ? column : 0);
    if (there) { /* the command line's; `after` of others means it */
        note_number(load, kept, there);
        return;
    }
    struct value *fields = wire_fields(load->arena, kept);
    value_set_int(load->arena, fields, "line", now);
    note_number(load, kept, session_add_breakpoint(load->session, path, now, fields));
}

static void load_lines(struct load *load, struct breakpoint_store *store, const struct value *file)
{
    const char *path = value_get_text(file, "path", NULL);
    const struct value *items = value_get_array(file, "breakpoints");
    if (!path || path[0] != '/')
        return;
    note_path(store, path);
    for (size_t i = 0; i < value_count(items) && load->count < COUNT_MAX; i++)
        if (value_at(items, i)->type == VALUE_MAP)
            load_line(load, path, value_at(items, i));
}

static void load_function(struct load *load, const struct value *kept)
{
    const char *name = value_get_text(kept, "name", NULL);
    if (name && *name)
        note_number(load, kept, session_add_function_breakpoint(load->session, name, wire_fields(load->arena, kept)));
}

static void load_filter(struct load *load, const struct value *kept)
{
    for (int i = 0; i < MODEL_FILTER_COUNT; i++)
        if (strcmp(model_filter_names[i], value_get_text(kept, "filter", "")) == 0)
            session_set_filter(load->session, (enum model_filter_kind)i, value_get_bool(kept, "on", false),
                               value_get_text(kept, "types", NULL));
}

/* What NUMBER of the former run is now; 0 when it was not kept. */
static int number_now(const struct load *load, int64_t number)
{
    for (size_t i = 0; i < load->count; i++)
        if (load->numbers[i].before == number)
            return load->numbers[i].now;
    return 0;
}

/* `after` means a breakpoint's number, which is another one now; 0, for none, when that one was not kept. */
static void renumber(struct load *load)
{
    for (size_t i = 0; i < load->count; i++) {
        const struct model_breakpoint *breakpoint =
            model_breakpoint_find(session_model(load->session), load->numbers[i].now);
        int64_t after = breakpoint ? value_get_int(value_get_map(breakpoint->fields, "pytui"), "after", 0) : 0;
        if (after == 0)
            continue;
        struct value *fields = value_copy(load->arena, breakpoint->fields);
        set_extension(load->arena, fields, "after", value_int(load->arena, number_now(load, after)));
        session_change_breakpoint(load->session, breakpoint->id, fields);
    }
}

size_t breakpoint_store_load(struct breakpoint_store *store, struct session *session, struct source_store *sources)
{
    struct load load = {.session = session, .sources = sources, .arena = arena_create()};
    bool any_before = session_model(session)->breakpoint_revision > 0; /* of the command line: to be kept as well */
    const struct value *map = load.arena ? read_file(store, load.arena) : NULL;
    const struct value *files = value_get_array(map, "files"), *functions = value_get_array(map, "functions");
    const struct value *filters = value_get_array(map, "filters");
    for (size_t i = 0; i < value_count(files); i++)
        load_lines(&load, store, value_at(files, i));
    for (size_t i = 0; i < value_count(functions) && load.count < COUNT_MAX; i++)
        load_function(&load, value_at(functions, i));
    for (size_t i = 0; i < value_count(filters); i++)
        load_filter(&load, value_at(filters, i));
    renumber(&load);
    store->saved = any_before ? 0 : session_model(session)->breakpoint_revision;
    arena_destroy(load.arena);
    free(load.numbers);
    return load.count;
}

/* Saving. */

static bool is_kept(const struct model_breakpoint *breakpoint)
{
    const struct value *extension = value_get_map(breakpoint->fields, "pytui");
    const struct value *thread = value_get(extension, "thread");
    const char *name = value_get_text(extension, "thread", "");
    bool for_id = thread && name[strspn(name, "0123456789")] == '\0'; /* ids are of this run only */
    return !value_get_bool(extension, "temporary", false) && !for_id;
}

static struct value *kept_fields(struct arena *arena, const struct model_breakpoint *breakpoint,
                                 struct source_store *sources)
{
    struct value *fields = value_copy(arena, breakpoint->fields);
    value_set_int(arena, fields, "number", breakpoint->id);
    if (breakpoint->kind != MODEL_BREAKPOINT_LINE)
        return fields;
    size_t length;
    const char *text = source_line(source_store_open(sources, breakpoint->path), breakpoint->line, &length);
    text = stripped(text, &length);
    value_set_int(arena, fields, "line", breakpoint->line);
    value_set(arena, fields, "text", value_string(arena, text, length));
    return fields;
}

/* The files of which nothing was known here stay as they are. */
static void keep_others(const struct breakpoint_store *store, struct arena *arena, const struct value *before,
                        struct value *files)
{
    const struct value *known = value_get_array(before, "files");
    for (size_t i = 0; i < value_count(known); i++) {
        const char *path = value_get_text(value_at(known, i), "path", NULL);
        if (path && !knows_path(store, path))
            value_append(arena, files, value_copy(arena, value_at(known, i)));
    }
}

static void keep_lines(struct breakpoint_store *store, struct arena *arena, const struct model *model,
                       struct source_store *sources, struct value *files)
{
    for (size_t i = 0; i < store->path_count; i++) {
        struct value *items = value_array(arena), *file = value_map(arena);
        for (size_t j = 0; j < model->breakpoint_count; j++) {
            const struct model_breakpoint *breakpoint = model->breakpoints[j];
            if (breakpoint->kind == MODEL_BREAKPOINT_LINE && is_kept(breakpoint) &&
                strcmp(breakpoint->path, store->paths[i]) == 0)
                value_append(arena, items, kept_fields(arena, breakpoint, sources));
        }
        value_set_text(arena, file, "path", store->paths[i]);
        value_set(arena, file, "breakpoints", items);
        if (value_count(items) > 0)
            value_append(arena, files, file);
    }
}

static struct value *kept_filters(struct arena *arena, const struct model *model)
{
    struct value *filters = value_array(arena);
    for (size_t i = 0; i < MODEL_FILTER_COUNT; i++) {
        struct value *filter = value_map(arena);
        value_set_text(arena, filter, "filter", model_filter_names[i]);
        value_set_bool(arena, filter, "on", model->filters[i].on);
        const char *types = model->filters[i].types, *condition = model->filters[i].condition;
        if (condition) /* as session_set_filter() takes it */
            value_set(arena, filter, "types", value_format(arena, "%s if %s", types ? types : "", condition));
        else if (types)
            value_set_text(arena, filter, "types", types);
        value_append(arena, filters, filter);
    }
    return filters;
}

static struct value *make_file(struct breakpoint_store *store, struct arena *arena, const struct model *model,
                               struct source_store *sources)
{
    struct value *map = value_map(arena), *files = value_array(arena), *functions = value_array(arena);
    for (size_t i = 0; i < model->breakpoint_count; i++) {
        const struct model_breakpoint *breakpoint = model->breakpoints[i];
        if (breakpoint->kind == MODEL_BREAKPOINT_LINE)
            note_path(store, breakpoint->path);
        else if (is_kept(breakpoint))
            value_append(arena, functions, kept_fields(arena, breakpoint, sources));
    }
    keep_others(store, arena, read_file(store, arena), files);
    keep_lines(store, arena, model, sources, files);
    value_set_int(arena, map, "version", VERSION);
    value_set_text(arena, map, "project", store->project);
    value_set(arena, map, "files", files);
    value_set(arena, map, "functions", functions);
    value_set(arena, map, "filters", kept_filters(arena, model));
    return map;
}

static bool write_file(struct breakpoint_store *store, struct session *session, struct source_store *sources)
{
    const char *reason = NULL;
    struct codec_buffer bytes = {0};
    struct arena *arena = arena_create();
    int lock = open(store->lock, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    bool ok = arena && lock >= 0 && flock(lock, LOCK_EX) == 0; /* held for the time of a read and a write */
    const struct value *map = ok ? make_file(store, arena, session_model(session), sources) : NULL;
    if (map && !codec_msgpack_encode(&bytes, map, &reason)) {
        log_write("breakpoints: %s", reason);
        errno = EFBIG;
        ok = false;
    }
    ok = ok && savefile_write(store->file, (const char *)bytes.bytes, bytes.length);
    int error = errno;
    codec_buffer_finish(&bytes);
    arena_destroy(arena);
    if (lock >= 0)
        close(lock);
    errno = error;
    return ok;
}

bool breakpoint_store_save(struct breakpoint_store *store, struct session *session, struct source_store *sources,
                           char *error, size_t size)
{
    uint64_t revision = session_model(session)->breakpoint_revision;
    if (store->saved == revision)
        return true;
    store->saved = revision;
    if (write_file(store, session, sources)) {
        store->failed = false;
        return true;
    }
    if (store->failed)
        return true;
    store->failed = true;
    snprintf(error, size, "breakpoints cannot be kept: %s: %s", store->file, strerror(errno));
    return false;
}
