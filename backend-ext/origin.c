#include "origin.h"

#include "cells.h"
#include "lines.h"
#include "objects.h"

#include "protocol/arena.h"
#include "protocol/utf8.h"
#include "protocol/value.h"

#include <fcntl.h>
#include <limits.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define FIRST_CODE (1LL << 30) /* references above it are to code */
#define FILE_LIMIT (16 << 20)  /* bytes; columns in larger files count bytes */

void origin_init(struct origins *origins, const struct objects *objects)
{
    memset(origins, 0, sizeof(*origins));
    origins->objects = objects;
}

static void forget_file(struct origin_file *file)
{
    free(file->path);
    free(file->bytes);
    *file = (struct origin_file){0};
}

void origin_finish(struct origins *origins)
{
    for (size_t i = 0; i < ORIGIN_FILES; i++) {
        forget_file(&origins->files[i]);
    }
    forget_file(&origins->recent);
    for (size_t i = 0; i < origins->count; i++) {
        Py_XDECREF(origins->references[i].filename);
        Py_XDECREF(origins->references[i].module);
    }
    for (size_t i = 0; i < origins->code_count; i++) {
        Py_DECREF(origins->codes[i].weak);
    }
    free(origins->codes);
    origins->codes = NULL;
    origins->code_count = origins->code_capacity = 0;
    opcode_names_finish(&origins->opcodes);
    Py_CLEAR(origins->main_code);
    free(origins->references);
    origins->references = NULL;
    origins->count = origins->capacity = 0;
}

size_t origin_utf16_length(const char *bytes, size_t length)
{
    size_t units = 0;
    for (size_t i = 0; i < length; i++) {
        unsigned char byte = (unsigned char)bytes[i];
        units += (byte & 0xc0) == 0x80 ? 0 : byte >= 0xf0 ? 2 : 1;
    }
    return units;
}

/* The file's bytes; NULL when it cannot be read or is too large. The caller frees them. */
static char *read_file(const char *path, size_t *length)
{
    int descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (descriptor < 0) {
        return NULL;
    }
    struct stat status;
    char *bytes = NULL;
    size_t size = 0;
    if (fstat(descriptor, &status) == 0 && S_ISREG(status.st_mode) && status.st_size <= FILE_LIMIT) {
        size = (size_t)status.st_size;
        bytes = malloc(size + 1);
    }
    size_t taken = 0;
    while (bytes != NULL && taken < size) {
        ssize_t count = read(descriptor, bytes + taken, size - taken);
        if (count <= 0) {
            break;
        }
        taken += (size_t)count;
    }
    close(descriptor);
    *length = taken;
    return bytes;
}

static bool all_ascii(const char *bytes, size_t length)
{
    size_t i = 0;
    for (; i + 8 <= length; i += 8) {
        uint64_t word;
        memcpy(&word, bytes + i, sizeof(word));
        if ((word & 0x8080808080808080u) != 0) {
            return false;
        }
    }
    for (; i < length; i++) {
        if ((bytes[i] & 0x80) != 0) {
            return false;
        }
    }
    return true;
}

/* What is known of the file at PATH, read again when it has changed; NULL when it is not there. */
static struct origin_file *look_at_file(struct origins *origins, const char *path)
{
    struct stat status;
    if (stat(path, &status) != 0 || !S_ISREG(status.st_mode)) {
        return NULL;
    }
    struct origin_file *file = NULL;
    for (size_t i = 0; i < ORIGIN_FILES && file == NULL; i++) {
        if (origins->files[i].path != NULL && strcmp(origins->files[i].path, path) == 0) {
            file = &origins->files[i];
        }
    }
    if (file != NULL && file->size == status.st_size && file->modified.tv_sec == status.st_mtim.tv_sec &&
        file->modified.tv_nsec == status.st_mtim.tv_nsec) {
        return file;
    }
    if (file == NULL) {
        file = &origins->files[origins->next_file];
        origins->next_file = (origins->next_file + 1) % ORIGIN_FILES;
    }
    forget_file(file);
    file->path = strdup(path);
    if (file->path == NULL) {
        return NULL;
    }
    file->modified = status.st_mtim;
    file->size = status.st_size;
    file->bytes = read_file(path, &file->length);
    if (file->bytes == NULL || all_ascii(file->bytes, file->length)) {
        free(file->bytes);
        file->bytes = NULL;
        file->ascii = true;
    }
    return file;
}

