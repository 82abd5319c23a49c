#include "source.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lexer.h"
#include "source_columns.h"
#include "source_decode.h"
#include "xalloc.h"

#define MAX_BYTES    ((size_t)64 << 20)
#define BINARY_BYTES 8192              /* a NUL in as many at the start: no text */
#define SLICE_BYTES  ((size_t)1 << 20) /* that one step reads, decodes, indexes or scans */

/* A file on its way: from the descriptor to bytes, text, lines, states. */
struct load {
    int fd;
    char *bytes; /* owned */
    size_t used, capacity;
    struct source_decoder *decoder;
    struct lexer_scanner *scanner;
    size_t offsets_capacity, indexed; /* bytes of the text whose lines are known */
    bool whole;                       /* all was read */
};

struct source {
    char *path; /* owned */
    char *text; /* owned; UTF-8, lines end in \n */
    size_t length;
    uint32_t *offsets; /* owned; where lines begin, and one more: where the line after the last would */
    uint8_t *states;   /* owned; the lexer's, per line */
    uint64_t revision;
    size_t lines;                   /* 0 until all is here */
    size_t known;                   /* of them, while it is on its way */
    char *error, *note;             /* owned */
    struct source_columns *columns; /* owned */
    struct load *load;              /* owned; NULL: it is here, or will not be */
    bool wire;                      /* the text came over the wire; there is no file */
    bool exists;                    /* on disk, when it was read */
    struct stat status;
};

struct source_store {
    struct source **sources; /* owned, each */
    size_t count, capacity;
};

static void end_load(struct source *source)
{
    struct load *load = source->load;
    if (load == NULL)
        return;
    if (load->fd >= 0)
        close(load->fd);
    source_decoder_destroy(load->decoder);
    lexer_scanner_destroy(load->scanner);
    free(load->bytes);
    free(load);
    source->load = NULL;
}

static void forget_text(struct source *source)
{
    end_load(source);
    source_columns_forget(source->columns);
    source->revision++;
    free(source->text);
    free(source->offsets);
    free(source->states);
    free(source->error);
    free(source->note);
    source->text = source->error = source->note = NULL;
    source->offsets = NULL;
    source->states = NULL;
    source->length = source->lines = source->known = 0;
}

/* Lines that begin in the next BYTES. */
static void index_lines(struct source *source, size_t bytes)
{
    struct load *load = source->load;
    const char *text = source->text, *end = text + source->length, *at = text + load->indexed;
    const char *stop = bytes < (size_t)(end - at) ? at + bytes : end;
    while (at < stop) {
        const char *newline = memchr(at, '\n', (size_t)(end - at));
        xgrow(&source->offsets, &load->offsets_capacity, source->known + 2, sizeof *source->offsets);
        source->offsets[source->known++] = (uint32_t)(at - text);
        at = newline != NULL ? newline + 1 : end + 1; /* as if the last line had a newline */
        source->offsets[source->known] = (uint32_t)(at - text);
    }
    load->indexed = at < end ? (size_t)(at - text) : source->length;
    if (load->indexed < source->length)
        return;
    source->states = xcalloc(source->known + 1, 1);
    load->scanner = lexer_scanner_create(text, source->length, source->offsets, source->known, source->states);
}

static void take_text(struct source *source)
{
    struct load *load = source->load;
    struct source_text decoded = source_decoder_finish(load->decoder);
    load->decoder = NULL;
    free(load->bytes);
    load->bytes = NULL;
    source->text = decoded.text;
    source->length = decoded.length;
    source->note = decoded.note;
}

static char *open_error(const char *path, int error)
{
    size_t length = strlen(path);
    if (length > 1 && path[0] == '<' && path[length - 1] == '>')
        return xasprintf("%s is not in a file: its code was made while the program ran", path);
    switch (error) {
    case ENOENT:
        return xasprintf("no file %s: it was moved or deleted, or the program runs in another place", path);
    case ENOTDIR:
        return xasprintf("%s is inside of a file, perhaps a zip archive: unpack it to see the source", path);
    case EACCES:
    case EPERM:
        return xasprintf("%s may not be read by you: change its permissions (chmod +r), then reload", path);
    case EISDIR:
        return xasprintf("%s is a directory: choose a file in it", path);
    default:
        return xasprintf("cannot read %s: %s", path, strerror(error));
    }
}

