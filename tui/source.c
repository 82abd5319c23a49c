#include "source.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <wctype.h>

#include "lexer.h"
#include "source_decode.h"
#include "width.h"
#include "xalloc.h"

#define MAX_BYTES    ((size_t)64 << 20)
#define BINARY_BYTES 8192 /* a NUL in as many at the start: no text */

struct source {
    char *path; /* owned */
    char *text; /* owned; UTF-8, lines end in \n */
    size_t length;
    uint32_t *offsets; /* owned; where lines begin, and one more: where the line after the last would */
    uint8_t *states;   /* owned; the lexer's, per line */
    size_t lines;
    char *error, *note; /* owned */
    bool wire;          /* the text came over the wire; there is no file */
    bool exists;        /* on disk, when it was read */
    struct stat status;
};

struct source_store {
    struct source **sources; /* owned, each */
    size_t count, capacity;
};

static void forget_text(struct source *source)
{
    free(source->text);
    free(source->offsets);
    free(source->states);
    free(source->error);
    free(source->note);
    source->text = source->error = source->note = NULL;
    source->offsets = NULL;
    source->states = NULL;
    source->length = source->lines = 0;
}

static void index_lines(struct source *source)
{
    const char *text = source->text, *end = text + source->length;
    size_t capacity = 0, lines = 0;
    source->offsets = NULL;
    for (const char *at = text; at < end;) {
        const char *newline = memchr(at, '\n', (size_t)(end - at));
        xgrow(&source->offsets, &capacity, lines + 2, sizeof *source->offsets);
        source->offsets[lines++] = (uint32_t)(at - text);
        at = newline != NULL ? newline + 1 : end + 1; /* as if the last line had a newline */
        source->offsets[lines] = (uint32_t)(at - text);
    }
    source->lines = lines;
    source->states = xcalloc(lines + 1, 1);
    lexer_scan(text, source->length, source->offsets, lines, source->states);
}