/* The start of line LINE of FILE, whose bytes are there, and its length without the line's end. NULL:
 * there is no such line. */
static const char *find_line(struct origin_file *file, int line, size_t *line_length)
{
    const char *text = file->bytes, *end = file->bytes + file->length;
    int current = 1;
    if (file->known_line > 0 && file->known_line <= line) {
        text += file->known_offset;
        current = file->known_line;
    } else if (file->length >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0) {
        text += 3;
    }
    for (; current < line && text < end; current++) {
        const char *newline = memchr(text, '\n', (size_t)(end - text));
        text = newline != NULL ? newline + 1 : end;
    }
    if (text >= end || line < 1) {
        return NULL;
    }
    file->known_line = line;
    file->known_offset = (size_t)(text - file->bytes);
    const char *newline = memchr(text, '\n', (size_t)(end - text));
    size_t count = (size_t)((newline != NULL ? newline : end) - text);
    *line_length = count > 0 && text[count - 1] == '\r' ? count - 1 : count;
    return text;
}

static bool filename_path(PyObject *filename, char *path, size_t size)
{
    PyObject *bytes = PyUnicode_Check(filename) ? PyUnicode_EncodeFSDefault(filename) : NULL;
    bool ok = bytes != NULL && (size_t)PyBytes_Size(bytes) < size;
    if (ok) {
        memcpy(path, PyBytes_AsString(bytes), (size_t)PyBytes_Size(bytes));
        path[PyBytes_Size(bytes)] = '\0';
    }
    Py_XDECREF(bytes);
    PyErr_Clear();
    return ok;
}

/* The lines that linecache has for a name; borrowed list. NULL if it has none. */
static PyObject *cached_lines(PyObject *filename)
{
    PyObject *module = object_loaded_module("linecache");
    PyObject *dict = module != NULL ? PyModule_GetDict(module) : NULL;
    PyObject *cache = dict != NULL ? PyDict_GetItemString(dict, "cache") : NULL;
    PyObject *entry = NULL;
    if (cache != NULL && PyDict_CheckExact(cache) && PyUnicode_CheckExact(filename)) {
        entry = PyDict_GetItemWithError(cache, filename);
    }
    PyErr_Clear();
    /* (size, mtime, lines, fullname); (function,) is an entry that would have to be called. */
    if (entry == NULL || !PyTuple_CheckExact(entry) || PyTuple_Size(entry) != 4) {
        return NULL;
    }
    PyObject *lines = PyTuple_GetItem(entry, 2);
    return lines != NULL && PyList_CheckExact(lines) ? lines : NULL;
}

/* One line of code without a file; borrowed str or NULL. */
static PyObject *cached_line(PyObject *filename, int line)
{
    PyObject *lines = cached_lines(filename);
    if (lines == NULL || line < 1 || line > PyList_Size(lines)) {
        return NULL;
    }
    PyObject *text = PyList_GetItem(lines, line - 1);
    return text != NULL && PyUnicode_Check(text) ? text : NULL;
}

/* Columns of a line in another encoding than UTF-8, as if each byte above ASCII took two bytes there. */
static int foreign_column(const char *text, size_t length, int offset)
{
    int column = 0;
    for (size_t i = 0; i < length && offset > 0; i++, column++) {
        offset -= (text[i] & 0x80) != 0 ? 2 : 1;
    }
    return column + 1;
}

int origin_column(struct origins *origins, PyObject *filename, int line, int offset)
{
    char path[PATH_MAX];
    struct origin_file *file = NULL;
    if (filename_path(filename, path, sizeof(path)) && path[0] != '<') {
        file = look_at_file(origins, path);
    }
    if (file != NULL && file->ascii) {
        return offset + 1;
    }
    size_t length = 0;
    const char *text = NULL;
    PyObject *bytes = NULL;
    if (file != NULL) {
        text = find_line(file, line, &length);
    } else {
        PyObject *cached = cached_line(filename, line);
        bytes = cached != NULL ? object_utf8(cached, offset + 1) : NULL;
        text = bytes != NULL ? PyBytes_AsString(bytes) : NULL;
        length = bytes != NULL ? (size_t)PyBytes_Size(bytes) : 0;
    }
    int column = offset + 1;
    if (text != NULL && !utf8_valid(text, length)) {
        column = foreign_column(text, length, offset);
    } else if (text != NULL) {
        column = (int)origin_utf16_length(text, (size_t)offset < length ? (size_t)offset : length) + 1;
    }
    Py_XDECREF(bytes);
    return column;
}