static char *kind_error(const char *path, const struct stat *status)
{
    if (S_ISDIR(status->st_mode))
        return open_error(path, EISDIR);
    if (!S_ISREG(status->st_mode))
        return xasprintf("%s is a device or pipe, not a file: there is no source to show", path);
    if ((size_t)status->st_size > MAX_BYTES)
        return xasprintf("%s has %lld MiB, more than the %zu that are shown: open it in an editor", path,
                         (long long)(status->st_size >> 20), MAX_BYTES >> 20);
    return NULL;
}

/* Up to BYTES more of the file; an error becomes SOURCE's. */
static void read_more(struct source *source, size_t bytes)
{
    struct load *load = source->load;
    size_t room = load->capacity - load->used;
    ssize_t got = read(load->fd, load->bytes + load->used, room < bytes ? room : bytes);
    if (got < 0 && errno == EINTR)
        return;
    if (got < 0)
        source->error = open_error(source->path, errno);
    else if (load->used + (size_t)got > MAX_BYTES)
        source->error = xasprintf("%s is larger than the %zu MiB that are shown", source->path, MAX_BYTES >> 20);
    if (source->error != NULL)
        return;
    load->used += (size_t)got;
    load->whole = got == 0;
    if (load->used == load->capacity)
        xgrow(&load->bytes, &load->capacity, load->used + 1, 1);
    if (load->whole && memchr(load->bytes, '\0', load->used < BINARY_BYTES ? load->used : BINARY_BYTES) != NULL)
        source->error = xasprintf("%s is not text but binary data (compiled?): look for its .py file", source->path);
    if (load->whole && source->error == NULL)
        load->decoder = source_decoder_create(load->bytes, load->used);
}

/* One step of about as many BYTES. */
static void load_step(struct source *source, size_t bytes)
{
    struct load *load = source->load;
    if (!load->whole) {
        read_more(source, bytes);
    } else if (load->decoder != NULL) {
        if (!source_decoder_step(load->decoder, bytes))
            take_text(source);
    } else if (load->scanner == NULL) {
        index_lines(source, bytes);
    } else if (!lexer_scanner_step(load->scanner, bytes)) {
        source->lines = source->known;
        end_load(source);
    }
    if (source->error != NULL)
        end_load(source);
}

bool source_work(struct source *source)
{
    if (source->load != NULL)
        load_step(source, SLICE_BYTES);
    return source->load != NULL;
}

static void finish_load(struct source *source)
{
    while (source->load != NULL)
        load_step(source, SIZE_MAX);
}

bool source_loading(const struct source *source)
{
    return source->load != NULL;
}

/* Each byte comes by four times. */
int source_progress(const struct source *source)
{
    const struct load *load = source->load;
    if (load == NULL)
        return 100;
    size_t size = source->status.st_size > 0 ? (size_t)source->status.st_size : 1;
    size_t done = load->used;
    if (load->decoder != NULL)
        done += source_decoder_done(load->decoder);
    else if (load->whole)
        done += load->used + load->indexed + (load->scanner != NULL ? lexer_scanner_done(load->scanner) : 0);
    size_t percent = done / 4 * 100 / size;
    return percent > 99 ? 99 : (int)percent;
}

void source_cancel(struct source *source)
{
    if (source->load == NULL)
        return;
    forget_text(source);
    source->error = xasprintf("not read: Esc ended that, Ctrl-r reads it\n%s", source->path);
}