static void take_bytes(struct source *source, const char *bytes, size_t length)
{
    struct source_text decoded = source_decode(bytes, length);
    source->text = decoded.text;
    source->length = decoded.length;
    source->note = decoded.note;
    index_lines(source);
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

/* The whole file, or NULL with SOURCE's error set. */
static char *read_all(struct source *source, int fd, size_t *length)
{
    size_t capacity = 0, used = 0;
    char *bytes = NULL;
    xgrow(&bytes, &capacity, (size_t)source->status.st_size + 1, 1);
    for (;;) {
        ssize_t got = read(fd, bytes + used, capacity - used);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            source->error = open_error(source->path, errno);
        else if (used + (size_t)got > MAX_BYTES)
            source->error = xasprintf("%s is larger than the %zu MiB that are shown", source->path, MAX_BYTES >> 20);
        if (source->error != NULL || got == 0)
            break;
        used += (size_t)got;
        if (used == capacity)
            xgrow(&bytes, &capacity, used + 1, 1);
    }
    if (source->error == NULL && memchr(bytes, '\0', used < BINARY_BYTES ? used : BINARY_BYTES) != NULL)
        source->error = xasprintf("%s is not text but binary data (compiled?): look for its .py file", source->path);
    if (source->error != NULL) {
        free(bytes);
        return NULL;
    }
    *length = used;
    return bytes;
}

static void read_file(struct source *source)
{
    size_t length;
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
    char *bytes = source->error == NULL ? read_all(source, fd, &length) : NULL;
    if (fd >= 0)
        close(fd);
    if (bytes != NULL)
        take_bytes(source, bytes, length);
    free(bytes);
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
    xgrow(&store->sources, &store->capacity, store->count + 1, sizeof(struct source *));
    store->sources[store->count++] = source;
    return source;
}

struct source *source_store_open(struct source_store *store, const char *path)
{
    struct source *source = find(store, path);
    if (source == NULL) {
        source = add(store, path);
        read_file(source);
    }
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
    read_file(source);
}

void source_store_refresh(struct source_store *store)
{
    for (size_t i = 0; i < store->count; i++)
        if (source_changed(store->sources[i]))
            source_reload(store->sources[i]);
}

/* The character at AT as it is compared; its bytes go to SIZE. Text of a source is valid UTF-8. */
static uint32_t compared(const char *at, const char *end, bool exact, size_t *size)
{
    uint32_t codepoint = (unsigned char)*at;
    *size = 1;
    if (codepoint >= 0x80) {
        *size = width_decode(at, (size_t)(end - at), &codepoint);
        if (*size == 0) { /* in the needle */
            *size = 1;
            return 0x110000 + (unsigned char)*at;
        }
    }
    if (exact)
        return codepoint;
    if (codepoint < 0x80)
        return codepoint >= 'A' && codepoint <= 'Z' ? codepoint | 0x20 : codepoint;
    return (uint32_t)towlower((wint_t)codepoint);
}

static bool has_upper(const char *text)
{
    const char *end = text + strlen(text);
    for (size_t size; text < end; text += size)
        if (compared(text, end, true, &size) != compared(text, end, false, &size))
            return true;
    return false;
}

/* Bytes of the hit at AT, 0 if there is none. */
static size_t match(const char *at, const char *end, const char *needle, const char *needle_end, bool exact)
{
    const char *from = at;
    while (needle < needle_end) {
        size_t size, needle_size;
        if (at >= end || compared(at, end, exact, &size) != compared(needle, needle_end, exact, &needle_size))
            return 0;
        at += size;
        needle += needle_size;
    }
    return (size_t)(at - from);
}

/* What is looked for, and with which bytes a hit may begin: the others are passed over one by one, and those are all
 * there is to do for most of a text of many megabytes. */
struct needle {
    const char *text, *end;
    bool exact;
    bool first[256];
};

static void needle_init(struct needle *needle, const char *text)
{
    unsigned char first = (unsigned char)text[0];
    *needle = (struct needle){.text = text, .end = text + strlen(text), .exact = has_upper(text)};
    bool letter = !needle->exact && first >= 'a' && first <= 'z';
    for (unsigned byte = 0; byte < 256; byte++) {
        bool ascii = byte < 0x80 && (first >= 0x80 || byte == first || (letter && (byte | 0x20) == first));
        needle->first[byte] = ascii || byte >= 0xc0; /* a character may be another one's small letter */
    }
}

static bool search_from(const char *line, size_t length, const struct needle *needle, size_t from, size_t *offset,
                        size_t *hit_length)
{
    for (size_t at = from; at < length; at++) {
        while (at < length && !needle->first[(unsigned char)line[at]])
            at++;
        size_t hit = match(line + at, line + length, needle->text, needle->end, needle->exact);
        if (hit > 0) {
            *offset = at;
            *hit_length = hit;
            return true;
        }
    }
    return false;
}

bool source_search_text(const char *line, size_t length, const char *text, size_t from, size_t *offset,
                        size_t *hit_length)
{
    struct needle needle;
    needle_init(&needle, text);
    return text[0] != '\0' && search_from(line, length, &needle, from, offset, hit_length);
}

/* The line, from 1, of a byte of the text. */
static int line_at(const struct source *source, size_t offset)
{
    size_t low = 0, high = source->lines; /* it begins at `low` or behind, and before `high` */
    while (high - low > 1) {
        size_t middle = low + (high - low) / 2;
        if (source->offsets[middle] <= offset)
            low = middle;
        else
            high = middle;
    }
    return (int)low + 1;
}

/* In all lines from FIRST up to LAST at once: a needle has no newline. */
static int search_lines(const struct source *source, const struct needle *needle, int first, int last, size_t *offset,
                        size_t *hit_length)
{
    size_t start = source->offsets[first - 1], end = source->offsets[last] - 1, at;
    if (first > last || !search_from(source->text + start, end - start, needle, 0, &at, hit_length))
        return 0;
    int line = line_at(source, start + at);
    *offset = start + at - source->offsets[line - 1];
    return line;
}

int source_search(const struct source *source, const char *text, int from, bool backwards, size_t *offset,
                  size_t *hit_length)
{
    int lines = source_lines(source), found = 0;
    if (text[0] == '\0' || lines == 0)
        return 0;
    struct needle needle;
    needle_init(&needle, text);
    int line = from < 1 ? 1 : from > lines ? lines : from;
    if (!backwards) {
        found = search_lines(source, &needle, line, lines, offset, hit_length);
        return found || line == 1 ? found : search_lines(source, &needle, 1, line - 1, offset, hit_length);
    }
    for (int i = 0; i < lines && !found; i++) {
        found = search_lines(source, &needle, line, line, offset, hit_length);
        line = line > 1 ? line - 1 : lines;
    }
    return found;
}