static void copy_line(const char *text, size_t length, char *buffer, size_t size)
{
    size_t taken = 0, written = 0;
    while (taken < length) {
        uint32_t code;
        size_t step = utf8_decode(text + taken, length - taken, &code, NULL);
        if (written + 4 >= size || code == '\n' || code == '\r') {
            break;
        }
        written += utf8_encode(buffer + written, code);
        taken += step;
    }
    buffer[written] = '\0';
}

void origin_forget_recent(struct origins *origins)
{
    forget_file(&origins->recent);
}

bool origin_line(struct origins *origins, PyObject *filename, int line, char *buffer, size_t size)
{
    char path[PATH_MAX];
    buffer[0] = '\0';
    PyObject *cached = cached_line(filename, line);
    if (cached != NULL) {
        bool ok = object_copy_text(cached, buffer, size);
        buffer[strcspn(buffer, "\r\n")] = '\0';
        return ok;
    }
    if (!filename_path(filename, path, sizeof(path)) || path[0] == '<') {
        return false;
    }
    struct origin_file *recent = &origins->recent;
    if (recent->path == NULL || strcmp(recent->path, path) != 0) {
        forget_file(recent);
        recent->path = strdup(path);
        recent->bytes = recent->path != NULL ? read_file(path, &recent->length) : NULL;
    }
    size_t length = 0;
    const char *text = recent->bytes != NULL ? find_line(recent, line, &length) : NULL;
    if (text != NULL) {
        copy_line(text, length, buffer, size);
    }
    return text != NULL;
}

/* The names in the zip file that LOADER, a zipimporter, read: borrowed dict; NULL: not to be told. MEMBERS has what
 * belongs to it alone. */
static PyObject *zip_directory(PyObject *loader, PyObject *members)
{
    PyObject *modules = PySys_GetObject("modules"); /* borrowed, as the rest */
    PyObject *module = modules != NULL && PyDict_Check(modules) ? object_dict_find(modules, "zipimport") : NULL;
    PyObject *names = module != NULL && PyModule_Check(module) ? PyModule_GetDict(module) : NULL;
    PyObject *type = names != NULL ? object_dict_find(names, "zipimporter") : NULL;
    PyObject *cache = names != NULL ? object_dict_find(names, "_zip_directory_cache") : NULL;
    PyObject *archive = object_dict_find(members, "archive");
    bool right = type == (PyObject *)Py_TYPE(loader) && cache != NULL && PyDict_Check(cache) && archive != NULL &&
                 PyUnicode_CheckExact(archive);
    PyObject *files = right ? PyDict_GetItemWithError(cache, archive) : NULL;
    return files != NULL && PyDict_Check(files) ? files : NULL;
}

/* Whether the zip file has the text of the module NAME, and not only its code; true when that cannot be told. */
static bool zip_has_text(PyObject *loader, PyObject *name)
{
    static const char *const tails[] = {".py", "/__init__.py"};
    PyObject *members = PyType_Check(loader) ? NULL : PyObject_GenericGetDict(loader, NULL);
    PyObject *files = members != NULL && PyDict_Check(members) ? zip_directory(loader, members) : NULL;
    PyObject *prefix = files != NULL ? object_dict_find(members, "prefix") : NULL;
    char directory[PATH_MAX], module[512], key[PATH_MAX + 600];
    bool known = prefix != NULL && object_copy_text(prefix, directory, sizeof(directory)) &&
                 object_copy_text(name, module, sizeof(module));
    bool found = !known;
    for (size_t i = 0; i < 2 && !found; i++) {
        const char *dot = strrchr(module, '.');
        PyOS_snprintf(key, sizeof(key), "%s%s%s", directory, dot != NULL ? dot + 1 : module, tails[i]);
        found = object_dict_find(files, key) != NULL;
    }
    Py_XDECREF(members);
    PyErr_Clear();
    return found;
}

/* The name of the module whose GLOBALS these are, if its loader is one of the import system's own that
 * may have the text of code without a file. Borrowed str or NULL. */