static void begin_load(struct source *source)
{
    /* O_NONBLOCK: opening a pipe must not wait for its other end. */
    int fd = open(source->path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    source->exists = fd >= 0 && fstat(fd, &source->status) == 0;
    if (!source->exists) {
        int error = errno;
        source->error = open_error(source->path, error);
        source->exists = stat(source->path, &source->status) == 0; /* there, but not for us */
    } else {
        source->error = kind_error(source->path, &source->status);
    }
    if (source->error != NULL) {
        if (fd >= 0)
            close(fd);
        return;
    }
    source->load = xcalloc(1, sizeof *source->load);
    source->load->fd = fd;
    xgrow(&source->load->bytes, &source->load->capacity, (size_t)source->status.st_size + 1, 1);
    if ((size_t)source->status.st_size <= SLICE_BYTES)
        finish_load(source);
}

static void take_bytes(struct source *source, const char *bytes, size_t length)
{
    source->load = xcalloc(1, sizeof *source->load);
    source->load->fd = -1;
    source->load->whole = true;
    source->load->decoder = source_decoder_create(bytes, length);
    finish_load(source);
}

struct source_store *source_store_create(void)
{
    return xcalloc(1, sizeof(struct source_store));
}

void source_store_destroy(struct source_store *store)
{
    if (store == NULL)
        return;
    for (size_t i = 0; i < store->count; i++) {
        forget_text(store->sources[i]);
        source_columns_destroy(store->sources[i]->columns);
        free(store->sources[i]->path);
        free(store->sources[i]);
    }
    free(store->sources);
    free(store);
}

static struct source *find(const struct source_store *store, const char *path)
{
    for (size_t i = 0; i < store->count; i++)
        if (strcmp(store->sources[i]->path, path) == 0)
            return store->sources[i];
    return NULL;
}

static struct source *add(struct source_store *store, const char *path)
{
    struct source *source = xcalloc(1, sizeof *source);
    source->path = xstrdup(path);
    source->columns = source_columns_create();
    xgrow(&store->sources, &store->capacity, store->count + 1, sizeof(struct source *));
    store->sources[store->count++] = source;
    return source;
}

struct source *source_store_begin(struct source_store *store, const char *path)
{
    struct source *source = find(store, path);
    if (source == NULL) {
        source = add(store, path);
        begin_load(source);
    }
    return source;
}

struct source *source_store_open(struct source_store *store, const char *path)
{
    struct source *source = source_store_begin(store, path);
    finish_load(source);
    return source;
}

struct source *source_store_put(struct source_store *store, const char *name, const char *text, size_t length)
{
    struct source *source = find(store, name);
    if (source == NULL)
        source = add(store, name);
    forget_text(source);
    source->wire = true;
    if (length > MAX_BYTES)
        source->error = xasprintf("%s is larger than the %zu MiB that are shown", name, MAX_BYTES >> 20);
    else
        take_bytes(source, text, length);
    return source;
}

const char *source_path(const struct source *source)
{
    return source->path;
}

const char *source_error(const struct source *source)
{
    return source->error;
}

const char *source_note(const struct source *source)
{
    return source->note;
}

int source_lines(const struct source *source)
{
    return (int)source->lines;
}

const char *source_line(const struct source *source, int number, size_t *length)
{
    *length = 0;
    if (number < 1 || (size_t)number > source->lines)
        return "";
    size_t start = source->offsets[number - 1];
    *length = source->offsets[number] - 1 - start;
    return source->text + start;
}

int source_line_at(const struct source *source, size_t at, size_t *offset)
{
    size_t low = 0, high = source->lines; /* it begins at `low` or behind, and before `high` */
    while (high - low > 1) {
        size_t middle = low + (high - low) / 2;
        if (source->offsets[middle] <= at)
            low = middle;
        else
            high = middle;
    }
    *offset = at - source->offsets[low];
    return (int)low + 1;
}

uint64_t source_revision(const struct source *source)
{
    return source->revision;
}

struct source_columns *source_columns(const struct source *source)
{
    return source->columns;
}

uint8_t source_line_state(const struct source *source, int number)
{
    return number < 1 || (size_t)number > source->lines ? LEXER_START : source->states[number - 1];
}

bool source_changed(const struct source *source)
{
    struct stat now;
    if (source->wire)
        return false;
    if (stat(source->path, &now) != 0)
        return source->exists;
    const struct stat *then = &source->status;
    return !source->exists || now.st_size != then->st_size || now.st_ino != then->st_ino ||
           now.st_dev != then->st_dev || now.st_mtim.tv_sec != then->st_mtim.tv_sec ||
           now.st_mtim.tv_nsec != then->st_mtim.tv_nsec;
}

void source_reload(struct source *source)
{
    if (source->wire)
        return;
    forget_text(source);
    begin_load(source);
}

void source_store_refresh(struct source_store *store)
{
    for (size_t i = 0; i < store->count; i++)
        if (source_changed(store->sources[i]))
            source_reload(store->sources[i]);
}