static PyObject *loading_module(PyObject *globals)
{
    PyObject *loader = globals != NULL && PyDict_Check(globals) ? object_dict_find(globals, "__loader__") : NULL;
    if (loader == NULL) {
        return NULL;
    }
    char type[64];
    object_type_name(PyType_Check(loader) ? (PyTypeObject *)loader : Py_TYPE(loader), type, sizeof(type));
    if (strcmp(type, "zipimporter") != 0) {
        return NULL;
    }
    PyObject *name = object_dict_find(globals, "__name__");
    return name != NULL && PyUnicode_CheckExact(name) && zip_has_text(loader, name) ? name : NULL;
}

/* The -c argument: what <string> is when python was started with one. Borrowed str or NULL. */
static PyObject *command_text(PyObject *filename)
{
    PyObject *arguments = PySys_GetObject("orig_argv");
    if (PyUnicode_CompareWithASCIIString(filename, "<string>") != 0 || arguments == NULL || !PyList_Check(arguments)) {
        return NULL;
    }
    for (Py_ssize_t i = 1; i + 1 < PyList_Size(arguments); i++) {
        char option[256];
        if (!object_copy_text(PyList_GetItem(arguments, i), option, sizeof(option)) || option[0] != '-') {
            return NULL;
        }
        size_t length = strlen(option);
        if (length >= 2 && option[1] != '-' && option[length - 1] == 'c') {
            return PyList_GetItem(arguments, i + 1);
        }
        if (length == 2 && (option[1] == 'X' || option[1] == 'W')) {
            i++; /* its value */
        } else if (length < 2 || option[1] == 'm') {
            return NULL;
        }
    }
    return NULL;
}

void origin_set_main(struct origins *origins, PyObject *code)
{
    PyObject *former = origins->main_code;
    origins->main_code = Py_NewRef(code);
    Py_XDECREF(former);
}

static bool is_other_code(PyObject *code, void *data)
{
    return code != data;
}

/* Whether the -c argument, or what is cached under that name, may be the text of CODE. Generated code of all modules
 * has the name <string>, too. */
static bool may_be_command(const struct origins *origins, PyObject *filename, PyObject *code)
{
    return PyUnicode_CompareWithASCIIString(filename, "<string>") != 0 || code == NULL ||
           (origins->main_code != NULL && !lines_visit_code(origins->main_code, is_other_code, code));
}

/* The file that a frozen module of the standard library was made from, if it is there. */
static bool frozen_path(PyObject *filename, char *path, size_t size)
{
    static const char *const tails[] = {".py", "/__init__.py"};
    char name[256], directory[PATH_MAX];
    PyObject *library = PySys_GetObject("_stdlib_dir"); /* borrowed */
    if (!object_copy_text(filename, name, sizeof(name)) || strncmp(name, "<frozen ", 8) != 0 || library == NULL ||
        !object_copy_text(library, directory, sizeof(directory))) {
        return false;
    }
    name[strcspn(name, ">")] = '\0';
    if (strspn(name + 8, "._abcdefghijklmnopqrstuvwxyz0123456789") != strlen(name + 8) || strstr(name, "..")) {
        return false;
    }
    for (char *dot = strchr(name + 8, '.'); dot != NULL; dot = strchr(dot, '.')) {
        *dot = '/';
    }
    for (size_t i = 0; i < 2; i++) {
        PyOS_snprintf(path, size, "%s/%s%s", directory, name + 8, tails[i]);
        if (access(path, R_OK) == 0) {
            return true;
        }
    }
    return false;
}

/* A reference, above 0, for a name without a file; 0 when no text can be had. */
static long long find_reference(struct origins *origins, PyObject *filename, PyObject *globals, PyObject *code)
{
    char path[PATH_MAX + 256];
    if (!may_be_command(origins, filename, code)) {
        return 0;
    }
    for (size_t i = 0; i < origins->count; i++) {
        if (PyUnicode_Compare(origins->references[i].filename, filename) == 0) {
            return (long long)i + 1;
        }
    }
    PyObject *module = loading_module(globals);
    if (module == NULL && cached_lines(filename) == NULL && command_text(filename) == NULL &&
        !frozen_path(filename, path, sizeof(path))) {
        return 0;
    }
    if (origins->count == origins->capacity) {
        size_t capacity = origins->capacity == 0 ? 16 : origins->capacity * 2;
        void *grown = realloc(origins->references, capacity * sizeof(*origins->references));
        if (grown == NULL) {
            return 0;
        }
        origins->references = grown;
        origins->capacity = capacity;
    }
    Py_INCREF(filename);
    Py_XINCREF(module);
    origins->references[origins->count++] = (struct origin_reference){filename, module};
    return (long long)origins->count;
}

/* CODE's entry; a new one where it has none. NULL when out of memory. Entries whose code is gone are used again. */
static struct origin_code *find_code(struct origins *origins, PyObject *code)
{
    struct origin_code *unused = NULL;
    for (size_t i = 0; i < origins->code_count; i++) {
        PyObject *there = PyObject_CallNoArgs(origins->codes[i].weak); /* code or None */
        Py_XDECREF(there);
        if (there == code) {
            return &origins->codes[i];
        }
        unused = there == Py_None ? &origins->codes[i] : unused;
    }
    PyObject *weak = PyWeakref_NewRef(code, NULL);
    if (weak == NULL) {
        return NULL;
    }
    if (unused != NULL) {
        Py_DECREF(unused->weak);
    } else {
        if (origins->code_count == origins->code_capacity) {
            size_t capacity = origins->code_capacity == 0 ? 8 : origins->code_capacity * 2;
            void *grown = realloc(origins->codes, capacity * sizeof(*origins->codes));
            if (grown == NULL) {
                Py_DECREF(weak);
                return NULL;
            }
            origins->codes = grown;
            origins->code_capacity = capacity;
        }
        unused = &origins->codes[origins->code_count++];
    }
    origins->last_code++;
    *unused = (struct origin_code){weak, FIRST_CODE + origins->last_code};
    return unused;
}

PyObject *origin_disassembled(struct origins *origins, long long reference)
{
    for (size_t i = 0; i < origins->code_count; i++) {
        if (origins->codes[i].reference == reference) {
            PyObject *code = PyObject_CallNoArgs(origins->codes[i].weak);
            if (code == Py_None) {
                Py_CLEAR(code);
            }
            PyErr_Clear();
            return code;
        }
    }
    return NULL;
}

/* SOURCE is CODE's disassembly. */
static void set_disassembly(struct origins *origins, struct arena *arena, struct value *source, PyObject *code)
{
    char name[256];
    const struct origin_code *entry = find_code(origins, code);
    PyObject *qualified = entry != NULL ? PyObject_GetAttrString(code, "co_qualname") : NULL;
    if (qualified != NULL && object_copy_text(qualified, name, sizeof(name))) {
        struct value *extension = value_copy(arena, value_get_map(source, "pytui"));
        extension = extension != NULL ? extension : value_map(arena);
        value_set_text(arena, extension, "disassembly", name);
        value_set(arena, source, "pytui", extension);
        value_set_int(arena, source, "sourceReference", entry->reference);
    }
    Py_XDECREF(qualified);
    PyErr_Clear();
}

const char *origin_source_path(const struct value *source)
{
    const struct value *raw = value_get(value_get_map(source, "pytui"), "rawPath");
    bool usable = raw && raw->type == VALUE_BYTES && raw->string.length > 0 &&
                  !memchr(raw->string.bytes, '\0', raw->string.length);
    return usable ? raw->string.bytes : value_get_text(source, "path", NULL);
}

/* path, made absolute, and rawPath when its bytes are no UTF-8. */
static void set_path(struct arena *arena, struct value *source, const char *path)
{
    char absolute[PATH_MAX];
    if (path[0] != '/' && path[0] != '<') {
        char directory[PATH_MAX];
        if (getcwd(directory, sizeof(directory)) != NULL &&
            (size_t)PyOS_snprintf(absolute, sizeof(absolute), "%s/%s", directory, path) < sizeof(absolute)) {
            path = absolute;
        }
    }
    size_t length = strlen(path);
    PyObject *decoded = PyUnicode_DecodeUTF8(path, (Py_ssize_t)length, "surrogateescape");
    PyObject *text = decoded != NULL ? object_utf8(decoded, PyUnicode_GetLength(decoded)) : NULL;
    if (text != NULL) {
        const char *bytes = PyBytes_AsString(text);
        const char *name = strrchr(bytes, '/');
        value_set(arena, source, "name", value_text(arena, name != NULL ? name + 1 : bytes));
        value_set(arena, source, "path", value_string(arena, bytes, (size_t)PyBytes_Size(text)));
    }
    if (!utf8_valid(path, length)) {
        struct value *extension = value_map(arena);
        value_set(arena, extension, "rawPath", value_bytes(arena, path, length));
        value_set(arena, source, "pytui", extension);
    }
    Py_XDECREF(text);
    Py_XDECREF(decoded);
    PyErr_Clear();
}

struct value *origin_value(struct origins *origins, struct arena *arena, PyObject *filename, PyObject *globals,
                           PyObject *code)
{
    struct value *source = value_map(arena);
    char path[PATH_MAX];
    if (!filename_path(filename, path, sizeof(path))) {
        value_set_text(arena, source, "name", "?");
        return source;
    }
    char label[64];
    set_path(arena, source, path);
    if (cell_label(origins->objects, filename, path, label, sizeof(label))) {
        value_set_text(arena, source, "name", label);
    }
    if (path[0] == '<' || access(path, F_OK) != 0) {
        long long reference = find_reference(origins, filename, globals, code);
        if (reference > 0) {
            value_set_int(arena, source, "sourceReference", reference);
        } else if (code != NULL && strcmp(path, "<stdin>") != 0) { /* who fed it to the program has its text */
            set_disassembly(origins, arena, source, code);
        }
    }
    return source;
}

static PyObject *joined_lines(PyObject *lines)
{
    PyObject *empty = PyUnicode_FromString("");
    PyObject *text = empty != NULL ? PyUnicode_Join(empty, lines) : NULL;
    Py_XDECREF(empty);
    return text;
}

/* What the module's loader says its source is. */
static PyObject *loader_text(PyObject *module_name)
{
    PyObject *modules = PyImport_GetModuleDict();
    PyObject *module =
        modules != NULL && PyDict_CheckExact(modules) ? PyDict_GetItemWithError(modules, module_name) : NULL;
    PyObject *dict = module != NULL && PyModule_Check(module) ? PyModule_GetDict(module) : NULL;
    PyObject *loader = dict != NULL ? object_dict_find(dict, "__loader__") : NULL;
    PyObject *text = NULL;
    if (loader != NULL) {
        PyObject *method = PyObject_GetAttrString(loader, "get_source");
        text = method != NULL ? PyObject_CallFunctionObjArgs(method, module_name, NULL) : NULL;
        Py_XDECREF(method);
    }
    if (text != NULL && !PyUnicode_Check(text)) {
        Py_CLEAR(text);
    }
    return text;
}

/* A file's text as the interpreter would show it; bytes that are no UTF-8 are replaced. */
static PyObject *file_text(const char *path)
{
    size_t length = 0;
    char *bytes = path[0] == '/' ? read_file(path, &length) : NULL;
    PyObject *text = bytes != NULL ? PyUnicode_DecodeUTF8(bytes, (Py_ssize_t)length, "replace") : NULL;
    free(bytes);
    return text;
}

PyObject *origin_text(struct origins *origins, long long reference, const char *path, bool may_run)
{
    PyObject *filename = NULL;
    PyObject *module = NULL;
    if (reference > 0) {
        if ((unsigned long long)reference > origins->count) {
            return NULL;
        }
        filename = Py_NewRef(origins->references[reference - 1].filename);
        module = origins->references[reference - 1].module;
    } else if (path != NULL) {
        filename = PyUnicode_DecodeFSDefault(path);
    }
    if (filename == NULL) {
        return NULL;
    }
    PyObject *lines = cached_lines(filename);
    PyObject *command = lines == NULL ? command_text(filename) : NULL;
    PyObject *text = NULL;
    char frozen[PATH_MAX + 256];
    if (lines != NULL) {
        text = joined_lines(lines);
    } else if (command != NULL) {
        text = Py_NewRef(command);
    } else if (module != NULL && may_run) {
        text = loader_text(module);
    } else if (frozen_path(filename, frozen, sizeof(frozen))) {
        text = file_text(frozen);
    } else if (reference <= 0) {
        text = file_text(path);
    }
    Py_DECREF(filename);
    return text;
}
